"""What an evaluation on a Spark cluster costs: processor time of the JVM and of the worker processes, beside the clock.

    python bench/on_spark.py REGISTRY --pack cn-zj-hangzhou-binjiang --as-of 2024-06-30 --master local[2]

The first run is to warm up and does not count. Processor time hardly depends on what else the machine does, the clock does. Linux only.
"""

from __future__ import annotations

import argparse
import os
import shutil
import tempfile
import time
from pathlib import Path

from huiqi.cli.options import registry_of, rules_of
from huiqi.entitlements.spark.evaluate import evaluate
from huiqi.entitlements.spark.session import open_session


def spent() -> dict[str, float]:
    """Seconds of processor time of this process's descendants, finished ones included, by what they are."""
    found, parents = {}, {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            head, _, rest = path.read_text().rpartition(")")
        except OSError:
            continue
        fields = rest.split()
        pid, name = head.split(" (", 1)
        parents[int(pid)] = int(fields[1])
        found[int(pid)] = (name, sum(map(int, fields[11:15])) / os.sysconf("SC_CLK_TCK"))
    seconds = {"jvm": 0.0, "workers": 0.0}
    for pid, (name, used) in found.items():
        above = pid
        while above not in (0, os.getpid()):
            above = parents.get(above, 0)
        if above and pid != os.getpid():
            seconds["jvm" if name == "java" else "workers"] += used
    return seconds


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("registry", type=Path)
    parser.add_argument("--pack", action="append", required=True)
    parser.add_argument("--as-of", default="2024-06-30")
    parser.add_argument("--master", default="local[2]")
    parser.add_argument("--repeats", type=int, default=1)
    parser.add_argument("--totals", action="store_true", help="no long rows")
    asked = parser.parse_args()
    rules, day = rules_of(asked.pack, asked.as_of, None)
    registry = registry_of(asked.registry, rules, keys=False)
    session = open_session(asked.master)
    folder = Path(tempfile.mkdtemp())
    try:
        for number in range(asked.repeats + 1):
            before, began = spent(), time.perf_counter()
            out = None if asked.totals else folder / "out"
            outcome = evaluate(session, rules, registry, day, out=out, undecided="none")
            took, used = time.perf_counter() - began, {name: seconds - before[name] for name, seconds in spent().items()}
            each = {name: f"{seconds / outcome.subjects * 1e6:.1f}" for name, seconds in used.items()}
            note = " (warming up)" if number == 0 else ""
            print(
                f"{outcome.subjects:,} subjects, {len(outcome.tallies)} measures: {took:.1f} s by the clock, {outcome.subjects / took:,.0f} a second; "
                f"processor time in us a subject: jvm {each['jvm']}, workers {each['workers']}{note}"
            )
    finally:
        session.stop()
        shutil.rmtree(folder)


if __name__ == "__main__":
    main()
