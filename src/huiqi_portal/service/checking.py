"""huiqi portal check: whether the settings, the database and the data folder are fit to serve."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import typer

from huiqi.vocabulary.problem import FaultyInput, Problem, Where
from huiqi_portal.service.begin import Data, begin, connect


def check(data: Data = Path("portal")) -> None:
    """Say what stands in the way of serving; exit status 1 if anything does."""
    begin(data)
    connect(data)
    problems = list(found(data.absolute()))
    if problems:
        raise FaultyInput(problems)
    typer.echo("Settings, database, audit trail and files are as they should be.")


def found(data: Path) -> Iterator[Problem]:
    """What is wrong."""
    from django.conf import settings
    from django.core import checks
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    for message in checks.run_checks(include_deployment_checks=True, databases=["default"]):
        if message.level >= checks.WARNING:
            yield Problem("portal.settings", f"{message.id}: {message.msg}", hint=message.hint or "")
    if not settings.HTTPS:
        yield Problem("portal.settings", "HUIQI_HTTPS is off", hint="set it on: passwords would cross the network in the clear")
    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        yield Problem("portal.database", "the tables are not those of this version", hint="huiqi serve brings them up to date")
        return
    yield from _of_the_trail()
    yield from _of_files(data)


def _of_the_trail() -> Iterator[Problem]:
    from huiqi_portal.accounts.append_only import missing
    from huiqi_portal.accounts.models import User
    from huiqi_portal.accounts.roles import Role

    if gone := missing():
        yield Problem(
            "portal.trail", f"the audit trail could be altered: {', '.join(gone)} is missing", hint="huiqi serve puts it back; ask who removed it"
        )
    if not User.objects.filter(role=Role.ADMINISTRATOR, is_active=True).exists():
        yield Problem("portal.user", "there is no administrator", hint="huiqi portal user NAME")


def _of_files(data: Path) -> Iterator[Problem]:
    """Folders that the database speaks of and that are not there."""
    from huiqi_portal.registries.models import Registry
    from huiqi_portal.texts.models import Publication

    spoken_of = [
        *(data / "texts" / folder for folder in Publication.objects.exclude(folder="").values_list("folder", flat=True)),
        *(data / "registries" / folder for folder in Registry.objects.exclude(folder="").values_list("folder", flat=True)),
    ]
    for folder in spoken_of:
        if not folder.is_dir():
            yield Problem("portal.files", "is not there", Where(str(folder)), hint="restore it from a backup")
