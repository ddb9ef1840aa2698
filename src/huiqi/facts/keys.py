"""Whose row is whose: ids in order and none twice, and every year row with its subject."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from huiqi.facts.table import Table
from huiqi.vocabulary.problem import FaultyInput, Problem, Where, did_you_mean

STRETCH = 1 << 16
TOLD = 20  #: problems of one kind that are told one by one
_NO_YEARS, _NO_OWNERS = np.empty(0, np.int16), np.empty(0, np.int32)


@dataclass(frozen=True)
class Keys:
    """The subjects of a registry in order; `owner` and `year` say for every year row whose it is."""

    count: int
    firsts: list[str]  # the first id of every stretch of rows
    owner: np.ndarray
    year: np.ndarray


NO_KEYS = Keys(0, [], _NO_OWNERS, _NO_YEARS)


def read_ids(column: pa.Array) -> pa.StringArray:
    """Ids as text, whatever their type."""
    if isinstance(column.type, pa.DictionaryType):
        column = column.dictionary_decode()
    return column if pa.types.is_string(column.type) else column.cast(pa.string())


def read_keys(main: Table, yearly: Table | None) -> tuple[Table, Table | None, Keys | None, list[Problem]]:
    """Both tables, put in order if they are not, and their keys; or every problem with the keys."""
    try:
        main, firsts, count, _, problems = _scan(main)
        if yearly is None:
            return main, None, None if problems else Keys(count, firsts, _NO_OWNERS, _NO_YEARS), problems
        yearly, _, rows, year, faults = _scan(yearly)
        problems += faults
        if problems:
            return main, yearly, None, problems
        owner = _owners(main, yearly, rows)
    except FaultyInput as error:
        return main, yearly, None, list(error.problems)
    problems = _orphans(main, yearly, owner) + _same_year(yearly, owner, year)
    return main, yearly, None if problems else Keys(count, firsts, owner, year), problems


def _scan(table: Table) -> tuple[Table, list[str], int, np.ndarray, list[Problem]]:
    """One pass over the keys of a table: the first ids of its stretches, the rows, the years, the problems."""
    yearly = "year" in table.types
    columns = ["id", "year"] if yearly else ["id"]
    missing, wrong_year, repeated = _Told(), _Told(), _Told()
    firsts: list[str] = []
    years: list[np.ndarray] = []
    count, last = 0, ""
    for batch in _stretches(table, columns):
        ids = read_ids(batch.column(0))
        absent = pc.or_(pc.is_null(ids), pc.equal(pc.fill_null(ids, ""), "")).to_numpy(zero_copy_only=False)
        missing.add(count + np.flatnonzero(absent))
        ids = pc.fill_null(ids, "")
        firsts.append(ids[0].as_py())
        before = pa.concat_arrays([pa.array([last], pa.string()), ids.slice(0, len(ids) - 1)])
        if table.order is None and not pc.all(pc.greater_equal(ids, before)).as_py():
            return _scan(_sorted(table))
        if not yearly:
            same = pc.equal(ids, before).to_numpy(zero_copy_only=False) & ~absent
            repeated.add(count + np.flatnonzero(same))
        else:
            year, wrong = read_years(batch.column(1))
            wrong_year.add(count + np.flatnonzero(wrong))
            years.append(year)
        count, last = count + len(ids), ids[-1].as_py()
    problems = missing.problems(table, "registry.no-id", "the row has no id", "every row names its subject")
    problems += wrong_year.problems(table, "registry.no-year", "the row has no year that can be read", "write the calendar year, as 2024")
    for position in repeated.rows[:TOLD]:
        id = _id_at(table, position)
        hint = f"the other one is in row {table.place(position - 1).line}"
        problems.append(Problem("registry.repeated-subject", f"the subject {id} stands twice", table.place(position), hint))
    problems += repeated.rest(table, "registry.repeated-subject")
    return table, firsts, count, np.concatenate(years) if years else _NO_YEARS, problems


class _Told:
    """Positions of faulty rows: the first few, and how many in all."""

    def __init__(self) -> None:
        self.rows: list[int] = []
        self.count = 0

    def add(self, rows: np.ndarray) -> None:
        self.count += len(rows)
        self.rows += rows[: TOLD - len(self.rows)].tolist()

    def problems(self, table: Table, code: str, message: str, hint: str) -> list[Problem]:
        return [Problem(code, message, table.place(row), hint) for row in self.rows] + self.rest(table, code)

    def rest(self, table: Table, code: str) -> list[Problem]:
        more = self.count - len(self.rows)
        return [Problem(code, f"and {more:,} more rows of this kind", Where(table.name))] if more else []


def _stretches(table: Table, columns: list[str]) -> Iterator[pa.RecordBatch]:
    """Batches of exactly STRETCH rows, save the last."""
    waiting: list[pa.RecordBatch] = []
    for batch in table.batches(columns, STRETCH):
        plain = [column.dictionary_decode() if isinstance(column.type, pa.DictionaryType) else column for column in batch.columns]
        waiting.append(pa.RecordBatch.from_arrays(plain, names=columns))
        while sum(part.num_rows for part in waiting) >= STRETCH:
            whole = pa.concat_batches(waiting)
            yield whole.slice(0, STRETCH)
            waiting = [whole.slice(STRETCH)]
    if any(part.num_rows for part in waiting):
        yield pa.concat_batches(waiting)


def _sorted(table: Table) -> Table:
    """The table with the order of its rows by id."""
    ids = pa.chunked_array([pc.fill_null(read_ids(batch.column(0)), "") for batch in table.batches(["id"], STRETCH)], pa.string())
    return replace(table, order=pc.sort_indices(ids).to_numpy().astype(np.int64))


def read_years(column: pa.Array) -> tuple[np.ndarray, np.ndarray]:
    """Calendar years, and which cells are none."""
    if pa.types.is_string(column.type) or pa.types.is_large_string(column.type):
        good = pc.fill_null(pc.match_substring_regex(column, r"^\s*\d{4}\s*$"), False)
        column = pc.if_else(good, pc.utf8_trim_whitespace(column), None)
    figures = column.cast(pa.float64(), safe=False).to_numpy(zero_copy_only=False)
    good = (figures == np.floor(figures)) & (figures >= 1) & (figures <= 9999)
    return np.where(good, figures, 0).astype(np.int16), ~good


def _owners(main: Table, yearly: Table, rows: int) -> np.ndarray:
    """For every year row the position of its subject, -1 without one; both tables are walked once, in order."""
    owner = np.full(rows, -1, np.int32)
    years = (read_ids(batch.column(0)) for batch in _stretches(yearly, ["id"]))
    waiting, done, start = next(years, None), 0, 0
    for batch in _stretches(main, ["id"]):
        ids = read_ids(batch.column(0))
        while waiting is not None:
            reached = pc.sum(pc.less_equal(waiting, ids[-1])).as_py() or 0
            found = pc.fill_null(pc.index_in(waiting.slice(0, reached), ids), -1).to_numpy(zero_copy_only=False)
            owner[done : done + reached] = np.where(found < 0, -1, found + start)
            done += reached
            if reached < len(waiting):
                waiting = waiting.slice(reached)
                break
            waiting = next(years, None)
        start += len(ids)
    return owner


def _orphans(main: Table, yearly: Table, owner: np.ndarray) -> list[Problem]:
    alone = _Told()
    alone.add(np.flatnonzero(owner < 0))
    problems = []
    for position in alone.rows:
        id = _id_at(yearly, position)
        hint = did_you_mean(id, [id.strip()]) if id != id.strip() else f"add {id} to {main.name}, or remove the row"
        problems.append(Problem("registry.no-subject", f"the subject {id} of this year row is not in {main.name}", yearly.place(position), hint))
    return problems + alone.rest(yearly, "registry.no-subject")


def _same_year(yearly: Table, owner: np.ndarray, year: np.ndarray) -> list[Problem]:
    key = owner.astype(np.int64) * 10_000 + year
    if bool((np.diff(key) > 0).all()):
        return []
    order = np.argsort(key, kind="stable")
    twice = _Told()
    again = np.flatnonzero((np.diff(key[order]) == 0) & (owner[order[1:]] >= 0))
    twice.add(order[again + 1])
    problems = []
    for position, first in zip(twice.rows, order[again], strict=False):
        message = f"the subject {_id_at(yearly, position)} has two rows for {year[position]}"
        hint = f"the other one is in row {yearly.place(int(first)).line}"
        problems.append(Problem("registry.repeated-year", message, yearly.place(position), hint))
    return problems + twice.rest(yearly, "registry.repeated-year")


def _id_at(table: Table, position: int) -> str:
    batch = next(table.batches(["id"], 1, position, position + 1))
    return str(read_ids(batch.column(0))[0].as_py())
