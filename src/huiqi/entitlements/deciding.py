"""Which unknown facts keep a measure undecided: walk back from its undecided tests to what they rest on."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from huiqi.entitlements.columns import CodeSets, FactCodes, Figures, Run, Truths
from huiqi.rules.plan import PlannedMeasure
from huiqi.rules.tree import Condition, Test

Bools = NDArray[np.bool_]
Reading = tuple[str, int]  # a fact and how many years back


def undecided_tests(run: Run, planned: PlannedMeasure) -> Iterator[tuple[int, Bools]]:
    """The number of each test of a measure, with the subjects for which it is undecided and could still matter."""
    slots = iter(enumerate(planned.tests))
    yield from _mark(run, planned.measure.eligible, slots, np.ones(run.block.size, bool))


def _pair(run: Run, condition: Condition, slots: list[int]) -> tuple[Bools, Bools, int]:
    """(must, may) of a condition from the results of its tests, and how many tests it took."""
    if isinstance(condition, Test):
        found = run.truths(slots[0])
        return np.broadcast_to(found.must, (run.block.size,)), np.broadcast_to(found.may, (run.block.size,)), 1
    musts, mays, used = [], [], 0
    for part in condition.parts:
        must, may, count = _pair(run, part, slots[used:])
        musts.append(must)
        mays.append(may)
        used += count
    must_stack, may_stack = np.array(musts), np.array(mays)
    match condition.kind:
        case "all":
            return must_stack.all(0), may_stack.all(0), used
        case "any":
            return must_stack.any(0), may_stack.any(0), used
        case "none":
            return ~may_stack.any(0), ~must_stack.any(0), used
        case _:
            return must_stack.sum(0) >= condition.count, may_stack.sum(0) >= condition.count, used


def _mark(run: Run, condition: Condition, slots: Iterator[tuple[int, int]], open_: Bools) -> Iterator[tuple[int, Bools]]:
    if isinstance(condition, Test):
        number, slot = next(slots)
        found = run.truths(slot)
        yield number, open_ & found.may & ~found.must
        return
    for part in condition.parts:
        mine = [next(slots) for _ in _tests(part)]
        must, may, _ = _pair(run, part, [slot for _, slot in mine])
        yield from _mark(run, part, iter(mine), open_ & may & ~must)


def _tests(condition: Condition) -> Iterator[Test]:
    if isinstance(condition, Test):
        yield condition
    else:
        for part in condition.parts:
            yield from _tests(part)


def facts_behind(run: Run, slot: int, open_: Bools, found: dict[Reading, Bools]) -> None:
    """Add to `found` the unknown facts on which an open result rests, by subject.

    The walk leaves out what is known already, and parts that no longer matter: the branch not taken, the operand that a minimum passes over.
    """
    column, step = run.slots[slot], run.plan.steps[slot]
    here = open_ & _undecided(column, run.block.size)
    if not here.any():
        return
    if step.op in ("fact_figure", "fact_flag", "fact_code"):
        found[step.data] = found.get(step.data, np.zeros(run.block.size, bool)) | here
        return
    if step.op == "recognised":
        facts_behind(run, step.args[0], here, found)
        return
    if step.op == "choose":
        condition = run.truths(step.args[0])
        facts_behind(run, step.args[0], here & condition.may & ~condition.must, found)
        facts_behind(run, step.args[1], here & condition.may, found)
        facts_behind(run, step.args[2], here & ~condition.must, found)
        return
    if step.op in ("min", "max"):
        a, b = run.figures(step.args[0]), run.figures(step.args[1])
        first, second = (a, b) if step.op == "min" else (b, a)
        with np.errstate(invalid="ignore"):
            a_high, a_low, b_high, b_low = (x / y.scale for x, y in ((first.high, first), (first.low, first), (second.high, second), (second.low, second)))
            for slot_, matters in zip(step.args if step.op == "min" else step.args[::-1], (~(b_high < a_low), ~(a_high < b_low)), strict=True):
                facts_behind(run, slot_, here & matters, found)
        return
    for arg in step.args:
        facts_behind(run, arg, here, found)


def _undecided(column: object, size: int) -> Bools:
    match column:
        case Truths(must=must, may=may):
            return np.broadcast_to(may & ~must, (size,))
        case Figures(low=low, high=high, maybe=maybe):
            with np.errstate(invalid="ignore"):
                wide = (low != high) & ~(np.isnan(low) & np.isnan(high))
            return np.broadcast_to(wide if maybe is None else wide | maybe, (size,))
        case CodeSets(bits=bits):
            return np.broadcast_to((bits & (bits - np.uint64(1))) != 0, (size,))
        case FactCodes(index=index):
            return index == -1
    raise TypeError(type(column).__name__)


def deciding_facts(run: Run, planned: PlannedMeasure) -> dict[Reading, Bools]:
    """The unknown facts that keep a measure undecided, with the subjects for which each does."""
    found: dict[Reading, Bools] = {}
    with np.errstate(all="ignore"):
        for number, open_ in undecided_tests(run, planned):
            facts_behind(run, planned.tests[number], open_, found)
    return found


def count_deciding(run: Run, planned: PlannedMeasure) -> Counter[str]:
    """How many subjects each fact keeps undecided, whatever its year."""
    by_fact: dict[str, Bools] = {}
    for (fact, _), subjects in deciding_facts(run, planned).items():
        by_fact[fact] = by_fact.get(fact, np.zeros(run.block.size, bool)) | subjects
    return Counter({fact: int(subjects.sum()) for fact, subjects in by_fact.items()})
