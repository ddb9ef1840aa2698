from fractions import Fraction

import pytest

from huiqi.vocabulary.unit import PLAIN, SCALES, UNITS, Unit


def test_a_mu_is_two_thirds_of_a_thousand_square_metres():
    assert UNITS["亩"].factor == Fraction(2000, 3)
    assert UNITS["亩"] == UNITS["mu"]
    assert 15 * UNITS["亩"].factor == UNITS["公顷"].factor == 10_000


def test_yuan_per_mu_is_yuan_per_square_metre():
    """20万元/亩 are 300 yuan a square metre."""
    per_mu = UNITS["元"] / UNITS["亩"]
    assert str(per_mu.dimension) == "CNY/m2"
    assert 200_000 * per_mu.factor == 300


def test_a_unit_by_itself_is_plain():
    assert (UNITS["元"] / UNITS["CNY"]).is_plain
    assert (UNITS["亩"] / UNITS["ha"]).dimension == PLAIN


def test_products_and_quotients_undo_each_other():
    rate = UNITS["元"] / UNITS["人"]
    assert (rate * UNITS["人"]).dimension == UNITS["元"]
    assert (UNITS["m2"] * UNITS["m2"]).powers == (("m2", 2),)


@pytest.mark.parametrize(("name", "currency"), [("元", "CNY"), ("美元", "USD"), ("欧元", "EUR"), ("GBP", "GBP"), ("人", None), ("1", None)])
def test_which_units_are_money(name, currency):
    assert UNITS[name].currency == currency


def test_money_per_head_is_no_currency():
    assert (UNITS["元"] / UNITS["人"]).currency is None


@pytest.mark.parametrize(
    ("name", "counted"), [("人", True), ("件", True), ("年", True), ("天", True), ("1", True), ("元", False), ("亩", False), ("kWh", False)]
)
def test_what_a_bare_number_can_stand_for(name, counted):
    assert UNITS[name].is_counted is counted


def test_persons_squared_are_not_counted():
    assert not (UNITS["人"] * UNITS["人"]).is_counted


@pytest.mark.parametrize(
    ("unit", "text"),
    [(PLAIN, "1"), (UNITS["元"], "CNY"), (PLAIN / UNITS["年"], "1/year"), (Unit((("m2", 2),)), "m2^2"), (Unit((("CNY", 1), ("m2", -2))), "CNY/m2^2")],
)
def test_units_as_text(unit, text):
    assert str(unit) == text


def test_scales():
    assert SCALES["亿"] == 10_000 * SCALES["万"] == 100_000_000
    assert SCALES["billion"] == 1_000 * SCALES["million"]
