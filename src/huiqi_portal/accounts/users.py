"""What an administrator does with users: make, change the role, close, open, unlock, and let them choose a new password."""

from __future__ import annotations

import secrets

from django.contrib.auth.tokens import default_token_generator
from django.db import transaction
from django.db.models import F
from django.urls import reverse
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode

from huiqi_portal.accounts import lockout
from huiqi_portal.accounts.changes import note_change
from huiqi_portal.accounts.memberships import end_all
from huiqi_portal.accounts.models import User
from huiqi_portal.accounts.refused import Refused
from huiqi_portal.accounts.roles import Role


@transaction.atomic
def make_user(username: str, role: Role, by: User | None, *, name: str = "", email: str = "") -> User:
    """Make a user who cannot sign in until a password is chosen by a link, or given."""
    user = User(username=User.normalize_username(username), role=role, name=name, email=User.objects.normalize_email(email))
    user.set_unusable_password()
    user.full_clean(exclude=["password"])
    user.save()
    note_change("made", user, by, role.value)
    return user


@transaction.atomic
def change_role(user: User, role: Role, by: User) -> None:
    """Give a user another role; who is no enterprise user any more speaks for no firm."""
    if role == user.role:
        return
    _keep_an_administrator(user)
    if role is not Role.ENTERPRISE:
        end_all(user, by)
    note_change("role", user, by, f"{user.role} → {role.value}")
    user.role = role
    user.save(update_fields=["role"])
    end_sessions(user)


@transaction.atomic
def close(user: User, by: User) -> None:
    """Let a user sign in no more; what they did stays on record."""
    if not user.is_active:
        return
    _keep_an_administrator(user)
    user.is_active = False
    user.save(update_fields=["is_active"])
    end_sessions(user)
    note_change("closed", user, by)


@transaction.atomic
def reopen(user: User, by: User) -> None:
    """Let a user sign in again."""
    if user.is_active:
        return
    user.is_active = True
    user.save(update_fields=["is_active"])
    note_change("opened", user, by)


@transaction.atomic
def unlock(user: User, by: User) -> None:
    """Forget the failed attempts of a user who is locked out."""
    lockout.unlock(user.username)
    note_change("unlocked", user, by)


@transaction.atomic
def sign_out_everywhere(user: User, by: User) -> None:
    """End all sessions of a user, wherever they are."""
    end_sessions(user)
    note_change("signed-out", user, by)


def end_sessions(user: User) -> None:
    """What sessions are held against changes, so that none fits any more."""
    User.objects.filter(pk=user.pk).update(sign_in_round=F("sign_in_round") + 1)
    user.refresh_from_db(fields=["sign_in_round"])


@transaction.atomic
def link_for_password(user: User, by: User) -> str:
    """The path of a page on which the user chooses a new password: once, and for a day. Until then the old one holds."""
    if not user.is_active:
        raise Refused("The account is closed: open it again first.", "账户已停用，请先恢复。")
    note_change("link", user, by)
    return path_for_password(user)


def path_for_password(user: User) -> str:
    """The path itself, for who has made sure whom it is given to."""
    number = urlsafe_base64_encode(force_bytes(user.pk))
    return reverse("accounts:choose", kwargs={"uidb64": number, "token": default_token_generator.make_token(user)})


@transaction.atomic
def give_password(user: User, by: User | None) -> str:
    """A password by chance, to be handed over; it has to be changed when it is first used."""
    password = secrets.token_urlsafe(15)
    user.set_password(password)
    user.password_given = True
    user.save(update_fields=["password", "password_given"])
    note_change("given", user, by)
    return password


def _keep_an_administrator(user: User) -> None:
    """Refuse what would leave no administrator; the rows are locked, so that two cannot take away each other."""
    administrators = set(User.objects.select_for_update().filter(role=Role.ADMINISTRATOR, is_active=True).values_list("pk", flat=True))
    if administrators == {user.pk}:
        raise Refused("This is the last administrator: make another one first.", "这是最后一名管理员，请先指定另一名管理员。")
