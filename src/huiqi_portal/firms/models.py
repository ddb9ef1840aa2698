"""What a firm says of itself: facts that nobody knows, facts that it contests, and the files that it adds."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils import timezone

from huiqi.vocabulary.speech import Both


class KeptFile(models.Model):
    """A file that somebody added for a firm; its bytes stand in the uploads by their SHA-256 (files.py)."""

    subject = models.CharField(max_length=64, db_index=True)
    name = models.CharField(max_length=200)  # as it was called, for the eye only
    kind = models.CharField(max_length=8)
    sha256 = models.CharField(max_length=64, db_index=True)
    size = models.PositiveBigIntegerField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return f"{self.subject} · {self.name}"


class Statement(models.Model):
    """A fact as the firm states it, not verified; it counts where the registry knows nothing."""

    subject = models.CharField(max_length=64)
    fact = models.CharField(max_length=200)
    year = models.PositiveSmallIntegerField(null=True)
    value = models.JSONField()  # registries.fact_input.as_json
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["subject", "fact", "year"], name="one_statement_a_year"),
            models.UniqueConstraint(fields=["subject", "fact"], condition=models.Q(year=None), name="one_statement_a_fact"),
        ]

    def __str__(self) -> str:
        return f"{self.subject} · {self.fact} {self.year or ''}".rstrip()


class ContestState(models.TextChoices):
    """How far it is."""

    OPEN = "open"
    ACCEPTED = "accepted"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


CONTEST_WORDS = {
    ContestState.OPEN: Both("waiting for an officer", "待处理"),
    ContestState.ACCEPTED: Both("accepted", "已采纳"),
    ContestState.REFUSED: Both("refused", "未采纳"),
    ContestState.WITHDRAWN: Both("withdrawn", "已撤回"),
}


class Contest(models.Model):
    """A firm says that a fact of the registry is not so; once an officer accepts it, it is a correction that `standing` uses."""

    subject = models.CharField(max_length=64, db_index=True)
    fact = models.CharField(max_length=200)
    year = models.PositiveSmallIntegerField(null=True)
    registry_says = models.JSONField(null=True)  # None: unknown to the registry
    firm_says = models.JSONField()
    reason = models.TextField()
    evidence = models.ForeignKey(KeptFile, on_delete=models.PROTECT, null=True, related_name="+")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)
    state = models.CharField(max_length=16, choices=ContestState.choices, default=ContestState.OPEN, db_index=True)
    words = models.TextField(blank=True)  # the officer's
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-at", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["subject", "fact", "year"], condition=models.Q(state="open"), name="one_open_contest_a_year"),
            models.UniqueConstraint(fields=["subject", "fact"], condition=models.Q(state="open", year=None), name="one_open_contest_a_fact"),
        ]

    def __str__(self) -> str:
        return f"{self.subject} · {self.fact} {self.year or ''} ({self.state})"

    @property
    def state_words(self) -> Both:
        return CONTEST_WORDS[ContestState(self.state)]
