"""Exact ranges: what a value can be, given what is known.

A number is `Number(low, high, absent)` with exact fractions; an unknown end is an infinity. A truth is `Pair(must, may)`. A code is `Codes`,
the set of codes it can be. `absent` says whether the value can fail to exist at all (a ratio over a revenue of nought, a date that never
came): a test on an absent value is not met.

These functions are the specification of the column engine: it has to agree with them on every range.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import IntEnum
from fractions import Fraction

Exact = Fraction | float  # a float only where it is an infinity
INFINITY = math.inf


class Absent(IntEnum):
    """Whether a value exists."""

    NEVER = 0
    MAYBE = 1
    SURELY = 2


@dataclass(frozen=True)
class Number:
    """Between `low` and `high`, ends included; both are 0 where the value is surely absent."""

    low: Exact
    high: Exact
    absent: Absent = Absent.NEVER

    @property
    def known(self) -> bool:
        """A single figure, or known not to exist."""
        return self.absent is Absent.SURELY or (self.low == self.high and self.absent is Absent.NEVER)


@dataclass(frozen=True)
class Pair:
    """A truth: it must hold, it may hold."""

    must: bool
    may: bool

    @property
    def known(self) -> bool:
        return self.must == self.may


@dataclass(frozen=True)
class Codes:
    """The codes that a category can be; `None` among them says that it can be absent."""

    possible: frozenset[str | None]

    @property
    def known(self) -> bool:
        return len(self.possible) == 1


Value = Number | Pair | Codes

YES, NO, UNSURE = Pair(True, True), Pair(False, False), Pair(False, True)
NOTHING = Number(Fraction(0), Fraction(0), Absent.SURELY)


def exactly(value: int | Fraction) -> Number:
    """A known figure."""
    return Number(Fraction(value), Fraction(value))


def _either(a: Number, b: Number) -> Absent:
    return max(a.absent, b.absent)


def _times(a: Exact, b: Exact) -> Exact:
    return Fraction(0) if a == 0 or b == 0 else a * b


def add(a: Number, b: Number) -> Number:
    absent = _either(a, b)
    return NOTHING if absent is Absent.SURELY else Number(a.low + b.low, a.high + b.high, absent)


def subtract(a: Number, b: Number) -> Number:
    absent = _either(a, b)
    return NOTHING if absent is Absent.SURELY else Number(a.low - b.high, a.high - b.low, absent)


def multiply(a: Number, b: Number) -> Number:
    absent = _either(a, b)
    if absent is Absent.SURELY:
        return NOTHING
    ends = [_times(x, y) for x in (a.low, a.high) for y in (b.low, b.high)]
    return Number(min(ends), max(ends), absent)


def divide(a: Number, b: Number) -> Number:
    """A quotient; over a range that touches 0 it can be absent, and over a known 0 it is.

    >>> divide(exactly(3), Number(Fraction(0), Fraction(2)))
    Number(low=Fraction(3, 2), high=inf, absent=<Absent.MAYBE: 1>)
    """
    absent = _either(a, b)
    if absent is Absent.SURELY or b.low == b.high == 0:
        return NOTHING
    if b.low > 0 or b.high < 0:
        ends = [_over(x, y) for x in (a.low, a.high) for y in (b.low, b.high)]
        return Number(min(ends), max(ends), absent)
    if b.low < 0 < b.high:
        return Number(-INFINITY, INFINITY, Absent.MAYBE)
    if b.low < 0:  # the divisor reaches 0 from below: turn both signs
        a, b = Number(-a.high, -a.low, a.absent), Number(-b.high, -b.low, b.absent)
    low = -INFINITY if a.low < 0 else _over(a.low, b.high)
    high = INFINITY if a.high > 0 else _over(a.high, b.high)
    return Number(low, high, Absent.MAYBE)


def _over(x: Exact, y: Exact) -> Exact:
    """x / y at the ends of a range, y not 0; infinity over infinity can be anything down to nothing."""
    if math.isinf(y):
        return Fraction(0)
    return Fraction(0) if x == 0 else x / y


def least(a: Number, b: Number) -> Number:
    absent = _either(a, b)
    return NOTHING if absent is Absent.SURELY else Number(min(a.low, b.low), min(a.high, b.high), absent)


def most(a: Number, b: Number) -> Number:
    absent = _either(a, b)
    return NOTHING if absent is Absent.SURELY else Number(max(a.low, b.low), max(a.high, b.high), absent)


def rounded(a: Number, step: Fraction, direction: str) -> Number:
    """To a multiple of `step`: down, up, or half up."""
    if a.absent is Absent.SURELY:
        return a
    return Number(_round(a.low, step, direction), _round(a.high, step, direction), a.absent)


def _round(x: Exact, step: Fraction, direction: str) -> Exact:
    if isinstance(x, float):
        return x
    steps = x / step
    match direction:
        case "down":
            return math.floor(steps) * step
        case "up":
            return math.ceil(steps) * step
        case _:
            return math.floor(steps + Fraction(1, 2)) * step


def present(a: Number, otherwise: Fraction = Fraction(0)) -> Number:
    """The value where it exists, and `otherwise` where it does not: what a sum over years adds."""
    match a.absent:
        case Absent.NEVER:
            return a
        case Absent.SURELY:
            return exactly(otherwise)
        case _:
            return Number(min(a.low, otherwise), max(a.high, otherwise))


def hull(a: Number, b: Number) -> Number:
    """What one or the other can be."""
    if a.absent is Absent.SURELY and b.absent is Absent.SURELY:
        return NOTHING
    if a.absent is Absent.SURELY:
        return Number(b.low, b.high, Absent.MAYBE)
    if b.absent is Absent.SURELY:
        return Number(a.low, a.high, Absent.MAYBE)
    return Number(min(a.low, b.low), max(a.high, b.high), _either(a, b))


def choose(condition: Pair, a: Number, b: Number) -> Number:
    """`a` where the condition holds, `b` where it does not, either where nobody knows."""
    if condition.must:
        return a
    return hull(a, b) if condition.may else b


def choose_codes(condition: Pair, a: Codes, b: Codes) -> Codes:
    if condition.must:
        return a
    return Codes(a.possible | b.possible) if condition.may else b


def compare(op: str, a: Number, b: Number) -> Pair:
    """`a op b`; not met where either is absent."""
    absent = _either(a, b)
    if absent is Absent.SURELY:
        return NO
    match op:
        case ">=":
            must, may = a.low >= b.high, a.high >= b.low
        case ">":
            must, may = a.low > b.high, a.high > b.low
        case "<=":
            must, may = a.high <= b.low, a.low <= b.high
        case "<":
            must, may = a.high < b.low, a.low < b.high
        case "=":
            must, may = a.low == a.high == b.low == b.high, a.low <= b.high and b.low <= a.high
        case "!=":
            must, may = a.high < b.low or b.high < a.low, not (a.low == a.high == b.low == b.high)
        case _:
            raise ValueError(f"no comparison {op}")
    return Pair(must and absent is Absent.NEVER, may)


def is_one_of(value: Codes, wanted: frozenset[str]) -> Pair:
    """The code is among the wanted ones; an absent code is not."""
    return Pair(value.possible <= wanted, bool(value.possible & wanted))


def is_none_of(value: Codes, wanted: frozenset[str]) -> Pair:
    """The code exists and is not among the wanted ones."""
    return Pair(not (value.possible & wanted) and None not in value.possible, bool(value.possible - wanted - {None}))


def same_code(a: Codes, b: Codes) -> Pair:
    both = (a.possible & b.possible) - {None}
    return Pair(a == b and len(a.possible) == 1 and None not in a.possible, bool(both))


def exists(value: Number | Codes) -> Pair:
    """The value is there at all."""
    if isinstance(value, Number):
        return Pair(value.absent is Absent.NEVER, value.absent is not Absent.SURELY)
    return Pair(None not in value.possible, value.possible != {None})


def both(a: Pair, b: Pair) -> Pair:
    return Pair(a.must and b.must, a.may and b.may)


def either(a: Pair, b: Pair) -> Pair:
    return Pair(a.must or b.must, a.may or b.may)


def opposite(a: Pair) -> Pair:
    return Pair(not a.may, not a.must)


def tally(pairs: list[Pair]) -> Number:
    """How many hold."""
    return Number(Fraction(sum(p.must for p in pairs)), Fraction(sum(p.may for p in pairs)))
