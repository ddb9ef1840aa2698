"""Find the value of a figure that meets a budget or reaches so many (参数测算).

Where one measure alone depends on the figure, no stacking rule covers it, and the figure is its whole amount, cap, rate or floor, or the bound of one
comparison that all must meet, cost and reach rise or fall with the figure, and bisection finds the value. Everywhere else each value of the grid is
evaluated: whether the curve rises throughout is then seen, and never assumed.
"""

from __future__ import annotations

import datetime
import itertools
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from huiqi.facts.registry import Registry
from huiqi.revision.calibrate.figure import Figure, with_value
from huiqi.revision.calibrate.measuring import Measuring, Point
from huiqi.revision.simulate import currency_of
from huiqi.revision.touched import touched
from huiqi.rules.compile import Measure, Rules
from huiqi.rules.cumulation import stacking_of
from huiqi.rules.grammar import read_line
from huiqi.rules.library import Library
from huiqi.rules.syntax import Chain
from huiqi.vocabulary.problem import FaultyInput, Problem, Where, did_you_mean

CURVE = 17  #: values of the curve where bisection spares the others
Course = Literal["proved", "seen", "broken"]


@dataclass(frozen=True)
class Goal:
    """A budget in fen that the cost must not exceed, or a number of subjects to reach."""

    kind: Literal["budget", "reach"]
    wanted: int

    def figure(self, point: Point, surely: bool) -> float:
        """What the goal is held against: for sure the high end of the cost and those who surely have it, else the low end and all who may."""
        if self.kind == "budget":
            return point.high if surely else point.cost[0]
        return point.yes if surely else point.yes + point.depends

    def met(self, point: Point, surely: bool) -> bool:
        found = self.figure(point, surely)
        return found <= self.wanted if self.kind == "budget" else found >= self.wanted


@dataclass(frozen=True)
class Answer:
    """Where in the grid the value is (None: no value meets the goal), the first and last value beside it that come to the same, and between which
    neighbours the goal begins or ceases to be met."""

    at: int | None
    same: tuple[int, int] | None
    crossings: tuple[tuple[int, int], ...]


@dataclass(frozen=True)
class Calibration:
    """What was found: `points` by their place in `grid`; `surely` and `perhaps` are the answers for the two ends of what is not known.

    `course`: that cost and reach follow the figure one way is proved, seen on every value, or not so (broken). `rising`: the higher the figure, the
    more. `measures` are evaluated, `counted` of them are in the cost and the reach.
    """

    figure: Figure
    grid: tuple[str, ...]
    goal: Goal
    points: dict[int, Point]
    surely: Answer
    perhaps: Answer
    course: Course
    rising: bool
    measures: tuple[Measure, ...]
    counted: frozenset[str]
    currency: str
    registry: Registry
    weighted: bool


def calibrate(
    library: Library,
    figure: Figure,
    grid: tuple[str, ...],
    goal: Goal | Callable[[str], Goal],
    registry: Registry,
    as_of: datetime.date,
    *,
    law_on: datetime.date | None = None,
    measures: Iterable[str] = (),
    weights: NDArray[np.float64] | None = None,
    assume_recognised: bool = False,
    tick: Callable[[int], None] = lambda _: None,
) -> Calibration:
    """The value of a figure (`find_figure`) among those of a grid (`grid_of`) that meets a goal, on the facts of `as_of`.

    The highest cost within a budget, of equal ones the most generous value; the lowest cost that reaches so many, of equal ones the least generous.
    `measures`: count these (full or short names), of all that the figure touches; otherwise those whose own rules it changes. `goal` may be made
    of the currency that they pay.
    Raises FaultyInput where a value makes a faulty text, no measure depends on the figure, or the registry's cells cannot be used.
    """
    search = _Search(library, figure, grid, registry, as_of, law_on or as_of, tuple(measures), weights, assume_recognised, tick)
    wanted = goal if isinstance(goal, Goal) else goal(search.currency)
    last = len(grid) - 1
    ends = [search.point(at) for at in (0, last)]
    shown = {last * step // (CURVE - 1) for step in range(CURVE)} if search.proved else range(len(grid))
    rising = next((a < b for a, b in zip(*map(_ranked, ends), strict=True) if a != b), True)
    course: Course = "proved"
    if search.proved:
        surely, perhaps = (search.bisected(wanted, sure, rising) for sure in (True, False))
        shown = {*shown, *(near for one in (surely, perhaps) if one.at is not None for near in (one.at - 1, one.at, one.at + 1))}
    for at in shown:
        if 0 <= at <= last:
            search.point(at)
    points = dict(sorted(search.points.items()))
    if not search.proved:
        course = "seen" if _one_way(list(points.values()), rising) else "broken"
        surely, perhaps = (_scanned(wanted, sure, rising, list(points.values())) for sure in (True, False))
    return Calibration(
        figure, grid, wanted, points, surely, perhaps, course, rising, search.measures, search.counted, search.currency, registry, weights is not None
    )  # fmt: skip


def _ranked(point: Point) -> tuple[float, ...]:
    return point.cost[0], point.high, point.yes, point.yes + point.depends


def _one_way(points: list[Point], rising: bool) -> bool:
    """Every figure of the curve goes one way, or stays."""
    pairs = list(itertools.pairwise(points))
    return all(a <= b if rising else a >= b for one, other in pairs for a, b in zip(_ranked(one), _ranked(other), strict=True))


def _scanned(goal: Goal, surely: bool, rising: bool, points: list[Point]) -> Answer:
    """The answer where each value was evaluated."""
    met = [goal.met(point, surely) for point in points]
    crossings = tuple((at, at + 1) for at in range(len(met) - 1) if met[at] != met[at + 1])
    there = [at for at, one in enumerate(met) if one]
    if not there:
        return Answer(None, None, crossings)
    generous = 1 if rising else -1
    if goal.kind == "budget":
        at = max(there, key=lambda at: (goal.figure(points[at], surely), generous * at))
    else:
        at = min(there, key=lambda at: (points[at].high if surely else points[at].cost[0], generous * at))
    first = last = at
    while first > 0 and goal.figure(points[first - 1], surely) == goal.figure(points[at], surely):
        first -= 1
    while last < len(points) - 1 and goal.figure(points[last + 1], surely) == goal.figure(points[at], surely):
        last += 1
    return Answer(at, (first, last), crossings)


class _Search:
    """The values of a grid, each evaluated when it is first asked for."""

    def __init__(
        self, library: Library, figure: Figure, grid: tuple[str, ...], registry: Registry, as_of: datetime.date, law_on: datetime.date,
        names: tuple[str, ...], weights: NDArray[np.float64] | None, assume_recognised: bool, tick: Callable[[int], None],
    ):  # fmt: skip
        self.library, self.figure, self.grid, self.law_on, self.tick = library, figure, grid, law_on, tick
        self.subject = registry.schema.subject
        self.measuring = Measuring(registry, as_of, assume_recognised, weights)
        self.points: dict[int, Point] = {}
        first, last = (with_value(library, figure, grid[at], checked=True).rules(law_on) for at in (0, -1))
        self.ends = first, last
        sides = touched(first, last, self.subject)
        self.measures = sides[1].measures
        if not self.measures:
            hint = f"is the text in force on {law_on}, and about {self.subject}s?"
            raise FaultyInput([Problem("calibrate.idle", f"no measure depends on {figure.now} in {figure.text}", Where("--set"), hint)])
        self.currency = currency_of(list(sides))
        self.names = frozenset(measure.name for measure in self.measures)
        self.changed = frozenset(self.measures[at].name for at in sides[1].changed)
        self.counted = self._counted(names)
        covered = any(self.ends[1].measures[number].name in self.names for rule in stacking_of(self.ends[1]) for number in rule.covered)
        self.proved = len(self.measures) == 1 and not covered and self._simple()

    def _counted(self, names: tuple[str, ...]) -> frozenset[str]:
        """The measures whose cost and reach count."""
        problems, found = [], set()
        for name in names:
            mine = {measure.name for measure in self.measures if name in (measure.name, measure.key)}
            if not mine:
                said = [measure.key for measure in self.measures]
                hint = did_you_mean(name, said) or f"measures that it touches: {', '.join(said)}"
                problems.append(Problem("calibrate.measure", f"the figure does not touch {name}", Where("--measure"), hint))
            found |= mine
        if problems:
            raise FaultyInput(problems)
        return frozenset(found) or self.changed

    def _simple(self) -> bool:
        """The figure enters the one measure in a way that can only raise, or only lower, its cost and reach."""
        figure = self.figure
        match figure.path:
            case ("measures", _, "amount") | ("measures", _, "amount", "cap" | "rate" | "floor"):
                return figure.whole
            case ("measures", _, "eligible", *way):
                line = read_line(f"{figure.before}{self.grid[0]}{figure.after}")
                bound = isinstance(line, Chain) and len(line.ops) == 1 and line.ops[0] in (">=", "<=", ">", "<")
                return bound and (figure.before.strip()[-1:] in "<>=≤≥" and not figure.after.strip()) and set(way[:-1]) <= {"all"}
        return False

    def point(self, at: int) -> Point:
        """What a value comes to."""
        if at not in self.points:
            last = len(self.grid) - 1
            rules = self.ends[0 if at == 0 else 1] if at in (0, last) else with_value(self.library, self.figure, self.grid[at]).rules(self.law_on)
            if rules.problems:
                raise FaultyInput(list(rules.problems))
            self.points[at] = self.measuring.point(self.grid[at], rules, self._measures(rules), self.counted)
            self.tick(1)
        return self.points[at]

    def _measures(self, rules: Rules) -> tuple[Measure, ...]:
        return tuple(measure for measure in rules.measures if measure.subject == self.subject and measure.name in self.names)

    def bisected(self, goal: Goal, surely: bool, rising: bool) -> Answer:
        """The answer where cost and reach go one way."""
        order = range(len(self.grid)) if rising else range(len(self.grid))[::-1]  # from the least generous on

        def first(holds: Callable[[Point], bool]) -> int:
            """The first place in the order from which on it holds; the length where it never does."""
            low, high = 0, len(order)
            while low < high:
                middle = (low + high) // 2
                low, high = (low, middle) if holds(self.point(order[middle])) else (middle + 1, high)
            return low

        budget = goal.kind == "budget"
        edge = first(lambda point: goal.met(point, surely) != budget)  # where the budget ceases to be kept, or the reach begins to be met
        crossings = () if edge in (0, len(order)) else (tuple(sorted((order[edge - 1], order[edge]))),)
        place = edge - 1 if budget else edge
        if not 0 <= place < len(order):
            return Answer(None, None, ())
        found = goal.figure(self.point(order[place]), surely)
        same = first(lambda point: goal.figure(point, surely) >= found), first(lambda point: goal.figure(point, surely) > found) - 1
        low, high = sorted(order[one] for one in same)
        return Answer(order[place], (low, high), crossings)  # type: ignore[arg-type]
