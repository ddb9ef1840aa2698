"""huiqi beside openfisca-core, on one core, in one run: 100 measures over 60 facts, the same rules, the same enterprises.

    make bench            or: python bench/run.py [--enterprises N] [--repeats N] [--million N]

Both evaluate eligibility and amounts, huiqi with numpy alone and with its compiled kernel. huiqi does it on ranges: once with 8 % of the cells unknown, once with all known. OpenFisca takes what is
unknown for 0, and holds figures as float32. All results are compared, measure by measure: on known figures they have to be the same, and where
they are not, the exact evaluator says who is right; on unknown ones, what OpenFisca says has to be one of the possibilities that huiqi names.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(variable, "1")

import enterprises
import numpy as np
import pack_text
import peer_openfisca
import workload
from openfisca_core.simulations import Simulation

from huiqi.entitlements.ask import ask
from huiqi.entitlements.columns import Block, Run
from huiqi.entitlements.due import Due, due
from huiqi.entitlements.evaluate import BLOCK, evaluate
from huiqi.entitlements.explain import Explainer
from huiqi.entitlements.kernel import Engine, cores, kernel_name, setting_of
from huiqi.entitlements.totals import Totals
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


def medians(repeats: int, *jobs: Callable[[], object], clock: Callable[[], float] = time.process_time) -> list[float]:
    """Processor seconds of each job (or seconds by another clock), the jobs in turn so that a slow moment meets all."""
    seconds: list[list[float]] = [[] for _ in jobs]
    for _ in range(repeats):
        for job, taken in zip(jobs, seconds, strict=True):
            start = clock()
            job()
            taken.append(clock() - start)
    return [statistics.median(taken) for taken in seconds]


def blocks(columns: enterprises.Columns, rules: Rules, size: int) -> list[Block]:
    count = len(next(iter(columns.values())))
    schema = rules.schemas["enterprise"]
    return [
        Block(min(size, count - at), workload.AS_OF, {key: values[at : at + size] for key, values in columns.items()}, schema, rules.places)
        for at in range(0, count, size)
    ]  # fmt: skip


def everything(plan: Plan, parts: list[Block]) -> list[list[Due]]:
    """Eligibility and amounts of every measure, block by block."""
    return [[due(run, planned) for planned in plan.measures] for run in (Run(plan, block).run() for block in parts)]


@dataclass
class Agreement:
    """What a comparison of all results found."""

    results: int = 0
    yes: int = 0  # that OpenFisca says
    unsettled: int = 0  # of these, so many rest on a fact that nobody knows
    contradictions: int = 0
    wrong: int = 0  # contradictions in which the exact evaluator finds huiqi wrong
    amounts: int = 0  # that lie outside huiqi's range, float32 allowed for

    def __str__(self) -> str:
        return (
            f"{self.results:,} results; openfisca-core says yes to {self.yes:,}, of which {self.unsettled:,} rest on unknown facts; "
            f"contradictions {self.contradictions:,} (huiqi wrong in {self.wrong:,}), amounts outside huiqi's range {self.amounts:,}"
        )


def compare_with_peer(plan: Plan, parts: list[Block], peer: peer_openfisca.Peer, simulation: Simulation) -> Agreement:
    """What OpenFisca says is right for one completion of the unknown facts, the one with 0.

    So where huiqi is sure the two have to agree, and each amount has to lie in huiqi's range. float32 is allowed for in amounts; where it
    turns a test, the exact evaluator is asked who is right.
    """
    found = Agreement(sum(block.size for block in parts) * len(plan.measures))
    at = 0
    for block in parts:
        run = Run(plan, block).run()
        for planned in plan.measures:
            mine = due(run, planned)
            theirs, amounts = (result[at : at + block.size] for result in peer.result(simulation, planned.measure.key))
            must, may = np.zeros(block.size, bool), np.zeros(block.size, bool)
            must[mine.rows], may[mine.rows] = mine.must, True
            contradicted = np.flatnonzero((must & ~theirs) | (~may & theirs)).tolist()
            given = amounts[mine.rows].astype(float)
            allowed = np.maximum(1e-6 * given, 0.01)
            outside = (given < mine.low / 100 - allowed) | (given > mine.high / 100 + allowed)
            found.yes += int(np.count_nonzero(theirs))
            found.unsettled += int(np.count_nonzero(theirs & may & ~must))
            found.contradictions += len(contradicted)
            found.wrong += sum(block.exactly(row).truth(planned.measure.truth).must != must[row] for row in contradicted)
            found.amounts += int(np.count_nonzero(outside & theirs[mine.rows]))
        at += block.size
    return found


def check_kernel(engine: Engine, plan: Plan, parts: list[Block]) -> None:
    """The compiled kernel and numpy say the same of every enterprise and measure, and so do the totals."""
    for block in parts:
        (wanted,) = everything(plan, [block])
        for one, other in zip(engine.dues(block), wanted, strict=True):
            assert all(np.array_equal(getattr(one, name), getattr(other, name)) for name in ("rows", "must", "low", "high"))
        assert engine.totals(block).overall() == Totals.of(wanted, {}).overall()


SHARES = (("8 % unknown", 0.08), ("all known", 0.0))


def throughput(packs: Path, count: int, repeats: int) -> None:
    rules = library_of(packs).rules(workload.AS_OF)
    plan, peer = make_plan(rules, apart=True), peer_openfisca.Peer(workload.make_policy())
    jobs: dict[str, list[Callable[[], object]]] = {}
    for named, share in SHARES:
        columns = enterprises.draw_columns(count, rules.places, unknown=share)
        parts, simulation = blocks(columns, rules, BLOCK), peer.simulation(columns)
        print(f"{named}: {compare_with_peer(plan, parts, peer, simulation)}")
        engine = Engine(plan, setting_of(parts[0]))
        check_kernel(engine, plan, parts)
        kernel: list[Callable[[], object]] = [partial(_totals, engine, parts, 1), partial(_dues, engine, parts)]
        jobs[named] = [partial(everything, plan, parts), *kernel, partial(peer.run_anew, simulation)]
    taken = iter(medians(repeats, *(job for some in jobs.values() for job in some)))
    cells = count * len(plan.measures) / 1e9
    print(
        f"\n{count:,} enterprises x {len(plan.measures)} measures on one core; ns of processor time an enterprise and measure, median of {repeats}\n"
        f"(kernel: {kernel_name()}; all results of it are those of numpy)\n"
    )
    print(f"{'':16}{'numpy':>10}{'kernel, totals':>18}{'kernel, rows':>16}{'openfisca-core':>18}")
    for named in jobs:
        numpy, totals, rows, theirs = (next(taken) / cells for _ in range(4))
        print(f"{named:16}{numpy:10.1f}{totals:18.2f}{rows:16.2f}{theirs:18.1f}")
        print(f"{'  times as fast':16}{theirs / numpy:10.2f}{theirs / totals:18.1f}{theirs / rows:16.1f}")


def _totals(engine: Engine, parts: list[Block], workers: int) -> None:
    for block in parts:
        engine.totals(block, workers=workers)


def _dues(engine: Engine, parts: list[Block]) -> None:
    for block in parts:
        engine.dues(block)


def on_all_cores(packs: Path, count: int, repeats: int) -> None:
    """Eligibility, amounts and totals in memory, by the clock, with a thread a core."""
    rules = library_of(packs).rules(workload.AS_OF)
    plan = make_plan(rules, apart=True)
    for named, share in SHARES:
        parts = blocks(enterprises.draw_columns(count, rules.places, unknown=share), rules, count)
        engine = Engine(plan, setting_of(parts[0]))
        assert engine.totals(parts[0]).overall() == engine.totals(parts[0], workers=cores()).overall()
        one, all_ = medians(repeats, *(partial(_totals, engine, parts, workers) for workers in (1, cores())), clock=time.perf_counter)
        cells = count * len(plan.measures) / 1e9
        print(f"{named}, by the clock: {one / cells:.2f} ns an enterprise and measure with one thread, {all_ / cells:.2f} with {cores()}")


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
    print(f"one firm against {len(rules.measures)} measures: evaluated and explained in {explained * 1e3:.0f} ms, questions in {asked * 1e3:.0f} ms")


def peak_memory() -> int:
    """The most memory this process has held at once, in bytes; not ru_maxrss, which a child takes over from its parent."""
    status = Path("/proc/self/status").read_text()
    return int(next(line for line in status.splitlines() if line.startswith("VmHWM")).split()[1]) * 1024


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
    seconds, peak = time.perf_counter() - start, peak_memory() / 2**30
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
        print(f"reading and checking the pack of 100 measures: {statistics.median(loads):.2f} s of processor time, median of {given.repeats}")
        if given.million:
            rules = library_of(packs).rules(workload.AS_OF)
            enterprises.write_enterprises(folder / "million", given.million, rules.schemas["enterprise"], rules.places, unknown=0.08)
            print(in_a_child("--evaluate", str(packs), str(folder / "million"), str(folder / "results")))
        on_all_cores(packs, given.enterprises, given.repeats)
        if hasattr(os, "sched_setaffinity"):
            os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
        one_firm(packs, folder, given.repeats)
        throughput(packs, given.enterprises, given.repeats)
    return None


if __name__ == "__main__":
    main()
