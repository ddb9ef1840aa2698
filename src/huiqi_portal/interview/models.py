"""An interview: a link, and what was answered."""

from __future__ import annotations

import secrets

from django.conf import settings
from django.db import models


class Said(models.TextChoices):
    """What became of a question."""

    VALUE = "value"
    UNKNOWN = "unknown"  # "I don't know"
    LATER = "later"  # skipped
    OPEN = "open"  # an answer that was taken back


def new_link() -> str:
    """Something that nobody can guess."""
    return secrets.token_urlsafe(24)


class Interview(models.Model):
    """What somebody stated of a firm. Whoever has the link sees that; what the registry knows of `subject` is looked up anew for those who may."""

    link = models.CharField(max_length=64, unique=True, default=new_link)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, null=True, related_name="interviews")
    subject = models.CharField(max_length=64, blank=True)  # the id of a firm as its officer, its member or anybody at all named it
    begun_on = models.DateField()
    last_on = models.DateField(db_index=True)

    class Meta:
        ordering = ["-last_on", "-id"]

    def __str__(self) -> str:
        return f"interview of {self.begun_on:%Y-%m-%d}"


class Answer(models.Model):
    """What was said of one fact; a row for each, so that two pages that answer at once lose nothing."""

    interview = models.ForeignKey(Interview, on_delete=models.CASCADE, related_name="answers")
    fact = models.CharField(max_length=100)
    year = models.PositiveSmallIntegerField(default=0)  # 0: it holds at a day
    said = models.CharField(max_length=8, choices=Said.choices)
    value = models.JSONField(null=True)
    before = models.JSONField(null=True)  # the value that this answer replaced
    count = models.PositiveIntegerField(default=1)  # how often it was answered
    on = models.DateField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")  # nobody: not signed in

    class Meta:
        constraints = [models.UniqueConstraint(fields=["interview", "fact", "year"], name="one_answer_a_fact")]

    def __str__(self) -> str:
        return f"{self.fact} {self.year or ''}: {self.said}"
