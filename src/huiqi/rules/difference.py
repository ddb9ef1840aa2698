"""What one amount is more than another, as an expression over the facts that both read: narrow where the two say the same in part.

Reckoned with ranges, `g - f` forgets that an unknown fact is the same on both sides. `between` rewrites it so that what is the same falls away before
anything is unknown. Every step is an identity, or an enclosure, of whole numbers of any sign:

    min(g1, g2) - f  =  min(g1 - f, g2 - f)             g - min(f1, f2)  =  max(g - f1, g - f2)            and so for max
    min(g1, g2) - min(f1, f2)  lies between the least and the greatest of g1 - f1 and g2 - f2              and so for max
    g1 * g2 - f1 * f2  =  (g1 - f1) * g2 + f1 * (g2 - f2)
    (c ? g1 : g2) - (c ? f1 : f2)  =  c ? g1 - f1 : g2 - f2
    two figures rounded alike to steps differ by their difference, rounded down or up to a step
"""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction

from huiqi.rules.compile import Rules
from huiqi.rules.fingerprint import fingerprint_of
from huiqi.rules.implied import implies
from huiqi.rules.tree import All, Arithmetic, Between, Choose, Exists, Figure, Node, Present, Rounded, body, walk

NOUGHT = Figure(Fraction(0))
_TURNED = {"min": "max", "max": "min"}


@dataclass(frozen=True)
class Laws:
    """Two laws on the same facts, and whether a part of the one says the same as a part of the other."""

    before: Rules
    after: Rules

    def alike(self, one: Node, other: Node) -> bool:
        """The two are the same function of the facts. A figure that the texts leave open is not shared by parts, only by the amount of a measure."""
        return self.same_words(one, other) and not any(isinstance(part, Between) for part in walk(one))

    def same_words(self, one: Node, other: Node) -> bool:
        return fingerprint_of(one, self.before) == fingerprint_of(other, self.after)

    def follows(self, one: Node, other: Node) -> bool:
        """Whoever meets a test of the law before meets that of the law after."""
        return implies(one, other, self.alike)

    def precedes(self, one: Node, other: Node) -> bool:
        """Whoever meets a test of the law after meets that of the law before."""
        return implies(other, one, lambda after, before: self.alike(before, after))


def difference(laws: Laws, before: Node, after: Node) -> Node:
    """An expression whose range holds what the amount `after` is more than `before`; an amount that does not exist counts as nothing.

    The amount of one measure under two laws: a figure that both leave open in the same words (unpublished, up to a ceiling) is the same.
    """
    if laws.same_words(before, after):
        return NOUGHT
    found = _Differences(laws).between(before, after)
    if found.together:
        return Choose(Exists(before), found.node, NOUGHT)
    return Choose(All((Exists(before), Exists(after))), found.node, Arithmetic("-", Present(after), Present(before)))


@dataclass(frozen=True)
class _Found:
    """What one part is more than another wherever both exist; `together`: each exists where the other does."""

    node: Node
    together: bool

    @property
    def nothing(self) -> bool:
        return isinstance(self.node, Figure) and self.node.value == 0


@dataclass
class _Differences:
    laws: Laws
    done: dict[tuple[int, int], _Found] = field(default_factory=dict)

    def between(self, f: Node, g: Node) -> _Found:
        f, g = body(f), body(g)
        at = id(f), id(g)
        if at not in self.done:
            self.done[at] = self._between(f, g)
        return self.done[at]

    def _between(self, f: Node, g: Node) -> _Found:
        match f, g:
            case Figure(), Figure():
                return _Found(Figure(g.value - f.value), True)
            case _ if self.laws.alike(f, g):
                return _Found(NOUGHT, True)
            case Rounded(), Rounded():
                return self._rounded(f, g)
            case Choose(), Choose() if (found := self._chosen(f, g)) is not None:
                return found
            case Arithmetic(op="min" | "max" as op), Arithmetic(op=its) if op == its:
                return self._extremes(f, g)
            case _, Arithmetic(op="min" | "max" as op, left=g1, right=g2):
                one, other = self.between(f, g1), self.between(f, g2)
                return _Found(Arithmetic(op, one.node, other.node), one.together and other.together)
            case Arithmetic(op="min" | "max" as op, left=f1, right=f2), _:
                one, other = self.between(f1, g), self.between(f2, g)
                return _Found(Arithmetic(_TURNED[op], one.node, other.node), one.together and other.together)
            case Arithmetic(op="+" | "-" as op, left=f1, right=f2), Arithmetic(op=its, left=g1, right=g2) if op == its:
                one, more = self.between(f1, g1), self.between(f2, g2)
                return _Found(one.node if more.nothing else Arithmetic(op, one.node, more.node), one.together and more.together)
            case Arithmetic(op="*", left=f1, right=f2), Arithmetic(op="*", left=g1, right=g2):
                one, more = self.between(f1, g1), self.between(f2, g2)
                return _Found(_sum(_product(one, g2), _product(more, f1)), one.together and more.together)
        return _Found(Arithmetic("-", g, f), False)

    def _rounded(self, f: Rounded, g: Rounded) -> _Found:
        inner = self.between(f.of, g.of)
        if inner.nothing and (f.step, f.direction) == (g.step, g.direction):
            return inner
        if (f.step, f.direction) == (g.step, g.direction):
            return _Found(Between(Rounded(inner.node, f.step, "down"), Rounded(inner.node, f.step, "up")), inner.together)
        off = f.step + g.step
        return _Found(Arithmetic("+", inner.node, Between(Figure(-off), Figure(off))), inner.together)

    def _extremes(self, f: Arithmetic, g: Arithmetic) -> _Found:
        """Two least, or two greatest, figures: what both enclosures have in common."""
        first, second = self.between(f.left, g.left), self.between(f.right, g.right)
        to_left, to_right = self.between(f.right, g.left), self.between(f.left, g.right)
        turned = _TURNED[f.op]
        across = Arithmetic(f.op, Arithmetic(turned, first.node, to_left.node), Arithmetic(turned, to_right.node, second.node))
        low, high = (Arithmetic(op, first.node, second.node) for op in ("min", "max"))
        return _Found(Between(Arithmetic("max", low, across), Arithmetic("min", high, across)), first.together and second.together)

    def _chosen(self, f: Choose, g: Choose) -> _Found | None:
        """Two choices by the same test, or by tests of which one is met only where the other is."""
        (c, f1, f2), (d, g1, g2) = (f.condition, f.then, f.otherwise), (g.condition, g.then, g.otherwise)
        both, neither = self.between(f1, g1), self.between(f2, g2)
        if self.laws.alike(c, d):
            return _Found(Choose(c, both.node, neither.node), both.together and neither.together)
        if self.laws.follows(c, d):
            one = self.between(f2, g1)
            return _Found(Choose(c, both.node, Choose(d, one.node, neither.node)), both.together and one.together and neither.together)
        if self.laws.precedes(c, d):
            one = self.between(f1, g2)
            return _Found(Choose(d, both.node, Choose(c, one.node, neither.node)), both.together and one.together and neither.together)
        return None


def _product(found: _Found, times: Node) -> Node | None:
    return None if found.nothing else Arithmetic("*", found.node, times)


def _sum(one: Node | None, other: Node | None) -> Node:
    if one is None or other is None:
        return one or other or NOUGHT
    return Arithmetic("+", one, other)
