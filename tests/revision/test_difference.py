"""The range of a difference against evaluating both laws on every completion of what is unknown, and where it has to be tight."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import arbitrary
import worked
from completions import completed, some
from huiqi.entitlements.columns import Run, block_of
from huiqi.entitlements.due import Dues, due
from huiqi.entitlements.stacked import Stacked
from huiqi.facts.known import Known
from huiqi.revision.comparison import Between, paid
from huiqi.revision.difference import Differences
from huiqi.revision.touched import Side, touched
from huiqi.rules import tree
from huiqi.rules.compile import Rules
from huiqi.rules.cumulation import stack
from huiqi.rules.exact import Exactly
from huiqi.rules.payable import claims_of, limits_of, payable
from huiqi.rules.plan import make_plan

Laws = tuple[Rules, Rules]
WAN = 1_000_000  # 万元 in fen
HEAD = """
title: {en: Core, zh: 总政策}
document: 测试
issuer: {en: Nobody, zh: 无}
first_day: 2020-01-01
source: {kind: illustrative, note: {en: made up, zh: 虚构}}
"""
WORDS = "clause: 一, label: {en: Rule, zh: 规则}"


def between(laws: Laws, known: Known) -> Between:
    """What the reform pays more to one firm, as the column engine says."""
    sides = touched(*laws)
    plans = [make_plan(side.rules, side.measures, apart=True) for side in sides]
    stacked = [Stacked(side.rules, side.measures, "enterprise") for side in sides]
    read = {(fact.id, year): fact for plan in [*plans, *(one.limits for one in stacked)] for (_, year), fact in plan.facts.items()}
    block = block_of([known], [(fact, year) for (_, year), fact in read.items()] or [(known.schema.facts["listed"], 0)])
    dues = []
    for plan, one in zip(plans, stacked, strict=True):
        run = Run(plan, block).run()
        dues.append(one.apply(block, Dues.of([due(run, planned)] for planned in plan.measures), one.numbers)[0] if plan.measures else Dues.of(()))
    before, after = (paid(one, 1, side.changed) for one, side in zip(dues, sides, strict=True))
    found = Differences(sides, known.schema).of(block, dues, before, after)
    if before.touched[0] or after.touched[0]:
        return found
    nothing, nobody = np.zeros(1), np.zeros(1, bool)
    return Between(nothing, nothing, nobody, nobody)


def ends(laws: Laws, known: Known) -> tuple[float, float]:
    found = between(laws, known)
    return float(found.low[0]), float(found.high[0])


def law(measures: str, *cumulation: str) -> Rules:
    core = HEAD + "cumulation:\n" + "".join(f"  - {{{rule}, {WORDS}}}\n" for rule in cumulation) if cumulation else ""
    lines = [line.strip() for line in measures.strip().splitlines()]
    named = (line.partition(": ") for line in lines)
    said = "".join(f"  {name}: {{title: {{en: M, zh: 措施}}, clause: 一, kind: grant, {rest}}}\n" for name, _, rest in named)
    return worked.rules("measures:\n" + said, core=core)


# ---------------------------------------------------------------- tight

RATE = "a: eligible: listed, amount: {{rate: {}, of: revenue, cap: {}}}"
UNKNOWN = worked.firm(listed="true", established="2000-01-01")
PERHAPS = worked.firm(established="2000-01-01")


def test_a_higher_cap_gives_at_most_what_it_is_higher() -> None:
    """From 50 to 80 万元 of an unknown revenue: nothing to 30 万元 more, whether the firm is listed or not."""
    laws = law(RATE.format("10%", "50万元")), law(RATE.format("10%", "80万元"))
    for firm in (UNKNOWN, PERHAPS):
        assert ends(laws, firm) == (0, 30 * WAN)
        assert ends((laws[1], laws[0]), firm) == (-30 * WAN, 0)


def test_a_higher_cap_holds_where_the_firm_may_not_have_lived_in_that_year() -> None:
    laws = law(RATE.format("10%", "50万元")), law(RATE.format("10%", "80万元"))
    assert ends(laws, worked.firm(listed="true")) == (0, 30 * WAN)


def test_a_lower_rate_takes_its_share_of_what_is_known_in_part() -> None:
    """3 % to 2 % of min(revenue, 1000 万元) + 500 万元, where revenue is unknown: 5 to 15 万元 less."""
    text = "a: eligible: listed, amount: {{rate: {}, of: 'min(revenue, 1000万元) + 500万元'}}"
    assert ends((law(text.format("3%")), law(text.format("2%"))), UNKNOWN) == (-15 * WAN, -5 * WAN)


def test_what_is_unpublished_on_both_sides_falls_away() -> None:
    """b is as it was, and a changes by what it says; so with b in the same stacking rule, where a alone can be had."""
    text = "a: eligible: listed, amount: {}\nb: eligible: honest, amount: unpublished"
    laws = law(text.format("10万元")), law(text.format("15万元"))
    assert ends(laws, worked.firm(listed="true", honest="true")) == (5 * WAN, 5 * WAN)
    stacked = law(text.format("10万元"), "highest: [a, b]"), law(text.format("15万元"), "highest: [a, b]")
    assert ends(stacked, worked.firm(listed="true", honest="false")) == (5 * WAN, 5 * WAN)
    assert ends(stacked, worked.firm(listed="true", honest="true")) == (0, 5 * WAN)
    assert ends(stacked, worked.firm(listed="false", honest="true")) == (0, 0)


def test_an_unpublished_amount_is_the_same_where_only_the_bar_is_lower() -> None:
    """Whoever had it has it; who comes in gets what nobody knows."""
    text = "a: eligible: staff >= {}, amount: unpublished"
    laws = law(text.format(100)), law(text.format(50))
    assert ends(laws, worked.firm(staff="120", established="2000-01-01")) == (0, 0)
    assert ends(laws, worked.firm(staff="60", established="2000-01-01")) == (0, math.inf)
    found = between(laws, UNKNOWN)
    assert (found.low[0], found.high[0], found.enters[0], found.leaves[0]) == (0, math.inf, True, False)


def test_a_lower_bar_takes_from_nobody() -> None:
    text = "a: eligible: {{all: [listed, 'revenue >= {}']}}, amount: 20万元"
    laws = law(text.format("2000万元")), law(text.format("1000万元"))
    found = between(laws, UNKNOWN)
    assert (found.low[0], found.high[0], found.enters[0], found.leaves[0]) == (0, 20 * WAN, True, False)
    found = between((laws[1], laws[0]), UNKNOWN)
    assert (found.low[0], found.high[0], found.enters[0], found.leaves[0]) == (-20 * WAN, 0, False, True)


def test_bands_whose_edge_moves_differ_between_the_edges_alone() -> None:
    text = "a: eligible: listed, amount: {{of: revenue, bands: {{'>= {}': 30万元, else: 10万元}}}}"
    assert ends((law(text.format("2000万元")), law(text.format("1000万元"))), UNKNOWN) == (0, 20 * WAN)


def test_a_cap_over_several_passes_on_no_more_than_they_differ() -> None:
    text = "a: eligible: listed, amount: {}\nb: eligible: listed, amount: {{rate: 1%, of: revenue}}\nc: eligible: listed, amount: unpublished"
    rules = ("highest: [b, c]", "cap: 100万元, over: [a, b, c]")
    assert ends((law(text.format("10万元"), *rules), law(text.format("15万元"), *rules)), UNKNOWN) == (0, 5 * WAN)


def test_a_measure_dropped_from_a_best_of_takes_no_more_than_it_gave() -> None:
    text = "a: eligible: listed, amount: 10万元\nb: eligible: listed, amount: {rate: 1%, of: revenue}"
    laws = law(text, "highest: [a, b]"), law(text.splitlines()[1])
    assert ends(laws, UNKNOWN) == (-10 * WAN, 0)


def test_where_more_of_one_can_be_less_in_all_the_ends_stay_apart() -> None:
    """`first` with nothing of a leaves b; one fen of a displaces it: the fall is as deep as b is."""
    text = "a: eligible: listed, amount: {{rate: {}, of: loan}}\nb: eligible: listed, amount: 90万元"
    laws = law(text.format("0%"), "first: [a, b]"), law(text.format("1%"), "first: [a, b]")
    low, high = ends(laws, UNKNOWN)
    assert low <= -90 * WAN + 1
    assert high == math.inf


# ---------------------------------------------------------------- every completion

CHANGES = [
    ("50万元", "80万元"), ("1万元", "2万元"), ("2500万元", "3000万元"), ("3%", "5%"), ("25%", "60%"), ("60%", "25%"), (">=", ">"), ("listed", "honest"),
    ("5000元", "6000元"), ("2000元", "1000元"), ("floor: 1万元", "floor: 2万元"), ("down", "up"), ("1000元", "100元"), ("highest", "each"), ("all:", "any:"),
    ("expense", "revenue"), ("unpublished", "10万元"),
]  # fmt: skip
RULES = ["highest: same_kind", "cap: 10万元, over: all", "cap: 2000元, over: all, reduce: proportional", "intensity: 20%, of: expense, over: all",
         "highest: [m0, m1]", "cap: loan, over: [m1, m2]", "first: [m1, m0]", "cap: 3万元, over: [m0]"]  # fmt: skip
TABLES = {name.removesuffix(".csv"): text for name, text in arbitrary.TABLES.items()}


@st.composite
def reforms(draw: Any) -> tuple[str, Laws, Known]:
    """A pack, the same with a few words, measures or stacking rules otherwise, and a firm of which a good part is unknown."""
    policy = draw(arbitrary.policy())
    other = policy
    for old, new in draw(st.lists(st.sampled_from(CHANGES), max_size=3)):
        other = other.replace(old, new)
    kept = other.splitlines()
    if draw(st.integers(0, 3)) == 0 and "  m2:" in other:
        kept = [line for line in kept if not line.startswith("  m2:")]
    count = sum(line.startswith("  m") and line[3].isdigit() for line in kept)
    rules = [rule for rule in draw(st.lists(st.sampled_from(RULES), max_size=2, unique=True)) if all(f"m{n}" not in rule for n in range(count, 3))]
    others = rules if draw(st.integers(0, 3)) else rules[:-1]
    cores = ["" if not some else HEAD + "cumulation:\n" + "".join(f"  - {{{rule}, {WORDS}}}\n" for rule in some) for some in (rules, others)]
    laws = worked.rules(policy, core=cores[0], **TABLES), worked.rules("\n".join(kept), core=cores[1], **TABLES)
    (known,) = draw(arbitrary.subjects(laws[0].schemas["enterprise"], laws[0].places, most=1))
    return f"{policy}\n---\n{other}\n{rules} {others}", laws, known


def granted(rules: Rules, known: Known, yes: bool) -> Known:
    """With the recognition granted only to those who meet its tests, as the office may decide."""
    for node in (node for measure in rules.measures for node in tree.walk(measure.truth) if isinstance(node, tree.Recognised)):
        key = (node.fact.id, None)
        known = replace(known, values={**known.values, key: known.values.get(key, yes and Exactly(known).truth(node.outcome).may)})
    return known


def total(side: Side, known: Known, left_open: dict[str, int]) -> float | None:
    """What the touched measures pay to a firm of which all is known, where those that leave their amount open pay what `left_open` says."""
    exact, stacking = Exactly(known), stack(side.rules, side.measures)
    claims = []
    for measure, claim in zip(stacking.measures, claims_of(stacking, exact), strict=True):
        if claim.low != claim.high:
            assert measure.amount is not None
            figure = min(left_open[measure.key], claim.high)
            claim = replace(claim, low=figure, high=figure)
        claims.append(claim)
    found = payable(stacking, claims, limits_of(stacking, exact))
    sums = [sum(getattr(claim, end) for claim in found.claims) for end in ("low", "high")]
    return float(sums[0]) if sums[0] == sums[1] else None


@some(30)
@given(reforms(), st.data())
def test_the_difference_of_every_completion_lies_in_the_range(reform: tuple[str, Laws, Known], data: Any) -> None:
    _, laws, known = reform
    sides = touched(*laws)
    low, high = ends(laws, known)
    assert low <= high
    for _ in range(3):
        whole = data.draw(completed(known, apart_from=["star"]))
        yes = data.draw(st.booleans())
        left_open = {f"m{number}": data.draw(st.sampled_from([0, 1, 100, 12_345_678])) for number in range(3)}
        sums = [total(side, granted(side.rules, whole, yes), left_open) for side in sides]
        if all(one is not None and one < 2**51 for one in sums):
            assert low <= sums[1] - sums[0] <= high, (sums, whole.values)


STACKS = ["highest: [a, b]", "highest: [a, b, c]", "cap: 9元, over: [a, b]", "cap: loan, over: [a, b, c]", "cap: 7元, over: [a, b, c], reduce: proportional",
          "first: [b, a]", "exclusive: [a, b], keep: best", "exclusive: [b, c], keep: best", "cap: 3元, over: [c]", "highest: [b, c]"]  # fmt: skip
SMALL = st.integers(0, 1500)


@st.composite
def stacked(draw: Any) -> tuple[str, Laws]:
    """Three measures in stacking rules, and the same with other rates, caps, bars or rules, or without one of them."""
    rules = draw(st.lists(st.sampled_from(STACKS), min_size=1, max_size=3, unique=True))
    texts = []
    for _ in range(2):
        rate, cap, bar, much = (draw(st.sampled_from(some)) for some in (["50%", "80%"], ["5元", "8元"], ["0元", "4元"], ["unpublished", "2元"]))
        texts.append([
            f"a: eligible: 'expense >= {bar}', amount: {{rate: {rate}, of: expense, cap: {cap}}}",
            f"b: eligible: listed, amount: {{rate: {draw(st.sampled_from(['100%', '70%']))}, of: loan}}",
            f"c: eligible: honest, amount: {much}",
        ])  # fmt: skip
    same = draw(st.booleans())
    if same:
        texts[1][1:] = texts[0][1:]
    gone = draw(st.sampled_from(["", "", "a", "b", "c"]))
    its = [rule for rule in rules if not gone or f"[{gone}]" not in rule]
    its = [rule.replace(f"{gone}, ", "").replace(f", {gone}", "") if gone else rule for rule in its]
    texts[1] = [line for line in texts[1] if not gone or not line.startswith(f"{gone}:")]
    return f"{texts} {rules} {its}", (law("\n".join(texts[0]), *rules), law("\n".join(texts[1]), *its))


@some(40)
@given(stacked(), st.data())
def test_what_stacking_leaves_of_a_difference_lies_in_the_range(reform: tuple[str, Laws], data: Any) -> None:
    _, laws = reform
    sides = touched(*laws)
    born = {("established", None): 730_000, ("place", None): "bj"}
    facts: dict[Any, Any] = {("expense", 2023): data.draw(SMALL), ("loan", None): data.draw(SMALL)}
    facts |= {(flag, None): data.draw(st.booleans()) for flag in ("listed", "honest")}
    unknown = data.draw(st.sets(st.sampled_from(sorted(facts, key=str)), min_size=1))
    firm = replace(worked.firm(), values=born | {key: value for key, value in facts.items() if key not in unknown})
    low, high = ends(laws, firm)
    for _ in range(8):
        more = {key: data.draw(SMALL if key[0] in ("expense", "loan") else st.booleans()) for key in sorted(unknown, key=str)}
        whole, much = replace(firm, values=firm.values | more), {"c": data.draw(SMALL)}
        sums = [total(side, whole, much) for side in sides]
        if sums[0] is not None and sums[1] is not None:
            assert low <= sums[1] - sums[0] <= high, (sums, more, much)


@pytest.mark.parametrize("old", ["10%", "3%"])
def test_of_a_firm_that_is_wholly_known_the_difference_is_exact(old: str) -> None:
    laws = law(RATE.format(old, "50万元")), law(RATE.format("5%", "50万元"))
    low, high = ends(laws, worked.firm(listed="true", established="2000-01-01", revenue={2023: "100万元"}))
    assert low == high == (5 - int(old[:-1])) * WAN
