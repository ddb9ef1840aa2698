"""Simulated reforms against evaluating both laws in full, and against completions of what is unknown."""

from __future__ import annotations

import json
import pickle
from collections import defaultdict
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest

import arbitrary
from huiqi.entitlements.evaluate import evaluate
from huiqi.facts.registry import Registry, open_registry
from huiqi.revision import simulate as module
from huiqi.revision.comparison import LARGEST
from huiqi.revision.reasons import reasons
from huiqi.revision.reform import read_reform, reformed
from huiqi.revision.simulate import Simulation, simulate
from huiqi.revision.touched import touched
from huiqi.revision.write import write_simulation
from huiqi.rules.compile import Rules
from huiqi.rules.library import read_library
from registries import write_registry

POLICY = """
measures:
  a: {title: {en: A, zh: 甲}, clause: 一, kind: grant, eligible: revenue >= 1000万元, amount: {rate: 10%, of: expense, cap: 50万元}}
  b: {title: {en: B, zh: 乙}, clause: 二, kind: grant, eligible: listed, amount: 30万元}
  c: {title: {en: C, zh: 丙}, clause: 三, kind: grant, eligible: staff >= 100, amount: {rate: 3%, of: revenue}}
  d: {title: {en: D, zh: 丁}, clause: 四, kind: rent_aid, eligible: staff >= 10, amount: 10万元}
  e: {title: {en: E, zh: 戊}, clause: 五, kind: recognition, eligible: listed}
"""
CORE = """
title: {en: Core, zh: 总政策}
document: 测试
issuer: {en: Nobody, zh: 无}
first_day: 2020-01-01
source: {kind: illustrative, note: {en: made up, zh: 虚构}}
cumulation:
  - {highest: [a, b], clause: 九, label: {en: The highest, zh: 从高}}
"""
HEAD = "reform: draft\ntitle: {en: Draft, zh: 草案}\npack: p\nchanges:\n"
MAIN = ["id,place,listed", *(f"f{n:02},{('bj', 'sx', 'hz')[n % 3]},{('true', 'false')[n % 2]}" for n in range(40))]
YEARS = ["id,year,revenue,expense,staff", *(f"f{n:02},2023,{1_300_000 * n},{310_000 * n},{7 * n}" for n in range(40))]
CHANGES = {
    "a higher cap": ["{in: a-1, set: measures/a/amount/cap, to: 80万元}"],
    "a lower rate and a lower bar": ["{in: a-1, set: measures/c/amount/rate, to: 2%}", "{in: a-1, set: measures/c/eligible, to: staff >= 50}"],
    "a measure is dropped": ["{in: a-1, drop: measures/d}"],
    "a measure is added": ["{in: a-1, add: measures/f, to: {title: {en: F, zh: 己}, clause: 六, kind: grant, eligible: listed, amount: 5万元}}"],
    "a stacking rule is dropped": ["{in: core, drop: cumulation/1}"],
    "a cap is added": ["{in: core, add: cumulation, to: {cap: 35万元, over: [b, d], clause: 十, label: {en: At most, zh: 封顶}}}"],
    "only words": ["{in: a-1, set: measures/a/title/en, to: Alpha}"],
}


def laws(tmp_path: Path, changes: list[str]) -> tuple[Rules, Rules]:
    library, problems = read_library(["p"], arbitrary.packs_folder(tmp_path, POLICY, core=CORE))
    assert library is not None, problems
    path = tmp_path / "draft.yaml"
    path.write_text(HEAD + "".join(f"  - {change}\n" for change in changes), encoding="utf-8")
    reform, problems = read_reform(path)
    assert reform is not None, problems
    made, problems = reformed(library, reform)
    assert made is not None, problems
    return library.rules(arbitrary.AS_OF), made.rules(arbitrary.AS_OF)


def registry_of(folder: Path, rules: Rules, main: list[str] = MAIN, years: list[str] = YEARS) -> Registry:
    registry, problems = open_registry(write_registry(folder, main, years), rules.schemas["enterprise"], rules.places)
    assert registry is not None, problems
    return registry


def paid(rules: Rules, registry: Registry, out: Path) -> dict[str, int]:
    """What each subject is paid in all, by a full evaluation; all facts are known."""
    evaluate(rules, registry, arbitrary.AS_OF, out=out)
    found: dict[str, int] = defaultdict(int)
    for row in pq.read_table(out / "entitlements.parquet").to_pylist():
        assert row["payable_low"] == row["payable_high"]
        found[row["subject"]] += row["payable_low"]
    return found


def simulated(laws_: tuple[Rules, Rules], registry: Registry) -> Simulation:
    return simulate(*laws_, registry, arbitrary.AS_OF)


@pytest.mark.parametrize("name", CHANGES)
def test_differences_are_those_of_two_full_evaluations(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "STRETCH", 16)
    both = laws(tmp_path, CHANGES[name])
    registry = registry_of(tmp_path / "r", both[0])
    before, after = (paid(rules, registry, tmp_path / side) for rules, side in zip(both, ("before", "after"), strict=True))
    differences = {f"f{n:02}": after[f"f{n:02}"] - before[f"f{n:02}"] for n in range(40)}
    found = simulated(both, registry)
    assert (found.fates.difference[0], found.fates.difference[1]) == (sum(differences.values()),) * 2
    assert found.fates.of("gain") == (sum(one > 0 for one in differences.values()), 0)
    assert found.fates.of("lose") == (sum(one < 0 for one in differences.values()), 0)
    assert found.fates.subjects == 40
    for gain, largest in ((True, found.gains), (False, found.losses)):
        told = {one.subject: one.low for one in largest}
        assert all(one.low == one.high for one in largest)
        expected = {id: one for id, one in differences.items() if (one > 0 if gain else one < 0)}
        assert len(told) == min(len(expected), LARGEST)
        assert all(expected[id] == one for id, one in told.items())
    places = found.by["place"]
    assert sum(fates.subjects for fates in places.values()) == 40
    assert sum(fates.difference[0] or 0 for fates in places.values()) == found.fates.difference[0]


def test_only_what_can_differ_is_evaluated(tmp_path: Path) -> None:
    expected = {
        "a higher cap": ({"a", "b"}, {"a"}),
        "a lower rate and a lower bar": ({"c"}, {"c"}),
        "a measure is dropped": ({"d"}, {"d"}),
        "a measure is added": (set(), set()),
        "a stacking rule is dropped": ({"a", "b"}, {"a", "b"}),
        "a cap is added": ({"a", "b", "d"}, {"b", "d"}),
        "only words": (set(), set()),
    }
    for name, (evaluated, changed) in expected.items():
        before, _ = touched(*laws(tmp_path, CHANGES[name]))
        assert {measure.key for measure in before.measures} == evaluated, name
        assert {before.measures[at].key for at in before.changed} == changed, name


def test_nothing_differs_where_only_words_do(tmp_path: Path) -> None:
    both = laws(tmp_path, CHANGES["only words"])
    found = simulated(both, registry_of(tmp_path / "r", both[0]))
    assert (found.fates.touched, found.fates.difference[0], found.fates.difference[1]) == (0, 0, 0)
    assert not found.gains


def test_who_comes_in_and_who_falls_out(tmp_path: Path) -> None:
    """With 50 instead of 100 staff f08 to f14 come in: 7 firms; without d whoever has 10 and no other measure touched falls out."""
    both = laws(tmp_path, ["{in: a-1, set: measures/c/eligible, to: staff >= 50}"])
    registry = registry_of(tmp_path / "r", both[0])
    assert simulated(both, registry).fates.of("enter") == (7, 0)
    assert simulated(both[::-1], registry).fates.of("leave") == (7, 0)


def test_an_unknown_fact_leaves_a_range_that_holds(tmp_path: Path) -> None:
    """Whatever the unknown revenue is, the difference lies in the range; who cannot have the measure differs by nothing."""
    both = laws(tmp_path, CHANGES["a lower rate and a lower bar"])
    main = ["id,place,listed", "u,bj,true", "n,bj,false"]
    found = simulated(both, registry_of(tmp_path / "u", both[0], main, ["id,year,revenue,expense,staff", "u,2023,,0,60", "n,2023,,0,5"]))
    assert found.fates.touched == 1
    assert found.fates.of("enter") == (1, 0)
    low, high = found.fates.difference[0], found.fates.difference[1]
    assert low == 0
    assert high is None
    for revenue in (0, 10**6, 10**9):
        years = ["id,year,revenue,expense,staff", f"u,2023,{revenue},0,60", "n,2023,1,0,5"]
        one = simulated(both, registry_of(tmp_path / f"k{revenue}", both[0], main, years)).fates
        assert one.difference == (revenue * 2,) * 2  # 2 % of it, in fen


def test_weights_make_a_row_stand_for_several(tmp_path: Path) -> None:
    """With the weight 3 for every subject everything is three times as much."""
    both = laws(tmp_path, CHANGES["a lower rate and a lower bar"])
    registry = registry_of(tmp_path / "r", both[0])
    plain, weighed = simulated(both, registry), simulate(*both, registry, arbitrary.AS_OF, weights=np.full(40, 3.0))
    assert weighed.weighted
    assert not plain.weighted
    assert weighed.fates.subjects == 120
    assert weighed.fates.of("enter") == (3 * plain.fates.of("enter")[0], 0)
    low, high = plain.fates.difference
    assert low is not None
    assert weighed.fates.difference == (3 * low, 3 * high)
    for one, other in zip(plain.measures, weighed.measures, strict=True):
        assert one.after is not None
        assert other.after is not None
        assert other.after[1].payable[0] == 3 * one.after[1].payable[0]


def test_with_the_whole_law_the_measures_that_cannot_differ_are_evaluated_once(tmp_path: Path) -> None:
    both = laws(tmp_path, CHANGES["a lower rate and a lower bar"])
    registry = registry_of(tmp_path / "r", both[0])
    assert not simulated(both, registry).rest
    found = simulate(*both, registry, arbitrary.AS_OF, whole=True)
    assert {measure.key for measure, _ in found.rest} == {"a", "b", "d", "e"}
    costs = {measure.key: tally.payable[0] for measure, tally in found.rest}
    everything = paid(both[0], registry, tmp_path / "all")
    assert sum(costs.values()) + found.fates.before[0] == sum(everything.values())
    assert {measure.key: tally.yes for measure, tally in found.rest}["e"] == 20


def test_subjects_are_grouped_by_tenths_of_revenue(tmp_path: Path) -> None:
    """Forty firms with different revenue: four in each tenth, and those whose revenue is not known apart."""
    both = laws(tmp_path, CHANGES["a lower rate and a lower bar"])
    found = simulated(both, registry_of(tmp_path / "r", both[0]))
    assert [fates.subjects for fates in found.by["tenth"].values()] == [4] * 10
    unknown = [*MAIN, "x,bj,true"], YEARS
    found = simulated(both, registry_of(tmp_path / "x", both[0], *unknown))
    assert found.by["tenth"]["unknown"].subjects == 1
    weights = np.ones(40)
    weights[39] = 40.0  # the firm with the most revenue stands for more than half of 79, and so is in one tenth with those up to it
    found = simulate(*both, registry_of(tmp_path / "w", both[0]), arbitrary.AS_OF, weights=weights)
    assert [fates.subjects for fates in found.by["tenth"].values()] == [8, 8, 8, 8, 47]


def test_the_largest_differences_have_reasons(tmp_path: Path) -> None:
    both = laws(tmp_path, [*CHANGES["a lower rate and a lower bar"], "{in: a-1, drop: measures/d}"])
    found = simulated(both, registry_of(tmp_path / "r", both[0]))
    told = {subject: {change.measure.key: change.text.en for change in changes} for subject, changes in reasons(found).items()}
    assert set(told) == {one.subject for one in (*found.gains, *found.losses)}
    assert told["f14"]["c"] == "C: nothing → ¥364,000 (not met before: Staff 2023 is at least 100 people [98 people])"
    assert told["f39"]["c"] == "C: ¥1,521,000 → ¥1,014,000 (rate: 3% → rate: 2%)"
    assert told["f39"]["d"] == "D: dropped, ¥100,000"
    assert "a" not in told["f39"]


def test_a_simulation_as_files_has_every_figure(tmp_path: Path) -> None:
    both = laws(tmp_path, CHANGES["a lower rate and a lower bar"])
    found = simulated(both, registry_of(tmp_path / "r", both[0]))
    write_simulation(tmp_path / "out", found, reasons(found), {"as_of": "2024-06-30"})
    said = json.loads((tmp_path / "out" / "simulation.json").read_text(encoding="utf-8"))
    assert said["all"]["difference"] == list(found.fates.difference)
    assert said["all"]["enter"] == {"surely": 7, "perhaps": 0}
    assert [one["measure"] for one in said["measures"]] == ["p/a/c"]
    places = (tmp_path / "out" / "by_place.csv").read_text(encoding="utf-8").splitlines()
    assert len(places) == 1 + len(found.by["place"])
    assert sum(int(line.rsplit(",", 2)[1]) for line in places[1:]) == found.fates.difference[0]
    largest = (tmp_path / "out" / "largest.csv").read_text(encoding="utf-8").splitlines()
    assert len(largest) == 1 + len(found.gains) + len(found.losses)


def test_a_definition_that_changes_is_a_reason(tmp_path: Path) -> None:
    """The amount rests on a definition, which rests on another one: the inner one is told, since it is what the reform changes."""
    policy = """
definitions:
  share: {value: 10%, label: {en: Share, zh: 比例}}
  base: {value: expense * share, label: {en: Base, zh: 基数}}
measures:
  a: {title: {en: A, zh: 甲}, clause: 一, kind: grant, eligible: listed, amount: base}
"""
    library, problems = read_library(["p"], arbitrary.packs_folder(tmp_path, policy))
    assert library is not None, problems
    (tmp_path / "draft.yaml").write_text(HEAD + "  - {in: a-1, set: definitions/share/value, to: 15%}\n", encoding="utf-8")
    reform, problems = read_reform(tmp_path / "draft.yaml")
    assert reform is not None, problems
    made, problems = reformed(library, reform)
    assert made is not None, problems
    before, after = library.rules(arbitrary.AS_OF), made.rules(arbitrary.AS_OF)
    found = simulated((pickle.loads(pickle.dumps(before)), after), registry_of(tmp_path / "r", before))
    assert {change.text.en.partition(" (")[2] for changes in reasons(found).values() for change in changes} == {"Share: 10% → 15%)"}
