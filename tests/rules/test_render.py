"""Rules in plain words, in English and Chinese."""

from __future__ import annotations

import datetime
import re
from fractions import Fraction

import pytest

from huiqi.rules import tree
from huiqi.rules.library import packs_folder, read_library
from huiqi.rules.render import Renderer
from huiqi.vocabulary.speech import Both
from worked import granting, line, rules

HAN = re.compile(r"[\u4e00-\u9fff]")


def said(text: str) -> Both:
    return Renderer(rules().places, 2023).say(line(text).node)


@pytest.mark.parametrize(
    ("text", "en", "zh"),
    [
        ("loan >= 1000万元", "Loan is at least ¥10,000,000", "贷款不低于1,000万元"),
        ("1000万元 <= loan < 1亿元", "Loan is at least ¥10,000,000 and less than ¥100,000,000", "贷款不低于1,000万元且低于1亿元"),
        ("20元 < revenue <= 50元", "Revenue 2023 is more than ¥20 and at most ¥50", "2023年营业收入超过20元且不超过50元"),
        ("5% <= stake", "Stake is at least 5%", "持股比例不低于5%"),
        ("staff >= 300", "Staff 2023 is at least 300 people", "2023年从业人员不低于300人"),
        ("loan != 5元", "Loan is not ¥5", "贷款不等于5元"),
        ("expense / revenue >= 3%", "Expense 2023 ÷ Revenue 2023 is at least 3%", "2023年研发费用 ÷ 2023年营业收入不低于3%"),
        ("revenue - revenue[-1] > 0元", "Revenue 2023 − Revenue 2022 is more than ¥0", "2023年营业收入 − 2022年营业收入超过0元"),
        ("(loan + expense) * 2 >= 1元", "(Loan + Expense 2023) × 2 is at least ¥1", "（贷款 + 2023年研发费用） × 2不低于1元"),
        ("loan * 50% >= 1元", "Loan × 50% is at least ¥1", "贷款 × 50%不低于1元"),
        ("min(loan, 5元) * 10% >= 1元", "(the smaller of Loan, ¥5) × 10% is at least ¥1", "（贷款、5元中的较小值） × 10%不低于1元"),
        ("max(loan, expense) >= 5元", "the larger of Loan, Expense 2023 is at least ¥5", "贷款、2023年研发费用中的较大值不低于5元"),
        ("round(loan / 3, 1元) >= 5元", "Loan ÷ 3, rounded to ¥1 is at least ¥5", "贷款 ÷ 3（取整到1元）不低于5元"),
        ("share_of(expense, revenue) >= 3%", "share of Expense 2023 in Revenue 2023 is at least 3%", "2023年研发费用占2023年营业收入的比例不低于3%"),
        ("growth(revenue) >= 25%", "growth of Revenue 2023 is at least 25%", "2023年营业收入增长率不低于25%"),
        ("cagr(revenue, 3) >= 25%", "compound growth of Revenue 2023 over 3 years is at least 25%", "2023年营业收入3年复合增长率不低于25%"),
        ("sum(expense, 3) >= 100万元", "Expense 2023, total of 3 years is at least ¥1,000,000", "2023年研发费用近3年合计不低于100万元"),
        ("mean(revenue, 2) < 1亿元", "Revenue 2023, mean of 2 years is less than ¥100,000,000", "2023年营业收入近2年平均低于1亿元"),
        ("first_reached(revenue, 1亿元, 3)", "Revenue 2023 reaches ¥100,000,000 for the first time in 3 years", "2023年营业收入3年内首次达到1亿元"),
        (
            "each(growth(revenue), 2) >= 25%",
            "in each of 2 years: growth of Revenue 2023 is at least 25%; growth of Revenue 2022 is at least 25%",
            "近2年每年：2023年营业收入增长率不低于25%；2022年营业收入增长率不低于25%",
        ),
        ("count(listed, honest) >= 1", "how many of: Listed, Honest is at least 1", "下列各项中符合的项数：上市、守信不低于1"),
        ("years_since(established) >= 3", "full years since Established is at least 3 years", "自成立日期起满年数不低于3年"),
        ("days_since(ended) < 30", "days since Ended is less than 30 days", "自终止日期起天数低于30天"),
        ("year_of(established) = 2020", "year of Established is 2020", "成立日期所在年份等于2020"),
        ("established >= 2020-01-01", "Established is on or after 2020-01-01", "成立日期不早于2020-01-01"),
        ("established + 30 days < 2020-01-01", "Established + 30 days is before 2020-01-01", "成立日期 + 30天早于2020-01-01"),
        ("ended - established >= 30 days", "Ended − Established is at least 30 days", "终止日期 − 成立日期不低于30天"),
        ('trade = "make"', "Trade is Making", "行业为制造"),  # chips go without saying
        ('trade in ["chips", "sell"]', "Trade is Chips or Selling", "行业为芯片或销售"),
        ('trade not in ["chips", "sell"]', "Trade is none of: Chips, Selling", "行业不属于：芯片、销售"),
        ("trade = rank", "Trade is Rank", "行业与等级相同"),
        ('place within "hz"', "Place lies in Hangzhou", "所在地在杭州"),
        ('place != "hz"', "Place does not lie in Hangzhou", "所在地不在杭州"),
        ("exists(revenue[-1])", "Revenue 2022 exists", "有2022年营业收入"),
        ("rank = none", "Rank does not exist", "无等级"),
        ("listed", "Listed", "上市"),
        ("not listed", "not: Listed", "无：上市"),
        ("not (loan >= 5元)", "not: Loan is at least ¥5", "不符合：贷款不低于5元"),
        ("true", "always", "总是"),
    ],
)  # fmt: skip
def test_a_test_in_words(text, en, zh):
    assert said(text) == Both(en, zh)


def test_a_definition_is_called_by_its_label():
    of = rules("definitions:\n  intensity: {value: expense / revenue, label: {en: R&D intensity, zh: 研发投入强度}}\n")
    renderer = Renderer(of.places, 2023)
    assert renderer.say(line("intensity >= 3%", of).node) == Both("R&D intensity is at least 3%", "研发投入强度不低于3%")
    assert renderer.say(line("intensity[-1] >= 3%", of).node) == Both("R&D intensity 2022 is at least 3%", "2022年研发投入强度不低于3%")


def test_a_year_is_that_of_the_reader():
    assert Renderer(rules().places, 2019).say(line("revenue[-1]").node) == Both("Revenue 2018", "2018年营业收入")


@pytest.mark.parametrize(
    ("amount", "en", "zh"),
    [
        ("unpublished", "a benefit whose figure is not public", "未公布金额"),
        ("{up_to: 5万元}", "up to ¥50,000", "最高5万元"),
        ("{up_to: loan * 50%}", "up to Loan × 50%", "最高贷款 × 50%"),
    ],
)
def test_an_amount_without_a_figure_in_words(amount, en, zh):
    (one,) = granting(amount).measures
    assert one.amount is not None
    assert Renderer(rules().places, 2023).say(one.amount.node) == Both(en, zh)


def test_a_figure_of_a_table_in_its_unit():
    of = rules("definitions:\n  floor: {table: floors.csv, label: {en: Floor, zh: 门槛}}\n", floors="trade,-> x\nmake,300元\n,20元\n")
    assert Renderer(of.places, 2023).say(line("floor >= 20元", of).node) == Both("Floor is at least ¥20", "门槛不低于20元")


def test_so_much_a_head_is_money():
    assert said("staff * 5000元/人 >= 5万元") == Both("Staff 2023 × ¥5,000 per person is at least ¥50,000", "2023年从业人员 × 5,000元/人不低于5万元")


# ---------------------------------------------------------------- all that is shipped

LIBRARY, _ = read_library(sorted(path.parent.name for path in packs_folder().glob("*/pack.yaml")))
assert LIBRARY is not None
DAYS = sorted({document.record.first_day for document in LIBRARY.documents})


@pytest.mark.parametrize("day", DAYS, ids=str)
def test_every_rule_that_is_shipped_has_words(day):
    of = LIBRARY.rules(day)
    renderer = Renderer(of.places, day.year - 1)
    nodes = [node for measure in of.measures for test in measure.tests for node in tree.walk(test.truth)]
    nodes += [node for measure in of.measures if measure.amount is not None for node in tree.walk(measure.amount.node)]
    for node in nodes:
        text = renderer.say(node)
        assert text.en.strip()
        assert text.zh.strip()
    for measure in of.measures:
        for test in measure.tests:
            text = renderer.say(test.truth)
            assert HAN.search(text.zh), text
            assert not HAN.search(text.en), text


SHIPPED = {
    "1000万元 <= revenue < 1亿元": (
        "Operating revenue 2023 is at least ¥10,000,000 and less than ¥100,000,000",
        "2023年营业收入不低于1,000万元且低于1亿元",
    ),
    "cagr(revenue, 3) >= 25%": ("compound growth of Operating revenue 2023 over 3 years is at least 25%", "2023年营业收入3年复合增长率不低于25%"),
    "employees <= 500人": ("Employees 2023 is at most 500 people", "2023年从业人员不超过500人"),
    "revenue <= 2亿元": ("Operating revenue 2023 is at most ¥200,000,000", "2023年营业收入不超过2亿元"),
}


def test_some_tests_that_are_shipped():
    """The gazelle round of 2020 and the evaluation of technology SMEs, as a firm reads them."""
    of = LIBRARY.rules(datetime.date(2023, 12, 31))
    renderer = Renderer(of.places, 2023)
    found = {test.text: tuple(renderer.say(test.truth)) for measure in of.measures for test in measure.tests if test.text in SHIPPED}
    assert found == SHIPPED


# ---------------------------------------------------------------- every kind of part

CORE = """
title: {en: Core, zh: 总则}
document: 测试
issuer: {en: Nobody, zh: 无}
first_day: 2020-01-01
source: {kind: illustrative, note: {en: made up, zh: 虚构}}
groups: {group: {label: {en: Group, zh: 集团}, clause: 一, linked_above: 50%}}
"""


def test_no_part_of_a_rule_is_without_words():
    of = rules(
        """
definitions:
  named: {value: expense / revenue, label: {en: Named, zh: 名称}}
  chosen: {choose: [{if: listed, then: 5元}], label: {en: Chosen, zh: 选择}}
scorecards:
  card:
    title: {en: Score, zh: 评分}
    clause: 一
    decimals: 1
    items: {stake: {label: {en: Stake, zh: 持股}, points: stake, max: 9}}
    classes: {A: top 20%, B: rest}
measures:
  r: {title: {en: R, zh: 认定}, clause: 一, kind: recognition, gives: star, eligible: {at_least: 1, of: [listed, trade = "sell", established < 2020-01-01]}}
  m:
    title: {en: M, zh: 措施}
    clause: 二
    kind: grant
    eligible: {all: [star, named >= 1%, 'chosen > 1元', 'card.class = "A"', 'trade = rank', exists(ended), 'cagr(revenue, 3) > 5%', year_of(ended) > 2020]}
    amount: {up_to: 'round(sum(expense, 2), 1元)'}
  n:
    title: {en: N, zh: 措施}
    clause: 三
    kind: grant
    eligible: {any: ['count(listed) > 0', group.sum(staff) > 5人, group.count > 1, years_since(established) > 3, 'not listed', 'size = "make"', true]}
    amount: 5元
""".replace("scorecards:", "  size: {choose: [{if: listed, then: make}], codes: trade, label: {en: Size, zh: 规模}}\nscorecards:"),
        core=CORE,
    )
    renderer = Renderer(of.places, 2023)
    roots = [measure.truth for measure in of.measures] + [measure.amount.node for measure in of.measures if measure.amount is not None]
    nodes = [node for root in roots for node in tree.walk(root)]
    for node in nodes:
        text = renderer.say(node)
        assert text.en.strip()
        assert text.zh.strip()
    every = {kind for kind in vars(tree).values() if isinstance(kind, type) and issubclass(kind, tree.Node) and kind is not tree.Node}
    assert every - {type(node) for node in nodes} == set()


def test_a_figure_by_itself_is_said_in_the_unit_that_it_stands_beside():
    renderer = Renderer(rules().places, 2023)
    assert renderer.say(tree.Figure(Fraction(5, 100)), share=True) == Both("5%", "5%")
    assert renderer.say(tree.Figure(Fraction(1234))) == Both("1,234", "1,234")
