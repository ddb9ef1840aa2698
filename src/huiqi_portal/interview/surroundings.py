"""What a firm of a place is asked about: the measures that apply there, its own and those that it inherits or is linked to."""

from __future__ import annotations

from collections import OrderedDict
from threading import Lock
from weakref import WeakKeyDictionary

import huiqi
from huiqi.rules.compile import Measure
from huiqi.rules.cumulation import reach
from huiqi_portal.texts.shelf import Law

KEPT_EXPLAINERS = 16  # a law's; places with the same measures share one

_kept: WeakKeyDictionary[Law, OrderedDict[tuple[str, ...], huiqi.Explainer]] = WeakKeyDictionary()
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
    measures = measures_at(law, place)
    key = tuple(measure.id for measure in measures)
    with _making:
        kept = _kept.setdefault(law, OrderedDict())
        if key not in kept:
            kept[key] = huiqi.Explainer(law.rules, law.law_on, measures=measures)
            while len(kept) > KEPT_EXPLAINERS:
                kept.popitem(last=False)
        kept.move_to_end(key)
        return kept[key]
