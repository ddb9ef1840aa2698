"""A made-up registry with and without published totals, and weights for a million rows: seconds of the clock and of the processor."""

from __future__ import annotations

import argparse
import datetime
import tempfile
import time
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import numpy as np

from huiqi.cli.totals import packs_about, totals_of
from huiqi.entitlements.reconcile import wanted_of
from huiqi.facts.calibration import Margin, calibrate
from huiqi.facts.synthesize import synthesize

PLACE, AS_OF = "cn-sh-minhang", datetime.date(2024, 6, 30)


def timed(what: str, do: Callable[[], object]) -> None:
    clock, cpu = time.perf_counter(), time.process_time()
    found = do()
    print(f"{what:<60} {time.perf_counter() - clock:6.1f} s  {time.process_time() - cpu:6.1f} s of the processor  {found}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--enterprises", type=int, nargs="*", default=[20_000, 200_000])
    asked = parser.parse_args()
    rules = packs_about(PLACE, [], AS_OF)
    schema, totals = rules.schemas["enterprise"], totals_of(rules, PLACE, AS_OF, [])
    plain = packs_about(PLACE, [], AS_OF, plain=True).schemas["enterprise"]
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "registry"
        for count in asked.enterprises:
            wanted = wanted_of(rules, totals, PLACE, AS_OF, count, Fraction(1))
            timed(f"{count:,} enterprises", lambda n=count: synthesize(PLACE, n, 1, out, plain, rules.places, overwrite=True).year_rows)
            timed(
                f"{count:,} enterprises, {len(wanted.quotas)} totals",
                lambda n=count, w=wanted: synthesize(PLACE, n, 1, out, schema, rules.places, overwrite=True, wanted=w).drawn,
            )
    rng = np.random.default_rng(1)
    rows = [(rng.random(1_000_000) < share).astype(float) for share in (0.1, 0.03, 0.01, 0.3)]
    sums = [float(row.sum()) for row in rows]
    counts = [
        Margin(str(n), row, row, sum * times, sum * times) for n, (row, sum, times) in enumerate(zip(rows, sums, (1.3, 0.5, 2, 1.1), strict=True))
    ]
    revenue = rng.lognormal(0, 2, 1_000_000)
    more = Margin("revenue", revenue, revenue, 1.2 * float(revenue.sum()), 1.2 * float(revenue.sum()))
    timed("weights of 1,000,000 rows, 4 counts", lambda: calibrate(np.ones(1_000_000), counts, 0.2, 5).steps)
    timed("weights of 1,000,000 rows, 4 counts and a sum", lambda: calibrate(np.ones(1_000_000), [*counts, more], 0.2, 5).steps)


if __name__ == "__main__":
    main()
