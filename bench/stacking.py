"""What stacking adds to an evaluation: the same enterprises and measures with and without the stacking rules, in turn, by processor time on one core.

    python bench/stacking.py        says what it found, as JSON

From columns in memory to totals by group, and from Parquet on disk to totals by group, as `huiqi evaluate` does it, opening
and planning included: a process of its own each time, with all cores.
"""

from __future__ import annotations

import argparse
import dataclasses
import statistics
import tempfile
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

import engine
import enterprises
import machine
import pack_text
import workload
from throughput import SHARES


def measure(folder: Path, count: int, on_disk: int, repeats: int) -> dict[str, Any]:
    """For each share of unknown cells, and from Parquet: ns an enterprise and measure with and without, and the share that stacking adds."""
    policy = workload.make_policy()
    packs = {True: pack_text.write_packs(folder / "with", policy)}
    packs[False] = pack_text.write_packs(folder / "without", dataclasses.replace(policy, stacking=()))
    rules = engine.rules_of(packs[True])
    found = {}
    for named, share in SHARES.items():
        blocks = engine.blocks(enterprises.draw_columns(count, rules.places, unknown=share), rules, engine.STRETCH)
        evaluation = engine.Evaluation(rules, blocks[0])
        taken = machine.in_turn(repeats, partial(evaluation.full, blocks), partial(evaluation.without_stacking, blocks))
        found[named] = _added(count * len(policy.measures), *([one.processor for one in times] for times in taken))
    if on_disk:
        enterprises.write_enterprises(folder / "registry", on_disk, rules.schemas["enterprise"], rules.places, unknown=SHARES["8 % unknown"])
        runs: dict[bool, list[float]] = {True: [], False: []}
        for _ in range(max(repeats // 8, 1)):
            for stacked, seconds in runs.items():
                run = machine.in_a_child("parquet.py", "--evaluate", packs[stacked], folder / "registry", folder / "totals")
                seconds.append(run["processor"])
        found["from Parquet"] = _added(on_disk * len(policy.measures), runs[True], runs[False])
    return found


def _added(cells: float, both: Sequence[float], alone: Sequence[float]) -> dict[str, float]:
    """From seconds with and without, ns a cell: medians and the least of each; and the share, by pairs and by the least.

    A busy machine slows down both of a pair, or neither.
    """
    ns = 1e9 / cells
    return {
        "with": ns * statistics.median(both), "without": ns * statistics.median(alone), "least with": ns * min(both), "least without": ns * min(alone),
        "added": statistics.median(one / other for one, other in zip(both, alone, strict=True)) - 1, "added, least": min(both) / min(alone) - 1,
    }  # fmt: skip


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--enterprises", type=int, default=engine.STRETCH, help="in memory")
    options.add_argument("--parquet", type=int, default=8 * engine.STRETCH, help="on disk; 0 leaves this part out")
    options.add_argument("--repeats", type=int, default=40)
    given = options.parse_args()
    machine.use_cores(1)
    with tempfile.TemporaryDirectory() as folder:
        machine.say(measure(Path(folder), given.enterprises, given.parquet, given.repeats))


if __name__ == "__main__":
    main()
