"""How findings speak: measures by their titles, firms surely and perhaps, money of one currency as a range."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from huiqi.publication.wording import NOT_PUBLIC
from huiqi.rules.compile import Measure
from huiqi.rules.cumulation import StackingRule
from huiqi.vocabulary.speech import Both, both, brief_money, listed, of_words

FEW = 10  #: what so few firms show can be chance: an overlap, or a test that decides for none of them
_NOUNS = {"enterprise": (("firm", "firms"), "家企业"), "person": (("person", "people"), "人"), "village": (("village", "villages"), "个村")}
_OTHERS = (("subject", "subjects"), "个对象")


def title(measure: Measure) -> Both:
    return of_words(measure.record.title)


def titles(measures: Iterable[Measure]) -> Both:
    return listed(map(title, measures), ", ", "、")


def firms(count: int, subject: str = "enterprise") -> Both:
    """So many of a kind of subject."""
    (one, many), zh = _NOUNS.get(subject, _OTHERS)
    return Both(f"{count:,} {one if count == 1 else many}", f"{count:,}{zh}")


def firms_perhaps(surely: int, perhaps: int, subject: str = "enterprise") -> Both:
    """So many surely, and so many more for want of facts."""
    if not perhaps:
        return firms(surely, subject)
    return both(("{0} and perhaps {1} more", "确定{0}、另有{1}待定"), firms(surely, subject), Both(f"{perhaps:,}", firms(perhaps, subject).zh))


def money(low: int, high: int | None, currency: str) -> Both:
    """A range of whole fen as people say totals; an open end is an amount that is not public."""
    if high is None:
        return both(("{0}, its upper end {1}", "{0}起，上限{1}"), brief_money(low, currency), NOT_PUBLIC)
    if low == high:
        return brief_money(low, currency)
    return both(("{0} to {1}", "{0}至{1}"), brief_money(low, currency), brief_money(high, currency))


def rule_json(rule: StackingRule) -> dict[str, Any]:
    """A stacking rule and where it is written."""
    where = rule.written.where
    return {"label": of_words(rule.label).as_json(), "clause": rule.clause, "file": where.file, "line": where.line}
