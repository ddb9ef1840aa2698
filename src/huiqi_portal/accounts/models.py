"""Users, whose firms they speak for, and what was read of a firm."""

from __future__ import annotations

from django.contrib.auth.models import AbstractUser
from django.db import models

from huiqi_portal.accounts.roles import Role


class User(AbstractUser):
    """Somebody who signs in, with one role."""

    role = models.CharField(max_length=16, choices=[(role.value, role.label.en) for role in Role], default=Role.ENTERPRISE.value)

    class Meta(AbstractUser.Meta):
        swappable = "AUTH_USER_MODEL"

    def firms(self) -> list[str]:
        """The ids of the firms that the user speaks for, confirmed by an officer."""
        return list(self.memberships.filter(confirmed_at__isnull=False).order_by("subject").values_list("subject", flat=True))


class Membership(models.Model):
    """A user speaks for a firm once an officer has confirmed it; nobody becomes a member by themselves."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="memberships")
    subject = models.CharField(max_length=64, db_index=True)
    asked_at = models.DateTimeField(auto_now_add=True)
    confirmed_at = models.DateTimeField(null=True, blank=True)
    confirmed_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "subject"], name="one_membership_a_firm")]

    def __str__(self) -> str:
        return f"{self.user} · {self.subject}"


class Reading(models.Model):
    """Somebody who is not of the firm read its data: who, when, of whom and what. Never altered."""

    at = models.DateTimeField(auto_now_add=True, db_index=True)
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="readings")
    subject = models.CharField(max_length=64, db_index=True)
    what = models.CharField(max_length=200)  # the name of the page, or of the operation of the API

    class Meta:
        ordering = ["-at"]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.user} · {self.subject}"
