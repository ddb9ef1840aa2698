"""Amounts of which stacking leaves nothing, or always less: what the text promises and nobody is paid."""

from __future__ import annotations

from typing import Self

import numpy as np

from huiqi.entitlements.due import NO, YES
from huiqi.revision.review.finding import Finding
from huiqi.revision.review.material import Material, Seen
from huiqi.revision.review.said import firms_perhaps, money, rule_json, title
from huiqi.vocabulary.speech import Both, both, listed, of_words

#: Of those who may have a measure: from whom stacking surely takes all, or a part; for whom it surely leaves something, or all; for whom neither is
#: sure; and who surely has it of those from whom it takes all, or a part.
_FIELDS = ("gone", "left", "gone_open", "less", "whole", "less_open", "had_gone", "had_less")


class Cut:
    """How many firms stacking takes a measure from, wholly or in part."""

    def __init__(self, material: Material):
        self.counts = np.zeros((len(material.measures), len(_FIELDS)), np.int64)

    def look(self, seen: Seen) -> None:
        for line, one in zip(self.counts, seen.dues, strict=True):
            if one.paid is None or not len(one.rows):
                continue
            worth = one.high > 0  # of an amount of nothing nothing is taken
            gone = one.paid.stands == NO
            left = one.must & (one.paid.stands == YES) & (one.paid.low > 0)
            less, whole = one.paid.high < one.low, one.must & (one.paid.low >= one.high)
            less |= gone & one.must
            for at, who in enumerate(
                (gone, left, ~gone & ~left, less, whole & ~less, ~less & ~whole, gone & one.must, less & one.must),
            ):
                line[at] += np.count_nonzero(who & worth)

    def add(self, other: Self) -> None:
        self.counts += other.counts


def cancelled(material: Material) -> list[Finding]:
    """A finding for each measure that is never paid, and for each that is never paid in full, to any of those who have it.

    It is always so where nobody is known for whom it is otherwise, and more are known for whom it is than not.
    """
    found = []
    for number in sorted(material.reviewed):
        counts = dict(zip(_FIELDS, material.counted(Cut).counts[number].tolist(), strict=True))
        if material.measures[number].amount is None:
            continue
        if counts["had_gone"] and not counts["left"] and counts["gone_open"] <= counts["had_gone"]:
            found.append(_finding(material, number, counts, wholly=True))
        elif counts["had_less"] and not counts["whole"] and counts["less_open"] <= counts["had_less"]:
            found.append(_finding(material, number, counts, wholly=False))
    return found


def _finding(material: Material, number: int, counts: dict[str, int], *, wholly: bool) -> Finding:
    tally, currency = material.outcome.tallies[number], material.currency(number)
    measure, subject = tally.measure, material.registry.schema.subject
    rules = [rule for rule in material.stacking.cutting if number in rule.measures]
    sure, open_ = (counts["had_gone"], counts["gone_open"]) if wholly else (counts["had_less"], counts["less_open"])
    before, after = money(tally.cost_low, tally.cost_high, currency), money(tally.payable_low, tally.payable_high, currency)
    by = listed((both(("{0} ({1})", "“{0}”（{1}）"), of_words(rule.label), rule.clause) for rule in rules), "; ", "；")
    template = (
        ("{0} is never paid: stacking takes all of it from {1} that have it, {2} before and {3} after; by {4}",
         "“{0}”从未实际兑现：享受该项的{1}全部被叠加规则取消，叠加前{2}，叠加后{3}；依据：{4}")
        if wholly else
        ("{0} is never paid in full: stacking cuts it for {1} that have it, {2} before and {3} after; by {4}",
         "“{0}”从未足额兑现：享受该项的{1}全部被叠加规则削减，叠加前{2}，叠加后{3}；依据：{4}")
    )  # fmt: skip
    what = both(template, title(measure), firms_perhaps(sure, open_, subject), before, after, by)
    remedy = (
        Both("take the measure out, or let the rule leave it", "删去该措施，或在叠加规则中予以保留")
        if wholly
        else Both("state the amount that is really paid, or lift the limit", "按实际可兑现的标准表述，或提高限额")
    )
    low = max(tally.cost_low - (tally.payable_high if tally.payable_high is not None else tally.cost_low), 0)
    high = None if tally.cost_high is None else tally.cost_high - tally.payable_low
    detail = {
        "measure": measure.id, "wholly": wholly, "counts": counts,
        "before": [tally.cost_low, tally.cost_high], "after": [tally.payable_low, tally.payable_high],
        "rules": [rule_json(rule) for rule in rules],
    }  # fmt: skip
    return Finding("cancelled", (measure.name,), str(measure.record.clause), what, remedy, measure.where, (low, high), sure, open_, currency, detail)
