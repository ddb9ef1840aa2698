"""Exact ranges, by hand: revenues in yuan, with the figures that a person can check."""

import math
from fractions import Fraction

import pytest

from huiqi.vocabulary import ranges
from huiqi.vocabulary.ranges import NO, NOTHING, UNSURE, YES, Absent, Codes, Number, Pair, exactly

UP, DOWN = math.inf, -math.inf


def span(low: float | str, high: float | str, absent: Absent = Absent.NEVER) -> Number:
    """A range as written: `span("0.5", 3)`."""
    return Number(*(end if isinstance(end, float) else Fraction(end) for end in (low, high)), absent)


def maybe(low: float | str, high: float | str) -> Number:
    """A range of something that may not exist."""
    return span(low, high, Absent.MAYBE)


def codes(*possible: str | None) -> Codes:
    return Codes(frozenset(possible))


ANYTHING, REVENUE = span(DOWN, UP), span(0, UP)


# ---------------------------------------------------------------- what is known


def test_a_single_figure_is_known_and_so_is_its_absence():
    assert exactly(5).known
    assert NOTHING.known
    assert not span(4, 5).known
    assert not maybe(5, 5).known


def test_a_truth_is_known_when_must_and_may_agree():
    assert YES.known
    assert NO.known
    assert not UNSURE.known


def test_a_code_is_known_when_there_is_one_left():
    assert codes("make").known
    assert codes(None).known
    assert not codes("make", None).known


# ---------------------------------------------------------------- reckoning


def test_sums_add_their_ends():
    assert ranges.add(span(1, 2), span(10, 20)) == span(11, 22)
    assert ranges.add(REVENUE, exactly(5)) == span(5, UP)


def test_a_difference_is_least_when_the_most_is_taken_away():
    assert ranges.subtract(span(10, 20), span(1, 2)) == span(8, 19)
    assert ranges.subtract(REVENUE, REVENUE) == ANYTHING


def test_the_same_unknown_is_not_recognised_in_a_difference():
    """x - x of an unknown x is 0, but a range does not know that both are the same: sound, not tight."""
    x = span(3, 4)
    assert ranges.subtract(x, x) == span(-1, 1)


def test_products_by_sign():
    assert ranges.multiply(span(2, 3), span(10, 20)) == span(20, 60)
    assert ranges.multiply(span(-2, 3), span(10, 20)) == span(-40, 60)
    assert ranges.multiply(span(-3, -2), span(-5, 4)) == span(-12, 15)


def test_nought_times_an_open_end_is_nought():
    assert ranges.multiply(exactly(0), REVENUE) == exactly(0)
    assert ranges.multiply(span(0, 1), REVENUE) == REVENUE
    assert ranges.multiply(exactly(-1), REVENUE) == span(DOWN, 0)


def test_quotients_of_a_divisor_on_one_side_of_nought():
    assert ranges.divide(span(1, 6), span(2, 3)) == span("1/3", 3)
    assert ranges.divide(span(1, 6), span(-3, -2)) == span(-3, "-1/3")
    assert ranges.divide(span(-4, 6), exactly(2)) == span(-2, 3)


def test_a_divisor_that_reaches_nought_from_above():
    """3 yuan over up to 2 yuan: at least 1.5, with no upper end, and nothing at all if the divisor is 0."""
    assert ranges.divide(exactly(3), span(0, 2)) == maybe("1.5", UP)
    assert ranges.divide(span(-4, -3), span(0, 2)) == maybe(DOWN, "-1.5")
    assert ranges.divide(span(-1, 3), span(0, 2)) == maybe(DOWN, UP)
    assert ranges.divide(exactly(0), span(0, 2)) == maybe(0, 0)


def test_a_divisor_that_reaches_nought_from_below():
    assert ranges.divide(exactly(3), span(-2, 0)) == maybe(DOWN, "-1.5")
    assert ranges.divide(span(-4, -3), span(-2, 0)) == maybe("1.5", UP)
    assert ranges.divide(exactly(0), span(-2, 0)) == maybe(0, 0)


def test_a_divisor_on_both_sides_of_nought_says_nothing():
    assert ranges.divide(exactly(3), span(-1, 2)) == maybe(DOWN, UP)
    assert ranges.divide(exactly(0), span(-1, 2)) == maybe(DOWN, UP)


def test_a_divisor_known_to_be_nought_gives_no_value():
    assert ranges.divide(exactly(3), exactly(0)) == NOTHING
    assert ranges.divide(REVENUE, exactly(0)) == NOTHING


def test_quotients_with_open_ends():
    assert ranges.divide(exactly(3), span(2, UP)) == span(0, "1.5")
    assert ranges.divide(REVENUE, span(2, UP)) == REVENUE
    assert ranges.divide(span(5, UP), span(1, UP)) == REVENUE
    assert ranges.divide(REVENUE, REVENUE) == maybe(0, UP)
    assert ranges.divide(ANYTHING, exactly(-4)) == ANYTHING


def test_the_smaller_and_the_larger():
    assert ranges.least(span(1, 9), span(4, 5)) == span(1, 5)
    assert ranges.most(span(1, 9), span(4, 5)) == span(4, 9)
    assert ranges.least(REVENUE, exactly(100)) == span(0, 100)
    assert ranges.most(REVENUE, exactly(100)) == span(100, UP)


@pytest.mark.parametrize("reckon", [ranges.add, ranges.subtract, ranges.multiply, ranges.divide, ranges.least, ranges.most])
def test_what_does_not_exist_leaves_no_result(reckon):
    assert reckon(NOTHING, span(1, 2)) == NOTHING
    assert reckon(span(1, 2), NOTHING) == NOTHING
    assert reckon(maybe(1, 2), NOTHING) == NOTHING


@pytest.mark.parametrize("reckon", [ranges.add, ranges.subtract, ranges.multiply, ranges.divide, ranges.least, ranges.most])
def test_what_may_not_exist_leaves_a_result_that_may_not(reckon):
    assert reckon(maybe(1, 2), span(1, 2)).absent is Absent.MAYBE
    assert reckon(span(1, 2), maybe(1, 2)).absent is Absent.MAYBE
    assert reckon(span(1, 2), span(1, 2)).absent is Absent.NEVER


@pytest.mark.parametrize(
    ("value", "direction", "expected"),
    [
        ("1499.99", "down", 1000), ("1500", "down", 1000), ("-1", "down", -1000), ("2000", "down", 2000),
        ("1000.01", "up", 2000), ("-1500", "up", -1000), ("2000", "up", 2000),
        ("1499.99", "half_up", 1000), ("1500", "half_up", 2000), ("2500", "half_up", 3000), ("-1500", "half_up", -1000), ("-1500.01", "half_up", -2000),
    ],
)  # fmt: skip
def test_rounding_to_a_thousand(value, direction, expected):
    assert ranges.rounded(exactly(Fraction(value)), Fraction(1000), direction) == exactly(expected)


def test_the_half_fen_goes_up():
    assert ranges.rounded(exactly(Fraction("0.005")), Fraction(1, 100), "half_up") == exactly(Fraction("0.01"))
    assert ranges.rounded(exactly(Fraction("0.0049")), Fraction(1, 100), "half_up") == exactly(0)


def test_rounding_a_range_rounds_its_ends():
    assert ranges.rounded(span(1499, UP), Fraction(1000), "down") == span(1000, UP)
    assert ranges.rounded(maybe("0.4", "0.6"), Fraction(1), "half_up") == maybe(0, 1)
    assert ranges.rounded(NOTHING, Fraction(1), "up") == NOTHING


def test_a_year_that_was_not_lived_adds_nothing():
    assert ranges.present(span(3, 4)) == span(3, 4)
    assert ranges.present(NOTHING) == exactly(0)
    assert ranges.present(maybe(3, 4)) == span(0, 4)
    assert ranges.present(maybe(-4, -3)) == span(-4, 0)
    assert ranges.present(NOTHING, otherwise=Fraction(7)) == exactly(7)


# ---------------------------------------------------------------- either


def test_the_hull_takes_in_both():
    assert ranges.hull(span(1, 2), span(5, 6)) == span(1, 6)
    assert ranges.hull(maybe(1, 2), span(5, 6)) == maybe(1, 6)


def test_the_hull_with_nothing_may_be_nothing():
    assert ranges.hull(NOTHING, span(5, 6)) == maybe(5, 6)
    assert ranges.hull(span(5, 6), NOTHING) == maybe(5, 6)
    assert ranges.hull(NOTHING, NOTHING) == NOTHING


def test_a_choice_takes_one_side_where_the_condition_is_known():
    a, b = exactly(5), exactly(10)
    assert ranges.choose(YES, a, b) == a
    assert ranges.choose(NO, a, b) == b
    assert ranges.choose(UNSURE, a, b) == span(5, 10)
    assert ranges.choose(UNSURE, a, NOTHING) == maybe(5, 5)


def test_a_choice_of_codes():
    small, large = codes("small"), codes("large")
    assert ranges.choose_codes(YES, small, large) == small
    assert ranges.choose_codes(NO, small, large) == large
    assert ranges.choose_codes(UNSURE, small, large) == codes("small", "large")


# ---------------------------------------------------------------- comparisons


@pytest.mark.parametrize(
    ("op", "below", "touching", "inside", "equal", "above"),
    [
        (">=", NO, UNSURE, UNSURE, YES, YES),
        (">", NO, NO, UNSURE, NO, YES),
        ("<=", YES, YES, UNSURE, YES, NO),
        ("<", YES, UNSURE, UNSURE, NO, NO),
        ("=", NO, UNSURE, UNSURE, YES, NO),
        ("!=", YES, UNSURE, UNSURE, NO, YES),
    ],
)
def test_a_range_against_ten(op, below, touching, inside, equal, above):
    """[1, 9], [1, 10], [5, 15], 10 and [11, 20] against 10."""
    ranged = [span(1, 9), span(1, 10), span(5, 15), exactly(10), span(11, 20)]
    assert [ranges.compare(op, one, exactly(10)) for one in ranged] == [below, touching, inside, equal, above]


@pytest.mark.parametrize(("op", "expected"), [(">=", YES), (">", UNSURE), ("<=", UNSURE), ("<", NO), ("=", UNSURE), ("!=", UNSURE)])
def test_two_ranges_that_touch(op, expected):
    """[10, 20] against [5, 10]: at least as much in every case, more in all but one."""
    assert ranges.compare(op, span(10, 20), span(5, 10)) == expected


@pytest.mark.parametrize("op", [">=", ">", "<=", "<", "=", "!="])
def test_nothing_meets_no_comparison(op):
    assert ranges.compare(op, NOTHING, exactly(0)) == NO
    assert ranges.compare(op, exactly(0), NOTHING) == NO
    assert ranges.compare(op, NOTHING, NOTHING) == NO


@pytest.mark.parametrize("op", [">=", ">", "<=", "<", "=", "!="])
def test_what_may_not_exist_surely_meets_none(op):
    assert not ranges.compare(op, maybe(10, 10), exactly(10)).must
    assert ranges.compare(op, maybe(10, 10), exactly(10)).may == ranges.compare(op, exactly(10), exactly(10)).may


def test_unknown_equals_unknown_is_unknown():
    assert ranges.compare("=", REVENUE, REVENUE) == UNSURE
    assert ranges.compare("!=", REVENUE, REVENUE) == UNSURE


def test_an_open_end_meets_every_figure():
    assert ranges.compare(">=", REVENUE, exactly(10**12)) == UNSURE
    assert ranges.compare(">=", REVENUE, exactly(0)) == YES
    assert ranges.compare("<", REVENUE, exactly(0)) == NO


def test_no_other_comparison():
    with pytest.raises(ValueError, match="no comparison ~"):
        ranges.compare("~", exactly(1), exactly(1))


# ---------------------------------------------------------------- codes


def test_a_code_among_the_wanted_ones():
    wanted = frozenset({"make", "chips"})
    assert ranges.is_one_of(codes("chips"), wanted) == YES
    assert ranges.is_one_of(codes("sell"), wanted) == NO
    assert ranges.is_one_of(codes("chips", "sell"), wanted) == UNSURE
    assert ranges.is_one_of(codes("chips", "make"), wanted) == YES


def test_no_code_is_neither_in_a_list_nor_outside_it():
    wanted = frozenset({"make"})
    assert ranges.is_one_of(codes(None), wanted) == NO
    assert ranges.is_none_of(codes(None), wanted) == NO
    assert ranges.is_one_of(codes("make", None), wanted) == UNSURE
    assert ranges.is_none_of(codes("sell", None), wanted) == UNSURE


def test_a_code_outside_the_list():
    wanted = frozenset({"make", "chips"})
    assert ranges.is_none_of(codes("sell"), wanted) == YES
    assert ranges.is_none_of(codes("chips"), wanted) == NO
    assert ranges.is_none_of(codes("chips", "sell"), wanted) == UNSURE


def test_two_codes_are_the_same():
    assert ranges.same_code(codes("make"), codes("make")) == YES
    assert ranges.same_code(codes("make"), codes("sell")) == NO
    assert ranges.same_code(codes("make", "sell"), codes("make")) == UNSURE
    assert ranges.same_code(codes("make", "sell"), codes("make", "sell")) == UNSURE
    assert ranges.same_code(codes(None), codes(None)) == NO
    assert ranges.same_code(codes("make", None), codes(None)) == NO


def test_whether_a_value_is_there():
    assert ranges.exists(exactly(0)) == YES
    assert ranges.exists(NOTHING) == NO
    assert ranges.exists(maybe(0, 1)) == UNSURE
    assert ranges.exists(codes("make", "sell")) == YES
    assert ranges.exists(codes(None)) == NO
    assert ranges.exists(codes("make", None)) == UNSURE


# ---------------------------------------------------------------- truths


PAIRS = {"yes": YES, "depends": UNSURE, "no": NO}


@pytest.mark.parametrize(
    ("a", "b", "all_of", "any_of"),
    [
        ("yes", "yes", "yes", "yes"), ("yes", "depends", "depends", "yes"), ("yes", "no", "no", "yes"),
        ("depends", "depends", "depends", "depends"), ("depends", "no", "no", "depends"), ("no", "no", "no", "no"),
    ],
)  # fmt: skip
def test_and_and_or(a, b, all_of, any_of):
    for x, y in ((PAIRS[a], PAIRS[b]), (PAIRS[b], PAIRS[a])):
        assert ranges.both(x, y) == PAIRS[all_of]
        assert ranges.either(x, y) == PAIRS[any_of]


def test_the_opposite():
    assert [ranges.opposite(pair) for pair in (YES, NO, UNSURE)] == [NO, YES, UNSURE]


def test_how_many_hold():
    assert ranges.tally([YES, UNSURE, NO, UNSURE]) == span(1, 3)
    assert ranges.tally([]) == exactly(0)


def test_a_pair_that_must_but_may_not_is_never_made():
    made = [
        ranges.compare(op, a, b)
        for op in (">=", ">", "<=", "<", "=", "!=")
        for a in (REVENUE, exactly(3), maybe(1, 2))
        for b in (NOTHING, exactly(0), span(2, 3))
    ]
    assert Pair(True, False) not in made
