"""Arbitrary stacking rules and claims: small whole amounts, a few measures, forms in any order."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from hypothesis import strategies as st

from huiqi.rules.cumulation import Act, Exclusion, Had, Stacking, StackingRule
from huiqi.rules.payable import Claim
from huiqi.rules.tree import Figure, Node

LIMIT: Node = Figure(0)  # type: ignore[arg-type]
LOOPED = [act for act in Act if act not in (Act.SHARE, Act.CHOICE)]  # those of the compiled loop


def rule(act: Act, *measures: int, beside: tuple[int, ...] = (), certain: bool = True, limit: bool = False) -> StackingRule:
    return StackingRule(act, measures, None, None, beside, certain, LIMIT if limit else None)  # type: ignore[arg-type]


def choice(*exclusions: tuple[int, ...]) -> StackingRule:
    """Rules by which one at most of some measures may be had, and the firm takes the best."""
    numbers = tuple(dict.fromkeys(number for one in exclusions for number in one))
    return StackingRule(Act.CHOICE, numbers, None, None, exclusions=tuple(Exclusion(one, None) for one in exclusions))  # type: ignore[arg-type]


def stacking(rules: Sequence[StackingRule], measures: int, had: Sequence[Had] | None = None) -> Stacking:
    return Stacking((), tuple(rules), tuple(had or [Had.BY_AMOUNT] * measures), (True,) * measures)


@st.composite
def rules_over(draw: Any, had: Sequence[Had], acts: Sequence[Act]) -> StackingRule:
    """One rule over some of the measures; one about money covers those with an amount."""
    act = draw(st.sampled_from(acts))
    if act is Act.CHOICE:
        some = st.lists(st.integers(0, len(had) - 1), min_size=2, max_size=3, unique=True).map(tuple)
        return choice(*draw(st.lists(some, min_size=2, max_size=3)))
    paid = [number for number, one in enumerate(had) if one is not Had.WITHOUT_AMOUNT]
    numbers = draw(st.permutations(list(range(len(had))) if act in (Act.HIGHEST, Act.FIRST) else paid))
    if act in (Act.UNLESS, Act.LESS):
        beside = tuple(numbers[1 : 1 + draw(st.integers(1, len(numbers) - 1))])
        return rule(act, numbers[0], beside=beside, certain=draw(st.booleans()))
    if act is Act.ONCE:
        return rule(act, draw(st.integers(0, len(had) - 1)), limit=True)
    limit = act in (Act.LAST, Act.PROPORTIONAL)
    return rule(act, *numbers[: draw(st.integers(1 if limit else 2, len(numbers)))], limit=limit)


@st.composite
def claims_of(draw: Any, had: Had, top: int, width: int, *, bounded: bool, known: bool) -> Claim:
    must = draw(st.booleans())
    may = must or (draw(st.booleans()) and not known)
    if had is Had.WITHOUT_AMOUNT or not may:
        return Claim(must, may, 0, 0)
    low = draw(st.integers(0, top)) if must else 0
    if known:
        return Claim(must, may, low, low)
    high = low + draw(st.integers(0, width))
    return Claim(must, may, low, math.inf if not bounded and draw(st.integers(0, 7)) == 0 else high)


@st.composite
def cases(
    draw: Any, rules: int = 3, *, bounded: bool = False, known: bool = False, most: int = 4, top: int = 7, width: int = 3,
    acts: Sequence[Act] = (*LOOPED, Act.CHOICE),
) -> Any:  # fmt: skip
    """A stacking with claims on it, and its limits."""
    size = draw(st.integers(2, most))
    had = [Had.BY_AMOUNT, Had.BY_AMOUNT, *(draw(st.sampled_from([Had.BY_AMOUNT, Had.BY_AMOUNT, *Had])) for _ in range(size - 2))]
    had = draw(st.permutations(had))
    chosen = [draw(rules_over(had, acts)) for _ in range(draw(st.integers(1, rules)))]
    claims = [draw(claims_of(one, top, width, bounded=bounded, known=known)) for one in had]
    limits = []
    for one in (one for one in chosen if one.limit is not None):
        least = draw(st.integers(0, 1 if one.act is Act.ONCE else 3 * top))  # how often, or how much
        limits.append((least, least if known else least + draw(st.integers(0, width - 1))))
    return stacking(chosen, size, had), claims, limits


def mixed(measures: int) -> Stacking:
    """Rules of every form over the measures in turn, some of them bound together, one measure in five unpublished."""
    had = [Had.BY_STATUS if number % 5 == 4 else Had.BY_AMOUNT for number in range(measures)]
    rules = []
    for at in range(0, measures - 5, 6):
        rules += [
            rule(Act.HIGHEST, at, at + 1, at + 2),
            rule(Act.FIRST, at + 3, at + 4),
            rule(Act.LESS, at + 5, beside=(at + 3,), certain=at % 4 == 0),
            rule((Act.LAST, Act.PROPORTIONAL)[at % 4 // 2], at, at + 5, limit=True),
        ]
    rules += [rule(Act.ONCE, measures - 2, limit=True), rule(Act.ONCE, 1, limit=True)]
    rules.append(rule(Act.UNLESS, 0, beside=(measures - 1, measures - 2), certain=False))
    rules.append(rule(Act.HIGHEST, *range(measures - 9, measures)))
    return stacking(rules, measures, had)


def many(stacks_: Stacking, rows: int, seed: int = 1) -> tuple[Any, ...]:
    """Claims of many subjects: a third known, a third a range or nothing, a few without end; and limits."""
    rng, size = np.random.default_rng(seed), (len(stacks_.had), rows)
    may = rng.random(size) < 0.6
    must = may & (rng.random(size) < 0.7)
    low = np.where(must, rng.integers(0, 10**9, size), 0).astype(float)
    high = np.where(may, low + np.where(rng.random(size) < 0.5, 0, rng.integers(0, 10**8, size)), 0.0)
    high[may & (rng.random(size) < 0.02)] = np.inf
    limit = rng.integers(10**8, 10**9, (len(stacks_.limits), rows)).astype(float)
    limit[[one.act is Act.ONCE for one in stacks_.cutting if one.limit is not None]] *= 0.0  # granted before, or perhaps
    return low, high, must, may, (limit, limit + np.where(rng.random(limit.shape) < 0.2, 10**7, 0))
