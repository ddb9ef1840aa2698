"""Users, whose firms they speak for, what was read of a firm, and what was changed about a user."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.utils.crypto import salted_hmac

from huiqi_portal.accounts.api_token import ApiToken as ApiToken  # so that Django finds it
from huiqi_portal.accounts.roles import Role


class User(AbstractUser):
    """Somebody who signs in, with one role."""

    first_name = None
    last_name = None
    name = models.CharField(max_length=100, blank=True)  # as the person is called, in one field: family names come first or last
    role = models.CharField(max_length=16, choices=[(role.value, role.label.en) for role in Role], default=Role.ENTERPRISE.value)
    password_given = models.BooleanField(default=False)  # by somebody else, so that it has to be changed first
    sign_in_round = models.PositiveIntegerField(default=0)  # one more ends every session

    class Meta(AbstractUser.Meta):
        swappable = "AUTH_USER_MODEL"

    def firms(self) -> list[str]:
        """The ids of the firms that the user speaks for, confirmed by an officer."""
        return list(self.memberships.filter(confirmed_at__isnull=False, ended_at__isnull=True).order_by("subject").values_list("subject", flat=True))

    @property
    def called(self) -> str:
        """The name, or the sign-in name of who gave none."""
        return self.name or self.username

    @property
    def role_label(self) -> Any:
        """The role in words."""
        return Role(self.role).label

    def _get_session_auth_hash(self, secret: str | None = None) -> str:
        """What a session is held against: it ends when the password changes, and when the user signs out everywhere."""
        return salted_hmac("huiqi_portal.accounts.session", f"{self.password}:{self.sign_in_round}", secret=secret, algorithm="sha256").hexdigest()


class Membership(models.Model):
    """A user speaks for a firm once an officer has confirmed it; nobody becomes a member by themselves. What ended stays on record."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="memberships")
    subject = models.CharField(max_length=64, db_index=True)
    note = models.TextField(blank=True)  # what the user wrote: the firm's name, and how an officer can make sure
    asked_at = models.DateTimeField(auto_now_add=True)
    confirmed_at = models.DateTimeField(null=True, blank=True)
    confirmed_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    ended_at = models.DateTimeField(null=True, blank=True)  # without a confirmation: it was refused
    ended_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    reason = models.CharField(max_length=300, blank=True)  # why it was refused or ended

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "subject"], condition=models.Q(ended_at__isnull=True), name="one_membership_a_firm"),
        ]

    def __str__(self) -> str:
        return f"{self.user} · {self.subject}"


class Reading(models.Model):
    """Somebody who is not of the firm read its data: who, when, of whom, what and where. Never altered: the database refuses (append_only.py)."""

    at = models.DateTimeField(auto_now_add=True, db_index=True)
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="readings")
    token = models.CharField(max_length=64, blank=True)  # the name of the API token, where one was used
    subject = models.CharField(max_length=64, db_index=True)
    what = models.CharField(max_length=200)  # the name of the page, or of the operation of the API
    page = models.CharField(max_length=300, blank=True)  # the address of the page, without its question

    class Meta:
        ordering = ["-at", "-id"]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.user} · {self.subject}"


class Change(models.Model):
    """What somebody changed about a user: a role, a lock, a link for a new password. Never altered, like a reading."""

    at = models.DateTimeField(auto_now_add=True, db_index=True)
    by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")  # nobody: the command line
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="changes")
    what = models.CharField(max_length=32)  # a key of changes.WORDS
    detail = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["-at", "-id"]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.user} · {self.what} {self.detail}"
