"""Money shared in proportion to what is claimed (按比例分配), where who claims and how much are ranges.

The plain procedure: if the money reaches for all, each gets its amount. If not, each gets amount x money / sum. Who would get less than the
smallest viable award gets nothing, the smallest claims first (equal ones together), until the least of those that are left is viable; the
others share the money among them. Shares are cut down to the fen; the fen that are left go one each to the largest remainders, of equal ones to
the first in order of award, so that the money is given out to the last fen and never beyond it.

A share grows with one's own amount and falls with those of others. So the least share is that of one's low end beside the high ends of all, the
largest that of one's high end beside the low ends of those that surely share.
"""

from __future__ import annotations

from bisect import bisect_left
from itertools import accumulate

import numpy as np
from numpy.typing import NDArray

from huiqi.allocation.budget.in_order import OPEN, Claims, Given, Ints, Purse, Why, viable


def share_out(claims: Claims, purse: Purse, minimum: int) -> Given:
    """What every claim gets; `claims` are as claimed, in order of award."""
    money = purse.money[0]
    known = bool((claims.must == claims.may).all() and (claims.low == claims.high)[claims.may].all() and not (claims.high[claims.may] >= OPEN).any())
    small = claims.may & (claims.high < minimum)
    claims = viable(claims, minimum)
    if known:
        low = high = _shares(claims, money, minimum)
    else:
        low, high = _ranges(claims, money, minimum)
    sure, possible = low > 0, high > 0
    none = np.zeros(len(claims), np.int64)
    why = np.select([small, possible], [Why.MINIMUM, Why.MET], Why.MINIMUM).astype(np.int8)
    return Given(sure, possible, low, high, none, none, why, none)


def _shares(claims: Claims, money: int, minimum: int) -> Ints:
    """The shares where everything is known."""
    found = np.zeros(len(claims), np.int64)
    rows = np.flatnonzero(claims.must)
    rows, amounts = _left(rows, claims.low[rows], money, minimum)
    total = sum(amounts)
    if total <= money:
        found[rows] = amounts
        return found
    shares, remainders = zip(*(divmod(amount * money, total) for amount in amounts), strict=True)
    order = sorted(range(len(amounts)), key=remainders.__getitem__, reverse=True)  # of equal ones the first stays first
    found[rows] = shares
    found[rows[order[: money - sum(shares)]]] += 1
    return found


def _left(rows: NDArray[np.intp], amounts: Ints, money: int, minimum: int) -> tuple[NDArray[np.intp], list[int]]:
    """Those whose share is viable beside all larger ones: of the amounts that occur, all from the least on of which that is so."""
    sizes, counts = np.unique(amounts, return_counts=True)
    rising, times = sizes[::-1].tolist(), counts[::-1].tolist()
    totals = list(accumulate(size * count for size, count in zip(rising, times, strict=True)))
    kept = bisect_left(range(len(rising)), True, key=lambda at: min(rising[at], rising[at] * money // max(totals[at], 1)) < minimum)
    some = amounts >= rising[kept - 1] if kept else np.zeros(len(amounts), bool)
    return rows[some], amounts[some].tolist()


def _ranges(claims: Claims, money: int, minimum: int) -> tuple[Ints, Ints]:
    """The least and the largest share of each, of what it claims if it does."""
    low, high = claims.low.tolist(), claims.high.tolist()
    larger_most = _At(claims.high[claims.may])
    larger_least = _At(claims.low[claims.must])
    own = np.where(claims.may, claims.high, 0).tolist()
    beside_most = [sum_ - mine for sum_, mine in zip(larger_most.sums_from(claims.low), own, strict=True)]
    own = np.where(claims.must & (claims.low == claims.high), claims.high, 0).tolist()
    beside_least = [sum_ - mine for sum_, mine in zip(larger_least.sums_from(claims.high), own, strict=True)]
    stays = [_share(least, beside, money) >= minimum for least, beside in zip(low, beside_most, strict=True)]
    may_stay = [_share(most, beside, money) >= minimum for most, beside in zip(high, beside_least, strict=True)]
    all_most = sum(most for most, may, stay in zip(high, claims.may.tolist(), may_stay, strict=True) if may and stay)
    all_least = sum(least for least, must, stay in zip(low, claims.must.tolist(), stays, strict=True) if must and stay)
    lows, highs = [], []
    for least, most, must, may, stay, perhaps in zip(low, high, claims.must.tolist(), claims.may.tolist(), stays, may_stay, strict=True):
        others_most = all_most - (most if may and perhaps else 0)
        others_least = all_least - (least if must and stay else 0)
        lows.append(max(minimum, _share(least, others_most, money)) if stay else 0)
        highs.append(min(most, money, -_share(-most, others_least, money, whole=most)) if perhaps and may else 0)
    return np.array(lows, np.int64), np.array(highs, np.int64)


def _share(amount: int, others: int, money: int, *, whole: int | None = None) -> int:
    """amount x money / (amount + others) cut down to the fen, or the amount where the money reaches for all; of a negative amount it is so cut up."""
    total = (amount if whole is None else whole) + others
    return amount if total <= money else amount * money // total


class _At:
    """Amounts, to be added up from one on."""

    def __init__(self, amounts: Ints):
        self.falling = -np.sort(amounts)[::-1]
        self.sums = [0, *accumulate((-self.falling).tolist())]

    def sums_from(self, least: Ints) -> list[int]:
        """The sum of all that are so large at least, of each."""
        return [self.sums[at] for at in np.searchsorted(self.falling, -least, side="right").tolist()]
