"""How every command of the portal begins: the data folder and the settings from the environment, told plainly where they do not do."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

from huiqi.vocabulary.problem import FaultyInput, Problem, Where

#: The folder that all commands of the portal ask for.
Data = Annotated[Path, typer.Option("--data", envvar="HUIQI_DATA", help="The folder for the database, registries, runs and uploads.")]


def begin(data: Path) -> None:
    """Read the settings and load the applications."""
    import django
    from django.core.exceptions import ImproperlyConfigured

    os.environ["HUIQI_DATA"] = str(data.absolute())
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "huiqi_portal.service.settings")
    try:
        django.setup()
    except ImproperlyConfigured as error:
        message, _, hint = str(error).partition("; ")
        raise FaultyInput([Problem("portal.settings", message, hint=hint)]) from error


def connect(data: Path) -> None:
    """Make sure that the data folder is there and the database answers."""
    from django.db import DatabaseError, connection

    if not data.is_dir():
        raise FaultyInput([Problem("portal.data", "there is no such folder", Where(str(data)), "name the portal's folder with --data or HUIQI_DATA")])
    try:
        connection.ensure_connection()
    except DatabaseError as error:
        hint = "see that it runs, and that HUIQI_DATABASE is right"
        raise FaultyInput([Problem("portal.database", f"the database does not answer: {str(error).strip()}", hint=hint)]) from error
