"""Who guesses passwords is locked out for a while: by name and address, by name alone, by address alone."""

from __future__ import annotations

from typing import Any

from axes.handlers.database import AxesDatabaseHandler
from axes.helpers import get_client_username
from axes.models import AccessAttempt
from axes.utils import reset
from django.conf import settings
from django.db.models import Sum
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

WIDE_LIMIT = 50  # failures of one name from all addresses, or of one address with all names: a guess spread wide


class Lockout(AxesDatabaseHandler):
    """axes's records, with two wider limits beside the one of a name from an address."""

    def is_locked(self, request: HttpRequest, credentials: dict[str, Any] | None = None) -> bool:
        """Whether the next attempt is refused, whatever the password."""
        if super().is_locked(request, credentials):
            return True
        name, address = get_client_username(request, credentials), request.axes_ip_address
        return any(_failures(**who) >= WIDE_LIMIT for who in ({"username": name}, {"ip_address": address}) if all(who.values()))


def locked_out(request: HttpRequest, answer: HttpResponse, credentials: dict[str, Any] | None = None) -> HttpResponse:
    """The answer to who is locked out: the same whether there is such a user or not."""
    context = {"minutes": settings.HUIQI_LOCKOUT_MINUTES}
    refusal = render(request, "accounts/locked_out.html", context, status=429)
    refusal["Retry-After"] = settings.HUIQI_LOCKOUT_MINUTES * 60
    return refusal


def is_locked(username: str) -> bool:
    """Whether somebody is locked out at some address, for the administrator's page."""
    worst = _recent(username=username).order_by("-failures_since_start").values_list("failures_since_start", flat=True).first() or 0
    return worst >= settings.AXES_FAILURE_LIMIT or _failures(username=username) >= WIDE_LIMIT


def unlock(username: str) -> None:
    """Forget the failures of a name."""
    reset(username=username)


def _recent(**who: str) -> Any:
    return AccessAttempt.objects.filter(**who, attempt_time__gte=timezone.now() - settings.AXES_COOLOFF_TIME)


def _failures(**who: str) -> int:
    return _recent(**who).aggregate(Sum("failures_since_start"))["failures_since_start__sum"] or 0
