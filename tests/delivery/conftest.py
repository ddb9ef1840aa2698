"""Places for ledgers: files of SQLite, and a PostgreSQL of the tests' own."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from books import new_ledger


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
