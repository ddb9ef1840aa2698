"""Stacking over columns against the exact evaluator, to the bit."""

from __future__ import annotations

from typing import Any

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

import stacks
from huiqi.entitlements.cumulate import Payable, cumulate
from huiqi.rules.cumulation import Stacking
from huiqi.rules.payable import Claim, payable

TOPS = st.sampled_from([6, 1_000, 10**10, 2**46])


@st.composite
def columns(draw: Any, rows: int = 12) -> Any:
    """One stacking with the claims of some subjects."""
    top = draw(TOPS)
    stacking, claims, limits = draw(stacks.cases(rules=5, most=7, top=top, width=draw(st.sampled_from([1, 3, top]))))
    subjects = [(claims, limits)]
    for _ in range(draw(st.integers(0, rows - 1))):
        known = draw(st.booleans())
        claims = [draw(stacks.claims_of(one, top, 3, bounded=known, known=known)) for one in stacking.had]
        limits = [
            (low, low + (0 if known else draw(st.integers(0, 3))))
            for low in draw(st.lists(st.integers(0, 2 * top), min_size=len(limits), max_size=len(limits)))
        ]
        subjects.append((claims, limits))
    return stacking, subjects


def arrays(stacking: Stacking, subjects: Any) -> tuple[Any, ...]:
    """The claims of subjects as columns: low, high, must, may, and the limits."""
    claims = [[one[0][number] for one in subjects] for number in range(len(stacking.had))]

    def column(name: str, kind: type) -> Any:
        return np.array([[getattr(claim, name) for claim in line] for line in claims], kind)

    limits = tuple(
        np.array([[one[1][at][end] for one in subjects] for at in range(len(subjects[0][1]))], float).reshape(-1, len(subjects)) for end in (0, 1)
    )
    return column("low", float), column("high", float), column("must", bool), column("may", bool), limits


def same(stacking: Stacking, subjects: Any, found: Payable) -> None:
    for row, (claims, limits) in enumerate(subjects):
        expected = payable(stacking, claims, limits)
        got = tuple(Claim(bool(found.must[n, row]), bool(found.may[n, row]), found.low[n, row], found.high[n, row]) for n in range(len(stacking.had)))
        assert got == expected.claims
        assert (found.total_low[row], found.total_high[row]) == expected.total


@given(columns())
@settings(max_examples=500, deadline=None)
def test_columns_equal_the_exact_evaluator(case: Any) -> None:
    stacking, subjects = case
    given_ = arrays(stacking, subjects)
    before = [one.copy() for one in given_[:4]]
    same(stacking, subjects, cumulate(stacking, *given_))
    assert all((one == was).all() for one, was in zip(given_, before, strict=False))
