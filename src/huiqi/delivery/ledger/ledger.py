"""Posting to a ledger, and reading what it says."""

from __future__ import annotations

import contextlib
import dataclasses
import datetime
import json
import threading
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from types import TracebackType
from typing import Any

from sqlalchemy import BindParameter, Connection, Engine, Row, Select, and_, bindparam, exists, func, or_, select, text, tuple_

from huiqi.delivery.ledger import store
from huiqi.delivery.ledger.accounts import KINDS, OF_AWARD, Account
from huiqi.delivery.ledger.book import Book, Booked, Line, Standing
from huiqi.delivery.ledger.chain import Entry, beginning, hash_of, said
from huiqi.delivery.ledger.events import FIELDS, LONGEST, TITLES, Event, form_problems
from huiqi.delivery.ledger.ready import Ready
from huiqi.delivery.ledger.tables import ACCOUNT, ENTRY, LINE
from huiqi.vocabulary.problem import FaultyInput, Problem
from huiqi.vocabulary.speech import money_range

#: Awards that a ledger keeps in mind between postings.
REMEMBERED = 50_000
_AT_ONCE = 500  # names in one question to the store


@dataclass(frozen=True)
class Posted:
    """What came of a posting: the number of each event's entry, which of them were there before, and the hash of the last entry of all."""

    numbers: tuple[int, ...]
    already: tuple[bool, ...]
    head: str


@dataclass(frozen=True)
class Balance:
    """How a fund's year stands, in fen: `accounts` by kind, all of them at least nought; `limits` by name: given and used."""

    fund: str
    year: int
    currency: str
    accounts: Mapping[str, int]
    limits: Mapping[str, tuple[int, int]]


@dataclass(frozen=True)
class AwardStanding:
    """What an award is worth by now, in fen: committed and unpaid, paid, recovered."""

    award: str
    commitment: Standing
    committed: int
    paid: int
    recovered: int

    @property
    def net(self) -> int:
        """Committed or paid, less what was recovered."""
        return self.committed + self.paid - self.recovered


def create_ledger(place: str, *, by: str, at: datetime.datetime) -> None:
    """Begin a ledger in a new file, or in a PostgreSQL database that has none; FaultyInput where something is there."""
    problems = list(_posting_problems(by, at))
    if problems:
        raise FaultyInput(problems)
    store.create(str(place), by, said(at))


def open_ledger(place: str, *, read_only: bool = False, wait: float = store.WAIT) -> Ledger:
    """The ledger in a file, or at an address like postgresql://user@host/database; a posting waits for others so many seconds.

    FaultyInput where there is none, where it is something else, of a later huiqi, or out of reach.
    """
    place = str(place)
    with store.told(place):
        engine = store.engine_of(place, read_only=read_only, wait=wait)
        try:
            with store.reading(engine) as connection:
                begun = store.about(connection, place)
        except BaseException:
            engine.dispose()
            raise
    return Ledger(place, engine, begun, wait)


class Ledger:
    """An open ledger. Postings of several threads wait for each other, as those of several processes do."""

    def __init__(self, place: str, engine: Engine, begun: tuple[str, str], wait: float):
        self.place, self.begun, self.wait = place, begun, wait
        self._engine = engine
        self._turn = threading.Lock()
        self._writer: Connection | None = None
        self._known = _Known("")
        self._ready = Ready(engine.dialect)

    def __enter__(self) -> Ledger:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the store."""
        if self._writer is not None:
            self._writer.close()
            self._writer = None
        self._engine.dispose()

    # ------------------------------------------------------------ posting

    def post(self, events: Iterable[Event], *, by: str, at: datetime.datetime) -> Posted:
        """Enter all of the events in one transaction, or none: FaultyInput tells all that is wrong with them.

        `by` says who posts, `at` when (with its time zone; kept in UTC to the second). When this returns, the entries are on the disk. An
        event whose key is in the ledger is not entered again: it is told as already there, or, where it says something else, as a problem.
        """
        events = list(events)
        problems = [*_posting_problems(by, at), *(problem for event in events for problem in form_problems(event))]
        if problems:
            raise FaultyInput(problems)
        with self._turn, store.told(self.place):
            try:
                return self._post(events, by, at)
            except BaseException:
                self._known = _Known("")
                if self._writer is not None:
                    with contextlib.suppress(Exception):
                        self._writer.close()
                    self._writer = None
                raise

    def _post(self, events: list[Event], by: str, at: datetime.datetime) -> Posted:
        if self._writer is None:
            self._writer = store.writer_of(self._engine)
        with store.writer(self._writer, self.wait):
            posting = _Posting(self._writer, self._ready, self._known_at_head(self._writer), by, at)
            posted = posting.post(events)
        self._known = posting.known
        return posted

    def _known_at_head(self, connection: Connection) -> _Known:
        """What was known stays so as long as nobody else has posted."""
        if connection.dialect.name == "postgresql":
            connection.execute(_LOCK)
        last = self._ready.rows(connection, _LAST)
        number, head = (last[0].number, last[0].hash) if last else (0, beginning(*self.begun))
        known = self._known
        return known if known.head == head and len(known.awards) <= REMEMBERED else _Known(head, number)

    # ------------------------------------------------------------ reading

    def head(self) -> str:
        """The hash of the last entry: kept elsewhere, it shows later that nothing was cut off."""
        with self._reading() as connection:
            last = connection.execute(_LAST).one_or_none()
            return beginning(*self.begun) if last is None else last[1]

    def count(self) -> int:
        """How many entries there are."""
        with self._reading() as connection:
            return connection.scalar(select(func.count()).select_from(ENTRY)) or 0

    def entries(self, award: str | None = None) -> Iterator[Entry]:
        """All entries in their order, or those of one award."""
        with self._reading() as connection:
            yield from stored_entries(connection, None if award is None else ENTRY.c.award == award)

    def balances(self) -> list[Balance]:
        """How each fund stands, by year and currency."""
        part = ACCOUNT.c.part
        asked = (
            select(ACCOUNT.c.fund, ACCOUNT.c.year, ACCOUNT.c.currency, ACCOUNT.c.kind, part, func.sum(LINE.c.amount))
            .join(LINE, LINE.c.account == ACCOUNT.c.id)
            .group_by(ACCOUNT.c.id, ACCOUNT.c.fund, ACCOUNT.c.year, ACCOUNT.c.currency, ACCOUNT.c.kind, part)
        )
        accounts: dict[tuple[str, int, str], dict[str, int]] = defaultdict(lambda: defaultdict(int))
        limits: dict[tuple[str, int, str], dict[str, list[int]]] = defaultdict(lambda: defaultdict(lambda: [0, 0]))
        with self._reading() as connection:
            for fund, year, currency, kind, name, amount in connection.execute(asked):
                key = (fund, year, currency)
                if kind in ("limit-given", "limit-used"):
                    limits[key][name][kind == "limit-used"] = abs(int(amount))
                elif kind != "limit-room":
                    accounts[key][kind] += abs(int(amount))
        named = [kind for kind in KINDS if not kind.startswith("limit")]
        given = {key: {name: (a, b) for name, (a, b) in sorted(limits[key].items()) if a} for key in {*accounts, *limits}}
        return [Balance(*key, {kind: accounts[key].get(kind, 0) for kind in named}, given[key]) for key in sorted(given)]

    def awards(self) -> Iterator[AwardStanding]:
        """Every award with a commitment that was not reversed, in the order of their commitments."""
        with self._reading() as connection:
            standing: dict[str, Standing] = {}
            for row in connection.execute(_STANDING):
                standing.setdefault(row.award, _standing_of(row))
            sums: dict[str, dict[str, int]] = defaultdict(dict)
            asked = (
                select(ACCOUNT.c.part, ACCOUNT.c.kind, func.sum(LINE.c.amount))
                .join(LINE, LINE.c.account == ACCOUNT.c.id)
                .where(ACCOUNT.c.kind.in_(OF_AWARD))
                .group_by(ACCOUNT.c.part, ACCOUNT.c.kind)
            )
            for award, kind, amount in connection.execute(asked):
                sums[award][kind] = abs(int(amount))
        for award, commitment in standing.items():
            yield AwardStanding(award, commitment, *(sums[award].get(kind, 0) for kind in OF_AWARD))

    @contextlib.contextmanager
    def _reading(self) -> Iterator[Connection]:
        with store.told(self.place), store.reading(self._engine) as connection:
            yield connection


# ---------------------------------------------------------------- what is known while posting


@dataclass
class _Known:
    """What was read of the ledger, and holds as long as its last entry is this one."""

    head: str
    number: int = 0
    book: Book = dataclasses.field(default_factory=Book)
    accounts: dict[Account, int] = dataclasses.field(default_factory=dict)  # their ids
    last_account: int | None = None
    years: set[tuple[str, int, str]] = dataclasses.field(default_factory=set)  # fund, year, currency of which all is known but the awards
    awards: set[str] = dataclasses.field(default_factory=set)
    booked: dict[int, Booked] = dataclasses.field(default_factory=dict)  # entries that are to be reversed


@dataclass
class _Posting:
    """One posting in its transaction."""

    connection: Connection
    ready: Ready
    known: _Known
    by: str
    at: datetime.datetime

    def __post_init__(self) -> None:
        self.recorded_at = said(self.at)

    def post(self, events: list[Event]) -> Posted:
        there = self._entries_by_key([event.key for event in events])
        new = [event for event in events if event.key not in there]
        self._learn(new)
        short = self._short(new)
        problems: list[Problem] = []
        entries: list[Entry] = []
        numbers: list[int] = []
        already: list[bool] = []
        for event in events:
            former = there.get(event.key)
            if former is None:
                entry = self._enter(event, problems)
                if entry is not None:
                    there[event.key] = (entry.number, entry.event)
                    entries.append(entry)
                    numbers.append(entry.number)
            else:
                numbers.append(former[0])
                problems += _contradictions(event, *former)
            already.append(former is not None)
        if short:
            problems = [*short, *(problem for problem in problems if problem.code != "ledger.overspent")]
        if problems:
            raise FaultyInput(problems)
        self._write(entries)
        return Posted(tuple(numbers), tuple(already), self.known.head)

    def _short(self, events: list[Event]) -> list[Problem]:
        """Of several commitments and nothing else: by how much all of them are more than their funds have, told once for each fund's year."""
        if len(events) < 2 or any(event.kind != "committed" for event in events):
            return []
        wanted: dict[Account, list[int]] = defaultdict(list)
        for event in {event.key: event for event in events}.values():
            wanted[Account("available", event.fund, event.year, event.currency)].append(event.amount)
        found = []
        for account, amounts in wanted.items():
            there = self.known.book.balances.get(account, 0)
            if account[1:4] in self.known.book.years and sum(amounts) > there:
                short, needed, has = (money_range(fen, fen, account.currency).en for fen in (sum(amounts) - there, sum(amounts), there))
                message = (
                    f"{short} more than the fund {account.fund} of {account.year} has available: {len(amounts):,} awards need {needed}, it has {has}"
                )
                found.append(
                    Problem("ledger.overspent", message, hint=f"appropriate {short} more, or release as much: all of them are entered, or none")
                )
        return found

    def _enter(self, event: Event, problems: list[Problem]) -> Entry | None:
        """The event's entry, taken into the book; or its problems."""
        known = self.known
        event = known.book.complete(event, known.booked)
        lines = known.book.lines(event, known.booked)
        found = known.book.problems(event, lines, known.booked)
        if found:
            problems += found
            return None
        number = known.number + 1
        own = hash_of(known.head, number, event, self.by, self.recorded_at, lines)
        entry = Entry(number, event, self.by, self.at, lines, known.head, own)
        known.book.enter(number, event, lines)
        known.head, known.number = own, number
        return entry

    def _write(self, entries: list[Entry]) -> None:
        """Accounts first, then lines, then the entries that they make up: the store refuses lines of an entry that is there."""
        if not entries:
            return
        known = self.known
        opened = {line.account: 0 for entry in entries for line in entry.lines if line.account not in known.accounts}
        if opened:
            if known.last_account is None:
                known.last_account = self.connection.scalar(select(func.coalesce(func.max(ACCOUNT.c.id), 0)))
            assert known.last_account is not None
            for account in opened:
                known.last_account += 1
                known.accounts[account] = known.last_account
            self.ready.insert(self.connection, _OPEN, [account._asdict() | {"id": known.accounts[account]} for account in opened])
        lines = [
            {"entry": e.number, "position": n, "account": known.accounts[line.account], "kind": line.account.kind, "amount": line.amount,
             "balance": line.balance}
            for e in entries
            for n, line in enumerate(e.lines)
        ]  # fmt: skip
        self.ready.insert(self.connection, _ADD_LINES, lines)
        self.ready.insert(self.connection, _ADD_ENTRIES, [_row_of(entry, self.recorded_at) for entry in entries])

    # ------------------------------------------------------------ reading what the events touch

    def _entries_by_key(self, keys: list[str]) -> dict[str, tuple[int, Event]]:
        rows = self._rows(_BY_KEY, _BY_KEYS, keys)
        return {row.key: (row.number, event_of(row)) for row in rows}

    def _learn(self, events: list[Event]) -> None:
        """All that the book has to know of these events' awards, years and limits."""
        wrong = {event.reverses for event in events if event.reverses and event.reverses not in self.known.booked}
        for entry in stored_entries(self.connection, ENTRY.c.number.in_(wrong)) if wrong else ():
            self.known.booked[entry.number] = Booked(entry.event, entry.lines)
        if wrong:
            asked = select(ENTRY.c.reverses).where(ENTRY.c.reverses.in_(wrong))
            self.known.book.reversed.update(number for number in self.connection.scalars(asked) if number)
        reversed_ = [self.known.booked[n].event for n in (event.reverses for event in events) if n in self.known.booked]
        self._learn_awards({event.award for event in (*events, *reversed_) if event.award} - self.known.awards)
        if not self.known.years:  # whose money there is: a few rows
            given = select(ACCOUNT.c.fund, ACCOUNT.c.year, ACCOUNT.c.currency).where(ACCOUNT.c.kind == "available", ACCOUNT.c.part == "")
            self.known.book.years.update((row.fund, row.year, row.currency) for row in self.connection.execute(given))
        for event in events:
            if event.kind == "limited":
                self._learn_commitments(event)
        self._learn_years(self._years_of([*events, *reversed_]) - self.known.years)

    def _years_of(self, events: list[Event]) -> set[tuple[str, int, str]]:
        """The fund, year and currency of each event, and of where its money goes; what it leaves empty is that of its award."""
        homes = {event.award: (event.fund, event.year, event.currency) for event in events if event.kind == "committed"}
        homes |= {award: found[0][1:4] for event in events if (found := self.known.book.standing.get(award := event.award))}
        years = set()
        for event in events:
            fund, year, currency = homes.get(event.award, (event.fund, event.year, event.currency))
            into = event.into_year or (year + 1 if event.kind == "carried_over" else year)
            years |= {(event.fund, event.year, event.currency), (fund, year, currency), (fund, into, currency)}
        return years

    def _learn_awards(self, awards: set[str]) -> None:
        rows = self._rows(_OF_AN_AWARD, _OF_AWARDS, sorted(awards))
        committed = sorted({row.part for row in self._take_balances(rows)})
        for row in self._rows(_COMMITMENT, _COMMITMENTS, committed):
            self.known.book.standing.setdefault(row.award, []).append(_standing_of(row))
        self.known.awards |= awards

    def _learn_years(self, years: set[tuple[str, int, str]]) -> None:
        if not years:
            return
        of_years = tuple_(ACCOUNT.c.fund, ACCOUNT.c.year, ACCOUNT.c.currency).in_(sorted(years))
        without = ("budget", "carried-in", "available", "treasury", "carried-out")
        limited = ("limit-given", "limit-room", "limit-used")
        asked = _BALANCES.where(or_(and_(ACCOUNT.c.kind.in_(without), ACCOUNT.c.part == ""), ACCOUNT.c.kind.in_(limited)), of_years)
        self._take_balances(self.connection.execute(asked))
        of_entries = tuple_(ENTRY.c.fund, ENTRY.c.year, ENTRY.c.currency).in_(sorted(years))
        book = self.known.book
        for row in self.connection.execute(select(ENTRY).where(ENTRY.c.kind == "limited", of_entries).order_by(ENTRY.c.number)):
            event = event_of(row)
            key = (event.fund, event.year, event.currency)
            if book.balances.get(Account("limit-given", *key, event.limit)):
                book.limits.setdefault(key, {})[event.limit] = frozenset(event.measures)
        self.known.years |= years

    def _learn_commitments(self, event: Event) -> None:
        """Which of a new limit's measures have commitments."""
        key = (event.fund, event.year, event.currency)
        of_year = and_(ENTRY.c.fund == event.fund, ENTRY.c.year == event.year, ENTRY.c.currency == event.currency)
        asked = select(ENTRY.c.measure).distinct().where(ENTRY.c.kind == "committed", of_year, ENTRY.c.measure.in_(event.measures))
        self.known.book.committed_under.update((*key, measure) for measure in self.connection.scalars(asked))

    def _take_balances(self, rows: Iterable[Any]) -> list[Any]:
        rows = list(rows)
        for row in rows:
            account = Account(row.kind, row.fund, row.year, row.currency, row.part)
            self.known.accounts[account] = row.id
            self.known.book.balances[account] = row.balance or 0
        return rows

    def _rows(self, one: Select[Any], several: Select[Any], names: Sequence[str]) -> Iterator[Any]:
        """What is asked of each name: a single one by a statement that the store keeps ready."""
        if len(names) == 1:
            yield from self.ready.rows(self.connection, one, asked=names[0])
            return
        for start in range(0, len(names), _AT_ONCE):
            yield from self.connection.execute(several, {"asked": names[start : start + _AT_ONCE]})


def _posting_problems(by: str, at: datetime.datetime) -> Iterator[Problem]:
    if not by.strip() or len(by) > LONGEST or not by.isprintable():
        yield Problem("ledger.field", f"by whom it is posted is missing, too long or not readable: {by[:80]!r}", hint="give a name or an office")
    if at.tzinfo is None:
        yield Problem("ledger.field", f"the recorded time {at} has no time zone", hint="write it like 2024-06-30T09:15:00+08:00")


def _told(event: Event, name: str) -> str:
    return money_range(event.amount, event.amount, event.currency or "CNY").en if name == "amount" else str(getattr(event, name))


def _contradictions(event: Event, number: int, former: Event) -> Iterator[Problem]:
    """What an event says otherwise than the entry that has its key; what it leaves empty contradicts nothing."""
    others = [name for name in FIELDS if getattr(event, name) and getattr(event, name) != getattr(former, name)]
    if others:
        said_so = "; ".join(f"{name.replace('_', ' ')} {_told(former, name)}, not {_told(event, name)}" for name in others)
        yield Problem("ledger.key-taken", f"entry {number} has this key, and says {said_so}", event.where, "another event has a key of its own")


# ---------------------------------------------------------------- rows and entries

_COLUMN = {"on": "day", "to": "goes_to", "limit": "limit_name"}
_SAME = tuple((name, _COLUMN.get(name, name)) for name in FIELDS if name not in ("on", "measures", "reverses"))


def _row_of(entry: Entry, at: str) -> dict[str, object]:
    event = entry.event
    return {column: getattr(event, name) for name, column in _SAME} | {
        "number": entry.number, "day": event.on.isoformat(), "measures": json.dumps(event.measures, ensure_ascii=False) if event.measures else "",
        "reverses": event.reverses or None, "posted_by": entry.by, "recorded_at": at, "previous": entry.previous, "hash": entry.hash,
    }  # fmt: skip


def event_of(row: Row[Any]) -> Event:
    """The event that a row of ledger_entry holds; ValueError where no event could have made it."""
    if row.kind not in TITLES:
        raise ValueError(f"{row.kind} is no kind of event")
    return Event(
        row.kind, row.key, datetime.date.fromisoformat(row.day), row.amount, row.currency, row.fund, row.year, row.award, row.subject, row.measure,
        row.clause, row.pack_hash, row.goes_to, row.into_year, row.limit_name, tuple(json.loads(row.measures)) if row.measures else (),
        row.reverses or 0, row.note,
    )  # fmt: skip


def stored_entries(connection: Connection, which: Any = None) -> Iterator[Entry]:
    """Entries as the store holds them, in order of number, with their lines."""
    entries, lines = ENTRIES_IN_ORDER, LINES_IN_ORDER
    if which is not None:
        entries, lines = entries.where(which), lines.join(ENTRY, ENTRY.c.number == LINE.c.entry).where(which)
    options = {"yield_per": 5_000}
    with connection.execute(lines, execution_options=options) as of_lines, connection.execute(entries, execution_options=options) as of_entries:
        by_number = groupby(of_lines, key=lambda row: row.entry)
        number, rows = next(by_number, (None, iter(())))
        for row in of_entries:
            while number is not None and number < row.number:
                number, rows = next(by_number, (None, iter(())))
            own = lines_of(rows) if number == row.number else ()
            yield Entry(row.number, event_of(row), row.posted_by, datetime.datetime.fromisoformat(row.recorded_at), own, row.previous, row.hash)


def lines_of(rows: Iterable[Any]) -> tuple[Line, ...]:
    """The lines that rows of LINES_IN_ORDER hold; of whatever kind the rows say."""
    return tuple(Line(Account(r.kind, r.fund, r.year, r.currency, r.part), r.amount, r.balance) for r in rows)


def _standing_of(row: Row[Any]) -> Standing:
    day = datetime.date.fromisoformat(row.day)
    return Standing(row.number, row.fund, row.year, row.currency, row.subject, row.measure, row.clause, row.pack_hash, day)


_LOCK = text("SELECT version FROM huiqi_ledger FOR UPDATE")
_LAST = select(ENTRY.c.number, ENTRY.c.hash).order_by(ENTRY.c.number.desc()).limit(1)
#: Every entry, and every line with its account.
ENTRIES_IN_ORDER = select(ENTRY).order_by(ENTRY.c.number)
LINES_IN_ORDER = (
    select(LINE.c.entry, LINE.c.amount, LINE.c.balance, LINE.c.kind, ACCOUNT.c.fund, ACCOUNT.c.year, ACCOUNT.c.currency, ACCOUNT.c.part)
    .join_from(LINE, ACCOUNT, LINE.c.account == ACCOUNT.c.id, isouter=True)
    .order_by(LINE.c.entry, LINE.c.position)
)
_ASKED: BindParameter[str] = bindparam("asked", expanding=True)
_ONE: BindParameter[str] = bindparam("asked")
_LATEST = (
    select(LINE.c.balance).where(LINE.c.account == ACCOUNT.c.id).order_by(LINE.c.entry.desc(), LINE.c.position.desc()).limit(1).scalar_subquery()
)
_BALANCES = select(ACCOUNT, _LATEST.label("balance"))
_LATER = ENTRY.alias("later")
#: Commitments that were not reversed.
_STANDING = select(ENTRY).where(ENTRY.c.kind == "committed", ~exists().where(_LATER.c.reverses == ENTRY.c.number)).order_by(ENTRY.c.number)
# Each for one name, which the store keeps ready, and for several.
_BY_KEY, _BY_KEYS = select(ENTRY).where(ENTRY.c.key == _ONE), select(ENTRY).where(ENTRY.c.key.in_(_ASKED))
_COMMITMENT, _COMMITMENTS = _STANDING.where(ENTRY.c.award == _ONE), _STANDING.where(ENTRY.c.award.in_(_ASKED))
_OF_AN_AWARD = _BALANCES.where(or_(*(ACCOUNT.c.kind == kind for kind in OF_AWARD)), ACCOUNT.c.part == _ONE)
_OF_AWARDS = _BALANCES.where(or_(*(ACCOUNT.c.kind == kind for kind in OF_AWARD)), ACCOUNT.c.part.in_(_ASKED))
_OPEN, _ADD_LINES, _ADD_ENTRIES = ACCOUNT.insert(), LINE.insert(), ENTRY.insert()
