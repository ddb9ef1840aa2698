"""Simulate a reform (模拟测算): the law as it is and the reform on the same facts, and what differs for whom.

Only what the reform touches is evaluated, on both sides over the same columns. What differs for a subject is a range: what all its touched measures
pay after stacking in the reform, less what they pay now. It holds whatever the unknown facts turn out to be, and is exact where all are known; where
an unknown fact moves both sides the range can be wider than it need be. Who cannot have a changed measure on either side is left out: its
difference is nought, whatever is unknown of it.
"""

from __future__ import annotations

import datetime
import heapq
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from huiqi.entitlements.awards import award_population
from huiqi.entitlements.columns import Block
from huiqi.entitlements.due import NO, YES, Dues
from huiqi.entitlements.evaluate import STRETCH
from huiqi.entitlements.population import Column, Population, rank_population
from huiqi.entitlements.related import relate_population
from huiqi.entitlements.run.dimensions import Dimension, dimensions_of
from huiqi.entitlements.run.parts import Part
from huiqi.entitlements.run.stretches import Evaluator, Wanted, side_by_side
from huiqi.entitlements.run.summary import Outcome, outcome_of
from huiqi.entitlements.totals import ALL
from huiqi.facts.registry import Registry, Stretch
from huiqi.revision.touched import Side, touched
from huiqi.rules.compile import Rules
from huiqi.rules.cumulation import stack

LARGEST = 20  #: subjects that are named with the largest gains, and the largest losses

#: What becomes of a subject, each in two counts, surely and perhaps: its money grows or shrinks, it gets something for the first time or no more.
FATES = ("gain", "lose", "enter", "leave")


@dataclass(frozen=True)
class Fates:
    """How many subjects of a group: `surely` and `perhaps` of each of FATES; `untouched` cannot have what changes; the sum of the differences, in
    fen, None where an end is open."""

    subjects: int
    touched: int
    surely: tuple[int, ...]
    perhaps: tuple[int, ...]
    low: int | None
    high: int | None

    def of(self, fate: str) -> tuple[int, int]:
        """Surely so many, and perhaps so many more."""
        at = FATES.index(fate)
        return self.surely[at], self.perhaps[at]


@dataclass(frozen=True)
class Difference:
    """What differs for one subject, in fen; infinite where an end is open."""

    subject: str
    before: tuple[float, float]
    after: tuple[float, float]

    @property
    def low(self) -> float:
        return self.after[0] - self.before[1]

    @property
    def high(self) -> float:
        return self.after[1] - self.before[0]


@dataclass(frozen=True)
class Simulation:
    """Both sides with what the touched measures come to, and what becomes of the subjects: of all, and by group of each dimension."""

    sides: tuple[Side, Side]
    before: Outcome
    after: Outcome
    fates: Fates
    by: dict[str, dict[str, Fates]]
    gains: tuple[Difference, ...]  # the largest that are sure
    losses: tuple[Difference, ...]
    dimensions: tuple[Dimension, ...]


def simulate(
    before: Rules,
    after: Rules,
    registry: Registry,
    as_of: datetime.date,
    *,
    assume_recognised: bool = False,
    tick: Callable[[int], None] = lambda _: None,
) -> Simulation:
    """Both laws on the facts of `as_of`. Raises FaultyInput where a registry's cells cannot be used."""
    sides = touched(before, after, registry.schema.subject)
    work = _Work(sides, registry, as_of, assume_recognised)
    stretches = registry.stretches(STRETCH)
    found = _Found.nothing(work.dimensions)
    parts: tuple[list[Part], list[Part]] = ([], [])
    for stretch, one in zip(stretches, side_by_side(work.stretch, stretches), strict=True):
        tick(stretch.stop - stretch.start)
        found.add(one)
        for kept, part in zip(parts, one.parts, strict=True):
            kept.append(part)
    by = {d.name: {name: found.fates(d.name, at) for at, name in enumerate(d.groups) if found.subjects[d.name][0, at]} for d in work.dimensions}
    return Simulation(
        sides,
        work.evaluators[0].outcome(parts[0]),
        work.evaluators[1].outcome(parts[1]),
        found.fates(ALL, 0),
        by,
        tuple(found.largest(gain=True)),
        tuple(found.largest(gain=False)),
        work.dimensions,
    )


class _Evaluated:
    """One side: its touched measures over stretches."""

    def __init__(self, side: Side, registry: Registry, as_of: datetime.date, assume_recognised: bool, dimensions: tuple[Dimension, ...]):
        self.side, self.dimensions = side, dimensions
        limits = stack(side.rules, side.measures, registry.schema.subject).limits
        population = award_population(Population(registry, side.rules, as_of, assume_recognised), limits)
        self.population = rank_population(relate_population(population, limits)) if side.measures else population
        self.evaluator = Evaluator(self.population, side.measures, dimensions, Wanted(frozenset(range(len(side.measures))), False, {}, 0))

    @property
    def columns(self) -> set[Column]:
        evaluator = self.evaluator
        return {*evaluator.shared, *(c for some in evaluator.columns for c in some), *self.population.columns(evaluator.stacked.limits)}

    def found(self, block: Block, start: int) -> tuple[Part, Dues]:
        part, dues = self.evaluator.found(self.population.same_block(block, start), range(len(self.side.measures)), 1, rows=True)
        assert dues is not None
        return part, dues

    def outcome(self, parts: Iterable[Part]) -> Outcome:
        every = range(len(self.side.measures))
        return outcome_of(self.side.measures, every, self.evaluator.stacked.loose, self.dimensions, parts)


class _Work:
    def __init__(self, sides: tuple[Side, Side], registry: Registry, as_of: datetime.date, assume_recognised: bool):
        self.sides, self.dimensions = sides, dimensions_of(registry)
        self.evaluators = tuple(_Evaluated(side, registry, as_of, assume_recognised, self.dimensions) for side in sides)
        self.columns = sorted(set().union(*(one.columns for one in self.evaluators)), key=str)

    def stretch(self, number: int, stretch: Stretch, workers: int) -> _Found:
        """What differs for the subjects of a stretch."""
        block = self.evaluators[0].population.block(self.columns, stretch.start, stretch.stop)
        both = [one.found(block, stretch.start) for one in self.evaluators]
        found = _Found.nothing(self.dimensions)
        found.parts = (both[0][0], both[1][0])
        paid = [_paid(dues, block.size, side.changed) for (_, dues), side in zip(both, self.sides, strict=True)]
        groups = {ALL: np.zeros(block.size, np.int64)} | {d.name: d.of(block).of for d in self.dimensions}
        found.compare(block, paid[0], paid[1], groups)
        return found


@dataclass(frozen=True)
class _Paid:
    """What all touched measures pay to each subject, whether it has any of them surely and perhaps, and whether it may have one that changes."""

    low: NDArray[np.float64]
    high: NDArray[np.float64]
    surely: NDArray[np.bool_]
    perhaps: NDArray[np.bool_]
    touched: NDArray[np.bool_]


def _paid(dues: Dues, size: int, changed: frozenset[int]) -> _Paid:
    """Summed over the measures; a sum of ranges holds for the range of the sum."""
    low, high = np.zeros(size), np.zeros(size)
    surely, perhaps, touched_ = np.zeros(size, bool), np.zeros(size, bool), np.zeros(size, bool)
    for number, one in enumerate(dues):
        paid = one.paid
        np.add.at(low, one.rows, one.low if paid is None else paid.low)
        np.add.at(high, one.rows, one.high if paid is None else paid.high)
        surely[one.rows] |= one.must if paid is None else paid.stands == YES
        perhaps[one.rows] |= True if paid is None else paid.stands != NO
        if number in changed:
            touched_[one.rows] = True
    return _Paid(low, high, surely, perhaps, touched_)


@dataclass
class _Found:
    """Counts and sums by dimension and group, and the largest differences; adds up over stretches."""

    subjects: dict[str, NDArray[np.int64]]
    touched: dict[str, NDArray[np.int64]]
    surely: dict[str, NDArray[np.int64]]  # (FATES, groups)
    perhaps: dict[str, NDArray[np.int64]]
    sums: dict[str, list[tuple[int, int]]]  # of the finite ends, by group
    open: dict[str, NDArray[np.int64]]  # (below and above, groups): how many ends are open
    top: dict[bool, list[tuple[float, str, Difference]]] = field(default_factory=lambda: {True: [], False: []})
    parts: tuple[Any, ...] = ()

    @staticmethod
    def nothing(dimensions: Sequence[Dimension]) -> _Found:
        sizes = {ALL: 1} | {dimension.name: len(dimension.groups) for dimension in dimensions}
        zeros = partial(_zeros, sizes)
        return _Found(zeros(1), zeros(1), zeros(len(FATES)), zeros(len(FATES)), {name: [(0, 0)] * size for name, size in sizes.items()}, zeros(2))

    def add(self, other: _Found) -> None:
        for mine, its in ((self.subjects, other.subjects), (self.touched, other.touched), (self.surely, other.surely)):
            for name, counts in mine.items():
                counts += its[name]
        for mine, its in ((self.perhaps, other.perhaps), (self.open, other.open)):
            for name, counts in mine.items():
                counts += its[name]
        for name, sums in self.sums.items():
            self.sums[name] = [(one[0] + more[0], one[1] + more[1]) for one, more in zip(sums, other.sums[name], strict=True)]
        for gain, largest in self.top.items():
            self.top[gain] = heapq.nlargest(LARGEST, largest + other.top[gain], key=lambda one: (one[0], one[1]))

    def compare(self, block: Block, before: _Paid, after: _Paid, groups: dict[str, NDArray[Any]]) -> None:
        """Count what differs between both sides, by group."""
        touched_ = before.touched | after.touched
        rows = np.flatnonzero(touched_)
        one, other = (_Paid(*(getattr(side, name)[rows] for name in _Paid.__dataclass_fields__)) for side in (before, after))
        with np.errstate(invalid="ignore"):  # an open end on both sides leaves nothing known
            low, high = other.low - one.high, other.high - one.low
        low, high = np.where(np.isnan(low), -np.inf, low), np.where(np.isnan(high), np.inf, high)
        sure = np.stack([low > 0, high < 0, ~one.perhaps & other.surely, one.surely & ~other.perhaps])
        may = np.stack([(high > 0) & ~(low > 0), (low < 0) & ~(high < 0), ~one.surely & other.perhaps, one.perhaps & ~other.surely])
        may[2:] &= ~sure[2:]
        for name, of in groups.items():
            size = self.subjects[name].shape[-1]
            mine = of[rows]
            self.subjects[name][0] += np.bincount(of, minlength=size)
            self.touched[name][0] += np.bincount(mine, minlength=size)
            for at in range(len(FATES)):
                self.surely[name][at] += np.bincount(mine[sure[at]], minlength=size)
                self.perhaps[name][at] += np.bincount(mine[may[at]], minlength=size)
            for at, ends in enumerate((low, high)):
                self.open[name][at] += np.bincount(mine[np.isinf(ends)], minlength=size)
            sums = [_sums(np.where(np.isinf(ends), 0.0, ends), mine, size) for ends in (low, high)]
            self.sums[name] = [(a + x, b + y) for (a, b), x, y in zip(self.sums[name], *sums, strict=True)]
        for gain, worth in ((True, low), (False, -high)):
            best = np.flatnonzero(worth > 0)
            if len(best) > LARGEST:
                best = best[np.argpartition(-worth[best], LARGEST)[:LARGEST]]
            for row in best.tolist():
                id = str(block.ids[int(rows[row])])
                difference = Difference(id, (float(one.low[row]), float(one.high[row])), (float(other.low[row]), float(other.high[row])))
                self.top[gain].append((float(worth[row]), id, difference))

    def fates(self, dimension: str, group: int) -> Fates:
        low, high = self.sums[dimension][group]
        below, above = self.open[dimension][:, group].tolist()
        return Fates(
            int(self.subjects[dimension][0, group]), int(self.touched[dimension][0, group]), tuple(self.surely[dimension][:, group].tolist()),
            tuple(self.perhaps[dimension][:, group].tolist()), None if below else low, None if above else high,
        )  # fmt: skip

    def largest(self, *, gain: bool) -> list[Difference]:
        """By size, those of the same by id."""
        return [difference for _, _, difference in sorted(self.top[gain], key=lambda one: (-one[0], one[1]))[:LARGEST]]


def _zeros(sizes: dict[str, int], lines: int) -> dict[str, NDArray[np.int64]]:
    return {name: np.zeros((lines, size), np.int64) for name, size in sizes.items()}


def _sums(ends: NDArray[np.float64], groups: NDArray[Any], size: int) -> list[int]:
    """Exact sums of whole fen by group, as the lower 32 bits and the rest."""
    fen = ends.astype(np.int64)
    parts = []
    for limb in (fen & 0xFFFF_FFFF, fen >> 32):
        found = np.zeros(size, np.int64)
        np.add.at(found, groups, limb)
        parts.append(found.tolist())
    return [low + (high << 32) for low, high in zip(*parts, strict=True)]
