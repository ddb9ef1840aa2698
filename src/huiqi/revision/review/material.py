"""What a review looks at: measures, a registry, and one pass over all firms in which every check counts what it needs.

A check is a function of the material that gives findings. What it has to count over the firms is a class with `look` and `add`: the pass shows it
some thousand firms at a time, with the result of every part of every rule and what is due and payable of each measure.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Protocol, Self, TypeVar

import numpy as np
from numpy.typing import NDArray

from huiqi.entitlements.awards import award_population
from huiqi.entitlements.columns import Run
from huiqi.entitlements.due import NO, Due, Dues
from huiqi.entitlements.evaluate import STRETCH
from huiqi.entitlements.population import Population, measures_for, rank_population
from huiqi.entitlements.related import relate_population
from huiqi.entitlements.run.parts import Part
from huiqi.entitlements.run.stretches import Evaluator, Wanted, side_by_side
from huiqi.entitlements.run.summary import Outcome, outcome_of
from huiqi.facts.registry import Registry, Stretch
from huiqi.rules.compile import Measure, Rules
from huiqi.rules.cumulation import Stacking, stack
from huiqi.rules.plan import Plan, make_plan

ROWS = 32_768


@dataclass(frozen=True)
class Seen:
    """Some firms: `run` has the result of every step of `plan`, `dues` what is due and payable of each measure to those who may have it."""

    plan: Plan
    run: Run
    dues: Sequence[Due]

    @property
    def size(self) -> int:
        return self.run.block.size

    @cached_property
    def must(self) -> NDArray[np.bool_]:
        """(measures, firms): who surely has it, before stacking."""
        found = np.zeros((len(self.dues), self.size), bool)
        for line, one in zip(found, self.dues, strict=True):
            line[one.rows] = one.must
        return found

    @cached_property
    def may(self) -> NDArray[np.bool_]:
        """(measures, firms): who may have it, before stacking."""
        found = np.zeros((len(self.dues), self.size), bool)
        for line, one in zip(found, self.dues, strict=True):
            line[one.rows] = True
        return found


class Counted(Protocol):
    """What a check counts over the firms; made anew for each stretch of them, and added up."""

    def __init__(self, material: Material): ...

    def look(self, seen: Seen) -> None:
        """Count some firms."""

    def add(self, other: Self) -> None:
        """Add what was counted of others."""


C = TypeVar("C", bound=Counted)


@dataclass
class Material:
    """The measures of a subject over a registry; `reviewed` are the places of those that findings are about: the others only stack with them, or
    stand beside them. `counts` are the kinds that one pass counts together."""

    rules: Rules
    registry: Registry
    as_of: datetime.date
    population: Population
    measures: tuple[Measure, ...]
    reviewed: frozenset[int]
    counts: tuple[type[Counted], ...] = ()
    tick: Callable[[int], None] = field(default=lambda _: None)

    @cached_property
    def plan(self) -> Plan:
        """All rules of the measures, no result dropped; `values` are the limits of the stacking rules by their places among those that cut."""
        limits = {str(place): rule.limit for place, rule in enumerate(self.stacking.cutting) if rule.limit is not None}
        return make_plan(self.rules, self.measures, values=limits, keep=True)

    @cached_property
    def stacking(self) -> Stacking:
        return stack(self.rules, self.measures, self.registry.schema.subject)

    @property
    def outcome(self) -> Outcome:
        """What comes of every measure for all firms: counts, and cost before and after stacking."""
        return self._passed[0]

    def counted(self, kind: type[C]) -> C:
        """What the pass counted for a check."""
        found = self._passed[1]
        if kind not in found:  # a check on its own
            return replace(self, counts=(kind,)).counted(kind)
        return found[kind]  # type: ignore[return-value]  # keys and values go together

    def currency(self, *numbers: int) -> str:
        """In which the measures at these places pay."""
        return next(iter(self.rules.currencies[self.measures[number].document.pack] for number in numbers), "CNY")

    @cached_property
    def _passed(self) -> tuple[Outcome, dict[type[Counted], Counted]]:
        """The pass: every stretch evaluated once, so many in memory as there are processors."""
        every = range(len(self.measures))
        evaluator = Evaluator(self.population, self.measures, (), Wanted(frozenset(every), False, {}, 0))
        read = {*self.population.columns(self.plan), *self.population.columns(evaluator.stacked.limits)}
        columns = sorted(read | {column for some in evaluator.columns for column in some}, key=str)
        whole, parts = self._nothing(), list[Part]()

        def stretch(number: int, one: Stretch, workers: int) -> tuple[Part, dict[type[Counted], Counted]]:
            block = self.population.block(columns, one.start, one.stop)
            part, dues = evaluator.found(block, every, workers, rows=True)
            assert dues is not None
            found = self._nothing()
            for first in range(0, block.size, ROWS) if found else ():
                rows = np.arange(first, min(first + ROWS, block.size))
                seen = Seen(self.plan, Run(self.plan, block.only(rows)).run(), _between(dues, first, first + len(rows)))
                for counted in found.values():
                    counted.look(seen)
            return part, found

        stretches = self.registry.stretches(STRETCH)
        for one, (part, found) in zip(stretches, side_by_side(stretch, stretches), strict=True):
            self.tick(one.stop - one.start)
            parts.append(part)
            for kind, counted in found.items():
                whole[kind].add(counted)
        return outcome_of(self.measures, every, evaluator.stacked.loose, (), parts), whole

    def _nothing(self) -> dict[type[Counted], Counted]:
        return {kind: kind(self) for kind in self.counts}


def material_of(
    rules: Rules,
    registry: Registry,
    as_of: datetime.date,
    *,
    packs: Iterable[str] | None = None,
    counts: Iterable[type[Counted]] = (),
    assume_recognised: bool = False,
    tick: Callable[[int], None] = lambda _: None,
) -> Material:
    """The measures about the registry's subjects on the facts of `as_of`; findings are about those of `packs`, or about all.

    Raises FaultyInput where a registry's cells cannot be used.
    """
    measures = measures_for(rules, registry.schema.subject)
    limits = stack(rules, measures, registry.schema.subject).limits
    population = award_population(Population(registry, rules, as_of, assume_recognised), limits)
    population = rank_population(relate_population(population, limits))
    wanted = None if packs is None else set(packs)
    reviewed = frozenset(n for n, measure in enumerate(measures) if wanted is None or measure.document.pack in wanted)
    return Material(rules, registry, as_of, population, measures, reviewed, tuple(counts), tick)


def _between(dues: Dues, first: int, last: int) -> list[Due]:
    """What is due to some consecutive rows, which are then counted from 0 on."""
    found = []
    for one in dues:
        at = slice(*np.searchsorted(one.rows, (first, last)))
        found.append(Due(one.rows[at] - first, one.must[at], one.low[at], one.high[at], None if one.paid is None else one.paid[at]))
    return found


def stands(one: Due) -> NDArray[np.bool_]:
    """Of whom something of a measure may be left after stacking."""
    return np.ones(len(one.rows), bool) if one.paid is None else one.paid.stands != NO
