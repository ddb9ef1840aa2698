"""Whatever the unknown facts turn out to be, the outcome lies in the range that was said before; and knowing more never widens a range."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from itertools import pairwise
from typing import NamedTuple

from hypothesis import given
from hypothesis import strategies as st

from completions import completed, examples, learned, some, unknown
from huiqi.facts.known import Known
from huiqi.rules import tree
from huiqi.rules.compile import Measure, Rules
from huiqi.rules.exact import Exactly
from huiqi.rules.payable import amount_due
from huiqi.vocabulary.ranges import Exact, Pair


class Due(NamedTuple):
    """A measure's status and what it gives, in yuan."""

    status: Pair
    low: Exact
    high: Exact


def outcome(measure: Measure, known: Known) -> Due:
    exact = Exactly(known)
    status = exact.truth(measure.truth)
    if measure.amount is None:
        return Due(status, Fraction(0), Fraction(0))
    due = amount_due(status, exact.figure(measure.amount.node))
    return Due(status, due.low, due.high)


def within(inner: Due, outer: Due) -> bool:
    return outer.status.must <= inner.status.must and inner.status.may <= outer.status.may and outer.low <= inner.low <= inner.high <= outer.high


def granted(rules: Rules, known: Known, yes: bool) -> Known:
    """With the recognition decided as the office may decide: granted only to those who meet its tests."""
    recognitions = [node for measure in rules.measures for node in tree.walk(measure.truth) if isinstance(node, tree.Recognised)]
    for node in recognitions:
        allowed = Exactly(known).truth(node.outcome).may
        known = replace(known, values={**known.values, (node.fact.id, None): known.values.get((node.fact.id, None), yes and allowed)})
    return known


@some(30)
@given(examples(), st.data())
def test_every_completion_lies_in_the_range(example, data):
    rules, known = example.rules, example.known
    before = [outcome(measure, known) for measure in rules.measures]
    assert all(one.low <= one.high for one in before)
    for _ in range(3):
        whole = granted(rules, data.draw(completed(known, apart_from=["star"])), data.draw(st.booleans()))
        for measure, first in zip(rules.measures, before, strict=True):
            then = outcome(measure, whole)
            assert within(then, first), (measure.id, first, then, whole.values)


@some(30)
@given(examples(), st.data())
def test_of_a_firm_that_is_wholly_known_everything_is_decided(example, data):
    rules, known = example.rules, example.known
    whole = data.draw(completed(known))
    for measure in rules.measures:
        one = outcome(measure, whole)
        assert one.status.known
        if measure.amount is not None and measure.amount.form not in ("unpublished", "up_to"):
            assert one.low == one.high
            assert (one.low * 100).denominator == 1  # whole fen


@some(30)
@given(examples(), st.data())
def test_knowing_more_never_widens_a_range(example, data):
    rules, known = example.rules, example.known
    before = [outcome(measure, known) for measure in rules.measures]
    keys = [key for key in data.draw(st.permutations(unknown(known))) if key[0] != "star"]
    for at in range(0, len(keys), 4):  # a few at a time
        more = [key for key in keys[at : at + 4] if lived(known, key)]
        known = data.draw(learned(known, more))
        after = [outcome(measure, known) for measure in rules.measures]
        for measure, earlier, later in zip(rules.measures, before, after, strict=True):
            assert within(later, earlier), (measure.id, earlier, later, more)
        before = after


def lived(known: Known, key: tuple[str, int | None]) -> bool:
    """Not a year before the firm's founding: a figure of such a year would contradict what is known."""
    return key[1] is None or known.lived(key[1] - known.as_of.year + 1) != "no"


@some(15)
@given(examples())
def test_a_coarse_place_or_code_is_a_range_of_finer_ones(example):
    """Known to be in Zhejiang, then in Hangzhou, then in Binjiang; a maker, then a maker of chips."""
    rules, known = example.rules, example.known
    for id, coarse in (("place", ("zj", "hz", "bj")), ("trade", ("make", "chips"))):
        steps = [replace(known, values={**known.values, (id, None): code}) for code in coarse]
        for measure in rules.measures:
            for earlier, later in pairwise(steps):
                assert within(outcome(measure, later), outcome(measure, earlier))


@some(15)
@given(examples())
def test_assuming_recognitions_only_adds_what_is_sure(example):
    rules, known = example.rules, example.known
    for measure in rules.measures:
        if not any(isinstance(node, tree.Not) for node in tree.walk(measure.truth)):
            plain, assumed = (Exactly(known, assume_recognised=assumed).truth(measure.truth) for assumed in (False, True))
            assert plain.must <= assumed.must
            assert plain.may == assumed.may
