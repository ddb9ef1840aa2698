"""A version becomes the law of the portal in two steps by two people: somebody proposes it, somebody else confirms.

The second may be another editor or an administrator, who has seen the same check report and differences. A version that was in force before goes the
same way. Each step is kept (docs/decisions/2026-11-23-four-eyes.md).
"""

from __future__ import annotations

from django.db import transaction
from django.dispatch import Signal
from django.utils import timezone

from huiqi.vocabulary.speech import Both
from huiqi_portal.accounts.models import User
from huiqi_portal.site.faults import Fault, Refused
from huiqi_portal.texts.models import Act, Publication, Step
from huiqi_portal.texts.shelf import current_publication

published = Signal()  # other texts are the law: told within the transaction, with `by`


def propose(publication: Publication, by: User, note: str) -> None:
    """Ask for a version to be published."""
    with transaction.atomic():
        found = _held(publication)
        _require(not found.job or not found.job.open, "texts.checking", _WAIT)
        _require(found.sound, "texts.unsound", _MEND)
        _require(found.proposed_at is None, "texts.proposed", _CONFIRM)
        _require(found != current_publication(), "texts.current", _IN_FORCE)
        found.proposed_at, found.proposed_by = timezone.now(), by
        _step(found, Act.PROPOSED, by, note)


def publish(publication: Publication, by: User, note: str) -> None:
    """Confirm what somebody else proposed: from now on it is the law of the portal."""
    with transaction.atomic():
        found = _held(publication)
        _require(found.proposed_at is not None, "texts.not-proposed", _PROPOSE)
        _require(found.proposed_by_id != by.pk, "texts.four-eyes", _ANOTHER)
        _require(found.sound, "texts.unsound", _MEND)
        found.proposed_at = found.proposed_by = None
        found.published_at, found.published_by = timezone.now(), by
        _step(found, Act.PUBLISHED, by, note)
        published.send(Publication, by=by)


def turn_down(publication: Publication, by: User, note: str) -> None:
    """Refuse what somebody proposed, or take back what one has proposed oneself."""
    with transaction.atomic():
        found = _held(publication)
        _require(found.proposed_at is not None, "texts.not-proposed", _PROPOSE)
        act = Act.WITHDRAWN if found.proposed_by_id == by.pk else Act.REFUSED
        found.proposed_at = found.proposed_by = None
        _step(found, act, by, note)


def _held(publication: Publication) -> Publication:
    """The version as it is now, kept from others until the step is made."""
    found: Publication = Publication.objects.select_for_update().get(pk=publication.pk)
    return found


def _step(found: Publication, act: str, by: User, note: str) -> None:
    found.save()
    Step.objects.create(publication=found, act=act, by=by, note=note.strip())


def _require(holds: bool, code: str, said: tuple[Both, Both]) -> None:
    if not holds:
        raise Refused([Fault(code, *said)])


_WAIT = Both("the version is still being checked", "该版本仍在检查中"), Both("wait until the job has ended", "请等待检查任务结束")
_MEND = (
    Both("the version has errors or worked cases that do not hold", "该版本存在错误或未通过的算例"),
    Both("mend the texts and upload them as a new version", "请修改文本后作为新版本上传"),
)
_CONFIRM = (
    Both("the version is proposed already", "该版本已提请发布"),
    Both("another editor or an administrator confirms it", "请由另一名政策编辑或管理员复核"),
)
_IN_FORCE = Both("the version is in force already", "该版本正在生效"), Both("propose another one", "请提请其他版本")
_PROPOSE = Both("nobody has proposed the version", "该版本尚未提请发布"), Both("propose it first", "请先提请发布")
_ANOTHER = (
    Both("who proposes a version does not confirm it", "提请人不能复核自己提请的版本"),
    Both("have another editor or an administrator confirm it", "请由另一名政策编辑或管理员复核"),
)
