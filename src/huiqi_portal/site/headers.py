"""Middleware: what browsers are told with every answer, and requests that are too large to be read."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from huiqi_portal.site.errors import too_large

HEADERS = {
    "Permissions-Policy": ", ".join(f"{what}=()" for what in ("accelerometer", "camera", "geolocation", "gyroscope", "microphone", "payment", "usb")),
    "Cross-Origin-Resource-Policy": "same-origin",
}


def headers(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """What Django and django-csp leave unsaid: no page needs a camera, and no other site may show our files."""

    def answer(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)
        return response

    return answer


def size(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Refuse what says of itself that it is larger than any upload with its form may be; what says nothing of its size has none for Django."""

    def answer(request: HttpRequest) -> HttpResponse:
        said = request.META.get("CONTENT_LENGTH") or "0"
        if said.isdecimal() and int(said) > settings.HUIQI_UPLOAD_BYTES + settings.DATA_UPLOAD_MAX_MEMORY_SIZE:
            return too_large(request)
        return get_response(request)

    return answer
