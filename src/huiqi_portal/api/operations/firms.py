"""A firm of the registry, for a token that may read it: the same standing that its pages show. Every reading is put into the audit trail."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from ninja import Router

from huiqi.entitlements import as_json
from huiqi.rules.render import recorded
from huiqi.vocabulary.speech import Both, of_words
from huiqi_portal.accounts.api_token import Scope
from huiqi_portal.api.assessed import evaluation, explanations
from huiqi_portal.api.auth import Bearer, require_firm
from huiqi_portal.api.described import answers, described
from huiqi_portal.api.faults import Refused
from huiqi_portal.api.firm_shapes import FirmFacts
from huiqi_portal.api.shapes import Evaluation, Explanations, Questions
from huiqi_portal.firms.standing import Standing, standing

router = Router(tags=["firms"], auth=Bearer(Scope.FIRM_READ))
FAULTS = (401, 403, 404)
CODES = ("token.firm", "firm.unknown")
_CURL = "curl -H 'Authorization: Bearer hq_...' {base}/firms/"


@router.get(
    "/firms/{subject}",
    response=answers(FirmFacts, *FAULTS),
    operation_id="firm",
    exclude_unset=True,
    **described(
        Both("What is known of a firm", "企业已知信息"),
        Both(
            "Every known fact with its value, where it comes from, as of when, and whether it is verified: from the registry, from accepted "
            "corrections, and what the firm stated itself.",
            "企业的全部已知信息及来源、时点和是否核实：来自企业库、已采纳的更正和企业自行填报。",
        ),
        codes=CODES,
        curl=f"{_CURL}91330108MA00000000",
        scope=Scope.FIRM_READ,
    ),
)
def firm(request: HttpRequest, subject: str) -> dict[str, Any]:
    found = _standing(request, subject, "firm")
    schema, places = found.known.schema, found.known.places
    facts = []
    for (id, year), raw in sorted(found.known.values.items(), key=lambda item: (item[0][0], item[0][1] or 0)):
        if id not in schema.facts:
            continue
        fact, source = schema.facts[id], found.sources.get((id, year))
        one = {"fact": id, "year": year, "label": of_words(fact.label).as_json(), "value": recorded(fact, raw, places).as_json()}
        facts.append(one if source is None else one | {"provenance": as_json.provenance(source)})
    return on_days(found) | {"subject": found.subject, "name": found.name, "facts": facts}


@router.get(
    "/firms/{subject}/evaluation",
    response=answers(Evaluation, *FAULTS),
    operation_id="firm_evaluation",
    exclude_unset=True,
    **described(
        Both("How a firm stands", "企业测算结果"),
        Both("The same as evaluate, for what is known of the firm today.", "与测算相同，按该企业当前已知信息。"),
        codes=CODES,
        curl=f"{_CURL}91330108MA00000000/evaluation",
        scope=Scope.FIRM_READ,
    ),
)
def firm_evaluation(request: HttpRequest, subject: str) -> dict[str, Any]:
    found = _standing(request, subject, "firm_evaluation")
    place = found.known.values.get(("place", None))
    told = evaluation(found.explainer, found.run, found.assessed, found.combination, found.questions)
    return told | on_days(found) | {"place": place if isinstance(place, str) else None}


@router.get(
    "/firms/{subject}/questions",
    response=answers(Questions, *FAULTS),
    operation_id="firm_questions",
    **described(
        Both("What a firm should be asked", "应向企业询问的信息"),
        Both("The unknown facts of the firm that matter, as questions, best first.", "影响该企业结果的未知信息，重要者在前。"),
        codes=CODES,
        curl=f"{_CURL}91330108MA00000000/questions",
        scope=Scope.FIRM_READ,
    ),
)
def firm_questions(request: HttpRequest, subject: str) -> dict[str, Any]:
    found = _standing(request, subject, "firm_questions")
    return on_days(found) | {"total": len(found.questions), "questions": [as_json.question(one) for one in found.questions]}


@router.get(
    "/firms/{subject}/explanations/{path:measure}",
    response=answers(Explanations, *FAULTS),
    operation_id="firm_explanation",
    exclude_unset=True,
    **described(
        Both("Why a firm may have a measure, or not", "企业为何符合或不符合"),
        Both("The tree of reasons behind one measure for the firm, with the sources of its facts.", "该企业对一项措施的判定依据及信息来源。"),
        codes=(*CODES, "measure.unknown"),
        curl=f"{_CURL}91330108MA00000000/explanations/cn-zj-hangzhou-binjiang/gazelle/gazelle",
        scope=Scope.FIRM_READ,
    ),
)
def firm_explanation(request: HttpRequest, subject: str, measure: str) -> dict[str, Any]:
    found = _standing(request, subject, "firm_explanation").of_measure(measure)
    told = explanations(found.explainer, found.run, measure, "path.measure", lambda fact, year: found.sources.get((fact, year)))
    return on_days(found) | {"explanations": told}


def _standing(request: HttpRequest, subject: str, operation: str) -> Standing:
    """How the firm stands, for a token that may read it; the reading is put down first."""
    require_firm(request, subject, operation)
    found = standing(subject)
    if not found.registered:
        raise Refused("firm.unknown", subject, where="path.subject")
    return found


def on_days(found: Standing) -> dict[str, Any]:
    """Of which day and law an answer is."""
    return {"as_of": found.known.as_of, "law_on": found.law.law_on, "version": found.law.version}
