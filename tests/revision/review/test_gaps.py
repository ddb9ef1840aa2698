"""Gaps, overlaps and falls that a person sees in a text, and none where there are none."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from huiqi.revision.review.gaps import Uncovered, gaps
from near_edges import reviewed, rules_of

MEASURE = "measures:\n  a: {title: {en: A, zh: 甲}, clause: 一, kind: grant, eligible: ELIGIBLE, amount: AMOUNT}\n"
FIRMS = [{"staff": n, "revenue": n * 100_000} for n in (10, 60, 80, 100, 150, 300, 400)] + [{"revenue": 1}]


def found(tmp_path: Path, bands: str, *, table: str = "", eligible: str = "x >= 2", amount: str = "1万元") -> list[Any]:
    body = "table: t.csv" if table else f"of: staff, bands: {bands}"
    policy = f"\ndefinitions:\n  x: {{label: {{en: X, zh: 某}}, {body}}}\n" + MEASURE.replace("ELIGIBLE", eligible).replace("AMOUNT", amount)
    rules = rules_of(tmp_path, policy, tables={"t.csv": table} if table else None)
    return gaps(reviewed(tmp_path / "r", rules, FIRMS, (Uncovered,)))


def test_a_gap_between_two_bands_and_who_stands_in_it(tmp_path: Path) -> None:
    """60 and 80 people stand between 50 and 100; one firm's staff is not known."""
    (gap,) = found(tmp_path, '{"< 50": 1, ">= 100": 2}')
    assert (gap.kind, gap.measures, gap.detail["fault"]) == ("gap", ("p/a/a",), "gap")
    assert (gap.firms, gap.firms_perhaps) == (2, 1)
    assert "Staff 2023 from 50 people and below 100 people" in gap.what.en
    assert "自50人起且低于100人" in gap.what.zh


def test_every_gap_is_told(tmp_path: Path) -> None:
    (gap,) = found(tmp_path, '{"10 ..< 50": 1, "100 ..< 200": 2, "> 300": 3}')
    assert len(gap.detail["cells"]) == 3
    assert gap.firms == 3  # of 60 and 80 people; and of 300, as the edge itself is left out


def test_no_gap_where_bands_meet_or_something_takes_the_rest(tmp_path: Path) -> None:
    assert found(tmp_path / "a", '{"< 50": 1, ">= 50": 2}') == []
    assert found(tmp_path / "b", '{"< 50": 1, "> 100": 2, else: 3}') == []
    assert found(tmp_path / "c", '{"<= 19": 1, ">= 20": 2}') == []  # there is nobody between 19 and 20 people


def test_bands_that_overlap(tmp_path: Path) -> None:
    """Steps that lie wholly within each other are how bands are written; these share 50 to 100."""
    (overlap,) = found(tmp_path, '{"<= 100": 1, "50 .. 200": 2, else: 3}')
    assert overlap.detail["fault"] == "overlap"
    assert overlap.firms == 3  # 60, 80 and 100
    assert found(tmp_path / "b", '{">= 100": 3, ">= 50": 2, else: 1}') == []


def test_a_hole_in_a_table_of_two_inputs(tmp_path: Path) -> None:
    """From 100 people on and less than ten million there is no row; below 50 people a table need not begin."""
    (gap,) = found(tmp_path, "", table="staff,revenue,-> x\n50 ..< 100,,1\n>= 100,>= 1000万元,2\n")
    assert gap.firms == 0  # of 100 people or more all have ten million
    assert [cell["en"] for cell in gap.detail["cells"]] == [
        "Staff 2023 from 100 people to 1,000,000 people with Revenue 2023 from ¥0 and below ¥10,000,000"
    ]
    assert found(tmp_path / "b", "", table="staff,revenue,-> x\n50 ..< 100,,1\n>= 100,,2\n") == []


def test_an_amount_that_falls_at_the_edge_of_a_band(tmp_path: Path) -> None:
    (fall,) = found(tmp_path, '{">= 0": 2}', amount='{of: revenue, bands: {"<= 1000万元": 5%, else: 3%}}')
    assert (fall.detail["fault"], fall.detail["before"], fall.detail["after"]) == ("drop", 500_000.0, 300_000.0)


def test_the_rate_falls_where_another_figure_decides_it(tmp_path: Path) -> None:
    """The base is not known from the text, but its share falls from 10 % to 4 %."""
    (fall,) = found(tmp_path, '{"< 100": 10%, else: 4%}', eligible="listed", amount="{rate: x, of: revenue}")
    assert (fall.detail["of"], fall.detail["before"], fall.detail["after"]) == ("rate", 0.1, 0.04)


def test_slices_and_rising_bands_do_not_fall(tmp_path: Path) -> None:
    assert found(tmp_path / "a", '{">= 0": 2}', amount="{of: revenue, tiers: {0: 5%, 1000万元: 3%}}") == []
    assert found(tmp_path / "b", '{">= 0": 2}', amount='{of: revenue, bands: {"<= 1000万元": 1万元, else: 2万元}}') == []


def test_a_table_that_asks_a_yes_or_no(tmp_path: Path) -> None:
    """Who is not listed and has 100 people or more fits no row; of nobody it is known whether they are listed."""
    (gap,) = found(tmp_path, "", table="listed,staff,-> x\ntrue,,1\nfalse,< 100,2\n")
    assert gap.firms == 0
    assert gap.firms_perhaps == 5  # 100, 150, 300 and 400 people, and the one of whom nothing is known
    assert gap.detail["cells"][0]["en"].startswith("not: Listed")
