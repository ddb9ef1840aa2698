"""Funds as core policies write them; texts that are refused stand under tests/bad/core/fund-*."""

from __future__ import annotations

import datetime

import pytest

from huiqi.rules.funds import Bound, Fund, appropriation, fund_named, funds_of
from huiqi.rules.library import read_library
from huiqi.vocabulary.problem import FaultyInput
from promised import rules

YUAN = 100  # fen
TITLE = "funds:\n  industry:\n    title: {en: Fund, zh: 资金}\n    clause: 第十条\n"


def fund(lines: str, policy: str | None = None) -> Fund:
    written = TITLE + "".join(f"    {line}\n" for line in lines.splitlines())
    return funds_of(rules(written) if policy is None else rules(written, policy))[0]


def test_nothing_public_is_unknown_and_never_nothing() -> None:
    assert appropriation(fund(""), 2024) == (0, None)


def test_a_figure_by_year_stands_before_that_of_every_year() -> None:
    one = fund("yearly: 1亿元\nappropriations: {2025: 1.2亿元}")
    assert appropriation(one, 2024) == (10_000_000_000, 10_000_000_000)
    assert appropriation(one, 2025) == (12_000_000_000, 12_000_000_000)


def test_at_least_so_much_a_year_has_no_upper_end() -> None:
    assert appropriation(fund('yearly: [10亿元, ""]'), 2024) == (100_000_000_000, None)
    assert appropriation(fund('yearly: ["", 10亿元]'), 2024) == (0, 100_000_000_000)


def test_before_its_policy_a_fund_has_no_yearly_money() -> None:
    assert appropriation(fund("yearly: 1亿元"), 2019) == (0, None)


def test_of_a_total_over_years_a_year_has_anything_up_to_it() -> None:
    one = fund("totals: [{first: 2024, last: 2028, money: 35亿元}]")
    assert appropriation(one, 2024) == (0, 350_000_000_000)
    assert appropriation(one, 2029) == (0, None)


def test_what_other_years_take_is_gone_and_the_last_year_has_the_rest() -> None:
    one = fund("appropriations: {2024: 7亿元}\ntotals: [{first: 2024, last: 2026, money: 10亿元}]")
    assert appropriation(one, 2025) == (0, 30_000_000_000)
    one = fund("appropriations: {2024: 7亿元, 2025: [1亿元, 2亿元]}\ntotals: [{first: 2024, last: 2026, money: 10亿元}]")
    assert appropriation(one, 2026) == (10_000_000_000, 20_000_000_000)


def test_limits_cover_the_measures_of_the_fund_by_topic_or_name() -> None:
    limits = (
        "limits:\n  - {topics: [growth], at_most: 40%, label: {en: Growth, zh: 成长}, clause: 一}\n"
        "  - {measures: [halves, a/staged], at_least: 100万元, label: {en: Both, zh: 两者}, clause: 二}"
    )
    one = fund(limits)
    keys = [measure.key for measure in rules().measures]
    assert [[keys[number] for number in limit.measures] for limit in one.limits] == [["staged"], ["staged", "halves"]]
    assert one.limits[0].at_most is not None
    assert one.limits[0].at_most.of((1_000, 2_001)) == (400, 800)
    assert one.limits[0].at_most.of((0, None)) == (0, None)
    assert one.limits[1].at_least == Bound(fen=100_000_000)
    assert [keys[number] for number in one.measures] == ["staged", "halves", "cover", "stake"]


def test_a_fund_goes_by_its_full_name_or_its_key() -> None:
    funds = funds_of(rules())
    assert fund_named("industry", funds) is fund_named("p/industry", funds)
    with pytest.raises(FaultyInput, match="did you mean p/industry"):
        fund_named("p/industri", funds)


def test_a_faulty_fund_is_refused() -> None:
    with pytest.raises(FaultyInput, match=r"rules\.unit"):
        fund("yearly: 1000")


def test_hongqiao_has_three_and_a_half_billion_for_five_years() -> None:
    library, _ = read_library(["cn-sh-hongqiao"], rules_only=True)
    assert library is not None
    one = fund_named("hongqiao", funds_of(library.rules(datetime.date(2024, 12, 31))))
    assert one.name == "cn-sh-hongqiao/hongqiao"
    assert one.totals[0].money == (350_000_000_000, 350_000_000_000)
    assert appropriation(one, 2024) == (0, 350_000_000_000)


def test_binjiang_gives_its_fund_fifteen_per_cent_of_expenditure() -> None:
    library, _ = read_library(["cn-zj-hangzhou-binjiang"], rules_only=True)
    assert library is not None
    one = fund_named("industry", funds_of(library.rules(datetime.date(2024, 12, 31))))
    assert one.floor is not None
    assert one.floor * 100 == 15
    assert one.measures
