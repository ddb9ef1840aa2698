"""What stands many times on a page of an interview: written here, it takes a fraction of what a template takes.

Every text is escaped where it is put in.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache
from html import escape as escaped

from django import template
from django.utils.safestring import SafeString, mark_safe

from huiqi.vocabulary.speech import Both, both
from huiqi_portal.interview.conduct import Line
from huiqi_portal.site.frame import language

register = template.Library()

escape = lru_cache(maxsize=20_000)(escaped)  # titles and amounts come again and again

_AFTER_STACKING = Both("after stacking; {0} before it", "（叠加规则后；之前为{0}）")
_CHARGE = Both(": the firm pays it", "（由企业缴纳）")
_CHANGED = Both("Changed:", "有变化：")
_AMOUNT_HANGS = Both("The amount still hangs on", "金额取决于")
_OPEN = Both("Still open:", "待确认：")
_FURTHER = Both(" and {0} more", "等{1}项")
_COMMA = Both(", ", "、")


@register.simple_tag
def lines(lines: Sequence[Line], here: str) -> SafeString:
    """Measures as they stand: status, amount, what changed, what is still open; the interview is at the address `here`."""
    said, at = language(), escape(here)
    return mark_safe("\n".join(_line(line, at, said) for line in lines))


def _line(line: Line, at: str, said: str) -> str:
    """One measure; `at` is escaped already."""
    changed = " interview-changed" if line.change is not None else ""
    head = f'<span class="status-{line.status}">{escape(line.status_words(said))}</span> {_link(line, at, said)}'
    below = "".join(f"<div{of_class}>{html}</div>" for of_class, html in _below(line, at, said))
    return f'<li class="interview-line{changed}"><div class="interview-line-head">{head}</div>{below}</li>'


def _link(line: Line, at: str, said: str) -> str:
    return f'<a href="{at}why/{escape(line.path)}/">{escape(line.title(said))}</a>'


def _below(line: Line, at: str, said: str) -> Iterator[tuple[str, str]]:
    """What stands below a measure's title, each with the class of its line."""
    kind = f'<span class="text-secondary">{escape(line.kind(said))}{_CHARGE(said) if line.is_charge else ""}</span>'
    if line.amount is not None:
        before = f' <span class="text-secondary">{escape(both(_AFTER_STACKING, line.due)(said))}</span>' if line.due is not None else ""
        kind = f"<strong>{escape(line.amount(said))}</strong>{before} · {kind}"
    yield "", kind
    if line.change is not None:
        yield ' class="interview-change"', f"<strong>{_CHANGED(said)}</strong> {escape(line.change(said))}"
    if waits := line.waits:
        first = (_AMOUNT_HANGS if line.status == "yes" else _OPEN)(said)
        asked = _COMMA(said).join(f'<a href="{at}?ask={escape(one.address)}">{escape(one.label(said))}</a>' for one in waits)
        further = both(_FURTHER, str(line.further), str(line.open_count))(said) if line.further else ""
        yield ' class="text-secondary"', f"{first} {asked}{further}"


@register.simple_tag
def briefs(lines: Sequence[Line], here: str) -> SafeString:
    """The measures of a folded list, each with its reasons at an address below `here`."""
    said, at = language(), escape(here)

    def brief(line: Line) -> str:
        amount = f" <strong>{escape(line.amount(said))}</strong>" if line.amount is not None else ""
        return f'<li class="interview-brief">{_link(line, at, said)}{amount}</li>'

    return mark_safe("\n".join(map(brief, lines)))
