"""Applications: for which measure, under which law, on which facts; the answers given and the documents owed."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.utils import timezone

from huiqi.vocabulary.speech import Both
from huiqi_portal.firms.models import KeptFile


class Application(models.Model):
    """What a firm asks for. `snapshot` holds the facts used with their provenance, and how the measure stood, when it was last confirmed."""

    subject = models.CharField(max_length=64, db_index=True)
    measure = models.CharField(max_length=200)  # full name: pack/policy/key
    edition = models.CharField(max_length=64)
    title_en = models.CharField(max_length=300)
    title_zh = models.CharField(max_length=300)
    law_version = models.PositiveIntegerField()
    law_on = models.DateField()
    as_of = models.DateField()
    snapshot = models.JSONField(default=dict)
    answers = models.JSONField(default=dict)  # by field name; the firm's own words for facts that nobody knew
    state = models.CharField(max_length=16, default="draft", db_index=True)  # lifecycle.State
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    begun_at = models.DateTimeField(default=timezone.now)
    changed_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["-changed_at", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["subject", "measure", "edition"], condition=models.Q(state="draft"), name="one_draft_a_measure")
        ]

    def __str__(self) -> str:
        return f"{self.subject} · {self.measure}@{self.edition} ({self.state})"

    @property
    def title(self) -> Both:
        return Both(self.title_en, self.title_zh)

    @property
    def begun_on(self) -> str:
        return timezone.localdate(self.begun_at).isoformat()

    @property
    def changed_on(self) -> str:
        return timezone.localdate(self.changed_at).isoformat()

    @property
    def law_on_said(self) -> str:
        return self.law_on.isoformat()

    @property
    def measure_id(self) -> str:
        return f"{self.measure}@{self.edition}"

    @property
    def facts(self) -> list[dict[str, Any]]:
        """The facts of the snapshot."""
        found: list[dict[str, Any]] = self.snapshot.get("facts", [])
        return found


class OwedDocument(models.Model):
    """A document that the text asks for; owed until a file is added."""

    application = models.ForeignKey(Application, on_delete=models.CASCADE, related_name="documents")
    place = models.PositiveSmallIntegerField()
    en = models.TextField()
    zh = models.TextField()
    file = models.ForeignKey(KeptFile, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ["place"]
        constraints = [models.UniqueConstraint(fields=["application", "place"], name="one_document_a_place")]

    def __str__(self) -> str:
        return f"{self.application_id} · {self.en}"

    @property
    def words(self) -> Both:
        return Both(self.en, self.zh)


class Step(models.Model):
    """A step that was taken: who, when, from which state to which. Never altered."""

    application = models.ForeignKey(Application, on_delete=models.CASCADE, related_name="steps")
    step = models.CharField(max_length=32)
    before = models.CharField(max_length=16)
    after = models.CharField(max_length=16)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["at", "id"]

    def __str__(self) -> str:
        return f"{self.application_id} · {self.step}"
