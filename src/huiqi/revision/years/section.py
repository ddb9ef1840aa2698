"""Years ahead as a section of a report: what is committed and paid by year as ranges, the figures as a table, and what is taken for granted."""

from __future__ import annotations

from collections.abc import Iterator

from huiqi.publication.charts import Axis, Range, ranges
from huiqi.publication.report.report import Cell, Drawing, Head, Paragraph, Part, Section, Table
from huiqi.revision.years.ahead import Ahead, Row, editions_said
from huiqi.rules.funds import Fen
from huiqi.vocabulary.speech import Both, both, money_range

_SIDES = {"before": Both("now", "现行"), "after": Both("reform", "方案")}
_READING = Both("Dark: assured; light: possible; an arrow: no upper end.", "深色为确定额，浅色为可能额，箭头表示无上限。")


def years_section(ahead: Ahead) -> Section:
    """Of every case a chart of what is paid, and a table."""
    parts: list[Part] = []
    if ahead.scenario.made_up:
        parts.append(Paragraph(Both("The scenario is made up.", "情景为虚构。")))
    for case in ahead.cases:
        for currency in dict.fromkeys(row.currency for row in ahead.rows):
            by = "changed" if ahead.changed else "all"
            rows = [row for row in ahead.rows if (row.case, row.by, row.currency) == (case.id, by, currency)]
            parts += _parts(rows, case.label if len(ahead.cases) > 1 else None)
    parts += [Paragraph(line) for line in editions_said(ahead)]
    parts += [Paragraph(line, soft=True) for line in ahead.assumptions]
    title = both(("Years ahead: {0}", "逐年测算：{0}"), ahead.scenario.title)
    return Section("years", title, tuple(parts))


def _parts(rows: list[Row], case: Both | None) -> Iterator[Part]:
    if not rows:
        return
    title = Both("Paid by year, of what the reform changes", "方案改动措施的逐年拨付额")
    title = title if case is None else both(("{0}: {1}", "{0}：{1}"), title, case)
    bars = [Range(Both(str(row.year), f"{row.year}年"), _SIDES[row.side], *row.paid) for row in rows]
    axis = Axis(Both("Paid", "拨付额"), rows[0].currency)
    yield Drawing(title, _READING, {lang: ranges(bars, axis, lang) for lang in ("en", "zh")})
    heads = [Head(Both("Year", "年份"), numeric=True), Head(Both("Law", "政策"))]
    heads += [Head(label, numeric=True) for label in (Both("Committed", "承诺额"), Both("Paid in the year", "当年拨付额"))]
    table = [
        (Cell(str(row.year), row.year), Cell(_SIDES[row.side]), _cell(row.committed, row.currency), _cell(row.paid, row.currency)) for row in rows
    ]
    yield Table(title, tuple(heads), tuple(table))


def _cell(money: Fen | None, currency: str) -> Cell:
    return Cell("–") if money is None else Cell(money_range(*money, currency), money[0])
