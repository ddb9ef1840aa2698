"""Rows that cannot stand: each whole in rejected.csv, with the reason in both languages, and counted by reason."""

from __future__ import annotations

import csv
import json
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any

from huiqi.facts.source_table import SourceTable, original
from huiqi.vocabulary.problem import Problem, Where
from huiqi.vocabulary.record import Words, words

FILE = "rejected.csv"
HEADER = ("file", "row", "column", "value", "code", "reason_en", "reason_zh", "original")

#: Reasons that lie in the row and not in a cell's value.
REASONS = {
    "import.row-length": words("the row has not as many cells as the header", "该行的单元格数与表头不一致"),
    "import.no-id": words("the row has no id", "该行没有主体代码"),
    "import.credit-code": words("{value} is not a valid unified social credit code", "{value}不是有效的统一社会信用代码"),
    "import.year": words("{value} is not a calendar year", "{value}不是年份"),
    "import.repeated": words("several rows of this table have this id (and year)", "同一表中该主体（年度）有多行"),
    "import.superseded": words("another row of the same id (and year) was kept", "已保留同一主体（年度）的另一行"),
    "import.differing": words("rows of the same id (and year) differ", "同一主体（年度）的多行互不一致"),
    "import.conflict": words("another table gives a different value", "另一张表给出了不同的值"),
}


@dataclass(frozen=True)
class Fault:
    """Why a row cannot stand."""

    code: str
    reason: Words
    column: str = ""
    value: str = ""


def fault(code: str, column: str = "", value: str = "") -> Fault:
    """A fault of one of REASONS."""
    said = REASONS[code]
    return Fault(code, words(said.en.replace("{value}", value), said.zh.replace("{value}", value)), column, value)


@dataclass
class Rejections:
    """An open rejected.csv: one line for every fault, and the row as it stood."""

    path: Path
    count: int = 0
    _reasons: dict[tuple[str, str, str], list[Any]] = field(default_factory=dict)

    def __enter__(self) -> Rejections:
        self._file = self.path.open("w", encoding="utf-8-sig", newline="")  # with a byte-order mark, so that Excel shows Chinese
        self._writer = csv.writer(self._file)
        self._writer.writerow(HEADER)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._file.close()

    def add(self, source: SourceTable, line: int, cells: list[Any], faults: list[Fault]) -> None:
        """Reject a row whole."""
        self.count += 1
        row = json.dumps(original(source.header, cells), ensure_ascii=False)
        for found in faults:
            self._writer.writerow([source.name, line, found.column, found.value, found.code, found.reason.en, found.reason.zh, row])
            first = self._reasons.setdefault((source.name, found.column, found.code), [0, Where(source.name, line), found.reason])
            first[0] += 1

    def remarks(self) -> list[Problem]:
        """Every reason with its count and first row."""
        remarks = []
        for (_, column, code), (count, where, reason) in self._reasons.items():
            message = f"{count:,} rows rejected; the first: {f'{column}: ' if column else ''}{reason.en} ({code})"
            remarks.append(Problem("import.rejected", message, where, severity="warning"))
        return remarks
