"""What the templates of the catalogue say of a text."""

from __future__ import annotations

from collections.abc import Iterable

from django import template
from django.utils.html import format_html_join
from django.utils.safestring import SafeString, mark_safe

from huiqi.publication.names import SOURCE_WORDS
from huiqi.publication.wording import payments, time_limit
from huiqi.rules.records import Source
from huiqi.vocabulary.source import Text
from huiqi.vocabulary.speech import Both
from huiqi_portal.catalogue.found import Option
from huiqi_portal.site.frame import language

register = template.Library()
INDENT, SELECTED, CURRENT = "\u2003", mark_safe(" selected"), mark_safe(' aria-current="true"')


@register.filter
def sure(source: Source) -> Both:
    """How sure we are of a text."""
    return SOURCE_WORDS[source.kind]


@register.filter
def limit(text: Text) -> Both:
    """A time limit in words."""
    return time_limit(text)


register.filter("payments", payments)


# What follows stands many times on a page: written here, it takes a tenth of what a template takes.


@register.simple_tag
def lines_to_choose(options: Iterable[Option]) -> SafeString:
    """The lines of a select, each with what it would leave."""
    lang = language()
    return format_html_join(
        "\n",
        '<option value="{}"{}>{}{} ({})</option>',
        ((one.value, SELECTED if one.chosen else "", INDENT * one.depth, one.said(lang), one.count) for one in options),
    )


@register.simple_tag
def links_to_choose(options: Iterable[Option], path: str) -> SafeString:
    """The values of a filter as links, each with what it would leave."""
    lang = language()
    return format_html_join(
        "\n",
        '<li><a href="{}" hx-get="{}{}"{}><span>{}</span> <span class="count">{}</span></a></li>',
        ((one.address, path, one.address, CURRENT if one.chosen else "", one.said(lang), one.count) for one in options),
    )
