"""What one more mu, or 100 m² more, is worth: by hand, and against choosing everything anew."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from huiqi.allocation.land.area import MU, PARTS
from huiqi.allocation.land.choose import choose
from huiqi.allocation.land.claims import Claim
from huiqi.allocation.land.prices import Price, duals_of, shadow_prices
from huiqi.allocation.land.stock import Site, Stock
from land_stocks import THERE, building, claim, everything, model, parcel, stock

LAND = {"unit": "mu", "form": "parcel", "uses": ("industrial",)}


def prices(of: Stock, *claims: Claim) -> list[Price]:
    made = model(of, *claims)
    chosen = choose(made)
    return shadow_prices(made, chosen, duals_of(made, chosen), 100, seconds=60, gap=0)


def test_one_more_mu_is_worth_the_tax_of_a_mu() -> None:
    (price,) = prices(stock(parcel("P1", 10)), claim("a", 5, 20, per_mu=300_000, **LAND))
    assert (price.form, price.use, price.low, price.high) == ("parcel", "industrial", 300_000_00, 300_000_00)


def test_where_nobody_needs_more_it_is_worth_nothing() -> None:
    (price,) = prices(stock(parcel("P1", 10)), claim("a", 5, 10, per_mu=300_000, **LAND))
    assert (price.low, price.high) == (0, 0)


def test_100_m2_more_may_let_somebody_in() -> None:
    (price,) = prices(stock(building("B1", 950)), claim("a", 1000, 1050, tax=70_000))
    assert (price.form, price.low, price.high) == ("building", 70_000_00, 70_000_00)


def test_one_more_may_keep_another_guarantee() -> None:
    there, here = sorted(
        prices(stock(building("B1", 950), building("B2", 950, place=THERE)), claim("a", 1000, priority=1)), key=lambda p: p.guarantees
    )
    assert (there.guarantees, here.guarantees, here.area) == (0, 1, 1000 * PARTS)


def larger(site: Site) -> Site:
    if site.form == "building":
        return replace(site, floor=(site.floor or 0) + 100 * PARTS)
    return replace(site, land=(site.land or 0) + MU, floor=(site.floor or 0) + MU * 3 // 2)


@st.composite
def cases(draw: st.DrawFn) -> tuple[Stock, tuple[Claim, ...]]:
    sites = [building(f"B{n}", draw(st.sampled_from([100, 200, 250]))) for n in range(draw(st.integers(0, 2)))]
    sites += [parcel(f"P{n}", draw(st.integers(1, 2))) for n in range(draw(st.integers(0 if sites else 1, 2)))]
    claims = tuple(
        claim(
            f"c{n}", draw(st.integers(1, 4)), draw(st.integers(4, 6)), per_mu=draw(st.integers(0, 5000)), priority=draw(st.sampled_from([None, None, 1])), **LAND
        )
        if draw(st.booleans())
        else claim(
            f"c{n}", draw(st.sampled_from([150, 280, 1100])), draw(st.sampled_from([1100, 2100])), form="either", uses=("office", "industrial"),
            tax=draw(st.integers(0, 5000)), priority=draw(st.sampled_from([None, None, 1])),
        )
        for n in range(draw(st.integers(1, 3)))
    )  # fmt: skip
    return stock(*sites, beside=(("P0", "P1"),) if sum(site.form == "parcel" for site in sites) == 2 else ()), claims


@settings(max_examples=60)
@given(cases())
def test_a_price_is_what_the_best_of_all_gains(case: tuple[Stock, tuple[Claim, ...]]) -> None:
    of, claims = case
    before = everything(of, claims)
    for price in prices(of, *claims):
        tried = [before]
        for site in of.sites:
            if site.form == price.form:
                more = stock(*(larger(one) if one.id == site.id else one for one in of.sites), beside=tuple(of.adjacent))
                tried.append(everything(more, claims))
        after = max(tried)
        assert price.guarantees == sum(after[0]) - sum(before[0])
        assert price.area == after[1] - before[1]
        assert price.low - 100 <= after[2] - before[2] <= price.high + 100
        assert price.high - price.low <= 200
