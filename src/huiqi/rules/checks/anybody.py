"""The evaluation of a text for a firm of which nothing is known: what its tests and bands can be at all."""

from __future__ import annotations

from huiqi.rules import tree
from huiqi.rules.exact import Exactly
from huiqi.rules.render import is_date, is_share, unit_of
from huiqi.rules.tree import Node
from huiqi.vocabulary import speech
from huiqi.vocabulary.ranges import UNSURE, Exact, Pair
from huiqi.vocabulary.unit import PLAIN


class Open(Exactly):
    """Whatever the facts: a recognition can have been granted, whatever its own measure asks for."""

    def _truth(self, node: Node) -> Pair:
        return UNSURE if isinstance(node, tree.Recognised) else super()._truth(node)


def plainly(end: Exact, of: Node) -> str:
    """A figure as people say it, in the unit of what it belongs to."""
    if isinstance(end, float) or abs(end) >= 10**300:
        return "any figure"
    return speech.day(end).en if is_date(of) else speech.figure(end, unit_of(of) or PLAIN, share=is_share(of)).en
