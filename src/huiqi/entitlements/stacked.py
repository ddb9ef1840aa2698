"""What is payable of the dues of a block: stacking rules applied to the measures that stand in them, some rows at a time."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from huiqi.entitlements.columns import Block, Figures, Run
from huiqi.entitlements.cumulate import Ends, cumulate
from huiqi.entitlements.due import Due, in_fen
from huiqi.rules.compile import Measure, Rules
from huiqi.rules.cumulation import Stacking, stack
from huiqi.rules.plan import Plan, make_plan

ROWS = 4_096  # every measure in a rule is a line over so many rows
YES, DEPENDS, NO = range(3)  # what stands of a measure after stacking


@dataclass(frozen=True)
class Total:
    """What subjects get of all measures in stacking rules together, in fen: a range of the sum, narrower than the sum of ranges."""

    low: NDArray[np.float64]
    high: NDArray[np.float64]


class Stacked:
    """The stacking of some measures; `numbers` are the places of those that stand in a rule that cuts."""

    def __init__(self, rules: Rules, measures: Sequence[Measure], subject: str):
        whole = stack(rules, measures, subject)
        self.numbers = tuple(sorted({number for rule in whole.cutting for number in rule.covered}))
        self.stacking: Stacking = stack(rules, [measures[number] for number in self.numbers], subject)
        self.loose = tuple(n for n, counts in enumerate(whole.counted) if counts and n not in self.numbers)
        limits = [rule.limit for rule in self.stacking.cutting if rule.limit is not None]
        self.limits: Plan = make_plan(rules, (), values={str(number): limit for number, limit in enumerate(limits)})
        self._lock = threading.Lock()

    def apply(self, block: Block, dues: Mapping[int, Due]) -> tuple[dict[int, Due], Total]:
        """The dues of measures by number, with what is payable of them; all that stand in rules are among them."""
        found, total = dict(dues), Total(np.zeros(block.size), np.zeros(block.size))
        if not self.numbers:
            return found, total
        lines = [dues[number] for number in self.numbers]
        paid = [(np.zeros(len(due.rows)), np.zeros(len(due.rows)), np.zeros(len(due.rows), np.int8)) for due in lines]
        limits = self._limits(block)
        for first in range(0, block.size, ROWS):
            last = min(first + ROWS, block.size)
            cuts = [slice(*np.searchsorted(due.rows, (first, last))) for due in lines]
            shape = len(lines), last - first
            low, high, must, may = np.zeros(shape), np.zeros(shape), np.zeros(shape, bool), np.zeros(shape, bool)
            for line, (due, cut) in enumerate(zip(lines, cuts, strict=True)):
                rows = due.rows[cut] - first
                low[line, rows], high[line, rows], must[line, rows], may[line, rows] = due.low[cut], due.high[cut], due.must[cut], True
            left = cumulate(self.stacking, low, high, must, may, (limits[0][:, first:last], limits[1][:, first:last]))
            total.low[first:last], total.high[first:last] = left.total_low, left.total_high
            for line, (due, cut) in enumerate(zip(lines, cuts, strict=True)):
                rows = due.rows[cut] - first
                paid[line][0][cut], paid[line][1][cut] = left.low[line, rows], left.high[line, rows]
                before, after = (due.low[cut], due.high[cut]), (left.low[line, rows], left.high[line, rows])
                paid[line][2][cut] = _stands(left.must[line, rows], left.may[line, rows], before, after)
        for number, due, (paid_low, paid_high, stands) in zip(self.numbers, lines, paid, strict=True):
            found[number] = replace(due, paid_low=paid_low, paid_high=paid_high, stands=stands)
        return found, total

    def _limits(self, block: Block) -> Ends:
        """The limits of the rules for every subject, in whole fen: what does not exist leaves nothing."""
        run, count = Run(self.limits, block).run(), len(self.limits.values)
        low, high = np.zeros((count, block.size)), np.zeros((count, block.size))
        for name, slot in self.limits.values.items():
            figures = run.figures(slot)
            low[int(name)], high[int(name)] = _whole(figures, figures.low), _whole(figures, figures.high)
            if figures.maybe is not None:
                low[int(name), figures.maybe] = 0
        return low, high


def _whole(figures: Figures, ends: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.fmax(np.floor(in_fen(figures, ends)), 0.0)


def _stands(must: NDArray[np.bool_], may: NDArray[np.bool_], before: Ends, after: Ends) -> NDArray[np.int8]:
    """What stands of a measure: its status after stacking, or by its amount whether anything is left of it."""
    gone, open_ = ~may | ((after[1] == 0) & (before[1] > 0)), ~must | ((after[0] == 0) & (before[0] > 0))
    return np.where(gone, NO, np.where(open_, DEPENDS, YES)).astype(np.int8)
