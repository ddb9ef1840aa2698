"""What a firm has stated of itself: the answers of those who speak for it."""

from __future__ import annotations

import datetime
from dataclasses import dataclass

from huiqi.facts.known import Raw
from huiqi_portal.interview.keeping import Key
from huiqi_portal.interview.models import Answer, Said
from huiqi_portal.registries.fact_input import of_json


@dataclass(frozen=True)
class Statement:
    """A value that somebody who speaks for a firm stated, and when. It is not verified."""

    value: Raw
    on: datetime.date
    by: str


def stated_of(subject: str) -> dict[Key, Statement]:
    """The latest statement of each fact; what others answered who only have the link of an interview is not the firm's."""
    rows = Answer.objects.filter(
        interview__subject=subject,
        by__memberships__subject=subject,
        by__memberships__confirmed_at__isnull=False,
        said=Said.VALUE,
    )
    return {
        (row.fact, row.year or None): Statement(of_json(row.value), row.on, row.by.get_username())
        for row in rows.select_related("by").order_by("on", "id")
    }
