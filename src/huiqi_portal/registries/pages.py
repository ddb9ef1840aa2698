"""The registries, version by version: sent in, imported, made current."""

from __future__ import annotations

import csv
from itertools import islice
from pathlib import Path
from typing import Any

from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from huiqi.vocabulary.speech import Both
from huiqi_portal.accounts.access import for_roles
from huiqi_portal.accounts.audit import note_reading
from huiqi_portal.accounts.roles import Role
from huiqi_portal.jobs.pages import shown
from huiqi_portal.registries.importing import (
    BOOK_LIMITS,
    BOOKS,
    FOLDER_LIMITS,
    REJECTED,
    TABLES,
    begin_adoption,
    begin_import,
)
from huiqi_portal.registries.lookup import folder_of
from huiqi_portal.registries.models import Registry, current_registry
from huiqi_portal.site import archives, uploads
from huiqi_portal.site.faults import Fault, Refused

READERS = (Role.OFFICER, Role.AUDITOR, Role.ADMINISTRATOR)
IMPORTERS = (Role.OFFICER, Role.ADMINISTRATOR)
ROWS = 50  # rejected rows that the page shows


@require_GET
@for_roles(*READERS)
def versions(request: HttpRequest) -> HttpResponse:
    """All registries, and which one the portal goes by."""
    entries = Registry.objects.select_related("imported_by", "made_current_by", "job")
    return render(request, "registries/list.html", {"entries": entries, "current": current_registry()})


@require_GET
@for_roles(*READERS)
def version(request: HttpRequest, number: int) -> HttpResponse:
    """One registry: what became of the rows, and what is known of the firms."""
    found = get_object_or_404(Registry.objects.select_related("job", "imported_by", "made_current_by"), pk=number)
    rows = []
    if found.folder and found.rejected:
        note_reading(request.user, f"registry {found.pk}", "registries:rejected")
        rows = rejected_rows(folder_of(found) / REJECTED)
    context = {
        "registry": found,
        "current": current_registry(),
        "entry": None if found.job is None else shown(found.job, request.user),
        "report": found.report,
        "facts": facts_known(found),
        "rows": rows,
        "may_adopt": bool(found.folder) and request.user.role in IMPORTERS and not (found.job and found.job.open),
    }
    return render(request, "registries/version.html", context)


@require_GET
@for_roles(*READERS)
def rejected(request: HttpRequest, number: int) -> HttpResponseBase:
    """The rows that could not stand, each with its reason in both languages."""
    found = get_object_or_404(Registry, pk=number)
    path = folder_of(found) / REJECTED
    if not found.folder or not path.is_file():
        raise Http404
    note_reading(request.user, f"registry {found.pk}", "registries:rejected")
    return FileResponse(path.open("rb"), as_attachment=True, filename=f"rejected-{found.pk}.csv", content_type="text/csv; charset=utf-8")


@require_POST
@for_roles(*IMPORTERS)
def adopt(request: HttpRequest, number: int) -> HttpResponse:
    """Let the portal go by this registry."""
    found = get_object_or_404(Registry, pk=number)
    if found.folder and not (found.job and found.job.open):
        begin_adoption(found, request.user)
    return redirect("registries:version", number=number)


@require_http_methods(["GET", "POST"])
@for_roles(*IMPORTERS)
def import_(request: HttpRequest) -> HttpResponse:
    """Send in tables with a map, or the zip of a registry's folder; the import begins at once."""
    faults: tuple[Fault, ...] = ()
    if request.method == "POST":
        try:
            found = _sent(request)
            begin_import(found, request.user)
            return redirect("registries:version", number=found.pk)
        except Refused as refused:
            faults = refused.faults
    return render(request, "registries/import.html", {"faults": faults, "tables": ",".join(TABLES)}, status=400 if faults else 200)


def _sent(request: HttpRequest) -> Registry:
    """What was sent in, kept; raises Refused where it cannot be taken."""
    if request.POST.get("source") == "zip":
        token, (name,) = uploads.keep(request.FILES.getlist("zip")[:1], [".zip"], "zip")
        archives.examine(uploads.folder_of(token) / name, FOLDER_LIMITS)
        return Registry.objects.create(upload=token, files={"zip": name}, imported_by=request.user)
    maps = request.FILES.getlist("map")
    if len(maps) != 1:
        message = Both("there is no map for the tables", "缺少表格的映射文件")
        raise Refused(
            [Fault("registries.no-map", message, Both("choose the YAML file that says what the columns mean", "请选择说明各列含义的YAML文件"), "map")]
        )
    if not request.FILES.getlist("tables"):
        uploads.keep([], TABLES, "tables")
    token, names = uploads.keep([*maps, *request.FILES.getlist("tables")], (".yaml", ".yml", *TABLES), "tables")
    for name in names[1:]:
        if Path(name).suffix.lower() in BOOKS:
            archives.weigh(uploads.folder_of(token) / name, BOOK_LIMITS)
    return Registry.objects.create(upload=token, files={"map": names[0], "tables": names[1:]}, imported_by=request.user)


def rejected_rows(path: Path) -> list[dict[str, Any]]:
    """The first rows that could not stand."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        return [row | {"reason": Both(row["reason_en"], row["reason_zh"])} for row in islice(csv.DictReader(file), ROWS)]


def facts_known(registry: Registry) -> list[dict[str, Any]]:
    """Each fact with the count and share of the firms of which it is known, as a page shows it."""
    whole = registry.subjects
    return [
        one | {"label": Both(**one["label"]), "share": f"{100 * one['known'] / whole:.1f}%" if whole else "–", "unknown": whole - one["known"]}
        for one in registry.report.get("coverage", [])
    ]
