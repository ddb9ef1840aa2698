"""What may be had together, in words: groups of measures that bear on each other, what was cut and why, and the best choice."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from huiqi.entitlements.combine import Share, Together
from huiqi.entitlements.explain import CutReason
from huiqi.publication.wording import NOT_PUBLIC
from huiqi.rules.compile import Measure
from huiqi.vocabulary.speech import Both, both, listed, money_range, of_words
from huiqi_portal.firms.standing import Standing


@dataclass(frozen=True)
class SaidShare:
    """One measure of a group, in words."""

    measure: Measure
    title: Both
    due: Both
    payable: Both
    best: Both
    is_cut: bool
    left_out: bool
    cuts: tuple[CutReason, ...]


@dataclass(frozen=True)
class SaidGroup:
    """Measures that bear on each other, in words; `advice` is the better choice, `rests_on` the facts that could still change it."""

    shares: tuple[SaidShare, ...]
    rules: tuple[Both, ...]
    payable: Both
    best: Both
    is_cut: bool
    advice: Both | None
    rests_on: tuple[Both, ...]
    compared: bool


def said_groups(standing: Standing, groups: Sequence[Together]) -> list[SaidGroup]:
    """Groups in words; their measures are explained all at once."""
    measures = [share.measure for group in groups for share in group.shares]
    explained = {one.measure.id: one for one in standing.explain(measures)} if measures else {}
    found = []
    for group in groups:
        shares = tuple(_share(standing, share, explained[share.measure.id].cuts) for share in group.shares)
        currency = standing.law.rules.currencies[group.shares[0].measure.document.pack]
        open_ = {fact.label: None for share in group.shares for fact in explained[share.measure.id].deciding}
        advice = _advice(group, currency) if group.left_out else None
        found.append(
            SaidGroup(
                shares,
                tuple(
                    both(("{0} ({1}, {2})", "{0}（{1}，{2}）"), of_words(rule.label), str(rule.document.record.document), rule.clause)
                    for rule in group.rules
                ),
                money_range(*group.payable, currency),
                money_range(*group.best, currency),
                any(share.cuts for share in shares),
                advice,
                tuple(open_) if advice is not None and not group.surely else (),
                group.compared,
            )
        )
    return sorted(found, key=lambda group: (group.advice is None, not group.is_cut))


def _share(standing: Standing, share: Share, cuts: tuple[CutReason, ...]) -> SaidShare:
    measure, currency = share.measure, standing.law.rules.currencies[share.measure.document.pack]
    unpublished = measure.amount is not None and measure.amount.unpublished

    def said(ends: tuple[int, int | None]) -> Both:
        if measure.amount is None:
            return Both("no amount", "无金额")
        return NOT_PUBLIC if unpublished and ends[1] is None else money_range(*ends, currency)

    best = Both("not applied for", "不申报") if share.left_out else said(share.best)
    return SaidShare(measure, of_words(measure.record.title), said(share.due), said(share.payable), best, bool(cuts), share.left_out, cuts)


def _advice(group: Together, currency: str) -> Both:
    """What to leave out, and what it gains."""
    names = listed([of_words(measure.record.title) for measure in group.left_out], " and ", "和")
    now, then = money_range(*group.payable, currency), money_range(*group.best, currency)
    if group.surely:
        return both(("Without applying for {0} you get {1} instead of {2}.", "不申报{0}，可得{1}；全部申报为{2}。"), names, then, now)
    return both(
        (
            "Without applying for {0} {1} is payable; applying for all {2}, so that less of it is sure. What is unknown decides which is more.",
            "不申报{0}，应付{1}；全部申报为{2}，确定部分较少。哪种更多取决于尚未知道的信息。",
        ),
        names,
        then,
        now,
    )
