"""What the templates of the catalogue say of a text."""

from __future__ import annotations

from django import template

from huiqi.publication.names import SOURCE_WORDS
from huiqi.publication.wording import payments, time_limit
from huiqi.rules.records import Source
from huiqi.vocabulary.source import Text
from huiqi.vocabulary.speech import Both

register = template.Library()


@register.filter
def sure(source: Source) -> Both:
    """How sure we are of a text."""
    return SOURCE_WORDS[source.kind]


@register.filter
def limit(text: Text) -> Both:
    """A time limit in words."""
    return time_limit(text)


register.filter("payments", payments)
