"""The seam to the solver."""

from __future__ import annotations

import math

import numpy as np
import pytest

from huiqi.allocation.solve import Program, Rows, solve, solver_version, with_each_full
from huiqi.vocabulary.problem import FaultyInput

NONE = np.zeros(0, np.int64)


def numbers(*of: int) -> np.ndarray:
    return np.array(of, np.int64)


def test_the_best_of_three_of_which_two_exclude_each_other() -> None:
    rows = Rows.grouped(numbers(0, 0), numbers(0, 1), 1)
    answer = solve(Program(np.array([3.0, 5.0, 1.0]), rows))
    assert (answer.status, answer.taken.tolist(), answer.value, answer.bound) == ("optimal", [1, 2], 6.0, 6.0)


def test_a_row_for_each_group_and_empty_ones_too() -> None:
    rows = Rows.grouped(numbers(2, 0, 2), numbers(0, 1, 1), 4)
    assert rows.starts.tolist() == [0, 1, 1, 3]
    assert solve(Program(np.array([1.0, 1.0]), rows)).value == 1.0


def test_what_cannot_be_is_told() -> None:
    answer = solve(Program(np.array([1.0, 2.0]), Rows.one(numbers(0, 1), np.ones(2), low=3)))
    assert (answer.status, answer.found) == ("infeasible", False)


def test_nothing_to_choose() -> None:
    assert solve(Program(np.zeros(0), Rows.one(NONE, np.zeros(0), high=1))).found
    assert not solve(Program(np.zeros(0), Rows.one(NONE, np.zeros(0), low=1))).found


def test_a_price_is_what_one_more_on_the_right_side_brings() -> None:
    rows = Rows.one(numbers(0, 1), np.ones(2), high=1)
    answer = solve(Program(np.array([3.0, 5.0]), rows, ), relaxed=True)  # fmt: skip
    assert answer.prices.tolist() == pytest.approx([3.0]) or answer.prices.tolist() == pytest.approx([5.0])


def test_what_a_row_at_its_high_end_leaves() -> None:
    """Three columns share one place; the first row is full already, with the second only 2 remain, and the third cannot be full."""
    place = Rows.one(numbers(0, 1, 2), np.ones(3), high=1)
    rows = Rows.grouped(numbers(0, 1, 2), numbers(0, 1, 2), 3) + place + Rows.one(numbers(2), np.ones(1), high=0)
    answers = with_each_full(Program(np.array([5.0, 2.0, 9.0]), rows), [0, 1, 2])
    assert [answer.value for answer in answers[:2]] == pytest.approx([5.0, 2.0])
    assert [answer.found for answer in answers] == [True, True, False]
    assert with_each_full(Program(np.zeros(0), Rows.one(NONE, np.zeros(0))), []) == []


def test_large_figures_are_kept_apart() -> None:
    answer = solve(Program(np.array([1e12, 1e12 + 1e7]), Rows.one(numbers(0, 1), np.ones(2), high=1)))
    assert answer.taken.tolist() == [1]


def test_when_the_time_runs_out_there_is_an_answer_and_its_bound() -> None:
    rng = np.random.default_rng(7)
    values = rng.integers(50, 100, 300).astype(float)
    rows = Rows.one(np.arange(300), values * 2 + 1, high=values.sum())
    for seed in range(1, 30):
        columns = np.sort(rng.choice(300, 60, replace=False))
        rows = rows + Rows.one(columns, rng.integers(1, 90, 60).astype(float), high=700.0 + seed)
    answer = solve(Program(values, rows), seconds=0.3, start=NONE)
    assert answer.found
    assert answer.bound >= answer.value
    assert not math.isinf(answer.bound) or answer.status == "time"


def test_what_the_solver_cannot_take_is_told() -> None:
    with pytest.raises(FaultyInput) as told:
        solve(Program(np.array([math.nan]), Rows.one(numbers(0), np.ones(1), high=1)))
    assert [problem.code for problem in told.value.problems] == ["solve.failed"]


def test_the_solver_says_its_version() -> None:
    assert solver_version().startswith("HiGHS 1.")
