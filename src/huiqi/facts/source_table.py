"""Somebody's table, as it is given: CSV and the like, Excel or Parquet, a part at a time, each row with its place."""

from __future__ import annotations

import datetime
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from huiqi.facts.cells import suits
from huiqi.facts.parquet_table import open_parquet, read_parquet
from huiqi.facts.text_table import TextTable, open_text_table
from huiqi.vocabulary.problem import FaultyInput, Problem, Where, did_you_mean

PART = 50_000
_EXCEL = (".xlsx", ".xlsm")


@dataclass(frozen=True)
class Part:
    """Some rows: their lines in the file, their cells by column position, and rows that have too few or too many cells."""

    lines: np.ndarray
    cells: list[pa.Array]
    odd: list[tuple[int, list[str]]]

    @property
    def read(self) -> int:
        return len(self.lines) + len(self.odd)

    def row(self, number: int) -> list[Any]:
        return [column[number].as_py() for column in self.cells]

    def only(self, these: np.ndarray) -> Part:
        """Some of the rows, by a mask."""
        mask = pa.array(these)
        return Part(self.lines[these], [column.filter(mask) for column in self.cells], [])


@dataclass(frozen=True)
class SourceTable:
    """A file with a header, ready to be read; a sheet of it where it is Excel."""

    path: Path
    name: str
    header: tuple[str, ...]
    header_row: int = 1
    text: TextTable | None = None
    sheet: str | None = None

    def parts(self) -> Iterator[Part]:
        """All rows below the header; blank ones are left out. Raises FaultyInput where the file cannot be read on."""
        if self.text is not None:
            rows = self.text.rows()
        elif self.path.suffix.lower() in _EXCEL:
            rows = _excel_rows(self)
        else:
            start = 1
            for batch in read_parquet(self.path, self.name, None, PART):
                yield Part(np.arange(start, start + batch.num_rows), batch.columns, [])
                start += batch.num_rows
            return
        while some := list(islice(rows, PART)):
            odd = [(line, cells) for line, cells in some if len(cells) != len(self.header)]
            even = [(line, cells) for line, cells in some if len(cells) == len(self.header)] if odd else some
            columns = list(zip(*(cells for _, cells in even), strict=True)) or [()] * len(self.header)
            yield Part(np.array([line for line, _ in even], np.int64), [pa.array(column, pa.string()) for column in columns], odd)


def open_source(
    path: Path, encoding: str = "auto", separator: str = "auto", sheet: str | None = None, header_row: int = 1
) -> tuple[SourceTable | None, list[Problem]]:
    """A table by the ending of its file name, or why it cannot be read."""
    ending = path.suffix.lower()
    if not path.is_file():
        return None, [Problem("import.no-file", f"there is no file {path.name}", Where(path.name))]
    if ending == ".xls":
        return None, [Problem("import.old-excel", f"{path.name} is in the format of Excel before 2007", Where(path.name), "save it as .xlsx or CSV")]
    if ending in _EXCEL:
        return _open_excel(path, sheet, header_row)
    if sheet is not None:
        return None, [Problem("import.sheet", f"{path.name} is not an Excel file and has no sheets", Where(path.name), "remove sheet:")]
    if ending == ".parquet":
        schema, problems = open_parquet(path, path.name)
        return (None, problems) if schema is None else (SourceTable(path, path.name, tuple(schema.names), 0), [])
    text, problems = open_text_table(path, path.name, encoding, separator, header_row)
    return (None, problems) if text is None else (SourceTable(path, path.name, text.header, header_row, text), problems)


def _open_excel(path: Path, sheet: str | None, header_row: int) -> tuple[SourceTable | None, list[Problem]]:
    import openpyxl  # a tenth of a second, which only workbooks take

    try:
        with warnings.catch_warnings(action="ignore"):
            book = openpyxl.load_workbook(path, read_only=True, data_only=True)
            try:
                sheets = [page.title for page in book.worksheets]
                if sheet is None and len(sheets) != 1:
                    message = f"{path.name} has {len(sheets)} sheets"
                    return None, [Problem("import.sheet", message, Where(path.name), f"add sheet: one of {', '.join(sheets)}")]
                if sheet is not None and sheet not in sheets:
                    hint = did_you_mean(sheet, sheets) or f"its sheets are {', '.join(sheets)}"
                    return None, [Problem("import.sheet", f"{path.name} has no sheet {sheet}", Where(path.name), hint)]
                found = SourceTable(path, path.name, (), header_row, None, sheet or sheets[0])
                header = next((cells for line, cells in _sheet_rows(book, found, 0) if line == header_row), [])
            finally:
                book.close()
    except Exception as error:  # a broken workbook raises anything from KeyError to BadZipFile
        return None, [_unreadable(path.name, error)]
    while header and not header[-1].strip():
        header.pop()
    if not header:
        return None, [Problem("table.empty", f"there is no header in row {header_row}", Where(path.name, header_row), "the header names the columns")]
    return SourceTable(path, path.name, tuple(cell.strip() for cell in header), header_row, None, found.sheet), []


def _excel_rows(table: SourceTable) -> Iterator[tuple[int, list[str]]]:
    line = table.header_row
    import openpyxl  # a tenth of a second, which only workbooks take

    try:
        with warnings.catch_warnings(action="ignore"):
            book = openpyxl.load_workbook(table.path, read_only=True, data_only=True)
            try:
                for line, cells in _sheet_rows(book, table, table.header_row):
                    if any(cells):
                        yield line, _to_length(cells, len(table.header))
            finally:
                book.close()
    except Exception as error:  # a broken workbook raises anything from KeyError to BadZipFile
        raise FaultyInput([_unreadable(table.name, error, line)]) from error


def _sheet_rows(book: Any, table: SourceTable, after: int) -> Iterator[tuple[int, list[str]]]:
    page = book[table.sheet]
    page.reset_dimensions()  # some programs write a wrong extent
    for line, row in enumerate(page.iter_rows(min_row=after + 1, values_only=True), start=after + 1):
        yield line, [_cell_text(cell) for cell in row]


def _to_length(cells: list[str], length: int) -> list[str]:
    """Empty cells at the end are as good as missing."""
    cells = cells + [""] * (length - len(cells))
    while len(cells) > length and not cells[-1]:
        cells.pop()
    return cells


def as_text(column: pa.Array) -> pa.Array:
    """A column of any type as text."""
    if suits(column.type, "text"):
        return column.cast(pa.string())
    return pa.array([_cell_text(cell) for cell in column.to_pylist()], pa.string())


def _cell_text(cell: Any) -> str:
    """What a person would type to get the cell: whole numbers without a point, dates as 2024-06-30."""
    match cell:
        case None:
            return ""
        case bool():
            return "true" if cell else "false"
        case float() if cell.is_integer() and abs(cell) < 1e15:
            return str(int(cell))
        case datetime.datetime():
            return cell.date().isoformat() if cell.time() == datetime.time() else cell.isoformat(sep=" ", timespec="seconds")
        case _:
            return str(cell)


def original(header: Sequence[str], cells: Sequence[Any]) -> dict[str, str]:
    """A row as it stood, for a person to find and mend it; columns without name or of the same name get their number."""
    row: dict[str, str] = {}
    for place, cell in enumerate(cells, start=1):
        name = header[place - 1] if place <= len(header) else ""
        row[name if name and name not in row else f"{name}#{place}"] = "" if cell is None else str(cell)
    return row


def _unreadable(name: str, error: Exception, line: int = 0) -> Problem:
    said = (str(error) or type(error).__name__).splitlines()[0]
    return Problem("table.unreadable", f"the file cannot be read: {said}", Where(name, line), "open it in its own program and save it again")
