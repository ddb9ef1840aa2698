"""Headquarters and research centres: those of multinational companies are foreign-owned and larger, those of traders and private firms are large.

A firm below a foreign parent carries figures of the parent; the city's recognitions are drawn among those whose figures would bear them. Who has no
parent abroad has none of its figures: 0, and no for what is asked of it.
"""

from __future__ import annotations

import numpy as np

from huiqi.facts.synthetic.draws import WAN, YUAN, between, days_where, flags, happens, odds, some, spread
from huiqi.facts.synthetic.firms import Firms
from huiqi.facts.synthetic.sales import Sales
from huiqi.facts.synthetic.scene import Columns, Scene, day
from huiqi.facts.synthetic.trades import is_in

MILLION_USD = 1e8  #: US cents
_USD = 7.0  # yuan, round


def headquarters(rng: np.random.Generator, scene: Scene, firms: Firms, sales: Sales, day_facts: Columns, years: Columns) -> Columns:
    """The foreign parent and its hold, what a headquarters does, and the city's recognitions with their day."""
    count, drive, revenue = len(firms.size), firms.drive, sales.last
    holding = day_facts["ownership"]
    foreign = np.isin(holding, scene.positions("ownership", ("foreign", "hmt")))
    parent = some(rng, foreign, 0.75, 0.4 * firms.size)
    wholly = some(rng, parent, 0.7)
    rank = np.where(parent, firms.size + 0.8 * rng.standard_normal(count), -9.0)
    managed = rng.poisson(np.where(rank > 0, 3 * np.exp(0.4 * np.minimum(rank, 4)), 0.0))
    abroad = rng.binomial(managed, 0.25)
    manages = some(rng, parent & (managed >= 2), 0.75)
    could = manages & (firms.age >= 1) & (revenue >= 20e6)
    regional = some(rng, could, 0.35, 0.8 * rank)
    unit = some(rng, could & ~regional, 0.06)
    institution = some(rng, could & ~regional & ~unit, 0.12)
    large = ~foreign & (firms.age >= 3)
    trading = some(rng, large & is_in(firms.trade, "F51", "F52") & (revenue >= 100e6), 0.2, 0.5 * drive)
    private = some(rng, large & (holding == scene.positions("ownership", ("private",))[0]) & (revenue >= 200e6), 0.22, 0.5 * drive)
    innovative = some(rng, large & (day_facts["hnte"] > 0) & (revenue >= 100e6), 0.2, 0.6 * drive)
    heads = regional | unit
    recognised = between(rng, np.maximum(firms.established + 200, day(2003, 1, 1)), scene.today)
    functions = np.where(heads | institution, 2 + rng.poisson(1.0, count), np.where(parent, rng.binomial(2, 0.3, count), 0))
    capital = np.rint(day_facts["registered_capital"] / _USD)
    return {
        "foreign_parent": flags(parent),
        "legal_person": flags(happens(rng, np.full(count, 0.985)) | heads),
        "wholly_foreign_owned": flags(wholly),
        "foreign_invested": flags(foreign),
        "parent_in_services": flags(parent & happens(rng, np.full(count, 0.35))),
        "parent_total_assets": np.where(parent, np.rint(300 * MILLION_USD * spread(rng, rank, 1.0) * np.exp(0.5 * rank)), 0.0),
        "parent_paid_in_china": np.where(parent, np.rint(6 * MILLION_USD * spread(rng, rank, 1.0) * np.exp(0.5 * rank)), 0.0),
        "parent_china_enterprises": np.where(parent, 1 + rng.poisson(np.exp(np.clip(rank, -2, 3))), 0).astype(float),
        "parent_shareholding": np.where(wholly, 1.0, np.where(parent, np.round(0.25 + 0.74 * rng.random(count), 2), 0.0)),
        "registered_capital_usd": capital,
        "paid_in_capital_usd": np.minimum(capital, np.rint(day_facts["paid_in_capital"] / _USD)),
        "regional_management": flags(manages & ~unit),
        "business_unit_management": flags(unit),
        "headquarters_functions": functions.astype(float),
        "managed_enterprises": managed.astype(float),
        "managed_abroad": abroad.astype(float),
        "asia_pacific_headquarters": flags(some(rng, regional, 0.2, 0.5 * drive)),
        "regional_headquarters": flags(regional),
        "business_unit_headquarters": flags(unit),
        "headquarters_type_institution": flags(institution),
        "recognised_headquarters_on": days_where(heads, recognised),
        "trade_headquarters": flags(trading),
        "private_headquarters": flags(private & ~trading),
        "innovative_headquarters": flags(innovative),
        **_research_centre(rng, scene, firms, parent, years),
        "foreign_investment_total": np.where(foreign, np.rint(capital * (1 + 1.5 * rng.random(count))), 0.0),
        "foreign_investment_reported": flags(foreign & happens(rng, np.full(count, 0.96))),
        "serious_dishonesty_three_years": flags(happens(rng, np.full(count, 0.002))),
    }


def _research_centre(rng: np.random.Generator, scene: Scene, firms: Firms, parent: np.ndarray, years: Columns) -> Columns:
    """The foreign-funded R&D centre: a firm below a foreign parent that does research, and has spent something on it."""
    count, staff = len(firms.size), years["rd_staff"][:, -1]
    spent = years["rd_expense"].sum(axis=1)
    invested = np.rint(spent / _USD * (1 + rng.random(count)))
    set_up = parent & firms.researches & (spent >= 100 * WAN) & happens(rng, np.full(count, 0.85))
    centre = some(rng, set_up & (invested >= 2 * MILLION_USD / 4), 0.45, 0.6 * firms.drive + 0.4 * firms.size)
    named = some(rng, centre & (invested >= 10 * MILLION_USD), 0.3)
    return {
        "rd_centre_set_up": flags(set_up),
        "rd_investment": invested,
        "rd_full_time_staff": np.rint(staff * (0.7 + 0.3 * rng.random(count))),
        "rd_equipment_value": np.rint(0.6 * spent * spread(rng, firms.size, 0.5) / YUAN) * YUAN,
        "rd_area": np.round(staff * 15 * spread(rng, firms.size, 0.3), 1),
        "foreign_rd_centre": flags(centre),
        "parent_names_global_rd": flags(named),
        "global_rd_centre": flags(some(rng, named, 0.6)),
        "open_innovation_platform": flags(happens(rng, np.where(centre, odds(0.05, firms.drive), 0.0))),
    }
