"""Is a ledger whole? Every entry is hashed and entered again, in a book of its own, by the rules that held when it was posted."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

from sqlalchemy import Row, select

from huiqi.delivery.ledger import store
from huiqi.delivery.ledger.book import Book, Booked, Line
from huiqi.delivery.ledger.chain import beginning, hash_of
from huiqi.delivery.ledger.events import Event
from huiqi.delivery.ledger.ledger import ENTRIES_IN_ORDER, LINES_IN_ORDER, event_of, lines_of
from huiqi.delivery.ledger.tables import ENTRY
from huiqi.vocabulary.problem import FaultyInput, Problem, Where
from huiqi.vocabulary.speech import money_range
from huiqi.vocabulary.unit import CURRENCIES

_RESTORE = "compare with a copy or an export from before; what is posted is never changed, so somebody went round huiqi"


@dataclass(frozen=True)
class Verified:
    """What a ledger was found to be: how many entries, the hash of the last one, and all that is wrong."""

    entries: int
    head: str
    problems: tuple[Problem, ...]


def verify_ledger(place: str, *, head: str | None = None, tick: Callable[[int], None] = lambda _: None) -> Verified:
    """Look every entry of a ledger through: altered, missing, doubled, reordered, unbalanced, or of money that was not there.

    A chain cannot show that its end was cut off: `head`, the hash that a former posting told, can.
    FaultyInput where there is no ledger, or `head` is no whole hash.
    """
    place = str(place)
    if head is not None and not re.fullmatch("[0-9a-f]{64}", head):
        message = f"{head or 'nothing'} is not a whole head, which is 64 signs of 0-9 and a-f"
        hint = "copy all of it, as a posting or `huiqi ledger entries` printed it"
        raise FaultyInput([Problem("ledger.head-form", message, hint=hint)])
    with store.told(place):
        engine = store.engine_of(place, read_only=True)
        try:
            with store.reading(engine) as connection:
                begun = store.about(connection, place)
                run = _Run(beginning(*begun), {number for number in connection.scalars(select(ENTRY.c.reverses)) if number})
                run.problems += [
                    Problem(
                        "ledger.unguarded",
                        f"the trigger {name} is missing or another one",
                        hint="what it keeps from being changed may have been changed",
                    )
                    for name in store.unguarded(connection)
                ]
                options = {"yield_per": 5_000}
                lines = _grouped(connection.execute(LINES_IN_ORDER, execution_options=options))
                for row in connection.execute(ENTRIES_IN_ORDER, execution_options=options):
                    run.entry(row, lines)
                    if run.count % 1_000 == 0:
                        tick(1_000)
                run.rest(lines)
        finally:
            engine.dispose()
    if head is not None and head not in run.numbers:
        message = f"no entry has the hash {head}: entries were cut off the end, or the ledger is another one"
        run.problems.append(Problem("ledger.head", message, hint=_RESTORE))
    return Verified(run.count, run.head, tuple(run.problems))


@dataclass
class _Lines:
    """The lines of the entries, in the order of their numbers."""

    groups: Iterator[tuple[int, Iterator[Row[Any]]]]
    number: int | None = None
    found: tuple[Line, ...] = ()

    def step(self) -> None:
        number, rows = next(self.groups, (None, iter(())))
        self.number, self.found = number, lines_of(rows)


def _grouped(rows: Any) -> _Lines:
    lines = _Lines(groupby(rows, key=lambda row: row.entry))
    lines.step()
    return lines


@dataclass
class _Run:
    head: str
    wanted: set[int]  # the numbers of the entries that others reverse
    book: Book = field(default_factory=Book)
    booked: dict[int, Booked] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    numbers: dict[str, int] = field(default_factory=dict)  # of hashes
    keys: set[str] = field(default_factory=set)
    count: int = 0
    last: int = 0
    sound: bool = True  # the book is what it was when the next entry was posted; afterwards only its own balances say something

    def __post_init__(self) -> None:
        self.numbers[self.head] = 0

    def entry(self, row: Row[Any], lines: _Lines) -> None:
        """Look one entry through, and enter it."""
        where = Where(f"entry {row.number}")
        self.count += 1
        own = self._lines_of(row.number, lines)
        broken = self._place(row, where)
        try:
            event = event_of(row)
        except (ValueError, TypeError) as error:
            self._tell("ledger.altered", f"it holds what no event is: {error}", where)
            event = None
        if event is not None:
            altered = self._content(row, event, own, where, broken)
            self._rules(row.number, event, own, where, altered)
        self.head, self.last = row.hash, max(self.last, row.number)
        self.numbers.setdefault(row.hash, row.number)
        self.keys.add(row.key)

    def rest(self, lines: _Lines) -> None:
        """Lines behind the last entry."""
        while lines.number is not None:
            self._stray(lines)

    def _lines_of(self, number: int, lines: _Lines) -> tuple[Line, ...]:
        while lines.number is not None and lines.number < number:
            self._stray(lines)
        if lines.number != number:
            return ()
        own = lines.found
        lines.step()
        return own

    def _stray(self, lines: _Lines) -> None:
        self._tell("ledger.stray", f"{len(lines.found)} lines belong to entry {lines.number}, which is not there", Where(f"entry {lines.number}"))
        lines.step()

    def _place(self, row: Row[Any], where: Where) -> bool:
        """Whether the entry does not follow the one before it; why is told."""
        if row.key in self.keys or row.hash in self.numbers:
            self._tell("ledger.doubled", f"it is there twice: its key {row.key} or its hash stands in an earlier entry too", where)
            return True
        if row.number > self.last + 1:
            missing = f"entry {self.last + 1} is" if row.number == self.last + 2 else f"entries {self.last + 1} to {row.number - 1} are"
            self._tell("ledger.missing-entry", f"{missing} missing", where)
            return self._breaks(row)
        if row.number <= self.last:
            self._tell("ledger.doubled", "its number stands in an earlier entry too", where)
            return True
        return self._breaks(row)

    def _breaks(self, row: Row[Any]) -> bool:
        return self.numbers.get(row.previous) != row.number - 1

    def _content(self, row: Row[Any], event: Event, own: tuple[Line, ...], where: Where, broken: bool) -> bool:
        """Whether the entry is not what was hashed; what happened to it is told."""

        def hashed(number: int) -> bool:
            return bool(hash_of(row.previous, number, event, row.posted_by, row.recorded_at, own) == row.hash)

        if hashed(row.number):
            if broken and row.number == self.last + 1:
                message = f"it does not follow entry {self.last} as that is now: that one, or this one, was altered or replaced and hashed anew"
                self._tell("ledger.chain", message, where)
            return broken
        after = self.numbers.get(row.previous)
        moved = next((n for n in (*(() if after is None else (after + 1,)), *range(max(1, row.number - 50), row.number + 51)) if hashed(n)), None)
        if moved is not None:
            self._tell("ledger.reordered", f"it was posted as entry {moved}", where)
            self.numbers[row.hash] = moved
        else:
            self._tell("ledger.altered", f"it is not what was posted: its content or its lines were changed (key {row.key})", where)
        return True

    def _rules(self, number: int, event: Event, own: tuple[Line, ...], where: Where, altered: bool) -> None:
        """Enter the event again: its lines have to be those that it makes, with their balances, and none may be overdrawn."""
        total = sum(line.amount for line in own)
        if len(own) < 2 or total:
            comes_to = money_range(total, total, event.currency if event.currency in CURRENCIES else "CNY").en
            self._tell("ledger.unbalanced", f"it has {len(own)} lines, which sum to {comes_to} and not to nought", where)
        if not altered:
            found = self.book.problems(event, own, self.booked) if self.sound else list(self.book.overdrawn(event, own))
            self.problems += [Problem(p.code, f"{p.message} (entered all the same)", where, _RESTORE) for p in found]
            if self.sound and not found and self.book.lines(event, self.booked) != own:
                self._tell("ledger.balance", "its lines or balances are not those that follow from the entries before", where)
        self.book.enter(number, event, own)
        if number in self.wanted:
            self.booked[number] = Booked(event, own)

    def _tell(self, code: str, message: str, where: Where) -> None:
        self.sound = False
        self.problems.append(Problem(code, message, where, _RESTORE))
