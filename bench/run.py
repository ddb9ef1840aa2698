"""huiqi beside openfisca-core and polars in one run, and everything else that is to be fast: one table.

    make bench            or: python bench/run.py [--enterprises N] [--repeats N] [--parquet N] [--registry FOLDER] [--results]

The same rules and the same enterprises for all; every result is compared in the same run, and the run fails where huiqi is wrong. Each measurement
stands in a file of its own, which also runs alone. The peers do eligibility and amounts: they are given no stacking rules.
"""

from __future__ import annotations

import argparse
import datetime
from collections.abc import Iterator
from itertools import combinations
from pathlib import Path
from typing import Any

import engine
import machine
from figures import Figure, at_least, at_most, short, stated, table, write_results
from throughput import SHARES

UNKNOWN, KNOWN = SHARES
NUMPY_BEFORE = {UNKNOWN: 29, KNOWN: 18}  # ns an enterprise and measure, on the machine of the figures in README.md
ROOM = 1.2


def throughput(found: dict[str, Any], cores: int) -> Iterator[Figure]:
    """On one core by processor time, so that waiting does not count; on several by the clock."""
    how, other = ("processor", "clock") if cores == 1 else ("clock", "processor")
    on = "one core" if cores == 1 else f"{cores} cores"
    for share in SHARES:
        ns = {name: times[how] for name, times in found[share].items() if name not in ("agreement", "polars engine")}
        said = f" ({other} {short(found[share]['full'][other])})"
        full = f"full evaluation, {on}, {share}"
        yield at_most(full, ns["full"], 2.5, "ns", said) if cores > 1 else stated(full, f"{short(ns['full'])} ns{said}", ns["full"])
        yield stated("  eligibility and amounts; a row for each", f"{short(ns['amounts'])}; {short(ns['rows'])} ns", ns["amounts"])
        yield stated(
            f"  openfisca-core; polars ({found[share]['polars engine']})", f"{short(ns['openfisca'])}; {short(ns['polars'])} ns", ns["openfisca"]
        )
        yield at_least("  full, times as fast as openfisca-core", ns["openfisca"] / ns["full"], 15 if cores > 1 else 8, "x")
        both = "; ".join(short(ns[peer] / ns["amounts"]) for peer in ("openfisca", "polars"))
        yield stated("  eligibility and amounts, times as fast as openfisca-core; as polars", f"{both} x")
        yield stated("  full, times as fast as polars", f"{short(ns['polars'] / ns['full'])} x", ns["polars"] / ns["full"])
        yield at_most("  full, distance to the scan of the input", ns["full"] / ns["scan"], 15, "x", f" (scan {short(ns['scan'])} ns)")
        if cores == 1:
            yield at_most("  numpy alone", ns["numpy"], ROOM * NUMPY_BEFORE[share], "ns")


def agreement(found: dict[str, Any]) -> Iterator[Figure]:
    for share in SHARES:
        a = found[share]["agreement"]
        wrong = sum(a[peer]["wrong"] + a[peer]["amounts"] for peer in ("openfisca", "polars"))
        yield Figure(f"{a['results']:,} results compared, {share}", f"huiqi wrong in {wrong}", "0", a["holds"], wrong)
        yield stated("  stacking of some enterprises checked: measures cut", f"{a['cut']:,}", a["cut"])
        against = "; ".join(str(a[peer]["contradictions"]) for peer in ("openfisca", "polars"))
        yield stated("  contradictions of openfisca-core; of polars; peers apart", f"{against}; {a['apart']}")
        yield stated("  yes of the peers; of these, resting on unknown facts", f"{a['yes']:,}; {a['unsettled']:,}")


def growth(found: dict[str, Any]) -> Iterator[Figure]:
    for named, said in (("full", "full"), ("amounts", "eligibility and amounts")):
        cells = found[named]
        each = f" ({', '.join(f'{number}: {short(ns)}' for number, ns in cells.items())} ns)"
        yield at_most(f"growth from 25 to 1,000 measures, {said}: slowest over fastest", max(cells.values()) / min(cells.values()), 1.5, "x", each)
        rise = max(later / earlier for earlier, later in combinations(cells.values(), 2))
        yield stated("  most that a cell costs beside one with fewer measures", f"{short(rise)} x", rise)
    prepared = found["prepared"]["1000"]
    yield stated("  1,000 compiled measures planned and made ready for the kernel", f"{short(prepared)} s of processor time", prepared)


def one(found: dict[str, Any]) -> Iterator[Figure]:
    for named, said in (("amounts", "eligibility and amounts"), ("full", "full evaluation")):
        processor = f" (processor {short(found[f'{named}, processor'] * 1e6)})"
        yield at_most(f"one enterprise, 100 measures, {said}", found[named] * 1e6, 150, "µs", processor)
    yield stated("  explained in both languages; asked about", f"{found['explained'] * 1e3:.0f}; {found['asked'] * 1e3:.0f} ms")


def reading(found: dict[str, Any]) -> Iterator[Figure]:
    cold, cached = found["cold"], found["cached"]
    imports = f", imports {cold['imports']:.2f}"
    yield at_most("a pack of 1,000 measures, cold", cold["clock"], 3, "s", f" (processor {short(cold['processor'])}{imports})")
    yield at_most("  the same from the cache", cached["clock"], 0.3, "s", f" (processor {short(cached['processor'])})")


def stacking(found: dict[str, Any]) -> Iterator[Figure]:
    for named, ns in found.items():
        said = f" ({short(ns['with'])} over {short(ns['without'])} ns; least seen {short(100 * ns['added, least'])} %)"
        yield at_most(f"stacking adds, one core, {named}", 100 * ns["added"], 40, "%", said)


def parquet(found: dict[str, Any]) -> Iterator[Figure]:
    for kind, named in (("totals", "to totals"), ("rows", "to totals and a row for each yes and depends")):
        run = found[kind]
        count = run["enterprises"]
        said = f" ({run['clock']:.1f} s by the clock, {run['processor']:.1f} of processor time)"
        yield at_least(f"{count:,} enterprises from Parquet {named}", count / run["clock"], 1.2e6, "a second", said)
        sizes = f" (read {run['read'] / 1e6:,.0f} MB of {run['on_disk'] / 1e6:,.0f}, wrote {run['written'] / 1e6:,.0f})"
        yield at_most("  peak memory", run["peak"] / 2**30, 1, "GiB", sizes)


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--enterprises", type=int, default=1_000_000, help="in memory")
    options.add_argument("--repeats", type=int, default=5)
    options.add_argument("--parquet", type=int, default=1_000_000, help="enterprises on disk; 0 leaves this part out")
    options.add_argument("--registry", type=Path, help="a folder in which the registry is kept between runs")
    options.add_argument("--results", action="store_true", help="write results-<date>.json here")
    given = options.parse_args()
    before = machine.state()
    found: dict[str, Any] = {"machine": machine.description(), "before": before}
    print(", ".join(f"{name} {value}" for name, value in found["machine"].items()), f"kernel {engine.kernel_name()}", sep=", ")
    print(_busy("before", before))
    size, repeats = ("--enterprises", given.enterprises), ("--repeats", given.repeats)
    several = engine.cores()
    for cores in dict.fromkeys((several, 1)):
        found[f"throughput, {cores}"] = machine.in_a_child("throughput.py", *size, *repeats, "--cores", cores, cores=cores)
    found["growth"] = machine.in_a_child("growth.py", "--enterprises", min(given.enterprises, 100_000), *repeats)
    found["stacking"] = machine.in_a_child("stacking.py", "--repeats", 8 * given.repeats, "--parquet", min(given.parquet, 500_000))
    found["one"] = machine.in_a_child("one.py", *repeats)
    found["reading"] = machine.in_a_child("reading.py", *repeats)
    if given.parquet:
        keep = ("--registry", given.registry) if given.registry else ()
        found["parquet"] = machine.in_a_child("parquet.py", "--enterprises", given.parquet, *repeats, *keep)
    found["after"] = machine.state()
    figures = [figure for cores in dict.fromkeys((several, 1)) for figure in throughput(found[f"throughput, {cores}"], cores)]
    figures += [
        *agreement(found["throughput, 1"]),
        *stacking(found["stacking"]),
        *growth(found["growth"]),
        *one(found["one"]),
        *reading(found["reading"]),
    ]
    figures += parquet(found["parquet"]) if given.parquet else ()
    print(f"\nns an enterprise and measure, {given.enterprises:,} enterprises x 100 measures, medians of {given.repeats}\n\n{table(figures)}\n")
    print("The peers are given no stacking rules. Several cores: by the clock; one core: processor time.")
    print(_busy("after", found["after"]))
    if given.results:
        write_results(Path(__file__).parent / f"results-{datetime.date.today()}.json", figures, found)
    wrong = [cores for cores in dict.fromkeys((several, 1)) for share in SHARES if not found[f"throughput, {cores}"][share]["agreement"]["holds"]]
    if wrong:
        raise SystemExit("The results do not agree.")


def _busy(when: str, state: dict[str, Any]) -> str:
    said = f"{when} the run: load {' '.join(map(str, state['load']))}; two threads do {state['two_threads']} times the work of one"
    return said if state["two_threads"] > 1.7 else f"{said}: a busy machine, on which figures by the clock say little"


if __name__ == "__main__":
    main()
