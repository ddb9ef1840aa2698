"""Any instrument stated as a grant paid at once (补助总额当量): one scale for grants, loans, guarantees, capital, vouchers, land and taxes.

Everything is exact: rates and shares are fractions, and only a result is rounded to the fen, half up. Whatever a formula needs and nobody knows is a
range, and so is what comes of it: a guarantee of unknown terms is worth something between nothing and the sum that it covers, never nothing.
Rates are (low, high); where no reference rate is stated, a later payment is worth between nothing and its amount.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Literal

from huiqi.rules.records import MeasureKind

Range = tuple[Fraction, Fraction]
Repaid = Literal["at_end", "evenly"]
NOTHING: Range = (Fraction(0), Fraction(0))
WHOLE: Range = (Fraction(1), Fraction(1))
ANY_PART: Range = (Fraction(0), Fraction(1))

#: What an award of each kind is worth as a grant, as a share of its amount, where nothing is known of its terms. Money that is paid, and money that
#: need not be paid (tax, rent, a lower price of land), counts in full. Of a voucher nobody knows how much is redeemed; of a guarantee what it
#: would have cost on the market (at most it counts in full: 2008/C 155/02, section 4.1); of capital what a private investor would have paid
#: for the same stake (at most it counts in full: Regulation (EU) 2023/2831, Article 4); of a free service what it is worth to its user.
#: A recognition gives no money, nor does a requirement, and a charge is no aid.
WITHOUT_TERMS: dict[MeasureKind, Range] = {
    "recognition": NOTHING, "grant": WHOLE, "interest_subsidy": WHOLE, "rent_aid": WHOLE, "tax_relief": WHOLE, "voucher": ANY_PART,
    "guarantee": ANY_PART, "equity": ANY_PART, "land": WHOLE, "premises": WHOLE, "charge": NOTHING, "service": ANY_PART, "requirement": NOTHING,
}  # fmt: skip


def discount(years: int, rate: Range | None) -> Range:
    """What 1 in so many years is worth today: 1 / (1 + rate) ** years.

    Aid in instalments counts with its value on the day on which it is granted, at the discount rate of that day (Regulation (EU) 651/2014,
    Article 7(3)); the rate is that of Communication 2008/C 14/02.

    >>> discount(2, (Fraction(1, 4), Fraction(1, 4)))
    (Fraction(16, 25), Fraction(16, 25))
    """
    if not years:
        return WHOLE
    if rate is None:
        return ANY_PART
    low, high = rate
    return (1 + high) ** -years, (1 + low) ** -years


def present_value(payments: Iterable[tuple[int, int | None, Range]], rate: Range | None) -> Range:
    """The value today of amounts (low, high) that are each paid between a first and a last year from now; None for a last one that nobody knows.

    >>> tenth = Fraction(1, 10)
    >>> present_value([(0, 0, (Fraction(500), Fraction(500))), (1, 1, (Fraction(550), Fraction(550)))], (tenth, tenth))
    (Fraction(1000, 1), Fraction(1000, 1))
    """
    low = high = Fraction(0)
    for first, last, (least, most) in payments:
        latest = Fraction(0) if last is None else discount(last, rate)[0]
        low, high = low + least * latest, high + most * discount(first, rate)[1]
    return low, high


def loan(market_rate: Range, rate: Range, years: int, repaid: Repaid, reference: Range | None) -> Range:
    """A soft loan, as a share of its sum: the interest of each year below that of the market, on what is outstanding, discounted.

    Sum over the years t = 1 .. n of outstanding(t) * (market rate - rate) / (1 + reference) ** t, where the reference rate stands for the market
    (Communication 2008/C 14/02). Outstanding is all of it until the end, or (n - t + 1) / n of it where it is repaid evenly. Interest above
    the market's is no aid.

    >>> loan((Fraction(5, 100),) * 2, (Fraction(2, 100),) * 2, 2, "evenly", (Fraction(0),) * 2)
    (Fraction(9, 200), Fraction(9, 200))
    """
    low, high = max(Fraction(0), market_rate[0] - rate[1]), max(Fraction(0), market_rate[1] - rate[0])
    left = [Fraction(1) if repaid == "at_end" else Fraction(years - year, years) for year in range(years)]
    return present_value(((year + 1, year + 1, (part * low, part * high)) for year, part in enumerate(left)), reference)


def guarantee(market_premium: Range, premium: Range, years: int, repaid: Repaid, reference: Range | None) -> Range:
    """A guarantee, as a share of the sum that it covers: the premium of each year below that of the market, on what is outstanding, discounted.

    Notice 2008/C 155/02, section 4.2: the shortfall of the premium is the aid, as for the interest of a loan; at most the sum covered.

    >>> guarantee((Fraction(38, 1000),) * 2, (Fraction(8, 1000),) * 2, 3, "at_end", (Fraction(0),) * 2)
    (Fraction(9, 100), Fraction(9, 100))
    """
    low, high = loan(market_premium, premium, years, repaid, reference)
    return min(low, Fraction(1)), min(high, Fraction(1))


def in_proportion(ceiling: Fraction, sum_at_ceiling: Fraction, years_at_ceiling: int, years: int) -> Range:
    """A guarantee or loan within a safe harbour, as a share of its sum: the ceiling, in proportion to sum and years.

    Regulation (EU) 2023/2831, Article 4(3)(c) and 4(6)(c), from memory: EUR 300,000 for a guarantee of EUR 2.25 million over five years, or of
    1.125 million over ten; for a loan EUR 1.5 or 0.75 million.

    >>> in_proportion(Fraction(300_000), Fraction(2_250_000), 5, 3) == (Fraction(2, 25), Fraction(2, 25))
    True
    """
    share = ceiling / sum_at_ceiling * Fraction(years, years_at_ceiling)
    return share, share


def capital(worth: Range) -> Range:
    """Capital, as a share of it: what is paid above what the stake is worth to a private investor; nothing where one would have paid as much.

    Notice on the notion of State aid 2016/C 262/01, section 4.2 (the market economy operator).
    """
    return tuple(max(Fraction(0), 1 - end) for end in reversed(worth))  # type: ignore[return-value]


def land(market_value: Range, price: Range) -> Range:
    """Land below its value, as money: market value less price, and nothing where the price is higher.

    2016/C 262/01, section 4.2: land sold at its value by an expert's valuation holds no aid.
    """
    return max(Fraction(0), market_value[0] - price[1]), max(Fraction(0), market_value[1] - price[0])


def rounded(value: Fraction) -> int:
    """To the whole fen, half up."""
    return int((value + Fraction(1, 2)) // 1)


# ---------------------------------------------------------------- a round


@dataclass(frozen=True)
class Given:
    """What a round gives under one measure in some years from the decision: in whole fen, None for no upper end."""

    measure: str
    kind: MeasureKind
    currency: str
    first: int  # years from the decision
    last: int | None  # None where nobody knows
    low: int
    high: int | None


@dataclass(frozen=True)
class Equivalent:
    """Awards of a measure or of a kind of measure, as amounts and as grants paid at once, in whole fen; None for no upper end."""

    kind: MeasureKind
    currency: str
    low: int
    high: int | None
    equivalent_low: int
    equivalent_high: int | None


def equivalent(given: Iterable[Given], share: Range, rate: Range | None, milestones_within: int | None = None, most: int | None = None) -> Equivalent:
    """One measure's awards as grants: the value today of all payments, times the share that its instrument has as a grant.

    A milestone that nobody can date is reached within `milestones_within` years of the decision where somebody assumes so. `most` is what there is
    for them at most, in fen.
    """
    listed = list(given)
    highs = [one.high for one in listed]
    dated = [
        (
            one.first,
            max(one.first, milestones_within) if one.last is None and milestones_within is not None else one.last,
            (Fraction(one.low), Fraction(one.high or 0)),
        )
        for one in listed
    ]
    low, high = present_value(dated, rate)
    least, possible = sum(one.low for one in listed), None if None in highs else sum(high or 0 for high in highs)
    worth = rounded(high * share[1]) if possible is not None or not share[1] else None
    if most is not None and (possible is None or most < possible):
        possible = max(most, least)
        worth = rounded(worth_most([(one, discount(one.first, rate)[1] * share[1]) for one in listed], possible))
    return Equivalent(listed[0].kind, listed[0].currency, least, possible, rounded(low * share[0]), worth)


def worth_most(parts: Iterable[tuple[Given, Fraction]], most: int) -> Fraction:
    """What parts are worth at most, each fen of one with its own worth, where all of them come to at most so many fen: the dearest fen first.

    >>> early, late = (Given("m", "grant", "CNY", first, first, 10, 50) for first in (0, 1))
    >>> worth_most([(late, Fraction(1, 2)), (early, Fraction(1))], 40)
    Fraction(35, 1)
    """
    listed = sorted(parts, key=lambda part: -part[1])
    left = most - sum(one.low for one, _ in listed)
    worth = Fraction(0)
    for one, each in listed:
        more = left if one.high is None else min(left, one.high - one.low)
        worth, left = worth + (one.low + more) * each, left - more
    return worth


def bounded(cost: Equivalent, parts: Iterable[tuple[Given, Fraction]], most: int) -> Equivalent:
    """Costs of several measures, for which there is at most so much: `parts` with the most that a fen of each is worth."""
    if cost.high is not None and cost.high <= most:
        return cost
    most = max(most, cost.low)
    worth = max(rounded(worth_most(parts, most)), cost.equivalent_low)
    return replace(cost, high=most, equivalent_high=worth if cost.equivalent_high is None else min(worth, cost.equivalent_high))


def together(parts: Iterable[Equivalent]) -> dict[tuple[str, MeasureKind], Equivalent]:
    """By currency and kind, in the order in which they come up."""
    found: dict[tuple[str, MeasureKind], Equivalent] = {}
    for part in parts:
        at = (part.currency, part.kind)
        found[at] = part if at not in found else _plus(found[at], part)
    return found


def _plus(one: Equivalent, other: Equivalent) -> Equivalent:
    return Equivalent(
        one.kind, one.currency, one.low + other.low, _add(one.high, other.high), one.equivalent_low + other.equivalent_low,
        _add(one.equivalent_high, other.equivalent_high),
    )  # fmt: skip


def _add(one: int | None, other: int | None) -> int | None:
    return None if one is None or other is None else one + other
