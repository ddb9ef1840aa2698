"""Classes by rank within a group, on ranges: worst and best rank of every subject."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from huiqi.entitlements.columns import ABSENT_CODE

UNKNOWN_GROUP = -1


def classes_by_rank(
    low: NDArray[np.float64], high: NDArray[np.float64], maybe: NDArray[np.bool_], group: NDArray[np.int64], shares: tuple[Fraction, ...]
) -> NDArray[np.uint64]:
    """The classes that each subject can have, one bit a class, best class first; the highest bit says 'none'.

    `low` and `high` are the totals (NaN: no total, so no class), `maybe` marks totals that may not exist, `group` is the group's number or -1
    where it is unknown, `shares` the cumulative upper share of every class but the last. In a group of n the subject of rank r is in the
    first class whose share of n is at least r; equal totals share the better rank. The worst rank of i counts every j that may lie in the
    group with high_j > low_i, the best rank every j that surely does with low_j > high_i.
    """
    bits = np.zeros(len(low), np.uint64)
    ranked = ~np.isnan(low)
    bits[~ranked] = ABSENT_CODE
    everything = np.uint64((1 << (len(shares) + 1)) - 1)
    unsure = ranked & (group == UNKNOWN_GROUP)
    bits[unsure] = everything
    drifting_high = np.sort(high[unsure])
    for number in np.unique(group[ranked & (group != UNKNOWN_GROUP)]):
        inside = ranked & (group == number)
        sure = inside & ~maybe
        possible_high = np.sort(np.concatenate([high[inside], drifting_high]))
        sure_low = np.sort(low[sure])
        i_low, i_high = low[inside], high[inside]
        worst = 1 + len(possible_high) - np.searchsorted(possible_high, i_low, side="right") - (i_high > i_low)
        best = 1 + len(sure_low) - np.searchsorted(sure_low, i_high, side="right")
        fewest = np.maximum(len(sure_low) + maybe[inside], 1)  # the subject itself is there when its class is asked for
        most = np.full(len(i_low), len(possible_high))
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
