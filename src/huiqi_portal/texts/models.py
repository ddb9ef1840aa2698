"""The packs as published, version by version."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from huiqi.vocabulary.speech import Both


class Publication(models.Model):
    """A version of the packs; in force for the portal from `published_at` until the next one, and never edited.

    `folder` is the packs folder below HUIQI_DATA/texts; empty until the version is unpacked. `packs` are those that the portal goes by, none: all.
    `upload` is what was sent in: a zip below HUIQI_DATA/uploads, or nothing for packs that come with huiqi; with `whole` it is all there is, else
    what it lacks is taken over from the version that was published. `report` is what checking it told (texts/checking.py).
    """

    folder = models.CharField(max_length=200, blank=True)
    packs = models.JSONField(default=list)
    note = models.TextField(blank=True)
    upload = models.CharField(max_length=64, blank=True)
    whole = models.BooleanField(default=True)
    report = models.JSONField(default=dict)
    job = models.ForeignKey("jobs.Job", on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    uploaded_at = models.DateTimeField(auto_now_add=True)
    uploaded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    proposed_at = models.DateTimeField(null=True, blank=True)
    proposed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    published_at = models.DateTimeField(null=True, blank=True, db_index=True)
    published_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"version {self.pk}"

    @property
    def sound(self) -> bool:
        """It was checked, no text has an error and every worked case holds."""
        return bool(self.report) and not self.report["errors"] and not self.report["failed"]


class Act(models.TextChoices):
    """What can be done with a version."""

    PROPOSED = "proposed"
    WITHDRAWN = "withdrawn"
    REFUSED = "refused"
    PUBLISHED = "published"


ACT_WORDS = {
    Act.PROPOSED: Both("proposed", "提请发布"),
    Act.WITHDRAWN: Both("withdrawn", "撤回"),
    Act.REFUSED: Both("refused", "退回"),
    Act.PUBLISHED: Both("confirmed and published", "复核并发布"),
}


class Step(models.Model):
    """Somebody proposed a version, took that back, refused or published it; never altered."""

    publication = models.ForeignKey(Publication, on_delete=models.PROTECT, related_name="steps")
    act = models.CharField(max_length=16, choices=Act.choices)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(auto_now_add=True)
    note = models.TextField(blank=True)

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.publication_id} {self.act}"
