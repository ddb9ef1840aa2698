"""The audit trail cannot be altered: the database itself refuses to update or delete a row of it."""

from __future__ import annotations

from typing import Any

from django.db import connections

TABLES = ("accounts_reading", "accounts_change")
REFUSAL = "the audit trail is never altered"

_FUNCTION = f"""
CREATE OR REPLACE FUNCTION accounts_never_altered() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION USING MESSAGE = '{REFUSAL}', ERRCODE = 'integrity_constraint_violation'; END $$
"""


def triggers(vendor: str, table: str) -> dict[str, str]:
    """What makes a table append-only in a database, by the trigger's name."""
    if vendor == "postgresql":
        row = "BEFORE UPDATE OR DELETE ON {0} FOR EACH ROW EXECUTE FUNCTION accounts_never_altered()"
        whole = "BEFORE TRUNCATE ON {0} FOR EACH STATEMENT EXECUTE FUNCTION accounts_never_altered()"
        return {name: f"CREATE OR REPLACE TRIGGER {name} {when.format(table)}" for name, when in {f"{table}_row": row, f"{table}_all": whole}.items()}
    refuse = f"BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END"
    return {f"{table}_{event}": f"CREATE TRIGGER IF NOT EXISTS {table}_{event} BEFORE {event} ON {table} {refuse}" for event in ("update", "delete")}


def refuse_changes(using: str = "default", **_: Any) -> None:
    """Make the tables append-only; after every migration, since SQLite makes a table anew to alter it, and loses its triggers."""
    connection = connections[using]
    there = set(connection.introspection.table_names())
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(_FUNCTION)
        for table in there.intersection(TABLES):
            for statement in triggers(connection.vendor, table).values():
                cursor.execute(statement)


def missing(using: str = "default") -> list[str]:
    """The triggers that are not there."""
    connection = connections[using]
    asked = "SELECT tgname FROM pg_trigger" if connection.vendor == "postgresql" else "SELECT name FROM sqlite_master WHERE type = 'trigger'"
    with connection.cursor() as cursor:
        cursor.execute(asked)
        there = {name for (name,) in cursor.fetchall()}
    return [name for table in TABLES for name in triggers(connection.vendor, table) if name not in there]
