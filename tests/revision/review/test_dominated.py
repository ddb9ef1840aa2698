"""Measures that add nothing beside another one; what is told holds against paying everybody with and without them."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import arbitrary
from huiqi.entitlements.evaluate import evaluate
from huiqi.facts.registry import open_registry
from huiqi.revision.review.dominated import dominated
from huiqi.rules.library import read_library
from portfolios import firms, grant, portfolio, stacked, told


def test_the_other_gives_as_much_to_all_that_have_it(tmp_path: Path) -> None:
    measures = [grant("a", "staff >= 10", "3万元"), grant("b", "staff >= 5", "8万元")]
    found = told(dominated, portfolio(tmp_path, measures, *firms(20, staff=lambda n: n), core=stacked("highest: [a, b]")))
    assert set(found) == {("a", "b")}
    one = found[("a", "b")]
    assert (one.firms, one.money, one.detail["proved"]) == (10, (30_000_000, 30_000_000), "by the text")


def test_one_firm_that_has_it_alone(tmp_path: Path) -> None:
    measures = [grant("a", "staff >= 4", "3万元"), grant("b", "staff >= 5", "8万元")]
    assert not told(dominated, portfolio(tmp_path, measures, *firms(20, staff=lambda n: n), core=stacked("highest: [a, b]")))


def test_both_may_be_had(tmp_path: Path) -> None:
    measures = [grant("a", "staff >= 10", "3万元"), grant("b", "staff >= 5", "8万元")]
    assert not told(dominated, portfolio(tmp_path, measures, *firms(20, staff=lambda n: n)))


def test_by_the_registry_only(tmp_path: Path) -> None:
    measures = [grant("a", "listed", "3万元"), grant("b", "staff >= 10", "8万元")]
    main, years = firms(30, listed=lambda n: n >= 12, staff=lambda n: n)
    one = told(dominated, portfolio(tmp_path, measures, main, years, core=stacked("highest: [a, b]")))[("a", "b")]
    assert (one.firms, one.detail["proved"]) == (18, "by this registry")


def test_of_two_that_give_the_same_the_later_one_is_told(tmp_path: Path) -> None:
    measures = [grant("a", "staff >= 10", "3万元"), grant("b", "staff >= 10", "3万元")]
    found = told(dominated, portfolio(tmp_path, measures, *firms(20, staff=lambda n: n), core=stacked("highest: [a, b]")))
    assert set(found) == {("b", "a")}
    assert "exactly as much" in found[("b", "a")].what.en


def test_another_rule_that_cuts_the_better_one_only(tmp_path: Path) -> None:
    measures = [grant("a", "staff >= 10", "3万元"), grant("b", "staff >= 5", "8万元"), grant("c", "staff >= 5", "9万元")]
    core = stacked("highest: [a, b]", "cap: 10万元, over: [c, b]")
    assert not told(dominated, portfolio(tmp_path, measures, *firms(20, staff=lambda n: n), core=core))


RULES = (
    "highest: [a, b, c]",
    "exclusive: [b, a]",
    "exclusive: [b, c], keep: first",
    "cap: 9万元, over: [a, b, c]",
    "highest: [a, c]",
    "first: [c, a]",
)


@settings(max_examples=60, deadline=None)
@given(
    rules=st.lists(st.sampled_from(RULES), min_size=1, max_size=3, unique=True),
    edges=st.tuples(*[st.integers(0, 6)] * 3),
    amounts=st.tuples(*[st.integers(1, 6)] * 3),
)
def test_who_adds_nothing_can_be_taken_out(rules: list[str], edges: tuple[int, ...], amounts: tuple[int, ...]) -> None:
    """Without a dominated measure all firms together are paid no less: more where it kept another one out. The other way round nothing is claimed."""
    measures = [grant(key, f"staff >= {edge}", f"{amount}万元") for key, edge, amount in zip("abc", edges, amounts, strict=True)]
    main, years = firms(12, staff=lambda n: n)
    with TemporaryDirectory() as name:
        folder = Path(name)
        found = told(dominated, portfolio(folder, measures, main, years, core=stacked(*rules)))
        for key, _ in found:
            left = [rule for rule in (_without(rule, key) for rule in rules) if rule is not None]
            kept = [measure for measure in measures if f"  {key}:" not in measure]
            assert _paid(folder, measures, rules) <= _paid(folder, kept, left), (key, rules)


def _without(rule: str, key: str) -> str | None:
    """A rule that does not name a measure; None where it would name one only."""
    names = rule[rule.index("[") + 1 : rule.index("]")].split(", ")
    left = [name for name in names if name != key]
    if len(left) < 2 and not rule.startswith("cap"):
        return None
    return rule.replace(f"[{', '.join(names)}]", f"[{', '.join(left)}]") if left else None


def _paid(folder: Path, measures: list[str], rules: list[str]) -> int:
    """What all firms are paid together."""
    packs = arbitrary.packs_folder(folder / str(len(measures)), "measures:\n" + "\n".join(measures) + "\n", core=stacked(*rules) if rules else "")
    library, problems = read_library(["p"], packs)
    assert library is not None, problems
    law = library.rules(arbitrary.AS_OF)
    registry, _ = open_registry(folder / "registry", law.schemas["enterprise"], law.places)
    assert registry is not None
    low, high = evaluate(law, registry, arbitrary.AS_OF).payable
    assert low == high
    return low


@pytest.mark.parametrize("amount", ["{rate: 5%, of: revenue}", "4万元"])
def test_an_unknown_figure_on_both_sides_does_not_hide_it(tmp_path: Path, amount: str) -> None:
    """Where the form shows it, unknown facts change nothing."""
    measures = [grant("a", "staff >= 10", amount), grant("b", "staff >= 5", amount)]
    main, years = firms(20, staff=lambda n: n if n % 2 else None, revenue=lambda n: None if n % 3 else 1000)
    found = told(dominated, portfolio(tmp_path, measures, main, years, core=stacked("highest: [b, a]")))
    assert set(found) == {("a", "b")}
