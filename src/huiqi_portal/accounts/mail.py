"""Letters to users, where the office has a mail server (HUIQI_MAIL); without one, an administrator hands over links."""

from __future__ import annotations

from django.conf import settings
from django.core.mail import send_mail

from huiqi.vocabulary.speech import Both
from huiqi_portal.accounts.models import User

_SUBJECT = Both("Choose a new password", "重设密码")
_BODY = Both(
    "Somebody, probably you, asked for a new password for {0}. Choose it on this page; it can be used once, and for a day:\n\n{1}\n\n"
    "If it was not you, there is nothing to do: the old password holds.",
    "有人（可能是您本人）申请重设账户 {0} 的密码。请在以下页面设置新密码，链接一天内有效，仅可使用一次：\n\n{1}\n\n"
    "如非本人操作，请忽略本邮件，原密码仍然有效。",
)


def can_mail() -> bool:
    """Whether there is a mail server."""
    return bool(settings.HUIQI_MAIL)


def mail_link(user: User, address: str) -> None:
    """Send a user the address of the page for a new password."""
    body = "\n\n—\n\n".join(words.format(user.username, address) for words in (_BODY.zh, _BODY.en))
    send_mail(f"{_SUBJECT.zh} · {_SUBJECT.en}", body, None, [user.email])
