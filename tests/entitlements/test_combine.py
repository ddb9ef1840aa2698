"""What a firm may have together, and when it has more by applying for less."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

import arbitrary
import stacks
import worked
from huiqi.entitlements.combine import Combination, best_choice, combine
from huiqi.entitlements.explain import Explainer
from huiqi.rules.payable import Claim, payable
from worked import firm

CORE = """
title: {en: Core, zh: 总政策}
document: 总1号
issuer: {en: Nobody, zh: 无}
first_day: 2020-01-01
source: {kind: illustrative, note: {en: made up, zh: 虚构}}
cumulation:
"""
POLICY = """
measures:
  a: {title: {en: A, zh: 甲}, clause: 一, kind: grant, amount: 3万元}
  b: {title: {en: B, zh: 乙}, clause: 二, kind: grant, eligible: listed, amount: 4万元}
  c: {title: {en: C, zh: 丙}, clause: 三, kind: grant, amount: 3万元}
  d: {title: {en: D, zh: 丁}, clause: 四, kind: grant, amount: 1万元}
  e: {title: {en: E, zh: 戊}, clause: 五, kind: recognition}
"""
WAN = 1_000_000  # fen


def combined(*rules: str, policy: str = POLICY, listed: str = "true") -> Combination:
    core = CORE + "".join(f"  - {{{rule}, clause: 第九条, label: {{en: Not twice, zh: 不重复享受}}}}\n" for rule in rules)
    explainer = Explainer(worked.rules(policy, core=core), arbitrary.AS_OF)
    return combine(explainer, explainer.known(firm(listed=listed)))


def left_out(found: Combination) -> list[str]:
    return [measure.key for group in found.groups for measure in group.left_out]


def test_a_middle_one_left_out_frees_both_beside_it() -> None:
    found = combined("highest: [a, b]", "highest: [b, c]")
    assert left_out(found) == ["b"]
    (group,) = found.groups
    assert (group.payable, group.best) == ((4 * WAN, 4 * WAN), (6 * WAN, 6 * WAN))
    assert group.surely
    assert (found.payable, found.best) == ((5 * WAN, 5 * WAN), (7 * WAN, 7 * WAN))  # with what bears on nothing


def test_a_small_grant_that_comes_first_is_better_not_applied_for() -> None:
    assert left_out(combined("first: [d, a]")) == ["d"]


def test_nothing_is_gained_where_the_highest_stays() -> None:
    found = combined("highest: [a, b]")
    assert left_out(found) == []
    assert found.payable == found.best


def test_what_comes_without_an_application_is_not_left_out() -> None:
    policy = POLICY.replace("amount: 1万元", "amount: 1万元, apply: {mode: automatic}")
    assert left_out(combined("first: [d, a]", policy=policy)) == []


def test_a_recognition_is_not_given_up_for_money() -> None:
    assert left_out(combined("exclusive: [e, a], keep: first")) == []


def test_it_is_said_whether_a_choice_is_better_whatever_turns_out() -> None:
    (group,) = combined("highest: [a, b]", "highest: [b, c]", listed="").groups  # nobody knows whether b is due
    assert not group.surely
    assert group.payable[0] < 6 * WAN
    assert group.best == (6 * WAN, 6 * WAN)


def test_what_a_firm_may_not_have_is_in_no_group() -> None:
    found = combined("highest: [a, b]", listed="false")
    assert found.groups == ()
    assert [share.measure.key for share in found.alone] == ["a", "c", "d", "e"]


def _choices(free: list[int]) -> Iterator[frozenset[int]]:
    for size in range(len(free) + 1):
        yield from map(frozenset, itertools.combinations(free, size))


@given(case=stacks.cases(rules=4, most=6), data=st.data())
@settings(max_examples=200, deadline=None)
def test_the_best_choice_is_the_best_of_all(case: Any, data: st.DataObject) -> None:
    stacking, claims, limits = case
    free = sorted(data.draw(st.sets(st.integers(0, len(claims) - 1))))
    found = best_choice(stacking, claims, limits, free)
    assert found is not None

    def worth(left_out: frozenset[int]) -> tuple[float, float, int]:
        had = [Claim(False, False, 0, 0) if number in left_out else claim for number, claim in enumerate(claims)]
        low, high = payable(stacking, had, limits).total
        return low, high, -len(left_out)

    assert worth(found) == max(map(worth, _choices(free)))
