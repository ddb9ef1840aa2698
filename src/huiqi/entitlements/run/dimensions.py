"""By what the subjects of a registry are grouped in totals: by section of industry, by district."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from huiqi.entitlements.columns import Block
from huiqi.entitlements.totals import Groups
from huiqi.facts.registry import Registry
from huiqi.facts.schema import CodeList, Fact
from huiqi.vocabulary.place import Places
from huiqi.vocabulary.speech import Both

NOT_KNOWN, NONE = "unknown", "none"  #: the groups of those without a code
_LABELS = {NOT_KNOWN: Both("not known", "未知"), NONE: Both("none", "无")}
_DISTRICT = ("union", "nation", "province", "city", "district")  # levels that are groups of their own; a zone belongs to its district


@dataclass(frozen=True)
class Dimension:
    """Groups of subjects; `group` says for each cell of the fact's column, from -2 on, which group it is in."""

    name: str
    fact: Fact
    groups: dict[str, Both]
    group: NDArray[np.int32]

    def of(self, block: Block) -> Groups:
        """The group of every subject of a block."""
        return Groups(self.group[block.columns[(self.fact.id, None)] + 2], len(self.groups))


def dimensions_of(registry: Registry) -> tuple[Dimension, ...]:
    """By industry and place, as far as the registry has them."""
    found = []
    for name in ("industry", "place"):
        fact = registry.schema.facts.get(name)
        if fact is not None and fact.period == "day" and registry.has(name):
            if fact.kind == "place":
                found.append(_by_place(fact, registry.places))
            elif fact.codes is not None:
                found.append(_by_code(fact, fact.codes))
    return tuple(found)


def _by_code(fact: Fact, codes: CodeList) -> Dimension:
    """By the outermost codes of a list: of an industry its section."""

    def outermost(id: str) -> str:
        parent = codes.codes[id].parent
        return id if parent is None else outermost(parent)

    labels = {id: Both(code.label.en, code.label.zh) for id, code in codes.codes.items() if code.parent is None}
    return _dimension(fact, labels, [outermost(id) for id in codes.codes])


def _by_place(fact: Fact, places: Places) -> Dimension:
    """By district; of whom only a city or less is known is in a group of that."""

    def district(id: str) -> str:
        place = places.by_id[id]
        return id if place.level in _DISTRICT or place.parent is None else district(place.parent)

    labels = {id: Both(place.label.en, place.label.zh) for id, place in places.by_id.items() if district(id) == id}
    return _dimension(fact, labels, [district(id) for id in places.by_id])


def _dimension(fact: Fact, labels: dict[str, Both], of_code: list[str]) -> Dimension:
    groups = labels | _LABELS
    number = {id: at for at, id in enumerate(groups)}
    return Dimension(fact.id, fact, groups, np.array([number[id] for id in (NONE, NOT_KNOWN, *of_code)], np.int32))
