"""What a backup is: a tar.gz of the database and the data folder's files, and a manifest with the hash of each."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path, PurePosixPath
from typing import IO, Any

from pydantic import BaseModel, ConfigDict

from huiqi.vocabulary.problem import FaultyInput, Problem, Where

FOLDERS = ("texts", "registries", "runs", "uploads")  # of the data folder; static files are made anew at every start
DATABASES = {"sqlite": "db.sqlite3", "postgresql": "database.pgdump"}
MANIFEST = "manifest.json"
FORMAT = 1
CHUNK = 1 << 20


class Kept(BaseModel):
    """A file of a backup."""

    model_config = ConfigDict(frozen=True)
    size: int
    sha256: str


class Manifest(BaseModel):
    """What a backup has, of which version; its last file."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    format: int
    huiqi: str
    made_at: str
    database: str
    migrations: tuple[str, ...]
    files: dict[str, Kept]


def faulty(code: str, message: str, file: Path | str, hint: str = "") -> FaultyInput:
    """One thing that is wrong with a backup."""
    return FaultyInput([Problem(f"backup.{code}", message, Where(str(file)), hint)])


def is_safe(name: str) -> bool:
    """Whether a name in an archive is one that a backup of ours would have: below a known folder, and nowhere else."""
    path = PurePosixPath(name)
    if path.is_absolute() or "\\" in name or "\0" in name or str(path) != name or any(part in ("", ".", "..") for part in path.parts):
        return False
    return name in (MANIFEST, *DATABASES.values()) or (len(path.parts) > 1 and path.parts[0] in FOLDERS)


def copied(source: IO[bytes], size: int, write: Callable[[bytes], Any]) -> tuple[int, str]:
    """Copy so many bytes at most; how many there were, and their SHA-256."""
    digest, left = hashlib.sha256(), size
    while left and (block := source.read(min(CHUNK, left))):
        digest.update(block)
        write(block)
        left -= len(block)
    return size - left, digest.hexdigest()


def program(name: str) -> str:
    """A program of PostgreSQL, on the path or where Debian puts it."""
    places = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), key=lambda place: int(place.parts[4]) if place.parts[4].isdecimal() else 0)
    found = shutil.which(name) or (str(places[-1]) if places else None)
    if found is None:
        raise faulty("program", f"{name} is not installed", name, "install the client of PostgreSQL (Debian: postgresql-client)")
    return found


def access_to(database: dict[str, Any]) -> dict[str, str]:
    """How programs of PostgreSQL reach a database of Django's: by the environment, so that no password stands in a list of processes."""
    names = {"PGHOST": "HOST", "PGPORT": "PORT", "PGUSER": "USER", "PGPASSWORD": "PASSWORD", "PGDATABASE": "NAME"}
    return {name: str(database[key]) for name, key in names.items() if database.get(key)}


def files_below(data: Path) -> Iterator[tuple[str, Path]]:
    """The files of the data folder with their names in a backup, in one order."""
    for folder in FOLDERS:
        for path in sorted((data / folder).rglob("*")):
            if path.is_symlink():
                raise faulty("link", "is a link, which no file of the portal is", path, "put the file itself in its place, or remove it")
            if path.is_file():
                yield path.relative_to(data).as_posix(), path
