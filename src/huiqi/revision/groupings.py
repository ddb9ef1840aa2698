"""By what the subjects of a simulation are grouped: by industry and place like any evaluation, and by class of size and tenths of revenue."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from huiqi.entitlements.columns import Block, CodeSets, Run
from huiqi.entitlements.population import Column, Population
from huiqi.entitlements.run.dimensions import NONE, NOT_KNOWN, Dimension, dimensions_of
from huiqi.entitlements.totals import ALL, Groups
from huiqi.facts.schema import Fact
from huiqi.rules.plan import Plan, make_plan
from huiqi.rules.tree import FactCode
from huiqi.vocabulary.speech import Both, both, brief_money, of_words

SIZE_CLASS, REVENUE, TENTHS = "size_class", "revenue", 10
_ALL, _SIZE = Both("all", "全部"), Both("size class", "企业规模")
_NOT_SAID = {NOT_KNOWN: Both("not known", "未知"), NONE: Both("none", "无")}


class Grouping(Protocol):
    """Subjects in groups; `columns` are what it reads."""

    @property
    def name(self) -> str: ...
    @property
    def label(self) -> Both: ...
    @property
    def groups(self) -> Mapping[str, Both]: ...
    @property
    def columns(self) -> tuple[Column, ...]: ...
    def of(self, block: Block) -> Groups:
        """The group of every subject of a block, by its number in `groups`."""


def groupings_of(population: Population, weights: NDArray[np.float64] | None = None) -> tuple[Grouping, ...]:
    """Everybody together; by industry and place, class of size and tenths of revenue, as far as the registry and the rules have them."""
    found: list[Grouping] = [Everybody(), *(ByDimension(dimension) for dimension in dimensions_of(population.registry))]
    found += [one for one in (_by_size(population), _by_tenths(population, weights)) if one is not None]
    return tuple(found)


@dataclass(frozen=True)
class Everybody:
    """One group of all."""

    name: str = ALL
    label: Both = _ALL
    columns: tuple[Column, ...] = ()

    @property
    def groups(self) -> dict[str, Both]:
        return {ALL: self.label}

    def of(self, block: Block) -> Groups:
        return Groups(np.zeros(block.size, np.int32), 1)


@dataclass(frozen=True)
class ByDimension:
    """As an evaluation groups its totals."""

    dimension: Dimension

    @property
    def name(self) -> str:
        return self.dimension.name

    @property
    def label(self) -> Both:
        return of_words(self.dimension.fact.label)

    @property
    def groups(self) -> dict[str, Both]:
        return self.dimension.groups

    @property
    def columns(self) -> tuple[Column, ...]:
        return ((self.dimension.fact.id, None),)

    def of(self, block: Block) -> Groups:
        return self.dimension.of(block)


@dataclass(frozen=True)
class BySize:
    """By the class of size that the law as it is gives; not known where two are possible."""

    plan: Plan
    columns: tuple[Column, ...]
    groups: dict[str, Both]
    name: str = SIZE_CLASS
    label: Both = _SIZE

    def of(self, block: Block) -> Groups:
        found, number = Run(self.plan, block).run().column(self.plan.values[SIZE_CLASS]), {id: at for at, id in enumerate(self.groups)}
        assert isinstance(found, CodeSets)
        groups = np.full(block.size, number[NOT_KNOWN], np.int32)
        for bit, id in [*enumerate(found.codes), (63, NONE)]:
            groups[found.bits == np.uint64(1 << bit)] = number[id]
        return Groups(groups, len(number))


def _by_size(population: Population) -> BySize | None:
    typed = population.rules.value(SIZE_CLASS, subject=population.registry.schema.subject)
    if typed is None or typed.type.codes is None or isinstance(typed.node, FactCode):
        return None
    plan = make_plan(population.rules, (), values={SIZE_CLASS: typed.node})
    labels = {id: Both(code.label.en, code.label.zh) for id, code in typed.type.codes.codes.items()}
    return BySize(plan, tuple(population.columns(plan)), labels | _NOT_SAID)


@dataclass(frozen=True)
class ByTenths:
    """By tenths of the subjects whose figure of a year is known, the lowest first; `ends` are the highest figures of all tenths but the last."""

    column: Column
    ends: NDArray[np.float64]
    groups: dict[str, Both]
    label: Both
    name: str = "tenth"

    @property
    def columns(self) -> tuple[Column, ...]:
        return (self.column,)

    def of(self, block: Block) -> Groups:
        figures = block.columns[self.column]
        tenth = np.searchsorted(self.ends, figures, side="left").astype(np.int32)
        return Groups(np.where(np.isnan(figures), len(self.ends) + 1, tenth).astype(np.int32), len(self.ends) + 2)


def _by_tenths(population: Population, weights: NDArray[np.float64] | None) -> ByTenths | None:
    """By revenue of the last completed year; nothing where it is known of nobody."""
    fact = population.registry.schema.facts.get(REVENUE)
    if fact is None or fact.kind != "money" or fact.period != "year" or not population.registry.has(REVENUE):
        return None
    column = population.column(fact, 0)
    blocks = [block.columns[column] for block in population.blocks_of([column], 1 << 18)]
    figures = np.concatenate(blocks) if blocks else np.zeros(0)
    known = ~np.isnan(figures)
    if not known.any():
        return None
    ends = _ends(figures[known], None if weights is None else weights[known])
    year = population.as_of.year - 1
    label = both(("tenths by {0} of {1}", "按{1}年{0}十等分"), of_words(fact.label), str(year))
    return ByTenths(column, ends, _tenths(ends, fact) | {NOT_KNOWN: _NOT_SAID[NOT_KNOWN]}, label)


def _ends(figures: NDArray[np.float64], weights: NDArray[np.float64] | None) -> NDArray[np.float64]:
    """The least figures with which a tenth, two tenths, ... of the subjects (of their weights) are reached; fewer where many have the same."""
    if weights is None:
        places = -(-len(figures) * np.arange(1, TENTHS) // TENTHS) - 1
        return np.unique(np.partition(figures, places)[places])
    order = np.argsort(figures, kind="stable")
    reached = np.cumsum(weights[order])
    parts = reached[-1] * np.arange(1, TENTHS) / TENTHS
    return np.unique(figures[order][np.searchsorted(reached, parts).clip(max=len(figures) - 1)])


def _tenths(ends: NDArray[np.float64], fact: Fact) -> dict[str, Both]:
    said = [brief_money(round(Fraction(end) * fact.step * 100), fact.unit.powers[0][0]) for end in ends.tolist()]
    names = [both(("up to {0}", "{0}以下（含）"), said[0])] if said else []
    names += [both(("over {0} to {1}", "{0}至{1}（含）"), low, high) for low, high in pairwise(said)]
    names += [both(("over {0}", "{0}以上"), said[-1])] if said else [_ALL]
    return {str(at): name for at, name in enumerate(names, 1)}
