"""Contesting a fact of the registry: a firm says what is otherwise and why, an officer accepts or refuses."""

from __future__ import annotations

from django.core.files.uploadedfile import UploadedFile
from django.db import IntegrityError, transaction
from django.utils import timezone

from huiqi.facts.known import Raw
from huiqi.facts.schema import Fact
from huiqi.vocabulary.speech import Both
from huiqi_portal.accounts.models import User
from huiqi_portal.firms.files import keep
from huiqi_portal.firms.models import Contest, ContestState
from huiqi_portal.firms.standing import Standing
from huiqi_portal.registries.fact_input import as_json
from huiqi_portal.registries.lookup import firm

LONGEST_REASON = 2_000


class NotPossible(Exception):
    """Why a step cannot be taken now, in both languages."""

    def __init__(self, words: Both):
        super().__init__(words.en)
        self.words = words


def contest(standing: Standing, fact: Fact, year: int | None, says: Raw, reason: str, upload: UploadedFile | None, by: User) -> Contest:
    """Contest what the registry says of a fact, or have it verified what the firm states; raises NotPossible, or NotTaken for a file."""
    reason = reason.strip()
    if not reason:
        raise NotPossible(Both("say why it is otherwise", "请说明理由"))
    if len(reason) > LONGEST_REASON:
        raise NotPossible(Both(f"the reason is longer than {LONGEST_REASON} characters; shorten it", f"理由超过{LONGEST_REASON}个字符，请缩短"))
    recorded = registry_says(standing.subject, fact.id, year)
    if (fact.id, year) not in standing.stated and standing.known.values.get((fact.id, year)) == says:
        raise NotPossible(Both("this is what is known already", "与现有信息一致，无需更正"))
    if Contest.objects.filter(subject=standing.subject, fact=fact.id, year=year, state=ContestState.OPEN).exists():
        raise NotPossible(_OPEN)
    try:
        with transaction.atomic():
            return Contest.objects.create(
                subject=standing.subject,
                fact=fact.id,
                year=year,
                registry_says=None if recorded is None else as_json(recorded),
                firm_says=as_json(says),
                reason=reason,
                evidence=keep(upload, standing.subject, by) if upload is not None else None,
                by=by,
            )
    except IntegrityError as twice:
        raise NotPossible(_OPEN) from twice


_OPEN = Both("this fact is contested already; withdraw that first", "该信息已有待处理的异议，请先撤回")


def registry_says(subject: str, fact: str, year: int | None) -> Raw | None:
    """The registry's own value, without corrections and statements."""
    found = firm(subject)
    return None if found is None else found.known.values.get((fact, year))


@transaction.atomic
def decide(number: int, *, accept: bool, words: str, by: User) -> Contest:
    """An officer's decision, with a reason; raises NotPossible where it was decided or withdrawn before, or nothing is said."""
    one = Contest.objects.select_for_update().get(pk=number)
    if one.state != ContestState.OPEN:
        raise NotPossible(Both("this was decided or withdrawn already", "该异议已处理或已撤回"))
    if not words.strip():
        raise NotPossible(Both("say why; the firm reads it", "请填写理由，企业可见"))
    if len(words) > LONGEST_REASON:
        raise NotPossible(Both(f"this is longer than {LONGEST_REASON} characters; shorten it", f"超过{LONGEST_REASON}个字符，请缩短"))
    one.state = ContestState.ACCEPTED if accept else ContestState.REFUSED
    one.words, one.decided_by, one.decided_at = words.strip(), by, timezone.now()
    one.save(update_fields=["state", "words", "decided_by", "decided_at"])
    return one


@transaction.atomic
def withdraw(subject: str, number: int) -> Contest:
    """The firm takes it back while nobody has decided."""
    one = Contest.objects.select_for_update().get(pk=number, subject=subject)
    if one.state != ContestState.OPEN:
        raise NotPossible(Both("this was decided or withdrawn already", "该异议已处理或已撤回"))
    one.state = ContestState.WITHDRAWN
    one.save(update_fields=["state"])
    return one
