"""Some measures of one law over stretches of a registry, whatever law the columns were first read for."""

from __future__ import annotations

import datetime
from collections.abc import Sequence

from huiqi.entitlements.awards import award_population
from huiqi.entitlements.columns import Block
from huiqi.entitlements.due import Dues
from huiqi.entitlements.population import Column, Population, rank_population
from huiqi.entitlements.related import relate_population
from huiqi.entitlements.run.stretches import Evaluator, Wanted
from huiqi.facts.registry import Registry
from huiqi.rules.compile import Measure, Rules
from huiqi.rules.cumulation import stack


class Evaluated:
    """The measures, with all on which it rests what is payable of them; `columns` are what they read, past awards among them."""

    def __init__(self, rules: Rules, measures: Sequence[Measure], registry: Registry, as_of: datetime.date, assume_recognised: bool):
        self.measures = tuple(measures)
        limits = stack(rules, measures, registry.schema.subject).limits
        population = award_population(Population(registry, rules, as_of, assume_recognised), limits)
        self.population = rank_population(relate_population(population, limits)) if measures else population
        self._evaluator = Evaluator(self.population, measures, (), Wanted(frozenset(range(len(measures))), False, {}, 0))
        read = (column for some in self._evaluator.columns for column in some)
        self.columns: set[Column] = {*read, *self.population.columns(self._evaluator.stacked.limits)}

    @property
    def own_columns(self) -> set[Column]:
        """What they read of the registry itself."""
        return {column for column in self.columns if not self.population.is_past(column)}

    def dues(self, block: Block, start: int) -> Dues:
        """What is due of them, and payable after stacking, to the subjects of a block that begins at `start` of the registry."""
        if not self.measures:
            return Dues.of(())
        _, dues = self._evaluator.found(self.population.same_block(block, start, self.columns), range(len(self.measures)), 1, rows=True)
        assert dues is not None
        return dues
