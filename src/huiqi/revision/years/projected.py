"""A registry with the years to come: what is recorded stays, and what is not recorded yet grows from the last year that is.

Nothing is written: figures of later years are made as blocks are read. What is unknown in the last recorded year stays unknown, and so does what
grows by an industry or place that is not known closely enough to tell how. Figures are rounded half up to the fact's last decimal, once, exactly,
and end where the fact's range does.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, fields
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from huiqi.facts.cells import LARGEST, UNKNOWN, is_known, unknown_values
from huiqi.facts.registry import Block, Column, Registry
from huiqi.facts.schema import Fact
from huiqi.revision.years.scenario import Growth, Scenario

UNSURE = -2  #: it cannot be told to which group a subject belongs
NO_GROUP = -1


@dataclass(frozen=True)
class _Grows:
    """How a fact grows: by group of a day fact, and of whoever is in none; a rate of None leaves it unknown."""

    by: str | None
    rates: tuple[Fraction | None, ...]  # of the groups, and at the end of everybody else
    groups: NDArray[np.int64]  # of every code of `by`, then of none and of unknown


@dataclass(frozen=True, kw_only=True)
class Projected(Registry):
    """A registry whose year facts go on after the year `last`."""

    last: int = 0
    grows: Mapping[str, _Grows] = field(default_factory=dict)

    def blocks(self, columns: Iterable[Column], size: int = 16_384, *, start: int = 0, stop: int | None = None) -> Iterator[Block]:
        """As of any registry."""
        wanted = list(dict.fromkeys(columns))
        late = [(fact, year) for fact, year in wanted if year is not None and year > self.last]
        needed = [column for column in wanted if column not in late]
        for fact, year in late:
            needed += [(fact, earlier) for earlier in range(self.last, year + 1)]
            needed += [(by, None)] if (by := self.grows[fact].by) is not None else []
        for block in super().blocks(needed, size, start=start, stop=stop):
            made: dict[Column, Any] = {(fact, year): self._value(fact, year, block) for fact, year in late}
            yield Block(block.ids, {column: made[column] if column in made else block.columns[column] for column in wanted}, block.first_years)

    def _value(self, id: str, year: int, block: Block) -> NDArray[np.generic]:
        """A year fact of a year to come."""
        fact, grows = self.schema.facts[id], self.grows[id]
        value, since = block.columns[id, self.last].copy(), np.full(len(block.ids), self.last)
        for later in range(self.last + 1, year + 1):
            recorded = block.columns[id, later]
            there = is_known(recorded)
            value[there], since[there] = recorded[there], later
        group = np.full(len(block.ids), NO_GROUP)
        if grows.by is not None:
            codes = block.columns[grows.by, None].astype(np.int64)
            group = grows.groups[np.where(codes >= 0, codes, len(grows.groups) - np.where(codes == UNKNOWN, 1, 2))]
        for number, rate in zip((*range(len(grows.rates) - 1), NO_GROUP, UNSURE), (*grows.rates, None), strict=True):
            for first in np.unique(since[(group == number) & (since < year)]).tolist():
                rows = np.flatnonzero((group == number) & (since == first))
                if rate is None:
                    value[rows] = unknown_values(fact.kind, len(rows))
                elif rate:
                    value[rows] = grown(value[rows], (1 + rate) ** (year - first), fact)
        return value


def grown(values: NDArray[np.float64], times: Fraction, fact: Fact) -> NDArray[np.float64]:
    """Figures of a fact, in its steps, so many times as large: rounded half up, exactly, and within the fact's range.

    What would be too large to be held exactly is unknown.
    """
    near = values * float(times)
    with np.errstate(invalid="ignore"):
        below = np.floor(near)
        part = near - below
        found = below + (part >= 0.5)
        doubtful = np.abs(part - 0.5) <= 1e-6 + np.abs(near) * 2.0**-50
        doubtful |= (part <= np.abs(near) * 2.0**-50) | (1 - part <= np.abs(near) * 2.0**-50)
    for row in np.flatnonzero(doubtful & np.isfinite(near)).tolist():
        found[row] = math.floor(int(values[row]) * times + Fraction(1, 2))
    found[np.abs(found) >= LARGEST] = np.nan
    scale = 10**fact.decimals
    low, high = (end if isinstance(end, float) else float(end * scale) for end in (fact.low, fact.high))
    return np.clip(found, math.ceil(low) if math.isfinite(low) else low, math.floor(high) if math.isfinite(high) else high)


def project(registry: Registry, scenario: Scenario, case: str, last: int) -> Projected:
    """The registry of a case, of which everything up to the year `last` is as recorded."""
    grows = {
        fact.id: _grows(registry, fact, [one for one in scenario.growth if one.fact == fact.id], case, scenario.held)
        for fact in registry.schema.facts.values()
        if fact.period == "year"
    }
    return Projected(**{one.name: getattr(registry, one.name) for one in fields(Registry)}, last=last, grows=grows)


def _grows(registry: Registry, fact: Fact, growth: list[Growth], case: str, held: bool) -> _Grows:
    of_all = next((one.rates[case] for one in growth if one.by is None), Fraction(0) if held else None)
    groups = [one for one in growth if one.by is not None]
    by = groups[0].by if groups else None
    rates = (*(one.rates[case] for one in groups), of_all)
    if by is None or len(set(rates)) == 1:
        return _Grows(None, rates[-1:], np.zeros(0, np.int64))
    codes, places = registry.schema.facts[by].codes, registry.places
    ids = places.by_id if codes is None else codes.codes
    of = [_group(places.below(id) if codes is None else codes.below(id), groups) for id in ids]
    return _Grows(by, rates, np.array([*of, NO_GROUP, UNSURE], np.int64))


def _group(possible: frozenset[str], groups: list[Growth]) -> int:
    """The group of somebody of whom these codes are possible."""
    hit = [number for number, one in enumerate(groups) if not one.codes.isdisjoint(possible)]
    if not hit:
        return NO_GROUP
    return hit[0] if len(hit) == 1 and possible <= groups[hit[0]].codes else UNSURE
