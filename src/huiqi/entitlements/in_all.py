"""All that a subject may have, added up after stacking: a range of the sum, which is narrower than the sum of the ranges."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from huiqi.entitlements.assess import Range
from huiqi.entitlements.explain import Explainer
from huiqi.entitlements.totals import Groups, cost
from huiqi.facts.known import Known


def in_all(explainer: Explainer, subjects: Sequence[Known]) -> list[Range]:
    """What is payable to each subject of all measures together, in the currency of the nearest pack; what a firm pays does not count."""
    assessor, size = explainer.assessor, len(subjects)
    block = explainer.block(subjects)
    engine = assessor.engine(block, stacks=True)
    cells = engine.totals(block, {"subject": Groups(np.arange(size, dtype=np.int32), size)}).by["subject"]
    bound, counted = set(engine.places), set(counted_measures(explainer))
    loose = [number for number, measure in enumerate(assessor.measures) if number not in bound and measure.id in counted]
    sums = []
    for subject in range(size):
        parts = [cost(cells[number, subject], payable=True) for number in (*loose, -1)]
        highs = [high for _, high in parts if high is not None]
        sums.append((sum(low for low, _ in parts), sum(highs) if len(highs) == len(parts) else None))
    return sums


def counted_measures(explainer: Explainer) -> list[str]:
    """The ids of the measures that count in the sum."""
    stacking = explainer.stacking
    return [measure.id for measure, counts in zip(stacking.measures, stacking.counted, strict=True) if counts]


def currency_in_all(explainer: Explainer) -> str:
    """The currency of the sum: that of the nearest pack."""
    packs = {measure.document.pack for measure in explainer.stacking.measures}
    return next((explainer.rules.currencies[pack.id] for pack in explainer.rules.packs if pack.id in packs), "CNY")
