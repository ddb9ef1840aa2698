"""The audit trail: who read what of whom."""

from __future__ import annotations

from collections.abc import Iterable

from huiqi_portal.accounts.models import Reading, User


def note_reading(user: User, subject: str, what: str) -> None:
    """Put down that somebody read a firm's data; call it before the data are shown."""
    Reading.objects.create(user=user, subject=subject, what=what)


def note_readings(user: User, subjects: Iterable[str], what: str) -> None:
    """The same for many firms at once, as of a list."""
    Reading.objects.bulk_create(Reading(user=user, subject=subject, what=what) for subject in subjects)
