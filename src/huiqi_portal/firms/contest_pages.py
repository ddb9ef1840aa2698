"""The pages of contested facts: the firm's, and those on which officers decide."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from huiqi.facts.schema import Fact
from huiqi.rules.render import recorded
from huiqi.vocabulary.speech import Both
from huiqi_portal.accounts.access import for_firm, for_own_firm, for_roles
from huiqi_portal.accounts.audit import note_reading, note_readings
from huiqi_portal.accounts.roles import Role
from huiqi_portal.firms import contesting, files
from huiqi_portal.firms.contesting import NotPossible
from huiqi_portal.firms.facts import label_of
from huiqi_portal.firms.files import NotTaken
from huiqi_portal.firms.models import Contest, ContestState
from huiqi_portal.firms.overview import line
from huiqi_portal.firms.pages import speaks_for, standing_for
from huiqi_portal.firms.standing import Standing, changes, standing
from huiqi_portal.registries.fact_input import fact_input, of_json, read_input
from huiqi_portal.site.templatetags.words import said as in_language
from huiqi_portal.texts.shelf import law

SAY_WHAT = Both("say how it is", "请填写正确的值")


@for_own_firm
@require_http_methods(["GET", "HEAD", "POST"])
def contest(request: HttpRequest, subject: str, fact: str, year: int | None = None) -> HttpResponse:
    """Contest a fact; before it is sent the page shows what would change if it were so."""
    found = standing_for(request, subject)
    one = found.fact(fact)
    if one is None or (one.period == "year") is not (year is not None):
        raise Http404
    current = found.known.values.get((one.id, year))
    given: dict[str, Any] = {"standing": found, "fact": one, "year": year, "label": label_of(one, year)}
    given |= {"limits": files.LIMITS, "accepted": files.ACCEPTED}
    given["current"] = None if current is None else recorded(one, current, found.known.places)
    given["verify"] = (one.id, year) in found.stated
    given["source"] = found.sources.get((one.id, year))
    if request.method != "POST":
        given["asked"] = fact_input(one, year, found.law.rules, given=current if given["verify"] else None)
        return render(request, "firms/contest.html", given)
    given["reason"] = request.POST.get("reason", "")
    raw, wrong = read_input(one, request.POST, fact_input(one, year, found.law.rules).name, found.known.places)
    if raw is None and wrong is None:
        wrong = SAY_WHAT
    given["asked"] = fact_input(one, year, found.law.rules, typed=request.POST, problem=wrong)
    if raw is None:
        return render(request, "firms/contest.html", given, status=400)
    if "send" not in request.POST:
        return render(request, "firms/contest.html", given | changed(found, one, year, raw))
    try:
        made = contesting.contest(found, one, year, raw, given["reason"], request.FILES.get("evidence"), request.user)
    except (NotPossible, NotTaken) as refused:
        return render(request, "firms/contest.html", given | changed(found, one, year, raw) | {"problem": refused.words}, status=400)
    messages.success(request, in_language(Both("Sent to an officer", "已提交经办人员处理")))
    return redirect("firms:contested", subject=subject, number=made.pk)


def changed(found: Standing, fact: Fact, year: int | None, says: Any) -> dict[str, Any]:
    """What would stand otherwise if the fact were so, for a page."""
    if (fact.id, year) in found.known.values and found.known.values[fact.id, year] == says:
        return {"tried": True, "changes": []}
    after = found.supposing({(fact.id, year): says})
    return {"tried": True, "changes": [(line(found, one.before), line(after, one.after)) for one in changes(found, after)]}


def shown(found: Standing, one: Contest) -> dict[str, Any]:
    """One contest for a page: what the registry says, what the firm says, what would change."""
    fact = found.fact(one.fact)
    if fact is None:  # the law of today does not read it any more
        return {"contest": one, "decided_on": _day(one), "label": Both(one.fact, one.fact), "tried": False}
    says = of_json(one.firm_says)
    places = found.known.places
    return {
        "contest": one,
        "decided_on": _day(one),
        "label": label_of(fact, one.year),
        "registry_says": None if one.registry_says is None else recorded(fact, of_json(one.registry_says), places),
        "firm_says": recorded(fact, says, places),
        **(changed(found, fact, one.year, says) if one.state == ContestState.OPEN else {"tried": False, "changes": []}),
    }


def _day(one: Contest) -> str:
    return "" if one.decided_at is None else timezone.localdate(one.decided_at).isoformat()


@for_firm
@require_safe
def contested(request: HttpRequest, subject: str, number: int) -> HttpResponse:
    """One contest of the firm: how far it is, and what an officer said."""
    one = get_object_or_404(Contest, subject=subject, pk=number)
    found = standing_for(request, subject)
    return render(request, "firms/contested.html", {"standing": found, "own": speaks_for(request, subject), **shown(found, one)})


@for_own_firm
@require_POST
def withdraw(request: HttpRequest, subject: str, number: int) -> HttpResponse:
    """Take a contest back."""
    get_object_or_404(Contest, subject=subject, pk=number)
    try:
        contesting.withdraw(subject, number)
    except NotPossible as refused:
        messages.error(request, in_language(refused.words))
    return redirect("firms:contested", subject=subject, number=number)


@for_roles(Role.OFFICER, Role.AUDITOR)
@require_safe
def contests(request: HttpRequest) -> HttpResponse:
    """All contests: what waits first, the oldest on top; then what was decided, the newest on top."""
    waiting = list(Contest.objects.filter(state=ContestState.OPEN).order_by("at", "id"))
    done = list(Contest.objects.exclude(state=ContestState.OPEN).order_by("-decided_at", "-id")[:50])
    note_readings(request.user, {one.subject for one in (*waiting, *done)}, "firms:contests")
    return render(request, "firms/contests.html", {"waiting": list(map(_row, waiting)), "done": list(map(_row, done))})


def _row(one: Contest) -> tuple[Contest, Both]:
    fact = law().rules.schemas["enterprise"].facts.get(one.fact)
    return one, label_of(fact, one.year) if fact is not None else Both(one.fact, one.fact)


@for_roles(Role.OFFICER)
@require_http_methods(["GET", "HEAD", "POST"])
def decide(request: HttpRequest, number: int) -> HttpResponse:
    """An officer reads what the firm says and decides, with a reason that the firm reads."""
    one = get_object_or_404(Contest.objects.select_related("evidence", "by", "decided_by"), pk=number)
    note_reading(request.user, one.subject, "firms:decide")
    problem = None
    if request.method == "POST":
        verdict = request.POST.get("verdict")
        try:
            if verdict not in ("accept", "refuse"):
                raise NotPossible(Both("choose: accept or refuse", "请选择采纳或不采纳"))
            contesting.decide(number, accept=verdict == "accept", words=request.POST.get("words", ""), by=request.user)
        except NotPossible as refused:
            problem = refused.words
        else:
            messages.success(request, in_language(Both("Decided", "已处理")))
            return redirect("firms:contests")
    found = standing(one.subject)
    given = {"standing": found, "problem": problem, "words": request.POST.get("words", ""), **shown(found, one)}
    return render(request, "firms/decide.html", given, status=400 if problem else 200)
