"""Bring rows about one subject together: repeated rows of a table settled, tables joined by id."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from huiqi.facts.cells import is_known, unknown_values
from huiqi.facts.import_map import Duplicates
from huiqi.facts.schema import Schema
from huiqi.facts.write import Rows


def joined(parts: list[Rows]) -> Rows:
    """Parts of one table, one below the other."""
    years = [part.years for part in parts if part.years is not None]
    columns = {name: np.concatenate([part.columns[name] for part in parts]) for name in parts[0].columns}
    return Rows(pa.concat_arrays([part.ids for part in parts]), columns, np.concatenate(years) if years else None)


def settle_repeated(rows: Rows, rule: Duplicates) -> tuple[np.ndarray, np.ndarray, str]:
    """Which rows of the same id and year stand, which are rejected, and why.

    `same` keeps one of rows that say the same and rejects all where they differ; the others that say the same neither stand nor are rejected.
    """
    keys = _keys(rows).dictionary_encode().indices.to_numpy()
    _, first, place, count = np.unique(keys, return_index=True, return_inverse=True, return_counts=True)
    standing, rejected = np.ones(len(keys), bool), np.zeros(len(keys), bool)
    if len(first) == len(keys):
        return standing, rejected, ""
    several = (count > 1)[place]
    match rule:
        case "reject":
            return ~several, several, "import.repeated"
        case "first" | "last":
            kept = first if rule == "first" else len(keys) - 1 - np.unique(keys[::-1], return_index=True)[1]
            standing[:] = False
            standing[kept] = True
            return standing, ~standing, "import.superseded"
        case "same":
            differs = np.zeros(len(keys), bool)
            for values in rows.columns.values():
                differs |= ~_equal(values, values[first[place]])
            rejected = np.isin(place, place[differs])
            standing[:] = False
            standing[first] = True
            return standing & ~rejected, rejected, "import.differing"


class Merged:
    """What all tables of one period say, by id (and year)."""

    def __init__(self, schema: Schema, yearly: bool):
        self.schema = schema
        self._rows = Rows(pa.array([], pa.string()), {}, np.empty(0, np.int16) if yearly else None)

    def __len__(self) -> int:
        return len(self._rows.ids)

    def add(self, rows: Rows) -> list[tuple[int, str]]:
        """Join rows, of which no two have the same id and year; those that contradict what is there are left out and returned with the fact."""
        place = pc.fill_null(pc.index_in(_keys(rows), _keys(self._rows)), -1).to_numpy().astype(np.int64)
        known_before = place >= 0
        conflicts: dict[int, str] = {}
        for fact, values in rows.columns.items():
            if fact in self._rows.columns:
                before, now = self._rows.columns[fact][place[known_before]], values[known_before]
                clash = is_known(before) & is_known(now) & ~_equal(before, now)
                conflicts |= {int(row): fact for row in np.flatnonzero(known_before)[clash]}
        good = np.ones(len(place), bool)
        good[list(conflicts)] = False
        fresh = good & ~known_before
        place[fresh] = len(self) + np.arange(np.count_nonzero(fresh))
        self._extend(rows.ids.filter(pa.array(fresh)), None if rows.years is None else rows.years[fresh])
        for fact, values in rows.columns.items():
            told = good & is_known(values)
            self._column(fact)[place[told]] = values[told]
        return sorted(conflicts.items())

    def add_subjects(self, of: Merged) -> int:
        """Give every subject of the other period a row; how many had none."""
        ids = pc.unique(of._rows.ids)
        ids = ids.filter(pc.invert(pc.is_in(ids, self._rows.ids)))
        self._extend(ids, None)
        return len(ids)

    def in_order(self) -> Rows:
        """All rows by id (and year)."""
        keys = {"id": self._rows.ids} | ({} if self._rows.years is None else {"year": pa.array(self._rows.years)})
        order = pc.sort_indices(pa.table(keys), [(name, "ascending") for name in keys])
        at = order.to_numpy()
        columns = {fact: values[at] for fact, values in self._rows.columns.items()}
        return Rows(self._rows.ids.take(order), columns, None if self._rows.years is None else self._rows.years[at])

    def _extend(self, ids: pa.StringArray, years: np.ndarray | None) -> None:
        columns = {
            fact: np.concatenate([values, unknown_values(self.schema.facts[fact].kind, len(ids))]) for fact, values in self._rows.columns.items()
        }
        whole = None if self._rows.years is None or years is None else np.concatenate([self._rows.years, years])
        self._rows = Rows(pa.concat_arrays([self._rows.ids, ids]), columns, whole)

    def _column(self, fact: str) -> np.ndarray:
        return self._rows.columns.setdefault(fact, unknown_values(self.schema.facts[fact].kind, len(self)))


def _keys(rows: Rows) -> pa.StringArray:
    if rows.years is None:
        return rows.ids
    return pc.binary_join_element_wise(rows.ids, pa.array(rows.years).cast(pa.string()), "\x1f")


def _equal(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Cell by cell; unknown equals unknown."""
    same: np.ndarray = np.asarray(a == b, bool)
    return same | (np.isnan(a) & np.isnan(b)) if a.dtype == np.float64 else same
