"""huiqi beside openfisca-core, on one core, in one run: 100 measures over 60 facts, the same rules, the same enterprises.

    make bench            or: python bench/run.py [--enterprises N] [--repeats N] [--million N]

Both evaluate eligibility and amounts. huiqi does it on ranges: once with 8 % of the cells unknown, once with all known. OpenFisca has no
unknown; it is given the known figures, as float32, which is how it holds them. On these huiqi's results are compared with its own, measure by
measure; where they differ, the exact evaluator says who is right.
"""

from __future__ import annotations

import argparse
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(variable, "1")

import enterprises
import numpy as np
import pack_text
import peer_openfisca
import workload

from huiqi.entitlements.ask import ask
from huiqi.entitlements.columns import Block, Run
from huiqi.entitlements.evaluate import BLOCK, Entitlement, entitlement, evaluate
from huiqi.entitlements.explain import Explainer
from huiqi.facts.registry import open_registry
from huiqi.rules.check import check_library
from huiqi.rules.compile import Rules
from huiqi.rules.library import Library, read_library
from huiqi.rules.plan import Plan, make_plan


def library_of(packs: Path) -> Library:
    library, problems = read_library([packs / pack_text.PACK])
    assert library is not None, problems
    assert not problems, problems
    return library


def medians(repeats: int, *jobs: Callable[[], object]) -> list[float]:
    """Processor seconds of each job, the jobs in turn so that a slow moment meets all."""
    seconds: list[list[float]] = [[] for _ in jobs]
    for _ in range(repeats):
        for job, taken in zip(jobs, seconds, strict=True):
            start = time.process_time()
            job()
            taken.append(time.process_time() - start)
    return [statistics.median(taken) for taken in seconds]


def blocks(columns: enterprises.Columns, rules: Rules, size: int) -> list[Block]:
    count = len(next(iter(columns.values())))
    schema = rules.schemas["enterprise"]
    return [
        Block(min(size, count - at), workload.AS_OF, {key: values[at : at + size] for key, values in columns.items()}, schema, rules.places)
        for at in range(0, count, size)
    ]  # fmt: skip


def everything(plan: Plan, parts: list[Block]) -> list[list[Entitlement]]:
    """Eligibility and amounts of every measure, block by block."""
    return [[entitlement(run, planned) for planned in plan.measures] for run in (Run(plan, block).run() for block in parts)]


def compare_with_peer(plan: Plan, parts: list[Block], peer: peer_openfisca.Peer, simulation: object) -> str:
    """Where eligibility differs on known figures, the exact evaluator is asked; amounts are compared where both say yes."""
    ours = everything(plan, parts)
    differing = wrong = eligible = 0
    worst = 0.0
    for number, planned in enumerate(plan.measures):
        mine = np.concatenate([part[number].must for part in ours])
        low = np.concatenate([part[number].low for part in ours]) / 100
        theirs, amounts = peer.result(simulation, planned.measure.key.replace("-", "_"))
        both = mine & theirs
        eligible += int(mine.sum())
        if both.any():
            gap = np.abs(low[both] - amounts[both])
            worst = max(worst, float((gap / np.maximum(low[both], 1)).max()))
        for row in np.flatnonzero(mine != theirs)[:200].tolist():
            differing += 1
            block = parts[row // parts[0].size]
            wrong += block.exactly(row % parts[0].size).truth(planned.measure.truth).must != mine[row]
        differing += max(0, int((mine != theirs).sum()) - 200)
    cells = sum(block.size for block in parts) * len(plan.measures)
    return (
        f"{eligible:,} of {cells:,} are eligible; eligibility differs in {differing:,} (float32 at a threshold); "
        f"asked about up to 200 a measure, the exact evaluator finds huiqi wrong in {wrong}; amounts differ by {worst:.1e} of themselves at most"
    )


def throughput(packs: Path, count: int, repeats: int) -> None:
    rules = library_of(packs).rules(workload.AS_OF)
    plan, peer = make_plan(rules, apart=True), peer_openfisca.Peer(workload.make_policy())
    known = blocks(enterprises.draw_columns(count, rules.places, unknown=0.0), rules, BLOCK)
    unknown = blocks(enterprises.draw_columns(count, rules.places, unknown=0.08), rules, BLOCK)
    simulation = peer.simulation(enterprises.draw_columns(count, rules.places, unknown=0.0))
    print(compare_with_peer(plan, known, peer, simulation))

    def theirs() -> None:
        peer.forget(simulation)
        peer.run(simulation)

    cells = count * len(plan.measures) / 1e9
    ranges, points, openfisca = (s / cells for s in medians(repeats, lambda: everything(plan, unknown), lambda: everything(plan, known), theirs))
    print(f"{count:,} enterprises x {len(plan.measures)} measures, one core, processor time, median of {repeats}; ns an enterprise and measure:")
    for name, taken in (("huiqi, 8 % unknown, ranges", ranges), ("huiqi, all known", points), ("openfisca-core, all known", openfisca)):
        print(f"  {name:<28} {taken:7.1f}   {openfisca / taken:5.2f} x openfisca-core")


def one_firm(packs: Path, folder: Path, repeats: int) -> None:
    rules = library_of(packs).rules(workload.AS_OF)
    enterprises.write_enterprises(folder / "firms", 1_000, rules.schemas["enterprise"], rules.places, unknown=0.08)
    registry, problems = open_registry(folder / "firms", rules.schemas["enterprise"], rules.places)
    assert registry is not None, problems
    explainer = Explainer(rules, workload.AS_OF)
    runs = [Run(explainer.plan, block).run() for block in blocks(enterprises.draw_columns(20, rules.places, unknown=0.08), rules, 1)]
    explainer.explain(runs[0])
    firms = iter(runs[1:] * repeats)
    explained, asked = medians(repeats * 3, lambda: explainer.explain(Run(explainer.plan, next(firms).block).run()), lambda: ask(explainer, runs[2]))
    print(
        f"one firm against {len(rules.measures)} measures: evaluated and explained in {explained * 1e3:.0f} ms, questions ordered in {asked * 1e3:.0f} ms"
    )


def in_a_child(*arguments: str) -> str:
    """What a fresh process says, on both cores as a user would have it."""
    return subprocess.run([sys.executable, __file__, *arguments], stdout=subprocess.PIPE, text=True, check=True).stdout.strip()


def load(packs: Path) -> None:
    """For a child: read, compile and check the pack from its text, nothing cached."""
    start = time.process_time()
    check_library(library_of(packs))  # drawn at random, a few measures contradict themselves, and are told so
    print(time.process_time() - start)


def million(packs: Path, registry_folder: Path, out: Path) -> None:
    """For a child: evaluate a registry on disk, results to disk."""
    rules = library_of(packs).rules(workload.AS_OF)
    registry, problems = open_registry(registry_folder, rules.schemas["enterprise"], rules.places)
    assert registry is not None, problems
    start = time.perf_counter()
    outcome = evaluate(rules, registry, workload.AS_OF, out=out, undecided=False)
    seconds, peak = time.perf_counter() - start, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    print(f"{outcome.subjects:,} enterprises from Parquet, results to Parquet: {seconds:.0f} s, peak memory {peak:.2f} GiB")


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--enterprises", type=int, default=200_000)
    options.add_argument("--repeats", type=int, default=5)
    options.add_argument("--million", type=int, default=1_000_000, help="enterprises on disk; 0 leaves this part out")
    options.add_argument("--load", type=Path, help=argparse.SUPPRESS)
    options.add_argument("--evaluate", type=Path, nargs=3, help=argparse.SUPPRESS)
    given = options.parse_args()
    if given.load:
        return load(given.load)
    if given.evaluate:
        return million(*given.evaluate)
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        packs = pack_text.write_packs(folder, workload.make_policy())
        loads = [float(in_a_child("--load", str(packs))) for _ in range(given.repeats)]
        print(
            f"reading and checking the pack of {len(workload.make_policy().measures)} measures: {statistics.median(loads):.2f} s (processor, median of {given.repeats})"
        )
        if given.million:
            rules = library_of(packs).rules(workload.AS_OF)
            enterprises.write_enterprises(folder / "million", given.million, rules.schemas["enterprise"], rules.places, unknown=0.08)
            print(in_a_child("--evaluate", str(packs), str(folder / "million"), str(folder / "results")))
        if hasattr(os, "sched_setaffinity"):
            os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
        one_firm(packs, folder, given.repeats)
        throughput(packs, given.enterprises, given.repeats)
    return None


if __name__ == "__main__":
    main()
