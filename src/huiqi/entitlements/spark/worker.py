"""What a worker process of the cluster does: read cells, put subjects together, evaluate them. It knows Arrow, and nothing of Spark.

read       a table's rows as they stand        -> (id, year, cells); year 0 for the row of the subject itself
blocks     such rows in order of id and year   -> blocks of subjects for the engine
ends       blocks                              -> how many totals of a scorecard have which end, by group
evaluated  blocks                              -> long rows, and after the last of them what they add up to
"""

from __future__ import annotations

import json
import pickle
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from huiqi.entitlements.columns import Block, Others
from huiqi.entitlements.population import Column, totals_to_rank
from huiqi.entitlements.ranks import Counted, Field, classes_by_rank, count_ends, fields_of
from huiqi.entitlements.related import columns_of_related, others_of
from huiqi.entitlements.run.dimensions import Dimension
from huiqi.entitlements.run.parts import Part, long_rows, no_part
from huiqi.entitlements.run.stretches import Evaluator, Wanted
from huiqi.entitlements.spark.job import Job, Source
from huiqi.entitlements.totals import ALL, FIELDS
from huiqi.facts.cells import Reading, unknown_values
from huiqi.facts.keys import TOLD, read_ids, read_years
from huiqi.facts.known import Known
from huiqi.facts.ownership import Ownership
from huiqi.facts.parquet_table import nan_as_empty
from huiqi.rules.plan import Plan, make_plan
from huiqi.rules.tree import RelatedKey
from huiqi.vocabulary.problem import Problem, Where
from huiqi.vocabulary.version import VERSION

ROWS = 1 << 17  # rows of both tables that make a block
MARK: Final = "huiqi-problems:"  #: what stands before the problems in the message of a failed task
PACKED: Final = pa.schema([("id", pa.string()), ("year", pa.int16()), ("cells", pa.binary())])
ENDS: Final = pa.schema([("card", pa.int32()), ("kind", pa.int8()), ("group", pa.int64()), ("end", pa.float64()), ("totals", pa.int64())])
#: Long rows with numbers for words (`what` 0), and what is to be added up (`what` 1): a number `amount_low` of the group `amount_high` of the
#: dimension `subject`, or of the fact `subject`; `payable_low` says of which measure, `payable_high` which of SUMS.
RESULTS: Final = pa.schema(
    [
        ("what", pa.int8()),
        ("subject", pa.string()),
        ("measure", pa.int32()),
        ("status", pa.int32()),
        ("amount_low", pa.int64()),
        ("amount_high", pa.int64()),
        ("payable", pa.int32()),
        ("payable_low", pa.int64()),
        ("payable_high", pa.int64()),
    ]
)
ROW, SUM = 0, 1
SUMS: Final = (*FIELDS, "subjects", "undecided", "asked", "settled")


class Faulty(Exception):
    """A task found cells or keys that cannot be used; the message carries the problems to the driver."""

    def __init__(self, problems: Sequence[Problem]):
        said = [[p.code, p.message, p.where.file, p.where.line, p.hint] for p in problems]
        super().__init__(f"{MARK}{json.dumps(said)}")


def problems_in(message: str) -> list[Problem]:
    """The problems that the message of a failed task carries."""
    _, mark, rest = message.partition(MARK)
    if not mark:
        return []
    said, _ = json.JSONDecoder().raw_decode(rest)
    return [Problem(code, text, Where(file, line), hint) for code, text, file, line, hint in said]


@dataclass(frozen=True)
class Whole:
    """What only all subjects together decide: the fields of ranked totals, and what related enterprises add, by place among `related_ids`."""

    fields: dict[str, dict[int, Field]] = field(default_factory=dict)
    related_ids: pa.StringArray | None = None
    related: dict[RelatedKey, Others] = field(default_factory=dict)


@dataclass
class Worker:
    """A job in one process; what is made for it is kept from task to task."""

    job: Job
    _readings: dict[str, Reading] = field(default_factory=dict)

    @cached_property
    def _evaluator(self) -> Evaluator:
        job = self.job
        ranked = {card: np.zeros(0, np.uint64) for card in job.population.ranked}  # every block brings its own
        return Evaluator(replace(job.population, ranks=ranked), job.measures, job.dimensions, Wanted(job.shown, False, {}, job.every))

    @cached_property
    def _rank_plans(self) -> dict[str, Plan]:
        return {card: make_plan(self.job.population.rules, (), totals=(card,)) for card in self.job.population.ranked}

    # ------------------------------------------------------------ cells

    def read(self, batches: Iterable[pa.RecordBatch], *, yearly: bool) -> Iterator[pa.RecordBatch]:
        """The rows of one of the two tables with their cells encoded and packed; of years that nobody asks for only the key is kept.

        Raises Faulty where a cell or a key cannot be used.
        """
        source = self.job.yearly if yearly else self.job.main
        assert source is not None
        for batch in batches:
            batch.validate(full=True)  # text that is not UTF-8 would be found much later
            ids = read_ids(_as_stored(batch.column("id"), source.types["id"]))
            problems = _no_id(ids, source)
            years = np.zeros(batch.num_rows, np.int16)
            if yearly:
                years, wrong = read_years(_as_stored(batch.column("year"), source.types["year"]))
                if wrong.any():
                    problems.append(Problem("registry.no-year", "a row has no year that can be read", Where(source.name), "write the calendar year"))
            values = {}
            for fact in source.layout.facts:
                reading, column = self._reading(fact), _as_stored(batch.column(fact), source.types[fact])
                if source.nan_is_unknown:
                    column = nan_as_empty(column)
                encoded = reading.encode(column)
                values[fact] = encoded.values
                for faults in encoded.faults:
                    for row in faults.rows[: TOLD - len(problems)].tolist():
                        value = str(column[row].as_py())
                        said = f"{fact} of {ids[row].as_py()}: {reading.fault(faults.code, value).en}"
                        problems.append(Problem(faults.code, said, Where(source.name), reading.remedy(faults.code, value)))
            if problems:
                raise Faulty(problems[:TOLD])
            keep = np.isin(years, self._years) if yearly else np.ones(batch.num_rows, bool)
            yield pa.RecordBatch.from_arrays([ids, pa.array(years), source.layout.pack(values, keep)], schema=PACKED)

    def _reading(self, fact: str) -> Reading:
        if fact not in self._readings:
            self._readings[fact] = Reading(self.job.population.registry.schema.facts[fact], self.job.population.registry.places)
        return self._readings[fact]

    @cached_property
    def _years(self) -> list[int]:
        return sorted({year for _, year in self.job.columns if year is not None})

    # ------------------------------------------------------------ subjects

    def blocks(self, batches: Iterable[pa.RecordBatch], whole: Whole | None = None) -> Iterator[Block]:
        """Packed rows in order of id and year, as blocks of subjects; a subject never stands in two of them.

        Raises Faulty where a subject stands twice, or a year row has no subject or stands twice.
        """
        waiting: list[pa.RecordBatch] = []
        for batch in batches:
            if batch.num_rows:
                waiting.append(batch)
            if sum(part.num_rows for part in waiting) < ROWS:
                continue
            rows = pa.concat_batches(waiting)
            last = int(_starts(rows.column(0))[-1])
            if last:
                yield self._block(rows.slice(0, last), whole)
            waiting = [rows.slice(last)]
        if waiting:
            yield self._block(pa.concat_batches(waiting), whole)

    def _block(self, rows: pa.RecordBatch, whole: Whole | None) -> Block:
        job, population, schema = self.job, self.job.population, self.job.population.registry.schema
        all_ids, packed = rows.column(0), rows.column(2)
        years = rows.column(1).to_numpy(zero_copy_only=False)
        starts = _starts(all_ids)
        _check_keys(all_ids, years, starts, job)
        size, own = len(starts), years == 0
        ids = all_ids.take(pa.array(starts))
        owner = np.cumsum(own) - 1
        values: dict[Column, NDArray[Any]] = {
            (fact, None): column for fact, column in job.main.layout.unpack(packed.filter(pa.array(own))).items()
        }  # fmt: skip
        if job.yearly is not None and job.yearly.layout.facts:
            wanted = np.isin(years, self._years)
            cells, of, year = job.yearly.layout.unpack(packed.filter(pa.array(wanted))), owner[wanted], years[wanted]
            at = {one: np.flatnonzero(year == one) for one in self._years}
            for fact, one in job.columns:
                if one is not None and fact in cells:
                    onto = values[fact, one] = unknown_values(schema.facts[fact].kind, size)
                    onto[of[at[one]]] = cells[fact][at[one]]
        for fact, one in job.columns:
            if (fact, one) not in values:
                values[fact, one] = unknown_values(schema.facts[fact].kind, size)
        block = Block(
            size, population.as_of, values, schema, population.registry.places, ids, _first_years(years, starts),
            rank_codes=population.rank_codes, assume_recognised=population.assume_recognised,
        )  # fmt: skip
        if whole is not None:
            block.related = _others(ids, whole)
            block.ranks = {card: self._classes(card, block, whole.fields[card]) for card in population.ranked}
        return block

    def _classes(self, card: str, block: Block, fields: Mapping[int, Field]) -> NDArray[np.uint64]:
        return classes_by_rank(*totals_to_rank(self._rank_plans[card], card, block), self.job.population.ranked[card].shares, fields)

    # ------------------------------------------------------------ results

    def ends(self, batches: Iterable[pa.RecordBatch], whole: Whole) -> Iterator[pa.RecordBatch]:
        """How many totals have which end, for every scorecard with classes by rank."""
        for block in self.blocks(batches):
            block.related = _others(block.ids, whole)
            for number, (card, plan) in enumerate(self._rank_plans.items()):
                found = count_ends(*totals_to_rank(plan, card, block))
                cards = np.full(len(found.end), number, np.int32)
                yield pa.RecordBatch.from_arrays([pa.array(column) for column in (cards, *found)], schema=ENDS)

    def evaluated(self, batches: Iterable[pa.RecordBatch], whole: Whole) -> Iterator[pa.RecordBatch]:
        """The long rows of all subjects, by block, measure and subject; then everything that is added up."""
        job, together = self.job, no_part(0, len(self.job.measures), self.job.dimensions)
        for block in self.blocks(batches, whole):
            part, dues = self._evaluator.found(block, range(len(job.measures)), 1, rows=job.rows)
            together.add(part)
            if job.rows and dues is not None:
                shown = dues.but(number for number in range(len(job.measures)) if number not in job.shown)
                yield _with_numbers(long_rows(block.ids, job.measures, shown))
        yield _sums(together)


_WORKERS: dict[str, Worker] = {}


def worker_of(key: str, packed: bytes) -> Worker:
    """The worker of a job in this process; `key` names the job, `packed` is the job pickled."""
    if key not in _WORKERS:
        _WORKERS.clear()  # the former job of a process that is used again
        job: Job = pickle.loads(packed)
        _check_version(job.version)
        _WORKERS[key] = Worker(job)
    return _WORKERS[key]


def _check_version(wanted: str) -> None:
    if wanted != VERSION:
        message = f"a worker of the cluster has huiqi {VERSION}, and the driver {wanted}"
        raise Faulty([Problem("spark.version", message, hint="install the same version everywhere")])


# ---------------------------------------------------------------- keys


def _as_stored(column: pa.Array, type: pa.DataType) -> pa.Array:
    """A column in the type that the file gives it; Spark has fewer types."""
    if isinstance(type, pa.DictionaryType):
        type = type.value_type
    return column if column.type == type or pa.types.is_string(column.type) else column.cast(type)


def _no_id(ids: pa.StringArray, source: Source) -> list[Problem]:
    empty = pc.any(pc.or_(pc.is_null(ids), pc.equal(pc.fill_null(ids, ""), ""))).as_py()
    return [Problem("registry.no-id", "a row has no id", Where(source.name), "every row names its subject")] if empty else []


def _starts(ids: pa.StringArray) -> NDArray[np.int64]:
    """Where another id begins."""
    other = pc.not_equal(ids.slice(1), ids.slice(0, len(ids) - 1)).to_numpy(zero_copy_only=False)
    return np.concatenate([np.zeros(1, np.int64), np.flatnonzero(other) + 1])


def _check_keys(ids: pa.StringArray, years: NDArray[np.int16], starts: NDArray[np.int64], job: Job) -> None:
    first = np.zeros(len(years), bool)
    first[starts] = True
    again = ~first[1:] & (years[1:] == years[:-1])
    problems = []
    for row in np.flatnonzero(first & (years != 0))[:TOLD].tolist():
        message = f"the subject {ids[row].as_py()} of a year row is not in {job.main.name}"
        problems.append(Problem("registry.no-subject", message, Where(job.yearly.name if job.yearly else ""), "add it, or remove the row"))
    for row in (np.flatnonzero(again) + 1)[:TOLD].tolist():
        id, year = ids[row].as_py(), int(years[row])
        if year == 0:
            problems.append(Problem("registry.repeated-subject", f"the subject {id} stands twice", Where(job.main.name), "remove one of the rows"))
        else:
            where = Where(job.yearly.name if job.yearly else "")
            problems.append(Problem("registry.repeated-year", f"the subject {id} has two rows for {year}", where, "remove one of them"))
    if problems:
        raise Faulty(problems[:TOLD])


def _first_years(years: NDArray[np.int16], starts: NDArray[np.int64]) -> NDArray[np.int16]:
    """The first calendar year of which each subject has a row, 0 where it has none."""
    ends = np.append(starts[1:], len(years))
    after = np.minimum(starts + 1, len(years) - 1)
    return np.where(ends - starts > 1, years[after], 0).astype(np.int16)


def _others(ids: pa.StringArray, whole: Whole) -> dict[RelatedKey, Others]:
    """What related enterprises add to the subjects of a block."""
    if not whole.related or whole.related_ids is None:
        return whole.related
    place = pc.fill_null(pc.index_in(ids, whole.related_ids), -1).to_numpy(zero_copy_only=False)
    rows = np.flatnonzero(place >= 0)
    at = list(zip(rows.tolist(), place[rows].tolist(), strict=True))
    return {key: Others({row: others.numbers[n] for row, n in at if n in others.numbers}, others.otherwise) for key, others in whole.related.items()}


# ---------------------------------------------------------------- results


def _with_numbers(rows: pa.RecordBatch) -> pa.RecordBatch:
    """Long rows with the subjects' ids, and numbers for all other words."""
    columns = {name: rows.column(name) for name in rows.schema.names}
    columns |= {name: columns[name].indices for name in ("measure", "status", "payable")}
    columns |= {"what": pa.array(np.full(rows.num_rows, ROW, np.int8)), "subject": columns["subject"].dictionary_decode()}
    return pa.RecordBatch.from_arrays([columns[name] for name in RESULTS.names], schema=RESULTS)


def _sums(part: Part) -> pa.RecordBatch:
    """Everything that is added up over the cluster, as far as it is not nought: whole numbers alone, so that no order matters."""
    of: list[str] = [ALL, ALL]
    lines = [np.array([[0, SUMS.index("asked"), part.asked, 0], [0, SUMS.index("settled"), part.settled, 0]], np.int64)]
    for name, cells in part.totals.by.items():
        measure, group, what = np.nonzero(cells)
        lines.append(np.stack([measure, what, cells[measure, group, what], group], axis=1))
        there = np.flatnonzero(part.subjects[name])
        nought = np.zeros(len(there), np.int64)
        lines.append(np.stack([nought, nought + SUMS.index("subjects"), part.subjects[name][there], there], axis=1))
        of += [name] * (len(measure) + len(there))
    for number, counter in enumerate(part.undecided):
        lines.append(np.array([[number, SUMS.index("undecided"), count, 0] for count in counter.values()], np.int64).reshape(-1, 4))
        of += list(counter)
    measures, whats, values, groups = (pa.array(np.ascontiguousarray(column)) for column in np.concatenate(lines).T)
    found = {"what": pa.array(np.full(len(of), SUM, np.int8)), "subject": pa.array(of, pa.string())}
    found |= {"amount_low": values, "amount_high": groups, "payable_low": measures, "payable_high": whats}
    columns = [found[one.name] if one.name in found else pa.nulls(len(of), one.type) for one in RESULTS]
    return pa.RecordBatch.from_arrays(columns, schema=RESULTS)


def part_of(sums: pa.Table, measures: int, dimensions: Sequence[Dimension]) -> Part:
    """What was added up over the cluster, as one part."""
    part = no_part(0, measures, dimensions)
    names = ("subject", "payable_low", "payable_high", "amount_high", "sum")
    for of, measure, what, group, value in zip(*(sums[name].to_pylist() for name in names), strict=True):
        match SUMS[what]:
            case "subjects":
                part.subjects[of][group] = value
            case "undecided":
                part.undecided[measure][of] = value
            case "asked":
                part.asked = value
            case "settled":
                part.settled = value
            case _:
                part.totals.by[of][measure, group, what] = value
    return part


# ---------------------------------------------------------------- what all subjects decide, in the driver


def with_fields(whole: Whole, ends: pa.Table, cards: Iterable[str]) -> Whole:
    """With the fields of ranked totals, from what `Worker.ends` gave, added up."""
    card = ends.column("card").to_numpy()
    columns = [ends.column(name).to_numpy() for name in ("kind", "group", "end", "totals")]
    return replace(whole, fields={name: fields_of(Counted(*(column[card == n] for column in columns))) for n, name in enumerate(cards)})


def with_related(job: Job, ownership: Ownership | None, rows: Iterable[pa.RecordBatch]) -> Whole:
    """What related enterprises add, from the packed rows of all of them that are in the registry."""
    registry = job.population.registry
    columns = set(columns_of_related(registry.schema, job.population.as_of, job.related))
    known: dict[str, tuple[int, Known]] = {}
    for block in Worker(job).blocks(rows):
        block.columns = {column: cells for column, cells in block.columns.items() if column in columns}
        for row, id in enumerate(block.ids.to_pylist()):
            known[id] = (len(known), block.known(row))
    return Whole({}, pa.array(list(known), pa.string()), {node.key: others_of(node, ownership, known) for node in job.related})
