"""Which unknown facts keep a measure undecided: walk back from its undecided tests to what they rest on."""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from huiqi.entitlements.columns import CodeSets, FactCodes, Figures, Run, Truths, open_options
from huiqi.rules.plan import PlannedMeasure, Step
from huiqi.rules.tree import Condition, Group, Test, tests_in

Bools = NDArray[np.bool_]
Reading = tuple[str, int]  # a fact and how many years back


def undecided_tests(run: Run, planned: PlannedMeasure) -> Iterator[tuple[int, Bools]]:
    """The number of each test of a measure, with the subjects for which it is undecided and could still matter."""
    status = run.truths(planned.status)
    yield from _mark(run, planned.measure.eligible, iter(enumerate(planned.tests)), np.broadcast_to(status.may & ~status.must, (run.block.size,)))


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
            return np.logical_and.reduce(must_stack), np.logical_and.reduce(may_stack), used
        case "any":
            return np.logical_or.reduce(must_stack), np.logical_or.reduce(may_stack), used
        case "none":
            return ~np.logical_or.reduce(may_stack), ~np.logical_or.reduce(must_stack), used
        case _:
            return must_stack.sum(0) >= condition.count, may_stack.sum(0) >= condition.count, used


def _mark(run: Run, condition: Condition, slots: Iterator[tuple[int, int]], open_: Bools) -> Iterator[tuple[int, Bools]]:
    if isinstance(condition, Test):
        number, slot = next(slots)
        found = run.truths(slot)
        yield number, open_ & found.may & ~found.must
        return
    for part in condition.parts:
        mine = [next(slots) for _ in tests_in(part)]
        must, may, _ = _pair(run, part, [slot for _, slot in mine])
        yield from _mark(run, part, iter(mine), open_ & may & ~must)


def failing_parts(run: Run, planned: PlannedMeasure) -> NDArray[np.int64]:
    """How many of the outermost parts of a measure's eligibility each subject fails."""
    assert isinstance(planned.measure.eligible, Group)
    failing, used = np.zeros(run.block.size, np.int64), 0
    for part in planned.measure.eligible.parts:
        _, may, count = _pair(run, part, list(planned.tests[used:]))
        failing += ~may
        used += count
    return failing


def facts_behind(run: Run, open_: dict[int, Bools]) -> dict[Reading, Bools]:
    """The unknown facts on which open results rest, by subject; `open_` maps results to the subjects for which they are asked about.

    The walk goes back through the plan once. It leaves out what is known already and what no longer matters: the branch not taken, the
    operand that a minimum passes over, the outcome of a recognition (asking whether it was granted settles it).
    """
    return grounds(run, open_)[0]


def grounds(run: Run, open_: dict[int, Bools], *, into_recognitions: bool = False) -> tuple[dict[Reading, Bools], Bools]:
    """The same, and for which subjects something is open that no fact of theirs settles: an amount that is not published, a class by rank, what
    related enterprises add. With `into_recognitions` also the facts behind the outcome of a recognition, which can rule it out.
    """
    found: dict[Reading, Bools] = {}
    beyond = np.zeros(run.block.size, bool)
    steps = run.plan.steps
    waiting, masks = [-slot for slot in open_], dict(open_)
    heapq.heapify(waiting)

    def ask(slot: int, subjects: Bools) -> None:
        if slot in masks:
            masks[slot] = masks[slot] | subjects
        else:
            masks[slot] = subjects
            heapq.heappush(waiting, -slot)

    while waiting:
        slot = -heapq.heappop(waiting)
        step, here = steps[slot], masks[slot] & _undecided(run, slot)
        if not here.any():
            continue
        match step.op:
            case "fact_figure" | "fact_flag" | "fact_code":
                found[step.data] = here
            case "recognised":
                ask(step.args[0], here)
                if into_recognitions:
                    ask(step.args[1], here)
            case "choose":
                condition = run.truths(step.args[0])
                ask(step.args[0], here & condition.may & ~condition.must)
                ask(step.args[1], here & condition.may)
                ask(step.args[2], here & ~condition.must)
            case "min" | "max":
                for arg, matters in zip(step.args, _not_passed_over(run, step), strict=True):
                    ask(arg, here & matters)
            case _:
                if step.op in ("between", "rank_class", "related"):
                    beyond |= here
                for arg in step.args:
                    ask(arg, here)
    return found, beyond


def _not_passed_over(run: Run, step: Step) -> tuple[Bools, Bools]:
    """Where each operand of a minimum or maximum can still be the one that is taken, or can leave no result at all."""
    a, b = (run.figures(slot) for slot in step.args)
    if step.op == "min":
        first, second = ~(b.high / b.scale < a.low / a.scale), ~(a.high / a.scale < b.low / b.scale)
    else:
        first, second = ~(b.low / b.scale > a.high / a.scale), ~(a.low / a.scale > b.high / b.scale)
    return first if a.maybe is None else first | a.maybe, second if b.maybe is None else second | b.maybe


def _undecided(run: Run, slot: int) -> Bools:
    """Where a result can still be one thing or another; found once, since measures share results."""
    if slot not in run.undecided:
        run.undecided[slot] = _found_undecided(run, slot)
    return run.undecided[slot]


def _found_undecided(run: Run, slot: int) -> Bools:
    column, size = run.column(slot), run.block.size
    match column:
        case Truths(must=must, may=may):
            return np.broadcast_to(may & ~must, (size,))
        case Figures(low=low, high=high, maybe=maybe):
            with np.errstate(invalid="ignore"):
                wide = (low != high) & ~(np.isnan(low) & np.isnan(high))
            return np.broadcast_to(wide if maybe is None else wide | maybe, (size,))
        case CodeSets(bits=bits):
            return np.broadcast_to((bits & (bits - np.uint64(1))) != 0, (size,))
        case FactCodes(index=index, fact=fact):
            return open_options(fact, run.block.places)[index + 2]
    raise TypeError(type(column).__name__)


def deciding_facts(run: Run, planned: PlannedMeasure) -> dict[Reading, Bools]:
    """The unknown facts that keep a measure undecided, with the subjects for which each does."""
    open_: dict[int, Bools] = {}
    for number, subjects in undecided_tests(run, planned):
        slot = planned.tests[number]
        open_[slot] = open_[slot] | subjects if slot in open_ else subjects
    with np.errstate(all="ignore"):
        return facts_behind(run, open_)


def count_deciding(run: Run, planned: PlannedMeasure) -> Counter[str]:
    """How many subjects each fact keeps undecided, whatever its year."""
    by_fact: dict[str, Bools] = {}
    for (fact, _), subjects in deciding_facts(run, planned).items():
        by_fact[fact] = by_fact.get(fact, np.zeros(run.block.size, bool)) | subjects
    return Counter({fact: int(subjects.sum()) for fact, subjects in by_fact.items()})
