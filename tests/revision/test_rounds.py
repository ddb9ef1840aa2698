"""The same round under a law and its reform, against two rounds given out apart, and against completions of what is unknown."""

from __future__ import annotations

from itertools import product
from pathlib import Path
from typing import Any

import pytest

import arbitrary
from huiqi.allocation.budget.allocate import allocate_budget
from huiqi.allocation.budget.awards import totals_of
from huiqi.allocation.budget.results import awards_table
from huiqi.facts.registry import Registry, open_registry
from huiqi.revision.reform import read_reform, reformed
from huiqi.revision.rounds import CHANGES, RoundComparison, compare_round, round_json, round_rows
from huiqi.rules.compile import Rules
from huiqi.rules.library import read_library
from huiqi.vocabulary.problem import FaultyInput
from registries import write_registry

CORE = """
title: {en: Core, zh: 总政策}
document: 测试
issuer: {en: Nobody, zh: 无}
first_day: 2020-01-01
source: {kind: illustrative, note: {en: made up, zh: 虚构}}
funds:
  industry: {title: {en: Industry fund, zh: 产业资金}, clause: 一, yearly: 100万元}
"""
POLICY = """
measures:
  grant: {title: {en: Grant, zh: 补助}, clause: 二, kind: grant, fund: industry, eligible: staff >= 50, amount: {rate: 10%, of: expense, cap: 40万元}}
"""
ROUND = """
round: r1
title: {en: Round, zh: 轮次}
made_up: true
fund: industry
year: 2024
measures: [grant]
money: 100万元
by: rank
rank: [staff]
ties: none
edge: stop
"""
HEAD = "reform: draft\ntitle: {en: Draft, zh: 草案}\npack: p\nchanges:\n"
LOWER_BAR = "{in: a-1, set: measures/grant/eligible, to: staff >= 30}"
LOWER_CAP = "{in: a-1, set: measures/grant/amount/cap, to: 20万元}"
HIGHER_CAP = "{in: a-1, set: measures/grant/amount/cap, to: 80万元}"
LESS_MONEY = "{in: core, set: funds/industry/yearly, to: 50万元}"
DROPPED = "{in: a-1, drop: measures/grant}"
STAFF = {"a": 100, "b": 90, "c": 80, "d": 70, "e": 40}
FULL = [f"{id},2023,4000000,{staff}" for id, staff in STAFF.items()]


def laws(folder: Path, *changes: str) -> tuple[Rules, Rules]:
    library, problems = read_library(["p"], arbitrary.packs_folder(folder, POLICY, core=CORE))
    assert library is not None, problems
    (folder / "draft.yaml").write_text(HEAD + "".join(f"  - {change}\n" for change in changes), encoding="utf-8")
    reform, problems = read_reform(folder / "draft.yaml")
    assert reform is not None, problems
    made, problems = reformed(library, reform)
    assert made is not None, problems
    return library.rules(arbitrary.AS_OF), made.rules(arbitrary.AS_OF)


def registry_of(folder: Path, rules: Rules, years: list[str]) -> Registry:
    write_registry(folder, ["id,place", *(f"{id},bj" for id in STAFF)], ["id,year,expense,staff", *years])
    registry, problems = open_registry(folder, rules.schemas["enterprise"], rules.places)
    assert registry is not None, problems
    return registry


def compared(folder: Path, *changes: str, years: list[str] = FULL, text: str = ROUND) -> RoundComparison:
    both = laws(folder, *changes)
    path = folder / "round.yaml"
    path.write_text(text, encoding="utf-8")
    return compare_round(*both, registry_of(folder / "r", both[0], years), arbitrary.AS_OF, path)


def told(found: RoundComparison) -> dict[str, tuple[str, bool]]:
    return {one.subject: (one.change, one.surely) for one in found.changes}


def test_a_lower_cap_lets_more_in(tmp_path: Path) -> None:
    """100 wan pay 40 to a and b, and c finds only 20; with 20 wan each a to d have 80 of them."""
    found = compared(tmp_path, LOWER_CAP)
    assert told(found) == {"c": ("newly", True), "d": ("newly", True), "a": ("less", True), "b": ("less", True)}
    before, after = (side.totals for side in found.sides)
    assert before is not None
    assert after is not None
    assert (before.awarded, before.left, after.awarded, after.left) == (2, 20_000_000, 4, 20_000_000)
    assert [side.pressure for side in found.sides] == [(1.6, 1.6), (0.8, 0.8)]
    newly = found.changes[0]
    assert newly.before is not None
    assert "money" in newly.before.reasons[0].en
    assert found.count("newly") == (2, 0)


def test_a_higher_cap_puts_others_out(tmp_path: Path) -> None:
    years = [one.replace("4000000", "8000000") for one in FULL]
    found = compared(tmp_path, HIGHER_CAP, years=years)
    assert told(found) == {"a": ("more", True), "b": ("falls out", True)}


def test_who_comes_in_by_a_lower_bar_may_find_no_money(tmp_path: Path) -> None:
    """e is entitled now, ranks last, and gets as little as before: nothing."""
    found = compared(tmp_path, LOWER_BAR)
    assert not found.changes
    assert [side.totals.claims for side in found.sides if side.totals is not None] == [4, 5]


def test_a_reform_of_the_appropriation(tmp_path: Path) -> None:
    """Without a figure of its own a round has what the fund has: 100 wan, or 50."""
    found = compared(tmp_path, LESS_MONEY, text=ROUND.replace("money: 100万元\n", ""))
    assert told(found) == {"b": ("falls out", True)}
    assert [side.totals.money for side in found.sides if side.totals is not None] == [100_000_000, 50_000_000]


def test_a_round_that_has_more_than_the_reformed_fund_is_told(tmp_path: Path) -> None:
    found = compared(tmp_path, LESS_MONEY)
    assert found.sides[1].totals is None
    assert found.sides[1].problems
    assert not found.changes


def test_a_dropped_measure_is_told_and_not_guessed(tmp_path: Path) -> None:
    found = compared(tmp_path, DROPPED)
    assert found.sides[0].totals is not None
    assert found.sides[1].totals is None
    (problem, *_) = found.sides[1].problems
    assert problem.code.startswith("round.")
    assert round_json(found)["after"]["totals"] is None
    assert round_json(found)["after"]["problems"][0]["remedy"]


def test_a_faulty_round_is_told_once(tmp_path: Path) -> None:
    with pytest.raises(FaultyInput) as told_:
        compared(tmp_path, LOWER_CAP, text=ROUND.replace("year: 2024", "year: 1990"))
    assert [one.code for one in told_.value.problems] == ["round.year"]


def test_files_have_the_same_figures(tmp_path: Path) -> None:
    found = compared(tmp_path, LOWER_CAP)
    header, *rows = round_rows(found)
    assert all(len(row) == len(header) for row in rows)
    newly = dict(zip(header, rows[0], strict=True))
    assert (newly["subject"], newly["change"], newly["surely"]) == ("c", "newly", "yes")
    assert (newly["outcome_before"], newly["low_after"]) == ("refused", 20_000_000)
    assert round_json(found)["changes"]["newly"] == {"surely": 2, "perhaps": 0}


@pytest.mark.parametrize("changes", [(LOWER_BAR,), (LOWER_CAP,), (LOWER_BAR, LOWER_CAP), (HIGHER_CAP,)])
def test_it_is_two_rounds_given_out_apart_and_holds_in_every_completion(changes: tuple[str, ...], tmp_path: Path) -> None:
    """What surely changes does in every completion; who changes in one is among those that are told; nobody else changes."""
    gaps = ["a,2023,4000000,", "b,2023,,90", *FULL[2:]]
    both = laws(tmp_path, *changes)
    path = tmp_path / "round.yaml"
    path.write_text(ROUND, encoding="utf-8")
    registry = registry_of(tmp_path / "r", both[0], gaps)
    found = compare_round(*both, registry, arbitrary.AS_OF, path)
    for rules, side in zip(both, found.sides, strict=True):
        assert totals_of(allocate_budget(rules, registry, arbitrary.AS_OF, path)) == side.totals
    for number, (staff, expense) in enumerate(product(("10", "45", "60", "85", "100"), ("0", "1000000", "9000000"))):
        full = registry_of(tmp_path / str(number), both[0], [f"a,2023,4000000,{staff}", f"b,2023,{expense},90", *FULL[2:]])
        given = [amounts(rules, full, path) for rules in both]
        happened = {id: change(given[0].get(id, 0), given[1].get(id, 0)) for id in STAFF}
        for id, (said, surely) in told(found).items():
            assert said in CHANGES
            if surely:
                assert happened[id] == said, (id, staff, expense)
        assert {id for id, one in happened.items() if one} <= set(told(found)), (staff, expense)


def amounts(rules: Rules, registry: Registry, path: Path) -> dict[str, int]:
    rows: list[dict[str, Any]] = awards_table(allocate_budget(rules, registry, arbitrary.AS_OF, path)).to_pylist()
    assert all(row["amount_low"] == row["amount_high"] for row in rows)
    return {row["subject"]: row["amount_low"] for row in rows}


def change(before: int, after: int) -> str:
    if before == after:
        return ""
    if not before or not after:
        return "newly" if after else "falls out"
    return "more" if after > before else "less"
