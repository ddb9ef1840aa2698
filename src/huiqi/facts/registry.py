"""Open a registry and read it in blocks: encoded columns, with memory bounded by the block and not by the registry.

    registry, problems = open_registry(folder, schema, places)
    for block in registry.blocks([("listed", None), ("revenue", 2023)]):
        block.ids, block.columns["revenue", 2023]

The two tables are walked side by side, in the order of ids. A table that is not in that order is put into it, in memory.
"""

from __future__ import annotations

import bisect
import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from huiqi.facts.cells import Encoded, Reading, is_known, suits, unknown_values
from huiqi.facts.keys import NO_KEYS, STRETCH, TOLD, Keys, read_ids, read_keys
from huiqi.facts.ownership import STEM as OWNERSHIP
from huiqi.facts.provenance import FILE, About, Provenance, check_names, read_about
from huiqi.facts.schema import Fact, Schema
from huiqi.facts.table import ENDINGS, Table, open_table
from huiqi.facts.text_table import missing_column
from huiqi.vocabulary.place import Places
from huiqi.vocabulary.problem import FaultyInput, Problem, Where, did_you_mean, in_order
from huiqi.vocabulary.record import Words

Column = tuple[str, int | None]  #: a fact, and a calendar year unless it is a day fact


@dataclass(frozen=True)
class Block:
    """Some subjects in order of id, and their encoded values (cells.py)."""

    ids: pa.StringArray
    columns: dict[Column, np.ndarray]


@dataclass(frozen=True)
class Registry:
    """An opened registry; nothing but its keys is in memory."""

    folder: Path
    schema: Schema
    places: Places
    about: About
    _main: Table
    _yearly: Table | None
    _keys: Keys
    _readings: dict[str, Reading] = field(default_factory=dict, repr=False)

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
        return self._keys.count

    @cached_property
    def content_hash(self) -> str:
        """SHA-256 over the names and bytes of its files."""
        whole = hashlib.sha256()
        owners = [path for path in sorted(self.folder.glob(f"{OWNERSHIP}.*")) if path.suffix in ENDINGS]
        for path in sorted([self.folder / FILE, *owners, *(table.path for table in (self._main, self._yearly) if table)]):
            with path.open("rb") as file:
                whole.update(f"{path.name} {hashlib.file_digest(file, 'sha256').hexdigest()}\n".encode())
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
        years = np.unique(self._keys.year).tolist()
        if fact_id is None:
            return tuple(years)
        if not self.has(fact_id) or self.schema.facts[fact_id].period == "day":
            return ()
        columns = [(fact_id, year) for year in years]
        known = {column for block in self.blocks(columns, STRETCH) for column in columns if is_known(block.columns[column]).any()}
        return tuple(year for fact, year in columns if (fact, year) in known)

    @cached_property
    def first_years(self) -> np.ndarray:
        """The first calendar year of which each subject has a row, 0 where it has none; in the registry's order."""
        first = np.zeros(self.subjects, np.int16)
        owners, at = np.unique(self._keys.owner, return_index=True)
        if len(at):
            first[owners] = np.minimum.reduceat(self._keys.year, at)  # the years of a subject may stand in any order
        return first

    def stretches(self, size: int, only: object = None) -> list[Stretch]:
        return [Stretch(self, start, min(start + size, self.subjects)) for start in range(0, self.subjects, size)]

    def subject(self, id: str, columns: Iterable[Column]) -> Block | None:
        """The one row, or nothing if the registry does not know the subject."""
        at = self.position(id)
        return None if at is None else next(self.blocks(columns, 1, start=at, stop=at + 1))

    def position(self, id: str) -> int | None:
        """The place of a subject in the registry's order, or nothing if the registry does not know it."""
        stretch = bisect.bisect_right(self._keys.firsts, id) - 1
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
        """The subjects from `start` to `stop`, `size` at a time.

        Raises FaultyInput with up to 20 problems where a cell cannot be read or is not in the fact's range.
        """
        columns = list(dict.fromkeys(columns))
        for fact_id, year in columns:
            if (year is None) != (self.schema.facts[fact_id].period == "day"):
                raise ValueError(f"{fact_id} is a {self.schema.facts[fact_id].period} fact")
        stop = self.subjects if stop is None else min(stop, self.subjects)
        problems: list[Problem] = []
        main, yearly = self._cursors(columns, start, stop)
        for first in range(start, stop, size):
            last = min(first + size, stop)
            block = self._block(columns, main, yearly, first, last, problems)
            if not problems:
                yield block
            elif len(problems) >= TOLD:
                break
        if problems:
            raise FaultyInput(in_order(problems[:TOLD]))

    def _cursors(self, columns: list[Column], start: int, stop: int) -> tuple[_Cursor, _Cursor | None]:
        day = [fact for fact, year in columns if year is None and self.has(fact)]
        main = _Cursor(self._main, ["id", *day], start, stop)
        wanted = list(dict.fromkeys(fact for fact, year in columns if year is not None and self.has(fact)))
        if self._yearly is None or not wanted:
            return main, None
        low, high = np.searchsorted(self._keys.owner, np.array([start, stop], np.int32)).tolist()
        return main, _Cursor(self._yearly, wanted, low, high)

    def _block(self, columns: list[Column], main: _Cursor, yearly: _Cursor | None, first: int, last: int, problems: list[Problem]) -> Block:
        length = last - first
        parts = main.take(length)
        ids = pa.concat_arrays([read_ids(part.column("id")) for part in parts])
        values: dict[Column, np.ndarray] = {}
        for fact in main.facts:
            values[fact, None] = self._encode(parts, fact, self._main, first, problems)
        if yearly is not None:
            low, high = np.searchsorted(self._keys.owner, np.array([first, last], np.int32))
            years = self._keys.year[low:high]
            rows = {year: np.flatnonzero(years == year) for _, year in columns if year is not None}
            owner = self._keys.owner[low:high] - first
            parts = yearly.take(int(high - low))
            whole = {fact: self._encode(parts, fact, yearly.table, int(low), problems) for fact in yearly.facts} if parts else {}
            for fact, year in columns:
                if year is not None and fact in whole and len(rows[year]):
                    values[fact, year] = _spread(whole[fact], rows[year], owner, unknown_values(self.schema.facts[fact].kind, length))
        for column in columns:
            if column not in values:
                values[column] = unknown_values(self.schema.facts[column[0]].kind, length)
        return Block(ids, {column: values[column] for column in columns})

    def _encode(self, parts: list[pa.RecordBatch], fact: str, table: Table, position: int, problems: list[Problem]) -> np.ndarray:
        reading = self._reading(self.schema.facts[fact])
        found = []
        for part in parts:
            column = part.column(fact)
            encoded = reading.encode(column)
            if encoded.faults:
                problems += _told(encoded, reading, column, table, position, TOLD - len(problems))
            found.append(encoded.values)
            position += part.num_rows
        return found[0] if len(found) == 1 else np.concatenate(found)

    def _reading(self, fact: Fact) -> Reading:
        if fact.id not in self._readings:
            self._readings[fact.id] = Reading(fact, self.places)
        return self._readings[fact.id]


Possible = frozenset[str] | tuple[float, float]


@dataclass(frozen=True)
class Stretch:
    registry: Registry
    start: int
    stop: int
    ruled_out: bool = False

    def content_hash(self, columns: Iterable[Column]) -> str:
        whole = hashlib.sha256()
        found = next(self.registry.blocks(columns, self.stop - self.start, start=self.start, stop=self.stop))
        whole.update("\n".join(found.ids.to_pylist()).encode())
        for column in found.columns.values():
            whole.update(np.ascontiguousarray(column).tobytes())
        return whole.hexdigest()


def _spread(values: np.ndarray, rows: np.ndarray, owner: np.ndarray, onto: np.ndarray) -> np.ndarray:
    onto[owner[rows]] = values[rows]
    return onto


def _told(encoded: Encoded, reading: Reading, column: pa.Array, table: Table, position: int, most: int) -> list[Problem]:
    problems: list[Problem] = []
    for faults in encoded.faults:
        for row in faults.rows[: max(most - len(problems), 0)].tolist():
            batch = next(table.batches(["id"], 1, position + row, position + row + 1))
            id, value = read_ids(batch.column(0))[0].as_py(), str(column[row].as_py())
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
        names = [name for table in tables for name in table.types if name not in ("id", "year")]
        problems += check_names(about, [table.path.stem for table in tables], names)
    if problems or main is None or about is None:
        return None, problems
    if not keys:
        return Registry(folder, schema, places, about, main, yearly, NO_KEYS), []
    main, yearly, found, problems = read_keys(main, yearly)
    if found is None:
        return None, problems
    return Registry(folder, schema, places, about, main, yearly, found), []


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
