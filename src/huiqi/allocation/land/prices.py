"""What one more mu of land, or 100 m² more of a building, would be worth: by zone and use.

Each price is of a choice made anew: one more mu lies beside whichever parcels of that place and use it serves best, with their floor area ratio and
their day; or one building of that place and use, whichever it serves best, is 100 m² larger. The price is how much better the best choice then
is. The prices of the relaxed program say beforehand where nothing can be gained; there no choice is made anew.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from huiqi.allocation.land.area import MU, PARTS
from huiqi.allocation.land.choose import Choice, Clock, Model, best_use, keep_guarantees, rows_of, with_pairs
from huiqi.allocation.land.offers import Offers, value_of
from huiqi.allocation.land.stock import Form
from huiqi.allocation.solve import Program, Rows, solve

MORE: dict[Form, int] = {"parcel": MU, "building": 100 * PARTS}
Figures = NDArray[np.float64]


@dataclass(frozen=True)
class Price:
    """What more of a place and use is worth a year: further guarantees kept, area of guarantees, and a range of value in fen."""

    form: Form
    place: str
    use: str
    guarantees: int
    area: int  # parts of a square metre
    low: int
    high: int


@dataclass(frozen=True, eq=False)
class Duals:
    """The relaxed program at the last level: its bound, what each claim costs before it is placed, and each site."""

    bound: float
    claims: Figures  # with what the floors of guarantees take off
    sites: Figures

    def short(self, model: Model) -> Figures:
        """What each column's value exceeds its price by; 0 or less where it is not among the best."""
        sets, flat = model.offers.sets, [self.sites[list(sites)].sum() for sites in model.offers.sets]
        return model.values - self.claims[model.pairs.claim] - np.array(flat)[model.pairs.offer] if sets else model.values


def duals_of(model: Model, choice: Choice) -> Duals:
    """What the relaxed program says about a choice."""
    rows = rows_of(model, choice.guaranteed)
    answer = solve(Program(model.values, rows), relaxed=True)
    count, sites, floors = len(model.claims), len(model.offers.stock.sites), choice.guaranteed.floors
    claims = answer.prices[:count].copy()
    for floor, price in zip(floors, answer.prices[len(answer.prices) - len(floors) :], strict=True):
        claims += price * floor.weights
    return Duals(answer.bound, claims, answer.prices[count : count + sites])


def shadow_prices(
    model: Model, choice: Choice, duals: Duals, unused_weight: int, *, seconds: float, gap: float, tick: Callable[[int], None] = lambda _: None
) -> list[Price]:
    """A price for each form, place and use of the stock."""
    sites = model.offers.stock.sites
    groups = sorted({(site.form, site.place, site.use) for site in sites if site.place and site.use})
    clock = Clock(seconds)
    fits = [model.offers.suit(replace(model.offers.need(claim), least=0)) for claim in model.claims]
    found = []
    for form, place, use in groups:
        assert place is not None
        assert use is not None
        within = np.array([(site.form, site.place, site.use) == (form, place, use) for site in sites], bool)
        larger, fresh = _enlarged(model, fits, within, form, unused_weight)
        found.append(_price(model, choice, duals, larger, fresh, (form, place, use), clock, gap))
        tick(1)
    return found


def _enlarged(model: Model, fits: list[NDArray[np.bool_]], within: NDArray[np.bool_], form: Form, unused_weight: int) -> tuple[Model, bool]:
    """The model with further columns for placements that are larger by one unit, of which at most one is taken; and whether among them are
    placements of guarantees that were not possible before. `fits` are the sets that suit each claim but for their area."""
    offers = model.offers
    here, larger = offers.every(within), {measured: _larger(offers, measured, form) for measured in ("land", "floor")}
    former = {(int(c), int(o)): value for c, o, value in zip(model.pairs.claim, model.pairs.offer, model.pairs.value, strict=True)}
    claims, chosen, values, fresh = list[int](), list[int](), list[int](), False
    for number, claim in enumerate(model.claims):
        area, before = larger[claim.measured], offers.area(claim.measured)
        for offer in np.flatnonzero(here & fits[number] & (area >= claim.least)).tolist():
            value = value_of(claim, int(area[offer]), unused_weight)
            if value > former.get((number, offer), -math.inf):
                claims.append(number)
                chosen.append(offer)
                values.append(value)
                fresh = fresh or (claim.guaranteed and before[offer] < claim.least)
    columns = np.arange(len(model.pairs), len(model.pairs) + len(claims), dtype=np.int64)
    return with_pairs(model, claims, chosen, values, Rows.one(columns, np.ones(len(columns)), high=1.0)), fresh


def _larger(offers: Offers, measured: str, form: Form) -> NDArray[np.int64]:
    """The area of each set with one unit more; land to build on grows in floor space as its floor area ratio says. Unknown areas stay -1."""
    land, floor = offers.area("land"), offers.area("floor")
    if measured == "land":
        return np.where(land < 0, land, land + MORE[form])
    if form == "building":
        return np.where(floor < 0, floor, floor + MORE[form])
    more = [int(f) * MU // int(a) if f >= 0 and a > 0 else 0 for f, a in zip(floor, land, strict=True)]
    return np.where(floor < 0, floor, floor + np.array(more, np.int64))


def _price(model: Model, choice: Choice, duals: Duals, larger: Model, fresh: bool, group: tuple[Form, str, str], clock: Clock, gap: float) -> Price:
    former, reached = choice.guaranteed, int(choice.value.reached)
    new = slice(len(model.pairs), len(larger.pairs))
    if new.start == new.stop:
        return Price(*group, 0, 0, 0, 0)
    at_most = math.ceil(duals.bound + max(0.0, float(duals.short(larger)[new].max()))) - reached
    promises = sum(former.kept.values()) < sum(claim.guaranteed for claim in model.claims)
    guaranteed = former
    if promises and fresh:
        guaranteed = keep_guarantees(larger, clock, former.taken)
    improved = guaranteed.rank > former.rank
    if not improved and (at_most <= 100 or not clock.left):  # a yuan is less than the solver can tell from nothing
        return Price(*group, 0, 0, 0, at_most if at_most > 100 else 0)
    other = best_use(larger, replace(guaranteed if improved else former, taken=choice.taken if not improved else guaranteed.taken), clock, gap)
    low, high = int(other.value.reached) - math.ceil(choice.value.bound), math.ceil(other.value.bound) - reached
    if improved:
        kept = sum(guaranteed.kept.values()) - sum(former.kept.values())
        return Price(*group, kept, guaranteed.area - former.area, _to_yuan(low), _to_yuan(high))
    return Price(*group, 0, 0, _to_yuan(max(low, 0)), _to_yuan(max(0, min(high, at_most))))


def _to_yuan(fen: int) -> int:
    """Whole yuan, in fen, half up: the solver's figures are no more exact."""
    return (fen + 50) // 100 * 100
