"""What is put down about changes of users, in words."""

from __future__ import annotations

from huiqi.vocabulary.speech import Both, listed
from huiqi_portal.accounts.models import Change, User
from huiqi_portal.accounts.roles import Role

WORDS = {
    "made": Both("made the account", "创建账户"),
    "role": Both("changed the role", "变更角色"),
    "closed": Both("closed the account", "停用账户"),
    "opened": Both("opened the account again", "恢复账户"),
    "link": Both("made a link for a new password", "生成重设密码链接"),
    "given": Both("gave a password", "设定初始密码"),
    "unlocked": Both("unlocked the account", "解除锁定"),
    "signed-out": Both("ended all sessions", "结束所有会话"),
    "token": Both("made an API token", "创建接口令牌"),
    "token-revoked": Both("revoked an API token", "撤销接口令牌"),
    "confirmed": Both("confirmed that the user speaks for a firm", "确认代表企业"),
    "refused": Both("refused a request to speak for a firm", "驳回代表企业的申请"),
    "ended": Both("ended that the user speaks for a firm", "终止代表企业"),
}


def note_change(what: str, user: User, by: User | None, detail: str = "") -> None:
    """Put down a change of a user; in the transaction of the change."""
    assert what in WORDS, what
    Change.objects.create(what=what, user=user, by=by, detail=detail)


def in_words(change: Change) -> Both:
    """What was changed, with the roles or the firm that it was about."""
    words = WORDS[change.what]
    if not change.detail:
        return words
    parts = [Role(part).label if part in set(Role) else Both(part, part) for part in change.detail.split(" → ")]
    detail = listed(parts, " → ", " → ")
    return Both(f"{words.en}: {detail.en}", f"{words.zh}：{detail.zh}")
