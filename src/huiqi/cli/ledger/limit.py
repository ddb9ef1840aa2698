"""huiqi ledger limit: a limit on what a fund's year may commit under some measures."""

from __future__ import annotations

from typing import Annotated

import typer

from huiqi.cli.ledger._given import Amount, At, By, Clause, Fund, Key, Note, On, PackHash, Place, Year, day_of_effect, money, post
from huiqi.cli.options import Lang, Language
from huiqi.delivery.ledger.events import Event


def limit(
    ledger: Place,
    name: Annotated[str, typer.Option("--name", help="The limit's name; once more with the same name and measures raises it.")],
    measure: Annotated[list[str], typer.Option("--measure", "-m", help="A measure that it is on, by its full name; may be repeated.")],
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
    """Set a limit on what may be committed of a fund's year under these measures together (限额)."""
    fen, currency = money(amount)
    given = Event(
        "limited", key, day_of_effect(on), fen, currency, fund, year, clause=clause, pack_hash=pack_hash, limit=name,
        measures=tuple(sorted(set(measure))), note=note,
    )  # fmt: skip
    post(ledger, [given], by, at, lang)
