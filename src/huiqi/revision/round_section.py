"""A round under both laws as a section of a report: both results beside each other, and the claims that can come out otherwise."""

from __future__ import annotations

from huiqi.allocation.budget.awards import Totals
from huiqi.publication.report.report import Cell, Head, Paragraph, Part, Section, Table
from huiqi.revision.rounds import Claim, RoundComparison
from huiqi.vocabulary.speech import Both, both, listed, money_range

MOST = 100  #: claims that are named; round_awards.csv has all of them
CHANGE_WORDS = {
    "newly": Both("newly awarded", "新获支持"), "falls out": Both("no more awarded", "不再获支持"),
    "more": Both("awarded more", "支持额增加"), "less": Both("awarded less", "支持额减少"),
    "open": Both("open on both sides, for better or worse", "两方案均未定，可能增减"),
}  # fmt: skip
_COUNTS = {
    "claims": Both("claims", "申请"), "awarded": Both("awarded", "拟支持"), "reserve": Both("on the reserve list", "候补"),
    "undecided": Both("undecided", "待定"), "refused": Both("refused", "不予支持"),
}  # fmt: skip


def round_section(found: RoundComparison) -> Section:
    """What the round comes to on both sides, and the first of the claims that differ, surely or perhaps."""
    title = next(Both(**side.about["title"]) for side in found.sides if side.totals is not None)
    parts: list[Part] = [Paragraph(Both("The round is made up.", "本轮为虚构。"))] if found.made_up else []
    parts.append(_totals(found))
    for name, side in zip((Both("now", "现行"), Both("reform", "方案")), found.sides, strict=True):
        parts += [Paragraph(both(("{0}: the round cannot be given out: {1}", "{0}：本轮无法分配：{1}"), name, str(one))) for one in side.problems]
    if found.changes:
        parts.append(_claims(found))
    if len(found.changes) > MOST:
        parts.append(
            Paragraph(
                both(("{0} claims in all; round_awards.csv has them.", "共{0}项，详见round_awards.csv。"), f"{len(found.changes):,}"), soft=True
            )
        )
    return Section("round", both(("A round of the fund: {0}", "一轮资金：{0}"), title), tuple(parts))


def _totals(found: RoundComparison) -> Table:
    rows = []
    for name, label in _COUNTS.items():
        counts = [None if side.totals is None else getattr(side.totals, name) for side in found.sides]
        rows.append((Cell(label), *(Cell("–") if count is None else Cell(f"{count:,}", count) for count in counts)))
    money = [None if side.totals is None else _money(side.totals) for side in found.sides]
    for at, label in enumerate(
        (Both("asked for", "申请额"), Both("money", "资金"), Both("given out", "支持额"), Both("left over, at least", "至少结余"))
    ):
        cells = (Cell("–") if ends is None else Cell(money_range(*ends[at], found.currency), ends[at][0]) for ends in money)
        rows.append((Cell(label), *cells))
    heads = Head(""), Head(Both("now", "现行"), numeric=True), Head(Both("reform", "方案"), numeric=True)
    return Table(Both("The round under both laws", "两方案下的本轮结果"), heads, tuple(rows))


def _money(totals: Totals) -> tuple[tuple[int, int | None], ...]:
    given = totals.given_low, totals.given_low + totals.held
    return (totals.asked_low, totals.asked_high), (totals.money, totals.money), given, (totals.left, totals.left)


def _claims(found: RoundComparison) -> Table:
    rows = []
    for one in found.changes[:MOST]:
        sure = Both("surely", "确定") if one.surely else Both("perhaps", "待定")
        cells = Cell(one.subject), Cell(one.measure.rpartition("/")[2]), Cell(CHANGE_WORDS[one.change]), Cell(sure)
        rows.append((*cells, _claim(one.before, found.currency), _claim(one.after, found.currency)))
    labels = (
        Both("Subject", "对象"), Both("Measure", "措施"), Both("Change", "变化"), Both("Surely", "是否确定"),
        Both("Now", "现行"), Both("Reform", "方案"),
    )  # fmt: skip
    return Table(Both("Claims that can come out otherwise", "结果可能变化的申请"), tuple(Head(label) for label in labels), tuple(rows))


def _claim(claim: Claim | None, currency: str) -> Cell:
    if claim is None:
        return Cell(Both("not claimed", "未申请"))
    money = money_range(claim.low, claim.high, currency)
    if not claim.reasons:
        return Cell(money, claim.low)
    return Cell(both(("{0} ({1})", "{0}（{1}）"), money, listed(claim.reasons[:2], ", ", "，")), claim.low)
