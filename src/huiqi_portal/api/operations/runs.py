"""Runs over the registry: what was reckoned, its figures and tables, and starting one. Nothing here is about a single firm."""

from __future__ import annotations

from typing import Any

from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponseBase
from ninja import Query, Router, Status
from pydantic import BaseModel

from huiqi.vocabulary.problem import FaultyInput
from huiqi.vocabulary.speech import Both
from huiqi_portal.accounts.api_token import Scope
from huiqi_portal.api.auth import Bearer, token_of
from huiqi_portal.api.days import check_days
from huiqi_portal.api.described import answers, described
from huiqi_portal.api.faults import Problem, Refused, problem
from huiqi_portal.api.run_shapes import Figures, NewRun, RunListed, RunsListed
from huiqi_portal.api.searching import unknown_parameters
from huiqi_portal.api.shapes import told
from huiqi_portal.office import files
from huiqi_portal.office.evaluating import FIGURES
from huiqi_portal.office.models import Run, What
from huiqi_portal.office.runs import ask_for
from huiqi_portal.site import faults as site
from huiqi_portal.site.clock import today

A_PAGE = 20
LARGEST_NUMBER = 2**31 - 1
_READ, _WRITE = Bearer(Scope.RUNS_READ), Bearer(Scope.RUNS_WRITE)
_CURL = "curl -H 'Authorization: Bearer hq_...' {base}/runs"
router = Router(tags=["runs"], auth=_READ)


class Page(BaseModel):
    """Which page of the list."""

    page: int = told("The page, from 1", "页码，从1起", default=1, ge=1, le=100_000)


@router.get(
    "/runs",
    response=answers(RunsListed, 401, 403, 404, 422),
    operation_id="runs",
    **described(
        Both("Runs", "测算任务"),
        Both("The runs of the office, the newest first, twenty a page.", "测算任务列表，最新在前，每页二十项。"),
        codes=("page.beyond",),
        curl=_CURL,
        scope=Scope.RUNS_READ,
    ),
)
def runs(request: HttpRequest, asked: Query[Page]) -> dict[str, Any]:
    if unknown := unknown_parameters(request, Page):
        raise Refused("request.wrong", problems=unknown)
    pages = Paginator(_runs(), A_PAGE)
    if asked.page > pages.num_pages:
        raise Refused("page.beyond", str(pages.num_pages), where="query.page")
    found = [_listed(one) for one in pages.page(asked.page)]
    return {"total": pages.count, "page": asked.page, "pages": pages.num_pages, "runs": found}


@router.post(
    "/runs",
    response=answers(RunListed, 400, 401, 403, 409, 413, 415, 422, status=202),
    operation_id="start_run",
    auth=_WRITE,
    **described(
        Both("Start a run", "发起测算任务"),
        Both(
            "An evaluation, a simulation of a reform or a review, of the law in force over the current registry. It is done in the background; "
            "the answer says under which number to ask for it.",
            "按现行政策和当前企业库发起全量测算、调整方案模拟或政策体检。任务在后台执行，返回任务编号。",
        ),
        example={"what": "evaluation"},
        codes=("run.refused", "request.wrong"),
        curl=f"curl -X POST {_CURL.removeprefix('curl ')} -H 'Content-Type: application/json' -d '{{\"what\": \"evaluation\"}}'",
        scope=Scope.RUNS_WRITE,
    ),
)
def start_run(request: HttpRequest, body: NewRun) -> Any:
    token = token_of(request)
    assert token is not None
    as_of = body.as_of or today()
    law_on = body.law_on or as_of
    check_days(as_of, law_on)
    try:
        run = ask_for(What(body.what), token.user, as_of, law_on, body.title, body.reform)
    except site.Refused as refused:
        problems = [Problem("run.problem", f"body.{fault.where}" if fault.where else "", fault.message, fault.hint) for fault in refused.faults]
        raise Refused("run.refused", problems=problems) from refused
    except FaultyInput as faulty:
        problems = [problem("run.reform", "body.reform", str(one.where), one.code, one.message, remedy=[one.hint]) for one in faulty.problems]
        raise Refused("run.refused", problems=problems) from faulty
    return Status(202, _listed(_run(run.pk)))


@router.get(
    "/runs/{int:number}",
    response=answers(RunListed, 401, 403, 404, 422),
    operation_id="run",
    **described(
        Both("One run", "一项测算任务"),
        Both("How far a run is, its main figures, and the tables that it has.", "任务进度、主要结果和可下载的表格。"),
        codes=("run.unknown",),
        curl=f"{_CURL}/1",
        scope=Scope.RUNS_READ,
    ),
)
def run(request: HttpRequest, number: int) -> dict[str, Any]:
    return _listed(_run(number))


@router.get(
    "/runs/{int:number}/figures",
    response=answers(Figures, 401, 403, 404, 409, 422),
    operation_id="run_figures",
    **described(
        Both("The figures of an evaluation", "全量测算结果"),
        Both("By measure, place and industry, before and after stacking, and what is undecided.", "按措施、地区、行业列出叠加前后金额及待定事项。"),
        codes=("run.unknown", "run.not-done", "run.no-table"),
        curl=f"{_CURL}/1/figures",
        scope=Scope.RUNS_READ,
    ),
)
def run_figures(request: HttpRequest, number: int) -> dict[str, Any]:
    found = _done(number)
    if found.what != What.EVALUATION:
        raise Refused("run.no-table", "figures", where="path.number")
    return {"run": found.pk, "figures": files.kept(found, FIGURES)}


@router.get(
    "/runs/{int:number}/tables/{table}",
    response=answers(None, 401, 403, 404, 409, 422),
    operation_id="run_table",
    **described(
        Both("A table of a run, as CSV", "测算表格（CSV）"),
        Both("One of the tables that the run names; none is about a single firm.", "任务所列表格之一，均不涉及单个企业。"),
        codes=("run.unknown", "run.not-done", "run.no-table"),
        curl=f"{_CURL}/1/tables/summary.csv",
        scope=Scope.RUNS_READ,
        csv=True,
    ),
)
def run_table(request: HttpRequest, number: int, table: str) -> HttpResponseBase:
    found = _done(number)
    if table not in files.there(found, files.TABLES[What(found.what)]):
        raise Refused("run.no-table", table[:100], where="path.table")
    return files.handed_out(found, table)


def _runs() -> QuerySet[Run]:
    return Run.objects.select_related("registry", "job")


def _run(number: int) -> Run:
    found = _runs().filter(pk=number).first() if 0 < number <= LARGEST_NUMBER else None
    if found is None:
        raise Refused("run.unknown", str(number)[:40], where="path.number")
    return found


def _done(number: int) -> Run:
    found = _run(number)
    if not found.done:
        raise Refused("run.not-done", _state(found), where="path.number")
    return found


def _state(found: Run) -> str:
    return "done" if found.done else "failed" if found.job is None else str(found.job.state)


def _listed(found: Run) -> dict[str, Any]:
    job = found.job
    return {
        "run": found.pk,
        "what": found.what,
        "title": found.title,
        "as_of": found.as_of,
        "law_on": found.law_on,
        "version": found.publication_id or 0,
        "registry": found.registry.title.as_json(),
        "made_up": found.registry.made_up,
        "asked_at": found.asked_at,
        "state": _state(found),
        "done": 0 if job is None else job.done,
        "total": 0 if job is None else job.total,
        "problems": [] if job is None else job.problems,
        "headline": {name: value for name, value in found.headline.items() if name != "policy"},
        "tables": files.there(found, files.TABLES[What(found.what)]),
    }
