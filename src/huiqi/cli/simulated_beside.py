"""Beside a simulation: several years ahead, and a round of a fund under both laws; their sections, tables and lines."""

from __future__ import annotations

import csv
import datetime
import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from huiqi.allocation.budget.awards import Totals
from huiqi.cli.show import console, progress, show_problems
from huiqi.facts.registry import Registry
from huiqi.publication.report.report import Section
from huiqi.revision.round_section import CHANGE_WORDS, round_section
from huiqi.revision.rounds import CHANGES, Claim, ClaimChange, RoundComparison, RoundSide, compare_round, round_json, round_rows
from huiqi.revision.simulate import Weights
from huiqi.revision.years.ahead import Ahead, Row, editions_said, years_ahead
from huiqi.revision.years.scenario import read_scenario
from huiqi.revision.years.section import years_section
from huiqi.revision.years.write import years_json, years_rows
from huiqi.rules.compile import Rules
from huiqi.rules.funds import Fen
from huiqi.vocabulary.problem import FaultyInput
from huiqi.vocabulary.speech import Both, both, brief_money, listed

Laws = Callable[[int], tuple[Rules, Rules]]  # the law as it is and the other one, so many years ahead
SHOWN = 5  # claims of each kind, with their reasons

_SIDES = {"before": Both("now", "现行"), "after": Both("reform", "方案")}


@dataclass(frozen=True)
class Beside:
    """What was simulated beside the first year; None where it was not asked for."""

    ahead: Ahead | None
    round: RoundComparison | None

    @property
    def sections(self) -> dict[str, Any]:
        """The sections of simulation.json."""
        years = {} if self.ahead is None else {"years_ahead": years_json(self.ahead)}
        return years | ({} if self.round is None else {"round": round_json(self.round)})

    @property
    def report(self) -> tuple[Section, ...]:
        """The sections of the report."""
        years = () if self.ahead is None else (years_section(self.ahead),)
        return years if self.round is None else (*years, round_section(self.round))

    @property
    def pages(self) -> dict[str, bytes]:
        """The CSV files."""
        years = {} if self.ahead is None else {"years.csv": _csv(years_rows(self.ahead))}
        return years | ({} if self.round is None else {"round_awards.csv": _csv(round_rows(self.round))})

    def lines(self, lang: str) -> Iterator[str]:
        """What came of it, for the terminal; tables are printed as they come."""
        if self.ahead is not None:
            yield from _years(self.ahead, lang)
        if self.round is not None:
            yield from _round(self.round, lang)


def _csv(rows: Iterator[list[Any]]) -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text).writerows(rows)
    return text.getvalue().encode()


def beside(
    laws: Laws,
    registry: Registry,
    as_of: datetime.date,
    scenario: Path | None,
    round_: Path | None,
    weights: Weights | None,
    assume_recognised: bool,
) -> Beside:
    """Both, as far as they are asked for; raises FaultyInput with what is wrong with their files."""
    ahead, compared = None, None
    if scenario is not None:
        read, problems = read_scenario(scenario, registry.schema, registry.places)
        if read is None:
            raise FaultyInput(problems)
        show_problems(problems)
        with progress(registry.subjects * (2 + 2 * read.years * len(read.cases)), "years ahead") as tick:
            ahead = years_ahead(laws, registry, as_of, read, weights=weights, assume_recognised=assume_recognised, tick=tick)
    if round_ is not None:
        with progress(2 * registry.subjects, "giving out") as tick:
            compared = compare_round(*laws(0), registry, as_of, round_, assume_recognised=assume_recognised, tick=tick)
    return Beside(ahead, compared)


# ---------------------------------------------------------------- years


def _years(ahead: Ahead, lang: str) -> Iterator[str]:
    scenario = ahead.scenario
    yield ""
    made_up = both((" (made up)", "（虚构）")) if scenario.made_up else Both("", "")
    yield f"[bold]{escape(scenario.title(lang))}[/]{made_up(lang)} [dim]{escape(scenario.id)}[/]"
    if not ahead.touched:
        yield Both("in none of these years can a measure come out otherwise", "各年均无措施的结果会因此改变")(lang)
        return
    for case in ahead.cases:
        if len(ahead.cases) > 1:
            yield f"{Both('case', '情形')(lang)} {escape(case.label(lang))}"
        for currency in dict.fromkeys(row.currency for row in ahead.rows):
            for by in ("changed", "all") if ahead.changed != ahead.touched else ("all",):
                rows = [row for row in ahead.rows if (row.case, row.by, row.currency) == (case.id, by, currency)]
                if rows:
                    yield f"{rows[0].label(lang)}"
                    Console(highlight=False, width=None if console.is_terminal else 150).print(_table(rows, lang))
    for line in editions_said(ahead):
        yield escape(line(lang))
    yield Both("assumed:", "前提：")(lang)
    for assumption in ahead.assumptions:
        yield f"  {escape(assumption(lang))}"


def _table(rows: list[Row], lang: str) -> Table:
    """Years down, both sides beside each other."""
    heads = {
        "en": ("Year", "Committed now", "Committed by the reform", "Paid now", "Paid by the reform"),
        "zh": ("年份", "现行承诺额", "方案承诺额", "现行拨付额", "方案拨付额"),
    }[lang]
    table = Table(box=None, pad_edge=False, header_style="bold", padding=(0, 3, 0, 0))
    for number, head in enumerate(heads):
        table.add_column(head, justify="right" if number else "left")
    for year in dict.fromkeys(row.year for row in rows):
        before, after = (next(row for row in rows if (row.year, row.side) == (year, side)) for side in ("before", "after"))
        committed = ["–" if row.committed is None else _range(row.committed, row.currency)(lang) for row in (before, after)]
        table.add_row(str(year), *committed, *(_range(row.paid, row.currency)(lang) for row in (before, after)))
    return table


def _range(money: Fen, currency: str) -> Both:
    low, high = money
    if low == high:
        return brief_money(low, currency)
    if high is None:
        return both(("{0} or more", "{0}以上"), brief_money(low, currency))
    return both(("{0} to {1}", "{0}至{1}"), brief_money(low, currency), brief_money(high, currency))


# ---------------------------------------------------------------- rounds


def _round(found: RoundComparison, lang: str) -> Iterator[str]:
    yield ""
    title = next(side.about["title"] for side in found.sides if side.totals is not None)
    made_up = " (made up)" if found.made_up and lang == "en" else "（虚构）" if found.made_up else ""
    yield f"[bold]{escape(Both(**title)(lang))}[/]{made_up} [dim]{escape(found.id)}[/]"
    Console(highlight=False, width=None if console.is_terminal else 150).print(_sides(found, lang))
    for name, side in zip(("before", "after"), found.sides, strict=True):
        for problem in side.problems:
            yield both(("{0}: the round cannot be given out: {1}", "{0}：本轮无法分配：{1}"), _SIDES[name], escape(str(problem)))(lang)
    if any(side.totals is None for side in found.sides):
        return
    if not found.changes:
        yield Both("no claim comes out otherwise", "各项申请的结果均无变化")(lang)
    for change in CHANGES:
        surely, perhaps = found.count(change)
        if surely or perhaps:
            yield both(("{0}: {1}", "{0}：{1}"), CHANGE_WORDS[change], _many(surely, perhaps, change))(lang)
            for one in [one for one in found.changes if one.change == change and one.surely][:SHOWN]:
                yield f"  {escape(_claim(one, found)(lang))}"


def _many(surely: int, perhaps: int, change: str) -> Both:
    if not perhaps or change == "open":
        return Both(f"{surely + perhaps:,}", f"{surely + perhaps:,}项")
    return both(("{0} surely, {1} more perhaps", "确定{0}项，另有{1}项待定"), f"{surely:,}", f"{perhaps:,}")


def _sides(found: RoundComparison, lang: str) -> Table:
    heads = {"en": ("", "now", "reform"), "zh": ("", "现行", "方案")}[lang]
    table = Table(box=None, pad_edge=False, header_style="bold", padding=(0, 3, 0, 0))
    for number, head in enumerate(heads):
        table.add_column(head, justify="right" if number else "left")
    counts = {
        "claims": Both("claims", "申请"), "awarded": Both("awarded", "拟支持"), "reserve": Both("on the reserve list", "候补"),
        "undecided": Both("undecided", "待定"), "refused": Both("refused", "不予支持"),
    }  # fmt: skip
    for name, label in counts.items():
        table.add_row(label(lang), *(_count(side, name) for side in found.sides))
    money = [None if side.totals is None else _money(side.totals) for side in found.sides]
    labels = [Both("asked for", "申请额"), Both("money", "资金"), Both("given out", "支持额"), Both("left over, at least", "至少结余")]
    for at, label in enumerate(labels):
        table.add_row(label(lang), *("–" if ends is None else _range(ends[at], found.currency)(lang) for ends in money))
    table.add_row(Both("asked for, times the money", "申请额与资金之比")(lang), *map(_pressure, found.sides))
    return table


def _money(totals: Totals) -> tuple[Fen, ...]:
    given = totals.given_low, totals.given_low + totals.held
    return (totals.asked_low, totals.asked_high), (totals.money, totals.money), given, (totals.left, totals.left)


def _count(side: RoundSide, name: str) -> str:
    return "–" if side.totals is None else f"{getattr(side.totals, name):,}"


def _pressure(side: RoundSide) -> str:
    if side.pressure is None:
        return "–"
    low, high = side.pressure
    if high is None:
        return f"≥ {low:.2f}"
    return f"{low:.2f}" if f"{low:.2f}" == f"{high:.2f}" else f"{low:.2f}–{high:.2f}"


def _claim(one: ClaimChange, found: RoundComparison) -> Both:
    """Who, and why on each side."""
    parts = [
        both(("{0}: {1}", "{0}：{1}"), _SIDES[name], _why(claim, found.currency)) for name, claim in (("before", one.before), ("after", one.after))
    ]
    return both(("{0} {1}: {2}", "{0} {1}：{2}"), one.subject, one.measure.rpartition("/")[2], listed(parts, "; ", "；"))


def _why(claim: Claim | None, currency: str) -> Both:
    if claim is None:
        return Both("not claimed", "未申请")
    money = _range((claim.low, claim.high), currency)
    return both(("{0} ({1})", "{0}（{1}）"), money, listed(claim.reasons[:2], ", ", "，")) if claim.reasons else money
