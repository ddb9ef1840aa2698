"""Measures about others than enterprises: persons, villages."""

import datetime

import pytest

import arbitrary
from huiqi.entitlements.evaluate import evaluate
from huiqi.facts.registry import open_registry
from huiqi.rules.cases import run_cases
from huiqi.rules.library import read_library
from huiqi.vocabulary.problem import FaultyInput
from registries import ABOUT
from worked import PACK, SHARED, write

VILLAGE = """
subject: village
facts:
  place: {type: place, label: {en: Place, zh: 所在地}, question: {en: Where, zh: 在哪里}}
  fund: {type: money, label: {en: Village fund, zh: 村级基金}, question: {en: How much, zh: 多少}}
"""
CORE = """
title: {en: Core, zh: 总则}
document: 测试
issuer: {en: Nobody, zh: 无}
first_day: 2020-01-01
source: {kind: illustrative, note: {en: made up, zh: 虚构}}
conditions:
  honest: {test: honest, clause: 一, label: {en: honest, zh: 守信}}
"""
DIVIDEND = """
subject: village
definitions:
  tenth: {value: fund / 10, label: {en: A tenth, zh: 十分之一}}
measures:
  dividend: {title: {en: Dividend, zh: 分红}, clause: 一, kind: grant, eligible: fund > 0元, amount: tenth}
  firm: {title: {en: Firm, zh: 企业}, clause: 二, kind: service, subject: enterprise}
"""
CASE = """
- case: a village with a fund
  subject: village
  as_of: 2024-06-30
  facts: {place: bj, fund: 50元}
  expect: {dividend: {status: yes, amount: 5元}, tenth: 5元}
  from: {en: 50 / 10, zh: 50除以10}
"""


@pytest.fixture
def library(tmp_path):
    files = SHARED | PACK | {
        "facts/village.yaml": VILLAGE,
        "p/core.yaml": CORE,
        "p/special/a.yaml": arbitrary.POLICY.format(policy="a") + DIVIDEND,
        "p/cases/a.yaml": CASE,
    }  # fmt: skip
    found, problems = read_library([write(tmp_path / "packs", files) / "p"])
    assert problems == []
    return found


def test_a_case_may_be_about_a_village(library):
    verdicts, problems = run_cases(library, library.packs)
    assert problems == []
    assert [(verdict.name, verdict.holds) for verdict in verdicts] == [("dividend", True), ("dividend amount", True), ("tenth", True)]


def test_the_shared_conditions_are_about_enterprises(library):
    tests = {m.key: [test.text for test in m.tests] for m in library.rules(datetime.date(2024, 6, 30)).measures}
    assert tests == {"dividend": ['place within "zj"', "fund > 0元"], "firm": ['place within "zj"', "honest"]}


def test_a_registry_of_villages_is_evaluated_for_their_measures(library, tmp_path):
    folder = tmp_path / "registry"
    write(folder, {"registry.yaml": ABOUT, "village.csv": "id,place,fund\nA,bj,100\nB,bj,0\nC,bj,\n"})
    rules = library.rules(datetime.date(2024, 6, 30))
    registry, problems = open_registry(folder, rules.schemas["village"], rules.places)
    assert problems == []
    outcome = evaluate(rules, registry, datetime.date(2024, 6, 30))
    (tally,) = outcome.tallies
    assert (tally.measure.key, tally.yes, tally.depends, tally.no) == ("dividend", 1, 1, 1)
    assert (tally.cost_low, tally.cost_high) == (1000, None)
    with pytest.raises(FaultyInput, match="firm is about the subject enterprise"):
        evaluate(rules, registry, datetime.date(2024, 6, 30), measures=rules.find("firm"))


def test_a_subject_that_does_not_exist_is_told(library):
    from huiqi.rules.cases import read_case

    record = library.packs[0].cases[0]
    _, problems = read_case(record.model_copy(update={"subject": type(record.case)("vilage", record.where)}), library.packs[0], library)
    assert [(problem.code, problem.hint) for problem in problems] == [("facts.subject", "did you mean village?")]


def test_owners_of_enterprises_are_nothing_to_a_registry_of_villages(library, tmp_path):
    grouped = library.packs[0].folder / "special" / "grouped.yaml"
    core = library.packs[0].folder / "core.yaml"
    core.write_text(CORE + "groups: {group: {label: {en: Group, zh: 集团}, clause: 一, linked_above: 50%}}\n", encoding="utf-8")
    text = "measures:\n  big: {title: {en: Big, zh: 大型}, clause: 一, kind: service, eligible: group.sum(staff) > 9人}\n"
    grouped.write_text(arbitrary.POLICY.format(policy="grouped") + text, encoding="utf-8")
    found, _ = read_library([library.packs[0].folder])
    folder = tmp_path / "registry"
    write(folder, {"registry.yaml": ABOUT, "village.csv": "id,place,fund\nA,bj,100\n", "ownership.csv": "owner,owned,share,kind\nA,B,60%,share\n"})
    rules = found.rules(datetime.date(2024, 6, 30))
    registry, _ = open_registry(folder, rules.schemas["village"], rules.places)
    assert [tally.measure.key for tally in evaluate(rules, registry, datetime.date(2024, 6, 30)).tallies] == ["dividend"]
