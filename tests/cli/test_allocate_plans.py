"""huiqi allocate commitments and equivalent as somebody meets them."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import pytest

from commands import Commands
from promised import pack, round_in

ROWS = [("x", "staged", 10_000_000, 10_000_000), ("y", "halves", 4_000_000, 4_000_000), ("z", "once", 100_000, 100_000)]


@pytest.fixture
def place(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Commands:
    pack(tmp_path)
    round_in(tmp_path, [("w", "staged", 2_000_000, 2_000_000)], 2023, "earlier")
    round_in(tmp_path, ROWS)
    monkeypatch.chdir(tmp_path)
    return Commands(tmp_path, capsys, monkeypatch)


def commitments(place: Commands, *more: str) -> tuple[int, str, str]:
    printed = place.huiqi("allocate", "commitments", "round", "--pack", "packs/p", "--before", "earlier", *more)
    return printed.status, printed.out, printed.err


def test_the_table_and_what_is_over(place: Commands) -> None:
    status, out, _ = commitments(place, "--expenditure", "2024=1亿元")
    assert status == 1
    assert "2025          ¥3,000,000         ¥600,000    ¥3,000,000 to ¥5,000,000    -¥2,600,000 to -¥600,000" in out
    assert "✗ over-committed in 2025: by ¥600,000 to ¥2,600,000" in out
    assert "? may be over-committed in 2024 to 2026: by up to ¥200,000" in out
    assert "✗ the floor of 2024 is missed: 15% of ¥100,000,000 is ¥15,000,000; the appropriation: ¥10,000,000" in out
    assert "Paid from no named fund" in out


def test_the_same_in_chinese(place: Commands) -> None:
    _, out, _ = commitments(place, "--lang", "zh")
    assert "✗ 2025年超额承诺：60万元至260万元" in out
    assert "年度未定：200万元" in out


def test_json_and_csv_are_in_fen(place: Commands) -> None:
    _, out, _ = commitments(place, "--json", "--out", "table.csv")
    industry = next(fund for fund in json.loads(out) if fund["fund"] == "p/industry")
    assert industry["years"][2] == {
        "first_year": 2025, "last_year": 2025, "appropriation": [300_000_000, 300_000_000], "before": [60_000_000, 60_000_000],
        "new": [300_000_000, 500_000_000], "left": [-260_000_000, -60_000_000], "over": [60_000_000, 260_000_000],
    }  # fmt: skip
    lines = (place.folder / "table.csv").read_text(encoding="utf-8").splitlines()
    assert "p/industry,2025,2025,300000000,300000000,60000000,60000000,300000000,500000000,-260000000,-60000000" in lines


def test_an_expected_acceptance_narrows_the_years(place: Commands) -> None:
    (place.folder / "expected.csv").write_text("award,milestone,year\nround/halves/y,acceptance,2024\n", encoding="utf-8")
    _, out, _ = commitments(place, "--expected", "expected.csv")
    assert "no known year" not in out
    assert re.search(r"2024 +¥10,000,000 +¥600,000 +¥8,000,000 +¥1,400,000\n", out)


@pytest.mark.parametrize("said", ["2024", "24=1亿元", "2024=1亿", "2024=100 USD", "2024=0元"])
def test_an_expenditure_that_is_none(said: str, place: Commands) -> None:
    status, _, err = commitments(place, "--expenditure", said)
    assert status == 2
    assert "--expenditure" in err


def test_a_folder_without_a_round(place: Commands) -> None:
    printed = place.huiqi("allocate", "commitments", "packs", "--pack", "packs/p")
    assert printed.status == 1
    assert "round.missing" in printed.err


def test_what_rounds_cost_on_one_scale(place: Commands) -> None:
    printed = place.huiqi("allocate", "equivalent", "round", "--pack", "packs/p")
    assert printed.status == 0
    assert "no reference rate of 2024 is stated" in printed.out
    printed = place.huiqi("allocate", "equivalent", "round", "--pack", "packs/p", "--json")
    kinds = {cost["kind"]: cost for cost in json.loads(printed.out)["kinds"]}
    assert kinds["rent_aid"] == {"kind": "rent_aid", "currency": "CNY", "amount": [10_000_000] * 2, "grant_equivalent": [10_000_000] * 2}
    assert kinds["grant"]["grant_equivalent"] == [600_000_000, 1_400_000_000]


def test_what_needs_no_rate_asks_for_none(place: Commands) -> None:
    round_in(place.folder, [("z", "once", 1, 1), ("y", "stake", 1, 1)], 2024, "plain")
    printed = place.huiqi("allocate", "equivalent", "plain", "--pack", "packs/p", "--lang", "zh")
    assert "参考利率" not in printed.out
    assert "未给出“入股”的条件：按零至全额计" in printed.out


def test_a_round_that_does_not_say_when_it_was_decided(place: Commands) -> None:
    (place.folder / "round" / "round.json").write_text('{"law_on": "2024-06-30"}', encoding="utf-8")
    printed = place.huiqi("allocate", "equivalent", "round", "--pack", "packs/p")
    assert "round.value: round.json names no year" in printed.err
    (place.folder / "round" / "round.json").write_text('{"year": 2024}', encoding="utf-8")
    assert "names no day whose texts were in force" in place.huiqi("allocate", "equivalent", "round", "--pack", "packs/p").err


def test_a_round_given_twice_is_refused(place: Commands) -> None:
    """Twice in the list, as its own former round, by another path, and as a copy under another name."""
    shutil.copytree(place.folder / "round", place.folder / "copy")
    for given in (["round", "round"], ["round", "--before", "./round"], ["round", "--before", "earlier", "--before", "earlier"]):
        printed = place.huiqi("allocate", "commitments", *given, "--pack", "packs/p")
        assert printed.status == 1
        assert "round.doubled" in printed.err
        assert "is given twice" in printed.err
    for command in ("commitments", "equivalent"):
        printed = place.huiqi("allocate", command, "round", "copy", "--pack", "packs/p")
        assert printed.status == 1
        assert "awards that stand in round too: round/staged/x, round/halves/y, round/once/z" in printed.err


def test_the_most_that_a_round_gives_bounds_what_is_shown(place: Commands) -> None:
    """Two may get 3 million each, of the 4 million that there are."""
    wide = round_in(place.folder, [("a", "staged", 0, 3_000_000), ("b", "halves", 0, 3_000_000)], 2024, "wide")
    about = json.loads((wide / "round.json").read_text(encoding="utf-8")) | {"totals": {"given_low": 0, "held": 400_000_000}}
    (wide / "round.json").write_text(json.dumps(about), encoding="utf-8")
    printed = place.huiqi("allocate", "commitments", "wide", "--pack", "packs/p", "--json")
    (fund,) = json.loads(printed.out)
    assert fund["totals"][0]["new"] == [0, 400_000_000]
    printed = place.huiqi("allocate", "equivalent", "wide", "--pack", "packs/p", "--json")
    (kind,) = json.loads(printed.out)["kinds"]
    assert kind["amount"] == [0, 400_000_000]
