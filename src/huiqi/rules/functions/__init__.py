"""The functions of the rule language, one kind a file.

function.py   what a function is
years.py      sum mean growth cagr first_reached (and `each`, which belongs to comparisons: resolve.py)
dates.py      years_since days_since year_of
figures.py    min max round share_of count exists
tables.py     lookup
awards.py     awards.sum awards.count awards.known_sum
"""

from huiqi.rules.functions.awards import AWARDS_COUNT, AWARDS_KNOWN_SUM, AWARDS_SUM
from huiqi.rules.functions.dates import DAYS_SINCE, YEAR_OF, YEARS_SINCE
from huiqi.rules.functions.figures import COUNT, EXISTS, MAX, MIN, ROUND, SHARE_OF
from huiqi.rules.functions.function import Arguments, Function, Growth, whole_number
from huiqi.rules.functions.tables import LOOKUP
from huiqi.rules.functions.years import CAGR, FIRST_REACHED, GROWTH, MEAN, SUM, compare_growth

_FUNCTIONS = (
    SUM, MEAN, GROWTH, CAGR, FIRST_REACHED, YEARS_SINCE, DAYS_SINCE, YEAR_OF, MIN, MAX, ROUND, SHARE_OF, COUNT, EXISTS, LOOKUP, AWARDS_SUM,
    AWARDS_KNOWN_SUM, AWARDS_COUNT,
)  # fmt: skip
ALL: dict[str, Function] = {function.name: function for function in _FUNCTIONS}

__all__ = ["ALL", "Arguments", "Function", "Growth", "compare_growth", "whole_number"]
