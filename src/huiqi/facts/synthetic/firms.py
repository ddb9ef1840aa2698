"""Who there is: trade, founding day, place, holding, capital, and the two hidden traits that tie everything else together.

`size` and `drive` are standard normal with a correlation of 0.3. Size moves revenue within the trade, how much a firm reports and how old its
accounts are; drive moves growth, R&D, intellectual property and recognitions. So a firm that is strong in one is likely strong in the others,
as rules with several conditions need it. Ages follow a gamma distribution (mean about 8 years): many young firms, and a tail of old ones.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from huiqi.facts.synthetic.draws import WAN, between, days_where, flags, happens, odds
from huiqi.facts.synthetic.scene import Columns, Scene, day
from huiqi.facts.synthetic.trades import HIGH_TECH_TRADE, is_in, trait

FIRST_FOUNDED = day(1984, 1, 1)
YEAR = 365.25
_CAPITALS = np.array([10, 50, 100, 200, 300, 500, 1000, 2000, 3000, 5000, 10_000, 30_000, 100_000]) * WAN
HOLDINGS = {"state": 0.025, "collective": 0.005, "private": 0.885, "hmt": 0.025, "foreign": 0.03, "other": 0.03}


@dataclass(frozen=True)
class Firms:
    """The traits of some firms, one row each; `exists` and `age_then` have a column a simulated year."""

    trade: np.ndarray
    size: np.ndarray
    drive: np.ndarray
    established: np.ndarray  # ordinal
    age: np.ndarray  # years, on the day
    exists: np.ndarray  # founded by the end of the year
    age_then: np.ndarray  # years, at the end of the year; 0 before
    field: np.ndarray  # core technology in a supported field
    researches: np.ndarray
    capital: np.ndarray  # paid in, fen

    def trait(self, name: str) -> np.ndarray:
        return trait(name, self.trade)


def draw_firms(rng: np.random.Generator, scene: Scene, count: int) -> tuple[Firms, Columns]:
    """Some firms, and the day facts that they begin with."""
    trade = rng.choice(len(scene.trade_shares), count, p=scene.trade_shares)
    size = rng.standard_normal(count)
    drive = 0.3 * size + np.sqrt(1 - 0.3**2) * rng.standard_normal(count)
    oldest = (scene.today - FIRST_FOUNDED) / YEAR
    age = rng.gamma(1.3, 6.5, count)
    age = np.where(age > oldest, oldest * rng.random(count), age)
    established = scene.today - np.floor(age * YEAR)
    year_ends = scene.next_first_days
    exists = established[:, None] < year_ends
    registered, paid_in = _capital(rng, size + 0.05 * age)
    firms = Firms(
        trade=trade,
        size=size,
        drive=drive,
        established=established,
        age=(scene.today - established) / YEAR,
        exists=exists,
        age_then=np.where(exists, (year_ends - established[:, None]) / YEAR, 0.0),
        field=happens(rng, odds(trait("technology", trade), 0.4 * drive)),
        researches=happens(rng, odds(trait("research", trade), 0.6 * drive + 0.35 * size)),
        capital=paid_in,
    )
    emerging = happens(rng, np.where(firms.field, 0.55, 0.04))
    moved = happens(rng, np.where(firms.age > 1, 0.05, 0.0))
    columns = {
        **_places(rng, scene, count),
        "established": established,
        "moved_in_on": days_where(moved, between(rng, established + 180, scene.today)),
        "industry": scene.trade_codes[trade],
        "ownership": rng.choice(scene.positions("ownership", HOLDINGS), count, p=list(HOLDINGS.values())).astype(np.int32),
        "resident_enterprise": flags(happens(rng, np.full(count, 0.999))),
        "registered_capital": registered,
        "paid_in_capital": paid_in,
        "high_tech_field": flags(firms.field),
        "high_tech_industry": flags(HIGH_TECH_TRADE[trade] & happens(rng, np.full(count, 0.97))),
        "strategic_emerging_industry": flags(emerging),
        "restricted_sector": flags(happens(rng, np.full(count, 0.003))),
        "ic_enterprise": flags(happens(rng, np.where(is_in(trade, "I652"), 0.12, np.where(is_in(trade, "C39"), 0.01, 0.0)) * (drive > 0))),
        "industrial_machine_enterprise": flags(happens(rng, np.where(is_in(trade, "C342"), 0.15, 0.0))),
    }
    return firms, columns


def _places(rng: np.random.Generator, scene: Scene, count: int) -> Columns:
    """Most in the district, a few known at its city only, a few elsewhere; most registered where they work."""
    here, at = scene.place, scene.place_positions
    pools = ((0.94, (here,)), (0.03, (scene.wider,)), (0.025, scene.neighbours or (here,)), (0.005, scene.far or (here,)))
    options = np.array([at[id] for _, pool in pools for id in pool], np.int32)
    shares = [share / len(pool) for share, pool in pools for _ in pool]
    place = rng.choice(options, count, p=shares)
    registered = np.where(rng.random(count) < 0.95, place, rng.choice(options, count, p=shares)).astype(np.int32)
    pays_here = happens(rng, np.where(registered == at[here], 0.985, 0.05))
    return {"place": place, "registered_place": registered, "fiscal_level_in_zone": flags(pays_here)}


def _capital(rng: np.random.Generator, standing: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Registered in round sums, as people do; paid in wholly, in part or not yet."""
    step = np.clip(np.rint(4.2 + 1.5 * standing + 1.3 * rng.standard_normal(len(standing))), 0, len(_CAPITALS) - 1).astype(int)
    registered = _CAPITALS[step]
    share = rng.random(len(standing))
    part = np.where(share < 0.45, 1.0, np.where(share < 0.6, 0.0, np.round(rng.random(len(standing)), 2)))
    return registered, np.rint(registered * part)
