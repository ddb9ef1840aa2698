"""Every measure for one firm, without reasons: its status, what is due, and what stacking rules leave of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from huiqi.entitlements.explain import Explainer, status_of
from huiqi.facts.known import Known
from huiqi.rules.compile import Measure
from huiqi.rules.payable import payable
from huiqi.vocabulary.ranges import Pair

Range = tuple[int, int | None]  # fen; None: no upper end


@dataclass(frozen=True)
class Assessed:
    """One measure for one firm; `due` and `payable` are None where it gives no amount."""

    measure: Measure
    status: Literal["yes", "no", "depends"]
    due: Range | None
    payable: Range | None


def assess(explainer: Explainer, known: Known) -> tuple[Assessed, ...]:
    """One a measure, in the order of the explainer's measures."""
    claims, limits = explainer.claims(explainer.known(known))
    left = payable(explainer.stacking, claims, limits).claims
    found = {}
    for measure, claim, one in zip(explainer.stacking.measures, claims, left, strict=True):
        due, paid = ((_range(ends) if measure.amount is not None else None) for ends in (claim.ends, one.ends))
        found[measure.id] = Assessed(measure, status_of(Pair(claim.must, claim.may)), due, paid)
    return tuple(found[measure.id] for measure in explainer.measures or ())


def _range(ends: tuple[int | float, int | float]) -> Range:
    return int(ends[0]), None if isinstance(ends[1], float) else int(ends[1])
