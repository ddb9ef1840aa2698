"""Two measures that go to almost the same firms."""

from __future__ import annotations

from pathlib import Path

import pytest

from huiqi.revision.review.overlap import overlap
from portfolios import firms, grant, portfolio, stacked, told


@pytest.mark.parametrize(("first", "there"), [(1, True), (2, True), (3, False)])
def test_nineteen_of_twenty_firms_are_almost_all(tmp_path: Path, first: int, there: bool) -> None:
    measures = [grant("a", "staff >= 0"), grant("b", f"staff >= {first}", "5万元")]
    found = told(overlap, portfolio(tmp_path, measures, *firms(40, staff=lambda n: n)))
    assert bool(found) is there  # 39, 38 and 37 of 40
    if there:
        one = found[("a", "b")]
        assert one.firms == 40 - first
        assert one.money == (one.firms * 5_000_000, one.firms * 5_000_000)  # what the smaller pays
        assert one.detail["surely"] == {"both": 40 - first, "either": 40, "first": 40, "second": 40 - first}


def test_other_kinds_and_topics_are_other_purposes(tmp_path: Path) -> None:
    rent = grant("b", "listed").replace("kind: grant", "kind: rent_aid")
    topics = [grant("c", "listed", more=", topics: [talent]"), grant("d", "listed", more=", topics: [rent, land]")]
    main, years = firms(20, listed=True)
    assert not told(overlap, portfolio(tmp_path, [grant("a", "listed", more=", topics: [land]"), rent, topics[0]], main, years))
    found = told(overlap, portfolio(tmp_path / "2", [grant("a", "listed", more=", topics: [land]"), topics[1]], main, years))
    assert set(found) == {("a", "d")}


def test_who_only_may_have_them_does_not_count(tmp_path: Path) -> None:
    measures = [grant("a", "listed"), grant("b", "{all: [listed, staff >= 0]}")]
    assert not told(overlap, portfolio(tmp_path, measures, *firms(30, listed=lambda n: True if n < 9 else None)))


def test_that_stacking_binds_them_is_said(tmp_path: Path) -> None:
    measures = [grant("a", "listed"), grant("b", "listed")]
    main, years = firms(20, listed=True)
    bound = told(overlap, portfolio(tmp_path, measures, main, years, core=stacked("highest: [a, b]")))[("a", "b")]
    assert bound.detail["bound_by_stacking"]
    assert "a stacking rule binds them" in bound.remedy.en
