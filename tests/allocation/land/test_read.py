"""Stock and claims as tables: what is read, and what is wrong with them, all at once."""

from __future__ import annotations

import json
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from huiqi.allocation.land.area import MU, PARTS, said
from huiqi.allocation.land.claims import Claims, Rights, read_claims, read_rights, too_early
from huiqi.allocation.land.stock import Stock, read_stock
from huiqi.vocabulary.problem import Problem
from land_stocks import AS_OF, COMMON, HERE, USES
from registries import ABOUT

BUILDING = "id,place,use,floor_area,available_from\n"
PARCEL = "id,place,use,land_area,floor_area_ratio,available_from\n"
CLAIM = "id,claimant,area_unit,area_least,area_most,form,uses,places,needed_by,expected_tax,expected_tax_per_mu,guaranteed,measure,priority\n"
GOOD = f"c1,a,floor_m2,100,200,building,office;research,{HERE},2025-06-30,1000,,true,,1\n"


def folder(at: Path, **tables: str) -> Path:
    at.mkdir(parents=True)
    (at / "registry.yaml").write_text(ABOUT, encoding="utf-8")
    for name, text in tables.items():
        (at / f"{name}.csv").write_text(text, encoding="utf-8")
    return at


def stock_of(*folders: Path) -> tuple[Stock | None, list[Problem]]:
    return read_stock(folders, COMMON.schemas, COMMON.places, AS_OF)


def claims_of(tmp_path: Path, rows: str, rights: Rights | None = None) -> tuple[Claims | None, list[str]]:
    at = folder(tmp_path / "claims", claim=CLAIM + rows)
    found, problems = read_claims(at, COMMON.schemas["claim"], COMMON.places, AS_OF, USES, rights)
    return found, [f"{problem.where.line} {problem.code}" for problem in problems]


def test_a_stock_of_buildings_and_parcels_that_lie_beside_each_other(tmp_path: Path) -> None:
    at = folder(
        tmp_path / "stock",
        building=BUILDING + f"B1,{HERE},office,1000.5,2024-01-01\nB2,330108,,,\n",
        parcel=PARCEL + f"P1,{HERE},industrial,10,1.5,2025-01-01\nP2,{HERE},industrial,5,,2025-01-01\n",
        adjacency="parcel,neighbour\nP2,P1\n",
    )
    stock, problems = stock_of(at)
    assert problems == []
    assert stock is not None
    one, two, three, four = stock.sites
    assert (one.floor, two.floor, two.unknown) == (1000 * PARTS + PARTS // 2, None, ("use", "floor_area", "available_from"))
    assert (three.land, three.floor, four.floor, four.unknown) == (10 * MU, 15 * MU, None, ("floor_area_ratio",))
    assert stock.adjacent == {("P1", "P2")}
    assert stock.made_up
    assert sorted(stock.hashes) == ["stock/adjacency", "stock/building", "stock/parcel"]


def test_registry_yaml_speaks_of_all_tables_of_the_folder(tmp_path: Path) -> None:
    at = folder(
        tmp_path / "stock",
        building=BUILDING + f"B1,{HERE},office,1,2024-01-01\n",
        parcel=PARCEL + f"P1,{HERE},industrial,10,1.5,2025-01-01\n",
        adjacency="parcel,neighbour\n",
    )
    with (at / "registry.yaml").open("a", encoding="utf-8") as file:
        file.write("tables:\n  building: {verified: true}\n  adjacency: {verified: true}\ncolumns:\n  land_area: {verified: true}\n")
    stock, problems = stock_of(at)
    assert problems == []
    assert stock is not None


def test_several_registries_make_one_stock(tmp_path: Path) -> None:
    one = folder(tmp_path / "a" / "stock", building=BUILDING + f"B1,{HERE},office,1,2024-01-01\n")
    other = folder(tmp_path / "b" / "stock", building=BUILDING + f"B2,{HERE},office,1,2024-01-01\n")
    stock, problems = stock_of(one, other)
    assert problems == []
    assert stock is not None
    assert sorted(stock.hashes) == ["stock/building", "stock/building (2)"]


def test_everything_wrong_with_a_stock_is_told_at_once(tmp_path: Path) -> None:
    at = folder(
        tmp_path / "stock",
        building=BUILDING + f"B1,nowhere,offic,-5,soon\nP1,{HERE},office,5,2024-01-01\n",
        parcel=PARCEL + f"P1,{HERE},industrial,10,1.5,2025-01-01\n",
        adjacency="parcel,neighbour\nP1,P1\nP1,\n",
    )
    stock, problems = stock_of(at, folder(tmp_path / "empty"))
    assert stock is None
    assert sorted(f"{problem.where} {problem.code}" for problem in problems) == [
        "empty land.no-stock",
        "stock/adjacency.csv:2 land.adjacent-itself",
        "stock/adjacency.csv:3 land.adjacent-unknown",
        "stock/building.csv:2 cell.category",
        "stock/building.csv:2 cell.date",
        "stock/building.csv:2 cell.place",
        "stock/building.csv:2 cell.range",
        "stock/parcel.csv:2 land.same-id",
    ]
    assert all(problem.hint for problem in problems)


def test_neighbours_have_to_be_parcels_of_the_stock(tmp_path: Path) -> None:
    parcels = PARCEL + f"P1,{HERE},industrial,10,1.5,2025-01-01\n"
    _, problems = stock_of(folder(tmp_path / "one", parcel=parcels, adjacency="parcel,neighbour\nP1,P9\n"))
    assert [problem.code for problem in problems] == ["land.adjacent-unknown"]
    _, problems = stock_of(folder(tmp_path / "two", parcel=parcels, adjacency="parcel,other\nP1,P9\n"))
    assert [problem.code for problem in problems] == ["table.missing-column"]


def test_a_claim_as_written(tmp_path: Path) -> None:
    found, problems = claims_of(tmp_path, GOOD)
    assert problems == []
    assert found is not None
    (claim,) = found.claims
    assert (claim.least, claim.most, claim.uses, claim.within) == (100 * PARTS, 200 * PARTS, ("office", "research"), (HERE,))
    assert (claim.tax, claim.guaranteed, claim.priority, claim.notes) == (1000_00, True, 1, ())


def test_what_is_unknown_counts_at_its_assured_end_and_is_told(tmp_path: Path) -> None:
    found, _ = claims_of(
        tmp_path, f"c1,a,mu,10,,parcel,industrial,{HERE},2025-06-30,,,,,\nc2,a,mu,10,10,parcel,industrial,{HERE},2025-06-30,,5,true,,\n"
    )
    assert found is not None
    one, two = found.claims
    assert (one.most, one.tax, one.guaranteed, len(one.notes)) == (one.least, 0, False, 3)
    assert two.priority == 1_000_000
    assert [note.en.partition(":")[0] for note in two.notes] == ["priority unknown"]


@pytest.mark.parametrize(
    ("row", "told"),
    [
        (f"c,a,,100,200,building,office,{HERE},2025-06-30,,,,,", "land.unit"),
        (f"c,a,mu,100,200,building,office,{HERE},2025-06-30,,,,,", "land.unit"),
        (f"c,a,floor_m2,,200,building,office,{HERE},2025-06-30,,,,,", "land.unknown"),
        (f"c,a,floor_m2,300,200,building,office,{HERE},2025-06-30,,,true,,", "land.area"),
        (f"c,a,floor_m2,0,200,building,office,{HERE},2025-06-30,,,,,", "land.area"),
        (f"c,a,floor_m2,-1,200,building,office,{HERE},2025-06-30,,,,,", "cell.range"),
        (f"c,a,floor_m2,100,200,building,offices,{HERE},2025-06-30,,,,,", "land.use"),
        ("c,a,floor_m2,100,200,building,office,atlantis,2025-06-30,,,,,", "land.place"),
        (f"c,a,floor_m2,100,200,building,office,{HERE},2024-06-29,,,,,", "land.past"),
        (f"c,a,floor_m2,100,200,building,office,{HERE},2025-06-30,1,2,,,", "land.tax land.tax"),
        (f"c,a,floor_m2,100,200,building,office,{HERE},2025-06-30,,,,p/q/r,", "land.measure"),
        (f"c,*,floor_m2,100,200,building,office,{HERE},2025-06-30,,,,,", "land.measure"),
    ],
)
def test_a_faulty_claim(tmp_path: Path, row: str, told: str) -> None:
    found, problems = claims_of(tmp_path, row + "\n")
    assert found is None
    assert [problem.split()[1] for problem in problems] == told.split()


def test_faulty_cells_and_faulty_claims_are_told_together(tmp_path: Path) -> None:
    _, problems = claims_of(tmp_path, f"c1,a,,100,200,castle,office,{HERE},2025-06-30,,,,,\nc2,a,mu,9,1,parcel,offic,{HERE},never,,,,,\n")
    assert sorted(problems) == ["2 cell.category", "2 land.unit", "3 cell.date", "3 land.area", "3 land.use"]


def test_an_id_that_stands_twice(tmp_path: Path) -> None:
    _, problems = claims_of(tmp_path, GOOD + GOOD)
    assert problems
    assert all("registry" in problem for problem in problems)


def test_needed_before_anything_can_be_had_is_a_warning(tmp_path: Path) -> None:
    found, _ = claims_of(tmp_path, GOOD)
    assert found is not None
    later = folder(tmp_path / "stock", building=BUILDING + f"B1,{HERE},office,1000,2025-07-01\n")
    stock, _ = stock_of(later)
    assert stock is not None
    (warning,) = too_early(found, stock)
    assert (warning.code, warning.severity) == ("land.too-early", "warning")
    assert "before 2025-07-01" in warning.message


# ---------------------------------------------------------------- entitlements


@pytest.fixture
def run(tmp_path: Path) -> Path:
    """What huiqi evaluate writes, as far as it is read here."""
    at = tmp_path / "run"
    (at / "entitlements.parquet").mkdir(parents=True)
    (at / "run.json").write_text(json.dumps({"evaluated_parts": {"p/q/premises@2018": 1}}), encoding="utf-8")
    rows = [("a", "yes", "yes"), ("b", "yes", "yes"), ("d", "depends", "depends"), ("n", "yes", "no")]
    columns = {"subject": [r[0] for r in rows], "measure": ["p/q/premises"] * 4, "status": [r[1] for r in rows], "payable": [r[2] for r in rows]}
    pq.write_table(pa.table(columns), at / "entitlements.parquet" / "part-0.parquet")
    return at


def test_whoever_is_entitled_has_a_guarantee(tmp_path: Path, run: Path) -> None:
    rights, problems = read_rights(run)
    assert problems == []
    rows = "".join(f"{who},{who},floor_m2,100,200,building,office,{HERE},2025-06-30,1,,,premises,1\n" for who in "adnx")
    found, problems = claims_of(tmp_path, rows, rights)
    assert problems == []
    assert found is not None
    assert {claim.id: claim.guaranteed for claim in found.claims} == {"a": True, "d": False, "n": False, "x": False}
    assert [claim.notes[0].en.partition(":")[0] for claim in found.claims] == ["guaranteed", *["not guaranteed"] * 3]
    assert found.unclaimed == (("p/q/premises", "b"),)


def test_a_star_stands_for_everybody_else_who_is_entitled(tmp_path: Path, run: Path) -> None:
    rights, _ = read_rights(run)
    rows = f"all,*,floor_m2,100,200,building,office,{HERE},2025-06-30,1,,,p/q/premises,2\na,a,floor_m2,500,600,building,office,{HERE},2025-06-30,1,,,premises,1\n"
    found, problems = claims_of(tmp_path, rows, rights)
    assert problems == []
    assert found is not None
    assert [(claim.id, claim.claimant, claim.guaranteed) for claim in found.claims] == [("a", "a", True), ("all/b", "b", True)]
    assert found.unclaimed == ()


def test_a_measure_that_was_not_evaluated_is_no_right(tmp_path: Path, run: Path) -> None:
    rights, _ = read_rights(run)
    found, problems = claims_of(tmp_path, f"c,a,floor_m2,100,200,building,office,{HERE},2025-06-30,1,,,premise,1\n", rights)
    assert found is None
    assert problems == ["2 land.measure"]


def test_a_folder_that_is_no_run(tmp_path: Path) -> None:
    rights, problems = read_rights(tmp_path)
    assert rights is None
    assert [problem.code for problem in problems] == ["land.no-run"]


def test_areas_as_people_say_them() -> None:
    assert said(MU * 3 // 2, "land").en == "1.5 mu"
    assert said(12_345 * PARTS // 10, "floor") == ("1,234.5 m²", "1,234.5平方米")
