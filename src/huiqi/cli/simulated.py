"""A simulation for the terminal: the touched measures on both sides, who gains and loses, the largest differences with their reasons."""

from __future__ import annotations

import math
from collections.abc import Iterator

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from huiqi.cli.show import console
from huiqi.entitlements.totals import ALL
from huiqi.publication.wording import NOT_PUBLIC
from huiqi.revision.comparison import FATES, Difference, Tally
from huiqi.revision.reasons import Change
from huiqi.revision.reform import ReformRecord
from huiqi.revision.simulate import Simulation
from huiqi.revision.words import FATE_WORDS, NOW, THEN, capital, money, more, number
from huiqi.revision.write import added
from huiqi.rules.compile import Measure
from huiqi.vocabulary.speech import Both, both, brief_money

SHOWN = 3  # subjects with the largest differences
GROUPS = 5  # groups with the most subjects that may have what changes


def lines(found: Simulation, changes: dict[str, list[Change]], reform: ReformRecord | None, lang: str) -> Iterator[str]:
    """What came of it; the table is printed at its place."""
    before, after = found.sides
    if reform is not None:
        yield f"[bold]{escape(reform.title(lang))}[/] [dim]{escape(reform.reform)}[/]"
    if found.registry.made_up:
        yield Both("The registry is made up: so is what follows.", "该名册为虚构数据，以下结果亦然。")(lang)
    if found.weighted:
        yield Both("Each row counts by its weight: counts and sums are estimates.", "各行按权重计数：户数与金额均为估计值。")(lang)
    if not before.measures and not after.measures:
        yield Both("no measure can come out otherwise: only words differ, or nothing does", "没有措施的结果会因此改变：仅有文字差异，或并无差异")(
            lang
        )
        return
    paper = Console(highlight=False, width=None if console.is_terminal else 150)
    paper.print(_table(found, lang))
    yield from (line(lang) for line in _money(found))
    for fate in FATES:
        surely, perhaps = found.fates.of(fate)
        if surely or perhaps:
            yield f"  {both(('{0}: {1}', '{0}：{1}'), FATE_WORDS[fate], _count(surely, perhaps))(lang)}"
    same = number(found.fates.subjects - found.fates.touched)
    words = ("of {0} subjects {1} cannot have what changes", "{0}个对象中，{1}个不可能享受有变化的措施")
    yield both(words, number(found.fates.subjects), same)(lang)
    for title, largest in ((Both("Largest gains", "增加最多"), found.gains), (Both("Largest losses", "减少最多"), found.losses)):
        if largest:
            yield f"[bold]{title(lang)}[/]"
        for one in largest[:SHOWN]:
            yield f"  {escape(_difference(one, found.currency)(lang))}"
            yield from (f"    [dim]{escape(change.text(lang))}[/]" for change in changes.get(one.subject, []))
    paper.print(_groups(found, lang))


def _money(found: Simulation) -> Iterator[Both]:
    """What both laws cost, the difference, and how much of either stacking takes."""
    fates, currency = found.fates, found.currency
    cost = both(("the touched measures cost {0} now and {1} in the reform", "受影响措施：现行{0}，改革后{1}"), *(
        money(pair, currency) for pair in (fates.before, fates.after)))  # fmt: skip
    yield both(("{0}: {1}", "{0}；{1}"), cost, more(fates.difference, currency))
    for name, taken in zip((NOW, THEN), found.taken, strict=True):
        if taken > 0:
            yield both(("  {0} stacking rules take {1} of what would be assured without them", "  {0}叠加规则从确定额中核减{1}"), name, brief_money(
                taken, currency))  # fmt: skip
    if found.rest:
        rest = added(tally.payable for _, tally in found.rest)
        words = ("  the {0} measures that cannot differ cost {1} under both", "  其余{0}项不受影响的措施在两种情形下均为{1}")
        yield both(words, str(len(found.rest)), money(rest, currency))
    else:
        yield both(("  {0} measures cannot differ and were not evaluated", "  另有{0}项措施不受影响，未予计算"), str(
            found.alike))  # fmt: skip


def _groups(found: Simulation, lang: str) -> Table:
    """Of each grouping the groups with the most subjects that may have what changes; `?` are those that perhaps do, beside the sure ones."""
    heads = {
        "en": ("", "Subjects", "May have it", "Get more", "Get less", "Assured now", "In the reform", "Difference"),
        "zh": ("", "户数", "可能相关", "获得更多", "获得更少", "现行确定额", "改革后确定额", "变化"),
    }[lang]  # fmt: skip
    table = Table(box=None, pad_edge=False, header_style="bold", padding=(0, 2, 0, 0))
    _columns(table, heads)
    for grouping in found.groupings:
        groups = {id: fates for id, fates in found.by.get(grouping.name, {}).items() if fates.touched}
        if grouping.name == ALL or len(groups) < 2:
            continue
        shown = sorted(groups, key=lambda id: -groups[id].touched)[:GROUPS]
        table.add_row(f"[bold]{escape(capital(grouping.label)(lang))}[/]")
        for id in (id for id in groups if id in shown):
            fates = groups[id]
            counts = [number(fates.subjects), number(fates.touched), _brief(*fates.of("gain")), _brief(*fates.of("lose"))]
            assured = [brief_money(low, found.currency)(lang) for low in (fates.before[0], fates.after[0])]
            table.add_row(f"  {escape(grouping.groups[id](lang))}", *counts, *assured, more(fates.difference, found.currency)(lang))
        if left := len(groups) - len(shown):
            table.add_row(f"  [dim]{Both(f'{left} more', f'另有{left}组')(lang)}[/]")
    return table


def _columns(table: Table, heads: tuple[str, ...]) -> None:
    """The first to the left, figures to the right."""
    for head in heads:
        table.add_column(head, justify="right" if table.columns else "left", no_wrap=bool(table.columns))


def _brief(surely: float, perhaps: float) -> str:
    return f"{number(surely)} + {number(perhaps)}?" if perhaps else number(surely)


def _table(found: Simulation, lang: str) -> Table:
    """The touched measures on both sides; a point marks those that are evaluated only because they stack with what changes."""
    heads = {
        "en": ("Measure", "Yes", "Depends", "Assured", "Possible", "→", "Yes", "Depends", "Assured", "Possible"),
        "zh": ("政策措施", "符合", "待定", "确定额", "可能额", "→", "符合", "待定", "确定额", "可能额"),
    }[lang]
    table = Table(box=None, pad_edge=False, header_style="bold", padding=(0, 2, 0, 0))
    _columns(table, heads)
    for one in found.measures:
        editions = [pair[0].edition for pair in (one.before, one.after) if pair is not None]
        title = f"{escape(one.measure.record.title(lang))} [dim]{' → '.join(dict.fromkeys(editions))}[/]"
        if not one.changed:
            title = f"[dim]· {title}[/]"
        table.add_row(title, *_cells(one.before, found.currency, lang), "", *_cells(one.after, found.currency, lang))
    return table


def _cells(pair: tuple[Measure, Tally] | None, currency: str, lang: str) -> list[str]:
    if pair is None:
        return ["–"] * 4
    measure, tally = pair
    counts = [number(tally.yes), number(tally.depends)]
    if measure.amount is None:
        return [*counts, "–", "–"]
    low, high = tally.payable
    possible = NOT_PUBLIC if high is None and measure.amount.unpublished else brief_money(high, currency)
    return [*counts, brief_money(low, currency)(lang), possible(lang)]


def _count(surely: float, perhaps: float) -> Both:
    """How many surely, and how many more perhaps."""
    if not perhaps:
        return Both(number(surely), f"{number(surely)}个")
    return Both(f"{number(surely)} surely, {number(perhaps)} more perhaps", f"确定{number(surely)}个，另有{number(perhaps)}个待定")


def _difference(one: Difference, currency: str) -> Both:
    """What is sure of the difference for one subject."""
    sure, far = (one.low, one.high) if one.low > 0 else (-one.high, -one.low)
    sign = "+" if one.low > 0 else "−"
    least = Both("", "") if sure == far else Both("at least ", "至少")
    told = both(("{0}{1}{2}", "{0}{1}{2}"), least, sign, brief_money(int(sure), currency))
    if sure != far and math.isfinite(far):
        told = both(("{0}, at most {1}{2}", "{0}，至多{1}{2}"), told, sign, brief_money(int(far), currency))
    return both(("{0} {1}", "{0} {1}"), one.subject, told)
