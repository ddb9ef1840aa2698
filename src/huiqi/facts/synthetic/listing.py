"""Stock exchanges, and the way there: tutoring is filed, then the application accepted, then the shares are listed.

Only firms of four years with 100 million yuan of revenue are listed, the larger and the more driven more often; the board is one that was open
on the day. Reserve firms are the next below, some of them on the way.
"""

from __future__ import annotations

import numpy as np

from huiqi.facts.cells import NONE
from huiqi.facts.synthetic.draws import between, days_where, flags, happens, some
from huiqi.facts.synthetic.firms import Firms
from huiqi.facts.synthetic.sales import Sales
from huiqi.facts.synthetic.scene import Columns, Scene, day

#: Board, its first day, how often it is chosen while open.
BOARDS = (
    ("sse_main", day(1990, 12, 19), 3.0),
    ("szse_main", day(1990, 12, 1), 3.0),
    ("szse_chinext", day(2009, 10, 30), 5.0),
    ("sse_star", day(2019, 7, 22), 4.0),
    ("bse", day(2021, 11, 15), 2.0),
    ("hkex", day(1990, 1, 1), 0.9),
    ("nasdaq", day(1990, 1, 1), 0.4),
    ("nyse", day(1990, 1, 1), 0.3),
)
_OVERSEAS = np.array([board in ("hkex", "nasdaq", "nyse") for board, _, _ in BOARDS])
_NEEQ_OPENED = day(2013, 1, 16)
LEAST_REVENUE, LEAST_AGE = 100e6, 4.0  #: yuan, years


def listing(rng: np.random.Generator, scene: Scene, firms: Firms, sales: Sales, years: Columns) -> Columns:
    """Listed, on which board and since when; reserve, tutoring, acceptance; the share transfer system."""
    count, revenue = len(firms.size), sales.last
    could = (revenue >= LEAST_REVENUE) & (firms.age >= LEAST_AGE + 0.1)
    profit = years["net_profit"][:, -1] > 0
    chance = 0.095 * (np.maximum(revenue, 1.0) / 2e8) ** 0.6 * np.exp(0.35 * firms.drive) * np.where(profit, 1.0, 0.4)
    listed = could & happens(rng, np.clip(chance, 0, 0.6))
    earliest = np.maximum(firms.established + 366 * LEAST_AGE, day(1997, 1, 1))
    listed_on = between(rng, earliest, np.maximum(scene.today - 10, earliest))
    listed &= listed_on < scene.today
    board = _boards(rng, listed_on)
    overseas = _OVERSEAS[board]
    reserve = some(rng, (revenue >= 40e6) & (firms.age >= 3) & ~listed, 0.09, 0.7 * firms.drive)
    accepted = listed_on - np.floor(150 + 400 * rng.random(count))
    filed = accepted - np.floor(120 + 500 * rng.random(count))
    on_the_way = some(rng, reserve, 0.3)
    filed = np.where(listed, filed, between(rng, np.maximum(scene.today - 600, firms.established + 700), scene.today - 20))
    applied = some(rng, on_the_way & (filed + 100 < scene.today), 0.35)
    accepted = np.where(listed, accepted, between(rng, filed + 100, np.maximum(scene.today, filed + 100)))
    neeq = some(rng, (revenue >= 8e6) & (firms.age >= 3) & ~listed, 0.025, 0.5 * firms.drive)
    neeq_from = np.maximum(firms.established + 730, _NEEQ_OPENED)
    positions = scene.positions("market", [board for board, _, _ in BOARDS])
    return {
        "listed": flags(listed),
        "listed_on": days_where(listed, listed_on),
        "listing_market": np.where(listed, positions[board], NONE).astype(np.int32),
        "ipo_reserve": flags(reserve),
        "ipo_tutoring_on": days_where((listed & ~overseas) | on_the_way, filed),
        "ipo_accepted_on": days_where(listed | applied, accepted),
        "neeq_listed_on": days_where(neeq & (neeq_from < scene.today), between(rng, neeq_from, scene.today)),
        "red_chip": flags(some(rng, listed & overseas, 0.6)),
        "ipo_proceeds_invested_back": np.where(listed, np.where(rng.random(count) < 0.4, 1.0, np.round(rng.random(count), 2)), np.nan),
    }


def _boards(rng: np.random.Generator, listed_on: np.ndarray) -> np.ndarray:
    """One of the boards that were open on the day."""
    opened, weight = np.array([first for _, first, _ in BOARDS]), np.array([often for _, _, often in BOARDS])
    weights = np.cumsum(weight * (opened <= listed_on[:, None]), axis=1)
    return (rng.random(len(listed_on))[:, None] * weights[:, -1:] >= weights).sum(axis=1)
