"""A budget round over many applicants: the round itself (processor time), and the whole command over a made-up registry.

python bench/rounds.py                        the round itself, 1,000,000 claims, each way to give out
python bench/rounds.py --registry FOLDER      the whole of `huiqi allocate budget` over a registry of huiqi synthesize
"""

from __future__ import annotations

import argparse
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from types import SimpleNamespace

import numpy as np

from huiqi.allocation.budget.in_order import Claims, Edge, Purse, Terms, Ties, give_in_order, viable
from huiqi.allocation.budget.order import Column, drawn, places_in
from huiqi.allocation.budget.pro_rata import share_out
from huiqi.allocation.budget.quota import Part, give_by_group

#: A made-up round for which four out of five enterprises of a made-up Binjiang have a claim.
ROUND = """
round: everybody-2024
title: {en: Private firms, zh: 民营企业}
made_up: true
fund: industry
year: 2024
measures: [private-economy-support]
amounts: {private-economy-support: {rate: 1%, of: employees * 1000元/人, cap: 1万元}}
money: 1亿元
places: 300000
by: rank
rank: [employees, lowest established]
ties: none
edge: stop
reserve: 1000
"""


def population(count: int, unknown: float, seed: int = 1) -> SimpleNamespace:
    """Claims of 1,000 to 1,000,000 yuan with scores of two decimals; a part of them with an unknown status, amount or score."""
    draw = np.random.default_rng(seed)
    high = draw.integers(10**5, 10**8, count)
    low, may = high.copy(), np.ones(count, bool)
    must = draw.random(count) >= unknown
    open_amount, open_score = draw.random(count) < unknown, draw.random(count) < unknown
    low[open_amount] //= 2
    score = -draw.integers(0, 10_000, count)
    best = np.where(open_score, score - draw.integers(0, 2_000, count), score)
    size = -draw.integers(0, 10**9, count)
    groups = np.zeros((6, count), bool)
    groups[draw.integers(0, 5, count), np.arange(count)] = True
    return SimpleNamespace(must=must, may=may, low=low, high=high, keys=[Column(best, score), Column(size, size)], groups=groups, count=count)


def timed(name: str, run: object) -> None:
    began = time.process_time()
    given = run()  # type: ignore[operator]
    given = getattr(given, "given", given)
    taken = time.process_time() - began
    print(f"  {name:42s} {taken:6.2f} s   sure {int(given.sure.sum()):9,}  perhaps {int((given.possible & ~given.sure).sum()):9,}")


def the_round(count: int, unknown: float) -> None:
    found = population(count, unknown)
    money = int(found.low.sum()) // 2
    print(f"{count:,} claims, {unknown:.0%} unknown in each of status, amount and score; half of the money")
    began = time.process_time()
    best, worst = places_in(found.keys, count)
    print(f"  {'order by two keys':42s} {time.process_time() - began:6.2f} s")
    began = time.process_time()
    strict = drawn(best, worst, "seed", [f"round/p/a/b/{n}" for n in range(count)])
    print(f"  {'lots of all, and the order with them':42s} {time.process_time() - began:6.2f} s")
    claims = viable(Claims(found.must, found.may, found.low, found.high, best, worst), 100)
    lots = viable(Claims(found.must, found.may, found.low, found.high, *strict), 100)
    purse, places = Purse((money, money)), Purse((money, money), (count // 3, count // 3))
    timed("by rank, equals together", lambda: give_in_order(claims, places, Terms(Ties.NONE)))
    timed("by rank with a lot, the last gets a part", lambda: give_in_order(lots, purse, Terms(Ties.LOT, Edge.PARTIAL)))
    timed("by rank with a lot, smaller ones step over", lambda: give_in_order(lots, purse, Terms(Ties.LOT, Edge.SKIP)))
    parts = [Part(money // 5, count // 20) for _ in range(5)]
    timed("quota of five groups, the rest pooled", lambda: give_by_group(claims, found.groups, parts, purse, Terms(Ties.NONE), pooled=True))
    timed("in proportion, a smallest award", lambda: share_out(claims, purse, 10_000))


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--claims", type=int, default=1_000_000)
    options.add_argument("--registry")
    given = options.parse_args()
    if given.registry is None:
        for unknown in (0.0, 0.02):
            the_round(given.claims, unknown)
        return
    folder = Path(tempfile.mkdtemp(prefix="huiqi-round-"))
    (folder / "round.yaml").write_text(ROUND, encoding="utf-8")
    command = ["allocate", "budget", str(folder / "round.yaml"), "--pack", "cn-zj-hangzhou-binjiang", "--registry", given.registry]
    began = time.perf_counter()
    subprocess.run([str(Path(sys.executable).with_name("huiqi")), *command, "--as-of", "2024-06-30", "--out", str(folder / "out")], check=True)
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    print(
        f"whole command: {time.perf_counter() - began:.1f} s by the clock, {used.ru_utime + used.ru_stime:.1f} s of processor time, {used.ru_maxrss / 2**20:.2f} GiB"
    )


if __name__ == "__main__":
    main()
