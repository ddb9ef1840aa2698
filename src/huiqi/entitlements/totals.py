"""What came of measures for everybody and by group: whole numbers that add up to the same in any order, in numpy, in C and in Spark.

The last line of an array is not a measure: it has what is payable of all measures in stacking rules together, a range of their sum.
A sum of fen is held as two: `lo` adds up the lower 32 bits of every amount, `hi` the rest, so the sum is `lo + (hi << 32)`; both stay within
64 bits for 2**31 amounts. A high end that is infinite adds nothing to `high` and is counted in `unbounded`.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from huiqi.entitlements.due import Due, Total

_SUM = ("low_lo", "low_hi", "high_lo", "high_hi", "unbounded")
#: The fields of a cell of totals: how many have it and may have it, the amount, and what is payable of it.
FIELDS = ("yes", "depends", *(f"amount_{name}" for name in _SUM), *(f"payable_{name}" for name in _SUM))
YES, DEPENDS, AMOUNT, PAYABLE = (FIELDS.index(name) for name in ("yes", "depends", "amount_low_lo", "payable_low_lo"))
Cells = NDArray[np.int64]
ALL = "all"  # the dimension of one group
Sum = tuple[int, int | None]  # the lowest and the highest in fen, None for no upper end


_LOWER = (1 << 32) - 1


@dataclass(frozen=True)
class Groups:
    """Which group each row belongs to, of so many."""

    of: NDArray[np.int32]
    size: int

    def only(self, rows: NDArray[Any]) -> Groups:
        """Those of some rows."""
        return Groups(self.of[rows], self.size)


MOST_TOGETHER = 256  #: so many groups by all dimensions at once are added up faster than by each of them


@dataclass(frozen=True)
class Together:
    """Groups by all dimensions at once: as many as there are, and in which group of each dimension each of them is."""

    groups: Groups
    parts: Mapping[str, Groups]

    @staticmethod
    def of(groups: Mapping[str, Groups]) -> Together | None:
        """Nothing, if there are too many."""
        whole = math.prod(one.size for one in groups.values())
        if not groups or whole > 1 << 20:
            return None
        if any(one.of.size and (one.of.min() < 0 or one.of.max() >= one.size) for one in groups.values()):
            raise ValueError("a group beyond the size of its dimension")
        code = sum((one.of.astype(np.int64) * step for one, step in zip(groups.values(), _steps(groups), strict=True)), np.int64(0))
        number = np.zeros(whole, np.int32)
        number[code] = 1
        there = np.flatnonzero(number)
        if len(there) > MOST_TOGETHER:
            return None
        number[there] = np.arange(len(there))
        parts = {
            name: Groups((there // step % one.size).astype(np.int32), one.size)
            for (name, one), step in zip(groups.items(), _steps(groups), strict=True)
        }
        return Together(Groups(number[code], max(len(there), 1)), parts)

    def apart(self, cells: Cells) -> Totals:
        """The totals of each dimension from those of all at once."""
        by = {ALL: cells.sum(axis=1, keepdims=True)}
        for name, part in self.parts.items():
            by[name] = np.zeros((len(cells), part.size, len(FIELDS)), np.int64)
            order = np.argsort(part.of, kind="stable")
            if len(order):
                present, starts = np.unique(part.of[order], return_index=True)
                by[name][:, present] = np.add.reduceat(cells[:, order], starts, axis=1)
        return Totals(by)


def _steps(groups: Mapping[str, Groups]) -> list[int]:
    """By how much a number of all dimensions grows with the group of each."""
    steps = [1]
    for one in list(groups.values())[:-1]:
        steps.append(steps[-1] * one.size)
    return steps


@dataclass(frozen=True)
class Totals:
    """By dimension, an array over measures and one line more, groups, and FIELDS. `all` is always among them."""

    by: Mapping[str, NDArray[np.int64]]

    @staticmethod
    def nothing(measures: int, sizes: Mapping[str, int]) -> Totals:
        return Totals({name: np.zeros((measures + 1, size, len(FIELDS)), np.int64) for name, size in ({ALL: 1} | dict(sizes)).items()})

    @staticmethod
    def of(dues: Sequence[Due], groups: Mapping[str, Groups]) -> Totals:
        """The totals of what is due of every measure."""
        found = Totals.nothing(len(dues), {name: one.size for name, one in groups.items()})
        for number, one in enumerate(dues):
            each = _fields(one)
            found.by[ALL][number, 0] = each.sum(axis=0)
            for name, group in groups.items():
                np.add.at(found.by[name][number], group.of[one.rows], each)
        return found

    def add_together(self, low: NDArray[np.float64], high: NDArray[np.float64], groups: Mapping[str, Groups]) -> None:
        """Put into the last line what is payable to every subject of all measures in stacking rules together."""
        each = _limbs(low, high)
        self.by[ALL][-1, 0, PAYABLE:] += each.sum(axis=0)
        for name, group in groups.items():
            np.add.at(self.by[name][-1][:, PAYABLE:], group.of, each)

    def __add__(self, other: Totals) -> Totals:
        return Totals({name: cells + other.by[name] for name, cells in self.by.items()})

    def cost(self, measure: int, dimension: str = ALL, group: int = 0, *, payable: bool = False) -> Sum:
        """The lowest and the highest sum in fen; None: it has no upper end."""
        return cost(self.by[dimension][measure, group], payable=payable)

    def overall(self) -> list[Total]:
        """What came of each measure for everybody."""
        cells = self.by[ALL][:-1, 0]
        return [Total(yes, depends, *self.cost(number)) for number, (yes, depends) in enumerate(cells[:, [YES, DEPENDS]].tolist())]


def cost(cell: NDArray[np.int64], *, payable: bool = False) -> Sum:
    """The lowest and the highest sum in fen of one cell."""
    low_lo, low_hi, high_lo, high_hi, unbounded = cell.tolist()[PAYABLE if payable else AMOUNT :][:5]
    return low_lo + (low_hi << 32), None if unbounded else high_lo + (high_hi << 32)


def added(parts: Iterable[Totals]) -> Totals:
    """Totals of the same measures and dimensions, added up; at least one."""
    first, *rest = parts
    return sum(rest, first)


def _fields(one: Due) -> NDArray[np.int64]:
    """What each row adds."""
    each = np.zeros((len(one.rows), len(FIELDS)), np.int64)
    each[:, YES], each[:, DEPENDS] = one.must, ~one.must
    each[:, AMOUNT:PAYABLE] = _limbs(one.low, one.high)
    each[:, PAYABLE:] = each[:, AMOUNT:PAYABLE] if one.paid is None else _limbs(one.paid.low, one.paid.high)
    return each


def _limbs(low: NDArray[np.float64], high: NDArray[np.float64]) -> NDArray[np.int64]:
    """Both ends of amounts as they are added up."""
    open_ = np.isinf(high)
    ends = [fen.astype(np.int64) for fen in (low, np.where(open_, 0.0, high))]
    return np.stack([limb for fen in ends for limb in (fen & _LOWER, fen >> 32)] + [open_], axis=1)
