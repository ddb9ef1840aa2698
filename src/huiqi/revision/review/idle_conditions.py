"""Conditions that decide nothing: with one of them taken out, every firm of the registry has the same result.

A part of an `all` decides for whom it fails while all else holds; a part of an `any` or `none` for whom it holds while no other part does; a part
of an `at_least` for whom it is the last one needed. Taken out, a part of an `all` asks for nothing, any other part no longer counts.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from huiqi.entitlements.columns import Run
from huiqi.revision.review.finding import Finding
from huiqi.revision.review.material import Material, Seen
from huiqi.revision.review.said import FEW, firms, titles
from huiqi.rules.checks.idle import where_asked
from huiqi.rules.implied import implies
from huiqi.rules.tree import Condition, Group, Test, tests_in, truth_of
from huiqi.vocabulary.problem import Where
from huiqi.vocabulary.speech import Both, both

Bools = NDArray[np.bool_]

#: Firms for whom a part decides surely and perhaps; who meet it in vain: of an `all` with everything else met, of another group while it counts and
#: another part is met as well; for whom it is surely, and perhaps, other than if it were taken out; for whom its group counts.
_FIELDS = ("decides", "perhaps", "vain", "off", "off_perhaps", "counts")


@dataclass(frozen=True)
class Part:
    """A part of a measure's eligibility, and its place in the group that holds it."""

    measure: int
    condition: Condition
    parent: Group
    place: int

    @property
    def tests(self) -> list[Test]:
        return list(tests_in(self.condition))

    @property
    def text(self) -> str:
        """As written; of a group its tests."""
        if isinstance(self.condition, Test):
            return self.condition.text
        return f"{self.condition.kind}: {'; '.join(test.text for test in self.tests)}"


@dataclass(frozen=True)
class _Pair:
    """What a condition is for each firm: must hold, may hold."""

    must: Bools
    may: Bools


class Decided:
    """For how many firms each part of the eligibility of each measure decides."""

    def __init__(self, material: Material):
        self.roots = {number: _root(material.measures[number].eligible) for number in sorted(material.reviewed)}
        every = (part for number, root in self.roots.items() for part in _parts(number, root))
        self.parts = [part for part in every if any(test.origin != "place" for test in part.tests)]
        self.counts = np.zeros((len(self.parts), len(_FIELDS)), np.int64)
        self.line = {(part.measure, id(part.parent), part.place): line for part, line in zip(self.parts, self.counts, strict=True)}

    def look(self, seen: Seen) -> None:
        every = np.ones(seen.size, bool)
        for number, root in self.roots.items():
            pairs = [_pair_of(seen.run, slot) for slot in seen.plan.measures[number].tests]
            self._weigh(number, root, pairs, every, every)

    def _weigh(self, number: int, group: Group, pairs: list[_Pair], surely: Bools, perhaps: Bools) -> _Pair:
        """Count the parts of a group, for the firms for whom the group surely, and perhaps, decides the measure."""
        ends, at = [], 0
        for part in group.parts:
            size = len(list(tests_in(part)))
            ends.append((at, at + size))
            at += size
        held = [_held(part, pairs[first:last]) for part, (first, last) in zip(group.parts, ends, strict=True)]
        must, may = (sum((getattr(one, end).astype(np.int16) for one in held), np.zeros(len(surely), np.int16)) for end in ("must", "may"))
        for place, (part, one) in enumerate(zip(group.parts, held, strict=True)):
            others_must, others_may, others = must - one.must, may - one.may, len(group.parts) - 1
            needed = {"all": others, "at_least": group.count - 1}.get(group.kind, 0)  # so many others have to hold for the part to decide
            alone, maybe = (others_must == needed) & (others_may == needed), (others_must <= needed) & (others_may >= needed)
            alone, maybe = surely & alone, perhaps & maybe
            line = self.line.get((number, id(group), place))
            if line is not None:
                off, off_perhaps = (~one.may, ~one.must) if group.kind == "all" else (one.must, one.may)
                decides = alone & off
                vain = alone & ~off_perhaps if group.kind == "all" else surely & off & ~maybe
                for field, who in enumerate((decides, maybe & off_perhaps & ~decides, vain, off, off_perhaps & ~off, surely)):
                    line[field] += np.count_nonzero(who)
            if isinstance(part, Group):
                self._weigh(number, part, pairs[slice(*ends[place])], alone, maybe)
        return _joined(group, held)

    def add(self, other: Self) -> None:
        self.counts += other.counts


def idle_conditions(material: Material) -> list[Finding]:
    """A finding for each part that decides for nobody, one at a time; of a group that decides for nobody its parts are not told as well.

    It decides for nobody where nobody is known for whom it does, and more are known to meet it in vain, at least FEW, than it may decide for; where
    nobody can meet a part of an `any` that counts for as many; or where the form of the rules shows that another condition asks for it already.
    """
    decided = material.counted(Decided)
    idle: list[tuple[Part, dict[str, int], str | None]] = []
    covered: set[tuple[int, int]] = set()
    for part, line in zip(decided.parts, decided.counts.tolist(), strict=True):
        if (part.measure, id(part.parent)) in covered:
            covered.add((part.measure, id(part.condition)))
            continue
        counts = dict(zip(_FIELDS, line, strict=True))
        beside = _asked_by(material, part)
        in_vain = counts["vain"] >= FEW and counts["perhaps"] <= counts["vain"]
        nobodys = part.parent.kind != "all" and not counts["off"] and not counts["off_perhaps"] and counts["counts"] >= FEW
        shown = not counts["decides"] and (in_vain or nobodys)
        if shown or beside is not None:
            covered.add((part.measure, id(part.condition)))
            idle.append((part, counts, beside))
    return list(_findings(material, idle, decided.parts))


def _findings(material: Material, idle: list[tuple[Part, dict[str, int], str | None]], every: list[Part]) -> Iterator[Finding]:
    """One for each line of the texts: a condition of the core policy or of an edition is idle if it is in all measures that it is for."""
    uses: dict[Any, int] = {}
    for part in every:
        uses[_line(material, part)] = uses.get(_line(material, part), 0) + 1
    lines: dict[Any, list[tuple[Part, dict[str, int], str | None]]] = {}
    for one in idle:
        lines.setdefault(_line(material, one[0]), []).append(one)
    for line, some in lines.items():
        if len(some) == uses[line]:
            yield _finding(material, some)


def _line(material: Material, part: Part) -> tuple[Where, str, int]:
    """Where a part is written, and its text; two parts of one measure are never one."""
    first = part.tests[0]
    measure = material.measures[part.measure]
    shared = all(test.origin != "measure" for test in part.tests)
    return where_asked(measure, first, material.rules), part.text, -1 if shared else id(part.condition)


def _finding(material: Material, some: list[tuple[Part, dict[str, int], str | None]]) -> Finding:
    part, subject = some[0][0], material.registry.schema.subject
    counts = {field: max(one[1][field] for one in some) for field in _FIELDS}  # of a line in several measures, where they are most
    measures = [material.measures[one[0].measure] for one in some]
    asked, beside = counts["vain"], some[0][2]
    text = Both(f"`{part.text}`", f"“{part.text}”")
    if beside is not None:
        why = both(("{0} asks for it already, for anybody", "“{0}”已包含该要求，对任何对象均如此"), Both(f"`{beside}`", beside))
        reason = "implied by the text"
    elif not counts["off"] and not counts["off_perhaps"]:
        holds = part.parent.kind == "all"
        why = Both("everybody in the registry meets it", "登记库中人人满足") if holds else Both("nobody in the registry meets it", "登记库中无人满足")
        reason = "never false" if holds else "never true"
    else:
        why = (
            Both("whoever fails it fails something else too", "凡不满足该项的，也不满足其他条件")
            if part.parent.kind == "all"
            else Both("whoever meets it meets another one of them too, or fails elsewhere", "凡满足该项的，也满足同组其他条件，或不满足组外条件")
        )
        reason = "implied by others"
    what = both(("{0} decides nothing in {1}: {2}", "{0}在“{1}”中不起作用：{2}"), text, titles(measures), why)
    if asked:
        what = both(("{0}; {1} meet it to no effect", "{0}；{1}满足该项而不影响结果"), what, firms(asked, subject))
    if beside is None and counts["perhaps"]:
        what = both(("{0}; for want of facts it may decide for {1}", "{0}；因数据缺失，另有{1}可能由它决定"), what, firms(counts["perhaps"], subject))
    remedy = Both("take it out, or set it where it decides something", "删去该条件，或将其调整到真正起作用的水平")
    detail = {
        "test": part.text, "reason": reason, "counts": counts, "measures": [measure.id for measure in measures],
        "group": part.parent.kind, "origin": part.tests[0].origin, **({} if beside is None else {"implied_by": beside}),
    }  # fmt: skip
    names = tuple(dict.fromkeys(measure.name for measure in measures))
    where, _, _ = _line(material, part)
    currency = material.currency(part.measure)
    perhaps = 0 if beside is not None else counts["perhaps"]
    return Finding("idle-condition", names, part.tests[0].clause, what, remedy, where, (0, 0), asked, perhaps, currency, detail)


def _asked_by(material: Material, part: Part) -> str | None:
    """The text of a condition beside which a part says nothing, as far as the form of both shows it."""
    mine = truth_of(part.condition)
    others = [(truth_of(other), other) for place, other in enumerate(part.parent.parts) if place != part.place]
    match part.parent.kind:
        case "all":
            found = [other for truth, other in others if implies(truth, mine)]
        case "any" | "none":
            found = [other for truth, other in others if implies(mine, truth)]
        case _:
            return None
    for other in found:
        if _later(part, other):  # of two that say the same the later one is told
            return "; ".join(test.text for test in tests_in(other))
    return None


def _later(part: Part, other: Condition) -> bool:
    """The part is the one to be told of: the other does not say nothing beside it as well, or stands before it."""
    mine, its = truth_of(part.condition), truth_of(other)
    if implies(mine, its) and implies(its, mine):
        return next(place for place, one in enumerate(part.parent.parts) if one is other) < part.place
    return True


def _root(condition: Condition) -> Group:
    """The outermost group; a measure that asks for one test only is one of it."""
    return condition if isinstance(condition, Group) else Group("all", (condition,))


def _parts(measure: int, group: Group) -> Iterator[Part]:
    for place, part in enumerate(group.parts):
        yield Part(measure, part, group, place)
        if isinstance(part, Group):
            yield from _parts(measure, part)


def _pair_of(run: Run, slot: int) -> _Pair:
    found, shape = run.truths(slot), (run.block.size,)
    return _Pair(np.broadcast_to(found.must, shape), np.broadcast_to(found.may, shape))


def _held(condition: Condition, pairs: list[_Pair]) -> _Pair:
    """What a condition is, from its tests."""
    if isinstance(condition, Test):
        return pairs[0]
    held, at = [], 0
    for part in condition.parts:
        size = len(list(tests_in(part)))
        held.append(_held(part, pairs[at : at + size]))
        at += size
    return _joined(condition, held)


def _joined(group: Group, held: list[_Pair]) -> _Pair:
    musts, mays = np.array([one.must for one in held]), np.array([one.may for one in held])
    match group.kind:
        case "all":
            return _Pair(np.logical_and.reduce(musts), np.logical_and.reduce(mays))
        case "any":
            return _Pair(np.logical_or.reduce(musts), np.logical_or.reduce(mays))
        case "none":
            return _Pair(~np.logical_or.reduce(mays), ~np.logical_or.reduce(musts))
    return _Pair(musts.sum(0) >= group.count, mays.sum(0) >= group.count)
