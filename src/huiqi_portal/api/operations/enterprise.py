"""One enterprise by facts that are sent along: how it stands, what to ask it next, and why. Nothing of it is kept."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from ninja import Router

import huiqi
from huiqi.entitlements import as_json
from huiqi.entitlements.ask import Question
from huiqi.entitlements.columns import Run
from huiqi.facts.past import PastFact
from huiqi.vocabulary.speech import Both
from huiqi_portal.accounts.api_token import Scope
from huiqi_portal.api import rates
from huiqi_portal.api.assessed import evaluation, explanations
from huiqi_portal.api.auth import Bearer, token_of
from huiqi_portal.api.days import Asked, asked_for
from huiqi_portal.api.described import answers, described
from huiqi_portal.api.faults import Refused
from huiqi_portal.api.shapes import EXAMPLE_FACTS, Asking, Enterprise, Evaluation, Explaining, Explanations, Questions
from huiqi_portal.api.stated import known_of

router = Router(tags=["enterprise"], auth=Bearer(Scope.EVALUATE))
OTHER_DAYS, TEN_MINUTES = 20, 600  # how many other days' laws a token may have prepared
FAULTS = (400, 401, 403, 413, 415, 422)
CODES = ("facts.wrong", "request.wrong", "request.not-json", "request.key-twice", "request.too-deep", "request.too-large", "request.media-type")
_BODY = {"facts": EXAMPLE_FACTS, "place": "cn-zj-hangzhou-binjiang"}
_DATA = '-H \'Content-Type: application/json\' -d \'{"facts": {"employees": 46, "revenue": {"2025": 38500000}}, "place": "cn-zj-hangzhou-binjiang"'


@router.post(
    "/evaluate",
    response=answers(Evaluation, *FAULTS),
    operation_id="evaluate",
    exclude_unset=True,
    **described(
        Both("Evaluate an enterprise", "测算一家企业"),
        Both(
            "Every measure for the facts that are sent: its status, what is due and what stacking leaves of it, what was cut and why, and the "
            "unknown facts that matter. Nothing is kept.",
            "按所提交的信息逐项测算：是否符合、应享金额、叠加后金额、扣减及原因，以及影响结果的未知信息。不保存任何内容。",
        ),
        example=_BODY,
        codes=CODES,
        scope=Scope.EVALUATE,
        curl=f"curl -X POST {{base}}/evaluate -H 'Authorization: Bearer hq_...' {_DATA}}}'",
    ),
)
def evaluate(request: HttpRequest, body: Enterprise) -> dict[str, Any]:
    asked, known = _read(request, body)
    explainer = asked.explainer
    run = explainer.known(known)
    found = evaluation(explainer, run, huiqi.assess(explainer, known), huiqi.combine(explainer, run), _questions(explainer, run))
    return found | on_days(asked) | {"place": asked.place}


@router.post(
    "/ask",
    response=answers(Questions, *FAULTS),
    operation_id="ask",
    **described(
        Both("What to ask next", "接下来问什么"),
        Both(
            "The unknown facts as questions, first the one whose answer settles most money, then most measures, on average over sample answers.",
            "将未知信息列为问题：回答后平均可确定金额最多、其次可确定措施最多者在前。",
        ),
        example=_BODY | {"most": 3},
        codes=CODES,
        scope=Scope.EVALUATE,
        curl=f"curl -X POST {{base}}/ask -H 'Authorization: Bearer hq_...' {_DATA}, \"most\": 3}}'",
    ),
)
def ask(request: HttpRequest, body: Asking) -> dict[str, Any]:
    asked, known = _read(request, body)
    questions = _questions(asked.explainer, asked.explainer.known(known))
    return on_days(asked) | {"total": len(questions), "questions": [as_json.question(one) for one in questions[: body.most]]}


@router.post(
    "/explain",
    response=answers(Explanations, *FAULTS, 404),
    operation_id="explain",
    exclude_unset=True,
    **described(
        Both("Why, or why not", "为什么符合或不符合"),
        Both(
            "The tree of reasons behind one measure: tests, clauses, facts, what it would take. The same as `huiqi explain --json`; of a measure "
            "of which several editions hold, one explanation each.",
            "一项措施的判定依据：条件、条款、信息及差距，与`huiqi explain --json`一致；多个版本同时适用时逐一说明。",
        ),
        example=_BODY | {"measure": "cn-zj-hangzhou-binjiang/gazelle/gazelle"},
        codes=("measure.unknown", *CODES),
        scope=Scope.EVALUATE,
        curl=f'curl -X POST {{base}}/explain -H \'Authorization: Bearer hq_...\' {_DATA}, "measure": "cn-zj-hangzhou-binjiang/gazelle/gazelle"}}\'',
    ),
)
def explain(request: HttpRequest, body: Explaining) -> dict[str, Any]:
    asked, known = _read(request, body)
    found = explanations(asked.explainer, asked.explainer.known(known), body.measure, "body.measure")
    return on_days(asked) | {"explanations": found}


def _read(request: HttpRequest, body: Enterprise) -> tuple[Asked, huiqi.Known]:
    """What a request asks for and says; another day's law may be prepared only so often, since that takes seconds."""
    token = token_of(request)
    assert token is not None

    def note_preparing() -> None:
        found = rates.count(f"days:{token.pk}", OTHER_DAYS, TEN_MINUTES)
        if found.exceeded:
            raise Refused("law.too-many-days", where="body.law_on", headers={"Retry-After": str(found.reset)})

    asked = asked_for(body.as_of, body.law_on, body.place, note_preparing)
    return asked, known_of(body.facts, asked)


def _questions(explainer: huiqi.Explainer, run: Run) -> list[Question]:
    """What can be asked; awards of the past are known from a registry only."""
    return [one for one in huiqi.ask(explainer, run) if not isinstance(one.fact, PastFact)]


def on_days(asked: Asked) -> dict[str, Any]:
    """Of which day and law an answer is."""
    return {"as_of": asked.as_of, "law_on": asked.law_on, "version": asked.law.version}
