"""Starting work in the background, and doing it: an application names its work with `@kind`, a page calls `start`."""

from __future__ import annotations

import traceback
from collections.abc import Callable
from typing import Any

from django.db import transaction
from django.utils import timezone
from django_tasks import task

import huiqi
from huiqi_portal.accounts.models import User
from huiqi_portal.jobs.models import Job, State

Work = Callable[[Job], dict[str, Any]]  # does the job, tells how far it is by `progress`, and returns its result
_kinds: dict[str, Work] = {}


def kind(name: str) -> Callable[[Work], Work]:
    """Name a piece of work; the file that does so is imported when its application is ready (AppConfig.ready)."""

    def declare(work: Work) -> Work:
        _kinds[name] = work
        return work

    return declare


def start(name: str, given: dict[str, Any], by: User | None) -> Job:
    """Put a piece of work into the queue, once the transaction around it has held."""
    assert name in _kinds, f"no work is called {name}"
    job = Job.objects.create(kind=name, given=given, by=by)
    transaction.on_commit(lambda: do.enqueue(job.pk))
    return job


@task()
def do(number: int) -> None:
    """Do a job; what goes wrong is kept with it."""
    job = Job.objects.get(pk=number)
    if job.state != State.WAITING:
        return
    job.state, job.began_at = State.RUNNING, timezone.now()
    job.save(update_fields=["state", "began_at"])
    try:
        job.result = _kinds[job.kind](job)
        job.state = State.DONE
    except huiqi.FaultyInput as faulty:
        job.problems, job.state = [problem.as_json() for problem in faulty.problems], State.FAILED
    except Exception:
        job.problems, job.state = [{"code": "job.crashed", "message": traceback.format_exc()}], State.FAILED
        raise
    finally:
        job.ended_at = timezone.now()
        job.save()


def progress(job: Job, done: int, total: int) -> None:
    """Say how far a job is."""
    Job.objects.filter(pk=job.pk).update(done=done, total=total)
    job.done, job.total = done, total
