"""One enterprise against all measures: evaluated, explained in both languages, asked about.

python bench/one.py        says what it found, as JSON
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
from functools import partial
from pathlib import Path
from typing import Any

import engine
import enterprises
import machine
import pack_text
import workload

from huiqi.entitlements.ask import ask
from huiqi.entitlements.columns import Run
from huiqi.entitlements.explain import Explainer

ENTERPRISES = 300


def measure(packs: Path, repeats: int) -> dict[str, Any]:
    """Seconds, medians over different enterprises."""
    rules = engine.rules_of(packs)
    blocks = engine.blocks(enterprises.draw_columns(ENTERPRISES, rules.places, unknown=0.08), rules, 1)
    evaluation = engine.Evaluation(rules, blocks[0])
    found = {}
    for named, evaluate in (("full", evaluation.full), ("amounts", evaluation.amounts)):
        taken = machine.medians(1, *(partial(evaluate, [block]) for _ in range(repeats) for block in blocks))
        found[named] = statistics.median(one.clock for one in taken)
        found[f"{named}, processor"] = statistics.median(one.processor for one in taken)
    explainer = Explainer(rules, engine.AS_OF)
    firms = iter(blocks[: 2 * repeats + 1])
    first = Run(explainer.plan, next(firms)).run()
    explainer.explain(first)
    explained, asked = machine.medians(2 * repeats, lambda: explainer.explain(Run(explainer.plan, next(firms)).run()), partial(ask, explainer, first))
    return found | {"explained": explained.processor, "asked": asked.processor}


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--repeats", type=int, default=5)
    given = options.parse_args()
    machine.use_cores(1)
    with tempfile.TemporaryDirectory() as folder:
        machine.say(measure(pack_text.write_packs(Path(folder), workload.make_policy()), given.repeats))


if __name__ == "__main__":
    main()
