"""Who stands near which threshold, and what crossing it would do: one pass over the firms for the checks of cliffs, bunching and visits.

A firm stands near where its figure is known and lies within a tenth of the edge; of a small number of things, where it is the last below or the
first above. Whoever does is supposed on both sides: just below and just above,
all its other facts as they are.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from huiqi.entitlements.columns import Block, Run
from huiqi.revision.review.material import Material, Seen
from huiqi.revision.review.suppose import Actual, Bearing, Side, bearings
from huiqi.revision.review.thresholds import TURNED, Threshold, thresholds
from huiqi.rules.compile import Measure
from huiqi.rules.plan import Plan

WITHIN = Fraction(1, 10)  # of the edge

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
    """A threshold with the firms near it: how many stand below and above, those of them to whom it makes or may make a difference, and all known
    figures from a third to three times the edge; `unknown` firms may stand anywhere."""

    threshold: Threshold
    bearing: Bearing
    below: int = 0
    above: int = 0
    unknown: int = 0
    near: list[Near] = field(default_factory=list)
    around: list[Floats] = field(default_factory=list)
    visits: list[Visit] = field(default_factory=list)

    @property
    def figures(self) -> Floats:
        return np.concatenate([np.zeros(0), *self.around])


@dataclass(frozen=True)
class _Book:
    """The thresholds of some measures that firms can stand near, with what crossing each of them bears on."""

    thresholds: tuple[Threshold, ...]
    bearings: tuple[Bearing, ...]
    compared: tuple[tuple[int, bool] | None, ...]  # the step that compares, and whether it holds above the edge

    @staticmethod
    def of(material: Material) -> _Book:
        """Made once for a material and all that is made from it."""
        kept, at = material.rules.world.resolved, ("thresholds", material.registry.schema.subject)
        if at not in kept or kept[at][0] is not material.plan:
            reviewed = {material.measures[number].id for number in material.reviewed}
            found = [one for one in thresholds(material.rules, material.measures) if one.edge and one.parts and one.movable]
            found = [one for one in found if not reviewed.isdisjoint(one.measures)]
            borne = bearings(material.population, material.measures, material.plan, [(one.of, one.fact) for one in found])
            there = [(one, bearing) for one, bearing in zip(found, borne, strict=True) if bearing is not None]
            steps = _compared(material.plan)
            compared = tuple(steps.get((bearing.slot, one.edge, one.strict)) for one, bearing in there)
            kept[at] = material.plan, _Book(tuple(one for one, _ in there), tuple(bearing for _, bearing in there), compared)
        book: _Book = kept[at][1]
        return book


def _compared(plan: Plan) -> dict[tuple[int, Fraction, bool], tuple[int, bool]]:
    """The steps that compare a result with a figure."""
    found = {}
    for slot, step in enumerate(plan.steps):
        if step.op == "compare" and step.data in ("<", "<=", ">", ">="):
            (left, right), op = step.args, step.data
            if plan.steps[left].op == "figure":
                left, right, op = right, left, TURNED[op]
            if plan.steps[right].op == "figure":
                found[left, plan.steps[right].data, op in (">", "<=")] = slot, op in (">", ">=")
    return found


Pair = tuple[int, int, float, bool]  # threshold, row, figure, whether it lies above


class Nearby:
    """Counts who stands near which threshold, and supposes them on both sides of it. An edge of nought is near to nobody, a cap parts nothing,
    and a past year can no longer be changed."""

    def __init__(self, material: Material):
        book = _Book.of(material)
        self.compared = book.compared
        self.crossings = [Crossing(one, bearing) for one, bearing in zip(book.thresholds, book.bearings, strict=True)]

    def look(self, seen: Seen) -> None:
        groups: dict[int, list[Pair]] = {}
        for number, one in enumerate(self.crossings):
            groups.setdefault(id(one.bearing), []).extend(_stand(number, one, self.compared[number], seen.run))
        actual = Actual.of(seen.run, seen.dues)
        for pairs in groups.values():
            if pairs:
                matters = self.crossings[pairs[0][0]].bearing.may_matter(seen.run)
                if pairs := [pair for pair in pairs if matters[pair[1]]]:
                    self._suppose(actual, pairs)

    def add(self, other: Nearby) -> None:
        for mine, its in zip(self.crossings, other.crossings, strict=True):
            mine.below, mine.above, mine.unknown = mine.below + its.below, mine.above + its.above, mine.unknown + its.unknown
            mine.near, mine.around, mine.visits = mine.near + its.near, mine.around + its.around, mine.visits + its.visits

    def _suppose(self, actual: Actual, pairs: list[Pair]) -> None:
        bearing = self.crossings[pairs[0][0]].bearing
        rows = np.array([row for _, row, _, _ in pairs], np.intp)
        places = {number: at for at, number in enumerate(dict.fromkeys(number for number, *_ in pairs))}
        which = np.array([places[number] for number, *_ in pairs], np.intp)
        sides = [self.crossings[number].threshold.sides for number in places]
        below, above = (bearing.suppose(actual, rows, [ends[end] for ends in sides], which) for end in (0, 1))
        low, high = bearing.difference(below, above)
        for at in np.flatnonzero(low.astype(bool) | high.astype(bool)).tolist():
            number, row, has, is_above = pairs[at]
            self.crossings[number].near.append(Near(_id(actual.run.block, row), has, is_above, float(low[at]), float(high[at])))
        for number, visit in _visits(bearing, actual, rows, (below, above), pairs, [self.crossings[pair[0]].threshold for pair in pairs]):
            self.crossings[number].visits.append(visit)


def _stand(number: int, crossing: Crossing, compared: tuple[int, bool] | None, run: Run) -> list[Pair]:
    """Who stands near, counted."""
    threshold, size = crossing.threshold, run.block.size
    edge, figures = float(threshold.edge), run.figures(crossing.bearing.slot)
    low, high = (np.broadcast_to(end, (size,)) for end in (figures.low, figures.high))
    known = low == high
    if figures.maybe is not None:
        known = known & ~figures.maybe
    has = low / figures.scale
    crossing.unknown += int((~known & ~np.isnan(low)).sum())
    wide = sorted((edge / 3, edge * 3))
    crossing.around.append(has[known & (has >= wide[0]) & (has <= wide[1])])
    near = np.abs(has - edge) <= float(WITHIN) * abs(edge) * (1 + 1e-12)
    if threshold.coarse:
        grain = float(threshold.grain or 0)
        near = (has >= edge - (0 if threshold.strict else grain)) & (has <= edge + (grain if threshold.strict else 0))
    rows = np.flatnonzero(known & near)
    if compared is not None:
        truth = run.truths(compared[0])
        above = np.broadcast_to(truth.must if compared[1] else ~truth.may, (size,))[rows]
    else:
        exact = [run.block.exactly(row).figure(threshold.of).low for row in rows.tolist()]
        above = np.array([one > threshold.edge if threshold.strict else one >= threshold.edge for one in exact], bool)
    crossing.above += int(above.sum())
    crossing.below += int((~above).sum())
    return [(number, *one) for one in zip(rows.tolist(), has[rows].tolist(), above.tolist(), strict=True)]


def _visits(
    bearing: Bearing, actual: Actual, rows: NDArray[np.intp], sides: tuple[Side, Side], pairs: list[Pair], found: list[Threshold]
) -> Iterator[tuple[int, Visit]]:
    """The measures that crossing an edge brings or takes: surely not had where the firm stands nor at its side, perhaps beyond; or the reverse."""
    is_above = np.array([above for *_, above in pairs])
    fine = np.array([not threshold.coarse for threshold in found])
    for number in bearing.touched:
        line = bearing.lines.index(number)
        measure = bearing.measures[line]
        may, here = actual.may[number, rows], np.where(is_above, sides[1].may[line], sides[0].may[line])
        beyond = np.where(is_above, sides[0].may[line], sides[1].may[line])
        gains, loses = fine & ~may & ~here & beyond, fine & may & here & ~beyond
        for at in np.flatnonzero(gains | loses).tolist():
            threshold, row, has, above = pairs[at]
            fails = bool(gains[at])
            side, place = (sides[0 if above else 1], (line, at)) if fails else (actual, (number, row))
            low, high = side.low[place], side.high[place]
            if not high and measure.amount is not None:
                continue
            money = int(low), None if np.isinf(high) else int(high)
            yield threshold, Visit(_id(actual.run.block, row), measure, found[at], fails, has, bool(side.must[place]), money)


def _id(block: Block, row: int) -> str:
    if block.ids is None and block.part_of is not None:
        whole, rows = block.part_of
        return _id(whole, int(rows[row]))
    return str(block.ids[row])
