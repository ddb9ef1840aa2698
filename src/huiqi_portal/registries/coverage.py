"""Which facts a registry knows of how many of its subjects: the summary after an import, fact by fact."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from huiqi.facts.cells import is_known
from huiqi.facts.registry import Column, Registry

_BLOCK = 65_536


def coverage(registry: Registry, tick: Callable[[int], None]) -> list[dict[str, Any]]:
    """For each fact that the registry has, of how many subjects it is known; year facts by year, the last one first."""
    facts = [fact for fact in registry.schema.facts.values() if registry.has(fact.id)]
    years = sorted(registry.years(), reverse=True)
    columns: list[Column] = [(fact.id, year) for fact in facts for year in (years if fact.period == "year" else [None])]
    known = dict.fromkeys(columns, 0)
    for block in registry.blocks(columns, _BLOCK):
        for column in columns:
            known[column] += int(np.count_nonzero(is_known(block.columns[column])))
        tick(len(block.ids))
    labels = {fact.id: {"en": str(fact.label.en), "zh": str(fact.label.zh)} for fact in facts}
    return [{"fact": id, "label": labels[id], "year": year, "known": known[id, year]} for id, year in columns]
