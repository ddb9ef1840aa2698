"""Row groups of a registry's Parquet tables that follow each other in order of id: read from anywhere, a row group at a time, by several threads.

A **layout** says which row groups of the year table belong to which of the main table, and that all keys are as they should be. A row group of the
year table that holds one year of exactly the subjects of a row group of the main table, as huiqi writes them, is as good as columns of that one:
no ids are compared beyond the first time, and years that nobody asks for are not read.
"""

from __future__ import annotations

import bisect
import hashlib
import os
import sys
from collections import deque
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import cached_property
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from huiqi.facts.cells import Encoded, Faults, Reading, dtype_of, unknown_value, unknown_values
from huiqi.facts.keys import read_ids, read_years
from huiqi.facts.parquet_table import BROKEN, parquet_problem
from huiqi.facts.table import Table
from huiqi.vocabulary.problem import FaultyInput, Problem, Where

try:
    from huiqi.facts import _pages
except ImportError:  # installed without a compiler
    _COMPILED = False
else:
    _COMPILED = True

LARGEST = 1 << 18  #: rows of a row group that is still read whole
_DATA, _DICTIONARY = 0, 2  # types of pages
_PLAIN, _INDICES, _RUNS = 0, (2, 8), 3  # encodings
_TYPES = {"DOUBLE": pa.float64(), "FLOAT": pa.float32(), "INT32": pa.int32(), "INT64": pa.int64()}
_IDS, _ROWS = "ids", "rows"  # what is kept beside columns; no table has such a name, for that has an ending
_LAST_YEAR = 9_999
_HEADER = 1 << 10  # bytes within which most headers of pages end


class Chunk(NamedTuple):
    """One column of one row group, as the footer describes it."""

    at: int
    length: int
    rows: int
    codec: str
    type: str
    nullable: bool


class Page(NamedTuple):
    """Some rows of a chunk, decompressed."""

    first: int
    rows: int
    body: Any
    encoding: int


class _Long(Exception):
    """A chunk that is not of the plain kind: it is read by pyarrow."""


@dataclass(frozen=True)
class GroupedTable:
    """A Parquet table and its footer."""

    table: Table
    footer: pq.FileMetaData
    size: int
    _chunks: dict[tuple[int, str], Chunk] = field(default_factory=dict, repr=False, compare=False)

    @cached_property
    def starts(self) -> np.ndarray:
        """The first row of every row group, and the number of rows."""
        return np.cumsum([0, *(self.footer.row_group(n).num_rows for n in range(self.footer.num_row_groups))])

    @cached_property
    def _columns(self) -> dict[str, tuple[int, bool]]:
        found = [self.footer.schema.column(n) for n in range(self.footer.num_columns)]
        return {column.path: (n, column.max_definition_level == 1) for n, column in enumerate(found) if not column.max_repetition_level}

    def chunk(self, group: int, name: str) -> Chunk:
        """The chunk of a column; remembered, since the footer answers slowly."""
        if (known := self._chunks.get((group, name))) is not None:
            return known
        number, nullable = self._columns[name]
        found = self.footer.row_group(group).column(number)
        at = min(place for place in (found.dictionary_page_offset, found.data_page_offset) if place)
        chunk = Chunk(at, found.total_compressed_size, found.num_values, found.compression, found.physical_type, nullable)
        self._chunks[group, name] = chunk
        return chunk

    def ends(self, group: int, name: str) -> tuple[Any, Any] | None:
        """The least and the greatest cell of a column, by the footer; nothing if that does not say so or a cell is empty."""
        number, _ = self._columns[name]
        found = self.footer.row_group(group).column(number).statistics
        if found is None or not found.has_min_max or not found.has_null_count or found.null_count:
            return None
        try:
            return found.min, found.max
        except (ValueError, OverflowError):  # no text, or no day
            return None


def _grouped(table: Table) -> GroupedTable | None:
    if not hasattr(os, "preadv") or table.text is not None or table.order is not None or not pa.types.is_string(_plain(table.types["id"])):
        return None
    try:
        footer = pq.read_metadata(table.path)
    except BROKEN:
        return None
    grouped = GroupedTable(table, footer, table.path.stat().st_size)
    flat = footer.num_columns == len(table.types) == len(grouped._columns)
    return grouped if flat and (np.diff(grouped.starts) <= LARGEST).all() else None


def _plain(type: pa.DataType) -> pa.DataType:
    return type.value_type if isinstance(type, pa.DictionaryType) else type


# ---------------------------------------------------------------- which row groups belong together


@dataclass(frozen=True)
class Layout:
    """Two tables in step. `over` are the row groups of the year table that hold subjects of a row group of the main table; `year` is the one
    year of such a row group, 0 if there are several; `same` says that it holds each subject of the one row group of the main table once."""

    main: GroupedTable
    yearly: GroupedTable | None
    firsts: list[str]
    over: list[list[int]]
    year: np.ndarray
    same: np.ndarray

    @property
    def subjects(self) -> int:
        return int(self.main.starts[-1])

    def groups(self, start: int, stop: int) -> range:
        """The row groups of the main table that hold these subjects."""
        first = int(np.searchsorted(self.main.starts, start, "right")) - 1
        return range(first, int(np.searchsorted(self.main.starts, stop, "left")))

    def position(self, id: str) -> int | None:
        """The place of a subject, or nothing if there is none of this id."""
        group = bisect.bisect_right(self.firsts, id) - 1
        if group < 0:
            return None
        with Reader(self, {}) as reader:
            found = pc.index(reader.ids(self.main, group), id).as_py()
        return int(self.main.starts[group]) + found if found >= 0 else None


def lay_out(main: Table, yearly: Table | None, threads: int = 2) -> Layout | None:
    """The layout of two tables, or nothing where they have none: not both Parquet, not in order, or anything wrong with their keys."""
    subjects = _grouped(main)
    rows = None if yearly is None else _grouped(yearly)
    if subjects is None or (rows is None and yearly is not None):
        return None
    layout = _by_footers(subjects, rows)
    if layout is None:
        return None
    owned = np.zeros(len(layout.same), np.int64)
    try:
        with ThreadPoolExecutor(threads) as pool:
            for part in pool.map(lambda start: _check_some(layout, range(start, len(layout.firsts), threads)), range(threads)):
                if part is None:
                    return None
                for other, count, same in part:
                    owned[other] += count
                    layout.same[other] = same
    except (*BROKEN, FaultyInput):
        return None
    whole = rows is None or np.array_equal(owned, np.diff(rows.starts))
    return layout if whole else None


def _by_footers(main: GroupedTable, yearly: GroupedTable | None) -> Layout | None:
    ends = [main.ends(group, "id") for group in range(main.footer.num_row_groups)]
    known = [end for end in ends if end is not None]
    if len(known) < len(ends) or any(before[1] >= after[0] for before, after in pairwise(known)):
        return None
    firsts, lasts = [first for first, _ in known], [last for _, last in known]
    over: list[list[int]] = [[] for _ in known]
    groups = 0 if yearly is None else yearly.footer.num_row_groups
    year = np.zeros(groups, np.int16)
    if yearly is not None:
        whole = _plain(yearly.table.types["year"])
        for group in range(groups):
            end = yearly.ends(group, "id")
            if end is None:
                return None
            between = range(bisect.bisect_left(lasts, end[0]), bisect.bisect_right(firsts, end[1]))
            for number in between:
                over[number].append(group)
            if pa.types.is_integer(whole) and (of := yearly.ends(group, "year")) and of[0] == of[1] and 1 <= of[0] <= 9999:
                year[group] = of[0]
        if sum(map(len, over)) > 4 * (groups + len(known)):  # rows in no order at all
            return None
    return Layout(main, yearly, firsts, over, year, np.zeros(groups, bool))


def _check_some(layout: Layout, groups: range) -> list[tuple[int, int, bool]] | None:
    found = []
    with Reader(layout, {}) as reader:
        for group in groups:
            one = _check(reader, group)
            if one is None:
                return None
            found += one
    return found


def _check(reader: Reader, group: int) -> list[tuple[int, int, bool]] | None:
    """Of every row group over a row group of the main table: how many rows have their subject in it, and whether these are simply all of
    it; nothing if keys are missing, not in order or repeated."""
    layout, yearly = reader.layout, reader.layout.yearly
    ids = reader.ids(layout.main, group)
    if _rising(ids) < 2 or not _within(ids, layout.main.ends(group, "id")):
        return None
    if yearly is None or not layout.over[group]:
        return []
    stored = reader.raw(layout.main, group, "id")
    found, mine, once = [], [], True  # `once`: no subject stands twice in a row group
    for other in layout.over[group]:
        if layout.year[other] and reader.raw(yearly, other, "id") == stored:
            found.append((other, len(ids), True))
            mine.append(np.arange(len(ids)))
            continue
        those = reader.ids(yearly, other)
        order = _rising(those)
        if not order or not _within(those, yearly.ends(other, "id")):
            return None
        owner = owners(ids, those)
        rows = np.flatnonzero(owner >= 0)
        once = once and order == 2
        found.append((other, len(rows), bool(layout.year[other]) and order == 2 and len(rows) == len(ids) == len(those)))
        mine.append(owner)
    of = [int(layout.year[other]) for other in layout.over[group]]
    if once and 0 not in of and len(set(of)) == len(of):
        return found
    keys = []
    for other, owner in zip(layout.over[group], mine, strict=True):
        years, wrong = reader.years(other)
        if wrong.any():
            return None
        keys.append((owner.astype(np.int64) * 10_000 + years)[owner >= 0])
    whole = np.concatenate(keys)
    return found if len(np.unique(whole)) == len(whole) else None


def _within(ids: pa.StringArray, ends: tuple[Any, Any] | None) -> bool:
    return not len(ids) or (ends is not None and ends[0] <= ids[0].as_py() and ids[-1].as_py() <= ends[1])


def _rising(ids: pa.StringArray) -> int:
    """2 if every id comes after the one before, 1 if some stand twice, 0 if they are in no order or one is missing."""
    if ids.null_count:
        return 0
    if _COMPILED:
        _, offsets, data = ids.buffers()
        if not ids.offset:
            return _pages.rising(memoryview(offsets)[: 4 * len(ids) + 4], data or b"")
    before, after = ids.slice(0, max(len(ids) - 1, 0)), ids.slice(1)
    if (len(ids) and ids[0].as_py() == "") or pc.any(pc.less(after, before)).as_py():
        return 0
    return 1 if pc.any(pc.equal(after, before)).as_py() else 2


def owners(ids: pa.StringArray, rows: pa.StringArray) -> np.ndarray:
    """For every row which of the ids is its own, -1 for none; both in order."""
    if _COMPILED and not ids.offset and not rows.offset:
        (_, offsets, data), (_, others, texts) = ids.buffers(), rows.buffers()
        owner = np.empty(len(rows), np.int32)
        _pages.owners(memoryview(offsets)[: 4 * len(ids) + 4], data or b"", memoryview(others)[: 4 * len(rows) + 4], texts or b"", owner)
        return owner
    return pc.fill_null(pc.index_in(rows, ids), -1).to_numpy(zero_copy_only=False)


# ---------------------------------------------------------------- reading


class Spare:
    """Arrays that are used again once nobody holds them: touching fresh memory costs more than decoding. Several threads may take from it."""

    def __init__(self, most: int = 1 << 28):
        self._held: dict[tuple[np.dtype[Any], int], deque[np.ndarray]] = {}
        self._left = most

    def take(self, length: int, kind: Any) -> np.ndarray:
        """An array of anything."""
        if kind is object:
            return np.empty(length, object)
        held = self._held.setdefault((np.dtype(kind), length), deque())
        try:
            oldest = held.popleft()
        except IndexError:
            pass
        else:
            free = sys.getrefcount(oldest) == 2  # `oldest` and the argument: no block, no slice of it
            held.append(oldest)
            if free:
                return oldest
        fresh = np.empty(length, kind)
        if fresh.nbytes <= self._left:
            self._left -= fresh.nbytes
            held.append(fresh)
        return fresh


class Long(NamedTuple):
    """A column of a row group that pyarrow has read, and why some of its cells cannot stand."""

    column: pa.Array
    encoded: Encoded


@dataclass
class Reader:
    """Open files of a layout. What it has read it keeps until it is told to `forget`; `ids` and `raw` keep nothing."""

    layout: Layout
    readings: dict[str, Reading]
    spare: Spare = field(default_factory=Spare)
    _files: dict[str, int] = field(default_factory=dict)
    _opened: dict[str, pq.ParquetFile] = field(default_factory=dict)
    _place: bytearray = field(default_factory=bytearray)
    _kept: dict[tuple[str, int, str], Any] = field(default_factory=dict)

    def __enter__(self) -> Reader:
        try:
            for grouped in (self.layout.main, self.layout.yearly):
                if grouped is not None:
                    self._files[grouped.table.name] = os.open(grouped.table.path, os.O_RDONLY | getattr(os, "O_BINARY", 0))
                    if os.fstat(self._files[grouped.table.name]).st_size != grouped.size:
                        message = "the table is not the one that was opened"
                        raise FaultyInput([Problem("registry.changed", message, Where(grouped.table.name), "open the registry again")])
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        for file in self._files.values():
            os.close(file)
        for opened in self._opened.values():
            opened.close()
        self._files.clear()
        self._opened.clear()

    def forget_all_but(self, groups: range) -> None:
        """Drop what was kept of row groups of the main table other than these, and of those of the year table that are not over these."""
        layout = self.layout
        over = {other for group in groups for other in layout.over[group]}
        main = layout.main.table.name
        for key in [key for key in self._kept if (key[1] not in groups if key[0] in (main, _IDS, _ROWS) else key[1] not in over)]:
            del self._kept[key]

    def raw(self, grouped: GroupedTable, group: int, name: str) -> bytes:
        """A chunk as it is stored."""
        chunk = grouped.chunk(group, name)
        return self._stored(grouped, chunk)

    def _stored(self, grouped: GroupedTable, chunk: Chunk) -> bytes:
        found = os.pread(self._files[grouped.table.name], chunk.length, chunk.at)
        if len(found) != chunk.length:
            raise FaultyInput([parquet_problem(grouped.table.name, OSError("it ends too early"))])
        return found

    def ids(self, grouped: GroupedTable, group: int) -> pa.StringArray:
        """The ids of a row group; FaultyInput if they are not text."""
        if _COMPILED:
            try:
                return self._ids(grouped, group)
            except (_Long, ValueError):
                pass
        return read_ids(self._arrow(grouped, group, "id"))

    def _ids(self, grouped: GroupedTable, group: int) -> pa.StringArray:
        chunk = grouped.chunk(group, "id")
        pages, dictionary = self._pages(grouped, chunk)
        if dictionary is not None or chunk.type != "BYTE_ARRAY" or any(page.encoding != _PLAIN for page in pages):
            raise _Long
        offsets, data, used = np.zeros(chunk.rows + 1, np.int32), bytearray(sum(len(page.body) for page in pages)), 0
        for page in pages:
            used = _pages.texts(page.body, chunk.nullable, page.rows, offsets[page.first : page.first + page.rows + 1], used, data)
        ids = pa.StringArray.from_buffers(chunk.rows, pa.py_buffer(offsets), pa.py_buffer(data).slice(0, used))
        if not data.isascii():
            ids.validate(full=True)
        return ids

    def years(self, group: int) -> tuple[np.ndarray, np.ndarray]:
        """The calendar years of a row group of the year table, and which cells are none."""
        assert self.layout.yearly is not None
        if year := self.layout.year[group]:
            rows = int(np.diff(self.layout.yearly.starts)[group])
            return np.full(rows, year, np.int16), np.zeros(rows, bool)
        return read_years(self._arrow(self.layout.yearly, group, "year"))

    def rows(self, group: int, other: int) -> tuple[np.ndarray, np.ndarray]:
        """For every row of a row group of the year table: which subject of a row group of the main table it is about, and the year."""
        assert self.layout.yearly is not None
        key = (_ROWS, group, str(other))
        if key not in self._kept:
            ids, those = self.main_ids(group), self.ids(self.layout.yearly, other)
            self._kept[key] = owners(ids, those), self.years(other)[0]
        return self._kept[key]

    def _present(self, group: int, other: int) -> np.ndarray | None:
        """Which subjects have a row, where it is of one year and all rows are about them, each once and in their order."""
        key = (_ROWS, group, f"{other} present")
        if key not in self._kept:
            owner, _ = self.rows(group, other)
            present = np.zeros(int(self.layout.main.starts[group + 1] - self.layout.main.starts[group]), np.uint8)
            fine = bool(self.layout.year[other]) and len(owner) > 0 and owner[0] >= 0 and bool((owner[1:] > owner[:-1]).all())
            if fine:
                present[owner] = 1
            self._kept[key] = present if fine else None
        return self._kept[key]

    def main_ids(self, group: int) -> pa.StringArray:
        """The ids of a row group of the main table, kept."""
        key = (_IDS, group, "")
        if key not in self._kept:
            self._kept[key] = self.ids(self.layout.main, group)
        return self._kept[key]

    def first_years(self, group: int, start: int, stop: int, out: np.ndarray) -> None:
        """The first calendar year of which some subjects of a row group have a row, where they have one; `out` is nought."""
        layout = self.layout
        out[:] = whole = min((int(layout.year[other]) for other in layout.over[group] if layout.same[other]), default=0)
        others = [other for other in layout.over[group] if not layout.same[other] and not (whole and layout.year[other] > whole)]
        for other in sorted(others, key=lambda other: -layout.year[other]):  # of several years last, whatever they are
            owner, years = self.rows(group, other)
            if start > 0 or stop < layout.main.starts[group + 1] - layout.main.starts[group] or owner.min(initial=0) < 0:
                mine = (owner >= start) & (owner < stop)
                owner, years = owner[mine] - start, years[mine]
            if layout.year[other]:
                out[owner] = years
            else:
                found = np.where(out == 0, _LAST_YEAR, out)
                np.minimum.at(found, owner, years)
                out[:] = np.where(found == _LAST_YEAR, 0, found)

    def spread(self, group: int, other: int, name: str, start: int, by_year: dict[int, np.ndarray], fresh: set[int], keep: bool) -> Long | None:
        """The rows that a row group of the year table has of subjects of a row group of the main table, from the subject `start` on: a column, each
        year into its own array; of the years that are `fresh` all others become unknown. The whole column if it had to be read the long way."""
        grouped = self.layout.yearly
        assert grouped is not None
        kind = self.readings[name].fact.kind
        key = (grouped.table.name, other, f"{name} whole")
        found = self._kept.get(key)
        if found is None:
            rows = int(grouped.starts[other + 1] - grouped.starts[other])
            values = self.spare.take(rows, dtype_of(kind))
            found = values, self.fill(grouped, other, name, 0, rows, values)
            if keep:
                self._kept[key] = found
        values, long = found
        present = self._present(group, other) if _COMPILED and values.dtype != object else None
        if present is not None and fresh == set(by_year) and len(by_year) == 1:
            (out,) = by_year.values()
            first = int(np.count_nonzero(present[:start]))
            _pages.expand(values, first, present[start : start + len(out)], unknown_values(kind, 1), out)
            return long
        owner, years = self.rows(group, other)
        for year, out in by_year.items():
            if _COMPILED and values.dtype != object:
                unknown = unknown_values(kind, 1) if year in fresh else b""
                _pages.spread(values, owner, years, year, start, unknown, out)
            else:
                those = np.flatnonzero((years == year) & (owner >= start) & (owner < start + len(out)))
                if year in fresh:
                    out[:] = unknown_value(kind)
                out[owner[those] - start] = values[those]
        return long

    def fill(self, grouped: GroupedTable, group: int, name: str, start: int, stop: int, out: np.ndarray) -> Long | None:
        """Some rows of a column of a row group; the whole column if it had to be read the long way."""
        long = self._kept.get((grouped.table.name, group, name))
        if not isinstance(long, Long):
            if _COMPILED:
                try:
                    if not self._fill(grouped, group, name, start, stop, out):
                        return None
                except (_Long, ValueError):
                    pass
            column = self._arrow(grouped, group, name)
            long = self._kept[grouped.table.name, group, name] = Long(column, self.readings[name].encode(column))
        out[:] = long.encoded.values[start:stop]
        return long

    def _fill(self, grouped: GroupedTable, group: int, name: str, start: int, stop: int, out: np.ndarray) -> bool:
        """Whether a cell is odd, so that the column has to be read the long way."""
        reading, chunk = self.readings[name], grouped.chunk(group, name)
        form = _form(reading, chunk.type, grouped.table.types[name])
        key = (grouped.table.name, group, name)
        pages, table = self._kept.get(key) or (None, None)
        if pages is None:
            part = (start, stop) != (0, chunk.rows)
            pages, dictionary = self._pages(grouped, chunk, keep=part)
            table = None if dictionary is None else _table(reading, dictionary, chunk.type, grouped.table.types[name])
            if part:
                self._kept[key] = pages, table
        scale, low, high = reading.bounds
        odd = False
        for page in pages:
            first, last = max(start, page.first), min(stop, page.first + page.rows)
            if first >= last:
                continue
            how = form if page.encoding == _PLAIN else None if table is None else "x"
            if how is None:
                raise _Long
            place = (first - page.first, last - page.first, out[first - start : last - start])
            odd |= _pages.decode(page.body, chunk.nullable, page.rows, how, table if how == "x" else b"", scale, low, high, *place)
        return odd

    def _pages(self, grouped: GroupedTable, chunk: Chunk, keep: bool = False) -> tuple[list[Page], tuple[Any, int] | None]:
        """The pages of a chunk and its dictionary; good until the next chunk is read, unless they are to be kept."""
        if keep:
            raw = self.spare.take(-(-chunk.length >> 14) << 14, np.uint8).data[: chunk.length]
        else:
            if len(self._place) < chunk.length:
                self._place = bytearray(2 * chunk.length)
            raw = memoryview(self._place)[: chunk.length]
        if os.preadv(self._files[grouped.table.name], [raw], chunk.at) != chunk.length:
            raise _Long
        at, first, pages, dictionary = 0, 0, [], None
        while at < len(raw) and first < chunk.rows:
            header = _pages.header(raw, at)
            if header is None:
                raise _Long
            type, length, size, stored, _, values, encoding, levels = header
            at += length
            body: Any = raw[at : at + stored]
            at += stored
            if min(size, stored, values) < 0 or len(body) != stored or (size != stored and chunk.codec == "UNCOMPRESSED"):
                raise _Long
            if chunk.codec != "UNCOMPRESSED":
                body = _decompressed(body, size, chunk.codec)
            if type == _DICTIONARY and encoding in (_PLAIN, _INDICES[0]) and dictionary is None:
                dictionary = body, values
            elif type == _DATA and (encoding == _PLAIN or encoding in _INDICES) and (levels == _RUNS or not chunk.nullable):
                pages.append(Page(first, values, body, encoding))
                first += values
            else:
                raise _Long
        if first != chunk.rows:
            raise _Long
        return pages, dictionary

    def _arrow(self, grouped: GroupedTable, group: int, name: str) -> pa.Array:
        """A column of a row group, by pyarrow."""
        table = grouped.table
        try:
            if table.name not in self._opened:
                words = [name for name, type in table.types.items() if name not in ("id", "year") and pa.types.is_string(type)]
                self._opened[table.name] = pq.ParquetFile(table.path, read_dictionary=words)
            column = self._opened[table.name].read_row_group(group, columns=[name], use_threads=False).column(0).combine_chunks()
            column = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
            if len(column) != grouped.starts[group + 1] - grouped.starts[group]:
                raise OSError("a column has fewer rows than the table")
            column.validate(full=True)
            return column
        except BROKEN as error:
            raise FaultyInput([parquet_problem(table.name, error)]) from error

    # What is in a row group, without reading it

    def digest(self, grouped: GroupedTable, group: int, names: Iterable[str]) -> bytes:
        """SHA-256 over the chunks of some columns: over the headers of their pages where these have a checksum of what follows (CRC-32), over
        all of their bytes where they have not."""
        whole = hashlib.sha256()
        file = self._files[grouped.table.name]
        for name in names:
            chunk = grouped.chunk(group, name)
            whole.update(f"{name} {grouped.table.types[name]} {chunk[1:]}\n".encode())
            whole.update(self._headers(file, chunk) or self._stored(grouped, chunk))
        return whole.digest()

    def _headers(self, file: int, chunk: Chunk) -> bytes | None:
        if not _COMPILED:
            return None
        at, rows, found = 0, 0, []
        while at < chunk.length and rows < chunk.rows:
            bytes_ = os.pread(file, min(_HEADER, chunk.length - at), chunk.at + at)
            header = _pages.header(bytes_, 0)
            if header is None or not header[4] or header[3] < 0:
                return None
            found.append(bytes_[: header[1]])
            at += header[1] + header[3]
            rows += header[5] if header[0] != _DICTIONARY else 0
        return b"".join(found) if rows == chunk.rows else None

    def values(self, group: int, name: str) -> np.ndarray | None:
        """What a column of a row group of the main table holds: all values of a category or place, the ends of others; nothing if a cell is
        empty, or if it cannot be said without reading the column."""
        grouped, reading = self.layout.main, self.readings[name]
        chunk, type = grouped.chunk(group, name), grouped.table.types[name]
        try:
            ends = grouped.ends(group, name)
            if ends is None:
                return None
            if chunk.type == "BYTE_ARRAY" and _COMPILED:
                pages, dictionary = self._pages(grouped, chunk)
                table = (
                    None if dictionary is None or any(page.encoding == _PLAIN for page in pages) else _table(reading, dictionary, chunk.type, type)
                )
                return None if table is None else table[:-1]
            if ends[0] != ends[1] and (chunk.type == "BYTE_ARRAY" or not (reading.fact.is_figure or reading.fact.kind == "date")):
                return None
            encoded = reading.encode(pa.array(list(ends), _plain(type)))
        except (*BROKEN, _Long, ValueError, OverflowError):
            return None
        return None if encoded.faults else encoded.values


def _form(reading: Reading, stored: str, type: pa.DataType) -> str | None:
    """How `decode` calls plain cells of this type, nothing if it does not know them."""
    kind = reading.fact.kind
    if reading.fact.is_figure:
        return "d" if stored == "DOUBLE" and pa.types.is_float64(_plain(type)) else None
    if kind == "date":
        return "i" if stored == "INT32" and pa.types.is_date32(type) else None
    return "b" if kind == "flag" and stored == "BOOLEAN" else None


def _table(reading: Reading, dictionary: tuple[Any, int], stored: str, type: pa.DataType) -> np.ndarray | None:
    """The values of a dictionary's words and, last, of an empty cell; nothing if they have to be looked at closely."""
    body, values = dictionary
    if stored == "BYTE_ARRAY" and pa.types.is_string(_plain(type)) and not reading.fact.is_figure and reading.fact.kind != "text":
        offsets, data = np.empty(values + 1, np.int32), bytearray(len(body))
        used = _pages.texts(body, False, values, offsets, 0, data)
        words = pa.StringArray.from_buffers(values, pa.py_buffer(offsets), pa.py_buffer(data).slice(0, used))
        if not data.isascii():
            words.validate(full=True)
        return reading.table(words)
    if stored == "DOUBLE" and pa.types.is_float64(_plain(type)) and reading.fact.is_figure:
        encoded = reading.encode(pa.array(np.frombuffer(body, np.float64, values)))
        return None if encoded.faults else np.append(encoded.values, np.nan)
    return None


def _decompressed(body: Any, size: int, codec: str) -> Any:
    try:
        return pa.decompress(pa.py_buffer(body), size, codec={"LZ4": "lz4_raw"}.get(codec, codec.lower()))
    except BROKEN as error:
        raise _Long from error


def faults_between(long: Long, start: int, stop: int, rows: np.ndarray | None) -> tuple[Faults, ...]:
    """The faults of some rows of a column, of all from `start` to `stop` or of those `rows` among them."""
    some = [(faults.code, faults.rows[(faults.rows >= start) & (faults.rows < stop)]) for faults in long.encoded.faults]
    return tuple(Faults(code, these if rows is None else np.intersect1d(these, rows)) for code, these in some)
