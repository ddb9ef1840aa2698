"""What one value of a figure costs, and how many it reaches: only what the figure touches is evaluated, over columns read once."""

from __future__ import annotations

import datetime
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from huiqi.entitlements.columns import Block
from huiqi.entitlements.evaluate import STRETCH
from huiqi.entitlements.population import Column, Population
from huiqi.entitlements.run.stretches import side_by_side
from huiqi.entitlements.totals import Sum
from huiqi.facts.registry import Registry, Stretch
from huiqi.revision.comparison import Fen, paid
from huiqi.revision.evaluated import Evaluated
from huiqi.rules.compile import Measure, Rules


@dataclass(frozen=True)
class Point:
    """One value: what the counted measures cost after stacking, in fen (high None: an open end); how many have any of them surely (`yes`), and
    how many more perhaps (`depends`). With weights these are estimates."""

    value: str
    cost: Sum
    yes: float
    depends: float

    @property
    def high(self) -> float:
        """The high end of the cost; infinite where it is open."""
        return float("inf") if self.cost[1] is None else self.cost[1]


@dataclass
class Measuring:
    """A registry on a day, whose columns stay in memory between the values. `counted`: only the measures of these names."""

    registry: Registry
    as_of: datetime.date
    assume_recognised: bool = False
    weights: NDArray[np.float64] | None = None
    _columns: frozenset[Column] = frozenset()
    _blocks: tuple[Block, ...] = ()

    def point(self, value: str, rules: Rules, measures: tuple[Measure, ...], counted: frozenset[str]) -> Point:
        """What a law comes to in the measures that are counted; all that stack with them must be among `measures`."""
        evaluated = Evaluated(rules, measures, self.registry, self.as_of, self.assume_recognised)
        self._read(evaluated.population, evaluated.own_columns)
        others = [number for number, measure in enumerate(measures) if measure.name not in counted]

        def part(number: int, stretch: Stretch, workers: int) -> tuple[float, float, bool, float, float]:
            block = self._blocks[number]
            each = paid(evaluated.dues(block, stretch.start).but(others), block.size, frozenset())
            weights = None if self.weights is None else self.weights[stretch.start : stretch.stop]
            counts = [float(some.sum() if weights is None else weights[some].sum()) for some in (each.surely, each.perhaps & ~each.surely)]
            return _sum(each.low, weights), _sum(each.high, weights), bool(np.isinf(each.high).any()), counts[0], counts[1]

        found = list(side_by_side(part, self.registry.stretches(STRETCH)))
        low, high, open_, yes, depends = (sum(parts) for parts in zip(*found, strict=True)) if found else (0,) * 5
        return Point(value, (round(low), None if open_ else round(high)), yes, depends)

    def _read(self, population: Population, columns: set[Column]) -> None:
        """Read the columns, once for all values that need no others."""
        if self._blocks and columns <= self._columns:
            return
        self._columns = self._columns | columns
        wanted = sorted(self._columns, key=str)
        self._blocks = tuple(population.block(wanted, one.start, one.stop) for one in self.registry.stretches(STRETCH))


def _sum(ends: NDArray[np.float64], weights: NDArray[np.float64] | None) -> float:
    """The sum of the finite amounts, in whole fen without weights."""
    sums = [float(limb.sum()) for limb in Fen.of(ends, weights).limbs]
    return sums[0] if weights is not None else int(sums[0]) + (int(sums[1]) << 32)
