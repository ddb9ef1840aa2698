"""What can be asked: the facts of an enterprise with their kinds and questions, their code lists, and the places."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja import Router

from huiqi.facts.schema import CodeList, Fact
from huiqi.vocabulary.speech import Both, of_words
from huiqi_portal.api.described import answers, described
from huiqi_portal.api.kept import kept
from huiqi_portal.api.shapes import FactsSchema, PlacesList
from huiqi_portal.texts.shelf import law

router = Router(tags=["catalogue"])


@router.get(
    "/facts",
    response=answers(FactsSchema, 304, 401, 412),
    operation_id="facts",
    **described(
        Both("What can be asked of an enterprise", "企业信息项"),
        Both(
            "Every fact that a rule may read: id, kind, unit, period, range, label and question, with the lists of codes.",
            "政策规则涉及的全部数据项：代码、类型、单位、期间、范围、名称与提问用语，以及代码表。",
        ),
        curl="curl {base}/facts",
    ),
)
@kept
def facts(request: HttpRequest, response: HttpResponse) -> dict[str, Any]:
    on = law()
    schema = on.rules.schemas["enterprise"]
    lists = {fact.codes.id: fact.codes for fact in schema.facts.values() if fact.codes is not None}
    return {
        "version": on.version,
        "law_on": on.law_on,
        "facts": [_fact(fact) for fact in schema.facts.values()],
        "codes": {name: _codes(codes) for name, codes in sorted(lists.items())},
    }


@router.get(
    "/places",
    response=answers(PlacesList, 304, 401, 412),
    operation_id="places",
    **described(
        Both("Places", "地区"),
        Both("Every place that a rule or a firm can be in, with what it lies in.", "政策与企业所涉全部地区及其上级地区。"),
        curl="curl {base}/places",
    ),
)
@kept
def places(request: HttpRequest, response: HttpResponse) -> dict[str, Any]:
    on = law()
    found = [
        {
            "place": id,
            "level": str(place.level),
            "parent": None if place.parent is None else str(place.parent),
            "code": None if place.code is None else str(place.code),
            "label": of_words(place.label).as_json(),
        }
        for id, place in on.rules.places.by_id.items()
    ]
    return {"version": on.version, "law_on": on.law_on, "places": found}


def _fact(fact: Fact) -> dict[str, Any]:
    return {
        "fact": fact.id,
        "kind": fact.kind,
        "period": fact.period,
        "unit": fact.unit_text if fact.is_figure and fact.kind != "share" else None,
        "decimals": fact.decimals if fact.is_figure else None,
        "low": None if isinstance(fact.low, float) else float(fact.low),
        "high": None if isinstance(fact.high, float) else float(fact.high),
        "optional": fact.optional,
        "codes": fact.codes.id if fact.codes is not None else None,
        "label": of_words(fact.label).as_json(),
        "question": of_words(fact.question).as_json(),
        "note": None if fact.note is None else of_words(fact.note).as_json(),
    }


def _codes(codes: CodeList) -> list[dict[str, Any]]:
    return [{"code": code.id, "parent": code.parent, "label": of_words(code.label).as_json()} for code in codes.codes.values()]
