"""huiqi simulate as a user meets it: what it prints in both languages, what it writes, what it refuses."""

from __future__ import annotations

import json
import shutil

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import arbitrary
from commands import OnPack
from registries import write_registry

POLICY = """
measures:
  growing: {title: {en: Growing firms, zh: 成长企业}, clause: 第一条, kind: grant, eligible: revenue >= 1000万元, amount: {rate: 10%, of: expense, cap: 50万元}}
  listing: {title: {en: Listing, zh: 上市奖励}, clause: 第二条, kind: grant, eligible: listed, amount: 30万元}
"""
MAIN = ["id,place,established,listed", "a,bj,2010-01-01,true", "b,bj,2010-01-01,", "c,bj,2010-01-01,false"]
YEARS = ["id,year,revenue,expense,staff", "a,2023,20000000,1000000,10", "b,2023,20000000,9000000,400", "c,2023,8000000,420000,"]
REFORM = """
reform: lower-bar
title: {en: A lower bar, zh: 降低门槛}
pack: p
changes:
  - {in: a-1, set: measures/growing/eligible, to: revenue >= 500万元}
  - {in: a-1, set: measures/growing/amount/cap, to: 80万元}
"""


@pytest.fixture
def place(tmp_path, capsys, monkeypatch) -> OnPack:
    arbitrary.packs_folder(tmp_path, POLICY)
    write_registry(tmp_path / "registry", MAIN, YEARS)
    (tmp_path / "reform.yaml").write_text(REFORM, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "150")
    return OnPack(tmp_path, capsys, monkeypatch)


def test_it_says_what_a_reform_costs_and_why(place: OnPack) -> None:
    """b gets 80 instead of 50, c 4.2 for the first time: ¥342,000 more."""
    printed = place.huiqi("simulate", *place.on, "--reform", "reform.yaml", "--out", "out")
    assert printed.status == 0, printed.err
    assert "A lower bar lower-bar" in printed.out
    assert "the touched measures cost ¥600,000 now and ¥942,000 in the reform: ¥342,000 more" in printed.out
    assert "get more: 2" in printed.out
    assert "get something for the first time: 1" in printed.out
    assert "1 measures cannot differ and were not evaluated" in printed.out
    assert "c +¥42,000" in printed.out
    assert "Growing firms: nothing → ¥42,000 (not met before: " in printed.out
    said = json.loads((place.folder / "out" / "simulation.json").read_text(encoding="utf-8"))
    assert said["reform"] == "lower-bar"
    assert said["all"]["difference"] == [34_200_000, 34_200_000]


def test_it_says_so_in_chinese(place: OnPack) -> None:
    printed = place.huiqi("simulate", *place.on, "--reform", "reform.yaml", "--whole", "--lang", "zh")
    assert "受影响措施：现行60万元，改革后94.2万元；增加34.2万元" in printed.out
    assert "其余1项不受影响的措施在两种情形下均为30万元至60万元" in printed.out
    assert "获得更多：2个" in printed.out
    assert "成长企业：无→4.2万元（不满足现行：" in printed.out


def test_weights_are_those_of_the_registry(place: OnPack) -> None:
    for ids, said in (
        (["a", "b", "x"], "the weights are of other subjects"),
        (["a", "b"], "the weights are of other subjects"),
        (list("abcd"), "there are 4 weights and 3"),
    ):
        pq.write_table(pa.table({"id": ids, "weight": np.ones(len(ids))}), place.folder / "weights.parquet")
        printed = place.huiqi("simulate", *place.on, "--reform", "reform.yaml", "--weights", ".")
        assert printed.status == 1
        assert "totals.weights" in printed.err
        assert said in printed.err
    pq.write_table(pa.table({"id": list("abc"), "weight": [1.0, 2.0, np.nan]}), place.folder / "weights.parquet")
    assert "a weight is no number" in place.huiqi("simulate", *place.on, "--reform", "reform.yaml", "--weights", "weights.parquet").err
    pq.write_table(pa.table({"id": list("abc"), "weight": [1.0, 2.5, 2.0]}), place.folder / "weights.parquet")
    printed = place.huiqi("simulate", *place.on, "--reform", "reform.yaml", "--weights", "weights.parquet")
    assert "counts and sums are estimates" in printed.out
    assert "¥834,000 more" in printed.out  # 2.5 times 300,000 and 2 times 42,000
    assert "no weights can be read" in place.huiqi("simulate", *place.on, "--reform", "reform.yaml", "--weights", "nowhere").err


def test_weights_of_another_registry_are_refused(place: OnPack) -> None:
    """The ids are the same, the registry is not."""
    pq.write_table(pa.table({"id": list("abc"), "weight": [1.0, 2.0, 3.0]}), place.folder / "weights.parquet")
    (place.folder / "weights.json").write_text('{"registry": {"hash": "of another"}}', encoding="utf-8")
    printed = place.huiqi("simulate", *place.on, "--reform", "reform.yaml", "--weights", ".")
    assert printed.status == 1
    assert "the weights were made for another registry" in printed.err


def test_another_pack_may_have_facts_of_its_own(place: OnPack) -> None:
    """q asks for a fact that p does not know: nobody is known to have its measure."""
    shutil.copytree(place.folder / "packs" / "p", place.folder / "packs" / "q")
    for path, old, new in (("pack.yaml", "id: p", "id: q"), ("special/a.yaml", "eligible: listed", "eligible: own_lab")):
        text = (place.folder / "packs" / "q" / path).read_text(encoding="utf-8")
        assert old in text
        (place.folder / "packs" / "q" / path).write_text(text.replace(old, new), encoding="utf-8")
    fact = "subject: enterprise\nfacts:\n  own_lab: {type: flag, label: {en: Own lab, zh: 自有实验室}, question: {en: A lab?, zh: 有实验室吗？}}\n"
    (place.folder / "packs" / "q" / "facts.yaml").write_text(fact, encoding="utf-8")
    printed = place.huiqi("simulate", *place.on, "--other-pack", str(place.folder / "packs" / "q"))
    assert printed.status == 0, printed.err
    assert "Listing" in printed.out


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "say what to compare with"),
        (["--reform", "reform.yaml", "--other-pack", "packs/p"], "leave one of the two out"),
        (["--reform", "nowhere.yaml"], "nowhere.yaml"),
        (["--reform", "reform.yaml", "--out", "registry"], "holds something that is not a simulation of huiqi"),
        (["--other-law-on", "2024-13-01"], "2024-13-01"),
    ],
)
def test_what_it_refuses(place: OnPack, arguments: list[str], said: str) -> None:
    printed = place.huiqi("simulate", *place.on, *arguments)
    assert printed.status != 0
    assert said in printed.err


def test_a_reform_that_cannot_be_read_is_told_where(place: OnPack) -> None:
    (place.folder / "reform.yaml").write_text(REFORM.replace("revenue >= 500万元", "revenu >= 500万元"), encoding="utf-8")
    printed = place.huiqi("simulate", *place.on, "--reform", "reform.yaml")
    assert printed.status == 1
    assert "reform.yaml:6:" in printed.err
    assert "did you mean revenue?" in printed.err


def test_where_only_words_differ_it_says_so(place: OnPack) -> None:
    text = "reform: words\ntitle: {en: W, zh: 词}\npack: p\nchanges:\n  - {in: a-1, set: measures/growing/title/en, to: Growth}\n"
    (place.folder / "reform.yaml").write_text(text, encoding="utf-8")
    assert "no measure can come out otherwise" in place.huiqi("simulate", *place.on, "--reform", "reform.yaml").out


def test_another_day_instead_of_a_reform(place: OnPack) -> None:
    assert "no measure can come out otherwise" in place.huiqi("simulate", *place.on, "--other-law-on", "2024-07-01").out
