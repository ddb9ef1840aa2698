"""How many firms of each kind are taken so that totals are met."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from huiqi.facts.synthetic.quotas import ALL, Quota, choose


def test_the_mix_of_what_is_not_asked_for_stays() -> None:
    """Of 60 plain, 30 high-tech and 10 listed firms 50 are taken with just 2 listed ones: the other 48 stay two to one."""
    counts = np.array([[False], [False], [True]])
    assert choose(np.array([60, 30, 10]), counts, [Quota("listed", 2)], 50).take.tolist() == [32, 16, 2]


def test_at_least_is_met_by_more() -> None:
    counts = np.array([[False], [True]])
    assert choose(np.array([50, 50]), counts, [Quota("high-tech", 10, at_least=True)], 50).take.tolist() == [25, 25]
    assert choose(np.array([50, 50]), counts, [Quota("high-tech", 40, at_least=True)], 50).take.tolist() == [10, 40]


def test_too_few_drawn_or_a_part_above_its_whole_is_told() -> None:
    nested = np.array([[False, False], [True, False], [True, True]])
    assert choose(np.array([90, 8, 2]), nested, [Quota("large", 3), Quota("listed", 4)], 50).against == ("listed",)
    assert choose(np.array([90, 8, 8]), nested, [Quota("large", 3), Quota("listed", 4)], 50).against == ("large", "listed")
    assert choose(np.array([5]), np.zeros((1, 0), bool), [], 6).against == (ALL,)


@given(st.integers(0, 2**32 - 1), st.integers(1, 6))
@settings(max_examples=150, deadline=None)
def test_totals_of_some_choice_are_met_to_the_firm(seed: int, totals: int) -> None:
    rng = np.random.default_rng(seed)
    firms = int(rng.integers(50, 800))
    members = rng.random((firms, totals)) < rng.random(totals) * 0.4
    members[:, -1] &= members[:, 0]  # a part and its whole
    _, first, kind = np.unique(members @ (1 << np.arange(totals)), return_index=True, return_inverse=True)
    drawn, counts = np.bincount(kind), members[first]
    chosen = rng.choice(firms, 6 * firms // 10, replace=False)
    wanted = members[chosen].sum(axis=0)
    take = choose(drawn, counts, [Quota(str(n), int(w)) for n, w in enumerate(wanted)], len(chosen)).take
    assert take is not None
    assert (take @ counts).tolist() == wanted.tolist()
    assert take.sum() == len(chosen)
    assert ((take >= 0) & (take <= drawn)).all()
