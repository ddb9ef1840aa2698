"""Evaluations in memory: huiqi, OpenFisca and polars on the same enterprises, in turn, on one core or on several.

    python bench/throughput.py --enterprises 100000 --cores 1        says what it found, as JSON

Everybody starts from columns in its own form. huiqi carries both ends of every range and rounds to the fen; its full evaluation also stacks and adds
up. OpenFisca runs on one core, whatever there is; polars on all that it may have, with the faster of its two engines.
"""

from __future__ import annotations

import argparse
import dataclasses
import tempfile
from functools import partial
from pathlib import Path
from typing import Any

import agreement
import engine
import enterprises
import machine
import pack_text
import peer_openfisca
import peer_polars
import workload
from scan import scan

SHARES = {"8 % unknown": 0.08, "all known": 0.0}


def measure(policy: workload.Policy, packs: Path, count: int, cores: int, repeats: int) -> dict[str, Any]:
    """For each share of unknown cells: ns an enterprise and measure of everybody, and how far the results agree."""
    rules = engine.rules_of(packs)
    fisca, polars = peer_openfisca.Peer(policy), peer_polars.Peer(policy)
    found: dict[str, Any] = {}
    for named, share in SHARES.items():
        columns = enterprises.draw_columns(count, rules.places, unknown=share)
        blocks = engine.blocks(columns, rules, engine.STRETCH)
        evaluation, simulation, frame = engine.Evaluation(rules, blocks[0]), fisca.simulation(columns), polars.frame(columns)
        results = polars.results(frame)
        agreed = agreement.compare(evaluation, blocks, fisca, simulation, results)
        trials = {how: partial(polars.run, frame, how) for how in peer_polars.ENGINES}
        assert all(polars.adds_up(results, trial()) for trial in trials.values())
        del results
        faster = min(zip(machine.medians(1, *trials.values()), trials, strict=True), key=lambda trial: trial[0].clock)[1]
        jobs = {
            "full": partial(evaluation.full, blocks, cores),
            "amounts": partial(evaluation.amounts, blocks, cores),
            "rows": partial(evaluation.rows, blocks, cores),
            "openfisca": partial(fisca.run_anew, simulation),
            "polars": partial(polars.run, frame, faster),
            "scan": partial(scan, columns, cores),
        }
        if cores == 1:
            jobs["numpy"] = partial(_with_numpy, evaluation, blocks)
        taken = machine.medians(repeats, *jobs.values())
        cells = count * len(policy.measures) / 1e9
        found[named] = {name: dataclasses.asdict(one.per(cells)) for name, one in zip(jobs, taken, strict=True)}
        found[named]["polars engine"] = faster
        found[named]["agreement"] = dataclasses.asdict(agreed) | {"holds": agreed.holds}
    return found


def _with_numpy(evaluation: engine.Evaluation, blocks: list[engine.Block]) -> None:
    for block in blocks:
        evaluation.with_numpy(block)


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--enterprises", type=int, default=1_000_000)
    options.add_argument("--cores", type=int, default=1)
    options.add_argument("--repeats", type=int, default=5)
    given = options.parse_args()
    machine.use_cores(given.cores)
    with tempfile.TemporaryDirectory() as folder:
        policy = workload.make_policy()
        packs = pack_text.write_packs(Path(folder), policy)
        machine.say(measure(policy, packs, given.enterprises, given.cores, given.repeats))


if __name__ == "__main__":
    main()
