"""huiqi ledger carry: what is left at the year's end goes into the next."""

from __future__ import annotations

from huiqi.cli.ledger._given import Amount, At, By, Fund, Key, Note, On, Place, Year, day_of_effect, money, post
from huiqi.cli.options import Lang, Language
from huiqi.delivery.ledger.events import Event


def carry(
    ledger: Place, fund: Fund, year: Year, amount: Amount, on: On, key: Key, by: By, at: At = None, note: Note = "", lang: Language = Lang.en
) -> None:
    """Carry what is available of a fund's year over into the next (结转); commitments stay with their year, and are paid from it."""
    fen, currency = money(amount)
    post(ledger, [Event("carried_over", key, day_of_effect(on), fen, currency, fund, year, note=note)], by, at, lang)
