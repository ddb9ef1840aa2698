"""A registry on disk, evaluated to results on disk or to totals alone, in a process of its own with all cores, as a user would have it.

    python bench/parquet.py --enterprises 200000 --registry FOLDER        says what it found, as JSON

With a folder the registry is kept there, and used again by the next run. A registry of 10 million enterprises has about 4.5 GB.
"""

from __future__ import annotations

import argparse
import hashlib
import shutil
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import engine
import enterprises
import machine
import pack_text
import workload


def registry_in(folder: Path, packs: Path, count: int) -> Path:
    """The registry of so many enterprises, written if it is not there yet as it would be written now."""
    drawn = hashlib.sha256(b"".join(Path(module.__file__).read_bytes() for module in (workload, enterprises))).hexdigest()
    found = folder / f"enterprises-{count}-{drawn[:8]}"
    if not found.exists():
        rules = engine.rules_of(packs)
        needed = count * enterprises.BYTES
        if shutil.disk_usage(folder).free < 1.5 * needed:
            raise SystemExit(f"bench/parquet.py: {folder} has not the {1.5 * needed / 1e9:.0f} GB that this takes")
        start = time.perf_counter()
        enterprises.write_enterprises(found, count, rules.schemas["enterprise"], rules.places, unknown=0.08)
        print(f"wrote {count:,} enterprises in {time.perf_counter() - start:.0f} s", file=sys.stderr)
    return found


def measure(packs: Path, registry: Path, scratch: Path, repeats: int) -> dict[str, Any]:
    """Medians, and the highest peak of memory; the registry is in the system's cache where that has room for it."""
    return {kind: _medians(packs, registry, scratch / kind, repeats) for kind in ("rows", "totals")}


def _medians(packs: Path, registry: Path, out: Path, repeats: int) -> dict[str, Any]:
    runs = []
    for _ in range(repeats):
        runs.append(machine.in_a_child("parquet.py", "--evaluate", packs, registry, out))
        shutil.rmtree(out, ignore_errors=True)
    return {key: statistics.median(run[key] for run in runs) for key in runs[0]} | {"peak": max(run["peak"] for run in runs)}


def evaluate(packs: Path, registry: Path, out: Path) -> dict[str, Any]:
    """For a child: open and evaluate the registry, results to `out`; a folder `totals` means that only totals are wanted, and none is written."""
    rules = engine.rules_of(packs)
    before, clock, processor = machine.bytes_read(), time.perf_counter(), time.process_time()
    opened = engine.registry_of(registry, rules)
    count = engine.evaluate_registry(rules, opened, None if out.name == "totals" else out)
    return {
        "enterprises": count,
        "clock": time.perf_counter() - clock,
        "processor": time.process_time() - processor,
        "peak": machine.peak_memory(),
        "read": machine.bytes_read() - before,
        "on_disk": sum(path.stat().st_size for path in registry.glob("*.parquet")),
        "written": sum(path.stat().st_size for path in out.rglob("*") if path.is_file()),
    }


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--enterprises", type=int, default=1_000_000)
    options.add_argument("--repeats", type=int, default=5)
    options.add_argument("--registry", type=Path, help="a folder in which the registry is kept")
    options.add_argument("--evaluate", type=Path, nargs=3, help=argparse.SUPPRESS)
    given = options.parse_args()
    if given.evaluate:
        return machine.say(evaluate(*given.evaluate))
    if given.registry:
        given.registry.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=given.registry) as scratch:
        folder = Path(scratch)
        packs = pack_text.write_packs(folder, workload.make_policy())
        registry = registry_in(given.registry or folder, packs, given.enterprises)
        return machine.say(measure(packs, registry, folder, given.repeats))


if __name__ == "__main__":
    main()
