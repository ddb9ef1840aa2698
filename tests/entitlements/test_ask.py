"""What to ask a firm next: the unknown fact whose answer settles most."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

import arbitrary
from completions import examples, learned, some
from huiqi.entitlements.ask import Question, ask
from huiqi.entitlements.explain import Explainer
from huiqi.entitlements.population import Population
from huiqi.facts.known import Known
from huiqi.facts.registry import open_registry
from huiqi.rules.compile import Rules
from huiqi.rules.exact import Exactly
from huiqi.vocabulary.speech import Both
from registries import write_registry
from worked import asking, firm, rules

OLD = {"established": "2010-01-01"}


def asked(of: Rules, known: Known) -> list[Question]:
    explainer = Explainer(of, known.as_of)
    return ask(explainer, explainer.known(known))


def grants(**eligible_and_amount: tuple[str, str]) -> Rules:
    """Grants by name, each with its tests and its amount."""
    lines = [
        f"  {key}: {{title: {{en: M, zh: 措施}}, clause: 一, kind: grant, eligible: {test}, amount: {amount}}}"
        for key, (test, amount) in eligible_and_amount.items()
    ]
    return rules("measures:\n" + "\n".join(lines) + "\n")


# ---------------------------------------------------------------- by hand


def test_the_question_that_settles_most_money_comes_first():
    """100 yuan hang on whether it is listed, 5 on whether it is honest."""
    listed, honest = asked(grants(a=("honest", "5元"), b=("listed", "100元")), firm())
    assert [(q.fact.id, q.money, q.measures) for q in (listed, honest)] == [("listed", 10_000, 1.0), ("honest", 500, 1.0)]
    assert [m.key for m in listed.opens] == ["b"]


def test_one_answer_for_two_measures_comes_before_one_for_one():
    of = grants(a=("listed", "unpublished"), b=("honest", "unpublished"), c=("honest", "unpublished"))
    assert [(q.fact.id, q.measures, q.money) for q in asked(of, firm())] == [("honest", 2.0, 0), ("listed", 1.0, 0)]


def test_an_answer_that_settles_only_where_it_is_no():
    """Of a firm that must be listed and honest either `no` settles it, neither `yes` does."""
    questions = asked(asking("{all: [listed, honest]}"), firm())
    assert [(q.fact.id, q.measures) for q in questions] == [("honest", 0.5), ("listed", 0.5)]
    (question,) = asked(asking("{all: [listed, honest]}"), firm(listed="true"))
    assert (question.fact.id, question.measures) == ("honest", 1.0)


def test_sample_answers_stand_on_both_sides_of_what_the_rules_ask_for():
    """At 100, just below, at nothing and at twice as much: each decides the status, and leaves no width of the 50 at most."""
    (question,) = asked(grants(a=("loan >= 100元", "{rate: 10%, of: loan, cap: 50元}")), firm())
    assert (question.fact.id, question.measures) == ("loan", 1.0)
    assert question.money == 5_000


def test_a_date_is_asked_around_its_anniversaries():
    (question,) = asked(asking("years_since(established) >= 3"), firm())
    assert (question.fact.id, question.measures) == ("established", 1.0)


def test_a_question_says_its_year():
    (question,) = asked(asking("growth(revenue) >= 25%"), firm(**OLD, revenue={2023: "5元"}))
    assert (question.fact.id, question.year) == ("revenue", 2022)
    assert question.text == Both("How much in 2022", "2022年多少")


def test_a_question_about_a_day_fact_has_no_year():
    (question,) = asked(asking("listed"), firm())
    assert (question.year, question.text) == (None, Both("Is it", "是否"))


def test_nothing_is_asked_of_which_all_is_known():
    assert asked(grants(a=("listed", "{rate: 10%, of: loan}")), firm(listed="true", loan="5元")) == []


def test_nothing_is_asked_that_no_longer_matters():
    assert asked(grants(a=("{all: [listed, honest]}", "{rate: 10%, of: loan}")), firm(listed="false")) == []


def test_the_amount_is_asked_about_where_the_status_is_decided():
    """No sample answer leaves a width: each fixes the amount, up to the cap."""
    (question,) = asked(grants(a=("listed", "{rate: 10%, of: loan, cap: 100元}")), firm(listed="true"))
    assert (question.fact.id, question.measures, question.money) == ("loan", 0.0, 10_000)


def test_the_grant_of_a_recognition_is_asked_before_what_it_would_take():
    of = rules("""
measures:
  recognition: {title: {en: Star, zh: 明星}, clause: 一, kind: recognition, gives: star, eligible: loan >= 100元}
  grant: {title: {en: Grant, zh: 奖励}, clause: 二, kind: grant, eligible: star, amount: 5万元}
""")
    assert [(q.fact.id, [m.key for m in q.opens]) for q in asked(of, firm())] == [("star", ["grant"]), ("loan", ["recognition"])]


def test_where_only_the_city_is_known_the_district_is_asked():
    questions = asked(asking("{all: [listed, 'place within \"bj\"']}"), firm(place="hz", listed="true"))
    assert [q.fact.id for q in questions] == ["place"]


def test_questions_for_a_firm_of_a_registry(tmp_path):
    of = grants(a=("{all: [listed, 'loan >= 5元']}", "5元"))
    registry, problems = open_registry(write_registry(tmp_path / "r", ["id,place,listed", "a,bj,true", "b,bj,"]), of.schemas["enterprise"], of.places)
    assert registry is not None, problems
    explainer = Explainer.of_registry(Population(registry, of, arbitrary.AS_OF))
    assert [q.fact.id for q in ask(explainer, explainer.subject("a"))] == ["loan"]
    assert [q.fact.id for q in ask(explainer, explainer.subject("b"))] == ["listed", "loan"]


# ---------------------------------------------------------------- always


@some(10)
@given(examples(), st.data())
def test_answering_the_first_question_each_time_leads_to_an_end(example, data):
    """Every question is about something that is not known to the last code, none comes twice, and in the end all is decided."""
    known, explainer, seen = example.known, Explainer(example.rules, example.known.as_of), set()
    while questions := ask(explainer, explainer.known(known)):
        first = questions[0]
        key = (first.fact.id, first.year)
        assert key not in seen
        seen.add(key)
        open_ = [m for m in example.rules.measures if not Exactly(known).truth(m.truth).known]
        assert all(0 <= q.measures <= len(open_) and q.money >= 0 and q.opens for q in questions)
        known = data.draw(learned(known, [key]))
    assert all(Exactly(known).truth(measure.truth).known for measure in example.rules.measures)
