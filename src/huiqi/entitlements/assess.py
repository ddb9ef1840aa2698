"""Every measure for one subject at once: its status, what is due of it, and what stacking leaves; without the reasons, and so quick."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Literal

import numpy as np

from huiqi.entitlements.columns import Block
from huiqi.entitlements.due import DEPENDS, YES, Dues, Entitlement, uncut
from huiqi.entitlements.kernel.engine import Engine, setting_of
from huiqi.entitlements.stacked import Stacked
from huiqi.facts.known import Known
from huiqi.rules.compile import Measure
from huiqi.rules.payable import Claim
from huiqi.rules.plan import Plan, make_plan

if TYPE_CHECKING:
    from huiqi.entitlements.explain import Explainer  # which keeps an assessor

Status = Literal["yes", "no", "depends"]
Range = tuple[int, int | None]  # fen; None: no upper end


@dataclass(frozen=True)
class Assessed:
    """A measure for one subject. `due` is nothing where it gives no amount, or is surely not had; `stands` is the status after stacking."""

    measure: Measure
    status: Status
    due: Range | None
    payable: Range | None
    stands: Status


class Assessor:
    """The measures of an explainer, evaluated by the engine; made once, used for many subjects by any thread."""

    def __init__(self, explainer: Explainer):
        own = tuple(explainer.measures or ())
        among = {measure.id for measure in own}
        self.measures = (*own, *(measure for measure in explainer.stacking.measures if measure.id not in among))
        self.own, self.explainer = len(own), explainer
        self._engines: dict[tuple[frozenset[str], bool], Engine] = {}

    def engine(self, block: Block, *, stacks: bool) -> Engine:
        """What finds what is due, and what is payable of it where it `stacks`; one for each set of scorecards whose classes are known."""
        at = frozenset(block.ranks), stacks
        if at not in self._engines:
            stacked = self._stacked if stacks else None
            self._engines[at] = Engine(self._plan, setting_of(block), stacked=stacked, places=() if stacked is None else stacked.numbers)
        return self._engines[at]

    @cached_property
    def _stacked(self) -> Stacked:
        return Stacked(self.explainer.rules, self.measures, self.explainer.subject_kind)

    @cached_property
    def _plan(self) -> Plan:
        return make_plan(self.explainer.rules, self.measures, apart=True)

    def due(self, block: Block) -> Entitlement:
        """What is due of each measure to each subject of a block, before stacking: arrays of subjects by measures, the explainer's first."""
        dues, shape = self.engine(block, stacks=False).dues(block), (block.size, len(self.measures))
        at = dues.rows, dues.numbers
        must, may, low, high = np.zeros(shape, bool), np.zeros(shape, bool), np.zeros(shape), np.zeros(shape)
        must[at], may[at], low[at], high[at] = dues.must, True, dues.low, dues.high
        return Entitlement(must, may, low, high)

    def claims(self, due: Entitlement) -> list[Claim]:
        """What is due to the one subject of a block, of each measure of the explainer's stacking."""
        must, may, low, high = (ends[0].tolist() for ends in (due.must, due.may, due.low, due.high))
        return [Claim(must[n], may[n], int(low[n]), high[n] if math.isinf(high[n]) else int(high[n])) for n in self._stacking_places]

    def leaves_nothing(self, block: Block) -> bool:
        """Whether stacking takes all of something that may be due to the one subject of a block, whatever is unknown."""
        dues = self.engine(block, stacks=True).dues(block)
        paid = dues.paid or uncut(dues)
        return bool(((dues.high > 0) & (paid.high == 0)).any())

    @cached_property
    def _stacking_places(self) -> tuple[int, ...]:
        """Where the measures of the explainer's stacking stand among all."""
        numbers = {measure.id: number for number, measure in enumerate(self.measures)}
        return tuple(numbers[measure.id] for measure in self.explainer.stacking.measures)

    def of(self, block: Block) -> list[tuple[Assessed, ...]]:
        """What each subject of a block may have."""
        dues = self.engine(block, stacks=True).dues(block)
        return [self._row(dues, row) for row in range(block.size)]

    def _row(self, dues: Dues, row: int) -> tuple[Assessed, ...]:
        places = (dues.rows == row).nonzero()[0]
        found = dict(zip(dues.numbers[places].tolist(), places.tolist(), strict=True))
        paid = dues.paid or uncut(dues)
        rows = []
        for number, measure in enumerate(self.measures[: self.own]):
            at = found.get(number)
            if at is None:
                rows.append(Assessed(measure, "no", None, None, "no"))
                continue
            gives = measure.amount is not None
            rows.append(
                Assessed(
                    measure,
                    "yes" if dues.must[at] else "depends",
                    _range(float(dues.low[at]), float(dues.high[at])) if gives else None,
                    _range(float(paid.low[at]), float(paid.high[at])) if gives else None,
                    {YES: "yes", DEPENDS: "depends"}.get(int(paid.stands[at]), "no"),  # type: ignore[arg-type]
                )
            )
        return tuple(rows)


def assess(explainer: Explainer, known: Known) -> tuple[Assessed, ...]:
    """What a subject may have by what is known of it, a measure at a time in the explainer's order."""
    return assess_all(explainer, [known])[0]


def assess_all(explainer: Explainer, subjects: Sequence[Known]) -> list[tuple[Assessed, ...]]:
    """The same for several subjects in one pass."""
    return explainer.assessor.of(explainer.block(subjects))


def _range(low: float, high: float) -> Range:
    return int(low), None if math.isinf(high) else int(high)
