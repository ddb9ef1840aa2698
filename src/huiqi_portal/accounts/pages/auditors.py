"""Who read what of which firm: for auditors, as a page and as a table."""

from __future__ import annotations

import csv
from collections.abc import Iterator

from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from huiqi_portal.accounts.access import for_roles
from huiqi_portal.accounts.forms import ReadingsAsked
from huiqi_portal.accounts.models import Reading
from huiqi_portal.accounts.roles import Role

A_PAGE = 100
HEADS = ("at", "user", "name", "role", "token", "firm", "what", "page")


@require_safe
@for_roles(Role.AUDITOR)
def readings(request: HttpRequest) -> HttpResponse:
    """The audit trail, the newest first."""
    form = ReadingsAsked(request.GET)
    found = _asked(form) if form.is_valid() else Reading.objects.none()
    page = Paginator(found, A_PAGE).get_page(request.GET.get("page"))
    asked = request.GET.copy()
    asked.pop("page", None)
    return render(request, "accounts/readings.html", {"form": form, "page": page, "asked": asked.urlencode()}, status=200 if form.is_valid() else 422)


@require_safe
@for_roles(Role.AUDITOR)
def readings_table(request: HttpRequest) -> HttpResponseBase:
    """The same as CSV, all of it, written while it is read."""
    form = ReadingsAsked(request.GET)
    if not form.is_valid():
        return readings(request)
    writer = csv.writer(_Echo())
    rows = (writer.writerow(row) for row in _rows(_asked(form)))
    name = f"readings-{timezone.localdate():%Y-%m-%d}.csv"
    head = "\ufeff"  # so that Excel reads Chinese names
    answer = StreamingHttpResponse(_with(head, rows), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


class _Echo:
    """A file whose writing gives the line back."""

    def write(self, line: str) -> str:
        return line


def _with(head: str, rows: Iterator[str]) -> Iterator[str]:
    yield head
    yield from rows


def _rows(found: QuerySet[Reading]) -> Iterator[tuple[str, ...]]:
    yield HEADS
    for r in found.iterator(chunk_size=2_000):
        row = (r.at.isoformat(timespec="seconds"), r.user.username, r.user.name, r.user.role, r.token, r.subject, r.what, r.page)
        yield tuple(_no_formula(cell) for cell in row)


def _no_formula(cell: str) -> str:
    """A cell that a table program takes for text: what begins like a formula gets a quotation mark before it."""
    return f"'{cell}" if cell[:1] in ("=", "+", "-", "@", "\t", "\r") else cell


def _asked(form: ReadingsAsked) -> QuerySet[Reading]:
    said, found = form.cleaned_data, Reading.objects.select_related("user")
    if said["subject"]:
        found = found.filter(subject=said["subject"].strip())
    if said["user"]:
        found = found.filter(user__username=said["user"].strip())
    if said["first"]:
        found = found.filter(at__date__gte=said["first"])
    if said["last"]:
        found = found.filter(at__date__lte=said["last"])
    return found
