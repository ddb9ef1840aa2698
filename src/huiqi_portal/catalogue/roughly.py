"""A firm of which only its industry, staff or revenue is known: the evaluator says which measures it surely may not have."""

from __future__ import annotations

from collections import OrderedDict
from threading import Lock
from weakref import WeakKeyDictionary

import huiqi
from huiqi.facts.known import Known, Raw
from huiqi.facts.schema import Fact
from huiqi_portal.texts.shelf import Law

KEPT = 512  # answers of a law that are kept
WAN = 10_000

_answers: WeakKeyDictionary[Law, OrderedDict[tuple[str, int | None, int | None], frozenset[str]]] = WeakKeyDictionary()
_asking = Lock()


def surely_not(law: Law, industry: str, staff: int | None, revenue: int | None) -> frozenset[str]:
    """The measures (by full name) that no firm like this may have, whatever else is true of it."""
    asked = (industry, staff, revenue)
    with _asking:
        kept = _answers.setdefault(law, OrderedDict())
        if asked in kept:
            kept.move_to_end(asked)
            return kept[asked]
    found: dict[str, bool] = {}
    for one in huiqi.assess(law.explainer, _known(law, industry, staff, revenue)):
        found[one.measure.name] = found.get(one.measure.name, False) or one.status != "no"
    never = frozenset(name for name, possible in found.items() if not possible)
    with _asking:
        kept[asked] = never
        while len(kept) > KEPT:
            kept.popitem(last=False)
    return never


def _known(law: Law, industry: str, staff: int | None, revenue: int | None) -> Known:
    schema = law.rules.schemas["enterprise"]
    known = Known(schema, law.rules.places, law.law_on)
    values: dict[tuple[str, int | None], Raw] = {}
    for name, value in (("industry", industry or None), ("employees", staff), ("revenue", None if revenue is None else revenue * WAN)):
        if value is not None and name in schema.facts:
            fact = schema.facts[name]
            values[known.key(fact, 0)] = value if isinstance(value, str) else _steps(fact, value)
    return Known(schema, law.rules.places, law.law_on, values)


def _steps(fact: Fact, value: int) -> int:
    return int(value / fact.step)
