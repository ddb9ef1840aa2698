"""huiqi ledger clawback: what was paid comes back."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from huiqi.cli.ledger._given import Amount, At, Award, By, Key, Note, On, Place, day_of_effect, money, post
from huiqi.cli.options import Lang, Language
from huiqi.delivery.ledger.events import Event


class To(StrEnum):
    """Who has the money that comes back."""

    fund = "fund"
    treasury = "treasury"


def clawback(
    ledger: Place,
    award: Award,
    amount: Amount,
    to: Annotated[To, typer.Option("--to", help="Where the money goes: back to the fund, or to the treasury.")],
    on: On,
    key: Key,
    by: By,
    into_year: Annotated[
        int, typer.Option("--into-year", help="With --to fund: the year that may spend it; default: the award's own.", show_default=False)
    ] = 0,
    at: At = None,
    note: Note = "",
    lang: Language = Lang.en,
) -> None:
    """Enter what was recovered of what an award was paid (追回)."""
    if to is To.treasury and into_year:
        raise typer.BadParameter("what goes to the treasury is no year's to spend", param_hint="--into-year")
    fen, currency = money(amount)
    event = Event("clawed_back", key, day_of_effect(on), fen, currency, award=award, to=to.value, into_year=into_year, note=note)
    post(ledger, [event], by, at, lang)
