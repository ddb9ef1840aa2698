"""What the frame of every page shows."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import translate_url
from django.utils.translation import get_language

from huiqi_portal.site.clock import today


def frame(request: HttpRequest) -> dict[str, Any]:
    """The language, the same page in the others, and the day."""
    address = request.get_full_path()
    return {
        "lang": language(),
        "other_languages": [(code, name, translate_url(address, code)) for code, name in settings.LANGUAGES if code != get_language()],
        "today": today(),
        "demo": settings.HUIQI_DEMO,
    }


def language() -> str:
    """The active language as the library names it: en or zh."""
    return "en" if (get_language() or settings.LANGUAGE_CODE).startswith("en") else "zh"
