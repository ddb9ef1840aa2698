"""What came of the money: DPI, RVPI, TVPI and the internal rate of return (内部收益率), for a fund, a stake or a vintage.

DPI is what was distributed over what was paid in, RVPI what is still there over what was paid in, TVPI both together. The internal rate is
the r at which the sum of c / (1 + r) ** (days / 365) over all payments c, what is left counted as paid out on the last day, is nought.
"""

from __future__ import annotations

import datetime
import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from huiqi.allocation.mother_fund.books import PROCEEDS, Flow, span, total
from huiqi.allocation.mother_fund.figures import Accounts, Figures, amount_of, called
from huiqi.allocation.mother_fund.look_through import outwards
from huiqi.vocabulary.ranges import INFINITY, Number, add, divide, multiply
from huiqi.vocabulary.speech import Both

DAYS_A_YEAR = 365
TOLERANCE = 1e-12  #: of ln(1 + r): a rate is right to some 0.0000000001 percentage points
_LEAST, _MOST = math.log(1e-4), math.log(1e4)  # rates from -99.99 % to 999,900 %
_STEEPEST = 700.0  # exp() of more has no float: over 76 years and longer the lowest rates are out of reach
_NARROW = 1e-9  # two rates that lie nearer than this are not told apart


@dataclass(frozen=True)
class Rate:
    """An internal rate of return from `low` to `high` (0.12 is 12 %); None with the reason where there is none or it is not known."""

    low: float | None
    high: float | None = None
    reason: Both | None = None

    @property
    def exists(self) -> bool:
        return self.low is not None


@dataclass(frozen=True)
class Multiples:
    """Ratios to what was paid in; absent where nothing was."""

    paid_in: Number
    distributed: Number
    worth: Number
    dpi: Number
    rvpi: Number
    tvpi: Number
    rate: Rate


NEVER_TURNS = Both("money went one way only", "现金流方向单一，不存在")
OUTSIDE = Both("no rate between -99.99 % and 999,900 % balances the payments", "在-99.99%至999,900%之间无解")
UNKNOWN_FLOW = Both("an amount is not known", "存在未知金额")
NOT_MONOTONE = Both("the value is a range and payments change direction more than once", "估值为区间且现金流多次换向")


def multiples(flows: Iterable[tuple[Flow, int]], worth: Number, as_of: datetime.date) -> Multiples:
    """Of payments in (-1) and distributions (+1) of one or several funds or stakes, and what is left of them."""
    flows = list(flows)
    paid_in = amount_of(flow for flow, sign in flows if sign < 0)
    distributed = amount_of(flow for flow, sign in flows if sign > 0)
    known = None if any(flow.amount is None for flow, _ in flows) else [(flow.on, sign * (flow.amount or 0)) for flow, sign in flows]
    rate = Rate(None, reason=UNKNOWN_FLOW) if known is None else rate_of_return(known, worth, as_of)
    return Multiples(
        paid_in, distributed, worth, divide(distributed, paid_in), divide(worth, paid_in), divide(add(distributed, worth), paid_in), rate
    )


def of_fund(accounts: Accounts, fund: str) -> Iterator[tuple[Flow, int]]:
    """A fund's payments with all of its investors."""
    yield from ((flow, -1) for flow in accounts.books.incoming(fund, "paid_in"))
    yield from ((flow, 1) for flow in accounts.books.outgoing(fund, *PROCEEDS))


def of_stake(accounts: Accounts, investor: str, fund: str) -> Iterator[tuple[Flow, int]]:
    """A fund's payments with one investor."""
    yield from ((flow, -1) for flow in accounts.books.incoming(fund, "paid_in") if flow.source == investor)
    yield from ((flow, 1) for flow in accounts.books.outgoing(fund, *PROCEEDS) if flow.target == investor)


def rate_of_return(payments: Sequence[tuple[datetime.date, int]], worth: Number, as_of: datetime.date) -> Rate:
    """The internal rate of payments in fen (in below nought, back above it), with what is left counted on `as_of`.

    Where the value is a range, the rates at both of its ends: a higher value never makes a lower rate as long as money first goes in and then
    comes back. Without a turn of direction, without a rate, or with several, there is none, and the reason says so.
    """
    if worth.low == worth.high:
        return _single([*payments, (as_of, int(worth.low))])
    by_day = _by_day(payments)
    if not _in_then_back([amount for _, amount in by_day]):
        return Rate(None, reason=NOT_MONOTONE)
    low = _single([*payments, (as_of, int(worth.low))])
    if not low.exists and low.reason is not NEVER_TURNS:
        return low
    high = _single([*payments, (as_of, int(worth.high))]) if worth.high != INFINITY else Rate(math.inf, math.inf)
    if not high.exists:
        return high
    assert high.high is not None
    return Rate(-1.0 if low.low is None else low.low, high.high)  # nothing back at all: everything may be lost


def _in_then_back(amounts: Sequence[int]) -> bool:
    """Money goes in first, and after the first that comes back none goes in."""
    signs = [amount > 0 for amount in amounts if amount]
    return bool(signs) and not signs[0] and signs == sorted(signs)


def _by_day(payments: Iterable[tuple[datetime.date, int]]) -> list[tuple[datetime.date, int]]:
    sums: dict[datetime.date, int] = {}
    for day, amount in payments:
        sums[day] = sums.get(day, 0) + amount
    return sorted((day, amount) for day, amount in sums.items() if amount)


def _single(payments: Sequence[tuple[datetime.date, int]]) -> Rate:
    """The one rate of known payments, or why there is none."""
    by_day = _by_day(payments)
    if len({amount > 0 for _, amount in by_day}) < 2:
        return Rate(None, reason=NEVER_TURNS)
    first, largest = by_day[0][0], max(abs(amount) for _, amount in by_day)
    terms = [((day - first).days / DAYS_A_YEAR, amount / largest) for day, amount in by_day]
    found = [math.expm1(root) for root in roots(terms)]
    if len(found) > 1:
        said = ", ".join(f"{rate:.2%}" for rate in found[:4])
        return Rate(None, reason=Both(f"several rates balance the payments: {said}", f"存在多个解：{said}"))
    return Rate(found[0], found[0]) if found else Rate(None, reason=OUTSIDE)


def roots(terms: Sequence[tuple[float, float]], low: float = _LEAST, high: float = _MOST) -> list[float]:
    """Every x with sum(c * exp(-x * t)) = 0, by bracketing: t years from the first payment, x = ln(1 + r).

    An interval is dropped where bounds of the sum exclude nought, bisected where the derivative keeps its sign, and halved otherwise. Inflows and
    outflows each fall with x, so their values at the ends bound the sum in between, and the same holds for the derivative.
    """
    plus = [(t, c) for t, c in terms if c > 0]
    minus = [(t, -c) for t, c in terms if c < 0]
    found: list[float] = []
    waiting = [(max(low, -_STEEPEST / max(t for t, _ in terms)), high)]
    while waiting:
        a, b = waiting.pop()
        if _sum(plus, b) > _sum(minus, a) or _sum(plus, a) < _sum(minus, b):
            continue
        ends = _sum(plus, a) - _sum(minus, a), _sum(plus, b) - _sum(minus, b)
        steady = _slope(plus, b) > _slope(minus, a) or _slope(plus, a) < _slope(minus, b)
        if steady or b - a < _NARROW:
            if (ends[0] <= 0) != (ends[1] <= 0):
                found.append(_bisect(plus, minus, a, b, rises=ends[0] <= 0))
            continue
        middle = (a + b) / 2
        waiting += [(middle, b), (a, middle)]
    return found


def _bisect(plus: Sequence[tuple[float, float]], minus: Sequence[tuple[float, float]], a: float, b: float, *, rises: bool) -> float:
    while b - a > TOLERANCE:
        middle = (a + b) / 2
        if not a < middle < b:  # no float lies in between
            break
        if (_sum(plus, middle) - _sum(minus, middle) <= 0) == rises:
            a = middle
        else:
            b = middle
    return (a + b) / 2


def _sum(terms: Sequence[tuple[float, float]], x: float) -> float:
    return math.fsum(c * math.exp(-x * t) for t, c in terms)


def _slope(terms: Sequence[tuple[float, float]], x: float) -> float:
    """How steeply the sum falls, which falls with x itself."""
    return math.fsum(t * c * math.exp(-x * t) for t, c in terms)


@dataclass(frozen=True)
class Vintage:
    """The sub-funds whose first commitment is of one year (首次关账年份), together."""

    year: int | None
    funds: tuple[str, ...]
    committed: Number
    called: Number
    invested: Number
    returned: Number
    multiples: Multiples


def vintages(accounts: Accounts, mother: str | None = None) -> list[Vintage]:
    """By year of first closing: whole sub-funds, or what a mother fund has in them."""
    years: dict[int | None, list[Figures]] = {}
    for figures in accounts.sub_funds:
        if mother is None or mother in accounts.owners.direct[figures.fund.id]:
            years.setdefault(figures.vintage, []).append(figures)
    return [_vintage(accounts, year, years[year], mother) for year in sorted(years, key=lambda year: year or 0)]


def _vintage(accounts: Accounts, year: int | None, of: list[Figures], mother: str | None) -> Vintage:
    ids = [figures.fund.id for figures in of]

    if mother is None:
        flows = [one for id in ids for one in of_fund(accounts, id)]
        parts = [(f.committed, f.called, f.invested, f.returned, f.net) for f in of]
    else:
        flows = [one for id in ids for one in of_stake(accounts, mother, id)]
        parts = [_part(accounts, f, mother) for f in of]
    committed, calls, invested, returned, worth = (total(column) for column in zip(*parts, strict=True))
    return Vintage(year, tuple(ids), committed, calls, invested, returned, multiples(flows, worth, accounts.as_of))


def _part(accounts: Accounts, figures: Figures, mother: str) -> tuple[Number, Number, Number, Number, Number]:
    """What of a sub-fund's figures is a mother fund's; of what it invested and got back, by share."""
    id, books = figures.fund.id, accounts.books
    share = accounts.owners.direct[id][mother]
    return (
        total(span(c.amount) for c in books.committed_to[id] if c.investor == mother),
        called(books, id, mother),
        outwards(multiply(figures.invested, share)),
        outwards(multiply(figures.returned, share)),
        accounts.stake(mother, id),
    )
