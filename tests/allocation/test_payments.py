"""Payment plans: who is paid how much in which year, to the fen."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from huiqi.allocation.payments import OPEN, UNBOUNDED, Awards, payments, payments_of, split
from huiqi.rules.instalments import ONCE, Instalment, instalments_of
from huiqi.vocabulary.problem import NOWHERE, FaultyInput
from huiqi.vocabulary.source import Text
from promised import rules, table

STAGED = tuple(Instalment(Fraction(share, 100), year) for year, share in enumerate((40, 30, 30)))
HALVES = (Instalment(Fraction(1, 2), 0, "publicity"), Instalment(Fraction(1, 2), None, "acceptance"))


@st.composite
def plans(draw: st.DrawFn) -> tuple[Instalment, ...]:
    """Shares in hundredths of a per cent that add up to the whole."""
    cuts = sorted(draw(st.sets(st.integers(1, 9_999), max_size=5)))
    edges = [0, *cuts, 10_000]
    return tuple(Instalment(Fraction(high - low, 10_000), year) for year, (low, high) in enumerate(pairwise(edges)))


def column(*values: int) -> np.ndarray:
    return np.array(values, np.int64)


def test_forty_thirty_thirty_of_a_sum_that_does_not_divide() -> None:
    """1,234.57 yuan: the shares are 493.828, 370.371 and 370.371."""
    assert split(column(123_457), STAGED).ravel().tolist() == [49_383, 37_037, 37_037]


def test_an_odd_fen_of_two_halves_goes_to_the_first() -> None:
    assert split(column(1, 2, 3), HALVES).tolist() == [[1, 1, 2], [0, 1, 1]]


@given(plans(), st.lists(st.integers(0, 10**15), min_size=1, max_size=20))
def test_instalments_add_up_and_are_within_a_fen_of_their_shares(plan: tuple[Instalment, ...], amounts: list[int]) -> None:
    parts = split(np.array(amounts, np.int64), plan)
    assert parts.sum(axis=0).tolist() == amounts
    for part, row in zip(plan, parts.tolist(), strict=True):
        assert all(abs(had - part.share * amount) < 1 for had, amount in zip(row, amounts, strict=True))


@given(plans(), st.integers(0, 10**15), st.integers(0, 10**6))
def test_a_larger_award_never_means_a_smaller_instalment(plan: tuple[Instalment, ...], amount: int, more: int) -> None:
    parts = split(column(amount, amount + 1, amount + 1 + more), plan)
    assert (np.diff(parts, axis=1) >= 0).all()


def test_years_and_milestones_of_a_round() -> None:
    found = payments(Awards(column(0, 1), column(1_000, 500), column(1_000, 700), 2024), [STAGED, HALVES])
    assert found.award.tolist() == [0, 0, 0, 1, 1]
    assert [found.names[number] for number in found.instalment] == ["year 1", "year 2", "year 3", "publicity", "acceptance"]
    assert found.year.tolist() == [2024, 2025, 2026, 2024, 2024]
    assert found.last_year.tolist() == [2024, 2025, 2026, 2024, OPEN]
    assert found.low.tolist() == [400, 300, 300, 250, 250]
    assert found.high.tolist() == [400, 300, 300, 350, 350]


def test_an_expected_milestone_has_its_year() -> None:
    awards = Awards(column(0, 0), column(2, 2), column(2, 2), column(2023, 2024), {"acceptance": column(2026, 0)})
    found = payments(awards, [HALVES])
    assert found.year.tolist() == [2023, 2026, 2024, 2024]
    assert found.last_year.tolist() == [2023, 2026, 2024, OPEN]


def test_an_award_without_an_upper_end_has_payments_without_one() -> None:
    found = payments(Awards(column(0), column(100), column(UNBOUNDED), 2024), [HALVES])
    assert found.low.tolist() == [50, 50]
    assert found.high.tolist() == [UNBOUNDED, UNBOUNDED]


def test_no_awards_no_payments() -> None:
    assert len(payments(Awards(column(), column(), column(), 2024), [ONCE]).award) == 0


@pytest.mark.parametrize(
    ("awards", "said"),
    [
        (Awards(column(0, 0), column(1, -1), column(1, 1), 2024), "row 1 has an amount below nothing"),
        (Awards(column(0), column(2), column(1), 2024), "row 0 has an amount below nothing, or a low above its high"),
        (Awards(column(0), column(2), column(2), 2024, {"acceptance": column(2023)}), "acceptance of row 0 is expected in 2023, before the decision"),
    ],
)
def test_awards_that_cannot_be(awards: Awards, said: str) -> None:
    with pytest.raises(FaultyInput, match=said):
        payments(awards, [HALVES])


def test_payments_of_a_table_of_awards() -> None:
    """An award of nothing has no payment; of words that no award has nothing is asked."""
    measure = pa.DictionaryArray.from_arrays(pa.array([1, 1, 0]), pa.array(["p/a/once", "p/a/halves", "p/a/gone"]))
    awards = pa.table(
        {
            "award": ["1", "2", "3"], "subject": ["x", "y", "z"], "measure": measure, "fund": ["p/industry"] * 3, "outcome": ["awarded"] * 3,
            "amount_low": [5, 0, 0], "amount_high": pa.array([5, 0, None], pa.int64()),
        }
    )  # fmt: skip
    found = payments_of(awards, {"p/a/halves": HALVES, "p/a/once": ONCE}, 2024)
    rows = [(row["award"], row["milestone"], row["amount_low"], row["amount_high"]) for row in found.to_pylist()]
    assert rows == [("1", "publicity", 3, 3), ("1", "acceptance", 2, 2), ("3", "year 1", 0, None)]
    with pytest.raises(KeyError):
        payments_of(awards, {"p/a/halves": HALVES}, 2024)


def test_the_table_of_a_round() -> None:
    found = table([("x", "halves", 4, 6), ("y", "once", 1, 1)], 2024, rules()).to_pylist()
    assert found[1] == {
        "award": "round/halves/x", "subject": "x", "measure": "p/a/halves", "fund": "p/industry", "year": 2024, "last_year": None,
        "milestone": "acceptance", "amount_low": 200, "amount_high": 300,
    }  # fmt: skip
    assert found[2]["fund"] is None
    assert instalments_of((Text("once", NOWHERE),)) == ONCE
