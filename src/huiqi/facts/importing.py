"""Make a registry from somebody's tables: every row is accepted or rejected with its reason, and none is lost.

`import_tables` opens the files, checks their columns against the map, reads them table by table and writes the registry. Its report keeps
account: read = accepted + rejected.
"""

from __future__ import annotations

import fnmatch
import tempfile
import unicodedata
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from huiqi.facts import credit_code
from huiqi.facts.cells import read_day, suits
from huiqi.facts.import_map import Map, TableMap, YearColumn, read_map
from huiqi.facts.merging import Merged, joined, settle_repeated
from huiqi.facts.rejections import FILE as REJECTED
from huiqi.facts.rejections import Fault, Rejections, fault
from huiqi.facts.schema import Schema
from huiqi.facts.source_table import Part, SourceTable, as_text, open_source
from huiqi.facts.text_table import missing_column
from huiqi.facts.write import Rows, may_replace, write_registry
from huiqi.vocabulary.place import Places
from huiqi.vocabulary.problem import FaultyInput, Problem, Where, errors

FIRST_YEAR, LAST_YEAR = 1900, 2200


@dataclass(frozen=True)
class ImportReport:
    """What became of the rows; `repeated` of the accepted ones only said again what another row says."""

    read: int = 0
    accepted: int = 0
    rejected: int = 0
    repeated: int = 0
    subjects: int = 0
    folder: Path | None = None  # where the registry is, if one was written
    problems: tuple[Problem, ...] = ()


@dataclass
class _Tally:
    """What is counted on the way."""

    read: int = 0
    repeated: int = 0
    rounded: Counter[str] = field(default_factory=Counter)
    bad_codes: int = 0

    def remarks(self) -> list[Problem]:
        remarks = []
        for fact, count in self.rounded.items():
            message = f"{fact}: {count:,} values have more decimals than are kept and were rounded half up"
            remarks.append(Problem("import.rounded", message, severity="warning"))
        if self.bad_codes:
            message = f"{self.bad_codes:,} ids of 18 characters are not valid credit codes"
            remarks.append(Problem("import.credit-codes", message, hint="id: {credit_code: true} rejects them", severity="warning"))
        return remarks


def import_tables(
    map_path: Path,
    files: Sequence[Path],
    out_folder: Path,
    schema: Schema,
    places: Places,
    *,
    overwrite: bool = False,
    tick: Callable[[int], None] = lambda _: None,
) -> ImportReport:
    """A registry in `out_folder` from the files, as the map says; rows that cannot stand go to its rejected.csv.

    `tick` is told of rows as they are read. Nothing is written where the map or a file has errors, or where no row can be accepted. An existing
    registry is replaced only with `overwrite`, and only by a whole new one.
    """
    map, problems = read_map(map_path, schema, places)
    if not may_replace(out_folder, overwrite):
        hint = "choose another folder" + ("" if overwrite else ", or say that the registry there may be overwritten")
        problems.append(Problem("import.out-exists", f"{out_folder.name} exists", Where(out_folder.name), hint))
    if map is None or errors(problems):
        return ImportReport(problems=tuple(problems))
    sources, problems = _open_sources(map, files)
    if errors(problems):
        return ImportReport(problems=tuple(problems))
    tally = _Tally()
    main, yearly = Merged(schema, yearly=False), Merged(schema, yearly=True)
    with tempfile.TemporaryDirectory() as scratch:
        try:
            with Rejections(Path(scratch) / REJECTED) as rejections:
                for table, opened in zip(map.tables, sources, strict=True):
                    _import_table(table, opened, yearly if table.yearly else main, rejections, tally, tick)
        except FaultyInput as error:
            return ImportReport(problems=(*problems, *error.problems))
        problems += rejections.remarks() + tally.remarks()
        accepted = tally.read - rejections.count
        if not accepted:
            hint = "the reasons are above" if rejections.count else "the files have no rows below their headers"
            problems.append(Problem("import.nothing-accepted", f"none of {tally.read:,} rows was accepted; nothing was written", hint=hint))
            return ImportReport(tally.read, 0, rejections.count, problems=tuple(problems))
        alone = main.add_subjects(yearly)
        if alone and alone < len(main):
            problems.append(Problem("import.only-years", f"{alone:,} subjects have year rows only", severity="warning"))
        try:
            write_registry(
                out_folder, map.title, map.made_up, map.provenance, schema, places, [main.in_order()], [yearly.in_order()] if len(yearly) else [],
                columns=map.columns, overwrite=overwrite, more=[rejections.path] if rejections.count else [],
            )  # fmt: skip
        except OSError as error:
            problems.append(Problem("import.not-written", f"the registry cannot be written: {error.strerror or error}", Where(out_folder.name)))
            return ImportReport(tally.read, accepted, rejections.count, tally.repeated, problems=tuple(problems))
    return ImportReport(tally.read, accepted, rejections.count, tally.repeated, len(main), out_folder, tuple(problems))


def _open_sources(map: Map, files: Sequence[Path]) -> tuple[list[list[SourceTable]], list[Problem]]:
    """The files of every table of the map, with all that is wrong with their columns."""
    problems: list[Problem] = []
    sources: list[list[SourceTable]] = []
    used: set[Path] = set()
    for table in map.tables:
        opened = []
        matching = [path for path in dict.fromkeys(files) if any(fnmatch.fnmatchcase(path.name, pattern) for pattern in table.files)]
        if not matching:
            given = ", ".join(path.name for path in files) or "none"
            problems.append(Problem("import.no-file", f"no file matches {', '.join(table.files)}", table.where, f"given: {given}"))
        for path in matching:
            used.add(path)
            source, faults = open_source(path, table.encoding, table.separator, table.sheet, table.header_row)
            problems += faults
            if source is not None:
                problems += _check_header(table, source)
                opened.append(source)
        sources.append(opened)
    for path in files:
        if path not in used:
            problems.append(Problem("import.unused-file", f"no table of the map reads {path.name}", Where(path.name), severity="warning"))
    return sources, problems


def _check_header(table: TableMap, source: SourceTable) -> list[Problem]:
    """Every column that the map names is there once, and every column that is there is named."""
    where = Where(source.name, source.header_row)
    wanted = dict.fromkeys([table.id.column, *table.columns, *([table.year.column] if isinstance(table.year, YearColumn) else [])])
    problems = [missing_column(name, source.header, where) for name in wanted if name not in source.header]
    for name in wanted:
        if source.header.count(name) > 1:
            problems.append(Problem("table.repeated-column", f"the column {name} stands twice", where, "rename one of them"))
    for name in dict.fromkeys(source.header):
        if name not in wanted and name not in table.ignore:
            hint = f'map it, or leave it out knowingly: ignore: ["{name}"]'
            problems.append(Problem("import.unmapped-column", f"{name or 'the column without name'} is left out", where, hint, "warning"))
    return problems


def _import_table(
    table: TableMap, sources: list[SourceTable], merged: Merged, rejections: Rejections, tally: _Tally, tick: Callable[[int], None]
) -> None:
    """Read the files of one table, settle repeated rows, and join the rest to what other tables gave."""
    kept: list[tuple[SourceTable, Part, Rows]] = []
    for source in sources:
        for part in source.parts():
            tally.read += part.read
            tick(part.read)
            good, rows = _read_part(table, source, part, rejections, tally)
            if len(good.lines):
                kept.append((source, good, rows))
    if not kept:
        return
    rows = joined([rows for _, _, rows in kept])
    ends = np.cumsum([len(part.lines) for _, part, _ in kept])

    def reject(row: int, code: str, column: str = "") -> None:
        which = int(np.searchsorted(ends, row, side="right"))
        source, part, _ = kept[which]
        at = row - int(ends[which]) + len(part.lines)
        cells = part.row(at)
        value = cells[source.header.index(column)] if column else ""
        rejections.add(source, int(part.lines[at]), cells, [fault(code, column, _shown(value))])

    standing, rejected, code = settle_repeated(rows, table.duplicates)
    for row in np.flatnonzero(rejected).tolist():
        reject(row, code, table.id.column)
    tally.repeated += int(np.count_nonzero(~standing & ~rejected))
    numbers = np.flatnonzero(standing)
    columns = {reading.fact.id: name for name, reading in table.columns.items()}
    for row, fact in merged.add(rows.only(standing)):
        reject(int(numbers[row]), "import.conflict", columns.get(fact, ""))


def _read_part(table: TableMap, source: SourceTable, part: Part, rejections: Rejections, tally: _Tally) -> tuple[Part, Rows]:
    """The rows of a part that can stand, encoded; a row with a fault in any cell is rejected whole."""
    for line, odd in part.odd:
        rejections.add(source, line, odd, [fault("import.row-length", value=str(len(odd)))])
    cells = {name: part.cells[source.header.index(name)] for name in source.header}
    faults: dict[int, list[Fault]] = {}
    ids = _read_ids(table, cells[table.id.column], faults, tally)
    years = _read_years(table, cells, len(part.lines), faults)
    values: dict[str, np.ndarray] = {}
    for name, reading in table.columns.items():
        cell = cells[name] if suits(cells[name].type, reading.fact.kind) else as_text(cells[name])
        encoded = reading.encode(cell)
        values[reading.fact.id] = encoded.values
        tally.rounded.update({reading.fact.id: encoded.rounded} if encoded.rounded else {})
        for found in encoded.faults:
            for row in found.rows.tolist():
                value = _shown(cells[name][row].as_py())
                faults.setdefault(row, []).append(Fault(found.code, reading.fault(found.code, value), name, value))
    for row in sorted(faults):
        rejections.add(source, int(part.lines[row]), part.row(row), faults[row])
    values |= {fact: np.repeat(value, len(part.lines)) for fact, value in table.defaults.items()}
    good = np.ones(len(part.lines), bool)
    good[list(faults)] = False
    return part.only(good), Rows(ids, values, years).only(good)


def _read_ids(table: TableMap, column: pa.Array, faults: dict[int, list[Fault]], tally: _Tally) -> pa.StringArray:
    """Ids without spaces around, padded and with their prefix; leading zeros stay."""
    ids = pc.fill_null(pc.utf8_trim_whitespace(pc.utf8_normalize(as_text(column), "NFKC")), "")
    empty = pc.equal(ids, "").to_numpy(zero_copy_only=False)
    if table.id.pad:
        ids = pc.utf8_lpad(ids, table.id.pad, "0")
    if table.id.prefix:
        ids = pc.binary_join_element_wise(pa.scalar(table.id.prefix), ids, "")
    if table.id.credit_code:
        ids = pc.utf8_upper(ids)
    invalid = ~credit_code.valid(ids) & ~empty
    for row in np.flatnonzero(empty).tolist():
        faults.setdefault(row, []).append(fault("import.no-id", table.id.column))
    if table.id.credit_code:
        for row in np.flatnonzero(invalid).tolist():
            faults.setdefault(row, []).append(fault("import.credit-code", table.id.column, ids[row].as_py()))
    else:
        tally.bad_codes += int(np.count_nonzero(invalid & pc.equal(pc.utf8_length(ids), 18).to_numpy(zero_copy_only=False)))
    return ids


def _read_years(table: TableMap, cells: dict[str, pa.Array], length: int, faults: dict[int, list[Fault]]) -> np.ndarray | None:
    if not isinstance(table.year, YearColumn):
        return None if table.year is None else np.full(length, table.year, np.int16)
    column = as_text(cells[table.year.column]).dictionary_encode()
    read = [_year(word, table.year.format) for word in column.dictionary.to_pylist()]
    years = np.array([*read, 0], np.int16)[pc.fill_null(column.indices, len(read)).to_numpy(zero_copy_only=False)]
    for row in np.flatnonzero(years == 0).tolist():
        faults.setdefault(row, []).append(fault("import.year", table.year.column, _shown(cells[table.year.column][row].as_py())))
    return years


def _year(word: str | None, form: str | None) -> int:
    """The calendar year of a cell; 0 if there is none."""
    text = unicodedata.normalize("NFKC", word or "").strip()
    try:
        year = read_day(text, form).year if form else int(text.removesuffix("年").removesuffix(".0"))
    except ValueError:
        return 0
    return year if FIRST_YEAR <= year <= LAST_YEAR else 0


def _shown(cell: Any) -> str:
    return "" if cell is None else str(cell)
