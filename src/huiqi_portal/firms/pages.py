"""The pages of one firm: its home, one measure, its facts, what may be had together."""

from __future__ import annotations

import re

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from huiqi.vocabulary.speech import Both, money_range
from huiqi_portal.accounts.access import READERS, for_firm, for_own_firm
from huiqi_portal.firms import facts, files
from huiqi_portal.firms.combination import said_groups
from huiqi_portal.firms.models import Contest, ContestState, KeptFile, Statement
from huiqi_portal.firms.overview import ending, line, lines, pieces
from huiqi_portal.firms.standing import Standing, standing
from huiqi_portal.firms.stating import state_all
from huiqi_portal.registries.explained import said
from huiqi_portal.registries.fact_input import fact_input
from huiqi_portal.site.templatetags.words import said as in_language


def standing_for(request: HttpRequest, subject: str) -> Standing:
    """How the firm stands; an officer finds no firm that the registry does not have."""
    found = standing(subject)
    if not found.registered and request.user.role in READERS:
        raise Http404
    return found


def speaks_for(request: HttpRequest, subject: str) -> bool:
    """Whether what is said here is said in the firm's name."""
    return subject in request.user.firms()


@for_firm
@require_safe
def overview(request: HttpRequest, subject: str) -> HttpResponse:
    """The firm's home."""
    found = standing_for(request, subject)
    sure, open_ = lines(found, "yes"), lines(found, "depends")
    given = {
        "standing": found,
        "sure": sure,
        "open": open_,
        "duties": lines(found, "yes", support=False),
        "none": lines(found, "no"),
        "ending": ending(found, [*sure, *open_]),
        "assured": money_range(found.combination.payable[0], found.combination.payable[0], found.combination.currency),
        "some": bool(found.combination.payable[0]),
        "pieces": pieces(subject),
        "contests": Contest.objects.filter(subject=subject, state=ContestState.OPEN).count(),
        "own": speaks_for(request, subject),
    }
    return render(request, "firms/overview.html", given)


@for_firm
@require_safe
def measure(request: HttpRequest, subject: str, measure: str) -> HttpResponse:
    """Why, why not, and what it would take."""
    found = standing_for(request, subject).of_measure(measure)
    one = found.measure(measure)
    if one is None:
        raise Http404
    (explanation,) = found.explain([one])
    group = next((group for group in found.combination.groups if any(share.measure.id == one.id for share in group.shares)), None)
    given = {
        "standing": found,
        "measure": one,
        "line": line(found, found.of(one)),
        "said": said(explanation),
        "group": None if group is None else said_groups(found, [group])[0],
        "own": speaks_for(request, subject),
        "can_apply": found.of(one).status != "no" and (one.record.apply is None or one.record.apply.mode != "automatic"),
    }
    return render(request, "firms/measure.html", given)


@for_firm
@require_http_methods(["GET", "HEAD", "POST"])
def known(request: HttpRequest, subject: str) -> HttpResponse:
    """All that is known of the firm, and what is unknown and matters; a firm may state what nobody knows."""
    found = standing_for(request, subject)
    asked = facts.matters(found)
    problems: dict[str, Both] = {}
    own = speaks_for(request, subject)
    if request.method == "POST":
        if not own:
            raise PermissionDenied
        stated, problems = state_all(found, [(question.fact, question.year) for question in asked], request.POST, request.user)
        if not problems:
            messages.success(request, in_language(Both(f"{stated} noted, as stated by the firm", f"已记录{stated}项企业填报信息")))
            return redirect("firms:facts", subject=subject)
    typed = request.POST if request.method == "POST" else None
    inputs = []
    for question in asked:
        one = fact_input(question.fact, question.year, found.law.rules, typed=typed)
        inputs.append((fact_input(question.fact, question.year, found.law.rules, typed=typed, problem=problems.get(one.name)), len(question.opens)))
    topics, sources = facts.topics(found)
    given = {"standing": found, "topics": topics, "sources": sources, "inputs": inputs, "own": own, "problems": problems}
    return render(request, "firms/facts.html", given, status=400 if problems else 200)


@for_own_firm
@require_POST
def unstate(request: HttpRequest, subject: str) -> HttpResponse:
    """Take a statement back."""
    year = request.POST.get("year", "")
    of_year = int(year) if re.fullmatch("[0-9]{1,4}", year) else None
    get_object_or_404(Statement, subject=subject, fact=request.POST.get("fact", ""), year=of_year).delete()
    messages.success(request, in_language(Both("Taken back", "已撤回")))
    return redirect("firms:facts", subject=subject)


@for_firm
@require_safe
def combination(request: HttpRequest, subject: str) -> HttpResponse:
    """What is payable together after stacking, what was cut and by which rule, and whether applying for less pays more."""
    found = standing_for(request, subject)
    together = found.combination
    paid = {share.measure.id for share in together.alone if share.measure.amount is not None}
    alone = [one for status in ("yes", "depends") for one in lines(found, status) if one.measure.id in paid]
    given = {
        "standing": found,
        "payable": together.payable,
        "sure_said": money_range(together.payable[0], together.payable[0], together.currency),
        "best_said": money_range(*together.best, together.currency),
        "currency": together.currency,
        "better": together.best != together.payable,
        "compared": all(group.compared for group in together.groups),
        "groups": said_groups(found, together.groups),
        "alone": alone,
    }
    return render(request, "firms/combination.html", given)


@for_firm
@require_safe
def file(request: HttpRequest, subject: str, number: int) -> HttpResponse:
    """A file that the firm has added."""
    return files.answer(get_object_or_404(KeptFile, subject=subject, pk=number))
