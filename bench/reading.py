"""A pack of many measures from its text to rules, with nothing cached and from the cache; each time in a process of its own.

python bench/reading.py --measures 1000        says what it found, as JSON
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from pathlib import Path
from typing import Any

import machine
import pack_text
import workload


def measure(folder: Path, measures: int, repeats: int) -> dict[str, Any]:
    """Seconds by the clock and of processor time, without imports; the cache is empty each time for the first, and filled for the second."""
    packs = pack_text.write_packs(folder, workload.make_policy(measures))
    time.sleep(0.2)  # a text that has just been written is not cached
    cold = [_read(packs, folder / f"cache-{number}") for number in range(repeats)]
    again = [_read(packs, folder / "cache-0") for _ in range(repeats)]
    return {named: {key: statistics.median(run[key] for run in runs) for key in runs[0]} for named, runs in (("cold", cold), ("cached", again))}


def _read(packs: Path, cache: Path) -> dict[str, float]:
    return machine.in_a_child("reading.py", "--read", packs, HUIQI_CACHE=str(cache))


def read(packs: Path) -> dict[str, float]:
    """For a child."""
    imports = time.perf_counter()
    import engine

    start, worked = time.perf_counter(), time.process_time()
    rules = engine.read_like_a_command(packs).rules(engine.AS_OF)
    return {
        "clock": time.perf_counter() - start,
        "processor": time.process_time() - worked,
        "imports": start - imports,
        "measures": len(rules.measures),
    }


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--measures", type=int, default=1_000)
    options.add_argument("--repeats", type=int, default=5)
    options.add_argument("--read", type=Path, help=argparse.SUPPRESS)
    given = options.parse_args()
    if given.read:
        return machine.say(read(given.read))
    with tempfile.TemporaryDirectory() as folder:
        return machine.say(measure(Path(folder), given.measures, given.repeats))


if __name__ == "__main__":
    main()
