"""A range holds what every completion gives, and a narrower input gives no wider result."""

import math
import operator
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from huiqi.vocabulary import ranges
from huiqi.vocabulary.ranges import NOTHING, UNSURE, Absent, Codes, Exact, Number, Pair

FIGURES = st.builds(Fraction, st.integers(-24, 24), st.sampled_from([1, 2, 12]))
COMPLETE = {
    "+": (ranges.add, operator.add), "-": (ranges.subtract, operator.sub), "*": (ranges.multiply, operator.mul),
    "/": (ranges.divide, lambda a, b: None if b == 0 else a / b), "min": (ranges.least, min), "max": (ranges.most, max),
}  # fmt: skip
HOLDS = {">=": operator.ge, ">": operator.gt, "<=": operator.le, "<": operator.lt, "=": operator.eq, "!=": operator.ne}


@st.composite
def figures(draw: st.DrawFn) -> tuple[Number, list[Fraction | None]]:
    """A range and some of what it can come to; None is no value."""
    kind = draw(st.integers(0, 9))
    if kind == 0:
        return NOTHING, [None]
    points = sorted(draw(st.lists(FIGURES, min_size=1, max_size=3)))
    low: Exact = -math.inf if kind == 1 else points[0]
    high: Exact = math.inf if kind in (1, 2) else points[-1]
    if kind == 3:
        return Number(low, high, Absent.MAYBE), [*points, None]
    return Number(low, high), list(points)


def holds(value: Number, figure: Fraction | None) -> bool:
    """The figure, or no value, is in the range."""
    if figure is None:
        return value.absent is not Absent.NEVER
    return value.absent is not Absent.SURELY and value.low <= figure <= value.high


def within(inner: Number, outer: Number) -> bool:
    if inner.absent is Absent.SURELY:
        return outer.absent is not Absent.NEVER
    return outer.absent is not Absent.SURELY and outer.low <= inner.low and inner.high <= outer.high and inner.absent <= outer.absent


@given(st.sampled_from(list(COMPLETE)), figures(), figures())
def test_reckoning_holds_every_completion(op, left, right):
    reckon, exact = COMPLETE[op]
    (a, a_points), (b, b_points) = left, right
    result = reckon(a, b)
    assert result.low <= result.high
    for x in a_points:
        for y in b_points:
            assert holds(result, None if x is None or y is None else exact(x, y))


@given(st.sampled_from(list(HOLDS)), figures(), figures())
def test_a_comparison_holds_every_completion(op, left, right):
    (a, a_points), (b, b_points) = left, right
    pair = ranges.compare(op, a, b)
    for x in a_points:
        for y in b_points:
            found = x is not None and y is not None and HOLDS[op](x, y)
            assert pair.must <= found <= pair.may


@given(st.sampled_from(list(COMPLETE)), figures(), figures())
def test_knowing_more_never_widens(op, left, right):
    reckon, _ = COMPLETE[op]
    (a, points), (b, _) = left, right
    whole = reckon(a, b)
    for x in points:
        assert within(reckon(NOTHING if x is None else ranges.exactly(x), b), whole)


@given(figures(), st.sampled_from([Fraction(1), Fraction(1, 100), Fraction(5, 2)]), st.sampled_from(["down", "up", "half_up"]))
def test_rounding_is_to_a_multiple_and_by_less_than_a_step(value, step, direction):
    _, points = value
    for x in points:
        if x is not None:
            result = ranges.rounded(ranges.exactly(x), step, direction).low
            assert (result / step).denominator == 1
            assert {"down": 0 <= x - result < step, "up": 0 <= result - x < step, "half_up": -step / 2 <= x - result < step / 2}[direction]


@given(figures())
def test_a_value_with_a_stand_in_always_exists(value):
    number, points = value
    result = ranges.present(number)
    assert result.absent is Absent.NEVER
    assert all(holds(result, Fraction(0) if x is None else x) for x in points)


@given(st.sampled_from([Pair(True, True), Pair(False, False), UNSURE]), figures(), figures())
def test_a_choice_holds_what_either_side_gives(condition, left, right):
    (a, a_points), (b, b_points) = left, right
    result = ranges.choose(condition, a, b)
    for x in a_points if condition.may else ():
        assert holds(result, x)
    for y in b_points if not condition.must else ():
        assert holds(result, y)


CODES = st.frozensets(st.sampled_from(["a", "b", "c", None]), min_size=1)
WANTED = st.frozensets(st.sampled_from(["a", "b", "c"]), min_size=1)


@given(CODES, WANTED)
def test_a_test_of_codes_holds_every_completion(possible, wanted):
    inside, outside = ranges.is_one_of(Codes(possible), wanted), ranges.is_none_of(Codes(possible), wanted)
    for code in possible:
        assert inside.must <= (code in wanted) <= inside.may
        assert outside.must <= (code is not None and code not in wanted) <= outside.may


@given(CODES, CODES)
def test_sameness_of_codes_holds_every_completion(a, b):
    pair = ranges.same_code(Codes(a), Codes(b))
    for x in a:
        for y in b:
            assert pair.must <= (x is not None and x == y) <= pair.may
