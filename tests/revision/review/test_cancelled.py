"""Amounts that stacking always takes, or always cuts."""

from __future__ import annotations

from pathlib import Path

from huiqi.revision.review.cancelled import cancelled
from portfolios import firms, grant, portfolio, stacked, told

BOTH = firms(20, listed=True, staff=lambda n: n)


def test_the_lower_of_two_is_never_paid(tmp_path: Path) -> None:
    measures = [grant("a", "listed", "3万元"), grant("b", "listed", "8万元")]
    found = told(cancelled, portfolio(tmp_path, measures, *BOTH, core=stacked("highest: [a, b]")))
    assert set(found) == {("a",)}
    one = found[("a",)]
    assert (one.detail["wholly"], one.firms, one.firms_perhaps) == (True, 20, 0)
    assert (one.detail["before"], one.detail["after"]) == ([60_000_000, 60_000_000], [0, 0])
    assert one.money == (60_000_000, 60_000_000)
    assert "Rule 0" in one.what.en
    assert one.detail["rules"][0]["line"] > 0


def test_one_firm_that_is_paid_is_enough_for_it_to_be_no_finding(tmp_path: Path) -> None:
    measures = [grant("a", "listed", "3万元"), grant("b", "staff >= 1", "8万元")]
    assert not told(cancelled, portfolio(tmp_path, measures, *BOTH, core=stacked("highest: [a, b]")))


def test_a_cap_that_always_cuts(tmp_path: Path) -> None:
    measures = [grant("a", "listed", "3万元"), grant("b", "staff >= 0", "8万元")]
    found = told(cancelled, portfolio(tmp_path, measures, *BOTH, core=stacked("cap: 9万元, over: [a, b]")))
    one = found[("b",)]  # the last is cut
    assert (one.detail["wholly"], one.firms, one.money) == (False, 20, (40_000_000, 40_000_000))
    assert "never paid in full" in one.what.en


def test_a_cap_that_cuts_some(tmp_path: Path) -> None:
    measures = [grant("a", "staff >= 1", "3万元"), grant("b", "listed", "8万元")]
    assert not told(cancelled, portfolio(tmp_path, measures, *BOTH, core=stacked("cap: 9万元, over: [a, b]")))


def test_without_rules_nothing_is_cancelled(tmp_path: Path) -> None:
    assert not told(cancelled, portfolio(tmp_path, [grant("a", "listed")], *BOTH))


def test_an_unpublished_amount_has_an_open_end(tmp_path: Path) -> None:
    measures = [grant("a", "listed", "unpublished"), grant("b", "listed", "8万元")]
    found = told(cancelled, portfolio(tmp_path, measures, *BOTH, core=stacked("exclusive: [b, a], keep: first")))
    assert found[("a",)].money == (0, None)
    assert "not public" in found[("a",)].what.en
