"""YAML as policy officers write it: every scalar is text, and every text knows where it stands."""

import pytest

from huiqi.vocabulary.problem import Where
from huiqi.vocabulary.source import parse_yaml, read_yaml, scalars


def parsed(text):
    node, problems = parse_yaml(text, "a.yaml")
    assert problems == []
    return node


def test_nothing_is_guessed():
    assert parsed("{a: no, b: on, c: 2024-06-30, d: 010, e: 1_000, f: null, g: ~}") == {
        "a": "no", "b": "on", "c": "2024-06-30", "d": "010", "e": "1_000", "f": "null", "g": "~",
    }  # fmt: skip


def test_every_text_knows_its_place():
    node = parsed("title: x\nmeasures:\n  - one\n  - {k: two}\n")
    assert [(str(text), text.where) for text in scalars(node)] == [
        ("x", Where("a.yaml", 1, 8)),
        ("one", Where("a.yaml", 3, 5)),
        ("two", Where("a.yaml", 4, 9)),
    ]
    assert next(iter(node)).where == Where("a.yaml", 1, 1)
    assert node["measures"].where.line == 3


@pytest.mark.parametrize(
    ("text", "code", "place", "remedy"),
    [
        ("a: 1\nb: 2\na: 3\n", "text.duplicate-key", (3, 1), "the first one is in line 1"),
        ("a: &x 1\nb: *x\n", "text.alias", (1, 4), "write the text out"),
        ("[a, b]: 1\n", "text.key", (1, 1), ""),
        ("a: b: c\n", "text.yaml", (1, 5), "put a text that contains ': ' in quotes"),
        ("a:\n\t- b\n", "text.yaml", (2, 1), "indent with spaces, not tabs"),
        ("a: [1, 2\n", "text.yaml", (2, 1), "close the bracket of line 1"),
        ("", "text.empty", (0, 0), ""),
        ("# only a comment\n", "text.empty", (0, 0), ""),
    ],
)
def test_faults_have_a_place_and_a_remedy(text, code, place, remedy):
    _, problems = parse_yaml(text, "a.yaml")
    assert [(p.code, (p.where.line, p.where.column), p.hint) for p in problems] == [(code, place, remedy)]


def test_all_faults_are_told_at_once():
    _, problems = parse_yaml("a: 1\na: 2\nb: 3\nb: 4\n", "a.yaml")
    assert [p.where.line for p in problems] == [2, 4]


def test_two_documents_in_one_file_are_refused():
    assert parse_yaml("a: 1\n---\nb: 2\n", "a.yaml")[1][0].code == "text.yaml"


def test_a_text_nested_beyond_reason_is_refused():
    _, problems = parse_yaml("[" * 100 + "]" * 100, "a.yaml")
    assert {p.code for p in problems} == {"text.too-deep"}


def test_a_text_nested_beyond_the_stack_is_refused():
    _, problems = parse_yaml("[" * 100_000, "a.yaml")
    assert problems


def test_a_file_of_another_encoding_is_a_problem(tmp_path):
    (tmp_path / "a.yaml").write_bytes("a: b\ntitle: 惠企\n".encode("gb18030"))
    node, (problem,) = read_yaml(tmp_path / "a.yaml", "a.yaml")
    assert node is None
    assert (problem.code, problem.where.line, problem.hint) == ("text.encoding", 2, "save it as UTF-8 (it looks like GB18030)")


def test_a_byte_order_mark_is_no_part_of_the_text(tmp_path):
    (tmp_path / "a.yaml").write_bytes("a: 惠企\n".encode("utf-8-sig"))
    assert read_yaml(tmp_path / "a.yaml", "a.yaml") == ({"a": "惠企"}, [])


def test_a_file_that_is_not_there(tmp_path):
    node, (problem,) = read_yaml(tmp_path / "a.yaml", "a.yaml")
    assert node is None
    assert problem.code == "text.unreadable"
