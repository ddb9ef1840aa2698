"""huiqi portal user: the first administrator, and a way back in for who has lost the password."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from huiqi.vocabulary.problem import FaultyInput, Problem
from huiqi_portal.accounts.roles import Role
from huiqi_portal.service.begin import Data, begin, connect


def user(
    username: Annotated[str, typer.Argument(help="The name to sign in with.")],
    role: Annotated[Role, typer.Option("--role", help="What the user is to the portal.")] = Role.ADMINISTRATOR,
    name: Annotated[str, typer.Option("--name", help="How the person is called.")] = "",
    new_password: Annotated[bool, typer.Option("--new-password", help="Give a user that there is a new password, and unlock the account.")] = False,
    data: Data = Path("portal"),
) -> None:
    """Make a user with a password by chance, which has to be changed when it is first used."""
    data.mkdir(mode=0o700, parents=True, exist_ok=True)
    begin(data)
    connect(data)
    typer.echo(give(username, role, name, new_password=new_password))


def give(username: str, role: Role, name: str, *, new_password: bool) -> str:
    """The password of the user that was made, or of the one that there is."""
    from django.core.exceptions import ValidationError
    from django.core.management import call_command
    from django.db import transaction

    from huiqi_portal.accounts import lockout, users
    from huiqi_portal.accounts.models import User

    call_command("migrate", verbosity=0)
    with transaction.atomic():
        found = User.objects.filter(username=User.normalize_username(username)).first()
        if new_password:
            if found is None:
                raise FaultyInput([Problem("portal.user", f"there is no user {username}", hint="leave out --new-password to make one")])
            lockout.unlock(found.username)
            users.end_sessions(found)
        elif found is not None:
            raise FaultyInput([Problem("portal.user", f"there is a user {username} already", hint="--new-password gives a new password")])
        else:
            try:
                found = users.make_user(username, role, None, name=name)
            except ValidationError as error:
                raise FaultyInput([Problem("portal.user", " ".join(error.messages))]) from error
        password = users.give_password(found, None)
    return f"{found.username} ({found.role}), password, to be changed when it is first used:\n{password}"
