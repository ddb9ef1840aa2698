"""Writers in processes of their own, killed at random points: nothing is lost, doubled, half-written or overspent."""

from __future__ import annotations

import os
import random
import select
import signal
import time
from collections.abc import Callable
from multiprocessing import get_context

import pytest

from books import AT, appropriated, committed, new_ledger, paid
from huiqi.delivery.ledger.ledger import open_ledger
from huiqi.delivery.ledger.verify import verify_ledger
from huiqi.vocabulary.problem import FaultyInput

#: How many writers are killed in each store; `HUIQI_KILLS=100` for the full count.
KILLS = int(os.environ.get("HUIQI_KILLS", "15"))
AT_ONCE = 3


def write(place: str, name: str, first: int, told: int) -> None:
    """Commit 7 fen to new awards and pay each, one posting after the other, until the fund is empty; tell what was acknowledged.

    The first keys are those that were told last, as somebody posts again who does not know whether they went through.
    """
    with open_ledger(place, wait=60) as ledger:
        for number in range(first, 100_000):
            award = f"{name}-{number}"
            for event in (committed(award, 7), paid(award, 7, f"pay/{award}")):
                try:
                    posted = ledger.post([event], by=name, at=AT)
                except FaultyInput as faulty:
                    os.write(told, f"refused {faulty.problems[0].code}\n".encode())
                    return
                os.write(told, f"{event.key} {posted.numbers[0]}\n".encode())


class Writer:
    """A writer in a process of its own."""

    def __init__(self, place: str, name: str, first: int = 0):
        self.told, told = os.pipe()
        self.process = get_context("fork").Process(target=write, args=(place, name, first, told), daemon=True)
        self.process.start()
        os.close(told)

    def printed(self) -> list[str]:
        """All that it told, when it has ended; a line that was cut off acknowledges nothing."""
        with open(self.told, encoding="utf-8") as told:
            lines = told.read().split("\n")
        self.process.join()
        return lines[:-1]


@pytest.mark.parametrize("store", ["sqlite", "postgresql"])
def test_writers_that_are_killed_lose_and_double_nothing(store: str, new_place: Callable[[str], str]) -> None:
    place = new_place(store)
    new_ledger(place)
    with open_ledger(place) as ledger:
        ledger.post([appropriated(10**12)], by="w", at=AT)
    chance = random.Random(f"{store} 20241122")
    acknowledged: dict[str, int] = {}
    reached = dict.fromkeys((f"w{n}" for n in range(AT_ONCE)), 0)
    killed = 0
    while killed < KILLS:
        writers = {name: Writer(place, name, max(0, first - 1)) for name, first in reached.items()}
        select.select([writer.told for writer in writers.values()], [], [], 30)  # until one of them has posted something
        for writer in chance.sample(list(writers.values()), AT_ONCE):
            time.sleep(chance.uniform(0, 0.15))
            assert writer.process.pid is not None
            os.kill(writer.process.pid, signal.SIGKILL)
            killed += 1
        for name, writer in writers.items():
            for line in writer.printed():
                key, number = line.split()
                assert acknowledged.setdefault(key, int(number)) == int(number)  # posted again: the same entry
                reached[name] = int(key.rpartition("-")[2])
    with open_ledger(place) as ledger:
        head = ledger.head()
        there = {entry.event.key: entry.number for entry in ledger.entries()}
        balance = ledger.balances()[0].accounts
    verified = verify_ledger(place, head=head)
    assert verified.problems == ()
    assert acknowledged.items() <= there.items()
    assert len(there) == verified.entries
    assert len(there) - len(acknowledged) <= 1 + killed  # at most the one that each was at when it was killed
    commits = sum(key.startswith("commit/") for key in there)
    pays = sum(key.startswith("pay/") for key in there)
    assert (balance["available"], balance["committed"], balance["paid"]) == (10**12 - 7 * commits, 7 * (commits - pays), 7 * pays)
    assert len(acknowledged) >= AT_ONCE


@pytest.mark.parametrize("store", ["sqlite", "postgresql"])
def test_writers_at_once_never_overspend(store: str, new_place: Callable[[str], str]) -> None:
    """A fund of 200 fen holds 28 awards of 7 fen, whoever comes first; the 29th is refused to everybody."""
    place = new_place(store)
    new_ledger(place)
    with open_ledger(place) as ledger:
        ledger.post([appropriated(200)], by="w", at=AT)
    writers = [Writer(place, f"w{n}") for n in range(4)]
    printed = [writer.printed() for writer in writers]
    assert [lines[-1] for lines in printed] == ["refused ledger.overspent"] * 4
    verified = verify_ledger(place)
    assert verified.problems == ()
    with open_ledger(place, read_only=True) as ledger:
        assert {k: v for k, v in ledger.balances()[0].accounts.items() if v} == {"budget": 200, "available": 4, "paid": 196}
    assert sum(line.startswith("commit/") for lines in printed for line in lines) == 28


def test_a_round_is_whole_or_not_at_all(new_place: Callable[[str], str]) -> None:
    """Of a round whose last award finds no money nothing is entered."""
    place = new_place("sqlite")
    new_ledger(place)
    with open_ledger(place) as ledger:
        ledger.post([appropriated(100)], by="w", at=AT)
        with pytest.raises(Exception, match=r"ledger\.overspent"):
            ledger.post([committed(f"a{n}", 30) for n in range(4)], by="w", at=AT)
        assert ledger.count() == 1
        assert ledger.post([committed(f"a{n}", 30) for n in range(3)], by="w", at=AT).numbers == (2, 3, 4)
