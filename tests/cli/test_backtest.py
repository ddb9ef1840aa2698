"""huiqi backtest as a user meets it: what it prints in both languages, what it writes, what it refuses."""

from __future__ import annotations

import csv
import json

import pytest

import arbitrary
from commands import OnPack
from registries import write_registry

POLICY = """
measures:
  star: {title: {en: Star, zh: 明星企业}, clause: 第一条, kind: recognition, eligible: revenue >= 1000万元}
  aid: {title: {en: Aid, zh: 资助}, clause: 第二条, kind: grant, eligible: revenue >= 1000万元, amount: {rate: 10%, of: expense, cap: 50万元}}
"""
MAIN = ["id,place,established", "a,bj,2010-01-01", "b,bj,2010-01-01", "c,bj,2010-01-01"]
YEARS = ["id,year,revenue,expense", "a,2023,20000000,1000000", "b,2023,8000000,9000000", "c,2023,,"]
PUBLISHED = "- {measure: star, year: 2024, firms: 3, source: {kind: illustrative, note: {en: made up, zh: 虚构}}}\n"


@pytest.fixture
def place(tmp_path, capsys, monkeypatch) -> OnPack:
    arbitrary.packs_folder(tmp_path, POLICY)
    write_registry(tmp_path / "registry", MAIN, YEARS)
    (tmp_path / "registry" / "awards.csv").write_text("id,measure,amount,granted_on\na,p/a/aid,70000,2024-05-01\n", encoding="utf-8")
    (tmp_path / "list.csv").write_text("id,measure,year\na,star,2024\nb,star,2024\n", encoding="utf-8")
    (tmp_path / "published.yaml").write_text(PUBLISHED, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "150")
    return OnPack(tmp_path, capsys, monkeypatch)


def asked(place: OnPack, *more: str) -> list[str]:
    return ["backtest", *place.on[:4], "--year", "2024", "--recognised", "list.csv", "--published", "published.yaml", *more]


def test_it_says_who_had_it_and_why_the_rules_say_otherwise(place: OnPack) -> None:
    printed = place.huiqi(*asked(place, "--out", "out"))
    assert printed.status == 0, printed.err
    assert "published 3: the rules leave 1–2, 1 fewer at least (illustrative" in printed.out
    assert "1 of them, not met: Revenue 2023 is at least ¥10,000,000 [第一条]" in printed.out
    assert "paid ¥70,000 in all; of 1 payments 0 are as the rules say (0 to the fen), 1 are not" in printed.out
    assert "1: not explained" in printed.out
    said = json.loads((place.folder / "out" / "backtest.json").read_text(encoding="utf-8"))
    assert {one["measure"]: one["happened"]["had-yes"] for one in said["outcomes"]} == {"p/a/star": 1, "p/a/aid": 1}
    rows = list(csv.DictReader((place.folder / "out" / "differences.csv").read_text(encoding="utf-8").splitlines()))
    assert {(row["subject"], row["measure"], row["kind"]) for row in rows} == {
        ("b", "p/a/star", "had-no"), ("c", "p/a/star", "not-depends"), ("c", "p/a/aid", "not-depends"), ("a", "p/a/aid", "amount"),
    }  # fmt: skip
    assert (place.folder / "out" / "yearly.csv").read_text(encoding="utf-8").count("\n") == 3
    page = (place.folder / "out" / "report.html").read_text(encoding="utf-8")
    assert len(page) < 2_000_000
    assert "paid ¥70,000, rules ¥100,000: not explained" in page


def test_it_says_so_in_chinese(place: OnPack) -> None:
    printed = place.huiqi(*asked(place, "--lang", "zh"))
    assert printed.status == 0, printed.err
    assert "公布3家：规则给出1–2家，至少少1家" in printed.out
    assert "其中1家，不满足：2023年营业收入不低于1,000万元〔第一条〕" in printed.out
    assert "1：原因不明" in printed.out


def test_what_cannot_be_tested_is_told(place: OnPack) -> None:
    on = place.on[:4]
    assert "name the years to test" in place.huiqi("backtest", *on).err
    assert "99 is not a year" in place.huiqi("backtest", *on, "--year", "99").err
    assert "yesterday is not a day" in place.huiqi("backtest", *on, "--as-of", "yesterday").err
    assert "backtest.year: 2024 is given twice" in place.huiqi("backtest", *on, "--year", "2024", "--as-of", "2024-01-01").err
    assert "backtest.nothing" in place.huiqi("backtest", *on, "--year", "2023").err
    assert "table.unreadable" in place.huiqi("backtest", *on, "--year", "2024", "--recognised", "nowhere.csv").err
    (place.folder / "mine").mkdir()
    (place.folder / "mine" / "letter.txt").write_text("dear", encoding="utf-8")
    assert "left as it is" in place.huiqi(*asked(place, "--out", "mine")).err
