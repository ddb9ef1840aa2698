"""A fact in a form: what people type, and what it means."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

import arbitrary
import worked
from huiqi.facts.known import NONE, Raw
from huiqi_portal.registries.fact_input import as_json, fact_input, of_json, read_input, written

RULES = worked.rules()
FACTS = RULES.schemas["enterprise"].facts


def read(fact: str, text: str, **more: str) -> object:
    raw, wrong = read_input(FACTS[fact], {"f": text} | {f"f.{key}": value for key, value in more.items()}, "f", RULES.places)
    return wrong.en if wrong is not None else raw


@pytest.mark.parametrize(
    ("fact", "text", "words"),
    [
        ("revenue", "a lot", "this is not a figure"),
        ("revenue", "12,50", "this is not a figure"),
        ("revenue", ".", "this is not a figure"),
        ("revenue", "1e9", "this is not a figure"),
        ("revenue", "1.005", "at most 2 decimals"),
        ("revenue", "-1", "¥0 or more"),
        ("revenue", "9" * 25, "too large"),
        ("staff", "2.5", "write a whole figure"),
        ("staff", "2000000", "between 0 people and 1,000,000 people"),
        ("stake", "101", "between 0% and 100%"),
        ("established", "30/6/2024", "not a day"),
        ("established", "2024-02-30", "not a day"),
        ("established", "none", "always exists"),
        ("trade", "tax evasion", "one of the list"),
        ("place", "atlantis", "one of the list"),
        ("listed", "maybe", "choose yes, no"),
        ("trade", "x" * 1000, "longer than"),
    ],
)
def test_what_cannot_be_read_is_said_with_a_remedy(fact: str, text: str, words: str) -> None:
    assert words in str(read(fact, text))


@pytest.mark.parametrize(
    ("fact", "text", "raw"),
    [
        ("revenue", "1,250,000.50", 125_000_050),
        ("revenue", "１２５", 12_500),
        ("revenue", "125万元", 125_000_000),
        ("revenue", "0.5亿", 5_000_000_000),
        ("stake", "12.5", 125_000),
        ("stake", "12.5%", 125_000),
        ("staff", "40", 40),
        ("area", "1.25", 125),
        ("listed", "false", False),
        ("trade", "chips", "chips"),
        ("place", "bj", "bj"),
        ("ended", "none", NONE),
        ("established", "2024-06-30", arbitrary.AS_OF.toordinal()),
        ("revenue", "", None),
        ("listed", "  ", None),
    ],
)
def test_what_people_type_is_understood(fact: str, text: str, raw: object) -> None:
    assert read(fact, text) == raw


def test_money_is_in_the_unit_beside_it() -> None:
    assert read("revenue", "125", scale="万") == 125_000_000
    assert "not a figure" in str(read("revenue", "125", scale="dozen"))


def test_never_is_a_box_beside_the_day() -> None:
    assert read("ended", "", never="none") is NONE


def _raws() -> st.SearchStrategy[tuple[str, Raw]]:
    figures = {
        "revenue": (0, 10**15),
        "profit": (-(10**15), 10**15),
        "staff": (0, 10**6),
        "stake": (0, 10**6),
        "area": (0, 10**9),
        "established": (1, 3_652_059),
    }
    some = [st.tuples(st.just(fact), st.integers(*ends)) for fact, ends in figures.items()]
    return st.one_of(
        *some,
        st.tuples(st.just("listed"), st.booleans()),
        st.tuples(st.just("ended"), st.just(NONE)),
        st.tuples(st.just("trade"), st.sampled_from(["chips", "sell"])),
    )


@given(_raws())
def test_what_is_shown_reads_back_as_it_was(case: tuple[str, Raw]) -> None:
    fact, raw = case
    text, scale = written(FACTS[fact], raw)
    assert read_input(FACTS[fact], {"f": text, "f.scale": scale}, "f", RULES.places) == (raw, None)
    assert of_json(as_json(raw)) == raw


def test_a_year_stands_in_the_label_and_the_question() -> None:
    asked = fact_input(FACTS["revenue"], 2023, RULES)
    assert (asked.label.en, asked.label.zh, asked.question.en) == ("Revenue 2023", "2023年营业收入", "How much in 2023")
    assert asked.value == ""


def test_places_stand_below_what_they_lie_in() -> None:
    options = [(option.value, option.depth) for option in fact_input(FACTS["place"], None, RULES, given="sx").options]
    assert ("zj", 1) in options
    assert ("sx", 2) in options
