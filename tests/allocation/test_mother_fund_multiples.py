from __future__ import annotations

import datetime
import math
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from huiqi.allocation.mother_fund.books import Books
from huiqi.allocation.mother_fund.figures import accounts
from huiqi.allocation.mother_fund.multiples import NEVER_TURNS, NOT_MONOTONE, UNKNOWN_FLOW, multiples, of_fund, rate_of_return, vintages
from huiqi.vocabulary.ranges import INFINITY, Absent, Number, exactly
from mother_funds import AS_OF, arbitrary_books

START = datetime.date(2021, 1, 1)


def after(days: int) -> datetime.date:
    return START + datetime.timedelta(days=days)


def test_ten_per_cent_in_a_year() -> None:
    found = rate_of_return([(START, -10_000)], exactly(11_000), after(365))
    assert found.low == pytest.approx(0.10, abs=1e-10)


def test_doubled_in_two_years_is_the_root_of_two() -> None:
    found = rate_of_return([(START, -10_000), (after(730), 20_000)], exactly(0), after(730))
    assert found.low == pytest.approx(math.sqrt(2) - 1, abs=1e-10)


def test_half_lost_in_a_year() -> None:
    assert rate_of_return([(START, -10_000)], exactly(5_000), after(365)).low == pytest.approx(-0.5, abs=1e-10)


def test_two_payments_by_hand() -> None:
    """-100, then -100 after a year, and 231 after two: 1.1 ** 2 * 100 + 1.1 * 100 = 231."""
    found = rate_of_return([(START, -10_000), (after(365), -10_000)], exactly(23_100), after(730))
    assert found.low == pytest.approx(0.10, abs=1e-10)


def test_money_that_only_goes_in_has_no_rate() -> None:
    found = rate_of_return([(START, -10_000)], exactly(0), after(365))
    assert not found.exists
    assert found.reason is NEVER_TURNS


def test_several_rates_are_refused_with_all_of_them() -> None:
    """-100, +230, -132: (1 + r) is 1.1 and 1.2."""
    found = rate_of_return([(START, -10_000), (after(365), 23_000), (after(730), -13_200)], exactly(0), after(730))
    assert not found.exists
    assert found.reason is not None
    assert "10.00%, 20.00%" in found.reason.en
    assert "10.00%, 20.00%" in found.reason.zh


def test_payments_that_no_rate_balances() -> None:
    """-100, +100, -100: the sum is below nought at every rate."""
    assert not rate_of_return([(START, -10_000), (after(365), 10_000), (after(730), -10_000)], exactly(0), after(730)).exists


def test_money_back_and_in_again_has_a_rate_where_there_is_only_one() -> None:
    payments = [(START, -10_000), (after(365), 5_000), (after(730), -2_000)]
    found = rate_of_return(payments, exactly(9_000), after(1095))
    assert found.low is not None
    assert npv([*payments, (after(1095), 9_000)], found.low) == pytest.approx(0, abs=1e-6)


def test_a_value_that_is_a_range_gives_a_range_of_rates() -> None:
    found = rate_of_return([(START, -10_000)], Number(Fraction(11_000), Fraction(12_000)), after(365))
    assert (found.low, found.high) == (pytest.approx(0.10), pytest.approx(0.20))


def test_a_value_that_nobody_knows_may_be_a_loss_of_everything_and_has_no_upper_end() -> None:
    found = rate_of_return([(START, -10_000)], Number(Fraction(0), INFINITY), after(365))
    assert (found.low, found.high) == (-1.0, math.inf)


def test_a_range_of_values_is_refused_where_payments_turn_twice() -> None:
    payments = [(START, -10_000), (after(10), 5_000), (after(20), -2_000)]
    assert rate_of_return(payments, Number(Fraction(0), INFINITY), after(365)).reason is NOT_MONOTONE


def npv(payments: list[tuple[datetime.date, int]], rate: float) -> float:
    first = min(day for day, _ in payments)
    return math.fsum(amount * (1 + rate) ** (-(day - first).days / 365) for day, amount in payments)


@settings(max_examples=200, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 4000), st.integers(-(10**9), 10**9)), min_size=2, max_size=8))
def test_at_the_rate_the_net_present_value_is_nought(payments: list[tuple[int, int]]) -> None:
    dated = [(after(days), amount) for days, amount in payments]
    found = rate_of_return(dated, exactly(0), after(4000))
    if found.low is not None:
        scale = math.fsum(abs(amount) * (1 + found.low) ** (-days / 365) for days, amount in payments)
        assert abs(npv(dated, found.low)) <= 1e-7 * max(scale, max(abs(amount) for _, amount in payments))


@settings(max_examples=100, deadline=None)
@given(st.lists(st.integers(1, 10**9), min_size=1, max_size=5), st.lists(st.integers(1, 10**9), min_size=1, max_size=5))
def test_money_in_and_then_out_always_has_one_rate_within_the_brackets(puts: list[int], backs: list[int]) -> None:
    dated = [(after(30 * n), -amount) for n, amount in enumerate(puts)] + [(after(3650 + 30 * n), amount) for n, amount in enumerate(backs)]
    if 1e-3 < sum(backs) / sum(puts) < 1e3:
        assert rate_of_return(dated, exactly(0), after(5000)).exists


@settings(max_examples=40, deadline=None)
@given(arbitrary_books())
def test_tvpi_is_dpi_and_rvpi(books: Books) -> None:
    found = accounts(books, AS_OF)
    for fund, figures in found.figures.items():
        one = multiples(of_fund(found, fund), figures.net, AS_OF)
        if one.tvpi.absent is Absent.NEVER:
            assert one.tvpi.low == one.dpi.low + one.rvpi.low
            assert one.tvpi.high == one.dpi.high + one.rvpi.high
    for vintage in vintages(found):
        assert vintage.committed.low == sum(found.figures[fund].committed.low for fund in vintage.funds)
    assert sorted(fund for vintage in vintages(found) for fund in vintage.funds) == sorted(fund.id for fund in books.sub_funds)


def test_an_unknown_payment_has_no_rate() -> None:
    from huiqi.allocation.mother_fund.books import Flow

    found = multiples([(Flow(START, "a", "S", "paid_in", None), -1)], exactly(100), AS_OF)
    assert found.rate.reason is UNKNOWN_FLOW
    assert found.paid_in == Number(Fraction(0), INFINITY)
