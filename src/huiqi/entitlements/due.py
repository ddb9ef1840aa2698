"""What is due of a measure over a block: who may have it, who surely does, and how much."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, overload

import numpy as np
from numpy.typing import NDArray

from huiqi.entitlements.columns import Figures, Run
from huiqi.rules.plan import PlannedMeasure

YES, DEPENDS, NO = range(3)  #: what stands of a measure after stacking


@dataclass(frozen=True)
class Paid:
    """What is payable of what is due, after stacking: the amount in fen, and whether anything stands of the measure (YES, DEPENDS, NO)."""

    low: NDArray[np.float64]
    high: NDArray[np.float64]
    stands: NDArray[np.int8]

    def __getitem__(self, rows: slice | NDArray[Any]) -> Paid:
        return Paid(self.low[rows], self.high[rows], self.stands[rows])


@dataclass(frozen=True)
class Due:
    """One measure over a block, for the subjects that may have it: which of them surely do, and the amount in fen (high may be infinite).

    `paid` is None where stacking was not applied, or takes nothing.
    """

    rows: NDArray[np.intp]
    must: NDArray[np.bool_]
    low: NDArray[np.float64]
    high: NDArray[np.float64]
    paid: Paid | None = None


#: Nobody may have it.
NOBODY = Due(np.zeros(0, np.intp), np.zeros(0, bool), np.zeros(0), np.zeros(0))


@dataclass(frozen=True, eq=False)
class Dues(Sequence[Due]):
    """What is due of every measure, one measure after the other in the same columns; each begins where `starts` says, which ends with the length."""

    starts: NDArray[np.int64]
    rows: NDArray[np.intp]
    must: NDArray[np.bool_]
    low: NDArray[np.float64]
    high: NDArray[np.float64]
    paid: Paid | None = None

    @staticmethod
    def of(parts: Iterable[Sequence[Due]]) -> Dues:
        """For each measure its parts, in order."""
        by_measure = [list(some) for some in parts]
        ones = [one for some in by_measure for one in some] or [NOBODY]
        counts = [sum(len(one.rows) for one in some) for some in by_measure]
        rows = np.concatenate([one.rows for one in ones])
        must = np.concatenate([one.must for one in ones])
        low, high = np.concatenate([one.low for one in ones]), np.concatenate([one.high for one in ones])
        return Dues(np.cumsum([0, *counts]), rows, must, low, high, paid_of(ones))

    def between(self, first: int, last: int) -> Dues:
        """Those of some consecutive measures."""
        at = slice(self.starts[first], self.starts[last])
        paid = None if self.paid is None else self.paid[at]
        return Dues(self.starts[first : last + 1] - self.starts[first], self.rows[at], self.must[at], self.low[at], self.high[at], paid)

    def but(self, measures: Iterable[int]) -> Dues:
        """The same without the rows of some measures."""
        gone = set(measures)
        if not gone:
            return self
        kept, counts = ~np.isin(self.numbers, list(gone)), np.diff(self.starts)
        counts[list(gone)] = 0
        paid = None if self.paid is None else self.paid[kept]
        return Dues(np.cumsum([0, *counts]), self.rows[kept], self.must[kept], self.low[kept], self.high[kept], paid)

    @property
    def numbers(self) -> NDArray[np.int32]:
        """The measure of each row."""
        return np.repeat(np.arange(len(self), dtype=np.int32), np.diff(self.starts))

    def __len__(self) -> int:
        return len(self.starts) - 1

    @overload
    def __getitem__(self, number: int) -> Due: ...
    @overload
    def __getitem__(self, number: slice) -> list[Due]: ...
    def __getitem__(self, number: int | slice) -> Due | list[Due]:
        if isinstance(number, slice):
            return [self[one] for one in range(*number.indices(len(self)))]
        number = range(len(self))[number]
        at = slice(self.starts[number], self.starts[number + 1])
        return Due(self.rows[at], self.must[at], self.low[at], self.high[at], None if self.paid is None else self.paid[at])


def uncut(found: Due | Dues) -> Paid:
    """What is payable where stacking takes nothing."""
    return Paid(found.low, found.high, (~found.must).astype(np.int8))


def paid_of(parts: Sequence[Due]) -> Paid | None:
    """What is payable in all parts, one after the other; of a part that does not say, what is due."""
    if all(part.paid is None for part in parts):
        return None
    every = [part.paid or uncut(part) for part in parts]
    low, high = np.concatenate([one.low for one in every]), np.concatenate([one.high for one in every])
    return Paid(low, high, np.concatenate([one.stands for one in every]))


@dataclass(frozen=True)
class Total:
    """What came of one measure: counts, and the cost in fen (high None: no upper end)."""

    yes: int = 0
    depends: int = 0
    low: int = 0
    high: int | None = 0


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
