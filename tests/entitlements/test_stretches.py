"""Stretches of a registry: those in which nobody can have anything are counted, and not evaluated."""

from __future__ import annotations

import datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import arbitrary
from huiqi.entitlements import evaluate as module
from huiqi.entitlements.evaluate import evaluate
from huiqi.entitlements.population import Population
from huiqi.entitlements.run import stretches
from huiqi.entitlements.run.stretches import Evaluator, Wanted
from huiqi.facts.registry import Registry, open_registry
from huiqi.rules.compile import Rules
from registries import write_registry

POLICY = """
measures:
  listed:
    title: {en: Listed firms, zh: 上市企业}
    clause: 第一条
    kind: grant
    eligible:
      all:
        - listed
        - place within "hz"
    amount: 30万元
"""


@pytest.fixture
def rules(tmp_path: Path) -> Rules:
    return arbitrary.rules_of(arbitrary.packs_folder(tmp_path, POLICY))


def registry_of(folder: Path, rules: Rules, places: list[str | None]) -> Registry:
    """Listed firms in row groups of four."""
    write_registry(folder, ["id"])
    (folder / "enterprise.csv").unlink()
    table = pa.table({"id": [f"f{n:02}" for n in range(len(places))], "place": places, "listed": [True] * len(places)})
    pq.write_table(table, folder / "enterprise.parquet", row_group_size=4)
    opened, problems = open_registry(folder, rules.schemas["enterprise"], rules.places)
    assert opened is not None, problems
    return opened


def test_places_in_which_somebody_can_have_a_measure(rules: Rules, tmp_path: Path) -> None:
    """Of whom only the nation or the province is known may be in Hangzhou; who is in Shaoxing is not."""
    population = Population(registry_of(tmp_path / "r", rules, ["bj"]), rules, arbitrary.AS_OF)
    evaluator = Evaluator(population, rules.measures, (), Wanted(frozenset({0}), False, {}, 0))
    assert evaluator.possible() == {"place": {"cn", "zj", "hz", "bj"}}


def test_days_on_which_somebody_can_have_a_measure(tmp_path: Path) -> None:
    """Ten years old at the end of June 2024, and founded in this century."""
    dated = POLICY.replace("- listed\n", "- years_since(established) >= 10\n        - established >= 2001-01-01\n")
    rules = arbitrary.rules_of(arbitrary.packs_folder(tmp_path, dated))
    population = Population(registry_of(tmp_path / "r", rules, ["bj"]), rules, arbitrary.AS_OF)
    evaluator = Evaluator(population, rules.measures, (), Wanted(frozenset({0}), False, {}, 0))
    days = [datetime.date(2001, 1, 1).toordinal(), arbitrary.AS_OF.replace(year=arbitrary.AS_OF.year - 10).toordinal()]
    assert evaluator.possible()["established"] == tuple(map(float, days))


def test_a_stretch_that_is_ruled_out_is_only_counted(rules: Rules, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "STRETCH", 4)
    registry = registry_of(tmp_path / "r", rules, ["sx"] * 4 + ["bj", "sx", None, "sx"] + ["eu"] * 4)
    read: list[int] = []
    block = stretches.Evaluator.block
    monkeypatch.setattr(stretches.Evaluator, "block", lambda self, stretch, numbers: read.append(stretch.start) or block(self, stretch, numbers))
    outcome = evaluate(rules, registry, arbitrary.AS_OF, out=tmp_path / "out")
    tally = outcome.tallies[0]
    assert (tally.yes, tally.depends, tally.no) == (1, 1, 10)
    assert outcome.subjects == 12
    assert outcome.groups["place"].sum() == 12
    assert read == [4]
    assert evaluate(rules, registry, arbitrary.AS_OF).tallies == outcome.tallies


def test_what_is_ruled_out_is_not_told_as_evaluated_anew(rules: Rules, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "STRETCH", 4)
    registry = registry_of(tmp_path / "r", rules, ["sx"] * 4 + ["bj", "sx", None, "sx"])
    first = evaluate(rules, registry, arbitrary.AS_OF, out=tmp_path / "out")
    again = evaluate(rules, registry, arbitrary.AS_OF, out=tmp_path / "out")
    assert (first.parts, first.evaluated, first.reused) == (1, (1,), 0)
    assert (again.parts, again.evaluated, again.reused) == (1, (0,), 1)
