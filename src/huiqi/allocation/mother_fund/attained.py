"""What public money attained: leverage counted both ways (放大倍数), and local reinvestment against what is required (返投)."""

from __future__ import annotations

import datetime
import math
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from huiqi.allocation.mother_fund.books import NONE, Books, span, total
from huiqi.allocation.mother_fund.figures import ZERO, Accounts, Figures, at_least_nothing
from huiqi.vocabulary.ranges import INFINITY, NOTHING, Absent, Exact, Number, add, divide, exactly, subtract
from huiqi.vocabulary.speech import Both

ONE = exactly(1)


@dataclass(frozen=True)
class Leverage:
    """Of some capital: all of it over what is public of it, and what is social over what is public; the first is one more than the second."""

    whole: Number
    public: Number
    social: Number

    @property
    def social_over_public(self) -> Number:
        """Capital of unknown class is the one or the other: never both, and never neither."""
        if self.public.high == 0:
            return NOTHING
        low = ZERO if self.public.high == INFINITY else self.social.low / self.public.high
        if self.public.low == 0:
            return Number(low, INFINITY if self.social.high > 0 else ZERO, Absent.MAYBE)
        return Number(low, INFINITY if self.social.high == INFINITY else self.social.high / self.public.low)

    @property
    def total_over_public(self) -> Number:
        found = self.social_over_public
        return found if found.absent is Absent.SURELY else Number(1 + found.low, 1 + found.high, found.absent)


def leverage(figures: Figures) -> Leverage:
    """Of one fund by what is committed to it, each investor counted as the class it is booked as: a district's mother fund as district capital."""
    return Leverage(figures.committed, figures.public, figures.social)


def consolidated_leverage(books: Books) -> Leverage:
    """Of all funds as one: only what investors that are no funds themselves committed, so that nothing is counted twice."""
    outside = [c for c in books.commitments if c.investor not in books.funds]
    sums = {kind: total(span(c.amount) for c in outside if c.capital == kind) for kind in ("public", "district", "social", None)}
    unknown = sums[None].high
    public = add(sums["public"], sums["district"])
    return Leverage(total(sums.values()), Number(public.low, public.high + unknown), Number(sums["social"].low, sums["social"].high + unknown))


@dataclass(frozen=True)
class Required:
    """A multiple of what the district paid in that has to be invested there, and who says so."""

    multiple: Fraction
    said_by: Both


@dataclass(frozen=True)
class Reinvestment:
    """What a fund has invested in the district against what it has to; None for no obligation or no known day."""

    fund: str
    required: Required | None
    paid_in: Number  # by the district's platforms
    local: Number
    by: datetime.date | None
    by_basis: Both

    @property
    def attained(self) -> Number:
        """How many times what the district paid in; absent where it paid in nothing."""
        return divide(self.local, self.paid_in)

    @property
    def due(self) -> Number:
        """What has to be invested in the district for what is paid in so far, in fen."""
        if self.required is None:
            return NONE
        return Number(_up(self.paid_in.low * self.required.multiple), _up(self.paid_in.high * self.required.multiple))

    @property
    def missing(self) -> Number:
        """What is still missing, in fen."""
        return at_least_nothing(subtract(self.due, self.local))


def _up(amount: Exact) -> Exact:
    return amount if isinstance(amount, float) else Fraction(math.ceil(amount))


AGREED = Both("the fund's agreement", "基金协议")
BY_AGREEMENT = Both("by agreement", "协议约定")
BY_TERM = Both("end of the term; no other day is known", "存续期届满，未见其他期限")
BY_NOBODY = Both("no day is known", "期限未知")


def reinvestment(accounts: Accounts, by_law: Mapping[str, Required]) -> list[Reinvestment]:
    """Of every sub-fund; the higher of what its agreement names and what the rules in force where it stands ask for (`by_law`, by fund)."""
    found = []
    for figures in accounts.sub_funds:
        fund = figures.fund
        asked = [Required(fund.multiple, AGREED)] if fund.multiple is not None else []
        if fund.id in by_law:
            asked.append(by_law[fund.id])
        by, basis = (
            (fund.reinvest_by, BY_AGREEMENT)
            if fund.reinvest_by is not None
            else (fund.term_end, BY_TERM)
            if fund.term_end is not None
            else (None, BY_NOBODY)
        )
        required = max(asked, key=lambda one: one.multiple, default=None)
        found.append(Reinvestment(fund.id, required, figures.district_paid_in, figures.local, by, basis))
    return found
