"""A review as a page to read: a table that sorts for each kind of finding."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from huiqi.publication.report.report import Cell, Head, Headline, Report, Section, Table, Words
from huiqi.publication.wording import NOT_PUBLIC, same
from huiqi.revision.review.finding import Finding
from huiqi.revision.review.review import KINDS, Review
from huiqi.revision.review.said import firms
from huiqi.vocabulary.speech import Both, both, brief_money

_HEADS = (
    Head(Both("What", "问题")), Head(Both("Rank", "序号"), numeric=True), Head(Both("Money", "金额"), numeric=True),
    Head(Both("Firms", "数量"), numeric=True), Head(Both("What to do", "建议")), Head(Both("Where", "位置")),
)  # fmt: skip


def report_of(found: Review) -> Report:
    """The report of a review."""
    material, counts = found.material, Counter(one.kind for one in found.findings)
    about: tuple[Words, ...] = (
        Both(f"Facts of {material.as_of}, law of {material.rules.law_on}.", f"数据日期{material.as_of}，政策日期{material.rules.law_on}。"),
        both(
            ("{0} measures over {1}, ranked by money and by firms.", "{0}项措施，{1}；按金额和数量排序。"),
            str(len(material.reviewed)), firms(material.outcome.subjects, material.registry.schema.subject),
        ),
    )  # fmt: skip
    headlines = tuple(Headline(KINDS[kind], same(f"{counts[kind]:,}")) for kind in KINDS if kind in counts)
    warnings = (Both("The registry is made up, and so is every figure here.", "登记库为虚构数据，本报告全部数字亦然。"),)
    return Report(
        Both("A portfolio looked at before it is enacted", "政策组合出台前体检"), about, headlines, tuple(_sections(found)),
        warnings if material.registry.made_up else (),
    )  # fmt: skip


def _sections(found: Review) -> Iterator[Section]:
    """One for each kind, in the order of its most important finding; ranks are those among all."""
    numbered = list(enumerate(found.findings, 1))
    for kind in dict.fromkeys(one.kind for one in found.findings):
        rows = tuple(_row(rank, one) for rank, one in numbered if one.kind == kind)
        yield Section(kind, KINDS[kind], (Table(KINDS[kind], _HEADS, rows),))


def _row(rank: int, one: Finding) -> tuple[Cell, ...]:
    low, high = one.money
    top = NOT_PUBLIC if high is None else brief_money(high, one.currency)
    amount = same("–") if not low and high == 0 else top if low == high else both(("{0} to {1}", "{0}至{1}"), brief_money(low, one.currency), top)
    count = f"{one.firms:,}" + (f" + {one.firms_perhaps:,}?" if one.firms_perhaps else "")
    return (
        Cell(one.what), Cell(same(str(rank)), rank), Cell(amount, low if high is None else high), Cell(same(count), one.firms), Cell(one.remedy),
        Cell(same(f"{one.where} {one.clause}".strip())),
    )  # fmt: skip
