"""What the audit trail has, in words."""

from __future__ import annotations

from django import template

from huiqi_portal.accounts.changes import in_words
from huiqi_portal.accounts.models import Change
from huiqi_portal.accounts.pages_in_words import in_words as page_in_words
from huiqi_portal.site.frame import language

register = template.Library()


@register.filter
def change_in_words(change: Change) -> str:
    """What was changed, in the language of the page."""
    return in_words(change)(language())


@register.filter
def read_in_words(what: str) -> str:
    """What was read, in the language of the page."""
    return page_in_words(what)(language())
