"""A piece of work in the background."""

from __future__ import annotations

import datetime

from django.conf import settings
from django.db import models
from django.utils import timezone

from huiqi.vocabulary.speech import Both

BEAT = datetime.timedelta(seconds=5)  # how often a worker says that it is alive
SILENT = datetime.timedelta(seconds=90)  # after so long without a word of it a worker is taken for dead
PATIENCE = datetime.timedelta(seconds=30)  # after so long a waiting job asks whether there is a worker at all


class State(models.TextChoices):
    """How far it is."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


STATE_WORDS = {
    State.WAITING: Both("waiting", "等待中"),
    State.RUNNING: Both("running", "进行中"),
    State.DONE: Both("done", "已完成"),
    State.FAILED: Both("failed", "失败"),
    State.CANCELLED: Both("cancelled", "已取消"),
}


class Job(models.Model):
    """Somebody's work in the background: what, how far, and what came of it or went wrong.

    `problems` is what is told to everybody who may see the job; `traceback` is for administrators.
    """

    kind = models.CharField(max_length=64)  # the name of the function that does it: app.function
    given = models.JSONField(default=dict)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="jobs")
    state = models.CharField(max_length=16, choices=State.choices, default=State.WAITING, db_index=True)
    doing = models.JSONField(default=dict)  # what it is about just now, in both languages
    done = models.PositiveBigIntegerField(default=0)
    total = models.PositiveBigIntegerField(default=0)
    result = models.JSONField(default=dict)
    problems = models.JSONField(default=list)
    traceback = models.TextField(blank=True)
    asked_at = models.DateTimeField(auto_now_add=True)
    began_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    alive_at = models.DateTimeField(null=True, blank=True)  # when its worker last said so
    stop_asked = models.BooleanField(default=False)

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk} ({self.state})"

    @property
    def open(self) -> bool:
        """It waits or runs."""
        return self.state in (State.WAITING, State.RUNNING)

    @property
    def unattended(self) -> bool:
        """It waits longer than a worker that is there would let it, while no other job runs."""
        if self.state != State.WAITING or timezone.now() - self.asked_at < PATIENCE:
            return False
        return not Job.objects.filter(state=State.RUNNING).exists()
