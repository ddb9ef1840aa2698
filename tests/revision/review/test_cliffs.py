"""Cliffs on packs where a person sees them, and what crossing an edge does against full evaluations on both sides of it."""

from __future__ import annotations

import itertools
from pathlib import Path
from typing import Any

import pytest

from huiqi.revision.review.cliffs import cliffs
from huiqi.revision.review.nearby import Near, Nearby
from near_edges import paid, reviewed, rules_of

SMALL_ONLY = """
measures:
  a: {title: {en: A, zh: 甲}, clause: 一, kind: grant, eligible: staff < 300, amount: 50万元}
"""
WHOLE = """
measures:
  a: {title: {en: A, zh: 甲}, clause: 一, kind: grant, eligible: listed, amount: {of: revenue, bands: {"<= 1000万元": 5%, else: 3%}}}
"""
SLICES = """
measures:
  a: {title: {en: A, zh: 甲}, clause: 一, kind: grant, eligible: listed, amount: {of: revenue, tiers: {0: 5%, 1000万元: 3%}}}
"""
RATIO = """
definitions:
  intensity: {label: {en: R&D intensity, zh: 研发强度}, value: expense / revenue}
measures:
  a: {title: {en: A, zh: 甲}, clause: 一, kind: grant, eligible: intensity >= 5%, amount: 20万元}
"""
STACKED = """
definitions:
  intensity: {label: {en: R&D intensity, zh: 研发强度}, value: expense / revenue}
measures:
  a: {title: {en: A, zh: 甲}, clause: 一, kind: grant, eligible: {all: [staff < 300, honest]}, amount: {rate: 10%, of: expense, cap: 60万元}}
  b: {title: {en: B, zh: 乙}, clause: 二, kind: grant, eligible: listed, amount: {of: revenue, bands: {"<= 1000万元": 5%, else: 3%}}}
  c: {title: {en: C, zh: 丙}, clause: 三, kind: grant, eligible: {any: [intensity >= 5%, "growth(revenue) > 20%"]}, amount: 20万元}
  d: {title: {en: D, zh: 丁}, clause: 四, kind: grant, eligible: {all: [honest, staff >= 100]}, amount: {of: loan, rate: 1%}}
"""
CORE = """
title: {en: Core, zh: 总政策}
document: 测试
issuer: {en: Nobody, zh: 无}
first_day: 2020-01-01
source: {kind: illustrative, note: {en: made up, zh: 虚构}}
cumulation:
  - {highest: [a, b], clause: 九, label: {en: The highest, zh: 从高}}
  - {cap: 70万元, over: [b, c], clause: 十, label: {en: At most, zh: 封顶}}
"""


def found(tmp_path: Path, policy: str, firms: list[dict[str, Any]]) -> list[Any]:
    return cliffs(reviewed(tmp_path / "r", rules_of(tmp_path, policy), firms, (Nearby,)))


def test_one_employee_more_loses_the_grant(tmp_path: Path) -> None:
    """Of 260 to 339 people 269 is 10.3 % away and 330 just 10 %: 30 firms stand below, 31 above, and each of them would lose ¥500,000."""
    (cliff,) = found(tmp_path, SMALL_ONLY, [{"staff": n} for n in range(260, 340)])
    assert (cliff.kind, cliff.measures, cliff.clause, cliff.where.line) == ("cliff", ("p/a/a",), "一", 11)
    assert (cliff.detail["below"], cliff.detail["above"]) == (30, 31)
    assert (cliff.firms, cliff.firms_perhaps) == (61, 0)
    assert cliff.money == (61 * 50_000_000,) * 2
    assert cliff.detail["median"] == [50_000_000, 50_000_000]
    assert "from 299 people to 300 people" in cliff.what.en
    assert "由299人升至300人" in cliff.what.zh


def test_a_curve_has_both_sides_of_the_edge(tmp_path: Path) -> None:
    (cliff,) = found(tmp_path, SMALL_ONLY, [{"staff": n} for n in range(290, 310)])
    curve = cliff.detail["curve"]
    assert curve["subject"].startswith("f")
    assert all(low == high == (50_000_000 if staff < 300 else 0) for staff, low, high in curve["points"])
    assert {299.0, 300.0} <= {staff for staff, _, _ in curve["points"]}
    assert (curve["points"][0][0], curve["points"][-1][0]) == (150.0, 450.0)


def test_a_band_that_pays_the_whole_at_a_lower_rate_falls(tmp_path: Path) -> None:
    """5 % of ¥10 m is ¥500,000, 3 % of a fen more ¥300,000."""
    (cliff,) = found(tmp_path, WHOLE, [{"revenue": n * 10**6, "listed": "true"} for n in range(5, 16)])
    assert cliff.kind == "cliff"
    assert cliff.detail["median"] == [20_000_000, 20_000_000]
    assert cliff.firms == 3  # of 9, 10 and 11 million


def test_slices_do_not_fall(tmp_path: Path) -> None:
    assert found(tmp_path, SLICES, [{"revenue": n * 10**6, "listed": "true"} for n in range(5, 16)]) == []


def test_a_ratio_that_brings_money_is_a_cliff_for_its_divisor(tmp_path: Path) -> None:
    """At 5 % of revenue, a yuan more of revenue loses what a yuan more of expense brings."""
    (cliff,) = found(tmp_path, RATIO, [{"revenue": 10**7, "expense": n * 10_000} for n in range(40, 61)])
    assert cliff.kind == "cliff"
    assert "more of Revenue can cost money" in cliff.what.en
    assert "Expense" not in cliff.what.en.partition("more of")[2]
    assert cliff.firms == 11  # 4.5 % to 5.5 %


def test_who_knows_its_staff_only_is_near(tmp_path: Path) -> None:
    (cliff,) = found(tmp_path, SMALL_ONLY, [{"staff": 290}, {"revenue": 1}])
    assert (cliff.detail["below"], cliff.detail["above"], cliff.detail["unknown"], cliff.firms) == (1, 0, 1, 1)


def near_by_edge(tmp_path: Path, firms: list[dict[str, Any]]) -> dict[str, dict[str, Near]]:
    """What crossing does, by figure and edge, and firm."""
    rules = rules_of(tmp_path, STACKED, core=CORE)
    counted = reviewed(tmp_path / "r", rules, firms, (Nearby,)).counted(Nearby)
    return {
        str(one.threshold.fact and one.threshold.fact[0].id) + f" {float(one.threshold.edge):g}": {n.subject: n for n in one.near}
        for one in counted.crossings
    }


FIRMS = [
    {"staff": staff, "revenue": revenue, "expense": expense, "listed": listed, "honest": honest, "loan": loan, "revenue-1": 8_000_000}
    for staff, revenue, expense, listed, honest, loan in itertools.product(
        (290, 305, 105), (9_500_000, 10_000_000, 10_400_000), (480_000, 520_000), ("true", "false"), ("true", "false"), (10**7,)
    )
]
EDGES = {"staff 300": ("staff", 299, 300), "staff 100": ("staff", 99, 100), "revenue 1e+07": ("revenue", 10_000_000, "10000000.01")}


@pytest.mark.parametrize("edge", EDGES)
def test_crossing_pays_what_full_evaluations_on_both_sides_pay(edge: str, tmp_path: Path) -> None:
    """All is known, so the difference is exact, after stacking."""
    fact, below, above = EDGES[edge]
    rules = rules_of(tmp_path, STACKED, core=CORE)
    sides = [paid(tmp_path / str(at), rules, [firm | {fact: value} for firm in FIRMS]) for at, value in enumerate((below, above))]
    near = near_by_edge(tmp_path, FIRMS)[edge]
    assert len(near) >= 12
    for id, one in near.items():
        number = int(id[1:])
        assert one.low == one.high == sides[1][number] - sides[0][number], (edge, FIRMS[number])


UNKNOWN = [
    {"staff": 290, "revenue": 9_500_000, "expense": 480_000, "listed": "true", "loan": 10**7},  # honest
    {"staff": 305, "revenue": 10_400_000, "expense": 520_000, "honest": "true", "loan": 10**7},  # listed
    {"staff": 295, "revenue": 10_000_000, "honest": "true", "listed": "true", "loan": 10**7},  # expense
    {"staff": 102, "revenue": 10_100_000, "expense": 480_000, "listed": "true", "honest": "true"},  # loan
]
COMPLETIONS = {"honest": ("true", "false"), "listed": ("true", "false"), "expense": (0, 499_999, 500_000, 6 * 10**6), "loan": (0, 10**8)}


@pytest.mark.parametrize("edge", EDGES)
def test_a_range_holds_whatever_the_unknown_facts_turn_out_to_be(edge: str, tmp_path: Path) -> None:
    fact, below, above = EDGES[edge]
    rules, near = rules_of(tmp_path, STACKED, core=CORE), near_by_edge(tmp_path, [firm | {"revenue-1": 9_000_000} for firm in UNKNOWN])[edge]
    complete, of = [], []
    for number, firm in enumerate(UNKNOWN):
        open_ = [name for name in COMPLETIONS if name not in firm]
        for values in itertools.product(*(COMPLETIONS[name] for name in open_)):
            complete.append(firm | dict(zip(open_, values, strict=True)) | {"revenue-1": 9_000_000})
            of.append(f"f{number:05}")
    sides = [paid(tmp_path / str(at), rules, [firm | {fact: value} for firm in complete]) for at, value in enumerate((below, above))]
    seen = 0
    for id, one, other in zip(of, *sides, strict=True):
        if id in near:
            seen += 1
            assert near[id].low <= other - one <= near[id].high, (edge, id)
    assert seen


def test_what_is_the_same_on_both_sides_differs_by_nothing(tmp_path: Path) -> None:
    """Nothing is known but staff and that there was no expense: what other measures pay is open, yet 299 people have 1万元 that 300 have not."""
    policy = STACKED + "  e: {title: {en: E, zh: 戊}, clause: 五, kind: grant, eligible: staff < 300, amount: 1万元}\n"
    rules = rules_of(tmp_path / "e", policy)
    (one,) = [
        c for c in reviewed(tmp_path / "re", rules, [{"staff": 290, "expense": 0}], (Nearby,)).counted(Nearby).crossings if c.threshold.edge == 300
    ]
    assert (one.near[0].low, one.near[0].high) == (-1_000_000, -1_000_000)
