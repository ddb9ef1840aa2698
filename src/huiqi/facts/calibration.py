"""Weights that make a registry add up to totals while they stay near what they were, and between bounds.

Calibration with the logit distance: Deville and Särndal, Calibration Estimators in Survey Sampling, JASA 87 (1992), case 6. Without bounds and with
counts alone it is raking (Deming and Stephan 1940). The weight of a row is

    w = d F(x'l),  F(u) = L + (U - L) / (1 + (U - 1) / (1 - L) exp(-A u)),  A = (U - L) / ((1 - L) (U - 1))

with d what it weighed before, x what it adds to each total and F(0) = 1. The multipliers l minimise a convex function, here by Newton's method
with steps that are halved until they help. A total that may lie in a range has a multiplier of one sign at each end (Bertsekas, Projected Newton
Methods, SIAM J. Control 20, 1982).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

MOST_STEPS = 200
TOLERANCE = 1e-9  #: of a total, relative
_FARTHEST = 1e8  # a multiplier beyond which nothing moves any more


@dataclass(frozen=True)
class Margin:
    """What a weighted sum shall be: `least` adds what each row surely adds, `most` what it possibly does; met where [sum of least, sum of most] and
    [low, high] have a point in common. `high` is None where there is no upper end; `most` may hold infinity, for what nobody knows."""

    name: str
    least: Floats
    most: Floats
    low: float
    high: float | None


@dataclass(frozen=True)
class Weighed:
    """Weights, and how they came about."""

    weights: Floats
    converged: bool
    steps: int
    off: float  # the largest miss of a total, relative to it
    contradicting: tuple[str, ...] = ()  # totals that no weights within the bounds meet together; no smaller set of them contradicts itself

    @property
    def feasible(self) -> bool:
        return not self.contradicting


def calibrate(before: Floats, margins: Sequence[Margin], lowest: float = 0.1, highest: float = 10.0) -> Weighed:
    """Weights between `lowest` and `highest` times those before that meet all margins.

    Where none do, `contradicting` names margins that cannot be met together, and the weights are those before. ValueError for bounds that do
    not lie on either side of 1, and for weights before that are not positive.

    >>> ones = np.ones(4)
    >>> large = np.array([1.0, 1.0, 0.0, 0.0])
    >>> calibrate(ones, [Margin("large", large, large, 3.0, 3.0), Margin("all", ones, ones, 4.0, 4.0)]).weights.round(6)
    array([1.5, 1.5, 0.5, 0.5])
    """
    if not 0 <= lowest < 1 < highest:
        raise ValueError("bounds lie on either side of 1, the lower one from 0 on")
    if not (before > 0).all():
        raise ValueError("weights before are positive")
    sides = _sides(margins)
    found = _solve(before, sides, lowest, highest)
    if found.feasible:
        return found
    kept = list(margins)  # take out whatever is not needed for the contradiction
    for margin in margins:
        fewer = [one for one in kept if one is not margin]
        if fewer and not _solve(before, _sides(fewer), lowest, highest).feasible:
            kept = fewer
    return Weighed(before, False, found.steps, found.off, tuple(margin.name for margin in kept))


@dataclass(frozen=True)
class _Side:
    """One end of a margin: a weighted sum that is at least (+1), at most (-1) or just (0) a figure."""

    adds: Floats
    wanted: float
    sign: int

    @property
    def scale(self) -> float:
        return abs(self.wanted) or 1.0


def _sides(margins: Sequence[Margin]) -> list[_Side]:
    sides = []
    for margin in margins:
        known = np.isfinite(margin.most).all()
        if margin.high is not None and margin.low == margin.high and known and np.array_equal(margin.least, margin.most):
            sides.append(_Side(margin.least, margin.low, 0))
            continue
        if margin.high is not None:
            sides.append(_Side(margin.least, margin.high, -1))
        if known and (margin.low > 0 or (margin.most < 0).any()):
            sides.append(_Side(margin.most, margin.low, 1))
    return sides


def _solve(before: Floats, sides: Sequence[_Side], lowest: float, highest: float) -> Weighed:
    """The weights, or that there are none; rows that add the same are taken together."""
    if not sides:
        return Weighed(before.copy(), True, 0, 0.0)
    adds = np.stack([side.adds / side.scale for side in sides], axis=1)
    first, row_of = _alike(adds)
    rows = adds[first]
    together: Floats = np.bincount(row_of, before, len(rows)).astype(np.float64)
    factor, converged, steps, off, proved = _newton(together, rows, sides, lowest, highest)
    if proved:
        return Weighed(before, False, steps, off, ("",))
    return Weighed(before * factor[row_of], converged, steps, off)


def _alike(adds: Floats) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """A row of each kind, and the kind of every row, where every column is 0 or one figure; otherwise each row is of its own kind."""
    each = np.arange(len(adds))
    if adds.shape[1] > 62 or not all(((column == 0) | (column == column.max(initial=0))).all() for column in adds.T):
        return each, each
    bits = (adds != 0) @ (1 << np.arange(adds.shape[1], dtype=np.int64))
    _, first, row_of = np.unique(bits, return_index=True, return_inverse=True)
    return first, row_of


def _newton(d: Floats, x: Floats, sides: Sequence[_Side], lowest: float, highest: float) -> tuple[Floats, bool, int, float, bool]:
    wanted = np.array([side.wanted / side.scale for side in sides])
    sign = np.array([side.sign for side in sides])
    slope = (highest - lowest) / ((1 - lowest) * (highest - 1))
    shift = np.log((1 - lowest) / (highest - 1))
    at = np.zeros(len(sides))

    def value(at: Floats) -> float:
        u = slope * (x @ at) + shift
        return float(d @ (lowest * (u - shift) + (highest - lowest) * (np.logaddexp(0, u) - np.logaddexp(0, shift))) / slope - wanted @ at)

    def inside(at: Floats) -> Floats:
        return np.clip(np.where(sign > 0, np.maximum(at, 0), np.where(sign < 0, np.minimum(at, 0), at)), -_FARTHEST, _FARTHEST)

    now, off, steps = value(at), np.inf, 0
    for steps in range(1, MOST_STEPS + 1):
        pull = x @ at
        share = _logistic(slope * pull + shift)
        factor = np.where(pull == 0, 1.0, lowest + (highest - lowest) * share)
        gap = x.T @ (d * factor) - wanted
        held = (at == 0) & (((sign > 0) & (gap >= 0)) | ((sign < 0) & (gap <= 0)))
        off = float(np.max(np.abs(np.where(held, 0.0, gap)), initial=0.0))
        if off <= TOLERANCE:
            return factor, True, steps, off, False
        if _impossible(d, x, at, wanted, lowest, highest):
            return factor, False, steps, off, True
        free = ~held
        curve = (x[:, free] * (d * (highest - lowest) * slope * share * (1 - share))[:, None]).T @ x[:, free]
        curve[np.diag_indices_from(curve)] += 1e-12 * max(float(np.trace(curve)), 1e-12)
        step = np.zeros_like(at)
        step[free] = np.linalg.lstsq(curve, -gap[free], rcond=None)[0]
        if step @ gap >= 0:
            step = np.where(free, -gap, 0.0)
        length, moved = 1.0, at
        while length > 1e-12:
            moved = inside(at + length * step)
            if value(moved) <= now + 1e-4 * float(gap @ (moved - at)):
                break
            length /= 2
        if np.array_equal(moved, at) or length <= 1e-12:
            break
        at, now = moved, value(moved)
    return factor, off <= 1e-6, steps, off, _impossible(d, x, at, wanted, lowest, highest)


def _impossible(d: Floats, x: Floats, at: Floats, wanted: Floats, lowest: float, highest: float) -> bool:
    """The multipliers prove that nothing within the bounds meets all: weighed by them, the sums fall short whatever the weights (Farkas)."""
    u = x @ at
    most = float(d @ np.where(u > 0, highest * u, lowest * u))
    return float(wanted @ at) > most + 1e-9 * (abs(most) + float(np.abs(wanted) @ np.abs(at)))


def _logistic(u: Floats) -> Floats:
    """1 / (1 + exp(-u)), without overflow."""
    small = np.exp(-np.abs(u))
    return np.where(u >= 0, 1 / (1 + small), small / (1 + small))
