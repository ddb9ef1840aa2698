"""Published totals on the command line: a made-up registry that meets them, and one's own weighed to them."""

from __future__ import annotations

import csv
import filecmp
import json
from pathlib import Path

import pyarrow.parquet as parquet
import pytest

from commands import Commands
from registries import write_registry

YUECHENG = ("--place", "cn-zj-shaoxing-yuecheng")
FATES = "joins_relocation_group,production_ends,transforms_in_place,production_moved_out"
#: Two dyers that join a group, one that closes, a chemical firm that closes, and a shop.
FIRMS = [
    f"id,place,industry,{FATES}",
    "a,cn-zj-shaoxing-yuecheng,C1713,true,false,false,true",
    "b,cn-zj-shaoxing-yuecheng,C1752,true,false,false,true",
    "c,cn-zj-shaoxing-yuecheng,C1713,false,true,false,false",
    "d,cn-zj-shaoxing-yuecheng,C26,false,true,false,false",
    "e,cn-zj-shaoxing-yuecheng,F52,false,false,false,false",
]


@pytest.fixture
def here(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Commands:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "170")
    return Commands(tmp_path, capsys, monkeypatch)


def totals(path: Path) -> dict[str, dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return {row["indicator"]: row for row in csv.DictReader(file)}


# ---------------------------------------------------------------- a made-up registry


def test_a_made_up_registry_meets_the_totals_and_says_so(here: Commands) -> None:
    """47 dyeing firms of which 34 joined groups and 13 did not, and 33 chemical firms: to the firm, and the same from the same seed."""
    printed = here.huiqi("synthesize", *YUECHENG, "-n", "2000", "--seed", "7", "--out", "made")
    assert printed.status == 0, printed.err
    assert "2,000 made-up enterprises, none of which exists" in printed.out
    assert "4 of 4 published totals are met; 14 more cannot be spoken of" in printed.out
    found = totals(here.folder / "made" / "totals.csv")
    names = ("dyeing_firms", "dyeing_firms_grouped", "dyeing_firms_other", "chemical_firms_withdrawn")
    assert [found[name]["found_low"] for name in names] == ["47", "34", "13", "33"]
    assert {(found[name]["found_high"], found[name]["difference_low"], found[name]["met"]) for name in names[:1]} == {("47", "0", "yes")}
    assert found["platform_land"]["met"] == "unspoken"
    assert found["platform_land"]["why_en"] == "the pack does not say whom it counts"
    assert parquet.read_metadata(here.folder / "made" / "enterprise.parquet").num_rows == 2000
    assert "made_up: true" in (here.folder / "made" / "registry.yaml").read_text(encoding="utf-8")
    again = here.huiqi("synthesize", *YUECHENG, "-n", "2000", "--seed", "7", "--out", "again", "--lang", "zh")
    assert "公布指标4项中4项相符" in again.out
    same = ["enterprise.parquet", "enterprise_year.parquet", "totals.csv", "registry.yaml"]
    assert filecmp.cmpfiles(here.folder / "made", here.folder / "again", same, shallow=False)[0] == same


def test_a_scale_makes_totals_of_a_small_registry(here: Commands) -> None:
    """A tenth of 47, 34, 13 and 33, each half up: 5, 3, 1 and 3 - and 5 is not 3 and 1, so one of the three is left out."""
    printed = here.huiqi("synthesize", *YUECHENG, "-n", "200", "--scale", "10%", "--without", "dyeing_firms", "--out", "small")
    assert printed.status == 0, printed.err
    assert "Totals were multiplied by 0.1 and rounded half up to whole firms." in printed.out
    found = totals(here.folder / "small" / "totals.csv")
    assert [found[name]["found_low"] for name in ("dyeing_firms_grouped", "dyeing_firms_other", "chemical_firms_withdrawn")] == ["3", "1", "3"]
    assert found["dyeing_firms"]["why_en"] == "left out on request"


@pytest.mark.parametrize(
    ("arguments", "said", "remedy"),
    [
        (
            ["-n", "40"],
            "totals.enterprises: cn-zj-shaoxing-yuecheng/dyeing_firms counts 47 enterprises, of 40 asked for",
            "--enterprises 47 at least",
        ),
        (["--without", "dyeing_firm"], "totals.unknown: dyeing_firm is no total here", "did you mean dyeing_firms"),
        (["--scale", "2"], "2 is no part", "like 0.1 or 10%"),
    ],
)
def test_what_cannot_be_met_is_told_before_anything_is_made(here: Commands, arguments: list[str], said: str, remedy: str) -> None:
    printed = here.huiqi("synthesize", *YUECHENG, "--out", "made", *arguments)
    assert printed.status != 0
    told = " ".join(printed.err.replace("│", " ").split())
    assert said in told
    assert remedy in told
    assert not (here.folder / "made").exists()


# ---------------------------------------------------------------- one's own registry


def weigh(here: Commands, *arguments: str, firms: list[str] = FIRMS) -> list[float]:
    write_registry(here.folder / "registry", firms)
    printed = here.huiqi("reweight", *YUECHENG, "--registry", "registry", "--as-of", "2023-12-31", "--out", "weights", *arguments)
    assert printed.status == 0, printed.err
    return parquet.read_table(here.folder / "weights" / "weights.parquet")["weight"].to_pylist()


def test_a_registry_is_weighed_to_the_totals(here: Commands) -> None:
    """Two that joined stand for 34, so 17 each; the one that closed for 13, the chemical firm for 33; the shop for itself."""
    assert weigh(here, "--at-most", "40") == pytest.approx([17, 17, 13, 33, 1])
    about = json.loads((here.folder / "weights" / "weights.json").read_text(encoding="utf-8"))
    assert about["converged"] is True
    assert about["sum_of_weights"] == pytest.approx(81)
    assert {row["met"] for row in totals(here.folder / "weights" / "totals.csv").values()} == {"yes", "unspoken"}


def test_weights_may_have_to_sum_up(here: Commands) -> None:
    assert weigh(here, "--at-most", "40", "--enterprises", "100") == pytest.approx([17, 17, 13, 33, 20])


def test_whom_nobody_knows_counts_as_a_range(here: Commands) -> None:
    """Whether the second dyer joined is unknown: it may count and may not, so 34 lies within what the first alone and both make."""
    firms = [FIRMS[0], FIRMS[1], FIRMS[2].replace("C1752,true", "C1752,"), *FIRMS[3:]]
    weights = weigh(here, "--at-most", "40", firms=firms)
    assert weights[0] <= 34 <= weights[0] + weights[1] + 1e-6
    assert totals(here.folder / "weights" / "totals.csv")["dyeing_firms_grouped"]["met"] == "within"


def test_totals_that_no_weights_meet_are_named(here: Commands) -> None:
    write_registry(here.folder / "registry", FIRMS)
    printed = here.huiqi(
        "reweight", *YUECHENG, "--registry", "registry", "--as-of", "2023-12-31", "--out", "weights", "--without", "chemical_firms_withdrawn"
    )
    assert printed.status == 1
    assert "totals.together" in printed.err
    assert "wanted" in printed.err
    assert "widen the bounds with --at-least and --at-most" in printed.err
    assert not (here.folder / "weights").exists()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--at-least", "1"], "totals.bounds"),
        (["--enterprises", "0"], "totals.bounds"),
        (["--place", "cn-sh-minhag"], "rules.unknown-place: cn-sh-minhag is not a place"),
        (["--place", "cn-sh-yangpu"], "totals.none"),
        (["--out", "registry"], "holds something else"),
    ],
)
def test_what_cannot_be_weighed_is_told(here: Commands, arguments: list[str], said: str) -> None:
    write_registry(here.folder / "registry", ["id,place,hnte", "a,cn-sh-yangpu,true"] if "cn-sh-yangpu" in arguments else FIRMS)
    printed = here.huiqi("reweight", *YUECHENG, "--registry", "registry", "--as-of", "2023-12-31", "--out", "weights", *arguments)
    assert printed.status != 0
    assert said in printed.err


def test_an_empty_registry_has_nothing_to_weigh(here: Commands) -> None:
    write_registry(here.folder / "registry", FIRMS[:1])
    printed = here.huiqi("reweight", *YUECHENG, "--registry", "registry", "--as-of", "2023-12-31", "--out", "weights")
    assert printed.status == 1
    assert "totals.empty" in printed.err
