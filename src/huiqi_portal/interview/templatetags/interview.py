"""What stands many times on a page of an interview: written here, it takes a tenth of what a template takes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from huiqi.vocabulary.speech import Both, both
from huiqi_portal.interview.conduct import Line
from huiqi_portal.site.frame import language

register = template.Library()

_AFTER_STACKING = Both("after stacking; {0} before it", "（叠加规则后；之前为{0}）")
_CHARGE = Both(": the firm pays it", "（由企业缴纳）")
_CHANGED = Both("Changed:", "有变化：")
_AMOUNT_HANGS = Both("The amount still hangs on", "金额取决于")
_OPEN = Both("Still open:", "待确认：")
_FURTHER = Both(" and {0} more", "等{1}项")
_COMMA = Both(", ", "、")
_SOFT = '<span class="text-secondary">{}</span>'


@register.simple_tag
def lines(lines: Sequence[Line], here: str) -> SafeString:
    """Measures as they stand: status, amount, what changed, what is still open; the interview is at the address `here`."""
    said = language()
    return format_html_join(
        "\n",
        '<li class="interview-line{}"><div class="interview-line-head"><span class="status-{}">{}</span> <a href="{}why/{}/">{}</a></div>{}</li>',
        (
            (
                " interview-changed" if line.change is not None else "",
                *(line.status, line.status_words(said), here, line.path, line.title(said)),
                format_html_join("", "<div{}>{}</div>", _below(line, here, said)),
            )
            for line in lines
        ),
    )


def _below(line: Line, here: str, said: str) -> Iterator[tuple[SafeString | str, SafeString]]:
    """What stands below a measure's title, each with the class of its line."""
    kind = format_html(_SOFT, line.kind(said) + (_CHARGE(said) if line.is_charge else ""))
    if line.amount is not None:
        before = format_html(" " + _SOFT, both(_AFTER_STACKING, line.due)(said)) if line.due is not None else ""
        kind = format_html("<strong>{}</strong>{} · {}", line.amount(said), before, kind)
    yield "", kind
    if line.change is not None:
        yield SafeString(' class="interview-change"'), format_html("<strong>{}</strong> {}", _CHANGED(said), line.change(said))
    if line.waits:
        first = (_AMOUNT_HANGS if line.status == "yes" else _OPEN)(said)
        asked = format_html_join(_COMMA(said), '<a href="{}?ask={}">{}</a>', ((here, one.address, one.label(said)) for one in line.waits))
        further = both(_FURTHER, str(line.further), str(line.open_count))(said) if line.further else ""
        yield SafeString(' class="text-secondary"'), format_html("{} {}{}", first, asked, further)


@register.simple_tag
def briefs(lines: Sequence[Line], here: str) -> SafeString:
    """The measures of a folded list, each with its reasons at an address below `here`."""
    said = language()
    at = escape(here)

    def brief(line: Line) -> str:
        amount = f" <strong>{escape(line.amount(said))}</strong>" if line.amount is not None else ""
        return f'<li class="interview-brief"><a href="{at}why/{escape(line.path)}/">{escape(line.title(said))}</a>{amount}</li>'

    return mark_safe("\n".join(map(brief, lines)))  # of some hundred lines: each part is escaped, and nothing is put together twice
