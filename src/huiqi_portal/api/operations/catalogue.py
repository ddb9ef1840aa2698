"""The public catalogue: the list as its page searches and filters it, and one measure with all that its page shows."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router

from huiqi.entitlements import as_json
from huiqi.publication.names import MODE_WORDS
from huiqi.publication.shown import Example
from huiqi.publication.wording import Line, Said
from huiqi.vocabulary.record import Words
from huiqi.vocabulary.speech import Both, of_words
from huiqi_portal.api.assessed import range_json
from huiqi_portal.api.described import answers, described
from huiqi_portal.api.faults import Refused, problem
from huiqi_portal.api.kept import kept
from huiqi_portal.api.measure_shapes import Listed, MeasureAndMore
from huiqi_portal.api.searching import Search, unknown_parameters
from huiqi_portal.catalogue.asked import read_asked
from huiqi_portal.catalogue.card import Card
from huiqi_portal.catalogue.collection import collection_of
from huiqi_portal.catalogue.editions import EditionShown
from huiqi_portal.catalogue.found import Option, find
from huiqi_portal.catalogue.of_measure import MeasurePage, StackingShown, measure_page_of
from huiqi_portal.texts.shelf import law

router = Router(tags=["catalogue"])


@router.get(
    "/measures",
    response=answers(Listed, 304, 401, 404, 412, 422),
    operation_id="measures",
    **described(
        Both("The list of measures", "政策目录"),
        Both(
            "The measures that a search and filters leave, twenty a page, in the order of the catalogue's page; with the values of each filter "
            "and how many measures each would leave. `industry`, `staff` and `revenue` describe a firm: what it surely may not have is left out.",
            "按搜索词与筛选条件列出措施，每页二十项，顺序与目录页面一致，并给出各筛选值对应的措施数。industry、staff、revenue用于描述企业，此类企业确定不符合的措施不列出。",
        ),
        codes=("request.wrong", "page.beyond"),
        curl="curl '{base}/measures?q=gazelle&place=cn-zj-hangzhou-binjiang'",
    ),
)
@kept
def measures(request: HttpRequest, response: HttpResponse, search: Query[Search]) -> dict[str, Any]:
    on = law()
    collection = collection_of(on)
    unknown = unknown_parameters(request, Search)
    asked, faults = read_asked(request.GET, collection, on.rules.schemas["enterprise"])
    if unknown or faults:
        raise Refused("request.wrong", problems=[*unknown, *(problem("part.filter", f"query.{one.name}", one.said) for one in faults)])
    found = find(on, collection, asked)
    if asked.page > max(found.pages, 1):
        raise Refused("page.beyond", str(found.pages), where="query.page")
    filters = {"topic": found.topics, "kind": found.kinds, "state": found.states, "place": found.places}
    return {
        "version": on.version,
        "law_on": on.law_on,
        "total": found.total,
        "page": asked.page,
        "pages": found.pages,
        "measures": [_listed(card) for card in found.cards],
        "filters": {name: [_counted(option) for option in options] for name, options in filters.items()},
    }


@router.get(
    "/measures/{path:measure}",
    response=answers(MeasureAndMore, 304, 401, 404, 412),
    operation_id="measure",
    **described(
        Both("One measure", "一项措施"),
        Both(
            "The measure with its rule in words and as written, clause, how sure we are of the text, worked examples, what it stacks with, and its "
            "editions with what each changed.",
            "措施的规则（文字与原文）、条款、文本可靠程度、算例、叠加规则，以及历次版本与变化。",
        ),
        codes=("measure.unknown",),
        curl="curl {base}/measures/cn-zj-hangzhou-binjiang/gazelle/gazelle",
    ),
)
@kept
def measure(request: HttpRequest, response: HttpResponse, measure: str) -> dict[str, Any]:
    on = law()
    collection = collection_of(on)
    card = collection.by_name.get(measure)
    if card is None:
        raise Refused("measure.unknown", measure[:200], where="path.measure")
    return _listed(card) | _more(card, measure_page_of(on, collection, card)) | {"law_on": on.law_on, "version": on.version}


def _listed(card: Card) -> dict[str, Any]:
    return {
        "measure": card.name,
        "edition": card.measure.edition,
        "title": card.title.as_json(),
        "kind": _named(card.kind, card.kind_said),
        "topics": [_named(topic, said) for topic, said in card.topics_said],
        "state": _named(card.standing, card.standing_said),
        "subject": card.measure.subject,
        "place": _named(card.place, card.place_said),
        "document": of_words(card.document.record.title).as_json(),
        "document_number": str(card.document.record.document),
        "clause": str(card.measure.record.clause),
        "amount": card.amount.as_json(),
        "range": range_json(card.ends, card.rules.currencies[card.document.pack]),
        "borne_by": _maybe(card.bearers),
        "first_day": card.first_day,
        "last_day": card.last_day,
    }


def _more(card: Card, page: MeasurePage) -> dict[str, Any]:
    record, apply = card.measure.record, card.measure.record.apply
    return {
        "source": as_json.source(record.source or card.document.record.source),
        "conditions": [_line(line) for line in page.shown.who],
        "shared_conditions": [_line(line) for line in page.shared],
        "gives": None if page.shown.amount is None else _rule(page.shown.amount),
        "written": page.written,
        "documents_owed": [] if apply is None else [of_words(one).as_json() for one in apply.documents],
        "apply": None if apply is None else MODE_WORDS[apply.mode].as_json(),
        "office": None if apply is None else _maybe(apply.office),
        "note": _maybe(record.note),
        "examples": [_example(one) for one in page.shown.examples],
        "stacking": [_stacking(one) for one in page.stacking],
        "editions": [_edition(one) for one in page.editions],
    }


def _named(id: str, said: Both) -> dict[str, Any]:
    return {"id": id, "said": said.as_json()}


def _maybe(said: Both | Words | None) -> dict[str, str] | None:
    return None if said is None else of_words(said).as_json() if isinstance(said, Words) else said.as_json()


def _counted(option: Option) -> dict[str, Any]:
    return {"value": option.value, "said": option.said.as_json(), "count": option.count}


def _line(line: Line) -> dict[str, Any]:
    return {"said": line.said.as_json(), "clause": line.clause, "written": line.written, "parts": [_line(part) for part in line.parts]}


def _rule(said: Said) -> dict[str, Any]:
    rows: Iterable[Iterable[Both]] = () if said.grid is None else (said.grid.heads, *said.grid.rows)
    table = [[cell.as_json() for cell in row] for row in rows]
    return {"sentence": _maybe(said.sentence), "limits": [limit.as_json() for limit in said.limits], "table": table}


def _example(one: Example) -> dict[str, Any]:
    given = [(name.as_json(), value.as_json()) for name, value in one.given]
    return {"given": given, "status": _maybe(one.status), "amount": _maybe(one.amount), "because": _maybe(one.because)}


def _stacking(one: StackingShown) -> dict[str, Any]:
    said = {"bearing": one.bearing, "label": one.label.as_json(), "said": one.said.as_json(), "clause": one.clause}
    return said | {"source": as_json.source(one.source), "with_measures": [name for name, _ in one.others]}


def _edition(one: EditionShown) -> dict[str, Any]:
    record = one.document.record
    return {
        "document": one.document.name,
        "document_number": str(record.document),
        "edition": str(one.document.edition),
        "standing": one.standing.as_json(),
        "first_day": record.first_day,
        "last_day": record.last_day,
        "changes": [{"said": change.said.as_json(), "effect": change.effect, "clause": change.clause} for change in one.changes],
    }
