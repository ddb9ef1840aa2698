"""Stacking rules as core policies write them: which measures they cover, in which order, and what comes of worked examples."""

from __future__ import annotations

import datetime
from dataclasses import replace
from pathlib import Path

import pytest

import arbitrary
import worked
from huiqi.facts.known import Known
from huiqi.rules.cases import run_cases
from huiqi.rules.check import check_library
from huiqi.rules.checks.core import faulty_stacking
from huiqi.rules.compile import Rules
from huiqi.rules.cumulation import Act, from_the_top, stack, stacking_of, together
from huiqi.rules.exact import Exactly
from huiqi.rules.library import packs_folder, read_library
from huiqi.rules.payable import claims_of, limits_of, payable
from huiqi.vocabulary.problem import FaultyInput, errors

CORE = """
title: {en: Core, zh: 总政策}
document: 测试
issuer: {en: Nobody, zh: 无}
first_day: 2020-01-01
source: {kind: illustrative, note: {en: made up, zh: 虚构}}
"""
POLICY = """
measures:
  a: {title: {en: A, zh: 甲}, clause: 一, kind: grant, topics: [growth], eligible: listed, amount: loan}
  b: {title: {en: B, zh: 乙}, clause: 二, kind: grant, topics: [growth, rd], amount: 100元}
  c: {title: {en: C, zh: 丙}, clause: 三, kind: rent_aid, topics: [rd], amount: 30元}
  d: {title: {en: D, zh: 丁}, clause: 四, kind: charge, topics: [rd], amount: 500元}
  e: {title: {en: E, zh: 戊}, clause: 五, kind: recognition, topics: [growth], eligible: listed}
  f: {title: {en: F, zh: 己}, clause: 六, kind: grant, topics: [talent], amount: unpublished}
"""


def of(*rules: str) -> Rules:
    lines = [f"  - {{{rule}, clause: 第九条, label: {{en: Rule, zh: 规则}}}}\n" for rule in rules]
    return worked.rules(POLICY, core=f"{CORE}cumulation:\n{''.join(lines)}")


def covered(rules: Rules) -> list[tuple[Act, list[str]]]:
    return [(rule.act, [rules.measures[number].key for number in rule.measures]) for rule in stacking_of(rules)]


def left(rules: Rules, known: Known) -> tuple[dict[str, tuple[float, float]], tuple[float, float]]:
    """What is payable, in yuan."""
    stacking, exact = stack(rules), Exactly(known)
    found = payable(stacking, claims_of(stacking, exact), limits_of(stacking, exact))
    ends = {measure.key: (claim.low / 100, claim.high / 100) for measure, claim in zip(stacking.measures, found.claims, strict=True)}
    return ends, (found.total[0] / 100, found.total[1] / 100)


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ("highest: [b, a]", [(Act.HIGHEST, ["b", "a"])]),
        ("highest: same_kind", [(Act.HIGHEST, ["a", "b", "f"])]),
        ("highest: same_topic", [(Act.HIGHEST, ["a", "b"]), (Act.HIGHEST, ["b", "c"])]),
        ("exclusive: [a, e], keep: best", [(Act.HIGHEST, ["a", "e"])]),
        ("exclusive: [e, a], keep: first", [(Act.FIRST, ["e", "a"])]),
        ("highest: [a, e]", []),  # of a recognition there is no amount that could be higher
        ("cap: 1万元, reduce: proportional", [(Act.PROPORTIONAL, ["a", "b", "c", "f"])]),
        ("cap: 1万元, over: topic", [(Act.LAST, ["a", "b"]), (Act.LAST, ["b", "c"]), (Act.LAST, ["f"])]),
        ("cap: 1万元, over: [a, b], per: measure", [(Act.LAST, ["a"]), (Act.LAST, ["b"])]),
        ("intensity: 50%, of: expense, over: [c, a]", [(Act.LAST, ["c", "a"])]),
        ("share: {zj: 40%, district: 60%}, measures: [a]", [(Act.SHARE, ["a"])]),
        ("not_if_funded: elsewhere", []),  # there is no other pack
    ],
)
def test_a_rule_covers_the_measures_that_it_says(rule: str, expected: list[tuple[Act, list[str]]]) -> None:
    assert covered(of(rule)) == expected


def test_the_higher_of_two_by_what_is_known() -> None:
    rules = of("highest: [a, b]")
    assert left(rules, worked.firm(listed="true", loan="250元"))[0]["b"] == (0, 0)
    ends, total = left(rules, worked.firm(loan="250元"))
    assert (ends["a"], ends["b"]) == ((0, 250), (0, 100))
    assert total == (130, float("inf"))  # b or a, c, and f of which no figure is public; d is a charge


def test_an_unpublished_amount_is_had_all_the_same() -> None:
    rules = of("first: [f, b]")
    assert left(rules, worked.firm())[0]["b"] == (0, 0)


def test_an_intensity_is_of_what_is_spent() -> None:
    rules = of("intensity: 50%, of: expense, over: [b, c]")
    ends, _ = left(rules, worked.firm(expense={2023: "240元"}))
    assert (ends["b"], ends["c"]) == ((100, 100), (20, 20))
    ends, _ = left(rules, worked.firm())
    assert (ends["b"], ends["c"]) == ((0, 100), (0, 30))


def test_over_three_years_earlier_awards_are_not_known() -> None:
    ends, _ = left(of("cap: 120元, over: [b, c], per: three_years"), worked.firm())
    assert (ends["b"], ends["c"]) == ((0, 100), (0, 20))


def test_what_was_granted_in_the_past_is_taken_off() -> None:
    rules = of("cap: 120元, over: [b, c], per: three_years, past: loan")
    assert [left(rules, worked.firm(loan=loan))[0]["b"] for loan in ("0元", "90元", "200元", "")] == [(100, 100), (30, 30), (0, 0), (0, 100)]
    assert left(rules, worked.firm(loan="0元"))[0]["c"] == (20, 20)


def test_what_does_not_touch_a_measure_is_left_out() -> None:
    rules = of("highest: [a, b]", "cap: 50元, over: [b, c]", "cap: 1元, over: [f]")
    keys = [measure.key for measure in rules.measures]
    assert {keys[number] for number in together(stacking_of(rules), [keys.index("c")])} == {"a", "b", "c"}
    part = stack(rules, [measure for measure in rules.measures if measure.key in ("b", "c")])
    assert [rule.act for rule in part.rules] == [Act.LAST]


@pytest.mark.parametrize(
    ("measure", "told"),
    [
        ("kind: charge, amount: 5元", "m is a charge"),
        ("kind: grant, subject: park, amount: 5元", "b is about the subject enterprise, m about park: they never meet"),
    ],
)
def test_what_never_stacks_is_told(measure: str, told: str) -> None:
    policy = f"{POLICY}  m: {{title: {{en: M, zh: 措施}}, clause: 七, {measure}}}\n"
    core = f"{CORE}cumulation: [{{highest: [b, m], clause: 九, label: {{en: Rule, zh: 规则}}}}]\n"
    library = worked.library_of(("p/special/a.yaml", arbitrary.POLICY.format(policy="a") + policy), ("p/core.yaml", core))
    schemas = library.common.schemas | {"park": replace(library.common.schemas["enterprise"], subject="park")}
    library = replace(library, common=replace(library.common, schemas=schemas))
    (problem,) = faulty_stacking(library.packs[0], library)
    assert (problem.code, problem.message) == ("check.stacking", told)


# ---------------------------------------------------------------- packs above each other


def nested(folder: Path, rule: str) -> Rules:
    """A province with a grant of 30 yuan on growth and one of 10 on talent, and a district in it with one of 100 on growth and a stacking rule."""
    grant = "{{title: {{en: M, zh: 措施}}, clause: 一, kind: grant, topics: [{topic}], amount: {amount}}}"
    above = f"measures:\n  up: {grant.format(topic='growth', amount='30元')}\n  other: {grant.format(topic='talent', amount='10元')}\n"
    below = f"measures:\n  own: {grant.format(topic='growth', amount='100元')}\n"
    pack = "title: {{en: P, zh: 包}}\nlicence: CC0-1.0\nid: {0}\nplace: {1}\n"
    files = {
        **worked.SHARED,
        "upper/pack.yaml": pack.format("upper", "zj"),
        "upper/special/a.yaml": arbitrary.POLICY.format(policy="a") + above,
        "lower/pack.yaml": pack.format("lower", "bj") + "inherits: [upper]\n",
        "lower/core.yaml": f"{CORE}cumulation:\n  - {{{rule}, clause: 第九条, label: {{en: Rule, zh: 规则}}}}\n",
        "lower/special/b.yaml": arbitrary.POLICY.format(policy="b") + below,
        "lower/cases/a.yaml": (
            "- case: what is left\n  as_of: 2024-06-30\n  facts: {place: bj}\n"
            "  expect: {own: {status: yes, amount: 100元, payable: 70元}}\n  from: {en: made up, zh: 虚构}\n"
        ),
    }
    library, problems = read_library(["lower"], worked.write(folder, files))
    assert library is not None
    assert not problems, problems
    verdicts, faults = run_cases(library, (library.packs[0],))
    assert not faults
    rules = library.rules(datetime.date(2024, 6, 30))
    assert [verdict.holds for verdict in verdicts] == [True, True, left(rules, worked.firm())[0]["own"] == (70, 70)]
    return rules


@pytest.mark.parametrize(
    ("rule", "own"),
    [
        ("includes: [upper]", (70, 100)),  # a topic in common: it may be for the same
        ("includes: [upper], measures: [own, upper/a/up]", (70, 70)),  # named: it is
        ("not_if_funded: elsewhere", (0, 100)),
        ("not_if_funded: elsewhere, measures: [own, up]", (0, 0)),
        ("first: [up, own]", (0, 0)),
        ("highest: [up, own]", (100, 100)),
    ],
)
def test_a_lower_level_starts_from_what_the_upper_pays(tmp_path: Path, rule: str, own: tuple[int, int]) -> None:
    rules = nested(tmp_path, rule)
    assert from_the_top(rules) == ["upper", "lower"]
    assert left(rules, worked.firm())[0]["own"] == own


def test_the_rules_of_the_shipped_packs_compile() -> None:
    names = sorted(path.parent.name for path in packs_folder().glob("*/pack.yaml"))
    library, _ = read_library(names, rules_only=True)
    assert library is not None
    for day in (datetime.date(2022, 6, 30), datetime.date(2025, 12, 1)):
        rules = library.rules(day)
        before = len(rules.world.problems)
        assert stacking_of(rules)
        assert len(rules.world.problems) == before
        order = from_the_top(rules)
        assert all(order.index(above) <= order.index(pack) for pack, all_above in rules.world.ancestors.items() for above in all_above)


def test_exclusions_over_the_same_measures_leave_one_choice() -> None:
    """a excludes b, b excludes c: a and c together are more than b, though b is the highest of each pair."""
    rules = of("exclusive: [a, b], keep: best", "cap: 1000元, over: [c]", "exclusive: [c, b], keep: best", "exclusive: [e, f], keep: best")
    assert covered(rules) == [(Act.CHOICE, ["a", "b", "c"]), (Act.LAST, ["c"]), (Act.HIGHEST, ["e", "f"])]
    ends, _ = left(rules, worked.firm(listed="true", loan="80元"))
    assert (ends["a"], ends["b"], ends["c"]) == ((80, 80), (0, 0), (30, 30))
    ends, _ = left(rules, worked.firm(listed="true", loan="60元"))
    assert (ends["a"], ends["b"], ends["c"]) == ((0, 0), (100, 100), (0, 0))
    ends, _ = left(rules, worked.firm(loan="80元"))
    assert (ends["a"], ends["b"], ends["c"]) == ((0, 80), (0, 100), (0, 30))


def test_a_choice_keeps_to_the_measures_that_are_at_hand() -> None:
    rules = of("exclusive: [a, b], keep: best", "exclusive: [c, b], keep: best")
    part = stack(rules, [measure for measure in rules.measures if measure.key in ("a", "b")])
    assert [[one.measures for one in rule.exclusions] for rule in part.rules] == [[(0, 1), (1,)]]
    assert stack(rules, [measure for measure in rules.measures if measure.key in ("a", "c")]).rules == ()


def test_a_choice_among_too_many_combinations_is_refused(tmp_path: Path) -> None:
    """Nine pairs of which one of each may be had, bound together by the first of each: 2 ** 9 and more combinations."""
    measures = "".join(
        f"  {letter}{number}: {{title: {{en: T, zh: 名}}, clause: 一, kind: grant, amount: 1元}}\n" for number in range(10) for letter in "pq"
    )
    pairs = [f"[p{number}, q{number}]" for number in range(10)] + [f"[q{number}, p{number + 1}]" for number in range(9)]
    lines = [f"  - {{exclusive: {pair}, keep: best, clause: 九, label: {{en: R, zh: 规}}}}\n" for pair in pairs]
    folder = arbitrary.packs_folder(tmp_path, f"measures:\n{measures}", core=f"{CORE}cumulation:\n{''.join(lines)}")
    library, _ = read_library(["p"], folder)
    assert library is not None
    with pytest.raises(FaultyInput) as refused:
        stacking_of(library.rules(arbitrary.AS_OF))
    (problem,) = errors(check_library(library))
    assert list(refused.value.problems) == [problem]
    assert (problem.code, problem.where.file.rpartition("/")[2]) == ("check.stacking-choices", "core.yaml")
    assert "more than 256 combinations of 20 measures" in problem.message
