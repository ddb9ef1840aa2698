"""The law and the facts' day that a request asks for; other days than today's are prepared a few at a time."""

from __future__ import annotations

import datetime
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from threading import Lock

import huiqi
from huiqi_portal.api.faults import Problem, Refused, problem
from huiqi_portal.interview.surroundings import explainer_at, measures_at
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
    unknown = place is not None and on.rules.places.find(place) is None
    check_days(facts_day, law_day, [problem("part.choice", "body.place", (place or "")[:100])] if unknown else ())
    found = None if place is None else on.rules.places.find(place)
    if facts_day == law_day == on.law_on:
        return Asked(on, facts_day, law_day, found, on.explainer if found is None else explainer_at(on, found))
    key = (on.version, facts_day, law_day, found)
    with _preparing:
        if key not in _kept:
            note_preparing()
            _kept[key] = _prepared(on, facts_day, law_day, found)
            while len(_kept) > KEPT:
                _kept.popitem(last=False)
        _kept.move_to_end(key)
        return _kept[key]


def check_days(as_of: datetime.date, law_on: datetime.date, problems: Sequence[Problem] = ()) -> None:
    """Refuse days that no text and no fact is about, with what else is wrong."""
    last = today() + AHEAD
    days = [
        problem("part.range", f"body.{name}", f"{FIRST_DAY} – {last}")
        for name, day in (("as_of", as_of), ("law_on", law_on))
        if not FIRST_DAY <= day <= last
    ]
    if days or problems:
        raise Refused("request.wrong", problems=[*days, *problems])


def _prepared(on: Law, as_of: datetime.date, law_on: datetime.date, place: str | None) -> Asked:
    """The law of another day, or of today's on the facts of another."""
    of_day = on if law_on == on.law_on else replace(on, rules=on.library.rules(law_on), law_on=law_on)
    explainer = huiqi.Explainer(of_day.rules, as_of, measures=None if place is None else measures_at(of_day, place))
    return Asked(replace(of_day, explainer=explainer), as_of, law_on, place, explainer)
