"""The office's pages: the dashboard of the last evaluation, runs and what came of them, and asking for new ones."""

from __future__ import annotations

from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods

import huiqi
from huiqi.revision.review.review import KINDS
from huiqi.revision.words import FATE_WORDS, capital
from huiqi_portal.accounts.access import for_roles
from huiqi_portal.accounts.audit import note_readings
from huiqi_portal.accounts.roles import Role
from huiqi_portal.jobs.pages import shown
from huiqi_portal.office import files, shown_figures
from huiqi_portal.office.comparing import compared
from huiqi_portal.office.drafts import draft, drafts, reform_in
from huiqi_portal.office.evaluating import FIGURES, RULES
from huiqi_portal.office.models import WHAT_WORDS, Run, What, last_run
from huiqi_portal.office.reports import OF_FIRMS, READERS
from huiqi_portal.office.reviewing import MOST_VISITS, VISITS
from huiqi_portal.office.runs import ask_for, day_of
from huiqi_portal.registries.models import KeptFirm, current_registry
from huiqi_portal.site.clock import today
from huiqi_portal.site.faults import Refused
from huiqi_portal.texts.shelf import current_publication

STARTERS = (Role.OFFICER, Role.ADMINISTRATOR)
ON_A_PAGE = 25
_RUNS = Run.objects.select_related("registry", "publication", "by", "job")


@require_GET
@for_roles(*READERS)
def dashboard(request: HttpRequest) -> HttpResponse:
    """What the last evaluation of the law over the registry came to."""
    last = last_run(What.EVALUATION)
    if last is None:
        waiting = _RUNS.filter(what=What.EVALUATION).first()
        return render(request, "office/empty.html", {"waiting": waiting, "entry": _entry(waiting, request), **_may(request)})
    return _evaluation(request, last, newest=True)


@require_GET
@for_roles(*READERS)
def runs(request: HttpRequest) -> HttpResponse:
    """All runs, the last first: what, of which versions, by whom, and how far."""
    what = request.GET.get("what", "")
    found = _RUNS.filter(what=what) if what in What.values else _RUNS.all()
    page = Paginator(found, ON_A_PAGE).get_page(request.GET.get("page"))
    entries = [(one, _entry(one, request), shown_figures.headline(one), shown_figures.title(one)) for one in page]
    kinds = list(WHAT_WORDS.items())
    return render(request, "office/runs.html", {"page": page, "entries": entries, "what": what, "kinds": kinds, **_may(request)})


@require_GET
@for_roles(*READERS)
def run(request: HttpRequest, number: int) -> HttpResponse:
    """One run: its figures once it is done, how far it is until then."""
    found = get_object_or_404(_RUNS, pk=number)
    if found.done and found.what == What.EVALUATION:
        return _evaluation(request, found, newest=False)
    headline = shown_figures.headline(found)
    context = _about(found, request) | {"headline": headline and capital(headline), "title": shown_figures.title(found)}
    if found.done and found.what == What.SIMULATION:
        fates = found.headline["fates"]
        context["fates"] = [(capital(FATE_WORDS[fate]), *counts) for fate, counts in fates.items()]
    if found.done and found.what == What.REVIEW:
        context["kinds"] = [(KINDS[kind], count) for kind, count in found.headline["kinds"].items()]
    return render(request, "office/run.html", context)


@require_GET
@for_roles(*READERS)
def rules(request: HttpRequest, number: int) -> HttpResponse:
    """The rules behind the figures of an evaluation, as they were in that run."""
    found = get_object_or_404(_RUNS, pk=number)
    measures = files.kept(found, FIGURES)["measures"]
    behind = [shown_figures.rule(at, one, rule) for at, (one, rule) in enumerate(zip(measures, files.kept(found, RULES), strict=True))]
    return render(request, "office/rules.html", {"run": found, "rules": behind})


@require_GET
@for_roles(*READERS)
def compare(request: HttpRequest) -> HttpResponse:
    """Two evaluations side by side: the headline figures, and each measure that differs."""
    choices = list(_RUNS.filter(what=What.EVALUATION).exclude(headline={})[:100])
    pair = [next((one for one in choices if str(one.pk) == request.GET.get(name)), None) for name in ("one", "other")]
    context: dict[str, Any] = {"choices": choices, "one": pair[0], "other": pair[1], **_may(request)}
    if pair[0] is not None and pair[1] is not None:
        context["found"] = compared(*(files.kept(side, FIGURES) for side in pair if side is not None))
    return render(request, "office/compare.html", context)


@require_http_methods(["GET", "POST"])
@for_roles(*STARTERS)
def evaluate(request: HttpRequest) -> HttpResponse:
    """Ask for an evaluation."""
    return _asking(request, What.EVALUATION, "office/evaluate.html")


@require_http_methods(["GET", "POST"])
@for_roles(*STARTERS)
def review(request: HttpRequest) -> HttpResponse:
    """Ask for a review."""
    return _asking(request, What.REVIEW, "office/review.html")


@require_http_methods(["GET", "POST"])
@for_roles(*STARTERS)
def simulate(request: HttpRequest) -> HttpResponse:
    """Ask for the simulation of a reform: written here, sent as a file, or taken from an earlier one and changed."""
    return _asking(request, What.SIMULATION, "office/simulate.html")


@require_GET
@for_roles(*OF_FIRMS)
def visits(request: HttpRequest) -> HttpResponse:
    """Who is kept from a measure by one figure that lies near; the firms shown are put into the audit trail."""
    asked = request.GET.get("run", "")
    last = _RUNS.filter(what=What.REVIEW, pk=asked).exclude(headline={}).first() if asked.isdecimal() else last_run(What.REVIEW)
    if last is None:
        return render(request, "office/no_visits.html", _may(request))
    rows = [shown_figures.visit(one) for one in files.kept(last, VISITS)]
    measures = list({one["measure"]: one["title"] for one in rows}.items())
    measure, side = request.GET.get("measure", ""), request.GET.get("side", "")
    chosen = [one for one in rows if measure in ("", one["measure"]) and (not side or one["fails"] is (side == "fails"))]
    page = Paginator(chosen, ON_A_PAGE).get_page(request.GET.get("page"))
    subjects = list(dict.fromkeys(one["subject"] for one in page))
    note_readings(request.user, subjects, "office:visits")
    names = dict(KeptFirm.objects.filter(registry=last.registry, subject__in=subjects).values_list("subject", "name"))
    shown_rows = [one | {"name": names.get(one["subject"], "")} for one in page]
    context = {
        "run": last,
        "page": page,
        "rows": shown_rows,
        "measures": measures,
        "measure": measure,
        "side": side,
        "most": MOST_VISITS,
        **_may(request),
    }
    return render(request, "office/visits.html", context)


def _evaluation(request: HttpRequest, found: Run, *, newest: bool) -> HttpResponse:
    """The dashboard of one evaluation."""
    figures = files.kept(found, FIGURES)
    context = _about(found, request) | shown_figures.of_evaluation(request, figures) | {"newest": newest, "charts": files.charts(found)}
    return render(request, "office/evaluation.html", context)


def _about(found: Run, request: HttpRequest) -> dict[str, Any]:
    """What every page of a run shows of it."""
    what = What(found.what)
    of_firms = files.there(found, files.FIRMS.get(what, ())) if request.user.role in OF_FIRMS else []
    of_firms = [name for name in of_firms if not name.endswith(".pdf") or files.lang() in name]
    return {
        "run": found,
        "entry": _entry(found, request),
        "tables": files.there(found, files.TABLES[what]),
        "of_firms": of_firms,
        **_may(request),
    }


def _entry(found: Run | None, request: HttpRequest) -> Any:
    return None if found is None or found.job is None else shown(found.job, request.user)


def _may(request: HttpRequest) -> dict[str, bool]:
    return {"may_start": request.user.role in STARTERS, "may_visit": request.user.role in OF_FIRMS}


def _asking(request: HttpRequest, what: str, template: str) -> HttpResponse:
    """A form for a run; what was sent is shown again where it cannot be taken."""
    context: dict[str, Any] = {
        "registry": current_registry(),
        "publication": current_publication(),
        "as_of": request.POST.get("as_of") or today().isoformat(),
        "law_on": request.POST.get("law_on") or today().isoformat(),
        "title": request.POST.get("title", ""),
        **_may(request),
        "reform": request.POST.get("reform", ""),
    }
    if what is What.SIMULATION:
        context |= {"earlier": [(one, shown_figures.title(one)) for one in _RUNS.filter(what=what).exclude(reform="")[:10]], "drafts": drafts()}
        context["reform"] = context["reform"] or draft(request.GET.get("from", ""))
    if request.method != "POST":
        return render(request, template, context)
    reform = ""
    try:
        as_of = day_of(request.POST.get("as_of", ""), "as_of", today())
        law_on = day_of(request.POST.get("law_on", ""), "law_on", as_of)
        reform = reform_in(request) if what is What.SIMULATION else ""
        found = ask_for(what, request.user, as_of, law_on, request.POST.get("title", ""), reform)
    except Refused as refused:
        return render(request, template, context | {"faults": refused.faults}, status=400)
    except huiqi.FaultyInput as faulty:
        return render(request, template, context | {"reform": reform, "problems": [one.as_json() for one in faulty.problems]}, status=400)
    return redirect("office:run", number=found.pk)
