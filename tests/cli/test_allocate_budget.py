"""huiqi allocate budget as a user meets it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import arbitrary
from commands import OnPack
from registries import write_registry

CORE = """
title: {en: Core, zh: 总政策}
document: 测试
issuer: {en: Nobody, zh: 无}
first_day: 2020-01-01
source: {kind: illustrative, note: {en: made up, zh: 虚构}}
funds:
  industry: {title: {en: Industry fund, zh: 产业资金}, clause: 第一条}
"""
POLICY = """
measures:
  grant:
    title: {en: Grant, zh: 补助}
    clause: 第二条
    kind: grant
    fund: industry
    eligible: honest
    amount: 5万元
"""
ROUND = """
round: r1
title: {en: Round of 2024, zh: 2024年度}
made_up: true
fund: industry
year: 2024
measures: [grant]
money: 10万元
by: rank
rank: [staff]
ties: none
edge: stop
reserve: 1
"""
MAIN = ["id,place,established,honest", *(f"{id},bj,2010-01-01,true" for id in "abcd")]
YEARS = ["id,year,staff", "a,2023,50", "b,2023,40", "c,2023,30", "d,2023,10"]


@pytest.fixture
def place(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> OnPack:
    arbitrary.packs_folder(tmp_path, POLICY, core=CORE)
    write_registry(tmp_path / "registry", MAIN, YEARS)
    (tmp_path / "round.yaml").write_text(ROUND, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "150")
    return OnPack(tmp_path, capsys, monkeypatch)


def lines(text: str) -> list[str]:
    return [" ".join(line.split()) for line in text.splitlines()]


def test_a_round(place: OnPack) -> None:
    printed = place.huiqi("allocate", "budget", "round.yaml", *place.on, "--out", "out", "--why", "d")
    assert printed.status == 0, printed.err
    assert lines(printed.out) == [
        "Round of 2024 (made up): Industry fund 2024",
        "The registry is made up: none of its enterprises exists.",
        "Claims Money",
        "awarded 2 ¥100,000",
        "on the reserve list 1",
        "undecided 0",
        "refused 1",
        "left over ¥0",
        "in all 4 ¥100,000",
        "cut-off: Staff 2023 40 people; the money ends at rank 3",
        "result in out/",
        "d Grant: refused",
        "rank 4: the money ended at rank 3",
        "Staff 2023: 10 people, 30 people short of the cut-off 40 people",
    ]
    assert json.loads((place.folder / "out" / "round.json").read_text(encoding="utf-8"))["totals"]["awarded"] == 2


def test_a_result_is_read_again(place: OnPack) -> None:
    place.huiqi("allocate", "budget", "round.yaml", *place.on, "--out", "out")
    printed = place.huiqi("allocate", "budget", "out", "--why", "c", "--why", "zz", "--lang", "zh")
    assert lines(printed.out) == [
        "c 补助：候补第1位",
        "第3名：资金至此不足，差5万元",
        "2023年从业人员：30人，距入围线40人差10人",
        "zz：本轮无申报",
    ]
    assert "拟支持" in place.huiqi("allocate", "budget", "out", "--lang", "zh").out


def test_a_former_result_is_replaced_and_nothing_else(place: OnPack) -> None:
    assert place.huiqi("allocate", "budget", "round.yaml", *place.on, "--out", "out").status == 0
    assert place.huiqi("allocate", "budget", "round.yaml", *place.on, "--out", "out").status == 0
    printed = place.huiqi("allocate", "budget", "round.yaml", *place.on, "--out", "registry")
    assert printed.status == 2
    assert "is left as it is" in printed.err
    assert (place.folder / "registry" / "enterprise.csv").exists()


def test_what_a_round_needs(place: OnPack) -> None:
    printed = place.huiqi("allocate", "budget", "round.yaml")
    assert printed.status == 2
    assert "a round needs --pack, --registry, --as-of" in printed.err
    assert place.huiqi("allocate", "budget", "registry").status == 2
    printed = place.huiqi("allocate", "budget", "no.yaml", *place.on)
    assert printed.status == 1
    assert "text.unreadable" in printed.err


def test_problems_are_told_and_nothing_is_written(place: OnPack) -> None:
    (place.folder / "round.yaml").write_text(ROUND.replace("10万元", "0"), encoding="utf-8")
    printed = place.huiqi("allocate", "budget", "round.yaml", *place.on, "--out", "out")
    assert printed.status == 1
    assert "round.yaml:8:8: round.money" in printed.err
    assert not (place.folder / "out").exists()


def test_a_spoilt_result(place: OnPack) -> None:
    place.huiqi("allocate", "budget", "round.yaml", *place.on, "--out", "out")
    (place.folder / "out" / "awards.parquet").write_bytes(b"PAR1")
    printed = place.huiqi("allocate", "budget", "out", "--why", "a")
    assert printed.status == 1
    assert "round.unreadable" in printed.err
