"""Words in both languages, and figures as people say them."""

from __future__ import annotations

from typing import Any

from django import template
from django.utils.html import conditional_escape, format_html

from huiqi.vocabulary.record import Words
from huiqi.vocabulary.speech import Both, money_range
from huiqi_portal.site.frame import language

register = template.Library()


@register.simple_tag
def say(en: str, zh: str, *parts: Any) -> str:
    """Words in the language of the page; {0}, {1}, ... are filled in: {% say "{0} measures" "{0}项措施" count %}."""
    words = en if language() == "en" else zh
    return format_html(words, *(said(part) for part in parts)) if parts else conditional_escape(words)


@register.filter
def said(words: Any) -> Any:
    """A pair of texts, or words of a pack, in the language of the page; anything else as it is."""
    if isinstance(words, Both | Words):
        return words(language())
    return words


@register.filter
def money(ends: tuple[int, int | None] | None, currency: str = "CNY") -> str:
    """A range of money in fen as people say it."""
    if ends is None:
        return ""
    return money_range(*ends, currency)(language())


@register.filter
def counted(number: int | None) -> str:
    """A count with commas between thousands."""
    return "" if number is None else f"{number:,}"
