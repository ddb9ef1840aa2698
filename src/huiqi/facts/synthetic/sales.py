"""Revenue over the years, and the people who earn it.

The log of last year's revenue is normal within the trade (so revenue is log-normal: few firms make most of it) and rises with age. From there
the years before are found by growth rates: a drift, a lasting part of the firm, and a shock from Student's t with three degrees of freedom, since
growth rates of firms are known for fat tails; a few firms are in a run of fast growth, a few in decline. So there are gazelles. Young firms ramp
up, a founding year is a part of a year, and some small firms have no revenue at all.

Staff grows with revenue to the power of 0.75: large firms earn more a head.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from huiqi.facts.synthetic.draws import WAN, happens, high_share, low_share, spread
from huiqi.facts.synthetic.firms import Firms
from huiqi.facts.synthetic.scene import Columns, Scene

_LARGEST = 1e13  # fen: 100 billion yuan


@dataclass(frozen=True)
class Sales:
    """Columns a simulated year; `scale` is the revenue (fen) that a firm is made for, also in a year without any."""

    scale: np.ndarray
    revenue: np.ndarray
    employees: np.ndarray

    @property
    def last(self) -> np.ndarray:
        """Revenue of the last year in yuan."""
        return self.revenue[:, -1] / 100

    def growth(self, years: int) -> np.ndarray:
        """Compound growth to the last year over so many intervals; -1 where there is no figure at the beginning."""
        first = self.revenue[:, -1 - years]
        return np.where(first > 0, (self.revenue[:, -1] / np.where(first > 0, first, 1)) ** (1 / years) - 1, -1.0)


def draw_sales(rng: np.random.Generator, scene: Scene, firms: Firms) -> Sales:
    """Revenue and staff of every simulated year; zero before the firm was founded."""
    log = _log_sales(rng, firms)
    days = np.clip((scene.next_first_days - firms.established[:, None]) / 365, 0, 1)
    ramp = (1 - 0.8 * np.exp(-firms.age_then / 1.3)) * days
    scale = np.minimum(np.exp(log), _LARGEST) * ramp * firms.exists
    idle = _idle(rng, firms)
    revenue = np.where(idle, 0.0, np.rint(scale))
    people = 100 * (scale / (100 * WAN * firms.trait("per_head")[:, None])) ** 0.75
    people = people * spread(rng, firms.size, 0.4)[:, None] * spread(rng, people, 0.07)
    employees = np.where(idle, np.minimum(np.rint(people), rng.integers(0, 4, people.shape)), np.maximum(np.rint(people), 1))
    return Sales(scale, revenue, employees * firms.exists)


def _log_sales(rng: np.random.Generator, firms: Firms) -> np.ndarray:
    count, years = firms.exists.shape
    last = np.log(firms.trait("median") * WAN) + firms.trait("sigma") * firms.size + 0.35 * np.log((1 + firms.age) / 7)
    run = rng.random(count)
    fast = run < np.clip(0.045 * np.exp(0.7 * firms.drive) * np.where(firms.age < 8, 1.4, 0.8), 0, 0.3)
    declining = ~fast & (run > 0.92)
    lasting = 0.05 + 0.06 * rng.standard_normal(count) + 0.02 * firms.drive
    lasting += np.where(fast, 0.22 + rng.exponential(0.18, count), 0.0) - np.where(declining, rng.exponential(0.2, count), 0.0)
    shock = np.clip(rng.standard_t(3, (count, years - 1)), -12, 12) * (0.07 + 0.05 * np.exp(-0.4 * firms.size))[:, None]
    growth = np.clip(lasting[:, None] + shock, -2.0, 2.0)
    back = np.cumsum(growth[:, ::-1], axis=1)[:, ::-1]
    return np.concatenate([last[:, None] - back, last[:, None]], axis=1)


def _idle(rng: np.random.Generator, firms: Firms) -> np.ndarray:
    """Years without revenue: more often of small and young firms, and often several in a row."""
    chance = np.clip(0.035 * np.exp(-0.8 * firms.size)[:, None] * np.where(firms.age_then < 1.5, 3.0, 1.0), 0, 0.6)
    lasting = rng.random(firms.size.shape)[:, None]
    return lasting + 0.03 * rng.standard_normal(chance.shape) < chance


def sales_columns(rng: np.random.Generator, firms: Firms, sales: Sales) -> Columns:
    """Revenue, its parts and the staff as facts."""
    count = len(firms.size)
    revenue, employees = sales.revenue, sales.employees
    beside = np.where(happens(rng, np.full(count, 0.4)), low_share(rng, count, 9), 0.0)
    main = np.rint(revenue * (1 - beside)[:, None])
    other = rng.exponential(0.012, revenue.shape) * revenue * (rng.random(revenue.shape) < 0.45)
    grant = rng.exponential(8 * WAN, revenue.shape) * (rng.random(revenue.shape) < 0.04)
    product = np.where(firms.field, high_share(rng, count, 5), np.where(rng.random(count) < 0.06, low_share(rng, count, 4), 0.0))
    exporting = happens(rng, firms.trait("export") * np.where(firms.size > 0, 1.2, 0.5))
    abroad = np.where(exporting, low_share(rng, count, 2), 0.0)
    opening = np.concatenate([employees[:, :1], employees[:, :-1]], axis=1)
    average = np.maximum(np.rint((opening + employees) / 2), employees > 0)
    insured = np.rint(employees * np.where(rng.random(count) < 0.6, 1.0, 0.5 + 0.5 * rng.random(count))[:, None])
    return {
        "revenue": revenue,
        "main_revenue": main,
        "total_income": revenue + np.rint((other + grant) * firms.exists),
        "high_tech_product_revenue": np.rint(main * product[:, None]),
        "exports": np.rint(main * abroad[:, None]),
        "employees": employees,
        "employees_average": average,
        "insured_staff": insured,
    }
