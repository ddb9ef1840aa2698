"""The commands as a user meets them: what they print, what they refuse, and their exit status."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import arbitrary
from commands import OnPack
from registries import write_registry

POLICY = """
measures:
  growing:
    title: {en: Growing firms, zh: 成长企业}
    clause: 第一条
    kind: grant
    eligible:
      all:
        - revenue >= 1000万元
        - expense / revenue >= 3%
    amount: {rate: 10%, of: expense, cap: 50万元}
"""
MAIN = ["id,place,established,listed", "a,bj,2010-01-01,true", "b,bj,2010-01-01,", "c,bj,2010-01-01,false"]
YEARS = ["id,year,revenue,expense,staff", "a,2023,20000000,1000000,10", "b,2023,20000000,,400", "c,2023,20000000,420000,"]


@pytest.fixture
def place(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> OnPack:
    arbitrary.packs_folder(tmp_path, POLICY)
    write_registry(tmp_path / "registry", MAIN, YEARS)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "150")
    return OnPack(tmp_path, capsys, monkeypatch)


def test_check_of_a_faultless_pack(place: OnPack) -> None:
    printed = place.huiqi("check", "packs/p")
    assert printed.status == 0
    assert "1 document read, no errors, no warnings" in printed.out


def test_check_tells_every_problem_with_its_place_and_remedy(place: OnPack) -> None:
    policy = place.folder / "packs" / "p" / "special" / "a.yaml"
    policy.write_text(
        policy.read_text(encoding="utf-8").replace("revenue >= 1000万元", "revenu >= 1000万元").replace("cap: 50万元", "cap: 50万亩"),
        encoding="utf-8",
    )
    printed = place.huiqi("check", "packs/p")
    assert printed.status == 1
    assert "packs/p/special/a.yaml:17:11: rules.unknown-name: revenu is not a fact or a definition\n    did you mean revenue?" in printed.err
    assert "rules.unit" in printed.err
    assert "2 errors" in printed.out
    found = json.loads(place.huiqi("check", "packs/p", "--json").out)
    assert [(p["code"], p["line"], p["column"]) for p in found] == [("rules.unknown-name", 17, 11), ("rules.unit", 19, 43)]


def test_evaluate_tells_costs_in_the_currency_of_the_pack(place: OnPack) -> None:
    """Facts are in yuan here, so a pack that pays in euro can only give a figure of its own."""
    pack, policy = place.folder / "packs" / "p" / "pack.yaml", place.folder / "packs" / "p" / "special" / "a.yaml"
    pack.write_text(pack.read_text(encoding="utf-8") + "currency: EUR\n", encoding="utf-8")
    text = policy.read_text(encoding="utf-8").replace("{rate: 10%, of: expense, cap: 50万元}", "2000 EUR")
    policy.write_text(text, encoding="utf-8")
    printed = place.huiqi("evaluate", *place.on, "--out", "results")
    assert "assured €2,000, possible €4,000" in printed.out
    assert "¥" not in printed.out


def test_evaluate_prints_a_table_and_writes_the_results(place: OnPack) -> None:
    printed = place.huiqi("evaluate", *place.on, "--out", "results")
    assert printed.status == 0
    assert "Growing firms 1" in printed.out
    assert "R&D" not in printed.out
    assert "3 subjects (enterprise), measures: 1\nresults in results/" in printed.out
    assert (place.folder / "results" / "entitlements.parquet").exists()
    assert printed.err == ""


def test_evaluate_again_says_what_was_taken_over(place: OnPack) -> None:
    place.huiqi("evaluate", *place.on, "--out", "results")
    assert "all of it was taken over from a former run" in place.huiqi("evaluate", *place.on, "--out", "results").out
    assert "taken over" not in place.huiqi("evaluate", *place.on, "--out", "results", "--anew").out
    assert "taken over" not in place.huiqi("evaluate", *place.on, "--out", "results", "--undecided", "none").out


def test_evaluate_on_spark_and_here_are_kept_apart(place: OnPack) -> None:
    printed = place.huiqi("evaluate", *place.on, "--out", "results", "--master", "local[2]")
    assert printed.status == 2
    assert "--master is for --engine spark" in printed.err
    assert "for --engine local" in place.huiqi("evaluate", *place.on, "--out", "results", "--engine", "spark", "--reasons").err


def test_evaluate_in_chinese(place: OnPack) -> None:
    printed = place.huiqi("evaluate", *place.on, "--out", "results", "--lang", "zh")
    assert "成长企业" in printed.out
    assert "研发费用 (1)" in printed.out


def test_explain_says_what_it_would_take(place: OnPack) -> None:
    """42 of 2000万 is 2.1 %; 3 % of it would be 60万, 18万 more."""
    printed = place.huiqi("explain", "c", "growing", *place.on)
    assert printed.status == 0
    assert "✗ no" in printed.out
    assert "→ found 2.1%, needed at least 3%: ¥180,000 more of Expense 2023" in printed.out
    assert "made up for a test; true on 2024-03-31, recorded on 2024-04-15; not verified" in printed.out
    chinese = place.huiqi("explain", "c", "growing", *place.on, "--lang", "zh").out
    assert "→ 现为2.1%，要求不低于3%：2023年研发费用还差18万元" in chinese


def test_explain_as_json_has_both_languages(place: OnPack) -> None:
    found = json.loads(place.huiqi("explain", "a", *place.on, "--json").out)
    assert found[0]["status"] == "yes"
    assert found[0]["amount"]["low"] == found[0]["amount"]["high"] == 10_000_000
    assert found[0]["reasons"][1]["text"] == {"en": "Revenue 2023 is at least ¥10,000,000", "zh": "2023年营业收入不低于1,000万元"}


def test_ask_puts_the_deciding_fact_first(place: OnPack) -> None:
    printed = place.huiqi("ask", "b", *place.on)
    assert printed.status == 0
    assert printed.out.startswith(" 1. How much in 2023\n")
    assert json.loads(place.huiqi("ask", "b", *place.on, "--json").out)[0]["fact"] == "expense"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["explain", "zz", "growing"], "registry.unknown-subject: zz is not in"),
        (["explain", "a", "growin"], "did you mean growing?"),
    ],
)
def test_unknown_names_are_told(place: OnPack, arguments: list[str], said: str) -> None:
    printed = place.huiqi(*arguments, *place.on)
    assert printed.status == 1
    assert said in printed.err


def test_a_wrong_day_is_told(place: OnPack) -> None:
    printed = place.huiqi("explain", "a", "growing", *place.on[:-1], "30.6.2024")
    assert printed.status == 2
    assert "30.6.2024 is not a day" in printed.err


def test_unknown_pack_and_missing_registry_are_told(place: OnPack) -> None:
    printed = place.huiqi("evaluate", "--pack", "cn-zj-hangzhou-binjian", "--registry", "registry", "--as-of", "2024-06-30", "--out", "o")
    assert printed.status == 1
    assert "did you mean cn-zj-hangzhou-binjiang" in printed.err
    printed = place.huiqi("evaluate", *place.on[:2], "--registry", "nowhere", "--as-of", "2024-06-30", "--out", "o")
    assert printed.status == 1
    assert "registry.no-folder" in printed.err


def test_a_folder_of_something_else_is_left_alone(place: OnPack) -> None:
    (place.folder / "mine").mkdir()
    (place.folder / "mine" / "thesis.txt").write_text("years of work", encoding="utf-8")
    printed = place.huiqi("evaluate", *place.on, "--out", "mine")
    assert printed.status == 2
    assert (place.folder / "mine" / "thesis.txt").exists()


def test_schema_files_for_editors(place: OnPack) -> None:
    assert place.huiqi("schema", "--out", "schema").status == 0
    policy = json.loads((place.folder / "schema" / "policy.schema.json").read_text(encoding="utf-8"))
    assert policy["$defs"]["MeasureRecord"]["properties"]["eligible"] == {"$ref": "#/$defs/Condition"}
    assert "where" not in policy["properties"]


def test_version_and_help(place: OnPack) -> None:
    assert place.huiqi("--version").out.startswith("huiqi 0.")
    assert "evaluate" in place.huiqi("--help").out


def test_a_measure_that_has_ended_is_told_with_its_days(place: OnPack) -> None:
    printed = place.huiqi("explain", "a", "growing", *place.on[:-1], "2019-12-31")
    assert printed.status == 1
    assert "a-1 is in force from 2020-01-01 on" in printed.err


@pytest.mark.parametrize("command", [["schema"], ["synthesize", "--place", "cn-sh-minhang", "--enterprises", "5", "--no-totals"]])
def test_a_place_that_cannot_be_written_is_told(place: OnPack, command: list[str]) -> None:
    (place.folder / "file").write_text("mine", encoding="utf-8")
    printed = place.huiqi(*command, "--out", "file/below")
    assert printed.status in (1, 2)
    assert "file" in printed.err
    assert (place.folder / "file").read_text(encoding="utf-8") == "mine"


def test_what_comes_from_the_cache_reads_the_same(place: OnPack, monkeypatch: pytest.MonkeyPatch) -> None:
    fresh = place.huiqi("explain", "b", *place.on)
    monkeypatch.setenv("HUIQI_CACHE", str(place.folder / "kept"))
    monkeypatch.setattr("huiqi.rules.cache.SETTLED", 0.0)
    for _ in range(2):
        assert place.huiqi("explain", "b", *place.on) == fresh
        assert len(list((place.folder / "kept").iterdir())) == 2
    policy = place.folder / "packs" / "p" / "special" / "a.yaml"
    policy.write_text(policy.read_text(encoding="utf-8").replace("expense / revenue >= 3%", "expense / revenue >= 4%"), encoding="utf-8")
    changed = place.huiqi("explain", "b", *place.on)
    assert changed.out == fresh.out.replace("3%", "4%") != fresh.out
