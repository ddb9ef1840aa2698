"""The compiled kernel behind the same interface as numpy: what it does not carry, and the rows it has doubts about, are numpy's.

Both give the same to the bit, so nobody has to ask which of them ran; `kernel_name` says it.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from huiqi.entitlements.columns import Block, Run
from huiqi.entitlements.due import Due, Total, due, total_of
from huiqi.entitlements.lowering import Program, Setting, lower
from huiqi.rules.plan import Plan

try:
    from huiqi.entitlements import _kernel
except ImportError:  # installed without a compiler
    _COMPILED = False
else:
    _COMPILED = True

STRETCH = 4_096  # at least so many rows are worth a thread
_CELLS = {"d": np.float64, "b": np.int8, "h": np.int16, "i": np.int32, "Q": np.uint64}


def kernel_name() -> str:
    """Which kernel runs: `C`, or `numpy` where there is no other or HUIQI_KERNEL=numpy asks for it."""
    return "numpy" if not _COMPILED or os.environ.get("HUIQI_KERNEL") == "numpy" else "C"


def cores() -> int:
    """How many processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


@dataclass(frozen=True)
class _Found:
    """What the kernel said of some rows; a doubt is a row and the place of a carried measure, or -1 for all of them."""

    totals: list[Total]
    dues: list[Due]
    doubts: NDArray[np.int32]


class Engine:
    """A plan, and who does what of it. Its measures' amounts are planned apart."""

    def __init__(self, plan: Plan, setting: Setting, *, numpy_only: bool = False):
        self.plan = plan
        self.program: Program | None = None
        rest: Sequence[int] = range(len(plan.measures))
        if kernel_name() == "C" and not numpy_only:
            self.program = lower(plan, setting)
            rest = tuple(self.program.uncarried)
        self.rest = tuple(rest)
        self.by_numpy = (plan if self.program is None else plan.part(self.rest)) if self.rest else None
        self.settled = 0  # results that the exact evaluator settled

    def dues(self, block: Block, workers: int = 1) -> list[Due]:
        """What is due of every measure over a block."""
        dues: list[Due | None] = [None] * len(self.plan.measures)
        for number, one in zip(self.rest, self._with_numpy(self.by_numpy, block), strict=True):
            dues[number] = one
        if self.program is not None:
            stretches = self._with_kernel(self.program, block, workers, totals=False)
            again = self._doubted(self.program, block, stretches)
            for place, number in enumerate(self.program.carried):
                dues[number] = _joined([*(found.dues[place] for found in stretches), *([again[place]] if place in again else [])])
        return [one for one in dues if one is not None]

    def totals(self, block: Block, workers: int = 1) -> list[Total]:
        """The totals of every measure over a block, for which no row needs to be written down."""
        totals = [Total()] * len(self.plan.measures)
        for number, one in zip(self.rest, self._with_numpy(self.by_numpy, block), strict=True):
            totals[number] = total_of(one)
        if self.program is not None:
            stretches = self._with_kernel(self.program, block, workers, totals=True)
            again = self._doubted(self.program, block, stretches)
            for place, number in enumerate(self.program.carried):
                parts = [found.totals[place] for found in stretches] + ([total_of(again[place])] if place in again else [])
                totals[number] = sum(parts, Total())
        return totals

    def _with_numpy(self, plan: Plan | None, block: Block) -> list[Due]:
        if plan is None:
            return []
        run = Run(plan, block).run()
        found = [due(run, planned) for planned in plan.measures]
        self.settled += run.settled
        return found

    def _with_kernel(self, program: Program, block: Block, workers: int, *, totals: bool) -> list[_Found]:
        """Stretches of rows, each by a thread."""
        columns = tuple(_cells(block, what, letter) for what, letter in program.columns)
        size = max(STRETCH, -(-block.size // max(workers, 1)))
        stretches = [(first, min(first + size, block.size)) for first in range(0, block.size, size)]
        run = partial(_run, program, columns, totals=totals)
        if len(stretches) == 1:
            return [run(*stretches[0])]
        with ThreadPoolExecutor(len(stretches)) as threads:
            return list(threads.map(run, *zip(*stretches, strict=True)))

    def _doubted(self, program: Program, block: Block, stretches: list[_Found]) -> dict[int, Due]:
        """The rows without a result, by carried measure, as numpy and the exact evaluator see them."""
        doubts = np.concatenate([found.doubts for found in stretches]) if stretches else np.zeros((0, 2), np.int32)
        if not len(doubts):
            return {}
        rows, everything = np.unique(doubts[:, 0]), doubts[:, 1] < 0
        whole = np.isin(rows, doubts[everything, 0])
        wanted = range(len(program.carried)) if everything.any() else sorted(set(doubts[:, 1].tolist()))
        dues = self._with_numpy(self.plan.part([program.carried[place] for place in wanted]), block.only(rows.astype(np.intp)))
        found = {}
        for place, one in zip(wanted, dues, strict=True):
            asked = (whole | np.isin(rows, doubts[doubts[:, 1] == place, 0]))[one.rows]
            found[place] = Due(rows[one.rows[asked]].astype(np.intp), one.must[asked], one.low[asked], one.high[asked])
        return found


def setting_of(block: Block) -> Setting:
    """What a program for a block is made for."""
    return Setting(block.as_of, block.schema.subject, block.places, frozenset(block.ranks), block.assume_recognised)


def _cells(block: Block, what: tuple[Any, ...], letter: str) -> NDArray[Any]:
    match what:
        case ("fact", id, year):
            cells: Any = block.columns[(id, year)]
        case ("ranks", card):
            cells = block.ranks[card]
        case _:
            cells = np.zeros(block.size, np.int16) if block.first_years is None else block.first_years
    return np.ascontiguousarray(cells, _CELLS[letter])


def _run(program: Program, columns: tuple[NDArray[Any], ...], first: int, last: int, *, totals: bool) -> _Found:
    """The kernel over some rows."""
    measures, size = len(program.carried), last - first
    counts, sums = np.zeros((measures, 3), np.int64), np.zeros((measures, 4), np.uint64)
    doubts = np.empty((size + 1_024, 2), np.int32)
    room = 0 if totals else size  # memory that is not written to is not taken
    rows, must = np.empty((measures, room), np.int32), np.empty((measures, room), np.bool_)
    low, high = np.empty((measures, room)), np.empty((measures, room))
    kept = None if totals else (rows, must, low, high)
    doubted = _kernel.run(program, columns, program.letters, first, last, counts, sums, kept, doubts)
    if doubted > len(doubts):
        everyone = np.stack([np.arange(first, last, dtype=np.int32), np.full(size, -1, np.int32)], axis=1)
        return _Found([Total()] * measures, [_NOBODY] * measures, everyone)
    found = [
        Due(rows[place, :count].astype(np.intp), must[place, :count], low[place, :count], high[place, :count])
        for place, count in enumerate([] if totals else counts[:, 1].tolist())
    ]
    return _Found([_total(*pair) for pair in zip(counts.tolist(), sums.tolist(), strict=True)], found, doubts[:doubted])


def _total(count: Sequence[int], sums: Sequence[int]) -> Total:
    yes, may, unbounded = count
    low, high = (sums[at] + (sums[at + 1] << 64) for at in (0, 2))  # no cost is negative
    return Total(yes, may - yes, low, None if unbounded else high)


_NOBODY = Due(np.zeros(0, np.intp), np.zeros(0, bool), np.zeros(0), np.zeros(0))


def _joined(parts: Sequence[Due]) -> Due:
    """What is due in some stretches of rows, in the order of the rows."""
    if len(parts) == 1:
        return parts[0]
    rows = np.concatenate([part.rows for part in parts])
    columns = [np.concatenate([getattr(part, name) for part in parts]) for name in ("must", "low", "high")]
    if (np.diff(rows) > 0).all():
        return Due(rows, *columns)
    order = np.argsort(rows, kind="stable")
    return Due(rows[order], *(column[order] for column in columns))
