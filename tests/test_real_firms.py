"""About 2,900 real listed firms, whose staff nobody tells: the national size classes, never a wrong one.

The figures may not be shipped, so they are read from a folder beside the project where there is one (or from HUIQI_SHARED).
"""

from __future__ import annotations

import csv
import datetime
import os
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from huiqi.entitlements.evaluate import evaluate
from huiqi.facts.importing import import_tables
from huiqi.facts.registry import open_registry
from huiqi.rules.library import read_library

ROOT = Path(__file__).parents[1]
DATA = Path(os.environ.get("HUIQI_SHARED", ROOT.parent / "shared")) / "data" / "cn_ashare_2014_2016"
AS_OF = datetime.date(2016, 6, 30)

pytestmark = pytest.mark.skipif(not DATA.is_dir(), reason="the A-share figures are not here; their licence does not let them be shipped")


@pytest.fixture(scope="module")
def classes(tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[str, str]]:
    """Industry class and size class of every firm."""
    folder = tmp_path_factory.mktemp("ashare")
    library, problems = read_library(["cn"])
    assert library is not None, problems
    files = [DATA / name for name in ("stock_basics.csv", "profit2014_4.csv", "profit2015_4.csv")]
    report = import_tables(ROOT / "examples" / "maps" / "a-share-2014-2016.yaml", files, folder / "registry", library.schema(), library.common.places)
    assert report.folder is not None, report.problems
    assert report.read == report.accepted + report.rejected
    rules = library.rules(AS_OF)
    registry, problems = open_registry(folder / "registry", rules.schemas["enterprise"], rules.places)
    assert registry is not None, problems
    evaluate(rules, registry, AS_OF, out=folder / "results", values=["industry_class", "size_class"], undecided="none")
    rows = pq.read_table(folder / "results" / "values.parquet").to_pylist()
    assert len(rows) > 2_900
    return {row["subject"]: (row["industry_class"], row["size_class"]) for row in rows}


def figures() -> dict[str, tuple[float | None, float | None]]:
    """Revenue of 2015 and total assets in yuan, read here by other means than huiqi's."""
    with (DATA / "profit2015_4.csv").open(encoding="utf-8-sig") as file:
        revenue = {row["code"].zfill(6): float(row["business_income"]) * 1e6 for row in csv.DictReader(file) if row["business_income"]}
    with (DATA / "stock_basics.csv").open(encoding="utf-8-sig") as file:
        assets = {row["code"].zfill(6): float(row["totalAssets"]) * 1e4 for row in csv.DictReader(file) if row["totalAssets"]}
    return {code: (revenue.get(code), assets.get(code)) for code in revenue.keys() | assets.keys()}


def by_two_floors(first: float, second: float, floors: list[tuple[str, float, float]]) -> str:
    return next((name for name, a, b in floors if first >= a and second >= b), "micro")


WAN = 1e4
#: Articles 4 (3) and 4 (13): revenue and assets decide alone.
REVENUE_AND_ASSETS = {
    "construction": [("large", 80_000 * WAN, 80_000 * WAN), ("medium", 6_000 * WAN, 5_000 * WAN), ("small", 300 * WAN, 300 * WAN)],
    "real_estate": [("large", 200_000 * WAN, 10_000 * WAN), ("medium", 1_000 * WAN, 5_000 * WAN), ("small", 100 * WAN, 2_000 * WAN)],
}


@pytest.mark.parametrize("industry", REVENUE_AND_ASSETS)
def test_revenue_and_assets_are_enough(classes: dict[str, tuple[str, str]], industry: str) -> None:
    known = figures()
    firms = [code for code, (its, _) in classes.items() if its == industry and None not in known[code]]
    assert len(firms) > 80
    for code in firms:
        revenue, assets = known[code]
        assert revenue is not None
        assert assets is not None
        assert classes[code][1] == by_two_floors(revenue, assets, REVENUE_AND_ASSETS[industry]), code


def test_elsewhere_it_depends_on_the_staff(classes: dict[str, tuple[str, str]]) -> None:
    """Article 4 (2): 1000 people and 40000万元, 300 and 2000, 20 and 300. Any staff is possible, so all classes that revenue allows are."""
    known, counted = figures(), 0
    for code, (industry, found) in classes.items():
        revenue = known.get(code, (None, None))[0]
        if industry != "industry" or revenue is None:
            continue
        allowed = [name for name, floor in (("large", 40_000 * WAN), ("medium", 2_000 * WAN), ("small", 300 * WAN)) if revenue >= floor]
        assert found.split("|") == [*allowed, "micro"], code
        counted += 1
    assert counted > 1_500


def test_an_unknown_industry_leaves_every_class_open(classes: dict[str, tuple[str, str]]) -> None:
    unknown = [size for industry, size in classes.values() if "|" in industry]
    assert len(unknown) > 500
    assert set(unknown) == {"large|medium|small|micro|none"}
