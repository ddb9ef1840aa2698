"""huiqi ledger pay: an award is paid, or a part of it."""

from __future__ import annotations

from huiqi.cli.ledger._given import Amount, At, Award, By, Key, Note, On, Place, day_of_effect, money, post
from huiqi.cli.options import Lang, Language
from huiqi.delivery.ledger.events import Event


def pay(ledger: Place, award: Award, amount: Amount, on: On, key: Key, by: By, at: At = None, note: Note = "", lang: Language = Lang.en) -> None:
    """Pay out of an award's commitment (拨付)."""
    fen, currency = money(amount)
    post(ledger, [Event("disbursed", key, day_of_effect(on), fen, currency, award=award, note=note)], by, at, lang)
