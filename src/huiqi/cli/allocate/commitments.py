"""huiqi allocate commitments: what rounds have promised for each year, against what the budget gives."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from huiqi.allocation.commitments.against_budget import Commitments, Floor, Period
from huiqi.allocation.commitments.against_budget import commitments as committed
from huiqi.allocation.commitments.promises import (
    Promises,
    Within,
    added,
    promised,
    read_expected,
    read_payments,
    read_promises,
    refuse_doubled,
    with_expected,
)
from huiqi.allocation.round_result import latest_law, most_given
from huiqi.cli.options import AsJson, Lang, Language, Packs, day, library_of
from huiqi.cli.show import console
from huiqi.cli.writing import write_or_print
from huiqi.publication.wording import NOT_PUBLIC
from huiqi.rules.funds import Fen, funds_of
from huiqi.rules.parse import parse
from huiqi.rules.syntax import Quantity
from huiqi.vocabulary.problem import NOWHERE
from huiqi.vocabulary.source import Text
from huiqi.vocabulary.speech import Both, both, figure, money_range, of_words
from huiqi.vocabulary.unit import PLAIN

_HEADS = {
    "en": ("Year", "Appropriation", "Promised before", "Promised now", "Left"),
    "zh": ("年度", "预算安排", "此前已承诺", "本次新承诺", "余额"),
}
_NO_FUND = Both("Paid from no named fund", "未指明资金渠道")
_PAIRS = ("appropriation", "before", "new", "left")
_COLUMNS = ("fund", "first_year", "last_year", *(f"{name}_{end}" for name in _PAIRS for end in ("low", "high")))


def commitments(
    rounds: Annotated[list[Path], typer.Argument(help="Folders that rounds of allocate were written to.")],
    pack: Packs,
    before: Annotated[
        list[Path], typer.Option("--before", help="What was promised earlier: a round's folder, or a CSV with fund,year,amount[,last_year].")
    ] = [],  # noqa: B006 - typer reads the default, nobody changes it
    expected: Annotated[Path | None, typer.Option("--expected", help="When milestones are expected: a CSV with award,milestone,year.")] = None,
    expenditure: Annotated[
        list[str], typer.Option("--expenditure", help="The budget's expenditure of a year, for floors, like 2024=100亿元; may be repeated.")
    ] = [],  # noqa: B006
    law_on: Annotated[str | None, typer.Option("--law-on", help="The day whose texts are in force; default: the latest of the rounds.")] = None,
    lang: Language = Lang.en,
    out: Annotated[Path | None, typer.Option(help="A CSV file to write the table to, in whole fen.")] = None,
    json_: AsJson = False,
) -> None:
    """Show what is promised for each year against what the budget gives, fund by fund. Exit status 1 if more is surely promised than there is."""
    rules = library_of(pack, rules_only=True).rules(day(law_on, "--law-on") if law_on else latest_law(rounds))
    funds = funds_of(rules)
    folders = [path for path in before if not path.is_file()]
    tables = [read_payments(folder) for folder in (*rounds, *folders)]
    refuse_doubled((*rounds, *folders), tables)
    if expected is not None:
        tables = with_expected(tables, read_expected(expected))
    given = [promised(table, _within(folder)) for table, folder in zip(tables, (*rounds, *folders), strict=True)]
    new = added(given[: len(rounds)])
    old: Promises = added([*given[len(rounds) :], *(read_promises(path) for path in before if path.is_file())])
    currencies = {fund.currency for fund in funds}
    found = committed(funds, new, old, dict(_expenditure(text, currencies) for text in expenditure))
    if json_:
        typer.echo(json.dumps([_as_json(one) for one in found], ensure_ascii=False, indent=2))
    else:
        for one in found:
            _show(one, lang.value)
        if not found:
            console.print(Both("nothing is promised", "没有任何承诺")(lang.value))
    if out is not None:
        write_or_print(_as_csv(found), out)
    raise typer.Exit(0 if all(one.sound for one in found) else 1)


def _within(folder: Path) -> Within | None:
    most = most_given(folder)
    return None if most is None else Within(str(folder), most)


def _expenditure(text: str, currencies: set[str]) -> tuple[int, int]:
    """`2024=100亿元` as a year and fen."""
    year, _, written = text.partition("=")
    syntax, _ = parse(Text(written.strip(), NOWHERE), NOWHERE)
    if len(year) != 4 or not year.isdecimal() or not isinstance(syntax, Quantity) or syntax.unit is None:
        raise typer.BadParameter(f"{text} is no expenditure of a year; write 2024=100亿元", param_hint="--expenditure")
    if syntax.unit.dimension.currency not in currencies or (fen := syntax.value * 100) <= 0 or fen.denominator != 1:
        wanted = " or ".join(sorted(currencies)) or "the currency of a fund"
        raise typer.BadParameter(f"{written} is not an amount in {wanted} above nothing, in whole fen", param_hint="--expenditure")
    return int(year), int(fen)


# ---------------------------------------------------------------- what is shown


def _show(one: Commitments, lang: str) -> None:
    title = _NO_FUND if one.fund is None else of_words(one.fund.title)
    console.print(f"[bold]{escape(title(lang))}[/]" + ("" if one.fund is None else f"  [dim]{escape(one.fund.name)}[/]"))
    if one.years:
        table = Table(pad_edge=False, box=None, header_style="bold", padding=(0, 2, 0, 0))
        for number, head in enumerate(_HEADS[lang]):
            table.add_column(head, justify="right" if number else "left", no_wrap=True)
        for period in (*one.years, *one.totals):
            table.add_row(*(escape(cell(lang)) for cell in _cells(period, one)))
        Console(highlight=False, width=None if console.is_terminal else 200).print(table)
    for said in _said(one):
        console.print(escape(said(lang)))
    console.print()


def _cells(period: Period, one: Commitments) -> Iterator[Both]:
    currency = _currency(one)
    span = str(period.first) if period.first == period.last else f"{period.first}–{period.last}"
    yield Both(span, span)
    yield NOT_PUBLIC if period.appropriation == (0, None) else money_range(*period.appropriation, currency)
    yield money_range(*period.before, currency)
    yield money_range(*period.new, currency)
    yield _left(period, currency)


def _left(period: Period, currency: str) -> Both:
    low, high = period.free
    if period.appropriation == (0, None):
        return Both("not known", "未知")
    if low is None:
        return Both("not known", "未知") if high is None else both(("at most {0}", "不超过{0}"), money_range(high, high, currency))
    if high is None:
        return both(("at least {0}", "不低于{0}"), money_range(low, low, currency))
    return money_range(low, high, currency)


def _currency(one: Commitments) -> str:
    return "CNY" if one.fund is None else one.fund.currency


def _said(one: Commitments) -> Iterator[Both]:
    """Over-commitment, floors, and what no year is known for."""
    currency = _currency(one)
    if one.undated != (0, 0):
        yield both(
            ("in no known year: {0}, which wait for milestones; they are counted as possible in every year from the decision on",
             "年度未定：{0}，待完成约定事项后拨付；自决定当年起各年均计为可能支出"),
            money_range(*one.undated, currency),
        )  # fmt: skip
    for period in one.over:
        span = Both(str(period.first), f"{period.first}年")
        if period.first != period.last:
            span = Both(f"{period.first} to {period.last}", f"{period.first}年至{period.last}年")
        assert period.over is not None
        least, most = period.over
        if least:
            yield both(("✗ over-committed in {0}: by {1}", "✗ {0}超额承诺：{1}"), span, money_range(least, most, currency))
        elif most is None:
            yield both(("? may be over-committed in {0}: what is promised has no known upper end", "? {0}可能超额承诺：承诺金额无上限"), span)
        else:
            yield both(("? may be over-committed in {0}: by up to {1}", "? {0}可能超额承诺：最多超出{1}"), span, money_range(most, most, currency))
    for floor in one.floors:
        yield _floor(floor, currency)


def _floor(floor: Floor, currency: str) -> Both:
    mark, words = {
        "yes": ("✓", ("the floor of {0} is kept", "{0}年下限已达到")),
        "no": ("✗", ("the floor of {0} is missed", "{0}年低于下限")),
        "depends": ("?", ("whether the floor of {0} is kept is not known", "{0}年是否达到下限未知")),
    }[floor.kept]
    least, spent = (money_range(fen, fen, currency) for fen in (floor.least, floor.expenditure))
    given = NOT_PUBLIC if floor.appropriation == (0, None) else money_range(*floor.appropriation, currency)
    verdict = both(words, str(floor.year))
    detail = both(
        ("{0} of {1} is {2}; the appropriation: {3}", "{1}的{0}为{2}；预算安排：{3}"), figure(floor.share, PLAIN, share=True), spent, least, given
    )
    return Both(f"{mark} {verdict.en}: {detail.en}", f"{mark} {verdict.zh}：{detail.zh}")


# ---------------------------------------------------------------- for other programs


def _as_json(one: Commitments) -> dict[str, Any]:
    return {
        "fund": None if one.fund is None else one.fund.name,
        "currency": _currency(one),
        "years": [_period(period) for period in one.years],
        "totals": [_period(period) for period in one.totals],
        "undated": list(one.undated),
        "floors": [
            {
                "year": floor.year,
                "least": floor.least,
                "expenditure": floor.expenditure,
                "appropriation": list(floor.appropriation),
                "kept": floor.kept,
            }
            for floor in one.floors
        ],
    }


def _period(period: Period) -> dict[str, Any]:
    ends: dict[str, Any] = {
        "appropriation": period.appropriation,
        "before": period.before,
        "new": period.new,
        "left": period.free,
        "over": period.over,
    }
    return {"first_year": period.first, "last_year": period.last} | {name: None if pair is None else list(pair) for name, pair in ends.items()}


def _as_csv(found: tuple[Commitments, ...]) -> str:
    text = io.StringIO()
    rows = csv.writer(text, lineterminator="\n")
    rows.writerow(_COLUMNS)
    for one in found:
        for period in (*one.years, *one.totals):
            ends: list[Fen | tuple[int | None, int | None]] = [period.appropriation, period.before, period.new, period.free]
            rows.writerow(["" if one.fund is None else one.fund.name, period.first, period.last, *(end for pair in ends for end in pair)])
    return text.getvalue()
