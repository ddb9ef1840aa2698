"""Charts: open ends, empty ones, both languages, names that would break a drawing, and what they ask for (nothing)."""

from __future__ import annotations

import builtins
import re
from xml.etree import ElementTree

import pytest

from huiqi.publication.charts import Axis, Balance, Curve, Range, balances, curves, ranges
from huiqi.vocabulary.problem import FaultyInput
from huiqi.vocabulary.speech import Both

NOW, THEN = Both("now", "现行"), Both("in the reform", "改革后")
COST, COUNT = Axis(Both("Cost", "支出"), "CNY"), Axis(Both("firms", "户数"))
WHICH = Both("get more", "获得更多"), Both("get less", "获得更少")
MILLION = 100_000_000  # fen


def texts(svg: str) -> list[str]:
    """What is written in a drawing."""
    return ["".join(one.itertext()) for one in ElementTree.fromstring(svg).iter("{http://www.w3.org/2000/svg}text")]


def bars(*ends: tuple[float, float | None]) -> list[Range]:
    return [Range(Both(f"measure {n}", f"措施{n}"), NOW, low, high) for n, (low, high) in enumerate(ends)]


def test_money_is_said_in_the_units_of_each_language() -> None:
    written = [texts(ranges(bars((2 * MILLION, 5 * MILLION)), COST, lang)) for lang in ("en", "zh")]
    assert "Cost (¥ m)" in written[0]
    assert "measure 0" in written[0]
    assert "支出（万元）" in written[1]
    assert "措施0" in written[1]


def test_an_open_end_is_an_arrow() -> None:
    assert texts(ranges(bars((MILLION, None), (0, 3 * MILLION)), COST, "en")).count("▶") == 1
    assert "▶" not in texts(ranges(bars((MILLION, 2 * MILLION)), COST, "en"))


def test_only_open_ends_can_be_drawn() -> None:
    assert texts(ranges(bars((0, None), (0, None)), COST, "zh")).count("▶") == 2


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_nothing_can_be_drawn(lang: str) -> None:
    for svg in (ranges([], COST, lang), balances([], COUNT, WHICH, lang), curves([], COUNT, COST, lang), ranges(bars((0, 0)), COST, lang)):
        assert ElementTree.fromstring(svg).tag.endswith("svg")


def test_losers_stand_left_of_winners() -> None:
    svg = balances([Balance(Both("small", "小型"), (3, 2), (1, 0))], COUNT, WHICH, "en")
    assert {"get more", "get less", "small", "firms"} <= set(texts(svg))
    assert not any("−" in one or "-" in one for one in texts(svg)), "those to the left are counted, not negative"


def test_a_curve_marks_its_thresholds() -> None:
    line = Curve(Both("paid", "应付"), [(0, 0), (10, 5 * MILLION), (20, 0)])
    plain, marked = (curves([line], COUNT, COST, "en", marks=marks, steps=True) for marks in ((), (10.0,)))
    assert 'stroke-dasharray="4,3"' not in plain
    assert 'stroke-dasharray="4,3"' in marked


def test_every_drawing_is_as_wide_as_any_other() -> None:
    long = [Range(Both("a very long name of a measure that goes on", "名"), NOW, 0, MILLION)]
    widths = {re.search(r'viewBox="0 0 (\d+)', ranges(some, COST, "en"))[1] for some in (bars((0, MILLION)), long)}  # type: ignore[index]
    assert len(widths) == 1


def test_a_hostile_name_stays_a_text() -> None:
    name = '<script>alert("1")</script><image href="https://example.org/x.png"/>'
    svg = ranges([Range(Both(name, name), THEN, 0, MILLION)], COST, "en")
    assert "<script" not in svg
    assert "<image" not in svg


def test_nothing_is_asked_of_any_other_place() -> None:
    svg = ranges(bars((0, None)), COST, "en")
    assert not re.findall(r"(?:href|src)=|url\((?!#)|@import", svg)


def test_who_lacks_the_libraries_is_told_the_remedy(monkeypatch: pytest.MonkeyPatch) -> None:
    real = builtins.__import__

    def without(name: str, *rest: object, **more: object) -> object:
        if name == "altair":
            raise ImportError(name=name)
        return real(name, *rest, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(FaultyInput) as told:
        ranges([], COST, "en")
    assert [problem.code for problem in told.value.problems] == ["report.extra"]
    assert "huiqi[report]" in str(told.value.problems[0].hint)
