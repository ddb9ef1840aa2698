"""Every measure for one subject at once: its status, what is due of it, and what stacking leaves; without the reasons, and so quick."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Literal

from huiqi.entitlements.columns import Block
from huiqi.entitlements.due import DEPENDS, YES, Dues, uncut
from huiqi.entitlements.kernel.engine import Engine
from huiqi.entitlements.kernel.lowering import Setting
from huiqi.entitlements.stacked import Stacked
from huiqi.facts.known import Known
from huiqi.rules.compile import Measure
from huiqi.rules.plan import make_plan

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

    @cached_property
    def engine(self) -> Engine:
        rules, subject = self.explainer.rules, self.explainer.subject_kind
        stacked = Stacked(rules, self.measures, subject)
        ranked = frozenset() if self.explainer.population is None else frozenset(self.explainer.population.ranks)
        setting = Setting(self.explainer.as_of, subject, rules.places, ranked, self.explainer.assume_recognised)
        return Engine(make_plan(rules, self.measures, apart=True), setting, stacked=stacked, places=stacked.numbers)

    def of(self, block: Block) -> list[tuple[Assessed, ...]]:
        """What each subject of a block may have."""
        dues = self.engine.dues(block)
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
