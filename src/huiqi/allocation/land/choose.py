"""The choice among all possible placements: guarantees first, then what is missing of them, then the best use.

One column for each possible placement, taken or not; a claim is placed at most once, and a site given to at most one. In this order, each with what
the former reached as a floor:

    1. for each priority, first to last: as many guarantees as can be kept
    2. of those that cannot be kept, the least area asked for (square metres of land and of floor space added)
    3. the value: expected tax a year, less the weight of area that nobody uses
"""

from __future__ import annotations

import math
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from huiqi.allocation.land.area import PARTS
from huiqi.allocation.land.claims import Claim
from huiqi.allocation.land.offers import Offers, Pairs
from huiqi.allocation.solve import Answer, Program, Rows, Status, solve

Numbers = NDArray[np.int64]
Figures = NDArray[np.float64]
CLOSE = 1e-3  #: square metres by which the area that is missing may be off: the solver's figures are not exact


@dataclass(frozen=True, eq=False)
class Model:
    """All possible placements of some claims, and rows beside those that keep claims and sites single."""

    claims: tuple[Claim, ...]
    offers: Offers
    pairs: Pairs
    further: Rows | None = None

    @cached_property
    def packing(self) -> Rows:
        """A claim at most once, a site to at most one; then the further rows."""
        every = np.arange(len(self.pairs), dtype=np.int64)
        single = Rows.grouped(self.pairs.claim, every, len(self.claims))
        lengths = np.array([len(self.offers.sets[offer]) for offer in self.pairs.offer], np.int64)
        sites = np.array([site for offer in self.pairs.offer for site in self.offers.sets[offer]], np.int64)
        rows = single + Rows.grouped(sites, np.repeat(every, lengths), len(self.offers.stock.sites))
        return rows if self.further is None else rows + self.further

    @cached_property
    def values(self) -> Figures:
        return np.array(self.pairs.value, np.float64)

    @cached_property
    def promised(self) -> Numbers:
        """The columns of claims that are guaranteed."""
        guaranteed = np.array([claim.guaranteed for claim in self.claims], bool)
        return np.flatnonzero(guaranteed[self.pairs.claim])

    @property
    def free(self) -> int:
        """How many columns, the first ones, stand in no further row."""
        return len(self.pairs) if self.further is None else int(min(self.further.columns, default=len(self.pairs)))

    def only(self, columns: Numbers) -> Rows:
        """The packing with only some columns, numbered anew."""
        number = np.full(len(self.pairs), -1, np.int64)
        number[columns] = np.arange(len(columns))
        rows = self.packing
        here = number[rows.columns] >= 0
        before = np.concatenate([[0], np.cumsum(here)])
        return Rows(rows.low, rows.high, before[rows.starts], number[rows.columns[here]], rows.weights[here])


@dataclass(frozen=True)
class Level:
    """One step of the choice: what was reached, and the bound above which nothing could be."""

    name: str
    status: Status
    reached: int | Fraction
    bound: float

    @property
    def gap(self) -> float:
        """By which share of the bound the result may fall short."""
        return max(0.0, (self.bound - float(self.reached)) / max(abs(self.bound), 1.0))


@dataclass(frozen=True, eq=False)
class Floor:
    """What a level reached: the weights of the claims that are placed add up to so much at least."""

    weights: Figures
    low: float

    def row(self, model: Model, columns: Numbers | None = None) -> Rows:
        """The floor as a row over all columns of a model, or over some, numbered anew."""
        weights = self.weights[model.pairs.claim if columns is None else model.pairs.claim[columns]]
        where = np.flatnonzero(weights)
        return Rows.one(where, weights[where], low=self.low)


@dataclass(frozen=True, eq=False)
class Guaranteed:
    """Levels 1 and 2: columns that reach them, guarantees kept by priority, their area, and the floors for level 3."""

    taken: Numbers
    kept: dict[int, int]
    area: int  # parts of a square metre that the kept ones ask for
    levels: tuple[Level, ...]
    floors: tuple[Floor, ...]

    @property
    def rank(self) -> tuple[int, ...]:
        """What is compared, first things first."""
        return (*(self.kept[priority] for priority in sorted(self.kept)), self.area)


@dataclass(frozen=True, eq=False)
class Choice:
    """The placements that were chosen, as numbers of columns, and how they were reached."""

    taken: Numbers
    guaranteed: Guaranteed
    value: Level

    @property
    def levels(self) -> tuple[Level, ...]:
        return (*self.guaranteed.levels, self.value)

    @property
    def proven(self) -> bool:
        """No other choice is better, but for the gap asked for."""
        return all(level.status == "optimal" for level in self.levels)


class Clock:
    """What is left of the time that several solutions share."""

    def __init__(self, seconds: float):
        self.end = time.monotonic() + seconds

    @property
    def left(self) -> float:
        return max(self.end - time.monotonic(), 0.0)


def choose(model: Model, *, seconds: float = math.inf, gap: float = 0.0) -> Choice:
    """The best choice, or the best found in so many seconds."""
    clock = Clock(seconds)
    return best_use(model, keep_guarantees(model, clock), clock, gap)


def keep_guarantees(model: Model, clock: Clock, start: Numbers | None = None) -> Guaranteed:
    """As many guarantees as can be kept, by priority, and then the least area missing; on guaranteed claims alone. `start` are columns of theirs
    to begin with."""
    columns, packing = model.promised, model.only(model.promised)
    promised = Counter(claim.priority for claim in model.claims if claim.guaranteed)
    first = np.lexsort((_areas(model)[columns], [model.claims[claim].priority for claim in model.pairs.claim[columns]]))
    order = [column for column in columns[first].tolist() if column < model.free]  # first things first, each where it takes least
    start = _one_after_the_other(model, order, np.zeros(0, np.int64) if start is None else start)
    taken, kept = np.searchsorted(columns, start), dict[int, int]()
    levels, floors = list[Level](), list[Floor]()

    def next_level(weights: Figures) -> Answer:
        nonlocal taken
        rows = packing
        for floor in floors:
            rows = rows + floor.row(model, columns)
        answer = solve(Program(weights[model.pairs.claim[columns]], rows), seconds=clock.left, start=taken)
        if answer.found:  # what the level does not ask for may still be free: the next one begins with it
            taken = np.searchsorted(columns, _one_after_the_other(model, order, columns[answer.taken]))
        return answer

    def placed(weights: Figures) -> float:
        return float(weights[model.pairs.claim[columns[taken]]].sum())

    for priority in sorted(promised):
        weights = np.array([float(claim.guaranteed and claim.priority == priority) for claim in model.claims])
        answer = next_level(weights)
        kept[priority] = round(placed(weights))
        bound = min(answer.bound, float(promised[priority]))
        levels.append(Level(f"guarantees of priority {priority}", answer.status, kept[priority], bound))
        floors.append(Floor(weights, kept[priority]))
    if sum(kept.values()) < sum(promised.values()):
        weights = np.array([claim.least / PARTS if claim.guaranteed else 0.0 for claim in model.claims])
        answer = next_level(weights)
        reached = Fraction(sum(model.claims[claim].least for claim in model.pairs.claim[columns[taken]]), PARTS)
        bound = min(answer.bound, float(weights.sum()))
        levels.append(Level("square metres of guarantees that are kept", answer.status, reached, bound))
        floors.append(Floor(weights, placed(weights) - CLOSE))
    area = sum(model.claims[claim].least for claim in model.pairs.claim[columns[taken]])
    return Guaranteed(columns[taken], kept, area, tuple(levels), tuple(floors))


def best_use(model: Model, guaranteed: Guaranteed, clock: Clock, gap: float = 0.0) -> Choice:
    """Level 3, with what the guarantees reached as floors."""
    start = filled(model, guaranteed.taken)
    answer = solve(Program(model.values, rows_of(model, guaranteed)), seconds=clock.left, gap=gap, start=start)
    taken, least = answer.taken if answer.found else start, sum(model.pairs.value[column] for column in start.tolist())
    reached = sum(model.pairs.value[column] for column in taken.tolist())
    if reached < least:  # the time ran out before anything better was found
        taken, reached = start, least
    most = np.zeros(len(model.claims))
    np.maximum.at(most, model.pairs.claim, model.values)  # each claim where it is worth most: a bound that needs no solver
    bound = max(min(answer.bound, float(most.sum())), float(reached))
    return Choice(taken, guaranteed, Level("value in fen a year", answer.status, reached, bound))


def filled(model: Model, columns: Numbers) -> Numbers:
    """Columns and, beside them, those that are worth most for a site's area: a choice to begin with."""
    order = np.argsort(-model.values / np.maximum(_areas(model), 1), kind="stable")
    return _one_after_the_other(model, [column for column in order.tolist() if column < model.free and model.pairs.value[column] > 0], columns)


def _areas(model: Model) -> Figures:
    """The area of each column in its claim's measure."""
    areas = {measured: model.offers.area(measured) for measured in ("land", "floor")}
    pairs = zip(model.pairs.claim.tolist(), model.pairs.offer.tolist(), strict=True)
    return np.array([areas[model.claims[claim].measured][offer] for claim, offer in pairs], np.float64)


def _one_after_the_other(model: Model, order: Sequence[int], beside: Numbers) -> Numbers:
    """Columns, and those of an order that still fit beside them."""
    claims, sites, found = set(model.pairs.claim[beside].tolist()), set[int](), beside.tolist()
    for column in found:
        sites.update(model.offers.sets[model.pairs.offer[column]])
    for column in order:
        claim, here = int(model.pairs.claim[column]), model.offers.sets[model.pairs.offer[column]]
        if claim not in claims and not sites.intersection(here):
            claims.add(claim)
            sites.update(here)
            found.append(column)
    return np.array(sorted(found), np.int64)


def rows_of(model: Model, guaranteed: Guaranteed) -> Rows:
    """All rows of level 3."""
    rows = model.packing
    for floor in guaranteed.floors:
        rows = rows + floor.row(model)
    return rows


def with_pairs(model: Model, claim: Sequence[int], offer: Sequence[int], value: Sequence[int], further: Rows | None = None) -> Model:
    """The model with further columns after its own."""
    pairs = Pairs(
        np.concatenate([model.pairs.claim, np.array(claim, np.int64)]),
        np.concatenate([model.pairs.offer, np.array(offer, np.int64)]),
        (*model.pairs.value, *value),
    )
    return replace(model, pairs=pairs, further=further if model.further is None or further is None else model.further + further)
