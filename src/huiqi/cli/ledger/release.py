"""huiqi ledger release: a commitment is taken back unpaid."""

from __future__ import annotations

from huiqi.cli.ledger._given import Amount, At, Award, By, Key, Note, On, Place, day_of_effect, money, post
from huiqi.cli.options import Lang, Language
from huiqi.delivery.ledger.events import Event


def release(ledger: Place, award: Award, amount: Amount, on: On, key: Key, by: By, at: At = None, note: Note = "", lang: Language = Lang.en) -> None:
    """Give back what is committed and will not be paid (撤销承诺): it is available again."""
    fen, currency = money(amount)
    post(ledger, [Event("released", key, day_of_effect(on), fen, currency, award=award, note=note)], by, at, lang)
