"""Of figures: min, max, round, share_of; of tests: count; of anything: exists. And plain arithmetic, comparisons and codes."""

import pytest

from worked import fault, firm, found

# ---------------------------------------------------------------- min and max


def test_the_smaller_and_the_larger():
    known = firm(loan="300万元", revenue="200万元")
    assert found("min(loan, revenue)", known) == "2,000,000"
    assert found("max(loan, revenue)", known) == "3,000,000"
    assert found("max(loan, revenue, 1000万元)", known) == "10,000,000"


def test_a_known_limit_bounds_what_is_unknown():
    assert found("min(loan, 1亿元)", firm()) == "0 .. 100,000,000"
    assert found("max(loan, 1亿元)", firm()) == "100,000,000 .. unbounded"


def test_nought_fits_beside_money():
    assert found("max(profit, 0)", firm(established="2010-01-01", profit="-5元")) == "0"


def test_min_and_max_take_figures_of_one_unit():
    assert fault("min(loan, 5)").code == "rules.unit"
    assert fault("max(loan, area)").code == "rules.unit"
    assert fault("max(loan)").message == "max is written max(a, b, ...)"


# ---------------------------------------------------------------- round


@pytest.mark.parametrize(("loan", "rounded"), [("1499.99元", "1,000"), ("1500元", "2,000"), ("2500元", "3,000"), ("0元", "0")])
def test_round_goes_half_up(loan, rounded):
    assert found("round(loan, 1000元)", firm(loan=loan)) == rounded


def test_round_of_a_ratio():
    assert found("round(loan / 3元, 0.01)", firm(loan="2元")) == "0.67"
    assert found("round(loan / 8元, 0.01)", firm(loan="1元")) == "0.13"  # 0.125


def test_round_of_a_loss_goes_up():
    assert found("round(profit, 1000元)", firm(established="2010-01-01", profit="-1500元")) == "-1,000"


def test_round_needs_a_step():
    assert fault("round(loan, 0元)").code == "rules.function"
    assert fault("round(loan, expense)").code == "rules.function"
    assert fault("round(loan, 0.01)").code == "rules.unit"


# ---------------------------------------------------------------- share_of, count, exists


def test_a_share_of_a_whole():
    assert found("share_of(expense, revenue)", firm(expense="6万元", revenue="200万元")) == "0.03"
    assert found("share_of(expense, revenue) >= 3%", firm(expense="6万元", revenue="200万元")) == "yes"


def test_a_share_of_nothing_is_undefined():
    assert found("share_of(expense, revenue)", firm(expense="6万元", revenue="0元")) == "none"


def test_a_share_of_an_unknown_whole():
    """6 of anything: from 0 on, and nothing if the whole is 0."""
    assert found("share_of(expense, revenue)", firm(established="2010-01-01", expense="6万元")) == "0 .. unbounded or none"


def test_a_part_and_its_whole_are_of_one_unit():
    assert fault("share_of(loan, staff)").message == "share_of: a figure in CNY is no part of a figure in person"


def test_how_many_tests_hold():
    assert found("count(listed, honest, loan > 0元)", firm(listed="true", honest="false", loan="1元")) == "2"
    assert found("count(listed, honest, loan > 0元)", firm(listed="true", honest="false")) == "1 .. 2"
    assert found("count(listed, honest) >= 2", firm(honest="false")) == "no"


def test_count_takes_tests():
    assert fault("count(listed, loan)").message == "count takes tests, not a figure in CNY"


def test_whether_something_is_known_to_be_there():
    assert found("exists(ended)", firm(ended="2020-01-01")) == "yes"
    assert found("exists(ended)", firm(ended="none")) == "no"
    assert found("exists(ended)", firm()) == "depends"
    assert found("exists(rank)", firm(rank="make")) == "yes"
    assert found("exists(rank)", firm(rank="none")) == "no"


def test_a_fact_that_nobody_knows_exists_all_the_same():
    """Unknown is not absent: a loan can only be of some size, nought included."""
    assert found("exists(loan)", firm()) == "yes"


def test_a_year_before_the_firm_does_not_exist():
    assert found("exists(revenue[-1])", firm(established="2023-01-01")) == "no"
    assert found("exists(revenue)", firm(established="2023-12-31")) == "yes"
    assert found("exists(revenue)", firm()) == "depends"


def test_none_is_asked_for_by_name():
    assert found("rank = none", firm(rank="none")) == "yes"
    assert found("rank != none", firm(rank="none")) == "no"
    assert found("ended = none", firm(ended="2020-01-01")) == "no"
    assert found("rank = none", firm()) == "depends"


# ---------------------------------------------------------------- arithmetic and comparisons


def test_arithmetic_binds_as_at_school():
    assert found("1 + 2 * 3", firm()) == "7"
    assert found("(1 + 2) * 3", firm()) == "9"
    assert found("10 - 4 - 3", firm()) == "3"
    assert found("100 / 5 / 2", firm()) == "10"
    assert found("-2 * 3", firm()) == "-6"
    assert found("-(2 + 3)", firm()) == "-5"
    assert found("2 - -3", firm()) == "5"


def test_figures_are_exact():
    assert found("0.1 + 0.2 = 0.3", firm()) == "yes"
    assert found("loan / 3 * 3", firm(loan="1元")) == "1"


def test_a_chain_holds_where_each_pair_does():
    test = "1000万元 <= loan < 1亿元"
    assert [found(test, firm(loan=loan)) for loan in ("9999999.99元", "1000万元", "99999999.99元", "1亿元", "")] == [
        "no",
        "yes",
        "yes",
        "no",
        "depends",
    ]


@pytest.mark.parametrize(
    ("op", "below", "at", "above"),
    [
        (">=", "no", "yes", "yes"),
        (">", "no", "no", "yes"),
        ("<=", "yes", "yes", "no"),
        ("<", "yes", "no", "no"),
        ("=", "no", "yes", "no"),
        ("!=", "yes", "no", "yes"),
    ],
)
def test_comparisons_at_their_edge(op, below, at, above):
    test = f"loan {op} 100元"
    assert [found(test, firm(loan=loan)) for loan in ("99.99元", "100元", "100.01元")] == [below, at, above]
    assert found(test, firm()) == "depends"


def test_output_per_mu():
    """600万元 on 20亩 are 30万元 a mu."""
    known = firm(established="2010-01-01", revenue="600万元", area="20亩")
    assert found("revenue / area >= 30万元/亩", known) == "yes"
    assert found("revenue / area > 30万元/亩", known) == "no"
    assert found("revenue / area >= 450元/m2", known) == "yes"


def test_a_flag_compared_with_a_flag():
    assert found("listed = honest", firm(listed="true", honest="true")) == "yes"
    assert found("listed != honest", firm(listed="true", honest="true")) == "no"
    assert found("listed = true", firm(listed="false")) == "no"
    assert found("listed = honest", firm(listed="true")) == "depends"


# ---------------------------------------------------------------- codes and places


def test_a_code_takes_in_all_below_it():
    assert found('trade = "make"', firm(trade="chips")) == "yes"
    assert found('trade != "make"', firm(trade="chips")) == "no"
    assert found('trade in ["chips", "sell"]', firm(trade="sell")) == "yes"
    assert found('trade not in ["chips", "sell"]', firm(trade="rest")) == "yes"
    assert found('trade = "make"', firm()) == "depends"


def test_of_a_code_with_others_below_it_the_finer_one_is_not_known():
    assert found('trade = "chips"', firm(trade="make")) == "depends"
    assert found('trade != "chips"', firm(trade="make")) == "depends"
    assert found('trade = "make"', firm(trade="make")) == "yes"
    assert found('trade = "sell"', firm(trade="make")) == "no"


def test_a_code_never_given_is_in_no_list_and_outside_none():
    assert found('rank = "make"', firm(rank="none")) == "no"
    assert found('rank != "make"', firm(rank="none")) == "no"
    assert found('not (rank = "make")', firm(rank="none")) == "yes"


def test_two_facts_of_one_list():
    assert found("trade = rank", firm(trade="sell", rank="sell")) == "yes"
    assert found("trade = rank", firm(trade="sell", rank="chips")) == "no"
    assert found("trade = rank", firm(trade="make", rank="chips")) == "depends"
    assert found("trade = rank", firm(trade="sell", rank="none")) == "no"
    assert found("trade != rank", firm(trade="sell", rank="none")) == "no"
    assert found("trade = rank", firm(trade="sell")) == "depends"


def test_a_district_lies_in_its_city():
    assert found('place within "hz"', firm(place="bj")) == "yes"
    assert found('place within "hz"', firm(place="sx")) == "no"
    assert found('place = "hz"', firm(place="bj")) == "yes"
    assert found('place != "hz"', firm(place="bj")) == "no"
    assert found('place within ["hz", "sx"]', firm(place="sx")) == "yes"


def test_where_only_the_city_is_known_its_district_is_not():
    assert found('place within "bj"', firm(place="hz")) == "depends"
    assert found('place within "zj"', firm(place="hz")) == "yes"
    assert found('place within "sx"', firm(place="hz")) == "no"
    assert found('place within "bj"', firm(place="")) == "depends"


# ---------------------------------------------------------------- what has no meaning


@pytest.mark.parametrize(
    ("text", "code", "message"),
    [
        ("loan >= 5", "rules.unit", "a figure in CNY does not compare with a plain number"),
        ("loan >= 5 USD", "rules.unit", "a figure in CNY does not compare with a figure in USD"),
        ("loan + 5", "rules.unit", "a figure in CNY + a plain number: the units do not fit"),
        ("loan + stake", "rules.unit", "a figure in CNY + a plain number: the units do not fit"),
        ("loan * expense", "rules.unit", "money times money has no meaning"),
        ("loan / 1 USD", "rules.unit", "a figure in CNY / a figure in USD: two currencies"),
        ("loan / 0", "rules.zero", "this divides by nought"),
        ("loan / (1 - 1)", "rules.zero", "this divides by nought"),
        ("area >= 5", "rules.unit", "a figure in m2 does not compare with a plain number"),
        ("loan[-1] > 0元", "rules.year", "loan holds at a day and has no earlier years"),
        ("listed > 0", "rules.type", "a test does not compare with a plain number"),
        ('trade >= "make"', "rules.type", "codes have no order"),
        ('trade = "mak"', "rules.unknown-code", '"mak" is not a code of trade'),
        ('place = "hzz"', "rules.unknown-place", "hzz is not a place"),
        ("lone", "rules.unknown-name", "lone is not a fact or a definition"),
        ("suum(loan, 3)", "rules.unknown-function", "there is no function suum"),
        ("loan in [1, 2]", "rules.type", "a figure in CNY is not a code; `in` tests codes"),
        ("listed = none", "rules.type", "`none` stands alone in a comparison"),
        ("exists(listed)", "rules.type", "exists takes a figure, a date or a code, not a test"),
        ('"make"', "rules.type", '"make" is a code and can only be compared with one'),
        ("none", "rules.type", "`none` is no value to reckon with"),
        ("not loan", "rules.type", "`not` joins tests; this is a figure in CNY"),
    ],
)
def test_a_line_without_meaning(text, code, message):
    problem = fault(text)
    assert (problem.code, problem.message) == (code, message)


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("loan >= 5", "write the unit: 元, 万元, 亿元"),
        ("loan + 5", "write the unit: 元, 万元, 亿元"),
        ("reveneu >= 5元", "did you mean revenue?"),
        ("suum(loan, 3)", "did you mean sum?"),
        ('trade = "mak"', "its codes are make, chips, sell, rest"),
        ('trade = "hz"', "hz is a place (city); test the fact `place` with `within`"),
        ("loan >= 5 USD", "money of two currencies does not compare without a dated exchange table"),
    ],
)
def test_a_fault_has_its_remedy(text, hint):
    assert fault(text).hint == hint


def test_a_line_of_any_length_comes_to_an_end():
    """A figure of 320 digits is beyond every float, and beyond every budget."""
    assert fault("loan * 1" + "0" * 320 + " >= 1元").message == "a figure has at most 40 digits"


def test_a_line_may_use_the_labels_of_either_language():
    known = firm(loan="5元")
    assert found("贷款", known) == found("loan", known) == "5"
    assert found("研发费用 / 营业收入", firm(revenue="100元", expense="3元")) == "0.03"
