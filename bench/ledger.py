"""Postings to a ledger: one a transaction, in groups, by several processes at once, in a file and in PostgreSQL; and how long verifying takes.

    python bench/ledger.py [--postings 3000] [--entries 200000] [--folder FOLDER] [--postgresql postgresql://user@host/empty-database ...]

Every posting is durable when it returns: SQLite with a write-ahead log and synchronous = FULL, PostgreSQL as it is installed (fsync and
synchronous_commit on). The disk's own speed stands beside it: how often a second it can be told to keep a few bytes. A place named in memory
(--folder /dev/shm) shows what is left without the disk. A ledger stays in its place; give PostgreSQL a new database for each run.
"""

from __future__ import annotations

import argparse
import datetime
import os
import tempfile
import time
from multiprocessing import get_context
from pathlib import Path

from huiqi.delivery.ledger.events import Event
from huiqi.delivery.ledger.ledger import create_ledger, open_ledger
from huiqi.delivery.ledger.verify import verify_ledger

AT = datetime.datetime(2024, 7, 1, tzinfo=datetime.UTC)
DAY = datetime.date(2024, 7, 1)
FUND = {"fund": "industry", "year": 2024, "currency": "CNY"}
AID = {"measure": "zone/growth/aid", "clause": "第三条", "pack_hash": "ab" * 32}


def commitment(name: str, number: int) -> Event:
    award = f"2024-1/zone/growth/aid/{name}{number:018d}"
    return Event("committed", f"commit/{award}", DAY, 500_000, award=award, subject=f"{name}{number:018d}", **AID, **FUND)


def payment(name: str, number: int) -> Event:
    return Event("disbursed", f"pay/{name}{number}", DAY, 200_000, award=f"2024-1/zone/growth/aid/{name}{number:018d}")


def post(place: str, name: str, count: int, group: int) -> None:
    """Commitments and payments by turns, so many in one transaction."""
    events = [event for number in range(count // 2) for event in (commitment(name, number), payment(name, number))]
    with open_ledger(place, wait=60) as ledger:
        for start in range(0, count, group):
            ledger.post(events[start : start + group], by="bench", at=AT)


def told(figure: str, count: int, start: float, used: float) -> None:
    seconds, processor = time.perf_counter() - start, time.process_time() - used
    print(f"{figure:<60}{count / seconds:>10,.0f} a second   {processor / count * 1e6:>8,.0f} µs of processor each", flush=True)


def keeps(folder: Path) -> None:
    """How often the disk keeps a small block for good."""
    with open(folder / "fsync", "wb") as file:
        start, used = time.perf_counter(), time.process_time()
        for _ in range(300):
            file.write(b"x" * 4096)
            file.flush()
            os.fdatasync(file.fileno())
        told("the disk alone: 4 kB written and synced", 300, start, used)


def measure(place: str, postings: int, entries: int) -> None:
    print(f"{place}; load {os.getloadavg()[0]:.1f}")
    create_ledger(place, by="bench", at=AT)
    with open_ledger(place) as ledger:
        ledger.post([Event("appropriated", "given", DAY, 8 * 10**15, **FUND)], by="bench", at=AT)
    for group, name in ((1, "one posting a transaction"), (100, "groups of 100"), (10_000, "groups of 10,000 (a round)")):
        count = postings if group == 1 else max(entries, group)
        start, used = time.perf_counter(), time.process_time()
        post(place, f"g{group}-", count, group)
        told(name, count, start, used)
    for processes in (2, 4):
        writers = [get_context("fork").Process(target=post, args=(place, f"p{processes}-{n}-", postings // processes, 1)) for n in range(processes)]
        start, used = time.perf_counter(), time.process_time()
        for writer in writers:
            writer.start()
        for writer in writers:
            writer.join()
            assert writer.exitcode == 0
        told(f"one posting a transaction, {processes} processes at once", postings // processes * processes, start, used)
    start, used = time.perf_counter(), time.process_time()
    verified = verify_ledger(place)
    assert verified.problems == ()
    told(f"verified: {verified.entries:,} entries in {time.perf_counter() - start:.1f} s", verified.entries, start, used)


def main() -> None:
    given = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    given.add_argument("--postings", type=int, default=3_000)
    given.add_argument("--entries", type=int, default=200_000)
    given.add_argument("--folder", type=Path)
    given.add_argument("--postgresql", nargs="*", default=[])
    options = given.parse_args()
    with tempfile.TemporaryDirectory(dir=options.folder) as folder:
        keeps(Path(folder))
        measure(str(Path(folder) / "bench.ledger"), options.postings, options.entries)
    for place in options.postgresql:
        measure(place, options.postings, options.entries)


if __name__ == "__main__":
    main()
