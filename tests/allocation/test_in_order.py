"""What a round says of everybody holds in every completion of what is unknown; where all is known it is the plain procedure."""

from __future__ import annotations

from typing import Any

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

import rounds
from huiqi.allocation.budget.in_order import NO_LIMIT, OPEN, Claims, Edge, Given, Purse, Terms, Ties, Why, give_in_order, viable
from huiqi.allocation.budget.pro_rata import share_out
from huiqi.allocation.budget.quota import Part, give_by_group
from rounds import Open

AMOUNTS, PLACES = st.integers(0, 9), st.integers(0, 5)


def claims_of(round_: list[Open]) -> Claims:
    return Claims(
        np.array([all(one.entitled) for one in round_], bool),
        np.array([any(one.entitled) for one in round_], bool),
        np.array([min(one.amounts) for one in round_], np.int64),
        np.array([max(one.amounts) for one in round_], np.int64),
        np.array([min(one.places) for one in round_], np.int64),
        np.array([max(one.places) for one in round_], np.int64),
    )


@st.composite
def open_rounds(draw: st.DrawFn, *, strict: bool, groups: int = 0, known: bool = False, most: int = 4) -> list[Open]:
    """Small rounds; in a strict order no two applicants can be equal."""
    found: list[Open] = []
    count = draw(st.integers(1, 9 if known else most))
    lots = draw(st.permutations(range(count)))
    for number in range(count):
        entitled = (True,) if known else draw(st.sampled_from([(True,), (True,), (True, False), (False,)]))
        amounts = (draw(AMOUNTS),) if known or draw(st.booleans()) else tuple(sorted({draw(AMOUNTS), draw(AMOUNTS), draw(AMOUNTS)}))
        places = (draw(PLACES),) if known or draw(st.booleans()) else tuple(range(draw(st.integers(0, 3)), draw(st.integers(3, 5)) + 1))
        if strict:
            places = tuple(place * count + lots[number] for place in places)
        some: tuple[int | None, ...] = (None,)
        if groups:
            options = st.sampled_from([None, *range(groups)])
            some = (draw(options),) if known or draw(st.booleans()) else tuple(dict.fromkeys([draw(options), draw(options)]))
        found.append(Open(entitled, amounts, places, some))
    return found


def holds(round_: list[Open], given_: Given, outcomes: list[dict[int, int]], *, tight: bool = False) -> None:
    """Every outcome lies in what was said; with `tight` nothing is said to be open that is not."""
    claims = claims_of(round_)
    for n in range(len(round_)):
        got = [outcome.get(n, 0) for outcome in outcomes]
        low = int(given_.low[n]) if claims.must[n] and given_.sure[n] else 0
        high = int(given_.high[n]) if claims.may[n] and given_.possible[n] else 0
        assert low <= min(got), (n, got, given_)
        assert max(got) <= high, (n, got, given_)
        if claims.must[n] and given_.sure[n]:
            assert min(got) > 0, (n, got, given_)
        if tight:
            assert (claims.must[n] and bool(given_.sure[n])) == (min(got) > 0), (n, got, given_)
            assert (claims.may[n] and bool(given_.possible[n])) == (max(got) > 0), (n, got, given_)


def with_viable(claims: Claims, given_: Given, minimum: int) -> Given:
    """What was given holds for viable claims only."""
    some = viable(claims, minimum)
    return Given(
        given_.sure & some.must,
        given_.possible & some.may,
        *(getattr(given_, name) for name in ("low", "high", "ahead_least", "ahead_most", "why", "short")),
    )


MODES = st.sampled_from([("none", "stop"), ("all", "stop"), ("lot", "stop"), ("lot", "partial"), ("lot", "skip")])


def played(round_: list[Open], money: int, places: int, ties: str, edge: str, minimum: int) -> Given:
    claims = claims_of(round_)
    found = give_in_order(viable(claims, minimum), Purse((money, money), (places, places)), Terms(Ties(ties), Edge(edge), minimum))
    return with_viable(claims, found, minimum)


@settings(deadline=None, max_examples=300)
@given(st.data(), MODES, st.integers(0, 30), st.integers(0, 5), st.integers(1, 4))
def test_every_completion_is_in_the_range(data: Any, mode: tuple[str, str], money: int, places: int, minimum: int) -> None:
    ties, edge = mode
    round_ = data.draw(open_rounds(strict=ties == "lot"))
    outcomes = [rounds.walk(one, money, places, ties=ties, edge=edge, minimum=minimum) for one in rounds.completions(round_)]
    holds(round_, played(round_, money, places, ties, edge, minimum), outcomes)


@settings(deadline=None, max_examples=200)
@given(st.data(), st.sampled_from([("none", "stop"), ("all", "stop"), ("lot", "stop"), ("lot", "partial")]), st.integers(0, 30), st.integers(0, 5))
def test_nothing_is_left_open_that_is_not(data: Any, mode: tuple[str, str], money: int, places: int) -> None:
    """Where nobody steps over anybody and every amount is viable, who surely or perhaps gets something is told exactly."""
    ties, edge = mode
    round_ = data.draw(open_rounds(strict=ties == "lot"))
    round_ = [Open(one.entitled, tuple(amount + 1 for amount in one.amounts), one.places) for one in round_]
    outcomes = [rounds.walk(one, money, places, ties=ties, edge=edge, minimum=1) for one in rounds.completions(round_)]
    holds(round_, played(round_, money, places, ties, edge, 1), outcomes, tight=True)


@settings(deadline=None, max_examples=300)
@given(st.data(), MODES, st.integers(0, 40), st.integers(0, 9), st.integers(1, 4))
def test_what_is_known_is_the_plain_procedure(data: Any, mode: tuple[str, str], money: int, places: int, minimum: int) -> None:
    ties, edge = mode
    round_ = data.draw(open_rounds(strict=ties == "lot", known=True))
    found = played(round_, money, places, ties, edge, minimum)
    (one,) = rounds.completions(round_)
    outcome = rounds.walk(one, money, places, ties=ties, edge=edge, minimum=minimum)
    got = {n: int(found.low[n]) for n in range(len(round_)) if found.sure[n]}
    assert got == outcome
    assert (found.sure == found.possible).all()
    assert [int(high) for high in found.high[found.sure]] == list(got.values())
    assert sum(got.values()) <= money


# ---------------------------------------------------------------- in proportion


@settings(deadline=None, max_examples=300)
@given(st.data(), st.integers(0, 30), st.integers(1, 4))
def test_every_completion_of_a_share_is_in_the_range(data: Any, money: int, minimum: int) -> None:
    round_ = data.draw(open_rounds(strict=False))
    round_ = [Open(one.entitled, one.amounts, (0,)) for one in round_]
    outcomes = [rounds.share(one, money, minimum=minimum) for one in rounds.completions(round_)]
    claims = claims_of(round_)
    holds(round_, with_viable(claims, share_out(claims, Purse((money, money)), minimum), minimum), outcomes)


@settings(deadline=None, max_examples=300)
@given(st.data(), st.integers(0, 60), st.integers(1, 4))
def test_known_shares_are_the_plain_procedure(data: Any, money: int, minimum: int) -> None:
    round_ = data.draw(open_rounds(strict=False, known=True))
    claims = claims_of(round_)
    found = share_out(claims, Purse((money, money)), minimum)
    (one,) = rounds.completions(round_)
    outcome = rounds.share(one, money, minimum=minimum)
    assert {n: int(found.low[n]) for n in range(len(round_)) if found.sure[n]} == outcome
    assert (found.low == found.high).all()
    claimed = sum(amount for amount in claims.low.tolist() if amount >= minimum)
    if outcome and minimum == 1:
        assert sum(outcome.values()) == min(money, claimed)  # to the last fen, and never beyond the money


# ---------------------------------------------------------------- by group

PARTS = st.one_of(
    st.lists(st.tuples(st.integers(0, 12), st.one_of(st.none(), st.integers(0, 3))), min_size=2, max_size=2),
    st.lists(st.tuples(st.none(), st.integers(0, 3)), min_size=2, max_size=2),
)


def grouped(
    round_: list[Open], parts: list[tuple[int | None, int | None]], money: int, places: int | None, mode: tuple[str, str], minimum: int, pooled: bool
) -> Given:
    claims = claims_of(round_)
    groups = np.array([[g in one.groups for one in round_] for g in (*range(len(parts)), None)], bool)
    some = viable(claims, minimum)
    room = NO_LIMIT if places is None else places
    terms = Terms(Ties(mode[0]), Edge(mode[1]), minimum)
    found = give_by_group(some, groups, [Part(*part) for part in parts], Purse((money, money), (room, room)), terms, pooled=pooled)
    return with_viable(claims, found.given, minimum)


@settings(deadline=None, max_examples=400)
@given(st.data(), MODES, PARTS, st.integers(0, 10), st.integers(0, 4), st.integers(1, 3), st.booleans())
def test_every_completion_by_group_is_in_the_range(
    data: Any, mode: tuple[str, str], parts: list[tuple[int | None, int | None]], more: int, room: int, minimum: int, pooled: bool
) -> None:
    round_ = data.draw(open_rounds(strict=mode[0] == "lot", groups=2, most=3))
    money, places = totals(parts, more, room)
    known = {"ties": mode[0], "edge": mode[1], "minimum": minimum, "pooled": pooled}
    outcomes = [rounds.by_group(one, parts, money, places, **known) for one in rounds.completions(round_)]
    holds(round_, grouped(round_, parts, money, places, mode, minimum, pooled), outcomes)


@settings(deadline=None, max_examples=300)
@given(st.data(), MODES, PARTS, st.integers(0, 10), st.integers(0, 4), st.integers(1, 3), st.booleans())
def test_known_groups_are_the_plain_procedure(
    data: Any, mode: tuple[str, str], parts: list[tuple[int | None, int | None]], more: int, room: int, minimum: int, pooled: bool
) -> None:
    round_ = data.draw(open_rounds(strict=mode[0] == "lot", groups=2, known=True))
    money, places = totals(parts, more, room)
    found = grouped(round_, parts, money, places, mode, minimum, pooled)
    (one,) = rounds.completions(round_)
    outcome = rounds.by_group(one, parts, money, places, ties=mode[0], edge=mode[1], minimum=minimum, pooled=pooled)
    assert {n: int(found.low[n]) for n in range(len(round_)) if found.sure[n]} == outcome
    assert (found.sure == found.possible).all()
    assert sum(outcome.values()) <= money


def totals(parts: list[tuple[int | None, int | None]], more: int, room: int) -> tuple[int, int | None]:
    """What there is in all: at least what the groups have."""
    money = sum(purse or 0 for purse, _ in parts) + more
    places = None if any(places is None for _, places in parts) else sum(places or 0 for _, places in parts) + room
    return money, places


# ---------------------------------------------------------------- by hand


def test_the_money_ends_at_rank_three() -> None:
    """10, 20 and 30 are claimed of 50: the third is 10 short, whoever is behind is not asked."""
    round_ = [Open((True,), (amount,), (place,)) for place, amount in enumerate([10, 20, 30, 5])]
    found = played(round_, 50, 9, "none", "stop", 1)
    assert found.sure.tolist() == [True, True, False, False]
    assert found.why.tolist() == [Why.MET, Why.MET, Why.MONEY, Why.MONEY]
    assert found.short.tolist() == [0, 0, 10, 15]
    assert played(round_, 50, 9, "lot", "skip", 1).sure.tolist() == [True, True, False, True]
    assert played(round_, 50, 9, "lot", "partial", 1).high.tolist() == [10, 20, 20, 0]
    viable_only = played(round_, 50, 9, "lot", "partial", 21)  # 10 and 20 are below the smallest viable award, and take nothing from the third
    assert viable_only.sure.tolist() == viable_only.possible.tolist() == [False, False, True, False]
    assert viable_only.low[2] == viable_only.high[2] == 30


def test_equals_at_the_last_place() -> None:
    round_ = [Open((True,), (10,), (place,)) for place in (0, 1, 1, 2)]
    assert played(round_, 100, 2, "none", "stop", 1).sure.tolist() == [True, False, False, False]
    assert played(round_, 100, 2, "none", "stop", 1).why.tolist() == [Why.MET, Why.TIE, Why.TIE, Why.PLACES]
    assert played(round_, 100, 2, "all", "stop", 1).sure.tolist() == [True, True, True, False]
    assert played(round_, 20, 2, "all", "stop", 1).sure.tolist() == [True, False, False, False]  # never beyond the money


def test_an_amount_without_an_upper_end_leaves_nothing_sure_behind_it() -> None:
    claims = Claims(np.array([True, True]), np.array([True, True]), np.array([5, 5]), np.array([OPEN, 5]), np.array([0, 1]), np.array([0, 1]))
    for edge in Edge:
        found = give_in_order(claims, Purse((20, 20)), Terms(Ties.LOT, edge, 1))
        assert found.sure.tolist() == [edge is Edge.PARTIAL, False], edge
        assert found.possible.tolist() == [True, True]
        assert found.high.tolist() == [20, 5]


def test_more_money_than_a_number_holds() -> None:
    """Ten million claims of a trillion yuan each are more than 64 bits hold: those behind are refused all the same."""
    count = 300_000
    whole = np.ones(count, bool)
    amounts, places = np.full(count, 10**14), np.arange(count)
    found = give_in_order(Claims(whole, whole, amounts, amounts, places, places), Purse((3 * 10**14, 3 * 10**14)), Terms(Ties.LOT))
    assert np.flatnonzero(found.sure).tolist() == [0, 1, 2]
    assert (found.sure == found.possible).all()
