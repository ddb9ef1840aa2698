"""What the driver does: send the job, have the tables read and put together by subject, and keep what comes back.

The two tables are read once (twice where there are classes by rank: of the second time only what was put together). Long rows are written by
the cluster; sums are added up on it, as whole numbers. The driver sees counts, sums, and whoever stands in the ownership table.
"""

from __future__ import annotations

import datetime
import hashlib
import json
import pickle
import shutil
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from pyspark import StorageLevel
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

import huiqi
from huiqi.entitlements.dimensions import dimensions_of
from huiqi.entitlements.evaluate import Outcome, Tally, _run_record, _write_summary
from huiqi.entitlements.population import measures_for
from huiqi.entitlements.ranks import fields_of
from huiqi.entitlements.related import columns_of_related, others_of, related_read
from huiqi.entitlements.spark.packed import Layout
from huiqi.entitlements.spark.session import with_settings
from huiqi.entitlements.spark.worker import ROW, STATUS, SUM, SUMS, Column, Job, Source, Whole, Worker, counted, problems_in, worker_of
from huiqi.entitlements.totals import FIELDS, Cells, cost, count, no_totals
from huiqi.facts.known import Known
from huiqi.facts.ownership import read_ownership
from huiqi.facts.registry import Registry, open_registry
from huiqi.facts.table import Table
from huiqi.rules.compile import Measure, Rules
from huiqi.rules.plan import Plan, make_plan
from huiqi.rules.tree import Related
from huiqi.vocabulary.problem import FaultyInput, Problem, Where
from huiqi.vocabulary.whole import whole_folder

MOST_ENDS = 20_000_000  # different totals of all scorecards and groups that the driver takes
MOST_READ_AGAIN = 50_000_000  # rows that the driver reads itself, to tell in which line a fault stands
_ROWS = pa.schema(
    [(name, pa.string()) for name in ("subject", "measure", "edition", "status")] + [("amount_low", pa.int64()), ("amount_high", pa.int64())]
)


def evaluate(
    session: SparkSession,
    rules: Rules,
    registry: Registry,
    as_of: datetime.date,
    *,
    out: Path | None = None,
    measures: Sequence[Measure] | None = None,
    undecided: bool = True,
    assume_recognised: bool = False,
    about: dict[str, Any] | None = None,
) -> Outcome:
    """The same as `huiqi.entitlements.evaluate.evaluate`, on a cluster; of the registry no more than the columns need be open (keys=False).

    The registry's folder and `out` have to be seen under the same path by the driver and by every worker. Raises FaultyInput with what is
    wrong with cells and keys; a result that was in `out` before is kept then.
    """
    run = _Run(with_settings(session), rules, registry, _job(rules, registry, as_of, measures, undecided, assume_recognised, out is not None))
    try:
        if out is None:
            return run.outcome(run.sums(run.results()))
        with whole_folder(out) as folder:
            outcome = run.outcome(run.written(folder))
            _write_totals(folder / "totals.parquet", run.job, run.totals)
            _write_summary(folder / "summary.csv", outcome)
            record = _run_record(rules, registry, as_of, assume_recognised, outcome) | {"engine": "spark"} | (about or {})
            (folder / "run.json").write_text(json.dumps(record, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
        return replace(outcome, folder=out)
    except FaultyInput:
        raise
    except Exception as error:  # whatever class Spark wraps a worker's error in
        problems = problems_in(str(error))
        if not problems:
            raise
        raise FaultyInput(_in_lines(registry, run.job.columns) or problems) from None
    finally:
        run.close()


def _job(
    rules: Rules,
    registry: Registry,
    as_of: datetime.date,
    measures: Sequence[Measure] | None,
    undecided: bool,
    assume_recognised: bool,
    rows: bool,
) -> Job:
    subject, schema = registry.schema.subject, registry.schema
    chosen = measures_for(rules, subject, measures)
    ranked = {card: rule for card, rule in rules.ranks.items() if rule.subject == subject}
    plan = make_plan(rules, chosen, apart=True)
    asked = make_plan(rules, chosen, keep=True) if undecided else None
    rank_plans = {card: make_plan(rules, (), totals=(card,)) for card in ranked}
    dimensions = dimensions_of(registry)
    columns = [column for one in (plan, asked, *rank_plans.values()) if one is not None for column in _columns(one, as_of)]
    columns += [(d.fact.id, None) for d in dimensions if d.fact is not None]
    columns += columns_of_related(schema, as_of, related_read(rules, subject))
    columns = [column for column in dict.fromkeys(columns) if schema.facts[column[0]].kind != "text"]
    main, yearly = registry.tables
    return Job(
        version=huiqi.__version__,
        schema=schema,
        places=registry.places,
        as_of=as_of,
        assume_recognised=assume_recognised,
        columns=tuple(columns),
        main=_source(main, registry, [fact for fact, year in columns if year is None]),
        yearly=None if yearly is None else _source(yearly, registry, [fact for fact, year in columns if year is not None]),
        plan=plan,
        rank_plans=rank_plans,
        rank_shares={card: rule.shares for card, rule in ranked.items()},
        rank_codes={card: tuple(rule.codes.codes) for card, rule in ranked.items()},
        dimensions=dimensions,
        undecided=asked,
        rows=rows,
    )


def _columns(plan: Plan, as_of: datetime.date) -> list[Column]:
    """The columns that a plan reads, by calendar year."""
    return [(id, as_of.year - 1 + year if fact.period == "year" else None) for (id, year), fact in plan.facts.items()]


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
    return Source(table.name, table.types, Layout.of(registry.schema.facts[fact] for fact in wanted))


class _Run:
    """One run on the cluster."""

    def __init__(self, session: SparkSession, rules: Rules, registry: Registry, job: Job):
        self.session, self.rules, self.registry, self.job = session, rules, registry, job
        packed = pickle.dumps(job, pickle.HIGHEST_PROTOCOL)
        self.key = hashlib.sha256(packed).hexdigest()
        self.sent = session.sparkContext.broadcast(packed)
        self.arranged = self._arranged()
        self.totals: dict[str, Cells] = {}
        if job.rank_plans:
            self.arranged = self.arranged.persist(StorageLevel.DISK_ONLY)

    def close(self) -> None:
        if self.job.rank_plans:
            self.arranged.unpersist()
        self.sent.unpersist()

    # ------------------------------------------------------------ frames

    def _arranged(self) -> DataFrame:
        """The rows of both tables with their cells packed, those of a subject together and in order."""
        key, sent = self.key, self.sent

        def main(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
            return worker_of(key, sent.value).read(batches, yearly=False)

        def yearly(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
            return worker_of(key, sent.value).read(batches, yearly=True)

        own, years = self.registry.tables
        rows = self._table(own, ["id", *self.job.main.layout.facts]).mapInArrow(main, _PACKED)
        if years is not None and self.job.yearly is not None:
            rows = rows.union(self._table(years, ["id", "year", *self.job.yearly.layout.facts]).mapInArrow(yearly, _PACKED))
        return rows.repartition("id").sortWithinPartitions("id", "year")

    def _table(self, table: Table, columns: Sequence[str]) -> DataFrame:
        return self.session.read.parquet(table.path.absolute().as_uri()).select(*(f"`{name}`" for name in columns))

    def results(self) -> DataFrame:
        """Long rows and sums of all subjects, with numbers for names."""
        key, sent, whole = self.key, self.sent, self.session.sparkContext.broadcast(self._whole())

        def evaluated(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
            return worker_of(key, sent.value).evaluated(batches, whole.value)

        return self.arranged.mapInArrow(evaluated, _RESULTS)

    # ------------------------------------------------------------ what all subjects decide

    def _whole(self) -> Whole:
        whole = self._related()
        if not self.job.rank_plans:
            return whole
        key, sent, known = self.key, self.sent, self.session.sparkContext.broadcast(whole)

        def ends(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
            return worker_of(key, sent.value).ends(batches, known.value)

        found = self.arranged.mapInArrow(ends, _ENDS).groupBy("card", "kind", "group", "end").agg(F.sum("totals").alias("totals"))
        parts = found.limit(MOST_ENDS + 1).toArrow()
        if parts.num_rows > MOST_ENDS:
            message = f"classes by rank: there are more than {MOST_ENDS:,} different totals"
            raise FaultyInput([Problem("spark.rank-totals", message, hint="round the totals of the scorecard: decimals: 2")])
        by_card = counted(parts)
        fields = {card: fields_of(by_card[number]) if number in by_card else {} for number, card in enumerate(self.job.rank_plans)}
        return replace(whole, fields=fields)

    def _related(self) -> Whole:
        """What related enterprises add: reckoned here, from the rows of whoever stands in the ownership table."""
        wanted = related_read(self.rules, self.job.schema.subject)
        if not wanted:
            return Whole()
        ownership, problems = read_ownership(self.registry.folder, self.job.as_of)
        if problems:
            raise FaultyInput(problems)
        if ownership is None:
            return Whole(related={node.key: others_of(node, None, {}) for node in wanted})
        ids = sorted({id for holding in ownership.holdings for id in (holding.owner, holding.owned)})
        known = self._known(ids, wanted)
        related_ids = pa.array([id for id, _ in sorted(known.items(), key=lambda item: item[1][0])], pa.string())
        return Whole({}, related_ids, {node.key: others_of(node, ownership, known) for node in wanted})

    def _known(self, ids: list[str], wanted: list[Related]) -> dict[str, tuple[int, Known]]:
        """A place and the facts of whoever of them is in the registry."""
        named = self.session.createDataFrame(pa.table({"id": pa.array(ids, pa.string())}))
        rows = self.arranged.join(F.broadcast(named), "id", "left_semi").select("id", "year", "cells").orderBy("id", "year").toArrow()
        columns = set(columns_of_related(self.job.schema, self.job.as_of, wanted))
        known: dict[str, tuple[int, Known]] = {}
        for block in Worker(self.job).blocks(rows.to_batches()):
            block.columns = {column: cells for column, cells in block.columns.items() if column in columns}
            for row, id in enumerate(block.ids.to_pylist()):
                known[id] = (len(known), block.known(row))
        return known

    # ------------------------------------------------------------ results

    def written(self, folder: Path) -> pa.Table:
        """Have the cluster write the long rows into a folder's entitlements.parquet, in the same pass as the sums, and add those up."""
        staged = folder / ".staged"
        names = F.array(*(F.lit(planned.measure.name) for planned in self.job.plan.measures))
        editions = F.array(*(F.lit(planned.measure.edition) for planned in self.job.plan.measures))
        codes = F.when(F.col("what") == ROW, F.get(F.array(*map(F.lit, STATUS)), F.col("code"))).otherwise(F.get(_words(SUMS), F.col("code")))
        shown = self.results().select(
            "what",
            "subject",
            F.get(names, F.col("measure")).alias("measure"),
            F.get(editions, F.col("measure")).alias("edition"),
            codes.alias("status"),
            F.col("low").alias("amount_low"),
            F.col("high").alias("amount_high"),
        )
        shown.write.partitionBy("what").parquet(staged.absolute().as_uri())
        numbers = {(p.measure.name, p.measure.edition): n for n, p in enumerate(self.job.plan.measures)}
        read = self.session.read.parquet((staged / f"what={SUM}").absolute().as_uri())
        added = read.groupBy("subject", "measure", "edition", "status", "amount_high").agg(F.sum("amount_low").alias("sum")).toArrow()
        rows = staged / f"what={ROW}"
        if rows.is_dir():
            rows.rename(folder / "entitlements.parquet")
        else:  # nobody may have anything
            (folder / "entitlements.parquet").mkdir()
            pq.write_table(_ROWS.empty_table(), folder / "entitlements.parquet" / "part-00000.parquet")
        shutil.rmtree(staged)
        measure = [numbers.get(pair, -1) for pair in zip(added["measure"].to_pylist(), added["edition"].to_pylist(), strict=True)]
        code = [SUMS.index(name) for name in added["status"].to_pylist()]
        return pa.table({"subject": added["subject"], "measure": measure, "code": code, "high": added["amount_high"], "sum": added["sum"]})

    def sums(self, results: DataFrame) -> pa.Table:
        """The sums alone, added up by the cluster."""
        of = results.where(F.col("what") == SUM).groupBy("subject", "measure", "code", "high")
        return of.agg(F.sum("low").alias("sum")).toArrow()

    def outcome(self, sums: pa.Table) -> Outcome:
        """What was added up, by measure."""
        job = self.job
        tallies = [Tally(planned.measure) for planned in job.plan.measures]
        self.totals = {d.name: no_totals(len(tallies), len(d.groups)) for d in job.dimensions}
        subjects = settled = 0
        for of, measure, code, group, value in zip(*(sums[name].to_pylist() for name in ("subject", "measure", "code", "high", "sum")), strict=True):
            match SUMS[code]:
                case "subjects":
                    subjects += value if of == "all" else 0
                case "settled":
                    settled += value
                case "undecided":
                    tallies[measure].undecided_by[of] += value
                case _:
                    self.totals[of][measure, group, code] = value
        for tally, cells in zip(tallies, self.totals["all"][:, 0], strict=True):
            tally.yes, tally.depends = count(cells, "yes"), count(cells, "depends")
            tally.no = subjects - tally.yes - tally.depends
            tally.cost_low, tally.cost_high = cost(cells, "low") or 0, cost(cells, "high")
        return Outcome(tuple(tallies), subjects, settled, None)


def _words(words: Sequence[str]) -> Any:
    return F.array(*map(F.lit, words))


def _write_totals(path: Path, job: Job, totals: dict[str, Cells]) -> None:
    """One row for each measure, dimension and group of which there is anything to say."""
    tables = []
    for d in job.dimensions:
        measure, group = np.nonzero(totals[d.name].any(axis=2))
        names = [job.plan.measures[n].measure for n in measure.tolist()]
        labels = list(d.groups)
        columns: dict[str, Any] = {
            "measure": pa.array([m.name for m in names], pa.string()),
            "edition": pa.array([m.edition for m in names], pa.string()),
            "dimension": pa.array([d.name] * len(names), pa.string()),
            "group": pa.array([labels[n] for n in group.tolist()], pa.string()),
        }
        columns |= {name: pa.array(np.ascontiguousarray(totals[d.name][measure, group, n])) for n, name in enumerate(FIELDS)}
        tables.append(pa.table(columns))
    pq.write_table(pa.concat_tables(tables), path, compression="zstd")


def _in_lines(registry: Registry, columns: Sequence[Column]) -> list[Problem]:
    """The problems of a registry with their lines, as the local engine tells them; nothing where it is too large to be read here."""
    main, yearly = registry.tables
    if sum(pq.read_metadata(table.path).num_rows for table in (main, yearly) if table is not None) > MOST_READ_AGAIN:
        return []
    opened, problems = open_registry(registry.folder, registry.schema, registry.places)
    if opened is None:
        return problems
    try:
        for _ in opened.blocks(columns):
            pass
    except FaultyInput as faulty:
        return list(faulty.problems)
    return []


_PACKED = "id string, year smallint, cells binary"
_ENDS = "card int, kind tinyint, `group` bigint, `end` double, totals bigint"
_RESULTS = "what tinyint, subject string, measure int, code tinyint, low bigint, high bigint"
