"""What is due of a measure over a block: who may have it, who surely does, and how much."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from huiqi.entitlements.columns import Figures, Run
from huiqi.rules.plan import PlannedMeasure


@dataclass(frozen=True)
class Due:
    """One measure over a block, for the subjects that may have it: which of them surely do, and the amount in fen (high may be infinite).

    What is payable after stacking stands beside it, as far as the measure is in a stacking rule: the amount, and whether anything stands of the
    measure (0 yes, 1 depends, 2 no).
    """

    rows: NDArray[np.intp]
    must: NDArray[np.bool_]
    low: NDArray[np.float64]
    high: NDArray[np.float64]
    paid_low: NDArray[np.float64] | None = None
    paid_high: NDArray[np.float64] | None = None
    stands: NDArray[np.int8] | None = None


#: Nobody may have it.
NOBODY = Due(np.zeros(0, np.intp), np.zeros(0, bool), np.zeros(0), np.zeros(0))


@dataclass(frozen=True)
class Total:
    """What came of one measure: counts, and the cost in fen (high None: no upper end)."""

    yes: int = 0
    depends: int = 0
    low: int = 0
    high: int | None = 0

    def __add__(self, other: Total) -> Total:
        high = None if self.high is None or other.high is None else self.high + other.high
        return Total(self.yes + other.yes, self.depends + other.depends, self.low + other.low, high)


def total_of(one: Due) -> Total:
    """The total of what is due."""
    yes = int(np.count_nonzero(one.must))
    return Total(yes, len(one.rows) - yes, _sum(one.low), None if np.isinf(one.high).any() else _sum(one.high))


def _sum(fen: NDArray[np.float64]) -> int:
    """Whole numbers added up, however large the sum."""
    if fen.max(initial=0.0) * len(fen) < 2.0**62:
        return int(fen.astype(np.int64).sum())
    return sum(map(int, fen.tolist()))


def due(run: Run, planned: PlannedMeasure) -> Due:
    """What a run says of a measure; where it depends, the amount begins at 0.

    An amount that is planned apart is reckoned for those alone who may have the measure.
    """
    status, size = run.truths(planned.status), run.block.size
    rows = np.flatnonzero(np.broadcast_to(status.may, (size,)))
    must = np.broadcast_to(status.must, (size,))[rows]
    if planned.apart is not None and len(rows):
        alone = Run(planned.apart, run.block.only(rows)).run()
        run.settled += alone.settled
        return Due(rows, must, *_in_fen(alone.figures(planned.apart.values["amount"]), must, None))
    if planned.amount is not None:
        return Due(rows, must, *_in_fen(run.figures(planned.amount), must, rows))
    return Due(rows, must, np.zeros(len(rows)), np.zeros(len(rows)))


def _in_fen(figures: Figures, must: NDArray[np.bool_], rows: NDArray[np.intp] | None) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Amounts, of some rows where `rows` says so: nothing where there is none, and from 0 on where that is not settled."""

    def taken(column: NDArray[Any]) -> NDArray[Any]:
        return column if rows is None or np.ndim(column) == 0 else column[rows]

    sure = must if figures.maybe is None else must & ~taken(figures.maybe)
    low, high = (np.fmax(in_fen(figures, taken(ends)), 0.0) for ends in (figures.low, figures.high))  # an amount that does not exist is NaN
    return low * sure, np.broadcast_to(high, must.shape)


def in_fen(figures: Figures, ends: NDArray[np.float64]) -> NDArray[np.float64]:
    """Yuan as whole fen; amounts are rounded to the fen, so the division leaves nothing."""
    return ends if figures.scale == 100 else ends * (100 / figures.scale) if 100 % figures.scale == 0 else ends * 100 / figures.scale


@dataclass(frozen=True)
class Entitlement:
    """The same for all subjects of a block: must, may, and an amount of 0 where nothing is due."""

    must: NDArray[np.bool_]
    may: NDArray[np.bool_]
    low: NDArray[np.float64]
    high: NDArray[np.float64]


def entitlement(run: Run, planned: PlannedMeasure) -> Entitlement:
    """What a run says of a measure, for every subject of the block."""
    one, size = due(run, planned), run.block.size
    must, may, low, high = np.zeros(size, bool), np.zeros(size, bool), np.zeros(size), np.zeros(size)
    must[one.rows], may[one.rows], low[one.rows], high[one.rows] = one.must, True, one.low, one.high
    return Entitlement(must, may, low, high)
