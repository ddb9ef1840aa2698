"""What rounds have promised for the years to come, against what the budget gives (承诺与预算安排对照).

In each year some money surely falls due and more may: what waits for a milestone that nobody can date may fall in any year from the decision on.
So each figure is a range, and a fund is over-committed surely where what must fall in a year is more than the most that it has, and perhaps where
what may fall in it is.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from huiqi.allocation.commitments.payments import OPEN
from huiqi.allocation.commitments.promises import Due, Promises, most_of
from huiqi.rules.funds import UNKNOWN, Fen, Fund, appropriation, fund_named
from huiqi.vocabulary.problem import FaultyInput, Problem

Free = tuple[int | None, int | None]  # what is left; None where an end is not known


@dataclass(frozen=True)
class Period:
    """A year, or several that share one total: what there is, what is promised, and what is left, in whole fen."""

    first: int
    last: int
    appropriation: Fen
    before: Fen
    new: Fen

    @property
    def promised(self) -> Fen:
        return _sum([self.before, self.new])

    @property
    def free(self) -> Free:
        """What is left, less than nothing where more is promised than there is."""
        (low, high), (least, most) = self.appropriation, self.promised
        return None if most is None else low - most, None if high is None else high - least

    @property
    def over(self) -> Fen | None:
        """By how much more is promised than there can be: from what is sure to what is possible; None where it is not."""
        (_, high), (least, most) = self.appropriation, self.promised
        if high is None or (most is not None and most <= high):
            return None
        return max(0, least - high), None if most is None else most - high


@dataclass(frozen=True)
class Floor:
    """The least that a policy gives a fund: a share of the expenditure of a year."""

    year: int
    share: Fraction
    expenditure: int  # fen
    appropriation: Fen

    @property
    def least(self) -> int:
        """In whole fen; a part of a fen counts as one."""
        return -int(-self.share * self.expenditure // 1)

    @property
    def kept(self) -> Literal["yes", "no", "depends"]:
        low, high = self.appropriation
        if low >= self.least:
            return "yes"
        return "no" if high is not None and high < self.least else "depends"


@dataclass(frozen=True)
class Commitments:
    """One fund: its years, its totals of several years, what falls later than all of them or nobody knows when, and its floors."""

    fund: Fund | None  # None for what is paid from no named fund
    years: tuple[Period, ...]
    totals: tuple[Period, ...]
    undated: Fen  # of what is promised: whose last year nobody knows
    floors: tuple[Floor, ...]

    @property
    def over(self) -> tuple[Period, ...]:
        """Years and totals in which more may be promised than there is."""
        return tuple(period for period in (*self.years, *self.totals) if period.over is not None)

    @property
    def sound(self) -> bool:
        """Nothing is surely promised beyond what there is, and no floor is surely missed."""
        return not any(period.over is not None and period.over[0] for period in self.over) and all(floor.kept != "no" for floor in self.floors)


def commitments(
    funds: Sequence[Fund], new: Promises, before: Promises | None = None, expenditure: Mapping[int, int] | None = None
) -> tuple[Commitments, ...]:
    """What is promised from each fund that anything is promised from, by year; raises FaultyInput for funds that the rules do not have.

    `expenditure` is that of the budget by year, in fen, for the floors.
    """
    before, expenditure = before or {}, expenditure or {}
    meant, problems = _meant([*new, *before], tuple(funds))
    if problems:
        raise FaultyInput(problems)
    found = []
    for name in dict.fromkeys(meant.values()):
        fund = next((fund for fund in funds if fund.name == name), None)
        old, fresh = ([due for key, dues in promises.items() if meant[key] == name for due in dues] for promises in (before, new))
        found.append(_of_fund(fund, old, fresh, expenditure))
    floored = {one.fund.name for one in found if one.fund is not None}
    found += [_of_fund(fund, [], [], expenditure) for fund in funds if expenditure and fund.floor is not None and fund.name not in floored]
    return tuple(found)


def _meant(names: Iterable[str], funds: tuple[Fund, ...]) -> tuple[dict[str, str], list[Problem]]:
    """The full names of funds; "" stands for none."""
    meant: dict[str, str] = {"": ""}
    problems: list[Problem] = []
    found: dict[str, str] = {}
    for name in names:
        try:
            found[name] = meant[name] if name in meant else fund_named(name, funds).name
        except FaultyInput as error:
            problems += error.problems
    return found, list(dict.fromkeys(problems))


def _of_fund(fund: Fund | None, before: list[Due], new: list[Due], expenditure: Mapping[int, int]) -> Commitments:
    dues = [*before, *new]
    years: range | list[int] = []
    if dues:
        first = min(due.first for due in dues)
        dated = [due.last for due in dues if due.last != OPEN]
        stated = [] if fund is None else [*fund.appropriations, *(total.last for total in fund.totals if total.first <= max([first, *dated]))]
        years = range(first, max([*(due.first for due in dues), *dated, *stated]) + 1)
    periods = tuple(_period(year, year, UNKNOWN if fund is None else appropriation(fund, year), before, new) for year in years)
    totals = () if fund is None else tuple(
        _period(total.first, total.last, total.money, before, new)
        for total in fund.totals
        if any(due.first <= total.last and total.first <= due.last for due in dues)
    )  # fmt: skip
    floors = () if fund is None or fund.floor is None else tuple(
        Floor(year, fund.floor, spent, appropriation(fund, year)) for year, spent in sorted(expenditure.items())
    )  # fmt: skip
    undated = [due for due in dues if due.last == OPEN]
    return Commitments(fund, periods, totals, (sum(due.low for due in undated), most_of(undated, dues)), floors)


def _period(first: int, last: int, money: Fen, before: list[Due], new: list[Due]) -> Period:
    return Period(first, last, money, _within(before, first, last), _within(new, first, last))


def _within(dues: list[Due], first: int, last: int) -> Fen:
    """What surely falls due in some years, and what may."""
    sure = sum(due.low for due in dues if first <= due.first and due.last <= last)
    return sure, most_of([due for due in dues if due.first <= last and first <= due.last], dues)


def _sum(ends: Iterable[Fen]) -> Fen:
    listed = list(ends)
    highs = [high for _, high in listed]
    return sum(low for low, _ in listed), None if None in highs else sum(high or 0 for high in highs)
