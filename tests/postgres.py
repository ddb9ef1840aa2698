"""A PostgreSQL of the tests' own: for fixtures, and around a command.

    python tests/postgres.py COMMAND...     runs the command with HUIQI_DATABASE set to a new database of it

Where PostgreSQL is not installed the command is not run, and that is said.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class Absent(Exception):
    """Why there can be no PostgreSQL here."""


def _found(program: str) -> str | None:
    places = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{program}"), reverse=True)
    return shutil.which(program) or (str(places[0]) if places else None)


@contextmanager
def running() -> Iterator[str]:
    """The address of a cluster in a folder of its own, over a socket, with {database} left open; it obeys no root, so another user runs it."""
    initdb, pg_ctl = _found("initdb"), _found("pg_ctl")
    if initdb is None or pg_ctl is None:
        raise Absent("PostgreSQL (initdb, pg_ctl) is not installed")
    try:
        import psycopg  # noqa: F401  # only whether it is there
    except ImportError as error:
        raise Absent("psycopg is not installed: pip install 'huiqi[postgres]'") from error
    run = ["runuser", "-u", "postgres", "--"] if os.getuid() == 0 else []
    if run and subprocess.run([*run, "true"], capture_output=True, check=False).returncode:
        raise Absent("PostgreSQL does not run as root, and there is no user postgres to run it as")
    folder = Path(tempfile.mkdtemp(prefix="hq", dir="/tmp"))  # short: a socket's path has 107 bytes
    folder.chmod(0o777)
    data = folder / "data"
    try:
        subprocess.run([*run, initdb, "-D", data, "-U", "huiqi", "-A", "trust", "-E", "UTF8", "--locale=C", "-N"], check=True, capture_output=True)
        # As it is installed, but without a port and with little memory; fsync stays on.
        options = f"-c listen_addresses='' -k {folder} -c shared_buffers=32MB -c max_connections=40"
        subprocess.run([*run, pg_ctl, "-D", data, "-w", "-l", folder / "log", "-o", options, "start"], check=True, capture_output=True)
        try:
            yield f"postgresql://huiqi@/{{database}}?host={folder}"
        finally:
            subprocess.run([*run, pg_ctl, "-D", data, "-m", "immediate", "stop"], check=False, capture_output=True)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def new_database(address: str, name: str) -> str:
    """The address of a new database of a cluster."""
    import psycopg

    with psycopg.connect(address.format(database="postgres"), autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    return address.format(database=name)


def main(command: list[str]) -> int:
    """Run a command beside a new cluster."""
    try:
        with running() as address:
            place = new_database(address, "portal")
            return subprocess.run(command, env=os.environ | {"HUIQI_DATABASE": place}, check=False).returncode
    except Absent as absent:
        print(f"Not run on PostgreSQL: {absent}", file=sys.stderr)
        return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
