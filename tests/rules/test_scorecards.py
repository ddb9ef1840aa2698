"""Scorecards: points, a total, sub-minimums, classes by threshold and by rank."""

import pytest

from worked import firm, found, problems_of, rules

OLD = {"established": "2010-01-01"}
CARD = """
scorecards:
  card:
    title: {en: Score, zh: 评分}
    clause: 第六条
    items:
      staff:
        {label: {en: Staff, zh: 人员}, of: staff, bands: {'>= 100': 20, '>= 10': 12.5, else: 0}, max: 20, part: people}
      stake:
        {label: {en: Stake, zh: 持股}, points: stake * 100, max: 30, part: money}
      listed:
        {label: {en: Listed, zh: 上市}, points: count(listed) * 50, max: 50}
    passes_when: [total >= 60, part.people > 0]
    classes: {A: ">= 80", B: ">= 60", C: else}
"""


@pytest.fixture(scope="module")
def of():
    return rules(CARD)


def read(of, part, **given):
    return found(f"card.{part}", firm(**OLD, **given), of)


# ---------------------------------------------------------------- points


def test_items_and_their_total(of):
    given = {"staff": "50", "stake": "7.5%", "listed": "true"}
    assert [read(of, part, **given) for part in ("staff", "stake", "listed", "total")] == ["12.5", "7.5", "50", "70"]


def test_an_item_gives_its_maximum_at_most(of):
    assert read(of, "stake", stake="80%") == "30"
    assert read(of, "total", staff="100", stake="80%", listed="true") == "100"


def test_parts_of_the_total(of):
    given = {"staff": "50", "stake": "7.5%", "listed": "true"}
    assert read(of, "part.people", **given) == "12.5"
    assert read(of, "part.money", **given) == "7.5"


def test_points_that_are_not_known(of):
    assert read(of, "total", staff="50") == "12.5 .. 92.5"
    assert read(of, "staff") == "0 .. 20"


def test_an_item_without_value_leaves_no_total():
    card = (
        "scorecards:\n  card: {title: {en: S, zh: 评}, clause: 一, items: {rd: {label: {en: R, zh: 研}, points: expense / revenue * 100, max: 50}}}\n"
    )
    of = rules(card)
    assert read(of, "total", revenue="100元", expense="3元") == "3"
    assert read(of, "total", revenue="0元", expense="3元") == "none"


def test_totals_are_rounded_half_up_where_decimals_are_said():
    card = "scorecards:\n  card: {title: {en: S, zh: 评}, clause: 一, decimals: 1, items: {rd: {label: {en: R, zh: 研}, points: stake * 100, max: 50}}}\n"
    of = rules(card)
    assert read(of, "total", stake="2.25%") == "2.3"
    assert read(of, "total", stake="2.249%") == "2.2"
    assert read(of, "rd", stake="2.249%") == "2.249"


# ---------------------------------------------------------------- passes


@pytest.mark.parametrize(
    ("given", "answer"),
    [
        ({"staff": "10", "stake": "0%", "listed": "true"}, "yes"),  # 62.5
        ({"staff": "9", "stake": "30%", "listed": "true"}, "no"),  # 80, and no points for people
        ({"staff": "100", "stake": "30%", "listed": "false"}, "no"),  # 50
        ({"staff": "10", "listed": "true"}, "yes"),  # 62.5 to 92.5
        ({"staff": "10", "listed": "false"}, "no"),  # 42.5 at most
        ({"stake": "30%", "listed": "true"}, "depends"),
        ({}, "depends"),
    ],
)
def test_a_total_and_its_sub_minimum(of, given, answer):
    assert read(of, "passes", **given) == answer


def test_a_total_exactly_on_the_threshold(of):
    assert read(of, "passes", staff="10", stake="0%", listed="true") == "yes"
    assert found("card.total >= 62.5", firm(**OLD, staff="10", stake="0%", listed="true"), of) == "yes"
    assert found("card.total > 62.5", firm(**OLD, staff="10", stake="0%", listed="true"), of) == "no"


# ---------------------------------------------------------------- classes


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"staff": "100", "stake": "10%", "listed": "true"}, "A"),  # 80
        ({"staff": "100", "stake": "9.9999%", "listed": "true"}, "B"),  # 79.9999
        ({"staff": "9", "stake": "10%", "listed": "true"}, "B"),  # 60
        ({"staff": "9", "stake": "9.9999%", "listed": "true"}, "C"),
        ({"staff": "100", "listed": "true"}, "A | B"),  # 70 to 100
        ({"staff": "100", "listed": "false"}, "C"),  # 20 to 50
        ({}, "A | B | C"),
    ],
)
def test_classes_by_threshold(of, given, code):
    assert read(of, "class", **given) == code


def test_a_class_is_a_code(of):
    assert found('card.class in ["A", "B"]', firm(**OLD, staff="100", listed="true"), of) == "yes"
    assert found('card.class = "A"', firm(**OLD, staff="100", listed="true"), of) == "depends"


RANKED = """
scorecards:
  card:
    title: {en: Score, zh: 评分}
    clause: 一
    decimals: 2
    items: {stake: {label: {en: Stake, zh: 持股}, points: stake * 100, max: 100}}
    classes: {A: top 20%, B: next 60%, C: rest}
    among: trade
"""


def test_classes_by_rank_are_not_known_of_one_firm_alone():
    assert found("card.class", firm(stake="100%"), rules(RANKED)) == "A | B | C"


def test_a_firm_without_a_total_has_no_class_whoever_the_others_are():
    of = rules(RANKED.replace("points: stake * 100", "points: growth(revenue) * 100"))
    assert found("card.class", firm(established="2023-05-01", revenue={2023: "5元"}), of) == "none"


def test_the_shares_of_classes_by_rank_add_up():
    (rule,) = rules(RANKED).ranks.values()
    assert [str(share) for share in rule.shares] == ["1/5", "4/5"]
    assert list(rule.codes.codes) == ["A", "B", "C"]


# ---------------------------------------------------------------- faults


def card(items="{a: {label: {en: A, zh: 甲}, points: 5, max: 9}}", more=""):
    return f"scorecards:\n  card: {{title: {{en: S, zh: 评}}, clause: 一, items: {items}{more}}}\n"


@pytest.mark.parametrize(
    ("policy", "code"),
    [
        (card(items="{}"), "rules.scorecard"),
        (card(items="{total: {label: {en: A, zh: 甲}, points: 5, max: 9}}"), "rules.scorecard"),
        (card(items="{a: {label: {en: A, zh: 甲}, max: 9}}"), "rules.scorecard"),
        (card(items="{a: {label: {en: A, zh: 甲}, points: 5, of: staff, bands: {else: 0}, max: 9}}"), "rules.scorecard"),
        (card(items="{a: {label: {en: A, zh: 甲}, points: 5元, max: 9}}"), "rules.unit"),
        (card(items="{a: {label: {en: A, zh: 甲}, of: staff, bands: {'> 5': 5元, else: 0}, max: 9}}"), "rules.type"),
        (card(items="{a: {label: {en: A, zh: 甲}, points: 5, max: staff}}"), "rules.constant"),
        (card(more=", passes_when: [part.b > 0]"), "rules.unknown-name"),
        (card(more=", passes_when: [total > 0 and total < 9]"), "rules.hidden-logic"),
        (card(more=", passes_when: [total]"), "rules.type"),
        (card(more=", decimals: 7"), "rules.scorecard"),
        (card(more=", classes: {A: '>= 80', B: '>= 60'}"), "rules.classes"),
        (card(more=", classes: {A: rest, B: rest}"), "rules.classes"),
        (card(more=", classes: {A: top 20%, B: '>= 60', C: rest}"), "rules.classes"),
        (card(more=", decimals: 2, classes: {A: next 20%, C: rest}"), "rules.classes"),
        (card(more=", decimals: 2, classes: {A: top 20%, B: top 20%, C: rest}"), "rules.classes"),
        (card(more=", decimals: 2, classes: {A: top 60%, B: next 50%, C: rest}"), "rules.classes"),
        (card(more=", classes: {A: top 60%, C: rest}"), "rules.classes"),
        (card(more=", decimals: 2, classes: {A: top 60%, C: rest}, among: loan"), "rules.type"),
    ],
)
def test_a_scorecard_that_cannot_be(policy, code):
    assert [p.code for p in problems_of(policy)] == [code]


def test_all_faulty_items_are_told():
    policy = card(items="{a: {label: {en: A, zh: 甲}, points: 5元, max: 9}, b: {label: {en: B, zh: 乙}, points: lone, max: 9}}")
    assert [p.code for p in problems_of(policy)] == ["rules.unit", "rules.unknown-name"]


def test_a_part_that_is_not_there():
    (problem,) = problems_of(CARD + "measures:\n  m: {title: {en: M, zh: 措施}, clause: 一, kind: service, eligible: card.totl >= 5}\n")
    assert (problem.code, problem.hint) == ("rules.scorecard-part", "did you mean total?")
