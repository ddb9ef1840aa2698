"""The same policy for polars: every fact a column, every definition and measure an expression, all of them in one lazy query.

The expressions are written for speed, as an author of one would: shared conditions, definitions, the scorecard and the sizes are columns and so
reckoned once, figures stand in the expression, sets of codes are looked up, an age is a comparison of days. Where a divisor is 0 the ratio is
null, and a test on it is not met. What is unknown is 0, as for OpenFisca; figures are float64.

    python bench/peer_polars.py 20        shows the expressions of measure_020
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from functools import reduce
from operator import and_, or_
from typing import Literal

import numpy as np
import polars as pl
import workload as w
from enterprises import Columns, completed

Engine = Literal["in-memory", "streaming"]
ENGINES: tuple[Engine, ...] = ("in-memory", "streaming")
HOME = 0  # the index of the district
SIZES = pl.Enum(("large", "medium", "small", "micro"))
CODES = {fact.id: pl.Enum((*fact.codes, "none")) for fact in w.FACTS.values() if fact.codes}

# ---------------------------------------------------------------- expressions


def figure(value: w.Value) -> pl.Expr:
    match value:
        case w.Read(fact, back):
            return pl.col(column_name(fact, w.YEARS[back] if w.FACTS[fact].period == "year" else None))
        case w.Total(fact, years):
            first, *others = (figure(w.Read(fact, back)) for back in range(years))
            return sum(others, first)
        case w.Growth(fact):
            return figure(w.Ratio(w.Less(w.Read(fact), w.Read(fact, 1)), w.Read(fact, 1)))
        case w.Named(name):
            return pl.col(name)
        case w.Ratio(top, bottom):
            return pl.when(figure(bottom) != 0).then(figure(top) / figure(bottom))
        case w.Less(left, right):
            return figure(left) - figure(right)


def column_name(fact: str, year: int | None) -> str:
    return fact if year is None else f"{fact}_{year}"


def test(of: w.Test) -> pl.Expr:
    match of:
        case w.Compare(value, op, level):
            return _compared(figure(value), op, level.figure)
        case w.Between(low, value, high):
            return figure(value).is_between(low.figure, high.figure, closed="left")
        case w.Cagr(fact, intervals, rate):
            first = figure(w.Read(fact, intervals))
            return (first > 0) & (figure(w.Read(fact)) >= (1 + rate.figure) ** intervals * first)
        case w.Age(date, op, years):
            day = pl.lit(w.AS_OF.replace(year=w.AS_OF.year - years))
            return pl.col(date) <= day if op == ">=" else pl.col(date) > day
        case w.Since(date, day):
            return pl.col(date) >= pl.lit(day)
        case w.Flag(fact, wanted):
            return pl.col(fact) if wanted else ~pl.col(fact)
        case w.Among(fact, codes):
            return pl.col(fact).is_in(pl.Series(_listed(fact, codes), dtype=SIZES if fact == "size_class" else CODES[fact]).implode())
        case w.Group("all", parts):
            return reduce(and_, map(test, parts))
        case w.Group("any", parts):
            return reduce(or_, map(test, parts))
        case w.Group("none", parts):
            return ~reduce(or_, map(test, parts))
        case w.Group(_, parts, count):
            return pl.sum_horizontal(*(test(part).cast(pl.Int8) for part in parts)) >= count


def _compared(value: pl.Expr, op: Literal[">=", ">", "<=", "<"], level: float) -> pl.Expr:
    return {">=": value.ge, ">": value.gt, "<=": value.le, "<": value.lt}[op](level)


def _listed(fact: str, wanted: Sequence[str]) -> list[str]:
    """The codes that are wanted or lie in a section that is."""
    if fact == "size_class":
        return list(wanted)
    return [code for code in w.FACTS[fact].codes if code in wanted or (len(code) == 3 and code[0] in wanted)]


def amount(of: w.Amount) -> pl.Expr:
    match of:
        case w.Fixed(pays):
            return pl.lit(pays.figure)
        case w.Rate(rate, base, cap, floor):
            return (figure(base) * rate.figure).clip(floor.figure if floor else None, cap.figure)
        case w.Tiers(base, slices, cap):
            edges = [level.figure for level, _ in slices]
            pieces = []
            for (edge, rate), upper in zip(slices, [*edges[1:], None], strict=True):
                width = None if upper is None else upper - edge.figure
                pieces.append(
                    (figure(base) - edge.figure).clip(0, width) * rate.figure if edge.figure or width is not None else figure(base) * rate.figure
                )
            return sum(pieces[1:], pieces[0]).clip(None, cap.figure)
        case w.Bands(base, brackets):
            return _steps([(figure(base) >= level.figure, pays.figure) for level, pays in brackets])
        case w.Ladder(fact, rungs):
            before = pl.max_horizontal(*(figure(w.Read(fact, back)) for back in (1, 2, 3)))
            return _steps([((figure(w.Read(fact)) >= level.figure) & (before < level.figure), pays.figure) for level, pays in rungs])
        case w.Points(each, cap):
            return (figure(w.Named("innovation.total")) * each.figure).clip(None, cap.figure)


def _steps(rising: Sequence[tuple[pl.Expr, float]]) -> pl.Expr:
    """The figure of the highest condition that holds, 0 where none does."""
    found = pl.lit(0.0)
    for condition, pays in rising:
        found = pl.when(condition).then(pays).otherwise(found)
    return found


def _size(policy: w.Policy) -> pl.Expr:
    """The first size that fits, from the last one back."""
    found = pl.lit("micro", dtype=SIZES)
    for size, staff, revenue in reversed(policy.sizes):
        fits = test(w.Group("all", (w.Compare(w.Read("employees"), ">=", staff), w.Compare(w.Read("revenue"), ">=", revenue))))
        found = pl.when(fits).then(pl.lit(size, dtype=SIZES)).otherwise(found)
    return found


def _points(item: w.Item) -> pl.Expr:
    return _steps([(_compared(figure(item.of), ">=", level.figure), count) for level, count in reversed(item.points)])


# ---------------------------------------------------------------- running them


class Peer:
    """The policy as one query over a frame."""

    def __init__(self, policy: w.Policy):
        self.policy = policy
        self.shared = reduce(and_, map(test, policy.shared)) & (pl.col("place") == HOME)
        self.stages = [
            {name: figure(value) for name, value in policy.definitions.items()} | {"size_class": _size(policy), "shared_conditions": self.shared},
            {"innovation.total": sum((_points(item) for item in policy.scorecard[1:]), _points(policy.scorecard[0]))},
            {f"{m.name}_eligible": (pl.col("shared_conditions") & test(m.eligible)).fill_null(False) for m in policy.measures},
        ]
        self.amounts = {
            m.name: pl.when(f"{m.name}_eligible").then(amount(m.amount)).otherwise(0.0).alias(f"{m.name}_amount") for m in policy.measures
        }

    def frame(self, columns: Columns) -> pl.DataFrame:
        """The enterprises as polars holds them."""
        return pl.DataFrame([_series(w.FACTS[fact], column_name(fact, year), values) for (fact, year), values in columns.items()])

    def query(self, found: pl.LazyFrame) -> pl.LazyFrame:
        for stage in self.stages:
            found = found.with_columns(**stage)
        return found

    def run(self, frame: pl.DataFrame, engine: Engine) -> pl.DataFrame:
        """How many may have each measure, and the sum of its amounts; who fails the shared conditions is laid aside first."""
        sums = [pl.col(f"{name}_eligible").sum() for name in self.amounts] + [given.sum() for given in self.amounts.values()]
        return self.query(frame.lazy().filter(self.shared)).select(sums).collect(engine=engine)

    def results(self, frame: pl.DataFrame) -> pl.DataFrame:
        """Eligibility and amount of every measure for everybody."""
        return self.query(frame.lazy()).select([f"{name}_eligible" for name in self.amounts] + list(self.amounts.values())).collect()

    @staticmethod
    def adds_up(results: pl.DataFrame, sums: pl.DataFrame) -> bool:
        """Whether sums are those of the results."""
        (wanted,), (given,) = results.sum().select(sums.columns).rows(), sums.rows()
        return np.allclose(given, wanted, rtol=1e-12, atol=0)

    @staticmethod
    def result(results: pl.DataFrame, measure: str, start: int, length: int) -> tuple[np.ndarray, np.ndarray]:
        """Eligibility and amount of a measure, of some enterprises."""
        some = results.slice(start, length)
        return some[f"{measure}_eligible"].to_numpy(), some[f"{measure}_amount"].to_numpy()


def _series(fact: w.Fact, name: str, values: np.ndarray) -> pl.Series:
    given = completed(fact, values)
    if fact.kind == "category":
        return pl.Series(name, np.where(given < 0, len(fact.codes), given).astype(np.uint8)).cat.to(CODES[fact.id])
    return pl.Series(name, given)


if __name__ == "__main__":
    peer = Peer(w.make_policy())
    for measure in peer.policy.measures:
        if len(sys.argv) < 2 or measure.name == f"measure_{int(sys.argv[1]):03}":
            print(peer.stages[-1][f"{measure.name}_eligible"], peer.amounts[measure.name], sep=os.linesep)
