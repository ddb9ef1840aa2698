"""Evaluating a registry: counts, cost ranges, what keeps firms undecided, and files that are whole or not there."""

from __future__ import annotations

import csv
import datetime
import json
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest

import arbitrary
from huiqi.entitlements import evaluate as module
from huiqi.entitlements.evaluate import evaluate
from huiqi.facts.registry import Registry, open_registry
from huiqi.rules.compile import Rules
from huiqi.rules.library import read_library
from huiqi.vocabulary.problem import FaultyInput
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
  listed:
    title: {en: Listed firms, zh: 上市企业}
    clause: 第二条
    kind: premises
    eligible: {any: [listed, 'staff >= 300']}
  closed-amount:
    title: {en: Not public, zh: 未公布}
    clause: 第三条
    kind: grant
    eligible: listed
    amount: unpublished
"""
MAIN = [
    "id,place,established,listed",
    "a,bj,2010-01-01,true",
    "b,bj,2010-01-01,",
    "c,hz,2010-01-01,false",
    "d,sx,2010-01-01,false",
    "e,eu,2010-01-01,true",
]
YEARS = ["id,year,revenue,expense,staff", "a,2023,20000000,1000000,10", "b,2023,20000000,,400", "c,2023,20000000.01,600000,", "d,2023,,800000,20"]


@pytest.fixture
def rules(tmp_path: Path) -> Rules:
    return arbitrary.rules_of(arbitrary.packs_folder(tmp_path, POLICY))


@pytest.fixture
def registry(tmp_path: Path, rules: Rules) -> Registry:
    opened, problems = open_registry(write_registry(tmp_path / "registry", MAIN, YEARS), rules.schemas["enterprise"], rules.places)
    assert opened is not None, problems
    return opened


def test_counts_and_cost_ranges(rules: Rules, registry: Registry) -> None:
    """a: 5 % of 2000万, 10 % of 100万 is 10万. b: expense unknown, at most the cap. c: 600,000 is just under 3 %. d: revenue unknown."""
    growing, listed, closed = evaluate(rules, registry, arbitrary.AS_OF).tallies
    assert (growing.yes, growing.depends, growing.no) == (1, 2, 2)
    assert (growing.cost_low, growing.cost_high) == (10_000_000, 10_000_000 + 50_000_000 + 8_000_000)
    assert (listed.yes, listed.depends, listed.no) == (2, 1, 2)
    assert (listed.cost_low, listed.cost_high) == (0, 0)
    assert (closed.cost_low, closed.cost_high) == (0, None)


def test_what_keeps_firms_undecided(rules: Rules, registry: Registry) -> None:
    growing, listed, _ = evaluate(rules, registry, arbitrary.AS_OF).tallies
    assert growing.undecided_by == {"expense": 1, "revenue": 1}
    assert listed.undecided_by == {"staff": 1}


def test_files(rules: Rules, registry: Registry, tmp_path: Path) -> None:
    out = tmp_path / "out"
    evaluate(rules, registry, arbitrary.AS_OF, out=out, reasons=True)
    rows = pq.read_table(out / "entitlements.parquet").to_pylist()
    assert [(r["subject"], r["measure"], r["edition"], r["status"], r["amount_low"], r["amount_high"]) for r in rows] == [
        ("a", "p/a/growing", "1", "yes", 10_000_000, 10_000_000),
        ("b", "p/a/growing", "1", "depends", 0, 50_000_000),
        ("d", "p/a/growing", "1", "depends", 0, 8_000_000),
        ("a", "p/a/listed", "1", "yes", 0, 0),
        ("b", "p/a/listed", "1", "yes", 0, 0),
        ("c", "p/a/listed", "1", "depends", 0, 0),
        ("a", "p/a/closed-amount", "1", "yes", 0, None),
        ("b", "p/a/closed-amount", "1", "depends", 0, None),
    ]
    with (out / "summary.csv").open(encoding="utf-8") as file:
        summary = list(csv.DictReader(file))
    assert [row["cost_high"] for row in summary] == ["68000000", "0", ""]
    run = json.loads((out / "run.json").read_text(encoding="utf-8"))
    assert run["registry"]["made_up"] is True
    assert run["subjects"] == 5
    assert run["packs"]["p"] == rules.packs[0].content_hash
    assert run["as_of"] == run["law_on"] == "2024-06-30"


def test_reasons_hold_every_test_of_every_subject(rules: Rules, registry: Registry, tmp_path: Path) -> None:
    evaluate(rules, registry, arbitrary.AS_OF, out=tmp_path / "out", reasons=True)
    names = json.loads((tmp_path / "out" / "reasons.json").read_text(encoding="utf-8"))["tests"]
    at = next(test["at"] for test in names if test["test"] == "expense / revenue >= 3%")
    rows = pq.read_table(tmp_path / "out" / "reasons.parquet").to_pylist()
    bits = {row["subject"]: np.unpackbits(np.frombuffer(row["tests"], np.uint8), bitorder="little")[2 * at : 2 * at + 2].tolist() for row in rows}
    assert bits == {"a": [1, 1], "b": [0, 1], "c": [0, 0], "d": [0, 1], "e": [0, 1]}


def test_blocks_of_any_size_give_the_same(rules: Rules, registry: Registry, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    evaluate(rules, registry, arbitrary.AS_OF, out=tmp_path / "whole", undecided="none")
    monkeypatch.setattr(module, "STRETCH", 2)
    evaluate(rules, registry, arbitrary.AS_OF, out=tmp_path / "small", undecided="none")
    whole, small = (pq.read_table(tmp_path / name / "entitlements.parquet").to_pylist() for name in ("whole", "small"))
    assert sorted(map(str, whole)) == sorted(map(str, small))


def test_with_and_without_the_compiled_kernel_the_same_is_written(
    rules: Rules, registry: Registry, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    compiled = evaluate(rules, registry, arbitrary.AS_OF, out=tmp_path / "compiled", undecided="none")
    only_totals = evaluate(rules, registry, arbitrary.AS_OF, undecided="none")
    monkeypatch.setenv("HUIQI_KERNEL", "numpy")
    plain = evaluate(rules, registry, arbitrary.AS_OF, out=tmp_path / "plain", undecided="none")
    assert compiled.tallies == plain.tallies == only_totals.tallies
    tables = [pq.read_table(tmp_path / name / "entitlements.parquet").to_pylist() for name in ("compiled", "plain")]
    assert tables[0] == tables[1]
    summaries = [(tmp_path / name / "summary.csv").read_bytes() for name in ("compiled", "plain")]
    assert summaries[0] == summaries[1]


def test_a_result_is_replaced_whole(rules: Rules, registry: Registry, tmp_path: Path) -> None:
    out = tmp_path / "out"
    evaluate(rules, registry, arbitrary.AS_OF, out=out, reasons=True)
    evaluate(rules, registry, arbitrary.AS_OF, out=out)
    assert sorted(path.name for path in out.iterdir()) == ["by_place.csv", "entitlements.parquet", "run.json", "summary.csv", "totals"]
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []


def test_a_failing_run_leaves_the_former_result(rules: Rules, registry: Registry, tmp_path: Path) -> None:
    out = tmp_path / "out"
    evaluate(rules, registry, arbitrary.AS_OF, out=out)
    before = (out / "run.json").read_text(encoding="utf-8")
    spoilt, _ = open_registry(
        write_registry(tmp_path / "spoilt", MAIN, ["id,year,revenue", "a,2023,-5"]), rules.schemas["enterprise"], rules.places
    )  # fmt: skip
    assert spoilt is not None
    with pytest.raises(FaultyInput, match="revenue of a"):
        evaluate(rules, spoilt, arbitrary.AS_OF, out=out)
    assert (out / "run.json").read_text(encoding="utf-8") == before


def test_a_recognition_counts_as_granted_only_where_that_is_assumed(tmp_path: Path) -> None:
    policy = """
measures:
  star:
    {title: {en: Star, zh: 明星}, clause: 一, kind: recognition, gives: star, eligible: 'staff >= 300'}
  prize:
    {title: {en: Prize, zh: 奖励}, clause: 二, kind: grant, eligible: star, amount: 5万元}
"""
    rules = arbitrary.rules_of(arbitrary.packs_folder(tmp_path, policy))
    main, years = (
        ["id,place,established,star", "granted,bj,2010-01-01,true", "may,bj,2010-01-01,", "refused,bj,2010-01-01,false"],
        ["id,year,staff", "may,2023,300", "refused,2023,300"],
    )
    registry, problems = open_registry(write_registry(tmp_path / "registry", main, years), rules.schemas["enterprise"], rules.places)
    assert registry is not None, problems
    prize = evaluate(rules, registry, arbitrary.AS_OF).tallies[1]
    assert (prize.yes, prize.depends, prize.no) == (1, 1, 1)
    prize = evaluate(rules, registry, arbitrary.AS_OF, assume_recognised=True).tallies[1]
    assert (prize.yes, prize.depends, prize.no) == (2, 0, 1)


def test_on_a_day_without_a_text_in_force_everybody_is_counted_and_nothing_is_due(tmp_path: Path) -> None:
    library, _ = read_library(["p"], arbitrary.packs_folder(tmp_path, POLICY))
    assert library is not None
    rules = library.rules(datetime.date(1990, 1, 1))
    registry, problems = open_registry(write_registry(tmp_path / "r", MAIN, YEARS), rules.schemas["enterprise"], rules.places)
    assert registry is not None, problems
    outcome = evaluate(rules, registry, arbitrary.AS_OF, out=tmp_path / "out")
    assert (outcome.tallies, outcome.subjects, outcome.payable) == ((), 5, (0, 0))
