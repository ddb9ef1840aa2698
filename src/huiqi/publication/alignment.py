"""Hold two trees of conditions against each other: what is the same, what is about the same figure, what is new.

Parts of two groups are paired in this order: those that read the same; those about the same figures; those that rest on the same facts; and
groups by how much of what they hold is alike. What finds no partner was added or dropped. A floor that rises makes a text stricter, an
alternative that is added makes it looser; under `none` it is the other way round.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import Literal

from huiqi.publication.terms import Part, Stated
from huiqi.publication.wording import Line, Reader, Wording, group_words
from huiqi.rules import tree
from huiqi.rules.render import comparison
from huiqi.rules.tree import Condition, Group, Node, Test
from huiqi.vocabulary import speech
from huiqi.vocabulary.speech import Both, both, listed
from huiqi.vocabulary.unit import PLAIN

Change = Literal["added", "dropped", "changed", "moved"]
Effect = Literal["stricter", "looser", ""]
Way = Literal["floor", "ceiling", "figure"]

_WAYS: dict[str, Way] = {">=": "floor", ">": "floor", "<=": "ceiling", "<": "ceiling", "=": "figure", "!=": "figure"}
_TURNED = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "=": "=", "!=": "!="}
_WAY_WORDS = {
    "floor": Both("the floor of {0}", "{0}的下限"), "ceiling": Both("the ceiling of {0}", "{0}的上限"), "figure": Both("{0}", "{0}"),
}  # fmt: skip
_UNDER: dict[str, Part] = {"all": "condition", "any": "alternative", "at_least": "alternative", "none": "exclusion"}


@dataclass(frozen=True)
class Changed:
    """A condition that differs: what it is about, and what it asked for before and asks for now."""

    change: Change
    part: Part
    what: Both
    before: Stated | None
    after: Stated | None
    effect: Effect
    clause: str


@dataclass(frozen=True)
class Bound:
    """One end that a test sets to a figure."""

    of: Both
    way: Way
    op: str
    edge: Stated
    said: Both


@dataclass
class Alignment:
    """Two conditions being held against each other; `unchanged` counts the tests that read the same."""

    before: Wording
    after: Wording
    changes: list[Changed] = field(default_factory=list)
    unchanged: int = 0

    def of(self, before: Sequence[Condition], after: Sequence[Condition]) -> Alignment:
        """Conditions that all have to hold."""
        self._groups(Group("all", tuple(before)), Group("all", tuple(after)), 1)
        self._find_moved()
        return self

    # ------------------------------------------------------------ pairs

    def _pair(self, before: Condition, after: Condition, sign: int) -> None:
        if isinstance(before, Test) and isinstance(after, Test):
            self._tests(before, after, sign)
        elif isinstance(before, Test):
            assert isinstance(after, Group)
            self._groups(Group(after.kind, (before,), min(after.count, 1)), after, sign)
        elif isinstance(after, Test):
            self._groups(before, Group(before.kind, (after,), min(before.count, 1)), sign)
        else:
            self._groups(before, after, sign)

    def _groups(self, before: Group, after: Group, sign: int) -> None:
        if (before.kind, before.count) != (after.kind, after.count) and len(before.parts) > 1 < len(after.parts):
            effect = _effect(_strictness(after) - _strictness(before), sign)
            what = Both("how many of these have to hold", "须满足的项数")
            self._changed("changed", "condition", what, Stated(group_words(before)), Stated(group_words(after)), effect, _clause(after))
        pairs, dropped, added = _paired(before.parts, after.parts, self.before.reader, self.after.reader)
        inner = -sign if before.kind == "none" else sign
        for one, other in pairs:
            self._pair(one, other, inner)
        for one in dropped:
            self._lone("dropped", one, before, self.before, sign)
        for one in added:
            self._lone("added", one, after, self.after, sign)

    def _lone(self, change: Change, condition: Condition, group: Group, wording: Wording, sign: int) -> None:
        """A part that only one of the two texts has."""
        part = _UNDER[group.kind]
        stated = Stated(flat(wording.line(condition)))
        if part == "condition" and isinstance(condition, Group) and condition.kind == "none":
            part, stated = "exclusion", Stated(listed((flat(wording.line(one)) for one in condition.parts), "; ", "；"))
        weight = 0 if group.kind == "at_least" else -1 if group.kind == "any" else 1
        effect = _effect(weight if change == "added" else -weight, sign)
        before, after = (stated, None) if change == "dropped" else (None, stated)
        self._changed(change, part, stated.said, before, after, effect, _clause(condition))

    def _changed(self, change: Change, part: Part, what: Both, before: Stated | None, after: Stated | None, effect: Effect, clause: str) -> None:
        self.changes.append(Changed(change, part, what, before, after, effect, clause))

    def _find_moved(self) -> None:
        """What was dropped at one place and added at another has moved: whether that is stricter the figures alone do not tell."""
        gone = {one.what for one in self.changes if one.change == "dropped"}
        moved = {one.what for one in self.changes if one.change == "added" and one.what in gone}
        here = [replace(one, change="moved", before=one.after, effect="") for one in self.changes if one.change == "added" and one.what in moved]
        self.changes = [one for one in self.changes if one.what not in moved or one.change == "changed"] + list(dict.fromkeys(here))

    # ------------------------------------------------------------ tests

    def _tests(self, before: Test, after: Test, sign: int) -> None:
        if _reads(before, self.before.reader) == _reads(after, self.after.reader):
            self.unchanged += 1
            return
        old, new = _bounds(before, self.before.reader), _bounds(after, self.after.reader)
        if not (old and new and {bound.of for bound in old.values()} == {bound.of for bound in new.values()}):
            effect = _code_effect(before.truth, after.truth, sign)
            said = (Stated(self.before.line(before).said), Stated(self.after.line(after).said))
            self._changed("changed", "condition", Both("the condition", "条件"), *said, effect, after.clause)
            return
        for name in dict.fromkeys((*old, *new)):
            self._bounds(old.get(name), new.get(name), after.clause, sign)

    def _bounds(self, old: Bound | None, new: Bound | None, clause: str, sign: int) -> None:
        bound = new or old
        assert bound is not None
        what = both(_WAY_WORDS[bound.way], bound.of)
        if old is None or new is None:
            change: Change = "dropped" if new is None else "added"
            effect = _effect(1 if change == "added" else -1, sign) if bound.way != "figure" else ""
            self._changed(change, "condition", what, None if old is None else old.edge, None if new is None else new.edge, effect, clause)
        elif (old.edge, old.op) != (new.edge, new.op):
            effect = _bound_effect(old, new, sign)
            if old.op == new.op:
                self._changed("changed", "condition", what, old.edge, new.edge, effect, clause)
            else:
                self._changed("changed", "condition", bound.of, Stated(old.said), Stated(new.said), effect, clause)


def flat(line: Line) -> Both:
    """A condition with its parts in one line."""
    if not line.parts:
        return line.said
    return both(("{0} ({1})", "{0}（{1}）"), line.said, listed(map(flat, line.parts), "; ", "；"))


# ---------------------------------------------------------------- which parts belong together


def _paired(
    before: Sequence[Condition], after: Sequence[Condition], old: Reader, new: Reader
) -> tuple[list[tuple[Condition, Condition]], list[Condition], list[Condition]]:
    """Pairs of parts, the likest first taken, and what is left on either side, in the order of the texts."""
    likeness = [(-_likeness(a, b, old, new), i, j) for i, a in enumerate(before) for j, b in enumerate(after)]
    partner: dict[int, int] = {}
    taken: set[int] = set()
    for unlike, i, j in sorted(likeness):
        if unlike < 0 and i not in partner and j not in taken:
            partner[i] = j
            taken.add(j)
    pairs = [(before[i], after[j]) for i, j in sorted(partner.items())]
    return pairs, [a for i, a in enumerate(before) if i not in partner], [b for j, b in enumerate(after) if j not in taken]


_SAME = 10_000  # reads the same: before anything that is only alike


def _likeness(a: Condition, b: Condition, old: Reader, new: Reader) -> int:
    """How much two conditions have in common; 0 for nothing."""
    if _reads(a, old) == _reads(b, new):
        return _SAME
    if isinstance(a, Test) and isinstance(b, Test):
        subjects = _subjects(a, old) & _subjects(b, new)
        return 3 if subjects else 1 if set(tree.facts_in(a.truth)) & set(tree.facts_in(b.truth)) else 0
    if "none" in (_kind(a), _kind(b)) and _kind(a) != _kind(b):
        return 0
    tests, others = list(tree.tests_in(a)), list(tree.tests_in(b))
    alike = Counter(_reads(test, old) for test in tests) & Counter(_reads(test, new) for test in others)
    about = Counter(s for test in tests for s in _subjects(test, old)) & Counter(s for test in others for s in _subjects(test, new))
    shared = 4 * alike.total() + 2 * about.total()
    return shared + (_kind(a) == _kind(b)) if shared else 0


def _kind(condition: Condition) -> str:
    return condition.kind if isinstance(condition, Group) else ""


def _reads(condition: Condition, reader: Reader) -> str:
    """What a condition asks for, in one text that two conditions share only if they ask for the same."""
    if isinstance(condition, Test):
        return reader.say(condition.truth).en
    return f"{condition.kind}{condition.count}({' | '.join(sorted(_reads(part, reader) for part in condition.parts))})"


def _subjects(test: Test, reader: Reader) -> frozenset[Both]:
    """What a test is about: the left sides of its comparisons, or the category that it looks at."""
    node = tree.body(test.truth)
    if isinstance(node, tree.OneOf):
        return frozenset({reader.say(node.of)})
    return frozenset(bound.of for bound in _bounds(test, reader).values())


def _clause(condition: Condition) -> str:
    return next((test.clause for test in tree.tests_in(condition)), "")


# ---------------------------------------------------------------- figures that tests name


def _bounds(test: Test, reader: Reader) -> dict[tuple[Both, Way], Bound]:
    """The ends that a comparison, or a chain of them, sets; nothing for any other test."""
    truth = test.truth
    if isinstance(truth, tree.Called) and truth.name == "each":  # the same comparison for several years
        first = _bound(tree.body(truth.arguments[0]), reader)
        if first is None:
            return {}
        every = both(("{0} in each of {1} years", "近{1}年每年{0}"), first.of, str(len(truth.arguments)))
        return {(every, first.way): Bound(every, first.way, first.op, first.edge, first.said)}
    node = tree.body(truth)
    found = [_bound(part, reader) for part in (node.parts if isinstance(node, tree.All) else (node,))]
    whole = [bound for bound in found if bound is not None]
    return {(bound.of, bound.way): bound for bound in whole} if len(whole) == len(found) else {}


def _bound(node: Node, reader: Reader) -> Bound | None:
    match tree.body(node):
        case tree.Compare(op=op, left=tree.Figure() as left, right=right) if not isinstance(right, tree.Figure):
            return _made(right, _TURNED[op], left, reader)
        case tree.Compare(op=op, left=left, right=right):
            return _made(left, op, right, reader)
        case tree.GrowthCompare(op=op, last=last, intervals=n, rate=rate):
            of = both(("compound growth of {0} over {1} years", "{0}{1}年复合增长率"), reader.say(last), str(n))
            edge = speech.figure(rate, PLAIN, share=True)
            return Bound(of, _WAYS[op], op, Stated(edge, rate), both(("{0} {1}", "{0}{1}"), comparison(op, last), edge))
    return None


def _made(left: Node, op: str, right: Node, reader: Reader) -> Bound:
    edge, node = reader.edge(left, right), tree.body(right)
    figure = node.value if isinstance(node, tree.Figure) else None
    return Bound(reader.say(left), _WAYS[op], op, Stated(edge, figure), both(("{0} {1}", "{0}{1}"), comparison(op, left), edge))


# ---------------------------------------------------------------- stricter or looser


def _effect(weight: Fraction | int, sign: int) -> Effect:
    return "stricter" if weight * sign > 0 else "looser" if weight * sign < 0 else ""


def _bound_effect(old: Bound, new: Bound, sign: int) -> Effect:
    """A floor that rises is stricter; at the same figure, `more than` is stricter than `at least`."""
    if old.way == "figure" or old.edge.figure is None or new.edge.figure is None:
        return ""
    rise = new.edge.figure - old.edge.figure
    if not rise:
        rise = Fraction((new.op in "<>") - (old.op in "<>"))
        return _effect(rise, sign)
    return _effect(rise if old.way == "floor" else -rise, sign)


def _code_effect(before: Node, after: Node, sign: int) -> Effect:
    """Of two tests for codes of one category, the one that takes more in is looser."""
    match tree.body(before), tree.body(after):
        case (tree.OneOf(wanted=old, negated=False), tree.OneOf(wanted=new, negated=False)):
            return _effect(1 if new < old else -1 if old < new else 0, sign)
        case (tree.OneOf(wanted=old, negated=True), tree.OneOf(wanted=new, negated=True)):
            return _effect(1 if old < new else -1 if new < old else 0, sign)
    return ""


def _strictness(group: Group) -> int:
    """How many of a group's parts have to hold."""
    return {"all": len(group.parts), "any": 1, "at_least": group.count}.get(group.kind, 0)
