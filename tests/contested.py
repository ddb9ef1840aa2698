"""Contested facts for tests of the portal."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from huiqi_portal.accounts.roles import Role
from huiqi_portal.firms.models import Contest, ContestState
from huiqi_portal.firms.standing import Standing


def accepted(user_of: Any, subject: str, fact: str, year: int | None, registry_says: Any, firm_says: Any) -> Contest:
    """A contest that an officer has accepted."""
    return Contest.objects.create(
        subject=subject,
        fact=fact,
        year=year,
        registry_says=registry_says,
        firm_says=firm_says,
        reason="made up",
        by=user_of(Role.ENTERPRISE),
        state=ContestState.ACCEPTED,
        words="seen",
        decided_by=user_of(Role.OFFICER),
        decided_at=timezone.now(),
    )


def assessed(standing: Standing) -> dict[str, str]:
    """The status of each measure, by its key."""
    return {one.measure.key: one.status for one in standing.assessed}
