"""Who applied for what in a round, when that was accepted (受理), and how much was asked for.

    subject,measure,accepted_at,asked
    91330108MA2AX0001R,gazelle-support,2024-05-06 09:12:40,200000

`measure` may be left out where the round gives out one; `accepted_at` is a day, or a day and a time, in the office's own time; `asked` is in the
unit of the fund's currency (yuan), empty for all that is due. Arrival needs `accepted_at`.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import numpy as np

from huiqi.allocation.budget.in_order import OPEN, Ints
from huiqi.allocation.budget.round import Round
from huiqi.facts.source_table import open_source
from huiqi.facts.text_table import missing_column
from huiqi.vocabulary.problem import FaultyInput, Problem, Where, did_you_mean

COLUMNS = ("subject", "measure", "accepted_at", "asked")
TOLD = 20  # problems of a kind
_EPOCH = datetime.datetime(1970, 1, 1)


@dataclass(frozen=True)
class Applications:
    """One row an application: the subject, the number of the measure among the names of the round, microseconds since 1970, fen."""

    subjects: list[str]
    measures: Ints
    accepted_at: Ints
    asked: Ints
    lines: Ints
    file: str

    def where(self, row: int) -> Where:
        return Where(self.file, int(self.lines[row]))


def read_applications(round_: Round) -> Applications | None:
    """The applications of a round, None for everybody; raises FaultyInput with all problems."""
    if round_.applications is None:
        return None
    table, problems = open_source(round_.applications)
    if table is None:
        raise FaultyInput(problems)
    where = Where(table.name, table.header_row)
    wanted = [name for name in COLUMNS if name == "subject" or (name == "accepted_at" and round_.by == "arrival")]
    if len({measure.name for measure in round_.measures}) > 1:
        wanted.append("measure")
    problems = [missing_column(name, table.header, where) for name in wanted if name not in table.header]
    problems += [
        Problem(
            "table.unknown-column", f"{name} is no column of applications", where, did_you_mean(name, COLUMNS) or f"columns: {', '.join(COLUMNS)}"
        )
        for name in table.header
        if name not in COLUMNS
    ]
    if problems:
        raise FaultyInput(problems)
    reader = _Rows(round_, table.name)
    for part in table.parts():
        problems += [
            Problem(
                "table.row-length", f"the row has {len(cells)} cells, the header {len(table.header)}", Where(table.name, line), "look at its commas"
            )
            for line, cells in part.odd[:TOLD]
        ]
        columns = {name: [("" if cell is None else str(cell)).strip() for cell in part.cells[n].to_pylist()] for n, name in enumerate(table.header)}
        for row, line in enumerate(part.lines.tolist()):
            reader.row({name: cells[row] for name, cells in columns.items()}, line)
    problems += reader.problems
    if problems:
        raise FaultyInput(problems)
    return Applications(
        reader.subjects, np.array(reader.measures, np.int64), np.array(reader.times, np.int64), np.array(reader.asked, np.int64),
        np.array(reader.lines, np.int64), table.name,
    )  # fmt: skip


class _Rows:
    """Reads the rows; of each kind of problem the first are told."""

    def __init__(self, round_: Round, file: str):
        self.round, self.file = round_, file
        names = list(dict.fromkeys(measure.name for measure in round_.measures))
        self.numbers = {alias: n for n, name in enumerate(names) for m in round_.measures if m.name == name for alias in (m.name, m.key, m.id)}
        self.known = [m.key for m in round_.measures]
        self.subjects: list[str] = []
        self.measures: list[int] = []
        self.times: list[int] = []
        self.asked: list[int] = []
        self.lines: list[int] = []
        self.problems: list[Problem] = []
        self.told: dict[str, int] = {}
        self.first: dict[tuple[str, int], int] = {}

    def wrong(self, code: str, message: str, line: int, hint: str) -> None:
        self.told[code] = self.told.get(code, 0) + 1
        if self.told[code] <= TOLD:
            self.problems.append(Problem(code, message, Where(self.file, line), hint))

    def row(self, cells: dict[str, str], line: int) -> None:
        subject, name = cells["subject"], cells.get("measure", "")
        if not subject:
            self.wrong("application.subject", "the row names no subject", line, "write its id")
        number = self.numbers.get(name, -1) if name else 0
        if number < 0:
            self.wrong(
                "application.measure",
                f"{name} is not given out in this round",
                line,
                did_you_mean(name, self.known) or f"one of {', '.join(self.known)}",
            )
        elif (subject, number) in self.first:
            before = self.first[subject, number]
            self.wrong("application.twice", f"{subject} applies for the same a second time", line, f"the first is in line {before}; take one out")
        else:
            self.first[subject, number] = line
        self.subjects.append(subject)
        self.measures.append(number)
        self.times.append(self.time(cells.get("accepted_at", ""), line))
        self.asked.append(self.amount(cells.get("asked", ""), line))
        self.lines.append(line)

    def time(self, text: str, line: int) -> int:
        """Microseconds since 1970; 0 where it is not asked for."""
        if not text:
            if self.round.by == "arrival":
                self.wrong("application.time", "the row does not say when it was accepted", line, "write 2024-05-06 09:12:40")
            return 0
        try:
            found = datetime.datetime.fromisoformat(text)
        except ValueError:
            found = None
        if found is None or found.tzinfo is not None or not re.match(r"\d{4}-\d{2}-\d{2}", text):
            self.wrong("application.time", f"{text} is no time of acceptance", line, "write 2024-05-06 or 2024-05-06 09:12:40, without a zone")
            return 0
        return (found - _EPOCH) // datetime.timedelta(microseconds=1)

    def amount(self, text: str, line: int) -> int:
        """Fen; OPEN where nothing is said."""
        if not text:
            return OPEN
        plain = text.replace(",", "")
        if not re.fullmatch(r"[0-9]{1,15}(\.[0-9]{1,2})?", plain) or not Decimal(plain):
            self.wrong(
                "application.amount", f"{text} is no amount above nought", line, "write it in the unit of the currency, like 200000 or 200000.50"
            )
            return OPEN
        return int(Decimal(plain) * 100)


def times(microseconds: Any) -> Iterator[str]:
    """Times of acceptance as they are written."""
    for one in microseconds:
        yield (_EPOCH + datetime.timedelta(microseconds=int(one))).isoformat(sep=" ")
