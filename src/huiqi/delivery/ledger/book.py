"""Which lines an event makes, and what it may not do, given what the books say so far.

Posting and verifying use the same book, so that what is verified is what was enforced.
"""

from __future__ import annotations

import dataclasses
import datetime
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from huiqi.delivery.ledger.accounts import KINDS, Account
from huiqi.delivery.ledger.events import Event
from huiqi.vocabulary.problem import Problem, did_you_mean
from huiqi.vocabulary.speech import money_range


class Line(NamedTuple):
    """So much into an account (out of it: negative), and its balance afterwards; fen."""

    account: Account
    amount: int
    balance: int


class Standing(NamedTuple):
    """A commitment that stands: whose award it is, and since when."""

    number: int
    fund: str
    year: int
    currency: str
    subject: str
    measure: str
    clause: str
    pack_hash: str
    on: datetime.date


class Booked(NamedTuple):
    """An entry that may be reversed: what it was and its lines."""

    event: Event
    lines: tuple[Line, ...]


@dataclass
class Book:
    """What the books say so far of what is asked about; it grows with every event that is entered."""

    balances: dict[Account, int] = field(default_factory=dict)
    years: set[tuple[str, int, str]] = field(default_factory=set)  # fund, year and currency that were given money
    limits: dict[tuple[str, int, str], dict[str, frozenset[str]]] = field(default_factory=dict)  # by name: the measures
    standing: dict[str, list[Standing]] = field(default_factory=dict)  # by award, first one first
    committed_under: set[tuple[str, int, str, str]] = field(default_factory=set)  # fund, year, currency, measure with a commitment ever made
    reversed: set[int] = field(default_factory=set)

    def complete(self, event: Event, booked: Mapping[int, Booked]) -> Event:
        """The event with what follows from its award, from the year, or from the entry that it reverses."""
        if event.kind == "reversed":
            wrong = booked.get(event.reverses)
            return event if wrong is None else _with(event, wrong.event, ("amount", "currency", "fund", "year", "award", *_OF_AWARD))
        if event.kind == "carried_over":
            return dataclasses.replace(event, into_year=event.into_year or event.year + 1)
        if event.kind == "committed" or not self.standing.get(event.award):
            return event
        completed = _with(event, self.standing[event.award][0], ("fund", "year", "currency", *_OF_AWARD))
        if event.kind == "clawed_back" and event.to == "fund" and not event.into_year:
            completed = dataclasses.replace(completed, into_year=completed.year)
        return completed

    def lines(self, event: Event, booked: Mapping[int, Booked]) -> tuple[Line, ...]:
        """What a complete event moves, with the balances that it leaves: in each fund, year and currency it sums to nought."""
        moves = _moves(event, self._limits_of(event), booked)
        balances: dict[Account, int] = {}
        made = []
        for account, amount in moves:
            balances[account] = balances.get(account, self.balances.get(account, 0)) + amount
            made.append(Line(account, amount, balances[account]))
        return tuple(made)

    def problems(self, event: Event, lines: tuple[Line, ...], booked: Mapping[int, Booked]) -> list[Problem]:
        """What an event may not do: overspend, pay what was not committed, contradict its award, ..."""
        found = list(self._reversal(event, booked) if event.kind == "reversed" else self._of_award(event))
        if not found and event.kind != "reversed":
            found += self._of_year(event)
        return found or list(self.overdrawn(event, lines))

    def enter(self, number: int, event: Event, lines: Iterable[Line]) -> None:
        """Take an entry into the book."""
        for account, _, balance in lines:
            self.balances[account] = balance
            if account.kind == "available":
                self.years.add(account[1:4])
            elif account.kind == "limit-given" and balance == 0:  # all that set it was reversed
                self.limits.get(account[1:4], {}).pop(account.part, None)
        key = (event.fund, event.year, event.currency)
        if event.kind == "committed":
            since = Standing(number, *key, event.subject, event.measure, event.clause, event.pack_hash, event.on)
            self.standing.setdefault(event.award, []).append(since)
            self.committed_under.add((*key, event.measure))
        elif event.kind == "limited":
            self.limits.setdefault(key, {})[event.limit] = frozenset(event.measures)
        elif event.kind == "reversed":
            self.reversed.add(event.reverses)
            left = [s for s in self.standing.get(event.award, ()) if s.number != event.reverses]
            if event.award in self.standing:
                self.standing[event.award] = left

    # ------------------------------------------------------------ what is wrong

    def _of_award(self, event: Event) -> Iterator[Problem]:
        """An event of an award has to be of the same subject, measure, fund and year, and not before its commitment."""
        if not event.award:
            return
        standing = self.standing.get(event.award)
        if not standing:
            if event.kind != "committed":
                hint = did_you_mean(event.award, self.standing) or "look it up with `huiqi ledger awards`"
                yield Problem("ledger.award-unknown", f"nothing is committed for the award {event.award}", event.where, hint)
            return
        first = standing[0]
        for name in ("fund", "year", "currency", "subject", "measure"):
            if getattr(event, name) != getattr(first, name):
                code = "ledger.currency" if name == "currency" else "ledger.award-other"
                message = f"the award {event.award} is of the {name} {getattr(first, name)}, not {getattr(event, name)}"
                yield Problem(code, message, event.where, "name the right award, or give this one an id of its own")
        if event.on < first.on:
            hint = "the day of effect cannot lie before the decision"
            yield Problem("ledger.before-award", f"{event.on} is before the award was decided, on {first.on}", event.where, hint)
        if event.kind == "clawed_back" and event.into_year and event.into_year < event.year:
            yield Problem(
                "ledger.year", f"money of {event.year} does not go back into {event.into_year}", event.where, "name that year or a later one"
            )

    def _of_year(self, event: Event) -> Iterator[Problem]:
        """Money is there only where a budget gave it."""
        if event.kind == "carried_over":
            if event.into_year != event.year + 1:
                yield Problem("ledger.year", f"what is left of {event.year} goes into {event.year + 1}", event.where, "leave into_year out")
            if event.on < datetime.date(event.year, 12, 31):
                yield Problem(
                    "ledger.carry-early", f"{event.year} is not over on {event.on}", event.where, f"carry over on {event.year}-12-31 or later"
                )
        if event.kind == "limited":
            yield from self._of_limit(event)
        elif event.kind != "appropriated":
            yield from self._given(event, event.year)
        if event.kind == "clawed_back" and event.into_year > event.year:
            yield from self._given(event, event.into_year)

    def _given(self, event: Event, year: int) -> Iterator[Problem]:
        if (event.fund, year, event.currency) in self.years:
            return
        years = sorted({y for fund, y, _ in self.years if fund == event.fund})
        if not years:
            hint = did_you_mean(event.fund, {fund for fund, _, _ in self.years}) or "give it money first: huiqi ledger appropriate"
            yield Problem("ledger.fund-unknown", f"no budget gave the fund {event.fund} money", event.where, hint)
        elif year not in years:
            hint = f"there is money of {', '.join(map(str, years))}; give this year some first: huiqi ledger appropriate"
            yield Problem("ledger.year", f"no budget gave the fund {event.fund} money for {year}", event.where, hint)
        else:
            currencies = sorted({c for fund, y, c in self.years if (fund, y) == (event.fund, year)})
            message = f"the fund {event.fund} holds {', '.join(currencies)} in {year}, not {event.currency}"
            yield Problem("ledger.currency", message, event.where, "huiqi exchanges no money: book what was exchanged, with its own voucher")

    def _of_limit(self, event: Event) -> Iterator[Problem]:
        key = (event.fund, event.year, event.currency)
        former = self.limits.get(key, {}).get(event.limit)
        if former is not None and former != frozenset(event.measures):
            message = f"the limit {event.limit} is on other measures: {', '.join(sorted(former))}"
            yield Problem("ledger.limit-other", message, event.where, "give another limit another name")
        late = [measure for measure in event.measures if (*key, measure) in self.committed_under]
        if former is None and late:
            message = f"{', '.join(late)}: commitments were made before the limit {event.limit}"
            yield Problem("ledger.limit-late", message, event.where, "a limit is set before the first commitment that it is on")

    def _reversal(self, event: Event, booked: Mapping[int, Booked]) -> Iterator[Problem]:
        wrong = booked.get(event.reverses)
        if wrong is None:
            yield Problem("ledger.reversal", f"there is no entry {event.reverses}", event.where, "look its number up: huiqi ledger entries")
        elif wrong.event.kind == "reversed":
            yield Problem(
                "ledger.reversal", f"entry {event.reverses} is itself a reversal", event.where, "book what was right once more, with a key of its own"
            )
        elif event.reverses in self.reversed:
            yield Problem("ledger.reversal", f"entry {event.reverses} is reversed already", event.where, "nothing is left to reverse")
        elif event.on < wrong.event.on:
            yield Problem(
                "ledger.reversal", f"{event.on} is before entry {event.reverses}, of {wrong.event.on}", event.where, "date it on that day or later"
            )

    def overdrawn(self, event: Event, lines: tuple[Line, ...]) -> Iterator[Problem]:
        """No balance crosses nought, and no more is recovered than was paid."""
        for account, _, balance in lines:
            if balance * KINDS[account.kind].sign < 0:
                yield _overdrawing(event, account, abs(balance))
            elif account.kind in ("recovered", "paid"):
                after = {line.account: line.balance for line in lines}
                net = sum(after.get(a, self.balances.get(a, 0)) for a in (account._replace(kind="paid"), account._replace(kind="recovered")))
                if net < 0:
                    yield _overdrawing(event, account._replace(kind="recovered"), -net)

    def _limits_of(self, event: Event) -> list[str]:
        if event.kind not in ("committed", "released"):
            return []
        limits = self.limits.get((event.fund, event.year, event.currency), {})
        return sorted(name for name, measures in limits.items() if event.measure in measures)


_OF_AWARD = ("subject", "measure", "clause", "pack_hash")


def _with(event: Event, source: Event | Standing, names: tuple[str, ...]) -> Event:
    """The event with what it left empty taken from elsewhere."""
    return dataclasses.replace(event, **{name: getattr(source, name) for name in names if not getattr(event, name)})


def _moves(event: Event, limits: list[str], booked: Mapping[int, Booked]) -> list[tuple[Account, int]]:
    """Pairs of accounts, from one into the other: the table in docs/ledger.md."""

    def move(source: str, target: str, part: str = "", year: int = 0) -> list[tuple[Account, int]]:
        rest = (event.fund, year or event.year, event.currency)
        parted = ("committed", "paid", "recovered", "limit-given", "limit-room", "limit-used")
        return [(Account(kind, *rest, part if kind in parted else ""), amount) for kind, amount in ((source, -event.amount), (target, event.amount))]

    match event.kind:
        case "appropriated":
            return move("budget", "available")
        case "limited":
            return move("limit-given", "limit-room", event.limit)
        case "committed":
            return move("available", "committed", event.award) + [m for name in limits for m in move("limit-room", "limit-used", name)]
        case "released":
            return move("committed", "available", event.award) + [m for name in limits for m in move("limit-used", "limit-room", name)]
        case "disbursed":
            return move("committed", "paid", event.award)
        case "clawed_back" if event.to == "treasury":
            return move("recovered", "treasury", event.award)
        case "clawed_back" if event.into_year in (0, event.year):
            return move("recovered", "available", event.award)
        case "clawed_back":
            return move("recovered", "carried-out", event.award) + move("carried-in", "available", year=event.into_year)
        case "carried_over":
            return move("available", "carried-out") + move("carried-in", "available", year=event.into_year)
        case "reversed":
            wrong = booked.get(event.reverses)
            return [] if wrong is None else [(line.account, -line.amount) for line in wrong.lines]


def _overdrawing(event: Event, account: Account, short: int) -> Problem:
    """Which limit an event would cross, and by how much."""
    over = money_range(short, short, account.currency).en
    left = money_range(event.amount - short, event.amount - short, account.currency).en  # what it could have been
    see = f"{left} is left; see `huiqi ledger entries LEDGER {account.part}`"
    fund = f"the fund {account.fund} of {account.year}"
    code, message, hint = {
        "available": ("ledger.overspent", f"{over} more than {fund} has available", "see `huiqi ledger balance`; release, or appropriate more"),
        "limit-room": ("ledger.limit", f"{over} more than the limit {account.part} of {fund} leaves room for", "see `huiqi ledger balance`"),
        "committed": ("ledger.over-committed", f"{over} more than is committed and unpaid of the award {account.part}", see),
        "paid": ("ledger.over-recovered", f"{over} more than was paid of the award {account.part}", see),
        "recovered": (
            "ledger.over-recovered",
            f"{over} more than was paid and not yet recovered of the award {account.part}",
            see,
        ),
    }.get(account.kind, ("ledger.reversal", f"{over} of it has gone on from {account.kind} of {fund}", "reverse what followed first, last one first"))
    return Problem(code, message, event.where, hint)
