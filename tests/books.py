"""Ledgers for tests: a made-up fund, 产业, with money of 2024, and events of it."""

from __future__ import annotations

import datetime
from typing import Any

from huiqi.delivery.ledger.events import Event
from huiqi.delivery.ledger.ledger import create_ledger

AT = datetime.datetime(2024, 1, 2, 9, 30, tzinfo=datetime.timezone(datetime.timedelta(hours=8)))
DAY = datetime.date(2024, 3, 1)
FUND: dict[str, Any] = {"fund": "产业", "year": 2024, "currency": "CNY"}


def new_ledger(place: str) -> None:
    create_ledger(place, by="财政科", at=AT)


def appropriated(amount: int, key: str = "预〔2024〕1号", **other: Any) -> Event:
    return Event("appropriated", key, other.pop("on", DAY), amount, **(FUND | other))


def committed(award: str, amount: int, **other: Any) -> Event:
    given = {"award": award, "subject": f"firm of {award}", "measure": "zone/growth/aid", "clause": "第三条", "pack_hash": "ab12", **FUND}
    return Event("committed", other.pop("key", f"commit/{award}"), other.pop("on", DAY), amount, **(given | other))


def paid(award: str, amount: int, key: str, **other: Any) -> Event:
    return Event("disbursed", key, other.pop("on", DAY), amount, award=award, **other)


def released(award: str, amount: int, key: str, **other: Any) -> Event:
    return Event("released", key, other.pop("on", DAY), amount, award=award, **other)


def clawed_back(award: str, amount: int, key: str, **other: Any) -> Event:
    return Event("clawed_back", key, other.pop("on", DAY), amount, award=award, to=other.pop("to", "fund"), **other)


def reversal(number: int, key: str, **other: Any) -> Event:
    return Event("reversed", key, other.pop("on", DAY), reverses=number, **other)
