"""What holds at every page, before its view: a declaration of who may open it, sessions that end, an own password."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib.auth import logout
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect

from huiqi_portal.accounts.access import access_of

log = logging.getLogger(__name__)
MINUTE = 60
WITH_GIVEN_PASSWORD = ("accounts:password", "accounts:sign_out")  # what stands open until the given password is changed


class Gate:
    """Middleware: ends old sessions, refuses views that declare nothing, and sends who has a given password to change it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.user.is_authenticated and _has_ended(request):
            logout(request)
        answer = self.get_response(request)
        if request.user.is_authenticated and not answer.has_header("Cache-Control"):
            answer["Cache-Control"] = "no-store, private"  # nothing of a firm stays in the browser after signing out
        return answer

    def process_view(self, request: HttpRequest, view: Any, given: Any, named: Any) -> HttpResponseBase | None:
        """Between the address and its view."""
        match = request.resolver_match
        if match.namespaces and match.namespaces[0].startswith("api"):
            return None  # operations of the API declare their tokens' scopes
        if access_of(view) is None:
            log.error("a view declares no access: %s", match.view_name)
            raise PermissionDenied
        if request.user.is_authenticated and request.user.password_given and match.view_name not in WITH_GIVEN_PASSWORD:
            return redirect("accounts:password")
        return None


def _has_ended(request: HttpRequest) -> bool:
    """Whether a session has been left alone, or has lasted, for too long; what it does now is put down once a minute."""
    now, session = int(time.time()), request.session
    began, seen = session.get("began", now), session.get("seen", now)
    if now - began > settings.SESSION_COOKIE_AGE or now - seen > settings.HUIQI_IDLE_SECONDS:
        return True
    if "began" not in session or now - seen >= MINUTE:
        session["began"], session["seen"] = began, now
    return False
