"""What subjects were granted in the past: the awards table of a registry.

`awards.csv` or `awards.parquet` has `id` (the subject), `measure` (its full name, pack/policy/measure, or any text for what somebody else gave),
`amount` and `granted_on`, and where known `currency`, `place` and `award`, an id of the award itself. An amount is in the unit of its currency, net
of what was paid back, and 0 for a status or a service. A measure is paid in the currency of its pack; an award in another is told and not
converted. A subject without rows was granted nothing; without the table nothing is known of what anybody was granted.
"""

from __future__ import annotations

import bisect
import datetime
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from huiqi.facts.cells import LARGEST, Reading, suits
from huiqi.facts.keys import TOLD, read_ids
from huiqi.facts.past import Award, PastFact
from huiqi.facts.schema import Fact, Kind
from huiqi.facts.table import Table, open_table
from huiqi.facts.text_table import missing_column
from huiqi.vocabulary.place import Places
from huiqi.vocabulary.problem import FaultyInput, Problem, Where, did_you_mean
from huiqi.vocabulary.record import words
from huiqi.vocabulary.unit import UNITS

STEM = "awards"
_NEEDED, _FURTHER = ("id", "measure", "amount", "granted_on"), ("currency", "place", "award")
_KINDS: dict[str, Kind] = {"amount": "money", "granted_on": "date", "place": "place"}
_BATCH = 1 << 18


class Paid(NamedTuple):
    """In which currency a measure is paid, and to what kind of subject."""

    currency: str
    subject: str


@dataclass(frozen=True)
class Subjects:
    """The subjects of a registry: of what kind they are, whether it has no others, and which of some ids in order are not among them."""

    kind: str
    alone: bool
    missing: Callable[[pa.StringArray], NDArray[np.bool_]]


@dataclass(frozen=True)
class Awards:
    """All awards, in order of subject and day. `starts` says where those of each of the `subjects` begin, and at the end how many there are."""

    subjects: pa.StringArray
    starts: NDArray[np.int64]
    measures: tuple[str, ...]
    measure: NDArray[np.int32]
    amount: NDArray[np.float64]  # whole fen
    granted_on: NDArray[np.int32]  # ordinals
    place: NDArray[np.int32]
    places: tuple[str, ...]
    award: pa.StringArray

    def column(self, fact: PastFact, as_of: datetime.date) -> NDArray[np.float64]:
        """A fact for every subject that has awards, in its steps."""
        first, last = fact.days(as_of)
        wanted = np.array([name in fact.measures for name in self.measures], bool)
        counts = wanted[self.measure] & (self.granted_on >= first) & (self.granted_on <= last) if len(wanted) else np.zeros(0, bool)
        each = np.where(counts, self.amount if fact.of == "sum" else 1.0, 0.0)
        return np.add.reduceat(each, self.starts[:-1]) if len(each) else np.zeros(0)

    def until(self, day: datetime.date) -> Awards:
        """The same as if nothing had been granted from a day on."""
        never = datetime.date.max.toordinal()
        return replace(self, granted_on=np.where(self.granted_on < day.toordinal(), self.granted_on, never).astype(np.int32))

    def of(self, subject: str) -> list[Award]:
        """The awards of one subject by day."""
        at = bisect.bisect_left(range(len(self.subjects)), subject, key=lambda n: self.subjects[n].as_py())
        if at == len(self.subjects) or self.subjects[at].as_py() != subject:
            return []
        return [
            Award(
                subject,
                self.measures[self.measure[row]],
                int(self.amount[row]),
                datetime.date.fromordinal(int(self.granted_on[row])),
                None if self.place[row] < 0 else self.places[self.place[row]],
                self.award[row].as_py() or None,
            )
            for row in range(self.starts[at], self.starts[at + 1])
        ]


# ---------------------------------------------------------------- the table


def read_awards(folder: Path, places: Places, known: Mapping[str, Paid], among: Subjects | None = None) -> tuple[Awards | None, list[Problem]]:
    """The awards of a registry; `known` are the measures of the texts at hand by their full names; with `among` it is told who is no subject.

    None and no problem where the registry has no such table, so that nothing is known of what anybody was granted.
    """
    table, problems = open_table(folder, STEM)
    if table is None:
        return None, problems
    problems = list(_faulty_columns(table))
    if problems:
        return None, problems
    try:
        return _Rows(table, places, known).awards(among)
    except FaultyInput as faulty:
        return None, list(faulty.problems)


def _faulty_columns(table: Table) -> Iterator[Problem]:
    where = Where(table.name, 0 if table.text is None else 1)
    yield from (missing_column(name, tuple(table.types), where) for name in _NEEDED if name not in table.types)
    for name, type in table.types.items():
        if name not in (*_NEEDED, *_FURTHER):
            hint = did_you_mean(name, [*_NEEDED, *_FURTHER]) or f"columns here: {', '.join((*_NEEDED, *_FURTHER))}"
            yield Problem("registry.unknown-column", f"{name or 'a column without name'} is not a column of the awards table", where, hint)
        elif not suits(type, _KINDS.get(name, "text")):
            yield Problem("registry.column-type", f"{name} cannot be a column of {type}", where, "write it as text if nothing else fits")


class _Rows:
    """The rows of the table, and what is wrong with them."""

    def __init__(self, table: Table, places: Places, known: Mapping[str, Paid]):
        self.table, self.places, self.known = table, places, known
        names = [name for name in (*_NEEDED, *_FURTHER) if name in table.types]
        batches = list(table.batches(names, _BATCH))
        parts = {name: [batch.column(at) for batch in batches] for at, name in enumerate(names)}
        self.columns = {name: pa.chunked_array([_plain(part) for part in found]).combine_chunks() if found else None for name, found in parts.items()}
        self.size = sum(batch.num_rows for batch in batches)
        self.problems: list[Problem] = []

    def text(self, name: str) -> pa.StringArray:
        """A column of words, empty where there is none."""
        column = self.columns.get(name)
        if column is None:
            return pa.array([""] * self.size, pa.string())
        return pc.utf8_trim_whitespace(pc.fill_null(read_ids(column), ""))

    def awards(self, among: Subjects | None) -> tuple[Awards | None, list[Problem]]:
        ids, given, award = self.text("id"), self.text("measure"), self.text("award")
        self.tell(_empty(ids), "awards.row", "the row names no subject", "every award names its subject by id")
        self.tell(_empty(given), "awards.row", "the row names no measure", "write pack/policy/measure, or what somebody else calls it")
        amount = self.values("amount", "awards.amount", "write the amount net of what was paid back, like 1234.56; 0 for a status or a service")
        granted_on = self.values("granted_on", "awards.day", "write the day of the award, like 2024-06-30")
        place = self.values("place", "awards.place", "") if "place" in self.columns else np.full(self.size, -1, np.int32)
        encoded = given.dictionary_encode()
        measures = tuple(encoded.dictionary.to_pylist())
        measure = encoded.indices.to_numpy(zero_copy_only=False)
        self.check_measures(measures, measure)
        self.check_currencies(measures, measure)
        self.check_repeated(award)
        encoded = ids.dictionary_encode()
        order = pc.sort_indices(encoded.dictionary)
        subjects = encoded.dictionary.take(order)
        rank = np.empty(len(order), np.int64)
        rank[order.to_numpy(zero_copy_only=False)] = np.arange(len(order))
        of = rank[encoded.indices.to_numpy(zero_copy_only=False)]
        if among is not None:
            self.check_subjects(subjects, of, measures, measure, among)
        if self.problems:
            return None, self.problems
        rows = np.lexsort((granted_on, of))
        starts = np.searchsorted(of[rows], np.arange(len(order) + 1))
        return Awards(
            subjects, starts, measures, measure[rows].astype(np.int32), amount[rows], granted_on[rows].astype(np.int32),
            place[rows].astype(np.int32), tuple(self.places.by_id), award.take(pa.array(rows)),
        ), []  # fmt: skip

    # ------------------------------------------------------------ what is wrong

    def tell(self, rows: NDArray[np.intp], code: str, message: str | Callable[[int], str], hint: str) -> None:
        """Up to TOLD rows of one kind, and how many more there are; the message may be said of a row."""
        for row in rows[:TOLD].tolist():
            self.problems.append(Problem(code, message if isinstance(message, str) else message(row), self.table.place(row), hint))
        if len(rows) > TOLD:
            self.problems.append(Problem(code, f"and {len(rows) - TOLD:,} more rows of this kind", Where(self.table.name)))

    def values(self, name: str, code: str, hint: str) -> NDArray[np.float64]:
        """A column of figures, days or places; an empty cell is told but for places."""
        column = self.columns[name]
        if column is None:
            return np.zeros(0)
        kind = _KINDS[name]
        unit = {"unit": UNITS["CNY"], "unit_text": "CNY", "decimals": 2, "low": Fraction(0)} if kind == "money" else {}
        said = words(name, name)
        reading = Reading(Fact(name, "", kind, "day", said, said, **unit), self.places)  # type: ignore[arg-type]
        encoded = reading.encode(column)
        told = np.zeros(self.size, bool)
        for faults in encoded.faults:
            told[faults.rows] = True

            def message(row: int, fault: str = faults.code) -> str:
                return f"{name}: {reading.fault(fault, _written(column[row])).en}".removesuffix(" CNY")

            remedy = hint or (reading.remedy(faults.code, _written(column[int(faults.rows[0])])))
            self.tell(faults.rows, code, message, remedy)
        if kind != "place":
            empty = ~np.isfinite(encoded.values) & ~told
            self.tell(np.flatnonzero(empty), code, f"{name} is empty", hint)
        return encoded.values

    def check_measures(self, measures: tuple[str, ...], measure: NDArray[np.int32]) -> None:
        """Whatever is written like the name of a measure of the texts at hand is one."""
        packs = {name.partition("/")[0] for name in self.known}
        short: dict[str, list[str]] = {}
        for name in self.known:
            _, policy, key = name.split("/")
            for shorter in (key, f"{policy}/{key}"):
                short.setdefault(shorter, []).append(name)
        for number, name in enumerate(measures):
            if name in self.known:
                continue
            if name.partition("@")[0] in self.known:
                said, hint = f"{name} names an edition", "leave out @ and the edition"
            elif name in short:
                said, hint = f"{name} is the short name of a measure", f"write its full name: {' or '.join(short[name])}"
            elif name.partition("/")[0] in packs and name.count("/") == 2:
                said, hint = (
                    f"{name} is not a measure",
                    did_you_mean(name, self.known) or "measures are named pack/policy/measure, of whatever edition",
                )
            else:
                continue
            self.tell(np.flatnonzero(measure == number), "awards.measure", said, hint)

    def check_currencies(self, measures: tuple[str, ...], measure: NDArray[np.int32]) -> None:
        """A known measure is paid in the currency of its pack."""
        if "currency" not in self.columns or not self.size:
            return
        given = self.text("currency").dictionary_encode()
        currencies, of = given.dictionary.to_pylist(), given.indices.to_numpy(zero_copy_only=False)
        for at, currency in enumerate(currencies):
            wrong = np.array([bool(currency) and name in self.known and self.known[name].currency != currency for name in measures], bool)

            def message(row: int, currency: str = currency) -> str:
                name = measures[measure[row]]
                return f"an award of {name} in {currency}; it is paid in {self.known[name].currency}"

            hint = "write what it was worth in that currency on the day of the award: nothing is converted here"
            self.tell(np.flatnonzero((of == at) & wrong[measure]), "awards.currency", message, hint)

    def check_subjects(
        self, subjects: pa.StringArray, of: NDArray[np.int64], measures: tuple[str, ...], measure: NDArray[np.int32], among: Subjects
    ) -> None:
        """Whoever has an award that is for subjects of this kind is in the registry."""
        missing = among.missing(subjects)
        mine = np.array([self.known[name].subject == among.kind if name in self.known else among.alone for name in measures], bool)
        rows = np.flatnonzero(missing[of] & mine[measure]) if missing.any() else np.zeros(0, np.intp)
        _, first = np.unique(of[rows], return_index=True)
        rows = rows[np.sort(first)]
        rows = rows[[bool(subjects[of[row]].as_py()) for row in rows.tolist()]]  # no id at all is told already
        self.tell(rows, "awards.subject", lambda row: f"{subjects[of[row]].as_py()} is not in the registry", "add the subject, or mend the id")

    def check_repeated(self, award: pa.StringArray) -> None:
        """No award stands twice."""
        if "award" not in self.columns or not self.size:
            return
        encoded = award.dictionary_encode()
        of = encoded.indices.to_numpy(zero_copy_only=False)
        order = np.argsort(of, kind="stable")
        again = order[1:][of[order][1:] == of[order][:-1]]
        again = np.sort(again[~pc.equal(award, "").to_numpy(zero_copy_only=False)[again]])
        hint = "each award has an id of its own; take one out"
        self.tell(again, "awards.repeated", lambda row: f"the award {award[row].as_py()} stands twice", hint)


def _plain(column: pa.Array) -> pa.Array:
    return column.dictionary_decode() if isinstance(column.type, pa.DictionaryType) else column


def _empty(column: pa.StringArray) -> NDArray[np.intp]:
    return np.flatnonzero(pc.equal(column, "").to_numpy(zero_copy_only=False))


def _written(cell: pa.Scalar) -> str:
    try:
        return str(cell.as_py())
    except (OverflowError, ValueError):  # a date that Python does not know: its number of days
        return str(cell.value)


def too_large(columns: Iterable[NDArray[np.float64]]) -> bool:
    """Sums that doubles do not hold exactly."""
    return any(len(column) and column.max() >= LARGEST for column in columns)
