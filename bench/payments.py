"""Payment plans and what they come to: a million awards from columns to payments, to a file and back, and to commitments by year.

python bench/payments.py --awards 1000000
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from fractions import Fraction
from pathlib import Path

import numpy as np
import pyarrow as pa
from pyarrow import parquet

from huiqi.allocation.commitments import commitments
from huiqi.allocation.payments import Awards, payments, payments_table
from huiqi.allocation.promises import promised, read_payments
from huiqi.rules.funds import Fund
from huiqi.rules.instalments import ONCE, Instalment
from huiqi.vocabulary.record import words

STAGED = tuple(Instalment(Fraction(share, 100), year) for year, share in enumerate((40, 30, 30)))
HALVES = (Instalment(Fraction(1, 2), 0, "publicity"), Instalment(Fraction(1, 2), None, "acceptance"))
FUND = Fund("p/industry", "CNY", words("Industry", "产业"), 2020, None, None, (10**15, 10**15), {}, (), (), (0, 1, 2))


@contextmanager
def timed(what: str) -> Iterator[None]:
    began = time.perf_counter()
    yield
    print(f"{what}: {time.perf_counter() - began:.2f} s")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--awards", type=int, default=1_000_000)
    count = parser.parse_args().awards
    draw = np.random.default_rng(20_261_122)
    plan, low = draw.integers(0, 3, count), draw.integers(0, 10**9, count)
    awards = Awards(plan, low, low + draw.integers(0, 1_000, count), 2024)
    with timed(f"{count:,} awards to payments"):
        paid = payments(awards, [STAGED, HALVES, ONCE])
    subject = pa.array(np.arange(count)).cast(pa.string())
    measure, fund = (pa.array([text] * count).dictionary_encode() for text in ("p/a/m", "p/industry"))
    with timed(f"{len(paid.award):,} payments to a table"):
        table = payments_table(paid, subject, subject, measure, fund)
    with tempfile.TemporaryDirectory() as folder:
        parquet.write_table(table, Path(folder) / "payments.parquet")
        with timed("read from a file and checked"):
            read = read_payments(Path(folder))
    with timed("added up by fund and year, against the appropriation"):
        (found,) = commitments([FUND], promised(read))
    assert sum(period.new[0] for period in found.years) + found.undated[0] == int(low.sum())


if __name__ == "__main__":
    main()
