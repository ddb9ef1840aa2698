"""Floor area, rent, land, loans and energy.

Area goes with staff and trade; rent is area times a log-normal price of middle 2.2 yuan a day and square metre. A loan is a part of what is owed; its
interest is 3 to 6 per cent. Energy goes with revenue and trade.
"""

from __future__ import annotations

import numpy as np

from huiqi.facts.synthetic.draws import WAN, YUAN, flags, happens, odds, spread
from huiqi.facts.synthetic.firms import Firms
from huiqi.facts.synthetic.sales import Sales
from huiqi.facts.synthetic.scene import Columns
from huiqi.facts.synthetic.trades import INDUSTRIAL


def land(rng: np.random.Generator, firms: Firms, sales: Sales) -> Columns:
    """Land of those who have some: mostly larger manufacturers; the same in every year of the firm."""
    has = happens(rng, odds(np.where(INDUSTRIAL[firms.trade], 0.06, 0.002), 1.1 * firms.size))
    area = np.where(has, np.round(np.clip(0.05 * (sales.last / 1e4) ** 0.7 * spread(rng, firms.size, 0.6), 2, 2000), 2), 0.0)
    return {"land_area": area[:, None] * firms.exists}


def premises(rng: np.random.Generator, firms: Firms, sales: Sales, listed: np.ndarray) -> tuple[Columns, Columns]:
    """Rented, bought, own; and the rent of each year."""
    count, people = len(firms.size), sales.employees
    own = happens(rng, np.where(listed, 0.6, odds(0.012, 1.3 * firms.size + 0.05 * firms.age)))
    buys = happens(rng, odds(0.01, 1.0 * firms.size)) | (own & (rng.random(count) < 0.5))
    needed = firms.trait("area") * np.maximum(people[:, -1], 1) * spread(rng, firms.size, 0.35)
    rented = np.where(own & (rng.random(count) < 0.7), 0.0, np.round(np.maximum(needed * np.where(buys, 0.4, 1.0), 6), 1))
    bought = np.where(buys, np.round(np.maximum(needed * 0.8, 60), 2), 0.0)
    price = np.where(INDUSTRIAL[firms.trade], 0.9, 2.2) * spread(rng, firms.size, 0.35)
    then = np.clip(people / np.maximum(people[:, -1:], 1), 0, 3) ** 0.5
    rent = np.rint(rented[:, None] * then * price[:, None] * 365 * YUAN * np.minimum(firms.age_then, 1) * (people > 0))
    day_facts = {
        "rented_area": rented,
        "purchased_area": bought,
        "purchase_price": np.rint(bought * np.where(INDUSTRIAL[firms.trade], 5000, 16_000) * spread(rng, firms.size, 0.3)) * YUAN,
        "own_premises": flags(own),
    }
    return day_facts, {"rent_paid": rent}


def loans(rng: np.random.Generator, firms: Firms, years: Columns) -> tuple[Columns, Columns]:
    """What is borrowed now, in round sums within what was owed at the end of the last year; and the interest of each year."""
    count = len(firms.size)
    borrows = happens(rng, odds(0.18, 0.9 * firms.size))
    part = 0.15 + 0.6 * rng.random(count)
    loan = np.where(borrows, np.floor(years["liabilities"][:, -1] * part / (10 * WAN)) * 10 * WAN, 0.0)
    rate = 0.03 + 0.03 * rng.random(count)
    interest = np.rint(np.minimum(years["liabilities"] * part[:, None], 1.5 * loan[:, None]) * rate[:, None])
    return {"loan_amount": loan}, {"interest_paid": interest}


def energy(rng: np.random.Generator, firms: Firms, sales: Sales, above_scale: np.ndarray) -> Columns:
    """Electricity; whole energy and emissions of above-scale manufacturers only, since nobody else is asked."""
    kwh = np.rint(firms.trait("power")[:, None] * sales.scale / WAN * spread(rng, firms.size, 0.5)[:, None] * spread(rng, sales.scale, 0.08))
    asked = (INDUSTRIAL[firms.trade] & above_scale)[:, None]
    tonnes = np.round(kwh * 0.0003 * (1 + 0.5 * rng.random(len(firms.size)))[:, None], 2)
    emitted = np.round(tonnes * 0.002 * spread(rng, firms.size, 1.0)[:, None], 4)
    return {
        "electricity_use": kwh,
        "energy_use": np.where(asked, tonnes, np.nan),
        "pollutant_emissions": np.where(asked, emitted, np.nan),
    }
