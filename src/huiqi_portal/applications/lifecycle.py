"""The life of an application (办件): its states, the steps between them, and who took each.

Only the steps that exist are here: a draft can be withdrawn. What the window adds (submitted, review, decision, payment) docks on as further
states and steps of this table, see docs/decisions/2026-11-23-applications.md.
"""

from __future__ import annotations

from enum import StrEnum

from django.db import transaction

from huiqi.vocabulary.speech import Both
from huiqi_portal.accounts.models import User
from huiqi_portal.applications.models import Application, Step


class State(StrEnum):
    """How far an application is."""

    DRAFT = "draft"
    WITHDRAWN = "withdrawn"

    @property
    def label(self) -> Both:
        return _LABELS[self]


_LABELS = {State.DRAFT: Both("draft", "草稿"), State.WITHDRAWN: Both("withdrawn", "已撤回")}

#: What each step leads from and to.
STEPS: dict[str, tuple[State, State]] = {"withdraw": (State.DRAFT, State.WITHDRAWN)}


class NotPossible(Exception):
    """Why a step cannot be taken now, in both languages."""

    def __init__(self, words: Both):
        super().__init__(words.en)
        self.words = words


@transaction.atomic
def advance(application: Application, step: str, by: User) -> Application:
    """Take a step and put down who took it; raises NotPossible where it does not lead on from here."""
    before, after = STEPS[step]
    held = Application.objects.select_for_update().get(pk=application.pk)
    if held.state != before:
        raise NotPossible(Both("this cannot be done in the state in which the application is now", "申报件当前状态不能进行此操作"))
    held.state = after
    held.save(update_fields=["state", "changed_at"])
    Step.objects.create(application=held, step=step, before=before, after=after, by=by)
    return held


def require_draft(application: Application) -> None:
    """Only a draft is altered."""
    if application.state != State.DRAFT:
        raise NotPossible(Both("only a draft can be altered", "只有草稿可以修改"))
