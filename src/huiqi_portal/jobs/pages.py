"""A job while it runs and after it: how far it is, what went wrong, stopped or started again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_POST

from huiqi.vocabulary.speech import Both
from huiqi_portal.accounts.access import for_roles
from huiqi_portal.accounts.models import User
from huiqi_portal.accounts.roles import Role
from huiqi_portal.jobs.models import STATE_WORDS, Job
from huiqi_portal.jobs.work import again, kind_of, mark_lost, stop

STAFF = (Role.EDITOR, Role.OFFICER, Role.AUDITOR, Role.ADMINISTRATOR)
ENTRIES = 50  # jobs in the list


@dataclass(frozen=True)
class Shown:
    """A job as a page shows it."""

    job: Job
    title: Both
    state: Both
    page: str
    may_stop: bool
    may_start_again: bool

    @property
    def doing(self) -> Both | None:
        return Both(**self.job.doing) if self.job.doing else None

    @property
    def problems(self) -> list[dict[str, Any]]:
        """What went wrong, its texts as pairs where there are two."""
        return [_told(problem) for problem in self.job.problems]


def shown(job: Job, user: User) -> Shown:
    """A job for somebody."""
    found = kind_of(job)
    mine = job.by_id == user.pk or user.role == Role.ADMINISTRATOR
    ended_badly = job.state in ("failed", "cancelled")
    may_do = user.role in (*found.roles, Role.ADMINISTRATOR)
    return Shown(job, found.title, STATE_WORDS[job.state], found.page(job), job.open and mine, ended_badly and may_do)


def may_see(job: Job, user: User) -> bool:
    """Who started it, whose work it is, who audits and who administers."""
    return job.by_id == user.pk or user.role in (*kind_of(job).roles, Role.AUDITOR, Role.ADMINISTRATOR)


def visible(number: int, user: User) -> Job:
    """A job that somebody may see; raises Http404 or PermissionDenied."""
    found = get_object_or_404(Job, pk=number)
    if not may_see(found, user):
        raise PermissionDenied
    return found


@require_GET
@for_roles(*STAFF)
def jobs(request: HttpRequest) -> HttpResponse:
    """The last jobs that somebody may see."""
    mark_lost()
    entries = [shown(job, request.user) for job in Job.objects.select_related("by")[: 4 * ENTRIES] if may_see(job, request.user)]
    return render(request, "jobs/list.html", {"entries": entries[:ENTRIES]})


@require_GET
@for_roles(*STAFF)
def job(request: HttpRequest, number: int) -> HttpResponse:
    """One job; htmx asks for the fragment alone every second while it is open."""
    mark_lost()
    found = visible(number, request.user)
    entry = shown(found, request.user)
    if request.htmx and request.htmx.target == "progress":
        answer = render(request, "jobs/_progress.html", {"entry": entry})
        if not found.open:
            answer["HX-Refresh"] = "true"
        return answer
    return render(request, "jobs/job.html", {"entry": entry})


@require_POST
@for_roles(*STAFF)
def stop_job(request: HttpRequest, number: int) -> HttpResponse:
    """Ask for the end of a job of one's own."""
    found = visible(number, request.user)
    if not shown(found, request.user).may_stop and found.open:
        raise PermissionDenied
    stop(found)
    return redirect("jobs:job", number=number)


@require_POST
@for_roles(*STAFF)
def start_again(request: HttpRequest, number: int) -> HttpResponse:
    """The same work once more, after it failed or was stopped."""
    found = visible(number, request.user)
    if not shown(found, request.user).may_start_again:
        raise PermissionDenied
    return redirect("jobs:job", number=again(found, request.user).pk)


def _told(problem: dict[str, Any]) -> dict[str, Any]:
    return {key: Both(**value) if isinstance(value, dict) else value for key, value in problem.items()}
