"""A round by groups (名额或资金切块): each with a share of the money or a number of places, and what a group leaves.

With money by group, each group is a round of its own; what the groups leave, of money and places, goes to those who got nothing, in the order
of all, or stays unspent. With places alone by group, places are given out first, by group and then those that groups leave, and the money after
that, in the order of all who have a place.

Of whom it is not known in which group it is, it counts in each as one that perhaps claims, and gets what the worst and the best of them give.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from huiqi.allocation.budget.in_order import NO_LIMIT, Bools, Claims, Edge, Given, Ints, Purse, Terms, Ties, Why, give_in_order


@dataclass(frozen=True)
class Part:
    """A group's part: its money in fen (None: there is one purse for all) and its places (None: as many as the money reaches for)."""

    money: int | None
    places: int | None


@dataclass(frozen=True)
class Grouped:
    """What each gets, and whether that surely comes from what groups have left."""

    given: Given
    pooled: Bools


def give_by_group(
    claims: Claims, groups: Bools, parts: Sequence[Part], purse: Purse, terms: Terms, *, pooled: bool
) -> Grouped:  # fmt: skip
    """What every claim gets. `groups` says for each group (a line) which claims may be in it, and in its last line which may be in none;
    `pooled`: what groups leave goes to the others."""
    if any(part.money is not None for part in parts):
        return _by_money(claims, groups, parts, purse, terms, pooled=pooled)
    return _by_places(claims, groups, parts, purse, terms, pooled=pooled)


def _by_money(claims: Claims, groups: Bools, parts: Sequence[Part], purse: Purse, terms: Terms, *, pooled: bool) -> Grouped:
    first, spent_most, spent_least, given_most, given_least = _Widest(len(claims)), 0, 0, 0, 0
    for members, part in zip(groups[:-1], parts, strict=True):
        assert part.money is not None
        rows, own = _members(claims, groups, members)
        room = NO_LIMIT if part.places is None else part.places
        given = give_in_order(own, Purse((part.money, part.money), (room, room)), terms)
        first.add(rows, given)
        surely = given.sure & own.must
        perhaps = given.possible & own.may
        spent_most += min(part.money, sum(given.high[perhaps].tolist()))
        spent_least += sum(given.low[surely].tolist())
        given_most += int(np.count_nonzero(perhaps)) if terms.ties is Ties.ALL else min(room, int(np.count_nonzero(perhaps)))
        given_least += int(np.count_nonzero(surely))
    found = first.given(groups[-1])
    if not pooled:
        return Grouped(found, np.zeros(len(claims), bool))
    money, places = purse.money[0], purse.places[0]
    unlimited = places == NO_LIMIT
    places_left = [places if unlimited else max(places - given, 0) for given in (given_most, given_least)]
    left = Purse((money - spent_most, money - spent_least), (places_left[0], places_left[1]))
    least = terms.minimum if terms.edge is Edge.PARTIAL else None
    return _with_what_is_left(claims, found, give_in_order(_without(claims, found), left, terms), least)


def _by_places(claims: Claims, groups: Bools, parts: Sequence[Part], purse: Purse, terms: Terms, *, pooled: bool) -> Grouped:
    counted = replace(claims, low=np.zeros(len(claims), np.int64), high=np.zeros(len(claims), np.int64))
    order = Terms(terms.ties, Edge.STOP, 0)
    first, given_most, given_least = _Widest(len(claims)), 0, 0
    for members, part in zip(groups[:-1], parts, strict=True):
        assert part.places is not None
        rows, own = _members(counted, groups, members)
        given = give_in_order(own, Purse((0, 0), (part.places, part.places)), order)
        first.add(rows, given)
        perhaps = int(np.count_nonzero(given.possible & own.may))
        given_most += perhaps if terms.ties is Ties.ALL else min(part.places, perhaps)
        given_least += int(np.count_nonzero(given.sure & own.must))
    placed, from_pool = first.given(groups[-1]), np.zeros(len(claims), bool)
    if pooled:
        left = max(purse.places[0] - given_most, 0), max(purse.places[0] - given_least, 0)
        grouped = _with_what_is_left(counted, placed, give_in_order(_without(counted, placed), Purse((0, 0), left), order), None)
        placed, from_pool = grouped.given, grouped.pooled
    funded = replace(claims, must=claims.must & placed.sure, may=claims.may & placed.possible)
    paid = give_in_order(funded, Purse(purse.money), terms)
    sure, possible = paid.sure & placed.sure, paid.possible & placed.possible
    return Grouped(
        Given(
            sure,
            possible,
            np.where(sure, paid.low, 0),
            np.where(possible, paid.high, 0),
            placed.ahead_least,
            placed.ahead_most,
            np.where(placed.possible, paid.why, placed.why).astype(np.int8),
            np.where(placed.possible, paid.short, 0),
        ),
        from_pool,
    )


def _members(claims: Claims, groups: Bools, members: Bools) -> tuple[NDArray[np.intp], Claims]:
    """Who may be in a group; who may be in another too counts as one that perhaps claims."""
    rows = np.flatnonzero(members)
    own = claims.only(rows)
    return rows, replace(own, must=own.must & (np.count_nonzero(groups[:, rows], axis=0) == 1))


def _without(claims: Claims, found: Given) -> Claims:
    """Who perhaps still wants something after the groups have given."""
    return replace(claims, may=claims.may & ~found.sure, must=claims.must & ~found.possible)


def _with_what_is_left(claims: Claims, first: Given, second: Given, least: int | None) -> Grouped:
    """What each gets from its group or, where that gives nothing, from what groups leave; a group may give a part, down to `least`."""
    sure, possible = first.sure | second.sure, first.possible | (second.possible & ~first.sure)
    later = second.low if least is None else np.where(first.possible, np.minimum(second.low, least), second.low)
    low = np.where(first.sure, first.low, np.where(second.sure, later, 0))
    high = np.maximum(first.high, np.where(first.sure, 0, second.high))
    from_pool = claims.must & second.sure & ~first.possible
    given = Given(
        sure, possible, low, high, first.ahead_least, first.ahead_most, np.where(possible, Why.MET, first.why).astype(np.int8), first.short
    )  # fmt: skip
    return Grouped(given, from_pool)


class _Widest:
    """What each gets in the worst and in the best of the groups that it may be in; nothing for those that are in none."""

    def __init__(self, count: int):
        self.seen = np.zeros(count, bool)
        self.sure, self.possible = np.ones(count, bool), np.zeros(count, bool)
        self.low, self.high = np.full(count, np.iinfo(np.int64).max), np.zeros(count, np.int64)
        self.ahead_least, self.ahead_most = np.full(count, np.iinfo(np.int64).max), np.zeros(count, np.int64)
        self.why, self.short = np.full(count, Why.GROUP, np.int8), np.full(count, np.iinfo(np.int64).max)

    def add(self, rows: NDArray[np.intp], given: Given) -> None:
        self.sure[rows] &= given.sure
        self.possible[rows] |= given.possible
        self.low[rows], self.high[rows] = np.minimum(self.low[rows], given.low), np.maximum(self.high[rows], given.high)
        self.ahead_least[rows] = np.minimum(self.ahead_least[rows], given.ahead_least)
        self.ahead_most[rows] = np.maximum(self.ahead_most[rows], given.ahead_most)
        self.why[rows] = np.where(self.seen[rows], np.minimum(self.why[rows], given.why), given.why)
        self.short[rows] = np.minimum(self.short[rows], given.short)
        self.seen[rows] = True

    def given(self, in_none: Bools) -> Given:
        """All groups together; who may be in none of them perhaps gets nothing."""

        def of_seen(column: Ints) -> Ints:
            return np.where(self.seen, column, 0)

        sure = self.sure & self.seen & ~in_none
        low, least, most = np.where(sure, self.low, 0), of_seen(self.ahead_least), of_seen(self.ahead_most)
        return Given(sure, self.possible, low, self.high, least, most, self.why, of_seen(self.short))
