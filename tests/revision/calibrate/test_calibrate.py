"""Calibrated figures against evaluating every value of the grid in full, and by hand on 40 made-up firms."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import arbitrary
from huiqi.entitlements.evaluate import evaluate
from huiqi.facts.registry import Registry, open_registry
from huiqi.revision.calibrate.figure import amount_of_money, find_figure, grid_of, with_value
from huiqi.revision.calibrate.search import Answer, Calibration, Goal, calibrate
from huiqi.revision.calibrate.write import write_calibration
from huiqi.revision.reform import read_reform, reformed
from huiqi.rules.library import Library, read_library
from huiqi.vocabulary.problem import FaultyInput
from registries import write_registry

POLICY = """
definitions:
  bar: {values: {2020-01-01: 2000万元}, clause: 零, label: {en: The bar, zh: 门槛}}
measures:
  a: {title: {en: A, zh: 甲}, clause: 一, kind: grant, eligible: revenue >= 1000万元, amount: {rate: 10%, of: expense, cap: 50万元}}
  b: {title: {en: B, zh: 乙}, clause: 二, kind: grant, eligible: {all: [listed, revenue >= bar]}, amount: 30万元}
  c:
    {title: {en: C, zh: 丙}, clause: 三, kind: grant, eligible: {all: [500万元 <= revenue < 3000万元]}, amount: 10万元}
  d: {title: {en: D, zh: 丁}, clause: 四, kind: grant, eligible: staff >= 100, amount: 20万元}
  e: {title: {en: E, zh: 戊}, clause: 五, kind: grant, eligible: listed, amount: {rate: 1%, of: revenue, cap: 10万元}}
"""
CORE = """
title: {en: Core, zh: 总政策}
document: 测试
issuer: {en: Nobody, zh: 无}
first_day: 2020-01-01
source: {kind: illustrative, note: {en: made up, zh: 虚构}}
cumulation:
  - {exclusive: [b, e], keep: first, clause: 九, label: {en: The first, zh: 从先}}
"""
MAIN = ["id,place,listed", *(f"f{n:02},bj,{('true', 'false')[n % 2]}" for n in range(40))]
YEARS = ["id,year,revenue,expense,staff", *(f"f{n:02},2023,{1_000_000 * n},{100_000 * n},{7 * n}" for n in range(40))]


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Library:
    found, problems = read_library(["p"], arbitrary.packs_folder(tmp_path_factory.mktemp("packs"), POLICY, core=CORE))
    assert found is not None, problems
    return found


def registry_of(folder: Path, library: Library, main: list[str] = MAIN, years: list[str] = YEARS) -> Registry:
    rules = library.rules(arbitrary.AS_OF)
    registry, problems = open_registry(write_registry(folder, main, years), rules.schemas["enterprise"], rules.places)
    assert registry is not None, problems
    return registry


@pytest.fixture(scope="module")
def registry(library: Library, tmp_path_factory: pytest.TempPathFactory) -> Registry:
    return registry_of(tmp_path_factory.mktemp("registry"), library)


def found(library: Library, registry: Registry, path: str, grid: tuple[str, str, str], goal: Goal, vary: str | None = None) -> Calibration:
    figure = find_figure(library, "a-1", path, vary)
    return calibrate(library, figure, grid_of(figure, *grid), goal, registry, arbitrary.AS_OF)


def value(found: Calibration, answer: Answer) -> str | None:
    return None if answer.at is None else found.grid[answer.at]


def test_a_cap_spends_exactly_a_budget(library: Library, registry: Registry) -> None:
    """Firms 10 to 39 get a tenth of 1 to 3.9 million, capped: below 100,000 nobody is under the cap, so 30 firms get the cap each."""
    one = found(library, registry, "measures/a/amount/cap", ("1万元", "50万元", "1万元"), Goal("budget", 150_000_000))
    assert one.course == "proved"
    assert value(one, one.surely) == value(one, one.perhaps) == "5万元"
    assert one.points[one.surely.at or 0].cost == (150_000_000, 150_000_000)
    assert one.surely.crossings == ((4, 5),)
    assert len(one.points) < 50


def test_a_cap_that_binds_nobody_is_told(library: Library, registry: Registry) -> None:
    """The largest tenth is 390,000: any cap from there on costs what no cap costs, 10,000 x (10 + ... + 39) = 7.35 million."""
    one = found(library, registry, "measures/a/amount/cap", ("10万元", "50万元", "5万元"), Goal("budget", 10**10))
    assert value(one, one.surely) == "50万元"
    assert one.surely.same is not None
    assert [one.grid[at] for at in one.surely.same] == ["40万元", "50万元"]
    assert one.points[one.surely.at or 0].cost == (735_000_000, 735_000_000)


def test_a_budget_that_is_too_small_says_what_both_ends_cost(library: Library, registry: Registry) -> None:
    one = found(library, registry, "measures/a/amount/cap", ("10万元", "50万元", "5万元"), Goal("budget", 100))
    assert one.surely.at is one.perhaps.at is None
    assert (one.points[0].cost[0], one.points[len(one.grid) - 1].cost[0]) == (300_000_000, 735_000_000)


@pytest.mark.parametrize(("wanted", "bar"), [(1, "3900万元"), (10, "3000万元"), (30, "1000万元"), (40, "0万元"), (41, None)])
def test_a_threshold_reaches_so_many(library: Library, registry: Registry, wanted: int, bar: str | None) -> None:
    """Revenue is one million more from firm to firm: from 30 million on there are ten."""
    one = found(library, registry, "measures/a/eligible", ("0万元", "5000万元", "100万元"), Goal("reach", wanted))
    assert one.course == "proved"
    assert not one.rising
    assert value(one, one.surely) == bar


def test_a_threshold_that_is_a_parameter(library: Library, registry: Registry) -> None:
    """Listed are the even ones: five of them from 30 million on. b takes e away, so both are evaluated, and b alone is counted."""
    one = found(library, registry, "definitions/bar/values/2020-01-01", ("0万元", "4000万元", "100万元"), Goal("reach", 5))
    assert {measure.key for measure in one.measures} == {"b", "e"}
    assert {name.rpartition("/")[2] for name in one.counted} == {"b"}
    assert one.course == "seen"
    assert value(one, one.surely) == "3000万元"


def test_one_figure_of_a_line_with_two(library: Library, registry: Registry) -> None:
    """From 20 million to less than 30 there are ten."""
    path = "measures/c/eligible/all/1"
    one = found(library, registry, path, ("100万元", "2900万元", "100万元"), Goal("reach", 10), vary="500万元")
    assert value(one, one.surely) == "2000万元"
    assert one.course == "seen"
    with pytest.raises(FaultyInput, match="--vary 500万元 or 3000万元"):
        find_figure(library, "a-1", path)


def test_what_stacks_with_the_figure_can_be_counted_alone(library: Library, registry: Registry) -> None:
    """A listed firm has b (300,000), or else e (at most 100,000): the higher the bar of b, the more have e."""
    figure = find_figure(library, "a-1", "definitions/bar/values/2020-01-01")
    grid = grid_of(figure, "0万元", "4000万元", "500万元")
    one = calibrate(library, figure, grid, Goal("reach", 10), registry, arbitrary.AS_OF, measures=["e"])
    assert one.course == "seen"
    assert one.rising


def broken(folder: Path) -> tuple[Library, Registry]:
    """One measure for those between a figure and twice the figure: more of them, then fewer."""
    policy = (
        "definitions:\n  start: {values: {2020-01-01: 1000万元}, clause: 零, label: {en: Start, zh: 起点}}\n"
        "measures:\n  f: {title: {en: F, zh: 己}, clause: 一, kind: grant, eligible: {all: [revenue >= start, revenue < start * 2]}, amount: 1万元}\n"
    )
    library, problems = read_library(["p"], arbitrary.packs_folder(folder, policy))
    assert library is not None, problems
    return library, registry_of(folder / "registry", library)


def test_a_curve_that_rises_and_falls_is_told_with_all_crossings(tmp_path: Path) -> None:
    """Revenue from t to less than 2t: t firms up to 20 million, then 40 - t. Ten or more: from 10 to 30 million."""
    library, registry = broken(tmp_path)
    one = found(library, registry, "definitions/start/values/2020-01-01", ("100万元", "3900万元", "100万元"), Goal("reach", 10))
    assert one.course == "broken"
    assert [[one.grid[at] for at in pair] for pair in one.surely.crossings] == [["900万元", "1000万元"], ["3000万元", "3100万元"]]
    assert one.points[one.surely.at or 0].yes == 10


def test_unknown_facts_have_an_answer_at_both_ends(library: Library, tmp_path: Path) -> None:
    """Two firms are known, two are not: 100,000 each at a cap of 100,000 is 200,000 surely needed, and 400,000 perhaps."""
    main = ["id,place,listed", *(f"f{n},bj,true" for n in range(4))]
    years = ["id,year,revenue,expense,staff", "f0,2023,20000000,9000000,1", "f1,2023,20000000,9000000,1", "f2,2023,,9000000,1", "f3,2023,,9000000,1"]
    registry = registry_of(tmp_path, library, main, years)
    one = found(library, registry, "measures/a/amount/cap", ("5万元", "40万元", "5万元"), Goal("budget", 40_000_000))
    assert (value(one, one.surely), value(one, one.perhaps)) == ("10万元", "20万元")
    point = one.points[one.surely.at or 0]
    assert (point.cost, point.yes, point.depends) == ((20_000_000, 40_000_000), 2, 2)


PATHS = {
    "measures/a/amount/cap": ("5万元", "45万元", "5万元"),
    "measures/a/amount/rate": ("0%", "20%", "2.5%"),
    "measures/a/eligible": ("0万元", "4000万元", "500万元"),
    "measures/d/eligible": ("0", "280", "35"),
    "measures/e/amount/cap": ("1万元", "9万元", "1万元"),
    "definitions/bar/values/2020-01-01": ("0万元", "4000万元", "500万元"),
}
_REVENUE = st.sampled_from(["", "0", "4999999", "5000000", "10000000", "20000000", "35000000"])
_FIRMS = st.lists(st.tuples(st.sampled_from(["true", "false", ""]), _REVENUE, st.sampled_from(["", "0", "800000", "5000000"]),
                            st.sampled_from(["", "34", "35", "200"])), min_size=1, max_size=8)  # fmt: skip


@settings(max_examples=4, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture])
@given(firms=_FIRMS, path=st.sampled_from(sorted(PATHS)), kind=st.sampled_from(["budget", "reach"]), share=st.integers(0, 12))
def test_the_answer_is_that_of_every_value_evaluated_in_full(
    library: Library, tmp_path_factory: pytest.TempPathFactory, firms: list[tuple[str, ...]], path: str, kind: str, share: int
) -> None:
    """Brute force: the whole pack under every value of the grid, and the best of those that meet the goal."""
    main = ["id,place,listed", *(f"f{n},bj,{firm[0]}" for n, firm in enumerate(firms))]
    years = ["id,year,revenue,expense,staff", *(f"f{n},2023,{','.join(firm[1:])}" for n, firm in enumerate(firms))]
    registry = registry_of(tmp_path_factory.mktemp("r"), library, main, years)
    goal = Goal("budget", share * 10_000_000) if kind == "budget" else Goal("reach", share)
    one = found(library, registry, path, PATHS[path], goal)
    every = []
    for written in one.grid:
        rules = with_value(library, one.figure, written).rules(arbitrary.AS_OF)
        summary = evaluate(rules, registry, arbitrary.AS_OF)
        (tally,) = [tally for tally in summary.tallies if tally.measure.name in one.counted]
        every.append((tally.payable_low, tally.payable_high))
    for at, point in one.points.items():
        assert point.cost == every[at]
    for surely, answer in ((True, one.surely), (False, one.perhaps)):
        known = {at: one.points[at] for at in one.points}
        costs = [float("inf") if (end := pair[1 if surely else 0]) is None else end for pair in every]
        if kind == "budget":
            within = [cost for cost in costs if cost <= goal.wanted]
            assert (answer.at is None) == (not within)
            if answer.at is not None:
                assert costs[answer.at] == max(within)
        elif answer.at is not None:
            assert goal.met(known[answer.at], surely)
            assert all(costs[answer.at] <= costs[at] for at, point in known.items() if goal.met(point, surely))
        else:
            assert not any(goal.met(point, surely) for point in known.values())


# ---------------------------------------------------------------- files and wrong input


def test_the_reform_that_is_written_enacts_the_value(library: Library, registry: Registry, tmp_path: Path) -> None:
    one = found(library, registry, "measures/a/eligible", ("0万元", "5000万元", "100万元"), Goal("reach", 10))
    write_calibration(tmp_path / "out", one, True, {"as_of": "2024-06-30"})
    reform, problems = read_reform(tmp_path / "out" / "reform.yaml")
    assert reform is not None, problems
    made, problems = reformed(library, reform)
    assert made is not None, problems
    (document,) = [document for document in made.documents if document.policy == "a"]
    assert str(document.record.measures["a"].eligible) == "revenue >= 3000万元"  # type: ignore[union-attr]
    said = json.loads((tmp_path / "out" / "calibration.json").read_text(encoding="utf-8"))
    assert said["answers"]["surely"]["point"] == {"value": "3000万元", "cost": [345_000_000, 345_000_000], "yes": 10.0, "depends": 0.0}
    assert said["answers"]["surely"]["below"]["yes"] == 11
    with (tmp_path / "out" / "curve.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert {row["value"] for row in rows} == {point.value for point in one.points.values()}
    assert next(row for row in rows if row["value"] == "3000万元")["cost_low"] == "345000000"


@pytest.mark.parametrize(
    ("text", "path", "grid", "code", "hint"),
    [
        ("b-1", "measures/a/amount/cap", None, "calibrate.text", "p/a-1"),
        ("q/a-1", "measures/a/amount/cap", None, "calibrate.text", "packs that were read: p"),
        ("a-1", "measures/a/amount/kap", None, "reform.path", "did you mean cap"),
        ("a-1", "measures/a/amount", None, "calibrate.figure", "10%, 50万元"),
        ("a-1", "", None, "calibrate.figure", "measures/<key>"),
        ("a-1", "measures/a/amount/cap", ("a lot", "2万元", "1万元"), "calibrate.grid", "20万元"),
        ("a-1", "measures/a/amount/cap", ("1%", "5%", "1%"), "calibrate.grid", "one unit"),
        ("a-1", "measures/a/amount/cap", ("5万元", "1万元", "1万元"), "calibrate.grid", "lower one first"),
        ("a-1", "measures/a/amount/cap", ("1元", "1亿元", "1元"), "calibrate.grid", "wider step"),
        ("a-1", "measures/a/amount/cap", ("1万元", "2万元", "5万元"), "calibrate.grid", "smaller step"),
    ],
)
def test_what_is_wrong_is_told_with_a_remedy(library: Library, text: str, path: str, grid: tuple[str, str, str] | None, code: str, hint: str) -> None:
    with pytest.raises(FaultyInput) as told:
        figure = find_figure(library, text, path)
        assert grid is not None
        grid_of(figure, *grid)
    assert told.value.problems[0].code == code
    assert hint in told.value.problems[0].hint


def test_a_figure_that_no_measure_reads_and_a_measure_that_it_does_not_touch(library: Library, registry: Registry) -> None:
    figure = find_figure(library, "a-1", "measures/a/title/en")
    with pytest.raises(FaultyInput) as told:
        calibrate(library, figure, ("1", "2"), Goal("reach", 1), registry, arbitrary.AS_OF)
    assert [one.code for one in told.value.problems] == ["calibrate.idle"]
    figure = find_figure(library, "a-1", "measures/a/amount/cap")
    with pytest.raises(FaultyInput) as told:
        calibrate(library, figure, ("1万元", "2万元"), Goal("reach", 1), registry, arbitrary.AS_OF, measures=["d"])
    assert [one.code for one in told.value.problems] == ["calibrate.measure"]


def test_a_budget_in_another_currency() -> None:
    assert amount_of_money("5000万元", "CNY") == 5_000_000_000
    with pytest.raises(FaultyInput, match=r"calibrate\.goal"):
        amount_of_money("5000万元", "EUR")
