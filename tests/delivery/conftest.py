"""A PostgreSQL of the tests' own, and places for ledgers in it and in files."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from books import new_ledger


def _found(program: str) -> str | None:
    places = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{program}"), reverse=True)
    return shutil.which(program) or (str(places[0]) if places else None)


@pytest.fixture(scope="session")
def cluster() -> Iterator[str]:
    """The address of a PostgreSQL cluster for this run, in a folder of its own, over a socket; it obeys no root, so another user runs it."""
    initdb, pg_ctl = _found("initdb"), _found("pg_ctl")
    if initdb is None or pg_ctl is None:
        pytest.skip("PostgreSQL (initdb, pg_ctl) is not installed")
    pytest.importorskip("psycopg", reason="psycopg is not installed: pip install 'huiqi[postgres]'")
    run = ["runuser", "-u", "postgres", "--"] if os.getuid() == 0 else []
    if run and subprocess.run([*run, "true"], capture_output=True, check=False).returncode:
        pytest.skip("PostgreSQL does not run as root, and there is no user postgres to run it as")
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


@pytest.fixture
def new_place(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[str], str]:
    """A place for a new ledger in a store, `sqlite` or `postgresql`."""

    def place(store: str) -> str:
        if store == "sqlite":
            return str(tmp_path / f"{len(list(tmp_path.iterdir()))}.ledger")
        import psycopg

        address = request.getfixturevalue("cluster")
        with psycopg.connect(address.format(database="postgres"), autocommit=True) as connection:
            count = connection.execute("SELECT count(*) FROM pg_database").fetchone()[0]
            connection.execute(f"CREATE DATABASE ledger{count}")
        return address.format(database=f"ledger{count}")

    return place


@pytest.fixture(params=["sqlite", "postgresql"])
def place(request: pytest.FixtureRequest, new_place: Callable[[str], str]) -> str:
    """A new ledger in each store."""
    found = new_place(request.param)
    new_ledger(found)
    return found
