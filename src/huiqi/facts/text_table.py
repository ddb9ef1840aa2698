"""Read a table that is text: find its encoding and separator, and give its rows with their lines."""

from __future__ import annotations

import codecs
import csv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from huiqi.vocabulary.problem import FaultyInput, Problem, Where, did_you_mean

_SEPARATORS = ",\t;|"


@dataclass(frozen=True)
class TextTable:
    """A CSV or the like, ready to be read from its header on."""

    path: Path
    name: str
    encoding: str
    separator: str
    header: tuple[str, ...]
    header_row: int = 1

    def rows(self) -> Iterator[tuple[int, list[str]]]:
        """Each row below the header with the line on which it begins; blank lines are left out.

        Raises FaultyInput where the file cannot be read on.
        """
        line, header = 1, self.header_row
        try:
            with self.path.open(encoding=self.encoding, newline="") as file:
                reader = csv.reader(file, delimiter=self.separator, strict=True)
                for cells in reader:
                    if header > 0:
                        header -= 1
                    elif cells and (cells[0] or any(cells)):
                        yield line, cells
                    line = reader.line_num + 1
        except (csv.Error, UnicodeError, OSError) as error:
            raise FaultyInput([_unreadable(error, self.name, line)]) from error


def open_text_table(
    path: Path, name: str, encoding: str = "auto", separator: str = "auto", header_row: int = 1
) -> tuple[TextTable | None, list[Problem]]:
    """A text table, or why it is none; its rows may still be faulty."""
    if encoding == "auto":
        found, problems = find_encoding(path, name)
        if found is None:
            return None, problems
        encoding = found
    try:
        with path.open(encoding=encoding, newline="") as file:
            if separator == "auto":
                separator = _find_separator(file.readline())
                file.seek(0)
            reader = csv.reader(file, delimiter=separator, strict=True)
            header: list[str] = []
            for _ in range(header_row):
                header = next(reader, [])
    except (csv.Error, UnicodeError, OSError) as error:
        return None, [_unreadable(error, name, 1)]
    if not any(cell.strip() for cell in header):
        return None, [Problem("table.empty", f"there is no header in line {header_row}", Where(name, header_row), "the header names the columns")]
    return TextTable(path, name, encoding, separator, tuple(cell.strip().removeprefix("\ufeff") for cell in header), header_row), []


def _unreadable(error: Exception, name: str, line: int) -> Problem:
    """Why a text table cannot be read on beyond a line."""
    if isinstance(error, OSError):
        return Problem("table.unreadable", f"the file cannot be read: {error.strerror}", Where(name))
    if isinstance(error, UnicodeError):
        return Problem("table.encoding", f"the text cannot be decoded: {error}", Where(name, line), "save the file as UTF-8")
    return Problem("table.row", f"the row that begins here cannot be read: {error}", Where(name, line), "look for a quote that is not closed")


def find_encoding(path: Path, name: str) -> tuple[str | None, list[Problem]]:
    """UTF-8 with or without a byte-order mark, UTF-16 with one, or GB18030; a mixture is a problem."""
    try:
        with path.open("rb") as file:
            head = file.read(1 << 16)
            if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
                return "utf-16", []
            if not head:
                return None, [Problem("table.empty", "the file is empty", Where(name), "the first line names the columns")]
            if b"\0" in head:
                hint = "Excel files end in .xlsx, Parquet files in .parquet"
                return None, [Problem("table.not-text", "the file is not a text table", Where(name), hint)]
            if _is_utf8(path):
                return "utf-8-sig", []
            file.seek(0)
            return _gb18030_or_mixed(enumerate(file, start=1), name)
    except OSError as error:
        return None, [_unreadable(error, name, 0)]


def _is_utf8(path: Path) -> bool:
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        with path.open("rb") as file:
            while piece := file.read(1 << 20):
                decoder.decode(piece)
            decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _gb18030_or_mixed(lines: Iterator[tuple[int, bytes]], name: str) -> tuple[str | None, list[Problem]]:
    """GB18030 decodes most UTF-8 into other characters, so the lines are looked at one by one."""
    utf8_line = other_line = 0
    for number, line in lines:
        if line.isascii():
            continue
        if _decodes(line, "utf-8"):
            if any(byte >= 0xE0 for byte in line):  # three bytes or more a character: no accident
                utf8_line = utf8_line or number
        elif _decodes(line, "gb18030"):
            other_line = other_line or number
        else:
            return None, [Problem("table.encoding", "the line is neither UTF-8 nor GB18030", Where(name, number), "save the file as UTF-8")]
        if utf8_line and other_line:
            message = f"the file mixes encodings: line {utf8_line} is UTF-8, line {other_line} is not"
            return None, [Problem("table.mixed-encoding", message, Where(name, other_line), "save both parts as UTF-8 before joining them")]
    return "gb18030", []


def _decodes(line: bytes, encoding: str) -> bool:
    try:
        line.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True


def _find_separator(header: str) -> str:
    """The separator that cuts the header into most columns."""
    return max(_SEPARATORS, key=header.count)


def repeated_columns(header: tuple[str, ...], name: str, line: int = 1) -> list[Problem]:
    """Columns whose name stands twice."""
    twice = [column or "without name" for column in dict.fromkeys(header) if header.count(column) > 1]
    return [Problem("table.repeated-column", f"the column {column} stands twice", Where(name, line), "remove or rename one") for column in twice]


def missing_column(column: str, header: tuple[str, ...], where: Where) -> Problem:
    """A column that a table should have and has not."""
    hint = did_you_mean(column, [name for name in header if name]) or f"its columns are {', '.join(name for name in header if name)}"
    return Problem("table.missing-column", f"there is no column {column}", where, hint)
