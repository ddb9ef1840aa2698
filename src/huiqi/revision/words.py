"""The words in which a comparison of two laws is told: which side, what becomes of a subject, money and differences as ranges."""

from __future__ import annotations

from huiqi.entitlements.totals import Sum
from huiqi.vocabulary.speech import Both, both, brief_money

NOW, THEN = Both("now", "现行"), Both("in the reform", "改革后")
FATE_WORDS = {
    "gain": Both("get more", "获得更多"), "lose": Both("get less", "获得更少"),
    "enter": Both("get something for the first time", "新纳入"), "leave": Both("get nothing any more", "退出"),
}  # fmt: skip
_OPEN_LOW, _OPEN_HIGH = Both("no lower end", "无下限"), Both("no upper end", "无上限")


def number(count: float) -> str:
    """A count; one by weights is rounded for the eye."""
    return f"{round(count):,}"


def money(ends: Sum, currency: str) -> Both:
    """A range of money."""
    low, high = ends
    if low == high:
        return brief_money(low, currency)
    return both(("{0} to {1}", "{0}至{1}"), brief_money(low, currency), brief_money(high, currency))


def more(ends: tuple[int | None, int | None], currency: str) -> Both:
    """A difference in cost as a range."""
    low, high = ends
    if low is not None and low == high:
        return signed(low, currency)
    if low is None and high is None:
        return Both("open at both ends", "上下限均不定")
    said = (_OPEN_LOW if low is None else signed(low, currency)), (_OPEN_HIGH if high is None else signed(high, currency))
    return both(("between {0} and {1}", "{0}至{1}"), *said)


def signed(fen: int, currency: str) -> Both:
    """A difference in money."""
    if not fen:
        return Both("the same", "不变")
    return both(("{0} more", "增加{0}") if fen > 0 else ("{0} less", "减少{0}"), brief_money(abs(fen), currency))


def capital(words: Both) -> Both:
    """Words as the beginning of a line."""
    return Both(words.en[:1].upper() + words.en[1:], words.zh)
