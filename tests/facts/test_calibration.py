"""Weights that meet totals: by hand, against iterative proportional fitting, and as properties."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from huiqi.facts.calibration import Margin, calibrate


def counting(name: str, who: np.ndarray, wanted: float) -> Margin:
    return Margin(name, who, who, wanted, wanted)


def test_half_of_four_firms_shall_be_three_of_four() -> None:
    """Two large firms shall count as 3 and all four as 4: 1.5 each for the large, 0.5 each for the others."""
    large, every = np.array([1.0, 1, 0, 0]), np.ones(4)
    found = calibrate(every, [counting("large", large, 3), counting("all", every, 4)])
    assert found.converged
    assert found.weights == pytest.approx([1.5, 1.5, 0.5, 0.5])


def test_weights_that_meet_the_totals_stay_what_they_are() -> None:
    who = np.array([1.0, 1, 0])
    assert calibrate(np.array([2.0, 3, 4]), [counting("large", who, 5)]).weights.tolist() == [2.0, 3.0, 4.0]


def test_without_tight_bounds_it_is_raking() -> None:
    """A table of 2 x 3 kinds of firms with both margins: the same as scaling rows and columns in turn (Deming and Stephan 1940)."""
    table = np.array([[30.0, 20, 10], [5, 15, 20]])
    rows, columns = np.array([70.0, 50]), np.array([40.0, 45, 35])
    raked = table.copy()
    for _ in range(200):
        raked *= (rows / raked.sum(axis=1))[:, None]
        raked *= columns / raked.sum(axis=0)
    of_row, of_column = np.indices(table.shape).reshape(2, -1)
    margins = [counting(f"row {n}", (of_row == n).astype(float), rows[n]) for n in range(2)]
    margins += [counting(f"column {n}", (of_column == n).astype(float), columns[n]) for n in range(3)]
    found = calibrate(table.ravel(), margins, 0.0, 1e6)
    assert found.converged
    assert found.weights == pytest.approx(raked.ravel(), rel=1e-4)


def test_sums_of_figures_are_met_too() -> None:
    """Revenue of 1, 2, 3 and 4 shall sum up to 12 instead of 10, with as many firms."""
    revenue, every = np.array([1.0, 2, 3, 4]), np.ones(4)
    found = calibrate(every, [counting("revenue", revenue, 12), counting("all", every, 4)], 0.2, 5)
    assert found.weights @ revenue == pytest.approx(12)
    assert found.weights.sum() == pytest.approx(4)
    assert (np.diff(found.weights) > 0).all()


def test_who_may_count_and_may_not_makes_a_range() -> None:
    """Two surely, one perhaps: 2.5 lies within 2 to 3 and nothing moves; for 3.5 the three together are raised to it."""
    least, most = np.array([1.0, 1, 0, 0]), np.array([1.0, 1, 1, 0])
    assert calibrate(np.ones(4), [Margin("large", least, most, 2.5, 2.5)]).weights.tolist() == [1, 1, 1, 1]
    found = calibrate(np.ones(4), [Margin("large", least, most, 3.5, 3.5)])
    assert found.weights == pytest.approx([3.5 / 3] * 3 + [1])
    assert calibrate(np.ones(4), [Margin("large", least, most, 1.5, 1.5)]).weights == pytest.approx([0.75, 0.75, 1, 1])


def test_more_than_enough_is_left_alone_and_an_open_end_is_always_reached() -> None:
    who = np.array([1.0, 1, 0])
    assert calibrate(np.ones(3), [Margin("large", who, who, 1, None)]).weights.tolist() == [1, 1, 1]
    assert calibrate(np.ones(3), [Margin("revenue", who, np.array([1, 1, np.inf]), 90, 90)]).weights.tolist() == [1, 1, 1]


def test_totals_that_contradict_each_other_are_named_and_no_others() -> None:
    """The listed lie among the large: 5 of them cannot stand among 3, whatever the state-owned are."""
    listed, large, state = np.array([1.0, 0, 0, 0]), np.array([1.0, 1, 0, 0]), np.array([0.0, 0, 1, 0])
    found = calibrate(np.ones(4), [counting("state", state, 2), counting("listed", listed, 5), counting("large", large, 3)])
    assert found.contradicting == ("listed", "large")
    assert not found.converged
    assert found.weights.tolist() == [1, 1, 1, 1]


def test_bounds_that_are_too_tight_are_told() -> None:
    who = np.array([1.0, 0])
    assert calibrate(np.ones(2), [counting("large", who, 3)], 0.5, 2).contradicting == ("large",)
    assert calibrate(np.ones(2), [counting("nobody", np.zeros(2), 3)]).contradicting == ("nobody",)


@pytest.mark.parametrize(("lowest", "highest"), [(-0.1, 2), (1, 2), (0.5, 1)])
def test_bounds_lie_on_either_side_of_one(lowest: float, highest: float) -> None:
    with pytest.raises(ValueError, match="either side of 1"):
        calibrate(np.ones(1), [], lowest, highest)


def test_weights_before_are_positive() -> None:
    with pytest.raises(ValueError, match="positive"):
        calibrate(np.array([1.0, 0]), [])


@given(st.integers(0, 2**32 - 1), st.integers(2, 60), st.integers(1, 5))
@settings(max_examples=150, deadline=None)
def test_totals_that_some_weights_meet_are_met_within_the_bounds(seed: int, firms: int, totals: int) -> None:
    rng = np.random.default_rng(seed)
    before = rng.uniform(0.5, 3, firms)
    some = before * rng.uniform(0.35, 2.5, firms)  # well within the bounds, so that an answer is known to be there
    adds = np.where(rng.random((totals, firms)) < 0.5, 1.0, 0.0) * np.where(rng.random((totals, 1)) < 0.3, rng.lognormal(0, 1, firms), 1.0)
    found = calibrate(before, [counting(str(n), row, float(row @ some)) for n, row in enumerate(adds)], 0.2, 4)
    assert found.feasible
    assert (found.weights > 0).all()
    assert ((found.weights >= 0.2 * before - 1e-12) & (found.weights <= 4 * before + 1e-12)).all()
    assert adds @ found.weights == pytest.approx(adds @ some, rel=1e-6)
