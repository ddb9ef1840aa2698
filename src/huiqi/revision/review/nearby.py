"""Who stands near which threshold, and what crossing it would do: one pass over the firms for the checks of cliffs, bunching and visits.

A firm stands near where its figure is known and lies within a share of the edge. Of those near a threshold the nearest of each stretch are looked at on
both sides: just below and just above, all their other facts as they are.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from huiqi.entitlements.columns import Block, Run
from huiqi.entitlements.population import Population
from huiqi.revision.review.suppose import Actual, Bearing, Portfolio, Side
from huiqi.revision.review.thresholds import Threshold
from huiqi.rules import tree
from huiqi.rules.compile import Measure
from huiqi.rules.plan import make_plan

WITHIN = Fraction(1, 10)  # of the edge
NEAREST = 500  # firms of a stretch that are looked at, a threshold
FIRMS = 32_768  # a stretch
TOGETHER = 2_048  # firms that are supposed otherwise at a time

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Near:
    """One firm looked at: its figure, and what all measures pay more just above the edge than just below, in fen; infinite where an end is open."""

    subject: str
    has: float  # in base units
    above: bool
    low: float
    high: float


@dataclass(frozen=True)
class Visit:
    """A firm that one figure keeps from a measure, or for it: what is due of the measure on the side where it may be had, in fen (high None: no
    upper end). `sure`: it is surely had there; else further facts have to turn out right."""

    subject: str
    measure: Measure
    threshold: Threshold
    fails: bool
    has: float
    sure: bool
    money: tuple[int, int | None]

    @property
    def distance(self) -> float:
        """How far the figure is from the edge, as a share of it."""
        return abs(self.has - float(self.threshold.edge)) / abs(float(self.threshold.edge))


@dataclass
class Crossing:
    """A threshold with the firms near it: how many stand below and above, those looked at, and all known figures from a third to three times the edge;
    `unknown` firms may stand anywhere."""

    threshold: Threshold
    bearing: Bearing | None
    below: int = 0
    above: int = 0
    unknown: int = 0
    near: list[Near] = field(default_factory=list)
    around: list[Floats] = field(default_factory=list)
    visits: list[Visit] = field(default_factory=list)

    @property
    def figures(self) -> Floats:
        return np.concatenate([np.zeros(0), *self.around])


def crossings(population: Population, measures: Sequence[Measure], found: Sequence[Threshold], within: Fraction = WITHIN) -> list[Crossing]:
    """Each threshold with the firms that stand near it. An edge of nought is near to nobody, and a past year can no longer be changed."""
    portfolio = Portfolio(population, measures, [(one.of, one.fact) for one in found])
    crossed = [Crossing(one, bearing) for one, bearing in zip(found, portfolio.bearings, strict=True)]
    work = _Work(portfolio, [one for one in crossed if one.threshold.edge and one.threshold.parts and one.threshold.movable], within)
    if work.crossed:
        at, size = 0, population.registry.subjects
        while at < size:
            stop = min(at + FIRMS, size)
            work.look(population.block(work.columns, at, stop))
            at = stop
    return crossed


Pair = tuple[int, int, float, bool]  # threshold, row, figure, whether it lies above


class _Work:
    def __init__(self, portfolio: Portfolio, crossed: list[Crossing], within: Fraction):
        self.portfolio, self.crossed, self.within = portfolio, crossed, within
        values = {f"of {number}": one.threshold.of for number, one in enumerate(crossed)}
        values |= {
            f"above {number}": tree.Compare(">" if one.threshold.strict else ">=", one.threshold.of, tree.Figure(one.threshold.edge))
            for number, one in enumerate(crossed)
        }
        self.plan = make_plan(portfolio.population.rules, (), values=values)
        self.columns = sorted({*portfolio.population.columns(self.plan), *portfolio.columns}, key=str)

    def look(self, block: Block) -> None:
        """Count who stands near in a stretch, and suppose the nearest on both sides."""
        run = Run(self.plan, block).run()
        pairs = [pair for number, one in enumerate(self.crossed) for pair in self._stand(number, run) if one.bearing is not None]
        firms = np.unique(np.array([row for _, row, _, _ in pairs], np.intp))
        for at in range(0, len(firms), TOGETHER):
            some = firms[at : at + TOGETHER]
            first, last = int(some[0]), int(some[-1])
            actual = self.portfolio.actual(block.only(some))
            ids = [str(block.ids[row]) for row in some.tolist()]
            actual.run.block.ids = ids
            groups: dict[int, list[Pair]] = {}
            for number, row, has, above in pairs:
                if first <= row <= last:
                    place = int(np.searchsorted(some, row))
                    groups.setdefault(id(self.crossed[number].bearing), []).append((number, place, has, above))
            for group in groups.values():
                self._suppose(actual, group)

    def _stand(self, number: int, run: Run) -> list[Pair]:
        """The nearest firms."""
        crossing, size = self.crossed[number], run.block.size
        edge = float(crossing.threshold.edge)
        figures, side = run.figures(self.plan.values[f"of {number}"]), run.truths(self.plan.values[f"above {number}"])
        low, high = (np.broadcast_to(end, (size,)) for end in (figures.low, figures.high))
        known = low == high
        if figures.maybe is not None:
            known = known & ~figures.maybe
        has, above = low / figures.scale, np.broadcast_to(side.must, (size,))
        crossing.unknown += int((~known & ~np.isnan(low)).sum())
        away = np.abs(has - edge)
        near = known & (away <= float(self.within) * abs(edge) * (1 + 1e-12))
        crossing.above += int((near & above).sum())
        crossing.below += int((near & ~above).sum())
        wide = sorted((edge / 3, edge * 3))
        crossing.around.append(has[known & (has >= wide[0]) & (has <= wide[1])])
        rows = np.flatnonzero(near)
        rows = rows[np.lexsort((rows, away[rows]))][:NEAREST] if len(rows) > NEAREST else rows
        return [(number, *one) for one in zip(rows.tolist(), has[rows].tolist(), above[rows].tolist(), strict=True)]

    def _suppose(self, actual: Actual, pairs: list[Pair]) -> None:
        bearing = self.crossed[pairs[0][0]].bearing
        assert bearing is not None
        rows = np.array([row for _, row, _, _ in pairs], np.intp)
        sides = [self.crossed[number].threshold.sides for number, *_ in pairs]
        below, above = (bearing.suppose(actual, rows, [ends[end] for ends in sides]) for end in (0, 1))
        low, high = bearing.difference(below, above)
        ids = actual.run.block.ids
        for at, (number, row, has, is_above) in enumerate(pairs):
            self.crossed[number].near.append(Near(ids[row], has, is_above, float(low[at]), float(high[at])))
        for number, visit in _visits(bearing, actual, rows, (below, above), pairs, [self.crossed[pair[0]].threshold for pair in pairs]):
            self.crossed[number].visits.append(visit)


def _visits(
    bearing: Bearing, actual: Actual, rows: NDArray[np.intp], sides: tuple[Side, Side], pairs: list[Pair], found: list[Threshold]
) -> Iterator[tuple[int, Visit]]:
    """The measures that crossing an edge brings or takes: surely not had where the firm stands nor at the edge, and perhaps beyond it; or the reverse."""
    is_above, ids = np.array([above for *_, above in pairs]), actual.run.block.ids
    for number in bearing.touched:
        line, measure = bearing.lines.index(number), bearing.portfolio.measures[number]
        may, here = actual.may[number, rows], np.where(is_above, sides[1].may[line], sides[0].may[line])
        beyond = np.where(is_above, sides[0].may[line], sides[1].may[line])
        gains, loses = ~may & ~here & beyond, may & here & ~beyond
        for at in np.flatnonzero(gains | loses).tolist():
            threshold, row, has, above = pairs[at]
            fails = bool(gains[at])
            side, place = (sides[0 if above else 1], (line, at)) if fails else (actual, (number, row))
            low, high = side.low[place], side.high[place]
            if not high and measure.amount is not None:
                continue
            money = int(low), None if np.isinf(high) else int(high)
            yield threshold, Visit(ids[row], measure, found[at], fails, has, bool(side.must[place]), money)
