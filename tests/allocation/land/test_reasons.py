"""Why a claim is placed or not, in both languages."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings

from huiqi.allocation.land.choose import choose
from huiqi.allocation.land.claims import Claim
from huiqi.allocation.land.reasons import Reason, Reasons
from huiqi.allocation.land.stock import Stock
from land_stocks import AS_OF, COMMON, HERE, THERE, building, claim, everything, model, parcel, stock


def reasons(of: Stock, *claims: Claim, unused: int = 100) -> Reasons:
    made = model(of, *claims, unused=unused)
    chosen = choose(made)
    return Reasons(made, chosen, AS_OF, COMMON.schemas)


def why(id: str, of: Stock, *claims: Claim) -> Reason:
    found = reasons(of, *claims)
    return found.of([one.id for one in found.model.claims].index(id))


def test_placed_where_and_from_when() -> None:
    reason = why("a", stock(building("B1", 1000, free=10)), claim("a", 900, tax=5000, priority=1))
    assert reason.code == "placed"
    assert reason.text.en == (
        "placed at B1 (Binjiang District): 1,000 m² from 2024-07-10, needed by 2025-06-30; 100 m² more than it uses; its guarantee is kept; "
        "expected tax ¥5,000 a year"
    )
    assert (
        reason.text.zh
        == "安排在B1（滨江区）：1,000平方米，2024-07-10起可用，最迟需用2025-06-30；超出其使用面积100平方米；保障已兑现；预计年税收5,000元"
    )


def test_what_was_free_before_is_had_from_the_day_of_the_allocation() -> None:
    assert "from 2024-06-30" in why("a", stock(building("B1", 1000, free=-400)), claim("a", 1000, tax=1)).text.en


@pytest.mark.parametrize(
    ("of", "code", "en"),
    [
        (stock(parcel("P1", 1)), "no-form", "the stock has no building"),
        (stock(building("B1", 900, place=THERE)), "no-place", "of 1 building in the stock, none surely lies in Binjiang District"),
        (stock(building("B1", 900, use="research")), "no-use", "of 1 building in the right place, none is surely for office"),
        (
            stock(building("B1", 900, free=400), building("B2", 900, free=500)),
            "not-in-time",
            "of 2 buildings for the right use, none can surely be had by 2025-06-30; the first that can be had is B1, on 2025-08-04",
        ),
        (stock(building("B1", 900), building("B2", 800)), "too-small", "of 2 buildings free in time, the largest, B1, has 900 m²; needed: 1,000 m²"),
    ],
)
def test_why_nothing_suits(of: Stock, code: str, en: str) -> None:
    reason = why("a", of, claim("a", 1000, tax=1))
    assert (reason.code, reason.text.en) == (code, en)


def test_parcels_that_are_too_small_even_joined() -> None:
    of = stock(parcel("P1", 10), parcel("P2", 12), beside=(("P1", "P2"),))
    reason = why("a", of, claim("a", 30, unit="mu", form="parcel", uses=("industrial",), tax=1))
    assert reason.text.en == "of 2 parcels free in time, the largest, P1 + P2 joined, has 22 mu; needed: 30 mu"
    assert reason.text.zh == "可按时交付的2处宗地中，最大的P1 + P2合并为22亩，需要30亩"


def test_what_is_not_known_may_suit() -> None:
    of = stock(building("B1", None), building("B2", 1000, free=None), building("B3", 100))
    assert why("a", of, claim("a", 1000, tax=1)).sentences[-1].en == "may suit, if it were known: B1 (floor area); B2 (free from)"


def test_outbid_by_whom_and_what_it_would_cost() -> None:
    of = stock(building("B1", 1000))
    reason = why("b", of, claim("a", 500, 1000, tax=300_000), claim("b", 1000, tax=200_000))
    assert (reason.code, reason.costs) == ("outbid", 100_000_00)
    assert reason.text.en == (
        "1 place suits; the nearest is B1 (Binjiang District); B1 goes to a, with ¥300,000 a year (¥300 a m²) against ¥200,000 (¥200 a m²); "
        "to place it all the same would cost ¥100,000 a year or more"
    )


def test_lost_to_a_guarantee() -> None:
    found = reasons(stock(building("B1", 1000)), claim("a", 500, 1000, priority=1), claim("b", 1000, tax=200_000))
    reason = found.of(1)
    assert reason.code == "guarantee"
    assert "B1 goes to a, which is guaranteed" in reason.text.en
    assert found.would_cost(1).en == "it could only be placed by keeping fewer guarantees, or smaller ones"


def test_more_unused_than_it_is_worth() -> None:
    reason = why("a", stock(building("B1", 1000)), claim("a", 100, tax=1))
    assert (reason.code, reason.costs) == ("not-worth", 899_00)


@settings(max_examples=60)
@given(...)
def test_what_it_would_cost_is_what_is_lost_by_placing_it(seed: int) -> None:
    import random

    draw = random.Random(seed)
    of = stock(*(building(f"B{n}", draw.choice([100, 200, 300]), place=draw.choice([HERE, THERE])) for n in range(3)))
    claims = tuple(
        claim(f"c{n}", draw.choice([90, 150, 250]), 300, tax=draw.randint(0, 9000), within=tuple(draw.sample([HERE, THERE], draw.randint(1, 2))))
        for n in range(4)
    )
    found = reasons(of, *claims)
    best = everything(of, claims)[2]
    for number, one in enumerate(claims):
        reason = found.of(number)
        if reason.code in ("outbid", "undecided", "not-worth"):
            promised = tuple(
                other if other.id != one.id else claim(one.id, one.least // 15_000_000, 300, tax=one.tax // 100, within=one.within, priority=1)
                for other in claims
            )
            lost = best - everything(of, promised)[2]
            assert reason.costs is not None
            assert reason.costs <= lost
            said = re.search(r"cost ¥([\d,.]+) a year", found.would_cost(number).en)
            assert said is not None
            assert round(float(said[1].replace(",", "")) * 100) == lost
