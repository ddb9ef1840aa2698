"""Starting work in the background, and doing it: an application names its work with `@kind`, a page calls `start`."""

from __future__ import annotations

import threading
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any

from django.db import OperationalError, connection, transaction
from django.utils import timezone
from django_tasks import task

import huiqi
from huiqi.vocabulary.speech import Both
from huiqi_portal.accounts.models import User
from huiqi_portal.accounts.roles import Role
from huiqi_portal.jobs.models import BEAT, SILENT, Job, State
from huiqi_portal.site.faults import Fault, Refused

Work = Callable[[Job], dict[str, Any]]  # does the job, tells how far it is by `progress`, and returns its result

OFTEN = 0.5  # seconds between two words about the progress

_CRASHED = Fault(
    "job.crashed",
    Both("an error of the portal itself ended the work; it was put down for the administrators", "系统内部错误导致任务中断，已记录供管理员查看"),
    Both("start it again; if it fails again, tell an administrator the number of this job", "请重试；如再次失败，请将任务编号告知管理员"),
)
_LOST = Fault(
    "job.lost",
    Both("the process that did the work is gone; nothing of it was kept", "执行任务的进程已退出，未保留任何结果"),
    Both("start it again; if it happens again, the server may lack memory", "请重试；如再次发生，可能是服务器内存不足"),
)
_STOPPED = Fault("job.stopped", Both("the service was stopped while the work ran", "任务进行中服务被停止"), Both("start it again", "请重新启动任务"))


@dataclass(frozen=True)
class Kind:
    """A piece of work that can be asked for: what it is called, whose it is, and the page about what it works on."""

    name: str
    title: Both
    roles: tuple[Role, ...]  # who may see it, besides who started it, auditors and administrators
    work: Work
    page: Callable[[Job], str]


class Stopped(Exception):
    """Somebody asked for the job to be stopped."""


_kinds: dict[str, Kind] = {}


def kind(name: str, title: Both, roles: tuple[Role, ...], page: Callable[[Job], str]) -> Callable[[Work], Work]:
    """Name a piece of work; the file that does so is imported when its application is ready (AppConfig.ready)."""

    def declare(work: Work) -> Work:
        _kinds[name] = Kind(name, title, roles, work, page)
        return work

    return declare


def kind_of(job: Job) -> Kind:
    """What a job is a piece of."""
    return _kinds[job.kind]


def start(name: str, given: dict[str, Any], by: User | None) -> Job:
    """Put a piece of work into the queue, once the transaction around it has held."""
    assert name in _kinds, f"no work is called {name}"
    job = Job.objects.create(kind=name, given=given, by=by)
    transaction.on_commit(lambda: do.enqueue(job.pk))
    return job


@task()
def do(number: int) -> None:
    """Do a job; what goes wrong is kept with it."""
    mark_lost()
    now = timezone.now()
    if not Job.objects.filter(pk=number, state=State.WAITING).update(state=State.RUNNING, began_at=now, alive_at=now):
        return
    job = Job.objects.get(pk=number)
    try:
        with _beating(number):
            job.result = _kinds[job.kind].work(job)
        job.state = State.DONE
    except Stopped:
        job.state = State.CANCELLED
    except Refused as refused:
        job.problems, job.state = [fault.as_json() for fault in refused.faults], State.FAILED
    except huiqi.FaultyInput as faulty:
        job.problems, job.state = [problem.as_json() for problem in faulty.problems], State.FAILED
    except Exception:
        job.problems, job.traceback, job.state = [_CRASHED.as_json()], traceback.format_exc(), State.FAILED
        raise
    except BaseException:  # the worker is told to go at once
        job.problems, job.state = [_STOPPED.as_json()], State.FAILED
        raise
    finally:
        job.ended_at = timezone.now()
        job.save(update_fields=["result", "state", "problems", "traceback", "ended_at"])


_told: dict[int, float] = {}


def progress(job: Job, done: int, total: int, doing: Both | None = None) -> None:
    """Say how far a job is, and with `doing` what it is about now; raises Stopped where somebody asked for its end."""
    job.done, job.total = done, total
    if doing is not None:
        job.doing = doing.as_json()
    elif done < total and time.monotonic() - _told.get(job.pk, 0.0) < OFTEN:
        return
    _told.clear()  # a process does one job at a time
    _told[job.pk] = time.monotonic()
    Job.objects.filter(pk=job.pk).update(done=done, total=total, doing=job.doing, alive_at=timezone.now())
    if Job.objects.filter(pk=job.pk, stop_asked=True).exists():
        raise Stopped


def ticking(job: Job, total: int, doing: Both) -> Callable[[int], None]:
    """What the library is given to tell of every finished stretch."""
    done = 0

    def tick(more: int) -> None:
        nonlocal done
        done += more
        progress(job, min(done, total), total)

    progress(job, 0, total, doing)
    return tick


def stop(job: Job) -> None:
    """Ask for the end of a job: one that waits is never begun, one that runs ends at its next step."""
    if not Job.objects.filter(pk=job.pk, state=State.WAITING).update(state=State.CANCELLED, stop_asked=True, ended_at=timezone.now()):
        Job.objects.filter(pk=job.pk, state=State.RUNNING).update(stop_asked=True)


def again(job: Job, by: User) -> Job:
    """The same work once more."""
    return start(job.kind, job.given, by)


def mark_lost() -> None:
    """Find the jobs whose worker has died, which says nothing itself, and put down that they failed."""
    now = timezone.now()
    Job.objects.filter(state=State.RUNNING, alive_at__lt=now - SILENT).update(state=State.FAILED, problems=[_LOST.as_json()], ended_at=now)


@contextmanager
def _beating(number: int) -> Iterator[None]:
    """Say every few seconds that the worker is alive, however long a single step of the work takes."""
    over = threading.Event()

    def beat() -> None:
        try:
            while not over.wait(BEAT.total_seconds()):
                with suppress(OperationalError):  # a busy database: the next word is only seconds away
                    Job.objects.filter(pk=number, state=State.RUNNING).update(alive_at=timezone.now())
        finally:
            connection.close()

    thread = threading.Thread(target=beat, daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()
