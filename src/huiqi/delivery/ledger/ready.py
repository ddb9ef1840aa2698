"""The statements of a posting, compiled once by SQLAlchemy and run by the driver itself: a posting is some ten of them, and each counts."""

from __future__ import annotations

from collections import namedtuple
from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import Connection, Dialect
from sqlalchemy.sql import ClauseElement


class Ready:
    """Statements as one store wants them."""

    def __init__(self, dialect: Dialect):
        self._dialect = dialect
        self._made: dict[int, _Statement] = {}

    def rows(self, connection: Connection, statement: ClauseElement, **given: Any) -> list[Any]:
        """The rows of a select, with the names of its columns."""
        made = self._statement(statement)
        cursor = connection.connection.cursor()
        try:
            cursor.execute(made.text, made.parameters(given))
            if made.row is None:
                made.row = namedtuple("row", [column[0] for column in cursor.description])  # type: ignore[misc]
            return [made.row(*row) for row in cursor.fetchall()]
        finally:
            cursor.close()

    def insert(self, connection: Connection, statement: ClauseElement, rows: Iterable[Mapping[str, Any]]) -> None:
        """Rows into a table, in as few trips to the store as its driver can."""
        made = self._statement(statement)
        cursor = connection.connection.cursor()
        try:
            cursor.executemany(made.text, [made.parameters(row) for row in rows])
        finally:
            cursor.close()

    def _statement(self, statement: ClauseElement) -> _Statement:
        made = self._made.get(id(statement))
        if made is None:
            made = self._made[id(statement)] = _Statement(statement, self._dialect)
        return made


class _Statement:
    def __init__(self, statement: ClauseElement, dialect: Dialect):
        compiled = statement.compile(dialect=dialect)
        self.statement = statement  # kept, so that its id is nobody else's
        self.text = compiled.string
        self.order: list[str] | None = getattr(compiled, "positiontup", None)
        self.constant = dict(compiled.params)
        self.row: Any = None

    def parameters(self, given: Mapping[str, Any]) -> Any:
        """By position or by name, as the driver wants them."""
        if self.order is None:
            return {**self.constant, **given}
        return [given[name] if name in given else self.constant[name] for name in self.order]
