"""How somebody's tables become a registry: the map file, column by column, checked before anything is read."""

from __future__ import annotations

import datetime
import re
import unicodedata
from codecs import lookup
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import Any, Literal

import numpy as np
from pydantic import Field

from huiqi.facts.cells import Reading, read_day
from huiqi.facts.provenance import Override, Provenance
from huiqi.facts.schema import Fact, Schema
from huiqi.vocabulary.place import Places
from huiqi.vocabulary.problem import Problem, Where, did_you_mean
from huiqi.vocabulary.record import Anything, Date, Line, Record, TrueOrFalse, Words, build
from huiqi.vocabulary.source import Text, read_yaml, where_of
from huiqi.vocabulary.unit import SCALES, UNITS, Unit

Duplicates = Literal["reject", "first", "last", "same"]
_SEPARATORS = {"auto": "auto", "tab": "\t", "space": " "}
_SHARES = {"%": Unit((), Fraction(1, 100)), "‰": Unit((), Fraction(1, 1000))}


class ColumnRecord(Record):
    """What a column of the source holds."""

    fact: Line
    unit: Line | None = None
    codes: dict[Line, Line] = {}
    date: Anything = Field(default=None, description="one format or several, as %Y%m%d; excel for Excel's day numbers")
    unknown: list[Line] = []
    none: list[Line] = []


class IdRecord(Record):
    """The column that names the subject."""

    column: Line
    prefix: Line = Text("", Where(""))
    pad: Line | None = None
    credit_code: TrueOrFalse = "false"


class YearRecord(Record):
    """The column that holds the year."""

    column: Line
    format: Line | None = None


class TableRecord(Override):
    """One kind of table: the files that have it, and its columns."""

    files: Anything = Field(default="*", description="a name or pattern of the given files, or a list of them")
    encoding: Line = Text("auto", Where(""))
    separator: Line = Text("auto", Where(""))
    sheet: Line | None = None
    header_row: Line = Text("1", Where(""))
    year: Anything = Field(default=None, description="a calendar year, or {column, format}; left out: day facts")
    id: IdRecord
    columns: dict[Line, ColumnRecord] = {}
    ignore: list[Line] = []
    unknown: list[Line] = []
    defaults: dict[Line, Line] = {}
    duplicates: Duplicates = "reject"


class MapRecord(Record):
    """A map file."""

    title: Words
    made_up: TrueOrFalse
    source: Words
    observed_on: Date
    recorded_on: Date
    verified: TrueOrFalse
    tables: list[TableRecord]


@dataclass(frozen=True)
class IdColumn:
    """How an id is made of a column's text."""

    column: str
    prefix: str = ""
    pad: int = 0
    credit_code: bool = False


@dataclass(frozen=True)
class YearColumn:
    """How a year is read from a column."""

    column: str
    format: str | None = None


@dataclass(frozen=True)
class TableMap:
    """A table of the map with everything looked up."""

    where: Where
    files: tuple[str, ...]
    encoding: str
    separator: str
    sheet: str | None
    header_row: int
    year: int | YearColumn | None
    id: IdColumn
    columns: Mapping[str, Reading]
    columns_where: Mapping[str, Where]
    ignore: frozenset[str]
    defaults: Mapping[str, np.ndarray]  # encoded, of length 1
    duplicates: Duplicates

    @property
    def yearly(self) -> bool:
        return self.year is not None

    @property
    def facts(self) -> list[str]:
        return [reading.fact.id for reading in self.columns.values()] + list(self.defaults)


@dataclass(frozen=True)
class Map:
    """A map file, ready to be applied."""

    title: Words
    made_up: bool
    provenance: Provenance
    tables: tuple[TableMap, ...]
    columns: Mapping[str, Provenance] = field(default_factory=dict)  # facts whose table has its own provenance


def read_map(path: Path, schema: Schema, places: Places) -> tuple[Map | None, list[Problem]]:
    """A map, or every problem of its text."""
    node, problems = read_yaml(path, path.name)
    if node is None:
        return None, problems
    record, faults = build(MapRecord, node, Where(path.name))
    problems += faults
    if record is None:
        return None, problems
    general = Provenance(record.source, record.observed_on, record.recorded_on, record.verified == "true")
    tables: list[TableMap] = []
    columns: dict[str, Provenance] = {}
    for item in record.tables:
        table = _Resolver(item, schema, places, problems).table()
        tables.append(table)
        provenance = item.applied(general)
        if provenance.recorded_on < provenance.observed_on:
            problems.append(Problem("import.recorded-early", "recorded before it was observed", item.where, "turn the two dates round"))
        for fact in table.facts:
            if columns.setdefault(fact, provenance) != provenance:
                message = f"{fact} comes from two tables with different provenance, and a registry holds one a column"
                problems.append(Problem("import.provenance", message, item.where, "give both tables the same source, dates and verified"))
    if not tables:
        problems.append(Problem("import.no-tables", "the map names no tables", record.where, "add tables: with files, id and columns"))
    if problems:
        return None, problems
    own = {fact: provenance for fact, provenance in columns.items() if provenance != general}
    return Map(record.title, record.made_up == "true", general, tuple(tables), own), []


class _Resolver:
    """Looks up what one table of a map names, and gathers what is wrong with it."""

    def __init__(self, record: TableRecord, schema: Schema, places: Places, problems: list[Problem]):
        self.record, self.schema, self.places, self.problems = record, schema, places, problems

    def wrong(self, code: str, message: str, node: Any, hint: str = "") -> None:
        self.problems.append(Problem(code, message, where_of(node, self.record.where), hint))

    def table(self) -> TableMap:
        record = self.record
        year = self._year(record.year)
        columns: dict[str, Reading] = {}
        used: dict[str, str] = {}
        for name, item in record.columns.items():
            fact = self._fact(item.fact, year is not None)
            if fact is None:
                continue
            if fact.id in used:
                self.wrong("import.fact-twice", f"{fact.id} is given by {used[fact.id]} and by {name}", item.fact, "keep one of them")
            used[fact.id] = str(name)
            columns[str(name)] = self._reading(item, fact)
            if name in record.ignore:
                self.wrong("import.ignored", f"{name} is both mapped and ignored", name)
        if not columns and not record.defaults:
            self.wrong("import.no-columns", "the table gives no facts", record, "add columns:")
        defaults = {}
        for name, text in record.defaults.items():
            fact = self._fact(name, year is not None)
            if fact is None:
                continue
            if fact.id in used:
                self.wrong("import.fact-twice", f"{fact.id} is given by {used[fact.id]} and by defaults", name, "keep one of them")
            defaults[fact.id] = self._default(fact, text)
        return TableMap(
            record.where, self._files(), self._encoding(), self._separator(), str(record.sheet) if record.sheet is not None else None,
            self._whole(record.header_row, "header_row", 1, 1000), year, self._id(), columns, {str(name): name.where for name in record.columns},
            frozenset(map(str, record.ignore)), defaults, record.duplicates,
        )  # fmt: skip

    def _fact(self, name: Text, yearly: bool) -> Fact | None:
        fact = self.schema.facts.get(name)
        if fact is None:
            known = self.schema.names.get(name)
            hint = f"write {known}" if known else did_you_mean(name, self.schema.facts)
            self.wrong("import.unknown-fact", f"{name} is not a fact of the {self.schema.subject}", name, hint)
        elif (fact.period == "year") != yearly:
            hint = "give the table its year:" if fact.period == "year" else "put it into a table without year:"
            self.wrong("import.period", f"{name} is a {fact.period} fact", name, hint)
            return None
        return fact

    def _reading(self, item: ColumnRecord, fact: Fact) -> Reading:
        unknown = frozenset(map(str, (*self.record.unknown, *item.unknown)))
        none = frozenset(map(str, item.none)) | {"none"}
        if item.none and not (fact.kind in ("date", "category") and fact.optional):
            self.wrong("import.none", f"{fact.id} always exists: no text can mean that it does not", item.none[0], "use unknown:")
        reading = Reading(fact, self.places, self._factor(item, fact), self._codes(item, fact, none), self._dates(item, fact), unknown, none)
        for text in (*item.unknown, *item.none):
            if text in item.codes:
                self.wrong("import.codes", f"{text} has a code and is also unknown or none", text)
        return reading

    def _factor(self, item: ColumnRecord, fact: Fact) -> Fraction:
        """How many of the fact's units one unit of the column is."""
        if not fact.is_figure:
            if item.unit is not None:
                self.wrong("import.unit", f"a {fact.kind} has no unit", item.unit, "remove unit:")
            return Fraction(1)
        if item.unit is None:
            if fact.kind == "share" or not fact.unit.is_counted:
                example = '"%" or "1"' if fact.kind == "share" else f"as {fact.unit_text} or 万{fact.unit_text}"
                self.wrong("import.no-unit", f"the unit of the column for {fact.id} is not said", item, f"add unit: {example}")
            return Fraction(1)
        unit = source_unit(item.unit)
        if unit is None:
            self.wrong("import.unit", f"{item.unit} is not a unit", item.unit, did_you_mean(item.unit, [*UNITS, "万元", "百万元", "亿元", "%"]))
            return Fraction(1)
        if unit.dimension != fact.unit.dimension and not (unit.is_plain and fact.unit.is_counted):
            message = f"{item.unit} is not a unit of {fact.id}, which is in {fact.unit_text if not fact.unit.is_plain else 'plain numbers'}"
            self.wrong("import.unit", message, item.unit, "look whether the column is this fact")
            return Fraction(1)
        return unit.factor / fact.unit.factor

    def _codes(self, item: ColumnRecord, fact: Fact, none: Iterable[str]) -> dict[str, str]:
        if not item.codes:
            return {}
        if fact.is_figure or fact.kind in ("date", "text"):
            self.wrong("import.codes", f"a {fact.kind} has no codes", item.codes, "remove codes:")
            return {}
        plain = Reading(fact, self.places)
        for text, code in item.codes.items():
            _, fault = plain.one(code)
            if fault:
                self.wrong("import.codes", f"{text}: {plain.fault(fault, code).en}", code, plain.remedy(fault, code))
        return {str(text): str(code) for text, code in item.codes.items()}

    def _dates(self, item: ColumnRecord, fact: Fact) -> tuple[str, ...]:
        if item.date is None:
            return ()
        if fact.kind != "date":
            self.wrong("import.date-format", f"{fact.id} is a {fact.kind}, not a date", item.date, "remove date:")
            return ()
        forms = item.date if isinstance(item.date, list) else [item.date]
        return tuple(str(form) for form in forms if self._is_date_format(form))

    def _is_date_format(self, form: Any) -> bool:
        day = datetime.date(2014, 12, 31)
        try:
            good = isinstance(form, str) and (form == "excel" or (len(form) <= 40 and read_day(day.strftime(form), form) == day))
        except (ValueError, UnicodeError, re.error):
            good = False
        if not good:
            self.wrong("import.date-format", f"{form} does not tell year, month and day", form, "as %Y-%m-%d, %Y%m%d, %d/%m/%Y or excel")
        return good

    def _default(self, fact: Fact, text: Text) -> np.ndarray:
        reading = Reading(fact, self.places)
        value, fault = reading.one(text)
        if fault:
            self.wrong("import.default", f"{fact.id}: {reading.fault(fault, text).en}", text, reading.remedy(fault, text))
        return value

    def _year(self, node: Any) -> int | YearColumn | None:
        if node is None:
            return None
        if isinstance(node, str):
            return self._whole(node, "year", 1900, 2200)
        record, faults = build(YearRecord, node, where_of(node, self.record.where))
        self.problems += faults
        if record is None:
            return 1900
        if record.format is not None:
            try:
                good = read_day(datetime.date(2014, 1, 1).strftime(record.format), record.format).year == 2014
            except (ValueError, UnicodeError, re.error):
                good = False
            if not good:
                self.wrong("import.date-format", f"{record.format} does not tell the year", record.format, "as %Y or %Y%m%d")
        return YearColumn(str(record.column), str(record.format) if record.format else None)

    def _id(self) -> IdColumn:
        record = self.record.id
        pad = 0 if record.pad is None else self._whole(record.pad, "pad", 1, 64)
        return IdColumn(str(record.column), str(record.prefix), pad, record.credit_code == "true")

    def _whole(self, text: Any, key: str, low: int, high: int) -> int:
        if isinstance(text, str) and text.isascii() and text.isdigit() and len(text) < 6 and low <= int(text) <= high:
            return int(text)
        self.wrong("import.number", f"{key}: {text} is not a whole number from {low} to {high}", text)
        return low

    def _files(self) -> tuple[str, ...]:
        files = self.record.files
        items = files if isinstance(files, list) else [files]
        if not items or not all(isinstance(item, str) and item for item in items):
            self.wrong("import.files", "files: is a name or a list of names", files)
            return ()
        return tuple(map(str, items))

    def _encoding(self) -> str:
        name = self.record.encoding
        if name == "auto":
            return "auto"
        try:
            found = lookup(name)
        except (LookupError, ValueError, UnicodeError):
            found = None
        if found is None or not found._is_text_encoding:
            self.wrong("import.encoding", f"{name} is not an encoding", name, "as utf-8, gb18030 or utf-16; auto finds out")
            return "auto"
        return "utf-8-sig" if found.name == "utf-8" else found.name

    def _separator(self) -> str:
        given = self.record.separator
        separator = _SEPARATORS.get(given, str(given))
        if separator != "auto" and (len(separator) != 1 or separator in '"\r\n\0'):
            self.wrong("import.separator", f"{given!r} is not a separator", given, 'one character, as "," or ";"; tab, space or auto')
            return "auto"
        return separator


def source_unit(text: str) -> Unit | None:
    """A unit as tables write it: scales, then a unit.

    >>> source_unit("百万元"), source_unit("million CNY") == source_unit("百万元"), source_unit("千万")
    (Unit(powers=(('CNY', 1),), factor=Fraction(1000000, 1)), True, Unit(powers=(), factor=Fraction(10000000, 1)))
    """
    text = unicodedata.normalize("NFKC", text).strip()
    if text in _SHARES or text in UNITS:
        return _SHARES.get(text) or UNITS[text]
    if len(text) > 40:
        return None
    for scale in sorted(SCALES, key=len, reverse=True):
        if text.startswith(scale):
            rest = text[len(scale) :].strip()
            unit = source_unit(rest) if rest else Unit()
            return None if unit is None else Unit(unit.powers, unit.factor * SCALES[scale])
    return None
