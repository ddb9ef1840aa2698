"""`group.sum(x)` and `group.count`: a subject with its related enterprises, in the exact evaluator, in cases and in the column engine."""

import datetime

import pytest

import arbitrary
from huiqi.entitlements.evaluate import evaluate
from huiqi.entitlements.explain import Explainer
from huiqi.entitlements.population import Population
from huiqi.facts.registry import open_registry
from huiqi.rules.cases import run_cases
from registries import write_registry
from worked import fault, library_of, line, rules

CORE = """
title: {en: Core, zh: 总则}
document: 测试
issuer: {en: Nobody, zh: 无}
first_day: 2020-01-01
source: {kind: illustrative, note: {en: made up, zh: 虚构}}
groups:
  group: {label: {en: Group, zh: 集团}, clause: 一, linked_above: 50%, partner_from: 25%}
  undertaking: {label: {en: Undertaking, zh: 单一企业}, clause: 二, linked_above: 50%}
"""
SMALL = """
definitions:
  group_staff: {value: group.sum(staff), label: {en: Staff of the group, zh: 集团从业人员}}
  linked_profit: {value: undertaking.sum(profit), label: {en: Profit of all, zh: 合并利润}}
  size: {value: group.count, label: {en: Linked enterprises, zh: 关联企业数}}
measures:
  small: {title: {en: Small, zh: 小型}, clause: 一, kind: service, eligible: group.sum(staff) < 250}
  grant: {title: {en: Grant, zh: 补助}, clause: 二, kind: grant, eligible: group.sum(staff) < 250, amount: {rate: 1%, of: group.sum(revenue)}}
"""


def verdicts(case):
    files = {
        "p/core.yaml": CORE,
        "p/special/a.yaml": arbitrary.POLICY.format(policy="a") + SMALL,
        "p/cases/a.yaml": case,
    }
    library = library_of(*files.items())
    found, problems = run_cases(library, library.packs)
    assert not problems
    return {verdict.name: verdict.found for verdict in found}


CASE = """
- case: made up
  as_of: 2024-06-30
  facts: {{place: bj, established: 2010-01-01, staff: 100, profit: 5元}}
  {more}
  expect: {{small: yes, group_staff: 0, linked_profit: 0元, size: 0}}
  from: {{en: made up, zh: 虚构}}
"""


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ("", {"small": "depends", "group_staff": "100 .. unbounded", "linked_profit": "-unbounded .. unbounded", "size": "1 .. unbounded"}),
        ("ownership: []", {"small": "yes", "group_staff": "100", "linked_profit": "5", "size": "1"}),
        ("others: {B: {staff: 400}}", {"small": "yes", "group_staff": "100", "linked_profit": "5", "size": "1"}),
        (
            "{others: {B: {staff: 400, profit: -7元}}, ownership: [{owner: B, owned: self, share: 30%}]}",
            {"small": "yes", "group_staff": "220", "linked_profit": "5", "size": "1"},
        ),
        (
            "{others: {B: {staff: 400, profit: -7元}}, ownership: [{owner: B, owned: self, share: 60%}]}",
            {"small": "no", "group_staff": "500", "linked_profit": "-2", "size": "2"},
        ),
        (
            "{others: {B: {staff: 400}}, ownership: [{owner: B, owned: self}]}",
            {"small": "depends", "group_staff": "100 .. 500", "linked_profit": "-unbounded .. unbounded", "size": "1 .. 2"},
        ),
        (
            "{others: {B: {}}, ownership: [{owner: self, owned: B, share: 25%}]}",
            {"small": "depends", "group_staff": "100 .. 250,100", "linked_profit": "5", "size": "1"},
        ),
    ],
)
def test_a_case_counts_related_enterprises(more, expected):
    more = more.strip("{}") if more.startswith("{others") else more
    parts = more.replace("]}", "]").replace(", ownership:", "\n  ownership:")
    assert verdicts(CASE.format(more=parts)) == expected


def test_only_a_fact_that_is_a_figure_is_summed():
    of = rules(SMALL, core=CORE)
    assert line("group.sum(revenue[-1]) + 1元", of).type.kind == "figure"
    for text in ("group.sum(staff * 2)", "group.sum(listed)", "group.sum(established)"):
        assert fault(text, of).code == "rules.group"
    assert fault("group.sum(staff, 2)", of).code == "rules.function"
    assert fault("groups.sum(staff)", of).code == "rules.unknown-function"


MAIN = ["id,place,established", *(f"{id},bj,2010-01-01" for id in "ABCDEF")]
YEARS = ["id,year,staff,revenue", "A,2023,100,1000000", "B,2023,149,2000000.01", "C,2023,150,1", "D,2023,,5", "E,2023,10,", "F,2023,600,0"]
OWNERS = ["owner,owned,share,kind", "A,B,60%,share", "B,A,30%,share", "C,A,33.3333%,share", "D,C,,share", "X,E,40%,share"]


def test_the_column_engine_says_what_the_exact_evaluator_says(tmp_path):
    of = rules(SMALL, core=CORE)
    folder = write_registry(tmp_path / "registry", MAIN, YEARS)
    (folder / "ownership.csv").write_text("\n".join(OWNERS) + "\n", encoding="utf-8")
    registry, problems = open_registry(folder, of.schemas["enterprise"], of.places)
    assert problems == []
    day = datetime.date(2024, 6, 30)
    outcome = evaluate(of, registry, day, values=["group_staff", "size"])
    explainer = Explainer.of_registry(Population(registry, of, day))
    found = {id: {e.measure.key: e.status for e in explainer.explain(explainer.subject(id))} for id in "ABCDEF"}
    # A and B are linked, C is their partner for a third: 249 + 50 of C's 150; D may hold C, so that it may be linked to it; X is not registered
    assert {id: status["small"] for id, status in found.items()} == {
        "A": "no", "B": "no", "C": "depends", "D": "depends", "E": "depends", "F": "no",
    }  # fmt: skip
    assert outcome.values["size"] == {"2": 2, "1..2": 2, "1": 2}
    small = next(tally for tally in outcome.tallies if tally.measure.key == "small")
    assert (small.yes, small.depends, small.no) == (0, 3, 3)


def test_without_a_table_of_owners_the_group_is_unknown(tmp_path):
    of = rules(SMALL, core=CORE)
    folder = write_registry(tmp_path / "registry", MAIN, YEARS)
    registry, _ = open_registry(folder, of.schemas["enterprise"], of.places)
    outcome = evaluate(of, registry, datetime.date(2024, 6, 30))
    small = next(tally for tally in outcome.tallies if tally.measure.key == "small")
    assert (small.yes, small.depends, small.no) == (0, 5, 1)  # F alone has 600


def test_an_explanation_names_whom_a_firm_is_counted_with(tmp_path):
    of = rules(SMALL, core=CORE)
    folder = write_registry(tmp_path / "registry", MAIN, YEARS)
    (folder / "ownership.csv").write_text("\n".join(OWNERS) + "\n", encoding="utf-8")
    registry, _ = open_registry(folder, of.schemas["enterprise"], of.places)
    explainer = Explainer.of_registry(Population(registry, of, datetime.date(2024, 6, 30)))
    notes = {id: explainer.explain(explainer.subject(id))[0].notes[0] for id in "ABF"}
    assert (
        notes["B"].en == "Group: counted with A in full; C at 33.33%; D at 0% to 33.33%, as its share is not known (ownership table of the registry)"
    )
    assert notes["A"].zh == "集团：合并计算B（全额）；C（按33.33%）；D（按0%至33.33%，持股比例未知）（据登记库股权表）"
    assert notes["F"].en == "Group: counted with nobody (ownership table of the registry)"
