"""An entry as it stands in the books, and the hash that ties it to the one before."""

from __future__ import annotations

import datetime
import hashlib
import json
from dataclasses import dataclass

from huiqi.delivery.ledger.book import Line
from huiqi.delivery.ledger.events import Event

#: The form of the bytes that are hashed; another form has another number.
FORM = 1


@dataclass(frozen=True)
class Entry:
    """One entry: what happened, its lines, who posted it and when, and the hashes of the one before and of itself (64 hex digits)."""

    number: int
    event: Event
    by: str
    at: datetime.datetime
    lines: tuple[Line, ...]
    previous: str
    hash: str


def beginning(by: str, at: str) -> str:
    """What the first entry follows: the hash of how the ledger was begun."""
    return _hash(["huiqi ledger", FORM, by, at])


def hash_of(previous: str, number: int, event: Event, by: str, at: str, lines: tuple[Line, ...]) -> str:
    """sha256 over the hash before and all that the entry says: compact JSON in UTF-8, in this order."""
    e = event
    return _hash(
        [
            previous, number, e.kind, e.key, e.on.isoformat(), e.amount, e.currency, e.fund, e.year, e.award, e.subject, e.measure, e.clause,
            e.pack_hash, e.to, e.into_year, e.limit, e.measures, e.reverses, e.note, by, at,
            [[*account, amount, balance] for account, amount, balance in lines],
        ]
    )  # fmt: skip


def said(at: datetime.datetime) -> str:
    """A recorded time as it is kept: UTC to the second."""
    return at.astimezone(datetime.UTC).replace(microsecond=0, tzinfo=None).isoformat() + "Z"


_ENCODER = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))


def _hash(content: list[object]) -> str:
    return hashlib.sha256(_ENCODER.encode(content).encode()).hexdigest()
