"""Do firms bunch on the side of a threshold that pays (门槛聚集)?

The count just on the paying side is compared with that just on the other, in two windows of equal width. What share would lie on the paying side
without any bunching is read off the counts further out, which are smoothed by a parabola through their logarithms (the counterfactual density of
Kleven and Waseem, "Using notches to uncover optimization frictions", Quarterly Journal of Economics 128, 2013, section III, with the excluded range
of Chetty and others, 2011); the p-value is that of an exact binomial test. As reported figures cluster at round numbers anyway, the same is done at
other figures that are as round, and only what stands out among those is called bunching. Nothing here says why firms stand where they do.
"""

from __future__ import annotations

import math
from collections.abc import Collection
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from huiqi.revision.review.finding import Finding
from huiqi.revision.review.material import Material
from huiqi.revision.review.nearby import Crossing, Nearby
from huiqi.revision.review.wording import first_use, full_names, renderer_of
from huiqi.vocabulary.speech import Both, both

WIDTH = Fraction(1, 40)  # of the edge: one window
OUTER = 10  # windows on each side that are looked at
LEFT_OUT = 2  # windows on each side that say nothing of the counterfactual, since firms may have moved from and to there
FEWEST = 30  # firms in both windows
SURE = 0.01  # the largest p-value that is called bunching
COARSEST = 4  # steps of a fact in a window at least

Floats = NDArray[np.float64]
Verdict = Literal["bunched", "not", "round", "too few"]


@dataclass(frozen=True)
class Bunched:
    """What was found at one edge: firms on the paying and on the other side of it, how many of them would stand on the paying side without bunching,
    how likely so many or more are then, and how many other round figures, of how many, stand out as much."""

    verdict: Verdict
    paying: int = 0
    other: int = 0
    expected: float = 0.0
    p: float = 1.0
    rounder: int = 0
    compared: int = 0

    def as_json(self) -> dict[str, Any]:
        return {"verdict": self.verdict, "paying": self.paying, "other": self.other, "expected": round(self.expected, 2), "p": self.p,
                "round_figures_that_stand_out_as_much": self.rounder, "round_figures_compared": self.compared}  # fmt: skip


def bunched(
    figures: Floats, edge: float, *, above: bool, closed: bool = True, step: float = 0.0, beside: Collection[float] = (), edges: int = 1
) -> Bunched:
    """Whether figures bunch just above an edge (or just below it): `closed` says that the edge itself lies above, `step` how finely figures are kept.

    `beside` are the edges of other thresholds, which are no measure for what is usual. Fewer than FEWEST firms in both windows are too few to tell,
    as is a window of fewer than COARSEST steps. Where so many `edges` are looked at together, chance has as many occasions: the p-value asked for is
    so much smaller (Bonferroni).
    """
    found = _window(figures, edge, above=above, closed=closed, step=step)
    if found is None:
        return Bunched("too few")
    paying, other, share, score = found
    p = _tail(paying, paying + other, share)
    if p > SURE / edges:
        return Bunched("not", paying, other, share * (paying + other), p)
    scores = [
        one[3] for at in _as_round(edge) if at not in beside and (one := _window(figures, at, above=above, closed=closed, step=step)) is not None
    ]
    as_much = sum(one >= score for one in scores)
    return Bunched("round" if as_much else "bunched", paying, other, share * (paying + other), p, as_much, len(scores))


def _window(figures: Floats, edge: float, *, above: bool, closed: bool, step: float) -> tuple[int, int, float, float] | None:
    """Firms on the paying and the other side, the share expected on the paying side, and by how many standard deviations there are more."""
    width = float(WIDTH) * abs(edge)
    if step:
        width = math.floor(width / step) * step
        if width < COARSEST * step:
            return None
    if not width:
        return None
    away = (figures - edge) / width
    place = np.floor(away + 1e-9) if closed else np.ceil(away - 1e-9) - 1
    counts = np.bincount((place[(place >= -OUTER) & (place < OUTER)] + OUTER).astype(int), minlength=2 * OUTER).astype(float)
    inner = counts[OUTER - 1], counts[OUTER]
    if sum(inner) < FEWEST:
        return None
    middle = np.arange(2 * OUTER) - OUTER + 0.5
    kept = np.abs(middle) > LEFT_OUT
    line = np.polynomial.Polynomial.fit(middle[kept], np.log(counts[kept] + 0.5), 2, w=np.sqrt(counts[kept] + 0.5))
    below, beyond = np.exp(line(np.array([-0.5, 0.5])))
    share = float(beyond / (below + beyond)) if above else float(below / (below + beyond))
    paying, other = (int(one) for one in (inner[::-1] if above else inner))
    total = paying + other
    return paying, other, share, (paying - total * share) / math.sqrt(total * share * (1 - share))


def _tail(least: int, of: int, share: float) -> float:
    """The probability of at least so many of a binomial.

    >>> round(_tail(8, 10, 0.5), 4)
    0.0547
    """
    log = [math.lgamma(of + 1) - math.lgamma(n + 1) - math.lgamma(of - n + 1) + n * math.log(share) + (of - n) * math.log1p(-share)
           for n in range(least, of + 1)]  # fmt: skip
    return min(1.0, math.fsum(math.exp(one) for one in log))


def _as_round(edge: float) -> list[float]:
    """Figures as round as an edge, from a third to three times of it: multiples of its last digit, and of half of it.

    >>> _as_round(300.0)
    [100.0, 150.0, 200.0, 250.0, 350.0, 400.0, 450.0, 500.0, 550.0, 600.0, 650.0, 700.0, 750.0, 800.0, 850.0, 900.0]
    """
    exact = Fraction(edge).limit_denominator(10**6)
    last = Fraction(10) ** math.floor(math.log10(abs(edge)))
    while (exact / last).denominator != 1 and last > Fraction(1, 10**6):
        last /= 10
    step = last / 2
    if abs(exact) / step > 60:  # hardly round at all: then take those near it
        step = abs(exact) / 20
    low, high = sorted((exact / 3, exact * 3))
    return [float(n * step) for n in range(math.ceil(low / step), math.floor(high / step) + 1) if n * step != exact]


def bunching(material: Material) -> list[Finding]:
    """Thresholds at which firms stand on the paying side more often than chance and round numbers would have it."""
    crossed = material.counted(Nearby).crossings
    edges: dict[int, set[float]] = {}
    for one in crossed:
        edges.setdefault(one.bearing.slot, set()).add(float(one.threshold.edge))
    found = []
    for one in crossed:
        tested = test_of(one, edges[one.bearing.slot], len(crossed))
        if tested is not None and tested[1].verdict == "bunched":
            found.append(_finding(material, one, *tested))
    return found


def test_of(one: Crossing, beside: Collection[float], edges: int) -> tuple[bool, Bunched] | None:
    """The test of a threshold, with whether the side above pays; None where neither side surely pays more to more of the firms near it."""
    more, less = sum(near.low > 0 for near in one.near), sum(near.high < 0 for near in one.near)
    if more == less:
        return None
    step = float(one.threshold.fact[0].step) if one.threshold.fact is not None else 0.0
    edge = float(one.threshold.sides[1]) if one.threshold.fact is not None else float(one.threshold.edge)
    closed = one.threshold.fact is not None or not one.threshold.strict
    return more > less, bunched(one.figures, edge, above=more > less, closed=closed, step=step, beside=beside, edges=edges)


def _finding(material: Material, one: Crossing, above: bool, found: Bunched) -> Finding:
    threshold, renderer = one.threshold, renderer_of(material)
    use = first_use(material, threshold)
    side = Both("above", "以上") if above else Both("below", "以下")
    what = both(
        (
            "{0}: {1} firms stand within 2.5 % {2} {3} and {4} on the other side, where about {5} and {6} would be expected (p = {7}); "
            "none of {8} other round figures stands out as much",
            "{0}：{3}{2}2.5%以内有{1}家企业，另一侧有{4}家；按周边分布约应为{5}家与{6}家（p = {7}）；另外{8}个整数位置均无如此聚集",
        ),
        threshold.say(renderer), str(found.paying), side, threshold.say_figure(threshold.edge), str(found.other), f"{found.expected:.0f}",
        f"{found.paying + found.other - found.expected:.0f}", f"{found.p:.2g}", str(found.compared),
    )  # fmt: skip
    remedy = Both(
        "look at how the figure is reported and checked near the edge; where it decides much, let the benefit grow with it step by step",
        "核对门槛附近数据的填报口径；门槛影响较大的，可改为随指标逐步增加",
    )
    excess = max(0, round(found.paying - found.expected))
    return Finding("bunching", full_names(threshold), use.clause, what, remedy, use.where, (0, 0), excess, 0, material.currency(*one.bearing.touched),
                   found.as_json() | {"side": "above" if above else "below", "edge": float(threshold.edge)})  # fmt: skip
