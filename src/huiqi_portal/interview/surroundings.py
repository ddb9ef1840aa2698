"""What a firm of a place is asked about: the measures that apply there, its own and those that it inherits or is linked to."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, field
from threading import Lock
from weakref import WeakKeyDictionary

import huiqi
from huiqi.rules.compile import Measure
from huiqi.rules.cumulation import reach
from huiqi_portal.texts.shelf import Law

KEPT_EXPLAINERS = 16  # of a law; places with the same measures share one


@dataclass
class _Kept:
    """The explainers of a law, the one last used at the end, and which of them is that of a place."""

    explainers: OrderedDict[tuple[str, ...], huiqi.Explainer] = field(default_factory=OrderedDict)
    of_place: dict[str, tuple[str, ...]] = field(default_factory=dict)


_kept: WeakKeyDictionary[Law, _Kept] = WeakKeyDictionary()
_making = Lock()


def measures_at(law: Law, place: str) -> list[Measure]:
    """The measures about enterprises that apply in a place or in a part of it."""
    inside = law.rules.places.below(place)
    return [
        measure
        for measure in law.rules.measures
        if measure.subject == "enterprise" and ((where := reach(measure)) is None or not where.isdisjoint(inside))
    ]


def explainer_at(law: Law, place: str) -> huiqi.Explainer:
    """What explains the measures of a place; made once."""
    with _making:
        kept = _kept.setdefault(law, _Kept())
        key = kept.of_place.get(place)
        if key is None or key not in kept.explainers:
            measures = measures_at(law, place)
            key = kept.of_place[place] = tuple(measure.id for measure in measures)
            if key not in kept.explainers:
                kept.explainers[key] = huiqi.Explainer(law.rules, law.law_on, measures=measures)
                while len(kept.explainers) > KEPT_EXPLAINERS:
                    kept.explainers.popitem(last=False)
        kept.explainers.move_to_end(key)
        return kept.explainers[key]
