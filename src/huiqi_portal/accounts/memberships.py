"""Who speaks for a firm: asked for by a user, confirmed or refused by an officer, ended by either."""

from __future__ import annotations

import unicodedata

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils import timezone

from huiqi.facts.credit_code import is_valid
from huiqi_portal.accounts.changes import note_change
from huiqi_portal.accounts.models import Membership, User
from huiqi_portal.accounts.refused import Refused
from huiqi_portal.accounts.roles import Role

CODE_LENGTH = 18
WAITING_AT_MOST = 5  # requests of one user that an officer has not answered


def subject_of(written: str) -> str:
    """The id of a firm as it was written: full-width signs and spaces as from a copied page, a credit code in small letters."""
    subject = "".join(unicodedata.normalize("NFKC", written).split())
    return subject.upper() if len(subject) == CODE_LENGTH else subject


def looks_wrong(subject: str) -> bool:
    """Whether something is meant as a credit code and cannot be one. Registries may have other ids, too."""
    return len(subject) == CODE_LENGTH and not is_valid(subject)


def waiting() -> QuerySet[Membership]:
    """What officers have to answer, the oldest first."""
    return Membership.objects.filter(confirmed_at__isnull=True, ended_at__isnull=True).select_related("user").order_by("asked_at", "pk")


def standing() -> QuerySet[Membership]:
    """Who speaks for a firm now."""
    return (
        Membership.objects.filter(confirmed_at__isnull=False, ended_at__isnull=True)
        .select_related("user", "confirmed_by")
        .order_by("subject", "user__username")
    )


@transaction.atomic
def ask(user: User, subject: str, note: str) -> Membership:
    """Ask to speak for a firm; nothing is shown of it until an officer has confirmed."""
    if user.role != Role.ENTERPRISE:
        raise Refused("Only an enterprise user can speak for a firm.", "只有企业用户可以代表企业。")
    if looks_wrong(subject):
        raise Refused("This is no credit code: a character is wrong.", "统一社会信用代码有误，请核对。")
    if user.memberships.filter(confirmed_at__isnull=True, ended_at__isnull=True).count() >= WAITING_AT_MOST:
        raise Refused("An officer has to answer your other requests first.", "请等待经办人员处理您此前的申请。")
    try:
        with transaction.atomic():
            return Membership.objects.create(user=user, subject=subject, note=note)
    except IntegrityError as error:
        raise Refused("You have already asked for this firm.", "您已就该企业提出申请。") from error


@transaction.atomic
def confirm(number: int, by: User) -> Membership:
    """Confirm that a user speaks for a firm."""
    membership = _open(number, confirmed=False)
    if membership.user.role != Role.ENTERPRISE or not membership.user.is_active:
        raise Refused("The user's account is closed or has another role.", "该用户账户已停用或角色已变更。")
    membership.confirmed_at, membership.confirmed_by = timezone.now(), by
    membership.save(update_fields=["confirmed_at", "confirmed_by"])
    note_change("confirmed", membership.user, by, membership.subject)
    return membership


@transaction.atomic
def refuse(number: int, by: User, reason: str) -> Membership:
    """Refuse a request; the user reads why."""
    return _end(_open(number, confirmed=False), by, reason, "refused")


@transaction.atomic
def end(number: int, by: User, reason: str) -> Membership:
    """End that a user speaks for a firm; the user reads why."""
    return _end(_open(number, confirmed=True), by, reason, "ended")


@transaction.atomic
def give_up(number: int, user: User) -> Membership:
    """The user's own word that they no longer speak, or ask to speak, for a firm."""
    membership = user.memberships.select_for_update().filter(pk=number, ended_at__isnull=True).first()
    if membership is None:
        raise _gone()
    return _end(membership, user, "", "ended")


def end_all(user: User, by: User) -> None:
    """End all that a user speaks or asks to speak for."""
    for membership in user.memberships.filter(ended_at__isnull=True):
        _end(membership, by, "", "ended")


def _open(number: int, *, confirmed: bool) -> Membership:
    found = Membership.objects.select_for_update(of=("self",)).select_related("user")
    membership = found.filter(pk=number, confirmed_at__isnull=not confirmed, ended_at__isnull=True).first()
    if membership is None:
        raise _gone()
    return membership


def _end(membership: Membership, by: User, reason: str, what: str) -> Membership:
    membership.ended_at, membership.ended_by, membership.reason = timezone.now(), by, reason
    membership.save(update_fields=["ended_at", "ended_by", "reason"])
    note_change(what, membership.user, by, membership.subject)
    return membership


def _gone() -> Refused:
    return Refused("Somebody has already answered this.", "该申请已被处理。")
