"""Read the books of a mother fund from a folder: funds, commitments, flows and values, each CSV or Parquet, beside registry.yaml."""

from __future__ import annotations

import datetime
import hashlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from itertools import count
from pathlib import Path
from typing import Any, TypeVar, cast

from huiqi.allocation.mother_fund.books import CLASSES, FLOW_KINDS, Books, CapitalClass, Commitment, Flow, FlowKind, Fund, Valuation
from huiqi.allocation.mother_fund.contradictions import contradictions
from huiqi.facts.provenance import FILE, check_names, read_about
from huiqi.facts.schema import figure
from huiqi.facts.table import Table, open_table
from huiqi.facts.text_table import missing_column
from huiqi.vocabulary.place import Places
from huiqi.vocabulary.problem import FaultyInput, Problem, Where, did_you_mean, in_order

CURRENCY = "CNY"
FUNDS, COMMITMENTS, FLOWS, VALUES = "funds", "commitments", "flows", "values"
#: Of each table the columns that must be there, and those that may.
_COLUMNS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    FUNDS: (
        ("id", "kind", "registered_on"),
        ("title", "place", "term_end", "manager", "size", "multiple", "reinvest_by", "senior_managers", "success_cases", "currency"),
    ),
    COMMITMENTS: (("investor", "fund", "committed", "class", "date"), ("currency",)),
    FLOWS: (("date", "from", "to", "kind", "amount"), ("place", "local", "currency")),
    VALUES: (("holder", "of", "date", "value"), ("currency",)),
}
_TRUTHS = {"yes": True, "true": True, "1": True, "是": True, "no": False, "false": False, "0": False, "否": False}
_MOST_YUAN = 10**15  # a thousand times a yearly budget of the nation: a slip of the pen beyond it
T = TypeVar("T")


@dataclass
class _Row:
    """One row's cells as texts; what cannot be read goes to `problems`."""

    cells: dict[str, str]
    where: Where
    problems: list[Problem] = field(repr=False)
    broken: bool = False  # it cannot be said what the row is about

    def __getitem__(self, column: str) -> str:
        return self.cells.get(column, "")

    def wrong(self, code: str, message: str, hint: str) -> None:
        self.problems.append(Problem(code, message, self.where, hint))

    def cell(self, column: str, kind: str, read: Callable[[str], T | None], hint: str, near: Iterable[str] = ()) -> T | None:
        """A cell's value; None where it is empty, or cannot be read and is told, with what is `near` to it for a remedy."""
        text = self[column]
        if not text:
            return None
        value = read(text)
        if value is None:
            self.wrong("mother.cell", f"{column}: {text} is no {kind}", did_you_mean(text, near) or hint)
        return value

    def needed(self, column: str) -> str:
        """A cell that may not be empty."""
        if not self[column]:
            self.broken = True
            self.wrong(
                "mother.cell", f"{column} is empty", "only amounts, classes, places and the like may be unknown: fill it in, or leave the row out"
            )
        return self[column]

    def money(self, column: str) -> int | None:
        """Yuan as fen; an amount below nothing and another currency are told."""
        if self["currency"] and self["currency"] not in (CURRENCY, "人民币", "RMB"):
            self.wrong(
                "mother.currency",
                f"{column} is in {self['currency']}, the books are in {CURRENCY}",
                "convert it at the rate of its day and write CNY",
            )
            return None
        fen = self.cell(column, "amount in yuan with two decimals at most", _fen, "write yuan like 1234.56; leave it empty where it is unknown")
        if fen is not None and fen < 0:
            hint = "write it without the sign; leave it empty where it is unknown"
            if column == "amount":
                hint = "turn from and to round, or take the kind that says what it is"
            self.wrong("mother.negative", f"{column}: {self[column]} is below nothing", hint)
            return None
        return fen

    def day(self, column: str) -> datetime.date | None:
        return self.cell(column, "day", _day, "write 2024-06-30")

    def needed_day(self, column: str) -> datetime.date:
        """A day that may not be unknown."""
        self.needed(column)
        found = self.day(column)
        self.broken |= found is None
        return found or datetime.date.min

    def count(self, column: str) -> int | None:
        return self.cell(
            column, "count", lambda text: int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None, "write a whole number"
        )

    def code(self, column: str, codes: tuple[str, ...]) -> str | None:
        """One of some words."""
        return self.cell(column, "word here", lambda text: text if text in codes else None, f"one of {', '.join(codes)}", codes)


def _fen(text: str) -> int | None:
    try:
        fen = figure(text.replace(",", "")) * 100
    except ValueError:
        return None
    return int(fen) if "%" not in text and fen.denominator == 1 and abs(fen) <= _MOST_YUAN * 100 else None


def _day(text: str) -> datetime.date | None:
    try:
        return datetime.date.fromisoformat(text) if len(text) == 10 else None
    except ValueError:
        return None


def _multiple(text: str) -> Fraction | None:
    try:
        return figure(text) if figure(text) >= 0 else None
    except ValueError:
        return None


def read_books(folder: Path, places: Places) -> Books:
    """The books in a folder; raises FaultyInput with every problem of its tables and of what they say together."""
    if not folder.is_dir():
        raise FaultyInput(
            [Problem("registry.no-folder", f"there is no folder {folder}", Where(folder.name), "name the folder of funds.csv and flows.csv")]
        )
    about, problems = read_about(folder)
    tables: dict[str, Table] = {}
    for stem in _COLUMNS:
        table, faults = open_table(folder, stem)
        problems += faults
        if table is not None:
            problems += _columns(stem, table)
            tables[stem] = table
        elif not faults and stem != VALUES:
            needed = ", ".join(_COLUMNS[stem][0])
            problems.append(
                Problem(
                    "registry.no-table",
                    f"{folder.name} has neither {stem}.csv nor {stem}.parquet",
                    Where(folder.name),
                    f"it has the columns {needed}",
                )
            )
    if about is not None:
        problems += check_names(about, tables, [name for table in tables.values() for name in table.types])
    if problems or about is None:
        raise FaultyInput(in_order(problems))
    rows = {stem: list(_rows(table, problems)) for stem, table in tables.items()}
    funds: dict[str, Fund] = {}
    for row in rows[FUNDS]:
        fund = _fund(row, places)
        if fund.id in funds:
            row.wrong("mother.twice", f"the fund {fund.id} stands twice", f"the first one is at {funds[fund.id].where}; leave one out")
        funds.setdefault(fund.id, fund)
    commitments = [_commitment(row) for row in rows[COMMITMENTS]]
    flows = sorted((flow for row in rows[FLOWS] if (flow := _flow(row, places)) is not None), key=lambda flow: flow.on)
    valuations = [_valuation(row) for row in rows.get(VALUES, ())]
    books = Books(about, funds, tuple(commitments), tuple(flows), tuple(valuations), _hash(folder, tables))
    problems += contradictions(books, {stem for stem, table in rows.items() if any(row.broken for row in table)})
    if problems:
        raise FaultyInput(in_order(problems))
    return books


def _columns(stem: str, table: Table) -> Iterator[Problem]:
    """Columns that are missing, and those that nothing reads."""
    needed, further = _COLUMNS[stem]
    where = Where(table.name, 0 if table.text is None else 1)
    yield from (missing_column(name, tuple(table.types), where) for name in needed if name not in table.types)
    for name in table.types:
        if name not in (*needed, *further):
            hint = did_you_mean(name, (*needed, *further)) or f"columns here: {', '.join((*needed, *further))}"
            yield Problem("registry.unknown-column", f"{name or 'a column without name'} is not a column of {stem}", where, hint)


def _rows(table: Table, problems: list[Problem]) -> Iterator[_Row]:
    names = list(table.types)
    lines = (line for line, _ in table.text.rows()) if table.text is not None else count(1)
    for batch in table.batches(names, 65_536):
        for cells in zip(*(column.to_pylist() for column in batch.columns), strict=True):
            yield _Row({name: _text(cell) for name, cell in zip(names, cells, strict=True)}, Where(table.name, next(lines)), problems)


def _text(cell: Any) -> str:
    """A cell as a CSV would have it; a figure of a Parquet table without its exponent."""
    if cell is None:
        return ""
    if isinstance(cell, float):
        return format(Decimal(repr(cell)), "f") if cell == cell else ""
    if isinstance(cell, datetime.datetime):
        return cell.date().isoformat()
    return "yes" if cell is True else "no" if cell is False else str(cell).strip()


def _place(row: _Row, places: Places) -> str | None:
    return row.cell("place", "place", places.find, "an id of places.yaml or an administrative code", places.by_id)


def _fund(row: _Row, places: Places) -> Fund:
    row.needed("kind")
    return Fund(
        row.needed("id"),
        row["title"] or row["id"],
        row.code("kind", ("mother", "sub")) == "mother",
        _place(row, places),
        row.day("registered_on"),
        row.day("term_end"),
        row["manager"],
        row.money("size"),
        row.cell("multiple", "multiple", _multiple, "write 1.5"),
        row.day("reinvest_by"),
        row.count("senior_managers"),
        row.count("success_cases"),
        row.where,
    )


def _commitment(row: _Row) -> Commitment:
    capital = cast(CapitalClass | None, row.code("class", CLASSES))
    return Commitment(row.needed("investor"), row.needed("fund"), row.money("committed"), capital, row.needed_day("date"), row.where)


def _flow(row: _Row, places: Places) -> Flow | None:
    """A row of flows; None where it cannot be said what flowed."""
    row.needed("kind")
    kind = cast(FlowKind | None, row.code("kind", FLOW_KINDS))
    local = row.cell("local", "yes or no", lambda text: _TRUTHS.get(text.lower()), "write yes or no; leave it empty where it is unknown")
    source, target = row.needed("from"), row.needed("to")
    row.broken |= kind is None
    if kind not in ("invested", None) and (local is not None or row["place"]):
        row.wrong("mother.kind", f"a row of {kind} says where an investment is", "place and local belong to rows of invested; leave them empty")
    on, amount, place = row.needed_day("date"), row.money("amount"), _place(row, places)
    return None if kind is None or row.broken else Flow(on, source, target, kind, amount, place, local, row.where)


def _valuation(row: _Row) -> Valuation:
    return Valuation(row["holder"], row.needed("of"), row.needed_day("date"), row.money("value"), row.where)


def _hash(folder: Path, tables: dict[str, Table]) -> str:
    """SHA-256 over the names and bytes of the files."""
    whole = hashlib.sha256()
    for path in sorted([folder / FILE, *(table.path for table in tables.values())]):
        whole.update(f"{path.name} {hashlib.sha256(path.read_bytes()).hexdigest()}\n".encode())
    return whole.hexdigest()
