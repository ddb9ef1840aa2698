"""The pages of a firm's applications."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from huiqi.publication.wording import time_limit
from huiqi.rules.render import recorded
from huiqi.vocabulary.speech import Both, of_words
from huiqi_portal.accounts.access import for_firm, for_own_firm
from huiqi_portal.applications import drafts
from huiqi_portal.applications.drafts import can_be_applied_for
from huiqi_portal.applications.lifecycle import NotPossible, State, advance
from huiqi_portal.applications.models import Application
from huiqi_portal.applications.no_application import no_application
from huiqi_portal.applications.snapshot import changed_since, owed
from huiqi_portal.firms import files
from huiqi_portal.firms.facts import label_of
from huiqi_portal.firms.files import NotTaken
from huiqi_portal.firms.overview import line, lines
from huiqi_portal.firms.pages import speaks_for, standing_for
from huiqi_portal.firms.standing import Standing
from huiqi_portal.registries.fact_input import fact_input, of_json
from huiqi_portal.site.templatetags.words import said as in_language


@for_firm
@require_safe
def mine(request: HttpRequest, subject: str) -> HttpResponse:
    """Drafts first, then what was withdrawn."""
    found = standing_for(request, subject)
    applications = Application.objects.filter(subject=subject).prefetch_related("documents")
    given = {
        "standing": found,
        "drafts": [one for one in applications if one.state == State.DRAFT],
        "withdrawn": [one for one in applications if one.state == State.WITHDRAWN],
        "own": speaks_for(request, subject),
    }
    return render(request, "applications/mine.html", given)


@for_own_firm
@require_http_methods(["GET", "HEAD", "POST"])
def start(request: HttpRequest, subject: str) -> HttpResponse:
    """Choose a measure, and begin."""
    found = standing_for(request, subject)
    problem = None
    if request.method == "POST":
        asked = request.POST.get("measure", "")
        found = found.of_measure(asked)
        measure = found.measure(asked)
        if measure is None:
            raise Http404
        try:
            made = drafts.start(found, measure, request.user)
            return redirect("applications:draft", subject=subject, number=made.pk)
        except NotPossible as refused:
            problem = refused.words
    choice = [one for status in ("yes", "depends") for one in lines(found, status) if can_be_applied_for(one.measure)]
    given = {"standing": found, "lines": choice, "problem": problem}
    return render(request, "applications/start.html", given, status=400 if problem else 200)


@for_own_firm
@require_http_methods(["GET", "HEAD", "POST"])
def draft(request: HttpRequest, subject: str, number: int) -> HttpResponse:
    """An application being filled in: what is known, what is asked, which documents are owed, what has changed."""
    application = get_object_or_404(Application, subject=subject, pk=number)
    found = standing_for(request, subject).of_measure(application.measure)
    problems: dict[str, Both] = {}
    if request.method == "POST":
        try:
            problems = _do(request, application, found)
        except (NotPossible, NotTaken) as refused:
            problems = {"": refused.words}
        if not problems:
            messages.success(request, in_language(Both("Kept as a draft", "已保存为草稿")))
            return redirect("applications:draft", subject=subject, number=number)
    given = _shown(request, application, found, problems)
    return render(request, "applications/draft.html", given, status=400 if problems else 200)


def _do(request: HttpRequest, application: Application, found: Standing) -> dict[str, Both]:
    """What the button says that was pressed; what is wrong with the fields, by name."""
    place = request.POST.get("remove", "")
    if "confirm" in request.POST:
        drafts.confirm(application, found)
        return {}
    if place:
        if not application.documents.filter(place=place if place.isdecimal() else -1).exists():
            raise Http404
        drafts.remove_file(application, int(place))
        return {}
    problems = drafts.answer(application, found, request.POST, request.user)
    for document in application.documents.all() if not problems else ():
        upload = request.FILES.get(f"document.{document.place}")
        if upload is not None:
            try:
                drafts.add_file(application, document.place, upload, request.user)
            except NotTaken as refused:
                problems[f"document.{document.place}"] = refused.words
    return problems


def _shown(request: HttpRequest, application: Application, found: Standing, problems: dict[str, Both]) -> dict[str, Any]:
    measure = found.measure(application.measure_id)
    typed = request.POST if request.method == "POST" else None
    asked = []
    if measure is not None and application.state == State.DRAFT:
        for fact, year in owed(found, measure):
            name = fact_input(fact, year, found.law.rules).name
            asked.append(fact_input(fact, year, found.law.rules, typed=typed, problem=problems.get(name)))
    apply = measure.record.apply if measure is not None else None
    documents = [(one, problems.get(f"document.{one.place}")) for one in application.documents.select_related("file")]
    return {
        "standing": found,
        "application": application,
        "is_draft": application.state == State.DRAFT,
        "state": State(application.state).label,
        "measure": measure,
        "line": None if measure is None else line(found, found.of(measure)),
        "changes": changed_since(application, found) if application.state == State.DRAFT else [],
        "facts": list(_facts(application, found)),
        "asked": asked,
        "documents": documents,
        "still_owed": sum(one.file_id is None for one, _ in documents),
        "office": None if apply is None or apply.office is None else of_words(apply.office),
        "decide_within": None if apply is None or apply.decide_within is None else time_limit(apply.decide_within),
        "limits": files.LIMITS,
        "accepted": files.ACCEPTED,
        "problem": problems.get(""),
        "problems": problems,
    }


def _facts(application: Application, found: Standing) -> Any:
    """The facts of the snapshot in words; one that the law of today does not know any more is left as it was written."""
    for one in application.facts:
        fact = found.fact(one["fact"])
        label = Both(one["fact"], one["fact"]) if fact is None else label_of(fact, one["year"])
        value = Both(str(one["value"]), str(one["value"])) if fact is None else recorded(fact, of_json(one["value"]), found.known.places)
        yield {**one, "label": label, "words": value, "source": Both(one["source"]["en"], one["source"]["zh"])}


@for_own_firm
@require_POST
def withdraw(request: HttpRequest, subject: str, number: int) -> HttpResponse:
    """Take a draft back; it stays on the list."""
    application = get_object_or_404(Application, subject=subject, pk=number)
    try:
        advance(application, "withdraw", request.user)
    except NotPossible as refused:
        messages.error(request, in_language(refused.words))
    return redirect("applications:mine", subject=subject)


@for_own_firm
@require_POST
def delete(request: HttpRequest, subject: str, number: int) -> HttpResponse:
    """Delete an application with its files."""
    drafts.delete(get_object_or_404(Application, subject=subject, pk=number))
    messages.success(request, in_language(Both("Deleted", "已删除")))
    return redirect("applications:mine", subject=subject)


@for_firm
@require_safe
def without(request: HttpRequest, subject: str) -> HttpResponse:
    """What comes without an application, what could, and why."""
    found = standing_for(request, subject)
    return render(request, "applications/no_application.html", {"standing": found, "found": no_application(found)})
