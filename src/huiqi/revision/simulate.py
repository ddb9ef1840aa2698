"""Simulate a reform (模拟测算): the law as it is and the reform on the same facts, what differs for whom, and what it costs.

Only what the reform touches is evaluated, on both sides over the same columns. What differs for a subject is a range (revision/difference.py):
it holds whatever the unknown facts turn out to be, is exact where all are known, and what is unknown but the same on both sides does not widen it.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from huiqi.entitlements.evaluate import STRETCH
from huiqi.entitlements.population import Column, Population
from huiqi.entitlements.run.stretches import side_by_side
from huiqi.facts.registry import Registry, Stretch
from huiqi.revision.comparison import Comparison, Difference, Fates, Tally, everybody, paid
from huiqi.revision.difference import Differences
from huiqi.revision.evaluated import Evaluated
from huiqi.revision.groupings import Grouping, groupings_of
from huiqi.revision.touched import Side, touched, untouched
from huiqi.rules.compile import Measure, Rules
from huiqi.vocabulary.problem import FaultyInput, Problem

Weights = NDArray[np.float64]


@dataclass(frozen=True)
class Compared:
    """One measure under both laws, None where a law does not have it; `changed`: it differs itself, or a stacking rule that covers it does."""

    before: tuple[Measure, Tally] | None
    after: tuple[Measure, Tally] | None
    changed: bool

    @property
    def measure(self) -> Measure:
        """As the reform has it, or else as it is now."""
        found = self.after or self.before
        assert found is not None
        return found[0]


@dataclass(frozen=True)
class Simulation:
    """Both laws on the same facts. `fates` are those of all subjects, `by` of the groups of each grouping in which there is somebody.

    Counts and sums are those of the touched measures; `rest` are the measures that cannot differ, with what they come to where that was asked for.
    """

    sides: tuple[Side, Side]
    populations: tuple[Population, Population]
    measures: tuple[Compared, ...]
    rest: tuple[tuple[Measure, Tally], ...]
    fates: Fates
    by: dict[str, dict[str, Fates]]
    gains: tuple[Difference, ...]  # the largest that are sure
    losses: tuple[Difference, ...]
    groupings: tuple[Grouping, ...]
    currency: str
    weighted: bool

    @property
    def registry(self) -> Registry:
        return self.populations[0].registry

    @property
    def alike(self) -> int:
        """How many measures of the reform about these subjects cannot differ."""
        subject = self.registry.schema.subject
        return sum(measure.subject == subject for measure in self.sides[1].rules.measures) - len(self.sides[1].measures)

    @property
    def taken(self) -> tuple[int, int]:
        """What stacking rules take, before and after, of what the touched measures would surely pay without them, in fen."""
        sides = ([one.before for one in self.measures], [one.after for one in self.measures])
        before, after = (sum(pair[1].due[0] - pair[1].payable[0] for pair in side if pair is not None) for side in sides)
        return before, after


def simulate(
    before: Rules,
    after: Rules,
    registry: Registry,
    as_of: datetime.date,
    *,
    weights: Weights | None = None,
    whole: bool = False,
    assume_recognised: bool = False,
    tick: Callable[[int], None] = lambda _: None,
) -> Simulation:
    """Both laws on the facts of `as_of`.

    `weights`: how many subjects each row of the registry stands for, in its order (huiqi reweight). With `whole` the measures that cannot differ
    are evaluated too, once for both laws. Raises FaultyInput where a registry's cells cannot be used, or the measures pay in several currencies.
    """
    subject = registry.schema.subject
    sides = touched(before, after, subject)
    rest = untouched(sides[1], subject) if whole else Side(after, (), frozenset())
    currency = currency_of([*sides, rest])
    work = _Work((*sides, rest), registry, as_of, assume_recognised, weights)
    found = work.nothing()
    stretches = registry.stretches(STRETCH)
    for stretch, one in zip(stretches, side_by_side(work.stretch, stretches), strict=True):
        tick(stretch.stop - stretch.start)
        found.join(one)
    weighted = weights is not None
    by: dict[str, dict[str, Fates]] = {}
    for grouping in work.groupings:
        count = found.groups[grouping.name]
        by[grouping.name] = {name: count.fates(at, weighted) for at, name in enumerate(grouping.groups) if count.counts[0, at]}
    tallies = [count.tallies(weighted) for count in found.sides]
    populations = work.sides[0].population, work.sides[1].population
    return Simulation(
        sides,
        populations,
        tuple(_compared(sides, tallies[0], tallies[1])),
        tuple(zip(rest.measures, tallies[2], strict=True)),
        everybody(by) if registry.subjects else Fates(0, 0, (0,) * 4, (0,) * 4, (0, 0), (0, 0), (0, 0)),
        by,
        found.largest(gain=True),
        found.largest(gain=False),
        work.groupings,
        currency,
        weighted,
    )


def currency_of(sides: list[Side]) -> str:
    """In which currency all measures of some laws pay; raises FaultyInput where there are several, of which no sum has a meaning."""
    found = {side.rules.currencies[measure.document.pack]: measure for side in sides for measure in side.measures if measure.amount is not None}
    if len(found) > 1:
        said = " and ".join(f"{measure.name} in {currency}" for currency, measure in sorted(found.items()))
        raise FaultyInput([Problem("reform.currency", f"what differs pays in several currencies: {said}", hint="simulate the packs of each apart")])
    return next(iter(found), next(iter(sides[0].rules.currencies.values()), "CNY"))


def _compared(sides: tuple[Side, Side], before: tuple[Tally, ...], after: tuple[Tally, ...]) -> list[Compared]:
    """The touched measures of both laws by name; several editions of one name in their order."""
    found: dict[tuple[str, int], list[tuple[Measure, Tally] | None]] = {}
    changed = set()
    for at, (side, tallies) in enumerate(zip(sides, (before, after), strict=True)):
        seen: dict[str, int] = {}
        for number, (measure, tally) in enumerate(zip(side.measures, tallies, strict=True)):
            key = measure.name, seen.setdefault(measure.name, 0)
            seen[measure.name] += 1
            found.setdefault(key, [None, None])[at] = measure, tally
            if number in side.changed:
                changed.add(key)
    return [Compared(one, other, key in changed) for key, (one, other) in found.items()]


class _Work:
    """Both laws, and the measures that they share, over stretches of a registry."""

    def __init__(self, sides: tuple[Side, ...], registry: Registry, as_of: datetime.date, assume_recognised: bool, weights: Weights | None):
        self.sides = [Evaluated(side.rules, side.measures, registry, as_of, assume_recognised) for side in sides]
        self.changed = [side.changed for side in sides]
        self.weights, self.differences = weights, Differences((sides[0], sides[1]), registry.schema)
        self.population = self.sides[0].population
        self.groupings = groupings_of(Population(registry, sides[0].rules, as_of, assume_recognised), weights)
        columns: set[Column] = set().union(*(side.own_columns for side in self.sides), *(grouping.columns for grouping in self.groupings))
        self.columns = sorted(columns, key=str)

    def nothing(self) -> Comparison:
        return Comparison.nothing({one.name: len(one.groups) for one in self.groupings}, [len(one.measures) for one in self.sides])

    def stretch(self, number: int, stretch: Stretch, workers: int) -> Comparison:
        """What differs for the subjects of a stretch."""
        block = self.population.block(self.columns, stretch.start, stretch.stop)
        weights = None if self.weights is None else self.weights[stretch.start : stretch.stop]
        every = [side.dues(block, stretch.start) for side in self.sides]
        found = self.nothing()
        for count, dues in zip(found.sides, every, strict=True):
            count.add(dues, weights)
        before, after = (paid(dues, block.size, changed) for dues, changed in zip(every[:2], self.changed[:2], strict=True))
        between = self.differences.of(block, every[:2], before, after)
        found.add(block.ids, before, after, between, {grouping.name: grouping.of(block) for grouping in self.groupings}, weights)
        return found
