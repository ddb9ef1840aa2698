"""Totals: exact whole numbers for everybody and by group, in whatever order they are added up."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from huiqi.entitlements.due import Due, Dues, Total
from huiqi.entitlements.totals import ALL, FIELDS, PAYABLE, Groups, Totals, added

AMOUNTS = st.lists(st.tuples(st.integers(0, 2**52), st.booleans(), st.integers(0, 2)), min_size=1, max_size=40)


def due_of(low: list[float], high: list[float], must: list[bool], rows: list[int] | None = None) -> Due:
    return Due(np.array(rows if rows is not None else range(len(low)), np.intp), np.array(must, bool), np.array(low), np.array(high))


def test_a_cell_of_each_group() -> None:
    """Rows 1, 4 and 5 have it: two in the first district, one in the third."""
    one = due_of([100.0, 0.0, 7.0], [100.0, 50.0, np.inf], [True, False, True], [1, 4, 5])
    found = Totals.of([one], {"place": Groups(np.array([2, 0, 1, 1, 0, 2], np.int32), 3)})
    assert found.overall() == [Total(2, 1, 107, None)]
    assert [found.cost(0, "place", group) for group in range(3)] == [(100, 150), (0, 0), (7, None)]
    assert found.by["place"].shape == (2, 3, len(FIELDS))  # a line for all measures together
    assert found.cost(0, payable=True) == found.cost(0)  # nothing is cut


@given(AMOUNTS)
def test_sums_are_those_of_whole_numbers_in_any_order(amounts: list[tuple[int, bool, int]]) -> None:
    low = [float(fen) for fen, _, _ in amounts]
    groups = np.array([group for _, _, group in amounts], np.int32)
    whole = Totals.of([due_of(low, low, [sure for _, sure, _ in amounts])], {"place": Groups(groups, 3)})
    fen = sum(int(one) for one in low)
    assert whole.cost(0) == (fen, fen)
    for group in range(3):
        assert whole.cost(0, "place", group)[0] == sum(amount for amount, _, of in amounts if of == group)
    ones = [
        Totals.of([due_of([end], [end], [sure])], {"place": Groups(np.array([group], np.int32), 3)})
        for end, (_, sure, group) in zip(low, amounts, strict=True)
    ]
    together = added(reversed(ones))
    assert all(np.array_equal(together.by[name], whole.by[name]) for name in (ALL, "place"))


def test_payable_is_read_like_the_amount() -> None:
    totals = Totals.nothing(1, {})
    totals.by[ALL][0, 0, PAYABLE : PAYABLE + 5] = 5, 2, 7, 3, 0
    assert totals.cost(0, payable=True) == (5 + (2 << 32), 7 + (3 << 32))


def test_dues_are_a_sequence_of_measures() -> None:
    first, second = due_of([1.0, 2.0], [1.0, 2.0], [True, False], [3, 9]), due_of([5.0], [6.0], [False], [12])
    dues = Dues.of([[first, second], [], [second]])
    assert [one.rows.tolist() for one in dues] == [[3, 9, 12], [], [12]]
    assert dues[-1].high.tolist() == [6.0]
    assert dues.numbers.tolist() == [0, 0, 0, 2]
    assert len(dues[1:]) == 2
    with pytest.raises(IndexError):
        dues[3]
