"""Which tests would at least have to be otherwise for a measure to be had: the nearest way to a yes of a subject that surely has a no."""

from __future__ import annotations

from collections.abc import Sequence

from huiqi.rules.tree import Condition, Test, tests_in
from huiqi.vocabulary.ranges import Pair

Lacking = tuple[tuple[int, bool], ...]  # places of tests, and whether each should hold or should not


def wanting(condition: Condition, outcomes: Sequence[Pair]) -> Lacking:
    """The fewest tests that surely stand in the way, by the outcomes of all tests in their order; none where nothing surely does.

    Of ways that lack equally many the first in the text is taken: the conditions of the firm's own band where bands exclude each other by turns.
    """
    return _read(condition, outcomes, 0)[1]


def _read(condition: Condition, outcomes: Sequence[Pair], at: int) -> tuple[Pair, Lacking]:
    """The outcome of a part that begins with test `at`, and which tests keep it from holding."""
    if isinstance(condition, Test):
        pair = outcomes[at]
        return pair, () if pair.may else ((at, True),)
    parts = []
    for part in condition.parts:
        parts.append((*_read(part, outcomes, at), at, part))
        at += len(list(tests_in(part)))
    pairs = [pair for pair, *_ in parts]
    musts, mays = sum(pair.must for pair in pairs), sum(pair.may for pair in pairs)
    match condition.kind:
        case "all":
            pair = Pair(musts == len(pairs), mays == len(pairs))
            return pair, tuple(test for _, lacking, *_ in parts for test in lacking)
        case "none":
            pair = Pair(mays == 0, musts == 0)
            return pair, tuple(test for own, _, first, part in parts if own.must for test in _holding(part, outcomes, first))
        case kind:
            count = 1 if kind == "any" else condition.count
            pair = Pair(musts >= count, mays >= count)
            if pair.may:
                return pair, ()
            nearest = sorted((lacking for own, lacking, *_ in parts if not own.may), key=len)[: count - mays]
            return pair, tuple(sorted(test for lacking in nearest for test in lacking))


def _holding(condition: Condition, outcomes: Sequence[Pair], at: int) -> Lacking:
    """The tests by which a part surely holds that should not."""
    return tuple((number, False) for number in range(at, at + len(list(tests_in(condition)))) if outcomes[number].must)
