"""Small stocks and claims for tests, and an allocation by trying everything."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from fractions import Fraction
from itertools import combinations

from huiqi.allocation.land.area import MU, PARTS
from huiqi.allocation.land.choose import Model
from huiqi.allocation.land.claims import LAST, Claim
from huiqi.allocation.land.offers import make_offers, make_pairs
from huiqi.allocation.land.stock import Site, Stock
from huiqi.rules.library import packs_folder
from huiqi.rules.pack import read_common

_common, _ = read_common(packs_folder())
assert _common is not None
COMMON = _common
USES = COMMON.codes["land_use"]
HERE, THERE, CITY = "cn-zj-hangzhou-binjiang", "cn-zj-hangzhou-xiaoshan", "cn-zj-hangzhou"
AS_OF = datetime.date(2024, 6, 30)
DAY = AS_OF.toordinal()


def building(id: str, area: int | None, use: str = "office", place: str = HERE, free: int | None = 0) -> Site:
    """A building of so many square metres, free so many days after the day of the allocation."""
    where = COMMON.places.below(place)
    unknown = tuple(fact for fact, value in (("floor_area", area), ("available_from", free)) if value is None)
    floor, day = None if area is None else area * PARTS, None if free is None else DAY + free
    return Site(id, "building", "", place, where, use, frozenset(USES.below(use)), None, floor, day, None, unknown)


def parcel(id: str, mu: int, use: str = "industrial", place: str = HERE, free: int | None = 0, ratio: Fraction | None = Fraction(3, 2)) -> Site:
    """A parcel of so many mu."""
    floor = None if ratio is None else int(mu * MU * ratio)
    unknown = () if ratio is not None else ("floor_area_ratio",)
    day = None if free is None else DAY + free
    return Site(id, "parcel", "", place, COMMON.places.below(place), use, frozenset(USES.below(use)), mu * MU, floor, day, None, unknown)


def stock(*sites: Site, beside: tuple[tuple[str, str], ...] = ()) -> Stock:
    pairs = frozenset((min(pair), max(pair)) for pair in beside)
    return Stock(tuple(sorted(sites, key=lambda site: site.id)), pairs, {}, True)


def claim(
    id: str,
    least: int,
    most: int | None = None,
    *,
    unit: str = "floor_m2",
    form: str = "building",
    uses: tuple[str, ...] = ("office",),
    within: tuple[str, ...] = (HERE,),
    by: int = 365,
    tax: int = 0,
    per_mu: int = 0,
    priority: int | None = None,
) -> Claim:
    """A claim for so many of its unit; `tax` in yuan a year; guaranteed where it has a priority."""
    each = MU if unit == "mu" else PARTS
    forms = {"building": {"building"}, "parcel": {"parcel"}, "either": {"building", "parcel"}}[form]
    return Claim(
        id, f"firm-{id}", None, unit, least * each, (most or least) * each, frozenset(forms), uses, within, DAY + by, tax * 100, per_mu * 100,
        priority is not None, LAST if priority is None else priority, "",
    )  # fmt: skip


def model(of: Stock, *claims: Claim, joined: int = 4, unused: int = 100) -> Model:
    """All that is possible."""
    offers = make_offers(of, COMMON.places, USES, joined)
    ordered = tuple(sorted(claims, key=lambda one: one.id))
    return Model(ordered, offers, make_pairs(ordered, offers, unused))


# ---------------------------------------------------------------- by trying everything


def joined_sets(of: Stock, most: int) -> list[tuple[Site, ...]]:
    """Every building, parcel, and connected set of parcels, by looking at every set of parcels."""
    parcels = [site for site in of.sites if site.form == "parcel"]
    found = [(site,) for site in of.sites]
    for size in range(2, most + 1):
        found += [sites for sites in combinations(parcels, size) if _connected({site.id for site in sites}, of)]
    return found


def _connected(ids: set[str], of: Stock) -> bool:
    reached, before = {min(ids)}, set[str]()
    while reached != before:
        before = set(reached)
        reached |= {b for a, b in of.adjacent if a in reached and b in ids} | {a for a, b in of.adjacent if b in reached and a in ids}
    return reached == ids


def suits(one: Claim, sites: tuple[Site, ...]) -> bool:
    """Whether a claim can surely be given these sites."""
    return area_of(one, sites) >= one.least and all(
        site.form in one.forms
        and site.free is not None
        and site.free <= one.needed_by
        and any(site.possible_places <= COMMON.places.below(place) for place in one.within)
        and any(site.possible_uses <= USES.below(use) for use in one.uses)
        for site in sites
    )


def area_of(one: Claim, sites: tuple[Site, ...]) -> int:
    areas = [site.land if one.unit == "mu" else site.floor for site in sites]
    return -1 if None in areas else sum(area or 0 for area in areas)


def worth(one: Claim, sites: tuple[Site, ...], unused: int) -> int:
    """Fen a year, with fractions."""
    area = Fraction(area_of(one, sites))
    tax = one.tax + round_half_up(one.tax_per_mu * min(area, Fraction(one.most)) / MU)
    return tax - round_half_up(unused * max(area - one.most, Fraction(0)) / PARTS)


def round_half_up(value: Fraction) -> int:
    return (2 * value.numerator + value.denominator) // (2 * value.denominator)


def everything(of: Stock, claims: tuple[Claim, ...], joined: int = 4, unused: int = 100) -> tuple[tuple[int, ...], int, int]:
    """The best of all: guarantees kept by priority, area that these ask for, value."""
    sets = joined_sets(of, joined)
    priorities = sorted({one.priority for one in claims if one.guaranteed})

    def tries(rest: tuple[Claim, ...], taken: frozenset[str]) -> Iterator[list[tuple[Claim, int]]]:
        if not rest:
            yield []
            return
        yield from tries(rest[1:], taken)
        for sites in sets:
            ids = {site.id for site in sites}
            if not ids & taken and suits(rest[0], sites):
                for further in tries(rest[1:], taken | ids):
                    yield [(rest[0], worth(rest[0], sites, unused)), *further]

    def rank(placed: list[tuple[Claim, int]]) -> tuple[tuple[int, ...], int, int]:
        kept = [one for one, _ in placed if one.guaranteed]
        by_priority = tuple(sum(one.priority == priority for one in kept) for priority in priorities)
        return by_priority, sum(one.least for one in kept), sum(value for _, value in placed)

    return max(map(rank, tries(claims, frozenset())))
