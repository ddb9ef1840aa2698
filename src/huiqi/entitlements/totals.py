"""Exact totals by measure and group: counts, and sums of fen that are the same whatever the order in which they are added up.

A total is an array of int64, shape (measures, groups, FIELDS). A sum of fen stands in it as two numbers: `lo`, the sum of the lower 32 bits of
every addend, and `hi`, the sum of what is above them; the sum is `lo + (hi << 32)`. Arrays of disjoint subjects add up, exactly for 2**31 of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from huiqi.entitlements.due import Due

#: What is counted; an `unbounded` amount has no upper end and adds nothing to `high`.
FIELDS: Final = (
    "yes", "depends",
    "amount_low_lo", "amount_low_hi", "amount_high_lo", "amount_high_hi", "amount_unbounded",
    "payable_low_lo", "payable_low_hi", "payable_high_lo", "payable_high_hi", "payable_unbounded",
)  # fmt: skip
_LOWER = (1 << 32) - 1

Cells = NDArray[np.int64]


def no_totals(measures: int, groups: int) -> Cells:
    """Totals of nobody."""
    return np.zeros((measures, groups, len(FIELDS)), np.int64)


def totals_of(dues: Sequence[Due], group: NDArray[np.int32] | None, groups: int) -> Cells:
    """What is due, by the group of each subject of a block; without `group` all are in one."""
    totals = no_totals(len(dues), groups)
    for number, one in enumerate(dues):
        if len(one.rows):
            totals[number] = _by_group(one, None if group is None else group[one.rows], groups)
    return totals


def _by_group(one: Due, group: NDArray[np.int32] | None, groups: int) -> Cells:
    paid_low, paid_high = (one.low, one.high) if one.paid_low is None or one.paid_high is None else (one.paid_low, one.paid_high)
    return _added_up([one.must, ~one.must, *_money(one.low, one.high), *_money(paid_low, paid_high)], group, groups)


def payable_of(low: NDArray[np.float64], high: NDArray[np.float64], group: NDArray[np.int32] | None, groups: int) -> Cells:
    """Amounts of all subjects of a block as what is payable, one measure's cells."""
    nothing = np.zeros(len(low), np.int64)
    return _added_up([nothing] * 7 + _money(low, high), group, groups)


def _added_up(columns: Sequence[NDArray[Any]], group: NDArray[np.int32] | None, groups: int) -> Cells:
    found = np.zeros((groups, len(FIELDS)), np.int64)
    for number, column in enumerate(columns):
        if group is None:
            found[0, number] = column.sum(dtype=np.int64)
        else:
            np.add.at(found[:, number], group, column.astype(np.int64))
    return found


def _money(low: NDArray[np.float64], high: NDArray[np.float64]) -> list[NDArray[Any]]:
    open_ = np.isinf(high)
    return [*_limbs(low), *_limbs(np.where(open_, 0.0, high)), open_]


def _limbs(fen: NDArray[np.float64]) -> tuple[Cells, Cells]:
    whole = fen.astype(np.int64)
    return whole & _LOWER, whole >> 32


def count(cells: Cells, field: str) -> int:
    """One of the counts of a cell."""
    return int(cells[FIELDS.index(field)])


def cost(cells: Cells, what: str, end: str) -> int | None:
    """The `low` or `high` end of a cell's `amount` or of what is `payable`, in fen; None where it has no upper end."""
    if end == "high" and count(cells, f"{what}_unbounded"):
        return None
    return count(cells, f"{what}_{end}_lo") + (count(cells, f"{what}_{end}_hi") << 32)
