"""A back-test for the terminal: each year and law, who should have had a measure against who had it, and why they differ."""

from __future__ import annotations

from collections.abc import Iterator

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from huiqi.cli.show import console
from huiqi.publication.names import SOURCE_WORDS
from huiqi.revision.backtest.backtest import Backtest, Outcome
from huiqi.revision.backtest.words import KIND_WORDS, UNTOLD, money_lines, said_standing, said_why
from huiqi.revision.comparison import FATES
from huiqi.revision.words import FATE_WORDS, number
from huiqi.vocabulary.speech import Both, both, brief_money

SHOWN = 5  # reasons of one outcome


def lines(found: Backtest, lang: str) -> Iterator[str]:
    """What came of it; the table is printed at its place."""
    if found.registry.made_up:
        words = Both(
            "The registry is made up: what follows tests the rules and tells nothing of real firms.",
            "该名册为虚构数据：以下仅检验规则，不反映真实企业。",
        )
        yield words(lang)
    if found.weighted:
        yield Both("Rules count each row by its weight; who had it is counted by firm.", "规则户数按权重计；实际享受按户计。")(lang)
    Console(highlight=False, width=None if console.is_terminal else 170).print(_table(found, lang))
    for one in found.outcomes:
        yield f"[bold]{escape(_head(one)(lang))}[/]"
        yield from (f"  {escape(line(lang))}" for line in _said(one, found.currency))
    for missing in found.missing:
        words = both(
            ("{0}: {1} is in no text of {2}", "{0}：{2}的文件中没有{1}"), str(missing.year), missing.name, missing.law.rules.law_on.isoformat()
        )
        yield f"[dim]{escape(words(lang))}[/]"
    for year, simulation in found.between:
        days = [side.rules.law_on.isoformat() for side in simulation.sides]
        head = Both(f"{year}: the editions of {days[0]} and of {days[1]} on the same facts", f"{year}：{days[0]}版与{days[1]}版，同一数据")
        yield f"[bold]{head(lang)}[/]"
        for fate in FATES:
            surely, perhaps = simulation.fates.of(fate)
            if surely or perhaps:
                said = ("{0}: {1} surely, {2} more perhaps", "{0}：确定{1}个，另有{2}个待定")
                yield f"  {both(said, FATE_WORDS[fate], number(surely), number(perhaps))(lang)}"


def _head(one: Outcome) -> Both:
    record = one.measure.record
    which = Both("in force then", "当时施行") if one.law.then else Both("another edition", "对照版本")
    return both(("{0} {1} {2} ({3})", "{0} {1} {2}（{3}）"), str(one.year), Both(str(record.title.en), str(record.title.zh)), one.editions, which)


def _said(one: Outcome, currency: str) -> Iterator[Both]:
    if one.standing is not None:
        source = SOURCE_WORDS[one.standing.published.source.kind]
        yield both(("{0} ({1})", "{0}（{1}）"), said_standing(one.standing, one.yes, one.depends), source)
    if not one.kinds:
        if one.standing is None:
            yield UNTOLD
        return
    if one.absent:
        yield Both(f"{number(len(one.absent))} that had it are not in the registry", f"{number(len(one.absent))}家享受者不在名册中")
    for some, kind, intro in (
        (one.refused, "had-no", Both("not met", "不满足")),
        (one.open, "had-depends", Both("not known", "未知")),
    ):
        if some:
            yield both(("{0}: {1}", "{0}：{1}"), KIND_WORDS[kind], number(one.kinds[kind]))
        for why, count in some[:SHOWN]:
            yield both(("  {0} of them, {1}: {2}", "  其中{0}家，{1}：{2}"), number(count), intro, said_why(why))
        if len(some) > SHOWN:
            rest = number(sum(count for _, count in some[SHOWN:]))
            yield Both(f"  {rest} of them for {len(some) - SHOWN} other reasons", f"  其中{rest}家另有{len(some) - SHOWN}种原因")
    yield from money_lines(one, currency)


def _table(found: Backtest, lang: str) -> Table:
    heads = {
        "en": (
            "Year, measure",
            "Edition",
            "Rules: yes",
            "Depends",
            "Assured",
            "Possible",
            "Had it",
            "Agreed",
            "Had, no",
            "Had, depends",
            "Not had, yes",
        ),
        "zh": ("年度与措施", "版本", "规则符合", "待定", "确定额", "可能额", "已享受", "一致", "享受而不符", "享受而待定", "未享受而符合"),
    }[lang]
    table = Table(box=None, pad_edge=False, header_style="bold", padding=(0, 2, 0, 0))
    for at, head in enumerate(heads):
        table.add_column(head, justify="right" if at > 1 else "left", no_wrap=at > 0)
    for one in found.outcomes:
        title = f"{one.year} {escape(one.measure.record.title(lang))}"
        table.add_row(
            title,
            f"{one.editions}{'' if one.law.then else ' ·'}",
            number(one.yes),
            number(one.depends),
            *_money(one, found.currency, lang),
            *_kinds(one),
        )
    return table


def _money(one: Outcome, currency: str, lang: str) -> list[str]:
    if one.measure.amount is None:
        return ["–", "–"]
    low, high = one.payable
    possible = Both("not public", "未公布") if high is None and one.measure.amount.unpublished else brief_money(high, currency)
    return [brief_money(low, currency)(lang), possible(lang)]


def _kinds(one: Outcome) -> list[str]:
    if not one.kinds:
        return ["–"] * 5
    kinds = one.kinds
    had = sum(kinds[f"had-{status}"] for status in ("yes", "no", "depends"))
    return [number(count) for count in (had, kinds["had-yes"], kinds["had-no"], kinds["had-depends"], kinds["not-yes"])]
