"""Measures of one kind and purpose that the same firms have (重叠): two names for one support."""

from __future__ import annotations

from itertools import combinations
from typing import Any, Self

import numpy as np

from huiqi.revision.review.finding import Finding
from huiqi.revision.review.material import Material, Seen
from huiqi.revision.review.said import FEW, firms, money, title
from huiqi.rules.compile import Measure
from huiqi.vocabulary.speech import Both, both

ALMOST = 95  # per cent of the firms that surely have one of the two have both


class Shared:
    """How many firms surely have both of two measures, and how many may."""

    def __init__(self, material: Material):
        size = len(material.measures)
        self.surely, self.perhaps = np.zeros((size, size), np.int64), np.zeros((size, size), np.int64)

    def look(self, seen: Seen) -> None:
        for counts, who in ((self.surely, seen.must), (self.perhaps, seen.may)):
            lines = who.astype(np.float32)  # counts of some thousand are exact
            counts += (lines @ lines.T).astype(np.int64)

    def add(self, other: Self) -> None:
        self.surely += other.surely
        self.perhaps += other.perhaps


def overlap(material: Material) -> list[Finding]:
    """A finding for each two measures of one purpose of which almost all who have one have the other. Who only may have them does not count."""
    shared, found = material.counted(Shared), []
    for one, other in combinations(range(len(material.measures)), 2):
        if material.reviewed.isdisjoint((one, other)) or not same_purpose(material.measures[one], material.measures[other]):
            continue
        common = int(shared.surely[one, other])
        either = int(shared.surely[one, one] + shared.surely[other, other]) - common
        if common >= FEW and 100 * common >= ALMOST * either:
            found.append(_finding(material, one, other, shared, common, either))
    return found


def same_purpose(one: Measure, other: Measure) -> bool:
    """Of one kind, and with a topic or a fund in common, where both say one."""
    a, b = one.record, other.record
    if a.kind != b.kind:
        return False
    if a.topics and b.topics:
        return not set(map(str, a.topics)).isdisjoint(map(str, b.topics))
    return a.fund is None or b.fund is None or str(a.fund) == str(b.fund)


def _finding(material: Material, one: int, other: int, shared: Shared, common: int, either: int) -> Finding:
    subject, currency = material.registry.schema.subject, material.currency(one)
    tallies = [material.outcome.tallies[number] for number in (one, other)]
    a, b = (tally.measure for tally in tallies)
    about = b if other in material.reviewed else a
    smaller = min(tallies, key=lambda tally: (tally.payable_high is None, tally.payable_high or 0, tally.payable_low))
    cut = any(one in rule.covered and other in rule.covered for rule in material.stacking.cutting)
    what = both(
        (
            "{0} and {1} go to almost the same: {2} surely have both, of {3} that have one of them",
            "“{0}”与“{1}”的对象几乎相同：至少享受其一的{3}中，{2}确定两项都享受",
        ),
        title(a), title(b), firms(common, subject), firms(either, subject),
    )  # fmt: skip
    if a.amount is not None and b.amount is not None:
        pays = money(smaller.payable_low, smaller.payable_high, currency)
        what = both(("{0}; the smaller pays {1}", "{0}；其中较小的一项支付{1}"), what, pays)
    remedy = (
        Both("a stacking rule binds them: join them into one measure with one amount", "两项已受叠加规则约束：可合并为一项措施，统一标准")
        if cut
        else Both("join them into one measure, or say in the core policy whether both may be had", "合并为一项措施，或在总政策中写明可否同时享受")
    )
    detail: dict[str, Any] = {
        "surely": {"both": common, "either": either, "first": int(shared.surely[one, one]), "second": int(shared.surely[other, other])},
        "perhaps": {"both": int(shared.perhaps[one, other]), "first": int(shared.perhaps[one, one]), "second": int(shared.perhaps[other, other])},
        "measures": [a.id, b.id],
        "bound_by_stacking": cut,
    }
    spent = (smaller.payable_low, smaller.payable_high) if a.amount is not None and b.amount is not None else (0, 0)
    more = int(shared.perhaps[one, other]) - common
    return Finding(
        "overlap", (a.name, b.name), str(about.record.clause), what, remedy, about.where, spent, common, more, currency, detail
    )  # fmt: skip
