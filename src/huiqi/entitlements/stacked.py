"""What is payable of the dues of a block: stacking rules applied to the measures that stand in them, some rows at a time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from huiqi.entitlements.columns import Block, OnDemand
from huiqi.entitlements.cumulate import Ends, cumulate, limits_of
from huiqi.entitlements.due import DEPENDS, NO, YES, Dues, uncut
from huiqi.rules.compile import Measure, Rules
from huiqi.rules.cumulation import Act, only, stack
from huiqi.rules.plan import Plan, make_plan

ROWS = 4_096  # every measure in a rule is a line over so many rows


class Stacked:
    """The stacking of some measures; `numbers` are the places of those that stand in a rule that cuts."""

    def __init__(self, rules: Rules, measures: Sequence[Measure], subject: str):
        whole = stack(rules, measures, subject)
        self.numbers = tuple(sorted({number for rule in whole.cutting for number in rule.covered}))
        self.stacking = only(whole, self.numbers)
        self.loose = tuple(n for n, counts in enumerate(whole.counted) if counts and n not in self.numbers)
        self.looped = all(rule.act is not Act.CHOICE for rule in self.stacking.cutting)  # the compiled loop has all of its rules
        limited = [rule for rule in self.stacking.cutting if rule.limit is not None]
        self.limited = [rule.covered for rule in limited]
        self.limits: Plan = make_plan(rules, (), values={str(number): rule.limit for number, rule in enumerate(limited) if rule.limit is not None})

    def apply(self, block: Block, dues: Dues, places: Sequence[int]) -> tuple[Dues, Ends]:
        """The dues with what is payable of them, and what it comes to for every subject, of all measures in rules together: a range of the sum.

        `places` says where in the dues the measures of the stacking stand.
        """
        paid = uncut(replace(dues, low=dues.low.copy(), high=dues.high.copy()))
        total = np.zeros(block.size), np.zeros(block.size)
        shared = [(line, place) for line, place in enumerate(places) if dues.starts[place] < dues.starts[place + 1]]
        lines = [(line, dues[place], paid[dues.starts[place] : dues.starts[place + 1]]) for line, place in shared]  # views, which are written to
        bound = {line for line, _, _ in lines}
        slots = [slot if not bound.isdisjoint(covered) else None for slot, covered in zip(self.limits.values.values(), self.limited, strict=True)]
        limits = limits_of(OnDemand(self.limits, block), slots)
        for first in range(0, block.size if lines else 0, ROWS):
            last = min(first + ROWS, block.size)
            shape = len(places), last - first
            low, high, must, may = np.zeros(shape), np.zeros(shape), np.zeros(shape, bool), np.zeros(shape, bool)
            cuts = [slice(*np.searchsorted(due.rows, (first, last))) for _, due, _ in lines]
            for (line, due, _), cut in zip(lines, cuts, strict=True):
                rows = due.rows[cut] - first
                low[line, rows], high[line, rows], must[line, rows], may[line, rows] = due.low[cut], due.high[cut], due.must[cut], True
            left = cumulate(self.stacking, low, high, must, may, (limits[0][:, first:last], limits[1][:, first:last]))
            total[0][first:last], total[1][first:last] = left.total_low, left.total_high
            for (line, due, mine), cut in zip(lines, cuts, strict=True):
                rows = due.rows[cut] - first
                mine.low[cut], mine.high[cut] = left.low[line, rows], left.high[line, rows]
                mine.stands[cut] = _stands(
                    left.must[line, rows], left.may[line, rows], (due.low[cut], due.high[cut]), (mine.low[cut], mine.high[cut])
                )
        return replace(dues, paid=paid), total


def _stands(must: NDArray[np.bool_], may: NDArray[np.bool_], before: Ends, after: Ends) -> NDArray[np.int8]:
    """What stands of a measure: its status after stacking, or by its amount whether anything is left of it."""
    gone, open_ = ~may | ((after[1] == 0) & (before[1] > 0)), ~must | ((after[0] == 0) & (before[0] > 0))
    return np.where(gone, NO, np.where(open_, DEPENDS, YES)).astype(np.int8)
