"""How many firms of each kind to take from those that were drawn: totals are met, and the mix stays as near as it can to what was drawn.

Firms that count towards the same totals are one kind. Shares of kinds are found by calibration (calibration.py), made whole by their largest
remainders, and what rounding moved is put right by exchanging one firm of a kind for one of another.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from huiqi.facts.calibration import Margin, calibrate

Counts = NDArray[np.int64]


@dataclass(frozen=True)
class Quota:
    """So many firms shall count towards a total, just as many or at least."""

    name: str
    wanted: int
    at_least: bool = False


@dataclass(frozen=True)
class Chosen:
    """How many of each kind; or why there is no such choice: the totals that stand against each other, or of which too few were drawn."""

    take: Counts | None
    against: tuple[str, ...] = ()


ALL = "all firms"


def choose(drawn: Counts, counts: NDArray[np.bool_], quotas: Sequence[Quota], firms: int) -> Chosen:
    """How many of each kind of which so many were drawn; `counts` says for each kind (row) towards which totals (column) it counts.

    >>> choose(np.array([90, 10]), np.array([[False], [True]]), [Quota("listed", 5)], 20).take
    array([15,  5])
    """
    whole = np.ones(len(drawn))
    margins = [Margin(ALL, whole, whole, firms, firms)]
    for number, quota in enumerate(quotas):
        of = counts[:, number].astype(float)
        margins.append(Margin(quota.name, of, of, quota.wanted, None if quota.at_least else quota.wanted))
    if drawn.sum() < firms:
        return Chosen(None, (ALL,))
    if drawn.sum() == firms:
        sums = drawn @ counts
        missed = [quota.name for quota, sum in zip(quotas, sums.tolist(), strict=True) if not _is_met(quota, sum)]
        return Chosen(None, tuple(missed)) if missed else Chosen(drawn.copy())
    share = firms / drawn.sum()
    found = calibrate(drawn * share, margins, 0.0, 1 / share)
    if not found.feasible or found.off > 1e-3:
        return Chosen(None, found.contradicting or tuple(quota.name for quota in quotas))
    return Chosen(_made_whole(np.minimum(found.weights, drawn), drawn, counts, quotas, firms))


def _is_met(quota: Quota, sum: int) -> bool:
    return sum >= quota.wanted if quota.at_least else sum == quota.wanted


def _made_whole(shares: NDArray[np.float64], drawn: Counts, counts: NDArray[np.bool_], quotas: Sequence[Quota], firms: int) -> Counts:
    take = np.floor(shares + 1e-9).astype(np.int64)
    while (left := firms - int(take.sum())) != 0:
        room = np.where(drawn > take if left > 0 else take > 0, (shares - take) * np.sign(left), -np.inf)
        best = np.argsort(-room, kind="stable")[: abs(left)]
        best = best[np.isfinite(room[best])]
        take[best] += np.sign(left)
    wanted, open_end = np.array([quota.wanted for quota in quotas]), np.array([quota.at_least for quota in quotas])
    moves = counts[:, None, :].astype(np.int64) - counts[None, :, :]  # one more of the first kind, one fewer of the second

    def short(sums: Counts) -> Counts:
        return np.where(open_end, np.maximum(wanted - sums, 0), np.abs(wanted - sums)).sum(axis=-1)

    while quotas and (off := int(short(take @ counts))):
        after = short(take @ counts + moves)
        after = np.where((drawn > take)[:, None] & (take > 0)[None, :], after, off)
        best = after.min()
        if best >= off:
            break
        near = (shares - take)[:, None] - (shares - take)[None, :]  # of moves that help as much, the one that the shares ask for most
        one, other = np.unravel_index(np.argmax(np.where(after == best, near, -np.inf)), after.shape)
        take[one] += 1
        take[other] -= 1
    return take
