"""Open a registry and read it in blocks: encoded columns, with memory bounded by the block and not by the registry.

    registry, problems = open_registry(folder, schema, places)
    for block in registry.blocks([("listed", None), ("revenue", 2023)]):
        block.ids, block.columns["revenue", 2023]

Parquet tables in order of id are read a row group at a time, from anywhere and by several threads (row_groups.py). Others are walked side by
side in the order of ids; a table that is not in that order is put into it, in memory.
"""

from __future__ import annotations

import bisect
import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from itertools import pairwise
from pathlib import Path
from types import MappingProxyType

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from huiqi.facts.cells import NO_DATE, NONE, Encoded, Reading, dtype_of, is_known, suits, unknown_value, unknown_values
from huiqi.facts.keys import NO_KEYS, STRETCH, TOLD, Keys, read_ids, read_keys
from huiqi.facts.ownership import STEM as OWNERSHIP
from huiqi.facts.provenance import FILE, About, Provenance, check_names, read_about
from huiqi.facts.row_groups import GroupedTable, Layout, Odd, Reader, Spare, by_row_groups, faults_between, lay_out
from huiqi.facts.schema import Schema
from huiqi.facts.table import ENDINGS, Table, open_table
from huiqi.facts.text_table import missing_column
from huiqi.vocabulary.place import Places
from huiqi.vocabulary.problem import FaultyInput, Problem, Where, did_you_mean, in_order
from huiqi.vocabulary.record import Words

Column = tuple[str, int | None]  #: a fact, and a calendar year unless it is a day fact
#: Of a day fact the codes or places that can matter, or the least and the greatest value (cells.py).
Possible = frozenset[str] | tuple[float, float]


@dataclass(frozen=True)
class Block:
    """Some subjects in order of id, and their encoded values (cells.py); `first_years` as of the registry."""

    ids: pa.StringArray
    columns: dict[Column, np.ndarray]
    first_years: np.ndarray


@dataclass(frozen=True)
class Stretch:
    """The subjects from `start` to `stop`; `ruled_out` where the tables say, unread, that none of them can matter."""

    number: int
    start: int
    stop: int
    ruled_out: bool
    _registry: Registry = field(repr=False, compare=False)

    def content_hash(self, columns: Iterable[Column]) -> str:
        """SHA-256 over what the tables hold of these subjects in these columns, as it is stored; it follows changes of cells, not those of the
        schema, code lists or places. Where the tables are no row groups in order, it follows the whole registry."""
        return self._registry.hash_between(columns, self.start, self.stop)


@dataclass(frozen=True)
class Registry:
    """An opened registry; nothing but its layout, or its keys, is in memory."""

    folder: Path
    schema: Schema
    places: Places
    about: About
    _main: Table
    _yearly: Table | None
    _keys: Keys | None
    _layout: Layout | None
    _readings: dict[str, Reading] = field(default_factory=dict, repr=False)
    _spare: Spare = field(default_factory=Spare, repr=False, compare=False)

    @property
    def tables(self) -> tuple[Table, Table | None]:
        """The table of the subjects and that of their years."""
        return self._main, self._yearly

    @property
    def title(self) -> Words:
        return self.about.title

    @property
    def made_up(self) -> bool:
        return self.about.made_up

    @property
    def subjects(self) -> int:
        return self._layout.subjects if self._layout is not None else self._keyed.count

    @property
    def _keyed(self) -> Keys:
        assert self._keys is not None
        return self._keys

    @cached_property
    def content_hash(self) -> str:
        """SHA-256 over its files: over their names and all of their bytes, of tables read by row groups over the footer and the XXH3 (128 bits) of
        each row group. It tells what changed, not who forged."""
        whole = hashlib.sha256()
        owners = [path for path in sorted(self.folder.glob(f"{OWNERSHIP}.*")) if path.suffix in ENDINGS]
        tables = [table for table in (self._main, self._yearly) if table is not None]
        grouped = [found for found in map(by_row_groups, tables) if found is not None]
        others = [table.path for table in tables if table.path not in [found.table.path for found in grouped]]
        for path in sorted([self.folder / FILE, *owners, *others]):
            with path.open("rb") as file:
                whole.update(f"{path.name} {hashlib.file_digest(file, 'sha256').hexdigest()}\n".encode())
        for found in grouped:
            layout = self._layout or Layout(found, None, [], [], np.empty(0), np.empty(0))
            known = next((table for table in (layout.main, layout.yearly) if table is not None and table.table.path == found.table.path), found)
            with Reader(layout, self._readings) as reader:
                whole.update(f"{found.table.path.name} {reader.footer_hash(known)}\n".encode())
                for group in range(known.footer.num_row_groups):
                    whole.update(reader.digest(known, group, known.table.types))
        return whole.hexdigest()

    def stretches(self, size: int = 1 << 16, only: Mapping[str, Possible] = MappingProxyType({})) -> list[Stretch]:
        """All subjects in consecutive stretches: whole row groups of the main table, small ones joined to at most `size` subjects.

        A subject matters only if each of the day facts `only` can be one of the given codes or places, or lie between the given ends. A stretch
        is ruled out where the row groups' statistics or dictionaries exclude it for every row; an empty cell and `none` exclude nothing.
        """
        layout = self._layout
        if layout is None:
            ends = [*range(0, self.subjects, size), self.subjects]
            return [Stretch(n, start, stop, False, self) for n, (start, stop) in enumerate(pairwise(ends))]
        starts = layout.main.starts.tolist()
        found: list[Stretch] = []
        with Reader(layout, self._readings) as reader:
            begin = 0
            for group, stop in enumerate(starts[1:]):
                following = starts[min(group + 2, len(starts) - 1)]
                if stop == starts[-1] or following - starts[begin] > size:
                    if stop > starts[begin]:
                        out = all(self._excluded(reader, one, only) for one in range(begin, group + 1) if starts[one] < starts[one + 1])
                        found.append(Stretch(len(found), starts[begin], stop, out, self))
                    begin = group + 1
        return found

    def _excluded(self, reader: Reader, group: int, only: Mapping[str, Possible]) -> bool:
        for fact, possible in only.items():
            if self.schema.facts[fact].period != "day":
                raise ValueError(f"{fact} is a year fact")
            if self.has(fact) and self._none_can_be(reader, group, fact, possible):
                return True
        return False

    def _none_can_be(self, reader: Reader, group: int, fact: str, possible: Possible) -> bool:
        grouped, reading = reader.layout.main, self._reading(fact)
        if grouped.ends(group, fact) is None:
            return False
        if not isinstance(possible, frozenset) and (ends := reader.ends(group, fact)) is not None:
            if ends[1] >= possible[0] and ends[0] <= possible[1]:
                return False
            if not (grouped.table.nan_is_unknown and reading.fact.is_figure):
                return True
        values = reader.values(group, fact)  # the footer does not say which words there are, nor whether there is a NaN
        if values is None or not len(values) or not is_known(values).all() or np.isin(values, (NONE, NO_DATE)).any():
            return False
        if isinstance(possible, frozenset):
            return not np.isin(values, list(reading.indices(possible))).any()
        return bool(values.max() < possible[0] or values.min() > possible[1])

    def hash_between(self, columns: Iterable[Column], start: int, stop: int) -> str:
        """The content hash of a stretch."""
        layout = self._layout
        if layout is None:
            return hashlib.sha256(f"{self.content_hash} {start} {stop}".encode()).hexdigest()
        whole = hashlib.sha256()
        columns = [column for column in dict.fromkeys(columns) if self.has(column[0])]
        day = sorted(fact for fact, year in columns if year is None)
        with Reader(layout, self._readings) as reader:
            for group in layout.groups(start, stop):
                whole.update(f"{max(start, layout.main.starts[group])} {min(stop, layout.main.starts[group + 1])}\n".encode())
                whole.update(reader.digest(layout.main, group, ["id", *day]))
                for other in layout.over[group]:
                    assert layout.yearly is not None
                    facts = sorted({fact for fact, year in columns if year is not None and layout.year[other] in (0, year)})
                    whole.update(reader.digest(layout.yearly, other, ["id", "year", *facts]))
        return whole.hexdigest()

    def has(self, fact_id: str) -> bool:
        """Whether the registry has the fact's column."""
        return fact_id in self._table_columns

    @cached_property
    def _table_columns(self) -> dict[str, Table]:
        tables = [table for table in (self._main, self._yearly) if table is not None]
        return {name: table for table in tables for name in table.types if name not in ("id", "year")}

    def provenance(self, fact_id: str) -> Provenance:
        """Where the column comes from; KeyError for one that the registry has not."""
        return self.about.provenance(self._table_columns[fact_id].path.stem, fact_id)

    def years(self, fact_id: str | None = None) -> tuple[int, ...]:
        """The calendar years of the year table; with a fact, those for which it is known of somebody (one pass over its column)."""
        years = self._years
        if fact_id is None:
            return tuple(years)
        if not self.has(fact_id) or self.schema.facts[fact_id].period == "day":
            return ()
        columns = [(fact_id, year) for year in years]
        known = {column for block in self.blocks(columns, STRETCH) for column in columns if is_known(block.columns[column]).any()}
        return tuple(year for fact, year in columns if (fact, year) in known)

    @cached_property
    def _years(self) -> list[int]:
        if self._layout is None:
            return np.unique(self._keyed.year).tolist()
        found = set(self._layout.year.tolist())
        if 0 in found:
            with Reader(self._layout, self._readings) as reader:
                for group in np.flatnonzero(self._layout.year == 0).tolist():
                    found.update(np.unique(reader.years(group)[0]).tolist())
        return sorted(found - {0})

    @cached_property
    def first_years(self) -> np.ndarray:
        """The first calendar year of which each subject has a row, 0 where it has none; in the registry's order."""
        if self._layout is not None:
            return np.concatenate([np.zeros(0, np.int16), *(block.first_years for block in self.blocks([], STRETCH))])
        first = np.zeros(self.subjects, np.int16)
        owners, at = np.unique(self._keyed.owner, return_index=True)
        if len(at):
            first[owners] = np.minimum.reduceat(self._keyed.year, at)  # the years of a subject may stand in any order
        return first

    def subject(self, id: str, columns: Iterable[Column]) -> Block | None:
        """The one row, or nothing if the registry does not know the subject."""
        at = self.position(id)
        return None if at is None else next(self.blocks(columns, 1, start=at, stop=at + 1))

    def position(self, id: str) -> int | None:
        """The place of a subject in the registry's order, or nothing if the registry does not know it."""
        if self._layout is not None:
            return self._layout.position(id)
        stretch = bisect.bisect_right(self._keyed.firsts, id) - 1
        if stretch < 0:
            return None
        start = stretch * STRETCH
        for batch in self._main.batches(["id"], STRETCH, start, min(start + STRETCH, self.subjects)):
            found = pc.index(read_ids(batch.column(0)), id).as_py()
            if found >= 0:
                return int(start + found)
            start += batch.num_rows
        return None

    def blocks(self, columns: Iterable[Column], size: int = 16_384, *, start: int = 0, stop: int | None = None) -> Iterator[Block]:
        """The subjects from `start` to `stop`, `size` at a time; several threads may read at once.

        Raises FaultyInput with up to 20 problems where a cell cannot be read or is not in the fact's range.
        """
        columns = list(dict.fromkeys(columns))
        for fact_id, year in columns:
            if (year is None) != (self.schema.facts[fact_id].period == "day"):
                raise ValueError(f"{fact_id} is a {self.schema.facts[fact_id].period} fact")
        stop = self.subjects if stop is None else min(stop, self.subjects)
        problems: list[Problem] = []
        parts = self._walked(columns, size, start, stop, problems) if self._layout is None else self._grouped(columns, size, start, stop, problems)
        for block in parts:
            if not problems:
                yield block
            elif len(problems) >= TOLD:
                break
        if problems:
            raise FaultyInput(in_order(problems[:TOLD]))

    def _grouped(self, columns: list[Column], size: int, start: int, stop: int, problems: list[Problem]) -> Iterator[Block]:
        """By row groups."""
        layout = self._layout
        assert layout is not None
        for fact, _ in columns:
            self._reading(fact)
        with Reader(layout, self._readings, self._spare) as reader:
            groups = range(0)
            for first in range(start, stop, size):
                last = min(first + size, stop)
                if layout.groups(first, last) != groups:
                    groups = layout.groups(first, last)
                    reader.forget_all_but(groups)
                yield self._block_of(reader, groups, columns, first, last, problems)

    def _block_of(self, reader: Reader, groups: range, columns: list[Column], first: int, last: int, problems: list[Problem]) -> Block:
        layout = reader.layout
        ids, years = [], np.zeros(last - first, np.int16)
        values = {(fact, year): self._spare.take(last - first, dtype_of(self.schema.facts[fact].kind)) for fact, year in columns}
        for column in columns:
            if not self.has(column[0]):
                values[column][:] = unknown_value(self.schema.facts[column[0]].kind)
        for group in groups:
            begin = int(layout.main.starts[group])
            start, stop = max(first - begin, 0), min(last, int(layout.main.starts[group + 1])) - begin
            here = slice(begin + start - first, begin + stop - first)
            ids.append(reader.main_ids(group).slice(start, stop - start))
            for (fact, year), out in values.items():
                if year is None and self.has(fact):
                    odd = reader.fill(layout.main, group, fact, start, stop, out[here])
                    if odd is not None:
                        self._tell(odd, fact, layout.main, group, start, stop, problems)
            self._fill_years(reader, group, start, stop, {column: out[here] for column, out in values.items() if column[1] is not None}, problems)
            reader.first_years(group, start, stop, years[here])
        return Block(ids[0] if len(ids) == 1 else pa.concat_arrays(ids), values, years)

    def _fill_years(self, reader: Reader, group: int, start: int, stop: int, columns: dict[Column, np.ndarray], problems: list[Problem]) -> None:
        layout, filled = reader.layout, set[Column]()
        columns = {column: out for column, out in columns.items() if self.has(column[0])}
        keep = start > 0 or stop < layout.main.starts[group + 1] - layout.main.starts[group]  # it is looked at again
        for other in layout.over[group] if columns else []:
            assert layout.yearly is not None
            if layout.same[other]:
                for (fact, year), out in columns.items():
                    if year == layout.year[other]:
                        filled.add((fact, year))
                        if (odd := reader.fill(layout.yearly, other, fact, start, stop, out)) is not None:
                            self._tell(odd, fact, layout.yearly, other, start, stop, problems)
                continue
            if layout.year[other] and all(year != layout.year[other] for _, year in columns):
                continue
            for fact in dict.fromkeys(fact for fact, _ in columns):
                by_year = {year: out for (of, year), out in columns.items() if of == fact and year is not None and layout.year[other] in (0, year)}
                fresh = {year for year in by_year if (fact, year) not in filled}
                filled.update((fact, year) for year in by_year)
                if (odd := reader.spread(group, other, fact, start, by_year, fresh, keep)) is not None:
                    owner, years = reader.rows(group, other)
                    rows = np.flatnonzero(np.isin(years, list(by_year)) & (owner >= start) & (owner < stop))
                    self._tell(odd, fact, layout.yearly, other, 0, len(owner), problems, rows)
        for column in columns.keys() - filled:
            columns[column][:] = unknown_value(self.schema.facts[column[0]].kind)

    def _tell(
        self, odd: Odd, fact: str, grouped: GroupedTable, group: int, start: int, stop: int, problems: list[Problem], rows: np.ndarray | None = None
    ) -> None:
        encoded = Encoded(odd.encoded.values, faults_between(odd, start, stop, rows))
        problems += _told(encoded, self._reading(fact), odd.column, grouped.table, int(grouped.starts[group]), TOLD - len(problems))

    def _walked(self, columns: list[Column], size: int, start: int, stop: int, problems: list[Problem]) -> Iterator[Block]:
        """Both tables side by side."""
        main, yearly = self._cursors(columns, start, stop)
        for first in range(start, stop, size):
            yield self._block(columns, main, yearly, first, min(first + size, stop), problems)

    def _cursors(self, columns: list[Column], start: int, stop: int) -> tuple[_Cursor, _Cursor | None]:
        day = [fact for fact, year in columns if year is None and self.has(fact)]
        main = _Cursor(self._main, ["id", *day], start, stop)
        wanted = list(dict.fromkeys(fact for fact, year in columns if year is not None and self.has(fact)))
        if self._yearly is None or not wanted:
            return main, None
        low, high = np.searchsorted(self._keyed.owner, np.array([start, stop], np.int32)).tolist()
        return main, _Cursor(self._yearly, wanted, low, high)

    def _block(self, columns: list[Column], main: _Cursor, yearly: _Cursor | None, first: int, last: int, problems: list[Problem]) -> Block:
        length = last - first
        parts = main.take(length)
        ids = pa.concat_arrays([read_ids(part.column("id")) for part in parts])
        values: dict[Column, np.ndarray] = {}
        for fact in main.facts:
            values[fact, None] = self._encode(parts, fact, self._main, first, problems)
        if yearly is not None:
            low, high = np.searchsorted(self._keyed.owner, np.array([first, last], np.int32))
            years = self._keyed.year[low:high]
            rows = {year: np.flatnonzero(years == year) for _, year in columns if year is not None}
            owner = self._keyed.owner[low:high] - first
            parts = yearly.take(int(high - low))
            whole = {fact: self._encode(parts, fact, yearly.table, int(low), problems) for fact in yearly.facts} if parts else {}
            for fact, year in columns:
                if year is not None and fact in whole and len(rows[year]):
                    values[fact, year] = _spread(whole[fact], rows[year], owner, unknown_values(self.schema.facts[fact].kind, length))
        for column in columns:
            if column not in values:
                values[column] = unknown_values(self.schema.facts[column[0]].kind, length)
        return Block(ids, {column: values[column] for column in columns}, self.first_years[first:last])

    def _encode(self, parts: list[pa.RecordBatch], fact: str, table: Table, position: int, problems: list[Problem]) -> np.ndarray:
        reading = self._reading(fact)
        found = []
        for part in parts:
            column = part.column(fact)
            encoded = reading.encode(column)
            if encoded.faults:
                problems += _told(encoded, reading, column, table, position, TOLD - len(problems))
            found.append(encoded.values)
            position += part.num_rows
        return found[0] if len(found) == 1 else np.concatenate(found)

    def _reading(self, fact: str) -> Reading:
        if fact not in self._readings:
            self._readings[fact] = Reading(self.schema.facts[fact], self.places)
        return self._readings[fact]


def _spread(values: np.ndarray, rows: np.ndarray, owner: np.ndarray, onto: np.ndarray) -> np.ndarray:
    onto[owner[rows]] = values[rows]
    return onto


def _written(cell: pa.Scalar) -> str:
    try:
        return str(cell.as_py())
    except (OverflowError, ValueError):  # a date that Python does not know: its number of days
        return str(cell.value)


def _told(encoded: Encoded, reading: Reading, column: pa.Array, table: Table, position: int, most: int) -> list[Problem]:
    problems: list[Problem] = []
    for faults in encoded.faults:
        for row in faults.rows[: max(most - len(problems), 0)].tolist():
            batch = next(table.batches(["id"], 1, position + row, position + row + 1))
            id, value = read_ids(batch.column(0))[0].as_py(), _written(column[row])
            message = f"{reading.fact.id} of {id}: {reading.fault(faults.code, value).en}"
            problems.append(Problem(faults.code, message, table.place(position + row), reading.remedy(faults.code, value)))
    return problems


class _Cursor:
    """The rows of a table from one position on, taken as many at a time as a block needs."""

    def __init__(self, table: Table, columns: list[str], start: int, stop: int):
        self.table = table
        self.facts = [name for name in columns if name != "id"]
        self._batches = table.batches(columns, STRETCH // 4, start, stop)
        self._rest: pa.RecordBatch | None = None

    def take(self, rows: int) -> list[pa.RecordBatch]:
        """The next rows, in one or several batches."""
        taken = []
        while rows > 0:
            batch = self._rest if self._rest is not None else next(self._batches, None)
            if batch is None:
                message = "the table has fewer rows than when it was opened"
                raise FaultyInput([Problem("registry.changed", message, Where(self.table.name), "open the registry again")])
            taken.append(batch.slice(0, rows))
            self._rest = batch.slice(rows) if batch.num_rows > rows else None
            rows -= taken[-1].num_rows
        return taken


def open_registry(folder: Path, schema: Schema, places: Places, *, keys: bool = True) -> tuple[Registry | None, list[Problem]]:
    """A registry, or every problem with its files, columns and keys; cells are read by `blocks`.

    Without `keys` no row is read, and the registry is none to read blocks of: who reads its tables by other means sees to the keys.
    """
    if not folder.is_dir():
        return None, [Problem("registry.no-folder", f"there is no registry {folder}", Where(folder.name))]
    about, problems = read_about(folder)
    main, faults = open_table(folder, schema.subject)
    if main is None and not faults:
        message = f"{folder.name} has neither {schema.subject}.parquet nor {schema.subject}.csv"
        faults = [Problem("registry.no-table", message, Where(folder.name), "it has a row for every subject: id and day facts")]
    yearly, more = open_table(folder, f"{schema.subject}_year")
    problems += faults + more
    tables = [table for table in (main, yearly) if table is not None]
    for table in tables:
        problems += _check_columns(table, schema, yearly=table is yearly)
    if about is not None:
        every = [*tables, *_beside(folder, tables)]
        names = [name for table in every for name in table.types if name not in ("id", "year")]
        problems += check_names(about, [table.path.stem for table in every], names)
    if problems or main is None or about is None:
        return None, problems
    if not keys:
        return Registry(folder, schema, places, about, main, yearly, NO_KEYS, None), []
    layout = lay_out(main, yearly)
    if layout is not None:
        return Registry(folder, schema, places, about, main, yearly, None, layout), []
    main, yearly, found, problems = read_keys(main, yearly)
    if found is None:
        return None, problems
    return Registry(folder, schema, places, about, main, yearly, found, None), []


def _beside(folder: Path, tables: list[Table]) -> list[Table]:
    """The folder's further tables, of other subjects or of who holds whom: registry.yaml may speak of them too."""
    stems = {path.stem for path in folder.iterdir() if path.suffix in ENDINGS} - {table.path.stem for table in tables}
    return [table for table, _ in (open_table(folder, stem) for stem in sorted(stems)) if table is not None]


def _check_columns(table: Table, schema: Schema, yearly: bool) -> list[Problem]:
    """Columns that are facts of the table's period and of a type that can hold them."""
    keys = ("id", "year") if yearly else ("id",)
    line = 0 if table.text is None else 1
    where = Where(table.name, line)
    problems = [missing_column(key, tuple(table.types), where) for key in keys if key not in table.types]
    for name, type in table.types.items():
        if name in keys:
            if not suits(type, "text") and not (name == "year" and suits(type, "number")):
                problems.append(Problem("registry.column-type", f"{name} cannot be a column of {type}", where, "write it as text or whole numbers"))
        elif name not in schema.facts:
            known = schema.names.get(name)
            hint = f"write {known}" if known else did_you_mean(name, schema.facts)
            message = f"{name or 'a column without name'} is not a fact of the {schema.subject}"
            problems.append(Problem("registry.unknown-column", message, where, hint))
        elif (schema.facts[name].period == "year") != yearly:
            right = schema.subject if yearly else f"{schema.subject}_year"
            problems.append(Problem("registry.period", f"{name} is a {schema.facts[name].period} fact", where, f"it belongs into the table {right}"))
        elif not suits(type, schema.facts[name].kind):
            message = f"{name} is a {schema.facts[name].kind} and cannot be a column of {type}"
            problems.append(Problem("registry.column-type", message, where, "write it as text if nothing else fits"))
    return problems
