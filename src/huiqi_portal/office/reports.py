"""The files of a run as pages hand them out."""

from __future__ import annotations

import csv

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_GET

from huiqi_portal.accounts.access import for_roles
from huiqi_portal.accounts.audit import note_readings
from huiqi_portal.accounts.roles import Role
from huiqi_portal.office import files
from huiqi_portal.office.models import Run, What

READERS = (Role.OFFICER, Role.EDITOR, Role.AUDITOR, Role.ADMINISTRATOR)
OF_FIRMS = (Role.OFFICER, Role.AUDITOR, Role.ADMINISTRATOR)  # who may read what is about single firms


@require_GET
@for_roles(*READERS)
def report(request: HttpRequest, number: int) -> HttpResponse:
    """The report of a simulation or a review; the firms that it names are put into the audit trail."""
    found = get_object_or_404(Run, pk=number)
    answer = files.report(found)
    note_readings(request.user, named(found), "office:report")
    return answer


@require_GET
@for_roles(*READERS)
def chart(request: HttpRequest, number: int, name: str) -> HttpResponseBase:
    """A chart of an evaluation."""
    if name not in files.CHARTS:
        raise Http404
    return files.handed_out(get_object_or_404(Run, pk=number), name, download=False)


@require_GET
@for_roles(*READERS)
def table(request: HttpRequest, number: int, name: str) -> HttpResponseBase:
    """A table of totals."""
    found = get_object_or_404(Run, pk=number)
    if name not in files.TABLES[What(found.what)]:
        raise Http404
    return files.handed_out(found, name)


@require_GET
@for_roles(*OF_FIRMS)
def firms(request: HttpRequest, number: int, name: str) -> HttpResponseBase:
    """A table about single firms; each of them is put into the audit trail."""
    found = get_object_or_404(Run, pk=number)
    if name not in files.FIRMS.get(What(found.what), ()):
        raise Http404
    answer = files.handed_out(found, name)
    note_readings(request.user, _subjects(found, name), "office:firms")
    return answer


def named(run: Run) -> list[str]:
    """The firms that a report names: the largest gains and losses of a simulation; a review only counts them."""
    return list(run.headline.get("named", ()))


def _subjects(run: Run, name: str) -> list[str]:
    if not name.endswith(".csv"):
        return named(run)
    with (run.folder / name).open(encoding="utf-8", newline="") as file:
        return sorted({row["subject"] for row in csv.DictReader(file)})
