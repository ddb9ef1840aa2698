"""huiqi portal token: a token of the API for a user."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

Data = Annotated[Path | None, typer.Option("--data", help="The portal's data folder; left out: HUIQI_DATA, else portal.")]


def token(
    name: Annotated[str, typer.Argument(help="What it is called: the program that uses it.")],
    user: Annotated[str, typer.Option("--user", help="The sign-in name of the user for whom it speaks.")],
    scope: Annotated[list[str] | None, typer.Option("--scope", help="evaluate, firm:read, runs:read or runs:write; can be repeated.")] = None,
    subject: Annotated[list[str] | None, typer.Option("--subject", help="A firm that it may read; can be repeated.")] = None,
    days: Annotated[int, typer.Option("--days", help="How long it holds: 30, 90, 180 or 365 days.")] = 90,
    data: Data = None,
) -> None:
    """Make a token of the API, and show it this once."""
    import django

    if data is not None:
        os.environ["HUIQI_DATA"] = str(data.absolute())
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "huiqi_portal.service.settings")
    django.setup()

    from huiqi_portal.accounts.api_token import Scope
    from huiqi_portal.accounts.models import User
    from huiqi_portal.accounts.refused import Refused
    from huiqi_portal.accounts.tokens import make_token

    unknown = [one for one in scope or () if one not in set(Scope)]
    found = User.objects.filter(username=user).first()
    if found is None or unknown:
        wrong = f"there is no scope {unknown[0]}; scopes: {', '.join(Scope)}" if unknown else f"there is no user {user}; look at the page of users"
        typer.echo(wrong, err=True)
        raise typer.Exit(2)
    try:
        made, text = make_token(found, name, [Scope(one) for one in scope or ()], subject or (), days, None)
    except Refused as refused:
        typer.echo(refused.words.en, err=True)
        raise typer.Exit(2) from refused
    typer.echo(f"{made.name}: {', '.join(made.scopes)}, until {made.expires_at:%Y-%m-%d}; it is shown this once", err=True)
    typer.echo(text)
