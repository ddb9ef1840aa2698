"""Earmarked money with a purpose (专项资金): what the budget gives it by year, its floor, its sub-limits, and the measures that it pays.

What is not public is a range: the appropriation of a year of which only the total of five years is known lies between nothing and that total.
"""

from __future__ import annotations

import contextlib
import re
from dataclasses import dataclass
from fractions import Fraction

from huiqi.rules.compile import Rules
from huiqi.rules.context import Context, Document, Unresolved
from huiqi.rules.cumulation import core_policies, named
from huiqi.rules.records import FundLimit, FundRecord
from huiqi.rules.resolve import constant, figure
from huiqi.vocabulary.problem import NOWHERE, FaultyInput, Problem, did_you_mean
from huiqi.vocabulary.record import Words
from huiqi.vocabulary.source import Text
from huiqi.vocabulary.unit import PLAIN, UNITS, Unit

Fen = tuple[int, int | None]  # the least and the most, in whole fen; None where no upper end is known
UNKNOWN: Fen = (0, None)
_YEAR = re.compile(r"(19|20)\d\d\Z", re.ASCII)


@dataclass(frozen=True)
class Bound:
    """Money, or a share of a year's appropriation."""

    share: Fraction | None = None
    fen: int | None = None

    def of(self, appropriation: Fen) -> Fen:
        """In fen, of what a year has: a share of a range is a range, down to the fen."""
        if self.fen is not None:
            return self.fen, self.fen
        assert self.share is not None
        low, high = appropriation
        return int(low * self.share), None if high is None else int(high * self.share)


@dataclass(frozen=True)
class Limit:
    """A sub-limit: what some measures of a fund get together at least, and at most."""

    label: Words
    clause: str
    measures: tuple[int, ...]  # places in the rules' measures
    at_least: Bound | None
    at_most: Bound | None


@dataclass(frozen=True)
class Total:
    """Money for several years together."""

    first: int
    last: int
    money: Fen


@dataclass(frozen=True)
class Fund:
    """A fund as a core policy in force states it."""

    name: str  # <pack>/<key>
    currency: str
    title: Words
    first: int  # the year in which its policy begins
    last: int | None
    floor: Fraction | None  # of the expenditure of a year
    yearly: Fen | None
    appropriations: dict[int, Fen]
    totals: tuple[Total, ...]
    limits: tuple[Limit, ...]
    measures: tuple[int, ...]  # that it pays, as places in the rules' measures

    @property
    def pack(self) -> str:
        return self.name.partition("/")[0]

    @property
    def key(self) -> str:
        return self.name.partition("/")[2]


def funds_of(rules: Rules) -> tuple[Fund, ...]:
    """The funds of all core policies in force, those of the nation first; raises FaultyInput where one is written wrongly."""
    found: list[Fund] = []
    before = len(rules.world.problems)
    for document, core in core_policies(rules):
        for key, record in core.funds.items():
            with contextlib.suppress(Unresolved):
                found.append(_fund(document, key, record, rules))
    if problems := rules.world.problems[before:]:
        del rules.world.problems[before:]
        raise FaultyInput(problems)
    return tuple(found)


def fund_named(name: str, funds: tuple[Fund, ...]) -> Fund:
    """The fund of that full name, or of that key where only one has it; raises FaultyInput otherwise."""
    found = [fund for fund in funds if name in (fund.name, fund.key)]
    if len(found) == 1:
        return found[0]
    full = [fund.name for fund in funds]
    if found:
        raise FaultyInput(
            [Problem("fund.ambiguous", f"{name} is the name of several funds", NOWHERE, f"write one of {', '.join(f.name for f in found)}")]
        )
    hint = did_you_mean(name, full) or (f"funds: {', '.join(full)}" if full else "no core policy in force on that day has a fund")
    raise FaultyInput([Problem("fund.unknown", f"{name} is no fund in force on that day", NOWHERE, hint)])


def appropriation(fund: Fund, year: int) -> Fen:
    """What the budget gives a fund in a year: the figure of that year or of every year, and what the totals of several years leave for it.

    Exact in fen where it is public, a range where only more or less is known, and (0, None) where nothing is.
    """
    low, high = _stated(fund, year)
    for total in fund.totals:
        if total.first <= year <= total.last:
            others = [_stated(fund, other) for other in range(total.first, total.last + 1) if other != year]
            least, most = total.money
            if most is not None:
                left = most - sum(end for end, _ in others)
                high = left if high is None else min(high, left)
            rest = [end for _, end in others]
            if None not in rest:
                low = max(low, least - sum(end or 0 for end in rest))
    return low, high


def _stated(fund: Fund, year: int) -> Fen:
    if year in fund.appropriations:
        return fund.appropriations[year]
    if fund.yearly is None or year < fund.first or (fund.last is not None and year > fund.last):
        return UNKNOWN
    return fund.yearly


# ---------------------------------------------------------------- from the text


def _fund(document: Document, key: Text, record: FundRecord, rules: Rules) -> Fund:
    context = Context(rules.world, document, "enterprise")
    currency = rules.currencies[document.pack]
    figures = Figures(record, context, UNITS[currency])
    measures = tuple(
        number
        for number, measure in enumerate(rules.measures)
        if measure.document.pack == document.pack and measure.record.fund is not None and str(measure.record.fund) == str(key)
    )
    core = document.record
    return Fund(
        name=f"{document.pack}/{key}",
        currency=currency,
        title=record.title,
        first=core.first_day.year,
        last=None if core.last_day is None else core.last_day.year,
        floor=figures.floor(),
        yearly=figures.yearly(),
        appropriations=figures.appropriations(),
        totals=figures.totals(),
        limits=tuple(_limit(limit, figures, measures, rules, document.pack) for limit in record.limits),
        measures=measures,
    )


def _limit(limit: FundLimit, figures: Figures, measures: tuple[int, ...], rules: Rules, pack: str) -> Limit:
    if limit.measures:
        listed = {number for name in limit.measures for number in named(name, rules, pack)}
    else:
        topics = {str(topic) for topic in limit.topics}
        listed = {number for number in measures if not topics.isdisjoint(map(str, rules.measures[number].record.topics))}
    covered = tuple(number for number in measures if number in listed)
    least, most = figures.bounds(limit)
    return Limit(limit.label, str(limit.clause), covered, least, most)


@dataclass(frozen=True)
class Figures:
    """The figures that a fund's text states; each raises Unresolved, with the problem recorded, where it is no such figure."""

    record: FundRecord
    context: Context
    money: Unit

    def floor(self) -> Fraction | None:
        return None if self.record.at_least is None else self._share(self.record.at_least.share)

    def yearly(self) -> Fen | None:
        return None if self.record.yearly is None else self._money(self.record.yearly)

    def appropriations(self) -> dict[int, Fen]:
        found = {}
        lost: Unresolved | None = None
        for key, ends in self.record.appropriations.items():
            try:
                found[self._year(key)] = self._money(ends)
            except Unresolved as error:  # the other years are looked at too
                lost = error
        if lost is not None:
            raise lost
        return found

    def totals(self) -> tuple[Total, ...]:
        found: list[Total] = []
        stated = self.appropriations()
        for record in self.record.totals:
            total = Total(self._year(record.first), self._year(record.last), self._money(record.money))
            if total.first > total.last:
                raise self.context.fault("check.appropriation", f"{total.first} lies after {total.last}", record.first.where, "turn the two round")
            if other := next((other for other in found if other.first <= total.last and total.first <= other.last), None):
                said = f"{total.first} to {total.last} overlaps with {other.first} to {other.last}"
                raise self.context.fault("check.appropriation", said, record.first.where, "a year has its money from one total; mend the years")
            self._agree(total, stated, record.money[1])
            found.append(total)
        return tuple(found)

    def _agree(self, total: Total, stated: dict[int, Fen], where: Text) -> None:
        """The years of a total come to no more than it, and to no less where all of them are stated."""
        years = range(total.first, total.last + 1)
        least = sum(stated[year][0] for year in years if year in stated)
        most = sum(stated[year][1] or 0 for year in years) if all(year in stated and stated[year][1] is not None for year in years) else None
        said = ""
        if total.money[1] is not None and least > total.money[1]:
            said = f"the years {total.first} to {total.last} come to more than this total"
        elif most is not None and most < total.money[0]:
            said = f"the years {total.first} to {total.last} come to less than this total"
        if said:
            raise self.context.fault("check.appropriation", said, where.where, "mend the total or a year")

    def bounds(self, limit: FundLimit) -> tuple[Bound | None, Bound | None]:
        least, most = (None if text is None else self._bound(text) for text in (limit.at_least, limit.at_most))
        if least is None and most is None:
            raise self.context.fault("check.fund-limit", "the limit says neither how much nor how little", limit.where, "add at_most: or at_least:")
        if least is not None and most is not None and _more(least, most):
            assert limit.at_least is not None
            raise self.context.fault(
                "check.fund-limit", "at_least is more than at_most", limit.at_least.where, "turn the two round, or mend a figure"
            )
        return least, most

    def _bound(self, text: Text) -> Bound:
        if figure(text, self.context).type.unit.is_plain:
            return Bound(share=self._share(text))
        return Bound(fen=self._fen(text))

    def _year(self, text: Text) -> int:
        """A calendar year in which the policy of the fund holds."""
        if not _YEAR.match(text):
            raise self.context.fault("check.appropriation", f"{text} is no year", text.where, "write a calendar year, like 2024")
        year, core = int(text), self.context.document.record
        if year < core.first_day.year or (core.last_day is not None and year > core.last_day.year):
            until = f"to {core.last_day}" if core.last_day is not None else "on"
            hint = "mend the year, or the days of the policy"
            raise self.context.fault("check.appropriation", f"the fund's policy holds from {core.first_day} {until}, not in {text}", text.where, hint)
        return year

    def _money(self, ends: tuple[Text, Text]) -> Fen:
        least, most = ends
        low, high = self._fen(least) if least else 0, self._fen(most) if most else None
        if not least and not most:
            raise self.context.fault("check.appropriation", "neither end is stated", least.where, "leave the figure out where nothing is public")
        if high is not None and low > high:
            raise self.context.fault("check.appropriation", f"{least} is more than {most}", least.where, "the lower figure stands first")
        return low, high

    def _fen(self, text: Text) -> int:
        """Money that is more than nothing, in whole fen."""
        fen = constant(text, self.context, self.money) * 100
        if fen <= 0:
            said = "negative" if fen < 0 else "nothing"
            raise self.context.fault("check.appropriation", f"{text} is {said}", text.where, "leave a figure out where nothing is public")
        if fen.denominator != 1:
            raise self.context.fault("check.appropriation", f"{text} is no whole number of fen", text.where, "write it to the fen")
        return int(fen)

    def _share(self, text: Text) -> Fraction:
        share = constant(text, self.context, PLAIN)
        if not 0 < share <= 1:
            raise self.context.fault("check.fund-limit", f"{text} is no share of a whole", text.where, "write more than 0% and at most 100%")
        return share


def _more(one: Bound, other: Bound) -> bool:
    """More whatever the appropriation is; a share and money are not compared."""
    if one.share is not None and other.share is not None:
        return one.share > other.share
    return one.fen is not None and other.fen is not None and one.fen > other.fen
