"""What is promised already, by fund and by the years in which it can fall due: read from results of rounds and from lists (已承诺支出)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv as arrow_csv
from pyarrow import parquet

from huiqi.allocation.commitments.payments import OPEN
from huiqi.vocabulary.problem import FaultyInput, Problem, Where, did_you_mean
from huiqi.vocabulary.source import read_rows, read_text

_SUM = pa.decimal128(38, 0)  # the amounts of a nation in fen do not fit into 64 bits
_COLUMNS = {"award": pa.string(), "measure": pa.string(), "fund": pa.string(), "year": pa.int64(), "last_year": pa.int64(), "milestone": pa.string(),
            "amount_low": pa.int64(), "amount_high": pa.int64()}  # fmt: skip
_AMOUNT = re.compile(r"\d{1,15}(\.\d{1,2})?\Z", re.ASCII)
_YEAR = re.compile(r"(19|20)\d\d\Z", re.ASCII)


@dataclass(frozen=True)
class Due:
    """Money that falls due in some year from the first to the last (OPEN where nobody knows), in whole fen; None for no upper end."""

    first: int
    last: int
    low: int
    high: int | None
    within: Within | None = None  # the round that it is of, where all of the round has a bound


@dataclass(frozen=True)
class Within:
    """What a round gives at most, in whole fen: its money bounds all that may be of it together, which is less than the sum of the highs."""

    round: str  # tells rounds apart
    most: int


Promises = dict[str, list[Due]]  # by fund; "" for what is paid from no named fund


def read_payments(folder: Path) -> pa.Table:
    """The payments of a round's result (award, measure, fund, year, last_year, milestone, amount_low, amount_high in fen).

    `last_year` is null where nobody knows it; raises FaultyInput where the folder holds no such table.
    """
    found = next((path for name in ("payments.parquet", "payments.csv") if (path := folder / name).is_file()), None)
    if found is None:
        hint = "name the folder that a round of allocate was written to" if folder.is_dir() else "there is no such file or folder"
        raise FaultyInput([Problem("round.missing", "no payments.parquet or payments.csv is here", Where(str(folder)), hint)])
    try:
        table = parquet.read_table(found) if found.suffix == ".parquet" else _read_csv(found)
        known = set(table.column_names)
        if "last_year" not in known and "year" in known:
            table = table.append_column("last_year", table["year"])
        missing = [name for name in _COLUMNS if name not in table.column_names]
        if missing:
            raise FaultyInput([Problem("round.column", f"the payments lack {', '.join(missing)}", Where(str(found)), "write the round again")])
        table = pa.table({name: table[name].cast(type) for name, type in _COLUMNS.items()})
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError) as error:
        message = f"the payments cannot be read: {str(error).splitlines()[0]}"
        raise FaultyInput([Problem("round.unreadable", message, Where(str(found)), "write the round again")]) from None
    _refuse(table, found)
    return table


def _read_csv(path: Path) -> pa.Table:
    options = arrow_csv.ConvertOptions(column_types=_COLUMNS, strings_can_be_null=True, quoted_strings_can_be_null=False)
    return arrow_csv.read_csv(path, convert_options=options)


def _refuse(table: pa.Table, path: Path) -> None:
    """Amounts and years that no payment has."""
    checks = [
        ("amount_low", pc.or_(pc.is_null(table["amount_low"]), pc.less(table["amount_low"], 0)), "an amount below nothing, or none"),
        ("amount_high", pc.less(table["amount_high"], table["amount_low"]), "a high below its low"),
        ("year", pc.is_null(table["year"]), "no year"),
        ("last_year", pc.less(table["last_year"], table["year"]), "a last year before its first"),
    ]
    problems = []
    for name, wrong, said in checks:
        rows = np.flatnonzero(wrong.fill_null(False).to_numpy())
        if rows.size:
            problems.append(
                Problem(
                    "round.value", f"{name}: payment {int(rows[0]) + 1} has {said}; {rows.size:,} such", Where(str(path)), "write the round again"
                )
            )
    if problems:
        raise FaultyInput(problems)


def refuse_doubled(folders: Sequence[Path], payments: Sequence[pa.Table]) -> None:
    """Raises FaultyInput where a round is given twice, or an award stands in two rounds: either would count twice."""
    problems = []
    hint = "give each round once: what stands in two would count twice"
    for number, (folder, table) in enumerate(zip(folders, payments, strict=True)):
        for former, other in zip(folders[:number], payments[:number], strict=True):
            if former.resolve() == folder.resolve():
                problems.append(Problem("round.doubled", f"the round {folder} is given twice", Where(str(folder)), hint))
                break
            ids = table["award"].unique()
            doubled = ids.filter(pc.is_in(ids, value_set=other["award"].unique())).to_pylist()
            if doubled:
                named = ", ".join(map(str, doubled[:3])) + (f" and {len(doubled) - 3:,} more" if len(doubled) > 3 else "")
                problems.append(Problem("round.doubled", f"awards that stand in {former} too: {named}", Where(str(folder)), hint))
    if problems:
        raise FaultyInput(problems)


def promised(payments: pa.Table, within: Within | None = None) -> Promises:
    """Payments of a round added up by fund and the years in which they can fall, exactly; `within` is what the round gives at most."""
    table = pa.table(
        {
            "fund": pc.fill_null(payments["fund"], ""),
            "year": payments["year"],
            "last": pc.fill_null(payments["last_year"], OPEN),
            "low": payments["amount_low"].cast(_SUM),
            "high": payments["amount_high"].cast(_SUM),
            "open": pc.is_null(payments["amount_high"]).cast(pa.int8()),
        }
    )
    groups = table.group_by(["fund", "year", "last"]).aggregate([("low", "sum"), ("high", "sum"), ("open", "max")])
    found: Promises = {}
    for row in groups.sort_by([("fund", "ascending"), ("year", "ascending"), ("last", "ascending")]).to_pylist():
        due = Due(row["year"], row["last"], int(row["low_sum"]), None if row["open_max"] else int(row["high_sum"]), within)
        found.setdefault(row["fund"], []).append(due)
    return found


def added(promises: Iterable[Promises]) -> Promises:
    """Promises of several rounds and lists as one."""
    found: Promises = {}
    for one in promises:
        for fund, dues in one.items():
            found.setdefault(fund, []).extend(dues)
    return found


def most_of(part: Sequence[Due], whole: Sequence[Due]) -> int | None:
    """The most that some of the promises come to together; None for no upper end.

    A round gives no more than it has: what surely goes to its other promises among `whole` does not go to these.
    """
    total: int | None = 0
    for within in dict.fromkeys(due.within for due in part):
        of = [due for due in part if due.within == within]
        highs = [due.high for due in of]
        most = None if None in highs else sum(high or 0 for high in highs)
        if within is not None:
            sure = sum(due.low for due in whole if due.within == within) - sum(due.low for due in of)
            room = max(within.most - sure, sum(due.low for due in of))
            most = room if most is None else min(most, room)
        total = None if most is None or total is None else total + most
    return total


# ---------------------------------------------------------------- lists


def read_promises(path: Path) -> Promises:
    """A list of what was promised before: CSV with fund, year, amount (in the currency's unit, like 1234.56) and perhaps last_year.

    An empty last_year is the year itself; `open` is one that nobody knows. Raises FaultyInput with every row that cannot be read.
    """
    found: Promises = {}
    problems: list[Problem] = []
    for where, row in _rows(path, ("fund", "year", "amount"), ("last_year",)):
        first, last = row["year"], row.get("last_year") or row["year"]
        faults = [] if _YEAR.match(first) else [f"{first or 'nothing'} is no year"]
        faults += (
            [] if not row.get("last_year") or last == "open" or _YEAR.match(last) else [f"{last} is no year; for one that nobody knows write open"]
        )
        faults += [] if _AMOUNT.match(row["amount"]) else [f"{row['amount'] or 'nothing'} is no amount; write 1234.56"]
        if not faults and last != "open" and last < first:
            faults.append(f"{last} lies before {first}")
        problems += [Problem("promise.value", fault, where, "mend the row") for fault in faults]
        if not faults:
            fen = int(Fraction(row["amount"]) * 100)
            found.setdefault(row["fund"], []).append(Due(int(first), OPEN if last == "open" else int(last), fen, fen))
    if problems:
        raise FaultyInput(problems)
    return found


def read_expected(path: Path) -> dict[tuple[str, str], tuple[int, Where]]:
    """When milestones are expected: CSV with award, milestone, year."""
    found: dict[tuple[str, str], tuple[int, Where]] = {}
    problems: list[Problem] = []
    for where, row in _rows(path, ("award", "milestone", "year"), ()):
        key = row["award"], row["milestone"]
        if not _YEAR.match(row["year"]):
            problems.append(Problem("promise.value", f"{row['year'] or 'nothing'} is no year", where, "write a calendar year, or leave the row out"))
        elif key in found:
            problems.append(Problem("promise.value", f"{key[1]} of {key[0]} stands twice", where, f"the first is in line {found[key][1].line}"))
        else:
            found[key] = int(row["year"]), where
    if problems:
        raise FaultyInput(problems)
    return found


def with_expected(payments: Sequence[pa.Table], expected: Mapping[tuple[str, str], tuple[int, Where]]) -> list[pa.Table]:
    """Payments that wait for a milestone, in the year in which it is expected where somebody says; raises FaultyInput for what waits for none."""
    keys = pa.array([f"{award}\n{milestone}" for award, milestone in expected], pa.string())
    years = np.array([year for year, _ in expected.values()], np.int64)
    met, early = np.zeros(len(keys), bool), np.zeros(len(keys), bool)
    tables = []
    for table in payments:
        rows = np.flatnonzero(pc.is_null(table["last_year"]).to_numpy())
        waiting = table.take(pa.array(rows))
        at = pc.index_in(pc.binary_join_element_wise(waiting["award"], waiting["milestone"], "\n"), value_set=keys)
        hit = pc.is_valid(at).to_numpy()
        which = at.drop_null().to_numpy() if hit.any() else np.empty(0, np.int64)
        first, last = table["year"].to_numpy().copy(), pc.fill_null(table["last_year"], OPEN).to_numpy().copy()
        met[which] = True
        early[which] |= years[which] < first[rows[hit]]
        first[rows[hit]] = last[rows[hit]] = years[which]
        columns = {name: table[name] for name in table.column_names}
        tables.append(pa.table(columns | {"year": pa.array(first), "last_year": pa.array(last, mask=last == OPEN)}))
    problems = []
    for number, ((award, milestone), (year, where)) in enumerate(expected.items()):
        if not met[number]:
            problems.append(Problem("award.unknown", f"no payment of {award} waits for {milestone}", where, _waiting(payments, award, milestone)))
        elif early[number]:
            problems.append(Problem("award.expected", f"{milestone} of {award} is expected in {year}, before its decision", where, "mend the year"))
    if problems:
        raise FaultyInput(problems)
    return tables


def _waiting(payments: Sequence[pa.Table], award: str, milestone: str) -> str:
    """What the award does wait for, or an award of nearly that name."""
    for table in payments:
        rows = table.filter(pc.and_(pc.equal(table["award"], award), pc.is_null(table["last_year"])))
        if rows.num_rows:
            return f"it waits for {', '.join(sorted(set(rows['milestone'].to_pylist())))}"
    some = [name for table in payments for name in table["award"].slice(0, 2_000).unique().to_pylist()]
    return did_you_mean(award, some) or "take the award and the milestone from payments.csv"


def _rows(path: Path, needed: tuple[str, ...], further: tuple[str, ...]) -> list[tuple[Where, dict[str, str]]]:
    """The rows of a small CSV by the names of its header; raises FaultyInput where it is none."""
    text, problems = read_text(path, str(path))
    if text is None:
        raise FaultyInput(problems)
    (head, names), *rows = read_rows(text, str(path))[0]
    problems += read_rows(text, str(path))[1]
    names = [name.strip() for name in names]
    problems += [
        Problem("promise.column", f"there is no column {name}", head, f"the header is {','.join((*needed, *further))}")
        for name in needed
        if name not in names
    ]
    problems += [
        Problem("promise.column", f"{name or 'a column without a name'} is no column here", head, did_you_mean(name, (*needed, *further)))
        for name in names
        if name not in (*needed, *further)
    ]
    if not problems:  # under a wrong header no row is right
        hint = "put a text with a comma in quotes"
        wrong = ((where, len(row)) for where, row in rows if len(row) != len(names))
        problems = [Problem("promise.column", f"the row has {cells} cells, the header {len(names)}", where, hint) for where, cells in wrong]
    if problems:
        raise FaultyInput(problems)
    return [(where, dict(zip(names, (cell.strip() for cell in row), strict=True))) for where, row in rows]
