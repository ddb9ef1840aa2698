"""The two pages of a report for who has five minutes: the same figures and charts as its page, as PDF in one language."""

from __future__ import annotations

import json
import re
from importlib.resources import files
from typing import Any

from huiqi.publication.report.report import Drawing, Paragraph, Part, Report, Rule, Table, Words
from huiqi.vocabulary.problem import FaultyInput, Problem
from huiqi.vocabulary.speech import Both, both
from huiqi.vocabulary.version import VERSION

ROWS = 10  #: of a table; the page has them all
_CHINESE = (
    "Noto Sans CJK SC", "Source Han Sans SC", "Noto Sans SC", "Microsoft YaHei", "PingFang SC", "WenQuanYi Micro Hei", "WenQuanYi Zen Hei", "SimHei",
    "Noto Serif CJK SC", "Source Han Serif SC", "SimSun",
)  # fmt: skip
_LATIN = ("Helvetica Neue", "Arial", "Liberation Sans", "DejaVu Sans", "Libertinus Serif")
_CHARACTERS = re.compile("[\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef\U00020000-\U0003ffff]+")
_LEFT_OUT = (
    "No font with Chinese characters is installed here: this summary is in English, and […] stands for Chinese words. "
    "With a font such as Noto Sans CJK they are printed; report.html has both languages in full."
)


def summary(report: Report, lang: str) -> bytes:
    """Exactly two pages, in English where Chinese cannot be printed. Raises FaultyInput where the library that sets them is not installed."""
    typst = _typst()
    families = set(typst.Fonts().families())
    chinese = [name for name in _CHINESE if name in families]
    data = _data(report, lang if chinese else "en")
    if not chinese:
        data = _without_chinese(data)
        data["warnings"].append(_LEFT_OUT)
    data["fonts"] = [*chinese[:1], *(name for name in _LATIN if name in families)]
    form = files(__package__).joinpath("summary.typ").read_bytes()
    made: bytes = typst.compile(form, format="pdf", sys_inputs={"data": json.dumps(data, ensure_ascii=False)}, timestamp=0)
    return made


def _data(report: Report, lang: str) -> dict[str, Any]:
    """All texts in one language, as the form takes them."""
    return {
        "lang": lang,
        "title": _in(report.title, lang),
        "about": [_in(line, lang) for line in report.about],
        "warnings": [_in(line, lang) for line in report.warnings],
        "headlines": [{"label": _in(one.label, lang), "figure": _in(one.figure, lang), "note": _in(one.note, lang)} for one in report.headlines],
        "pages": [[_part(part, lang) for part in parts if not isinstance(part, Rule)] for parts in report.brief or ((), ())],
        "footer": f"huiqi {VERSION}",
    }


def _part(part: Part, lang: str) -> dict[str, Any]:
    match part:
        case Paragraph():
            return {"kind": "paragraph", "text": _in(part.text, lang), "soft": part.soft}
        case Table():
            left = len(part.rows) - ROWS
            more = both(("{0} more rows in report.html", "其余{0}行见report.html"), str(left)) if left > 0 else ""
            heads = [{"label": _in(head.label, lang), "numeric": head.numeric} for head in part.heads]
            rows = [[", ".join(_in(line.text, lang) for line in cell.lines or (cell,)) for cell in row] for row in part.rows[:ROWS]]
            return {"kind": "table", "caption": _in(part.caption, lang), "heads": heads, "rows": rows, "left": _in(more, lang)}
        case Drawing():
            return {"kind": "drawing", "title": _in(part.title, lang), "reading": _in(part.reading, lang), "svg": part.svg[lang]}
    raise TypeError(f"{type(part).__name__} has no place in a summary")


def _in(words: Words, lang: str) -> str:
    return words(lang) if isinstance(words, Both) else words


def _without_chinese(data: Any) -> Any:
    """Every text with a sign in place of what would be printed as boxes."""
    if isinstance(data, str):
        return _CHARACTERS.sub("[…]", data)
    if isinstance(data, list):
        return [_without_chinese(one) for one in data]
    return {key: _without_chinese(one) for key, one in data.items()} if isinstance(data, dict) else data


def _typst() -> Any:
    """The library that sets pages, which is an extra of huiqi; raises FaultyInput where it is not installed."""
    try:
        import typst
    except ImportError as missing:
        problem = Problem("report.extra", "a summary as PDF needs typst, which is not installed", hint="pip install 'huiqi[report]'")
        raise FaultyInput([problem]) from missing
    return typst
