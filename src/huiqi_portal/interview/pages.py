"""The pages of an interview."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from huiqi.facts.schema import Fact
from huiqi.rules.render import recorded
from huiqi.vocabulary.speech import Both, both, of_words
from huiqi_portal.accounts.access import READERS, for_everyone, for_roles
from huiqi_portal.accounts.models import User
from huiqi_portal.interview import beginning
from huiqi_portal.interview.conduct import Asking, address_of, facts_read, key_of, next_questions, standing
from huiqi_portal.interview.facts import PLACE, Facts, facts_for
from huiqi_portal.interview.fields import Read, asking_of, field, in_both, read_fields, told
from huiqi_portal.interview.keeping import KEPT_DAYS, Key, NewAnswer, begin, find, forgotten_on, keep, stated, take_back
from huiqi_portal.interview.models import Interview, Said
from huiqi_portal.interview.surroundings import explainer_at
from huiqi_portal.registries.explained import said
from huiqi_portal.registries.fact_input import read_input
from huiqi_portal.texts.shelf import Law, law

MOST_TYPED = 40  # characters of a figure that is read out


@for_everyone
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def start(request: HttpRequest) -> HttpResponse:
    """Of which firm, and where it works."""
    on = law()
    user = request.user
    if request.method == "POST":
        first = beginning.begun(on, user, request.POST.dict(), "interview:start")
        if first.whole:
            interview = begin(user if isinstance(user, User) else None, first.subject)
            if first.place is not None:
                keep(interview, {PLACE: NewAnswer(Said.VALUE, first.place)}, _by(request))
            return redirect("interview:step", link=interview.link)
    else:
        first = beginning.blank(on, request.GET.get("place", ""))
    context = {
        "first": first,
        "firms": user.firms() if isinstance(user, User) and user.role not in READERS else [],
        "reader": isinstance(user, User) and user.role in READERS,
        "chosen": request.POST.get("firm", ""),
        "kept_days": KEPT_DAYS,
    }
    return render(request, "interview/start.html", context, status=422 if request.method == "POST" and not first.field.searched else 200)


@for_everyone
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def step(request: HttpRequest, link: str) -> HttpResponse:
    """The next question, or one that somebody came back to, with the list beside it."""
    interview = find(link)
    if interview is None:
        return _gone(request)
    on = law()
    if request.method == "POST":
        return _answered(request, on, interview)
    facts = facts_for(request.user, interview, on, "interview:step")
    wanted = [key for key in map(key_of, request.GET.getlist("ask")) if key is not None]
    askable = _askable(on, facts)
    if any(key not in askable for key in wanted) or len(wanted) != len(request.GET.getlist("ask")):
        return _not_asked(request, interview)
    return _step_page(request, on, interview, facts, wanted)


def _answered(request: HttpRequest, on: Law, interview: Interview) -> HttpResponse:
    """Keep what a step says and go on; or show it again with what is wrong."""
    facts = facts_for(request.user, interview, on, "interview:step")
    askable = _askable(on, facts)
    keys = [key for key in map(key_of, request.POST.getlist("ask")) if key is not None]
    if not keys or any(key not in askable for key in keys):
        return _not_asked(request, interview)
    here = reverse("interview:step", args=[interview.link])
    if request.POST.get("say") == "forget":
        for key in keys:
            take_back(interview, key, _by(request))
        return redirect(here)
    read = read_fields(on.rules, [(key, askable[key]) for key in keys], request.POST.dict())
    problems = dict(read.problems)
    if not problems and not read.searching:
        meanwhile = keep(interview, read.answers, _by(request))
        if not meanwhile:
            return redirect(f"{here}?{urlencode([('after', address_of(key)) for key in keys])}")
        facts = facts_for(request.user, interview, on, "interview:step")
        for key, other in meanwhile.items():
            words = recorded(askable[key], other.value, on.rules.places) if other.value is not None else Both("no value", "无答案")
            problems[key] = both(
                (
                    "this was answered on another page in the meantime: {0}; go on to put your answer in its place",
                    "另一页面刚刚已作答：{0}；再次提交将以此处为准",
                ),
                words,
            )
    return _step_page(request, on, interview, facts, keys, Read(read.answers, problems, read.searching))


def _step_page(request: HttpRequest, on: Law, interview: Interview, facts: Facts, wanted: list[Key], read: Read | None = None) -> HttpResponse:
    """A step: the questions that are wanted, else the next ones."""
    askable = _askable(on, facts)
    after = frozenset(key for key in map(key_of, request.GET.getlist("after")) if key is not None)
    stands = standing(on, facts, after) if facts.place is not None else None
    waiting = {} if stands is None else {one.key: one for one in stands.all_open}
    if wanted:
        asked: list[Asking] = [waiting.get(key) or asking_of(askable[key], key) for key in wanted]
    elif stands is None:
        asked = [asking_of(askable[PLACE], PLACE)]
    else:
        asked = list(next_questions(stands, facts))
    typed = request.POST.dict() if read is not None else None
    problems = {} if read is None else read.problems
    fields = [field(on.rules, one, facts, typed, problems.get(one.key)) for one in asked]
    context = {
        **_about(request, on, interview, facts),
        "stands": stands,
        "fields": fields,
        "wrong": bool(problems),
        "again": bool(wanted),
        "after": after,
    }
    template = "interview/_step.html" if request.htmx and not request.htmx.history_restore_request else "interview/step.html"
    return render(request, template, context, status=422 if problems else 200)


@for_everyone
@never_cache
@require_GET
def whole_list(request: HttpRequest, link: str) -> HttpResponse:
    """The list of measures as it stands."""
    interview = find(link)
    if interview is None:
        return _gone(request)
    on = law()
    facts = facts_for(request.user, interview, on, "interview:list")
    if facts.place is None:
        return redirect("interview:step", link=link)
    return render(request, "interview/list.html", {**_about(request, on, interview, facts), "stands": standing(on, facts)})


@for_everyone
@never_cache
@require_GET
def summary(request: HttpRequest, link: str) -> HttpResponse:
    """What came of it, to print."""
    interview = find(link)
    if interview is None:
        return _gone(request)
    on = law()
    facts = facts_for(request.user, interview, on, "interview:summary")
    if facts.place is None:
        return redirect("interview:step", link=link)
    stands = standing(on, facts)
    parts = [("yes", Both("Yes", "符合"), stands.yes), ("depends", Both("Depends on what is not yet known", "待定"), stands.depends)]
    return render(request, "interview/summary.html", {**_about(request, on, interview, facts), "stands": stands, "parts": parts})


@for_everyone
@never_cache
@require_GET
def why(request: HttpRequest, link: str, measure: str) -> HttpResponse:
    """The reasons behind one measure, from the facts of the interview."""
    interview = find(link)
    if interview is None:
        return _gone(request)
    on = law()
    facts = facts_for(request.user, interview, on, "interview:why")
    if facts.place is None:
        return redirect("interview:step", link=link)
    explainer = explainer_at(on, facts.place)
    wanted = [one for one in explainer.measures or () if one.id == measure]
    if not wanted:
        return render(request, "interview/no_measure.html", {"interview": interview, "name": measure}, status=404)
    (explanation,) = explainer.explain(explainer.known(facts.known), wanted, facts.provenance)
    return render(request, "interview/why.html", {**_about(request, on, interview, facts), "said": said(explanation), "measure": wanted[0]})


@for_roles()
@require_GET
def mine(request: HttpRequest) -> HttpResponse:
    """The interviews of whoever is signed in."""
    assert isinstance(request.user, User)
    on = law()
    rows = [(one, _place_words(on, one), forgotten_on(one)) for one in request.user.interviews.all() if find(one.link) is not None]
    return render(request, "interview/mine.html", {"rows": rows})


@for_everyone
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def delete(request: HttpRequest, link: str) -> HttpResponse:
    """Forget an interview: by its owner, or where nobody owns it by whoever has the link."""
    interview = find(link)
    if interview is None:
        return _gone(request)
    may = interview.owner is None or interview.owner == request.user
    if request.method == "POST" and may:
        interview.delete()
        return render(request, "interview/deleted.html")
    return render(request, "interview/delete.html", {"interview": interview, "may": may}, status=200 if may else 403)


@for_everyone
@require_GET
def reads(request: HttpRequest) -> HttpResponse:
    """How a figure that is being typed reads."""
    on = law()
    name = next((name for name in request.GET if name.startswith("fact.") and not name.endswith((".scale", ".never"))), "")
    key = key_of(name.removeprefix("fact."))
    fact = on.rules.schemas["enterprise"].facts.get(key[0]) if key is not None else None
    words: Both | None = None
    if fact is not None and fact.kind == "money" and len(request.GET[name]) <= MOST_TYPED:
        raw, wrong = read_input(fact, request.GET.dict(), name, on.rules.places)
        words = wrong if raw is None else in_both(recorded(fact, raw, on.rules.places))
    return render(request, "interview/_reads.html", {"words": words})


@for_everyone
@require_GET
def choices(request: HttpRequest) -> HttpResponse:
    """The choices of a long list in which some words appear."""
    on = law()
    key = key_of(request.GET.get("of", ""))
    fact = on.rules.schemas["enterprise"].facts.get(key[0]) if key is not None else None
    if key is None or fact is None or fact.kind not in ("category", "place"):
        return HttpResponse(status=404)
    return render(request, "interview/_choices.html", {"field": field(on.rules, asking_of(fact, key), None, request.GET.dict())})


def _askable(on: Law, facts: Facts) -> dict[Key, Fact]:
    """What can be asked: what the measures of the place read, and the place."""
    place = {PLACE: on.rules.schemas["enterprise"].facts["place"]}
    return place if facts.place is None else {**dict(facts_read(explainer_at(on, facts.place))), **place}


def _about(request: HttpRequest, on: Law, interview: Interview, facts: Facts) -> dict[str, Any]:
    """What every page of an interview shows."""
    own, left, registered = told(on.rules, facts, _askable(on, facts))
    return {
        "interview": interview,
        "facts": facts,
        "place": of_words(on.rules.places.by_id[facts.place].label) if facts.place is not None else None,
        "code": interview.subject if interview.owner in (None, request.user) else "",
        "law_on": on.law_on,
        "stated": own,
        "left": left,
        "registered": registered,
        "forgotten_on": forgotten_on(interview),
        "address": request.build_absolute_uri(reverse("interview:step", args=[interview.link])),
    }


def _place_words(on: Law, interview: Interview) -> Both | None:
    one = stated(interview).get(PLACE)
    place = on.rules.places.by_id.get(str(one.value)) if one is not None else None
    return of_words(place.label) if place is not None else None


def _by(request: HttpRequest) -> User | None:
    return request.user if isinstance(request.user, User) else None


def _gone(request: HttpRequest) -> HttpResponse:
    return render(request, "interview/gone.html", {"kept_days": KEPT_DAYS}, status=404)


def _not_asked(request: HttpRequest, interview: Interview) -> HttpResponse:
    return render(request, "interview/not_asked.html", {"interview": interview}, status=404)
