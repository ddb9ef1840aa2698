"""Problems of the library for a Chinese reader."""

from __future__ import annotations

import re
from typing import Any

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from huiqi.vocabulary.problem_words import Meaning, in_chinese
from huiqi_portal.site.frame import language

register = template.Library()
_CODE = re.compile(r"`([^`]+)`")


@register.filter
def meaning(problem: dict[str, Any]) -> Meaning | None:
    """What a problem's code means in Chinese, on a Chinese page, for a problem whose own message is English only."""
    return in_chinese().get(problem["code"]) if language() == "zh" and isinstance(problem["message"], str) else None


@register.filter
def with_code(words: str) -> SafeString:
    """Words in which what stands in backticks is shown as code."""
    parts = _CODE.split(words)
    return format_html_join("", "{}", ((format_html("<code>{}</code>", part) if at % 2 else part,) for at, part in enumerate(parts)))
