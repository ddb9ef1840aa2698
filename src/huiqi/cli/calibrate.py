"""huiqi calibrate: which figure of a text meets a budget, or reaches so many."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from huiqi.cli.options import AsOf, AssumeRecognised, Lang, Language, LawOn, Of, Packs, RegistryFolder, WeightsFolder, day, library_of, registry_of
from huiqi.cli.show import console, progress
from huiqi.cli.writing import may_replace
from huiqi.entitlements.reweight import read_weights
from huiqi.revision.calibrate.figure import amount_of_money, find_figure, grid_of
from huiqi.revision.calibrate.measuring import Point
from huiqi.revision.calibrate.search import Answer, Calibration, Goal
from huiqi.revision.calibrate.search import calibrate as calibrated
from huiqi.revision.calibrate.write import on_the_frontier, write_calibration
from huiqi.rules.library import without_collecting
from huiqi.vocabulary.speech import Both, both, brief_money

SHOWN = 12  #: values of the curve in the terminal, beside the answers and their neighbours


def calibrate(
    pack: Packs,
    registry: RegistryFolder,
    as_of: AsOf,
    text: Annotated[str, typer.Option("--in", help="The text that holds the figure: core, or <policy>-<edition>.")],
    path: Annotated[str, typer.Option("--set", help="Where the figure stands in it: measures/<key>/amount/cap, definitions/<name>/values/<day>.")],
    first: Annotated[str, typer.Option("--from", help="The lowest value, with its unit: 20万元, 5%, 50.")],
    to: Annotated[str, typer.Option("--to", help="The highest value.")],
    step: Annotated[str, typer.Option("--step", help="From value to value: the answer is as round as this.")],
    budget: Annotated[str | None, typer.Option("--budget", help="The highest cost that keeps this budget: 5000万元.")] = None,
    reach: Annotated[int | None, typer.Option("--reach", min=1, help="The lowest cost that reaches so many.")] = None,
    vary: Annotated[str | None, typer.Option("--vary", help="Which figure, where several stand there: as it is written.")] = None,
    measure: Annotated[
        list[str], typer.Option("--measure", help="Count this measure; may be repeated. Default: those whose own rules the figure changes.")
    ] = [],  # noqa: B006 - typer reads the default
    surely: Annotated[
        bool, typer.Option("--surely", help="Whatever is unknown: the high end of the cost, and only those who surely have it.")
    ] = False,
    law_on: LawOn = None,
    of: Of = "enterprise",
    out: Annotated[Path | None, typer.Option("--out", "-o", help="The folder for the results as files; a former result in it is replaced.")] = None,
    weights: WeightsFolder = None,
    assume_recognised: AssumeRecognised = False,
    lang: Language = Lang.en,
) -> None:
    """Find the figure that meets a budget, or reaches so many, and show what each value costs and reaches."""
    if (budget is None) == (reach is None):
        raise typer.BadParameter("say one goal: --budget 5000万元, or --reach 300", param_hint="--budget")
    may_replace(out, "calibration.json", "a calibration")
    facts_day = day(as_of, "--as-of")
    law_day = day(law_on, "--law-on") if law_on else facts_day
    with without_collecting(for_good=True):
        library = library_of(pack, rules_only=True)
        figure = find_figure(library, text, path, vary)
        grid = grid_of(figure, first, to, step)
        opened = registry_of(registry, library.rules(law_day), of)
    weighed = None if weights is None else read_weights(weights, opened)

    def goal(currency: str) -> Goal:
        return Goal("reach", reach) if reach is not None else Goal("budget", amount_of_money(str(budget), currency))

    with progress(len(grid), "calibrating") as tick:
        found = calibrated(
            library, figure, grid, goal, opened, facts_day,
            law_on=law_day, measures=measure, weights=weighed, assume_recognised=assume_recognised, tick=tick,
        )  # fmt: skip
    if out is not None:
        days = {"as_of": facts_day.isoformat(), "law_on": law_day.isoformat(), "assume_recognised": assume_recognised}
        write_calibration(out, found, surely, days)
    _show(found, surely, lang.value)
    if out is not None:
        console.print(Both(f"results in {out}/", f"结果见{out}/")(lang.value))


def _show(found: Calibration, surely: bool, lang: str) -> None:
    """What was asked, both answers, the curve."""
    figure = found.figure
    console.print(f"[bold]{escape(' / '.join(figure.path))}[/] [dim]{figure.pack}/{figure.text}[/]")
    if found.registry.made_up:
        console.print(Both("The registry is made up: so is what follows.", "该名册为虚构数据，以下结果亦然。")(lang))
    if found.weighted:
        console.print(Both("Each row counts by its weight: counts and sums are estimates.", "各行按权重计数：户数与金额均为估计值。")(lang))
    counted = [one for one in found.measures if one.name in found.counted]
    names = Both("; ".join(str(one.record.title.en) for one in counted), "；".join(str(one.record.title.zh) for one in counted))
    console.print(escape(both(("now {0}; cost and reach are those of: {1}", "现为{0}；费用与覆盖按以下措施计：{1}"), figure.now, names)(lang)))
    if others := [one for one in found.measures if one.name not in found.counted]:
        names = Both("; ".join(str(one.record.title.en) for one in others), "；".join(str(one.record.title.zh) for one in others))
        words = ("stacked with them, not counted (--measure counts them): {0}", "与之叠加但未计入（可用 --measure 计入）：{0}")
        console.print(escape(both(words, names)(lang)), style="dim")
    for sure in (surely, not surely):
        console.print(escape(_told(found, sure)(lang)), style="bold" if sure == surely else None)
    console.print(_course(found)(lang))
    Console(highlight=False, width=None if console.is_terminal else 150).print(_table(found, lang))


def _goal(found: Calibration, surely: bool) -> Both:
    """What is asked of a value."""
    if found.goal.kind == "budget":
        money = brief_money(found.goal.wanted, found.currency)
        words = ("at most {0} surely, whatever is unknown", "无论未知情况如何，费用不超过{0}") if surely else (
            "at most {0} if all that is unknown costs nothing", "未知情况均不产生费用时，费用不超过{0}")  # fmt: skip
        return both(words, money)
    words = (
        ("{0} or more reached surely", "确定覆盖不少于{0}个")
        if surely
        else ("{0} or more reached, counting all who may have it", "连同待定的覆盖不少于{0}个")
    )
    return both(words, f"{found.goal.wanted:,}")


def _told(found: Calibration, surely: bool) -> Both:
    """One answer in a sentence."""
    answer, asked = (found.surely if surely else found.perhaps), _goal(found, surely)
    if answer.at is None:
        low, high = (_point(found, found.points[at]) for at in (0, len(found.grid) - 1))
        words = ("{0}: no value from {1} to {2} does that; {1}: {3}; {2}: {4}", "{0}：{1}至{2}均达不到；{1}：{3}；{2}：{4}")
        return both(words, asked, found.grid[0], found.grid[-1], low, high)
    told = both(("{0}: {1}; {2}", "{0}：{1}；{2}"), asked, found.grid[answer.at], _point(found, found.points[answer.at]))
    return _joined(told, _same(found, answer))


def _joined(one: Both, more: Both | None) -> Both:
    return one if more is None else both(("{0} ({1})", "{0}（{1}）"), one, more)


def _same(found: Calibration, answer: Answer) -> Both | None:
    """The values that come to the same, where there are others."""
    if answer.same is None or answer.same[0] == answer.same[1]:
        return None
    ends = [found.grid[at] for at in answer.same]
    what = ("every value from {0} to {1} costs the same", "{0}至{1}费用相同") if found.goal.kind == "budget" else (
        "every value from {0} to {1} reaches as many", "{0}至{1}覆盖数相同")  # fmt: skip
    return both(what, *ends)


def _point(found: Calibration, point: Point) -> Both:
    """Cost and reach of a value."""
    money, reached = _money(found, point), _reached(point)
    return both(("it costs {0} and reaches {1}", "费用{0}，覆盖{1}"), money, reached)


def _money(found: Calibration, point: Point) -> Both:
    low, high = point.cost
    if low == high:
        return brief_money(low, found.currency)
    return both(("{0} to {1}", "{0}至{1}"), brief_money(low, found.currency), brief_money(high, found.currency))


def _reached(point: Point) -> Both:
    yes, perhaps = f"{round(point.yes):,}", f"{round(point.depends):,}"
    return Both(yes, f"{yes}个") if not point.depends else Both(f"{yes} surely, {perhaps} more perhaps", f"确定{yes}个，另有{perhaps}个待定")


def _course(found: Calibration) -> Both:
    """How far the answer can be relied on."""
    evaluated = both(("{0} of {1} values evaluated", "{1}个取值中计算了{0}个"), str(len(found.points)), str(len(found.grid)))
    if found.course == "proved":
        return both(
            ("the figure moves cost and reach one way only, by the form of the rule: {0}", "由规则形式可知费用与覆盖随该数值单向变化：{0}"), evaluated
        )
    if found.course == "seen":
        return both(("cost and reach move one way only, as seen on every value: {0}", "逐一计算可见费用与覆盖单向变化：{0}"), evaluated)
    pairs = sorted({*found.surely.crossings, *found.perhaps.crossings})
    said = ", ".join(f"{found.grid[a]} | {found.grid[b]}" for a, b in pairs) or "–"
    words = (
        "cost and reach do NOT move one way: the goal begins or ceases to be met between {0}; {1}",
        "费用与覆盖并非单向变化：目标在以下取值之间开始或不再满足：{0}；{1}",
    )
    return both(words, said, evaluated)


def _table(found: Calibration, lang: str) -> Table:
    """The curve: some values evenly, the answers (▸ sure, ▹ the other) and their neighbours; · no other value reaches more for less."""
    heads = {
        "en": ("", "Value", "Assured cost", "Possible cost", "Yes", "Depends", "Best for its cost"),
        "zh": ("", "取值", "确定费用", "可能费用", "符合", "待定", "同等费用下最优"),
    }
    table = Table(box=None, pad_edge=False, header_style="bold", padding=(0, 2, 0, 0))
    for head in heads[lang]:
        table.add_column(head, justify="right" if head else "left", no_wrap=True)
    places, frontier = list(found.points), on_the_frontier(found)
    answers = [one.at for one in (found.surely, found.perhaps) if one.at is not None]
    shown = {places[(len(places) - 1) * number // (SHOWN - 1)] for number in range(SHOWN)}
    shown |= {near for at in answers for near in (at - 1, at, at + 1) if near in found.points}
    for at in sorted(shown):
        point = found.points[at]
        mark = ("▸" if at == found.surely.at else "") + ("▹" if at == found.perhaps.at else "")
        ends = [brief_money(end, found.currency)(lang) for end in point.cost]
        table.add_row(mark, point.value, *ends, f"{round(point.yes):,}", f"{round(point.depends):,}", "·" if at in frontier else "")
    return table
