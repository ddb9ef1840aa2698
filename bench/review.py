"""The review of a portfolio: made-up enterprises with 8 % of their cells unknown, the policy of 100 measures, all checks; seconds and memory.

    python bench/review.py --enterprises 200000        says what it found, as JSON

A process of its own for each run, with all cores.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import Any

import engine
import machine
import pack_text
import parquet
import workload

from huiqi.revision.review.review import review

WANTED = 60.0  # seconds for 200,000 enterprises and 100 measures on two cores


def measure(folder: Path, count: int, repeats: int) -> dict[str, Any]:
    """Medians of the seconds by the clock and of the processor; the highest peak of memory."""
    packs = pack_text.write_packs(folder / "packs", workload.make_policy())
    registry = parquet.registry_in(folder, packs, count)
    runs = [machine.in_a_child("review.py", "--review", packs, registry) for _ in range(repeats)]
    return {key: statistics.median(run[key] for run in runs) for key in ("seconds", "processor")} | {
        "wanted": WANTED, "peak": max(run["peak"] for run in runs), "findings": runs[0]["findings"], "machine": machine.state()
    }  # fmt: skip


def reviewed(packs: Path, registry: Path) -> dict[str, Any]:
    """For a child: read the pack, open the registry, review."""
    start, processor = time.perf_counter(), time.process_time()
    rules = engine.rules_of(packs)
    found = review(rules, engine.registry_of(registry, rules), workload.AS_OF)
    taken = {"seconds": time.perf_counter() - start, "processor": time.process_time() - processor, "peak": machine.peak_memory()}
    return taken | {"findings": dict(Counter(one.kind for one in found.findings))}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--enterprises", type=int, default=200_000)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--review", nargs=2, type=Path, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.review:
        machine.say(reviewed(*given.review))
        return
    with tempfile.TemporaryDirectory() as folder:
        machine.say(measure(Path(folder), given.enterprises, given.repeats))


if __name__ == "__main__":
    main()
