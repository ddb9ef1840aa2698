"""The packs as published, version by version."""

from __future__ import annotations

from django.conf import settings
from django.db import models


class Publication(models.Model):
    """A version of the packs; in force for the portal from `published_at` until the next one, and never edited.

    `folder` is the packs folder below HUIQI_DATA/texts; empty for the packs that come with huiqi. `report` is what checking it told.
    """

    folder = models.CharField(max_length=200, blank=True)
    packs = models.JSONField(default=list)
    note = models.TextField(blank=True)
    report = models.JSONField(default=dict)
    proposed_at = models.DateTimeField(auto_now_add=True)
    proposed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    published_at = models.DateTimeField(null=True, blank=True, db_index=True)
    published_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"version {self.pk}"
