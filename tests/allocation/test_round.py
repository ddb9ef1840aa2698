"""A round's file: what is wrong with it is told, with its place and a remedy."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from huiqi.allocation.budget.applications import read_applications
from huiqi.allocation.budget.in_order import Edge, Ties
from huiqi.vocabulary.problem import FaultyInput


def test_a_round_as_it_is_written(reading: Any) -> None:
    round_, problems = reading({"money": "1.5亿元"}, "minimum: 5万元\nreserve: 2\n")
    assert not problems
    assert (round_.money, round_.places, round_.terms.minimum, round_.reserve) == (15_000_000_000, 3, 5_000_000, 2)
    assert (round_.terms.ties, round_.terms.edge, round_.subject) == (Ties.NONE, Edge.STOP, "enterprise")
    assert [(key.text, key.lowest, key.kind) for key in round_.keys] == [("staff", False, "figure"), ("established", True, "date")]
    assert round_.fund_title.zh == "产业资金"


def test_the_money_of_the_fund_where_the_round_says_none(reading: Any) -> None:
    round_, problems = reading({"money": None, "fund": "talent", "measures": "[other]"})
    assert not problems
    assert round_.money == 100_000_000


GROUPS = "quota: {unused: pooled, groups: {a: {label: {en: A, zh: 甲}, when: listed, %s}, b: {label: {en: B, zh: 乙}, %s}}}\n"


def test_parts_of_groups(reading: Any) -> None:
    round_, problems = reading({"places": None}, GROUPS % ("share: 1/3", "money: 20万元"))
    assert not problems
    assert [group.part.money for group in round_.groups] == [33_333_333, 20_000_000]  # down to the fen
    assert [group.when is None for group in round_.groups] == [False, True]


BAD = [
    ({"money": "0"}, "", "round.money", "6:8"),
    ({"money": "-5万元"}, "", "round.money", "6:8"),
    ({"money": "0.001元"}, "", "round.money", "6:8"),
    ({"money": None}, "", "round.money", "3:7"),
    ({"money": "101万元", "fund": "talent", "measures": "[other]"}, "", "round.money", "6:8"),
    ({"money": "50"}, "", "round.currency", "6:8"),
    ({"money": "5000 EUR"}, "", "round.currency", "6:8"),
    ({"money": "revenue"}, "", "rules.constant", "6:8"),
    ({"fund": "indutry"}, "", "round.fund", "3:7"),
    ({"fund": "talent"}, "", "round.fund", "5:12"),
    ({"measures": "[gant]"}, "", "round.measure", "5:12"),
    ({"measures": "[grant, grant]"}, "", "round.measure", "5:19"),
    ({"measures": "[]"}, "", "round.measure", "5:1"),
    ({"measures": "[secret]"}, "", "round.amount", "5:12"),
    ({}, "amounts: {grant: 5万元}\n", "round.amount", "12:11"),
    ({"measures": "[secret]"}, "amounts: {secret: unpublished}\n", "round.amount", "12:11"),
    ({"places": "0"}, "", "round.places", "7:9"),
    ({"places": "many"}, "", "round.places", "7:9"),
    ({"year": "24"}, "", "round.year", "4:7"),
    ({"year": "1999"}, "", "round.year", "4:7"),
    ({"round": "a/b"}, "", "round.id", "1:8"),
    ({"rank": "[stafff]"}, "", "rules.unknown-name", "9:8"),
    ({"rank": "[trade]"}, "", "round.rank", "9:8"),
    ({"rank": None}, "", "round.rank", "8:1"),
    ({"ties": None}, "", "round.ties", "8:1"),
    ({"edge": None}, "", "round.edge", "8:1"),
    ({"edge": "skip"}, "", "round.edge", "11:1"),
    ({"edge": "partial"}, "", "round.edge", "11:1"),
    ({"ties": "lot"}, "", "round.lot", "10:1"),
    ({}, "lot: seed\n", "round.lot", "12:1"),
    ({"by": "arrival"}, "", "round.applications", "8:1"),
    ({}, "applications: none.csv\n", "round.applications", "12:15"),
    ({"by": "pro_rata"}, "", "round.pro-rata", "7:1"),
    ({}, "minimum: 0\n", "round.minimum", "12:10"),
    ({}, "reserve: 0\n", "round.reserve", "12:10"),
    ({"places": None}, GROUPS % ("share: 60%", "share: 41%"), "round.quota", "11:1"),
    ({}, GROUPS % ("places: 2", "places: 2"), "round.quota", "12:1"),
    ({"places": None}, GROUPS % ("places: 2", "share: 40%"), "round.quota", "11:1"),
    ({}, GROUPS % ("share: 30%", "share: 40%"), "round.quota", "7:1"),
    ({"places": None}, GROUPS % ("share: 130%", "share: 40%"), "round.quota", "11:82"),
    ({"places": None}, "quota: {unused: lost, groups: {b: {label: {en: B, zh: 乙}}}}\n", "round.quota", "11:32"),
    ({"by": "chance"}, "", "record.value", "8:5"),
    ({}, "moneys: 5\n", "record.unknown-key", "12:1"),
]


@pytest.mark.parametrize(("changes", "more", "code", "place"), BAD)
def test_what_is_wrong_with_a_round(reading: Any, changes: dict[str, str | None], more: str, code: str, place: str) -> None:
    round_, problems = reading(changes, more)
    assert round_ is None
    told = [(problem.code, str(problem.where).removeprefix("round.yaml:")) for problem in problems]
    assert (code, place) in told, problems
    assert all(problem.hint for problem in problems if problem.code.startswith("round.")), problems


def test_everything_wrong_is_told_at_once(reading: Any) -> None:
    _, problems = reading({"money": "0", "places": "0", "fund": "no"}, "reserve: no\n")
    assert [problem.code for problem in problems] == ["round.fund", "round.money", "round.places", "round.reserve"]


ROWS = [
    ("a,grant,2024-05-06 09:12:40,100\nb,grnt,2024-05-06,1", "application.measure", 3),
    ("a,grant,2024-05-06,1\na,grant,2024-05-07,1", "application.twice", 3),
    ("a,grant,,1", "application.time", 2),
    ("a,grant,6 May,1", "application.time", 2),
    ("a,grant,2024-05-06T09:00:00+08:00,1", "application.time", 2),
    ("a,grant,2024-05-06,0", "application.amount", 2),
    ("a,grant,2024-05-06,-1", "application.amount", 2),
    ("a,grant,2024-05-06,1.234", "application.amount", 2),
    (",grant,2024-05-06,1", "application.subject", 2),
    ("a,grant,2024-05-06", "table.row-length", 2),
]


@pytest.mark.parametrize(("rows", "code", "line"), ROWS)
def test_what_is_wrong_with_applications(reading: Any, tmp_path: Path, rows: str, code: str, line: int) -> None:
    (tmp_path / "applications.csv").write_text("subject,measure,accepted_at,asked\n" + rows + "\n", encoding="utf-8")
    round_, problems = reading({"by": "arrival", "rank": None}, "applications: applications.csv\n")
    assert round_ is not None, problems
    with pytest.raises(FaultyInput) as raised:
        read_applications(round_)
    assert [(problem.code, problem.where.line) for problem in raised.value.problems] == [(code, line)]
    assert all(problem.hint for problem in raised.value.problems)


@pytest.mark.parametrize(("header", "code"), [("subject,asked", "table.missing-column"), ("subject,accepted_at,when", "table.unknown-column")])
def test_columns_of_applications(reading: Any, tmp_path: Path, header: str, code: str) -> None:
    (tmp_path / "applications.csv").write_text(header + "\n", encoding="utf-8")
    round_, _ = reading({"by": "arrival", "rank": None}, "applications: applications.csv\n")
    with pytest.raises(FaultyInput) as raised:
        read_applications(round_)
    assert [problem.code for problem in raised.value.problems] == [code]
