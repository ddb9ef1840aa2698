"""What a firm would be paid if one of its figures were another, all its other facts as they are (反事实测算).

The figure is that of a threshold: a fact, or what rules derive from some. A fact is changed wherever it is read; of a derived figure the value itself
is supposed. Classes by rank, what related enterprises add and past awards stay as they are.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from huiqi.entitlements.columns import Block, Column, Figures, Run, Truths
from huiqi.entitlements.due import Dues, due
from huiqi.entitlements.population import Column as Cell
from huiqi.entitlements.population import Population
from huiqi.entitlements.stacked import Stacked
from huiqi.facts.schema import Fact
from huiqi.rules import tree
from huiqi.rules.compile import Measure
from huiqi.rules.cumulation import stacking_of, together
from huiqi.rules.fingerprint import fingerprint_of
from huiqi.rules.plan import Plan, Step, make_plan
from huiqi.rules.tree import Node
from huiqi.vocabulary.ranges import exactly

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]


@dataclass(frozen=True)
class Side:
    """The measures of a block of firms on one side: for each of them, in lines, whether it must and may be had and what is due in fen; what of
    all is payable is `low` to `high` of those under stacking rules, and stands in `paid` for each measure."""

    run: Run
    must: Bools  # (measures, firms)
    may: Bools
    due: tuple[Floats, Floats]
    stacked: tuple[Floats, Floats]
    block: Block


class Bearing:
    """The measures that a figure bears on, with all on which rests what is payable of them."""

    def __init__(self, population: Population, measures: Sequence[Measure], of: Node, fact: tuple[Fact, int] | None):
        self.population, self.measures, self.of, self.fact = population, tuple(measures), of, fact
        self.plan = make_plan(population.rules, measures, values={"of": of}, keep=True)
        self.slot = self.plan.values["of"]
        self.after = after(self.plan, self.slot)
        self.stacked = Stacked(population.rules, measures, population.registry.schema.subject)
        own = tuple(slot for planned in self.plan.measures for slot in (planned.status, planned.amount) if slot is not None)
        self.touched = [n for n, p in enumerate(self.plan.measures) if {p.status, p.amount} & self.after]
        self.bears = any(slot in self.after for slot in own)
        limits = make_plan(population.rules, (), values={"of": of} | {str(n): node for n, node in enumerate(self.stacked.stacking.limits)})
        self.limits_bear = bool(set(limits.values.values()) & (after(limits, limits.values["of"]) - {limits.values["of"]}))

    @property
    def columns(self) -> set[Cell]:
        """What has to be read of a firm."""
        return {*self.population.columns(self.plan), *self.population.columns(self.stacked.limits)}

    def actual(self, block: Block) -> Side:
        """As it is."""
        return self._side(Run(self.plan, block).run())

    def suppose(self, block: Block, figures: Sequence[Fraction]) -> Side:
        """With another figure for each firm, in base units."""
        if self.fact is not None:
            fact, year = self.fact
            cell = np.array([float(figure / fact.step) for figure in figures])
            key = self.population.column(fact, year)
            return self._side(Run(self.plan, replace(block, columns={**block.columns, key: cell}, years={}, part_of=None)).run())
        return self._side(_Supposing(self, block, figures).run())

    def _side(self, run: Run) -> Side:
        size = run.block.size
        shape = len(self.measures), size
        must, may, low, high = np.zeros(shape, bool), np.zeros(shape, bool), np.zeros(shape), np.zeros(shape)
        dues = [due(run, planned) for planned in self.plan.measures]
        for line, one in enumerate(dues):
            must[line, one.rows], may[line, one.rows], low[line, one.rows], high[line, one.rows] = one.must, True, one.low, one.high
        _, total = self.stacked.apply(run.block, Dues.of([one] for one in dues), self.stacked.numbers)
        return Side(run, must, may, (low, high), total, run.block)

    def paid(self, side: Side) -> tuple[Floats, Floats]:
        """What all of them pay after stacking, in fen: a range for each firm, which holds whatever is unknown."""
        loose = list(self.stacked.loose)
        return side.stacked[0] + side.due[0][loose].sum(axis=0), side.stacked[1] + side.due[1][loose].sum(axis=0)

    def difference(self, one: Side, other: Side) -> tuple[Floats, Floats]:
        """What the other side pays more than the one, in fen: a range for each firm.

        What is the same on both sides differs by nothing, unknown as it may be: a result is the same if it is known on both sides and equal, or
        if all it is reckoned from is the same.
        """
        same, size = self._same(one.run, other.run), one.run.block.size
        low, high = np.zeros(size), np.zeros(size)
        untouched = np.full(size, not self.limits_bear)
        for number in self.touched:
            planned = self.plan.measures[number]
            held = same.get(planned.status, np.True_)
            given = np.True_ if planned.amount is None else same.get(planned.amount, np.True_)
            if number in self.stacked.numbers:
                untouched &= held & given
            elif number in self.stacked.loose:
                a, b = _change([ends[number] for ends in one.due], [ends[number] for ends in other.due])
                if planned.amount is not None:  # where it is open whether the measure is had, on both sides alike, it may also be not had at all
                    unsure = held & ~one.must[number]
                    a_if, b_if = self._if_had(planned.amount, one.run, other.run)
                    a, b = np.where(unsure, np.minimum(a_if, 0), a), np.where(unsure, np.maximum(b_if, 0), b)
                nothing = (held & given) | ~(one.may[number] | other.may[number])
                low, high = low + np.where(nothing, 0, a), high + np.where(nothing, 0, b)
        if self.stacked.numbers:
            a, b = _change(one.stacked, other.stacked)
            low, high = low + np.where(untouched, 0, a), high + np.where(untouched, 0, b)
        return low, high

    def _if_had(self, amount: int, one: Run, other: Run) -> tuple[Floats, Floats]:
        """The change of an amount for who has the measure on both sides."""
        size, ends = one.block.size, []
        for run in (one, other):
            figures = run.figures(amount)
            per = 100 / figures.scale
            low, high = (np.broadcast_to(np.rint(end * per), (size,)) for end in (figures.low, figures.high))
            low = np.where(np.isnan(low) | (False if figures.maybe is None else figures.maybe), 0, low)
            ends.append((np.maximum(low, 0), np.maximum(np.where(np.isnan(high), 0, high), 0)))
        return _change(*ends)

    def _same(self, one: Run, other: Run) -> dict[int, Bools]:
        """For every result that rests on the figure, for which firms it is the same on both sides."""
        size, same = one.block.size, dict[int, Bools]()
        for slot, step in enumerate(self.plan.steps):
            if slot not in self.after or slot == self.slot:
                if slot == self.slot:
                    same[slot] = np.zeros(size, bool)
                continue
            found = np.ones(size, bool)
            for arg in step.args:
                if arg in same:
                    found = found & same[arg]
            if not found.all():
                found |= _equal(one.slots[slot], other.slots[slot], size)
            same[slot] = found
        return same


class _Supposing(Run):
    """A plan of which one result is supposed."""

    def __init__(self, bearing: Bearing, block: Block, figures: Sequence[Fraction]):
        super().__init__(bearing.plan, block)
        self.bearing, self.given = bearing, figures
        scale = math.lcm(*{figure.denominator for figure in figures})
        low = np.array([float(figure * scale) for figure in figures])
        self.supposed = Figures(low, low, scale, float(np.abs(low).max(initial=0)))

    def reckon(self, index: int, step: Step) -> Column:
        return self.supposed if index == self.bearing.slot else super().reckon(index, step)

    def settle(self, rows: NDArray[np.intp], step: Step, write: Any) -> None:
        rules = self.bearing.population.rules
        supposed = fingerprint_of(self.bearing.of, rules)
        equal = [node for node in tree.walk(step.node) if isinstance(node, tree.Arithmetic | tree.Choose | tree.Rounded | tree.Tally)
                 and fingerprint_of(node, rules) == supposed]  # fmt: skip
        for row in rows.tolist():
            if row not in self._exact:
                self._exact[row] = self.block.exactly(row)
            for node in equal:
                self._exact[row].take(node, exactly(self.given[row]))
        super().settle(rows, step, write)


def bearings(population: Population, measures: Sequence[Measure], figures: Iterable[tuple[Node, tuple[Fact, int] | None]]) -> list[Bearing | None]:
    """For each figure the measures that it bears on; None where it bears on none of them."""
    rules, figures = population.rules, list(figures)
    plan = make_plan(rules, measures, values={str(number): of for number, (of, _) in enumerate(figures)}, keep=True)
    places = {measure.id: number for number, measure in enumerate(rules.measures)}
    own = {places[measure.id]: measure for measure in measures}
    stacking, found, known = stacking_of(rules), list[Bearing | None](), dict[int, Bearing | None]()
    for number, (of, fact) in enumerate(figures):
        slot = plan.values[str(number)]
        if slot not in known:
            reached = after(plan, slot)
            direct = [places[planned.measure.id] for planned in plan.measures if {planned.status, planned.amount} & reached]
            together_ = [own[at] for at in sorted(together(stacking, direct)) if at in own]
            known[slot] = Bearing(population, together_, of, fact) if direct else None
        found.append(known[slot])
    return found


def after(plan: Plan, slot: int) -> set[int]:
    """A result with all that rest on it."""
    found = {slot}
    for number, step in enumerate(plan.steps):
        if not found.isdisjoint(step.args):
            found.add(number)
    return found


def rows_of(block: Block, rows: NDArray[np.intp], columns: Iterable[Cell]) -> Block:
    """Some firms of a block, each as often as it is named, as a block of their own."""
    some = block.only(rows)
    taken = {column: block.columns[column][rows] for column in columns}
    ids = [str(block.ids[row]) for row in rows.tolist()]
    return replace(some, columns=taken, ids=ids, part_of=None, years={})


def _change(one: Sequence[Floats], other: Sequence[Floats]) -> tuple[Floats, Floats]:
    with np.errstate(invalid="ignore"):  # an open end on both sides leaves nothing known
        low, high = other[0] - one[1], other[1] - one[0]
    return np.where(np.isnan(low), -np.inf, low), np.where(np.isnan(high), np.inf, high)


def _equal(a: Column | None, b: Column | None, size: int) -> Bools:
    """Where two results are known and equal."""
    if isinstance(a, Truths) and isinstance(b, Truths):
        return np.broadcast_to((a.must == a.may) & (b.must == b.may) & (a.must == b.must), (size,))
    if isinstance(a, Figures) and isinstance(b, Figures) and a.scale == b.scale and a.exact and b.exact:
        found = (a.low == a.high) & (b.low == b.high) & (a.low == b.low)
        gone = np.isnan(a.low) & np.isnan(b.low)
        for one in (a, b):
            found = found if one.maybe is None else found & ~one.maybe
        return np.broadcast_to(found | gone, (size,))
    return np.zeros(size, bool)
