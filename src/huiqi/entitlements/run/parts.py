"""A part of a run: what comes of one stretch of a registry, and the two files that keep it.

`entitlements.parquet/part-00000.parquet` holds the long rows, by measure and then by subject; `totals/part-00000.parquet` the totals, and as
its metadata what each measure's result rests on, so that a later run can take it over. A part is there when its totals are: they come last.
"""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from huiqi.entitlements.due import Dues, uncut
from huiqi.entitlements.run.dimensions import Dimension
from huiqi.entitlements.totals import ALL, FIELDS, Totals
from huiqi.rules.compile import Measure

ENTITLEMENTS: Final = "entitlements.parquet"
TOTALS: Final = "totals"
_WORD = pa.dictionary(pa.int32(), pa.string())
ROWS: Final = pa.schema(
    [
        ("subject", _WORD),
        ("measure", _WORD),
        ("edition", _WORD),
        ("status", _WORD),
        ("amount_low", pa.int64()),
        ("amount_high", pa.int64()),
        ("payable", _WORD),
        ("payable_low", pa.int64()),
        ("payable_high", pa.int64()),
    ]
)
_TOTALS = pa.schema([("measure", pa.int32()), ("dimension", pa.string()), ("group", pa.string()), *((name, pa.int64()) for name in FIELDS)])
_STANDS = ("yes", "depends", "no")  # as `due` numbers them
_ABOUT = b"huiqi"
FORMAT: Final = "parts 3"  #: another with every change of what is kept
UNREADABLE: Final = (OSError, pa.ArrowException)  #: what a file that was spoilt raises


@dataclass
class Part:
    """What came of a stretch: totals, how many subjects are in each group, and the facts that keep subjects undecided."""

    number: int
    totals: Totals
    subjects: dict[str, NDArray[np.int64]]
    undecided: list[Counter[str]]
    asked: int = 0  # subjects that were asked what keeps them undecided
    settled: int = 0  # results that rounding left open and the exact evaluator settled
    values: dict[str, Counter[str]] = field(default_factory=dict)
    taken: frozenset[int] = frozenset()  # measures that were taken over
    ruled_out: bool = False  # nobody in it can have anything: its subjects were counted, no measure was evaluated

    def add(self, other: Part) -> None:
        """Add what came of other subjects."""
        for name, cells in self.totals.by.items():
            cells += other.totals.by[name]
        for name, numbers in self.subjects.items():
            numbers += other.subjects[name]
        for counter, more in zip(self.undecided, other.undecided, strict=True):
            counter.update(more)
        for name, counts in other.values.items():
            self.values.setdefault(name, Counter()).update(counts)
        self.asked, self.settled = self.asked + other.asked, self.settled + other.settled


def file_of(number: int) -> str:
    return f"part-{number:05}.parquet"


def long_rows(ids: pa.Array, measures: Sequence[Measure], found: Dues) -> pa.RecordBatch:
    """The yes and depends of a block, by measure; an amount without an upper end is empty."""
    paid = found.paid or uncut(found)
    numbers = pa.array(found.numbers)
    columns = [
        pa.DictionaryArray.from_arrays(pa.array(found.rows.astype(np.int32)), ids),
        pa.DictionaryArray.from_arrays(numbers, pa.array([measure.name for measure in measures], pa.string())),
        pa.DictionaryArray.from_arrays(numbers, pa.array([measure.edition for measure in measures], pa.string())),
        pa.DictionaryArray.from_arrays(pa.array((~found.must).astype(np.int32)), pa.array(_STANDS)),
        _fen(found.low),
        _fen(found.high),
        pa.DictionaryArray.from_arrays(pa.array(paid.stands.astype(np.int32)), pa.array(_STANDS)),
        _fen(paid.low),
        _fen(paid.high),
    ]
    return pa.RecordBatch.from_arrays(columns, schema=ROWS)


def _fen(ends: NDArray[np.float64]) -> pa.Array:
    """Amounts as whole fen; an infinite one is empty."""
    if len(ends) and ends.max() == np.inf:
        open_ = np.isinf(ends)
        return pa.array(np.where(open_, 0, ends).astype(np.int64), mask=open_)
    return pa.array(ends.astype(np.int64))


# ---------------------------------------------------------------- files


def rows_writer(path: Path) -> pq.ParquetWriter:
    """A writer of long rows; whoever reads them finds plain text. Statistics would take as long as all the rest and tell nothing: every part has
    all measures."""
    words = [field.name for field in ROWS if field.type == _WORD]
    return pq.ParquetWriter(
        path, ROWS, compression="lz4", use_dictionary=words, dictionary_pagesize_limit=1 << 24, write_statistics=False, store_schema=False
    )  # fmt: skip


def write_part(
    folder: Path, part: Part, rows: Iterable[pa.RecordBatch], keys: Sequence[str], counts: Sequence[int], dimensions: Sequence[Dimension]
) -> None:
    """Both files of a part; `keys` and `counts` are by measure: what its result rests on, and how many rows it has."""
    unfinished = folder / f".{file_of(part.number)}"
    with rows_writer(unfinished) as writer:
        for batch in rows:
            writer.write_batch(batch)
    os.replace(unfinished, folder / ENTITLEMENTS / file_of(part.number))
    about = {
        "keys": list(keys),
        "rows": list(counts),
        "all": int(part.subjects[ALL][0]),
        "subjects": {d.name: _by_name(part.subjects[d.name], d) for d in dimensions},
        "undecided": [dict(counter) for counter in part.undecided],
        "asked": part.asked,
        "settled": part.settled,
    }
    table = totals_table(part.totals, dimensions).replace_schema_metadata({_ABOUT: json.dumps(about)})
    pq.write_table(table, unfinished, compression="zstd")
    os.replace(unfinished, folder / TOTALS / file_of(part.number))


def _by_name(counts: NDArray[np.int64], dimension: Dimension) -> dict[str, int]:
    return {name: count for name, count in zip(dimension.groups, counts.tolist(), strict=True) if count}


def totals_table(totals: Totals, dimensions: Sequence[Dimension]) -> pa.Table:
    """One row for each measure and group of which there is anything to say."""
    names = {ALL: [""]} | {d.name: list(d.groups) for d in dimensions}
    tables = []
    for name, cells in totals.by.items():
        measures, groups = np.nonzero(cells.any(axis=2))
        labels = pa.array(names[name], pa.string()).take(pa.array(groups))
        columns = [pa.array(measures.astype(np.int32)), pa.array([name] * len(groups), pa.string()), labels]
        columns += [pa.array(np.ascontiguousarray(cells[measures, groups, at])) for at in range(len(FIELDS))]
        tables.append(pa.Table.from_arrays(columns, schema=_TOTALS))
    return pa.concat_tables(tables)


@dataclass(frozen=True)
class FormerPart:
    """A part of a finished or broken-off run."""

    folder: Path
    file: str
    about: Mapping[str, Any]

    @property
    def keys(self) -> list[str]:
        return list(self.about["keys"])

    def rows(self) -> pa.Table:
        """The long rows of all of its measures."""
        return pq.read_table(self.folder / ENTITLEMENTS / self.file, read_dictionary=[field.name for field in ROWS if field.type == _WORD])

    def some_of(self, table: pa.Table, measures: Sequence[int]) -> Iterator[pa.RecordBatch]:
        """The long rows of some of its measures, in their order."""
        ends = np.cumsum([0, *self.about["rows"]])
        for _, run in groupby(enumerate(measures), lambda pair: pair[1] - pair[0]):
            stretch = [number for _, number in run]
            first, last = int(ends[stretch[0]]), int(ends[stretch[-1] + 1])
            yield from table.slice(first, last - first).cast(ROWS).to_batches()

    def take_totals(self, into: Totals, moved: Mapping[int, int], dimensions: Sequence[Dimension]) -> None:
        """Put the totals of some measures into others; `moved` says which number a measure has there, that of the last line being the next one."""
        table = pq.read_table(self.folder / TOTALS / self.file)
        at = {(ALL, ""): 0} | {(d.name, group): number for d in dimensions for number, group in enumerate(d.groups)}
        columns = [table.column(name).to_pylist() for name in ("measure", "dimension", "group")]
        values = np.stack([table.column(name).to_numpy() for name in FIELDS], axis=1) if table.num_rows else np.zeros((0, len(FIELDS)), np.int64)
        for row, (measure, dimension, group) in enumerate(zip(*columns, strict=True)):
            if measure in moved:
                into.by[dimension][moved[measure], at[dimension, group]] = values[row]

    def take_subjects(self, into: Mapping[str, NDArray[np.int64]], dimensions: Sequence[Dimension]) -> None:
        """Put how many subjects are in each group into others."""
        into[ALL][0] += self.about["all"]
        for dimension in dimensions:
            counts = self.about["subjects"][dimension.name]
            into[dimension.name] += [counts.get(name, 0) for name in dimension.groups]


def former_parts(folder: Path) -> Iterator[FormerPart]:
    """The finished parts in a run's folder; what cannot be read is no part."""
    for path in sorted((folder / TOTALS).glob("part-*.parquet")):
        try:
            about = json.loads(pq.read_schema(path).metadata[_ABOUT])
            if pq.read_metadata(folder / ENTITLEMENTS / path.name).num_rows == sum(about["rows"]):
                yield FormerPart(folder, path.name, about)
        except (*UNREADABLE, KeyError, TypeError, ValueError):
            continue


def no_part(number: int, measures: int, dimensions: Sequence[Dimension]) -> Part:
    """A part of nobody."""
    totals = Totals.nothing(measures, {d.name: len(d.groups) for d in dimensions})
    subjects = {ALL: np.zeros(1, np.int64)} | {d.name: np.zeros(len(d.groups), np.int64) for d in dimensions}
    return Part(number, totals, subjects, [Counter() for _ in range(measures)])
