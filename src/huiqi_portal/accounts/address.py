"""From which address a request comes."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest


def client_address(request: HttpRequest) -> str:
    """The address of who asks: what the last of our own proxies saw. What stands before it in the header can be made up by anybody."""
    if settings.HUIQI_PROXIES:
        seen = [part.strip() for part in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",") if part.strip()]
        if len(seen) >= settings.HUIQI_PROXIES:
            return seen[-settings.HUIQI_PROXIES]
    return str(request.META.get("REMOTE_ADDR", ""))
