"""Row groups of a registry's Parquet tables that follow each other in order of id: read from anywhere, a row group at a time, by several threads.

A **layout** says which row groups of the year table belong to which of the main table, and that all keys are as they should be. A row group of the
year table that holds one year of exactly the subjects of a row group of the main table, as huiqi writes them, is as good as columns of that one:
no ids are compared beyond the first time, and years that nobody asks for are not read.
"""

from __future__ import annotations

import bisect
import hashlib
import sys
from collections import deque
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import xxhash

from huiqi.facts.cells import Encoded, Faults, Reading, dtype_of, unknown_value
from huiqi.facts.keys import read_ids, read_years
from huiqi.facts.parquet_table import BROKEN, nan_as_empty, parquet_problem
from huiqi.facts.table import Table
from huiqi.vocabulary.problem import FaultyInput, Problem, Where

LARGEST = 1 << 18  #: rows of a row group that is still read whole
_IDS, _ROWS = "ids", "rows"  # what is kept beside columns; no table has such a name, for that has an ending
_LAST_YEAR = 9_999


class Chunk(NamedTuple):
    """Where one column of one row group is stored, and all that its bytes do not say themselves."""

    at: int
    length: int
    form: str


@dataclass(frozen=True)
class GroupedTable:
    """A Parquet table and its footer."""

    table: Table
    footer: pq.FileMetaData
    size: int
    _digests: dict[tuple[int, str], bytes] = field(default_factory=dict, repr=False, compare=False)

    @cached_property
    def starts(self) -> np.ndarray:
        """The first row of every row group, and the number of rows."""
        return np.cumsum([0, *(self.footer.row_group(n).num_rows for n in range(self.footer.num_row_groups))])

    @cached_property
    def _columns(self) -> dict[str, int]:
        found = [self.footer.schema.column(n) for n in range(self.footer.num_columns)]
        return {column.path: n for n, column in enumerate(found) if not column.max_repetition_level}

    def chunk(self, group: int, name: str) -> Chunk:
        """The chunk of a column."""
        number = self._columns[name]
        found, column = self.footer.row_group(group).column(number), self.footer.schema.column(number)
        at = min((place for place in (found.dictionary_page_offset, found.data_page_offset) if place), default=0)
        length = found.total_compressed_size
        if found.num_values and not 0 < at <= at + length <= self.size:
            raise FaultyInput([parquet_problem(self.table.name, OSError("a column ends beyond the file"))])
        type = f"{self.table.types[name]} {found.physical_type} {column.max_definition_level} {self.table.nan_is_unknown}"
        return Chunk(at, length, f"{found.num_values} {found.compression} {type}")

    def ends(self, group: int, name: str) -> tuple[Any, Any] | None:
        """The least and the greatest cell of a column, by the footer; nothing if that does not say so or a cell is empty."""
        found = self.footer.row_group(group).column(self._columns[name]).statistics
        if found is None or not found.has_min_max or not found.has_null_count or found.null_count:
            return None
        try:
            return found.min, found.max
        except (ValueError, OverflowError):  # no text, or no day
            return None


def by_row_groups(table: Table) -> GroupedTable | None:
    """The table as row groups, in whatever order; nothing for one that is not read like that."""
    return _grouped(replace(table, order=None))


def _grouped(table: Table) -> GroupedTable | None:
    if table.text is not None or table.order is not None or not pa.types.is_string(_plain(table.types["id"])):
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
    form, stored = layout.main.chunk(group, "id").form, bytes(reader.stored(layout.main, group, "id"))
    found, mine, once = [], [], True  # `once`: no subject stands twice in a row group
    for other in layout.over[group]:
        if layout.year[other] and yearly.chunk(other, "id").form == form and bytes(reader.stored(yearly, other, "id")) == stored:
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
    before, after = ids.slice(0, max(len(ids) - 1, 0)), ids.slice(1)
    if (len(ids) and ids[0].as_py() == "") or pc.any(pc.less(after, before)).as_py():
        return 0
    return 1 if pc.any(pc.equal(after, before)).as_py() else 2


def owners(ids: pa.StringArray, rows: pa.StringArray) -> np.ndarray:
    """For every row which of the ids is its own, -1 for none; both in order."""
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


class Odd(NamedTuple):
    """A column of a row group, its values, and why some of its cells cannot stand."""

    column: pa.Array
    encoded: Encoded


@dataclass
class Reader:
    """Open files of a layout, for one thread. What it has read it keeps until it is told to `forget`; `ids` and `stored` keep nothing."""

    layout: Layout
    readings: dict[str, Reading]
    spare: Spare = field(default_factory=Spare)
    _files: dict[str, pa.NativeFile] = field(default_factory=dict)
    _opened: dict[str, pq.ParquetFile] = field(default_factory=dict)
    _room: bytearray = field(default_factory=bytearray)
    _kept: dict[tuple[str, int, str], Any] = field(default_factory=dict)

    def __enter__(self) -> Reader:
        return self

    def __exit__(self, *_: object) -> None:
        for file in self._files.values():
            file.close()
        self._files.clear()
        self._opened.clear()

    def _file(self, grouped: GroupedTable) -> pa.NativeFile:
        table = grouped.table
        if table.name not in self._files:
            try:
                self._files[table.name] = pa.OSFile(str(table.path))
            except BROKEN as error:
                raise FaultyInput([parquet_problem(table.name, error)]) from error
            if self._files[table.name].size() != grouped.size:
                raise FaultyInput(
                    [Problem("registry.changed", "the table is not the one that was opened", Where(table.name), "open the registry again")]
                )
        return self._files[table.name]

    def forget_all_but(self, groups: range) -> None:
        """Drop what was kept of row groups of the main table other than these, and of those of the year table that are not over these."""
        layout = self.layout
        over = {other for group in groups for other in layout.over[group]}
        main = layout.main.table.name
        for key in [key for key in self._kept if (key[1] not in groups if key[0] in (main, _IDS, _ROWS) else key[1] not in over)]:
            del self._kept[key]

    def stored(self, grouped: GroupedTable, group: int, name: str) -> memoryview:
        """A chunk as it is stored; good until the next one."""
        chunk, file = grouped.chunk(group, name), self._file(grouped)
        if len(self._room) < chunk.length:
            self._room = bytearray(2 * chunk.length)
        found = memoryview(self._room)[: chunk.length]
        file.seek(chunk.at)
        if file.readinto(found) != chunk.length:
            raise FaultyInput([parquet_problem(grouped.table.name, OSError("it ends too early"))])
        return found

    def ids(self, grouped: GroupedTable, group: int) -> pa.StringArray:
        """The ids of a row group; FaultyInput if they are not text."""
        return read_ids(self._column(grouped, group, "id"))

    def years(self, group: int) -> tuple[np.ndarray, np.ndarray]:
        """The calendar years of a row group of the year table, and which cells are none."""
        assert self.layout.yearly is not None
        if year := self.layout.year[group]:
            rows = int(np.diff(self.layout.yearly.starts)[group])
            return np.full(rows, year, np.int16), np.zeros(rows, bool)
        return read_years(self._column(self.layout.yearly, group, "year"))

    def rows(self, group: int, other: int) -> tuple[np.ndarray, np.ndarray]:
        """For every row of a row group of the year table: which subject of a row group of the main table it is about, and the year."""
        assert self.layout.yearly is not None
        key = (_ROWS, group, str(other))
        if key not in self._kept:
            ids, those = self.main_ids(group), self.ids(self.layout.yearly, other)
            self._kept[key] = owners(ids, those), self.years(other)[0]
        return self._kept[key]

    def _places(self, group: int, other: int, year: int, start: int, stop: int) -> tuple[np.ndarray | slice, np.ndarray]:
        """Which rows of a row group of the year table are of a year and of the subjects from `start` to `stop`, and where these stand."""
        key = (_ROWS, group, f"{other} {year}")
        if (found := self._kept.get(key)) is None or found[0] != (start, stop):
            owner, years = self.rows(group, other)
            those = (years == year) & (owner >= start) & (owner < stop)
            rows = slice(None) if those.all() else np.flatnonzero(those)
            found = self._kept[key] = (start, stop), rows, owner[rows].astype(np.intp) - start
        return found[1:]

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

    def spread(self, group: int, other: int, name: str, start: int, by_year: dict[int, np.ndarray], fresh: set[int], keep: bool) -> Odd | None:
        """The rows that a row group of the year table has of subjects of a row group of the main table, from the subject `start` on: a column, each
        year into its own array; of the years that are `fresh` all others become unknown. The whole column if some of its cells cannot stand."""
        grouped = self.layout.yearly
        assert grouped is not None
        values, odd = self._whole(grouped, other, name, keep)
        for year, out in by_year.items():
            rows, at = self._places(group, other, year, start, start + len(out))
            if year in fresh:
                out[:] = unknown_value(self.readings[name].fact.kind)
            out[at] = values[rows]
        return odd

    def fill(self, grouped: GroupedTable, group: int, name: str, start: int, stop: int, out: np.ndarray) -> Odd | None:
        """Some rows of a column of a row group; the whole column if some of its cells cannot stand."""
        if (start, stop) == (0, grouped.starts[group + 1] - grouped.starts[group]):
            return self._read(grouped, group, name, out)
        values, odd = self._whole(grouped, group, name, keep=True)
        out[:] = values[start:stop]
        return odd

    def _whole(self, grouped: GroupedTable, group: int, name: str, keep: bool) -> tuple[np.ndarray, Odd | None]:
        """A column of a row group."""
        key = (grouped.table.name, group, name)
        found = self._kept.get(key)
        if found is None:
            values = self.spare.take(int(grouped.starts[group + 1] - grouped.starts[group]), dtype_of(self.readings[name].fact.kind))
            found = values, self._read(grouped, group, name, values)
            if keep:
                self._kept[key] = found
        return found

    def _read(self, grouped: GroupedTable, group: int, name: str, out: np.ndarray) -> Odd | None:
        reading, column = self.readings[name], self._column(grouped, group, name)
        if reading.plainly(column, out, grouped.table.nan_is_unknown):
            return None
        if grouped.table.nan_is_unknown:
            column = nan_as_empty(column)
        encoded = reading.encode(column)
        out[:] = encoded.values
        return Odd(column, encoded) if encoded.faults else None

    def _column(self, grouped: GroupedTable, group: int, name: str) -> pa.Array:
        """A column of a row group as it stands in the table."""
        table = grouped.table
        try:
            if table.name not in self._opened:
                words = [name for name, type in table.types.items() if name not in ("id", "year") and pa.types.is_string(type)]
                self._opened[table.name] = pq.ParquetFile(self._file(grouped), metadata=grouped.footer, read_dictionary=words)
            parts = self._opened[table.name].read_row_group(group, columns=[name], use_threads=False).column(0)
            column = parts.chunk(0) if parts.num_chunks == 1 else parts.unify_dictionaries().combine_chunks()
            if len(column) != grouped.starts[group + 1] - grouped.starts[group]:
                raise OSError("a column has fewer rows than the table")
            text = column.dictionary if isinstance(column, pa.DictionaryArray) else column
            if not pa.types.is_primitive(text.type):
                text.validate(full=True)  # what is not UTF-8 would be found much later
            return column
        except BROKEN as error:
            raise FaultyInput([parquet_problem(table.name, error)]) from error

    # What is in a row group, without reading it

    def digest(self, grouped: GroupedTable, group: int, names: Iterable[str]) -> bytes:
        """XXH3 (128 bits) over what the footer says of the chunks of some columns and the XXH3 of each as it is stored, which is remembered."""
        whole = xxhash.xxh3_128()
        for name in names:
            if (group, name) not in grouped._digests:
                said = f"{name} {grouped.chunk(group, name).form}\n".encode()
                grouped._digests[group, name] = said + xxhash.xxh3_128_digest(self.stored(grouped, group, name))
            whole.update(grouped._digests[group, name])
        return whole.digest()

    def footer_hash(self, grouped: GroupedTable) -> str:
        """SHA-256 over the footer of a table."""
        file = self._file(grouped)
        length = int.from_bytes(file.read_at(4, grouped.size - 8), "little")
        return hashlib.sha256(file.read_at(length, grouped.size - 8 - length)).hexdigest()

    def ends(self, group: int, name: str) -> np.ndarray | None:
        """The least and the greatest figure or day of a column of the main table, by the footer; nothing if it does not say so, or a
        cell is empty."""
        grouped, reading = self.layout.main, self.readings[name]
        type, ends = _plain(grouped.table.types[name]), grouped.ends(group, name)
        if ends is None or pa.types.is_string(type) or not (reading.fact.is_figure or reading.fact.kind == "date"):
            return None
        try:
            encoded = reading.encode(pa.array(list(ends), type))
        except (*BROKEN, ValueError, OverflowError):
            return None
        return None if encoded.faults else encoded.values

    def values(self, group: int, name: str) -> np.ndarray | None:
        """A column of a row group of the main table; nothing if some of its cells cannot stand."""
        try:
            values, odd = self._whole(self.layout.main, group, name, keep=False)
        except FaultyInput:
            return None
        return None if odd is not None else values


def faults_between(odd: Odd, start: int, stop: int, rows: np.ndarray | None) -> tuple[Faults, ...]:
    """The faults of some rows of a column, of all from `start` to `stop` or of those `rows` among them."""
    some = [(faults.code, faults.rows[(faults.rows >= start) & (faults.rows < stop)]) for faults in odd.encoded.faults]
    return tuple(Faults(code, these if rows is None else np.intersect1d(these, rows)) for code, these in some)
