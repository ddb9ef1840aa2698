"""Classes by rank within a group, on ranges: worst and best rank of every subject."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from huiqi.entitlements.columns import ABSENT_CODE

UNKNOWN_GROUP = -1


Floats = NDArray[np.float64]
HIGH, SURE_LOW = 0, 1  #: the two kinds of ends that are counted


class Counted(NamedTuple):
    """How many totals of a group have which end: one of parallel arrays a kind, the group, the end and the number of totals."""

    kind: NDArray[np.int8]
    group: NDArray[np.int64]
    end: Floats
    totals: NDArray[np.int64]


@dataclass(frozen=True)
class Ends:
    """Different ends in rising order, and how many totals have an end up to each of them."""

    ends: Floats
    up_to: NDArray[np.int64]

    @property
    def count(self) -> int:
        return int(self.up_to[-1]) if len(self.up_to) else 0

    def above(self, ends: Floats) -> NDArray[np.int64]:
        """How many totals lie above each of the given ends."""
        return self.count - np.concatenate([[0], self.up_to])[np.searchsorted(self.ends, ends, side="right")]


@dataclass(frozen=True)
class Field:
    """Whom one is ranked among: the high ends of all who may be in the group, the low ends of all who surely are and have a total."""

    highs: Ends
    sure_lows: Ends


def count_ends(low: Floats, high: Floats, maybe: NDArray[np.bool_], group: NDArray[np.int64]) -> Counted:
    """The ends of some subjects' totals, counted; counts of disjoint subjects add up to those of all."""
    ranked = ~np.isnan(low)
    sure = ranked & ~maybe & (group != UNKNOWN_GROUP)
    kinds, groups, ends, totals = [], [], [], []
    for kind, values, some in ((HIGH, high, ranked), (SURE_LOW, low, sure)):
        for number in np.unique(group[some]):
            found, times = np.unique(values[some & (group == number)], return_counts=True)
            kinds.append(np.full(len(found), kind, np.int8))
            groups.append(np.full(len(found), number, np.int64))
            ends.append(found)
            totals.append(times.astype(np.int64))
    if not ends:
        return Counted(np.zeros(0, np.int8), np.zeros(0, np.int64), np.zeros(0), np.zeros(0, np.int64))
    return Counted(np.concatenate(kinds), np.concatenate(groups), np.concatenate(ends), np.concatenate(totals))


def fields_of(counted: Counted) -> dict[int, Field]:
    """The field of every known group; whose group is unknown may be in each of them."""

    def ends(kind: int, *groups: int) -> Ends:
        at = (counted.kind == kind) & np.isin(counted.group, groups)
        found, place = np.unique(counted.end[at], return_inverse=True)
        totals = np.zeros(len(found), np.int64)
        np.add.at(totals, place, counted.totals[at])
        return Ends(found, np.cumsum(totals))

    known = np.unique(counted.group[counted.group != UNKNOWN_GROUP]).tolist()
    return {number: Field(ends(HIGH, number, UNKNOWN_GROUP), ends(SURE_LOW, number)) for number in known}


def classes_by_rank(
    low: Floats,
    high: Floats,
    maybe: NDArray[np.bool_],
    group: NDArray[np.int64],
    shares: tuple[Fraction, ...],
    fields: Mapping[int, Field] | None = None,
) -> NDArray[np.uint64]:
    """The classes that each subject can have, one bit a class, best class first; the highest bit says 'none'.

    `low` and `high` are the totals (NaN: no total, so no class), `maybe` marks totals that may not exist, `group` is the group's number or -1
    where it is unknown, `shares` the cumulative upper share of every class but the last. In a group of n the subject of rank r is in the
    first class whose share of n is at least r; equal totals share the better rank. The worst rank of i counts every j that may lie in the
    group with high_j > low_i, the best rank every j that surely does with low_j > high_i. `fields` are those of more subjects than these.
    """
    if fields is None:
        fields = fields_of(count_ends(low, high, maybe, group))
    bits = np.zeros(len(low), np.uint64)
    ranked = ~np.isnan(low)
    bits[~ranked] = ABSENT_CODE
    everything = np.uint64((1 << (len(shares) + 1)) - 1)
    bits[ranked & (group == UNKNOWN_GROUP)] = everything
    for number in np.unique(group[ranked & (group != UNKNOWN_GROUP)]).tolist():
        inside = ranked & (group == number)
        field = fields[number]
        i_low, i_high = low[inside], high[inside]
        worst = 1 + field.highs.above(i_low) - (i_high > i_low)
        best = 1 + field.sure_lows.above(i_high)
        fewest = np.maximum(field.sure_lows.count + maybe[inside], 1)  # the subject itself is there when its class is asked for
        most = np.full(len(i_low), field.highs.count)
        first, last = _class(best, most, shares), _class(worst, fewest, shares)
        bits[inside] = (np.uint64(2) << last.astype(np.uint64)) - (np.uint64(1) << first.astype(np.uint64))
    bits[ranked & maybe] |= ABSENT_CODE
    return bits


def _class(rank: NDArray[np.int64], count: NDArray[np.int64], shares: tuple[Fraction, ...]) -> NDArray[np.int64]:
    """The first class whose share of the group reaches the rank."""
    found = np.full(len(rank), len(shares), np.int64)
    for number, share in reversed(list(enumerate(shares))):
        found = np.where(rank * share.denominator <= count * share.numerator, number, found)
    return found
