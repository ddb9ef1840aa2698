"""Several years ahead: growth, thresholds, sunset, instalments and past awards that a person can reckon by hand."""

from __future__ import annotations

import datetime
import tempfile
from collections.abc import Callable
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import arbitrary
from huiqi.facts.registry import Registry, open_registry
from huiqi.revision.reform import read_reform, reformed
from huiqi.revision.simulate import simulate
from huiqi.revision.years.ahead import Ahead, editions_said, years_ahead
from huiqi.revision.years.projected import grown, project
from huiqi.revision.years.scenario import Scenario, read_scenario
from huiqi.revision.years.write import years_json, years_rows
from huiqi.rules.compile import Rules
from huiqi.rules.library import Library, read_library
from huiqi.vocabulary.period import anniversary
from huiqi.vocabulary.problem import Problem
from registries import write_registry

POLICY = """
measures:
  staged: {title: {en: Staged, zh: 分期}, clause: 一, kind: grant, eligible: revenue >= 1000万元, amount: {rate: 10%, of: revenue},
    topics: [growth], pays: [40% in the first year, 30% in the second year, 30% in the third year]}
  waits: {title: {en: Waits, zh: 验收}, clause: 二, kind: grant, eligible: listed, amount: 1万元, pays: [50% in the first year, 50% on acceptance]}
"""
HEAD = "scenario: s\ntitle: {en: S, zh: 情景}\nmade_up: true\n"
TEN = HEAD + "years: 2\ngrowth:\n  - {of: revenue, rate: 10%, source: assumption}\nothers: held\n"
MAIN = ["id,place,listed,trade", "a,bj,false,chips", "b,bj,false,sell"]
YEARS = ["id,year,revenue", "a,2023,10000000", "b,2023,9500000"]
DROP_TO_20 = "reform: draft\ntitle: {en: D, zh: 草案}\npack: p\nchanges:\n  - {in: a-1, set: measures/staged/amount/rate, to: 20%}\n"
YUAN = 100  # fen


Laws = Callable[[int], tuple[Rules, Rules]]


def laws_of(folder: Path, policy: str = POLICY, reform: str = DROP_TO_20, core: str = "") -> Laws:
    library, problems = read_library(["p"], arbitrary.packs_folder(folder, policy, core=core))
    assert library is not None, problems
    path = folder / "draft.yaml"
    path.write_text(reform, encoding="utf-8")
    draft, problems = read_reform(path)
    assert draft is not None, problems
    made, problems = reformed(library, draft)
    assert made is not None, problems
    return ahead_of(library, made)


def ahead_of(before: Library, after: Library) -> Laws:
    return lambda years: (before.rules(anniversary(arbitrary.AS_OF, years)), after.rules(anniversary(arbitrary.AS_OF, years)))


def registry_of(folder: Path, rules: Rules, main: list[str] = MAIN, years: list[str] = YEARS, awards: list[str] | None = None) -> Registry:
    if "place" not in main[0]:
        main = [f"{main[0]},place", *(f"{one},bj" for one in main[1:])]
    write_registry(folder, main, years)
    if awards is not None:
        (folder / "awards.csv").write_text("\n".join(awards) + "\n", encoding="utf-8")
    registry, problems = open_registry(folder, rules.schemas["enterprise"], rules.places)
    assert registry is not None, problems
    return registry


def scenario_of(folder: Path, text: str, registry: Registry) -> tuple[Scenario | None, list[Problem]]:
    path = folder / "scenario.yaml"
    path.write_text(text, encoding="utf-8")
    return read_scenario(path, registry.schema, registry.places)


def ahead(tmp_path: Path, text: str = TEN, laws: Laws | None = None, **registry: Any) -> Ahead:
    laws = laws or laws_of(tmp_path)
    opened = registry_of(tmp_path / "r", laws(0)[0], **registry)
    scenario, problems = scenario_of(tmp_path, text, opened)
    assert scenario is not None, problems
    return years_ahead(laws, opened, arbitrary.AS_OF, scenario)


def row(found: Ahead, year: int, side: str, by: str = "all", of: str = "", case: str = "central") -> tuple[Any, Any]:
    (one,) = (one for one in found.rows if (one.case, one.year, one.side, one.by, one.of) == (case, year, side, by, of))
    return one.committed, one.paid


def sure(yuan: float) -> tuple[int, int]:
    return (round(yuan * YUAN),) * 2


def test_a_threshold_crossed_in_the_second_year_and_awards_paid_in_three(tmp_path: Path) -> None:
    """At 10 % a year a has 1,000, 1,100 and 1,210 wan; b has 950, 1,045 and 1,149.5 wan and comes in with the second year."""
    found = ahead(tmp_path)
    first, second, third = 1_000_000, 1_100_000 + 1_045_000, 1_210_000 + 1_149_500
    assert [row(found, year, "before")[0] for year in (2024, 2025, 2026, 2027, 2028)] == [sure(first), sure(second), sure(third), None, None]
    assert row(found, 2024, "before")[1] == sure(0.4 * first)
    assert row(found, 2025, "before")[1] == sure(0.3 * first + 0.4 * second)
    assert row(found, 2026, "before")[1] == sure(0.3 * first + 0.3 * second + 0.4 * third)
    assert row(found, 2028, "before")[1] == sure(0.3 * third)
    assert row(found, 2026, "after")[1] == sure(2 * (0.3 * first + 0.3 * second + 0.4 * third))
    for by, of in (("topic", "growth"), ("fund", ""), ("measure", "p/a/staged"), ("changed", "")):
        assert row(found, 2025, "after", by, of) == row(found, 2025, "after")


def test_a_text_that_ends_commits_nothing_more_and_is_paid_out(tmp_path: Path) -> None:
    """The policy's last day is in 2025: nothing is granted on 2026-06-30, and what was promised is paid."""
    laws = laws_of(tmp_path, "last_day: 2025-12-31\n" + POLICY)
    found = ahead(tmp_path, laws=laws)
    assert row(found, 2025, "before")[0] == sure(2_145_000)
    assert row(found, 2026, "before") == ((0, 0), sure(0.3 * 1_000_000 + 0.3 * 2_145_000))
    assert [one.en for one in editions_said(found)] == ["Staged: from 2024 edition 1, from 2026 not in force"]


def test_the_first_year_is_the_plain_simulation(tmp_path: Path) -> None:
    laws = laws_of(tmp_path)
    registry = registry_of(tmp_path / "r", laws(0)[0])
    plain = simulate(*laws(0), registry, arbitrary.AS_OF)
    found = ahead(tmp_path, laws=laws)
    assert row(found, 2024, "before")[0] == plain.fates.before
    assert row(found, 2024, "after")[0] == plain.fates.after


def test_a_reform_of_the_instalments_alone(tmp_path: Path) -> None:
    """The same is committed, and paid at once; plain simulation has nothing to compare."""
    reform = DROP_TO_20.replace("staged/amount/rate, to: 20%", "staged/pays, to: [once]")
    found = ahead(tmp_path, laws=laws_of(tmp_path, reform=reform))
    assert row(found, 2025, "before")[0] == row(found, 2025, "after")[0] == sure(2_145_000)
    assert row(found, 2025, "after")[1] == sure(2_145_000)
    assert row(found, 2025, "before")[1] == sure(0.3 * 1_000_000 + 0.4 * 2_145_000)


def test_what_waits_for_a_milestone_is_surely_in_no_year(tmp_path: Path) -> None:
    reform = DROP_TO_20.replace("staged/amount/rate, to: 20%", "waits/amount, to: 2万元")
    found = ahead(tmp_path, HEAD + "years: 1\nothers: held\n", laws_of(tmp_path, reform=reform), main=["id,listed", "a,true", "b,false"])
    assert row(found, 2024, "before") == (sure(10_000), (5_000 * YUAN, 10_000 * YUAN))
    assert row(found, 2025, "before") == (sure(10_000), (5_000 * YUAN, 15_000 * YUAN))  # of two years may wait till then


def test_an_unknown_figure_stays_unknown(tmp_path: Path) -> None:
    found = ahead(tmp_path, years=["id,year,revenue", "a,2023,10000000", "b,2023,"])
    assert row(found, 2025, "before")[0] == (1_100_000 * YUAN, None)


def test_what_is_recorded_for_a_later_year_is_not_projected(tmp_path: Path) -> None:
    """a's 2024 is known: 900 wan are below the bar in 2025, and grow to 990 wan."""
    found = ahead(tmp_path, years=["id,year,revenue", "a,2023,10000000", "a,2024,9000000"], main=["id", "a"])
    assert [row(found, year, "before")[0] for year in (2024, 2025, 2026)] == [sure(1_000_000), sure(0), sure(0)]


def test_growth_by_trade_and_what_is_not_named(tmp_path: Path) -> None:
    """Chips grow by 10 % and all else by nothing; of whom it is only known that it makes something cannot be told."""
    text = HEAD + "years: 1\ngrowth:\n  - {of: revenue, rate: 10%, for: {trade: chips}, source: {en: Office, zh: 统计局}}\nothers: held\n"
    main = ["id,trade", "a,chips", "b,sell", "c,make", "d,"]
    found = ahead(tmp_path, text, main=main, years=["id,year,revenue", *(f"{id},2023,10000000" for id in "abcd")])
    assert row(found, 2025, "before")[0] == (1_100_000 * YUAN + 1_000_000 * YUAN, None)
    assert "Revenue (Chips): +10% a year; source: Office" in [one.en for one in found.assumptions]
    unknown = ahead(tmp_path, text.replace("others: held", "others: unknown"), main=main, years=["id,year,revenue", "a,2023,10000000", "b,2023,1"])
    assert row(unknown, 2025, "before")[0] == (1_100_000 * YUAN, None)


def test_each_case_is_a_run_of_its_own(tmp_path: Path) -> None:
    cases = "cases: {low: {en: low, zh: 低}, high: {en: high, zh: 高}}\n"
    text = HEAD + cases + "years: 1\ngrowth:\n  - {of: revenue, rate: {low: -50%, high: 10%}, source: assumption}\nothers: held\n"
    found = ahead(tmp_path, text)
    assert row(found, 2025, "before", case="low")[0] == (0, 0)
    assert row(found, 2025, "before", case="high")[0] == sure(2_145_000)
    assert [case["case"] for case in years_json(found)["cases"]] == ["low", "high"]
    header, *rows = years_rows(found)
    assert all(len(one) == len(header) for one in rows)


ONCE = """
measures:
  once: {title: {en: Once, zh: 一次}, clause: 一, kind: grant, eligible: {all: [revenue >= 1000万元, 'awards.count("once") < 1']}, amount: 1万元}
"""
MORE = "reform: draft\ntitle: {en: D, zh: 草案}\npack: p\nchanges:\n  - {in: a-1, set: measures/once/amount, to: 2万元}\n"


def test_what_one_year_grants_is_a_past_award_of_the_next(tmp_path: Path) -> None:
    """a is granted in the first year, b when it crosses the bar in the second; c, of which nothing is known, is perhaps granted in any of them."""
    laws, nothing = laws_of(tmp_path, ONCE, MORE), ["id,measure,amount,granted_on"]
    found = ahead(tmp_path, TEN, laws, awards=nothing)
    assert [row(found, year, "after")[0] for year in (2024, 2025, 2026)] == [sure(20_000), sure(20_000), sure(0)]
    held = ahead(tmp_path, TEN + "awards: held\n", laws, awards=nothing)
    assert [row(held, year, "after")[0] for year in (2024, 2025, 2026)] == [sure(20_000), sure(40_000), sure(40_000)]
    assert any("NOT counted" in one.en for one in held.assumptions)
    open_ = ahead(tmp_path, TEN, laws, awards=nothing, main=["id", "c"], years=["id,year,revenue", "c,2023,"])
    assert [row(open_, year, "after")[0] for year in (2024, 2025)] == [(0, 20_000 * YUAN)] * 2


ONLY_ONCE = """
title: {en: Core, zh: 总政策}
document: 测试
issuer: {en: Nobody, zh: 无}
first_day: 2020-01-01
source: {kind: illustrative, note: {en: made up, zh: 虚构}}
cumulation:
  - {once: [staged], clause: 九, label: {en: Once, zh: 一次}}
  - {cap: 12万元, over: [waits], per: three_years, clause: 十, label: {en: In three years, zh: 三年封顶}}
"""


def test_stacking_rules_read_what_former_years_granted(tmp_path: Path) -> None:
    """staged is granted once: to a in 2024, to b in 2025. waits pays 5 wan a year, and 12 in three: 5, 5, 2, and 5 again when 2024 is past."""
    policy = POLICY.replace("amount: 1万元", "amount: 5万元")
    laws = laws_of(tmp_path, policy, DROP_TO_20, ONLY_ONCE)
    main = ["id,listed", "a,true", "b,false"]
    found = ahead(tmp_path, TEN.replace("years: 2", "years: 3"), laws, main=main, awards=["id,measure,amount,granted_on"])
    assert [row(found, year, "before", "measure", "p/a/staged")[0] for year in (2024, 2025, 2026)] == [sure(1_000_000), sure(1_045_000), sure(0)]
    other = laws_of(tmp_path / "other", policy, DROP_TO_20.replace("staged/amount/rate, to: 20%", "waits/amount, to: 6万元"), ONLY_ONCE)
    found = ahead(tmp_path / "other", TEN.replace("years: 2", "years: 3"), other, main=main, awards=["id,measure,amount,granted_on"])
    for side, expected in (("before", (50_000, 50_000, 20_000, 50_000)), ("after", (60_000, 60_000, 0, 60_000))):
        assert [row(found, 2024 + n, side)[0] for n in range(4)] == [sure(one) for one in expected]


def test_without_an_awards_table_nothing_is_known_of_past_awards(tmp_path: Path) -> None:
    found = ahead(tmp_path, TEN, laws_of(tmp_path, ONCE, MORE))
    assert [row(found, year, "after")[0] for year in (2024, 2025)] == [(0, 20_000 * YUAN), (0, 40_000 * YUAN)]


@cache
def both_laws() -> Laws:
    with tempfile.TemporaryDirectory() as name:
        reform = MORE + "  - {in: a-1, set: measures/staged/amount/rate, to: 7%}\n"
        laws = laws_of(Path(name), ONCE + POLICY.partition("measures:\n")[2], reform)
        for years in range(3):
            laws(years)  # the texts are read while they are there
        return laws


@settings(max_examples=15, deadline=None)
@given(
    unknown=st.lists(st.booleans(), min_size=3, max_size=3),
    guesses=st.lists(st.integers(0, 20_000_000), min_size=3, max_size=3),
    rate=st.integers(-30, 40),
)
def test_ranges_hold_for_every_completion(unknown: list[bool], guesses: list[int], rate: int) -> None:
    """What the completed registry comes to lies within what the one with gaps says, in every year and on both sides, past awards among it."""
    text = TEN.replace("10%", f"{rate}%")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        laws, awards = both_laws(), ["id,measure,amount,granted_on"]
        main, ids = ["id", "a", "b", "c"], "abc"
        full = ["id,year,revenue", *(f"{id},2023,{one}" for id, one in zip(ids, guesses, strict=True))]
        gaps = ["id,year,revenue", *(f"{id},2023,{'' if gap else one}" for id, gap, one in zip(ids, unknown, guesses, strict=True))]
        exact = ahead(folder, text, laws, main=main, years=full, awards=awards)
        wide = ahead(folder, text, laws, main=main, years=gaps, awards=awards)
    wider = {(one.year, one.side, one.by, one.of): one for one in wide.rows}
    for one in exact.rows:
        other = wider[one.year, one.side, one.by, one.of]
        for inner, outer in ((one.committed, other.committed), (one.paid, other.paid)):
            if inner is not None and outer is not None:
                assert outer[0] <= inner[0]
                assert outer[1] is None or (inner[1] is not None and inner[1] <= outer[1])


@given(values=st.lists(st.integers(-(2**52), 2**52), min_size=1, max_size=5), percent=st.integers(-99, 300), years=st.integers(1, 5))
def test_figures_grow_exactly(values: list[int], percent: int, years: int) -> None:
    times = (1 + Fraction(percent, 100)) ** years
    fact = arbitrary_profit()
    for value, found in zip(values, grown(np.array(values, float), times, fact).tolist(), strict=True):
        exact = (value * times + Fraction(1, 2)).__floor__()
        assert found == exact if abs(exact) < 2**53 else np.isnan(found)


@cache
def arbitrary_profit() -> Any:
    with tempfile.TemporaryDirectory() as name:
        return arbitrary.small_common(Path(name)).schemas["enterprise"].facts["profit"]


def test_a_figure_ends_where_its_range_does(tmp_path: Path) -> None:
    fact = arbitrary.small_common(tmp_path).schemas["enterprise"].facts["staff"]
    assert grown(np.array([900_000.0, 43.0, 5.0]), Fraction(11, 10), fact).tolist() == [990_000.0, 47.0, 6.0]  # 47.3 and, half up, 5.5
    assert grown(np.array([999_999.0]), Fraction(2), fact).tolist() == [1_000_000.0]


def test_a_projected_registry_is_read_from_anywhere(tmp_path: Path) -> None:
    laws = laws_of(tmp_path)
    registry = registry_of(tmp_path / "r", laws(0)[0])
    scenario, _ = scenario_of(tmp_path, TEN, registry)
    assert scenario is not None
    made = project(registry, scenario, "central", 2023)
    (block,) = made.blocks([("revenue", 2025), ("revenue", 2023), ("staff", 2025)], start=1)
    assert block.ids.to_pylist() == ["b"]
    assert block.columns["revenue", 2025].tolist() == [1_149_500_000.0]
    assert block.columns["revenue", 2023].tolist() == [950_000_000.0]
    assert np.isnan(block.columns["staff", 2025]).all()
    assert made.subjects == 2
    assert made.content_hash == registry.content_hash


def test_the_day_of_later_years(tmp_path: Path) -> None:
    registry = registry_of(tmp_path / "r", laws_of(tmp_path)(0)[0])
    scenario, _ = scenario_of(tmp_path, TEN + "day: 02-29\n", registry)
    assert scenario is not None
    assert [scenario.as_of(arbitrary.AS_OF, n) for n in (0, 1, 4)] == [
        arbitrary.AS_OF,
        datetime.date(2025, 2, 28),
        datetime.date(2028, 2, 29),
    ]


GROWTH = "growth:\n  - {{{0}, source: assumption}}\nothers: held\nyears: 1\n"
BAD = {
    "a fact that does not exist": (GROWTH.format("of: revenu, rate: 1%"), "scenario.fact", 5, "revenue"),
    "a day fact": (GROWTH.format("of: loan, rate: 1%"), "scenario.fact", 5, "only facts of a year"),
    "no fact at all": (GROWTH.format("of: [], rate: 1%"), "scenario.fact", 5, "of: revenue"),
    "a negative number of years": ("others: held\nyears: -1\n", "scenario.years", 5, "from 0 to 20"),
    "too many years": ("others: held\nyears: 21\n", "scenario.years", 5, "from 0 to 20"),
    "a sum of money": (GROWTH.format("of: revenue, rate: 100万元"), "scenario.rate", 5, "a share a year"),
    "a currency": (GROWTH.format("of: revenue, rate: 5 EUR"), "scenario.rate", 5, "a share a year"),
    "a growth that leaves nothing": (GROWTH.format("of: revenue, rate: -100%"), "scenario.rate", 5, "more than -100%"),
    "a list of rates": (GROWTH.format("of: revenue, rate: [1%, 2%]"), "scenario.rate", 5, "each of the cases"),
    "a case that is none": (GROWTH.format("of: revenue, rate: {central: 1%, high: 1%}"), "scenario.case", 5, "cases: central"),
    "an unknown trade": (GROWTH.format("of: revenue, rate: 1%, for: {trade: chip}"), "scenario.group", 5, "chips"),
    "a group by a figure": (GROWTH.format("of: revenue, rate: 1%, for: {loan: 1}"), "scenario.group", 5, "facts that tell"),
    "a group by two facts": (GROWTH.format("of: revenue, rate: 1%, for: {trade: make, place: bj}"), "scenario.group", 5, "name one fact"),
    "no day of a year": ("others: held\nyears: 1\nday: 02-30\n", "scenario.day", 6, "06-30"),
    "no source": ("growth:\n  - {of: revenue, rate: 1%, source: guess}\nothers: held\nyears: 1\n", "scenario.source", 5, "source: assumption"),
    "trades that overlap": (
        "growth:\n  - {of: revenue, rate: 1%, for: {trade: make}, source: assumption}\n"
        "  - {of: revenue, rate: 2%, for: {trade: [sell, chips]}, source: assumption}\nothers: held\nyears: 1\n",
        "scenario.overlap", 6, "line 5",
    ),
    "trades and places": (
        "growth:\n  - {of: revenue, rate: 1%, for: {trade: make}, source: assumption}\n"
        "  - {of: revenue, rate: 2%, for: {place: bj}, source: assumption}\nothers: held\nyears: 1\n",
        "scenario.overlap", 6, "one of the two",
    ),
    "everybody twice": (
        "growth:\n  - {of: revenue, rate: 1%, source: assumption}\n  - {of: [staff, revenue], rate: 2%, source: assumption}\nothers: held\nyears: 1\n",
        "scenario.overlap", 6, "take one out",
    ),
    "no word on the others": ("years: 1\n", "record.missing-key", 1, ""),
}  # fmt: skip


@pytest.mark.parametrize("name", BAD)
def test_what_is_wrong_with_a_scenario_is_told_with_its_place(name: str, tmp_path: Path) -> None:
    text, code, line, hint = BAD[name]
    registry = registry_of(tmp_path / "r", laws_of(tmp_path)(0)[0])
    scenario, problems = scenario_of(tmp_path, HEAD + text, registry)
    assert scenario is None
    (problem,) = problems
    assert problem.code == code
    assert hint in problem.hint
    assert problem.where.line == (line if code.startswith("scenario") else problem.where.line)
    if code == "scenario.years":
        assert problem.where.line == 5


def test_all_problems_are_told_at_once(tmp_path: Path) -> None:
    registry = registry_of(tmp_path / "r", laws_of(tmp_path)(0)[0])
    _, problems = scenario_of(tmp_path, HEAD + "years: x\nday: 6-1\ngrowth:\n  - {of: nothing, rate: much, source: me}\nothers: held\n", registry)
    assert [one.code for one in problems] == ["scenario.years", "scenario.day", "scenario.fact", "scenario.rate", "scenario.source"]
