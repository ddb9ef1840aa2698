"""Exact totals by measure and group: counts, and sums of fen that are the same whatever the order in which they are added up.

A total is an array of int64, shape (measures, groups, FIELDS). A sum of fen stands in it as two numbers: `lo`, the sum of the lower 32 bits of
every addend, and `hi`, the sum of what is above them; the sum is `lo + (hi << 32)`. Arrays of disjoint subjects add up, exactly for 2**31 of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from huiqi.entitlements.due import Due

#: What is counted; an `unbounded` amount has no upper end and adds nothing to `high`.
FIELDS: Final = (
    "yes", "depends",
    "amount_low_lo", "amount_low_hi", "amount_high_lo", "amount_high_hi", "amount_unbounded",
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
    high = np.where(np.isinf(one.high), 0.0, one.high)
    columns = [one.must, ~one.must, *_limbs(one.low), *_limbs(high), np.isinf(one.high)]
    found = np.zeros((groups, len(FIELDS)), np.int64)
    for number, column in enumerate(columns):
        if group is None:
            found[0, number] = column.sum(dtype=np.int64)
        else:
            np.add.at(found[:, number], group, column.astype(np.int64))
    return found


def _limbs(fen: NDArray[np.float64]) -> tuple[Cells, Cells]:
    whole = fen.astype(np.int64)
    return whole & _LOWER, whole >> 32


def count(cells: Cells, field: str) -> int:
    """One of the counts of a cell."""
    return int(cells[FIELDS.index(field)])


def cost(cells: Cells, end: str) -> int | None:
    """The `low` or `high` end of a cell's cost in fen; None where it has no upper end."""
    if end == "high" and count(cells, "amount_unbounded"):
        return None
    return count(cells, f"amount_{end}_lo") + (count(cells, f"amount_{end}_hi") << 32)
