import datetime
import math
from fractions import Fraction

import pytest

from huiqi.vocabulary.speech import Both, both, brief_money, day, figure, listed, money_range
from huiqi.vocabulary.unit import PLAIN, UNITS

YUAN = UNITS["元"]


@pytest.mark.parametrize(
    ("value", "en", "zh"),
    [
        ("1250000", "¥1,250,000", "125万元"),
        ("100000000", "¥100,000,000", "1亿元"),
        ("150000000", "¥150,000,000", "1.5亿元"),
        ("10000", "¥10,000", "1万元"),
        ("9999.5", "¥9,999.50", "9,999.50元"),
        ("10000.5", "¥10,000.50", "10,000.50元"),
        ("0.01", "¥0.01", "0.01元"),
        ("0", "¥0", "0元"),
        ("-12500", "-¥12,500", "-1.25万元"),
    ],
)
def test_money_as_people_say_it(value, en, zh):
    assert figure(Fraction(value), YUAN) == Both(en, zh)


def test_money_of_other_countries():
    assert figure(Fraction(2_000_000), UNITS["USD"]) == Both("US$2,000,000", "200万美元")
    assert figure(Fraction(5), UNITS["EUR"]) == Both("€5", "5欧元")


@pytest.mark.parametrize(
    ("value", "text"), [("0.032", "3.2%"), ("1/3", "33.33%"), ("1", "100%"), ("-0.05", "-5%"), ("0", "0%"), ("0.00005", "0.01%")]
)
def test_shares_in_per_cent(value, text):
    assert figure(Fraction(value), PLAIN, share=True) == Both(text, text)


def test_counts_and_areas_with_their_words():
    assert figure(Fraction(300), UNITS["人"]) == Both("300 people", "300人")
    assert figure(Fraction(5), UNITS["件"]) == Both("5", "5件")
    assert figure(Fraction(3), UNITS["年"]) == Both("3 years", "3年")
    assert figure(Fraction(2_000), UNITS["m2"]) == Both("2,000 m²", "2,000平方米")


def test_plain_numbers_and_units_without_a_word():
    assert figure(Fraction("12.5"), PLAIN) == Both("12.5", "12.5")
    assert figure(Fraction(1, 3), PLAIN) == Both("0.3333", "0.3333")
    assert figure(Fraction(300), (YUAN / UNITS["m2"]).dimension) == Both("¥300 per m²", "300元/平方米")


def test_an_open_end():
    assert figure(math.inf, YUAN) == Both("unlimited", "不限")


def test_a_small_loss_that_rounds_to_nought_has_no_sign():
    assert figure(Fraction(-1, 1000), PLAIN, share=True).en == "-0.1%"
    assert figure(Fraction(-1, 100_000), PLAIN) == Both("0", "0")


def test_days():
    assert day(Fraction(datetime.date(2024, 2, 29).toordinal())) == Both("2024-02-29", "2024-02-29")
    assert day(math.inf) == Both("any day", "任何日期")


def test_ranges_of_money():
    assert money_range(5_000_000, 5_000_000) == Both("¥50,000", "5万元")
    assert money_range(0, 5_000_000) == Both("¥0 to ¥50,000", "0元至5万元")
    assert money_range(5_000_000, None) == Both("¥50,000 or more", "5万元以上")
    assert money_range(0, None) == Both("any amount", "金额未定")


@pytest.mark.parametrize(
    ("fen", "en", "zh"),
    [
        (123_456_789_000, "¥1.23 bn", "12.35亿元"),
        (123_456_700, "¥1.23 m", "123.46万元"),
        (99_999_00, "¥99,999", "10万元"),
        (1_234_00, "¥1,234", "1,234元"),
        (0, "¥0", "0元"),
        (None, "no upper end", "无上限"),
    ],
)
def test_totals_in_brief(fen, en, zh):
    assert brief_money(fen) == Both(en, zh)


def test_a_template_is_filled_in_each_language():
    assert both(("{0} is at least {1}", "{0}不低于{1}"), Both("Revenue", "营业收入"), "5") == Both("Revenue is at least 5", "营业收入不低于5")


def test_braces_in_what_is_filled_in_stay():
    assert both(("{0}!", "{0}！"), "{1}") == Both("{1}!", "{1}！")


def test_lists_and_languages():
    text = listed([Both("staff", "人员"), Both("revenue", "收入")], " and ", "和")
    assert text("en") == "staff and revenue"
    assert text("zh") == "人员和收入"
    assert text.as_json() == {"en": "staff and revenue", "zh": "人员和收入"}
