"""What one year grants is a past award of the next: `once`, caps over several years and awards.sum then read what the simulated years gave.

Whoever is entitled is taken to be granted on the day of that year. What is surely granted, and how much, is known; where a year leaves that open,
what rules read of it is unknown in later years, so that ranges still hold.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from huiqi.entitlements.due import NO, YES, Due, uncut
from huiqi.entitlements.granted import Granted
from huiqi.entitlements.population import Population
from huiqi.rules.awards import past_in
from huiqi.rules.compile import Rules
from huiqi.rules.cumulation import stack, stacking_of, together

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]


@dataclass(frozen=True)
class Grants:
    """What a measure granted on a day, for every subject in the registry's order: the amount in fen, whether surely anything, and whether perhaps."""

    day: int  # its ordinal
    low: Floats
    high: Floats
    surely: Bools
    perhaps: Bools

    @staticmethod
    def nothing(day: int, subjects: int) -> Grants:
        return Grants(day, np.zeros(subjects), np.zeros(subjects), np.zeros(subjects, bool), np.zeros(subjects, bool))

    def add(self, start: int, due: Due) -> None:
        """What is payable to the subjects of a stretch that begins at `start`; editions of one measure add up."""
        rows = due.rows + start
        low, high, surely, perhaps = payable(due)
        self.low[rows] += low
        self.high[rows] += high
        self.surely[rows] |= surely
        self.perhaps[rows] |= perhaps


def payable(due: Due) -> tuple[Floats, Floats, Bools, Bools]:
    """What is paid after stacking to the subjects that may have a measure, in fen; whether it surely stands, and whether perhaps."""
    left = due.paid or uncut(due)
    return left.low, left.high, left.stands == YES, left.stands != NO


def with_grants(population: Population, granted: Mapping[str, Sequence[Grants]], ids: pa.StringArray) -> Population:
    """The population after what earlier years granted, by the measures' names; `ids` are all subjects in the registry's order."""
    past = population.granted
    if past is None or not granted:
        return population
    columns = {}
    for id, fact in past.facts.items():
        first, last = fact.days(population.as_of)
        value, unsure = past.between(id, 0, len(ids)), np.zeros(len(ids), bool)
        for one in (one for name in fact.measures for one in granted.get(name, ()) if first <= one.day <= last):
            if fact.of == "sum":
                value += one.low
                unsure |= one.low != one.high
            else:
                value += one.surely
                unsure |= one.perhaps & ~one.surely
        columns[id] = value if fact.at_least else np.where(unsure, np.nan, value)
    return replace(population, granted=Granted(past.facts, True, ids, columns, np.arange(len(ids))))


def with_what_is_read(laws: Iterable[Rules], names: Iterable[str], subject: str) -> tuple[frozenset[str], frozenset[str]]:
    """Some measures by name, with all that bear on them in one of the laws, by stacking or as past awards; and those whose awards are read."""
    laws, found, read = list(laws), set(names), set[str]()
    while True:
        more = set(found)
        for rules in laws:
            stacking = stacking_of(rules)
            numbers = together(stacking, [n for n, one in enumerate(rules.measures) if one.name in found and one.subject == subject])
            measures = [rules.measures[number] for number in sorted(numbers) if rules.measures[number].subject == subject]
            nodes = [measure.truth for measure in measures] + [measure.amount.node for measure in measures if measure.amount is not None]
            nodes += stack(rules, measures, subject).limits
            nodes += [typed.node for card in rules.scorecards for typed in card.values.values()] if measures else []
            read |= {name for fact in past_in(nodes).values() for name in fact.measures}
            more |= {measure.name for measure in measures}
        more |= read
        if more == found:
            return frozenset(found), frozenset(read)
        found = more
