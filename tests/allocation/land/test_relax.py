"""What would keep a guarantee: examples by hand, and every answer against trying everything."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import combinations

from hypothesis import given, settings
from hypothesis import strategies as st

from huiqi.allocation.land.area import PARTS
from huiqi.allocation.land.choose import choose
from huiqi.allocation.land.claims import Claim
from huiqi.allocation.land.relax import Relaxations, relax
from huiqi.allocation.land.stock import Stock
from land_stocks import HERE, THERE, building, claim, joined_sets, model, parcel, stock, suits
from land_stocks import USES as CODES


def relaxed(of: Stock, *claims: Claim) -> Relaxations:
    made = model(of, *claims)
    return relax(made, choose(made), seconds=60)


def steps(found: Relaxations, id: str) -> dict[str, int]:
    return {one.kind: one.by for one in found.single[id]}


def test_a_guarantee_that_is_kept_needs_nothing() -> None:
    assert relaxed(stock(building("B1", 100)), claim("a", 100, priority=1)).single == {}


def test_a_little_less_or_a_little_later_or_elsewhere() -> None:
    of = stock(building("B1", 900), building("B2", 1000, free=400), building("B3", 1000, place=THERE), building("B4", 1000, use="research"))
    found = relaxed(of, claim("a", 1000, priority=1, by=365))
    assert steps(found, "a") == {"smaller": 100 * PARTS, "later": 35, "elsewhere": 1, "other-use": 1}
    assert [one.id for one in found.new_stock] == ["a"]


def test_who_has_the_right_building_may_move() -> None:
    """b fits the small building too: with 900 m2 instead of 1000, a gets the middle one and b moves to the small one."""
    of = stock(building("B1", 500), building("B2", 900))
    found = relaxed(of, claim("a", 1000, priority=2), claim("b", 500, 900, priority=1, tax=10**6))
    assert steps(found, "a") == {"smaller": 100 * PARTS}


def test_new_stock_is_made_for_the_claim_that_needs_least() -> None:
    """Both want the building of 1000 m2; the larger one is kept, and 400 m2 more are enough for both."""
    found = relaxed(stock(building("B1", 1000)), claim("small", 400, priority=1), claim("large", 1000, priority=1))
    assert [one.id for one in found.new_stock] == ["small"]


def test_another_place_may_be_in_a_stock_of_parcels_joined() -> None:
    of = stock(parcel("P1", 10, place=THERE), parcel("P2", 10, place=THERE), beside=(("P1", "P2"),))
    found = relaxed(of, claim("a", 20, unit="mu", form="parcel", uses=("industrial",), priority=1))
    assert steps(found, "a") == {"elsewhere": 1}


def arrangements(of: Stock, claims: tuple[Claim, ...]) -> Iterator[frozenset[str]]:
    """Which claims can be placed together."""
    sets = joined_sets(of, 4)

    def tries(rest: tuple[Claim, ...], taken: frozenset[str]) -> Iterator[frozenset[str]]:
        if not rest:
            yield frozenset()
            return
        yield from tries(rest[1:], taken)
        for sites in sets:
            ids = {site.id for site in sites}
            if not ids & taken and suits(rest[0], sites):
                yield from (further | {rest[0].id} for further in tries(rest[1:], taken | ids))

    return tries(claims, frozenset())


def enough(of: Stock, claims: tuple[Claim, ...], kept: dict[int, int], changed: Claim) -> bool:
    """Whether the changed claim can be placed with as many others of each priority as were kept."""
    others = tuple(one for one in claims if one.guaranteed and one.id != changed.id)
    return any(
        changed.id in placed and all(sum(one.id in placed for one in others if one.priority == p) >= n for p, n in kept.items())
        for placed in arrangements(of, (changed, *others))
    )


@st.composite
def cases(draw: st.DrawFn) -> tuple[Stock, tuple[Claim, ...]]:
    sites = [
        building(f"B{n}", draw(st.sampled_from([100, 200, 300])), draw(st.sampled_from(["office", "research"])), draw(st.sampled_from([HERE, THERE])),
                 draw(st.sampled_from([0, 10, 40])))
        for n in range(draw(st.integers(1, 4)))
    ]  # fmt: skip
    claims = tuple(
        claim(
            f"c{n}", draw(st.sampled_from([90, 150, 250, 400])), 400, uses=(draw(st.sampled_from(["office", "research"])),),
            within=(draw(st.sampled_from([HERE, THERE])),), by=draw(st.sampled_from([5, 20])), priority=draw(st.sampled_from([1, 1, 2])),
        )
        for n in range(draw(st.integers(1, 3)))
    )  # fmt: skip
    return stock(*sites), claims


@settings(max_examples=60)
@given(cases())
def test_every_step_is_enough_and_no_smaller_one_is(case: tuple[Stock, tuple[Claim, ...]]) -> None:
    of, claims = case
    made = model(of, *claims)
    chosen = choose(made)
    kept, found = chosen.guaranteed.kept, relax(made, chosen, seconds=60)
    for id, some in found.single.items():
        one = next(one for one in claims if one.id == id)
        by = {step.kind: step.by for step in some}
        assert all(step.proven for step in some)
        less, later = replace(one, least=1), replace(one, needed_by=one.needed_by + 10_000)
        assert ("smaller" in by) == enough(of, claims, kept, less)
        assert ("later" in by) == enough(of, claims, kept, later)
        assert ("elsewhere" in by) == enough(of, claims, kept, replace(one, within=("cn",)))
        assert ("other-use" in by) == enough(of, claims, kept, replace(one, uses=tuple(CODES.codes)))
        if "smaller" in by:
            assert enough(of, claims, kept, replace(one, least=one.least - by["smaller"]))
            assert not enough(of, claims, kept, replace(one, least=one.least - by["smaller"] + 1))
        if "later" in by:
            assert enough(of, claims, kept, replace(one, needed_by=one.needed_by + by["later"]))
            assert not enough(of, claims, kept, replace(one, needed_by=one.needed_by + by["later"] - 1))
    placed = list(arrangements(of, claims))
    least = min(
        sum(one.least for one in new)
        for count in range(len(claims) + 1)
        for new in combinations(claims, count)
        if any({one.id for one in claims} - {one.id for one in new} <= there for there in placed)
    )
    assert sum(one.least for one in found.new_stock) == least
