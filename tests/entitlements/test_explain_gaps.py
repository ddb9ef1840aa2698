"""The gap closes: with what an explanation says is missing, the test holds, and with a step less it does not."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, replace
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import arbitrary
from huiqi.entitlements.explain import Explainer
from huiqi.facts.known import Known
from huiqi.rules.exact import Exactly
from worked import asking, firm

FEW = settings(max_examples=max(1, settings.default.max_examples * 15 // 100))
SAID = re.compile(r": (?P<over>over )?(?P<sign>¥?)(?P<figure>[\d,.]+)(?P<unit>%| people| m²|) (?P<way>more|less)( of .*)?\Z")
STEP = {"¥": Fraction(1, 100), "%": Fraction(1, 10_000), " people": Fraction(1), " m²": Fraction(1, 100)}


@dataclass(frozen=True)
class Gap:
    """What is missing, as said: `strict` where it takes more than that."""

    amount: Fraction
    step: Fraction
    way: str
    strict: bool


def read(text: str) -> Gap:
    found = SAID.search(text)
    if found is None:  # exactly on the edge of a strict comparison
        assert "more than" in text or "less than" in text, text
        return Gap(Fraction(0), Fraction(0), "less" if "less than" in text else "more", True)
    unit = found["sign"] or found["unit"]
    figure = Fraction(found["figure"].replace(",", "")) / (100 if unit == "%" else 1)
    return Gap(figure, STEP[unit], found["way"], bool(found["over"]))


def moved(known: Known, id: str, by: Fraction) -> Known:
    """The firm with so much more of a fact, in whole steps of the fact, the next one that is enough."""
    fact = known.schema.facts[id]
    steps = by / fact.step
    whole = math.ceil(steps) if by > 0 else math.floor(steps)
    key = known.key(fact, 0)
    return replace(known, values={**known.values, key: int(known.values[key]) + whole})  # type: ignore[call-overload]


#: A test, the fact that it takes more of, and how much of it a firm may have.
TESTS = [
    ("loan >= 1000万元", "loan", 0, 2 * 10**9),
    ("loan > 33.33元", "loan", 0, 10_000),
    ("loan <= 100元", "loan", 0, 30_000),
    ("loan < 100元", "loan", 0, 30_000),
    ("20元 <= loan < 100元", "loan", 0, 20_000),
    ("loan >= 100元 / 3", "loan", 0, 5_000),
    ("profit >= 0元", "profit", -10_000, 10_000),
    ("staff >= 300", "staff", 0, 500),
    ("staff < 300人", "staff", 0, 500),
    ("stake >= 51%", "stake", 400_000, 600_000),
    ("stake <= 33.3333%", "stake", 300_000, 400_000),
    ("area >= 10亩", "area", 0, 2_000),
    ("loan * 3% >= 500元", "loan", 0, 3_000_000),
    ("expense / revenue >= 3%", "expense", 0, 6_000),
    ("expense / revenue <= 3%", "expense", 0, 6_000),
    ("expense / revenue > 3.3333%", "expense", 0, 6_000),
    ("staff / area >= 2人/亩", "staff", 0, 60),
    ("growth(revenue) >= 25%", "revenue", 0, 500_000),
    ("growth(revenue) > 33.3333%", "revenue", 0, 500_000),
    ("cagr(revenue, 3) >= 25%", "revenue", 0, 500_000),
    ("cagr(revenue, 2) > 10%", "revenue", 0, 500_000),
    ("sum(expense, 2) >= 100元", "expense", 0, 20_000),
    ("mean(expense, 2) >= 100元", "expense", 0, 20_000),
]
BEFORE = {
    "established": "2010-01-01",
    "area": "12.34亩",
    "revenue": {2023: "987.65元", 2022: "1234.56元", 2021: "1111.11元", 2020: "640元"},
    "expense": {2023: "1元", 2022: "12.34元"},
}
#: Where the fact stands in a product or a sum, the gap is said of the whole, not of the fact.
OF_THE_WHOLE = {"loan * 3% >= 500元": Fraction(100, 3), "mean(expense, 2) >= 100元": Fraction(1)}


@pytest.mark.parametrize(("test", "fact", "least", "most"), TESTS, ids=[test for test, *_ in TESTS])
@FEW
@given(data=st.data())
def test_the_gap_closes(test, fact, least, most, data):
    of = asking(f"'{test}'")
    known = firm(**BEFORE)
    known = replace(known, values={**known.values, known.key(known.schema.facts[fact], 0): data.draw(st.integers(least, most))})
    explainer = Explainer(of, arbitrary.AS_OF)
    (explanation,) = explainer.explain(explainer.known(known))
    reason, truth = explanation.reasons[-1], of.measures[0].truth
    if Exactly(known).truth(truth).must:
        assert reason.gap is None
        return
    assert reason.gap is not None
    gap = read(reason.gap.en)
    times = OF_THE_WHOLE.get(test, Fraction(1)) * (1 if gap.way == "more" else -1)
    enough = moved(known, fact, gap.amount * times)
    if gap.strict:
        enough = moved(enough, fact, known.schema.facts[fact].step * (1 if gap.way == "more" else -1))
    assert Exactly(enough).truth(truth).must, reason.gap.en
    less = gap.amount - gap.step
    if not gap.strict and less > 0 and gap.step >= known.schema.facts[fact].step:
        short = known.schema.facts[fact].step * math.floor(less / known.schema.facts[fact].step) * times
        assert not Exactly(moved(known, fact, short)).truth(truth).must, f"{reason.gap.en} is more than it takes"
