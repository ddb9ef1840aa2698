"""Where a ledger is kept: a file of SQLite, or PostgreSQL by its address; what goes wrong there is told as a problem."""

from __future__ import annotations

import contextlib
import os
import re
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

from sqlalchemy import Connection, Engine, QueuePool, create_engine, event, select, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DBAPIError

from huiqi.delivery.ledger import tables
from huiqi.delivery.ledger.tables import ABOUT, VERSION
from huiqi.vocabulary.problem import FaultyInput, Problem, Where

#: How long a posting waits for another writer, in seconds.
WAIT = 10.0

_ADDRESS = re.compile(r"[a-z0-9+]+://")


def engine_of(place: str, *, read_only: bool, wait: float = WAIT) -> Engine:
    """The store at a path or an address; a path has to be a file that is there."""
    return _postgresql(place, wait) if _ADDRESS.match(place) else _sqlite(Path(place), wait, read_only)


def called(place: str) -> str:
    """The place as it is named to people: without a password."""
    if not _ADDRESS.match(place):
        return place
    try:
        return make_url(place).render_as_string(hide_password=True)
    except (ArgumentError, ValueError):
        return place.partition("://")[0] + "://..."


def create(place: str, by: str, at: str, wait: float = WAIT) -> None:
    """A new ledger, whole or not at all; FaultyInput where something is there."""
    is_file = not _ADDRESS.match(place)
    with told(place):
        if is_file:
            _new_file(Path(place))
        engine = engine_of(place, read_only=False, wait=wait)
        try:
            with writing(engine, wait) as connection:
                if is_file and connection.exec_driver_sql("SELECT count(*) FROM sqlite_master").scalar_one():
                    raise _exists(place)  # somebody else was quicker
                if not is_file and connection.scalar(text("SELECT to_regclass('huiqi_ledger')")):
                    raise _exists(place)
                tables.make(connection, by, at)
        finally:
            engine.dispose()


@contextlib.contextmanager
def writing(engine: Engine, wait: float) -> Iterator[Connection]:
    """A transaction that is the store's only writer from the beginning, or waits to be."""
    with writer_of(engine) as connection, writer(connection, wait):
        yield connection


def writer_of(engine: Engine) -> Connection:
    """A connection whose transactions write."""
    return engine.connect().execution_options(huiqi_writes=True)


@contextlib.contextmanager
def writer(connection: Connection, wait: float) -> Iterator[None]:
    """The same on a connection of `writer_of` that stays open."""
    with connection.begin():
        if connection.dialect.name == "postgresql":
            connection.exec_driver_sql(f"SET LOCAL lock_timeout = {int(wait * 1000)}")
        yield


@contextlib.contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """A transaction that sees the ledger as it is now, whatever is posted meanwhile."""
    with engine.connect() as connection:
        if connection.dialect.name == "postgresql":
            connection.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
        with connection.begin():
            yield connection


def about(connection: Connection, place: str) -> tuple[str, str]:
    """Who began the ledger and when; FaultyInput where it is of a later huiqi."""
    row = connection.execute(select(ABOUT)).one_or_none()
    if row is None:
        raise FaultyInput([Problem("ledger.not-a-ledger", "the ledger was never begun", Where(called(place)), "huiqi ledger create")])
    if row.version != VERSION:
        message = f"the ledger has layout {row.version}; this huiqi knows {VERSION}"
        raise FaultyInput([Problem("ledger.newer", message, Where(called(place)), "take the huiqi that wrote it, or a later one")])
    return row.begun_by, row.begun_at


def unguarded(connection: Connection) -> list[str]:
    """Triggers that keep what is posted, and are not there or do nothing."""
    if connection.dialect.name == "sqlite":
        query = "SELECT name, sql FROM sqlite_master WHERE type = 'trigger'"
        written = {row.name: row.sql for row in connection.execute(text(query))}
        return [name for name, made in tables.triggers("sqlite").items() if written.get(name) != made[-1]]
    query = (
        "SELECT tgname FROM pg_trigger JOIN pg_class ON tgrelid = pg_class.oid WHERE tgenabled IN ('O', 'A') AND pg_table_is_visible(pg_class.oid)"
    )
    there = set(connection.execute(text(query)).scalars())
    return [name for name in tables.triggers("postgresql") if name not in there]


# ---------------------------------------------------------------- SQLite


def _new_file(path: Path) -> None:
    if path.exists() and (path.is_dir() or path.stat().st_size):
        raise _exists(str(path))
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch()


def _exists(place: str) -> FaultyInput:
    return FaultyInput([Problem("ledger.exists", "something is here already; it is left as it is", Where(called(place)), "name another place")])


def _sqlite(path: Path, wait: float, read_only: bool) -> Engine:
    if not path.is_file():
        raise FaultyInput([Problem("ledger.missing", "there is no ledger here", Where(str(path)), f"huiqi ledger create {path}")])
    address = "file:" + quote(str(path.absolute())) + ("?mode=ro" if read_only else "?mode=rw")
    if read_only and not os.access(path.parent, os.W_OK) and not path.with_name(path.name + "-wal").exists():
        address += "&immutable=1"  # on a medium where nobody writes: SQLite could not make its files beside it

    def connect() -> sqlite3.Connection:
        connection = sqlite3.connect(address, uri=True, timeout=wait, isolation_level=None, check_same_thread=False, cached_statements=512)
        if not read_only:
            connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")  # committed is on the disk
        connection.execute("PRAGMA foreign_keys = ON")
        return connection

    engine = create_engine("sqlite://", creator=connect, poolclass=QueuePool, pool_size=2, max_overflow=-1)

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE" if connection.get_execution_options().get("huiqi_writes") else "BEGIN")

    return engine


# ---------------------------------------------------------------- PostgreSQL


def _postgresql(place: str, wait: float) -> Engine:
    try:
        address = make_url(re.sub(r"\Apostgres(ql)?://", "postgresql+psycopg://", place))
    except (ArgumentError, ValueError):  # a port that is no number
        address = None
    if address is None or address.drivername != "postgresql+psycopg":
        message = "this is neither a path nor an address of PostgreSQL"
        raise FaultyInput([Problem("ledger.address", message, Where(called(place)), "write postgresql://user@host/database")])
    try:
        return create_engine(address, pool_size=2, connect_args={"connect_timeout": max(2, int(wait))})
    except ImportError:
        raise FaultyInput([Problem("ledger.no-driver", "psycopg is not installed", Where(called(place)), "pip install 'huiqi[postgres]'")]) from None


# ---------------------------------------------------------------- what goes wrong

_LOCKED = ("ledger.busy", "another writer holds the ledger", "try again; the same key is never booked twice")
_READ_ONLY = ("ledger.read-only", "the ledger cannot be written to here", "look at its permissions, and those of its folder")
_OTHER = ("ledger.not-a-ledger", "this is a file or database of another kind", "name a ledger, or make one: huiqi ledger create")
_DAMAGED = ("ledger.damaged", "the file is damaged", "keep it as it is, and go on from a copy: `huiqi ledger verify` says how far that is whole")
_FULL = ("ledger.cannot", "the store could not write or read", "look at the disk; nothing was posted")
_UNREACHABLE = (
    "ledger.unreachable",
    "PostgreSQL cannot be reached",
    "look at the address; what was being posted may be there: post it again by its key",
)
_THERE = ("ledger.exists", "something is here already; it is left as it is", "name another place")
_SQLITE = {
    "SQLITE_BUSY": _LOCKED, "SQLITE_LOCKED": _LOCKED, "SQLITE_READONLY": _READ_ONLY, "SQLITE_NOTADB": _OTHER, "SQLITE_CORRUPT": _DAMAGED,
    "SQLITE_FULL": _FULL, "SQLITE_IOERR": _FULL, "SQLITE_PERM": _READ_ONLY, "SQLITE_CANTOPEN": _READ_ONLY,
}  # fmt: skip
_POSTGRESQL = {
    "55P03": _LOCKED, "40001": _LOCKED, "40P01": _LOCKED, "25006": _READ_ONLY, "42501": _READ_ONLY, "42P01": _OTHER, "42703": _OTHER,
    "53100": _FULL, "42P07": _THERE, "42723": _THERE,
}  # fmt: skip


@contextlib.contextmanager
def told(place: str) -> Iterator[None]:
    """What the store cannot do is FaultyInput, with a problem that says what to do; the transaction is undone."""
    try:
        yield
    except Exception as error:  # psycopg need not be there, so that its errors cannot be named here
        cause = error.orig if isinstance(error, DBAPIError) else error
        found = _of_sqlite(cause) if isinstance(cause, sqlite3.Error) else _of_postgresql(cause) if hasattr(cause, "sqlstate") else None
        if found is None:
            raise
        code, message, hint = found
        first = (str(cause).strip() or type(cause).__name__).splitlines()[0]
        raise FaultyInput([Problem(code, f"{message} ({first})", Where(called(place)), hint)]) from error


def _of_postgresql(error: object) -> tuple[str, str, str] | None:
    """By its SQLSTATE; an error without one, or of the classes 08 and 57P, is a connection that failed."""
    state = getattr(error, "sqlstate", None)
    return _POSTGRESQL.get(state) if state and not state.startswith(("08", "57P")) else _UNREACHABLE


def _of_sqlite(error: sqlite3.Error) -> tuple[str, str, str] | None:
    name = getattr(error, "sqlite_errorname", "")
    if "no such table" in str(error) or "no such column" in str(error):
        return _OTHER
    return next((found for start, found in _SQLITE.items() if name.startswith(start)), None)
