"""What a law says of every subject on the facts of a day: yes, depends or no of each tested measure after stacking rules, and the amount."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from huiqi.entitlements.awards import award_population
from huiqi.entitlements.columns import Run
from huiqi.entitlements.deciding import deciding_facts
from huiqi.entitlements.due import DEPENDS, NO, uncut
from huiqi.entitlements.evaluate import STRETCH, with_what_they_stack_with
from huiqi.entitlements.population import Population, rank_population
from huiqi.entitlements.related import relate_population
from huiqi.entitlements.run.stretches import Evaluator, Wanted
from huiqi.facts.registry import Registry
from huiqi.revision.backtest.laws import Law
from huiqi.revision.backtest.wanting import Lacking, wanting
from huiqi.rules.compile import Measure
from huiqi.rules.cumulation import stack
from huiqi.rules.plan import PlannedMeasure, make_plan
from huiqi.rules.render import Renderer
from huiqi.rules.tree import Test
from huiqi.vocabulary.ranges import Pair
from huiqi.vocabulary.speech import Both, both, of_words

Floats = NDArray[np.float64]
STACKED = Both("a stacking rule leaves nothing of it", "叠加规则未予保留")
STACKED_PERHAPS = Both("whether a stacking rule leaves anything of it", "叠加规则是否保留")


@dataclass(frozen=True)
class Said:
    """What one law says of one measure, for every subject in the registry's order: `says` is YES, DEPENDS or NO; both ends of what is payable after
    stacking rules, and of what is due before, in fen."""

    says: NDArray[np.int8]
    low: Floats
    high: Floats
    due_low: Floats
    due_high: Floats

    def payable(self, row: int) -> tuple[float, float]:
        return float(self.low[row]), float(self.high[row])

    def due(self, row: int) -> tuple[float, float]:
        return float(self.due_low[row]), float(self.due_high[row])


@dataclass(frozen=True)
class Why:
    """The conditions that stand in the way of a subject, or the unknown facts that keep it undecided."""

    conditions: tuple[Both, ...]
    clause: str = ""


Rows = dict[str, NDArray[np.intp]]  # of each measure, in order
Reasons = dict[str, dict[int, Why]]  # of each measure, by row


class Judge:
    """One law over the registry on a day; `names` are the tested measures that it has."""

    def __init__(self, law: Law, registry: Registry, as_of: datetime.date, names: Sequence[str], assume_recognised: bool):
        self.law, self.registry = law, registry
        self.measures = {name: some for name in names if (some := law.measures(name))}
        chosen = [measure for some in self.measures.values() for measure in some]
        self.every, shown = with_what_they_stack_with(law.rules, chosen)
        self.shown = dict(zip((self.every[at].id for at in shown), shown, strict=True))
        limits = stack(law.rules, self.every, registry.schema.subject).limits
        # what was granted in the year itself is what is tested: it is no past award
        population = award_population(Population(registry, law.rules, as_of, assume_recognised), limits, until=datetime.date(as_of.year, 1, 1))
        self.population = rank_population(relate_population(population, limits)) if chosen else population
        self.renderer = Renderer(law.rules.places, as_of.year - 1)

    def said(self, tick: Callable[[int], None]) -> dict[str, Said]:
        """Every tested measure for every subject."""
        size = self.registry.subjects
        found = {name: Said(np.full(size, NO, np.int8), *(np.zeros(size) for _ in range(4))) for name in self.measures}
        if not found:
            return found
        evaluator = Evaluator(self.population, self.every, (), Wanted(frozenset(self.shown.values()), False, {}, 0))
        numbers = range(len(self.every))
        for stretch in self.registry.stretches(STRETCH):
            block = evaluator.block(stretch, numbers)
            _, dues = evaluator.found(block, numbers, 1, rows=True)
            assert dues is not None
            for name, some in self.measures.items():
                mine = found[name]
                for measure in some:
                    due = dues[self.shown[measure.id]]
                    left, rows = due.paid or uncut(due), due.rows + stretch.start
                    mine.says[rows] = np.minimum(mine.says[rows], np.where(due.must, left.stands, np.maximum(left.stands, DEPENDS)))
                    for ends, more in ((mine.low, left.low), (mine.high, left.high), (mine.due_low, due.low), (mine.due_high, due.high)):
                        ends[rows] += more
            tick(stretch.stop - stretch.start)
        return found

    def why(
        self, refused: dict[str, NDArray[np.intp]], open_: dict[str, NDArray[np.intp]]
    ) -> tuple[dict[str, dict[int, Why]], dict[str, dict[int, Why]]]:
        """For some rows of each measure: which conditions stand in the way, and for others which unknown facts decide."""
        no: Reasons = {name: {} for name in self.measures}
        perhaps: Reasons = {name: {} for name in self.measures}
        chosen = [measure for some in self.measures.values() for measure in some]
        asked = [rows for some in (refused, open_) for name, rows in some.items() if name in self.measures]
        wanted = np.unique(np.concatenate(asked)) if asked else np.zeros(0, np.intp)
        if not len(wanted):
            return no, perhaps
        plan = make_plan(self.law.rules, chosen, keep=True)
        planned = {one.measure.id: one for one in plan.measures}
        columns = self.population.columns(plan)
        for stretch in self.registry.stretches(STRETCH):
            if not len(_between(wanted, stretch.start, stretch.stop)):
                continue
            run = Run(plan, self.population.block(columns, stretch.start, stretch.stop)).run()
            for name, some in self.measures.items():
                for row, way in self._ways(run, [planned[m.id] for m in some], _between(refused.get(name, wanted[:0]), stretch.start, stretch.stop)):
                    no[name][row + stretch.start] = way
                for row, way in self._undecided(
                    run, [planned[m.id] for m in some], _between(open_.get(name, wanted[:0]), stretch.start, stretch.stop)
                ):
                    perhaps[name][row + stretch.start] = way
        return no, perhaps

    def _ways(self, run: Run, planned: list[PlannedMeasure], rows: NDArray[np.intp]) -> Iterable[tuple[int, Why]]:
        """The nearest way to a yes of each row; rows with the same outcomes of all tests have the same."""
        if not len(rows):
            return
        slots = [slot for one in planned for slot in one.tests]
        size = run.block.size
        pairs = [np.broadcast_to(ends, (size,))[rows] for slot in slots for ends in (run.truths(slot).must, run.truths(slot).may)]
        patterns, of = np.unique(np.array(pairs, bool).T, axis=0, return_inverse=True)
        ways = [self._way(planned, pattern) for pattern in patterns]
        for row, number in zip(rows.tolist(), of.ravel().tolist(), strict=True):
            yield row, ways[number]

    def _undecided(self, run: Run, planned: list[PlannedMeasure], rows: NDArray[np.intp]) -> Iterable[tuple[int, Why]]:
        """The unknown facts that keep each row undecided; rows for which the same ones do have the same reason."""
        if not len(rows):
            return
        behind: dict[str, NDArray[np.bool_]] = {}
        for one in planned:
            for (fact, _), mask in deciding_facts(run, one).items():
                behind[fact] = behind[fact] | mask if fact in behind else mask
        facts = [of_words(self.population.schema.facts[fact].label) for fact in behind]
        masks = np.array([mask[rows] for mask in behind.values()], bool).reshape(len(facts), len(rows))
        patterns, of = np.unique(masks.T, axis=0, return_inverse=True)
        ways = [Why(tuple(facts[at] for at in np.flatnonzero(pattern).tolist()) or (STACKED_PERHAPS,)) for pattern in patterns]
        for row, number in zip(rows.tolist(), of.ravel().tolist(), strict=True):
            yield row, ways[number]

    def _way(self, planned: list[PlannedMeasure], pattern: NDArray[np.bool_]) -> Why:
        outcomes = [Pair(bool(must), bool(may)) for must, may in pattern.reshape(-1, 2)]
        best: tuple[Measure, Lacking] | None = None
        for one in planned:
            mine, outcomes = outcomes[: len(one.tests)], outcomes[len(one.tests) :]
            places = wanting(one.measure.eligible, mine)
            if not places:
                return Why((STACKED,))
            if best is None or len(places) < len(best[1]):
                best = one.measure, places
        assert best is not None
        tests = [(best[0].tests[place], should) for place, should in best[1]]
        said = dict.fromkeys(self._condition(test, should) for test, should in tests)
        return Why(tuple(said), "; ".join(dict.fromkeys(test.clause for test, _ in tests if test.clause)))

    def _condition(self, test: Test, should: bool) -> Both:
        """A condition as the text asks for it."""
        text = of_words(test.say) if test.say is not None else self.renderer.say(test.truth)
        return text if should else both(("not: {0}", "不得：{0}"), text)


def _between(rows: NDArray[np.intp], start: int, stop: int) -> NDArray[np.intp]:
    """Those of some rows in order that a stretch has, counted from its start."""
    return rows[np.searchsorted(rows, start) : np.searchsorted(rows, stop)] - start
