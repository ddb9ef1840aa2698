"""Why: an explanation says what the batch says, names what was used, and says what is missing so that it closes."""

from __future__ import annotations

import datetime
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from completions import examples, some
from huiqi.entitlements.due import entitlement
from huiqi.entitlements.explain import Explainer, Explanation, Reason, status_of
from huiqi.entitlements.population import Population
from huiqi.facts.known import Known
from huiqi.facts.registry import open_registry
from huiqi.rules.compile import Rules
from huiqi.rules.tree import Condition, Test
from huiqi.vocabulary.ranges import Pair
from huiqi.vocabulary.speech import Both
from registries import write_registry
from worked import asking, firm, granting, rules

OLD = {"established": "2010-01-01"}


def explained(of: Rules, known: Known, name: str = "m", *, assume_recognised: bool = False) -> Explanation:
    explainer = Explainer(of, known.as_of, assume_recognised)
    return next(one for one in explainer.explain(explainer.known(known)) if one.measure.key == name)


def reason(test: str, **given_: str | dict[int, str]) -> Reason:
    """The reason of a measure's only own test."""
    return explained(asking(f"'{test}'"), firm(**given_)).reasons[-1]


def leaves(reasons: tuple[Reason, ...]) -> Iterator[Reason]:
    for one in reasons:
        yield from leaves(one.parts) if one.parts else (one,)


# ---------------------------------------------------------------- with the batch


@some(30)
@given(examples(), st.booleans())
def test_an_explanation_never_disagrees_with_the_batch(example, assume_recognised):
    explainer = Explainer(example.rules, example.known.as_of, assume_recognised)
    run = explainer.known(example.known)
    for planned, one in zip(explainer.plan.measures, explainer.explain(run), strict=True):
        batch = entitlement(run, planned)
        assert one.status == status_of(Pair(bool(batch.must[0]), bool(batch.may[0])))
        if one.amount is not None:
            assert (one.amount.low, float("inf") if one.amount.high is None else one.amount.high) == (batch.low[0], batch.high[0])
        for slot, leaf in zip(planned.tests, leaves(one.reasons), strict=True):
            truths = run.truths(slot)
            assert leaf.status == status_of(Pair(bool(truths.must.flat[0]), bool(truths.may.flat[0]))), leaf.written


@some(15)
@given(examples())
def test_a_group_follows_from_its_parts(example):
    explainer = Explainer(example.rules, example.known.as_of)
    for one in explainer.explain(explainer.known(example.known)):
        assert one.status == together("all", 0, [r.status for r in one.reasons])
        for condition, found in zip(one.measure.eligible.parts, one.reasons, strict=True):
            check_group(condition, found)


def check_group(condition: Condition, found: Reason) -> None:
    if isinstance(condition, Test):
        assert found.parts == ()
        return
    assert found.status == together(condition.kind, condition.count, [part.status for part in found.parts])
    for inner, part in zip(condition.parts, found.parts, strict=True):
        check_group(inner, part)


def together(kind: str, count: int, statuses: list[str]) -> str:
    """The status of a group by counting those of its parts."""
    yes, may = statuses.count("yes"), len(statuses) - statuses.count("no")
    least = {"all": len(statuses), "any": 1, "none": 1, "at_least": count}[kind]
    status = "yes" if yes >= least else "depends" if may >= least else "no"
    return {"yes": "no", "no": "yes"}.get(status, status) if kind == "none" else status


@some(15)
@given(examples())
def test_everything_is_said_in_both_languages(example):
    explainer = Explainer(example.rules, example.known.as_of)

    def texts(one: Reason) -> Iterator[Both | None]:
        yield from (one.text, one.found, one.gap, one.undefined, one.origin)
        for used in one.facts:
            yield from (used.label, used.value, used.range)
        for part in one.parts:
            yield from texts(part)

    for one in explainer.explain(explainer.known(example.known)):
        for text in (text for found in one.reasons for text in texts(found)):
            assert text is None or (text.en.strip() and text.zh.strip())
        for line in (*(one.amount.lines if one.amount else ()), *one.notes):
            assert line.en.strip()
            assert line.zh.strip()


# ---------------------------------------------------------------- what is missing


@pytest.mark.parametrize(
    ("test", "given_", "en", "zh"),
    [
        ("loan >= 1000万元", {"loan": "900万元"}, "found ¥9,000,000, needed at least ¥10,000,000: ¥1,000,000 more", "现为900万元，要求不低于1,000万元：还差100万元"),
        ("loan <= 5元", {"loan": "8元"}, "found ¥8, needed at most ¥5: ¥3 less", "现为8元，要求不超过5元：超出3元"),
        ("loan > 100元", {"loan": "60元"}, "found ¥60, needed more than ¥100: over ¥40 more", "现为60元，要求超过100元：还差，须超过40元"),
        ("loan > 100元", {"loan": "100元"}, "found ¥100, needed more than ¥100", "现为100元，要求超过100元"),
        ("20元 <= loan < 100元", {"loan": "10元"}, "found ¥10, needed at least ¥20: ¥10 more", "现为10元，要求不低于20元：还差10元"),
        ("20元 <= loan < 100元", {"loan": "120元"}, "found ¥120, needed less than ¥100: over ¥20 less", "现为120元，要求低于100元：须减少超过20元"),
        ("staff >= 300", {**OLD, "staff": "280"}, "found 280 people, needed at least 300 people: 20 people more", "现为280人，要求不低于300人：还差20人"),
        ("stake >= 51%", {"stake": "50.5%"}, "found 50.5%, needed at least 51%: 0.5% more", "现为50.5%，要求不低于51%：还差0.5%"),
        (
            "expense / revenue >= 3%",
            {**OLD, "expense": "2万元", "revenue": "100万元"},
            "found 2%, needed at least 3%: ¥10,000 more of Expense 2023",
            "现为2%，要求不低于3%：2023年研发费用还差1万元",
        ),
        (
            "growth(revenue) >= 25%",
            {**OLD, "revenue": {2023: "110元", 2022: "100元"}},
            "found 10%, needed at least 25%: ¥15 more of Revenue 2023",
            "现为10%，要求不低于25%：2023年营业收入还差15元",
        ),
        (
            "cagr(revenue, 3) >= 25%",
            {**OLD, "revenue": {2023: "100元", 2020: "64元"}},
            "found 16.04% a year, needed 25%: ¥25 more of Revenue 2023",
            "现为年均16.04%，要求25%：2023年营业收入还差25元",
        ),
        (
            "sum(expense, 3) >= 100万元",
            {"established": "2022-03-01", "expense": {2023: "10万元", 2022: "20万元"}},
            "found ¥300,000, needed at least ¥1,000,000: ¥700,000 more",
            "现为30万元，要求不低于100万元：还差70万元",
        ),
        ("years_since(established) >= 3", {"established": "2022-03-01"}, "from 2025-03-01 on", "自2025-03-01起符合"),
        ("years_since(established) > 3", {"established": "2022-03-01"}, "from 2026-03-01 on", "自2026-03-01起符合"),
        ("years_since(established) >= 3", {"established": "2024-02-29"}, "from 2027-02-28 on", "自2027-02-28起符合"),
        ("count(listed, honest) >= 2", {"listed": "true", "honest": "false"}, "found 1, needed at least 2: 1 more", "现为1，要求不低于2：还差1"),
    ],
)  # fmt: skip
def test_what_is_missing(test, given_, en, zh):
    found = reason(test, **given_)
    assert found.status == "no"
    assert found.gap == Both(en, zh)


def test_what_is_missing_of_an_unknown_figure_that_cannot_reach():
    """At most 50 of what is unknown: it takes 50 more at least."""
    found = reason("min(loan, 50元) >= 100元")
    assert found.status == "no"
    assert found.gap.en == "found between ¥0 and ¥50, needed at least ¥100: ¥50 more"


@pytest.mark.parametrize(
    ("test", "given_"),
    [
        ("years_since(established) < 3", {"established": "2010-03-01"}),  # nobody grows younger
        ("established >= 2020-01-01", {"established": "2010-03-01"}),
        ("listed", {"listed": "false"}),
        ("loan = 5元", {"loan": "4元"}),
        ('trade = "make"', {"trade": "sell"}),
        ("cagr(profit, 3) >= 25%", {**OLD, "profit": {2023: "-50元", 2020: "-100元"}}),  # growth out of a loss
        ("years_since(established) >= 9000", {"established": "2010-03-01"}),  # beyond the calendar
    ],
)
def test_what_cannot_be_mended_has_no_gap(test, given_):
    found = reason(test, **given_)
    assert (found.status, found.gap) == ("no", None)


def test_what_holds_or_is_not_known_lacks_nothing():
    assert reason("loan >= 5元", loan="5元").gap is None
    assert reason("loan >= 5元").gap is None


def test_what_must_not_hold_is_not_asked_for():
    """A firm without a loan does not lack a loan under `none`."""
    one = explained(asking("{none: ['loan > 100元']}"), firm(loan="50元"))
    assert [(leaf.status, leaf.gap) for leaf in leaves(one.reasons[-1:])] == [("no", None)]


# ---------------------------------------------------------------- what has no value


@pytest.mark.parametrize(
    ("test", "given_", "en", "zh"),
    [
        (
            "growth(revenue) >= 0%",
            {**OLD, "revenue": {2023: "5元", 2022: "0元"}},
            "Revenue 2022 is 0, so this has no value",
            "2022年营业收入为0，无法计算",
        ),
        (
            "cagr(revenue, 3) >= 0%",
            {**OLD, "revenue": {2023: "5元", 2020: "0元"}},
            "Revenue 2020 is 0, so this has no value",
            "2020年营业收入为0，无法计算",
        ),
        (
            "growth(revenue) >= 0%",
            {"established": "2023-03-01", "revenue": {2023: "5元"}},
            "there is no Revenue 2022: the firm did not exist yet",
            "无2022年营业收入：企业尚未成立",
        ),
        (
            "expense / revenue >= 3%",
            {**OLD, "expense": "3元", "revenue": "0元"},
            "Revenue 2023 is 0, so this has no value",
            "2023年营业收入为0，无法计算",
        ),
        (
            "growth(profit) >= 25%",
            {**OLD, "profit": {2023: "5元", 2022: "-1元"}},
            "Profit 2022 is below 0, so growth over it has no value",
            "2022年利润为负，无法计算增长率",
        ),
        (
            "cagr(profit, 3) >= 25%",
            {**OLD, "profit": {2023: "5元", 2020: "-1元"}},
            "Profit 2020 is below 0, so growth over it has no value",
            "2020年利润为负，无法计算增长率",
        ),
        ("years_since(ended) < 5", {"ended": "none"}, "Ended: never", "终止日期：无"),
        ("exists(ended)", {"ended": "none"}, "Ended: never", "终止日期：无"),
        ("ended > 2020-01-01", {"ended": "none"}, "Ended: never", "终止日期：无"),
        (
            "mean(revenue, 2) >= 5元",
            {"established": "2024-01-01"},
            "there is no Revenue 2023, mean of 2 years: the firm did not exist yet",
            "无2023年营业收入近2年平均：企业尚未成立",
        ),
    ],
)
def test_why_there_is_no_value(test, given_, en, zh):
    found = reason(test, **given_)
    assert (found.status, found.gap, found.undefined) == ("no", None, Both(en, zh))


def test_no_row_of_a_table_fits():
    of = asking(
        "floor <= 300", definitions="definitions:\n  floor: {table: floors.csv, label: {en: Floor, zh: 门槛}}\n", floors="trade,-> x\nmake,300\n"
    )
    assert explained(of, firm(trade="sell")).reasons[-1].undefined == Both("Floor: nothing in the text fits", "门槛：文件中没有相符的一项")


def test_a_young_firm_that_lacks_something_is_not_told_that_it_is_young():
    """Years before its founding add nothing to a sum, and hold nothing against a first time: what is missing is money."""
    young = {"established": "2022-03-01", "expense": {2023: "10元", 2022: "20元"}, "revenue": {2023: "10元", 2022: "20元"}}
    for test in ("sum(expense, 3) >= 100元", "first_reached(revenue, 100元, 3)", "mean(expense, 3) >= 100元"):
        found = reason(test, **young)
        assert found.undefined is None
        assert found.gap is not None


# ---------------------------------------------------------------- the facts used


def test_facts_with_their_values_and_years():
    used = reason("growth(revenue) >= 25%", **OLD, revenue={2023: "110万元"}).facts
    assert [(one.fact, one.year, one.label.zh) for one in used] == [("revenue", 2023, "2023年营业收入"), ("revenue", 2022, "2022年营业收入")]
    assert used[0].value == Both("¥1,100,000", "110万元")
    assert used[1].value is None
    assert used[1].range == Both("¥0 or more", "0元以上")


@pytest.mark.parametrize(
    ("test", "given_", "value"),
    [
        ("listed", {"listed": "true"}, Both("yes", "是")),
        ('trade = "make"', {"trade": "chips"}, Both("Chips", "芯片")),
        ('rank = "make"', {"rank": "none"}, Both("none", "无")),
        ('place within "bj"', {"place": "hz"}, Both("Hangzhou", "杭州")),
        ("established >= 2020-01-01", {"established": "2010-03-01"}, Both("2010-03-01", "2010-03-01")),
        ("years_since(ended) < 3", {"ended": "none"}, Both("never", "无")),
        ("stake >= 5%", {"stake": "12.5%"}, Both("12.5%", "12.5%")),
        ("area >= 5亩", {"area": "12.5亩"}, Both("12.5 mu", "12.5亩")),
        ("staff >= 5", {"staff": "1200"}, Both("1,200 people", "1,200人")),
    ],
)
def test_a_fact_in_words(test, given_, value):
    (used,) = reason(test, **given_).facts
    assert used.value == value


def test_a_year_before_the_firm_is_told_as_such():
    used = reason("growth(revenue) >= 25%", established="2023-03-01", revenue={2023: "110万元"}).facts
    assert used[1].value == Both("the firm did not exist yet", "企业尚未成立")


def test_the_facts_that_decide():
    one = explained(asking("{all: [listed, 'growth(revenue) > 0%']}"), firm(**OLD, revenue={2023: "5元"}))
    assert one.status == "depends"
    assert {(used.fact, used.year) for used in one.deciding} == {("listed", None), ("revenue", 2022)}
    assert explained(asking("listed"), firm(listed="false")).deciding == ()


def test_what_a_side_comes_to():
    assert reason("expense / revenue >= 3%", **OLD, expense="4元", revenue="100元").found == Both(
        "Expense 2023 ÷ Revenue 2023: 4%", "2023年研发费用 ÷ 2023年营业收入：4%"
    )
    assert reason("cagr(revenue, 3) >= 25%", **OLD, revenue={2023: "125元", 2020: "64元"}).found == Both("25% a year", "年均25%")
    assert reason("loan >= 5元", loan="5元").found is None  # a bare fact stands among the facts already


# ---------------------------------------------------------------- amounts


def amount_lines(amount: str, **given_: str | dict[int, str]) -> list[str]:
    found = explained(granting(amount), firm(**given_)).amount
    assert found is not None
    return [line.en for line in found.lines]


def test_how_an_amount_comes_about():
    assert amount_lines("{rate: 10%, of: loan, cap: 50万元, floor: 1万元}", loan="300万元") == [
        "base: Loan, ¥3,000,000",
        "rate: 10%",
        "cap: ¥500,000",
        "floor: ¥10,000",
    ]
    assert amount_lines("unpublished") == ["the text gives a benefit whose figure is not public"]
    assert amount_lines("{up_to: 5万元}") == ["the text sets a ceiling and not the figure"]


def test_an_amount_in_fen():
    one = explained(granting("{rate: 10%, of: loan, cap: 50万元}"), firm(loan="33.33元")).amount
    assert (one.low, one.high, one.currency) == (333, 333, "CNY")
    assert explained(granting("unpublished"), firm()).amount.high is None
    assert explained(granting("5元", eligible="listed"), firm(listed="false")).amount.lines == ()


# ---------------------------------------------------------------- recognitions

STAR = """
measures:
  recognition: {title: {en: Star, zh: 明星}, clause: 一, kind: recognition, gives: star, eligible: loan >= 100元}
  grant: {title: {en: Grant, zh: 奖励}, clause: 二, kind: grant, eligible: star, amount: 5万元}
"""


@pytest.mark.parametrize(
    ("given_", "assume", "status", "note"),
    [
        ({"star": "true", "loan": "0元"}, False, "yes", "Star: taken from the registry"),
        ({"loan": "100元"}, False, "depends", "Star: not in the registry; p/a/recognition@1 says whether it may be granted"),
        ({"loan": "100元"}, True, "yes", "Star: not in the registry; assumed granted where p/a/recognition@1 is met"),
    ],
)
def test_an_explanation_says_whose_word_a_recognition_is(given_, assume, status, note):
    one = explained(rules(STAR), firm(**given_), "grant", assume_recognised=assume)
    assert (one.status, [text.en for text in one.notes]) == (status, [note])


# ---------------------------------------------------------------- a firm of a registry


def test_a_firm_of_a_registry_with_where_its_facts_are_from(tmp_path):
    of = asking("{all: [listed, 'loan >= 5元']}")
    path = write_registry(tmp_path / "r", ["id,place,listed", "a,bj,true", "b,bj,"])
    registry, problems = open_registry(path, of.schemas["enterprise"], of.places)
    assert registry is not None, problems
    explainer = Explainer.of_registry(Population(registry, of, datetime.date(2024, 6, 30)))
    assert explainer.subject("c") is None
    (one,) = explainer.explain(explainer.subject("a"))
    assert (one.subject, one.status) == ("a", "depends")
    listed, loan = (leaf.facts[0] for leaf in leaves(one.reasons[1:]))
    assert listed.provenance is not None
    assert listed.provenance.observed_on == datetime.date(2024, 3, 31)
    assert loan.provenance is None  # no column of the registry


def test_classes_by_rank_are_explained_over_the_whole_registry(tmp_path):
    of = rules("""
scorecards:
  card:
    title: {en: Score, zh: 评分}
    clause: 一
    decimals: 1
    items: {stake: {label: {en: Stake, zh: 持股}, points: stake * 100, max: 100}}
    classes: {A: top 20%, C: rest}
measures:
  m: {title: {en: M, zh: 措施}, clause: 一, kind: service, eligible: 'card.class = "A"'}
""")
    path = write_registry(tmp_path / "r", ["id,place,stake", "a,bj,0.5", "b,bj,0.4", "c,bj,0.3", "d,bj,0.2", "e,bj,0.1"])
    registry, problems = open_registry(path, of.schemas["enterprise"], of.places)
    assert registry is not None, problems
    explainer = Explainer.of_registry(Population(registry, of, datetime.date(2024, 6, 30)))
    assert [explainer.explain(explainer.subject(id))[0].status for id in "abcde"] == ["yes", "no", "no", "no", "no"]
