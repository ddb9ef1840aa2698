"""Past awards: a million of them read, checked, found in a registry and added up for the rules that ask for them.

python bench/awards.py [AWARDS] [SUBJECTS]
"""

from __future__ import annotations

import datetime
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq

from huiqi.facts.awards import Paid, read_awards
from huiqi.facts.past import past_fact
from huiqi.vocabulary.place import Places
from huiqi.vocabulary.record import words

MEASURES = 50
AS_OF = datetime.date(2024, 6, 30)


def main(awards: int, subjects: int) -> None:
    """Seconds for each step, from Parquet and from CSV."""
    rng = np.random.default_rng(1)
    table = pa.table(
        {
            "id": [f"9133{number:014d}" for number in rng.integers(0, subjects, awards)],
            "measure": [f"p/a/m{number}" for number in rng.integers(0, MEASURES, awards)],
            "amount": rng.integers(0, 10**8, awards) / 100,
            "granted_on": pa.array(rng.integers(15_000, 19_900, awards).astype("int32")).cast(pa.date32()),
            "award": [f"w{number}" for number in range(awards)],
        }
    )
    known = {f"p/a/m{number}": Paid("CNY", "enterprise") for number in range(MEASURES)}
    facts = [past_fact("enterprise", [(f"p/a/m{n}", words("m", "措施")) for n in range(first, first + 5)], 3, "sum", "CNY") for first in range(20)]
    with tempfile.TemporaryDirectory() as folder:
        for kind, write in (("parquet", pq.write_table), ("csv", pyarrow.csv.write_csv)):
            path = Path(folder) / kind
            path.mkdir()
            write(table, path / f"awards.{kind}")
            began = time.perf_counter()
            found, problems = read_awards(path, Places(), known)
            assert found is not None, problems
            read = time.perf_counter()
            for fact in facts:
                found.column(fact, AS_OF)
            done = time.perf_counter()
            print(f"{kind}: {awards:,} awards of {len(found.subjects):,} subjects read in {read - began:.2f} s, 20 facts in {done - read:.2f} s")


if __name__ == "__main__":
    main(*(int(word) for word in sys.argv[1:3] or ("1000000", "300000")))
