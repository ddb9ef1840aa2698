"""How a database holds a ledger, and refuses to change what is posted."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Connection,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
)

from huiqi.delivery.ledger.accounts import KINDS

#: The layout of the tables; a ledger of a later one is not touched.
VERSION = 1

_WHOLE = BigInteger().with_variant(Integer(), "sqlite")  # 64 bits in both
_meta = MetaData()


def _table(name: str, *parts: Column[int] | Column[str] | CheckConstraint | UniqueConstraint, rowid: bool = True) -> Table:
    return Table(name, _meta, *parts, sqlite_strict=True, sqlite_with_rowid=rowid)


def _number(name: str, *more: ForeignKey, key: bool = False) -> Column[int]:
    return Column(name, _WHOLE, *more, primary_key=key, nullable=False, autoincrement=False)


def _text(name: str) -> Column[str]:
    return Column(name, Text, nullable=False)


#: One row: which layout, and who began the ledger when.
ABOUT = _table("huiqi_ledger", _number("version", key=True), _text("begun_by"), _text("begun_at"))

ACCOUNT = _table(
    "ledger_account",
    _number("id", key=True),
    _text("kind"),
    _text("part"),
    _text("fund"),
    _number("year"),
    _text("currency"),
    UniqueConstraint("kind", "part", "fund", "year", "currency"),
)

ENTRY = _table(
    "ledger_entry",
    _number("number", key=True),
    _text("key"),
    _text("kind"),
    _text("day"),
    _number("amount"),
    _text("currency"),
    _text("fund"),
    _number("year"),
    _text("award"),
    _text("subject"),
    _text("measure"),
    _text("clause"),
    _text("pack_hash"),
    _text("goes_to"),
    _number("into_year"),
    _text("limit_name"),
    _text("measures"),
    Column("reverses", _WHOLE, ForeignKey("ledger_entry.number")),
    _text("note"),
    _text("posted_by"),
    _text("recorded_at"),
    _text("previous"),
    _text("hash"),
    UniqueConstraint("key"),
    UniqueConstraint("reverses"),
    CheckConstraint("amount > 0", name="ledger_entry_moves_something"),
)
Index("ledger_entry_award", ENTRY.c.award)


def _kinds(sign: int) -> str:
    return ", ".join(f"'{kind}'" for kind, side in KINDS.items() if side.sign == sign)


LINE = _table(
    "ledger_line",
    Column("entry", _WHOLE, ForeignKey("ledger_entry.number", deferrable=True, initially="DEFERRED"), primary_key=True, autoincrement=False),
    _number("position", key=True),
    _number("account"),
    _text("kind"),
    _number("amount"),
    _number("balance"),
    CheckConstraint("amount <> 0", name="ledger_line_moves_something"),
    CheckConstraint(f"(kind IN ({_kinds(1)}) AND balance >= 0) OR (kind IN ({_kinds(-1)}) AND balance <= 0)", name="ledger_line_overdraws_nothing"),
    rowid=False,
)
Index("ledger_line_account", LINE.c.account, LINE.c.entry, LINE.c.position)

TABLES = (ABOUT, ACCOUNT, ENTRY, LINE)

# What a new row may not be, as a condition on it; `NEW` is the row in both stores. The lines of an entry are written before it: an entry that is
# there has them all, they sum to nought, and none can be added.
_REFUSED = {
    "huiqi_ledger": {"a ledger is begun once": "EXISTS (SELECT 1 FROM huiqi_ledger)"},
    "ledger_account": {"an account is opened once": "EXISTS (SELECT 1 FROM ledger_account WHERE id = NEW.id)"},
    "ledger_line": {
        "the entry is closed": "EXISTS (SELECT 1 FROM ledger_entry WHERE number = NEW.entry)",
        "a line is of its account": "NOT EXISTS (SELECT 1 FROM ledger_account WHERE id = NEW.account AND kind = NEW.kind)",
    },
    "ledger_entry": {
        "an entry follows the last one": "NEW.number <> (SELECT coalesce(max(number), 0) + 1 FROM ledger_entry)",
        "the chain goes on from the last hash": "NEW.number > 1 AND NEW.previous <> (SELECT hash FROM ledger_entry WHERE number = NEW.number - 1)",
        "a key is booked once": "EXISTS (SELECT 1 FROM ledger_entry WHERE key = NEW.key)",
        "an entry has lines that sum to nought": "(SELECT count(*) < 2 OR sum(amount) <> 0 FROM ledger_line WHERE entry = NEW.number)",
    },
}
_STAYS = "what is posted is never changed: reverse it"


def triggers(dialect: str) -> dict[str, list[str]]:
    """The statements that make the store append-only, by the name of the trigger that each makes."""
    return dict(_sqlite_triggers() if dialect == "sqlite" else _postgresql_triggers())


def _sqlite_triggers() -> list[tuple[str, list[str]]]:
    made = []
    for table, refused in _REFUSED.items():
        for deed in ("UPDATE", "DELETE"):
            name = f"{table}_no_{deed.lower()}"
            made.append((name, [f"CREATE TRIGGER {name} BEFORE {deed} ON {table} BEGIN SELECT RAISE(ABORT, '{_STAYS}'); END"]))
        body = " ".join(f"SELECT RAISE(ABORT, '{why}') WHERE {when};" for why, when in refused.items())
        made.append((f"{table}_follows", [f"CREATE TRIGGER {table}_follows BEFORE INSERT ON {table} BEGIN {body} END"]))
    return made


def _postgresql_triggers() -> list[tuple[str, list[str]]]:
    stays = f"CREATE FUNCTION {{0}}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION '{_STAYS}'; END $$"
    made = []
    for table, refused in _REFUSED.items():
        name = f"{table}_stays"
        made.append((name, [stays.format(name), f"CREATE TRIGGER {name} BEFORE UPDATE OR DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION {name}()"]))
        whole = f"{table}_no_truncate"
        made.append((whole, [f"CREATE TRIGGER {whole} BEFORE TRUNCATE ON {table} FOR EACH STATEMENT EXECUTE FUNCTION {name}()"]))
        body = " ".join(f"IF {when} THEN RAISE EXCEPTION '{why}'; END IF;" for why, when in refused.items())
        follows = f"{table}_follows"
        function = f"CREATE FUNCTION {follows}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {body} RETURN NEW; END $$"
        made.append((follows, [function, f"CREATE TRIGGER {follows} BEFORE INSERT ON {table} FOR EACH ROW EXECUTE FUNCTION {follows}()"]))
    return made


def make(connection: Connection, by: str, at: str) -> None:
    """All tables and triggers, and the one row that says whose ledger it is."""
    _meta.create_all(connection, checkfirst=False)
    for statements in triggers(connection.dialect.name).values():
        for statement in statements:
            connection.exec_driver_sql(statement)
    connection.execute(ABOUT.insert().values(version=VERSION, begun_by=by, begun_at=at))
