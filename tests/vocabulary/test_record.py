"""Records from files: each fault becomes a problem at its place."""

import datetime
from typing import Literal

import pytest

from huiqi.vocabulary.problem import Where
from huiqi.vocabulary.record import Date, Line, Record, Words, build, words
from huiqi.vocabulary.source import parse_yaml


class Fund(Record):
    title: Words
    clause: Line
    first_day: Date | None = None
    kind: Literal["grant", "loan"] = "grant"
    notes: dict[Line, Words] = {}
    tags: list[Line] = []


WHOLE = "title: {en: Industry, zh: 产业}\nclause: 第九条\n"


def made(text):
    node, problems = parse_yaml(text, "a.yaml")
    assert not problems
    return build(Fund, node, Where("a.yaml", 1, 1))


def test_a_record_keeps_texts_with_their_places():
    fund, problems = made(WHOLE + "first_day: 2024-06-30\n")
    assert problems == []
    assert fund.first_day == datetime.date(2024, 6, 30)
    assert fund.clause.where == Where("a.yaml", 2, 9)
    assert fund.where == Where("a.yaml", 1, 1)
    assert fund.title("zh") == "产业"


@pytest.mark.parametrize(
    ("text", "code", "message", "place", "hint"),
    [
        (WHOLE + "knd: loan\n", "record.unknown-key", "knd is not a key here", (3, 1), "did you mean kind?"),
        (WHOLE + "kind: lone\n", "record.value", "kind: lone is not allowed here", (3, 7), "did you mean loan?"),
        (WHOLE + "kind: x\n", "record.value", "kind: x is not allowed here", (3, 7), "one of: grant, loan"),
        (WHOLE + "first_day: 30 June\n", "record.value", "first_day: 30 June is not a date; write 2024-06-30", (3, 12), ""),
        (WHOLE + "first_day: 2023-02-29\n", "record.value", "first_day: 2023-02-29 is not a date; write 2024-06-30", (3, 12), ""),
        (WHOLE + "tags: x\n", "record.form", "tags: a list is expected here", (3, 7), "write [a, b], or a line with a dash for each"),
        ("title: {en: Industry, zh: 产业}\n", "record.missing-key", "fund lacks clause", (1, 1), "add clause: ..."),
        ("title: {en: Industry}\nclause: 一\n", "record.missing-language", "title lacks a Chinese text", (1, 1), "add zh: ..."),
        (WHOLE + "notes: {a: {zh: 甲}}\n", "record.missing-language", "notes.a lacks an English text", (3, 9), "add en: ..."),
        ("title: Industry\nclause: 一\n", "record.form", "title: a mapping of keys and values is expected here", (1, 8), "write {en: ..., zh: ...}"),
        (
            "title: {en: Industry, zh: 产业}\nclause: [一]\n",
            "record.value",
            "clause: a single text is expected here, not a list or a mapping",
            (2, 1),
            "",
        ),
    ],
)
def test_a_fault_has_its_place_and_remedy(text, code, message, place, hint):
    fund, problems = made(text)
    assert fund is None
    (problem,) = problems
    assert (problem.code, problem.message, problem.hint) == (code, message, hint)
    assert problem.where.line == place[0]
    assert problem.where.column == place[1]


def test_all_faults_of_a_record_are_told():
    _, problems = made("title: {en: Industry}\nkind: x\nfoo: 1\n")
    assert sorted(p.code for p in problems) == ["record.missing-key", "record.missing-language", "record.unknown-key", "record.value"]


def test_a_record_is_a_mapping():
    fund, problems = made("- a\n")
    assert fund is None
    assert [p.code for p in problems] == ["record.form"]


def test_words_of_the_program_itself():
    assert words("yes", "是")("en") == "yes"
