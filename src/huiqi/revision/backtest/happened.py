"""What happened: who was recognised or paid in a year, firm by firm where that is known, and published counts where it is not.

A list of the recognised is a table with `id`, `measure` and `year`, and perhaps `amount` in whole units of the currency. It is taken as complete for
each measure and year that stands in it. Published counts are a YAML list, each with its source:

    - measure: cn-zj-hangzhou-binjiang/gazelle/gazelle
      year: 2017
      firms: 233                     # [233, 240] where sources differ, [240, ""] for "more than 240"
      source: {kind: copy, note: {en: A copy of the notice of 2017., zh: 2017年通知转载件。}}
"""

from __future__ import annotations

import datetime
import math
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from huiqi.entitlements.awards import rows_of
from huiqi.facts.awards import Awards
from huiqi.facts.registry import Registry
from huiqi.facts.text_table import missing_column, open_text_table, repeated_columns
from huiqi.rules.records import Source
from huiqi.vocabulary.problem import FaultyInput, Problem, Where, did_you_mean
from huiqi.vocabulary.record import Ends, Line, Record, build
from huiqi.vocabulary.source import Sequence, parse_yaml, read_text, where_of

TOLD = 20  #: rows of a list whose faults are told one by one
_NEEDED, _FURTHER = ("id", "measure", "year"), ("amount",)
_AMOUNT = re.compile(r"\d+(\.\d{1,2})?\Z", re.ASCII)
_YEAR = re.compile(r"(19|20|21)\d\d\Z", re.ASCII)


@dataclass(frozen=True)
class Recognised:
    """One line of a list: who had a measure in a year, and the amount in fen where it is told."""

    id: str
    measure: str
    year: int
    amount: int | None
    where: Where


@dataclass(frozen=True)
class Published:
    """How many had a measure in a year, as published: the least and the greatest figure, None where it is open above."""

    measure: str
    year: int
    least: int
    most: int | None
    source: Source
    where: Where


@dataclass(frozen=True)
class Had:
    """Who had a measure in a year: places in the registry in order, what each was paid in fen (NaN where that is not told) and in how many awards;
    `absent` are those that the registry does not have."""

    rows: NDArray[np.intp]
    paid: NDArray[np.float64]
    times: NDArray[np.int64]
    absent: tuple[str, ...] = ()


class _PublishedRecord(Record):
    """One published count."""

    measure: Line
    year: Line
    firms: Ends
    source: Source


# ---------------------------------------------------------------- files


def read_recognised(path: Path, known: Iterable[str]) -> list[Recognised]:
    """A list of the recognised; `known` are the full names of all measures. Raises FaultyInput with all that is wrong with it."""
    name, names = str(path), _Names(known)
    table, problems = open_text_table(path, name)
    if table is None:
        raise FaultyInput(problems)
    problems = repeated_columns(table.header, name)
    problems += [missing_column(column, table.header, Where(name, 1)) for column in _NEEDED if column not in table.header]
    columns = (*_NEEDED, *_FURTHER)
    for column in table.header:
        if column not in columns:
            hint = did_you_mean(column, columns) or f"columns here: {', '.join(columns)}"
            problems.append(Problem("backtest.column", f"{column or 'a column without name'} is not a column of this list", Where(name, 1), hint))
    if problems:
        raise FaultyInput(problems)
    found: dict[tuple[str, str, int], Recognised] = {}
    for line, cells in table.rows():
        where = Where(name, line)
        if len(cells) != len(table.header):
            said = f"the row has {len(cells)} cells, the header {len(table.header)}"
            problems.append(Problem("table.row-length", said, where, "put text that contains a comma in quotes"))
            continue
        row = {column: cell.strip() for column, cell in zip(table.header, cells, strict=True)}
        faults = list(_faults(row, where, names))
        if faults:
            problems += faults
            continue
        amount = int(Fraction(row["amount"]) * 100) if row.get("amount") else None
        one = Recognised(row["id"], names.full(row["measure"]), int(row["year"]), amount, where)
        former = found.setdefault((one.id, one.measure, one.year), one)
        if former is not one:
            said = f"{one.id} stands twice for {one.measure} in {one.year}, first in line {former.where.line}"
            problems.append(Problem("backtest.repeated", said, where, "take one out; what was paid in parts is added up"))
    if problems:
        more = [Problem(problems[0].code, f"and {len(problems) - TOLD:,} more faults", Where(name))] if len(problems) > TOLD else []
        raise FaultyInput([*problems[:TOLD], *more])
    return list(found.values())


def _faults(row: dict[str, str], where: Where, names: _Names) -> Iterator[Problem]:
    if not row["id"]:
        yield Problem("backtest.cell", "the row names no subject", where, "every row names its subject by id")
    if not _YEAR.match(row["year"]):
        yield Problem("backtest.cell", f"year: {row['year'] or 'nothing'} is not a year", where, "write the year of the recognition, like 2021")
    if row.get("amount") and not _AMOUNT.match(row["amount"]):
        yield Problem("backtest.cell", f"amount: {row['amount']} is not an amount", where, "write yuan without separators, like 300000 or 1234.50")
    yield from names.faults(row["measure"], where)


def read_published(path: Path, known: Iterable[str]) -> list[Published]:
    """Published counts; raises FaultyInput with all that is wrong with them."""
    name, names = str(path), _Names(known)
    text, problems = read_text(path, name)
    if text is None:
        raise FaultyInput(problems)
    node, problems = parse_yaml(text, name)
    if node is None:
        raise FaultyInput(problems)
    if not isinstance(node, Sequence):
        raise FaultyInput([Problem("record.form", "a list is expected here", Where(name, 1, 1), "begin each published count with `- measure:`")])
    found: dict[tuple[str, int], Published] = {}
    for part in node:
        record, faults = build(_PublishedRecord, part, where_of(part, Where(name, 1, 1)))
        problems += faults
        if record is None:
            continue
        if not _YEAR.match(str(record.year)):
            problems.append(Problem("backtest.cell", f"year: {record.year} is not a year", record.year.where, "write a year, like 2017"))
            continue
        least, most = (_count(str(end)) for end in record.firms)
        if least is None or (most is None and str(record.firms[1]).strip()) or (most is not None and most < least):
            hint = 'write a whole number, [least, most], or [240, ""] for "more than 240"'
            problems.append(Problem("backtest.figure", "firms is no number of firms", record.firms[0].where, hint))
            continue
        problems += names.faults(str(record.measure), record.measure.where)
        one = Published(names.full(str(record.measure)), int(record.year), least, most, record.source, record.where)
        former = found.setdefault((one.measure, one.year), one)
        if former is not one:
            hint = "write one entry, with [least, most] where sources differ"
            problems.append(Problem("backtest.repeated", f"{one.measure} of {one.year} stands twice", record.where, hint))
    if problems:
        raise FaultyInput(problems)
    return list(found.values())


def _count(text: str) -> int | None:
    return int(text) if re.match(r"\d{1,9}\Z", text, re.ASCII) else None


class _Names:
    """Full names of measures, and shorter ones where they mean one."""

    def __init__(self, known: Iterable[str]):
        self.meant: dict[str, set[str]] = {}
        for name in known:
            parts = name.split("/")
            for at in range(len(parts)):
                self.meant.setdefault("/".join(parts[at:]), set()).add(name)

    def full(self, name: str) -> str:
        found = self.meant.get(name, set())
        return next(iter(found)) if len(found) == 1 else name

    def faults(self, name: str, where: Where) -> Iterator[Problem]:
        found = sorted(self.meant.get(name, ()))
        if not found:
            hint = did_you_mean(name, self.meant) or "write pack/policy/measure, without an edition"
            yield Problem("backtest.measure", f"{name or 'nothing'} is not a measure of these packs", where, hint)
        elif len(found) > 1:
            yield Problem("backtest.measure", f"{name} is the name of several measures", where, f"write one of {', '.join(found)}")


# ---------------------------------------------------------------- who had what


def had_of(
    registry: Registry, awards: Awards | None, some: Iterable[Recognised], listed: frozenset[tuple[str, int]], measure: str, year: int
) -> Had | None:
    """Who had a measure in a year; None where nothing tells it: no awards table, and no line of a list (`listed`: what lists tell of)."""
    if awards is None and (measure, year) not in listed:
        return None
    found: dict[str, tuple[float, int]] = {}
    if awards is not None and measure in awards.measures:
        first, last = (datetime.date(year, *day).toordinal() for day in ((1, 1), (12, 31)))
        mine = (awards.measure == awards.measures.index(measure)) & (awards.granted_on >= first) & (awards.granted_on <= last)
        at = np.flatnonzero(mine)
        owners = np.searchsorted(awards.starts, at, side="right") - 1
        for owner, amount in zip(owners.tolist(), awards.amount[at].tolist(), strict=True):
            id = awards.subjects[owner].as_py()
            sum_, times = found.get(id, (0.0, 0))
            found[id] = sum_ + amount, times + 1
    paid = {id: (sum_ if sum_ else math.nan, times) for id, (sum_, times) in found.items()}  # 0: a status or a service
    for one in some:
        if (one.measure, one.year) == (measure, year):
            former = paid.get(one.id, (math.nan, 1))
            paid[one.id] = (float(one.amount), former[1]) if one.amount and math.isnan(former[0]) else former
    ids = pa.array(sorted(paid, key=lambda id: id.encode()), pa.string())
    rows = rows_of(registry, ids) if len(ids) else np.zeros(0, np.int64)
    names = ids.to_pylist()
    there = rows >= 0
    order = np.argsort(rows[there], kind="stable")
    amounts = np.array([paid[id][0] for id in names], np.float64)[there][order]
    times_ = np.array([paid[id][1] for id in names], np.int64)[there][order]
    return Had(rows[there][order].astype(np.intp), amounts, times_, tuple(id for id, here in zip(names, there.tolist(), strict=True) if not here))
