"""What holds for every request to the API: how often it may be asked, and that every refusal has one form, whoever refused."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from huiqi_portal.accounts.address import client_address
from huiqi_portal.api import rates
from huiqi_portal.api.auth import token_of
from huiqi_portal.api.faults import Refused, of_status
from huiqi_portal.api.rest import refusal

PREFIX = "/api/"


def around(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Middleware, before all that refuses requests with a page."""

    def answer(request: HttpRequest) -> HttpResponse:
        if not request.path_info.startswith(PREFIX):
            return get_response(request)
        found = _counted(request)
        response = refusal(Refused("rate.exceeded", headers=found.headers)) if found.exceeded else _in_form(get_response(request), request)
        for name, value in {**found.headers, "Cache-Control": "no-store"}.items():
            response.headers.setdefault(name, value)
        response["Vary"] = "Accept-Encoding"  # both languages stand in every answer, and no cookie is looked at
        del response["Content-Language"]
        return response

    return answer


def _counted(request: HttpRequest) -> rates.Count:
    """Count a request for its token, else for the address it comes from; a token that does not hold counts as none."""
    try:
        token = token_of(request)
    except Refused:
        token = None
    if token is not None:
        return rates.count(f"token:{token.pk}", settings.HUIQI_API_TOKEN_RATE)
    return rates.count(f"address:{client_address(request)}", settings.HUIQI_API_ADDRESS_RATE)


def _in_form(response: HttpResponse, request: HttpRequest) -> HttpResponse:
    """A refusal by something other than an operation, told in the form of the API."""
    if response.status_code < 400 or response.headers.get("Content-Type", "").startswith("application/json"):
        return response
    told = refusal(of_status(response.status_code, request.method or "", ""), response.status_code)
    for name in ("Allow", "Retry-After"):
        if name in response.headers:
            told[name] = response[name]
    return told
