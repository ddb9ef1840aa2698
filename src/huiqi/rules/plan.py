"""From trees to a list of instructions: every distinct part once, in an order in which it can be reckoned.

The column engine runs the list block by block. `Plan.last_use` says when a result can be dropped. Two parts are the same if they do the same
to the same; where they were written and under which name makes no difference.
"""

from __future__ import annotations

import datetime
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from types import MappingProxyType
from typing import Any

from huiqi.facts.known import Known
from huiqi.facts.schema import Fact, Schema
from huiqi.rules import tree
from huiqi.rules.compile import Measure, Rules
from huiqi.rules.exact import Exactly
from huiqi.rules.tree import Node
from huiqi.vocabulary.place import Places
from huiqi.vocabulary.ranges import Absent


@dataclass(frozen=True)
class Step:
    """One instruction: what to do, to which earlier results, and the node it came from; `memo` is for what is the same in every block."""

    op: str
    args: tuple[int, ...]
    data: Any
    node: Node
    memo: dict[Any, Any] = field(default_factory=dict, compare=False, repr=False)


@dataclass(frozen=True)
class PlannedMeasure:
    """Where the results of a measure stand: its status, its amount, and each of its tests; `apart` is a plan for its amount alone."""

    measure: Measure
    status: int
    amount: int | None
    tests: tuple[int, ...]
    apart: Plan | None = None


@dataclass(frozen=True)
class Plan:
    """Instructions for some measures; `ranks` are the totals and groups of scorecards with classes by rank, `values` further results by name."""

    steps: tuple[Step, ...]
    measures: tuple[PlannedMeasure, ...]
    ranks: dict[str, tuple[int, int | None]]
    values: dict[str, int]
    last_use: tuple[int, ...]
    facts: dict[tuple[str, int], Fact]
    born: dict[str, str | None]

    @property
    def reads(self) -> tuple[tuple[str, int], ...]:
        """The facts that the plan reads, with years counted back from the last completed one."""
        return tuple(self.facts)

    @cached_property
    def drops(self) -> dict[int, list[int]]:
        """The results that nothing reads after a step."""
        drops: dict[int, list[int]] = {}
        for slot, last in enumerate(self.last_use):
            drops.setdefault(last, []).append(slot)
        return drops

    def part(self, numbers: Sequence[int]) -> Plan:
        """The plan for some of its measures: only what their status and amount need."""
        chosen = [self.measures[number] for number in numbers]
        ends = [slot for planned in chosen for slot in (planned.status, planned.amount) if slot is not None]
        needed = set(ends)
        for slot in range(len(self.steps) - 1, -1, -1):
            if slot in needed:
                needed.update(self.steps[slot].args)
        kept = sorted(needed)
        moved = {old: new for new, old in enumerate(kept)}
        steps = [replace(self.steps[old], args=tuple(moved[arg] for arg in self.steps[old].args)) for old in kept]
        last_use = _last_uses(steps)
        for slot in ends:
            last_use[moved[slot]] = len(steps)
        measures = tuple(
            replace(p, status=moved[p.status], amount=None if p.amount is None else moved[p.amount], tests=()) for p in chosen
        )  # fmt: skip
        return replace(self, steps=tuple(steps), measures=measures, ranks={}, values={}, last_use=tuple(last_use))


_FOLDED = frozenset({"+", "-", "*", "/", "min", "max", "round"})  # without facts they are a figure
_NOTHING_KNOWN = Known(Schema("", {}), Places(), datetime.date.min)


class _Planner:
    def __init__(self) -> None:
        self.steps: list[Step] = []
        self.slots: dict[Hashable, int] = {}
        self.of_node: dict[int, int] = {}
        self.kept: list[Node] = []
        self.facts: dict[tuple[str, int], Fact] = {}

    def slot(self, node: Node) -> int:
        """The result of a node; equal parts share one."""
        found = self.of_node.get(id(node))
        if found is None:
            found = self.of_node[id(node)] = self._lower(node)
            self.kept.append(node)
        return found

    def add(self, op: str, args: tuple[int, ...], data: Any, node: Node) -> int:
        if args and op in _FOLDED and all(self.steps[arg].op == "figure" for arg in args):
            value = Exactly(_NOTHING_KNOWN).figure(node)
            if value.absent is Absent.NEVER:
                op, args, data = "figure", (), value.low
        key = (op, args, data)
        if key not in self.slots:
            self.slots[key] = len(self.steps)
            self.steps.append(Step(op, args, data, node))
        return self.slots[key]

    def _fact(self, kind: str, fact: Fact, year: int, node: Node) -> int:
        self.facts.setdefault((fact.id, year), fact)
        return self.add(kind, (), (fact.id, year), node)

    def _lower(self, node: Node) -> int:
        match node:
            case tree.Named(body=body) | tree.Called(body=body):
                return self.slot(body)
            case tree.Figure(value=value):
                return self.add("figure", (), value, node)
            case tree.FactFigure(fact=fact, year=year):
                return self._fact("fact_figure", fact, year, node)
            case tree.FactCode(fact=fact, year=year):
                return self._fact("fact_code", fact, year, node)
            case tree.FactFlag(fact=fact, year=year):
                return self._fact("fact_flag", fact, year, node)
            case tree.Arithmetic(op=op, left=left, right=right):
                return self.add(op, (self.slot(left), self.slot(right)), None, node)
            case tree.Present(of=of):
                return self.add("present", (self.slot(of),), None, node)
            case tree.Rounded(of=of, step=step, direction=direction):
                return self.add("round", (self.slot(of),), (step, direction), node)
            case tree.Tally(parts=parts):
                return self.add("tally", tuple(self.slot(part) for part in parts), None, node)
            case tree.Since(date=date, unit=unit):
                return self.add("since", (self.slot(date),), unit, node)
            case tree.YearOf(date=date):
                return self.add("year_of", (self.slot(date),), None, node)
            case tree.Between(low=low, high=high):
                return self.add("between", (self.slot(low),) if high is None else (self.slot(low), self.slot(high)), None, node)
            case tree.Related(key=key):
                return self.add("related", (), key, node)
            case tree.Absence():
                return self.add("absence", (), None, node)
            case tree.CodeValue(value=value, codes=codes):
                return self.add("code", (), (codes.id, tuple(codes.codes), value), node)
            case tree.RankClass(scorecard=scorecard, codes=codes, total=total):
                return self.add("rank_class", (self.slot(total),), (scorecard, tuple(codes.codes)), node)
            case tree.Choose(condition=condition, then=then, otherwise=otherwise):
                return self.add("choose", (self.slot(condition), self.slot(then), self.slot(otherwise)), None, node)
        return self._lower_truth(node)

    def _lower_truth(self, node: Node) -> int:
        match node:
            case tree.Constant(value=value):
                return self.add("constant", (), value, node)
            case tree.Compare(op=op, left=left, right=tree.Figure() as right) if (chosen := _with_a_figure(left)) is not None:
                then, otherwise = (tree.Compare(op, branch, right) for branch in (chosen.then, chosen.otherwise))
                by_branch = tree.Choose(chosen.condition, then, otherwise)
                return self._join("any", (by_branch, tree.All((then, otherwise))), node)  # where both hold, the condition may be open
            case tree.Compare(op=op, left=left, right=right):
                return self.add("compare", (self.slot(left), self.slot(right)), op, node)
            case tree.GrowthCompare(op=op, last=last, first=first, intervals=n, rate=rate):
                grown = tree.Arithmetic("/", last, first)
                compared = tree.Compare(op, grown, tree.Figure((1 + rate) ** n))
                return self._join("all", (compared, tree.above_nought(first)), node) if tree.may_be_negative(first) else self.slot(compared)
            case tree.OneOf(of=of, wanted=wanted, negated=negated):
                return self.add("one_of", (self.slot(of),), (wanted, negated), node)
            case tree.SameCode(left=left, right=right):
                return self.add("same_code", (self.slot(left), self.slot(right)), None, node)
            case tree.Exists(of=of):
                return self.add("exists", (self.slot(of),), None, node)
            case tree.All(parts=parts):
                return self._join("all", parts, node)
            case tree.Any(parts=parts):
                return self._join("any", parts, node)
            case tree.Not(part=part):
                return self.add("not", (self.slot(part),), None, node)
            case tree.AtLeast(count=count, parts=parts):
                return self.add("at_least", tuple(self.slot(part) for part in parts), count, node)
            case tree.Recognised(fact=fact, outcome=outcome):
                self.facts.setdefault((fact.id, 0), fact)
                known = self.add("fact_flag", (), (fact.id, 0), tree.FactFlag(fact))
                return self.add("recognised", (known, self.slot(outcome)), None, node)
        raise TypeError(f"{type(node).__name__} cannot be planned")

    def _join(self, op: str, parts: tuple[Node, ...], node: Node) -> int:
        """`all` and `any` take a part once, in a fixed order, so that equal sets share a result."""
        slots = tuple(sorted({self.slot(part) for part in parts}))
        return slots[0] if len(slots) == 1 else self.add(op, slots, None, node)


def _with_a_figure(node: Node) -> tree.Choose | None:
    """A choice of which one branch is a figure of the text; it is compared branch by branch, since the figure is exact and the other may not be."""
    found = tree.body(node)
    if not isinstance(found, tree.Choose):
        return None
    first, second = (isinstance(tree.body(branch), tree.Figure) for branch in (found.then, found.otherwise))
    return found if first != second else None


def make_plan(
    rules: Rules,
    measures: Iterable[Measure] | None = None,
    totals: Iterable[str] = (),
    values: Mapping[str, Node] = MappingProxyType({}),
    *,
    keep: bool = False,
    apart: bool = False,
) -> Plan:
    """Instructions for all measures of the rules, or for some of them.

    `totals` names scorecards whose totals and groups are wanted for ranking, `values` further nodes; with `keep` no result is dropped, so that
    reasons can be walked. With `apart` every amount gets a plan of its own, to be reckoned only for those who may have the measure.
    """
    planner = _Planner()
    planned = []
    for measure in rules.measures if measures is None else measures:
        tests = tuple(planner.slot(test.truth) for test in measure.tests)
        amount, alone = None, None
        if measure.amount is not None and apart:
            alone = make_plan(rules, (), values={"amount": measure.amount.node})
            for reading, fact in alone.facts.items():
                planner.facts.setdefault(reading, fact)
        elif measure.amount is not None:
            amount = planner.slot(measure.amount.node)
        planned.append(PlannedMeasure(measure, planner.slot(measure.truth), amount, tests, alone))
    ranks = {}
    for card in totals:
        rule = rules.ranks[card]
        ranks[card] = (planner.slot(rule.total), None if rule.among is None else planner.slot(rule.among))
    further = {name: planner.slot(node) for name, node in values.items()}
    planner.steps, moved = _by_readiness(planner.steps)
    planned = [
        replace(p, status=moved[p.status], amount=None if p.amount is None else moved[p.amount], tests=tuple(moved[t] for t in p.tests))
        for p in planned
    ]
    ranks = {card: (moved[total], None if among is None else moved[among]) for card, (total, among) in ranks.items()}
    further = {name: moved[slot] for name, slot in further.items()}
    last_use = _last_uses(planner.steps)
    ends = [slot for p in planned for slot in (p.status, p.amount)] + [slot for pair in ranks.values() for slot in pair] + list(further.values())
    wanted = range(len(planner.steps)) if keep else ends
    for kept in wanted:
        if kept is not None:
            last_use[kept] = len(planner.steps)
    born = {subject: schema.born for subject, schema in rules.schemas.items()}
    for subject in {fact.subject for fact in planner.facts.values()}:
        if (date := born.get(subject)) is not None:
            planner.facts.setdefault((date, 0), rules.schemas[subject].facts[date])
    return Plan(tuple(planner.steps), tuple(planned), ranks, further, tuple(last_use), planner.facts, born)


def _by_readiness(steps: list[Step]) -> tuple[list[Step], list[int]]:
    """The steps so that each follows the last of its operands at once, and where each has gone.

    A fact's column is so compared with all its figures while it is in the processor's cache.
    """
    readers: list[list[int]] = [[] for _ in steps]
    missing = [len(set(step.args)) for step in steps]
    for index, step in enumerate(steps):
        for arg in set(step.args):
            readers[arg].append(index)
    order: list[int] = []
    for first in sorted((index for index, step in enumerate(steps) if not step.args), key=lambda index: steps[index].op.startswith("fact_")):
        ready = [first]
        while ready:
            index = ready.pop()
            order.append(index)
            for reader in reversed(readers[index]):
                missing[reader] -= 1
                if not missing[reader]:
                    ready.append(reader)
    moved = {old: new for new, old in enumerate(order)}
    return [replace(steps[old], args=tuple(moved[arg] for arg in steps[old].args)) for old in order], [moved[old] for old in range(len(steps))]


def _last_uses(steps: list[Step]) -> list[int]:
    last = list(range(len(steps)))
    for index, step in enumerate(steps):
        for arg in step.args:
            last[arg] = index
    return last
