"""The API: its operations put together, its faults in one form, its description."""

from __future__ import annotations

import logging
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from ninja import NinjaAPI
from ninja.errors import HttpError, ValidationError
from ninja.renderers import JSONRenderer

from huiqi.vocabulary.speech import Both
from huiqi_portal.accounts.api_token import Scope
from huiqi_portal.api.body import StrictJson
from huiqi_portal.api.faults import Problem, Refused, of_status, problem
from huiqi_portal.api.operations import asked, catalogue, enterprise, firms, runs

log = logging.getLogger("django.request")


class Utf8(JSONRenderer):
    """Chinese as it is written."""

    json_dumps_params = {"ensure_ascii": False, "separators": (",", ":")}


ABOUT = Both(
    "What a district supports its enterprises with, as rules that can be asked: the catalogue of measures, how an enterprise stands to each, why, "
    "and what to ask it next. Amounts are ranges in whole fen; a status that unknown facts leave open is `depends`, an open upper end is null. "
    "The catalogue is public; everything else needs a token with a scope, made on the page of one's account and sent as "
    "`Authorization: Bearer hq_...`. "
    "Every answer from 400 on has the form of `Fault`, with stable codes. So many requests a minute are answered; `RateLimit-Remaining` says "
    "how many are left. What is answered follows from the texts and the facts; the competent department decides.",
    "惠企政策的可查询接口：政策目录、企业逐项测算、判定依据及后续问题。金额为以分为单位的区间；因信息未知而待定的状态为`depends`，无上限为null。政策目录公开；"
    "其他操作需使用在账户页面创建的令牌，以`Authorization: Bearer hq_...`提交。400及以上的回答均为`Fault`格式，代码固定。每分钟请求次数有限，"
    "余量见`RateLimit-Remaining`。结果依据政策文本与已知信息推算，以主管部门认定为准。",
)
TAGS = {
    "catalogue": Both("Catalogue (public)", "政策目录（公开）"),
    "enterprise": Both("An enterprise by facts that are sent", "按所提交信息测算"),
    "firms": Both("A firm of the registry", "企业库中的企业"),
    "runs": Both("Runs over the registry", "全量测算任务"),
}
api = NinjaAPI(
    title="huiqi 惠企",
    version="1",
    description=f"{ABOUT.en}\n\n{ABOUT.zh}",
    docs_url=None,
    parser=StrictJson(),
    renderer=Utf8(),
    openapi_extra={
        "info": {"license": {"name": "Apache-2.0"}, "x-description": ABOUT.as_json()},
        "tags": [{"name": name, "description": f"{said.en} · {said.zh}", "x-said": said.as_json()} for name, said in TAGS.items()],
        "x-scopes": {scope.value: scope.label.as_json() for scope in Scope},
    },
)
for subject in (catalogue, asked, enterprise, firms, runs):
    api.add_router("", subject.router)


def refusal(refused: Refused, status: int | None = None) -> HttpResponse:
    """The answer that tells what was refused."""
    answer = api.create_response(None, refused.as_json(), status=status or refused.status)
    for name, value in {"Cache-Control": "no-store", **refused.headers}.items():
        answer[name] = value
    return answer


@api.exception_handler(Refused)
def _refused(request: HttpRequest, error: Refused) -> HttpResponse:
    return refusal(error)


@api.exception_handler(HttpError)
def _http_error(request: HttpRequest, error: HttpError) -> HttpResponse:
    """What ninja refuses; a body that could not be read has the reason as its cause."""
    if isinstance(error.__cause__, Refused):
        return refusal(error.__cause__)
    return refusal(of_status(error.status_code, str(error)[:200]), error.status_code)


@api.exception_handler(Http404)
def _not_found(request: HttpRequest, error: Http404) -> HttpResponse:
    return refusal(of_status(404))


@api.exception_handler(PermissionDenied)
def _denied(request: HttpRequest, error: PermissionDenied) -> HttpResponse:
    return refusal(of_status(403))


@api.exception_handler(ValidationError)
def _invalid(request: HttpRequest, error: ValidationError) -> HttpResponse:
    return refusal(Refused("request.wrong", problems=[_problem(one) for one in error.errors]))


@api.exception_handler(Exception)
def _failed(request: HttpRequest, error: Exception) -> HttpResponse:
    match = request.resolver_match
    log.error("the API failed: %s", match.view_name if match else "?", exc_info=error, extra={"status_code": 500, "request": request})
    return refusal(Refused("portal.failed"))


_CODES = {"missing": "part.missing", "extra_forbidden": "part.unknown", "enum": "part.choice", "literal_error": "part.choice"}
_BOUNDS = ("greater_than", "greater_than_equal", "less_than", "less_than_equal", "string_too_long", "string_too_short", "too_long", "too_short")


def _problem(error: dict[str, Any]) -> Problem:
    """What pydantic found wrong, by the words of this API."""
    kind, context = str(error["type"]), error.get("ctx", {})
    source, *rest = (str(part) for part in error["loc"])
    where = ".".join([source, *(rest[1:] if source == "body" else rest)])  # without the name of the function's argument
    if kind.startswith("date"):
        return problem("part.day", where)
    if kind in _BOUNDS:
        return problem("part.range", where, ", ".join(f"{name} {value}" for name, value in context.items()))
    code = _CODES.get(kind, "part.type")
    said = {"part.choice": [str(context.get("expected", ""))], "part.type": [str(error["msg"])[:200]]}.get(code, [])
    return problem(code, where, *said)


def description() -> dict[str, Any]:
    """The description of the API (OpenAPI)."""
    return api.get_openapi_schema(path_prefix="/api/v1/")
