"""Measures that nobody has: in this registry, or by their own text."""

from __future__ import annotations

from pathlib import Path

from huiqi.revision.review.unreachable import unreachable
from portfolios import firms, grant, portfolio, told


def test_nobody_of_the_registry_meets_a_test(tmp_path: Path) -> None:
    measures = [grant("a", "staff >= 500"), grant("b", "staff >= 19")]
    found = told(unreachable, portfolio(tmp_path, measures, *firms(20, staff=lambda n: n)))
    assert set(found) == {("a",)}  # of b there is one
    one = found[("a",)]
    assert one.detail["proved"] == "by this registry"
    assert one.what.en == "none of 20 firms has or may have Grant a: none meets `staff >= 500`"
    assert "20家企业" in one.what.zh
    assert one.where.line > 0


def test_each_test_is_met_but_not_all_together(tmp_path: Path) -> None:
    main, years = firms(20, listed=lambda n: n < 3, staff=lambda n: n)
    found = told(unreachable, portfolio(tmp_path, [grant("a", "{all: [listed, staff >= 10]}")], main, years))
    assert "10 firms would have it without `listed`" in found[("a",)].what.en


def test_whom_nobody_knows_may_have_it(tmp_path: Path) -> None:
    main, years = firms(20, staff=lambda n: None if n == 7 else n)
    assert not told(unreachable, portfolio(tmp_path, [grant("a", "staff >= 500")], main, years))


def test_a_text_that_contradicts_itself_keeps_everybody_out(tmp_path: Path) -> None:
    measures = [grant("a", "{all: [staff >= 50, staff < 20]}"), grant("b", "{all: [staff >= 5, staff < 20]}")]
    found = told(unreachable, portfolio(tmp_path, measures, *firms(20, staff=lambda n: n)))
    assert set(found) == {("a",)}
    assert found[("a",)].detail["proved"] == "by the text"
    assert "nobody at all" in found[("a",)].what.en


def test_an_empty_registry_says_nothing(tmp_path: Path) -> None:
    assert not told(unreachable, portfolio(tmp_path, [grant("a", "listed")], ["id,place,listed"]))
