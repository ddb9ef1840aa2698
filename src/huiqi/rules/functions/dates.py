"""From dates: years_since, days_since, year_of."""

from __future__ import annotations

from huiqi.rules.context import Typed
from huiqi.rules.functions.function import Arguments, Function
from huiqi.rules.tree import Called, Since, Type, YearOf
from huiqi.vocabulary.unit import UNITS


def _years_since(arguments: Arguments) -> Typed:
    date = arguments.date(0).node
    return Typed(Called("years_since", (date,), Since(date, "years")), Type("figure", UNITS["years"].dimension))


def _days_since(arguments: Arguments) -> Typed:
    date = arguments.date(0).node
    return Typed(Called("days_since", (date,), Since(date, "days")), Type("figure", UNITS["days"].dimension))


def _year_of(arguments: Arguments) -> Typed:
    date = arguments.date(0).node
    return Typed(Called("year_of", (date,), YearOf(date)), Type("figure"))


YEARS_SINCE = Function("years_since", "years_since(date)", 1, 1, "full years since {0}", "自{0}起满年数", _years_since)
DAYS_SINCE = Function("days_since", "days_since(date)", 1, 1, "days since {0}", "自{0}起天数", _days_since)
YEAR_OF = Function("year_of", "year_of(date)", 1, 1, "year of {0}", "{0}所在年份", _year_of)
