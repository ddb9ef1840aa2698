"""R&D, the people who do it, and the intellectual property that comes of it.

Whether a firm does R&D depends on its trade, drive and size (firms.py). How much, over revenue, is log-normal around the middle of its trade,
lower in larger firms and higher in young ones. Patents and copyrights are counts whose mean grows with R&D and drive: a Poisson
count over a gamma-spread mean, so that most firms have few and some have very many. Parts of a count are binomial and so never above it.
"""

from __future__ import annotations

import numpy as np

from huiqi.facts.cells import NONE
from huiqi.facts.synthetic.draws import WAN, between, days_where, flags, happens, low_share, odds, spread
from huiqi.facts.synthetic.firms import Firms
from huiqi.facts.synthetic.sales import Sales
from huiqi.facts.synthetic.scene import Columns, Scene

RD_BODIES = ("own", "municipal", "provincial", "national")


def research_years(rng: np.random.Generator, firms: Firms, sales: Sales) -> Columns:
    """R&D expense with its parts, its staff and its conversions of each year."""
    count = len(firms.size)
    factor = spread(rng, firms.size, 0.55) * np.exp(0.25 * firms.drive - 0.12 * firms.size) * firms.researches
    intensity = np.minimum((firms.trait("intensity") * factor)[:, None] * (1 + 1.5 * np.exp(-firms.age_then)) * spread(rng, sales.scale, 0.12), 0.8)
    expense = np.rint(sales.scale * intensity)
    at_home = np.where(happens(rng, np.full(count, 0.07)), 1 - low_share(rng, count, 3), 1.0)
    domestic = np.rint(expense * at_home[:, None])
    deductible = np.rint(domestic * (0.65 + 0.35 * rng.random(count))[:, None])
    capitalising = happens(rng, np.full(count, 0.12))[:, None] * rng.random(expense.shape)
    average = (firms.drive[:, None] * 0.5 - 0.2) + 0.3 * np.log1p(expense / (100 * WAN))
    conversions = rng.poisson(np.exp(np.minimum(average, 4.0)) * (expense > 0))
    taste = odds(0.3, 0.5 * np.log(np.maximum(factor, 0.05)) + 0.2 * firms.drive + 0.6 * rng.standard_normal(count))
    a_few = np.where(happens(rng, np.full(count, 0.25)), 0.06 * rng.random(count), 0.0)
    science = np.rint(sales.employees * np.where(firms.researches, np.minimum(taste, 0.95), a_few)[:, None])
    return {
        "rd_expense": expense,
        "rd_expense_domestic": domestic,
        "rd_expense_deductible": deductible,
        "rd_amortisation_deductible": np.rint(0.15 * domestic * capitalising),
        "rd_expense_commissioned_abroad": np.rint((expense - domestic) * rng.random(count)[:, None]),
        "science_staff": science,
        "rd_staff": np.rint(science * (0.6 + 0.4 * rng.random(count))[:, None]),
        "technology_conversions": conversions * firms.exists.astype(float),
    }


def intellectual_property(rng: np.random.Generator, firms: Firms, years: Columns) -> Columns:
    """Items of each class, and how many of the first are self-developed, of high value, in use."""
    count = len(firms.size)
    spent = years["rd_expense"].sum(axis=1) / (100 * WAN)  # million yuan over the simulated years
    luck = rng.gamma(0.9, 1 / 0.9, (2, count))
    age = np.sqrt(np.minimum(firms.age, 15) / 6)
    drive = np.exp(0.35 * firms.drive) * age
    first = rng.poisson(np.minimum(np.where(firms.researches, 0.5 * spent**0.6, 0.015) * drive * luck[0], 20_000)).astype(float)
    second = rng.poisson(np.minimum(np.where(firms.researches, 2.6 * (0.3 + spent) ** 0.45, 0.3) * drive * luck[1], 20_000)).astype(float)
    bought = happens(rng, np.full(count, 0.05)) & (first + second > 0)
    own = np.where(bought, 0, rng.binomial(first.astype(int), 0.85)).astype(float)
    valued = rng.binomial(first.astype(int), np.clip(0.3 + 0.08 * firms.drive, 0.02, 0.8)).astype(float)
    return {
        "class1_ip": first,
        "class2_ip": second,
        "class1_ip_self_developed": own,
        "class1_ip_high_value": valued,
        "class1_ip_in_use": rng.binomial(first.astype(int), 0.6).astype(float),
        "high_value_invention_patents": rng.binomial(valued.astype(int), 0.9).astype(float),
        "core_ip": flags((first + second > 0) & happens(rng, np.where(firms.field, 0.92, 0.35))),
        "ip_only_bought": flags(bought),
    }


def products_and_prizes(rng: np.random.Generator, scene: Scene, firms: Firms, years: Columns) -> Columns:
    """The niche, the R&D body, prizes and standards; what a firm never had is `none`."""
    count = len(firms.size)
    spent = years["rd_expense"][:, -1] / (100 * WAN)
    niche = firms.field & happens(rng, np.full(count, 0.6))
    reach = np.where(firms.researches, 0.8 * firms.drive + 0.35 * np.log1p(spent) + 0.5 * rng.standard_normal(count), -9.0)
    levels = scene.positions("rd_body_level", RD_BODIES)
    level = np.searchsorted([1.0, 2.0, 2.6, 4.2], reach)
    columns = {
        "niche_since": days_where(niche, np.minimum(between(rng, firms.established, firms.established + 1500), scene.today)),
        "own_brand": flags(happens(rng, odds(0.35, 0.5 * firms.drive + 0.4 * firms.size))),
        "fills_chain_gap": flags(happens(rng, np.where(firms.field, odds(0.08, 0.6 * firms.drive), 0.01))),
        "core_process_on_information_system": flags(happens(rng, odds(0.6, 0.5 * firms.drive + 0.6 * firms.size))),
        "certified_management": flags(happens(rng, odds(0.3, 0.5 * firms.drive + 0.8 * firms.size))),
        "rd_body": np.where(level > 0, levels[np.maximum(level - 1, 0)], NONE).astype(np.int32),
        "province_rd_body": flags(level >= 3),
    }
    for fact, chance, ranks in (("national_prize", 0.0008, 8), ("provincial_prize", 0.006, 10), ("maker_china", 0.002, 500)):
        won = firms.researches & (firms.age > 2) & happens(rng, np.clip(chance * np.exp(0.9 * firms.drive), 0, 0.3))
        columns[f"{fact}_on"] = days_where(won, between(rng, np.maximum(firms.established + 500, scene.today - 3650), scene.today))
        columns[f"{fact}_rank"] = np.where(won, np.minimum(1 + np.floor(rng.exponential(ranks / 3, count)), ranks), np.nan)
    led = firms.researches & (firms.age > 3) & happens(rng, np.clip(0.012 * np.exp(0.8 * firms.drive + 0.4 * firms.size), 0, 0.4))
    columns["led_standard_on"] = days_where(led, between(rng, np.maximum(firms.established + 900, scene.today - 3650), scene.today))
    return columns
