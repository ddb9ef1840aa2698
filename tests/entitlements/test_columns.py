"""The column engine equals the exact evaluator, on every part of every rule, for every range of facts."""

from __future__ import annotations

import math
import tempfile
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

import arbitrary
from huiqi.entitlements.columns import CodeSets, Figures, Run, Truths, block_of, codes_of, decode
from huiqi.facts.schema import Fact
from huiqi.rules.exact import Exactly
from huiqi.rules.plan import make_plan
from huiqi.vocabulary.ranges import Absent, Codes, Number
from huiqi.vocabulary.record import Words


@given(st.data())
def test_every_step_equals_the_exact_evaluator(data: Any) -> None:
    with tempfile.TemporaryDirectory() as folder:
        policy = data.draw(arbitrary.policy())
        rules = arbitrary.rules_of(arbitrary.packs_folder(Path(folder), policy, tables=arbitrary.TABLES))
    plan = make_plan(rules, keep=True)
    known = data.draw(arbitrary.subjects(rules.schemas["enterprise"], rules.places))
    block = block_of(known, [(fact, year) for (_, year), fact in plan.facts.items()])
    block.assume_recognised = data.draw(st.booleans())
    run = Run(plan, block).run()
    for row, one in enumerate(known):
        exact = Exactly(one, assume_recognised=block.assume_recognised)
        for slot, step in enumerate(plan.steps):
            check(run.slots[slot], exact.value(step.node), row, block.size, step)


def check(found: Any, wanted: Any, row: int, size: int, step: Any) -> None:
    """One subject's result of one step: truths and codes to the bit, figures exactly or within the error that they state."""

    def cell(column: Any) -> Any:
        return np.broadcast_to(column, (size,))[row]

    match found:
        case Truths():
            assert (bool(cell(found.must)), bool(cell(found.may))) == (wanted.must, wanted.may), step
        case CodeSets():
            assert codes_of(cell(found.bits), found.codes) == (wanted if isinstance(wanted, Codes) else Codes(frozenset({None}))), step
        case Figures() if isinstance(wanted, Number):
            low, high = float(cell(found.low)), float(cell(found.high))
            if wanted.absent is Absent.SURELY:
                assert math.isnan(low), step
                assert math.isnan(high), step
                return
            assert bool(found.maybe is not None and cell(found.maybe)) == (wanted.absent is Absent.MAYBE), step
            for end, exact in ((low, wanted.low), (high, wanted.high)):
                assert close_enough(end, exact, found), step


def close_enough(end: float, exact: Any, found: Figures) -> bool:
    if isinstance(exact, float) or math.isinf(end):
        return end == exact
    value = Fraction(end) / found.scale
    if found.exact:
        return value == exact
    if math.isinf(found.abs):
        return True
    return bool(abs(value - exact) <= Fraction(found.rel) * abs(value) + Fraction(found.abs) / found.scale)


def test_a_ratio_on_its_threshold_is_settled_exactly(tmp_path: Path) -> None:
    """0.1 has no exact float; 3 of 30 is still 10 %, and 2,999,999,999 fen of 300 million yuan is not."""
    policy = "measures:\n  m: {title: {en: M, zh: 措施}, clause: 一, kind: grant, eligible: 'expense / revenue >= 10%'}"
    rules = arbitrary.rules_of(arbitrary.packs_folder(tmp_path, policy))
    plan = make_plan(rules)
    schema = rules.schemas["enterprise"]
    pairs = [(300, 3_000), (299, 3_000), (3_000_000_000, 30_000_000_000), (2_999_999_999, 30_000_000_000), (1, 10), (7, 70)]
    known = [
        arbitrary.Known(
            schema, rules.places, arbitrary.AS_OF, {("expense", 2023): e, ("revenue", 2023): r, ("place", None): "bj", ("established", None): 700_000}
        )
        for e, r in pairs
    ]
    run = Run(plan, block_of(known, [(fact, year) for (_, year), fact in plan.facts.items()])).run()
    assert run.truths(plan.measures[0].status).must.tolist() == [True, False, True, False, True, True]


def test_figures_beyond_the_mantissa_do_not_drift(tmp_path: Path) -> None:
    policy = "measures:\n  m: {title: {en: M, zh: 措施}, clause: 一, kind: grant, eligible: 'revenue * 9 >= expense * 9 + 0.09元'}"
    rules = arbitrary.rules_of(arbitrary.packs_folder(tmp_path, policy))
    plan, schema = make_plan(rules), rules.schemas["enterprise"]
    large = 2**51
    values = {("place", None): "bj", ("established", None): 700_000}
    known = [
        arbitrary.Known(schema, rules.places, arbitrary.AS_OF, {**values, ("revenue", 2023): large + more, ("expense", 2023): large})
        for more in (0, 1, 2)
    ]
    run = Run(plan, block_of(known, [(fact, year) for (_, year), fact in plan.facts.items()])).run()
    assert run.truths(plan.measures[0].status).must.tolist() == [False, True, True]
    assert run.settled > 0


def test_a_text_comes_back_as_it_was_recorded(tmp_path: Path) -> None:
    rules = arbitrary.rules_of(arbitrary.packs_folder(tmp_path, "measures: {}"))
    name = Fact("name", "enterprise", "text", "day", Words(en="Name", zh="名称"), Words(en="What is it called?", zh="名称是什么？"))
    assert decode(name, "虚构企业000001", rules.places) == "虚构企业000001"
    assert decode(name, None, rules.places) is None
