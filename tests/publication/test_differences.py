"""What changes from one text to another: figures, conditions, amounts, definitions, scorecards, days."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

import arbitrary
from huiqi.publication.differences import Comparison, Difference, compare, compare_all
from huiqi.publication.editions import Edition, Shelf, edition
from huiqi.publication.say_differences import sentence
from huiqi.rules.context import Document
from huiqi.rules.library import packs_folder, read_library
from huiqi.rules.register import policy_name
from huiqi.vocabulary.problem import FaultyInput
from worked import library_of

SOURCE = "source: {kind: copy, note: {en: read, zh: 阅}}"


def text(rest: str, number: int) -> str:
    days = "first_day: 2020-01-01\nlast_day: 2022-12-31" if number == 1 else "first_day: 2023-01-01"
    return f"policy: a\nedition: {number}\ntitle: {{en: Aid, zh: 扶持}}\ndocument: 测试\nissuer: {{en: Nobody, zh: 无}}\n{days}\n{SOURCE}\n{rest}"


def compared(before: str, after: str, **tables: str) -> Comparison:
    """Two editions of one policy."""
    files = {"p/special/a.yaml": text(before, 1), "p/special/b.yaml": text(after, 2)}
    library = library_of(*(files | {f"p/tables/{name}.csv": table for name, table in tables.items()}).items())
    old, new = (edition(document, library) for document in library.documents)
    return compare(old, new)


def measure(eligible: str = "", amount: str = "", more: str = "") -> str:
    return (
        "measures:\n  aid:\n    kind: grant\n    title: {en: Aid, zh: 补助}\n    clause: 第一条\n"
        + (f"    eligible: {eligible}\n" if eligible else "")
        + (f"    amount: {amount}\n" if amount else "")
        + (f"    {more}\n" if more else "")
    )


def changes(before: str, after: str, **tables: str) -> list[Difference]:
    """What changes beside the days of the two editions."""
    return [one for one in compared(before, after, **tables).differences if one.part != "validity"]


def said(before: str, after: str, **tables: str) -> list[str]:
    return [sentence(one).en for one in changes(before, after, **tables)]


def asked(before: str, after: str) -> list[tuple[str, str]]:
    """What changes between two conditions, and to what effect."""
    return [(sentence(one).en, one.effect) for one in changes(measure(before), measure(after))]


def test_the_same_text_has_no_differences() -> None:
    whole = measure("{all: [listed, revenue >= 1000万元]}", "{rate: 10%, of: expense, cap: 50万元}")
    found = compared(whole, whole)
    assert [one.part for one in found.differences] == ["validity", "validity"]
    assert found.unchanged == 4 + 3 + 2 + 3  # the document; the measure; its tests; rate, base and cap


@pytest.mark.parametrize(
    ("before", "after", "words", "effect"),
    [
        ("loan >= 1000万元", "loan >= 2000万元", "the floor of Loan rises from ¥10,000,000 to ¥20,000,000", "stricter"),
        ("loan >= 2000万元", "1000万元 <= loan", "the floor of Loan falls from ¥20,000,000 to ¥10,000,000", "looser"),
        ("loan < 1亿元", "loan < 2亿元", "the ceiling of Loan rises from ¥100,000,000 to ¥200,000,000", "looser"),
        ("loan < 1亿元", "loan <= 1亿元", "Loan changes: is less than ¥100,000,000 → is at most ¥100,000,000", "looser"),
        ("loan >= 5元", "loan > 5元", "Loan changes: is at least ¥5 → is more than ¥5", "stricter"),
        ("1元 <= loan < 5元", "loan >= 1元", "no longer stated: the ceiling of Loan (was ¥5)", "looser"),
        ("loan >= 1元", "1元 <= loan < 5元", "new: the ceiling of Loan, ¥5", "stricter"),
        ("growth(revenue) >= 25%", "growth(revenue) >= 20%", "the floor of growth of Revenue falls from 25% to 20%", "looser"),
        ('"cagr(revenue, 3) >= 25%"', '"cagr(revenue, 3) >= 15%"', "the floor of compound growth of Revenue over 3 years falls from 25% to 15%", "looser"),
        (
            '"each(growth(revenue), 2) >= 25%"',
            '"each(growth(revenue), 2) >= 30%"',
            "the floor of growth of Revenue in each of 2 years rises from 25% to 30%",
            "stricter",
        ),
        ("expense / revenue >= 3%", "expense / revenue >= 5%", "the floor of Expense ÷ Revenue rises from 3% to 5%", "stricter"),
        ('trade = "make"', 'trade in ["make", "sell"]', "the condition changes: Trade is Making → Trade is Making or Selling", "looser"),
        ('trade != "sell"', 'trade not in ["sell", "rest"]', "the condition changes: Trade is none of: Selling → Trade is none of: Selling, Rest", "stricter"),
        ("year_of(established) = 2020", "year_of(established) = 2021", "year of Established rises from 2020 to 2021", ""),
    ],
)  # fmt: skip
def test_one_condition(before: str, after: str, words: str, effect: str) -> None:
    assert asked(before, after) == [(words, effect)]


def test_a_condition_about_another_figure() -> None:
    assert asked("revenue >= 1元", "revenue[-1] >= 1元") == [
        ("no longer asked for: Revenue is at least ¥1", "looser"),
        ("new condition: Revenue one year earlier is at least ¥1", "stricter"),
    ]


def test_conditions_are_paired_whatever_their_order() -> None:
    found = asked("{all: [listed, loan >= 1元, honest]}", "{all: [loan >= 2元, honest, star]}")
    assert found == [
        ("the floor of Loan rises from ¥1 to ¥2", "stricter"),
        ("no longer asked for: Listed", "looser"),
        ("new condition: Star", "stricter"),
    ]


def test_an_alternative_makes_looser() -> None:
    assert asked("listed", "{any: [listed, honest]}") == [("new alternative: Honest", "looser")]
    assert asked("{any: [listed, honest]}", "listed") == [("no longer an alternative: Honest", "stricter")]


def test_under_none_it_is_the_other_way_round() -> None:
    assert asked("{none: [listed]}", "{none: [listed, loan > 5元]}") == [("new exclusion: Loan is more than ¥5", "stricter")]
    assert asked("{none: [loan > 5元]}", "{none: [loan > 9元]}") == [("the floor of Loan rises from ¥5 to ¥9", "looser")]
    assert asked("listed", "{all: [listed, {none: [honest, star]}]}") == [("new exclusion: Honest; Star", "stricter")]


def test_how_many_have_to_hold() -> None:
    parts = "of: [listed, honest, star]"
    assert asked(f"{{at_least: 1, {parts}}}", f"{{at_least: 2, {parts}}}") == [
        ("how many of these have to hold changes: at least 1 of these → at least 2 of these", "stricter")
    ]
    assert [effect for _, effect in asked("{all: [{all: [listed, honest]}]}", "{all: [{any: [listed, honest]}]}")] == ["looser"]


def test_what_moves_is_neither_dropped_nor_added() -> None:
    before = "{any: [{all: [listed, loan > 5元]}, {all: [honest, loan > 5元]}]}"
    after = "{all: [loan > 5元, {any: [listed, honest]}]}"
    found = asked(before, after)
    assert ("moved to another place of the conditions: Loan is more than ¥5", "") in found
    assert not [words for words, _ in found if "Loan" in words and not words.startswith("moved")]


def test_alternatives_are_paired_by_what_they_have_in_common() -> None:
    before = '{any: [{all: [loan < 9元, "cagr(revenue, 3) >= 25%"]}, {all: [loan >= 9元, "cagr(revenue, 3) >= 15%"]}]}'
    after = '{any: [{all: [loan > 9元, "cagr(revenue, 3) >= 15%"]}, {all: [loan <= 9元, "cagr(revenue, 3) >= 25%"]}]}'
    assert asked(before, after) == [
        ("Loan changes: is less than ¥9 → is at most ¥9", "looser"),
        ("Loan changes: is at least ¥9 → is more than ¥9", "stricter"),
    ]


@pytest.mark.parametrize(
    ("before", "after", "words"),
    [
        ("5万元", "8万元", ["the amount rises from ¥50,000 to ¥80,000"]),
        ("{rate: 10%, of: expense, cap: 50万元}", "{rate: 8%, of: expense}", ["the rate falls from 10% to 8%", "no longer stated: the cap (was ¥500,000)"]),
        ("{rate: 10%, of: expense}", "{rate: 10%, of: loan, floor: 1万元}", ["the base changes: Expense → Loan", "new: the least that is paid, ¥10,000"]),
        ("{of: loan, tiers: {0: 10%, 100元: 5%}}", "{of: loan, tiers: {0: 10%, 100元: 6%}}", ["the rate above ¥100 rises from 5% to 6%"]),
        (
            "{of: revenue, ladder: {1亿元: 20万元, 9亿元: 50万元}, pays: highest}",
            "{of: revenue, ladder: {1亿元: 30万元, 8亿元: 50万元}, pays: each}",
            [
                "over several levels changes: the highest is paid → each is paid",
                "the amount on first reaching ¥100,000,000 rises from ¥200,000 to ¥300,000",
                "no longer stated: the amount on first reaching ¥900,000,000 (was ¥500,000)",
                "new: the amount on first reaching ¥800,000,000, ¥500,000",
            ],
        ),
        (
            '{of: revenue, bands: {"< 1亿元": 5万元, else: 9万元}}',
            '{of: revenue, bands: {"< 1亿元": 6万元, else: 9万元}}',
            ["the amount where Revenue is < ¥100,000,000 rises from ¥50,000 to ¥60,000"],
        ),
        ("unpublished", "unpublished", []),
        ("unpublished", "{up_to: 5万元}", ["the amount changes: the text gives a benefit whose figure is not public → up to ¥50,000; the text sets a ceiling and not the figure"]),
        ("{up_to: 5万元}", "{up_to: 4万元}", ["the ceiling falls from ¥50,000 to ¥40,000"]),
        ("", "5万元", ["new: the amount, ¥50,000"]),
    ],
)  # fmt: skip
def test_an_amount(before: str, after: str, words: list[str]) -> None:
    assert said(measure(amount=before), measure(amount=after)) == words


def test_a_table_by_its_rows() -> None:
    head = "trade,-> pay\n"
    before, after = head + "make,5万元\nsell,2万元\n", head + "make,6万元\n,1万元\n"
    found = said(measure(amount="{table: old.csv}"), measure(amount="{table: new.csv}"), old=before, new=after)
    assert found == [
        "the amount for Trade Making changes: ¥50,000 → ¥60,000",
        "no longer stated: the amount for Trade Selling (was ¥20,000)",
        "new: the amount for Trade any, ¥10,000",
    ]


def test_measures_added_dropped_renamed() -> None:
    two = measure() + "  gone: {kind: grant, title: {en: Gone, zh: 停}, clause: 第二条}\n"
    new = measure().replace("  aid:", "  aid-new:").replace("grant", "voucher") + "  more: {kind: grant, title: {en: More, zh: 增}, clause: 第三条}\n"
    found = changes(two, new)
    assert [(one.change, one.part, one.owner.en) for one in found] == [
        ("changed", "measure", "Aid"),
        ("changed", "measure", "Aid"),
        ("dropped", "measure", ""),
        ("added", "measure", ""),
    ]
    assert [sentence(one).en for one in found] == [
        "the name in the pack changes: aid → aid-new",
        "the kind changes: grant → voucher",
        "measure dropped: Gone",
        "new measure: More",
    ]


def test_what_stands_around_a_measure() -> None:
    before = measure(more="pays: [100% on signing]")
    after = measure(more="apply: {mode: automatic, decide_within: 20 days}")
    assert said(before, after) == [
        "no longer stated: the payments (was 100% on signing)",
        "new: how to apply, without application",
        "new: the time promised, 20 days",
    ]


def test_parameters_and_definitions() -> None:
    def defined(forms: str) -> str:
        return f"definitions:\n{forms}"

    label = "label: {en: Share, zh: 比例}"
    assert said(defined(f"  s: {{value: 20%, {label}}}\n"), defined(f"  s: {{value: 15%, {label}}}\n")) == ["Share falls from 20% to 15%"]
    assert said(
        defined(f"  s: {{values: {{2020-01-01: 20%}}, {label}}}\n"), defined(f"  s: {{values: {{2020-01-01: 20%, 2024-01-01: 15%}}, {label}}}\n")
    ) == ["new: Share from 2024-01-01 on, 15%"]
    assert said(defined(f'  s: {{unpublished: [0%, ""], {label}}}\n'), defined(f"  s: {{unpublished: [5%, 90%], {label}}}\n")) == [
        "Share, at least rises from 0% to 5%",
        "new: Share, at most, 90%",
    ]
    bands = f"  s: {{of: revenue, bands: {{'>= 5元': 10, else: 0}}, {label}}}\n"
    assert said(defined(bands), defined(bands.replace("10", "12"))) == ["Share where Revenue is ≥ ¥5 rises from 10 to 12"]
    choose = f"  s: {{choose: [{{if: listed, then: 2}}, {{else: 1}}], {label}}}\n"
    assert said(defined(choose), defined(choose.replace("then: 2", "then: 3"))) == ["Share if Listed rises from 2 to 3"]
    assert said("measures: {}\n", defined(f"  s: {{value: expense / revenue, {label}}}\n")) == ["new definition: Share"]
    assert said(defined(f"  s: {{value: 20%, {label}}}\n"), "measures: {}\n") == ["parameter dropped: Share"]


def test_a_figure_that_becomes_a_parameter() -> None:
    parameter = "definitions:\n  least: {values: {2020-01-01: 3元}, label: {en: Least loan, zh: 最低贷款}}\n"
    found = changes(measure("loan >= 5元"), parameter + measure("loan >= least"))
    assert [(sentence(one).en, one.effect) for one in found] == [
        ("new parameter: Least loan", ""),
        ("the floor of Loan falls from ¥5 to Least loan (¥3)", "looser"),
    ]


def test_scorecards() -> None:
    before = """scorecards:
  card:
    title: {en: Card, zh: 评分}
    clause: 附件
    items:
      effort: {label: {en: Effort, zh: 投入}, of: loan, bands: {">= 5元": 60, else: 0}, max: 60, part: own}
      market: {label: {en: Market, zh: 市场}, points: count(listed) * 40, max: 40}
    passes_when: [total >= 60, part.own > 0]
    classes: {A: ">= 80", B: else}
"""
    after = (
        before.replace("60, else", "50, else")
        .replace("max: 60", "max: 50")
        .replace("total >= 60, part.own > 0", "total >= 70")
        .replace(">= 80", ">= 85")
    )
    assert said(before, after) == [
        "the maximum of Effort falls from 60 to 50",
        "the points for Effort where Loan is ≥ ¥5 falls from 60 to 50",
        "class A changes: ≥ 80 → ≥ 85",
        "the floor of Card: total rises from 60 to 70",
        "no longer asked for: Card: own is more than 0",
    ]


def test_days_source_and_who_falls_under_it() -> None:
    found = compared(measure(), measure() + "applies_when: [listed]\n").differences
    assert [sentence(one).en for one in found] == [
        "the first day changes: 2020-01-01 → 2023-01-01",
        "the last day changes: 2022-12-31 → open",
        "new condition: Listed",
    ]
    assert [sentence(one).zh for one in found] == ["施行之日由“2020-01-01”改为“2023-01-01”", "终止之日由“2022-12-31”改为“未定”", "新增条件：上市"]
    assert found[2].owner.en == "Who falls under the edition"


# ---------------------------------------------------------------- core policies and packs

CORE = f"""title: {{en: The one, zh: 总政策}}
document: 测试
issuer: {{en: Nobody, zh: 无}}
first_day: 2018-01-01
{SOURCE}
aims: [{{en: Growth, zh: 增长}}]
conditions:
  large: {{test: loan >= 5元, clause: 第三条, label: {{en: Large, zh: 大}}}}
cumulation:
  - {{cap: 500万元, over: all, clause: 第九条, label: {{en: A cap, zh: 封顶}}}}
funds:
  money: {{title: {{en: Fund, zh: 资金}}, clause: 第十条, at_least: {{share: 15%, of: {{en: spending, zh: 支出}}}}}}
"""


@pytest.fixture
def two_packs(tmp_path: Path) -> tuple[list[Edition], list[Edition]]:
    """A pack and a draft of it in which a document ends, one is new, and the core policy changes."""
    packs = arbitrary.packs_folder(tmp_path, measure(amount="5万元"), core=CORE)
    (packs / "p" / "special" / "old.yaml").write_text(arbitrary.POLICY.format(policy="old"), encoding="utf-8")
    draft = shutil.copytree(packs, tmp_path / "draft" / "packs")
    (draft / "p" / "special" / "old.yaml").rename(draft / "p" / "special" / "new.yaml")
    for name, before, after in (
        ("special/new", "policy: old", "policy: new"),
        ("special/a", "5万元", "6万元"),
        ("core", "loan >= 5元", "loan >= 6元"),
        ("core", "500万元", "400万元"),
        ("core", "15%", "12%"),
    ):
        path = draft / "p" / f"{name}.yaml"
        path.write_text(path.read_text(encoding="utf-8").replace(before, after), encoding="utf-8")
    return Shelf().find(str(packs / "p")), Shelf().find(str(draft / "p"))


def test_packs_by_their_texts(two_packs: tuple[list[Edition], list[Edition]]) -> None:
    found = compare_all(*two_packs)
    names = [(one.before.name if one.before else None, one.after.name if one.after else None) for one in found]
    assert names == [("core", "core"), ("a-1", "a-1"), ("old-1", None), (None, "new-1")]
    core, aid, *_ = found
    assert [sentence(one).en for one in core.differences] == [
        "the ceiling for all measures falls from ¥5,000,000 to ¥4,000,000",
        "Fund: the least share of spending falls from 15% to 12%",
        "the floor of Loan rises from ¥5 to ¥6",
    ]
    assert [sentence(one).en for one in aid.differences] == ["the amount rises from ¥50,000 to ¥60,000"]


# ---------------------------------------------------------------- names of texts


def test_a_text_by_its_name() -> None:
    assert [one.name for one in Shelf().find("gazelle-2020")] == ["gazelle-2020"]
    assert [one.document.pack for one in Shelf().find("cn-zj-hangzhou-binjiang/gazelle-2020")] == ["cn-zj-hangzhou-binjiang"]
    assert [one.name for one in Shelf().find("2023", like="gazelle-2020")] == ["gazelle-2023"]
    assert len(Shelf().find("cn-zj-hangzhou-binjiang")) > 5


@pytest.mark.parametrize(
    ("name", "code", "hint"),
    [
        ("cn-zj-hangzhou-binjiang/gazele-2020", "edition.unknown", "did you mean gazelle-2020"),
        ("cn-zj-hangzhou-binjiang/nothing", "edition.unknown", "write <policy>-<edition>"),
        ("nowhere/gazelle-2020", "edition.unknown", ""),
    ],
)
def test_a_name_that_means_nothing(name: str, code: str, hint: str) -> None:
    with pytest.raises(FaultyInput) as told:
        Shelf().find(name)
    assert [problem.code for problem in told.value.problems] == [code]
    assert hint in told.value.problems[0].hint


PACKS = sorted(path.parent.name for path in packs_folder().glob("*/pack.yaml"))
SHIPPED, _ = read_library(PACKS)
assert SHIPPED is not None


@pytest.mark.parametrize("document", SHIPPED.documents, ids=[document.name for document in SHIPPED.documents])
def test_a_shipped_text_beside_itself_and_the_one_that_it_replaces(document: Document) -> None:
    """Nothing differs from itself; an edition differs from the one before, and both languages have words for it."""
    new = edition(document, SHIPPED)
    assert compare(new, new).differences == ()
    former = next(
        (one for one in SHIPPED.documents if one.pack == document.pack and policy_name(one) == getattr(document.record, "replaces", None)), None
    )
    if former is not None:
        found = compare(edition(former, SHIPPED), new).differences
        assert found
        assert all(sentence(one).en and sentence(one).zh for one in found)
