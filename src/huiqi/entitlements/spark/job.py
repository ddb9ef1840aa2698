"""What is sent to every worker process: the population without its rows, what is wanted, and which columns of which table that takes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import pyarrow as pa

from huiqi.entitlements.population import Column, Population
from huiqi.entitlements.related import columns_of_related, related_read
from huiqi.entitlements.run.dimensions import Dimension
from huiqi.entitlements.run.stretches import Evaluator
from huiqi.entitlements.spark.packed import Layout
from huiqi.facts.registry import Registry
from huiqi.facts.table import Table
from huiqi.rules.compile import Measure
from huiqi.rules.plan import make_plan
from huiqi.rules.tree import Related
from huiqi.vocabulary.problem import FaultyInput, Problem, Where
from huiqi.vocabulary.version import VERSION


@dataclass(frozen=True)
class Source:
    """A table: its name, the types of its columns, and the facts that are read of it."""

    name: str
    types: dict[str, pa.DataType]
    nan_is_unknown: bool
    layout: Layout


@dataclass(frozen=True)
class Job:
    """Everything that is the same for every task; made by the driver, sent once. The population's registry has no keys."""

    version: str
    population: Population
    measures: tuple[Measure, ...]
    shown: frozenset[int]
    dimensions: tuple[Dimension, ...]
    every: int  # each so manieth subject is asked what keeps it undecided, 0 for none
    rows: bool  # long rows are wanted
    related: tuple[Related, ...]  # what is read of related enterprises
    columns: tuple[Column, ...]
    main: Source
    yearly: Source | None


def job_of(evaluator: Evaluator, *, rows: bool) -> Job:
    """What an evaluator needs in another process; raises FaultyInput for tables that Spark cannot read."""
    population, wanted = evaluator.population, evaluator.wanted
    registry, rules, schema = population.registry, population.rules, population.registry.schema
    plans = [evaluator.stacked.limits, *(make_plan(rules, (), totals=(card,)) for card in population.ranked)]
    if wanted.every:
        plans.append(make_plan(rules, evaluator.measures, keep=True))
    columns = [*evaluator.shared, *(column for some in evaluator.columns for column in some)]
    columns += [column for plan in plans for column in population.columns(plan)]
    related = related_read(rules, schema.subject, evaluator.stacked.stacking.limits)
    columns += columns_of_related(schema, population.as_of, related)
    columns = sorted(dict.fromkeys(columns), key=str)
    main, yearly = registry.tables
    return Job(
        version=VERSION,
        population=population,
        measures=evaluator.measures,
        shown=wanted.shown,
        dimensions=evaluator.dimensions,
        every=wanted.every,
        rows=rows,
        related=tuple(related),
        columns=tuple(columns),
        main=_source(main, registry, [fact for fact, year in columns if year is None]),
        yearly=None if yearly is None else _source(yearly, registry, [fact for fact, year in columns if year is not None]),
    )


def _source(table: Table, registry: Registry, facts: Iterable[str]) -> Source:
    if table.text is not None:
        message = f"{table.name} is text; a cluster reads Parquet"
        raise FaultyInput([Problem("spark.text-table", message, Where(table.name), "write it as Parquet, or leave out --engine spark")])
    wanted = [fact for fact in dict.fromkeys(facts) if fact in table.types]
    for name in ("id", *wanted):
        type = table.types[name]
        if pa.types.is_float16(type) or (pa.types.is_timestamp(type) and type.unit == "ns") or pa.types.is_time(type):
            message = f"Spark cannot read the column {name} of {type}"
            raise FaultyInput([Problem("spark.column-type", message, Where(table.name), "write dates as date32, figures as double")])
    return Source(table.name, table.types, table.nan_is_unknown, Layout.of(registry.schema.facts[fact] for fact in wanted))
