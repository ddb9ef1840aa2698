"""Who is placed where: examples by hand, and properties against trying everything."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from huiqi.allocation.land.choose import Choice, Model, choose
from huiqi.allocation.land.claims import Claim
from huiqi.allocation.land.offers import make_offers
from huiqi.allocation.land.stock import Site, Stock
from huiqi.vocabulary.problem import FaultyInput
from land_stocks import COMMON, HERE, THERE, building, claim, everything, joined_sets, model, parcel, stock
from land_stocks import USES as CODES


def placed(of: Model, chosen: Choice) -> dict[str, tuple[str, ...]]:
    return {of.claims[of.pairs.claim[column]].id: of.offers.ids(of.pairs.offer[column]) for column in chosen.taken.tolist()}


def place(of: Stock, *claims: Claim, joined: int = 4) -> dict[str, tuple[str, ...]]:
    made = model(of, *claims, joined=joined)
    return placed(made, choose(made))


def test_the_higher_tax_goes_first_and_the_other_takes_what_is_left() -> None:
    of = stock(building("B1", 1000), building("B2", 2000))
    assert place(of, claim("a", 1000, tax=1900), claim("b", 900, 1500, tax=1800)) == {"a": ("B1",), "b": ("B2",)}


def test_only_one_claim_gets_a_building() -> None:
    assert place(stock(building("B1", 1000)), claim("a", 100, 1000, tax=2), claim("b", 100, 1000, tax=1)) == {"a": ("B1",)}


def test_a_guarantee_goes_before_any_tax() -> None:
    assert place(stock(building("B1", 1000)), claim("rich", 500, 1000, tax=10**9), claim("promised", 500, priority=1)) == {"promised": ("B1",)}


def test_a_guarantee_of_the_first_priority_goes_before_several_of_the_second() -> None:
    of = stock(parcel("P1", 10), parcel("P2", 10), beside=(("P1", "P2"),))
    land = {"unit": "mu", "form": "parcel", "uses": ("industrial",)}
    claims = [claim("first", 20, priority=1, **land), claim("second", 10, priority=2, **land), claim("third", 10, priority=2, **land)]
    assert place(of, *claims) == {"first": ("P1", "P2")}


def test_of_guarantees_that_cannot_all_be_kept_the_larger_is_kept() -> None:
    of = stock(building("B1", 1000))
    assert place(of, claim("small", 500, priority=1, tax=9), claim("large", 900, priority=1)) == {"large": ("B1",)}


def test_nothing_is_had_before_it_is_free() -> None:
    of = stock(building("B1", 1000, free=30))
    assert place(of, claim("a", 1000, by=29, tax=1)) == {}
    assert place(of, claim("a", 1000, by=30, tax=1)) == {"a": ("B1",)}


def test_what_nobody_knows_is_not_given() -> None:
    of = stock(building("B1", None), building("B2", 1000, free=None), building("B3", 1000, place="cn-zj-hangzhou"), parcel("P1", 10, ratio=None))
    assert place(of, claim("a", 500, 1000, tax=1, form="either", uses=("office", "industrial"))) == {}
    assert place(of, claim("a", 500, 1000, tax=1, within=("cn-zj-hangzhou",))) == {"a": ("B3",)}


def test_a_use_may_stand_for_all_under_it() -> None:
    of = stock(building("B1", 1000, use="new_industrial"), building("B2", 1000, use="industrial"))
    assert place(of, claim("a", 1000, tax=1, uses=("industrial",)), claim("b", 1000, tax=1, uses=("new_industrial",))) == {"a": ("B2",), "b": ("B1",)}


def test_parcels_are_joined_where_they_lie_beside_each_other() -> None:
    land = {"unit": "mu", "form": "parcel", "uses": ("industrial",), "tax": 1}
    sites = [parcel(f"P{n}", 10) for n in range(1, 4)]
    assert place(stock(*sites, beside=(("P1", "P2"),)), claim("a", 20, **land)) == {"a": ("P1", "P2")}
    assert place(stock(*sites, beside=(("P1", "P2"),)), claim("a", 30, **land)) == {}
    chain = stock(*sites, beside=(("P1", "P2"), ("P2", "P3")))
    assert place(chain, claim("a", 30, **land)) == {"a": ("P1", "P2", "P3")}
    assert place(chain, claim("a", 30, **land), joined=2) == {}


def test_floor_space_on_land_is_its_area_times_its_ratio() -> None:
    # 30 mu are 20,000 m2; at 1.5 they carry 30,000 m2
    of = stock(parcel("P1", 30))
    assert place(of, claim("a", 30_000, tax=1, form="parcel", uses=("industrial",))) == {"a": ("P1",)}
    assert place(of, claim("a", 30_001, tax=1, form="parcel", uses=("industrial",))) == {}


def test_area_that_nobody_uses_counts_against_the_tax() -> None:
    of = stock(building("B1", 1000))
    assert place(of, claim("a", 500, tax=501)) == {"a": ("B1",)}  # 500 m2 unused at 1 yuan
    assert place(of, claim("a", 500, tax=499)) == {}


def test_tax_a_mu_is_of_land_that_is_used() -> None:
    of, land = stock(parcel("P1", 20)), {"unit": "mu", "form": "parcel", "uses": ("industrial",), "per_mu": 100_000}
    made = model(of, claim("a", 10, 15, **land), unused=0)
    assert choose(made).value.reached == 15 * 100_000 * 100


def test_too_many_ways_to_join_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("huiqi.allocation.land.offers.MOST_OFFERS", 10)
    sites = [parcel(f"P{n}", 10) for n in range(6)]
    of = stock(*sites, beside=tuple((a.id, b.id) for a in sites for b in sites if a.id < b.id))
    with pytest.raises(FaultyInput) as refused:
        model(of, claim("a", 20))
    assert [problem.code for problem in refused.value.problems] == ["land.joins"]


# ---------------------------------------------------------------- properties

PLACES, USES = (HERE, THERE, "cn-zj-hangzhou"), ("office", "industrial", "new_industrial")


@st.composite
def stocks(draw: st.DrawFn, most: int = 5) -> Stock:
    sites: list[Site] = []
    for n in range(draw(st.integers(1, most))):
        use, where, free = draw(st.sampled_from(USES)), draw(st.sampled_from(PLACES)), draw(st.sampled_from([None, -10, 0, 10, 20]))
        if draw(st.booleans()):
            sites.append(building(f"B{n}", draw(st.sampled_from([None, 100, 200, 300])), use, where, free))
        else:
            sites.append(parcel(f"P{n}", draw(st.integers(1, 3)), use, where, free))
    parcels = [site.id for site in sites if site.form == "parcel"]
    pairs = [(a, b) for a in parcels for b in parcels if a < b]
    return stock(*sites, beside=tuple(draw(st.lists(st.sampled_from(pairs), unique=True))) if pairs else ())


@st.composite
def claim_lists(draw: st.DrawFn, most: int = 4, priorities: tuple[int | None, ...] = (None, None, 1, 2)) -> tuple[Claim, ...]:
    found = []
    for n in range(draw(st.integers(1, most))):
        land = draw(st.booleans())
        least = draw(st.integers(1, 6)) if land else draw(st.sampled_from([80, 150, 250, 1500, 2500]))
        found.append(
            claim(
                f"c{n}", least, least + draw(st.integers(0, 2)) * (1 if land else 50), unit="mu" if land else "floor_m2",
                form="parcel" if land else draw(st.sampled_from(["building", "either"])),
                uses=tuple(draw(st.lists(st.sampled_from(USES), min_size=1, max_size=2, unique=True))),
                within=tuple(draw(st.lists(st.sampled_from(PLACES), min_size=1, max_size=2, unique=True))),
                by=draw(st.sampled_from([0, 10, 30])), tax=draw(st.integers(0, 2000)), per_mu=draw(st.integers(0, 900)) if land else 0,
                priority=draw(st.sampled_from(priorities)),
            )
        )  # fmt: skip
    return tuple(found)


@settings(max_examples=120)
@given(stocks(), claim_lists())
def test_the_choice_is_the_best_of_all(of: Stock, claims: tuple[Claim, ...]) -> None:
    made = model(of, *claims)
    chosen = choose(made)
    kept = chosen.guaranteed
    ranked = tuple(kept.kept[priority] for priority in sorted(kept.kept)), kept.area, chosen.value.reached
    assert ranked == everything(of, claims)
    assert chosen.proven
    assert chosen.value.gap < 1e-6


@settings(max_examples=60)
@given(stocks(8), claim_lists(8))
def test_every_placement_keeps_to_the_claim_and_nothing_is_given_twice(of: Stock, claims: tuple[Claim, ...]) -> None:
    made = model(of, *claims)
    chosen = choose(made)
    allowed = {tuple(site.id for site in sites) for sites in joined_sets(of, 4)}
    given_out: list[str] = []
    for id, sites in placed(made, chosen).items():
        one = next(one for one in claims if one.id == id)
        assert sites in allowed
        assert all(site.free is not None and site.free <= one.needed_by for site in of.sites if site.id in sites)
        given_out += sites
    assert len(given_out) == len(set(given_out))


@settings(max_examples=40)
@given(stocks(6), claim_lists(6), claim_lists(4, (None,)))
def test_no_guarantee_is_lost_to_a_claim_without_one(of: Stock, claims: tuple[Claim, ...], others: tuple[Claim, ...]) -> None:
    promised = tuple(one for one in claims if one.guaranteed)
    renamed = [claim(f"x{n}", 100, priority=None, tax=10**6, uses=USES, within=PLACES, form="either") for n, _ in enumerate(others)]
    assert choose(model(of, *promised, *others, *renamed)).guaranteed.rank == choose(model(of, *promised)).guaranteed.rank if promised else True


@settings(max_examples=40)
@given(stocks(5), claim_lists(6, (1,)), st.sampled_from(USES), st.sampled_from(PLACES))
def test_more_stock_never_lowers_how_many_guarantees_are_kept(of: Stock, claims: tuple[Claim, ...], use: str, where: str) -> None:
    larger = stock(*of.sites, building("Z", 300, use, where), beside=tuple(of.adjacent))
    before, after = choose(model(of, *claims)).guaranteed, choose(model(larger, *claims)).guaranteed
    assert sum(after.kept.values()) >= sum(before.kept.values())


@settings(max_examples=40)
@given(stocks(6), st.integers(1, 4))
def test_parcels_are_joined_in_every_way_and_each_once(of: Stock, most: int) -> None:
    offers = make_offers(of, COMMON.places, CODES, most)
    found = [offers.ids(offer) for offer in range(len(offers.sets))]
    assert sorted(found) == sorted(tuple(site.id for site in sites) for sites in joined_sets(of, most))


@settings(max_examples=25)
@given(stocks(6), claim_lists(6))
def test_the_same_input_gives_the_same_choice(of: Stock, claims: tuple[Claim, ...]) -> None:
    one, other = model(of, *claims), model(of, *reversed(claims))
    assert placed(one, choose(one)) == placed(other, choose(other))


def test_when_no_time_is_left_the_choice_is_still_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """The solver finds nothing at all: guarantees, then what brings most a square metre, with a bound and the word that the time ran out."""
    from huiqi.allocation.solve import Answer, Program

    def nothing(program: Program, **_: object) -> Answer:
        count = len(program.value)
        return Answer("time", np.zeros(count), -math.inf, math.inf, np.zeros(0))

    of = stock(building("B1", 1000), building("B2", 500))
    made = model(of, claim("a", 400, 500, tax=600), claim("b", 900, 1000, tax=1100), claim("c", 900, 1000, tax=1000))
    monkeypatch.setattr("huiqi.allocation.land.choose.solve", nothing)
    chosen = choose(made)
    assert placed(made, chosen) == {"a": ("B2",), "b": ("B1",)}
    assert (chosen.proven, chosen.value.reached, chosen.value.bound) == (False, 1700_00, 2700_00)
    made = model(of, claim("a", 400, 500, tax=600), claim("b", 900, 1000, tax=1100, priority=2), claim("c", 900, 1000, priority=1))
    chosen = choose(made)
    assert placed(made, chosen) == {"a": ("B2",), "c": ("B1",)}
    assert chosen.guaranteed.kept == {1: 1, 2: 0}
