"""Published totals for commands: which packs speak of a place, which of their totals are meant, and on what scale."""

from __future__ import annotations

import datetime
from fractions import Fraction
from typing import Annotated

import typer

from huiqi.cli.options import library_of, shipped
from huiqi.entitlements.reconcile import without as leaving_out
from huiqi.rules.compile import Rules
from huiqi.rules.library import without_collecting
from huiqi.rules.published import Totals, published_totals
from huiqi.vocabulary.problem import FaultyInput

Without = Annotated[list[str] | None, typer.Option("--without", help="A total that need not be met, by the name of its indicator; may be repeated.")]


def packs_about(place: str, names: list[str], as_of: datetime.date, *, plain: bool = False) -> Rules:
    """The rules of the packs named, or of all that come with huiqi and are about the place, what lies in it or what it lies in.

    With `plain` nothing of a place is read: only the facts that all share.
    """
    with without_collecting(for_good=True):
        if plain:
            return library_of(["cn"], rules_only=True).rules(as_of)
        if names:
            return library_of(names).rules(as_of)
        common = library_of(["cn"], rules_only=True).common
        id = common.places.find(place)
        around = set(common.places.above(id)) | common.places.below(id) if id is not None else set()
        return library_of([name for name in shipped() if name in around] or ["cn"]).rules(as_of)


def totals_of(rules: Rules, place: str, as_of: datetime.date, without: list[str]) -> Totals:
    """The totals of a place but those that are left out; FaultyInput where a text is at fault."""
    totals = published_totals(rules, place, as_of)
    if totals.problems:
        raise FaultyInput(list(totals.problems))
    return leaving_out(totals, without)


def scale_of(text: str) -> Fraction:
    """A part of one, as a decimal or in per cent."""
    try:
        scale = Fraction(text.removesuffix("%")) / (100 if text.endswith("%") else 1)
    except (ValueError, ZeroDivisionError):
        scale = Fraction(0)
    if not 0 < scale <= 1:
        raise typer.BadParameter(f"{text} is no part; write a figure above 0 and up to 1, like 0.1 or 10%", param_hint="--scale")
    return scale
