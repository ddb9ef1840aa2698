"""huiqi portal restore: a backup put into an empty data folder and an empty database, once every file of it has been verified."""

from __future__ import annotations

import os
import shutil
import sqlite3
import tarfile
import tempfile
from pathlib import Path
from typing import Annotated

import typer
from pydantic import ValidationError

from huiqi_portal.service.archive import DATABASES, FORMAT, MANIFEST, Kept, Manifest, access_to, copied, faulty, is_safe, program
from huiqi_portal.service.backup import run_program
from huiqi_portal.service.begin import Data, begin, connect

LARGEST_MANIFEST = 500_000_000  # bytes


def restore(
    file: Annotated[Path, typer.Argument(help="A backup that huiqi portal backup wrote.")],
    data: Data = Path("portal"),
) -> None:
    """Put a backup into an empty data folder, and an empty database where PostgreSQL is set."""
    begin(data)
    manifest = read_backup(file.absolute(), data.absolute())
    typer.echo(f"{data}: {len(manifest.files)} files of {manifest.made_at}, all as they were backed up.")
    typer.echo("Everybody has to sign in again; work that was under way at the backup is marked as failed.")


def read_backup(file: Path, data: Path) -> Manifest:
    """Verify a backup beside the data folder, then put it in its place; nothing is there before all of it is right."""
    from django.db import connection

    if data.exists() and (not data.is_dir() or any(data.iterdir())):
        raise faulty("not-empty", "is not an empty folder", data, "name a new folder with --data; a backup is never put over what is there")
    data.parent.mkdir(parents=True, exist_ok=True)
    if connection.vendor == "postgresql":
        connect(data.parent)
    if connection.vendor == "postgresql" and connection.introspection.table_names():
        raise faulty("not-empty", "the database is not empty", connection.settings_dict["NAME"], "make a new one: createdb NAME")
    room = Path(tempfile.mkdtemp(prefix=f".{data.name}-", dir=data.parent))
    try:
        manifest = _verified(file, room)
        _fits(manifest, file)
        if manifest.database == "postgresql":
            dump = room / DATABASES["postgresql"]
            command = [program("pg_restore"), "--single-transaction", "--exit-on-error", "--no-owner", "--no-privileges"]
            access = access_to(connection.settings_dict)
            run_program([*command, f"--dbname={access['PGDATABASE']}", str(dump)], access)
            dump.unlink()
        else:
            _sound(room / DATABASES["sqlite"])
        connection.close()
        if data.exists():
            data.rmdir()
        room.rename(data)
    finally:
        shutil.rmtree(room, ignore_errors=True)
    _bring_up_to_date()
    return manifest


def _verified(file: Path, room: Path) -> Manifest:
    """Unpack every file, each where it belongs and nowhere else, and hold it against the manifest."""
    found: dict[str, Kept] = {}
    text: bytes | None = None
    try:
        with tarfile.open(file, mode="r|gz") as tar:
            for entry in tar:
                if not entry.isreg() or not is_safe(entry.name) or entry.name in found:
                    raise faulty("unsafe", f"has {entry.name[:200]!r}, which no backup has", file, "do not use this file")
                source = tar.extractfile(entry)
                assert source is not None
                if entry.name == MANIFEST:
                    text = source.read(LARGEST_MANIFEST)
                    continue
                if entry.size > shutil.disk_usage(room).free:
                    raise faulty("space", "is larger than what is free on the disk", file, f"free some space beside {room.parent}")
                target = room / entry.name
                target.parent.mkdir(parents=True, exist_ok=True)
                with os.fdopen(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as to:
                    size, sha256 = copied(source, entry.size, to.write)
                found[entry.name] = Kept(size=size, sha256=sha256)
    except (tarfile.TarError, EOFError, OSError) as error:
        if isinstance(error, FileNotFoundError):
            raise faulty("missing", "is not there", file) from error
        raise faulty("broken", f"cannot be read to its end: {error}", file, "take another copy of the backup") from error
    if text is None:
        raise faulty("broken", "has no manifest: it was cut short, or is no backup", file, "take another copy of the backup")
    try:
        manifest = Manifest.model_validate_json(text)
    except ValidationError as error:
        raise faulty("broken", "has a manifest that cannot be read", file, "take another copy of the backup") from error
    wrong = sorted(name for name in found.keys() | manifest.files.keys() if found.get(name) != manifest.files.get(name))
    if wrong:
        raise faulty("altered", f"{len(wrong)} files are not as they were backed up, first {wrong[0]}", file, "take another copy of the backup")
    return manifest


def _fits(manifest: Manifest, file: Path) -> None:
    """Whether this version and its database can take the backup."""
    from django.db import connection
    from django.db.migrations.loader import MigrationLoader

    if manifest.format != FORMAT:
        raise faulty("version", f"is of form {manifest.format}; this version reads {FORMAT}", file, "restore it with the huiqi that wrote it")
    if manifest.database != connection.vendor or DATABASES[manifest.database] not in manifest.files:
        hint = "set HUIQI_DATABASE to an empty PostgreSQL" if manifest.database == "postgresql" else "unset HUIQI_DATABASE"
        raise faulty("database", f"is of {manifest.database}, and the portal is set to {connection.vendor}", file, hint)
    known = {f"{application}.{name}" for application, name in MigrationLoader(None).disk_migrations}
    if newer := [name for name in manifest.migrations if name not in known]:
        raise faulty("version", f"is of a newer huiqi ({manifest.huiqi}: {newer[0]})", file, f"install huiqi {manifest.huiqi} or newer")


def _sound(database: Path) -> None:
    """Whether a file of SQLite is whole."""
    to = sqlite3.connect(database)
    try:
        told = [row[0] for row in to.execute("PRAGMA integrity_check(1)")]
    except sqlite3.DatabaseError as error:
        raise faulty("broken", f"the database is damaged: {error}", database.name) from error
    finally:
        to.close()
    if told != ["ok"]:
        raise faulty("broken", f"the database is damaged: {told[0]}", database.name)


def _bring_up_to_date() -> None:
    """Migrate, end the sessions of the time of the backup, and mark what was under way then."""
    from django.contrib.sessions.models import Session
    from django.core.management import call_command
    from django.utils import timezone

    from huiqi_portal.jobs.models import Job, State

    call_command("migrate", verbosity=0)
    Session.objects.all().delete()
    told = {"code": "job.interrupted", "message": "the portal was restored from a backup made while this was running"}
    Job.objects.filter(state=State.RUNNING).update(state=State.FAILED, problems=[told], ended_at=timezone.now())
