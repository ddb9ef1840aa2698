"""The one seam to the solver (HiGHS): a program of whole and other numbers, to be made as large as can be.

The solver runs on one thread with a fixed seed, so that the same program has the same answer, but where the time runs out first.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from huiqi.vocabulary.problem import NOWHERE, FaultyInput, Problem

Figures = NDArray[np.float64]
Numbers = NDArray[np.int64]
#: `optimal`: no better answer is possible, but for the gap asked for; `time`: the time ran out; `infeasible`: no answer is possible.
Status = Literal["optimal", "time", "infeasible"]
LARGEST = 1e6  #: the greatest weight that the solver is given; its tolerances are absolute


@dataclass(frozen=True)
class Rows:
    """Constraints low <= sum of weight x column <= high; `starts` says where the columns of each row begin."""

    low: Figures
    high: Figures
    starts: Numbers
    columns: Numbers
    weights: Figures

    @staticmethod
    def grouped(groups: Numbers, columns: Numbers, count: int, low: float = -math.inf, high: float = 1.0) -> Rows:
        """One row for each of `count` groups: from `low` to `high` of its columns are taken; a column may stand in several groups."""
        order = np.argsort(groups, kind="stable")
        starts = np.searchsorted(groups[order], np.arange(count))
        return Rows(np.full(count, low), np.full(count, high), starts.astype(np.int64), columns[order], np.ones(len(columns)))

    @staticmethod
    def one(columns: Numbers, weights: Figures, low: float = -math.inf, high: float = math.inf) -> Rows:
        """A single row."""
        return Rows(np.array([low]), np.array([high]), np.zeros(1, np.int64), columns, weights)

    def __add__(self, more: Rows) -> Rows:
        pairs = zip((self.low, self.high, self.columns, self.weights), (more.low, more.high, more.columns, more.weights), strict=True)
        low, high, columns, weights = (np.concatenate(pair) for pair in pairs)
        return Rows(low, high, np.concatenate([self.starts, more.starts + len(self.columns)]), columns, weights)


@dataclass(frozen=True)
class Program:
    """Make the sum of `value` x column as large as can be, each column from 0 to 1 (whole, unless relaxed) and every row kept."""

    value: Figures
    rows: Rows


@dataclass(frozen=True)
class Answer:
    """Which columns are taken, what that is worth, and the bound above which no answer can be; prices of rows where it was relaxed."""

    status: Status
    columns: Figures
    value: float
    bound: float
    prices: Figures

    @property
    def found(self) -> bool:
        """There is an answer, be it the best or not."""
        return self.status == "optimal" or not math.isinf(self.value)

    @property
    def taken(self) -> Numbers:
        """The numbers of the columns that are taken."""
        return np.flatnonzero(self.columns > 0.5)


@cache
def solver_version() -> str:
    """The solver and its version, like HiGHS 1.15.1."""
    import highspy

    highs: Any = highspy.Highs()  # type: ignore[no-untyped-call]
    return f"HiGHS {highs.version()}"


def solve(program: Program, *, seconds: float = math.inf, gap: float = 0.0, start: Numbers | None = None, relaxed: bool = False) -> Answer:
    """The best answer, or the best found in so many seconds; `gap` is by which share it may fall short of the bound.

    `start` are columns that may be taken together: an answer to begin with. With `relaxed` columns need not be whole, and each row has its price:
    by how much the value would rise with one more on its right-hand side. Raises FaultyInput where the solver cannot say what it found.
    """
    count = len(program.value)
    if not count:
        nothing = np.zeros(0)
        met = bool((program.rows.low <= 0).all() and (program.rows.high >= 0).all())
        return Answer("optimal" if met else "infeasible", nothing, 0.0 if met else -math.inf, 0.0, np.zeros(len(program.rows.low)))
    scale, highs = _scale(program), _new(seconds, gap)
    _pass(highs, program, scale, relaxed)
    if start is not None and not relaxed:
        given = np.zeros(count)
        given[start] = 1
        highs.setSolution(count, np.arange(count, dtype=np.int32), given)
    highs.run()
    return _answer(highs, count, scale, relaxed)


def with_each_full(program: Program, full: Sequence[int]) -> list[Answer]:
    """Of each of some rows the answer of the relaxed program with this row at its high end: a bound on every answer in which it is."""
    import highspy

    if not full:
        return []
    scale, highs = _scale(program), _new(math.inf, 0.0)
    highs.setOptionValue("presolve", "off")  # a changed row goes on from the first answer, which presolving would throw away
    highs.setOptionValue("dual_simplex_cost_perturbation_multiplier", 0.0)  # two steps instead of sixty, and no rest of it in the answer
    _pass(highs, program, scale, relaxed=True)
    highs.run()
    basis, answers = highs.getBasis(), []
    for row in full:
        highs.setBasis(basis)
        highs.changeRowBounds(row, program.rows.high[row], program.rows.high[row])
        highs.run()
        if highs.getModelStatus() == highspy.HighsModelStatus.kUnknown:  # from the beginning, where going on went wrong
            highs.clearSolver()
            highs.run()
        answers.append(_answer(highs, len(program.value), scale, relaxed=True))
        highs.changeRowBounds(row, program.rows.low[row], program.rows.high[row])
    return answers


def _scale(program: Program) -> float:
    return max(float(np.abs(program.value).max(initial=0.0)), LARGEST) / LARGEST


def _new(seconds: float, gap: float) -> Any:
    """The solver, set so that the same program has the same answer."""
    import highspy  # it takes a while to load, and most commands need no solver

    highs: Any = highspy.Highs()  # type: ignore[no-untyped-call]
    options: dict[str, Any] = {
        "output_flag": False, "threads": 1, "parallel": "off", "random_seed": 1,
        "mip_rel_gap": gap, "mip_abs_gap": 1e-9,
    }  # fmt: skip
    for name, option in options.items():
        highs.setOptionValue(name, option)
    if not math.isinf(seconds):
        highs.setOptionValue("time_limit", max(seconds, 0.01))
    return highs


def _pass(highs: Any, program: Program, scale: float, relaxed: bool) -> None:
    import highspy

    rows, count = program.rows, len(program.value)
    lp = highspy.HighsLp()
    lp.num_col_, lp.num_row_ = count, len(rows.low)
    lp.col_cost_, lp.col_lower_, lp.col_upper_ = program.value / scale, np.zeros(count), np.ones(count)
    lp.row_lower_, lp.row_upper_ = rows.low, rows.high
    lp.sense_ = highspy.ObjSense.kMaximize
    lp.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    lp.a_matrix_.start_ = np.append(rows.starts, len(rows.columns)).astype(np.int32)
    lp.a_matrix_.index_, lp.a_matrix_.value_ = rows.columns.astype(np.int32), rows.weights
    if not relaxed:
        lp.integrality_ = [highspy.HighsVarType.kInteger] * count
    if highs.passModel(lp) == highspy.HighsStatus.kError or not np.isfinite(lp.col_cost_).all():
        raise _failed("it does not take the program")


def _answer(highs: Any, count: int, scale: float, relaxed: bool) -> Answer:
    import highspy

    states = highspy.HighsModelStatus
    status, info = highs.getModelStatus(), highs.getInfo()
    if status in (states.kInfeasible, states.kUnboundedOrInfeasible):
        return Answer("infeasible", np.zeros(count), -math.inf, -math.inf, np.zeros(0))
    if status not in (states.kOptimal, states.kTimeLimit):
        raise _failed(highs.modelStatusToString(status))
    solution = highs.getSolution()
    found = info.primal_solution_status == highspy.SolutionStatus.kSolutionStatusFeasible
    columns = np.array(solution.col_value) if found else np.zeros(count)
    value = info.objective_function_value * scale if found else -math.inf
    bound = value if relaxed else info.mip_dual_bound * scale
    prices = np.array(solution.row_dual) * scale if relaxed else np.zeros(0)
    return Answer("optimal" if status == states.kOptimal else "time", columns, value, bound, prices)


def _failed(said: str) -> FaultyInput:
    hint = "look for figures that are too large or too small by far; the same command gives the same answer"
    return FaultyInput([Problem("solve.failed", f"the solver stopped without an answer: {said}", NOWHERE, hint)])
