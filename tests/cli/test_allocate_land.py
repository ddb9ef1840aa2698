"""huiqi allocate land as a user meets it, on the example that its page explains."""

from __future__ import annotations

import csv
import json
import shutil
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from commands import Commands

EXAMPLE = Path(__file__).parents[2] / "examples" / "land"
RUN = ("allocate", "land", "--stock", str(EXAMPLE / "stock"), "--claims", str(EXAMPLE / "claims"), "--as-of", "2024-06-30")
FILES = ["land.json", "placements.csv", "placements.parquet", "relaxation.json", "shadow_prices.csv", "unplaced.csv"]


@pytest.fixture
def here(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Commands:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "150")
    return Commands(tmp_path, capsys, monkeypatch)


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_the_example_in_both_languages(here: Commands) -> None:
    printed = here.huiqi(*RUN, "--out", "out")
    assert printed.status == 0, printed.err
    assert "6 of 10 claims are placed" in printed.out
    assert "guarantees of priority 1: 2 of 2 kept" in printed.out
    assert "8,000 m² of office in Binjiang District by 2025-12-31 (claim C3)" in printed.out
    assert "made up" in printed.out
    assert "for another use, at B3 (Binjiang District) (C4 loses its place" in printed.out
    chinese = here.huiqi(*RUN, "--lang", "zh")
    assert "10项需求中已安排6项" in chinese.out
    assert "2025-12-31前在滨江区新增办公8,000平方米（C3）" in chinese.out


def test_the_page_shows_what_is_printed(here: Commands) -> None:
    page = (EXAMPLE.parents[1] / "docs" / "land.md").read_text(encoding="utf-8")
    for printed in (here.huiqi(*RUN, "--out", "out"), here.huiqi(*RUN, "--why", "C6")):
        lines = [f"    {line}".rstrip() for line in printed.out.splitlines()]
        assert "\n".join(lines) in page


def test_what_is_written(here: Commands) -> None:
    here.huiqi(*RUN, "--out", "out")
    out = here.folder / "out"
    assert sorted(path.name for path in out.iterdir()) == FILES
    placed = {row["claim"]: row for row in rows(out / "placements.csv")}
    assert placed["C5"]["sites"] == "P1;P2"
    assert (placed["C5"]["area"], placed["C5"]["unit"], placed["C5"]["tax"], placed["C5"]["price"]) == ("35.0", "mu", "1050000000", "2100000000")
    assert pq.read_table(out / "placements.parquet").num_rows == len(placed) == 6
    unplaced = {row["claim"]: row for row in rows(out / "unplaced.csv")}
    assert {id: row["code"] for id, row in unplaced.items()} == {"C3": "too-small", "C6": "outbid", "C8": "outbid", "C10": "no-use"}
    about = json.loads((out / "land.json").read_text(encoding="utf-8"))
    assert (about["status"], about["gap"], about["claims"], about["placed"]) == ("optimal", 0.0, 10, 6)
    assert about["not_offered"] == {"B5": ["available_from"]}
    assert about["solver"].startswith("HiGHS")
    relaxed = json.loads((out / "relaxation.json").read_text(encoding="utf-8"))
    assert [step["kind"] for step in relaxed["single"]["C3"]] == ["smaller", "other-use"]
    prices = {(row["form"], row["place"], row["use"]): row["value_low"] for row in rows(out / "shadow_prices.csv")}
    assert prices["parcel", "cn-zj-hangzhou-binjiang", "industrial"] == "30000000"


def test_the_same_command_writes_the_same_bytes(here: Commands) -> None:
    here.huiqi(*RUN, "--out", "one")
    here.huiqi(*RUN, "--out", "two")
    for name in FILES:
        assert (here.folder / "one" / name).read_bytes() == (here.folder / "two" / name).read_bytes(), name


def test_why_one_claim(here: Commands) -> None:
    printed = here.huiqi(*RUN, "--why", "C6", "--why", "C3")
    assert "P1 goes to C5, with ¥10,500,000 a year (¥300,000 a mu) against ¥9,000,000 (¥450,000 a mu)" in printed.out
    assert "placed at P1 (Binjiang District) all the same, it would cost ¥1,500,000 a year" in printed.out
    assert "its guarantee could be kept with 5,500 m² less, at B2 (Binjiang District)" in printed.out
    assert here.huiqi(*RUN, "--why", "listed-1", "--lang", "zh").out.startswith("✓ C1 listed-1：2025-06-30前在滨江区需要5,000平方米至6,000平方米")
    unknown = here.huiqi(*RUN, "--why", "C66")
    assert (unknown.status, "land.no-claim" in unknown.err, "C6" in unknown.err) == (1, True, True)


def test_faults_of_stock_and_claims_are_told_at_once(here: Commands) -> None:
    for name in ("stock", "claims"):
        shutil.copytree(EXAMPLE / name, here.folder / name)
    for path, old, new in (
        ("stock/building.csv", ",6000,", ",-6000,"),
        ("claims/claim.csv", "floor_m2,5000", ",5000"),
        ("stock/adjacency.csv", "P1,P2", "P1,P1"),
    ):
        file = here.folder / path
        file.write_text(file.read_text(encoding="utf-8").replace(old, new, 1), encoding="utf-8")
    printed = here.huiqi("allocate", "land", "-s", "stock", "-c", "claims", "--as-of", "2024-06-30", "--entitlements", "nowhere", "--out", "out")
    assert printed.status == 1
    for told in ("cell.range", "land.unit", "land.adjacent-itself", "land.no-run"):
        assert told in printed.err
    assert not (here.folder / "out").exists()


def test_a_folder_that_holds_something_else_is_left_alone(here: Commands) -> None:
    (here.folder / "out").mkdir()
    (here.folder / "out" / "letter.txt").write_text("dear", encoding="utf-8")
    printed = here.huiqi(*RUN, "--out", "out", "--no-prices")
    assert (printed.status, "land.out" in printed.err) == (1, True)
    assert [path.name for path in (here.folder / "out").iterdir()] == ["letter.txt"]
    (here.folder / "out" / "letter.txt").unlink()
    assert here.huiqi(*RUN, "--out", "out", "--no-prices").status == 0
    assert here.huiqi(*RUN, "--out", "out", "--no-prices").status == 0


@pytest.mark.parametrize("option", [("--unused", "much"), ("--gap", "-1%"), ("--joined", "0"), ("--as-of", "yesterday")])
def test_options_that_make_no_sense(here: Commands, option: tuple[str, str]) -> None:
    printed = here.huiqi(*RUN, *option)
    assert printed.status == 2
    assert option[0] in printed.err


def test_import_makes_a_stock(here: Commands) -> None:
    (here.folder / "parcels.csv").write_text("no,where,m2,free\nD1,330108,20000,20240701\n", encoding="utf-8")
    (here.folder / "map.yaml").write_text(
        "title: {en: Parcels, zh: 地块}\nmade_up: true\nsource: {en: Made up, zh: 虚构}\nobserved_on: 2024-06-30\nrecorded_on: 2024-06-30\n"
        "verified: true\ntables:\n  - files: parcels.csv\n    id: {column: no}\n    columns:\n      where: {fact: place}\n"
        "      m2: {fact: land_area, unit: 平方米}\n      free: {fact: available_from, date: '%Y%m%d'}\n",
        encoding="utf-8",
    )
    printed = here.huiqi("import", "--of", "parcel", "--map", "map.yaml", "parcels.csv", "--out", "stock")
    assert "1 subjects (parcel)" in printed.out
    assert pq.read_table(here.folder / "stock" / "parcel.parquet").to_pylist()[0]["land_area"] == 30.0
    assert here.huiqi("import", "--of", "castle", "--map", "map.yaml", "parcels.csv", "--out", "stock").status == 2
