"""A registry's subjects as blocks for the column engine, with past awards and what all decide together: classes by rank, related enterprises."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from huiqi.entitlements.columns import Block, CodeSets, FactCodes, Others, Run, open_options
from huiqi.entitlements.granted import Granted, nothing_known, past_read
from huiqi.entitlements.ranks import UNKNOWN_GROUP, classes_by_rank
from huiqi.facts.ownership import Ownership
from huiqi.facts.registry import Registry
from huiqi.facts.schema import Fact, Schema
from huiqi.rules.compile import Measure, Rules
from huiqi.rules.plan import Plan, make_plan
from huiqi.rules.scorecards import RankRule
from huiqi.rules.tree import RelatedKey
from huiqi.vocabulary.problem import NOWHERE, FaultyInput, Problem

Column = tuple[str, int | None]


def measures_for(rules: Rules, subject: str, measures: Sequence[Measure] | None = None) -> tuple[Measure, ...]:
    """The measures about a kind of subject, all or those that are wanted; raises FaultyInput for one that is about another."""
    if measures is None:
        return tuple(measure for measure in rules.measures if measure.subject == subject)
    others = [measure for measure in measures if measure.subject != subject]
    if others:
        hint = f"evaluate them with a registry of that subject: --of {others[0].subject}"
        said = ", ".join(f"{measure.key} is about the subject {measure.subject}" for measure in others)
        raise FaultyInput([Problem("measure.subject", f"{said}, the registry about {subject}", NOWHERE, hint)])
    return tuple(measures)


@dataclass(frozen=True)
class Population:
    """A registry read on a day; `ranks` are the classes by rank of every subject in the registry's order, `related` what others add to it."""

    registry: Registry
    rules: Rules
    as_of: datetime.date
    assume_recognised: bool = False
    ranks: dict[str, NDArray[np.uint64]] = field(default_factory=dict)
    related: dict[RelatedKey, Others] = field(default_factory=dict)
    ownership: Ownership | None = None  # where rules count related enterprises and the registry has such a table
    granted: Granted | None = None  # where rules read past awards, once the table was looked for

    @cached_property
    def past(self) -> Granted:
        """What rules read of past awards; nothing is known of them while nobody has looked for the table (awards.py)."""
        return self.granted or nothing_known(past_read(self.rules, self.registry.schema.subject))

    @cached_property
    def schema(self) -> Schema:
        """The facts of its subjects, those of past awards among them."""
        own = self.registry.schema
        return own.extended(self.past.facts.values()) if self.past.facts else own

    @property
    def ranked(self) -> dict[str, RankRule]:
        """The classes by rank of its subjects."""
        return {card: rule for card, rule in self.rules.ranks.items() if rule.subject == self.registry.schema.subject}

    @property
    def rank_codes(self) -> dict[str, tuple[str, ...]]:
        return {card: tuple(rule.codes.codes) for card, rule in self.ranked.items()}

    def columns(self, plan: Plan) -> list[Column]:
        """The columns that a plan reads, by calendar year."""
        return [self.column(fact, year) for (_, year), fact in plan.facts.items()]

    def column(self, fact: Fact, year: int) -> Column:
        """The column of a fact, `year` counted back from the last completed one."""
        return fact.id, self.as_of.year - 1 + year if fact.period == "year" else None

    def block(self, columns: Iterable[Column], start: int, stop: int) -> Block:
        """The subjects from `start` to `stop` in the registry's order; at least one."""
        own, past = self._apart(columns)
        found = next(self.registry.blocks(own, stop - start, start=start, stop=stop))
        return self._block(found.ids, found.columns, past, start)

    def same_block(self, block: Block, start: int, columns: Iterable[Column]) -> Block:
        """A block of another population of the same registry and day, with what its own rules add; of `columns` only those of past awards."""
        return self._block(block.ids, dict(block.columns), self._apart(columns)[1], start)

    def blocks(self, plan: Plan, size: int) -> Iterator[Block]:
        """All subjects, block by block."""
        yield from self.blocks_of(self.columns(plan), size)

    def blocks_of(self, columns: Iterable[Column], size: int) -> Iterator[Block]:
        """All subjects with some columns, block by block."""
        at, (own, past) = 0, self._apart(columns)
        for block in self.registry.blocks(own, size):
            yield self._block(block.ids, block.columns, past, at)
            at += len(block.ids)

    def _apart(self, columns: Iterable[Column]) -> tuple[list[Column], list[str]]:
        """The columns of the registry, and the facts of past awards."""
        columns = list(columns)
        return [column for column in columns if not self.is_past(column)], [column[0] for column in columns if self.is_past(column)]

    def is_past(self, column: Column) -> bool:
        """The column comes from the awards table."""
        return column[0] not in self.registry.schema.facts and column[0] in self.past.facts

    def subject(self, id: str, plan: Plan) -> Block | None:
        """One subject as a block of one, or nothing if the registry does not have it."""
        at = self.registry.position(id)
        if at is None:
            return None
        return self.block(self.columns(plan), at, at + 1)

    def _block(self, ids: Any, columns: dict[Column, Any], past: Sequence[str], at: int) -> Block:
        columns = columns | {(fact, None): self.past.between(fact, at, at + len(ids)) for fact in past}
        ranks = {card: bits[at : at + len(ids)] for card, bits in self.ranks.items()}
        first_years = self.registry.first_years[at : at + len(ids)]
        return Block(
            len(ids),
            self.as_of,
            columns,
            self.schema,
            self.registry.places,
            ids,
            first_years,
            ranks,
            self.rank_codes,
            {key: others.between(at, at + len(ids)) for key, others in self.related.items()},
            self.assume_recognised,
        )


def rank_population(population: Population, tick: Callable[[int], None] = lambda _: None) -> Population:
    """The population with its classes by rank: one pass over the registry for the totals of all scorecards with such classes."""
    rules, found = population.rules, dict[str, NDArray[np.uint64]]()
    for card, rule in population.ranked.items():
        plan = make_plan(rules, (), totals=(card,))
        lows, highs, doubts, groups = [], [], [], []
        for block in population.blocks(plan, 16_384):
            low, high, maybe, group = totals_to_rank(plan, card, block)
            lows.append(low)
            highs.append(high)
            doubts.append(maybe)
            groups.append(group)
            tick(block.size)
        if lows:
            found[card] = classes_by_rank(np.concatenate(lows), np.concatenate(highs), np.concatenate(doubts), np.concatenate(groups), rule.shares)
    return replace(population, ranks=found)


def totals_to_rank(plan: Plan, card: str, block: Block) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.bool_], NDArray[np.int64]]:
    """Both ends of a scorecard's total of every subject of a block, whether it may be missing, and the number of its group."""
    total, among = plan.ranks[card]
    run = Run(plan, block).run()
    figures = run.figures(total)
    low, high = (np.broadcast_to(end / figures.scale, (block.size,)).copy() for end in (figures.low, figures.high))
    maybe = np.zeros(block.size, bool) if figures.maybe is None else figures.maybe
    return low, high, maybe, np.zeros(block.size, np.int64) if among is None else _groups(run.column(among), block)


def _groups(column: Any, block: Block) -> NDArray[np.int64]:
    """The number of each subject's group, -1 where it is not known."""
    if isinstance(column, FactCodes):
        return np.where(open_options(column.fact, block.places)[column.index + 2], UNKNOWN_GROUP, column.index).astype(np.int64)
    assert isinstance(column, CodeSets)
    bits = np.broadcast_to(column.bits, (block.size,))
    single = (bits != 0) & ((bits & (bits - np.uint64(1))) == 0)
    number = np.log2(np.maximum(bits, np.uint64(1)).astype(np.float64)).astype(np.int64)
    return np.where(single, number, UNKNOWN_GROUP)
