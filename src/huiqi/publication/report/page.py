"""A report as one page: both languages in one file, tables that sort, nothing asked of any other place."""

from __future__ import annotations

import base64
import hashlib
from functools import cache
from importlib.resources import files

from jinja2 import Environment, StrictUndefined, Template
from markupsafe import Markup, escape

from huiqi.publication.report.report import Drawing, Paragraph, Report, Rule, Table, Words
from huiqi.vocabulary.speech import Both
from huiqi.vocabulary.version import VERSION


def page(report: Report, lang: str = "en") -> str:
    """The whole page as HTML, first shown in `lang`."""
    return _form().render(report=report, first=lang, version=VERSION, script=Markup(_script()), policy=policy())


def policy() -> str:
    """What a report's page may do: its own style and its own script, and nothing from anywhere."""
    digest = base64.b64encode(hashlib.sha256(_script().encode()).digest()).decode()
    return f"default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"


@cache
def _script() -> str:
    return files(__package__).joinpath("sort.js").read_text(encoding="utf-8")


def _both(words: Words) -> Markup:
    """A text in both languages, of which the page shows one."""
    if isinstance(words, str):
        return escape(words)
    en, zh = (escape(text) for text in words)
    return en if en == zh else Markup('<span lang="en">{}</span><span lang="zh">{}</span>').format(en, zh)


def _kind(part: object) -> str:
    return {Paragraph: "paragraph", Table: "table", Drawing: "drawing", Rule: "rule"}[type(part)]


def _plain(words: Words) -> str:
    """For an attribute, which holds one text."""
    return words if isinstance(words, str) else " / ".join(dict.fromkeys(words))


@cache
def _form() -> Template:
    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    environment.filters |= {"both": _both, "kind": _kind, "plain": _plain, "svg": Markup}
    environment.globals["say"] = lambda en, zh: _both(Both(en, zh))
    return environment.from_string(files(__package__).joinpath("page.html").read_text(encoding="utf-8"))
