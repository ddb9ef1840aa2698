"""The compiled kernel behind the same interface as numpy: what it does not carry, and the rows it has doubts about, are numpy's.

Both give the same to the bit, so nobody has to ask which of them ran; `kernel_name` says it.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from huiqi.entitlements.columns import Block, Run
from huiqi.entitlements.cumulate import Ends
from huiqi.entitlements.due import NOBODY, Due, Dues, Paid, due, paid_of
from huiqi.entitlements.kernel.lowering import Program, Setting, Uncarried, lower
from huiqi.entitlements.stacked import Stacked
from huiqi.entitlements.totals import ALL, AMOUNT, FIELDS, PAYABLE, Groups, Together, Totals, added
from huiqi.rules.plan import Plan

try:
    from huiqi.entitlements.kernel import _kernel
except ImportError:  # installed without a compiler
    _COMPILED = False
else:
    _COMPILED = True

STRETCH = 4_096  # at least so many rows are worth a thread
_NONE: Mapping[str, Groups] = {}
_KEPT = (np.int64, np.intp, np.bool_, *[np.float64] * 4, np.int8)  # how many, rows, must, low, high; what is payable: low, high, what stands
_CELLS = {"d": np.float64, "b": np.int8, "h": np.int16, "i": np.int32, "Q": np.uint64}


def kernel_name() -> str:
    """Which kernel runs: `C`, or `numpy` where there is no other or HUIQI_KERNEL=numpy asks for it."""
    return "numpy" if not _COMPILED or os.environ.get("HUIQI_KERNEL") == "numpy" else "C"


def levels() -> int:
    """In how many compilations of the kernel this processor can run it."""
    return _kernel.LEVELS if kernel_name() == "C" else 0


def cores() -> int:
    """How many processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


@dataclass(frozen=True)
class Found:
    """What came of the measures of a plan over a block; None where it was not asked for.

    Of each row, tests hold two bits a test, in the order of `Engine.tests`: test n must hold in bit 2n, may hold in bit 2n + 1, the lowest first.
    """

    totals: Totals
    dues: Dues | None
    tests: NDArray[np.uint8] | None = None


@dataclass(frozen=True)
class _Stretch:
    """What the kernel said of some rows; a doubt is a row and the place of a carried measure, or -1 for all of them."""

    totals: Totals
    dues: Dues | None
    doubts: NDArray[np.int32]


class Engine:
    """A plan, and who does what of it. Its measures' amounts are planned apart. It is made once and used for many blocks, by any thread."""

    def __init__(
        self, plan: Plan, setting: Setting, *, stacked: Stacked | None = None, places: Sequence[int] = (), tests: bool = False,
        numpy_only: bool = False, level: int = -1,
    ):  # fmt: skip
        """With `stacked`, whose measures are at `places` in the plan, it is also found what is payable after stacking.

        With `tests` the plan keeps its results, and those of all measures' tests are found as well.

        `level` is one of the kernel's compilations, -1 the best that this processor can do.
        """
        self.plan, self.places = plan, tuple(places)
        self.stacked = stacked if self.places else None
        self.tests = tuple(dict.fromkeys(slot for planned in plan.measures for slot in planned.tests)) if tests else ()
        self.tests_by_numpy = tests
        self.program: Program | None = None
        rest: Sequence[int] = range(len(plan.measures))
        if kernel_name() == "C" and not numpy_only:
            try:
                self.program = lower(plan, setting, self.tests, self.stacked, self.places)
                self.tests_by_numpy = False
            except Uncarried:  # one of the tests
                self.program = lower(plan, setting, (), self.stacked, self.places)
            self.prepared = _kernel.prepare(self.program, self.program.letters, level)
            self.wanted = [(what[0], what[1:], np.dtype(_CELLS[letter])) for what, letter in self.program.columns]
            rest = tuple(self.program.uncarried)
        self.rest = tuple(rest)
        self.by_numpy = (plan if self.program is None else plan.part(self.rest)) if self.rest else None
        self.settled = 0  # results that the exact evaluator settled

    def dues(self, block: Block, workers: int = 1) -> Dues:
        """What is due of every measure over a block; nothing is added up."""
        dues = self._found(block, {}, workers, rows=True, add=False).dues
        assert dues is not None
        return self.stacked.apply(block, dues, self.places)[0] if self.stacked is not None and not self._stacks else dues

    def totals(self, block: Block, groups: Mapping[str, Groups] = _NONE, workers: int = 1) -> Totals:
        """The totals of every measure over a block, for which no row needs to be written down."""
        return self.found(block, groups, workers, rows=False).totals

    def found(self, block: Block, groups: Mapping[str, Groups] = _NONE, workers: int = 1, *, rows: bool = True) -> Found:
        """Totals and, with `rows`, what is due of every measure, from one pass."""
        if self.stacked is None or self._stacks:
            return self._found(block, groups, workers, rows)
        found = self._found(block, groups, workers, rows=True)
        assert found.dues is not None
        dues, together = self.stacked.apply(block, found.dues, self.places)
        totals = Totals.of(dues, groups)
        totals.add_together(*together, groups)
        return Found(totals, dues if rows else None, found.tests)

    @property
    def _stacks(self) -> bool:
        """The kernel applies the stacking rules."""
        return self.program is not None and self.program.stacked is not None

    def _found(self, block: Block, groups: Mapping[str, Groups], workers: int, rows: bool, *, add: bool = True) -> Found:
        """What the kernel gives, with the rest from numpy; payable is what is due where the program has no stacking rules.

        Without `add` the totals are only those of the kernel, whatever it carried.
        """
        tests = self._tests_of(block) if self.tests_by_numpy else None
        if self.program is None:
            every = self._with_numpy(self.by_numpy, block)
            return Found(Totals.of(every if add else (), groups), Dues.of([one] for one in every) if rows else None, tests)
        if len(self.program.tests):
            tests = np.empty((block.size, _bytes(len(self.tests))), np.uint8)
        stretches = self._with_kernel(self.program, block, groups, workers, rows, None if self.tests_by_numpy else tests)
        if len(self.program.tests) and tests is not None:
            whole = np.concatenate([one.doubts[one.doubts[:, 1] < 0, 0] for one in stretches])
            if len(whole):
                tests[whole] = self._tests_of(block.only(whole.astype(np.intp)))
        again = self._doubted(self.program, block, stretches)
        rest = self._with_numpy(self.by_numpy, block)
        totals = stretches[0].totals if len(stretches) == 1 else added(one.totals for one in stretches)
        dues = [one.dues for one in stretches if one.dues is not None]
        if not rest and not again:
            return Found(totals, None if not rows else dues[0] if len(dues) == 1 else Dues.of(zip(*dues, strict=True)), tests)
        carried = self.program.carried
        by_numpy = {**{carried[place]: one for place, one in again.items()}, **dict(zip(self.rest, rest, strict=True))}
        rows_again, together = self._stack_again(block, by_numpy)
        if add:
            more = Totals.of([by_numpy.get(number, NOBODY) for number in range(len(self.plan.measures))], groups)
            more.add_together(*together, {name: one.only(rows_again) for name, one in groups.items()})
            for name, cells in more.by.items():
                cells[[*carried, -1]] += totals.by[name]
            totals = more
        if not rows:
            return Found(totals, None, tests)
        parts: list[list[Due]] = [[] for _ in self.plan.measures]
        for place, number in enumerate(carried):
            some = [one[place] for one in dues]
            parts[number] = [_in_order([*some, by_numpy[number]])] if place in again else some
        for number, one in zip(self.rest, rest, strict=True):
            parts[number] = [one]
        return Found(totals, Dues.of(parts), tests)

    def _stack_again(self, block: Block, dues: dict[int, Due]) -> tuple[NDArray[np.intp], Ends]:
        """Apply stacking to what numpy found instead of the kernel: some rows, with all their measures in rules; what it comes to for each row."""
        none = np.zeros(0, np.intp)
        if self.stacked is None or self.program is None or self.program.stacked is None:
            return none, (np.zeros(0), np.zeros(0))
        lines = [dues.get(place, NOBODY) for place in self.places]
        rows = np.unique(np.concatenate([none, *(one.rows for one in lines)]))
        moved = [[replace(one, rows=np.searchsorted(rows, one.rows))] for one in lines]
        left, together = self.stacked.apply(block.only(rows), Dues.of(moved), range(len(lines)))
        for place, one, after in zip(self.places, lines, left, strict=True):
            dues[place] = replace(one, paid=after.paid)
        return rows, together

    def _tests_of(self, block: Block) -> NDArray[np.uint8]:
        """The tests of each row, by numpy."""
        run = Run(self.plan, block).run()
        self.settled += run.settled
        bits = np.zeros((block.size, 8 * _bytes(len(self.tests))), bool)
        for number, slot in enumerate(self.tests):
            found = run.truths(slot)
            bits[:, 2 * number], bits[:, 2 * number + 1] = found.must, found.may
        return np.packbits(bits, axis=1, bitorder="little")

    def _with_numpy(self, plan: Plan | None, block: Block) -> list[Due]:
        if plan is None:
            return []
        run = Run(plan, block).run()
        found = [due(run, planned) for planned in plan.measures]
        self.settled += run.settled
        return found

    def _with_kernel(
        self, program: Program, block: Block, groups: Mapping[str, Groups], workers: int, rows: bool, tests: NDArray[np.uint8] | None
    ) -> list[_Stretch]:
        """Stretches of rows, each by a thread."""
        columns = tuple(_columns(block, self.wanted))
        added_up: Mapping[str, Groups] | Together | None = Together.of(groups) if block.size >= STRETCH else None
        if added_up is None:
            added_up = {name: Groups(np.ascontiguousarray(one.of, np.int32), one.size) for name, one in groups.items()}
        size = max(STRETCH, -(-block.size // max(workers, 1)))
        run = partial(_run, self.prepared, len(program.carried), program.stacked is not None, columns, added_up, rows, tests)
        if block.size <= size:
            return [run(0, block.size)]
        stretches = [(first, min(first + size, block.size)) for first in range(0, block.size, size)]
        with ThreadPoolExecutor(len(stretches)) as threads:
            return list(threads.map(run, *zip(*stretches, strict=True)))

    def _doubted(self, program: Program, block: Block, stretches: list[_Stretch]) -> dict[int, Due]:
        """The rows without a result, by carried measure, as numpy and the exact evaluator see them."""
        if not any(len(found.doubts) for found in stretches):
            return {}
        doubts = np.concatenate([found.doubts for found in stretches])
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


def _columns(block: Block, wanted: Sequence[tuple[str, Any, np.dtype[Any]]]) -> Iterator[NDArray[Any]]:
    """The columns that a program reads, encoded as it says."""
    columns = block.columns
    for kind, key, dtype in wanted:
        if kind == "fact":
            cells: Any = columns[key]
        elif kind == "ranks":
            cells = block.ranks[key[0]]
        else:
            cells = np.zeros(block.size, np.int16) if block.first_years is None else block.first_years
        yield np.ascontiguousarray(cells, dtype)


def _bytes(tests: int) -> int:
    """Two bits a test, in whole bytes."""
    return (2 * tests + 7) // 8


def _run(
    prepared: Any,
    measures: int,
    stacked: bool,
    columns: tuple[NDArray[Any], ...],
    groups: Mapping[str, Groups] | Together,
    rows: bool,
    tests: NDArray[np.uint8] | None,
    first: int,
    last: int,
) -> _Stretch:
    """The kernel over some rows. Of what is payable it adds up by how much stacking changes what is due."""
    if isinstance(groups, Together):
        cells = np.zeros((measures + 1, groups.groups.size, len(FIELDS)), np.int64)
        dimensions: tuple[tuple[Any, int, Any], ...] = ((groups.groups.of, groups.groups.size, cells),)
    else:
        totals = Totals.nothing(measures, {name: one.size for name, one in groups.items()})
        dimensions = ((None, 1, totals.by[ALL]), *((one.of, one.size, totals.by[name]) for name, one in groups.items()))
    kept, doubts = _kernel.run(prepared, columns, first, last, dimensions, rows, tests)
    if isinstance(groups, Together):
        totals = groups.apart(cells)
    for cells in totals.by.values():
        cells[:-1, :, PAYABLE:] += cells[:-1, :, AMOUNT:PAYABLE]
    dues = None
    if kept is not None:
        columns_kept: list[NDArray[Any]] = [np.frombuffer(cells, kind) for cells, kind in zip(kept, _KEPT, strict=True)]
        starts = np.zeros(measures + 1, np.int64)
        np.cumsum(columns_kept[0], out=starts[1:])
        _, which, must, low, high, *paid = columns_kept
        dues = Dues(starts, which, must, low, high, Paid(*paid) if stacked else None)
    return _Stretch(totals, dues, np.frombuffer(doubts, np.int32).reshape(-1, 2))


def _in_order(parts: Sequence[Due]) -> Due:
    """What is due in some stretches of rows, in the order of the rows."""
    rows = np.concatenate([part.rows for part in parts])
    must, low, high = (np.concatenate([getattr(part, name) for part in parts]) for name in ("must", "low", "high"))
    order, paid = np.argsort(rows, kind="stable"), paid_of(parts)
    return Due(rows[order], must[order], low[order], high[order], None if paid is None else paid[order])
