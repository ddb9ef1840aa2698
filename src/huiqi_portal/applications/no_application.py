"""What comes without an application (免申即享): because the text says so, or because nothing is left to ask.

A measure is decided without asking where its conditions, its standard and its data are clear: its status is yes on verified facts alone, and its
amount is one figure that those facts settle. Whether an office then pays it without an application is for the office; here it is said that it could.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import huiqi
from huiqi.entitlements.assess import Assessed
from huiqi.vocabulary.speech import Both
from huiqi_portal.applications.drafts import can_be_applied_for
from huiqi_portal.applications.snapshot import facts_read
from huiqi_portal.firms.facts import label_of
from huiqi_portal.firms.overview import Line, is_support, line
from huiqi_portal.firms.standing import Standing


@dataclass(frozen=True)
class Unasked:
    """A measure without an application, or nearly so: `missing` are the facts that would have to be verified."""

    line: Line
    missing: tuple[Both, ...] = ()


@dataclass(frozen=True)
class NoApplication:
    """What a firm has without an application by the text, what could be paid to it so, and what only wants verified facts."""

    by_the_text: tuple[Unasked, ...]
    decided: tuple[Unasked, ...]
    nearly: tuple[Unasked, ...]


def no_application(standing: Standing) -> NoApplication:
    """What a firm has, or could have, without an application."""
    verified = {key: raw for key, raw in standing.known.values.items() if standing.sources[key].verified}
    sure = {one.measure.id: one for one in huiqi.assess(standing.explainer, replace(standing.known, values=verified))}
    by_the_text, decided, nearly = [], [], []
    for one in standing.assessed:
        measure = one.measure
        if one.status == "no" or not is_support(measure):
            continue
        if not can_be_applied_for(measure):
            by_the_text.append(Unasked(line(standing, one)))
        elif one.status == "yes" and is_settled(one):
            if sure[measure.id].status == "yes" and sure[measure.id].due == one.due:
                decided.append(Unasked(line(standing, one)))
            else:
                nearly.append(Unasked(line(standing, one), tuple(_unverified(standing, one))))
    order = {"yes": 0, "depends": 1}
    return NoApplication(tuple(sorted(by_the_text, key=lambda unasked: order[unasked.line.status])), tuple(decided), tuple(nearly))


def is_settled(one: Assessed) -> bool:
    """Its standard is clear: there is no amount, or it is one figure."""
    return one.measure.amount is None or (one.due is not None and one.due[0] == one.due[1])


def _unverified(standing: Standing, one: Assessed) -> Iterator[Both]:
    """The known facts on which it rests that nobody has verified."""
    for fact, year in facts_read(standing, one.measure):
        if (fact.id, year) in standing.known.values and not standing.sources[fact.id, year].verified:
            yield label_of(fact, year)
