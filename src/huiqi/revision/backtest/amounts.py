"""Why a payment is not what the rules come to: causes that fit to the fen, and no others.

A cause is told only where the rules give one figure and not a range, and the payment is exactly what the cause makes of it; several may fit.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from huiqi.rules.compile import Measure
from huiqi.rules.instalments import instalments_of

Range = tuple[float, float]  # fen; infinite where there is no upper end
Cause = Literal["edition", "unstacked", "instalment", "repeated", "months", "unexplained"]


@dataclass(frozen=True)
class Fit:
    """A cause that fits, and what it says: the edition, the share, the number of awards or of months."""

    cause: Cause
    detail: str = ""


def within(paid: float, due: Range) -> bool:
    """The payment is one that the rules leave possible."""
    return due[0] <= paid <= due[1]


def causes(paid: float, times: int, payable: Range, due: Range, measure: Measure, year: int, others: Iterable[tuple[str, Range]]) -> list[Fit]:
    """What fits a payment outside of the range that the rules give; `others` are the editions beside, with what they come to."""
    return list(_fitting(paid, times, payable, due, measure, year, others)) or [Fit("unexplained")]


def _fitting(paid: float, times: int, payable: Range, due: Range, measure: Measure, year: int, others: Iterable[tuple[str, Range]]) -> Iterator[Fit]:
    for edition, theirs in others:
        if theirs[0] == theirs[1] == paid:
            yield Fit("edition", edition)
    if due[0] == due[1] == paid:
        yield Fit("unstacked")
    low, high = payable
    if low != high or not low:
        return
    whole, given = Fraction(int(low)), Fraction(int(paid))
    shares = list(dict.fromkeys(sum(_shares(measure)[:at], Fraction(0)) for at in range(1, len(_shares(measure))))) + _shares(measure)[1:]
    for share in dict.fromkeys(shares):
        if abs(whole * share - given) < 1:  # instalments are within a fen of their shares
            yield Fit("instalment", f"{float(share * 100):g} %")
    if times > 1 and given == whole * times:
        yield Fit("repeated", str(times))
    months = months_in_force(measure, year)
    if months < 12 and abs(whole * months / 12 - given) < 1:
        yield Fit("months", str(months))


def _shares(measure: Measure) -> list[Fraction]:
    return [one.share for one in instalments_of(tuple(measure.record.pays))]


def months_in_force(measure: Measure, year: int) -> int:
    """In how many calendar months of a year a text is in force on their first day."""
    record = measure.document.record
    days = (datetime.date(year, month, 1) for month in range(1, 13))
    return sum(record.first_day <= day and (record.last_day is None or day <= record.last_day) for day in days)
