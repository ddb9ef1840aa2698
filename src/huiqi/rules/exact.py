"""The exact meaning of the tree: one subject at a time, with fractions, every value a range.

This is the specification. It is deliberately plain; whatever is faster has to agree with it on every range.
"""

from __future__ import annotations

import datetime
import math
from collections.abc import Mapping
from fractions import Fraction
from typing import Any as Anything

from huiqi.facts.known import Known
from huiqi.facts.schema import FIRST_DAY, LAST_DAY, CodeList
from huiqi.rules import tree
from huiqi.rules.tree import Node, RelatedKey
from huiqi.vocabulary import ranges
from huiqi.vocabulary.period import whole_years
from huiqi.vocabulary.ranges import INFINITY, NOTHING, Absent, Codes, Exact, Number, Pair, Value


class Exactly:
    """Evaluates nodes for one subject; shared parts are reckoned once.

    `ranks` gives the classes by rank and `related` what related enterprises add, which only the whole population decides. With
    `assume_recognised` a recognition that the registry does not know counts as granted where its own measure's tests must hold.
    """

    def __init__(
        self,
        known: Known,
        ranks: Mapping[str, Codes] | None = None,
        related: Mapping[RelatedKey, Number] | None = None,
        *,
        assume_recognised: bool = False,
    ):
        self.known, self.ranks, self.related, self.assume_recognised = known, ranks or {}, related or {}, assume_recognised
        self._done: dict[int, Value] = {}
        self._kept: list[Node] = []

    def figure(self, node: Node) -> Number:
        value = self.value(node)
        assert isinstance(value, Number)
        return value

    def codes(self, node: Node) -> Codes:
        value = self.value(node)
        if isinstance(value, Number):  # no row of a table of codes fits
            return Codes(frozenset({None}))
        assert isinstance(value, Codes)
        return value

    def truth(self, node: Node) -> Pair:
        value = self.value(node)
        assert isinstance(value, Pair)
        return value

    def value(self, node: Node) -> Value:
        """The value of a node: a Number, Codes or Pair."""
        found = self._done.get(id(node))
        if found is None:
            found = self._reckon(node)
            self.take(node, found)
        return found

    def take(self, node: Node, value: Value) -> None:
        """A value that is reckoned already."""
        self._done[id(node)] = value
        self._kept.append(node)

    def _reckon(self, node: Node) -> Value:
        match node:
            case tree.Named(body=body) | tree.Called(body=body):
                return self.value(body)
            case tree.Figure(value=value):
                return ranges.exactly(value)
            case tree.FactFigure(fact=fact, year=year) | tree.FactCode(fact=fact, year=year) | tree.FactFlag(fact=fact, year=year):
                return self.known.value(fact, year)
            case tree.Arithmetic(op=op, left=left, right=right):
                return _OPERATIONS[op](self.figure(left), self.figure(right))
            case tree.Present(of=of):
                return ranges.present(self.figure(of))
            case tree.Rounded(of=of, step=step, direction=direction):
                return ranges.rounded(self.figure(of), step, direction)
            case tree.Tally(parts=parts):
                return ranges.tally([self.truth(part) for part in parts])
            case tree.Since(date=date, unit=unit):
                return since(self.figure(date), self.known.as_of, unit)
            case tree.YearOf(date=date):
                return year_of(self.figure(date))
            case tree.Between(low=low, high=high):
                lowest = self.figure(low)
                if high is None:
                    return Number(lowest.low, INFINITY, lowest.absent)
                highest = self.figure(high)
                return NOTHING if highest.absent is Absent.SURELY else Number(lowest.low, highest.high, max(lowest.absent, highest.absent))
            case tree.Absence():
                return NOTHING
            case tree.Related(fact=fact, key=key):
                return self.related.get(key, Number(-INFINITY if fact is not None and fact.low < 0 else Fraction(0), INFINITY))
            case tree.CodeValue(value=value):
                return Codes(frozenset({value}))
            case tree.RankClass(scorecard=scorecard, codes=codes, total=total):
                return self.ranks[scorecard] if scorecard in self.ranks else _any_class(codes, self.figure(total))
            case tree.Choose(condition=condition, then=then, otherwise=otherwise):
                return self._choose(self.truth(condition), then, otherwise)
        return self._truth(node)

    def _choose(self, condition: Pair, then: Node, otherwise: Node) -> Value:
        a, b = self.value(then), self.value(otherwise)
        if isinstance(a, Number) and isinstance(b, Number):
            return ranges.choose(condition, a, b)
        if isinstance(a, Pair) and isinstance(b, Pair):
            return ranges.either(ranges.both(condition, a), ranges.both(ranges.opposite(condition), b))
        return ranges.choose_codes(condition, self.codes(then), self.codes(otherwise))

    def _truth(self, node: Node) -> Pair:
        match node:
            case tree.Constant(value=value):
                return Pair(value, value)
            case tree.Compare(op=op, left=left, right=right):
                return ranges.compare(op, self.figure(left), self.figure(right))
            case tree.GrowthCompare(op=op, last=last, first=first, intervals=n, rate=rate):
                grown = ranges.divide(self.figure(last), self.figure(first))
                above = ranges.compare(">", self.figure(first), ranges.exactly(0))
                return ranges.both(above, ranges.compare(op, grown, ranges.exactly((1 + rate) ** n)))
            case tree.OneOf(of=of, wanted=wanted, negated=negated):
                return (ranges.is_none_of if negated else ranges.is_one_of)(self.codes(of), wanted)
            case tree.SameCode(left=left, right=right):
                return ranges.same_code(self.codes(left), self.codes(right))
            case tree.Exists(of=of):
                inner = self.value(of)
                assert not isinstance(inner, Pair)
                return ranges.exists(inner)
            case tree.All(parts=parts):
                pairs = [self.truth(part) for part in parts]
                return Pair(all(p.must for p in pairs), all(p.may for p in pairs))
            case tree.Any(parts=parts):
                pairs = [self.truth(part) for part in parts]
                return Pair(any(p.must for p in pairs), any(p.may for p in pairs))
            case tree.Not(part=part):
                return ranges.opposite(self.truth(part))
            case tree.AtLeast(count=count, parts=parts):
                pairs = [self.truth(part) for part in parts]
                return Pair(sum(p.must for p in pairs) >= count, sum(p.may for p in pairs) >= count)
            case tree.Recognised(fact=fact, outcome=outcome):
                granted = self.known.value(fact)
                assert isinstance(granted, Pair)
                if granted.known:
                    return granted
                found = self.truth(outcome)
                return Pair(found.must and self.assume_recognised, found.may)
        raise TypeError(f"{type(node).__name__} has no value")


_OPERATIONS: dict[str, Anything] = {
    "+": ranges.add, "-": ranges.subtract, "*": ranges.multiply, "/": ranges.divide, "min": ranges.least, "max": ranges.most,
}  # fmt: skip


def _any_class(codes: CodeList, total: Number) -> Codes:
    """What a class by rank can be whoever the others are."""
    options: set[str | None] = set() if total.absent is Absent.SURELY else set(codes.whole)
    return Codes(frozenset(options if total.absent is Absent.NEVER else options | {None}))


def since(date: Number, as_of: datetime.date, unit: str) -> Number:
    """Whole years or days from a date to a day; later dates give less."""
    if date.absent is Absent.SURELY:
        return NOTHING
    turn = _days if unit == "days" else _whole_years
    return Number(turn(date.high, as_of), turn(date.low, as_of), date.absent)


def _days(ordinal: Exact, as_of: datetime.date) -> Exact:
    return as_of.toordinal() - ordinal if not isinstance(ordinal, float) else -ordinal


def _whole_years(ordinal: Exact, as_of: datetime.date) -> Exact:
    """Completed years, 0 for a day in the future."""
    if not FIRST_DAY <= ordinal <= LAST_DAY:  # days were added to or taken from the ends of the calendar
        return Fraction(0) if ordinal > LAST_DAY else Fraction(as_of.year - 1)
    return Fraction(max(0, whole_years(datetime.date.fromordinal(int(ordinal)), as_of)))


def year_of(date: Number) -> Number:
    if date.absent is Absent.SURELY:
        return NOTHING
    low, high = (_year(end) if not isinstance(end, float) else end for end in (date.low, date.high))
    return Number(low, high, date.absent)


def _year(ordinal: Fraction) -> Fraction:
    """The calendar year of a day, beyond the ends of the calendar too."""
    cycles, day = divmod(math.floor(ordinal) - 1, 146_097)  # 400 years
    return Fraction(datetime.date.fromordinal(day + 1).year + 400 * cycles)
