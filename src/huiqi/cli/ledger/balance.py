"""huiqi ledger balance: how each fund stands, by year."""

from __future__ import annotations

import csv
import io
import json
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table

from huiqi.cli.ledger._given import Place
from huiqi.cli.options import Lang, Language
from huiqi.cli.show import console
from huiqi.cli.writing import write_or_print
from huiqi.delivery.ledger.accounts import KINDS
from huiqi.delivery.ledger.ledger import Balance, open_ledger
from huiqi.vocabulary.problem import FaultyInput, Problem, did_you_mean
from huiqi.vocabulary.speech import Both, money_range


class Form(StrEnum):
    """A form of a report."""

    table = "table"
    json = "json"
    csv = "csv"


_NAMED = [kind for kind in KINDS if not kind.startswith("limit")]


def balance(
    ledger: Place,
    form: Annotated[Form, typer.Option("--form", help="A table to read; JSON in whole fen; CSV in the currency's unit.")] = Form.table,
    fund: Annotated[str | None, typer.Option("--fund", help="Only this fund.")] = None,
    year: Annotated[int | None, typer.Option("--year", help="Only this budget year.")] = None,
    out: Annotated[Path | None, typer.Option("--out", "-o", help="A file for the JSON or CSV.")] = None,
    lang: Language = Lang.en,
) -> None:
    """Say of each fund and year what was appropriated, is available, committed, paid, recovered and carried over."""
    if out is not None and form is Form.table:
        raise typer.BadParameter("a table is for the terminal; --form json or csv writes a file", param_hint="--out")
    with open_ledger(ledger, read_only=True) as opened:
        every = opened.balances()
    found = [b for b in every if fund in (None, b.fund) and year in (None, b.year)]
    if every and not found:
        raise FaultyInput([_nothing_of(fund, year, every)])
    if form is Form.json:
        write_or_print(json.dumps([_as_json(b) for b in found], ensure_ascii=False, indent=2), out)
    elif form is Form.csv:
        write_or_print(_csv(found), out)
    elif found:
        _show(found, lang.value)
    else:
        console.print(Both("no money was appropriated", "尚无预算安排")(lang.value))


def _nothing_of(fund: str | None, year: int | None, every: list[Balance]) -> Problem:
    """A fund or a year that the ledger has no money of, and what it has."""
    funds = sorted({b.fund for b in every})
    if fund is not None and fund not in funds:
        return Problem(
            "ledger.fund-unknown", f"no budget gave the fund {fund} money", hint=did_you_mean(fund, funds) or f"there is money of {', '.join(funds)}"
        )
    years = sorted({b.year for b in every if fund in (None, b.fund)})
    return Problem("ledger.year", f"no budget gave money for {year}", hint=f"there is money of {', '.join(map(str, years))}")


def _show(found: list[Balance], lang: str) -> None:
    """A table a fund and year, a row an account: what came in first, then where it is."""
    for b in found:
        table = Table(box=None, pad_edge=False, show_header=False, padding=(0, 2, 0, 2))
        table.add_column(no_wrap=True)
        table.add_column(justify="right", no_wrap=True)
        for kind in (kind for kind in _NAMED if b.accounts[kind] or kind in ("budget", "available")):
            table.add_row(KINDS[kind].title(lang), _said(b.accounts[kind], b.currency, lang))
        for name, (given, spent) in b.limits.items():
            title = Both(f"Limit {name}: used, of", f"限额 {name}：已用 / 限额")(lang)
            table.add_row(escape(title), f"{_said(spent, b.currency, lang)} / {_said(given, b.currency, lang)}")
        console.print(f"[bold]{escape(b.fund)}[/] {b.year} {b.currency}")
        console.print(table)


def _said(fen: int, currency: str, lang: str) -> str:
    return money_range(fen, fen, currency)(lang)


def _as_json(b: Balance) -> dict[str, object]:
    limits = {name: {"given": given, "used": used} for name, (given, used) in b.limits.items()}
    return {"fund": b.fund, "year": b.year, "currency": b.currency, **{k.replace("-", "_"): v for k, v in b.accounts.items()}, "limits": limits}


def _csv(found: list[Balance]) -> str:
    text = io.StringIO()
    rows = csv.writer(text, lineterminator="\n")
    rows.writerow(["fund", "year", "currency", *(kind.replace("-", "_") for kind in _NAMED)])
    rows.writerows([b.fund, b.year, b.currency, *(f"{b.accounts[k] // 100}.{b.accounts[k] % 100:02}" for k in _NAMED)] for b in found)
    return text.getvalue()
