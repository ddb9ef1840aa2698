"""The worker of tests: does what waits, at once and in this process."""

from __future__ import annotations

from huiqi_portal.jobs.models import Job, State
from huiqi_portal.jobs.work import do


def work_off() -> Job:
    """Do every job that waits; the last one, as it ended."""
    for job in Job.objects.filter(state=State.WAITING).order_by("id"):
        do.func(job.pk)
    last: Job = Job.objects.latest("id")
    return last
