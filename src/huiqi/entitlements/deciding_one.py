"""The unknown facts on which results rest, for one subject: each result is walked back once, however many measures share it."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from functools import cached_property
from typing import Any

from huiqi.entitlements.columns import Block, CodeSets, FactCodes, Figures, Run, Truths, open_options
from huiqi.entitlements.deciding import Reading
from huiqi.facts.schema import Fact
from huiqi.rules.plan import Plan, Step

MOST_KEPT = 50_000  # answers of a plan
_FACTS = ("fact_figure", "fact_flag", "fact_code")
_GROUPS = ("all", "any", "at_least")


class Resting:
    """What the open results of the one subject of a run rest on; the same as `deciding.facts_behind` tells of many subjects.

    A set of facts is kept as the bits of a whole number: bit n is the nth fact that was found.
    """

    def __init__(self, run: Run):
        assert run.block.size == 1
        self.run = run
        self._found: dict[int, int] = {}
        self._truths: dict[int, tuple[bool, bool]] = {}
        self._bits: dict[Reading, int] = {}

    def readings(self, slots: Iterable[int]) -> tuple[Reading, ...]:
        """The unknown facts on which some results rest."""
        bits = 0
        for slot in slots:
            bits |= self._behind(slot)
        return tuple(reading for reading, bit in self._bits.items() if bits & bit)

    def _behind(self, slot: int) -> int:
        if slot not in self._found:
            self._found[slot] = self._walk(self.run.plan.steps[slot]) if self._open(slot) else 0
        return self._found[slot]

    def _walk(self, step: Step) -> int:
        """What an open result rests on: without the branch not taken, and the operand that a minimum passes over."""
        match step.op:
            case op if op in _FACTS:
                return self._bits.setdefault(step.data, 1 << len(self._bits))
            case "recognised":
                return self._behind(step.args[0])
            case "choose":
                condition = self._truth(step.args[0])
                taken = [step.args[n] for n, may in enumerate((condition[0] != condition[1], condition[1], not condition[0])) if may]
            case "min" | "max":
                taken = [arg for arg, passed in zip(step.args, self._passed_over(step), strict=True) if not passed]
            case _:
                taken = list(step.args)
        bits = 0
        for arg in taken:
            bits |= self._behind(arg)
        return bits

    def _passed_over(self, step: Step) -> tuple[bool, bool]:
        """Whether each operand of a minimum or maximum surely has a value and surely is not the one that is taken."""
        a, b = (self.run.figures(slot) for slot in step.args)
        ends = [(one.low.flat[0] / one.scale, one.high.flat[0] / one.scale) for one in (a, b)]
        (low, high), (other_low, other_high) = ends
        beyond = (other_high < low, high < other_low) if step.op == "min" else (other_low > high, low > other_high)
        return bool(beyond[0] and not _maybe(a)), bool(beyond[1] and not _maybe(b))

    def _open(self, slot: int) -> bool:
        """Whether a result can still be one thing or another."""
        if self.run.plan.steps[slot].op in _GROUPS:
            must, may = self._truth(slot)
            return may and not must
        found = self.run.column(slot)
        match found:
            case Truths():
                return bool(found.may.flat[0]) and not bool(found.must.flat[0])
            case Figures(low=low, high=high):
                ends = float(low.flat[0]), float(high.flat[0])
                return (ends[0] != ends[1] and not all(map(math.isnan, ends))) or _maybe(found)
            case CodeSets(bits=bits):
                code = int(bits.flat[0])
                return code & (code - 1) != 0
            case FactCodes(index=index, fact=fact):
                return bool(open_options(fact, self.run.block.places)[int(index.flat[0]) + 2])
        raise TypeError(type(found).__name__)

    def _truth(self, slot: int) -> tuple[bool, bool]:
        """Whether something must hold, and whether it may. Groups are put together here: one subject is too few for a column each."""
        if slot not in self._truths:
            step = self.run.plan.steps[slot]
            if step.op in _GROUPS:
                parts = [self._truth(arg) for arg in step.args]
                must, may = sum(part[0] for part in parts), sum(part[1] for part in parts)
                least = {"all": len(parts), "any": 1, "at_least": step.data}[step.op]
                self._truths[slot] = must >= least, may >= least
            else:
                truths = self.run.truths(slot)
                self._truths[slot] = bool(truths.must.flat[0]), bool(truths.may.flat[0])
        return self._truths[slot]


def _maybe(figures: Figures) -> bool:
    """Whether there may be no value at all."""
    return figures.maybe is not None and bool(figures.maybe.flat[0])


class Kept:
    """What the measures of a plan rest on, for one subject after another, by any thread.

    Where of two subjects the same is known of every fact that a measure reads, it rests on the same: that is found once.
    """

    def __init__(self, plan: Plan):
        self.plan = plan
        self._found: dict[tuple[Any, ...], tuple[Reading, ...]] = {}

    def of(self, run: Run) -> Callable[[int, bool, bool], tuple[Reading, ...]]:
        """For the one subject of a run: the unknown facts behind the measure of a number, behind its status, its amount, or both."""
        block, resting = run.block, Resting(run)
        alone = not block.ranks and not block.related  # what the others of a registry decide is no fact of its own
        own = {reading: _cell(block, self.plan.facts[reading], reading[1]) for reading in self.plan.facts} if alone else {}
        founded = block.columns.get((self.plan.born.get(block.schema.subject) or "", None))
        life = None if founded is None else founded.tobytes(), None if block.first_years is None else int(block.first_years[0])

        def find(number: int, status: bool, amount: bool) -> tuple[Reading, ...]:
            planned = self.plan.measures[number]
            slots = [slot for slot in (planned.status if status else None, planned.amount if amount else None) if slot is not None]
            if not alone:
                return resting.readings(slots)
            key = (number, status, amount, life, block.assume_recognised, *(own[reading] for reading in self._reads[number]))
            found = self._found.get(key)
            if found is None:
                if len(self._found) >= MOST_KEPT:
                    self._found.clear()
                found = self._found[key] = resting.readings(slots)
            return found

        return find

    @cached_property
    def _reads(self) -> list[list[Reading]]:
        """What each measure reads, known or not."""
        order: dict[Reading, int] = {}
        below: list[int] = []
        for step in self.plan.steps:
            bits = order.setdefault(step.data, 1 << len(order)) if step.op in _FACTS else 0
            for arg in step.args:
                bits |= below[arg]
            below.append(bits)
        bits_of = [below[one.status] | (0 if one.amount is None else below[one.amount]) for one in self.plan.measures]
        return [[reading for reading, bit in order.items() if bits & bit] for bits in bits_of]


def _cell(block: Block, fact: Fact, year: int) -> Any:
    """What is recorded of a fact, as something that equals itself."""
    cell = block.cell(fact, year)
    return cell[0] if cell.dtype == object else cell.tobytes()
