"""Firms of which only industry, staff or revenue is known: the evaluator says which measures they surely may not have."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from threading import Lock
from weakref import WeakKeyDictionary

from huiqi.facts.known import Known, Raw
from huiqi_portal.texts.shelf import Law

KEPT = 1_024  # answers of a law that are kept
WAN = 10_000

#: What is said of a firm: its industry, its employees, and its revenue of the last year in 万元.
Rough = tuple[str, int | None, int | None]

_answers: WeakKeyDictionary[Law, OrderedDict[Rough, frozenset[str]]] = WeakKeyDictionary()
_asking = Lock()


def surely_not(law: Law, firms: Sequence[Rough]) -> list[frozenset[str]]:
    """For each firm the measures (by full name) that none like it may have, whatever else is true of it; new firms in one pass."""
    with _asking:
        kept = _answers.setdefault(law, OrderedDict())
        found = {firm: kept[firm] for firm in firms if firm in kept}
        missing = [firm for firm in dict.fromkeys(firms) if firm not in found]
        if missing:
            found |= dict(zip(missing, _never(law, missing), strict=True))
            kept.update(found)
        for firm in found:
            kept.move_to_end(firm)
        while len(kept) > KEPT:
            kept.popitem(last=False)
    return [found[firm] for firm in firms]


def _never(law: Law, firms: Sequence[Rough]) -> list[frozenset[str]]:
    """The measures of which no edition is possible, firm by firm."""
    explainer = law.explainer
    names = [measure.name for measure in explainer.measures or ()]
    may = explainer.assessor.due(explainer.block([known_of(law, firm) for firm in firms])).may
    return [frozenset(names).difference(name for name, possible in zip(names, row, strict=False) if possible) for row in may.tolist()]


def known_of(law: Law, firm: Rough) -> Known:
    """What is said of a firm, as facts of the last year."""
    schema, (industry, staff, revenue) = law.rules.schemas["enterprise"], firm
    known = Known(schema, law.rules.places, law.law_on)
    values: dict[tuple[str, int | None], Raw] = {}
    for name, value in (("industry", industry or None), ("employees", staff), ("revenue", None if revenue is None else revenue * WAN)):
        fact = schema.facts.get(name)
        if value is not None and fact is not None:
            values[known.key(fact, 0)] = value if isinstance(value, str) else int(value / fact.step)
    return Known(schema, law.rules.places, law.law_on, values)
