"""How the lines of `pays` are read; what is refused is shown under tests/bad/documents/payments-*."""

from __future__ import annotations

from fractions import Fraction

import pytest

from huiqi.rules.instalments import MILESTONES, ONCE, Instalment, instalments_of, payment_words, read_payments
from huiqi.vocabulary.problem import FaultyInput, Where
from huiqi.vocabulary.source import Text


def lines(*texts: str) -> tuple[Text, ...]:
    return tuple(Text(text, Where("a.yaml", number, 5)) for number, text in enumerate(texts, 1))


def test_years_are_counted_from_the_decision() -> None:
    found = instalments_of(lines("40% in the first year", "30% in the second year", "30% in the third year"))
    assert [(part.share, part.years, part.name) for part in found] == [
        (Fraction(2, 5), 0, "year 1"),
        (Fraction(3, 10), 1, "year 2"),
        (Fraction(3, 10), 2, "year 3"),
    ]


def test_publicity_comes_with_the_decision_and_acceptance_nobody_knows_when() -> None:
    first, second = instalments_of(lines("50% on publicity", "50% on acceptance"))
    assert first == Instalment(Fraction(1, 2), 0, "publicity")
    assert second == Instalment(Fraction(1, 2), None, "acceptance")


@pytest.mark.parametrize("said", [(), ("once",)])
def test_what_is_not_staged_is_paid_at_once(said: tuple[str, ...]) -> None:
    assert instalments_of(lines(*said)) == ONCE


def test_a_share_has_two_decimals_at_most() -> None:
    assert instalments_of(lines("33.33% in the first year", "66.67% on acceptance"))[0].share == Fraction(3333, 10_000)
    assert read_payments(lines("33.333% in the first year", "66.667% on acceptance"))[1]


def test_every_wrong_line_is_told_at_its_place() -> None:
    _, problems = read_payments(lines("half on acceptance", "50% on acceptence", "10% in the 13th year"))
    assert [(problem.where.line, problem.where.column, problem.hint) for problem in problems] == [
        (1, 5, "write `50% on acceptance`"),
        (2, 12, "did you mean acceptance?"),
        (3, 12, "write `40% in the second year`"),
    ]
    with pytest.raises(FaultyInput):
        instalments_of(lines("once", "once"))


def test_the_same_text_elsewhere_is_told_elsewhere() -> None:
    for line in (3, 7):
        _, (problem,) = read_payments((Text("90% on acceptance", Where("a.yaml", line, 1)),))
        assert problem.where.line == line


def test_nothing_is_no_instalment() -> None:
    _, problems = read_payments(lines("0% on publicity", "100% on acceptance"))
    assert [problem.message for problem in problems] == ["0% on publicity pays nothing"]


def test_payments_in_words() -> None:
    found = instalments_of(lines("40% in the first year", "60% on acceptance"))
    assert [payment_words(part) for part in found] == [("40% in the first year", "第一年40%"), ("60% on acceptance", "验收后60%")]
    assert payment_words(ONCE[0]) == ("once, with the decision", "一次性拨付")
    assert all(words.zh and words.en == name for name, words in MILESTONES.items())
