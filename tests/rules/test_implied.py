"""Whether one test implies another by its form, against all cases of a few facts."""

import itertools
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from huiqi.rules.implied import implies
from huiqi.rules.tree import All, Any, Compare, Constant, Figure, Node

X = Figure(Fraction(7))  # stands for something that is read: the same node is the same thing


def over(edge: int, op: str = ">=") -> Node:
    return Compare(op, X, Figure(Fraction(edge)))


@pytest.mark.parametrize(
    ("part", "whole", "expected"),
    [
        (over(10), over(5), True),
        (over(5), over(10), False),
        (over(5, ">"), over(5), True),
        (over(5), over(5, ">"), False),
        (over(5, "<"), over(10, "<="), True),
        (over(5, "<"), over(10), False),
        (All((over(10), Constant(True))), over(10), True),
        (over(10), Any((Constant(False), over(10))), True),
        (Any((over(10), over(20))), over(10), True),
        (over(10), All((over(10), over(20))), False),
    ],
)
def test_by_hand(part: Node, whole: Node, expected: bool) -> None:
    assert implies(part, whole) is expected


EDGES = st.builds(over, st.integers(0, 4), st.sampled_from(["<", "<=", ">", ">="]))
TREES = st.recursive(
    EDGES,
    lambda inner: st.builds(lambda kind, parts: kind(tuple(parts)), st.sampled_from([All, Any]), st.lists(inner, min_size=1, max_size=3)),
    max_leaves=6,
)


def holds(node: Node, x: Fraction) -> bool:
    match node:
        case All(parts=parts):
            return all(holds(part, x) for part in parts)
        case Any(parts=parts):
            return any(holds(part, x) for part in parts)
        case Compare(op=op, right=Figure(value=edge)):
            return {"<": x < edge, "<=": x <= edge, ">": x > edge, ">=": x >= edge}[op]
    raise AssertionError(node)


@given(TREES, TREES)
def test_what_is_said_to_follow_does(part: Node, whole: Node) -> None:
    if implies(part, whole):
        for x in (Fraction(n, 2) for n in itertools.chain(range(-1, 10))):
            assert not holds(part, x) or holds(whole, x)
