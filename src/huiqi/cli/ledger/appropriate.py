"""huiqi ledger appropriate: the budget gives a fund money for a year."""

from __future__ import annotations

from huiqi.cli.ledger._given import Amount, At, By, Clause, Fund, Key, Note, On, PackHash, Place, Year, day_of_effect, money, post
from huiqi.cli.options import Lang, Language
from huiqi.delivery.ledger.events import Event


def appropriate(
    ledger: Place,
    fund: Fund,
    year: Year,
    amount: Amount,
    on: On,
    key: Key,
    by: By,
    at: At = None,
    clause: Clause = "",
    pack_hash: PackHash = "",
    note: Note = "",
    lang: Language = Lang.en,
) -> None:
    """Enter what the budget gives a fund for a year (预算安排); several are added up."""
    fen, currency = money(amount)
    given = Event("appropriated", key, day_of_effect(on), fen, currency, fund, year, clause=clause, pack_hash=pack_hash, note=note)
    post(ledger, [given], by, at, lang)
