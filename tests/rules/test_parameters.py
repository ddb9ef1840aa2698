"""Parameters of a text: figures with the day from which they hold, and figures that are not public."""

import pytest

import arbitrary
from worked import firm, found, problems_of, rules_of
from worked import rules as one

LABEL = "label: {en: D, zh: 参数}"
DATED = f"definitions:\n  share: {{values: {{2020-06-01: 20%, 2023-01-01: 15%}}, {LABEL}}}\n"
PACK = {"p/special/a.yaml": arbitrary.POLICY.format(policy="a") + DATED}


@pytest.mark.parametrize(
    ("law_on", "value"),
    [("2020-05-31", "none"), ("2020-06-01", "0.2"), ("2022-12-31", "0.2"), ("2023-01-01", "0.15"), ("2030-01-01", "0.15")],
)
def test_a_parameter_has_the_figure_of_the_day(law_on, value):
    assert found("share", firm(), rules_of(PACK, law_on)) == value


def test_the_days_may_stand_in_any_order():
    turned = DATED.replace("2020-06-01: 20%, 2023-01-01: 15%", "2023-01-01: 15%, 2020-06-01: 20%")
    assert found("share", firm(), rules_of({"p/special/a.yaml": arbitrary.POLICY.format(policy="a") + turned}, "2022-12-31")) == "0.2"


def test_a_figure_that_is_not_public_is_anything_between_its_ends():
    of = one(f"definitions:\n  rate: {{unpublished: [10%, 30%], {LABEL}}}\n  price: {{unpublished: [0元, ''], {LABEL}}}\n")
    known = firm(established="2010-01-01", revenue="100元")
    assert found("revenue * rate", known, of) == "10 .. 30"
    assert found("rate >= 30%", known, of) == "depends"
    assert found("rate > 30%", known, of) == "no"
    assert found("price", known, of) == "0 .. unbounded"


def test_a_class_by_rank_takes_its_share_from_a_parameter():
    card = """
scorecards:
  card:
    title: {en: C, zh: 评分}
    clause: 一
    decimals: 0
    items: {a: {label: {en: A, zh: 甲}, points: count(listed), max: 1}}
    classes: {A: top share, B: next 30%, C: rest}
"""
    of = rules_of({"p/special/a.yaml": arbitrary.POLICY.format(policy="a") + DATED + card})
    (rule,) = of.ranks.values()
    assert [float(share) for share in rule.shares] == [0.15, 0.45]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("values: {}", "rules.definition"),
        ("values: {2020-01-01: 20%, 2021-01-01: 5元}", "rules.unit"),
        ("values: {2020-01-01: revenue}", "rules.constant"),
        ("unpublished: [10%]", "rules.definition"),
        ("unpublished: ['', 10%]", "rules.definition"),
        ("unpublished: [30%, 10%]", "rules.definition"),
        ("unpublished: [0元, 10%]", "rules.unit"),
        ("unpublished: [revenue, '']", "rules.constant"),
        ("value: 1, values: {2020-01-01: 20%}", "rules.definition"),
    ],
)
def test_faulty_parameters_are_told(text, code):
    problems = problems_of(f"definitions:\n  p: {{{text}, {LABEL}}}\n")
    assert [problem.code for problem in problems] == [code]
    assert problems[0].hint


def test_the_day_of_a_figure_is_a_day(tmp_path):
    from huiqi.rules.pack import read_pack
    from worked import PACK as EMPTY
    from worked import common, write

    text = arbitrary.POLICY.format(policy="a") + f"definitions:\n  p: {{values: {{2020: 20%}}, {LABEL}}}\n"
    _, problems = read_pack(write(tmp_path, EMPTY | {"p/special/a.yaml": text}) / "p", common())
    assert [problem.code for problem in problems] == ["record.value"]
    assert "2020 is not a date; write 2024-06-30" in problems[0].message
