"""What the commands of the ledger are given on the line: which ledger, how much, when, by whom."""

from __future__ import annotations

import datetime
from typing import Annotated

import typer

from huiqi.cli.options import day
from huiqi.cli.show import console
from huiqi.delivery.ledger.events import Event
from huiqi.delivery.ledger.ledger import open_ledger
from huiqi.rules.parse import parse
from huiqi.rules.syntax import Quantity
from huiqi.vocabulary.problem import FaultyInput, Problem, Where
from huiqi.vocabulary.speech import Both

Place = Annotated[str, typer.Argument(metavar="LEDGER", help="The ledger: a file, or postgresql://user@host/database.")]
Award = Annotated[str, typer.Argument(help="The award's id, as it was committed.")]
Amount = Annotated[str, typer.Option("--amount", help="How much, like 5万元, 1234.56元 or 3000 EUR.")]
Fund = Annotated[str, typer.Option("--fund", help="The fund's id.")]
Year = Annotated[int, typer.Option("--year", help="The budget year whose money it is, whatever day it is paid on.")]
Currency = Annotated[str, typer.Option("--currency", help="The currency, where it is not plain from an amount.")]
On = Annotated[str, typer.Option("--on", help="The day of effect, like 2024-06-30: of the decision, the payment, the document.")]
Key = Annotated[str, typer.Option("--key", help="The number of the voucher or document; the same key is never booked twice.")]
By = Annotated[str, typer.Option("--by", help="Who posts it.")]
At = Annotated[str | None, typer.Option("--at", help="When it is recorded, like 2024-06-30T09:15:00+08:00; default: now.")]
Clause = Annotated[str, typer.Option("--clause", help="The clause that it rests on.")]
PackHash = Annotated[str, typer.Option("--pack-hash", help="The hash of the packs that it was decided by, as in run.json or round.json.")]
Note = Annotated[str, typer.Option("--note", help="A remark that is kept with it.")]


def recorded_at(at: str | None) -> datetime.datetime:
    """The recorded time: as given, or now. When something was typed is all that huiqi ever asks the clock."""
    if at is None:
        return datetime.datetime.now(datetime.UTC)
    try:
        return datetime.datetime.fromisoformat(at)
    except ValueError:
        raise typer.BadParameter(f"{at} is not a time; write 2024-06-30T09:15:00+08:00", param_hint="--at") from None


def day_of_effect(on: str) -> datetime.date:
    """The day of --on."""
    return day(on, "--on")


def money(text: str) -> tuple[int, str]:
    """An amount in whole fen, and its currency; FaultyInput where it is no money."""
    syntax, problems = parse(text, Where(text))
    if problems:
        raise FaultyInput([Problem("ledger.amount", f"{text} is no amount: {problems[0].message}", hint=problems[0].hint or _HINT)])
    if not isinstance(syntax, Quantity) or syntax.unit is None or syntax.unit.currency is None:
        raise FaultyInput([Problem("ledger.amount", f"{text} is no amount of money", hint=_HINT)])
    fen = syntax.value * 100
    if fen.denominator != 1:
        raise FaultyInput([Problem("ledger.amount", f"{text} is no whole number of fen", hint="round it as the decision says")])
    return int(fen), syntax.unit.currency


_HINT = "write 5万元, 1234.56元 or 3000 EUR"


def post(place: str, events: list[Event], by: str, at: str | None, lang: str) -> None:
    """Post, and say what was entered, what was there, and the head."""
    with open_ledger(place) as ledger:
        posted = ledger.post(events, by=by, at=recorded_at(at))
    new = [number for number, there in zip(posted.numbers, posted.already, strict=True) if not there]
    old = [number for number, there in zip(posted.numbers, posted.already, strict=True) if there]
    if new:
        console.print(Both(f"entered: {_numbers(new)}", f"已入账：{_numbers(new)}")(lang))
    if old:
        console.print(Both(f"already there, not entered again: {_numbers(old)}", f"已有，未重复入账：{_numbers(old)}")(lang))
    if not events:
        console.print(Both("nothing to enter", "没有可入账的事项")(lang))
    console.print(Both(f"head: {posted.head}", f"末条哈希：{posted.head}")(lang))


def _numbers(numbers: list[int]) -> str:
    if len(numbers) == 1:
        return f"{numbers[0]}"
    consecutive = numbers[-1] - numbers[0] == len(numbers) - 1
    return f"{numbers[0]} – {numbers[-1]} ({len(numbers):,})" if consecutive else f"{len(numbers):,}: {', '.join(map(str, numbers[:10]))} ..."
