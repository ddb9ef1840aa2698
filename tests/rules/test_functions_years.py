"""Over the years: sum, mean, growth, cagr, first_reached, each. Years before a firm existed have no value."""

import pytest

from worked import fault, firm, found

OLD = {"established": "2010-01-01"}


# ---------------------------------------------------------------- sum


def test_sum_adds_the_last_years():
    expense = {2023: "30万元", 2022: "20万元", 2021: "10万元", 2020: "5万元"}
    assert found("sum(expense, 3)", firm(**OLD, expense=expense)) == "600,000"


def test_sum_of_one_year_is_that_year():
    assert found("sum(expense, 1)", firm(**OLD, expense={2023: "30万元", 2022: "20万元"})) == "300,000"


def test_sum_covers_only_the_years_in_which_the_firm_existed():
    """Founded in May 2022: 2021 has no expense, which adds nothing."""
    assert found("sum(expense, 3)", firm(established="2022-05-01", expense={2023: "30万元", 2022: "20万元"})) == "500,000"


def test_sum_of_a_firm_founded_this_year_is_nought():
    assert found("sum(expense, 3)", firm(established="2024-01-01")) == "0"


def test_sum_with_an_unknown_year_has_no_upper_end():
    assert found("sum(expense, 3)", firm(**OLD, expense={2023: "30万元", 2021: "10万元"})) == "400,000 .. unbounded"


def test_sum_of_a_firm_of_unknown_age_may_leave_a_year_out():
    """Whatever is recorded counts; the unknown year may be nought, or any figure."""
    assert found("sum(expense, 2)", firm(expense={2023: "30万元"})) == "300,000 .. unbounded"


def test_sum_of_an_expression_is_taken_year_by_year():
    """12 - 2 in 2023 and 8 - 3 in 2022."""
    known = firm(**OLD, revenue={2023: "12元", 2022: "8元"}, expense={2023: "2元", 2022: "3元"})
    assert found("sum(revenue - expense, 2)", known) == "15"


def test_sum_can_be_of_the_years_before():
    assert found("sum(expense[-1], 2)", firm(**OLD, expense={2023: "1元", 2022: "2元", 2021: "4元"})) == "6"


# ---------------------------------------------------------------- mean


def test_mean_of_two_years():
    assert found("mean(revenue, 2)", firm(**OLD, revenue={2023: "500万元", 2022: "300万元"})) == "4,000,000"


def test_mean_is_over_the_years_in_which_the_firm_existed():
    assert found("mean(revenue, 3)", firm(established="2022-05-01", revenue={2023: "500万元", 2022: "300万元"})) == "4,000,000"


def test_mean_of_the_founding_year_alone():
    assert found("mean(revenue, 3)", firm(established="2023-12-31", revenue={2023: "90元"})) == "90"


def test_a_firm_founded_this_year_has_no_mean():
    assert found("mean(revenue, 2)", firm(established="2024-01-01")) == "none"


def test_mean_with_an_unknown_year():
    """(100 + anything) / 2."""
    assert found("mean(revenue, 2)", firm(**OLD, revenue={2023: "100元"})) == "50 .. unbounded"


def test_mean_of_a_firm_of_unknown_age():
    """Between 100 / 2 and (100 + anything) / 1: the number of years is unknown as well."""
    assert found("mean(revenue, 2)", firm(revenue={2023: "100元"})) == "50 .. unbounded"


# ---------------------------------------------------------------- growth


@pytest.mark.parametrize(
    ("now", "before", "growth"),
    [("125元", "100元", "0.25"), ("100元", "100元", "0"), ("50元", "100元", "-0.5"), ("0元", "100元", "-1"), ("4元", "3元", "1/3")],
)
def test_growth_on_the_year_before(now, before, growth):
    assert found("growth(revenue)", firm(**OLD, revenue={2023: now, 2022: before})) == growth


def test_growth_of_the_year_before():
    assert found("growth(revenue[-1])", firm(**OLD, revenue={2022: "120元", 2021: "100元"})) == "0.2"


def test_growth_over_a_year_without_revenue_is_undefined():
    assert found("growth(revenue)", firm(**OLD, revenue={2023: "125元", 2022: "0元"})) == "none"


def test_growth_before_founding_is_undefined():
    assert found("growth(revenue)", firm(established="2023-03-01", revenue={2023: "125元"})) == "none"
    assert found("growth(revenue) >= -100%", firm(established="2023-03-01", revenue={2023: "125元"})) == "no"


def test_growth_from_an_unknown_year_may_be_anything():
    """(100 - x) / x for any x from 0 on. In truth it is at least -1; the two x are not recognised as one, so there is no lower end: sound, not tight."""
    assert found("growth(revenue)", firm(**OLD, revenue={2023: "100元"})) == "-unbounded .. unbounded or none"


def test_growth_to_an_unknown_year_is_at_least_the_loss_of_all():
    assert found("growth(revenue)", firm(**OLD, revenue={2022: "100元"})) == "-1 .. unbounded"


def test_growth_of_a_ratio():
    """10 % of 100 in 2023 after 8 % of 100 in 2022 is a quarter more."""
    known = firm(**OLD, revenue={2023: "100元", 2022: "100元"}, expense={2023: "10元", 2022: "8元"})
    assert found("growth(expense / revenue)", known) == "0.25"


# ---------------------------------------------------------------- cagr


def test_compound_growth_is_met_exactly_at_its_edge():
    """64 -> 80 -> 100 -> 125 is 25 % a year over three intervals, to the fen."""
    assert found("cagr(revenue, 3) >= 25%", firm(**OLD, revenue={2023: "125万元", 2020: "64万元"})) == "yes"
    assert found("cagr(revenue, 3) > 25%", firm(**OLD, revenue={2023: "125万元", 2020: "64万元"})) == "no"
    assert found("cagr(revenue, 3) = 25%", firm(**OLD, revenue={2023: "125万元", 2020: "64万元"})) == "yes"


def test_compound_growth_a_fen_below_its_edge():
    assert found("cagr(revenue, 3) >= 25%", firm(**OLD, revenue={2023: "1249999.99元", 2020: "64万元"})) == "no"


def test_compound_growth_looks_only_at_both_ends():
    assert found("cagr(revenue, 2) >= 10%", firm(**OLD, revenue={2023: "121元", 2022: "1元", 2021: "100元"})) == "yes"


def test_the_rate_may_stand_on_the_left():
    known = firm(**OLD, revenue={2023: "125元", 2020: "64元"})
    assert found("25% <= cagr(revenue, 3)", known) == "yes"
    assert found("25% < cagr(revenue, 3)", known) == "no"
    assert found("20% <= cagr(revenue, 3) < 30%", known) == "yes"


def test_shrinking_by_a_fifth_a_year():
    known = firm(**OLD, revenue={2023: "64元", 2021: "100元"})
    assert found("cagr(revenue, 2) >= -20%", known) == "yes"
    assert found("cagr(revenue, 2) > -20%", known) == "no"


def test_compound_growth_of_a_firm_younger_than_the_period():
    assert found("cagr(revenue, 3) >= 0%", firm(established="2021-01-01", revenue={2023: "125元", 2021: "64元"})) == "no"
    assert found("cagr(revenue, 2) >= 0%", firm(established="2021-01-01", revenue={2023: "125元", 2021: "64元"})) == "yes"


def test_compound_growth_from_nought_is_undefined():
    assert found("cagr(revenue, 3) >= 25%", firm(**OLD, revenue={2023: "125元", 2020: "0元"})) == "no"


def test_compound_growth_with_an_unknown_end():
    assert found("cagr(revenue, 3) >= 25%", firm(**OLD, revenue={2020: "64元"})) == "depends"
    assert found("cagr(revenue, 3) >= 25%", firm(**OLD, revenue={2023: "125元"})) == "depends"
    assert found("cagr(revenue, 3) >= 25%", firm(**OLD, revenue={2023: "0元"})) == "no"


def test_compound_growth_is_compared_and_not_reckoned_with():
    assert fault("cagr(revenue, 3) + 1 >= 2").code == "rules.growth"
    assert fault("cagr(revenue, 3) >= growth(revenue)").code == "rules.growth"
    assert fault("cagr(revenue, 3) > -100%").code == "rules.growth"
    assert fault("max(cagr(revenue, 3), 0)").code == "rules.type"


# ---------------------------------------------------------------- first_reached


LEVEL = "first_reached(revenue, 1亿元, 2)"


@pytest.mark.parametrize(
    ("revenue", "answer"),
    [
        ({2023: "1亿元", 2022: "9000万元", 2021: "8000万元"}, "yes"),
        ({2023: "99999999.99元", 2022: "9000万元", 2021: "8000万元"}, "no"),
        ({2023: "2亿元", 2022: "1亿元", 2021: "8000万元"}, "no"),
        ({2023: "2亿元", 2022: "9000万元", 2021: "3亿元"}, "no"),
        ({2023: "2亿元", 2022: "9000万元", 2021: "8000万元", 2020: "3亿元"}, "yes"),  # looks two years back, no further
        ({2023: "2亿元", 2022: "9000万元"}, "depends"),
        ({2023: "5000万元"}, "no"),
        ({2022: "3亿元"}, "no"),
    ],
)
def test_a_level_first_reached(revenue, answer):
    assert found(LEVEL, firm(**OLD, revenue=revenue)) == answer


def test_a_young_firm_has_not_reached_the_level_before():
    assert found(LEVEL, firm(established="2023-01-01", revenue={2023: "2亿元"})) == "yes"


# ---------------------------------------------------------------- each


def test_each_asks_every_one_of_the_years():
    test = "each(growth(revenue), 2) >= 25%"
    assert found(test, firm(**OLD, revenue={2023: "125元", 2022: "100元", 2021: "80元"})) == "yes"
    assert found(test, firm(**OLD, revenue={2023: "125元", 2022: "100元", 2021: "90元"})) == "no"
    assert found(test, firm(**OLD, revenue={2023: "125元", 2022: "100元"})) == "depends"
    assert found(test, firm(**OLD, revenue={2023: "110元", 2022: "100元"})) == "no"


def test_each_is_not_met_where_a_year_was_not_lived():
    assert found("each(revenue, 3) >= 0元", firm(established="2022-01-01", revenue={2023: "1元", 2022: "1元"})) == "no"


def test_each_in_a_chain():
    assert found("0% < each(growth(revenue), 2) <= 25%", firm(**OLD, revenue={2023: "125元", 2022: "100元", 2021: "80元"})) == "yes"
    assert found("0% < each(growth(revenue), 2) < 25%", firm(**OLD, revenue={2023: "125元", 2022: "100元", 2021: "80元"})) == "no"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("each(revenue, 2)", "each(expression, years) belongs into a comparison"),
        ("each(revenue, 2) >= each(expense, 2)", "each(expression, years) stands once in a comparison"),
        ("each(revenue, 0) >= 1元", "a whole number from 1 to 10 is expected here"),
        ("each(revenue, 1.5) >= 1元", "a whole number from 1 to 10 is expected here"),
        ("sum(revenue, 11)", "a whole number from 1 to 10 is expected here"),
        ("sum(revenue, staff)", "a whole number from 1 to 10 is expected here"),
        ("sum(revenue)", "sum is written sum(x, years)"),
        ("first_reached(revenue, 5, 3)", "first_reached: a plain number beside a figure in CNY"),
        ("growth(trade)", "growth takes a figure here, not a code of trade"),
    ],
)
def test_a_call_that_has_no_meaning(text, message):
    assert fault(text).message == message


def test_the_years_may_be_written_with_their_word():
    assert found("sum(expense, 3年)", firm(**OLD, expense={2023: "3元", 2022: "2元", 2021: "1元"})) == "6"


@pytest.mark.parametrize(
    ("base", "growth", "cagr"),
    [("-100元", "none", "no"), ("0元", "none", "no"), ("1元", "49", "yes"), ("", "-unbounded .. unbounded or none", "depends")],
)
def test_growth_over_a_base_that_is_not_above_nought_has_no_value(base, growth, cagr):
    """A profit of 50 after a loss of 100 is no growth of -150 %, nor is a smaller loss growth."""
    given = {2023: "50元"} | ({2022: base} if base else {})
    known = firm(established="2010-01-01", profit=given)
    assert found("growth(profit)", known) == growth
    assert found("cagr(profit, 1) >= 25%", known) == cagr
