"""What a firm states itself of facts that nobody knows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from django.db import transaction
from django.utils import timezone

from huiqi.facts.known import Raw
from huiqi.facts.schema import Fact
from huiqi.vocabulary.speech import Both
from huiqi_portal.accounts.models import User
from huiqi_portal.firms.models import Statement
from huiqi_portal.firms.standing import Standing
from huiqi_portal.registries.fact_input import as_json, name_of, read_input


@transaction.atomic
def state_all(standing: Standing, asked: Iterable[tuple[Fact, int | None]], typed: Mapping[str, str], by: User) -> tuple[int, dict[str, Both]]:
    """Note what a form says of some facts: how many were stated, or by field what is wrong, and then nothing is noted."""
    found: list[tuple[Fact, int | None, Raw]] = []
    problems: dict[str, Both] = {}
    for fact, year in asked:
        name = name_of(fact, year)
        raw, wrong = read_input(fact, typed, name, standing.known.places)
        if wrong is not None:
            problems[name] = wrong
        elif raw is not None:
            found.append((fact, year, raw))
    if problems:
        return 0, problems
    for fact, year, raw in found:
        state(standing.subject, fact, year, raw, by)
    return len(found), {}


def state(subject: str, fact: Fact, year: int | None, raw: Raw, by: User) -> None:
    """Note one fact as the firm states it; what it stated before is replaced."""
    given = {"value": as_json(raw), "by": by, "at": timezone.now()}
    Statement.objects.update_or_create(subject=subject, fact=fact.id, year=year, defaults=given)
