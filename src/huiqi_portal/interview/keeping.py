"""Interviews begun, found again by their link, taken up by what was answered, and forgotten."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass

from django.db import transaction

from huiqi.facts.known import Raw
from huiqi_portal.accounts.models import User
from huiqi_portal.interview.models import Answer, Interview, Said
from huiqi_portal.registries.fact_input import as_json, of_json
from huiqi_portal.site.clock import today

KEPT_DAYS = 180  # after the last answer

Key = tuple[str, int | None]  # a fact and its calendar year, as in huiqi.Known


@dataclass(frozen=True)
class Stated:
    """What the firm said of a fact: the value (None unless `said` is a value), and the one before this answer."""

    said: str
    value: Raw | None
    before: Raw | None
    count: int
    on: datetime.date


@dataclass(frozen=True)
class NewAnswer:
    """An answer to be kept; `seen` is how often the fact had been answered when the question was shown."""

    said: str
    value: Raw | None = None
    seen: int | None = None


def begin(owner: User | None, subject: str = "") -> Interview:
    """A new interview."""
    return Interview.objects.create(owner=owner, subject=subject, begun_on=today(), last_on=today())


def find(link: str) -> Interview | None:
    """The interview of a link, unless it has expired."""
    return Interview.objects.filter(link=link, last_on__gt=_oldest()).first()


def forgotten_on(interview: Interview) -> datetime.date:
    """The day on which it expires, if nothing more is answered."""
    return interview.last_on + datetime.timedelta(KEPT_DAYS)


def forget_old() -> int:
    """Delete all that have expired, and say how many they were."""
    return Interview.objects.filter(last_on__lte=_oldest()).delete()[1].get(Interview._meta.label, 0)


def _oldest() -> datetime.date:
    return today() - datetime.timedelta(KEPT_DAYS)


def stated(interview: Interview) -> dict[Key, Stated]:
    """All that was answered, in the order in which the facts were first answered."""
    return {
        (row.fact, row.year or None): Stated(row.said, _raw(row.value), _raw(row.before), row.count, row.on)
        for row in interview.answers.order_by("id")
    }


@transaction.atomic
def keep(interview: Interview, answers: Mapping[Key, NewAnswer], by: User | None) -> dict[Key, Stated]:
    """Keep answers, all or none: what comes back are those that somebody else answered otherwise in the meantime, and then none is kept."""
    Interview.objects.select_for_update().get(pk=interview.pk)
    held = {(row.fact, row.year or None): row for row in interview.answers.all()}
    meanwhile = {
        key: Stated(row.said, _raw(row.value), _raw(row.before), row.count, row.on)
        for key, new in answers.items()
        if (row := held.get(key)) is not None
        and new.seen is not None
        and row.count != new.seen
        and (row.said, row.value) != (new.said, _json(new.value))
    }
    if meanwhile:
        return meanwhile
    for key, new in answers.items():
        old = held.get(key)
        row = old or Answer(interview=interview, fact=key[0], year=key[1] or 0, count=0)
        row.before, row.said, row.value = row.value, new.said, _json(new.value)
        row.count, row.on, row.by = row.count + 1, today(), by
        row.save()
    if interview.last_on != today():
        interview.last_on = today()
        interview.save(update_fields=["last_on"])
    return {}


def take_back(interview: Interview, key: Key, by: User | None) -> None:
    """An answer no longer counts."""
    keep(interview, {key: NewAnswer(Said.OPEN)}, by)


def _json(raw: Raw | None) -> object:
    return None if raw is None else as_json(raw)


def _raw(held: object) -> Raw | None:
    return None if held is None else of_json(held)
