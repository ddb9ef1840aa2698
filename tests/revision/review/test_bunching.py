"""Bunching found where it was planted, and not where figures are smooth, round everywhere, or few."""

from __future__ import annotations

import numpy as np
import pytest

from huiqi.revision.review.bunching import bunched

EDGE = 2e7


def smooth(seed: int, firms: int = 40_000) -> np.ndarray:
    """Revenues as they are: many small, few large."""
    return np.random.default_rng(seed).lognormal(np.log(1.5e7), 0.8, firms).round(2)


def moved(figures: np.ndarray, share: float, *, up: bool, seed: int = 9) -> np.ndarray:
    """Some of those just on one side stand just on the other instead."""
    draw = np.random.default_rng(seed)
    low, high = (0.95 * EDGE, EDGE) if up else (EDGE, 1.05 * EDGE)
    goes = (figures >= low) & (figures < high) & (draw.random(len(figures)) < share)
    there = EDGE * (1 + draw.random(len(figures)) * 0.02 * (1 if up else -1))
    return np.where(goes, there, figures)


@pytest.mark.parametrize("up", [True, False])
def test_a_planted_population_bunches(up: bool) -> None:
    found = bunched(moved(smooth(1), 0.4, up=up), EDGE, above=up)
    assert found.verdict == "bunched"
    assert found.p < 1e-6
    assert found.paying > found.expected + 50


@pytest.mark.parametrize("seed", range(8))
def test_a_smooth_one_does_not(seed: int) -> None:
    for above in (True, False):
        assert bunched(smooth(seed), EDGE, above=above).verdict != "bunched"


def test_false_alarms_are_as_rare_as_stated() -> None:
    """Of 200 smooth populations hardly any stands out at both."""
    alarms = sum(bunched(smooth(seed, 8_000), EDGE, above=True).verdict == "bunched" for seed in range(200))
    assert alarms <= 5


def test_figures_that_are_round_everywhere_are_no_bunching() -> None:
    """A fifth of all report whole five millions, so all round figures stand out, this one among them."""
    figures = smooth(2)
    rounds = np.random.default_rng(3).random(len(figures)) < 0.2
    found = bunched(np.where(rounds, np.round(figures / 5e6) * 5e6, figures), EDGE, above=True)
    assert found.p < 0.01
    assert found.verdict == "round"


def test_few_firms_do_not_tell() -> None:
    assert bunched(smooth(4, 200), EDGE, above=True).verdict == "too few"


def test_a_window_of_few_people_is_too_coarse() -> None:
    staff = np.random.default_rng(5).integers(1, 60, 50_000).astype(float)
    assert bunched(staff, 20.0, above=True, step=1.0).verdict == "too few"


def test_people_bunch_below_300() -> None:
    draw = np.random.default_rng(6)
    staff = draw.lognormal(np.log(250), 0.6, 60_000).round()
    goes = (staff >= 300) & (staff < 312) & (draw.random(len(staff)) < 0.5)
    assert bunched(np.where(goes, 295 + draw.integers(0, 5, len(staff)), staff), 300.0, above=False, step=1.0).verdict == "bunched"
    assert bunched(staff, 300.0, above=False, step=1.0).verdict == "not"
