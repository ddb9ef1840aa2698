"""Reading and compiling all packs that come with huiqi, each time in a process of its own with nothing cached: `python bench/cold_packs.py`."""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys

ONCE = """
import time
start = time.perf_counter(), time.process_time()
import datetime
from huiqi.rules.library import packs_folder, read_library
names = sorted(path.parent.name for path in packs_folder().glob("*/pack.yaml"))
library, problems = read_library(names, rules_only=True)
rules = library.rules(datetime.date(2024, 6, 30))
print(time.perf_counter() - start[0], time.process_time() - start[1], len(names), len(library.documents), len(rules.measures))
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeats", type=int, default=7)
    repeats = parser.parse_args().repeats
    runs = [subprocess.run([sys.executable, "-c", ONCE], check=True, capture_output=True, text=True).stdout.split() for _ in range(repeats)]
    clock, processor = (statistics.median(float(run[n]) for run in runs) for n in (0, 1))
    packs, documents, measures = runs[0][2:]
    print(f"{packs} packs, {documents} documents, {measures} measures in force on 2024-06-30, imports included: ", end="")
    print(f"{clock:.2f} s by the clock, {processor:.2f} s of processor time (median of {repeats})")


if __name__ == "__main__":
    main()
