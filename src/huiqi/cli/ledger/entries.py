"""huiqi ledger entries: what was entered, or the life of one award."""

from __future__ import annotations

import json
from typing import Annotated, Any

import typer
from rich.markup import escape

from huiqi.cli.ledger._given import Place
from huiqi.cli.options import AsJson, Lang, Language
from huiqi.cli.show import console
from huiqi.delivery.ledger.accounts import KINDS
from huiqi.delivery.ledger.chain import Entry, said
from huiqi.delivery.ledger.events import FIELDS, TITLES
from huiqi.delivery.ledger.ledger import open_ledger
from huiqi.vocabulary.problem import FaultyInput, Problem, did_you_mean
from huiqi.vocabulary.speech import Both, money_range

_MADE_UP = Both("made up", "虚构")  # the note that a made-up round's commitments have


def entries(
    ledger: Place,
    award: Annotated[str | None, typer.Argument(help="Only this award's, from its decision on.")] = None,
    json_: AsJson = False,
    lang: Language = Lang.en,
) -> None:
    """Show the entries in their order, with their lines; of one award, its life: decided, paid, recovered, and by which clause."""
    with open_ledger(ledger, read_only=True) as opened:
        if award is not None and next(opened.entries(award), None) is None:
            known = [one.award for one in opened.awards()]
            hint = did_you_mean(award, known) or "look it up with `huiqi ledger awards`"
            raise FaultyInput([Problem("ledger.award-unknown", f"nothing was ever entered for the award {award}", hint=hint)])
        if json_:
            typer.echo(json.dumps([_as_json(entry) for entry in opened.entries(award)], ensure_ascii=False, indent=2))
            return
        count = 0
        for entry in opened.entries(award):
            count += 1
            _show(entry, lang.value)
        if not count:
            console.print(Both("no entries", "没有分录")(lang.value))


def _show(entry: Entry, lang: str) -> None:
    event = entry.event
    amount = money_range(event.amount, event.amount, event.currency)(lang)
    of = Both(f" entry {event.reverses}", f" 第{event.reverses}号")(lang) if event.reverses else ""
    console.print(f"[bold]{entry.number}[/]  {event.on}  [bold]{TITLES[event.kind](lang)}{of} {escape(amount)}[/]  {escape(event.key)}")
    note = _MADE_UP(lang) if event.note == _MADE_UP.en else event.note
    about = [event.award, event.subject, event.measure, event.clause, note]
    if any(about):
        console.print("    " + escape(" · ".join(text for text in about if text)), style="dim")
    for account, moved, balance in entry.lines:
        where = f"{KINDS[account.kind].title(lang)} {account.fund} {account.year}" + (f" {account.part}" if account.kind.startswith("limit") else "")
        both = [("+" if fen > 0 and sign else "") + money_range(fen, fen, account.currency)(lang) for fen, sign in ((moved, True), (balance, False))]
        console.print("    " + escape(Both(f"{where}: {both[0]} (then {both[1]})", f"{where}：{both[0]}（此后{both[1]}）")(lang)))
    by = Both(f"by {entry.by}, recorded {said(entry.at)}, hash {entry.hash}", f"{entry.by}，{said(entry.at)}登记，哈希 {entry.hash}")
    console.print("    " + escape(by(lang)), style="dim")


def _as_json(entry: Entry) -> dict[str, Any]:
    event = {name: getattr(entry.event, name) for name in FIELDS} | {"on": entry.event.on.isoformat(), "measures": list(entry.event.measures)}
    lines = [account._asdict() | {"amount": amount, "balance": balance} for account, amount, balance in entry.lines]
    return {"number": entry.number, **event, "lines": lines, "by": entry.by, "at": said(entry.at), "previous": entry.previous, "hash": entry.hash}
