"""What could be given to whom: each building, each parcel, and parcels joined where they lie beside each other.

A placement is possible where it suits the claim whatever the unknown facts turn out to be; where it only may suit, `may_suit` says so.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from huiqi.allocation.land.area import PARTS, Measured
from huiqi.allocation.land.claims import Claim
from huiqi.allocation.land.stock import Site, Stock
from huiqi.facts.schema import CodeList
from huiqi.vocabulary.place import Places
from huiqi.vocabulary.problem import NOWHERE, FaultyInput, Problem

Truths = NDArray[np.bool_]
Numbers = NDArray[np.int64]
MOST_OFFERS = 200_000
NEVER = np.int64(1 << 40)  #: the day of what nobody knows when it can be had


@dataclass(frozen=True)
class Need:
    """What a placement of a claim has to meet; a claim's own, or one that asks for less (relax.py)."""

    claim: Claim
    least: int
    needed_by: int
    places: frozenset[str] | None  # with all that lies in them; None: anywhere
    uses: frozenset[str] | None


@dataclass(frozen=True, eq=False)
class Offers:
    """Sets of sites that can be given out as one. Areas are parts of a square metre, -1 where they are not known."""

    stock: Stock
    places: Places
    uses: CodeList
    sets: tuple[tuple[int, ...], ...]  # numbers of sites, in order

    @cached_property
    def flat(self) -> Numbers:
        """The sites of all sets, one after the other."""
        return np.array([site for sites in self.sets for site in sites], np.int64)

    @cached_property
    def starts(self) -> Numbers:
        """Where the sites of each set begin in `flat`."""
        return np.cumsum([0, *(len(sites) for sites in self.sets)])[:-1].astype(np.int64)

    @cached_property
    def owner(self) -> Numbers:
        """The set to which each of `flat` belongs."""
        return np.repeat(np.arange(len(self.sets), dtype=np.int64), [len(sites) for sites in self.sets])

    def area(self, measured: Measured) -> Numbers:
        return self._land if measured == "land" else self._floor

    @cached_property
    def _land(self) -> Numbers:
        return self._sums([site.land for site in self.stock.sites])

    @cached_property
    def _floor(self) -> Numbers:
        return self._sums([site.floor for site in self.stock.sites])

    def _sums(self, areas: Sequence[int | None]) -> Numbers:
        if not self.sets:
            return np.zeros(0, np.int64)
        known = np.array([-1 if area is None else area for area in areas], np.int64)[self.flat]
        whole = np.add.reduceat(known, self.starts)
        return np.where(np.logical_or.reduceat(known < 0, self.starts), np.int64(-1), whole)

    @cached_property
    def free(self) -> Numbers:
        """The first day on which all of a set can be had."""
        if not self.sets:
            return np.zeros(0, np.int64)
        days = np.array([NEVER if site.free is None else site.free for site in self.stock.sites], np.int64)
        return np.maximum.reduceat(days[self.flat], self.starts)

    @cached_property
    def smaller(self) -> tuple[Numbers, Numbers]:
        """Pairs of sets: one, and one that is the same without one site."""
        number = {sites: at for at, sites in enumerate(self.sets)}
        pairs = [
            (at, inner)
            for at, sites in enumerate(self.sets)
            if len(sites) > 1
            for leave in sites
            if (inner := number.get(tuple(site for site in sites if site != leave))) is not None
        ]
        both = np.array(pairs, np.int64).reshape(-1, 2)
        return both[:, 0], both[:, 1]

    def every(self, sites: Truths) -> Truths:
        """The sets all of whose sites are among those."""
        return np.logical_and.reduceat(sites[self.flat], self.starts) if self.sets else np.zeros(0, bool)

    def need(self, claim: Claim) -> Need:
        """What the claim asks for itself."""
        inside = frozenset().union(*(self.places.below(place) for place in claim.within))
        uses = frozenset().union(*(self.uses.below(use) for use in claim.uses))
        return Need(claim, claim.least, claim.needed_by, inside, uses)

    def right_form(self, need: Need) -> Truths:
        return np.array([site.form in need.claim.forms for site in self.stock.sites], bool)

    def right_use(self, need: Need) -> Truths:
        uses = need.uses
        return np.array([uses is None or site.possible_uses <= uses for site in self.stock.sites], bool)

    def right_place(self, need: Need) -> Truths:
        places = need.places
        return np.array([places is None or site.possible_places <= places for site in self.stock.sites], bool)

    def in_time(self, need: Need) -> Truths:
        return np.array([site.free is not None and site.free <= need.needed_by for site in self.stock.sites], bool)

    def suit(self, need: Need) -> Truths:
        """The sets that surely suit."""
        sites = self.right_form(need) & self.right_use(need) & self.right_place(need) & self.in_time(need)
        return self.every(sites) & (self.area(need.claim.measured) >= need.least)

    def may_suit(self, need: Need) -> tuple[Site, ...]:
        """Single sites that do not surely suit, but may: for want of what nobody knows."""
        found = []
        for site in self.stock.sites:
            area = site.land if need.claim.measured == "land" else site.floor
            known_enough = area is None or area >= need.least
            may = (
                site.form in need.claim.forms
                and (need.uses is None or bool(site.possible_uses & need.uses))
                and (need.places is None or bool(site.possible_places & need.places))
                and (site.free is None or site.free <= need.needed_by)
                and known_enough
            )
            surely = (need.uses is None or site.possible_uses <= need.uses) and (need.places is None or site.possible_places <= need.places)
            if may and not (surely and site.free is not None and area is not None):
                found.append(site)
        return tuple(found)

    def ids(self, offer: int) -> tuple[str, ...]:
        """The ids of a set's sites."""
        return tuple(self.stock.sites[site].id for site in self.sets[offer])


def make_offers(stock: Stock, places: Places, uses: CodeList, joined: int) -> Offers:
    """All single sites and all connected sets of up to `joined` parcels; raises FaultyInput where they are too many."""
    number = {site.id: at for at, site in enumerate(stock.sites)}
    beside: dict[int, set[int]] = {at: set() for at in range(len(stock.sites))}
    for one, other in stock.adjacent:
        beside[number[one]].add(number[other])
        beside[number[other]].add(number[one])
    sets: list[tuple[int, ...]] = [(at,) for at in range(len(stock.sites))]
    for found in _connected(beside, joined):
        if len(found) > 1:
            sets.append(found)
        if len(sets) > MOST_OFFERS:
            message = f"parcels can be joined in more than {MOST_OFFERS:,} ways"
            raise FaultyInput([Problem("land.joins", message, NOWHERE, f"join fewer: --joined {joined - 1}")])
    return Offers(stock, places, uses, tuple(sorted(sets, key=lambda sites: (len(sites), sites))))


def _connected(beside: dict[int, set[int]], most: int) -> Iterable[tuple[int, ...]]:
    """Every connected set of up to so many nodes, each once: from its least node on, only nodes that are new beside the last one are added
    (Wernicke 2006, algorithm ESU)."""
    for start in beside:
        waiting: list[tuple[tuple[int, ...], set[int], set[int]]] = [
            ((start,), {other for other in beside[start] if other > start}, beside[start] | {start})
        ]
        while waiting:
            nodes, frontier, seen = waiting.pop()
            yield tuple(sorted(nodes))
            if len(nodes) == most:
                continue
            rest = set(frontier)
            for node in sorted(frontier):
                rest.discard(node)
                new = {other for other in beside[node] if other > start and other not in seen}
                waiting.append(((*nodes, node), rest | new, seen | beside[node]))


def value_of(claim: Claim, area: int, unused_weight: int) -> int:
    """What a placement is worth in fen a year: its tax, less the weight (fen a square metre) of area beyond what the claim uses, half up."""
    unused = max(area - claim.most, 0)
    return claim.worth(area) - (2 * unused_weight * unused + PARTS) // (2 * PARTS)


@dataclass(frozen=True, eq=False)
class Pairs:
    """Placements that are possible: claim and set by their numbers, and the value of each in fen a year."""

    claim: Numbers
    offer: Numbers
    value: tuple[int, ...]

    def __len__(self) -> int:
        return len(self.claim)


def make_pairs(claims: Sequence[Claim], offers: Offers, unused_weight: int) -> Pairs:
    """Every placement that surely suits, but for those that a part of the same parcels makes as well."""
    larger, inner = offers.smaller
    found_claims, found_offers, values = [], [], list[int]()
    for number, claim in enumerate(claims):
        suits = offers.suit(offers.need(claim))
        chosen = np.flatnonzero(suits)
        area = offers.area(claim.measured)
        worth = {int(offer): value_of(claim, int(area[offer]), unused_weight) for offer in chosen}
        both = np.flatnonzero(suits[larger] & suits[inner])
        pairs = zip(larger[both].tolist(), inner[both].tolist(), strict=True)
        dropped = {whole for whole, part in pairs if worth[part] >= worth[whole]}
        kept = [offer for offer in worth if offer not in dropped]
        found_claims.append(np.full(len(kept), number, np.int64))
        found_offers.append(np.array(kept, np.int64))
        values += [worth[offer] for offer in kept]
    empty = np.zeros(0, np.int64)
    return Pairs(np.concatenate([empty, *found_claims]), np.concatenate([empty, *found_offers]), tuple(values))


def first_day(offers: Offers, offer: int, as_of: datetime.date) -> datetime.date:
    """From when a set can be had, not before the day of the allocation."""
    return datetime.date.fromordinal(max(int(offers.free[offer]), as_of.toordinal()))
