"""Income, profit, tax and the balance sheet: drawn as ratios, then put together so that the accounts add up to the fen.

    net_assets        = total_assets - liabilities
    total_income      = total_cost + profit before tax
    net_profit        = profit before tax - enterprise income tax
    main_revenue, exports, high_tech_product_revenue, value_added <= revenue <= total_income
    tax_paid          includes the income tax and land_use_tax; regional_contribution is a part of it

Margins scatter with fat tails, more in small firms, and fall with R&D; so losses are common among the young. Taxable income is the profit less
the super-deduction of R&D (where the trade may have it) and some adjustments; losses carry forward. The income tax follows the firm's standing:
15 % with a high-tech certificate, 5 % for small low-profit firms, else 25 %; the figures of the law stand here only to draw plausible taxes.
"""

from __future__ import annotations

import numpy as np

from huiqi.facts.synthetic.draws import WAN, YUAN, happens, odds, spread
from huiqi.facts.synthetic.firms import Firms
from huiqi.facts.synthetic.sales import Sales
from huiqi.facts.synthetic.scene import Columns
from huiqi.facts.synthetic.trades import INDUSTRIAL, WITHOUT_DEDUCTION

_LARGEST = 5e14  # fen: 5,000 billion yuan; what a table holds is read fastest below 2**49


def balance_sheet(rng: np.random.Generator, firms: Firms, sales: Sales) -> Columns:
    """Assets, what is owed, what is left; new equity in a few years of the young and driven."""
    raises = np.clip(0.006 * np.exp(0.9 * firms.drive) * np.where(firms.age < 8, 2.0, 0.6) * np.where(firms.field, 1.0, 0.1), 0, 0.4)
    scale = sales.scale
    equity = np.where(rng.random(scale.shape) < raises[:, None], 800 * WAN * spread(rng, scale, 1.1) * np.exp(0.4 * firms.size)[:, None], 0.0)
    equity = np.rint(equity / WAN) * WAN * firms.exists  # in round sums
    assets = firms.trait("assets")[:, None] * scale * spread(rng, firms.size, 0.6)[:, None] * spread(rng, scale, 0.1)
    assets = (assets + 0.5 * firms.capital[:, None]) * firms.exists + np.cumsum(0.8 * equity, axis=1)
    assets = np.rint(np.minimum(assets, _LARGEST))
    lasting = 0.25 * firms.size + 0.9 * rng.standard_normal(len(firms.size))
    owed = odds(0.42, lasting[:, None] + 0.12 * rng.standard_normal(scale.shape))
    drowning = happens(rng, 0.04 * np.exp(-0.4 * firms.size))
    owed = owed * np.where(drowning, 1.2 + rng.exponential(0.8, len(firms.size)), 1.0)[:, None]
    liabilities = np.rint(np.minimum(assets * owed, _LARGEST))
    opening = np.concatenate([assets[:, :1], assets[:, :-1]], axis=1)
    wave = 0.5 + np.clip(0.08 * rng.standard_normal(scale.shape), -0.5, 0.5)
    return {
        "total_assets": assets,
        "total_assets_average": np.rint(opening + (assets - opening) * wave),
        "liabilities": liabilities,
        "net_assets": assets - liabilities,
        "new_equity": equity,
    }


def income(rng: np.random.Generator, firms: Firms, sales: Sales, day_facts: Columns, years: Columns) -> Columns:
    """From value added to taxes; needs the balance sheet, R&D, sales and the certificates."""
    revenue, total, research = sales.revenue, years["total_income"], years["rd_expense"]
    added = np.rint(revenue * np.minimum(firms.trait("added")[:, None] * spread(rng, revenue, 0.15) * spread(rng, firms.size, 0.15)[:, None], 0.95))
    industrial = INDUSTRIAL[firms.trade][:, None]
    profit = _profit(rng, firms, sales, total, research)
    deducts = ~WITHOUT_DEDUCTION[firms.trade][:, None]
    beside = 0.02 * revenue * rng.standard_normal(revenue.shape)
    taxable = np.rint(profit - deducts * (years["rd_expense_deductible"] + years["rd_amortisation_deductible"]) + beside)
    losses = _losses(rng, firms, taxable)
    income_tax = np.rint(_rate(sales, day_facts, years, taxable) * np.maximum(taxable - losses, 0))
    vat = firms.trait("vat")[:, None]
    land_tax = np.rint(years["land_area"] * 666.67 * 8 * YUAN)
    other_tax = np.rint((0.9 * vat * added + 2500 * YUAN * sales.employees) * spread(rng, revenue, 0.25))
    paid = income_tax + other_tax + land_tax
    return {
        "output": np.where(industrial, np.rint(years["main_revenue"] * spread(rng, revenue, 0.03)), np.nan),
        "value_added": added,
        "total_cost": total - profit,
        "net_profit": profit - income_tax,
        "taxable_income": taxable,
        "losses_brought_forward": losses,
        "tax_paid": paid,
        "creditable_input_vat": np.rint(0.8 * vat * (revenue - added)),
        "land_use_tax": land_tax,
        "regional_contribution": np.rint(paid * np.clip(0.38 + 0.05 * rng.standard_normal(revenue.shape), 0.2, 0.6)),
    }


def _profit(rng: np.random.Generator, firms: Firms, sales: Sales, total: np.ndarray, research: np.ndarray) -> np.ndarray:
    """Profit before tax in fen: never so high that the costs could not hold the R&D."""
    revenue = sales.revenue
    lasting = firms.trait("margin") + 0.05 * rng.standard_normal(len(firms.size)) + 0.015 * firms.size
    shock = np.clip(rng.standard_t(3, revenue.shape), -15, 15) * (0.03 + 0.02 * np.exp(-0.5 * firms.size))[:, None]
    intensity = research / np.maximum(revenue, 1)
    excess = np.clip(intensity - firms.trait("intensity")[:, None] * firms.researches[:, None], -0.1, 2.0)
    margin = np.clip(lasting[:, None] + shock - 0.35 * excess, -2.0, 0.55)
    upkeep = (25_000 * sales.employees + 4000) * YUAN * spread(rng, revenue, 0.5) * firms.exists
    profit = np.where(revenue > 0, margin * revenue, -upkeep)
    return np.rint(np.minimum(profit, total - 1.05 * research))


def _losses(rng: np.random.Generator, firms: Firms, taxable: np.ndarray) -> np.ndarray:
    """Losses of earlier years that are left at the beginning of each year."""
    some_have = firms.exists[:, 0] & happens(rng, np.full(len(firms.size), 0.25))
    left = np.rint(np.where(some_have, np.maximum(-taxable[:, 0], 0) * 2 * rng.random(len(firms.size)), 0.0))
    losses = np.zeros_like(taxable)
    for year in range(taxable.shape[1]):
        losses[:, year] = left
        left = np.maximum(left - taxable[:, year], 0)
    return losses


def _rate(sales: Sales, day_facts: Columns, years: Columns, taxable: np.ndarray) -> np.ndarray:
    small = (taxable <= 3e6 * YUAN) & (sales.employees <= 300) & (years["total_assets"] <= 50e6 * YUAN)
    certified = (day_facts["hnte"] > 0)[:, None]
    return np.where(small, 0.05, np.where(certified, 0.15, 0.25))
