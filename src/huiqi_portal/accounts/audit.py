"""The audit trail: who read what of whom. It only grows (append_only.py)."""

from __future__ import annotations

from collections.abc import Iterable

from django.http import HttpRequest

from huiqi_portal.accounts.models import Reading, User


def note_reading(user: User, subject: str, what: str, *, page: str = "", token: str = "") -> None:
    """Put down that somebody read a firm's data; call it before the data are shown."""
    Reading.objects.create(user=user, subject=subject[:64], what=what[:200], page=page[:300], token=token[:64])


def note_readings(user: User, subjects: Iterable[str], what: str, *, page: str = "", token: str = "") -> None:
    """The same for many firms at once, as of a list."""
    Reading.objects.bulk_create(
        (Reading(user=user, subject=subject[:64], what=what[:200], page=page[:300], token=token[:64]) for subject in subjects), batch_size=1_000
    )


def note_page(request: HttpRequest, subject: str) -> None:
    """Put down that the page of a request showed a firm's data to who is signed in."""
    match = request.resolver_match
    note_reading(request.user, subject, match.view_name if match else request.path, page=request.path)
