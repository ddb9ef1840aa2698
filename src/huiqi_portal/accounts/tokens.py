"""Making, finding and revoking the tokens of the API."""

from __future__ import annotations

import datetime
import hashlib
import secrets
from collections.abc import Sequence

from django.db import transaction
from django.utils import timezone

from huiqi_portal.accounts.access import READERS
from huiqi_portal.accounts.api_token import ApiToken, Scope
from huiqi_portal.accounts.changes import note_change
from huiqi_portal.accounts.models import User
from huiqi_portal.accounts.refused import Refused

BEGINNING = "hq_"  # by which a lost token is recognised, by people and by programs that look for secrets
DAYS = (30, 90, 180, 365)  # how long a token may hold
MOST_TOKENS = 20  # of a user, at one time
MOST_SUBJECTS = 100
SEEN = datetime.timedelta(minutes=1)  # how exactly it is known when a token was used last


@transaction.atomic
def make_token(user: User, name: str, scopes: Sequence[Scope], subjects: Sequence[str], days: int, by: User | None) -> tuple[ApiToken, str]:
    """A token for a user, and its text, which nobody can read again; raises Refused where the user may not have such a token."""
    name, subjects = name.strip(), list(dict.fromkeys(subjects))
    if not name or len(name) > 64:
        raise Refused("Give the token a name of at most 64 characters.", "请填写令牌名称，不超过64个字符。")
    if days not in DAYS:
        raise Refused(
            f"A token holds for {', '.join(map(str, DAYS))} days; choose one of them.", f"令牌有效期为{'、'.join(map(str, DAYS))}天，请选择。"
        )
    for scope in scopes:
        if not scope.is_for(user.role):
            raise Refused(f"A user of this role cannot use “{scope}”: leave it out.", f"该角色不能使用“{scope}”，请取消选择。")
    if not user.is_active:
        raise Refused("The account is closed: open it again first.", "账户已停用，请先恢复。")
    if ApiToken.objects.filter(user=user, revoked_at=None, expires_at__gt=timezone.now()).count() >= MOST_TOKENS:
        raise Refused(f"There are {MOST_TOKENS} tokens already: revoke one that is not used.", f"已有{MOST_TOKENS}个令牌，请先撤销不用的令牌。")
    _check_subjects(user, Scope.FIRM_READ in scopes, subjects)
    text = BEGINNING + secrets.token_urlsafe(32)
    token = ApiToken.objects.create(
        user=user,
        name=name,
        begins=text[: len(BEGINNING) + 4],
        sha256=hash_of(text),
        scopes=sorted({Scope.CATALOGUE_READ, *scopes}),
        subjects=subjects,
        expires_at=timezone.now() + datetime.timedelta(days=days),
        made_by=by,
    )
    note_change("token", user, by, name)
    return token, text


def _check_subjects(user: User, wanted: bool, subjects: Sequence[str]) -> None:
    """Refuse firms that the user may not read."""
    if len(subjects) > MOST_SUBJECTS or any(len(subject) > 64 for subject in subjects):
        raise Refused(f"Name at most {MOST_SUBJECTS} firms, by their ids.", f"最多填写{MOST_SUBJECTS}家企业的统一社会信用代码。")
    if subjects and not wanted:
        raise Refused("Firms are only named for a token that reads firms.", "仅“查阅企业”的令牌可指定企业。")
    if user.role in READERS or not wanted:
        return
    own = set(user.firms())
    if not subjects:
        raise Refused("Name the firms that the token may read.", "请选择该令牌可查阅的企业。")
    if other := [subject for subject in subjects if subject not in own]:
        raise Refused(f"The user does not speak for {other[0]}: leave it out.", f"该用户未获授权代表{other[0]}，请取消选择。")


@transaction.atomic
def revoke(token: ApiToken, by: User | None) -> None:
    """Let a token be used no more; what it was stays on record."""
    if token.revoked_at is not None:
        return
    token.revoked_at, token.revoked_by = timezone.now(), by
    token.save(update_fields=["revoked_at", "revoked_by"])
    note_change("token-revoked", token.user, by, token.name)


def find(text: str) -> ApiToken | None:
    """The token of a text, whether it holds or not; nothing where there is none such."""
    if not text.startswith(BEGINNING) or len(text) > 100:
        return None
    return ApiToken.objects.select_related("user").filter(sha256=hash_of(text)).first()


def note_use(token: ApiToken) -> None:
    """Put down that a token was used, to the minute."""
    now = timezone.now()
    if token.used_at is None or now - token.used_at > SEEN:
        ApiToken.objects.filter(pk=token.pk).update(used_at=now)


def may_read(token: ApiToken, subject: str) -> bool:
    """Whether a token may read a firm today: it was given the firm, and its user may still read it."""
    if not token.allows(Scope.FIRM_READ):
        return False
    if token.user.role in READERS:
        return not token.subjects or subject in token.subjects
    return subject in token.subjects and subject in token.user.firms()


def hash_of(text: str) -> str:
    """What is kept of a token: of 256 bits by chance a plain hash tells nothing."""
    return hashlib.sha256(text.encode()).hexdigest()
