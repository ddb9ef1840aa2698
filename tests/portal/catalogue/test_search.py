"""Search by words and pairs of characters."""

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from huiqi_portal.catalogue.search import index_of

TEXTS = [
    [(8, "Research grant"), (8, "研发补助"), (1, "R&D expense is at least ¥1,000,000"), (5, "杭高新〔2020〕11号")],
    [(8, "Rent aid"), (8, "房屋租金补贴"), (1, "a start-up with research staff")],
    [(8, "Subsidies for listing"), (8, "上市奖励"), (5, "杭高新〔2020〕12号")],
]
INDEX = index_of(TEXTS)


def found(question):
    scores = INDEX.find(question)
    return None if scores is None else sorted(scores, key=lambda number: -scores[number])


@pytest.mark.parametrize("question", ["", "   ", "？！", "-"])
def test_a_question_without_a_word_asks_for_nothing(question):
    assert found(question) is None


@pytest.mark.parametrize("question", ["光伏", "zebra", "research 光伏", "租市"])
def test_what_stands_nowhere_is_not_found(question):
    assert found(question) == []


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("研发", [0]),
        ("租金", [1]),
        ("租", [1]),
        ("research", [0, 1]),  # the title first
        ("RESEARCH", [0, 1]),
        ("ｒｅｎｔ", [1]),  # full width
        ("subsidy", [2]),
        ("subsid", [2]),
        ("list", [2]),
        ("R&D", [0]),
        ("start-up", [1]),
        ("杭高新〔2020〕11号", [0]),
        ("杭高新", [0, 2]),
        ("research 租金", [1]),
        ("租金补助", [1]),  # most of its pairs
    ],
)
def test_words_of_both_languages_are_found(question, expected):
    assert found(question) == expected


@given(st.text(max_size=40))
def test_any_question_has_an_answer(question):
    found(question)


@given(st.text(alphabet=string.ascii_lowercase + "研发租金补贴 ", min_size=1, max_size=20))
def test_another_word_never_finds_more(question):
    alone = INDEX.find(question)
    if alone is not None:
        assert set(INDEX.find(f"{question} rent") or ()) <= set(alone)
