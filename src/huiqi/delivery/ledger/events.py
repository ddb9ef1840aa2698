"""What happens to a fund's money, one record an event, and what is wrong with its form."""

from __future__ import annotations

import dataclasses
import datetime
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from huiqi.vocabulary.problem import Problem, Where
from huiqi.vocabulary.speech import Both, money_range
from huiqi.vocabulary.unit import CURRENCIES

Kind = Literal["appropriated", "limited", "committed", "released", "disbursed", "clawed_back", "carried_over", "reversed"]

TITLES: dict[Kind, Both] = {
    "appropriated": Both("appropriated", "预算安排"),
    "limited": Both("limited", "设定限额"),
    "committed": Both("committed", "承诺"),
    "released": Both("released", "撤销承诺"),
    "disbursed": Both("paid", "拨付"),
    "clawed_back": Both("clawed back", "追回"),
    "carried_over": Both("carried over", "结转"),
    "reversed": Both("reversed", "冲正"),
}

#: The most that one entry moves, in fen (90 trillion yuan): sums stay far inside 64 bits.
MOST = 9_000_000_000_000_000
LONGEST = 500


@dataclass(frozen=True)
class Event:
    """One event of a fund.

    `key` is the caller's own name of it, a voucher's or a document's number: the same key is never booked twice. `amount` is in fen (the
    currency's hundredths), more than nought. `year` is the budget year whose money it is, whatever day it is paid on.

    - released, disbursed and clawed_back name their `award`; what is left empty of fund, year, currency, subject, measure, clause and pack hash
      is that of its commitment.
    - clawed_back says where the money goes: `to` the "fund" (of `into_year`, or of the award's own year) or the "treasury".
    - carried_over moves what is available into the following year.
    - limited gives a fund's year a limit by name on what may be committed under these `measures`; once more with the same name raises it.
    - reversed names the entry that was wrong by its number, in `reverses`; its amount and all else are taken from there.
    """

    kind: Kind
    key: str
    on: datetime.date
    amount: int = 0
    currency: str = ""
    fund: str = ""
    year: int = 0
    award: str = ""
    subject: str = ""
    measure: str = ""
    clause: str = ""
    pack_hash: str = ""
    to: str = ""
    into_year: int = 0
    limit: str = ""
    measures: tuple[str, ...] = ()
    reverses: int = 0
    note: str = ""

    @property
    def where(self) -> Where:
        """Problems of an event are told at its key."""
        return Where(self.key)


FIELDS = tuple(field.name for field in dataclasses.fields(Event))
_TEXTS = ("key", "currency", "fund", "award", "subject", "measure", "clause", "pack_hash", "limit", "note")
_NEEDED: dict[Kind, tuple[str, ...]] = {
    "appropriated": ("currency", "fund", "year"),
    "limited": ("currency", "fund", "year", "limit", "measures"),
    "committed": ("currency", "fund", "year", "award", "subject", "measure", "clause", "pack_hash"),
    "released": ("award",),
    "disbursed": ("award",),
    "clawed_back": ("award", "to"),
    "carried_over": ("currency", "fund", "year"),
    "reversed": ("reverses",),
}
#: What an event of a kind may say besides.
_ALLOWED: dict[Kind, tuple[str, ...]] = {
    "appropriated": ("clause", "pack_hash"),
    "limited": ("clause", "pack_hash"),
    "committed": (),
    "released": ("currency", "fund", "year", "subject", "measure", "clause", "pack_hash"),
    "disbursed": ("currency", "fund", "year", "subject", "measure", "clause", "pack_hash"),
    "clawed_back": ("currency", "fund", "year", "subject", "measure", "clause", "pack_hash", "into_year"),
    "carried_over": ("clause", "pack_hash", "into_year"),
    "reversed": (),
}

#: What would not be read of an event of a kind, and is a mistake.
_UNREAD: dict[Kind, tuple[str, ...]] = {
    kind: tuple(
        name for name in FIELDS if name not in ("kind", "key", "on", "note", "amount" if kind != "reversed" else "", *needed, *_ALLOWED[kind])
    )
    for kind, needed in _NEEDED.items()
}


def form_problems(event: Event) -> Iterator[Problem]:
    """What is wrong with an event whatever the ledger holds."""
    if event.kind not in _NEEDED:
        yield _field(event, f"{event.kind} is no kind of event", f"one of: {', '.join(_NEEDED)}")
        return
    if not event.key.strip():
        yield Problem(
            "ledger.field", f"an event ({event.kind}) has no key", hint="give the number of its voucher or document; it is never booked twice"
        )
    if type(event.on) is not datetime.date:
        yield _field(event, f"{event.on!r} is no day of effect", "give a date")
    for name in _NEEDED[event.kind]:
        if not getattr(event, name):
            yield _field(event, f"{event.kind}: {name} is missing", f"say the {name.replace('_', ' ')}")
    for name in _UNREAD[event.kind]:
        if getattr(event, name):
            yield _field(event, f"{event.kind}: {name} says nothing here", "leave it out")
    for name in _TEXTS:
        yield from _text_problems(event, name, getattr(event, name))
    for measure in event.measures:
        yield from _text_problems(event, "measures", measure)
    if event.kind != "reversed":
        yield from _amount_problems(event)
    if event.currency and event.currency not in CURRENCIES:
        yield Problem("ledger.currency", f"{event.currency} is no currency of huiqi", event.where, f"one of: {', '.join(CURRENCIES)}")
    for name in ("year", "into_year"):
        if (year := getattr(event, name)) and not 1900 <= year <= 9000:
            yield _field(event, f"{name} {year} is no budget year", "write it like 2024")
    if event.to not in ("", "fund", "treasury"):
        yield _field(event, f"money does not go back to {event.to}", "fund or treasury")


def _amount_problems(event: Event) -> Iterator[Problem]:
    if type(event.amount) is not int:
        yield Problem("ledger.amount", f"{event.amount!r} is no whole number of fen", event.where, "give whole fen: 1234.56元 is 123456")
    elif event.amount <= 0:
        yield Problem(
            "ledger.amount",
            f"the amount is {_money(event.amount, event)}, and has to be more than nought",
            event.where,
            "a wrong entry is put right by reversing it",
        )
    elif event.amount > MOST:
        yield Problem("ledger.amount", f"the amount is more than {_money(MOST, event)}", event.where, "were yuan multiplied twice?")


def _money(fen: int, event: Event) -> str:
    return money_range(fen, fen, event.currency if event.currency in CURRENCIES else "CNY").en


def _text_problems(event: Event, name: str, text: str) -> Iterator[Problem]:
    if len(text) > LONGEST:
        yield Problem("ledger.field", f"{name} is longer than {LONGEST} characters", Where(event.key[:80]), "shorten it")
    if not text.isprintable() and any(unicodedata.category(sign) in ("Cc", "Cs") for sign in text):
        yield Problem("ledger.field", f"{name} holds a control character: {text[:80]!r}", Where(repr(event.key[:80])), "take it out, line ends too")


def _field(event: Event, message: str, hint: str) -> Problem:
    return Problem("ledger.field", message, event.where, hint)
