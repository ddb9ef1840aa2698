"""How results look on a terminal; in a pipe the same without colours and bars."""

from __future__ import annotations

import contextlib
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from huiqi.publication.names import SOURCE_WORDS, STATUS_WORDS
from huiqi.publication.wording import NOT_PUBLIC
from huiqi.vocabulary.problem import Problem
from huiqi.vocabulary.speech import Both, brief_money, money_range

if TYPE_CHECKING:  # whoever shows problems need not wait for what evaluates
    from huiqi.entitlements.explain import Explanation, FactUsed, Reason
    from huiqi.entitlements.reconcile import Standing
    from huiqi.entitlements.run.summary import Outcome, Tally
    from huiqi.facts.provenance import Provenance
    from huiqi.facts.schema import Schema
    from huiqi.rules.compile import Rules
    from huiqi.rules.published import Unspoken

console = Console(highlight=False, soft_wrap=True)
complaints = Console(stderr=True, highlight=False, soft_wrap=True)

_MARKS = {"yes": "[green]✓[/]", "no": "[red]✗[/]", "depends": "[yellow]?[/]"}


def show_problems(problems: list[Problem]) -> None:
    """Problems with their places and remedies, and how many there are."""
    for problem in problems:
        colour = "red" if problem.severity == "error" else "yellow"
        place = f"[bold]{escape(str(problem.where))}[/]: " if problem.where.file else ""
        warning = "" if problem.severity == "error" else "warning: "
        complaints.print(f"{place}{warning}[{colour}]{problem.code}[/]: {escape(problem.message)}")
        if problem.hint:
            complaints.print(f"    {escape(problem.hint)}", style="dim")


@contextlib.contextmanager
def progress(total: int, title: str) -> Iterator[Callable[[int], None]]:
    """A progress bar on a terminal, nothing in a pipe; gives what to call with each finished number."""
    if not sys.stderr.isatty():
        yield lambda _: None
        return
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=complaints, transient=True) as bar:
        task = bar.add_task(title, total=total)
        yield lambda done: bar.advance(task, done)


# ---------------------------------------------------------------- tables


def show_outcome(outcome: Outcome, rules: Rules, schema: Schema, lang: str) -> None:
    """For each measure: yes, depends, no, the cost range, and what keeps most firms undecided."""
    heads = {
        "en": ("Measure", "Yes", "Depends", "No", "Assured cost", "Possible cost", "Undecided mostly for want of"),
        "zh": ("政策措施", "符合", "待定", "不符合", "确定额", "可能额", "待定主要因缺少"),
    }[lang]
    table = Table(show_lines=False, pad_edge=False, box=None, header_style="bold", padding=(0, 2, 0, 0))
    for number, head in enumerate(heads):
        table.add_column(head, justify="right" if 1 <= number <= 5 else "left", no_wrap=1 <= number <= 5, ratio=None)
    pack = ""
    for tally in outcome.tallies:
        if tally.measure.document.pack != pack:
            pack = tally.measure.document.pack
            table.add_row(f"[bold cyan]{escape(pack)}[/]")
        table.add_row(*_cells(tally, rules.currencies[pack], schema, lang))
    # A pipe has no width of its own; the table keeps the one that it needs on paper.
    Console(highlight=False, width=None if console.is_terminal else 150).print(table)


def _cells(tally: Tally, currency: str, schema: Schema, lang: str) -> list[str]:
    record = tally.measure.record
    title = f"{escape(record.title(lang))} [dim]{tally.measure.edition}[/]"
    money = ["–", "–"] if tally.measure.amount is None else [brief_money(tally.payable_low, currency)(lang), _possible(tally, currency)(lang)]
    facts = [f"{schema.facts[fact].label(lang)} ({count:,})" for fact, count in tally.undecided_by.most_common(2)]
    return [title, f"{tally.yes:,}", f"{tally.depends:,}", f"{tally.no:,}", *money, escape("; ".join(facts))]


def _possible(tally: Tally, currency: str) -> Both:
    """The high end of the cost: a figure, none because the text gives none, or none because of what nobody knows."""
    amount = tally.measure.amount
    return NOT_PUBLIC if tally.payable_high is None and amount is not None and amount.unpublished else brief_money(tally.payable_high, currency)


def said_of_stacking(outcome: Outcome, rules: Rules) -> Iterator[Both]:
    """What all measures cost together after stacking, and what stacking takes: of those that pay in the currency of the nearest pack."""
    packs = {tally.measure.document.pack for tally in outcome.tallies}
    currency = next((rules.currencies[pack.id] for pack in rules.packs if pack.id in packs), "CNY")
    low, high = (brief_money(end, currency) for end in outcome.payable)
    beside = outcome.beside
    whose = (
        Both(f"these measures and {beside} with which they stack", f"以上措施及与之叠加的{beside}项") if beside else Both("all measures", "全部措施")
    )
    yield Both(
        f"{whose.en} together, after stacking rules: assured {low.en}, possible {high.en} (a range of the sum)",
        f"{whose.zh}合计（已计叠加规则）：确定{low.zh}，可能{high.zh}（为合计的区间）",
    )
    cut = sum(t.cost_low - t.payable_low for t in outcome.tallies if rules.currencies[t.measure.document.pack] == currency)
    if cut:
        taken = brief_money(cut, currency)
        yield Both(f"stacking rules take {taken.en} of what would be assured without them", f"叠加规则从确定额中核减{taken.zh}")


def show_totals(standings: Sequence[Standing], unspoken: Sequence[Unspoken], scale: Fraction, lang: str, path: Path | None) -> None:
    """Each published total beside what the registry has of it; with the path of the whole table how many are met or cannot be spoken of, and why."""
    from huiqi.entitlements import reconcile  # only who shows totals waits for it

    heads = {
        "en": ("Published total", "Published", "Registry", "Difference", "Result", "Period", "Source"),
        "zh": ("公布指标", "公布数", "名册数", "差额", "结果", "时期", "来源"),
    }[lang]
    if standings:
        table = Table(show_lines=False, pad_edge=False, box=None, header_style="bold", padding=(0, 2, 0, 0))
        for number, head in enumerate(heads):
            table.add_column(head, justify="right" if 1 <= number <= 3 else "left", no_wrap=number > 0)
        for one in standings:
            total, colour = one.total, {"yes": "green", "within": "yellow", "no": "red"}[one.met]
            cells = [reconcile.said_published(total, scale), reconcile.said_range(one.low, one.high, total), reconcile.said_difference(one)]
            kinds = dict.fromkeys(SOURCE_WORDS[value.source.kind](lang) for value in total.indicator.values)
            met = f"[{colour}]{reconcile.MET_WORDS[one.met](lang)}[/]"
            table.add_row(escape(total.label(lang)), *(escape(cell(lang)) for cell in cells), met, str(total.indicator.period), ", ".join(kinds))
        Console(highlight=False, width=None if console.is_terminal else 170).print(table)
    if path is None:
        return
    number_met = sum(one.met != "no" for one in standings)
    words = Both("{0} of {1} published totals are met; {2} more cannot be spoken of: {3}", "公布指标{1}项中{0}项相符；另有{2}项无法比较：{3}")
    console.print(escape(words(lang).format(number_met, len(standings), len(unspoken), path)))
    if scale != 1:
        part = f"{float(scale):g}"
        said = Both(f"Totals were multiplied by {part} and rounded half up to whole firms.", f"各项公布数乘以{part}并四舍五入为整数。")
        console.print(escape(said(lang)))
    whys = Counter(one.why for one in unspoken)
    for why, times in whys.most_common():
        console.print(escape(Both(f"  {times}: {why.en}", f"  {times}项：{why.zh}")(lang)))


# ---------------------------------------------------------------- explanations


@dataclass
class ExplanationText:
    """One explanation as lines; sources are footnotes, since most facts share one."""

    explanation: Explanation
    lang: str
    _sources: list[Provenance] = field(default_factory=list)

    @property
    def _colon(self) -> str:
        return "：" if self.lang == "zh" else ": "

    def lines(self) -> Iterator[str]:
        e, lang = self.explanation, self.lang
        record, document = e.measure.record, e.measure.document.record
        yield f"[bold]{escape(record.title(lang))}[/]  [dim]{e.measure.id}[/]"
        source = record.source or document.source
        comma = "，" if lang == "zh" else ", "
        yield f"  {escape(document.title(lang))}{comma}{escape(str(document.document))} {escape(str(record.clause))}"
        yield f"  [dim]{SOURCE_WORDS[source.kind](lang)}{self._colon}{escape(source.note(lang))}[/]"
        words = Both("facts of {0}, law of {1}", "事实截至{0}，政策以{1}为准")(lang).format(e.as_of, e.law_on)
        yield f"{e.subject}{self._colon}{_MARKS[e.status]} [bold]{STATUS_WORDS[e.status](lang)}[/]  [dim]({words})[/]"
        yield from self._amount()
        yield from self._payable()
        for reason in e.reasons:
            yield from self._reason(reason, 1)
        yield from self._deciding()
        for note in e.notes:
            yield f"  [dim]{escape(note(lang))}[/]"
        for number, provenance in enumerate(self._sources, start=1):
            yield f"  [dim]\\[{number}] {escape(self._provenance(provenance))}[/]"

    def _amount(self) -> Iterator[str]:
        amount = self.explanation.amount
        if amount is None:
            return
        label = Both("amount (before stacking rules)", "金额（未计叠加规则）")(self.lang)
        written = self.explanation.measure.amount
        unpublished = amount.high is None and written is not None and written.unpublished
        said = NOT_PUBLIC if unpublished else money_range(amount.low, amount.high, amount.currency)
        yield f"  {label}{self._colon}[bold]{escape(said(self.lang))}[/]"
        for line in amount.lines:
            yield f"    {escape(line(self.lang))}"

    def _payable(self) -> Iterator[str]:
        payable, cuts = self.explanation.payable, self.explanation.cuts
        if payable is not None and (cuts or payable.lines):
            label = Both("payable (after stacking rules)", "应付金额（已计叠加规则）")(self.lang)
            yield f"  {label}{self._colon}[bold]{escape(money_range(payable.low, payable.high, payable.currency)(self.lang))}[/]"
            for line in payable.lines:
                yield f"    {escape(line(self.lang))}"
        for cut in cuts:
            yield f"    [yellow]↓[/] {escape(cut.text(self.lang))}"
            for past in cut.past:
                note = f" [{self._footnote(past.provenance)}]" if past.provenance is not None else ""
                yield f"      [dim]{escape(past.text(self.lang))}{escape(note)}[/]"

    def _reason(self, reason: Reason, depth: int, matters: bool = True) -> Iterator[str]:
        """A reason with its parts; `matters` is false below a group that is settled by other parts, where the facts are left out."""
        indent = "  " * depth
        source = SOURCE_WORDS[reason.source.kind] if reason.source is not None else None
        notes = [escape(text) for text in (reason.clause, *(words(self.lang) for words in (reason.origin, source) if words is not None)) if text]
        only = reason.facts[0] if len(reason.facts) == 1 and reason.facts[0].is_flag else None
        yield f"{indent}{_MARKS[reason.status]} {escape(reason.text(self.lang))}{self._bracketed(notes)}{self._flag(only)}"
        inner = indent + "    "
        if matters:
            for words in (reason.found if reason.gap is None else None, reason.undefined):
                if words is not None:
                    yield f"{inner}[dim]= {escape(words(self.lang))}[/]"
            if reason.gap is not None:
                yield f"{inner}[red]→ {escape(reason.gap(self.lang))}[/]"
            if only is None:
                for fact in reason.facts:
                    yield f"{inner}{self._fact(fact)}"
        settled = reason.status == "yes"
        for part in reason.parts:
            yield from self._reason(part, depth + 1, matters and (not settled or part.status == "yes"))

    def _bracketed(self, notes: list[str]) -> str:
        if not notes:
            return ""
        return f"[dim]（{'，'.join(notes)}）[/]" if self.lang == "zh" else f" [dim]({', '.join(notes)})[/]"

    def _flag(self, fact: FactUsed | None) -> str:
        """A yes-or-no fact says no more than its test; only its source, or that nobody knows it."""
        if fact is None:
            return ""
        if fact.value is None:
            return f" [yellow]{Both('unknown', '未知')(self.lang)}[/]"
        return f" [dim]\\[{self._footnote(fact.provenance)}][/]" if fact.provenance is not None else ""

    def _fact(self, fact: FactUsed) -> str:
        label = escape(fact.label(self.lang)) + self._colon
        if fact.value is None:
            unknown = Both("unknown", "未知")(self.lang)
            range_ = self._bracketed([escape(fact.range(self.lang))]) if fact.range is not None else ""
            return f"[dim]{label}[/][yellow]{unknown}[/]{range_}"
        note = f" [{self._footnote(fact.provenance)}]" if fact.provenance is not None else ""
        return f"[dim]{label}{escape(fact.value(self.lang))}{escape(note)}[/]"

    def _footnote(self, provenance: Provenance) -> int:
        if provenance not in self._sources:
            self._sources.append(provenance)
        return self._sources.index(provenance) + 1

    def _provenance(self, p: Provenance) -> str:
        verified = Both("verified", "已核实") if p.verified else Both("not verified", "未核实")
        template = Both("{0}; true on {1}, recorded on {2}; {3}", "{0}；截至{1}，{2}登记；{3}")(self.lang)
        return template.format(p.source(self.lang), p.observed_on, p.recorded_on, verified(self.lang))

    def _deciding(self) -> Iterator[str]:
        if not self.explanation.deciding:
            return
        label = Both("these facts would decide it", "以下信息可决定结果")(self.lang)
        names = (Both("; ", "；")(self.lang)).join(escape(f.label(self.lang)) for f in self.explanation.deciding)
        yield f"  [yellow]{label}[/]{self._colon}{names}"


def show_explanation(explanation: Explanation, lang: str) -> None:
    """One explanation on the terminal."""
    for line in ExplanationText(explanation, lang).lines():
        console.print(line)
