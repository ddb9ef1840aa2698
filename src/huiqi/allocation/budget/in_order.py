"""Money and places given out one after the other, by rank or by arrival, where who comes first and how much each claims are ranges.

The plain procedure: the claims in their order; each gets its amount as long as there are money and places. Who is equal in the order stands or
falls together (`Ties`), unless a lot has put everybody into an order. What happens to the first whose amount is more than what is left, and to
those behind, is said by `Edge`.

More claims ahead, or larger ones, never help (but for `Edge.SKIP`). So what somebody gets in the worst case is what is left by all that may be
ahead with their high ends; in the best case, by all that surely are with their low ends: sums over sorted columns. Where smaller claims may step
over larger ones that is not so, and the money left is followed claim by claim as a range.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum, IntEnum
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

OPEN = 1 << 62  #: an amount without an upper end; more than any money
NO_LIMIT = 1 << 40  #: as many places as anybody could want


class Ties(Enum):
    """What becomes of claims that are equal in the order where not all of them can be met."""

    NONE = "none"  # none of them
    ALL = "all"  # all of them beyond the number of places; never beyond the money
    LOT = "lot"  # a lot has been drawn: no two are equal


class Edge(Enum):
    """What happens where the money does not reach for the next one."""

    STOP = "stop"  # nobody further
    SKIP = "skip"  # smaller ones behind it may still be met; only where no two are equal
    PARTIAL = "partial"  # it gets what is left; only where no two are equal


class Why(IntEnum):
    """What kept a claim from being met, if everything had turned out well for it."""

    MET = 0
    PLACES = 1
    MONEY = 2
    TIE = 3
    MINIMUM = 4
    GROUP = 5


@dataclass(frozen=True)
class Claims:
    """What is claimed: surely or perhaps, between which amounts of fen, and between which places of the order (0 is the first; equal: tied)."""

    must: Bools
    may: Bools
    low: Ints
    high: Ints
    best: Ints
    worst: Ints

    def __len__(self) -> int:
        return len(self.must)

    def only(self, rows: NDArray[np.intp] | Bools) -> Claims:
        return Claims(self.must[rows], self.may[rows], self.low[rows], self.high[rows], self.best[rows], self.worst[rows])


@dataclass(frozen=True)
class Purse:
    """What there is to give out: money in fen and a number of awards, each from so much to so much."""

    money: tuple[int, int]
    places: tuple[int, int] = (NO_LIMIT, NO_LIMIT)


@dataclass(frozen=True)
class Terms:
    """How it is given out; `minimum` is the smallest viable award in fen, 1 at least."""

    ties: Ties = Ties.NONE
    edge: Edge = Edge.STOP
    minimum: int = 1


@dataclass(frozen=True)
class Given:
    """What each gets if it claims at all: surely something, perhaps something, from `low` (0 where not surely) to `high` (0 where surely nothing).

    `ahead_least` and `ahead_most` say how many claims are ahead of it, `why` what is in its way in the best case, and `short` by how much
    money then.
    """

    sure: Bools
    possible: Bools
    low: Ints
    high: Ints
    ahead_least: Ints
    ahead_most: Ints
    why: NDArray[np.int8]
    short: Ints


def viable(claims: Claims, minimum: int) -> Claims:
    """Claims below the smallest viable award are none; one that is perhaps below is perhaps none."""
    return replace(
        claims,
        must=claims.must & (claims.low >= minimum),
        may=claims.may & (claims.high >= minimum),
        low=np.maximum(claims.low, minimum),
        high=np.maximum(claims.high, minimum),
    )


def give_in_order(claims: Claims, purse: Purse, terms: Terms) -> Given:
    """What every claim gets, whatever the unknown facts turn out to be. `claims` are viable ones."""
    money, places = purse.money, purse.places
    most = np.minimum(claims.high, money[1] + 1)  # as good as any amount that is too large
    worst = _Ahead(claims.best[claims.may], most[claims.may])
    best = _Ahead(claims.worst[claims.must], claims.low[claims.must])
    own = np.where(claims.may, most, 0)
    before_itself = claims.may & (claims.best < claims.worst)
    ahead_most = worst.count(claims.worst, tied=False) - before_itself
    ahead_least = best.count(claims.best, tied=False)
    if terms.edge is Edge.SKIP:
        return _stepping_over(claims, purse, ahead_least, ahead_most)
    tied = terms.ties is not Ties.LOT
    spent_most = _less(worst.sum(claims.worst, tied=tied), np.where(claims.may & (before_itself | tied), own, 0))
    own_least = np.where(claims.must & (claims.worst == claims.best), claims.low, 0)
    spent_least = _less(best.sum(claims.best, tied=tied), own_least if tied else np.zeros_like(own_least))
    if terms.ties is Ties.NONE:
        taken_most = worst.count(claims.worst, tied=True) - claims.may
        taken_least = best.count(claims.best, tied=True) - (claims.must & (claims.worst == claims.best))
    else:
        taken_most, taken_least = ahead_most, ahead_least
    left_least, left_most = np.maximum(money[0] - spent_most, 0), np.maximum(money[1] - spent_least, 0)
    if terms.edge is Edge.PARTIAL:
        low, high = np.minimum(claims.low, left_least), np.minimum(claims.high, left_most)
        enough_sure, enough = low >= terms.minimum, high >= terms.minimum
        missing = terms.minimum - high
    else:
        enough_sure, enough = most <= left_least, claims.low <= left_most
        low, high = claims.low, np.minimum(claims.high, left_most)
        missing = claims.low - (money[1] - spent_least)
    sure, place = enough_sure & (taken_most < places[0]), taken_least < places[1]
    possible = enough & place
    if tied:  # would it be met if those that are equal were not there?
        alone = claims.low <= money[1] - best.sum(claims.best, tied=False)
        by_tie = (ahead_least < places[1]) & alone & ~possible
    else:
        by_tie = np.zeros(len(claims), bool)
    money_first = ~enough & (np.count_nonzero(possible) < places[1])  # the money ended before the places did
    why = np.select([possible, by_tie, ~place & ~money_first], [Why.MET, Why.TIE, Why.PLACES], Why.MONEY).astype(np.int8)
    short = np.where(why == Why.MONEY, missing, 0)
    return Given(sure, possible, np.where(sure, low, 0), np.where(possible, high, 0), ahead_least, ahead_most, why, short)


class _Ahead:
    """Claims by their place in the order, to be counted and summed up to a place; a sum that no number holds is as large as can be.

    Where the places are numbers close to each other, each is looked up in a table, otherwise among those that occur.
    """

    def __init__(self, places: Ints, amounts: Ints):
        order = np.argsort(places, kind="stable")
        self.places, self.table = places[order], None
        self.sums = np.concatenate([np.zeros(1, np.int64), np.cumsum(amounts[order])])
        overflown = np.flatnonzero(self.sums < 0)  # amounts are below 2**62, so the first sum beyond 2**63 is below nought
        if len(overflown):
            self.sums[overflown[0] :] = np.iinfo(np.int64).max
        last = int(self.places[-1]) if len(places) else 0
        if len(places) and last < 16 * len(places):
            self.table = np.concatenate([np.zeros(1, np.int64), np.cumsum(np.bincount(places, minlength=last + 1))])

    def count(self, place: Ints, *, tied: bool) -> Ints:
        """How many are ahead of a place, or `tied` at it."""
        if self.table is not None:
            return self.table[np.minimum(place + tied, len(self.table) - 1)]
        return np.searchsorted(self.places, place, side="right" if tied else "left").astype(np.int64)

    def sum(self, place: Ints, *, tied: bool) -> Ints:
        """What they come to."""
        return self.sums[self.count(place, tied=tied)]


def _less(sums: Ints, own: Ints) -> Ints:
    """Sums without one's own; one that no number holds stays so."""
    return np.where(sums == np.iinfo(np.int64).max, sums, sums - own)


# ---------------------------------------------------------------- smaller ones may step over larger ones


def _stepping_over(claims: Claims, purse: Purse, ahead_least: Ints, ahead_most: Ints) -> Given:
    """The claims in order, with the money and the places left as ranges.

    Claims of which it is not known which comes first form a knot, of which each is looked at with all that may be ahead of it in the knot, and
    with those that surely are. Of these either all were met, or one was too large: then less is left than it claimed.
    """
    count = len(claims)
    sure, possible = np.zeros(count, bool), np.zeros(count, bool)
    high, short = np.zeros(count, np.int64), np.zeros(count, np.int64)
    why = np.full(count, Why.PLACES, np.int8)
    rows = np.flatnonzero(claims.may)
    rows = rows[np.argsort(claims.best[rows], kind="stable")]
    apart = claims.best[rows][1:] > np.maximum.accumulate(claims.worst[rows])[:-1]
    knots = [0, *(np.flatnonzero(apart) + 1).tolist(), len(rows)] if len(rows) else [0]
    (left, most_left), (places, most_places) = purse.money, purse.places
    low_of, high_of, must_of = (column[rows].tolist() for column in (claims.low, claims.high, claims.must))
    smallest = np.minimum.accumulate(claims.low[rows][::-1])[::-1].tolist()
    for first, last in pairwise(knots):
        if most_places < 1 or most_left < smallest[first]:
            break
        if last - first > 1:
            left, most_left, places, most_places = _knot(
                claims, rows[first:last], (left, most_left, places, most_places), sure, possible, high, why, short
            )
            continue
        row, least, most, must = rows[first], low_of[first], high_of[first], must_of[first]
        if least > most_left:
            why[row], short[row] = Why.MONEY, least - most_left
            continue
        possible[row], high[row], why[row] = True, min(most, most_left), Why.MET
        sure[row] = met = left >= most and places >= 1
        if must:
            most_left = most_left - least if met else min(most_left, max(most_left - least, most - 1))
            most_places -= met
        left, places = max(left - most, 0), max(places - 1, 0)
    else:
        first = len(rows)
    rest = rows[first:] if most_places >= 1 else rows[:0]
    why[rest], short[rest] = Why.MONEY, claims.low[rest] - most_left
    return Given(sure, possible, np.where(sure, claims.low, 0), high, ahead_least, ahead_most, why, short)


def _knot(
    claims: Claims, rows: NDArray[np.intp], purse: tuple[int, int, int, int],
    sure: Bools, possible: Bools, high: Ints, why: NDArray[np.int8], short: Ints,
) -> tuple[int, int, int, int]:  # fmt: skip
    """Claims of which it is not known which comes first; what is left after them."""
    left, most_left, places, most_places = purse
    knot = claims.only(rows)
    amounts = np.minimum(knot.high, most_left + 1)
    worst = _Ahead(knot.best, amounts)
    own = knot.best < knot.worst
    spent_most = _less(worst.sum(knot.worst, tied=False), np.where(own, amounts, 0))
    taken_most = worst.count(knot.worst, tied=False) - own
    best = _Ahead(knot.worst[knot.must], knot.low[knot.must])
    order = np.argsort(knot.worst[knot.must], kind="stable")
    largest = np.concatenate([[0], np.maximum.accumulate(knot.high[knot.must][order])])
    ahead = best.count(knot.best, tied=False)
    left_at_most = np.maximum(most_left - best.sum(knot.best, tied=False), largest[ahead] - 1)
    left_at_most = np.where(ahead > 0, np.minimum(left_at_most, most_left), most_left)
    met = (amounts <= np.maximum(left - spent_most, 0)) & (taken_most < places)
    may = knot.low <= left_at_most
    sure[rows], possible[rows] = met, may
    high[rows] = np.where(may, np.minimum(knot.high, left_at_most), 0)
    why[rows], short[rows] = np.where(may, Why.MET, Why.MONEY), np.where(may, 0, knot.low - left_at_most)
    surely = met & knot.must
    after = most_left - sum(knot.low[surely].tolist())
    if knot.must.any():
        after = min(after, max(most_left - sum(knot.low[knot.must].tolist()), int(largest[-1]) - 1))
    left = max(left - sum(amounts.tolist()), 0)
    return left, max(after, left), max(places - len(rows), 0), most_places - int(surely.sum())
