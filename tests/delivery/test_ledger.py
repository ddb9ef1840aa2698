"""What a ledger enters, and what it refuses, in a file and in PostgreSQL alike."""

from __future__ import annotations

import datetime
import os
import shutil
import sqlite3
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from books import AT, DAY, FUND, appropriated, clawed_back, committed, new_ledger, paid, released, reversal
from huiqi.delivery.ledger.events import Event
from huiqi.delivery.ledger.ledger import create_ledger, open_ledger
from huiqi.delivery.ledger.verify import verify_ledger
from huiqi.vocabulary.problem import FaultyInput

YEAR_END = datetime.date(2024, 12, 31)


def post(place: str, *events: Event, by: str = "财政科", at: datetime.datetime = AT) -> tuple[int, ...]:
    with open_ledger(place) as ledger:
        return ledger.post(events, by=by, at=at).numbers


def refused(place: str, *events: Event, **given: Any) -> list[str]:
    """The codes of what is wrong; nothing was entered."""
    with open_ledger(place) as ledger:
        before = ledger.head()
    with pytest.raises(FaultyInput) as faulty:
        post(place, *events, **given)
    assert all(problem.hint and problem.message for problem in faulty.value.problems)
    with open_ledger(place) as ledger:
        assert ledger.head() == before
    return [problem.code for problem in faulty.value.problems]


def accounts(place: str, year: int = 2024) -> dict[str, int]:
    with open_ledger(place, read_only=True) as ledger:
        return {k: v for b in ledger.balances() if b.year == year for k, v in b.accounts.items() if v}


def carried(amount: int, **other: Any) -> Event:
    return Event("carried_over", "结转", other.pop("on", YEAR_END), amount, **(FUND | other))


def limited(amount: int, key: str = "限额", **other: Any) -> Event:
    return Event("limited", key, DAY, amount, **(FUND | {"limit": "growth", "measures": ("zone/growth/aid",)} | other))


def test_the_life_of_an_award(place: str) -> None:
    """1,000 yuan are given, 400 committed, 300 paid, 100 released, 50 come back, and 650 are carried over."""
    post(place, appropriated(1000_00), committed("a", 400_00), paid("a", 300_00, "v1"), released("a", 100_00, "r1"), clawed_back("a", 50_00, "c1"))
    assert accounts(place) == {"budget": 1000_00, "available": 750_00, "paid": 300_00, "recovered": 50_00}
    post(place, carried(750_00))
    assert accounts(place) == {"budget": 1000_00, "paid": 300_00, "recovered": 50_00, "carried-out": 750_00}
    assert accounts(place, 2025) == {"carried-in": 750_00, "available": 750_00}
    with open_ledger(place) as ledger:
        (award,) = ledger.awards()
        assert (award.net, award.commitment.subject, award.commitment.on) == (250_00, "firm of a", DAY)
        life = [(e.number, e.event.kind, e.event.measure, e.event.clause, e.event.pack_hash, e.by) for e in ledger.entries("a")]
    rest = ("zone/growth/aid", "第三条", "ab12", "财政科")
    assert life == [(2, "committed", *rest), (3, "disbursed", *rest), (4, "released", *rest), (5, "clawed_back", *rest)]
    assert verify_ledger(place).problems == ()


def test_money_that_comes_back_goes_where_it_is_said(place: str) -> None:
    later = appropriated(10_00, "预2025", year=2025)
    post(place, appropriated(100_00), later, committed("a", 60_00), paid("a", 60_00, "v1"))
    post(place, clawed_back("a", 10_00, "c1", to="treasury"), clawed_back("a", 20_00, "c2"), clawed_back("a", 5_00, "c3", into_year=2025))
    assert accounts(place) == {"budget": 100_00, "available": 60_00, "paid": 60_00, "recovered": 35_00, "treasury": 10_00, "carried-out": 5_00}
    assert accounts(place, 2025) == {"budget": 10_00, "carried-in": 5_00, "available": 15_00}
    assert refused(place, clawed_back("a", 25_01, "c4")) == ["ledger.over-recovered"]
    assert refused(place, clawed_back("a", 1, "c4", into_year=2026)) == ["ledger.year"]
    assert verify_ledger(place).problems == ()


def test_nothing_is_overspent(place: str) -> None:
    assert refused(place, appropriated(100_00), committed("a", 100_01)) == ["ledger.overspent"]
    post(place, appropriated(100_00), committed("a", 100_00))
    assert refused(place, committed("b", 1)) == ["ledger.overspent"]
    assert refused(place, paid("a", 100_01, "v1")) == ["ledger.over-committed"]
    assert refused(place, released("a", 100_01, "v1")) == ["ledger.over-committed"]
    assert refused(place, clawed_back("a", 1, "c1")) == ["ledger.over-recovered"]
    assert refused(place, carried(1)) == ["ledger.overspent"]
    assert refused(place, paid("a", 60_00, "v1"), paid("a", 60_00, "v2")) == ["ledger.over-committed"]


def test_a_limit_holds(place: str) -> None:
    """Of 100 yuan 40 may go to one measure: what is released makes room, what is recovered does not."""
    post(place, appropriated(100_00), limited(40_00), committed("other", 30_00, measure="zone/growth/rent"))
    assert refused(place, committed("a", 40_01)) == ["ledger.limit"]
    post(place, committed("a", 40_00), released("a", 15_00, "r1"), committed("b", 15_00), paid("b", 15_00, "v1"), clawed_back("b", 15_00, "c1"))
    assert refused(place, committed("c", 1)) == ["ledger.limit"]
    with open_ledger(place) as ledger:
        assert ledger.balances()[0].limits == {"growth": (40_00, 40_00)}
    post(place, limited(5_00, "提高"), committed("c", 5_00))
    assert refused(place, limited(5_00, "又", measures=("zone/growth/rent",))) == ["ledger.limit-other"]
    assert refused(place, limited(5_00, "又", limit="rent", measures=("zone/growth/rent",))) == ["ledger.limit-late"]
    assert refused(place, reversal(2, "冲")) == ["ledger.limit"]
    assert verify_ledger(place).problems == ()


def test_a_limit_that_is_reversed_is_gone(place: str) -> None:
    post(place, appropriated(100_00), limited(40_00))
    post(place, reversal(2, "冲"), committed("a", 90_00))
    post(place, released("a", 90_00, "r"))
    assert accounts(place) == {"budget": 100_00, "available": 100_00}
    assert verify_ledger(place).problems == ()


def test_a_wrong_entry_is_reversed_by_one_that_names_it(place: str) -> None:
    post(place, appropriated(100_00), committed("a", 40_00), paid("a", 30_00, "v1"))
    assert refused(place, reversal(2, "冲1")) == ["ledger.over-committed"]
    assert post(place, reversal(3, "冲1"), reversal(2, "冲2")) == (4, 5)
    assert accounts(place) == {"budget": 100_00, "available": 100_00}
    assert post(place, reversal(3, "冲1")) == (4,)
    assert refused(place, reversal(3, "冲3")) == ["ledger.reversal"]
    assert refused(place, reversal(4, "冲3")) == ["ledger.reversal"]
    assert refused(place, reversal(9, "冲3")) == ["ledger.reversal"]
    assert refused(place, reversal(1, "冲3", on=datetime.date(2024, 1, 1))) == ["ledger.reversal"]
    assert refused(place, paid("a", 1, "v2")) == ["ledger.award-unknown"]
    post(place, committed("a", 10_00, key="commit/a/2", subject="another firm"))  # the id is free again
    assert verify_ledger(place).problems == ()


def test_a_key_is_booked_once(place: str) -> None:
    post(place, appropriated(100_00), committed("a", 40_00))
    with open_ledger(place) as ledger:
        head = ledger.head()
        again = ledger.post([committed("a", 40_00), paid("a", 10_00, "v1"), paid("a", 10_00, "v1")], by="another", at=AT + datetime.timedelta(1))
        assert (again.numbers, again.already) == ((2, 3, 3), (True, False, True))
        assert head != again.head == ledger.head()
    for other in (committed("a", 40_01), committed("a", 40_00, on=YEAR_END), committed("b", 40_00, key="commit/a"), appropriated(5, "commit/a")):
        assert refused(place, other) == ["ledger.key-taken"]
    assert refused(place, paid("a", 1_00, "v2"), paid("a", 2_00, "v2")) == ["ledger.key-taken"]


def test_an_entry_that_contradicts_its_award_is_refused(place: str) -> None:
    post(place, appropriated(100_00), appropriated(100_00, "预2", fund="other"), committed("a", 40_00))
    assert refused(place, paid("a", 1, "v", subject="someone else")) == ["ledger.award-other"]
    assert refused(place, committed("a", 1, key="k", fund="other", measure="zone/growth/rent")) == ["ledger.award-other"] * 2
    assert refused(place, paid("a", 1, "v", currency="EUR")) == ["ledger.currency"]
    assert refused(place, paid("a", 1, "v", on=datetime.date(2024, 2, 29))) == ["ledger.before-award"]
    assert refused(place, paid("b", 1, "v")) == ["ledger.award-unknown"]


def test_money_is_only_where_a_budget_gave_it(place: str) -> None:
    assert refused(place, committed("a", 1)) == ["ledger.fund-unknown"]
    post(place, appropriated(100_00))
    assert refused(place, committed("a", 1, fund="产亚")) == ["ledger.fund-unknown"]
    assert refused(place, committed("a", 1, year=2025)) == ["ledger.year"]
    assert refused(place, committed("a", 1, currency="USD")) == ["ledger.currency"]
    assert refused(place, committed("a", 1, currency="JPY")) == ["ledger.currency"]
    assert refused(place, carried(1, on=datetime.date(2024, 12, 30))) == ["ledger.carry-early"]
    assert refused(place, carried(1, into_year=2026)) == ["ledger.year"]


@pytest.mark.parametrize("amount", [0, -1, 1.5, 9_000_000_000_000_001, True])
def test_an_amount_is_whole_fen_more_than_nought(place: str, amount: Any) -> None:
    assert refused(place, appropriated(amount)) == ["ledger.amount"]


def test_all_that_is_wrong_with_the_form_is_told_at_once(place: str) -> None:
    faulty = Event("committed", " ", DAY, -5, "CNY", year=12, note="a\nb", limit="x")
    assert refused(place, faulty, by="", at=datetime.datetime(2024, 1, 1)).count("ledger.field") == 12
    assert refused(place, Event("given", "k", DAY, 5)) == ["ledger.field"]  # type: ignore[arg-type]
    assert refused(place, Event("disbursed", "k", AT, 5, award="a")) == ["ledger.field"]  # type: ignore[arg-type]
    assert refused(place, Event("clawed_back", "k", DAY, 5, award="a", to="me")) == ["ledger.field"]
    assert refused(place, appropriated(5, "k" * 501)) == ["ledger.field"]


def test_every_problem_of_a_batch_is_told(place: str) -> None:
    post(place, appropriated(100_00))
    assert refused(place, committed("a", 200_00), committed("b", 50_00), paid("c", 1, "v"), committed("d", 60_00)) == [
        "ledger.overspent", "ledger.award-unknown", "ledger.overspent",
    ]  # fmt: skip


def test_what_is_posted_cannot_be_changed_in_the_store(place: str) -> None:
    post(place, appropriated(100_00), committed("a", 40_00))
    with open_ledger(place) as ledger:
        before = list(ledger.entries())
        deeds = [f"{deed} {table}{rest}" for table, rest in (("huiqi_ledger", ""), ("ledger_entry", ""), ("ledger_line", ""), ("ledger_account", ""))
                 for deed in ("DELETE FROM",)]  # fmt: skip
        deeds += ["UPDATE ledger_entry SET amount = 1", "UPDATE ledger_line SET amount = 1", "UPDATE ledger_account SET fund = 'x'"]
        deeds += ["INSERT INTO ledger_line VALUES (2, 9, 1, 'budget', -5, -5)", "INSERT INTO ledger_line VALUES (3, 0, 1, 'available', 5, 5)"]
        for deed in deeds:
            with pytest.raises(Exception, match=r"reverse it|closed|of its account"), ledger._engine.connect() as connection:
                connection.exec_driver_sql(deed)
        assert list(ledger.entries()) == before


@pytest.mark.parametrize("place", ["sqlite"], indirect=True)
def test_the_store_itself_refuses_what_the_code_would(place: str) -> None:
    """Overdrawn, unbalanced, out of turn: the tables do not take it."""
    post(place, appropriated(100_00))
    entry = "INSERT INTO ledger_entry SELECT 2, 'k', kind, day, amount, currency, fund, year, award, subject, measure, clause, pack_hash, goes_to, into_year, limit_name, measures, reverses, note, posted_by, recorded_at, {0}, hash FROM ledger_entry WHERE number = 1"
    line = "INSERT INTO ledger_line VALUES (2, {0}, {1}, '{2}', {3}, {4})"
    connection = sqlite3.connect(place, isolation_level=None)
    for statements, why in (
        ([line.format(0, 2, "available", -10001, -1)], "overdraws_nothing"),
        ([line.format(0, 2, "available", 5, 5), entry.format("hash")], "sum to nought"),
        ([line.format(0, 2, "available", 5, 5), line.format(1, 1, "budget", -4, -4), entry.format("hash")], "sum to nought"),
        ([line.format(0, 2, "available", 5, 5), line.format(1, 1, "budget", -5, -5), entry.format("'x'")], "goes on from"),
    ):
        connection.execute("BEGIN")
        with pytest.raises(sqlite3.IntegrityError, match=why):
            for statement in statements:
                connection.execute(statement)
        connection.execute("ROLLBACK")
    connection.close()


# ---------------------------------------------------------------- places that are no ledger


def told(code: str, deed: Callable[[], object]) -> None:
    with pytest.raises(FaultyInput) as faulty:
        deed()
    assert [problem.code for problem in faulty.value.problems] == [code]
    assert faulty.value.problems[0].hint


def test_a_place_without_a_ledger_is_told(tmp_path: Path, new_place: Callable[[str], str]) -> None:
    told("ledger.missing", lambda: open_ledger(str(tmp_path / "none")))
    told("ledger.missing", lambda: verify_ledger(str(tmp_path)))
    (tmp_path / "text").write_text("no ledger, but long enough to be taken for a database " * 40, encoding="utf-8")
    told("ledger.not-a-ledger", lambda: open_ledger(str(tmp_path / "text")))
    told("ledger.exists", lambda: new_ledger(str(tmp_path / "text")))
    sqlite3.connect(tmp_path / "other").execute("CREATE TABLE t (a)").connection.close()
    told("ledger.not-a-ledger", lambda: open_ledger(str(tmp_path / "other")))
    told("ledger.address", lambda: open_ledger("mysql://me:secret@host/database"))
    told("ledger.address", lambda: open_ledger("postgresql://me@host:port/database"))
    told("ledger.unreachable", lambda: open_ledger("postgresql://me:secret@127.0.0.1:1/database"))
    told("ledger.not-a-ledger", lambda: open_ledger(new_place("postgresql")))


def test_a_password_is_never_told() -> None:
    for address in ("mysql://me:secret@host/database", "postgresql://me:secret@127.0.0.1:1/database"):
        with pytest.raises(FaultyInput) as faulty:
            open_ledger(address)
        assert "secret" not in str(faulty.value)


def test_a_ledger_is_begun_once(place: str) -> None:
    told("ledger.exists", lambda: new_ledger(place))
    told("ledger.field", lambda: create_ledger(place, by="", at=AT))


def test_a_later_layout_is_left_alone(place: str) -> None:
    with open_ledger(place) as ledger, ledger._engine.begin() as connection:
        if connection.dialect.name == "sqlite":
            connection.exec_driver_sql("DROP TRIGGER huiqi_ledger_no_update")
        else:
            connection.exec_driver_sql("ALTER TABLE huiqi_ledger DISABLE TRIGGER ALL")
        connection.exec_driver_sql("UPDATE huiqi_ledger SET version = 2")
    told("ledger.newer", lambda: open_ledger(place))
    told("ledger.newer", lambda: verify_ledger(place))


def test_a_writer_waits_for_another_so_long_and_no_longer(place: str) -> None:
    with open_ledger(place) as ledger, open_ledger(place, wait=0.1) as other:
        ledger.post([appropriated(100_00)], by="w", at=AT)
        from huiqi.delivery.ledger import store

        with store.writing(ledger._engine, 1) as connection:
            connection.exec_driver_sql("SELECT version FROM huiqi_ledger" + (" FOR UPDATE" if connection.dialect.name == "postgresql" else ""))
            told("ledger.busy", lambda: other.post([committed("a", 1)], by="w", at=AT))
            assert other.count() == 1  # who reads need not wait
        assert other.post([committed("a", 1)], by="w", at=AT).numbers == (2,)


def test_a_connection_that_breaks_is_told_and_made_anew(new_place: Callable[[str], str]) -> None:
    place = new_place("postgresql")
    new_ledger(place)
    with open_ledger(place) as ledger:
        ledger.post([appropriated(100_00)], by="w", at=AT)
        with ledger._engine.connect() as connection:
            connection.exec_driver_sql(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
        told("ledger.unreachable", lambda: ledger.post([committed("a", 1)], by="w", at=AT))
        assert ledger.post([committed("a", 1)], by="w", at=AT).numbers == (2,)


def test_a_file_that_cannot_be_written_is_told() -> None:
    """As another user, where this one may write everything."""
    folder = Path(tempfile.mkdtemp())
    try:
        place = folder / "l.ledger"
        new_ledger(str(place))
        post(str(place), appropriated(100_00))
        place.chmod(0o444)
        folder.chmod(0o555)
        child = os.fork()
        if child == 0:
            try:
                if os.getuid() == 0:
                    os.setuid(65534)
                assert verify_ledger(str(place)).entries == 1
                told("ledger.read-only", lambda: post(str(place), committed("a", 1)))
                os._exit(0)
            finally:
                os._exit(1)
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    finally:
        folder.chmod(0o755)
        shutil.rmtree(folder)


def test_a_damaged_file_is_told(tmp_path: Path) -> None:
    place = tmp_path / "l.ledger"
    new_ledger(str(place))
    post(str(place), appropriated(10_000_00), *(committed(f"a{n}", 1_00) for n in range(200)))
    raw = bytearray(place.read_bytes())
    for page in range(8, len(raw) // 4096, 2):
        raw[page * 4096 : page * 4096 + 4096] = b"\xff" * 4096
    place.write_bytes(raw)
    told("ledger.damaged", lambda: verify_ledger(str(place)))
