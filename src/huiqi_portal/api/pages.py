"""The page that describes the API, from its own description; without a script and without anything from elsewhere."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from huiqi_portal.accounts.access import for_everyone
from huiqi_portal.accounts.api_token import Scope
from huiqi_portal.api.faults import CODES
from huiqi_portal.api.rest import ABOUT
from huiqi_portal.api.shown import groups


@require_safe
@for_everyone
def docs(request: HttpRequest) -> HttpResponse:
    """How programs ask the portal."""
    context = {
        "about": ABOUT,
        "groups": groups(request.build_absolute_uri("/api/v1")),
        "scopes": [(scope.value, scope.label) for scope in Scope],
        "codes": [(code, one.status, one.message, one.remedy) for code, one in sorted(CODES.items(), key=lambda item: (item[1].status, item[0]))],
        "address_rate": settings.HUIQI_API_ADDRESS_RATE,
        "token_rate": settings.HUIQI_API_TOKEN_RATE,
    }
    return render(request, "api/docs.html", context)
