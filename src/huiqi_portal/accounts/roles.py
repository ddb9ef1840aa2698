"""What people are to the portal."""

from __future__ import annotations

from enum import StrEnum

from huiqi.vocabulary.speech import Both


class Role(StrEnum):
    """A user has one role; what each may do is declared at every page (access.py)."""

    ENTERPRISE = "enterprise"
    EDITOR = "editor"
    OFFICER = "officer"
    AUDITOR = "auditor"
    ADMINISTRATOR = "administrator"

    @property
    def label(self) -> Both:
        """The role in words."""
        return _LABELS[self]


_LABELS = {
    Role.ENTERPRISE: Both("Enterprise user", "企业用户"),
    Role.EDITOR: Both("Policy editor", "政策编辑"),
    Role.OFFICER: Both("Officer", "经办人员"),
    Role.AUDITOR: Both("Auditor", "审计人员"),
    Role.ADMINISTRATOR: Both("Administrator", "管理员"),
}
