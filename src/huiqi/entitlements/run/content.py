"""What the result of a measure over a stretch of a registry rests on, as a key: where keys are equal, so are results."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence

from huiqi.entitlements.columns import Others
from huiqi.entitlements.population import Column, Population
from huiqi.entitlements.run.dimensions import Dimension
from huiqi.entitlements.stacked import Stacked
from huiqi.facts.registry import Stretch
from huiqi.rules.compile import Rules
from huiqi.rules.cumulation import StackingRule
from huiqi.rules.fingerprint import fingerprint, fingerprint_of
from huiqi.rules.plan import Plan, PlannedMeasure, Step


class Contents:
    """The keys of all measures of a plan over the stretches of a population.

    A key is a hash over the measure's name, which its rows carry, its fingerprint, the day, whether recognitions are assumed, the ids and the cells
    of the columns that the measure reads, what the whole population adds to them (classes by rank, related enterprises), and by what totals are
    grouped; for a measure in a stacking rule over those of all that are in one, and the rules. `also` are the names of whatever else decides what
    is kept.
    """

    def __init__(self, population: Population, plan: Plan, stacked: Stacked, dimensions: Sequence[Dimension], also: Iterable[str] = ()):
        self.population = population
        groups = [f"{d.name} {' '.join(d.groups)}" for d in dimensions]
        common = [population.as_of.isoformat(), str(population.assume_recognised), *groups, *also]
        self._common = _hash(common)
        self._grouped: list[Column] = [(d.fact.id, None) for d in dimensions]
        self._measures = [f"{planned.measure.id} {fingerprint(planned.measure, population.rules)}" for planned in plan.measures]
        self._columns = [columns_read(population, plan, planned) for planned in plan.measures]
        self._stacked = stacked.numbers
        self._stacking = _hash([_said(rule, population.rules) for rule in stacked.stacking.rules])
        self._limits = population.columns(stacked.limits)
        self._whole = [_of_all(plan, planned) for planned in plan.measures]

    def keys(self, stretch: Stretch) -> list[str]:
        """A key for each measure."""
        every = sorted({*self._grouped, *self._limits, *(column for columns in self._columns for column in columns)}, key=str)
        subjects, cells = stretch.content_hash([]), {column: self._cells(column, stretch) for column in every}
        whole = {what: self._of_all(what, stretch) for what in {what for some in self._whole for what in some}}
        shared = [self._common, subjects, *(cells[column] for column in self._grouped)]
        found = []
        for measure, columns, some in zip(self._measures, self._columns, self._whole, strict=True):
            found.append(_hash([measure, *shared, *(cells[column] for column in columns), *(whole[what] for what in some)]))
        bound = _hash([self._stacking, *(cells[column] for column in self._limits), *(found[number] for number in self._stacked)])
        for number in self._stacked:  # what is payable of each rests on all of them
            found[number] = _hash([found[number], bound])
        return found

    def _cells(self, column: Column, stretch: Stretch) -> str:
        """What the registry, or the awards table, holds of the subjects of a stretch in a column."""
        population = self.population
        if population.is_past(column):
            return population.past.content_hash(column[0], stretch.start, stretch.stop)
        return stretch.content_hash([column])

    def _of_all(self, what: object, stretch: Stretch) -> str:
        """What all subjects together add to those of a stretch."""
        if isinstance(what, str):
            bits = self.population.ranks.get(what)
            return "-" if bits is None else hashlib.sha256(bits[stretch.start : stretch.stop].tobytes()).hexdigest()
        others: Others | None = self.population.related.get(what)  # type: ignore[call-overload]  # a scorecard's name or a key of `related`
        return "-" if others is None else _hash([repr(others.between(stretch.start, stretch.stop))])


def columns_read(population: Population, plan: Plan, planned: PlannedMeasure) -> list[Column]:
    """The columns that the status and the amount of a measure read, and for those of years the date of birth."""
    read = {step.data for step in steps_of(plan, planned) if step.op.startswith("fact_")}
    if planned.apart is not None:
        read |= set(planned.apart.facts)
    born = population.registry.schema.born
    if born is not None and any(plan.facts[reading].period == "year" for reading in read):
        read.add((born, 0))
    return [population.column(plan.facts[reading], reading[1]) for reading in sorted(read)]


def _of_all(plan: Plan, planned: PlannedMeasure) -> list[object]:
    """The scorecards whose classes by rank, and the sums over related enterprises, that a measure reads."""
    steps = list(steps_of(plan, planned))
    if planned.apart is not None:
        steps += planned.apart.steps
    found = {step.data[0] if step.op == "rank_class" else step.data for step in steps if step.op in ("rank_class", "related")}
    return sorted(found, key=repr)


def steps_of(plan: Plan, planned: PlannedMeasure) -> Iterator[Step]:
    """The steps that the status and the amount of a measure need, but for an amount that is planned apart."""
    needed = {slot for slot in (planned.status, planned.amount) if slot is not None}
    for slot in range(len(plan.steps) - 1, -1, -1):
        if slot in needed:
            needed.update(plan.steps[slot].args)
            yield plan.steps[slot]


def _said(rule: StackingRule, rules: Rules) -> str:
    """All of a stacking rule that decides what is payable."""
    limit = "-" if rule.limit is None else fingerprint_of(rule.limit, rules)
    exclusions = [exclusion.measures for exclusion in rule.exclusions]
    return f"{rule.act:d} {rule.measures} {rule.beside} {rule.certain} {limit} {exclusions}"


def _hash(parts: Iterable[str]) -> str:
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()
