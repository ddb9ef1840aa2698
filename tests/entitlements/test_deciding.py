"""Which unknown facts keep a measure undecided."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from completions import examples, learned, some, unknown
from huiqi.entitlements.columns import Run, block_of
from huiqi.entitlements.deciding import count_deciding, deciding_facts, facts_behind
from huiqi.entitlements.deciding_one import Resting
from huiqi.entitlements.explain import Explainer
from huiqi.facts.known import Known
from huiqi.rules.compile import Rules
from huiqi.rules.exact import Exactly
from huiqi.rules.plan import make_plan
from worked import asking, firm, rules

OLD = {"established": "2010-01-01"}


def run_of(of: Rules, *known: Known) -> Run:
    plan = make_plan(of, keep=True)
    return Run(plan, block_of(known, [(fact, year) for (_, year), fact in plan.facts.items()])).run()


def deciding(of: Rules, known: Known) -> list[str]:
    """The facts that keep the one measure undecided, `revenue[-1]` for the year before."""
    run = run_of(of, known)
    (planned,) = run.plan.measures
    found = deciding_facts(run, planned)
    return sorted(f"{fact}[{year}]" if year else fact for (fact, year), subjects in found.items() if subjects[0])


# ---------------------------------------------------------------- by hand


@pytest.mark.parametrize(
    ("eligible", "given_", "facts"),
    [
        ("listed", {}, ["listed"]),
        ("listed", {"listed": "true"}, []),
        ("{all: [listed, honest]}", {}, ["honest", "listed"]),
        ("{all: [listed, honest]}", {"listed": "true"}, ["honest"]),
        ("{all: [listed, honest]}", {"listed": "false"}, []),
        ("{any: [listed, honest]}", {"listed": "true"}, []),
        ("{any: [listed, honest]}", {"listed": "false"}, ["honest"]),
        ("{none: [listed, honest]}", {"listed": "true"}, []),
        ("{none: [listed, honest]}", {"listed": "false"}, ["honest"]),
        ("{at_least: 2, of: [listed, honest, star]}", {"listed": "true"}, ["honest", "star"]),
        ("{at_least: 2, of: [listed, honest, star]}", {"listed": "true", "star": "true"}, []),
        ("{all: [listed, {any: [honest, star]}]}", {"honest": "true"}, ["listed"]),
        ("{all: [listed, {any: [honest, star]}]}", {"honest": "false"}, ["listed", "star"]),
        ("{any: [listed, {all: [honest, star]}]}", {"honest": "false"}, ["listed"]),
    ],
)
def test_only_tests_that_can_still_matter_are_asked_about(eligible, given_, facts):
    assert deciding(asking(eligible), firm(**given_)) == facts


@pytest.mark.parametrize(
    ("test", "given_", "facts"),
    [
        ("loan >= 100元", {}, ["loan"]),
        ("loan + expense >= 100元", {"expense": "5元"}, ["loan"]),
        ("loan + expense >= 100元", {"expense": "100元"}, []),
        ("min(loan, expense) >= 100元", {"expense": "200元"}, ["loan"]),
        ("min(loan, expense) >= 100元", {"expense": "50元"}, []),
        ("growth(revenue) >= 5%", {"revenue": {2023: "5元"}}, ["revenue[-1]"]),
        ("cagr(revenue, 3) >= 5%", {}, ["revenue", "revenue[-3]"]),
        ("sum(expense, 3) >= 100元", {"expense": {2022: "5元"}}, ["expense", "expense[-2]"]),
        ("years_since(ended) >= 3", {}, ["ended"]),
        ("trade = rank", {"trade": "sell"}, ["rank"]),
        ("trade in ['make', 'sell']", {"trade": "chips"}, []),
        ('trade = "chips"', {"trade": "make"}, ["trade"]),  # a maker of something: of what is the question
        ('place within "bj"', {"place": "hz"}, ["place"]),  # in Hangzhou: but in which district
        ('place within "bj"', {"place": "sx"}, []),
    ],
)
def test_the_facts_behind_a_test(test, given_, facts):
    assert deciding(asking('"' + test.replace('"', "'") + '"'), firm(**OLD, **given_)) == facts


def test_the_branch_that_is_not_taken_does_not_matter():
    definitions = "definitions:\n  floor: {choose: [{if: listed, then: expense}, {else: revenue}], label: {en: Floor, zh: 门槛}}\n"
    of = asking("loan >= floor", definitions=definitions)
    assert deciding(of, firm(**OLD, listed="true", loan="5元")) == ["expense"]
    assert deciding(of, firm(**OLD, listed="false", loan="5元")) == ["revenue"]
    assert deciding(of, firm(**OLD, loan="5元")) == ["expense", "listed", "revenue"]


def test_the_operand_that_a_minimum_passes_over_does_not_matter():
    """At most 50 is taken of a loan that is surely more."""
    assert deciding(asking("'min(max(loan, 100元), expense) >= 50元'"), firm(**OLD)) == ["expense", "loan"]
    assert deciding(asking("'min(max(loan, 100元), expense) >= 50元'"), firm(**OLD, expense="60元")) == []
    assert deciding(asking("'min(100元 + loan, min(expense, 90元)) >= 50元'"), firm(**OLD)) == ["expense"]


def test_an_operand_that_may_not_exist_matters_even_where_it_is_passed_over():
    """The larger of at most a million and two million is two million: if there is a figure at all."""
    assert deciding(asking("'max(staff[-1], 2000000人) >= 5人'"), firm()) == ["staff[-1]"]
    assert deciding(asking("'min(loan / expense + 5, 1) >= 1'"), firm(**OLD, loan="1元")) == ["expense"]


def test_of_a_recognition_the_grant_itself_is_asked():
    of = rules("""
measures:
  recognition: {title: {en: Star, zh: 明星}, clause: 一, kind: recognition, gives: star, eligible: loan >= 100元}
  grant: {title: {en: Grant, zh: 奖励}, clause: 二, kind: grant, eligible: star, amount: 5万元}
""")
    run = run_of(of, firm())
    assert list(deciding_facts(run, run.plan.measures[1])) == [("star", 0)]


def test_how_many_firms_each_fact_keeps_undecided():
    of = asking("{all: [listed, 'growth(revenue) > 0%']}")
    known = [
        firm(**OLD, listed="true", revenue={2023: "5元"}),
        firm(**OLD, listed="true"),
        firm(**OLD, listed="false"),
        firm(**OLD, revenue={2023: "5元", 2022: "4元"}),
        firm(**OLD, listed="true", revenue={2023: "5元", 2022: "4元"}),
    ]
    run = run_of(of, *known)
    assert count_deciding(run, run.plan.measures[0]) == Counter({"revenue": 2, "listed": 1})


# ---------------------------------------------------------------- always


@some(25)
@given(examples())
def test_who_is_undecided_has_a_fact_to_be_asked_about(example):
    """And who is decided has none."""
    run = run_of(example.rules, example.known)
    for planned in run.plan.measures:
        status = run.truths(planned.status)
        undecided = bool(status.may[0] and not status.must[0]) if status.may.shape else bool(status.may and not status.must)
        assert any(subjects[0] for subjects in deciding_facts(run, planned).values()) == undecided, planned.measure.id


@some(60)
@given(examples())
def test_for_one_subject_the_same_is_found_by_walking_back_once(example):
    run = run_of(example.rules, example.known)
    resting = Resting(run)
    for planned in run.plan.measures:
        assert set(resting.readings([planned.status])) == {reading for reading, subjects in deciding_facts(run, planned).items() if subjects[0]}
        if planned.amount is not None:
            with np.errstate(all="ignore"):
                behind = facts_behind(run, {planned.amount: np.ones(1, bool)})
            assert set(resting.readings([planned.amount])) == {reading for reading, subjects in behind.items() if subjects[0]}


@some(60)
@given(examples(), st.data())
def test_what_is_kept_of_one_subject_is_told_of_another_only_where_the_same_is_known(example, data):
    explainer = Explainer(example.rules, example.known.as_of)
    subjects = [example.known]
    for _ in range(3):
        keys = data.draw(st.lists(st.sampled_from(unknown(subjects[-1])), unique=True, max_size=3)) if unknown(subjects[-1]) else []
        subjects.append(data.draw(learned(subjects[-1], keys)))
    for known in (*subjects, *subjects):
        run = explainer.known(known)
        rests_on, anew = explainer.rests.of(run), Resting(explainer.known(known))
        for number, planned in enumerate(explainer.plan.measures):
            assert set(rests_on(number, True, False)) == set(anew.readings([planned.status]))
            slots = [planned.status, *([planned.amount] if planned.amount is not None else [])]
            assert set(rests_on(number, True, True)) == set(anew.readings(slots))


@some(25)
@given(examples(), st.data())
def test_with_all_deciding_facts_known_the_measure_is_decided(example, data):
    known = example.known
    run = run_of(example.rules, known)
    for planned in run.plan.measures:
        found = [known.key(run.plan.facts[reading], reading[1]) for reading, subjects in deciding_facts(run, planned).items() if subjects[0]]
        told = data.draw(learned(known, found))
        assert Exactly(told).truth(planned.measure.truth).known, (planned.measure.id, found)


@some(25)
@given(examples(), st.data())
def test_a_fact_that_does_not_decide_leaves_the_status_as_it_is(example, data):
    """Apart from the founding day, which says which years there are, and from what a recognition's own measure reads."""
    known = example.known
    assume(("established", None) in known.values and ("star", None) in known.values)
    run = run_of(example.rules, known)
    for planned in run.plan.measures:
        found = {known.key(run.plan.facts[reading], reading[1]) for reading, subjects in deciding_facts(run, planned).items() if subjects[0]}
        idle = [key for key in unknown(known) if key not in found]
        if idle and not Exactly(known).truth(planned.measure.truth).known:
            key = data.draw(st.sampled_from(idle))
            told = data.draw(learned(known, [key]))
            if key[1] is None or known.lived(key[1] - known.as_of.year + 1) == "yes":
                assert not Exactly(told).truth(planned.measure.truth).known, (planned.measure.id, key)


def test_a_coarse_place_is_not_forgotten():
    known = firm(place="hz", listed="true")
    of = asking("{all: [listed, 'place within \"bj\"']}")
    assert deciding(of, known) == ["place"]
    finer = replace(known, values={**known.values, ("place", None): "bj"})
    assert deciding(of, finer) == []
