"""What differs between two laws, counted: who gains, loses, comes in and falls out, and the money, by group and by measure.

Money is held as exact sums of whole fen; with weights, which make a registry stand for more than it holds, counts and sums are estimates.
"""

from __future__ import annotations

import heapq
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from huiqi.entitlements.due import NO, YES, Dues, uncut
from huiqi.entitlements.totals import ALL, Groups, Sum

Ends = NDArray[np.float64]
LARGEST = 20  #: subjects that are named with the largest gains, and the largest losses

#: What becomes of a subject, each in two counts, surely and perhaps: its money grows or shrinks, it gets something for the first time or no more.
FATES = ("gain", "lose", "enter", "leave")
_COUNTS = 2 + 2 * len(FATES)  # subjects, touched, surely and perhaps of each fate
_SIDES = ("before", "after", "difference")


@dataclass(frozen=True)
class Fates:
    """A group of subjects: how many; how many may have what changes; `surely` and, beyond those, `perhaps` of each of FATES; what the touched
    measures cost before and after and the difference: the lowest and the highest sum in fen, None where an end is open."""

    subjects: float
    touched: float
    surely: tuple[float, ...]
    perhaps: tuple[float, ...]
    before: Sum
    after: Sum
    difference: tuple[int | None, int | None]

    def of(self, fate: str) -> tuple[float, float]:
        """Surely so many, and perhaps so many more."""
        at = FATES.index(fate)
        return self.surely[at], self.perhaps[at]


@dataclass(frozen=True)
class Tally:
    """One measure under one law: how many have it and may have it, the amount due and what stacking leaves of it, in fen."""

    yes: float = 0
    depends: float = 0
    due: Sum = (0, 0)
    payable: Sum = (0, 0)


@dataclass(frozen=True)
class Difference:
    """One subject: what its touched measures pay before and after, and the difference, in fen; infinite where an end is open."""

    subject: str
    before: tuple[float, float]
    after: tuple[float, float]
    low: float
    high: float


@dataclass(frozen=True)
class Paid:
    """What the touched measures pay to each subject, whether it has any of them surely and perhaps, and whether it may have one that changes."""

    low: Ends
    high: Ends
    surely: NDArray[np.bool_]
    perhaps: NDArray[np.bool_]
    touched: NDArray[np.bool_]

    def only(self, rows: NDArray[np.intp]) -> Paid:
        return Paid(self.low[rows], self.high[rows], self.surely[rows], self.perhaps[rows], self.touched[rows])


@dataclass(frozen=True)
class Between:
    """Both ends of what the reform pays more to each subject, in fen, and who may get something where it had nothing, or nothing any more."""

    low: Ends
    high: Ends
    enters: NDArray[np.bool_]
    leaves: NDArray[np.bool_]


def paid(dues: Dues, size: int, changed: frozenset[int]) -> Paid:
    """Summed over the measures; a sum of ranges holds for the range of the sum."""
    low, high = np.zeros(size), np.zeros(size)
    surely, perhaps, touched = np.zeros(size, bool), np.zeros(size, bool), np.zeros(size, bool)
    for number, one in enumerate(dues):
        left, rows = one.paid or uncut(one), one.rows
        low[rows] += left.low
        high[rows] += left.high
        surely[rows] |= left.stands == YES
        perhaps[rows] |= left.stands != NO
        if number in changed:
            touched[rows] = True
    return Paid(low, high, surely, perhaps, touched)


@dataclass(frozen=True)
class Fen:
    """Ends of amounts as they are added up: without weights as the lower 32 bits and the rest, each of which float64 adds without rounding."""

    limbs: tuple[Ends, ...]
    open: NDArray[np.intp]  # rows whose end is infinite; they add nothing

    @staticmethod
    def of(ends: Ends, weights: Ends | None) -> Fen:
        there = np.isfinite(ends)
        open_ = np.flatnonzero(~there)
        if len(open_):
            ends = np.where(there, ends, 0.0)
        if weights is not None:
            return Fen((ends * weights,), open_)
        high = np.floor(ends * 2.0**-32)
        return Fen((ends - high * 2.0**32, high), open_)


@dataclass
class Money:
    """Sums of ends by group: of the finite ones in fen, and how many are open."""

    sums: list[float]
    open: NDArray[np.int64]

    @staticmethod
    def nothing(size: int) -> Money:
        return Money([0] * size, np.zeros(size, np.int64))

    def add(self, ends: Fen, groups: NDArray[np.int32]) -> None:
        size = len(self.sums)
        if len(ends.open):
            self.open += np.bincount(groups[ends.open], minlength=size)
        found = [np.bincount(groups, limb, size).tolist() for limb in ends.limbs]
        if len(found) == 2:
            found = [[int(low) + (int(high) << 32) for low, high in zip(*found, strict=True)]]
        self.sums = [one + more for one, more in zip(self.sums, found[0], strict=True)]

    def join(self, other: Money) -> None:
        self.sums = [one + more for one, more in zip(self.sums, other.sums, strict=True)]
        self.open += other.open

    def of(self, group: int) -> int | None:
        return None if self.open[group] else round(self.sums[group])


@dataclass
class GroupCount:
    """Counts and sums of one grouping; adds up over stretches."""

    counts: NDArray[np.float64]  # (_COUNTS, groups)
    money: dict[str, tuple[Money, Money]]  # of each of _SIDES the low and the high ends

    @staticmethod
    def nothing(size: int) -> GroupCount:
        return GroupCount(np.zeros((_COUNTS, size)), {side: (Money.nothing(size), Money.nothing(size)) for side in _SIDES})

    def join(self, other: GroupCount) -> None:
        self.counts += other.counts
        for side, ends in self.money.items():
            for mine, its in zip(ends, other.money[side], strict=True):
                mine.join(its)

    def fates(self, group: int, weighted: bool) -> Fates:
        counts = [one if weighted else int(one) for one in self.counts[:, group].tolist()]
        sums = {side: (low.of(group), high.of(group)) for side, (low, high) in self.money.items()}
        known = {side: (low or 0, high) for side, (low, high) in sums.items()}  # what is due has a low end
        return Fates(counts[0], counts[1], tuple(counts[2::2]), tuple(counts[3::2]), known["before"], known["after"], sums["difference"])


@dataclass
class TallyCount:
    """Counts and sums of the measures of one law."""

    counts: NDArray[np.float64]  # (2, measures)
    money: tuple[Money, ...]  # due and payable, low and high

    @staticmethod
    def nothing(measures: int) -> TallyCount:
        return TallyCount(np.zeros((2, measures)), tuple(Money.nothing(measures) for _ in range(4)))

    def add(self, dues: Dues, weights: Ends | None) -> None:
        numbers, left = dues.numbers, dues.paid or uncut(dues)
        mine = None if weights is None else weights[dues.rows]
        for at, which in enumerate((dues.must, ~dues.must)):
            self.counts[at] += np.bincount(numbers[which], None if mine is None else mine[which], len(dues))
        for money, ends in zip(self.money, (dues.low, dues.high, left.low, left.high), strict=True):
            money.add(Fen.of(ends, mine), numbers)

    def join(self, other: TallyCount) -> None:
        self.counts += other.counts
        for mine, its in zip(self.money, other.money, strict=True):
            mine.join(its)

    def tallies(self, weighted: bool) -> tuple[Tally, ...]:
        found = []
        for at in range(self.counts.shape[1]):
            yes, depends = (one if weighted else int(one) for one in self.counts[:, at].tolist())
            low, high, left_low, left_high = (money.of(at) for money in self.money)
            found.append(Tally(yes, depends, (low or 0, high), (left_low or 0, left_high)))
        return tuple(found)


@dataclass
class Comparison:
    """All counts of both laws over some subjects, and the largest differences; adds up over stretches."""

    groups: dict[str, GroupCount]
    sides: tuple[TallyCount, ...]
    top: dict[bool, list[tuple[float, str, Difference]]] = field(default_factory=lambda: {True: [], False: []})

    @staticmethod
    def nothing(sizes: Mapping[str, int], measures: Sequence[int]) -> Comparison:
        return Comparison({name: GroupCount.nothing(size) for name, size in sizes.items()}, tuple(TallyCount.nothing(one) for one in measures))

    def join(self, other: Comparison) -> None:
        for name, count in self.groups.items():
            count.join(other.groups[name])
        for mine, its in zip(self.sides, other.sides, strict=True):
            mine.join(its)
        for gain, largest in self.top.items():
            self.top[gain] = heapq.nsmallest(LARGEST, largest + other.top[gain], key=lambda one: (-one[0], one[1]))

    def add(self, ids: Sequence[object], before: Paid, after: Paid, between: Between, groups: Mapping[str, Groups], weights: Ends | None) -> None:
        """Subjects with what both laws pay to them and what lies between."""
        rows = np.flatnonzero(before.touched | after.touched)
        one, other, low, high = before.only(rows), after.only(rows), between.low[rows], between.high[rows]
        mine = None if weights is None else weights[rows]
        sure = np.stack([low > 0, high < 0, ~one.perhaps & other.surely, one.surely & ~other.perhaps])
        may = np.stack([(high > 0) & ~(low > 0), (low < 0) & ~(high < 0), ~one.surely & other.perhaps, one.perhaps & ~other.surely])
        may[2:] &= ~sure[2:] & np.stack([between.enters[rows], between.leaves[rows]])
        either = np.flatnonzero(before.perhaps | after.perhaps)
        theirs = None if weights is None else weights[either]
        paid_ = {name: [Fen.of(end[either], theirs) for end in (side.low, side.high)] for name, side in (("before", before), ("after", after))}
        differences = [Fen.of(end, mine) for end in (low, high)]
        for name, group in groups.items():
            count, of = self.groups[name], group.of[rows]
            count.counts[0] += np.bincount(group.of, weights, group.size)
            count.counts[1] += np.bincount(of, mine, group.size)
            for at in range(len(FATES)):
                for line, which in ((2 + 2 * at, sure[at]), (3 + 2 * at, may[at])):
                    if which.any():
                        count.counts[line] += np.bincount(of[which], None if mine is None else mine[which], group.size)
            for side, ends in paid_.items():
                for money, end in zip(count.money[side], ends, strict=True):
                    money.add(end, group.of[either])
            for money, end in zip(count.money["difference"], differences, strict=True):
                money.add(end, of)
        for gain, worth in ((True, low), (False, -high)):
            best = np.flatnonzero(worth > 0)
            if len(best) > LARGEST:  # those that share the last place are all kept: which of them is named is for `join` to say
                least = np.partition(worth[best], len(best) - LARGEST)[len(best) - LARGEST]
                best = best[worth[best] >= least]
            named = [(float(worth[row]), str(ids[int(rows[row])]), row) for row in best.tolist()]
            for size, id, row in heapq.nsmallest(LARGEST, named, key=lambda found: (-found[0], found[1])):
                pairs = [(float(side.low[row]), float(side.high[row])) for side in (one, other)]
                self.top[gain].append((size, id, Difference(id, pairs[0], pairs[1], float(low[row]), float(high[row]))))

    def largest(self, *, gain: bool) -> tuple[Difference, ...]:
        """By size, those of the same by id."""
        return tuple(difference for _, _, difference in sorted(self.top[gain], key=lambda one: (-one[0], one[1])))


def everybody(found: Mapping[str, Mapping[str, Fates]]) -> Fates:
    """The one group of all."""
    return found[ALL][ALL]
