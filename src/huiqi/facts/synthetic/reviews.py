"""Conduct, and the points that experts give.

Faults of conduct are rare and independent, but for the list of abnormal operations, where idle and small firms are found. Points exist for a few
high-tech firms and specialised SMEs whose file was scored (about one in thirty), and for nobody else. What a band of the work guideline
decides (国科发火〔2016〕195号) lies in the band that the firm's figures give.
"""

from __future__ import annotations

import numpy as np

from huiqi.facts.synthetic.draws import flags, happens, high_share
from huiqi.facts.synthetic.firms import Firms
from huiqi.facts.synthetic.sales import Sales
from huiqi.facts.synthetic.scene import Columns

_RARE = {
    "serious_violation": 0.003,
    "on_dishonesty_list": 0.002,
    "major_safety_accident": 0.0006,
    "major_quality_accident": 0.0004,
    "serious_environmental_violation": 0.0006,
    "research_misconduct": 0.0003,
    "subsidy_fraud": 0.0004,
}
_REVIEWED = 0.03


def conduct(rng: np.random.Generator, firms: Firms, sales: Sales) -> Columns:
    """Violations, accidents and lists."""
    idle = sales.revenue[:, -1] == 0
    abnormal = np.clip(0.012 * np.exp(-0.6 * firms.size) * np.where(idle, 6.0, 1.0), 0, 0.5)
    columns = {fact: flags(happens(rng, np.full(len(firms.size), chance))) for fact, chance in _RARE.items()}
    return {**columns, "on_abnormal_list": flags(happens(rng, abnormal))}


def points(rng: np.random.Generator, firms: Firms, sales: Sales, day_facts: Columns, years: Columns) -> Columns:
    """Points of the two score sheets; NaN for all whose file was not scored."""
    count = len(firms.size)
    scored = (day_facts["hnte"] > 0) & (rng.random(count) < _REVIEWED)
    first, second = day_facts["class1_ip"], day_facts["class2_ip"]
    quantity = np.where(first >= 1, 7, np.where(second >= 5, 5, np.where(second >= 3, 3, np.where(second >= 1, 1, 0))))
    conversions = np.minimum(np.floor(years["technology_conversions"][:, -3:].mean(axis=1)), 5)
    bought = day_facts["ip_only_bought"] > 0
    some = quantity > 0

    def up_to(most: np.ndarray | int, least: np.ndarray | int = 0) -> np.ndarray:
        """Whole points from the least to the most, the better half more often for the driven."""
        part = np.clip(high_share(rng, count, 2) + 0.08 * firms.drive, 0, 0.999)
        return least + np.floor(part * (np.asarray(most) - least + 1))

    columns = {
        "hnte_ip_advancedness": up_to(8),
        "hnte_ip_core_support": up_to(8),
        "hnte_ip_quantity": np.where(some, up_to(quantity + 1, quantity), 0),
        "hnte_ip_acquisition": np.where(some, up_to(np.where(bought, 3, 6), 1), 0),
        "hnte_standards": np.where(rng.random(count) < 0.1, up_to(2, 1), 0),
        "hnte_conversion": np.where(conversions > 0, up_to(np.where(conversions == 5, 30, 6 * conversions), 6 * conversions - 5), 0),
        "hnte_rd_rules": up_to(6),
        "hnte_rd_facilities": up_to(6),
        "hnte_conversion_incentives": up_to(4),
        "hnte_talent": up_to(4),
        "hnte_net_asset_growth": _growth_points(rng, years["net_assets"]),
        "hnte_sales_growth": _growth_points(rng, sales.revenue),
    }
    columns = {fact: np.where(scored, values, np.nan) for fact, values in columns.items()}
    judged = (day_facts["specialised_sme"] > 0) & (rng.random(count) < _REVIEWED * 2)
    for fact, most in (("specialised_digital", 5), ("specialised_quality", 5), ("specialised_feature", 15)):
        columns[fact] = np.where(judged, up_to(most), np.nan)
    return columns


def _growth_points(rng: np.random.Generator, figures: np.ndarray) -> np.ndarray:
    """Points for the mean of the last two growth rates, 0 without positive figures: 35 % gives 9 or 10, down to 1 or 2 for any growth."""
    first, middle, last = (figures[:, year] for year in (-3, -2, -1))
    known = (first > 0) & (middle > 0)
    growth = np.where(known, (middle / np.where(known, first, 1) + last / np.where(known, middle, 1)) / 2 - 1, -1.0)
    band = np.searchsorted([0, 0.05, 0.15, 0.25, 0.35], growth, side="right")
    return np.where(growth > 0, 2 * band - 1 + rng.integers(0, 2, len(growth)), 0)
