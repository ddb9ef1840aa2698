"""The tree of atomic tests: all, any, none, at least n; and what stands before a measure's own tests."""

import pytest

from worked import asking, firm, measure, problems_of, rules, status

ANSWERS = {"yes": {"listed": "true"}, "no": {"listed": "false"}, "depends": {}}


def answer(eligible, **given):
    return status(asking(eligible), firm(**given))


# ---------------------------------------------------------------- groups


@pytest.mark.parametrize(
    ("listed", "honest", "all_of", "any_of", "none_of", "at_least_two"),
    [
        ("true", "true", "yes", "yes", "no", "yes"),
        ("true", "false", "no", "yes", "no", "no"),
        ("false", "false", "no", "no", "yes", "no"),
        ("true", "", "depends", "yes", "no", "depends"),
        ("false", "", "no", "depends", "depends", "no"),
        ("", "", "depends", "depends", "depends", "depends"),
    ],
)
def test_groups_of_two_tests(listed, honest, all_of, any_of, none_of, at_least_two):
    given = {"listed": listed, "honest": honest}
    assert answer("{all: [listed, honest]}", **given) == all_of
    assert answer("{any: [listed, honest]}", **given) == any_of
    assert answer("{none: [listed, honest]}", **given) == none_of
    assert answer("{at_least: 2, of: [listed, honest]}", **given) == at_least_two


def test_two_of_three():
    group = "{at_least: 2, of: [listed, honest, 'loan > 0元']}"
    assert answer(group, listed="true", honest="false", loan="1元") == "yes"
    assert answer(group, listed="true", honest="false", loan="0元") == "no"
    assert answer(group, listed="true", honest="false") == "depends"
    assert answer(group, listed="true", loan="1元") == "yes"  # whatever the third is
    assert answer(group, listed="false", honest="false") == "no"


def test_groups_in_groups():
    group = "{all: [listed, {any: ['loan > 100元', {none: [honest]}]}]}"
    assert answer(group, listed="true", loan="0元", honest="false") == "yes"
    assert answer(group, listed="true", loan="0元", honest="true") == "no"
    assert answer(group, listed="true", loan="101元") == "yes"
    assert answer(group, listed="true", loan="0元") == "depends"
    assert answer(group, listed="false") == "no"


def test_a_single_test_needs_no_group():
    assert answer("listed", listed="true") == "yes"


def test_without_tests_everybody_in_the_place_may_have_it():
    of = rules("measures:\n  m: {title: {en: M, zh: 措施}, clause: 一, kind: service}\n")
    assert status(of, firm()) == "yes"
    assert status(of, firm(place="eu")) == "no"
    assert status(of, firm(place="cn")) == "depends"


# ---------------------------------------------------------------- what stands before


CORE = """
title: {en: Core, zh: 总政策}
document: 测试
issuer: {en: Nobody, zh: 无}
first_day: 2020-01-01
source: {kind: illustrative, note: {en: made up, zh: 虚构}}
conditions:
  honest: {test: honest, clause: 第三条, label: {en: Honest, zh: 守信}}
definitions:
  large: {value: loan >= 100元, label: {en: Large, zh: 大额}}
"""


def test_every_measure_shares_the_core_conditions():
    of = rules("measures:\n  m: {title: {en: M, zh: 措施}, clause: 二, kind: service, eligible: large}\n", core=CORE)
    assert status(of, firm(honest="true", loan="100元")) == "yes"
    assert status(of, firm(honest="false", loan="100元")) == "no"
    assert status(of, firm(loan="100元")) == "depends"


def test_each_test_says_which_clause_asks_for_it():
    policy = """
applies_when: [{test: established >= 2020-01-01, clause: 附则}]
measures:
  m:
    title: {en: M, zh: 措施}
    clause: 第二条
    kind: service
    eligible:
      all:
        - listed
        - {test: loan > 0元, clause: 第二条（三）, say: {en: it has a loan, zh: 有贷款}}
        - {any: [honest, star], clause: 第五条, label: {en: good name, zh: 信誉良好}}
"""
    tests = measure(rules(policy, core=CORE)).tests
    assert [(t.origin, t.clause, t.text) for t in tests] == [
        ("place", "", 'place within "zj"'),
        ("edition", "附则", "established >= 2020-01-01"),
        ("core", "第三条", "honest"),
        ("measure", "第二条", "listed"),
        ("measure", "第二条（三）", "loan > 0元"),
        ("measure", "第五条", "honest"),
        ("measure", "第五条", "star"),
    ]
    assert str(tests[0].say.zh) == "位于浙江"
    assert str(tests[4].say.en) == "it has a loan"


# ---------------------------------------------------------------- faults


@pytest.mark.parametrize(
    ("eligible", "code", "hint"),
    [
        ("listed and honest", "rules.hidden-logic", "list the parts as lines under all:"),
        ("listed or honest", "rules.hidden-logic", "list the parts as lines under any:"),
        ("{all: [listed, 'not (listed or honest)']}", "rules.hidden-logic", "list the parts as lines under any:"),
        ("loan", "rules.type", "compare it with something"),
        ("{some: [listed]}", "rules.eligible", "one of all, any, none, at_least"),
        ("{revenue: 1亿元}", "rules.eligible", "an expression that holds `: ` stands in quotes"),
        ("{all: [listed], any: [honest]}", "rules.eligible", "one of all, any, none, at_least"),
        ("{all: []}", "rules.eligible", "write the tests as lines with a dash"),
        ("{all: listed}", "rules.eligible", "write the tests as lines with a dash"),
        ("{at_least: 3, of: [listed, honest]}", "rules.eligible", "of: has 2 tests"),
        ("{at_least: 0, of: [listed]}", "rules.eligible", "of: has one test"),
        ("{at_least: 1}", "rules.eligible", "write the tests as lines with a dash"),
        ("{all: [listed], of: [honest]}", "rules.eligible", "keys here: all, clause, label"),
        ("{test: listed, clauses: 一}", "rules.eligible", "a test has test, clause, say and source"),
        ("{test: [listed]}", "rules.eligible", "a group stands under all:, any: or none:, without test:"),
        ("{test: listed, say: {en: listed}}", "record.missing-language", "add zh: ..."),
        ("[listed]", "rules.eligible", "a list of tests stands under all:"),
    ],
)
def test_a_tree_that_cannot_be(eligible, code, hint):
    problems = problems_of(f"measures:\n  m: {{title: {{en: M, zh: 措施}}, clause: 一, kind: service, eligible: {eligible}}}\n")
    assert [(p.code, p.hint) for p in problems] == [(code, hint)]


def test_every_faulty_line_is_told():
    problems = problems_of(
        "measures:\n  m: {title: {en: M, zh: 措施}, clause: 一, kind: service, eligible: {all: [lissted, {any: ['loan > 5', honst]}]}}\n"
    )
    assert [p.code for p in problems] == ["rules.unknown-name", "rules.unit", "rules.unknown-name"]


def test_a_hidden_or_has_its_column():
    (problem,) = problems_of("measures:\n  m:\n    title: {en: M, zh: 措施}\n    clause: 一\n    kind: service\n    eligible: listed or honest\n")
    assert (problem.where.line, problem.where.column) == (14, 15)
