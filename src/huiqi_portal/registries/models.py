"""The registries of enterprises, version by version."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from huiqi.vocabulary.speech import Both


class Registry(models.Model):
    """A version of the registry; the current one is the one made current last, and none is edited.

    `folder` is below HUIQI_DATA/registries, empty until the import has gone well. `upload` is what was sent in, below HUIQI_DATA/uploads: a zip of
    a registry's folder, or tables with a map; `files` are their names. `report` is what became of the rows and what is known of the firms
    (registries/importing.py).
    """

    title_en = models.CharField(max_length=300, blank=True)
    title_zh = models.CharField(max_length=300, blank=True)
    folder = models.CharField(max_length=200, blank=True)
    made_up = models.BooleanField(default=False)
    subjects = models.PositiveBigIntegerField(default=0)
    rejected = models.PositiveBigIntegerField(default=0)
    upload = models.CharField(max_length=64, blank=True)
    files = models.JSONField(default=dict)
    report = models.JSONField(default=dict)
    job = models.ForeignKey("jobs.Job", on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    imported_at = models.DateTimeField(auto_now_add=True)
    imported_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    current_since = models.DateTimeField(null=True, blank=True, db_index=True)
    made_current_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return self.title_en

    @property
    def title(self) -> Both:
        """What the registry calls itself; empty until it is imported."""
        return Both(self.title_en, self.title_zh)


def current_registry() -> Registry | None:
    """The registry that the portal goes by, or nothing while there is none."""
    return Registry.objects.filter(current_since__isnull=False).order_by("-current_since", "-id").first()


class KeptFirm(models.Model):
    """What a registry knows of one firm, as one row: who opens its page does not wait for columns (lookup.py writes and reads it).

    `facts` is compressed JSON, by fact and, for facts of a year, by calendar year: the values as registries encode them, null for one that is known
    not to exist. `among` is what all firms of the registry decide about it, under one law (kept_among.py).
    """

    registry = models.ForeignKey(Registry, on_delete=models.CASCADE, related_name="kept_firms")
    subject = models.CharField(max_length=64)
    name = models.CharField(max_length=300, blank=True)
    facts = models.BinaryField()
    among = models.BinaryField(default=b"")
    first_year = models.PositiveSmallIntegerField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["registry", "subject"], name="one_row_a_firm")]

    def __str__(self) -> str:
        return self.name or self.subject
