"""Which unknown facts keep a claim open: asked of those who are undecided, where they are not too many."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from huiqi.allocation.budget.awards import Awards, Outcome
from huiqi.allocation.budget.claims import nodes_of
from huiqi.entitlements.columns import Run
from huiqi.entitlements.deciding import facts_behind
from huiqi.entitlements.evaluate import ASKED, STRETCH
from huiqi.entitlements.run.stretches import side_by_side
from huiqi.facts.registry import Stretch
from huiqi.rules.plan import make_plan


def with_facts(awards: Awards) -> Awards:
    """The awards with the facts that would settle what is open of the undecided themselves, by id with spaces between; none are told where more
    than ASKED are undecided. What stacking rules leave open on account of other measures is told by `huiqi ask`."""
    claimed = awards.claimed
    rows = np.flatnonzero((awards.outcome == Outcome.UNDECIDED) & (awards.open > 0))
    if not len(rows) or len(rows) > ASKED:
        return awards
    population, round_ = claimed.population, awards.round
    plan = make_plan(population.rules, round_.measures, values=nodes_of(round_), keep=True)
    columns = population.columns(plan)
    wanted = claimed.subjects.take(pa.array(rows)).unique()
    slots = {slot for planned in plan.measures for slot in (planned.status, planned.amount) if slot is not None} | set(plan.values.values())
    numbers = sorted(slots)

    def asked(_: int, stretch: Stretch, __: int) -> dict[int, str]:
        """The facts of those of a stretch who are wanted, by their number among these."""
        block = population.block(columns, stretch.start, stretch.stop)
        number = pc.fill_null(pc.index_in(block.ids, value_set=wanted), -1).to_numpy(zero_copy_only=False)
        here: NDArray[np.intp] = np.flatnonzero(number >= 0)
        if not len(here):
            return {}
        run = Run(plan, block.only(here)).run()
        everybody = np.ones(len(here), bool)
        facts: dict[int, list[str]] = {}
        with np.errstate(all="ignore"):
            behind = facts_behind(run, dict.fromkeys(numbers, everybody))
        for (fact, _year), subjects in behind.items():
            for row in np.flatnonzero(subjects).tolist():
                facts.setdefault(int(number[here[row]]), []).append(fact)
        return {subject: " ".join(dict.fromkeys(some)) for subject, some in facts.items()}

    found: dict[int, str] = {}
    stretches = population.registry.stretches(STRETCH)
    for some in side_by_side(asked, stretches):
        found |= some
    place = pc.index_in(claimed.subjects.take(pa.array(rows)), value_set=wanted).to_pylist()
    facts = [""] * len(awards)
    for row, at in zip(rows.tolist(), place, strict=True):
        facts[row] = found.get(at, "")
    return replace(awards, facts=facts)
