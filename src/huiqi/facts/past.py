"""What a subject was granted before, as a fact: awards of some measures over a window of time, added up or counted.

Nobody declares it: the awards table of a registry (awards.py) or the awards of a worked case say it. It holds at the day of evaluation, and
whoever reads facts (evaluators, explanations, questions) reads it as one of them.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from huiqi.facts.schema import Fact
from huiqi.vocabulary.period import years_before
from huiqi.vocabulary.record import Words, words
from huiqi.vocabulary.unit import PLAIN, UNITS

#: The last so many years up to the day of evaluation, its calendar year up to that day, or all time up to it.
Window = int | Literal["this year", "ever"]
MOST_NAMED = 3


@dataclass(frozen=True, eq=False)
class PastFact(Fact):
    """Awards of `measures` (full names) within `window`: the `sum` of their amounts, or their `count`.

    Where nothing tells of past awards it is unknown, as any fact; one that is `at_least` is then nought: what is known to have been granted.
    """

    measures: tuple[str, ...] = ()
    window: Window = "ever"
    of: Literal["sum", "count"] = "sum"
    at_least: bool = False

    def days(self, as_of: datetime.date) -> tuple[int, int]:
        """The ordinals of the first and the last day that count: three years up to 2024-06-30 begin on 2021-07-01."""
        match self.window:
            case "ever":
                first = 1
            case "this year":
                first = datetime.date(as_of.year, 1, 1).toordinal()
            case int(years):
                first = years_before(as_of, years).toordinal() + 1 if as_of.year > years else 1
        return first, as_of.toordinal()


@dataclass(frozen=True)
class Award:
    """One award: to whom, of which measure, how much (in fen, the minor unit of its currency), on which day."""

    subject: str
    measure: str
    amount: int
    granted_on: datetime.date
    place: str | None = None
    id: str | None = None


def past_fact(
    subject: str, measures: Sequence[tuple[str, Words]], window: Window, of: Literal["sum", "count"], currency: str, *, at_least: bool = False
) -> PastFact:
    """The fact of what was granted to a kind of subject; `measures` are full names with their titles."""
    named = dict(sorted(measures, key=lambda one: one[0]))  # the same name in several editions: the last title
    said = {"ever": ("", ""), "this year": (", this year", "（本年度）")}.get(str(window), (f", in {window} years", f"（近{window}年）"))
    en, zh = ([str(getattr(title, language)) for title in named.values()] for language in ("en", "zh"))
    more = len(named) - MOST_NAMED
    some_en = "; ".join(en[:MOST_NAMED]) + (f" and {more} more" if more > 0 else "") + said[0]
    some_zh = "、".join(zh[:MOST_NAMED]) + (f"等{len(zh)}项" if more > 0 else "") + said[1]
    if of == "sum":
        called = "awards.known_sum" if at_least else "awards.sum"
        label = words(f"granted before: {some_en}", f"此前已获：{some_zh}")
        question = words(f"How much was granted before: {some_en}?", f"此前已获多少：{some_zh}？")
    else:
        called = "awards.count"
        label = words(f"awards before: {some_en}", f"此前获得次数：{some_zh}")
        question = words(f"How often was it granted before: {some_en}?", f"此前获得过几次：{some_zh}？")
    within = {"ever": [], "this year": ["this_year"]}.get(str(window), [f"{window} years"])
    return PastFact(
        f"{called}({', '.join([*named, *within])})",
        subject,
        "money" if of == "sum" else "count",
        "day",
        label,
        question,
        UNITS[currency] if of == "sum" else PLAIN,
        currency if of == "sum" else "1",
        2 if of == "sum" else 0,
        Fraction(0),
        measures=tuple(named),
        window=window,
        of=of,
        at_least=at_least,
    )


def past_value(fact: PastFact, awards: Iterable[Award], as_of: datetime.date) -> int:
    """What a fact is for one subject, in its steps, from all awards of the subject."""
    counted = counted_by(fact, awards, as_of)
    return sum(award.amount for award in counted) if fact.of == "sum" else len(counted)


def counted_by(fact: PastFact, awards: Iterable[Award], as_of: datetime.date) -> list[Award]:
    """The awards that a fact counts."""
    first, last = fact.days(as_of)
    return [award for award in awards if award.measure in fact.measures and first <= award.granted_on.toordinal() <= last]
