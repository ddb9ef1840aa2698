"""Whether listed companies bunch at the revenue of the size classes (划型), on their real accounts of 2014 and 2015."""

from __future__ import annotations

import csv
import os
from pathlib import Path

import numpy as np
import pytest

from huiqi.revision.review.bunching import bunched

ROOT = Path(__file__).resolve().parent.parent
ACCOUNTS = Path(os.environ.get("HUIQI_SHARED", ROOT.parent / "shared")) / "data" / "cn_ashare_2014_2016"
MILLION = 10**6
pytestmark = pytest.mark.skipif(not ACCOUNTS.is_dir(), reason="the A-share figures are not here; their licence does not let them be shipped")


def revenues() -> np.ndarray:
    """Yuan, of both year ends; the file states millions."""
    found: list[float] = []
    for year in (2014, 2015):
        with (ACCOUNTS / f"profit{year}_4.csv").open(encoding="utf-8") as file:
            rows = {row["code"]: float(row["business_income"]) for row in csv.DictReader(file) if row["business_income"]}
        found += rows.values()
    return np.array(found) * MILLION


def test_nothing_bunches_at_400_million() -> None:
    """The edge of a medium-sized industrial firm; listed companies have no reason to stay below it that shows in their accounts."""
    for above in (True, False):
        found = bunched(revenues(), 400.0 * MILLION, above=above)
        assert found.verdict in ("not", "round")
        assert found.paying + found.other > 60


def test_too_few_listed_companies_stand_at_20_million() -> None:
    assert bunched(revenues(), 20.0 * MILLION, above=True).verdict == "too few"
