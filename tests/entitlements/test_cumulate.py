"""Stacking over columns against the exact evaluator, to the bit."""

from __future__ import annotations

import ctypes
import shutil
import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

import arbitrary
import huiqi.entitlements.kernel
import stacks
import worked
from completions import examples, some
from huiqi.entitlements.columns import Run, block_of
from huiqi.entitlements.cumulate import Payable, cumulate, flatten, limits_of
from huiqi.entitlements.due import entitlement
from huiqi.rules.cumulation import Act, Stacking, stack
from huiqi.rules.exact import Exactly
from huiqi.rules.payable import Claim, claims_of, payable
from huiqi.rules.payable import limits_of as payable_limits
from huiqi.rules.plan import make_plan

TOPS = st.sampled_from([6, 1_000, 10**10, 2**46])


@st.composite
def columns(draw: Any, rows: int = 12, acts: Sequence[Act] = (*stacks.LOOPED, Act.CHOICE)) -> Any:
    """One stacking with the claims of some subjects."""
    top = draw(TOPS)
    stacking, claims, limits = draw(stacks.cases(rules=5, most=7, top=top, width=draw(st.sampled_from([1, 3, top])), acts=acts))
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


CORE = """
title: {en: Core, zh: 总政策}
document: 测试
issuer: {en: Nobody, zh: 无}
first_day: 2020-01-01
source: {kind: illustrative, note: {en: made up, zh: 虚构}}
cumulation:
  - {cap: 1000元, over: all, reduce: proportional, clause: 一, label: {en: In proportion, zh: 按比例}}
  - {intensity: 20%, of: expense, over: all, clause: 二, label: {en: Of what is spent, zh: 按费用}}
  - {highest: same_kind, clause: 三, label: {en: The highest, zh: 从高}}
  - {cap: loan, over: all, per: three_years, clause: 四, label: {en: Over three years, zh: 三年}}
"""


@some(25)
@given(examples())
def test_rules_over_a_block_equal_the_exact_evaluator_over_its_subjects(example):
    """From facts to what is payable: claims and limits by the column engine, and by fractions for the one firm."""
    tables = {name.removesuffix(".csv"): text for name, text in arbitrary.TABLES.items()}
    rules = worked.rules(example.policy, core=CORE, **tables)
    stacking = stack(rules)
    values = {f"limit {number}": node for number, node in enumerate(stacking.limits)}
    plan = make_plan(rules, stacking.measures, values=values)
    run = Run(plan, block_of([example.known], [(fact, year) for (_, year), fact in plan.facts.items()])).run()
    found = [entitlement(run, planned) for planned in plan.measures]
    columns = [np.array([getattr(one, name) for one in found]) for name in ("low", "high", "must", "may")]
    assume(all((ends[np.isfinite(ends)] < 2**51).all() for ends in columns[:2]))
    left = cumulate(stacking, *columns, limits_of(run, [plan.values[name] for name in values]))
    exact = Exactly(example.known)
    expected = payable(stacking, claims_of(stacking, exact), payable_limits(stacking, exact))
    assert [(low, high) for low, high in zip(left.low[:, 0], left.high[:, 0], strict=True)] == [claim.ends for claim in expected.claims]
    assert (left.total_low[0], left.total_high[0]) == expected.total


# ---------------------------------------------------------------- the compiled loop

HARNESS = Path(__file__).with_name("cumulate_harness.c")
PLAIN = ["-O3", "-fno-math-errno", "-fno-trapping-math"]
SANITIZED = ["-O1", "-g", "-fsanitize=undefined,bounds", "-fno-sanitize-recover=all", "-static-libubsan"]
STRIP = 64
Loop = Callable[[Stacking, Any, Any, Any, Any, Any], Payable]


@pytest.fixture(scope="module", params=["plain", "sanitized"])
def loop(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Loop:
    """The loop of _cumulate.h, built as a library of its own."""
    compiler = shutil.which("gcc")
    if compiler is None:
        pytest.skip("needs gcc")
    built = tmp_path_factory.mktemp("cumulate") / "cumulate.so"
    flags = ["-std=c11", "-shared", "-fPIC", "-Wall", "-Wextra", "-Werror", "-ffp-contract=off", *(PLAIN if request.param == "plain" else SANITIZED)]
    include = f"-I{Path(huiqi.entitlements.kernel.__file__).parent}"
    subprocess.run([compiler, *flags, include, str(HARNESS), "-o", str(built), "-lm"], check=True)
    run = ctypes.CDLL(str(built)).run
    return lambda *args: looped(run, *args)


def looped(run: Any, stacking: Stacking, low: Any, high: Any, must: Any, may: Any, limits: Any, times: int = 1) -> Payable:
    flat, n = flatten(stacking), low.shape[1]
    stride = -(-n // STRIP) * STRIP

    def lines(columns: Any, kind: type) -> Any:
        """Whole strips; what stands beyond the rows must not matter."""
        wide = np.full((max(len(columns), 1), stride), 3, kind)
        wide[: len(columns), :n] = columns
        return wide

    low, high, least, most = (lines(columns, np.float64) for columns in (low, high, *limits))
    must, may = lines(must, np.uint8), lines(may, np.uint8)
    total_low, total_high = np.empty(n), np.empty(n)
    lists = [at(flat.code), flat.rules, at(flat.had), at(flat.loose), len(flat.loose), at(flat.bundles), len(flat.bundles), flat.slots]
    columns = [at(one) for one in (low, high, must, may, least, most, total_low, total_high)]
    assert run(*lists, *columns, stride, n, times) == 0
    return Payable(low[:, :n], high[:, :n], must[:, :n].astype(bool), may[:, :n].astype(bool), total_low, total_high)


def at(array: Any) -> Any:
    assert array.flags.c_contiguous
    return ctypes.c_void_p(array.ctypes.data)


@given(case=columns(acts=stacks.LOOPED))
@settings(max_examples=200, deadline=None)
def test_the_compiled_loop_equals_numpy(loop: Loop, case: Any) -> None:
    stacking, subjects = case
    given_ = arrays(stacking, subjects)
    expected, found = cumulate(stacking, *given_), loop(stacking, *given_)
    for name in ("low", "high", "must", "may", "total_low", "total_high"):
        assert (getattr(found, name) == getattr(expected, name)).all(), name


def test_the_compiled_loop_equals_numpy_over_many_rows(loop: Loop) -> None:
    stacking = stacks.mixed(measures=30)
    given_ = stacks.many(stacking, rows=1_111)
    expected, found = cumulate(stacking, *given_), loop(stacking, *given_)
    for name in ("low", "high", "must", "may", "total_low", "total_high"):
        assert (getattr(found, name) == getattr(expected, name)).all(), name
