"""A token by which a program speaks for a user at the API."""

from __future__ import annotations

from enum import StrEnum

from django.conf import settings
from django.db import models
from django.utils import timezone

from huiqi.vocabulary.speech import Both
from huiqi_portal.accounts.roles import Role


class Scope(StrEnum):
    """What a token may be used for."""

    CATALOGUE_READ = "catalogue:read"
    EVALUATE = "evaluate"
    FIRM_READ = "firm:read"
    RUNS_READ = "runs:read"
    RUNS_WRITE = "runs:write"

    @property
    def label(self) -> Both:
        """The scope in words."""
        return _LABELS[self]

    def is_for(self, role: str) -> bool:
        """Whether users of a role may give it to a token, and a token of theirs may use it."""
        return role in _ROLES.get(self, tuple(Role))


_LABELS = {
    Scope.CATALOGUE_READ: Both("Read the catalogue; anybody may, without a token too", "查阅政策目录（无需令牌即可查阅）"),
    Scope.EVALUATE: Both("Evaluate facts that are sent along", "按所提交的信息测算"),
    Scope.FIRM_READ: Both("Read how a firm stands", "查阅企业测算结果"),
    Scope.RUNS_READ: Both("Read runs and their figures", "查阅测算任务及结果"),
    Scope.RUNS_WRITE: Both("Start runs", "发起测算任务"),
}
_ROLES = {
    Scope.FIRM_READ: (Role.ENTERPRISE, Role.OFFICER, Role.AUDITOR),
    Scope.RUNS_READ: (Role.OFFICER, Role.EDITOR, Role.AUDITOR, Role.ADMINISTRATOR),
    Scope.RUNS_WRITE: (Role.OFFICER, Role.ADMINISTRATOR),
}


class ApiToken(models.Model):
    """A token is shown once, when it is made; what is kept is its hash and the first letters, to tell it from others."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="api_tokens")
    name = models.CharField(max_length=64)
    begins = models.CharField(max_length=12)
    sha256 = models.CharField(max_length=64, unique=True)
    scopes = models.JSONField(default=list)
    subjects = models.JSONField(default=list)  # the firms that it may read; of an officer or auditor none means any
    made_at = models.DateTimeField(auto_now_add=True)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")  # nobody: the command line
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)
    revoked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    used_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.user} · {self.name}"

    @property
    def holds(self) -> bool:
        """It can be used: neither revoked nor expired, and its user may still sign in."""
        return self.revoked_at is None and self.expires_at > timezone.now() and self.user.is_active

    @property
    def state(self) -> str:
        """How it stands: valid, revoked, expired or closed."""
        if self.revoked_at is not None:
            return "revoked"
        if self.expires_at <= timezone.now():
            return "expired"
        return "valid" if self.user.is_active else "closed"

    @property
    def scopes_said(self) -> list[tuple[str, Both]]:
        """Its scopes, each in words."""
        return [(scope, Scope(scope).label) for scope in self.scopes]

    def allows(self, scope: Scope) -> bool:
        """Whether it was given a scope that its user's role still may use."""
        return scope in self.scopes and scope.is_for(self.user.role)
