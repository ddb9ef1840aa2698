"""What the policy office has reckoned: a run of the law over a registry, a simulated reform, a review of the portfolio."""

from __future__ import annotations

from pathlib import Path

from django.conf import settings
from django.db import models

from huiqi.vocabulary.speech import Both


class What(models.TextChoices):
    """What was reckoned."""

    EVALUATION = "evaluation"
    SIMULATION = "simulation"
    REVIEW = "review"


WHAT_WORDS = {
    What.EVALUATION: Both("Evaluation", "全量测算"),
    What.SIMULATION: Both("Simulation of a reform", "调整方案模拟"),
    What.REVIEW: Both("Review of the portfolio", "政策体检"),
}


class Run(models.Model):
    """One reckoning: of which texts on which day, over which registry, by whom; its files are in HUIQI_DATA/runs/<id>.

    `headline` is what lists show of it, once it is done. Nothing of a run is altered afterwards.
    """

    what = models.CharField(max_length=16, choices=What.choices)
    title = models.CharField(max_length=200, blank=True)
    publication = models.ForeignKey("texts.Publication", on_delete=models.PROTECT, null=True, related_name="+")  # None: packs that come with huiqi
    registry = models.ForeignKey("registries.Registry", on_delete=models.PROTECT, related_name="runs")
    as_of = models.DateField()
    law_on = models.DateField()
    reform = models.TextField(blank=True)  # the YAML of a simulated reform
    headline = models.JSONField(default=dict)
    job = models.ForeignKey("jobs.Job", on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    asked_at = models.DateTimeField(auto_now_add=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.what} {self.pk}"

    @property
    def folder(self) -> Path:
        """Where its files are."""
        return Path(settings.HUIQI_DATA, "runs", str(self.pk))

    @property
    def done(self) -> bool:
        """Its files are all there."""
        return bool(self.headline)

    @property
    def words(self) -> Both:
        """What it is."""
        return WHAT_WORDS[What(self.what)]


def last_run(what: str) -> Run | None:
    """The last one of a kind that is done."""
    return Run.objects.filter(what=what).exclude(headline={}).select_related("registry", "publication", "by").first()
