"""What a firm would be paid if one of its figures were another, all its other facts as they are (反事实测算).

The figure is that of a threshold: a fact, or what rules derive from some. A fact is changed wherever it is read; of a derived figure the value itself
is supposed. Classes by rank, what related enterprises add and past awards stay as they are.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from huiqi.entitlements.columns import Block, Column, FactCodes, Figures, Quotient, Recorded, Run, Truths
from huiqi.entitlements.due import Due, Dues, due
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
    """Some measures of some firms on one side, in lines: whether each must and may be had, and what is due in fen."""

    run: Run
    must: Bools  # (measures, firms)
    may: Bools
    low: Floats
    high: Floats


def slots_in(plan: Plan, part: Plan) -> list[int]:
    """Where the results of one plan stand in another that has all of them."""
    places = {_key(step, step.args): slot for slot, step in enumerate(plan.steps)}
    found: list[int] = []
    for step in part.steps:
        found.append(places[_key(step, tuple(found[arg] for arg in step.args))])
    return found


def _key(step: Step, args: tuple[int, ...]) -> tuple[str, tuple[int, ...], Any]:
    return step.op, tuple(sorted(args)) if step.op in ("all", "any") else args, step.data


def bearings(
    population: Population, measures: Sequence[Measure], plan: Plan, figures: Sequence[tuple[Node, tuple[Fact, int] | None]]
) -> list[Bearing | None]:
    """For each figure of the measures' plan the measures that it bears on; None where it bears on none."""
    rules = population.rules
    own_plan = make_plan(rules, (), values={str(number): of for number, (of, _) in enumerate(figures)}, keep=True)
    slots = slots_in(plan, own_plan)
    places = {measure.id: number for number, measure in enumerate(rules.measures)}
    own = {places[measure.id]: number for number, measure in enumerate(measures)}
    stacking, known, found = stacking_of(rules), dict[int, Bearing | None](), list[Bearing | None]()
    for number, (of, fact) in enumerate(figures):
        slot = slots[own_plan.values[str(number)]]
        if slot not in known:
            reached = after(plan, slot)
            touched = [n for n, planned in enumerate(plan.measures) if {planned.status, planned.amount} & reached]
            lines = [own[at] for at in sorted(together(stacking, [places[measures[n].id] for n in touched])) if at in own]
            known[slot] = Bearing(population, measures, plan, of, fact, slot, reached, touched, lines) if touched else None
        found.append(known[slot])
    return found


@dataclass(frozen=True)
class Actual:
    """Firms as they are: every result of the plan, and what is due of each measure before stacking, in lines."""

    run: Run
    must: Bools
    may: Bools
    low: Floats
    high: Floats

    @staticmethod
    def of(run: Run, dues: Sequence[Due]) -> Actual:
        shape = len(dues), run.block.size
        found = Actual(run, np.zeros(shape, bool), np.zeros(shape, bool), np.zeros(shape), np.zeros(shape))
        for line, one in enumerate(dues):
            for lines, ends in ((found.must, one.must), (found.may, True), (found.low, one.low), (found.high, one.high)):
                lines[line, one.rows] = ends
        return found


class Bearing:
    """The measures that a figure bears on (`touched`), with all on which rests what is payable of them (`lines`); numbers are of the portfolio."""

    def __init__(
        self, population: Population, measures: Sequence[Measure], plan: Plan, of: Node, fact: tuple[Fact, int] | None, slot: int, reached: set[int],
        touched: Sequence[int], lines: Sequence[int],
    ):  # fmt: skip
        self.population, self.plan, self.of, self.fact, self.slot, self.after = population, plan, of, fact, slot, reached
        self.touched, self.lines = tuple(touched), tuple(lines)
        self.measures = tuple(measures[number] for number in lines)
        self.stacked = Stacked(population.rules, self.measures, population.registry.schema.subject)
        nodes = {str(number): node for number, node in enumerate(self.stacked.stacking.limits)}
        limits = make_plan(population.rules, (), values={"of": of} | nodes, keep=True)
        reached_too = after(limits, limits.values["of"])
        self.limits_bear = any(limits.values[name] in reached_too for name in nodes)
        ends = {at for number in touched for at in (plan.measures[number].status, plan.measures[number].amount) if at is not None}
        wanted = set(ends)
        for at in sorted(reached, reverse=True):
            if at in wanted:
                wanted.update(plan.steps[at].args)
        self.again = [at for at in sorted(reached & wanted) if at != slot]
        self.given = sorted({arg for at in self.again for arg in plan.steps[at].args}.union(ends) - reached)

    def may_matter(self, run: Run) -> Bools:
        """For which firms the figure can matter at all: some measure that it bears on is not ruled out by tests on which it does not bear."""
        size = run.block.size
        if self.limits_bear:
            return np.ones(size, bool)
        done: dict[int, Bools] = {}

        def may(slot: int) -> Bools:
            if slot not in done:
                step = self.plan.steps[slot]
                if slot not in self.after:
                    done[slot] = np.broadcast_to(run.truths(slot).may, (size,))
                elif step.op == "all":
                    done[slot] = np.logical_and.reduce([may(arg) for arg in step.args])
                elif step.op == "any":
                    done[slot] = np.logical_or.reduce([may(arg) for arg in step.args])
                elif step.op == "recognised" and step.args[0] not in self.after:
                    known = run.truths(step.args[0])  # the registry's word counts, where it has one
                    done[slot] = np.broadcast_to(known.may, (size,)) & (known.must | may(step.args[1]))
                else:
                    done[slot] = np.ones(size, bool)
            return done[slot]

        return np.logical_or.reduce([may(self.plan.measures[number].status) for number in self.touched])

    def suppose(self, actual: Actual, rows: NDArray[np.intp], figures: Sequence[Fraction], which: NDArray[np.intp]) -> Side:
        """Firms, each as often as it is named, with another figure each, in base units: `which` of the figures."""
        whole = actual.run.block
        block = replace(whole.only(rows), part_of=None, years={})
        if self.fact is not None:
            fact, year = self.fact
            cell = np.array([float(figure / fact.step) for figure in figures])[which]
            block.columns = _With(block.columns, self.population.column(fact, year), cell)
        run = _Supposing(self, actual.run, rows, block, figures, which).run()
        return self._side(run, actual, rows)

    def _side(self, run: Run, actual: Actual, rows: NDArray[np.intp]) -> Side:
        at = np.ix_(np.array(self.lines, np.intp), rows)
        must, may, low, high = actual.must[at], actual.may[at], actual.low[at], actual.high[at]
        for number in self.touched:
            line, one = self.lines.index(number), due(run, self.plan.measures[number])
            for lines, ends in ((must, one.must), (may, True), (low, one.low), (high, one.high)):
                lines[line] = 0
                lines[line, one.rows] = ends
        return Side(run, must, may, low, high)

    def _together(self, side: Side, rows: NDArray[np.intp]) -> tuple[Floats, Floats]:
        """What is left for some firms of all measures in stacking rules, in fen."""
        must, may, low, high = (lines[:, rows] for lines in (side.must, side.may, side.low, side.high))
        dues = (np.flatnonzero(line) for line in may)
        parts = [[Due(some, must[n, some], low[n, some], high[n, some])] for n, some in enumerate(dues)]
        return self.stacked.apply(side.run.block.only(rows), Dues.of(parts), self.stacked.numbers)[1]

    def paid(self, side: Side) -> tuple[Floats, Floats]:
        """What all of them pay after stacking, in fen: a range for each firm, which holds whatever is unknown."""
        loose, total = list(self.stacked.loose), self._together(side, np.arange(side.run.block.size))
        return total[0] + side.low[loose].sum(axis=0), total[1] + side.high[loose].sum(axis=0)

    def difference(self, one: Side, other: Side) -> tuple[Floats, Floats]:
        """What the other side pays more than the one, in fen: a range for each firm.

        What is the same on both sides differs by nothing, unknown as it may be: a result is the same if it is known on both sides and equal, or
        if all it is reckoned from is the same.
        """
        same, size = self._same(one.run, other.run), one.run.block.size
        low, high = np.zeros(size), np.zeros(size)
        untouched = np.full(size, not self.limits_bear)
        for number in self.touched:
            planned, line = self.plan.measures[number], self.lines.index(number)
            held = same.get(planned.status, np.True_)
            given = np.True_ if planned.amount is None else same.get(planned.amount, np.True_)
            if line in self.stacked.numbers:
                untouched &= held & given
            elif line in self.stacked.loose:
                a, b = _change((one.low[line], one.high[line]), (other.low[line], other.high[line]))
                if planned.amount is not None:  # where it is open whether the measure is had, on both sides alike, it may also be not had at all
                    unsure = held & ~one.must[line]
                    a_if, b_if = self._if_had(planned.amount, one.run, other.run)
                    a, b = np.where(unsure, np.minimum(a_if, 0), a), np.where(unsure, np.maximum(b_if, 0), b)
                nothing = (held & given) | ~(one.may[line] | other.may[line])
                low, high = low + np.where(nothing, 0, a), high + np.where(nothing, 0, b)
        rows = np.flatnonzero(~untouched)
        if self.stacked.numbers and len(rows):
            a, b = _change(self._together(one, rows), self._together(other, rows))
            low[rows], high[rows] = low[rows] + a, high[rows] + b
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
        size = one.block.size
        same = {self.slot: np.zeros(size, bool)}
        for slot in self.again:
            found = np.ones(size, bool)
            for arg in self.plan.steps[slot].args:
                if arg in same:
                    found = found & same[arg]
            if not found.all():
                found = found | _equal(one.slots[slot], other.slots[slot], size)
            same[slot] = found
        return same


class _Supposing(Run):
    """A portfolio of which one figure is supposed: what rests on it is reckoned again, the rest taken from the firms as they are."""

    def __init__(self, bearing: Bearing, actual: Run, rows: NDArray[np.intp], block: Block, figures: Sequence[Fraction], which: NDArray[np.intp]):
        super().__init__(actual.plan, block)
        self.bearing, self.supposed, self.which = bearing, figures, which
        for slot in bearing.given:
            column = actual.slots[slot]
            assert column is not None
            self.slots[slot] = _taken(column, rows)

    def run(self) -> _Supposing:
        bearing, steps = self.bearing, self.plan.steps
        with np.errstate(all="ignore"):
            self.slots[bearing.slot] = self.reckon(steps[bearing.slot]) if bearing.fact is not None else self._figures()
            for slot in bearing.again:
                self.slots[slot] = self.reckon(steps[slot])
        return self

    def _figures(self) -> Figures:
        scale = math.lcm(*{figure.denominator for figure in self.supposed})
        low = np.array([float(figure * scale) for figure in self.supposed])[self.which]
        return Figures(low, low, scale, float(np.abs(low).max(initial=0)))

    def settle(self, rows: NDArray[np.intp], step: Step, write: Any) -> None:
        if self.bearing.fact is None:  # the exact evaluator has to suppose the same
            rules = self.bearing.population.rules
            supposed = fingerprint_of(self.bearing.of, rules)
            equal = [node for node in tree.walk(step.node) if isinstance(node, _DERIVED) and fingerprint_of(node, rules) == supposed]
            for row in rows.tolist():
                if row not in self._exact:
                    self._exact[row] = self.block.exactly(row)
                for node in equal:
                    self._exact[row].take(node, exactly(self.supposed[self.which[row]]))
        super().settle(rows, step, write)


_DERIVED = (tree.Arithmetic, tree.Choose, tree.Rounded, tree.Tally, tree.Present, tree.Related)


class _With(Mapping[Cell, NDArray[Any]]):
    """Columns of which one is another."""

    def __init__(self, columns: Mapping[Cell, NDArray[Any]], other: Cell, cells: NDArray[Any]):
        self.columns, self.other, self.cells = columns, other, cells

    def __getitem__(self, column: Cell) -> NDArray[Any]:
        return self.cells if column == self.other else self.columns[column]

    def __iter__(self) -> Iterator[Cell]:
        return iter(self.columns)

    def __len__(self) -> int:
        return len(self.columns)


def _taken(column: Column, rows: NDArray[np.intp]) -> Column:
    """A result of some rows; what is the same for all stays so."""

    def some(ends: Any) -> Any:
        return ends if ends is None or np.ndim(ends) == 0 else ends[rows]

    match column:
        case Recorded() | Quotient():
            return _taken(column.figures(), rows)
        case Truths(must=must, may=may):
            taken = some(must)
            return Truths(taken, taken if must is may else some(may))
        case Figures(low=low, high=high, maybe=maybe):
            taken = some(low)
            return replace(column, low=taken, high=taken if low is high else some(high), maybe=some(maybe))
        case FactCodes(index=index, at=at):
            return replace(column, index=some(index), at=some(at))
    return replace(column, bits=some(column.bits))


def after(plan: Plan, slot: int) -> set[int]:
    """A result with all that rest on it."""
    found = {slot}
    for number, step in enumerate(plan.steps):
        if not found.isdisjoint(step.args):
            found.add(number)
    return found


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
