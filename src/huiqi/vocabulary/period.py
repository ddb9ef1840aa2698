"""Whole years between two dates, as the Civil Code counts them."""

from __future__ import annotations

import datetime


def years_before(day: datetime.date, years: int) -> datetime.date:
    """The day so many years earlier; 29 February becomes 28 February where there is none."""
    try:
        return day.replace(year=day.year - years)
    except ValueError:
        return day.replace(year=day.year - years, day=28)


def anniversary(day: datetime.date, years: int) -> datetime.date:
    """The day on which so many years are complete (民法典第二百零二条: without a corresponding day, the month's last day).

    >>> anniversary(datetime.date(2020, 2, 29), 1)
    datetime.date(2021, 2, 28)
    """
    return years_before(day, -years)


def whole_years(since: datetime.date, until: datetime.date) -> int:
    """Completed years from one day to another; negative if the first is the later.

    >>> whole_years(datetime.date(2020, 7, 1), datetime.date(2023, 6, 30))
    2
    """
    years = until.year - since.year
    return years if anniversary(since, years) <= until else years - 1
