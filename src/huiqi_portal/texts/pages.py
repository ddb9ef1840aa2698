"""The texts, version by version: sent in, checked, proposed, published."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

import huiqi
from huiqi.rules.records import PackRecord
from huiqi.vocabulary.record import read_record
from huiqi.vocabulary.speech import Both, of_words
from huiqi_portal.accounts.access import for_roles
from huiqi_portal.accounts.roles import Role
from huiqi_portal.jobs.pages import shown
from huiqi_portal.site import archives, uploads
from huiqi_portal.site.faults import Refused
from huiqi_portal.texts.checking import LIMITS, ZIP, begin_check, names_of
from huiqi_portal.texts.models import ACT_WORDS, Publication
from huiqi_portal.texts.publishing import propose, publish, turn_down
from huiqi_portal.texts.shelf import current_publication

READERS = (Role.EDITOR, Role.AUDITOR, Role.ADMINISTRATOR)
PUBLISHERS = (Role.EDITOR, Role.ADMINISTRATOR)
PROBLEMS = 200  # told on a page; the rest only counted
_STEPS = {"propose": propose, "publish": publish, "turn_down": turn_down}


@require_GET
@for_roles(*READERS)
def versions(request: HttpRequest) -> HttpResponse:
    """All versions, the one in force first of all."""
    entries = Publication.objects.select_related("uploaded_by", "published_by", "proposed_by", "job")
    return render(request, "texts/list.html", {"entries": entries, "current": current_publication()})


@require_GET
@for_roles(*READERS)
def version(request: HttpRequest, number: int) -> HttpResponse:
    """One version: how far it is, what checking told, what it changes, and what can be done with it."""
    return _version(request, number)


@require_POST
@for_roles(*PUBLISHERS)
def step(request: HttpRequest, number: int, act: str) -> HttpResponse:
    """Propose a version, confirm it, or turn it down."""
    found = get_object_or_404(Publication, pk=number)
    try:
        _STEPS[act](found, request.user, request.POST.get("note", "")[:2_000])
    except Refused as refused:
        return _version(request, number, refused)
    return redirect("texts:version", number=number)


@require_POST
@for_roles(*PUBLISHERS)
def recheck(request: HttpRequest, number: int) -> HttpResponse:
    """Check a version once more, against the one that is in force by now."""
    found = get_object_or_404(Publication, pk=number)
    if found.job is None or not found.job.open:
        begin_check(found, request.user)
    return redirect("texts:version", number=number)


@require_http_methods(["GET", "POST"])
@for_roles(*PUBLISHERS)
def upload(request: HttpRequest) -> HttpResponse:
    """Send in a zip of packs, or take those that come with huiqi; the check begins at once."""
    shipped = _shipped()
    faults: tuple[Any, ...] = ()
    if request.method == "POST":
        try:
            found = _sent(request, shipped)
            begin_check(found, request.user)
            return redirect("texts:version", number=found.pk)
        except Refused as refused:
            faults = refused.faults
    context = {"shipped": shipped, "faults": faults, "most": LIMITS, "chosen": request.POST.getlist("packs")}
    return render(request, "texts/upload.html", context, status=400 if faults else 200)


@cache
def _shipped() -> dict[str, Both]:
    """The packs that come with huiqi and what they are called."""
    records = {name: read_record(PackRecord, huiqi.packs_folder() / name / "pack.yaml", name)[0] for name in names_of(huiqi.packs_folder())}
    return {name: of_words(record.title) for name, record in records.items() if record is not None}


def _sent(request: HttpRequest, shipped: Iterable[str]) -> Publication:
    """What was sent in, kept; raises Refused where it cannot be taken."""
    note = request.POST.get("note", "").strip()[:2_000]
    if request.POST.get("source") == "shipped":
        packs = [name for name in shipped if name in request.POST.getlist("packs")]
        return Publication.objects.create(note=note, packs=packs, uploaded_by=request.user)
    token, (name,) = uploads.keep(request.FILES.getlist("zip")[:1], [".zip"], "zip")
    kept = uploads.folder_of(token) / name
    archives.examine(kept, LIMITS)
    kept.rename(kept.with_name(ZIP))
    return Publication.objects.create(note=note, upload=token, whole=request.POST.get("whole") == "yes", uploaded_by=request.user)


def _version(request: HttpRequest, number: int, refused: Refused | None = None) -> HttpResponse:
    found = get_object_or_404(Publication.objects.select_related("job", "uploaded_by", "proposed_by", "published_by"), pk=number)
    current = current_publication()
    report = found.report
    may = request.user.role in PUBLISHERS
    context = {
        "publication": found,
        "current": current,
        "report": report,
        "problems": sorted(report.get("problems", []), key=lambda one: one["severity"] != "error")[:PROBLEMS],
        "more": max(len(report.get("problems", [])) - PROBLEMS, 0),
        "stale": bool(report) and report["against"] != (0 if current is None else current.pk),
        "steps": [(ACT_WORDS[one.act], one) for one in found.steps.select_related("by")],
        "differences": [_texts(one) for one in report.get("differences", [])],
        "entry": None if found.job is None else shown(found.job, request.user),
        "may_propose": may and found.sound and found.proposed_at is None and found != current,
        "may_confirm": may and found.proposed_at is not None and found.proposed_by_id != request.user.pk,
        "may_withdraw": may and found.proposed_at is not None and found.proposed_by_id == request.user.pk,
        "may_check": may and (found.job is None or not found.job.open),
        "faults": () if refused is None else refused.faults,
        "packs": [{**pack, "title": Both(**pack["title"])} for pack in report.get("packs", [])],
    }
    return render(request, "texts/version.html", context, status=409 if refused else 200)


def _texts(one: dict[str, Any]) -> dict[str, Any]:
    """A text that differs, its words as pairs."""
    groups = [{"owner": Both(**group["owner"]), "lines": [_line(line) for line in group["lines"]]} for group in one["groups"]]
    return one | {"title": Both(**one["title"]), "groups": groups}


def _line(line: dict[str, Any]) -> dict[str, Any]:
    return line | {"words": Both(**line["words"]), "effect": line["effect"] and Both(**line["effect"])}
