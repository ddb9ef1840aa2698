"""What the driver does: send the job, have the tables read and put together by subject, and keep what comes back.

The two tables are read once (twice where there are classes by rank: of the second time only what was put together). Long rows are written by
the cluster; sums are added up on it, as whole numbers. The driver sees counts, sums, and whoever stands in the ownership table.
"""

from __future__ import annotations

import datetime
import hashlib
import pickle
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from numpy.typing import NDArray
from pyspark import StorageLevel
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as sql

from huiqi.entitlements.awards import awards_of, granted_of
from huiqi.entitlements.evaluate import asked_every, with_what_they_stack_with
from huiqi.entitlements.granted import nothing_known, past_read
from huiqi.entitlements.population import Column, Population, measures_for
from huiqi.entitlements.run.dimensions import dimensions_of
from huiqi.entitlements.run.parts import ENTITLEMENTS, TOTALS, Part, file_of, rows_writer, totals_table
from huiqi.entitlements.run.stretches import Evaluator, Wanted
from huiqi.entitlements.run.summary import Outcome, outcome_of, write_groups, write_run, write_summary
from huiqi.entitlements.spark.job import Job, job_of
from huiqi.entitlements.spark.session import with_settings
from huiqi.entitlements.spark.worker import ENDS, PACKED, RESULTS, ROW, SUM, Whole, part_of, problems_in, with_fields, with_related, worker_of
from huiqi.facts.ownership import read_ownership
from huiqi.facts.registry import Registry, open_registry
from huiqi.facts.table import Table
from huiqi.rules.compile import Measure, Rules
from huiqi.vocabulary.problem import FaultyInput, Problem
from huiqi.vocabulary.whole import whole_folder

MOST_ENDS = 20_000_000  # different totals of all scorecards and groups that the driver takes
_TYPES = {
    pa.int8(): "tinyint", pa.int16(): "smallint", pa.int32(): "int", pa.int64(): "bigint", pa.float64(): "double",
    pa.string(): "string", pa.binary(): "binary",
}  # fmt: skip
MOST_READ_AGAIN = 50_000_000  # rows that the driver reads itself, to tell in which line a fault stands


def evaluate(
    session: SparkSession,
    rules: Rules,
    registry: Registry,
    as_of: datetime.date,
    *,
    out: Path | None = None,
    measures: Sequence[Measure] | None = None,
    undecided: Literal["all", "some", "none"] = "some",
    assume_recognised: bool = False,
    about: dict[str, Any] | None = None,
) -> Outcome:
    """The same as `huiqi.entitlements.evaluate.evaluate`, on a cluster; of the registry no more than the columns need be open (keys=False).

    The registry's folder and `out` have to be seen under the same path by the driver and by every worker. Raises FaultyInput with what is
    wrong with cells and keys; a result that was in `out` before is kept then.
    """
    chosen, shown = with_what_they_stack_with(rules, measures_for(rules, registry.schema.subject, measures))
    population = _with_awards(session, Population(registry, rules, as_of, assume_recognised))
    every = asked_every(_rows_in(registry.tables[0]), undecided)
    evaluator = Evaluator(population, chosen, dimensions_of(registry), Wanted(frozenset(shown), False, {}, every))
    run = _Run(with_settings(session), job_of(evaluator, rows=out is not None))
    try:
        if out is None:
            return outcome_of(chosen, shown, evaluator.stacked.loose, evaluator.dimensions, [run.part()])
        with whole_folder(out) as folder:
            outcome = outcome_of(chosen, shown, evaluator.stacked.loose, evaluator.dimensions, [run.written(folder)])
            write_summary(folder, outcome)
            write_groups(folder, outcome)
            write_run(folder, rules, registry, as_of, assume_recognised, outcome, {"engine": "spark"} | (about or {}))
        return replace(outcome, folder=out)
    except FaultyInput:
        raise
    except Exception as error:  # whatever class Spark wraps a worker's error in
        problems = problems_in(str(error))
        if not problems:
            raise
        raise FaultyInput(_in_lines(registry, [one for one in run.job.columns if not population.is_past(one)]) or problems) from None
    finally:
        run.close()


def _with_awards(session: SparkSession, population: Population) -> Population:
    """The population with past awards: the driver reads their table, the cluster says which of their subjects are not in the registry."""
    registry, rules = population.registry, population.rules
    facts = past_read(rules, registry.schema.subject)

    def missing(ids: pa.StringArray) -> NDArray[np.bool_]:
        there = session.read.parquet(_uri(registry.tables[0].path)).select(sql.col("id").cast("string"))
        found = session.createDataFrame(pa.table({"id": ids})).join(there, "id", "left_anti").toArrow()
        absent: NDArray[np.bool_] = pc.is_in(ids, found.column("id").combine_chunks()).to_numpy(zero_copy_only=False)
        return absent

    awards = awards_of(registry, rules, missing) if facts else None
    if awards is None:
        return replace(population, granted=nothing_known(facts))
    return replace(population, granted=granted_of(awards, facts, population.as_of))


class _Run:
    """One run on the cluster."""

    def __init__(self, session: SparkSession, job: Job):
        self.session, self.job = session, job
        self.registry = job.population.registry
        packed = pickle.dumps(job, pickle.HIGHEST_PROTOCOL)
        self.key = hashlib.sha256(packed).hexdigest()
        self.sent = session.sparkContext.broadcast(packed)
        self.arranged = self._arranged()
        if job.population.ranked:
            self.arranged = self.arranged.persist(StorageLevel.DISK_ONLY)

    def close(self) -> None:
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
        rows = self._table(own, ["id", *self.job.main.layout.facts]).mapInArrow(main, _in_words(PACKED))
        if years is not None and self.job.yearly is not None:
            rows = rows.union(self._table(years, ["id", "year", *self.job.yearly.layout.facts]).mapInArrow(yearly, _in_words(PACKED)))
        return rows.repartition("id").sortWithinPartitions("id", "year")

    def _table(self, table: Table, columns: Sequence[str]) -> DataFrame:
        return self.session.read.parquet(_uri(table.path)).select(*(f"`{name}`" for name in columns))

    def results(self) -> DataFrame:
        """Long rows and sums of all subjects, with numbers for names."""
        key, sent, whole = self.key, self.sent, self.session.sparkContext.broadcast(self._whole())

        def evaluated(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
            return worker_of(key, sent.value).evaluated(batches, whole.value)

        return self.arranged.mapInArrow(evaluated, _in_words(RESULTS))

    # ------------------------------------------------------------ what all subjects decide

    def _whole(self) -> Whole:
        whole = self._related()
        if not self.job.population.ranked:
            return whole
        key, sent, known = self.key, self.sent, self.session.sparkContext.broadcast(whole)

        def ends(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
            return worker_of(key, sent.value).ends(batches, known.value)

        found = self.arranged.mapInArrow(ends, _in_words(ENDS)).groupBy("card", "kind", "group", "end").agg(sql.sum("totals").alias("totals"))
        parts = found.limit(MOST_ENDS + 1).toArrow()
        if parts.num_rows > MOST_ENDS:
            message = f"classes by rank: there are more than {MOST_ENDS:,} different totals"
            raise FaultyInput([Problem("spark.rank-totals", message, hint="round the totals of the scorecard: decimals: 2")])
        return with_fields(whole, parts, self.job.population.ranked)

    def _related(self) -> Whole:
        """What related enterprises add: reckoned here, from the rows of whoever stands in the ownership table."""
        population = self.job.population
        if not self.job.related:
            return Whole()
        ownership, problems = read_ownership(self.registry.folder, population.as_of)
        if problems:
            raise FaultyInput(problems)
        ids = {id for holding in (ownership.holdings if ownership is not None else ()) for id in (holding.owner, holding.owned)}
        named = self.session.createDataFrame(pa.table({"id": pa.array(sorted(ids), pa.string())}))
        rows = self.arranged.join(sql.broadcast(named), "id", "left_semi").orderBy("id", "year").toArrow()
        return with_related(self.job, ownership, rows.to_batches())

    # ------------------------------------------------------------ results

    def written(self, folder: Path) -> Part:
        """Have the cluster write the long rows into a folder, in the same pass as the sums, and add those up."""
        staged = folder / ".staged"
        measures = self.job.measures
        shown = self.results().select(
            "what",
            "subject",
            _word([measure.name for measure in measures], "measure").alias("measure"),
            _word([measure.edition for measure in measures], "measure").alias("edition"),
            _word(["yes", "depends"], "status").alias("status"),
            "amount_low",
            "amount_high",
            _word(["yes", "depends", "no"], "payable").alias("payable"),
            "payable_low",
            "payable_high",
        )
        shown.write.partitionBy("what").parquet(_uri(staged))
        part = self._added_up(self.session.read.parquet(_uri(staged / f"what={SUM}")))
        rows = staged / f"what={ROW}"
        if rows.is_dir():
            rows.rename(folder / ENTITLEMENTS)
            for path in (folder / ENTITLEMENTS).glob(".*.crc"):  # Hadoop's own check sums
                path.unlink()
        else:  # nobody may have anything
            (folder / ENTITLEMENTS).mkdir()
            rows_writer(folder / ENTITLEMENTS / file_of(0)).close()
        shutil.rmtree(staged)
        (folder / TOTALS).mkdir()
        pq.write_table(totals_table(part.totals, self.job.dimensions), folder / TOTALS / file_of(0), compression="zstd")
        return part

    def part(self) -> Part:
        """The sums alone."""
        return self._added_up(self.results().where(sql.col("what") == SUM))

    def _added_up(self, sums: DataFrame) -> Part:
        """Sums of bigint on the cluster: the same whatever the order, and however often a task was begun."""
        added = sums.groupBy("subject", "payable_low", "payable_high", "amount_high").agg(sql.sum("amount_low").alias("sum"))
        return part_of(added.toArrow(), len(self.job.measures), self.job.dimensions)


def _in_words(schema: pa.Schema) -> str:
    """A schema as Spark takes it."""
    return ", ".join(f"`{one.name}` {_TYPES[one.type]}" for one in schema)


def _word(words: Sequence[str], column: str) -> Any:
    """The word of a number; none where there is no number."""
    return sql.get(sql.array(*map(sql.lit, words)), sql.col(column))


def _uri(path: Path) -> str:
    """A path as Spark takes it: letter for letter."""
    return f"file://{path.absolute()}"


def _rows_in(table: Table) -> int:
    return int(pq.read_metadata(table.path).num_rows) if table.text is None else 0


def _in_lines(registry: Registry, columns: Sequence[Column]) -> list[Problem]:
    """The problems of a registry with their lines, as the local engine tells them; nothing where it is too large to be read here."""
    main, yearly = registry.tables
    if sum(_rows_in(table) for table in (main, yearly) if table is not None) > MOST_READ_AGAIN:
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
