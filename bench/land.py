"""400 claims to 120 buildings, and to 120 parcels in a grid beside them: `python bench/land.py [--parcels 120] [--seeds 3]`.

Everything is made up from a seed, written as registries and read from there. Beside the best choice stands a greedy one: guarantees by priority, then
claims by tax a square metre asked for, each to the smallest place that suits and is still free.
"""

from __future__ import annotations

import argparse
import csv
import datetime
import random
import tempfile
import time
from itertools import pairwise
from pathlib import Path

from huiqi.allocation.land.allocate import Allocation, Settings, allocate
from huiqi.allocation.land.claims import read_claims
from huiqi.allocation.land.folder import write_allocation
from huiqi.allocation.land.stock import read_stock
from huiqi.rules.library import packs_folder
from huiqi.rules.pack import read_common

AS_OF = datetime.date(2024, 6, 30)
ZONES = ("cn-zj-hangzhou-binjiang", "cn-zj-hangzhou-xiaoshan", "cn-zj-hangzhou-yuhang")
USES = ("office", "research", "industrial", "warehouse")
ABOUT = """title: {en: Made up for a measurement, zh: 为测量虚构}
made_up: true
source: {en: Made up, zh: 虚构}
observed_on: 2024-06-30
recorded_on: 2024-06-30
verified: false
"""


def table(folder: Path, name: str, rows: list[dict[str, object]]) -> None:
    folder.mkdir(exist_ok=True)
    (folder / "registry.yaml").write_text(ABOUT, encoding="utf-8")
    with (folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


def make_up(folder: Path, claims: int, buildings: int, parcels: int, seed: int) -> None:
    draw = random.Random(seed)

    def day(low: int, high: int) -> str:
        return (AS_OF + datetime.timedelta(days=draw.randint(low, high))).isoformat()

    rows: list[dict[str, object]] = [
        {
            "id": f"B{n:03}",
            "place": draw.choice(ZONES),
            "use": draw.choice(USES),
            "floor_area": draw.randint(500, 12_000),
            "available_from": day(-300, 600),
        }
        for n in range(buildings)
    ]
    table(folder / "stock", "building", rows)
    wide = 15
    if parcels:
        zones = [draw.choice(ZONES) for _ in range(0, parcels, wide)]
        table(folder / "stock", "parcel", [
            {"id": f"P{n:03}", "place": zones[n // wide], "use": draw.choice(USES[1:]), "land_area": draw.randint(5, 60), "floor_area_ratio": 1.5, "available_from": day(-300, 600)}
            for n in range(parcels)
        ])  # fmt: skip
        beside = [(n, n + 1) for n in range(parcels - 1) if (n + 1) % wide] + [(n, n + wide) for n in range(parcels - wide)]
        table(folder / "stock", "adjacency", [{"parcel": f"P{a:03}", "neighbour": f"P{b:03}"} for a, b in beside])
    made: list[dict[str, object]] = []
    for n in range(claims):
        land = parcels > 0 and draw.random() < 0.3
        least, guaranteed = draw.randint(5, 120) if land else draw.randint(300, 9_000), draw.random() < 0.2
        made.append({
            "id": f"C{n:03}", "claimant": f"E{n:03}", "area_unit": "mu" if land else "floor_m2", "area_least": least, "area_most": least * 3 // 2,
            "form": "parcel" if land else "either" if parcels and draw.random() < 0.3 else "building",
            "uses": ";".join(sorted({draw.choice(USES), draw.choice(USES)})), "places": ";".join(sorted({draw.choice(ZONES), draw.choice(ZONES)})),
            "needed_by": day(100, 900), "expected_tax": draw.randint(1, 5000) * 10_000, "guaranteed": str(guaranteed).lower(),
            "priority": draw.randint(1, 3) if guaranteed else "",
        })  # fmt: skip
    table(folder / "claims", "claim", made)


class Steps:
    """Seconds of each step, by the clock and of the processor."""

    def __init__(self) -> None:
        self.marks: list[tuple[str, float, float]] = []

    def begin(self, step: str) -> None:
        self.marks.append((step, time.perf_counter(), time.process_time()))

    def told(self) -> str:
        parts = [f"{one[0]} {later[1] - one[1]:.1f} ({later[2] - one[2]:.1f})" for one, later in pairwise(self.marks)]
        first, last = self.marks[0], self.marks[-1]
        return f"{last[1] - first[1]:.1f} s by the clock ({last[2] - first[2]:.1f} s of the processor): {', '.join(parts)}"


def greedy(result: Allocation) -> tuple[dict[int, int], int]:
    """Guarantees kept by priority, and the value."""
    model = result.model
    claims, pairs, offers = model.claims, model.pairs, model.offers
    order = sorted(range(len(claims)), key=lambda n: (not claims[n].guaranteed, claims[n].priority, -claims[n].tax / claims[n].least, n))
    suits: dict[int, list[int]] = {n: [] for n in order}
    for column, claim in enumerate(pairs.claim.tolist()):
        suits[claim].append(column)
    taken: set[int] = set()
    kept, value = dict.fromkeys(result.guarantees, 0), 0
    for number in order:
        area = offers.area(claims[number].measured)
        for column in sorted(suits[number], key=lambda k: int(area[pairs.offer[k]])):
            sites = set(offers.sets[pairs.offer[column]])
            if not sites & taken and (claims[number].guaranteed or pairs.value[column] > 0):
                taken |= sites
                value += pairs.value[column]
                if claims[number].guaranteed:
                    kept[claims[number].priority] += 1
                break
    return kept, value


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--claims", type=int, default=400)
    parser.add_argument("--buildings", type=int, default=120)
    parser.add_argument("--parcels", type=int, default=0)
    parser.add_argument("--joined", type=int, default=4)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--no-prices", action="store_true")
    arguments = parser.parse_args()
    common, _ = read_common(packs_folder())
    assert common is not None
    for seed in range(1, arguments.seeds + 1):
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            make_up(folder, arguments.claims, arguments.buildings, arguments.parcels, seed)
            steps = Steps()
            steps.begin("reading")
            stock, problems = read_stock([folder / "stock"], common.schemas, common.places, AS_OF)
            claims, faults = read_claims(folder / "claims", common.schemas["claim"], common.places, AS_OF, common.codes["land_use"])
            assert stock is not None, problems
            assert claims is not None, faults
            settings = Settings(joined=arguments.joined, prices=not arguments.no_prices)
            uses = common.codes["land_use"]
            result = allocate(stock, claims, common.places, uses, common.schemas, AS_OF, settings, tick=steps.begin)
            steps.begin("reasons and writing")
            write_allocation(result, folder / "out")
            steps.begin("end")
        kept, value = greedy(result)
        ours = {priority: f"{n} of {promised}" for priority, (promised, n) in result.guarantees.items()}
        model, chosen = result.model, result.choice
        print(f"seed {seed}: {len(model.offers.sets):,} sets, {len(model.pairs):,} placements possible; {steps.told()}")
        proven = "proven the best" if chosen.proven else "time ran out"
        print(f"  {proven}, gap {chosen.value.gap:.4%}; guarantees kept {ours}, greedy {kept}")
        best = int(result.choice.value.reached)
        print(f"  value {best / 1e10:,.3f} hundred million yuan a year, greedy {value / 1e10:,.3f} ({value / best:.1%})")


if __name__ == "__main__":
    main()
