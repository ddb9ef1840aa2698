"""Classes by rank, on ranges: held against every completion of tiny populations, one firm beside the other."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from itertools import product
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import arbitrary
from huiqi.entitlements.columns import codes_of
from huiqi.entitlements.population import Population, rank_population
from huiqi.entitlements.ranks import UNKNOWN_GROUP, classes_by_rank
from huiqi.facts.registry import open_registry
from huiqi.rules.compile import Rules
from registries import write_registry
from worked import rules

CLASSES = ("A", "B", "C")
FIFTHS = (Fraction(1, 5), Fraction(4, 5))  # top 20%, next 60%, rest


class Firm(NamedTuple):
    """A total between `low` and `high` (None: no total at all), whether it may be missing, and a group (None: unknown)."""

    low: int | None
    high: int | None
    maybe: bool = False
    group: int | None = 0


def known(total: int | None, group: int | None = 0) -> Firm:
    return Firm(total, total, False, group)


def classes(firms: list[Firm], shares: tuple[Fraction, ...] = FIFTHS) -> list[str]:
    """The classes of each firm as text: `AB` for A or B, `-` for none."""
    bits = classes_by_rank(
        np.array([np.nan if f.low is None else f.low for f in firms], float),
        np.array([np.nan if f.high is None else f.high for f in firms], float),
        np.array([f.maybe for f in firms], bool),
        np.array([UNKNOWN_GROUP if f.group is None else f.group for f in firms], np.int64),
        shares,
    )
    return ["".join(sorted(code or "-" for code in codes_of(one, CLASSES[: len(shares) + 1]).possible)) for one in bits]


# ---------------------------------------------------------------- the naive way


def naive(totals: list[int | None], groups: list[int], shares: tuple[Fraction, ...]) -> list[str]:
    """Known totals: rank 1 is the best of the group, equal totals share the better rank, a class takes ranks up to its share of the group."""
    found = []
    for mine, group in zip(totals, groups, strict=True):
        if mine is None:
            found.append("-")
            continue
        others = [total for total, other in zip(totals, groups, strict=True) if other == group and total is not None]
        rank = 1 + sum(total > mine for total in others)
        found.append(next((CLASSES[n] for n, share in enumerate(shares) if rank <= len(others) * share), CLASSES[len(shares)]))
    return found


def completions(firms: list[Firm], groups: tuple[int, ...]) -> Iterator[tuple[list[int | None], list[int]]]:
    """Every population that the firms can turn out to be."""
    totals = [[None] if f.low is None or f.high is None else [*range(f.low, f.high + 1), *([None] if f.maybe else [])] for f in firms]
    lying = [groups if f.group is None else (f.group,) for f in firms]
    for one, where in product(product(*totals), product(*lying)):
        yield list(one), list(where)


# ---------------------------------------------------------------- by hand


def test_the_best_fifth_of_five():
    assert classes([known(90), known(80), known(70), known(60), known(50)]) == ["A", "B", "B", "B", "C"]


def test_equal_totals_share_the_better_rank():
    """Two at the top are both of rank 1; the third is of rank 3."""
    assert classes([known(90), known(90), known(70), known(60), known(50)]) == ["A", "A", "B", "B", "C"]
    assert classes([known(90), known(80), known(70), known(50), known(50)]) == ["A", "B", "B", "B", "B"]


def test_a_share_of_a_small_group_may_take_in_nobody():
    """20 % of four is less than one."""
    assert classes([known(90), known(80), known(70), known(60)]) == ["B", "B", "B", "C"]


def test_each_group_is_ranked_by_itself():
    firms = [known(n, group) for group in (0, 1) for n in (50, 40, 30, 20, 10)]
    assert classes(firms) == ["A", "B", "B", "B", "C"] * 2


def test_a_firm_without_a_total_has_no_class_and_is_not_counted():
    assert classes([known(90), known(80), known(70), known(60), known(None)]) == ["B", "B", "B", "C", "-"]


def test_an_unknown_total_can_be_anywhere():
    firms = [Firm(0, 100), known(80), known(70), known(60), known(50)]
    assert classes(firms) == ["ABC", "AB", "B", "B", "BC"]


def test_ranges_that_do_not_meet_leave_no_doubt():
    assert classes([Firm(81, 99), Firm(71, 80), Firm(61, 70), Firm(51, 60), Firm(0, 50)]) == ["A", "B", "B", "B", "C"]


def test_ranges_that_touch_can_be_equal():
    """At 80 both are of rank 1, so the first is surely A, and the second may be."""
    assert classes([Firm(80, 99), Firm(70, 80), known(60), known(50), known(40)]) == ["A", "AB", "B", "B", "C"]


def test_a_total_that_may_not_exist_changes_the_size_of_the_group():
    """Of five the best is A; of four nobody is."""
    firms = [known(90), known(80), known(70), known(60), Firm(50, 50, maybe=True)]
    assert classes(firms) == ["AB", "B", "B", "BC", "-C"]


def test_a_firm_of_unknown_group_may_be_of_any_class_and_moves_the_others():
    """Four or five firms in the group: the best is A among five only. (B and C for the third and fourth are sound, not tight: worst rank and least number do not meet.)"""
    firms = [known(90), known(80), known(70), known(60), known(85, None)]
    assert classes(firms) == ["AB", "B", "BC", "BC", "ABC"]


def test_nobody_at_all():
    assert classes([]) == []
    assert classes([known(None)]) == ["-"]


def test_all_in_one_class():
    assert classes([known(3), known(2), known(1)], (Fraction(1),)) == ["A", "A", "A"]


# ---------------------------------------------------------------- against every completion

SHARES = st.sampled_from([FIFTHS, (Fraction(1, 2),), (Fraction(1, 3), Fraction(2, 3)), (Fraction(1, 10), Fraction(1))])


@st.composite
def firm(draw: st.DrawFn, *, certain: bool = False) -> Firm:
    low = draw(st.integers(0, 4))
    high = low if certain else low + draw(st.integers(0, 2))
    absent = draw(st.integers(0, 9)) == 0
    group = draw(st.sampled_from([0, 0, 1])) if certain else draw(st.sampled_from([0, 0, 0, 1, None]))
    return Firm(None if absent else low, None if absent else high, not certain and draw(st.integers(0, 5)) == 0 and not absent, group)


@given(st.lists(firm(certain=True), max_size=9), SHARES)
def test_known_totals_are_ranked_exactly(firms, shares):
    assert classes(firms, shares) == naive([f.low for f in firms], [f.group or 0 for f in firms], shares)


@given(st.lists(firm(), min_size=1, max_size=4), SHARES)
def test_every_completion_lies_within_the_classes(firms, shares):
    possible = classes(firms, shares)
    for totals, groups in completions(firms, (0, 1, 2)):
        for mine, allowed in zip(naive(totals, groups, shares), possible, strict=True):
            assert mine in allowed, (firms, totals, groups)


@given(st.lists(firm(), min_size=1, max_size=4), SHARES)
def test_the_best_and_the_worst_class_can_come_true(firms, shares):
    """Where groups and existence are known, no class at either end is said in vain."""
    firms = [f._replace(maybe=False, group=f.group or 0) for f in firms]
    reached = [set[str]() for _ in firms]
    for totals, groups in completions(firms, (0,)):
        for mine, so_far in zip(naive(totals, groups, shares), reached, strict=True):
            so_far.add(mine)
    for possible, so_far in zip(classes(firms, shares), reached, strict=True):
        assert (min(possible), max(possible)) == (min(so_far), max(so_far))


@given(st.lists(firm(), min_size=1, max_size=5), SHARES, st.data())
def test_learning_one_total_never_adds_a_class(firms, shares, data):
    before = classes(firms, shares)
    at = data.draw(st.integers(0, len(firms) - 1))
    one = firms[at]
    if one.low is not None and one.high is not None:
        total = data.draw(st.integers(one.low, one.high))
        group = one.group if one.group is not None else data.draw(st.sampled_from([0, 1, 2]))
        after = classes([*firms[:at], known(total, group), *firms[at + 1 :]], shares)
        assert all(set(now) <= set(then) for now, then in zip(after, before, strict=True))


# ---------------------------------------------------------------- over a registry

RANKED = """
scorecards:
  card:
    title: {en: Score, zh: 评分}
    clause: 一
    decimals: 1
    items:
      stake: {label: {en: Stake, zh: 持股}, points: stake * 100, max: 60}
      growth: {label: {en: Growth, zh: 增长}, points: growth(revenue) * 100, max: 40}
    classes: {A: top 20%, B: next 60%, C: rest}
    among: AMONG
measures:
  m: {title: {en: M, zh: 措施}, clause: 一, kind: service, eligible: 'card.class = "A"'}
"""


def ranked(folder: Path, of: Rules, rows: list[str], years: list[str]) -> dict[str, str]:
    """The classes of a registry's firms."""
    path = write_registry(folder, ["id,place,established,trade,stake", *rows], ["id,year,revenue", *years])
    registry, problems = open_registry(path, of.schemas["enterprise"], of.places)
    assert registry is not None, problems
    population = rank_population(Population(registry, of, arbitrary.AS_OF))
    (bits,) = population.ranks.values()
    ids = [id for block in registry.blocks([]) for id in block.ids.to_pylist()]
    return {id: "".join(sorted(code or "-" for code in codes_of(one, CLASSES).possible)) for id, one in zip(ids, bits, strict=True)}


STEADY = [f"{id},{year},100" for id in "abcdef" for year in (2022, 2023)]


def test_totals_are_ranked_as_they_are_rounded(tmp_path):
    """40.04 and 40.0 both round to 40.0: one rank. Of five, the best fifth is one firm, or two that are equal."""
    rows = [f"{id},bj,2010-01-01,sell,{stake}" for id, stake in (("a", "40.04%"), ("b", "40%"), ("c", "30%"), ("d", "20%"), ("e", "10%"))]
    assert ranked(tmp_path, rules(RANKED.replace("AMONG", "trade")), rows, STEADY[:10]) == {"a": "A", "b": "A", "c": "B", "d": "B", "e": "C"}


def test_a_firm_without_growth_has_no_class(tmp_path):
    """Founded last year: no year before to grow from, so no total and no place in the ranking."""
    rows = [f"{id},bj,2010-01-01,sell,{stake}" for id, stake in (("a", "50%"), ("b", "40%"), ("c", "30%"), ("d", "20%"), ("e", "10%"))]
    rows.append("f,bj,2023-05-01,sell,60%")
    years = [*STEADY[:10], "f,2023,100"]
    assert ranked(tmp_path, rules(RANKED.replace("AMONG", "trade")), rows, years) == {"a": "A", "b": "B", "c": "B", "d": "B", "e": "C", "f": "-"}


def test_a_firm_of_which_only_the_city_is_known_may_belong_to_a_district(tmp_path):
    """Five firms in Binjiang, and a better one somewhere in Hangzhou."""
    rows = [f"{id},bj,2010-01-01,sell,{stake}" for id, stake in (("a", "50%"), ("b", "40%"), ("c", "30%"), ("d", "20%"), ("e", "10%"))]
    rows.append("f,hz,2010-01-01,sell,60%")
    found = ranked(tmp_path, rules(RANKED.replace("AMONG", "place")), rows, STEADY)
    assert found["f"] == "ABC"
    assert found["a"] == "AB"


@pytest.mark.parametrize("among", ["trade", "rank"])
def test_an_unknown_group(tmp_path, among):
    rows = [f"{id},bj,2010-01-01,,{stake}" for id, stake in (("a", "50%"), ("b", "40%"))]
    assert set(ranked(tmp_path, rules(RANKED.replace("AMONG", among)), rows, STEADY[:4]).values()) == {"ABC"}
