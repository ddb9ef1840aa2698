"""The policy of a pack as one page to read, print and send: every rule in words beside the rule as written."""

from __future__ import annotations

import datetime
from functools import cache
from importlib.resources import files

from jinja2 import Environment, StrictUndefined
from jinja2 import Template as Form

from huiqi.publication.names import KIND_WORDS, MODE_WORDS, ROLE_WORDS, SOURCE_WORDS, STATE_WORDS
from huiqi.publication.shown import STANDINGS, DocumentShown, Shower, indicator_shown
from huiqi.publication.wording import payments, time_limit
from huiqi.rules.library import Library
from huiqi.rules.pack import PackText
from huiqi.rules.records import CoreRecord, PolicyRecord
from huiqi.rules.register import policy_name
from huiqi.vocabulary.speech import Both


def latest_day(pack: PackText) -> datetime.date:
    """The last day on which a text of a pack or a figure in it begins: the law that a page shows where no other day is asked for."""
    return max((day for document in pack.documents for day in document.turns), default=datetime.date(2000, 1, 1))


def render_page(library: Library, pack: PackText, law_on: datetime.date, lang: str) -> str:
    """The page of a pack as HTML that needs nothing else; raises FaultyInput where a text is faulty."""
    maker = Shower(library, pack, law_on)
    shown = sorted((maker.document(document) for document in pack.documents), key=_order)
    by_key = {str(name): fund.title for d in pack.documents if isinstance(d.record, CoreRecord) for name, fund in d.record.funds.items()}
    html = _form(lang).render(
        pack=pack, law_on=law_on, lang=lang, places=library.common.places.by_id,
        cores=[(one, maker.core(one.document)) for one in shown if isinstance(one.document.record, CoreRecord)],
        groups=[(words, found) for standing, words in STANDINGS.items() if (found := [
            one for one in shown if one.standing == standing and isinstance(one.document.record, PolicyRecord)
        ])],
        indicators=[indicator_shown(one, library.common.places) for one in pack.indicators],
        anchors={policy_name(one.document): one.anchor for one in shown}, funds=by_key,
    )  # fmt: skip
    return html.strip() + "\n"


def _order(shown: DocumentShown) -> tuple[int, datetime.date, str]:
    return list(STANDINGS).index(shown.standing), shown.document.record.first_day, shown.anchor


@cache
def _form(lang: str) -> Form:
    """The template, with words and figures in one language."""
    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    environment.filters["t"] = lambda said: "" if said is None else said(lang)
    environment.filters["limit"] = lambda text: time_limit(text)(lang)
    environment.filters["payments"] = payments
    environment.filters["other"] = lambda said: said("en" if lang == "zh" else "zh")
    environment.globals |= {
        "say": lambda en, zh: Both(en, zh)(lang), "kinds": KIND_WORDS, "modes": MODE_WORDS, "roles": ROLE_WORDS,
        "sources": SOURCE_WORDS, "states": STATE_WORDS,
    }  # fmt: skip
    return environment.from_string(files(__package__).joinpath("page.html").read_text(encoding="utf-8"))
