"""huiqi simulate with --scenario and --round: what it prints in both languages, what it writes, what it refuses."""

from __future__ import annotations

import csv
import json

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
  industry: {title: {en: Industry fund, zh: 产业资金}, clause: 一}
"""
POLICY = """
measures:
  growing: {title: {en: Growing firms, zh: 成长企业}, clause: 一, kind: grant, fund: industry, eligible: revenue >= 1000万元, amount: 10万元,
    pays: [40% in the first year, 60% in the second year]}
"""
MAIN = ["id,place", "a,bj", "b,bj"]
YEARS = ["id,year,revenue", "a,2023,10000000", "b,2023,9500000"]
REFORM = "reform: more\ntitle: {en: More, zh: 提高}\npack: p\nchanges:\n  - {in: a-1, set: measures/growing/amount, to: 20万元}\n"
SCENARIO = """
scenario: steady
title: {en: Steady, zh: 平稳}
made_up: true
years: 1
growth:
  - {of: revenue, rate: 10%, source: assumption}
others: held
"""
ROUND = """
round: r1
title: {en: Round, zh: 轮次}
made_up: true
fund: industry
year: 2024
measures: [growing]
money: 15万元
by: rank
rank: [revenue]
ties: none
edge: stop
"""


@pytest.fixture
def place(tmp_path, capsys, monkeypatch) -> OnPack:
    arbitrary.packs_folder(tmp_path, POLICY, core=CORE)
    write_registry(tmp_path / "registry", MAIN, YEARS)
    for name, text in (("reform", REFORM), ("scenario", SCENARIO), ("round", ROUND)):
        (tmp_path / f"{name}.yaml").write_text(text, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "150")
    return OnPack(tmp_path, capsys, monkeypatch)


def simulated(place: OnPack, *more: str):
    return place.huiqi("simulate", *place.on, "--reform", "reform.yaml", *more)


def test_years_and_a_round_are_told_and_written(place: OnPack) -> None:
    """a has ¥100,000 a year, b from 2025 on; 20 wan do not fit into a round of 15, so that a falls out."""
    printed = simulated(place, "--scenario", "scenario.yaml", "--round", "round.yaml", "--out", "out")
    assert printed.status == 0, printed.err
    lines = [" ".join(line.split()) for line in printed.out.splitlines()]
    assert "2024 ¥100,000 ¥200,000 ¥40,000 ¥80,000" in lines
    assert "2025 ¥200,000 ¥400,000 ¥140,000 ¥280,000" in lines
    assert "2026 – – ¥120,000 ¥240,000" in lines
    assert "Operating revenue: +10% a year; source: assumption" in printed.out or "Revenue: +10% a year; source: assumption" in printed.out
    assert "no more awarded: 1\n" in printed.out
    assert "asked for, times the money 0.67 1.33" in lines
    out = place.folder / "out"
    said = json.loads((out / "simulation.json").read_text(encoding="utf-8"))
    assert said["years_ahead"]["scenario"] == "steady"
    assert said["round"]["changes"]["falls out"] == {"surely": 1, "perhaps": 0}
    with (out / "years.csv").open(encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if (row["by"], row["year"], row["side"]) == ("fund", "2025", "after")]
    assert [(row["of"], row["committed_low"], row["paid_high"]) for row in rows] == [("p/industry", "40000000", "28000000")]
    assert (out / "round_awards.csv").read_text(encoding="utf-8").splitlines()[1].startswith("a,p/a/growing,falls out,yes,")


def test_they_are_told_in_chinese(place: OnPack) -> None:
    printed = simulated(place, "--scenario", "scenario.yaml", "--round", "round.yaml", "--lang", "zh")
    assert printed.status == 0, printed.err
    for said in ("平稳（虚构）", "现行承诺额", "前提：", "每年+10%；来源：假设", "不再获支持：1项", "轮次（虚构）"):
        assert said in printed.out, said


def test_a_faulty_scenario_is_told_before_anything_is_written(place: OnPack) -> None:
    (place.folder / "scenario.yaml").write_text(SCENARIO.replace("revenue", "revenu").replace("years: 1", "years: -1"), encoding="utf-8")
    printed = simulated(place, "--scenario", "scenario.yaml", "--out", "out")
    assert printed.status != 0
    assert "scenario.fact" in printed.err
    assert "scenario.years" in printed.err
    assert "scenario.yaml:5" in printed.err
    assert not (place.folder / "out").exists()


def test_a_round_that_the_reform_leaves_without_its_measure(place: OnPack) -> None:
    (place.folder / "reform.yaml").write_text(REFORM.replace("set: measures/growing/amount, to: 20万元", "drop: measures/growing"), encoding="utf-8")
    printed = simulated(place, "--round", "round.yaml")
    assert printed.status == 0, printed.err
    assert "reform: the round cannot be given out" in printed.out


def test_a_round_takes_no_weights(place: OnPack) -> None:
    printed = simulated(place, "--round", "round.yaml", "--weights", "weights")
    assert printed.status != 0
    assert "--weights" in printed.err
