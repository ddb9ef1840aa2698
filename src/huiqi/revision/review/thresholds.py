"""The thresholds of a portfolio (门槛): every comparison of a figure with a constant on which eligibility, an amount, a score or a class rests.

`revenue >= 2000万元` and `revenue < 2000万元` part the same firms, so they are one threshold with two uses. The figure may be a fact or derived of
some: a rate, a growth, a ratio, a total of points.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import Literal

from huiqi.facts.schema import Fact
from huiqi.rules import tree
from huiqi.rules.checks.idle import where_asked
from huiqi.rules.compile import Measure, Rules
from huiqi.rules.plan import make_plan
from huiqi.rules.render import Renderer, is_date, is_share, unit_of
from huiqi.rules.tree import Node
from huiqi.vocabulary import speech
from huiqi.vocabulary.problem import Where
from huiqi.vocabulary.speech import Both, both
from huiqi.vocabulary.unit import PLAIN

Role = Literal["eligible", "amount", "cap"]
TURNED = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "=": "=", "!=": "!="}
_EXACT = 2**50  # whole numbers up to here are exact in a column, with room to compare


@dataclass(frozen=True)
class Use:
    """Where a measure compares: for whom may have it, how much it gives, or as the cap of an amount; `text` is the test as written."""

    measure: str  # <pack>/<policy>/<key>@<edition>
    role: Role
    op: str
    clause: str
    where: Where
    text: str = ""


@dataclass(frozen=True, eq=False)
class Threshold:
    """A figure `of` and the `edge` that parts it, in base units; a `strict` edge itself lies below. A cap bends an amount there and parts nothing.

    With `intervals` the figure is the last over the first value of a growth over so many years, and the edge (1 + rate) ** intervals.
    """

    of: Node
    edge: Fraction
    strict: bool
    uses: tuple[Use, ...]
    intervals: int = 0

    @cached_property
    def fact(self) -> tuple[Fact, int] | None:
        """The fact and year, where the figure is nothing but a fact."""
        found = tree.body(self.of)
        return (found.fact, found.year) if isinstance(found, tree.FactFigure) else None

    @cached_property
    def facts(self) -> tuple[tuple[Fact, int], ...]:
        """Every figure among the facts that it is reckoned from."""
        return tuple((fact, year) for (_, year), fact in tree.facts_in(self.of).items() if fact.is_figure)

    @cached_property
    def grain(self) -> Fraction | None:
        """The steps that the figure goes in, where it is counted or added up; None for a quotient or product."""
        return _grain(self.of)

    @cached_property
    def coarse(self) -> bool:
        """A tenth of the edge is less than a step: nobody stands that near on both sides."""
        return self.grain is not None and abs(self.edge) / 10 < self.grain

    @property
    def parts(self) -> bool:
        """Something changes there at one stroke."""
        return any(use.role != "cap" for use in self.uses)

    @property
    def movable(self) -> bool:
        """It rests on a figure of the last year or of the day: one that a firm still decides on."""
        return any(year == 0 for _, year in self.facts)

    @property
    def measures(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(use.measure for use in self.uses))

    @cached_property
    def sides(self) -> tuple[Fraction, Fraction]:
        """The last figure below and the first above: whole steps of a fact apart; of a derived figure so near that no firm stands between."""
        if self.fact is not None:
            step = self.fact[0].step
            first = math.floor(self.edge / step) + 1 if self.strict else math.ceil(self.edge / step)
            return (first - 1) * step, first * step
        finest = 10**9
        while finest > 1 and max(abs(self.edge), Fraction(1)) * finest * self.edge.denominator >= _EXACT:
            finest //= 10
        step = Fraction(1, finest * self.edge.denominator)
        return (self.edge, self.edge + step) if self.strict else (self.edge - step, self.edge)

    def growth_of(self, figure: Fraction | float) -> float:
        """A last over a first value as growth a year; any other figure as it is."""
        return float(figure) ** (1 / self.intervals) - 1 if self.intervals and figure >= 0 else float(figure)

    def say(self, renderer: Renderer) -> Both:
        """The figure in words."""
        if not self.intervals:
            return renderer.say(self.of)
        assert isinstance(self.of, tree.Arithmetic)
        return both(("compound growth of {0} over {1} years", "{0}{1}年复合增长率"), renderer.say(self.of.left), str(self.intervals))

    def say_figure(self, figure: Fraction | float) -> Both:
        """A value of the figure in words, rounded for the eye where it is derived."""
        if self.intervals:
            return speech.figure(Fraction(self.growth_of(figure)).limit_denominator(10**6), PLAIN, share=True)
        exact = Fraction(figure).limit_denominator(10**8) if isinstance(figure, float) else figure
        return speech.figure(exact, unit_of(self.of) or PLAIN, share=is_share(self.of))

    def direction(self, fact: Fact, year: int) -> int:
        """What more of a fact does to the figure, all else equal: 1 it rises, -1 it falls, 0 that is not plain."""
        return _direction(self.of, fact, year) or 0


def thresholds(rules: Rules, measures: Iterable[Measure]) -> list[Threshold]:
    """Every threshold of some measures about one subject, in the order of the text; equal figures with equal edges are one."""
    placed = {(id(regions.inputs[0].node), edge): where for regions in rules.world.regions if len(regions.inputs) == 1
              for (region,), where in reversed(regions.rows) for edge in (region.high, region.low)}  # fmt: skip
    found: list[tuple[Node, Fraction, bool, int, Use]] = []
    for measure in measures:
        for role, truth, clause, where, text in _parts(measure, rules):
            for node, place in _compared(truth, where, measure, rules):
                for of, edge, op, intervals in _edges(node):
                    use = Use(measure.id, role, op, clause, placed.get((id(of), edge), place), text)
                    strict = (True, False) if op in ("=", "!=") else (op in (">", "<="),)
                    found += [(of, edge, one, intervals, use) for one in strict]
        found += [(of, edge, False, 0, use) for of, edge, use in _cap(measure)]
    return _joined(found, rules)


def _joined(found: list[tuple[Node, Fraction, bool, int, Use]], rules: Rules) -> list[Threshold]:
    """Comparisons of equal figures with equal edges together; the planner knows which figures are equal."""
    distinct = {id(of): of for of, *_ in found}
    slots = make_plan(rules, (), values={str(number): of for number, of in distinct.items()}, keep=True).values
    uses: dict[tuple[int, Fraction | int, bool], dict[Use, None]] = {}
    first: dict[tuple[int, Fraction | int, bool], tuple[Node, Fraction, bool, int]] = {}
    for of, edge, strict, intervals, use in found:
        threshold = Threshold(of, edge, strict, (), intervals)
        key: tuple[int, Fraction | int, bool] = (slots[str(id(of))], edge, strict)
        if threshold.fact is not None:  # what is counted in steps: `> 299` and `>= 300` part the same
            key = (key[0], threshold.sides[1], False)
        first.setdefault(key, (of, edge, strict, intervals))
        uses.setdefault(key, {})[use] = None
    return [Threshold(of, edge, strict, tuple(uses[key]), intervals) for key, (of, edge, strict, intervals) in first.items()]


def _parts(measure: Measure, rules: Rules) -> Iterator[tuple[Role, Node, str, Where, str]]:
    for test in measure.tests:
        if test.origin != "place":
            yield "eligible", test.truth, test.clause, where_asked(measure, test, rules), test.text
    if measure.amount is not None:
        where = getattr(measure.record.amount, "where", None)
        if where is None and isinstance(measure.record.amount, dict):
            where = next((key.where for key in measure.record.amount), None)
        yield "amount", measure.amount.node, str(measure.record.clause), where or measure.where, ""


def _cap(measure: Measure) -> Iterator[tuple[Node, Fraction, Use]]:
    """The cap of an amount, where it is a figure: the amount before it reaches it."""
    amount = measure.amount
    if amount is None or amount.cap is None or not isinstance(cap := tree.body(amount.cap), tree.Figure):
        return
    for node in tree.walk(amount.node):
        if isinstance(node, tree.Arithmetic) and node.op == "min" and node.right is amount.cap:
            where = next((text.where for key, text in measure.record.amount.items() if key == "cap"), measure.where)
            yield node.left, cap.value, Use(measure.id, "cap", "<=", str(measure.record.clause), where)
            return


def _compared(node: Node, where: Where, measure: Measure, rules: Rules) -> Iterator[tuple[Node, Where]]:
    """The comparisons in a part of a measure, with the place of the definition or item in which they stand, else that of the part."""
    seen: set[int] = set()
    waiting = [(node, where)]
    while waiting:
        at, place = waiting.pop()
        if id(at) in seen:
            continue
        seen.add(id(at))
        if isinstance(at, tree.Named):
            place = _declared(at.name, measure, rules) or place
        if isinstance(at, tree.Compare | tree.GrowthCompare):
            yield at, place
        waiting += [(child, place) for child in reversed(tree.children(at))]


def _declared(name: str, measure: Measure, rules: Rules) -> Where | None:
    """Where the nearest definition or scorecard item of a name stands."""
    base, _, part = name.partition(".")
    for kind in ("definitions", "scorecards"):
        near = [(rules.world.distance(measure.document, document), key, record) for document, key, record in rules.world.declared[kind].get(base, ())]
        seen = sorted(((distance, key, record) for distance, key, record in near if distance is not None), key=lambda one: one[0])
        if seen:
            _, key, record = seen[0]
            items = {str(id): id.where for id in record.items} if kind == "scorecards" else {}
            return items.get(part, key.where)
    return None


def _edges(node: Node) -> Iterator[tuple[Node, Fraction, str, int]]:
    """What a comparison compares with a constant. A choice among figures is no figure that a firm has: what it rests on has its own edges."""
    match node:
        case tree.GrowthCompare(op=op, last=last, first=first, intervals=n, rate=rate):
            yield tree.Arithmetic("/", last, first), (1 + rate) ** n, op, n
        case tree.Compare(op=op, left=left, right=right):
            if isinstance(tree.body(left), tree.Figure):
                left, right, op = right, left, TURNED[op]
            edge = tree.body(right)
            if isinstance(edge, tree.Figure) and not is_date(left) and not _chosen(left) and any(f.is_figure for f in tree.facts_in(left).values()):
                yield left, edge.value, op, 0


def _chosen(node: Node) -> bool:
    node = tree.body(node)
    return isinstance(node, tree.Choose) and any(isinstance(tree.body(one), tree.Figure) or _chosen(one) for one in (node.then, node.otherwise))


def _grain(node: Node) -> Fraction | None:
    match node:
        case tree.FactFigure(fact=fact):
            return fact.step
        case tree.Figure(value=value):
            return Fraction(1, value.denominator)
        case tree.Named(body=of) | tree.Called(body=of) | tree.Present(of=of):
            return _grain(of)
        case tree.Arithmetic(op="+" | "-" | "min" | "max", left=left, right=right):
            a, b = _grain(left), _grain(right)
            return None if a is None or b is None else min(a, b)
        case tree.Tally():
            return Fraction(1)
    return None


def _direction(node: Node, fact: Fact, year: int) -> int | None:
    """1, -1 or 0 as Threshold.direction; None where the fact is not read."""
    match node:
        case tree.FactFigure(fact=own, year=at):
            return 1 if (own.id, at) == (fact.id, year) else None
        case tree.Named(body=of) | tree.Called(body=of) | tree.Present(of=of) | tree.Rounded(of=of):
            return _direction(of, fact, year)
        case tree.Arithmetic(op=op, left=left, right=right):
            a, b = _direction(left, fact, year), _direction(right, fact, year)
            if op in "*/" and ((a is not None and tree.may_be_negative(right)) or (b is not None and tree.may_be_negative(left))):
                return 0
            if b is not None and op in "-/":
                b = -b
            return a if b is None else b if a is None else a if a == b else 0
        case tree.Choose(condition=tree.Compare(right=tree.Figure(value=0)), then=then, otherwise=tree.Absence()):  # growth over what may be negative
            return _direction(then, fact, year)
    return None if all((fact.id, year) != read for read in tree.facts_in(node)) else 0
