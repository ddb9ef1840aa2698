"""Conditions that decide nothing, against trying every completion of what is unknown with and without each of them."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from huiqi.revision.review.idle_conditions import Decided, idle_conditions
from huiqi.rules.tree import Condition, Group, Test
from portfolios import CORE, firms, grant, portfolio, told


def test_everybody_meets_it(tmp_path: Path) -> None:
    main, years = firms(20, listed=lambda n: n % 2 == 0, staff=lambda n: n + 1)
    found = told(
        idle_conditions, portfolio(tmp_path, [grant("a", "{all: [listed, staff >= 1]}"), grant("b", "{all: [listed, staff >= 3]}")], main, years)
    )
    assert set(found) == {("a",)}
    one = found[("a",)]
    assert (one.detail["test"], one.detail["reason"], one.firms) == ("staff >= 1", "never false", 10)
    assert "everybody in the registry meets it" in one.what.en


def test_who_fails_it_fails_another_one_too(tmp_path: Path) -> None:
    main, years = firms(30, listed=lambda n: n >= 15, staff=lambda n: n)
    one = told(idle_conditions, portfolio(tmp_path, [grant("a", "{all: [listed, staff >= 10]}")], main, years))[("a",)]
    assert (one.detail["test"], one.detail["reason"]) == ("staff >= 10", "implied by others")


def test_one_firm_for_whom_it_decides(tmp_path: Path) -> None:
    main, years = firms(30, listed=lambda n: n >= 15 and n != 20, staff=lambda n: n)  # 15 fails by its staff alone, 20 by not being listed
    assert not told(idle_conditions, portfolio(tmp_path, [grant("a", "{all: [listed, staff >= 16]}")], main, years))


def test_too_few_firms_show_nothing(tmp_path: Path) -> None:
    assert not told(idle_conditions, portfolio(tmp_path, [grant("a", "{all: [listed, staff >= 0]}")], *firms(9, listed=True, staff=5)))


def test_an_alternative_that_adds_nobody(tmp_path: Path) -> None:
    main, years = firms(30, listed=lambda n: n >= 15, honest=False, staff=lambda n: n)
    found = idle_conditions(portfolio(tmp_path, [grant("a", "{any: [staff >= 10, listed, honest]}")], main, years))
    assert {(one.detail["test"], one.detail["reason"], one.firms) for one in found} == {
        ("listed", "implied by others", 15),
        ("honest", "never true", 0),
    }


def test_a_narrower_test_beside_it_by_the_text(tmp_path: Path) -> None:
    """One firm is enough: it is so for anybody."""
    found = idle_conditions(portfolio(tmp_path, [grant("a", "{all: [staff >= 5, staff >= 8]}")], *firms(1, staff=9)))
    (one,) = found
    assert (one.detail["test"], one.detail["implied_by"]) == ("staff >= 5", "staff >= 8")


def test_a_condition_of_the_core_policy_is_told_once_and_only_if_no_measure_needs_it(tmp_path: Path) -> None:
    core = CORE + "conditions:\n  honest: {test: honest, clause: 三, label: {en: Honest, zh: 守信}}\n"
    measures = [grant("a", "listed"), grant("b", "staff >= 1")]
    main, years = firms(20, listed=lambda n: n < 15, honest=lambda n: n < 15, staff=1)
    found = idle_conditions(portfolio(tmp_path, measures, main, years, core=core))
    assert all(one.detail["test"] != "honest" for one in found)  # b needs it
    main, years = firms(20, listed=True, honest=True, staff=1)
    (one,) = (one for one in idle_conditions(portfolio(tmp_path / "2", measures, main, years, core=core)) if one.detail["test"] == "honest")
    assert len(one.measures) == 2
    assert one.where.file.endswith("core.yaml")


def test_of_an_idle_group_the_parts_are_not_told(tmp_path: Path) -> None:
    main, years = firms(20, listed=True, honest=True, star=lambda n: n % 2 == 0)
    found = idle_conditions(portfolio(tmp_path, [grant("a", "{all: [star, {any: [listed, honest]}]}")], main, years))
    assert [one.detail["test"] for one in found] == ["any: listed; honest"]


def test_where_most_are_unknown_nothing_is_shown(tmp_path: Path) -> None:
    main, years = firms(40, listed=True, honest=lambda n: True if n < 15 else None)
    found = idle_conditions(portfolio(tmp_path, [grant("a", "{all: [listed, honest]}")], main, years))
    assert [one.detail["test"] for one in found if one.detail["test"] == "honest"] == []


# ---------------------------------------------------------------- every completion

FLAGS = ("listed", "honest", "star")


@st.composite
def conditions(draw: Any, depth: int = 2) -> str:
    kind = draw(st.sampled_from(["test", "all", "any", "none", "at_least"])) if depth else "test"
    if kind == "test":
        return draw(st.sampled_from(FLAGS))
    parts = draw(st.lists(conditions(depth - 1), min_size=1, max_size=3))
    written = f"[{', '.join(parts)}]"
    return f"{{at_least: {draw(st.integers(1, len(parts)))}, of: {written}}}" if kind == "at_least" else f"{{{kind}: {written}}}"


def holds(condition: Condition, facts: dict[str, bool], without: tuple[Group, int] | None = None) -> bool:
    """A condition in plain words; `without` a part of a group that is taken out."""
    if isinstance(condition, Test):
        return facts.get(condition.text, True)  # the place is as it should be
    parts = [holds(part, facts, without) for n, part in enumerate(condition.parts) if without is None or (condition, n) != without]
    match condition.kind:
        case "all":
            return all(parts)
        case "any":
            return any(parts)
        case "none":
            return not any(parts)
    return sum(parts) >= condition.count


def completions(firm: tuple[bool | None, ...]) -> Iterator[dict[str, bool]]:
    for cells in product(*([value] if value is not None else [False, True] for value in firm)):
        yield dict(zip(FLAGS, cells, strict=True))


@settings(max_examples=60, deadline=None)
@given(
    condition=conditions(),
    population=st.lists(st.tuples(*[st.sampled_from([True, False, None])] * 3), min_size=1, max_size=5),
)
def test_whom_a_part_decides_for(condition: str, population: list[tuple[bool | None, ...]]) -> None:
    """It surely decides only where the result differs in every completion, and may decide wherever it differs in one."""
    columns = {flag: (lambda n, at=at: population[n][at]) for at, flag in enumerate(FLAGS)}
    with TemporaryDirectory() as name:
        material = portfolio(Path(name), [grant("a", condition)], *firms(len(population), **columns))
        decided = material.counted(Decided)
        root = decided.roots[0]
        for part, counts in zip(decided.parts, decided.counts.tolist(), strict=True):
            surely, perhaps, vain, *_ = counts
            differs = [[holds(root, facts) != holds(root, facts, (part.parent, part.place)) for facts in completions(firm)] for firm in population]
            assert surely <= sum(all(one) for one in differs)
            assert surely + perhaps >= sum(any(one) for one in differs)
            assert surely + perhaps + vain <= len(population)
            if all(None not in firm for firm in population):
                assert (surely, perhaps) == (sum(map(all, differs)), 0)


@pytest.mark.parametrize("eligible", ["listed", "{all: [listed]}"])
def test_the_only_condition_of_a_measure(tmp_path: Path, eligible: str) -> None:
    found = told(idle_conditions, portfolio(tmp_path, [grant("a", eligible)], *firms(12, listed=True)))
    assert found[("a",)].detail["reason"] == "never false"
