"""Stacking against brute force: every completion of the claims is followed through the rules by itself, choices of the firm by trying all."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import stacks
from huiqi.rules.cumulation import Act, Had, Stacking, StackingRule
from huiqi.rules.payable import Claim, borne, payable, proportional

State = tuple[tuple[bool, int], ...]
FAR = 40  # stands for any large amount


# ---------------------------------------------------------------- the oracle


def completions(claim: Claim, had: Had) -> Iterator[tuple[bool, int]]:
    """Everything that a claim can turn out to be."""
    top = claim.low + FAR if claim.high == math.inf else claim.high
    amounts = {int(claim.low), int(top)} if claim.high == math.inf else range(int(claim.low), int(top) + 1)
    if claim.may:
        yield from ((True, amount) for amount in amounts)
    if not claim.must:
        yield False, 0


def is_had(stacking: Stacking, state: State, number: int) -> bool:
    held, amount = state[number]
    return held and (amount > 0 or stacking.had[number] is not Had.BY_AMOUNT)


def put(state: State, changes: dict[int, tuple[bool, int]]) -> State:
    return tuple(changes.get(number, one) for number, one in enumerate(state))


def keeping(state: State, kept: frozenset[int], among: tuple[int, ...]) -> State:
    return put(state, {number: (False, 0) for number in among if number not in kept})


def best(stacking: Stacking, rule: StackingRule, state: State) -> Iterator[State]:
    """At most one of the measures may be kept: of all such choices the firm takes the best; what has no amount may be worth more to it."""
    candidates = [number for number in rule.measures if is_had(stacking, state, number)]
    legal = [frozenset(kept) for size in (0, 1) for kept in itertools.combinations(candidates, size)]
    worth = {kept: sum(state[number][1] for number in kept) for kept in legal}
    paid = [kept for kept in legal if kept and all(stacking.had[number] is not Had.WITHOUT_AMOUNT for number in kept)]
    if paid:
        yield keeping(state, max(paid, key=lambda kept: worth[kept]), rule.measures)  # of equal ones the first declared
    for number in candidates:
        if stacking.had[number] is Had.WITHOUT_AMOUNT:
            yield keeping(state, frozenset({number}), rule.measures)
    if not candidates:
        yield keeping(state, frozenset(), rule.measures)


def chosen(stacking: Stacking, rule: StackingRule, state: State) -> Iterator[State]:
    """Of all that may be had together the firm takes what is worth most to it; what has no amount may be worth nothing or more than all else."""
    had = [number for number in rule.measures if is_had(stacking, state, number)]
    every = [frozenset(some) for size in range(len(had) + 1) for some in itertools.combinations(had, size)]
    legal = [some for some in every if all(len(some & set(one.measures)) <= 1 for one in rule.exclusions)]
    unknown = [number for number in had if stacking.had[number] is Had.WITHOUT_AMOUNT]
    for values in itertools.product((0, 10 * FAR), repeat=len(unknown)):
        worth = dict(zip(unknown, values, strict=True))
        yield keeping(
            state,
            max(legal, key=lambda some: (sum(worth.get(n, state[n][1]) for n in some), [n in some for n in rule.measures])),
            rule.measures,
        )


def limited(rule: StackingRule, state: State, limit: int) -> State:
    amounts = [state[number][1] for number in rule.measures]
    if rule.act is Act.LAST:
        while sum(amounts) > limit:
            place = max(place for place, amount in enumerate(amounts) if amount)
            amounts[place] -= 1
    elif sum(amounts) > limit:
        exact = [Fraction(amount * limit, sum(amounts)) for amount in amounts]
        positive = [place for place, amount in enumerate(amounts) if amount]
        amounts = [math.floor(part) for part in exact]
        for place in itertools.islice(itertools.cycle(positive), limit - sum(amounts)):
            amounts[place] += 1
    return put(state, {number: (state[number][0], amount) for number, amount in zip(rule.measures, amounts, strict=True)})


def follow(stacking: Stacking, rule: StackingRule, state: State, limit: int) -> Iterator[State]:
    """What one rule can make of a completion."""
    match rule.act:
        case Act.HIGHEST:
            yield from best(stacking, rule, state)
        case Act.CHOICE:
            yield from chosen(stacking, rule, state)
        case Act.FIRST:
            first = next((number for number in rule.measures if is_had(stacking, state, number)), None)
            yield keeping(state, frozenset({first}) if first is not None else frozenset(), rule.measures)
        case Act.UNLESS:
            funded = any(is_had(stacking, state, number) for number in rule.beside)
            if funded:
                yield keeping(state, frozenset(), rule.measures)
            if not funded or not rule.certain:
                yield state
        case Act.LESS:
            (number,) = rule.measures
            sizes = (len(rule.beside),) if rule.certain else range(len(rule.beside) + 1)
            for same in (chosen for size in sizes for chosen in itertools.combinations(rule.beside, size)):
                left = max(0, state[number][1] - sum(state[other][1] for other in same))
                yield put(state, {number: (state[number][0], left)})
        case Act.ONCE:
            yield state if limit else keeping(state, frozenset(), rule.measures)
        case Act.LAST | Act.PROPORTIONAL:
            yield limited(rule, state, limit)


def outcomes(stacking: Stacking, claims: list[Claim], limits: list[tuple[int, int]]) -> set[State]:
    """Everything that can come of the claims."""
    ends = [range(low, high + 1) for low, high in limits]
    found: set[State] = set()
    for chosen in itertools.product(*ends):
        states: set[State] = set(itertools.product(*map(completions, claims, stacking.had)))
        at = iter(chosen)
        for rule in stacking.rules:
            limit = next(at) if rule.limit is not None else 0
            states = {after for state in states for after in follow(stacking, rule, state, limit)}
        found |= states
    return found


# ---------------------------------------------------------------- properties


@given(stacks.cases())
@settings(max_examples=400, deadline=None)
def test_whatever_the_claims_turn_out_to_be_lies_in_the_ranges(case: Any) -> None:
    stacking, claims, limits = case
    left = payable(stacking, claims, limits)
    for state in outcomes(stacking, claims, limits):
        for (held, amount), claim, had in zip(state, left.claims, stacking.had, strict=True):
            assert claim.low <= amount <= claim.high
            assert had is Had.BY_AMOUNT or claim.must <= held <= claim.may
        assert left.total[0] <= sum(amount for _, amount in state) <= left.total[1]


@given(stacks.cases(rules=1, bounded=True))
@settings(max_examples=400, deadline=None)
def test_the_ranges_of_one_rule_are_as_narrow_as_can_be(case: Any) -> None:
    stacking, claims, limits = case
    left = payable(stacking, claims, limits)
    found = outcomes(stacking, claims, limits)
    (rule,) = stacking.rules
    slack = 1 if rule.act is Act.PROPORTIONAL else 0  # the fen that is left over
    for number, claim in enumerate(left.claims):
        amounts = [state[number][1] for state in found]
        assert min(amounts) <= claim.low + slack
        assert max(amounts) >= claim.high - slack
        if stacking.had[number] is not Had.BY_AMOUNT:
            assert claim.must == all(state[number][0] for state in found)
            assert claim.may == any(state[number][0] for state in found)
    if rule.act is not Act.UNLESS:
        totals = [sum(amount for _, amount in state) for state in found]
        assert (min(totals), max(totals)) == left.total


@given(stacks.cases(rules=3, known=True))
@settings(max_examples=300, deadline=None)
def test_known_claims_have_one_outcome(case: Any) -> None:
    stacking, claims, limits = case
    left = payable(stacking, claims, limits)
    found = outcomes(stacking, claims, limits)
    if len(found) == 1:
        (state,) = found
        assert [claim.ends for claim in left.claims] == [(amount, amount) for _, amount in state]
        assert left.total == (sum(amount for _, amount in state),) * 2


@given(stacks.cases(rules=3))
@settings(max_examples=300, deadline=None)
def test_every_change_is_a_cut_with_its_rule(case: Any) -> None:
    stacking, claims, limits = case
    left = payable(stacking, claims, limits)
    now = list(claims)
    for cut in left.cuts:
        assert cut.before == now[cut.measure]
        assert cut.after != cut.before
        assert cut.measure in cut.rule.measures
        assert cut.after.low <= cut.before.low
        assert cut.after.high <= cut.before.high
        assert cut.measure not in cut.because_of
        now[cut.measure] = cut.after
    assert tuple(now) == left.claims


@given(st.lists(st.integers(0, 10**9), max_size=5), st.integers(0, 10**9))
def test_a_reduction_in_proportion_is_exact_in_all(amounts: list[int], limit: int) -> None:
    parts = proportional(amounts, limit)
    assert sum(parts) == min(sum(amounts), limit)
    assert all(0 <= part <= amount for part, amount in zip(parts, amounts, strict=True))


@given(st.integers(0, 10**12), st.lists(st.integers(1, 100), min_size=1, max_size=4))
def test_shares_add_up_to_what_is_borne(amount: int, weights: list[int]) -> None:
    shares = [(str(place), Fraction(weight, sum(weights))) for place, weight in enumerate(weights)]
    assert sum(borne(amount, shares).values()) == amount


# ---------------------------------------------------------------- by hand


def due(low: float, high: float | None = None, *, must: bool = True, may: bool = True) -> Claim:
    return Claim(must, may, low, low if high is None else high)


def ends(stacking: Stacking, claims: list[Claim], *limits: tuple[float, float]) -> tuple[list[tuple[float, float]], tuple[float, float]]:
    left = payable(stacking, claims, limits)
    return [claim.ends for claim in left.claims], left.total


def test_the_total_of_the_highest_is_that_of_the_higher_ends() -> None:
    stacking = stacks.stacking([stacks.rule(Act.HIGHEST, 0, 1)], 2)
    assert ends(stacking, [due(3, 8), due(5, 6)]) == ([(0, 8), (0, 6)], (5, 8))
    assert ends(stacking, [due(5), due(5)]) == ([(5, 5), (0, 0)], (5, 5))  # the earlier declared


def test_a_small_first_displaces_a_large_second() -> None:
    stacking = stacks.stacking([stacks.rule(Act.FIRST, 0, 1)], 2)
    assert ends(stacking, [due(0, 2), due(9)]) == ([(0, 2), (0, 9)], (1, 9))
    assert ends(stacking, [due(2), due(9)]) == ([(2, 2), (0, 0)], (2, 2))


def test_what_has_no_published_figure_is_had_by_its_status() -> None:
    stacking = stacks.stacking([stacks.rule(Act.FIRST, 0, 1)], 2, [Had.BY_STATUS, Had.BY_AMOUNT])
    assert ends(stacking, [due(0, math.inf), due(9)]) == ([(0, math.inf), (0, 0)], (0, math.inf))


def test_of_a_recognition_and_a_grant_the_firm_chooses() -> None:
    stacking = stacks.stacking([stacks.rule(Act.HIGHEST, 0, 1)], 2, [Had.WITHOUT_AMOUNT, Had.BY_AMOUNT])
    left = payable(stacking, [due(0), due(9)], [])
    assert left.claims == (Claim(False, True, 0, 0), Claim(True, True, 0, 9))
    assert left.total == (0, 9)


def test_a_cap_cuts_the_last_or_all() -> None:
    claims = [due(6), due(4), due(5)]
    last = stacks.stacking([stacks.rule(Act.LAST, 0, 1, 2, limit=True)], 3)
    assert ends(last, claims, (8, 8)) == ([(6, 6), (2, 2), (0, 0)], (8, 8))
    proportional_ = stacks.stacking([stacks.rule(Act.PROPORTIONAL, 0, 1, 2, limit=True)], 3)
    assert ends(proportional_, claims, (8, 8)) == ([(4, 4), (2, 2), (2, 2)], (8, 8))  # 3.2, 2.13, 2.67: the fen left over goes to the first


def test_a_cap_over_what_the_highest_leaves_bounds_the_total_by_both() -> None:
    stacking = stacks.stacking([stacks.rule(Act.HIGHEST, 0, 1), stacks.rule(Act.LAST, 0, 1, 2, limit=True)], 3)
    assert ends(stacking, [due(3, 8), due(5, 6), due(2)], (9, 9)) == ([(0, 8), (0, 6), (0, 2)], (7, 9))


def test_a_quoted_amount_contains_what_the_levels_above_pay() -> None:
    certain = stacks.stacking([stacks.rule(Act.LESS, 1, beside=(0,))], 2)
    assert ends(certain, [due(4), due(10)]) == ([(4, 4), (6, 6)], (10, 10))
    perhaps = stacks.stacking([stacks.rule(Act.LESS, 1, beside=(0,), certain=False)], 2)
    assert ends(perhaps, [due(4), due(10)]) == ([(4, 4), (6, 10)], (10, 14))


@pytest.mark.parametrize(("certain", "left"), [(True, (0, 0)), (False, (0, 10))])
def test_what_is_funded_elsewhere_is_not_paid(certain: bool, left: tuple[int, int]) -> None:
    stacking = stacks.stacking([stacks.rule(Act.UNLESS, 1, beside=(0,), certain=certain)], 2)
    assert ends(stacking, [due(4), due(10)])[0] == [(4, 4), left]
    assert ends(stacking, [due(0), due(10)])[0] == [(0, 0), (10, 10)]


def test_a_bundle_stays_as_narrow_when_a_rule_touches_a_part_of_it() -> None:
    """The highest of 0..8 and 0..6, and up to 2 more: 10 at most, though the ends of all add up to 16."""
    stacking = stacks.stacking([stacks.rule(Act.HIGHEST, 0, 1), stacks.rule(Act.LAST, 0, 2, limit=True)], 3)
    assert ends(stacking, [due(0, 8), due(0, 6), due(0, 2)], (100, 100))[1] == (0, 10)
    overlapping = stacks.stacking([stacks.rule(Act.HIGHEST, 0, 1), stacks.rule(Act.HIGHEST, 0, 2)], 3)
    assert ends(overlapping, [due(0, 8), due(0, 6), due(2)])[1] == (2, 10)


@pytest.mark.parametrize(("left", "found"), [((1, 1), (9, 9)), ((0, 0), (0, 0)), ((0, 1), (0, 9))])
def test_what_is_granted_once_is_had_as_often_as_it_still_can_be(left: tuple[int, int], found: tuple[int, int]) -> None:
    stacking = stacks.stacking([stacks.rule(Act.ONCE, 0, limit=True)], 2)
    assert ends(stacking, [due(9), due(2)], left) == ([found, (2, 2)], (found[0] + 2, found[1] + 2))


def test_a_status_is_granted_once_as_well() -> None:
    stacking = stacks.stacking([stacks.rule(Act.ONCE, 0, limit=True)], 1, [Had.WITHOUT_AMOUNT])
    assert payable(stacking, [due(0)], [(0, 0)]).claims == (Claim(False, False, 0, 0),)
    assert payable(stacking, [due(0)], [(0, 1)]).claims == (Claim(False, True, 0, 0),)


def test_a_benefit_whose_figure_is_not_public_has_no_end_where_it_can_still_be_had() -> None:
    stacking = stacks.stacking([stacks.rule(Act.ONCE, 0, limit=True)], 1, [Had.BY_STATUS])
    assert ends(stacking, [due(0, math.inf)], (1, 1)) == ([(0, math.inf)], (0, math.inf))


def test_what_was_granted_before_does_not_displace_what_comes_behind_it() -> None:
    stacking = stacks.stacking([stacks.rule(Act.ONCE, 0, limit=True), stacks.rule(Act.FIRST, 0, 1)], 2)
    assert ends(stacking, [due(4), due(9)], (0, 0)) == ([(0, 0), (9, 9)], (9, 9))
    assert ends(stacking, [due(4), due(9)], (1, 1)) == ([(4, 4), (0, 0)], (4, 4))


def test_what_may_be_had_for_nothing_is_displaced_only_by_what_is_had() -> None:
    stacking = stacks.stacking([stacks.rule(Act.HIGHEST, 0, 1)], 2, [Had.BY_STATUS, Had.BY_STATUS])
    left = payable(stacking, [due(0, must=False), due(0)], [])
    assert left.claims == (Claim(False, True, 0, 0), Claim(False, True, 0, 0))


def test_the_best_combination_is_not_the_best_of_each_rule() -> None:
    """B excludes A and C. Alone it is the highest of each; A and C together are more."""
    both = stacks.stacking([stacks.choice((0, 1), (1, 2))], 3)
    assert ends(both, [due(6), due(8), due(5)]) == ([(6, 6), (0, 0), (5, 5)], (11, 11))
    assert ends(both, [due(2), due(8), due(5)]) == ([(0, 0), (8, 8), (0, 0)], (8, 8))
    assert ends(both, [due(3), due(8), due(5)]) == ([(3, 3), (0, 0), (5, 5)], (8, 8))  # as much, with the first declared
    assert ends(both, [due(2, 4), due(8), due(5)]) == ([(0, 4), (0, 8), (0, 5)], (8, 9))


def test_a_cut_of_a_choice_names_what_is_had_instead() -> None:
    left = payable(stacks.stacking([stacks.choice((0, 1), (1, 2))], 3), [due(6), due(8), due(5)], [])
    assert [(cut.measure, cut.because_of) for cut in left.cuts] == [(1, (0, 2))]
