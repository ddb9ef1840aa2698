"""huiqi portal backup: everything that the portal keeps, in one file, while it goes on serving."""

from __future__ import annotations

import gzip
import hashlib
import io
import os
import sqlite3
import subprocess
import tarfile
import tempfile
from pathlib import Path
from typing import Annotated

import typer

from huiqi_portal.service.archive import DATABASES, FORMAT, MANIFEST, Kept, Manifest, access_to, faulty, files_below, program
from huiqi_portal.service.begin import Data, begin, connect


def backup(
    file: Annotated[Path, typer.Argument(help="The backup to write, a tar.gz; it must not be there yet.")],
    data: Data = Path("portal"),
) -> None:
    """Write the database and all files into one archive; the portal may be running."""
    begin(data)
    connect(data)
    manifest = write_backup(data.absolute(), file.absolute())
    size = file.stat().st_size
    typer.echo(f"{file}: {len(manifest.files)} files, {size / 1e6:,.1f} MB")
    typer.echo("The secret key and the settings are not in it: keep them apart. Keep the backup like the data themselves.")


def write_backup(data: Path, file: Path) -> Manifest:
    """Write a backup of the open portal whose data folder is `data`.

    The database is copied first, at one moment; a file is written before the database speaks of it and not changed after, so what the copy
    speaks of is there. A file that goes away meanwhile is left out.
    """
    if file.exists():
        raise faulty("exists", "is already there", file, "name another file; a backup is never written over")
    if file.is_relative_to(data):
        raise faulty("inside", "is inside the data folder", file, "keep backups elsewhere, best on another machine")
    file.parent.mkdir(parents=True, exist_ok=True)
    part = file.with_name(f".{file.name}.part")
    try:
        descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "wb") as raw:
            manifest = _write(data, raw)
            raw.flush()
            os.fsync(raw.fileno())
        part.rename(file)
    finally:
        part.unlink(missing_ok=True)
    return manifest


def _write(data: Path, raw: io.BufferedWriter) -> Manifest:
    from django.utils import timezone

    import huiqi

    files: dict[str, Kept] = {}
    with (
        tempfile.TemporaryDirectory(prefix="huiqi-backup-") as room,
        gzip.GzipFile(filename="", fileobj=raw, mode="wb", compresslevel=3) as pressed,  # most files are compressed already
        tarfile.open(fileobj=pressed, mode="w|") as tar,
    ):
        kind, copy = _copy_of_database(Path(room))
        for name, path in ((DATABASES[kind], copy), *files_below(data)):
            try:
                source = path.open("rb")
            except FileNotFoundError:
                continue
            with source:
                entry = tarfile.TarInfo(name)
                state = os.fstat(source.fileno())
                entry.size, entry.mtime, entry.mode = state.st_size, int(state.st_mtime), 0o600
                files[name] = _added(tar, entry, source, path)
        manifest = Manifest(
            format=FORMAT,
            huiqi=huiqi.__version__,
            made_at=timezone.now().isoformat(timespec="seconds"),
            database=kind,
            migrations=migrations_done(),
            files=files,
        )
        text = manifest.model_dump_json(indent=1).encode()
        entry = tarfile.TarInfo(MANIFEST)
        entry.size, entry.mode = len(text), 0o600
        tar.addfile(entry, io.BytesIO(text))
    return manifest


class _Hashed(io.RawIOBase):
    """A file that is read through once, and its hash."""

    def __init__(self, source: io.BufferedReader) -> None:
        self.source, self.digest = source, hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        block = self.source.read(size)
        self.digest.update(block)
        return block


def _added(tar: tarfile.TarFile, entry: tarfile.TarInfo, source: io.BufferedReader, path: Path) -> Kept:
    """Put a file into the archive as long as it was when it was opened, and hash it on the way."""
    hashed = _Hashed(source)
    try:
        tar.addfile(entry, hashed)
    except OSError as error:  # fewer bytes than were said
        raise faulty("changing", "became shorter while it was copied", path, "try again when nothing is being imported") from error
    return Kept(size=entry.size, sha256=hashed.digest.hexdigest())


def _copy_of_database(room: Path) -> tuple[str, Path]:
    """The database at one moment, as a file."""
    from django.db import connection

    if connection.vendor == "postgresql":
        copy = room / DATABASES["postgresql"]
        command = [program("pg_dump"), "--format=custom", "--no-owner", "--no-privileges", f"--file={copy}"]
        run_program(command, access_to(connection.settings_dict))
        return "postgresql", copy
    copy = room / DATABASES["sqlite"]
    connection.ensure_connection()
    to = sqlite3.connect(copy)
    try:
        connection.connection.backup(to)
        to.execute("PRAGMA journal_mode=DELETE")  # one file, without a log beside it
    finally:
        to.close()
    return "sqlite", copy


def run_program(command: list[str], access: dict[str, str]) -> None:
    done = subprocess.run(command, env=os.environ | access, capture_output=True, text=True, check=False)
    if done.returncode:
        raise faulty("database", f"{Path(command[0]).name} failed: {done.stderr.strip()[:500]}", access.get("PGDATABASE", ""))


def migrations_done() -> tuple[str, ...]:
    """The migrations that the database has, each as application.name."""
    from django.db import connection
    from django.db.migrations.recorder import MigrationRecorder

    return tuple(sorted(f"{application}.{name}" for application, name in MigrationRecorder(connection).applied_migrations()))
