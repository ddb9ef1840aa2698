"""huiqi allocate budget: give out a round of a fund."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from huiqi.allocation.budget.allocate import allocate_budget
from huiqi.allocation.budget.explain import OUTCOMES, cut_offs_said, outcome_said, reasons_said
from huiqi.allocation.budget.results import about, is_result, read_result, rows_of
from huiqi.allocation.budget.round import read_round
from huiqi.cli.options import AssumeRecognised, Lang, Language, LawOn, registry_of, rules_of
from huiqi.cli.show import console, progress
from huiqi.vocabulary.problem import FaultyInput
from huiqi.vocabulary.speech import Both, both, money_range


def budget(
    round: Annotated[Path, typer.Argument(help="The round's file; or, with --why, a result of this command.")],
    pack: Annotated[list[str], typer.Option("--pack", "-p", help="A pack by its id, or the path of a pack folder; may be repeated.")] = [],  # noqa: B006 - typer reads the default
    registry: Annotated[Path | None, typer.Option("--registry", "-r", help="The registry's folder.")] = None,
    as_of: Annotated[str | None, typer.Option("--as-of", help="The day whose facts count, like 2024-06-30.")] = None,
    out: Annotated[Path | None, typer.Option("--out", "-o", help="The folder for the result; a former result in it is replaced.")] = None,
    why: Annotated[list[str], typer.Option("--why", help="Say why of this applicant; may be repeated.")] = [],  # noqa: B006
    law_on: LawOn = None,
    assume_recognised: AssumeRecognised = False,
    lang: Language = Lang.en,
) -> None:
    """Give out a round of a fund: who is awarded what, who is on the reserve list, what is undecided, and why."""
    if round.is_dir():
        _of_result(round, why, lang)
        return
    if not pack or registry is None or as_of is None:
        missing = [name for name, given in (("--pack", pack), ("--registry", registry), ("--as-of", as_of)) if not given]
        raise typer.BadParameter(f"a round needs {', '.join(missing)}", param_hint=missing[0])
    if out is not None and out.exists() and (not out.is_dir() or (any(out.iterdir()) and not is_result(out))):
        raise typer.BadParameter(f"{out} holds something that is not a round's result of huiqi; it is left as it is", param_hint="--out")
    rules, facts_day = rules_of(pack, as_of, law_on)
    read, problems = read_round(round, rules, facts_day)
    if read is None:
        raise FaultyInput(problems)
    opened = registry_of(registry, rules, read.subject)
    with progress(opened.subjects, "evaluating") as tick:
        awards = allocate_budget(rules, opened, facts_day, read, out=out, assume_recognised=assume_recognised, tick=tick)
    record = about(awards, facts_day)
    show_round(record, lang.value)
    if out is not None:
        console.print(Both(f"result in {out}/", f"结果见{out}/")(lang.value))
    for subject in why:
        explain_award(subject, record, rows_of(awards, subject), lang.value)


def _of_result(folder: Path, why: list[str], lang: Lang) -> None:
    if not is_result(folder):
        raise typer.BadParameter(f"{folder} holds no result of a round; give the round's file", param_hint="ROUND")
    if not why:
        show_round(read_result(folder, "")[0], lang.value)
    for subject in why:
        record, rows = read_result(folder, subject)
        explain_award(subject, record, rows, lang.value)


def show_round(record: dict[str, Any], lang: str) -> None:
    """The round, what came of it, and its cut-offs."""
    for words in _heading(record):
        console.print(escape(words(lang)))
    totals = record["totals"]
    currency = record["currency"]

    def money(low: int, high: int | None = None) -> str:
        return money_range(low, low if high is None else high, currency)(lang)

    heads = {"en": ("", "Claims", "Money"), "zh": ("", "申报", "金额")}[lang]
    table = Table(box=None, pad_edge=False, header_style="bold", padding=(0, 2, 0, 0))
    for number, head in enumerate(heads):
        table.add_column(head, justify="right" if number else "left", no_wrap=True)
    held = Both("at most {0}, held", "至多{0}，已预留")(lang).format(money(totals["held"])) if totals["held"] else ""
    amounts = {"awarded": money(totals["given_low"]), "undecided": held if totals["undecided"] else ""}
    for name, words in OUTCOMES.items():
        table.add_row(words(lang), f"{totals[name]:,}", amounts.get(name, ""))
    if totals["held"] and not totals["undecided"]:
        table.add_row(Both("open in awards", "拟支持中未定")(lang), "", held)
    table.add_row(Both("left over", "结余")(lang), "", money(totals["left"]))
    table.add_row(f"[bold]{Both('in all', '合计')(lang)}[/]", f"{totals['claims']:,}", money(totals["money"]))
    Console(highlight=False, width=None if console.is_terminal else 150).print(table)
    for words in (*cut_offs_said(record), *_notes(record)):
        console.print(escape(words(lang)))


def _heading(record: dict[str, Any]) -> Iterator[Both]:
    made_up = Both(" (made up)", "（虚构）") if record["made_up"] else Both("", "")
    yield both(("{0}{1}: {2} {3}", "{0}{1}：{2}{3}年"), Both(**record["title"]), made_up, Both(**record["fund_title"]), str(record["year"]))
    if record["registry"]["made_up"]:
        yield Both("The registry is made up: none of its enterprises exists.", "登记库为虚构，所列企业均不存在。")


def _notes(record: dict[str, Any]) -> Iterator[Both]:
    if record["totals"]["undecided"]:
        yield Both(
            "undecided: unknown facts could turn it either way; what could be needed for them is held, and never promised twice",
            "待定：未知信息可改变结果；可能需要的金额已预留，不会重复承诺",
        )


def explain_award(subject: str, record: dict[str, Any], rows: list[dict[str, Any]], lang: str) -> None:
    """What became of the claims of one subject, and why."""
    if not rows:
        console.print(Both(f"{subject}: no claim in this round", f"{subject}：本轮无申报")(lang))
    for row in rows:
        title = Both(**record["measures"][row["measure"]]["title"])
        colon = Both(": ", "：")(lang)
        console.print(f"[bold]{escape(subject)}[/]  {escape(title(lang))}{colon}{escape(outcome_said(row, record)(lang))}")
        for words in reasons_said(row, record):
            console.print(f"  {escape(words(lang))}")
