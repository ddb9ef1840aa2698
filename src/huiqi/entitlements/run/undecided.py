"""Which unknown facts keep subjects undecided, counted: of all of them, or of some that are evenly spread where there are many."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np

from huiqi.entitlements.columns import Block, Run
from huiqi.entitlements.deciding import count_deciding
from huiqi.rules.compile import Measure, Rules
from huiqi.rules.plan import make_plan

ROWS = 4_096  # all results of a run are kept, so it is over few subjects


class Undecided:
    """Asks every so manieth subject of a block."""

    def __init__(self, rules: Rules, measures: Sequence[Measure], every: int):
        self.every = every
        self.plan = make_plan(rules, measures, keep=True)

    def count(self, block: Block) -> tuple[list[Counter[str]], int]:
        """For each measure how many of the subjects that are asked each fact keeps undecided; and how many are asked."""
        found: list[Counter[str]] = [Counter() for _ in self.plan.measures]
        asked = np.arange(0, block.size, self.every)
        for first in range(0, len(asked), ROWS):
            run = Run(self.plan, block.only(asked[first : first + ROWS])).run()
            for counter, planned in zip(found, self.plan.measures, strict=True):
                counter += count_deciding(run, planned)
        return found, len(asked)
