"""Whether time grows with the number of measures and no faster: ns an enterprise and measure, on one core.

python bench/growth.py        says what it found, as JSON
"""

from __future__ import annotations

import argparse
import tempfile
import time
from functools import partial
from pathlib import Path
from typing import Any

import engine
import enterprises
import machine
import pack_text
import workload

MEASURES = (25, 100, 250, 1_000)


def measure(folder: Path, count: int, repeats: int) -> dict[str, Any]:
    """For each number of measures: ns of processor time a cell, full and for eligibility and amounts; seconds to plan and to prepare the kernel."""
    jobs, prepared = [], {}
    for number in MEASURES:
        rules = engine.rules_of(pack_text.write_packs(folder / str(number), workload.make_policy(number)))
        blocks = engine.blocks(enterprises.draw_columns(count, rules.places, unknown=0.08), rules, engine.STRETCH)
        start = time.process_time()
        evaluation = engine.Evaluation(rules, blocks[0])
        prepared[number] = time.process_time() - start
        jobs += [partial(evaluation.full, blocks), partial(evaluation.amounts, blocks)]
    taken = machine.medians(repeats, *jobs)
    found = {"full": taken[::2], "amounts": taken[1::2]}
    return {
        named: {str(number): one.per(count * number / 1e9).processor for number, one in zip(MEASURES, some, strict=True)}
        for named, some in found.items()
    } | {"prepared": prepared}


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--enterprises", type=int, default=100_000)
    options.add_argument("--repeats", type=int, default=5)
    given = options.parse_args()
    machine.use_cores(1)
    with tempfile.TemporaryDirectory() as folder:
        machine.say(measure(Path(folder), given.enterprises, given.repeats))


if __name__ == "__main__":
    main()
