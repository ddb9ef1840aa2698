"""From dates: years_since, days_since, year_of, and days added to a date."""

import pytest

from worked import fault, firm, found


@pytest.mark.parametrize(
    ("established", "as_of", "years"),
    [
        ("2021-06-30", "2024-06-30", "3"),
        ("2021-07-01", "2024-06-30", "2"),
        ("2020-02-29", "2023-02-27", "2"),
        ("2020-02-29", "2023-02-28", "3"),  # without a 29 February the year is complete on the 28th
        ("2020-02-29", "2024-02-28", "3"),
        ("2020-02-29", "2024-02-29", "4"),
        ("2024-06-30", "2024-06-30", "0"),
        ("2025-01-01", "2024-06-30", "0"),  # founded after the day of evaluation
    ],
)
def test_full_years_since_a_day(established, as_of, years):
    assert found("years_since(established)", firm(as_of=as_of, established=established)) == years


def test_days_since_a_day():
    assert found("days_since(established)", firm(established="2024-06-01")) == "29"
    assert found("days_since(established)", firm(established="2024-07-01")) == "-1"


def test_the_year_of_a_day():
    assert found("year_of(established)", firm(established="2020-02-29")) == "2,020"
    assert found("year_of(established) = 2020", firm(established="2020-12-31")) == "yes"
    assert found("year_of(established) = 2020", firm(established="2021-01-01")) == "no"


def test_of_a_day_that_never_came_there_is_no_time_since():
    assert found("years_since(ended)", firm(ended="none")) == "none"
    assert found("years_since(ended) < 5", firm(ended="none")) == "no"
    assert found("not (years_since(ended) < 5)", firm(ended="none")) == "yes"
    assert found("year_of(ended)", firm(ended="none")) == "none"


def test_of_an_unknown_day_anything_can_be_true():
    assert found("years_since(established) >= 3", firm()) == "depends"
    assert found("years_since(established)", firm()) == "0 .. 2,023"
    assert found("year_of(established)", firm()) == "1 .. 9,999"


def test_a_day_that_may_never_have_come():
    assert found("years_since(ended)", firm()) == "0 .. 2,023 or none"


def test_days_are_added_to_a_date():
    assert found("established + 30 days = 2024-03-30", firm(established="2024-02-29")) == "yes"
    assert found("established - 1 days = 2024-02-29", firm(established="2024-03-01")) == "yes"


def test_the_days_between_two_dates():
    assert found("ended - established", firm(established="2024-02-28", ended="2024-03-01")) == "2"
    assert found("ended - established >= 2 days", firm(established="2024-02-28", ended="2024-03-01")) == "yes"


def test_days_beyond_the_calendar_do_not_end_the_evaluation():
    """Of a firm of unknown age even the last day of the calendar is possible; 30 days later there is no date."""
    assert found("years_since(established + 30 days)", firm()) == "0 .. 2,023"
    assert found("years_since(established - 30 days)", firm()) == "0 .. 2,023"
    assert found("year_of(established + 30 days)", firm()) == "1 .. 10,000"
    assert found("year_of(established - 31 days)", firm()) == "0 .. 9,999"
    assert found("years_since(established + 5_000_000 days)", firm(established="2010-01-01")) == "0"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("years_since(loan)", "rules.type"),
        ("years_since(3)", "rules.type"),
        ("established + established", "rules.type"),
        ("established + loan", "rules.type"),
        ("established * 2", "rules.type"),
        ("30 days - established", "rules.type"),
        ("established >= 2020", "rules.type"),
        ("established >= 2023-02-29", "rules.syntax"),
    ],
)
def test_what_cannot_be_reckoned_with_dates(text, code):
    assert fault(text).code == code
