"""Write a registry from encoded columns: sorted by id, typed by the schema, whole or not at all."""

from __future__ import annotations

import math
import shutil
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from types import MappingProxyType

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from huiqi.facts.cells import NONE
from huiqi.facts.parquet_table import NAN_IS_UNKNOWN
from huiqi.facts.provenance import FILE, Provenance, write_about
from huiqi.facts.schema import Fact, Schema
from huiqi.vocabulary.place import Places
from huiqi.vocabulary.record import Words
from huiqi.vocabulary.whole import whole_folder

ROW_GROUP = 1 << 16
ROWS_OF_A_YEAR = 1 << 12  #: so many are worth a row group
_EPOCH = 719_163  # the ordinal of 1970-01-01


@dataclass(frozen=True)
class Rows:
    """Some rows of a table, in order of id (and year), with encoded columns (cells.py)."""

    ids: pa.StringArray
    columns: dict[str, np.ndarray]
    years: np.ndarray | None = None

    def only(self, these: np.ndarray) -> Rows:
        """Some of the rows, by a mask."""
        columns = {name: values[these] for name, values in self.columns.items()}
        return Rows(self.ids.filter(pa.array(these)), columns, None if self.years is None else self.years[these])


def write_registry(
    folder: Path,
    title: Words,
    made_up: bool,
    provenance: Provenance,
    schema: Schema,
    places: Places,
    main: Iterable[Rows],
    yearly: Iterable[Rows] = (),
    *,
    columns: Mapping[str, Provenance] = MappingProxyType({}),
    overwrite: bool = False,
    more: Sequence[Path] = (),
    beside: Callable[[Path], None] = lambda unfinished: None,
) -> None:
    """A registry folder; the parts of a table follow each other in order of id and have the same columns. `columns` are
    facts with a provenance of their own.

    Everything is written beside the folder and then moved there, so that a killed run leaves what was there before. `more` are files that
    move along, `beside` writes what is made of the finished tables. FileExistsError if the folder exists and is not a registry, or is one and
    `overwrite` is not set.
    """
    if not may_replace(folder, overwrite):
        raise FileExistsError(f"{folder} exists; nothing was written")
    with whole_folder(folder) as unfinished:
        write_about(unfinished / FILE, title, made_up, provenance, columns)
        ends = _write_table(unfinished / f"{schema.subject}.parquet", schema, places, main)
        _write_table(unfinished / f"{schema.subject}_year.parquet", schema, places, yearly, ends)
        for path in more:
            shutil.move(path, unfinished / path.name)
        beside(unfinished)


def may_replace(folder: Path, overwrite: bool) -> bool:
    """Nothing is there, or an empty folder, or a registry that may be overwritten."""
    if not folder.exists():
        return True
    if not folder.is_dir():
        return False
    return not any(folder.iterdir()) or (overwrite and (folder / FILE).is_file())


def _write_table(path: Path, schema: Schema, places: Places, parts: Iterable[Rows], ends: list[str] | None = None) -> list[str]:
    """The last ids of its row groups; `ends` are those of the main table, without them it is this."""
    parts = iter(parts)
    first = next(parts, None)
    if first is None:
        if ends is None:
            pq.write_table(pa.table({"id": pa.array([], pa.string())}), path)
        return []
    words = [name for name in first.columns if _is_words(schema.facts[name])]
    batches = (_arrow(part, schema, places) for rest in ([first], parts) for part in rest)
    head = next(batches)
    packed = {name: "lz4" if name in ("id", "year") else "none" for name in head.schema.names}
    lasts = []
    with pq.ParquetWriter(path, head.schema, compression=packed, use_dictionary=words) as writer:
        for table in _row_groups(head, batches) if ends is None else _by_year(_stretches(chain([head], batches), ends)):
            for start in range(0, table.num_rows, ROW_GROUP):  # one dictionary a row group, or most of its words would be written out
                writer.write_table(table.slice(start, ROW_GROUP).unify_dictionaries().combine_chunks())
            lasts += [table["id"][min(n, table.num_rows) - 1].as_py() for n in range(ROW_GROUP, table.num_rows + ROW_GROUP, ROW_GROUP)]
        if not lasts:  # an empty row group only where there is no row at all: it has no first and last id
            writer.write_table(head.slice(0, 0))
    return lasts


def _row_groups(head: pa.Table, rest: Iterable[pa.Table]) -> Iterator[pa.Table]:
    """Small parts joined up to whole row groups."""
    waiting = [head]
    for table in rest:
        waiting.append(table)
        if sum(part.num_rows for part in waiting) >= ROW_GROUP:
            whole = pa.concat_tables(waiting)
            full = whole.num_rows - whole.num_rows % ROW_GROUP
            yield whole.slice(0, full)
            waiting = [whole.slice(full)]
    yield pa.concat_tables(waiting)


def _stretches(tables: Iterable[pa.Table], ends: list[str]) -> Iterator[pa.Table]:
    """Year rows cut where row groups of the main table end."""
    waiting: list[pa.Table] = []
    left = iter(ends[:-1])
    end = next(left, None)
    for table in tables:
        while end is not None and table.num_rows and table["id"][-1].as_py() > end:
            cut = bisect_right(table["id"], end, key=lambda id: id.as_py())
            yield pa.concat_tables([*waiting, table.slice(0, cut)])
            waiting, table, end = [], table.slice(cut), next(left, None)
        waiting.append(table)
    yield pa.concat_tables(waiting)


def _by_year(stretches: Iterable[pa.Table]) -> Iterator[pa.Table]:
    """Every year apart, in order of id, so that years nobody asks for need not be read; few rows stay together, in order of id and year."""
    for table in stretches:
        years = pc.unique(table["year"]).sort() if table.num_rows else []
        if table.num_rows < ROWS_OF_A_YEAR * len(years):
            yield table
        else:
            for year in years:
                yield table.filter(pc.equal(table["year"], year))


def _arrow(rows: Rows, schema: Schema, places: Places) -> pa.Table:
    columns: dict[str, pa.Array] = {"id": rows.ids}
    if rows.years is not None:
        columns["year"] = pa.array(rows.years, pa.int16())
    for name, values in rows.columns.items():
        columns[name] = column_of(values, schema.facts[name], places)
    fields = [pa.field(name, column.type, nullable=name not in schema.facts or not schema.facts[name].is_figure) for name, column in columns.items()]
    return pa.Table.from_arrays(list(columns.values()), schema=pa.schema(fields, NAN_IS_UNKNOWN))


def column_of(values: np.ndarray, fact: Fact, places: Places) -> pa.Array:
    """An encoded column as a registry holds it; its type follows from the fact alone."""
    match fact.kind:
        case "flag":
            return pa.array(values > 0, pa.bool_(), mask=values < 0)
        case "text":
            return pa.array(values, pa.string())
        case "category":
            assert fact.codes is not None
            return _words_of(values, [*fact.codes.codes, "none"])
        case "place":
            return _words_of(values, list(places.by_id))
        case "date":
            unknown = np.isnan(values)
            days = np.where(np.isfinite(values), values, _EPOCH).astype(np.int32) - np.int32(_EPOCH)
            dates = pa.array(days, pa.int32(), mask=unknown).cast(pa.date32())
            if not fact.optional:
                return dates
            texts = pc.if_else(pa.array(values == -math.inf), "none", pc.cast(dates, pa.string()))
            return pc.if_else(pa.array(unknown), None, texts).dictionary_encode()
        case _:
            return pa.array(values / 10**fact.decimals, pa.float64())


def _words_of(values: np.ndarray, words: list[str]) -> pa.Array:
    """A dictionary of the words that occur."""
    index = np.where(values == NONE, len(words) - 1, values)
    used, place = np.unique(index[values != -1], return_inverse=True)
    indices = np.full(len(values), -1, np.int32)
    indices[values != -1] = place
    return pa.DictionaryArray.from_arrays(pa.array(indices, pa.int32(), mask=indices < 0), pa.array([words[n] for n in used], pa.string()))


def _is_words(fact: Fact) -> bool:
    return fact.kind in ("category", "place") or (fact.kind == "date" and fact.optional)
