"""What stands many times on a page of an interview: written here, it takes a tenth of what a template takes."""

from __future__ import annotations

from collections.abc import Sequence

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from huiqi_portal.interview.conduct import Line
from huiqi_portal.site.frame import language

register = template.Library()


@register.simple_tag
def briefs(lines: Sequence[Line], here: str) -> SafeString:
    """The measures of a folded list, each with its reasons at an address below `here`."""
    said = language()
    return format_html_join(
        "\n",
        '<li class="interview-brief"><a href="{}why/{}/">{}</a>{}</li>',
        ((here, line.path, line.title(said), format_html(" <strong>{}</strong>", line.amount(said)) if line.amount else "") for line in lines),
    )
