"""Whole years as the Civil Code counts them (民法典第二百零一条、第二百零二条)."""

import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from huiqi.vocabulary.period import anniversary, whole_years, years_before

Day = datetime.date
DAYS = st.dates(Day(1950, 1, 1), Day(2050, 12, 31))


@pytest.mark.parametrize(
    ("day", "years", "before"),
    [
        ("2024-06-30", 3, "2021-06-30"),
        ("2024-02-29", 1, "2023-02-28"),
        ("2024-02-29", 4, "2020-02-29"),
        ("2000-02-29", 100, "1900-02-28"),
    ],
)
def test_the_day_so_many_years_earlier(day, years, before):
    assert years_before(Day.fromisoformat(day), years) == Day.fromisoformat(before)


def test_a_firm_of_29_february_is_a_year_old_on_28_february():
    assert anniversary(Day(2020, 2, 29), 1) == Day(2021, 2, 28)
    assert anniversary(Day(2020, 2, 29), 4) == Day(2024, 2, 29)


@pytest.mark.parametrize(
    ("since", "until", "years"),
    [
        ("2020-07-01", "2023-06-30", 2),
        ("2020-07-01", "2023-07-01", 3),
        ("2020-02-29", "2021-02-27", 0),
        ("2020-02-29", "2021-02-28", 1),
        ("2020-02-29", "2024-02-28", 3),
        ("2020-02-29", "2024-02-29", 4),
        ("2024-06-30", "2024-06-30", 0),
        ("2024-07-01", "2024-06-30", -1),
    ],
)
def test_completed_years(since, until, years):
    assert whole_years(Day.fromisoformat(since), Day.fromisoformat(until)) == years


@given(DAYS, DAYS)
def test_completed_years_lie_between_two_anniversaries(since, until):
    years = whole_years(since, until)
    assert anniversary(since, years) <= until < anniversary(since, years + 1)


@given(DAYS, st.integers(0, 50))
def test_a_year_is_complete_on_its_anniversary_and_not_the_day_before(since, years):
    day = anniversary(since, years)
    assert whole_years(since, day) == years
    assert whole_years(since, day - datetime.timedelta(days=1)) == years - 1
