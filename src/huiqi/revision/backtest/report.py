"""The report of a back-test: each year and edition against what happened, the reasons and causes of differences, the firms, and the rules."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator

from huiqi.publication.charts import Axis, Range, ranges
from huiqi.publication.names import SOURCE_WORDS
from huiqi.publication.report.report import Cell, Drawing, Head, Headline, Paragraph, Part, Report, Rule, Section, Table, Words
from huiqi.publication.report.rules import rule_behind
from huiqi.revision.backtest.backtest import KINDS, Backtest, Outcome
from huiqi.revision.backtest.words import CAUSE_WORDS, KIND_WORDS, NOT_KNOWN, UNTOLD, because, said_published, said_standing, said_why
from huiqi.revision.words import FATE_WORDS, number
from huiqi.vocabulary.speech import Both, both, brief_money, of_words

MOST = 300  # firms that are named; all of them stand in differences.csv
_THEN, _BESIDE = Both("in force then", "当时施行"), Both("beside it", "对照")
_READING = Both(
    "Dark: who surely has the measure; light: who may besides, as far as facts that nobody knows decide it. A published count lies within or not.",
    "深色为确定符合者，浅色为待定者（取决于尚未知的数据）；公布数是否落在其间，见下表。",
)
#: What a reader looks at first: those who had it, and then those who did not.
_NAMED = ("had-no", "amount", "had-depends", "not-yes", "not-depends")


def report_of(found: Backtest) -> Report:
    """The report; raises FaultyInput where the library of charts is not installed."""
    title = Both("Editions against what happened", "政策版本与实际认定、兑付的回溯检验")
    sections = [_compared(found), *(_outcome(at, one, found.currency) for at, one in enumerate(found.outcomes)), *_between(found)]
    sections.append(Section("rules", Both("The rules behind the figures", "数据背后的条款"), tuple(_rules(found))))
    return Report(title, tuple(_about(found)), tuple(_headlines(found)), tuple(sections), tuple(_warnings(found)))


def _about(found: Backtest) -> Iterator[Words]:
    days = ", ".join(day.isoformat() for day in found.days)
    yield Both(f"Facts and law of {days}; beside it the editions named below.", f"数据与政策日期：{days}；对照版本见下。")
    yield both(("Registry: {0}, {1} subjects.", "名册：{0}，共{1}个对象。"), of_words(found.registry.title), number(found.registry.subjects))


def _warnings(found: Backtest) -> Iterator[Words]:
    if found.registry.made_up:
        yield Both(
            "The registry is made up: this report tests the rules and tells nothing of real firms.",
            "名册为虚构数据：本报告仅检验规则，不反映真实企业。",
        )
    if found.weighted:
        yield Both("Rules count each row by its weight; who had it is counted by firm.", "规则户数按权重计；实际享受按户计。")


def _headlines(found: Backtest) -> Iterator[Headline]:
    for one in found.outcomes:
        if one.law.then:
            title = both(("{0} {1}: rules say yes", "{0} {1}：规则符合"), str(one.year), of_words(one.measure.record.title))
            note = Both(f"and {number(one.depends)} perhaps", f"另有{number(one.depends)}个待定") if one.depends else Both("", "")
            yield Headline(title, number(one.yes), note)
            if one.standing is not None:
                yield Headline(Both("Published", "公布数"), said_published(one.standing.published), SOURCE_WORDS[one.standing.published.source.kind])
            if one.kinds:
                had = sum(one.kinds[f"had-{status}"] for status in ("yes", "no", "depends"))
                yield Headline(
                    Both("Had it", "实际享受"),
                    number(had),
                    Both(f"{one.kinds['had-yes']:,} as the rules say", f"其中{one.kinds['had-yes']:,}个与规则一致"),
                )


def _name(one: Outcome) -> Both:
    return both(
        ("{0} {1}, edition {2} ({3})", "{0} {1}，{2}版（{3}）"),
        str(one.year), of_words(one.measure.record.title), one.editions, _THEN if one.law.then else _BESIDE,
    )  # fmt: skip


def _compared(found: Backtest) -> Section:
    bars, beside = [], Counter[tuple[int, str]]()
    for one in found.outcomes:
        beside[one.year, one.measure.name] += not one.law.then
        series = _THEN if one.law.then else Both(f"{_BESIDE.en} {(at := beside[one.year, one.measure.name])}", f"{_BESIDE.zh}{at}")
        bars.append(Range(both(("{0} {1}", "{0} {1}"), str(one.year), of_words(one.measure.record.title)), series, one.yes, one.yes + one.depends))
    axis = Axis(Both("firms", "户数"))
    title = Both("Who should have had it", "按规则应享受的户数")
    parts: list[Part] = [Drawing(title, _READING, {lang: ranges(bars, axis, lang) for lang in ("en", "zh")})] if bars else []
    heads = [Head(Both("Year, measure, edition", "年度、措施、版本"))]
    pays = any(one.measure.amount is not None for one in found.outcomes)
    counted = [Both("rules: yes", "规则符合"), Both("depends", "待定"), *((Both("assured", "确定额"), Both("possible", "可能额")) if pays else ())]
    heads += [Head(words, True) for words in counted]
    heads += [Head(KIND_WORDS[kind], True) for kind in KINDS] + [Head(Both("published", "公布数"), True)]
    rows = []
    for at, one in enumerate(found.outcomes):
        low, high = one.payable
        paid = one.measure.amount is not None
        money = [Cell(brief_money(low, found.currency), low), Cell(brief_money(high, found.currency), math.inf if high is None else high)]
        kinds = [Cell(number(one.kinds[kind]), one.kinds[kind]) if one.kinds else Cell("–") for kind in KINDS]
        standing = Cell("–") if one.standing is None else Cell(said_published(one.standing.published), one.standing.published.least)
        counts = [Cell(number(count), count) for count in (one.yes, one.depends)]
        rows.append((Cell(_name(one), link=f"rule-{at}"), *counts, *(([Cell("–")] * 2, money)[paid] if pays else ()), *kinds, standing))
    parts.append(Table(Both("Rules and what happened", "规则与实际"), tuple(heads), tuple(rows)))
    parts += [
        Paragraph(
            both(("{0}: {1} is in no text of {2}.", "{0}：{2}的文件中没有{1}。"), str(one.year), one.name, one.law.rules.law_on.isoformat()),
            soft=True,
        )
        for one in found.missing
    ]
    return Section("compared", Both("Rules and what happened", "规则与实际"), tuple(parts))


def _outcome(at: int, one: Outcome, currency: str) -> Section:
    parts: list[Part] = []
    if one.standing is not None:
        source = one.standing.published.source
        parts.append(Paragraph(said_standing(one.standing, one.yes, one.depends)))
        parts.append(Paragraph(both(("{0}: {1}", "{0}：{1}"), SOURCE_WORDS[source.kind], of_words(source.note)), soft=True))
    if not one.kinds:
        parts.append(Paragraph(UNTOLD, soft=True))
        return Section(f"outcome-{at}", _name(one), tuple(parts))
    firms = Head(Both("firms", "户数"), True)
    for some, kind, head in (
        (one.refused, "had-no", Both("conditions not met", "不满足的条件")), (one.open, "had-depends", Both("facts not known", "未知数据")),
    ):  # fmt: skip
        if some:
            parts.append(
                Table(KIND_WORDS[kind], (Head(head), firms), tuple((Cell(said_why(why)), Cell(number(count), count)) for why, count in some))
            )
    if one.money is not None and one.money.causes:
        rows = [(Cell(CAUSE_WORDS[cause]), Cell(number(count), count)) for cause, count in one.money.causes.most_common()]
        parts.append(
            Table(Both("Payments that are not what the rules come to", "与规则不符的金额"), (Head(Both("cause", "原因")), firms), tuple(rows))
        )
    if one.kinds["not-yes"]:
        parts.append(
            Paragraph(both(("{0}: {1}; {2}.", "{0}：{1}个；{2}。"), KIND_WORDS["not-yes"], number(one.kinds["not-yes"]), NOT_KNOWN), soft=True)
        )
    named = sorted(one.differences, key=lambda difference: _NAMED.index(difference.kind))[:MOST]
    if named:
        caption = Both(f"Firms that differ or are undecided ({len(named):,} of {len(one.differences):,}; all in differences.csv)",
                       f"不一致或待定的企业（{len(one.differences):,}个中的{len(named):,}个，全部见differences.csv）")  # fmt: skip
        columns = (Both("firm", "企业"), Both("what happened, and the rules", "实际与规则"), Both("why", "原因"))
        rows_ = [(Cell(d.subject), Cell(KIND_WORDS[d.kind]), Cell(because(d, currency))) for d in named]
        parts.append(Table(caption, tuple(Head(words) for words in columns), tuple(rows_)))
    return Section(f"outcome-{at}", _name(one), tuple(parts))


def _between(found: Backtest) -> Iterator[Section]:
    """What the other edition would have changed on the facts of each year."""
    heads = (Head(Both("of the two editions", "两版相比")), Head(Both("surely", "确定"), True), Head(Both("perhaps besides", "另有待定"), True))
    tables: list[Part] = []
    for year, one in found.between:
        days = [side.rules.law_on.isoformat() for side in one.sides]
        caption = Both(f"{year}: the editions of {days[0]} and of {days[1]}", f"{year}：{days[0]}版与{days[1]}版")
        rows = [(Cell(words), *(Cell(number(count), count) for count in one.fates.of(fate))) for fate, words in FATE_WORDS.items()]
        tables.append(Table(caption, heads, tuple(rows)))
    if tables:
        yield Section("between", Both("The other edition on the same facts", "另一版本，同一数据"), tuple(tables))


def _rules(found: Backtest) -> Iterator[Rule]:
    for at, one in enumerate(found.outcomes):
        yield rule_behind(one.law.rules, one.measure, f"rule-{at}", _name(one))
