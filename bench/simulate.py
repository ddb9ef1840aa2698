"""What a simulated reform costs beside evaluating the measures that it touches: 5 of 100, with their stacking, over a registry on disk.

    python bench/simulate.py --enterprises 1000000 --registry FOLDER        says what it found, as JSON

Both in processes of their own with all cores, in turn; opening, planning and reading included. With a folder the registry is kept there.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from pathlib import Path
from typing import Any

import engine
import machine
import pack_text
import parquet
import workload

from huiqi.entitlements.evaluate import evaluate
from huiqi.revision.reform import read_reform, reformed
from huiqi.revision.simulate import simulate

CHANGED = 5  # measures whose amount the reform alters


def evaluated(packs: Path, folder: Path) -> dict[str, Any]:
    """For a child: the measures as they are, alone, to totals by group."""
    library = engine.library_of(packs)
    rules = library.rules(engine.AS_OF)
    keys = set(_changed())
    changed = [measure for measure in rules.measures if measure.key in keys]
    registry = engine.registry_of(folder, rules)
    clock, processor = time.perf_counter(), time.process_time()
    found = evaluate(rules, registry, engine.AS_OF, measures=changed, undecided="none")
    return _taken(clock, processor) | {"measures": len(found.tallies) + found.beside, "enterprises": found.subjects}


def simulated(packs: Path, folder: Path) -> dict[str, Any]:
    """For a child: a reform with other caps for the same measures, beside the law as it is."""
    library = engine.library_of(packs)
    before = library.rules(engine.AS_OF)
    path = packs.parent / "reform.yaml"
    path.write_text(reform(), encoding="utf-8")
    draft, problems = read_reform(path)
    assert draft is not None, problems
    made, problems = reformed(library, draft)
    assert made is not None, problems
    after = made.rules(engine.AS_OF)
    registry = engine.registry_of(folder, before)
    clock, processor = time.perf_counter(), time.process_time()
    found = simulate(before, after, registry, engine.AS_OF)
    changed = sum(len(side.changed) for side in found.sides)
    return _taken(clock, processor) | {"measures": sum(len(side.measures) for side in found.sides), "changed": changed, "differ": found.fates.touched}


def reform() -> str:
    """Another cap for the first measures that have one."""
    lines = [
        f"  - {{in: policy_{number // pack_text.DOCUMENT_LENGTH + 1:02}-2024, set: measures/{key}/amount/cap, to: 77万元}}\n"
        for key, number in _changed().items()
    ]
    return "reform: other-caps\ntitle: {en: Other caps, zh: 调整上限}\npack: " + pack_text.PACK + "\nchanges:\n" + "".join(lines)


def _changed() -> dict[str, int]:
    """The measures that the reform alters, with their numbers."""
    measures = workload.make_policy().measures
    return {measure.name: number for number, measure in [(n, m) for n, m in enumerate(measures) if isinstance(m.amount, workload.Rate)][:CHANGED]}


def _taken(clock: float, processor: float) -> dict[str, float]:
    return {"clock": time.perf_counter() - clock, "processor": time.process_time() - processor, "peak": machine.peak_memory()}


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--enterprises", type=int, default=1_000_000)
    options.add_argument("--repeats", type=int, default=5)
    options.add_argument("--registry", type=Path, help="a folder in which the registry is kept")
    options.add_argument("--evaluate", type=Path, nargs=2, help=argparse.SUPPRESS)
    options.add_argument("--simulate", type=Path, nargs=2, help=argparse.SUPPRESS)
    given = options.parse_args()
    if given.evaluate:
        return machine.say(evaluated(*given.evaluate))
    if given.simulate:
        return machine.say(simulated(*given.simulate))
    if given.registry:
        given.registry.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=given.registry) as scratch:
        packs = pack_text.write_packs(Path(scratch), workload.make_policy())
        registry = parquet.registry_in(given.registry or Path(scratch), packs, given.enterprises)
        runs: dict[str, list[dict[str, Any]]] = {"evaluate": [], "simulate": []}
        for _ in range(given.repeats):
            for name, found in runs.items():
                found.append(machine.in_a_child("simulate.py", f"--{name}", packs, registry))
        medians = {name: {key: statistics.median(run[key] for run in found) for key in found[0]} for name, found in runs.items()}
        ratios = {key: medians["simulate"][key] / medians["evaluate"][key] for key in ("clock", "processor")}
        return machine.say(medians | {"ratio": ratios} | machine.state())


if __name__ == "__main__":
    main()
