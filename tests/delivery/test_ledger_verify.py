"""What somebody does to a ledger behind huiqi's back is found, and every entry concerned is named."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from books import AT, appropriated, committed, new_ledger, paid, reversal
from huiqi.delivery.ledger.chain import hash_of
from huiqi.delivery.ledger.ledger import open_ledger, stored_entries
from huiqi.delivery.ledger.verify import verify_ledger
from huiqi.vocabulary.problem import FaultyInput

TABLES = ("huiqi_ledger", "ledger_account", "ledger_entry", "ledger_line")


@pytest.fixture
def place(tmp_path: Path) -> str:
    """Entry 1 gives 1,000 yuan; 2 to 6 commit 100 each; 7 and 8 pay 60 of the first two; 9 reverses 8."""
    found = str(tmp_path / "l.ledger")
    new_ledger(found)
    with open_ledger(found) as ledger:
        ledger.post([appropriated(1000_00), *(committed(f"a{n}", 100_00) for n in range(5))], by="w", at=AT)
        ledger.post([paid("a0", 60_00, "v0"), paid("a1", 60_00, "v1")], by="w", at=AT)
        ledger.post([reversal(8, "冲")], by="w", at=AT)
    return found


def tamper(place: str, *statements: str) -> None:
    """As somebody does who has the file: without triggers and keys, which are put back."""
    with sqlite3.connect(place, isolation_level=None) as connection:
        triggers = connection.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").fetchall()
        for name, _ in triggers:
            connection.execute(f"DROP TRIGGER {name}")
        connection.execute("PRAGMA ignore_check_constraints = ON")
        for statement in statements:
            connection.execute(statement)
        for _, sql in triggers:
            connection.execute(sql)
    connection.close()


def found(place: str, head: str | None = None) -> list[tuple[str, str]]:
    return [(problem.code, problem.where.file) for problem in verify_ledger(place, head=head).problems]


def test_a_whole_ledger_is_whole(place: str) -> None:
    verified = verify_ledger(place)
    assert (verified.entries, verified.problems) == (9, ())
    with open_ledger(place) as ledger:
        assert verified.head == ledger.head()
    assert found(place, verified.head) == []


@pytest.mark.parametrize(
    "column", ["amount = 5", "subject = 'me'", "award = 'x'", "clause = ''", "pack_hash = 'x'", "posted_by = 'x'", "recorded_at = '2020-01-01T00:00:00Z'",
               "day = '2024-03-02'", "note = 'x'", "key = 'x'", "day = 'never'", "kind = 'given'", "hash = 'ff'"],
)  # fmt: skip
def test_an_altered_entry_is_named(place: str, column: str) -> None:
    tamper(place, f"UPDATE ledger_entry SET {column} WHERE number = 4")
    assert found(place)[0] == ("ledger.altered", "entry 4")
    assert {where for _, where in found(place)} <= {"entry 4", "entry 5"}  # 5 does not follow from another hash


def test_every_altered_entry_is_named(place: str) -> None:
    tamper(place, "UPDATE ledger_entry SET subject = 'me' WHERE number IN (3, 5, 7)")
    assert found(place) == [("ledger.altered", f"entry {n}") for n in (3, 5, 7)]


def test_altered_lines_are_named(place: str) -> None:
    tamper(place, "UPDATE ledger_line SET amount = amount + 100 WHERE entry = 4 AND position = 1")
    assert found(place) == [("ledger.altered", "entry 4"), ("ledger.unbalanced", "entry 4")]


def test_an_altered_account_is_named_with_every_entry_that_moves_it(place: str) -> None:
    tamper(place, "UPDATE ledger_account SET fund = 'mine' WHERE kind = 'paid' AND part = 'a0'")
    assert found(place) == [("ledger.altered", "entry 7")]


def test_missing_entries_are_named(place: str) -> None:
    tamper(place, "DELETE FROM ledger_entry WHERE number IN (3, 5, 6)", "DELETE FROM ledger_line WHERE entry IN (3, 5)")
    assert found(place) == [
        ("ledger.missing-entry", "entry 4"), ("ledger.stray", "entry 6"), ("ledger.missing-entry", "entry 7"),
    ]  # fmt: skip


def test_missing_lines_are_named(place: str) -> None:
    tamper(place, "DELETE FROM ledger_line WHERE entry = 6")
    assert found(place) == [("ledger.altered", "entry 6"), ("ledger.unbalanced", "entry 6")]


def test_reordered_entries_are_named(place: str) -> None:
    swaps = [(4, 100), (5, 4), (100, 5)]
    tamper(place, *(f"UPDATE {t} SET {c} = {b} WHERE {c} = {a}" for a, b in swaps for t, c in (("ledger_entry", "number"), ("ledger_line", "entry"))))
    verified = verify_ledger(place)
    assert [(p.code, p.where.file, p.message) for p in verified.problems] == [
        ("ledger.reordered", "entry 4", "it was posted as entry 5"), ("ledger.reordered", "entry 5", "it was posted as entry 4"),
    ]  # fmt: skip


def test_a_doubled_entry_is_named(place: str) -> None:
    copy = "CREATE TABLE {0} AS SELECT * FROM ledger_entry"
    tamper(
        place, copy.format("copied"), "PRAGMA foreign_keys = OFF", "DROP TABLE ledger_entry", "CREATE TABLE ledger_entry AS SELECT * FROM copied",
        "INSERT INTO ledger_entry SELECT * FROM copied WHERE number = 9", "UPDATE ledger_entry SET number = 10 WHERE rowid = 10",
    )  # fmt: skip
    assert ("ledger.doubled", "entry 10") in found(place)


def test_a_cut_tail_is_seen_by_a_head_that_was_kept(place: str) -> None:
    with open_ledger(place) as ledger:
        head = ledger.head()
    tamper(place, "DELETE FROM ledger_line WHERE entry = 9", "DELETE FROM ledger_entry WHERE number = 9")
    assert found(place) == []  # a chain alone cannot see it
    assert found(place, head) == [("ledger.head", "")]


def test_a_trigger_that_is_gone_is_told(place: str) -> None:
    connection = sqlite3.connect(place)
    connection.execute("DROP TRIGGER ledger_entry_no_update")
    connection.close()
    assert found(place) == [("ledger.unguarded", "")]


def test_money_that_was_not_there_is_found_though_everything_was_hashed_anew(place: str) -> None:
    """Somebody commits 900 yuan instead of 100 in entry 4, and reckons balances and hashes again to the end."""
    tamper(
        place,
        "UPDATE ledger_entry SET amount = 90000 WHERE number = 4",
        "UPDATE ledger_line SET amount = amount * 9 WHERE entry = 4",
        "UPDATE ledger_line SET balance = (SELECT sum(amount) FROM ledger_line AS l WHERE l.account = ledger_line.account AND l.entry <= ledger_line.entry)",
    )
    with open_ledger(place) as ledger, ledger._engine.connect() as connection:
        previous, again = "", []
        for e in stored_entries(connection):
            previous = previous or e.previous
            own = hash_of(previous, e.number, e.event, e.by, "2024-01-02T01:30:00Z", e.lines)
            again.append(f"UPDATE ledger_entry SET previous = '{previous}', hash = '{own}' WHERE number = {e.number}")
            previous = own
    head = verify_ledger(place).head
    tamper(place, *again)
    assert found(place) == [("ledger.overspent", f"entry {n}") for n in (4, 5, 6)]
    assert ("ledger.head", "") in found(place, head)


def test_an_entry_hashed_anew_by_itself_is_where_the_chain_breaks(place: str) -> None:
    with open_ledger(place) as ledger:
        entry = list(ledger.entries())[3]
    own = hash_of(entry.previous, 4, entry.event, "somebody else", "2024-01-02T01:30:00Z", entry.lines)
    tamper(place, f"UPDATE ledger_entry SET posted_by = 'somebody else', hash = '{own}' WHERE number = 4")
    assert found(place) == [("ledger.chain", "entry 5")]


def test_the_same_in_postgresql(new_place: Callable[[str], str]) -> None:
    place = new_place("postgresql")
    new_ledger(place)
    with open_ledger(place) as ledger:
        ledger.post([appropriated(1000_00), *(committed(f"a{n}", 100_00) for n in range(5))], by="w", at=AT)
        with ledger._engine.begin() as connection:
            for table in TABLES:
                connection.exec_driver_sql(f"ALTER TABLE {table} DISABLE TRIGGER ALL")
            connection.exec_driver_sql("UPDATE ledger_entry SET subject = 'me' WHERE number IN (3, 5)")
            connection.exec_driver_sql("DELETE FROM ledger_line WHERE entry = 6")
    codes = found(place)
    assert codes.count(("ledger.unguarded", "")) == 12
    assert codes[12:] == [
        ("ledger.altered", "entry 3"),
        ("ledger.altered", "entry 5"),
        ("ledger.altered", "entry 6"),
        ("ledger.unbalanced", "entry 6"),
    ]


def test_no_ledger_no_verdict(tmp_path: Path) -> None:
    with pytest.raises(FaultyInput, match=r"ledger\.missing"):
        verify_ledger(str(tmp_path / "none"))
