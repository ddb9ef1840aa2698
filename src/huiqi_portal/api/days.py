"""The law and the facts' day that a request asks for; other days than today's are prepared a few at a time."""

from __future__ import annotations

import datetime
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, replace
from threading import Lock

import huiqi
from huiqi.rules.compile import Measure
from huiqi.rules.cumulation import reach
from huiqi_portal.api.faults import Refused, problem
from huiqi_portal.site.clock import today
from huiqi_portal.texts.shelf import Law, law

FIRST_DAY = datetime.date(1990, 1, 1)
AHEAD = datetime.timedelta(days=366)
KEPT = 6  # other days and places that a process keeps


@dataclass(frozen=True, eq=False)
class Asked:
    """The law of a day, the day of the facts, a place or none, and what explains the measures that apply there."""

    law: Law
    as_of: datetime.date
    law_on: datetime.date
    place: str | None
    explainer: huiqi.Explainer


Key = tuple[int, datetime.date, datetime.date, str | None]
_kept: OrderedDict[Key, Asked] = OrderedDict()
_preparing = Lock()


def asked_for(
    as_of: datetime.date | None, law_on: datetime.date | None, place: str | None, note_preparing: Callable[[], None] = lambda: None
) -> Asked:
    """What a request asks for; `note_preparing` is called before something is prepared that is not kept, and may refuse it."""
    on = law()
    facts_day = as_of or law_on or today()
    law_day = law_on or facts_day
    _check(facts_day, law_day, place, on)
    if facts_day == law_day == on.law_on and place is None:
        return Asked(on, facts_day, law_day, None, on.explainer)
    key = (on.version, facts_day, law_day, place)
    with _preparing:
        if key not in _kept:
            if law_day != on.law_on or facts_day != on.law_on:
                note_preparing()
            _kept[key] = _prepared(on, facts_day, law_day, place)
            while len(_kept) > KEPT:
                _kept.popitem(last=False)
        _kept.move_to_end(key)
        return _kept[key]


def _check(as_of: datetime.date, law_on: datetime.date, place: str | None, on: Law) -> None:
    """Refuse days that no text and no fact is about, and places that there are not."""
    last = today() + AHEAD
    problems = [
        problem("part.range", f"body.{name}", f"{FIRST_DAY} – {last}")
        for name, day in (("as_of", as_of), ("law_on", law_on))
        if not FIRST_DAY <= day <= last
    ]
    if place is not None and on.rules.places.find(place) is None:
        problems.append(problem("part.choice", "body.place", place[:100]))
    if problems:
        raise Refused("request.wrong", problems=problems)


def _prepared(on: Law, as_of: datetime.date, law_on: datetime.date, place: str | None) -> Asked:
    rules = on.rules if law_on == on.law_on else on.library.rules(law_on)
    found = None if place is None else on.rules.places.find(place)
    measures = None if found is None else [measure for measure in rules.measures if applies(measure, rules.places.below(found))]
    explainer = huiqi.Explainer(rules, as_of, measures=measures)
    return Asked(replace(on, rules=rules, law_on=law_on, explainer=explainer), as_of, law_on, found, explainer)


def applies(measure: Measure, inside: frozenset[str]) -> bool:
    """Whether a measure is about enterprises and applies in one of some places."""
    where = reach(measure)
    return measure.subject == "enterprise" and (where is None or not where.isdisjoint(inside))
