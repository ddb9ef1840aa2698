"""Units in rules: what fits beside what, and what a product or quotient is in."""

import pytest

from worked import fault, firm, found, line


@pytest.mark.parametrize(
    ("text", "unit"),
    [
        ("loan", "CNY"),
        ("loan + expense", "CNY"),
        ("loan * 3", "CNY"),
        ("loan * stake", "CNY"),
        ("loan / expense", "1"),
        ("loan / staff", "CNY/person"),
        ("loan / staff * staff", "CNY"),
        ("staff / area", "person/m2"),
        ("area * area", "m2^2"),
        ("1 / staff", "1/person"),
        ("sum(expense, 3)", "CNY"),
        ("mean(staff, 2)", "person"),
        ("growth(revenue)", "1"),
        ("years_since(established)", "year"),
        ("days_since(established)", "day"),
        ("year_of(established)", "1"),
        ("ended - established", "day"),
        ("round(loan, 1元)", "CNY"),
        ("max(loan, 0)", "CNY"),
        ("share_of(loan, expense)", "1"),
        ("count(listed)", "1"),
        ("5", "1"),
        ("5人", "person"),
    ],
)
def test_what_a_figure_is_in(text, unit):
    assert str(line(text).type.unit) == unit


@pytest.mark.parametrize("text", ["established", "established + 30 days", "30 days + established", "established - 5"])
def test_what_is_a_date(text):
    assert line(text).type.kind == "date"


@pytest.mark.parametrize(
    ("text", "fits"),
    [
        ("staff >= 300", True),
        ("staff >= 300人", True),
        ("staff >= 300件", False),
        ("staff >= 3元", False),
        ("years_since(established) >= 3", True),
        ("years_since(established) >= 3 years", True),
        ("years_since(established) >= 3 days", False),
        ("loan >= 0", True),
        ("area > 0", True),
        ("area > 1", False),
        ("area > 10亩", True),
        ("area > 1 ha", True),
        ("area > 1 kWh", False),
        ("loan / area >= 20万元/亩", True),
        ("loan / area >= 20万元", False),
        ("loan / staff >= 5", False),
        ("stake >= 5%", True),
        ("stake >= 5元", False),
        ("loan >= 1 million CNY", True),
        ("loan >= 1 million USD", False),
        ("loan - 5% * loan >= 1元", True),
        ("staff + 5 >= 10", True),
        ("staff + area > 0", False),
    ],
)
def test_what_compares(text, fits):
    if fits:
        assert line(text).type.kind == "truth"
    else:
        assert fault(text).code == "rules.unit"


def test_areas_of_different_units_are_one_area():
    """15亩 are a hectare, to the last square centimetre."""
    assert found("area = 1 ha", firm(area="15亩")) == "yes"
    assert found("area = 10000 m2", firm(area="15亩")) == "yes"
    assert found("area * 100 = 1 km2", firm(area="15亩")) == "yes"


def test_a_count_of_one_thing_per_another():
    assert found("staff / area >= 2人/亩", firm(established="2010-01-01", staff="20", area="10亩")) == "yes"
    assert found("staff / area >= 30人/ha", firm(established="2010-01-01", staff="20", area="10亩")) == "yes"
    assert found("staff / area > 30人/ha", firm(established="2010-01-01", staff="20", area="10亩")) == "no"
