"""The compiled kernel equals numpy to the bit, for every range of facts, however the rows are divided; and numpy does what it does not carry."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import arbitrary
from huiqi.entitlements.columns import Block, Run, block_of
from huiqi.entitlements.due import Due, due
from huiqi.entitlements.kernel.engine import Engine, kernel_name, levels, setting_of
from huiqi.entitlements.totals import Groups, Totals
from huiqi.facts.known import Known
from huiqi.rules.compile import Rules
from huiqi.rules.payable import amount_due
from huiqi.rules.plan import Plan, make_plan

LEVELS = levels()
pytestmark = pytest.mark.skipif(kernel_name() != "C", reason="the kernel is not compiled here")


def rules_from(policy: str, core: str = "") -> Rules:
    with tempfile.TemporaryDirectory() as folder:
        return arbitrary.rules_of(arbitrary.packs_folder(Path(folder), policy, tables=arbitrary.TABLES, core=core))


def many(known: list[Known], plan: Plan, times: int) -> Block:
    """The same subjects again and again, as one block."""
    block = block_of(known, [(fact, year) for (_, year), fact in plan.facts.items()])
    rows = np.tile(np.arange(len(known)), times)
    columns = {key: values[rows] for key, values in block.columns.items()}
    assert block.first_years is not None
    return replace(block, size=len(rows), columns=columns, ids=None, first_years=block.first_years[rows], among=[*block.among] * times)


def check_totals(found: Totals, wanted: Totals) -> None:
    assert {name: cells.tolist() for name, cells in found.by.items()} == {name: cells.tolist() for name, cells in wanted.by.items()}


def drawn_groups(size: int) -> dict[str, Groups]:
    rng = np.random.default_rng(size)
    return {name: Groups(rng.integers(0, count, size, np.int32), count) for name, count in (("industry", 3), ("place", 17))}


def by_numpy(plan: Plan, block: Block) -> list[Due]:
    run = Run(plan, block).run()
    return [due(run, planned) for planned in plan.measures]


def check_same(found: Sequence[Due], wanted: Sequence[Due]) -> None:
    for one, other in zip(found, wanted, strict=True):
        for name in ("rows", "must", "low", "high"):
            assert getattr(one, name).tolist() == getattr(other, name).tolist(), name


@given(st.data())
def test_the_kernel_equals_numpy(data: Any) -> None:
    rules = rules_from(data.draw(arbitrary.policy()))
    plan = make_plan(rules, apart=True)
    known = data.draw(arbitrary.subjects(rules.schemas["enterprise"], rules.places))
    block = many(known, plan, data.draw(st.sampled_from([1, 1, 13, 171, 900])))
    block.assume_recognised = data.draw(st.booleans())
    level = data.draw(st.integers(0, LEVELS - 1))
    engine, wanted = Engine(plan, setting_of(block), level=level), by_numpy(plan, block)
    workers, groups = data.draw(st.integers(1, 3)), drawn_groups(block.size)
    found = engine.found(block, groups, workers)
    assert found.dues is not None
    check_same(found.dues, wanted)
    check_totals(found.totals, Totals.of(wanted, groups))
    check_totals(engine.totals(block, groups, workers), found.totals)


@given(st.data())
def test_the_tests_of_every_row_are_those_of_numpy(data: Any) -> None:
    rules = rules_from(data.draw(arbitrary.policy()))
    plan = make_plan(rules, keep=True, apart=True)
    block = many(data.draw(arbitrary.subjects(rules.schemas["enterprise"], rules.places)), plan, data.draw(st.sampled_from([1, 13, 171])))
    engine = Engine(plan, setting_of(block), tests=True, level=data.draw(st.integers(0, LEVELS - 1)))
    wanted = Engine(plan, setting_of(block), tests=True, numpy_only=True).found(block).tests
    found = engine.found(block, {}, data.draw(st.integers(1, 3)), rows=data.draw(st.booleans())).tests
    assert found is not None
    assert wanted is not None
    assert found.tolist() == wanted.tolist()


@given(st.data())
def test_the_kernel_equals_the_exact_evaluator(data: Any) -> None:
    rules = rules_from(data.draw(arbitrary.policy()))
    plan = make_plan(rules, apart=True)
    known = data.draw(arbitrary.subjects(rules.schemas["enterprise"], rules.places))
    block = many(known, plan, 1)
    for planned, one in zip(plan.measures, Engine(plan, setting_of(block)).dues(block), strict=True):
        for row in range(len(known)):
            exact = block.exactly(row)
            status = exact.truth(planned.measure.truth)
            assert (row in one.rows) == status.may
            if status.may:
                at = one.rows.tolist().index(row)
                assert one.must[at] == status.must
                if planned.measure.amount is not None:
                    wanted = amount_due(status, exact.figure(planned.measure.amount.node))
                    assert (fen(wanted.low), fen(wanted.high)) == (one.low[at], one.high[at])


def fen(amount: Fraction | float) -> float:
    return float(amount * 100)


MEASURE = "measures:\n  m: {{title: {{en: M, zh: 措施}}, clause: 一, kind: grant, eligible: '{eligible}'{more}}}"


def made(eligible: str, facts: list[dict[tuple[str, int | None], Any]], more: str = "") -> tuple[Engine, Block]:
    rules = rules_from(MEASURE.format(eligible=eligible, more=more))
    plan = make_plan(rules, apart=True)
    always = {("place", None): "bj", ("established", None): 700_000}
    known = [Known(rules.schemas["enterprise"], rules.places, arbitrary.AS_OF, {**always, **values}) for values in facts]
    block = many(known, plan, 1)
    return Engine(plan, setting_of(block)), block


def test_a_ratio_on_its_threshold_is_settled_in_the_kernel() -> None:
    """0.1 has no exact float; 3 of 30 is still 10 %, and 2,999,999,999,999 fen of 300 million yuan is not."""
    pairs = [(300, 3_000), (299, 3_000), (3 * 10**14, 3 * 10**15), (3 * 10**14 - 1, 3 * 10**15), (1, 10), (7, 70)]
    engine, block = made("expense / revenue >= 10%", [{("expense", 2023): e, ("revenue", 2023): r} for e, r in pairs])
    (found,) = engine.dues(block)
    assert found.rows.tolist() == [0, 2, 4, 5]
    assert engine.settled == 0


def test_figures_beyond_the_mantissa_are_left_to_numpy() -> None:
    large = 2**51
    facts: list[dict[tuple[str, int | None], Any]] = [{("revenue", 2023): large + more, ("expense", 2023): large} for more in (0, 1, 2)]
    engine, block = made("revenue * 9 >= expense * 9 + 0.09元", facts)
    (found,) = engine.dues(block)
    assert found.rows.tolist() == [1, 2]
    assert engine.settled > 0
    assert [total.yes for total in engine.totals(block).overall()] == [2]


@pytest.mark.parametrize("amount", [2**51, 2**52 - 1])  # the second is so large that rounding it is left to numpy
def test_sums_beyond_64_bits_are_exact(amount: int) -> None:
    """6,000 enterprises, each due some 20 or 40 trillion yuan: more than 9.2e18 fen do not fit into 64 bits with a sign."""
    engine, block = made("revenue > 0元", [{("revenue", 2023): amount}], ", amount: revenue")
    whole = block.only(np.zeros(6_000, np.intp))
    (total,) = engine.totals(whole, workers=2).overall()
    assert (total.yes, total.low, total.high) == (6_000, 6_000 * amount, 6_000 * amount)


def test_a_cost_without_upper_end() -> None:
    engine, block = made("revenue > 0元", [{("revenue", 2023): 1}, {}], ", amount: unpublished")
    (total,) = engine.totals(block).overall()
    assert (total.yes, total.depends, total.low, total.high) == (1, 1, 0, None)


def test_the_number_of_workers_makes_no_difference() -> None:
    facts: list[dict[tuple[str, int | None], Any]] = [{("revenue", 2023): n, ("expense", 2023): 7 * n} for n in range(1, 60)] + [{}]
    engine, block = made("expense >= 3元", facts, ", amount: {rate: 33.3333%, of: expense, cap: 5元}")
    whole = block.only(np.arange(40_000, dtype=np.intp) % 60)
    groups = drawn_groups(whole.size)
    dues = engine.dues(whole, 3)
    check_same(dues, engine.dues(whole, 1))
    for workers in (1, 2, 5):
        check_totals(engine.totals(whole, groups, workers), Totals.of(dues, groups))


def test_totals_by_group_are_exact_for_any_amount() -> None:
    """Small and large amounts, close together and apart, and some that have no upper end."""
    facts: list[dict[tuple[str, int | None], Any]] = [
        {("revenue", 2023): amount} for amount in (1, 2**32 - 1, 2**32, 2**40 - 1, 2**40, 2**51, 2**51 - 1)
    ] + [{}]
    engine, block = made("revenue > 0元", facts, ", amount: revenue")
    rng = np.random.default_rng(3)
    for rows in (rng.integers(0, 8, 20_000), np.full(20_000, 3), np.repeat([3, 7, 4], 7_000), rng.choice([0, 3, 7], 9_000)):
        whole = block.only(rows.astype(np.intp))
        groups = {"place": Groups(rng.integers(0, 2, whole.size, np.int32), 2)}
        check_totals(engine.totals(whole, groups), Totals.of(engine.dues(whole), groups))


def test_groups_lie_within_their_size() -> None:
    engine, block = made("revenue > 0元", [{("revenue", 2023): 1}] * 3)
    for wrong in (-1, 2):
        with pytest.raises(ValueError, match="group"):
            engine.totals(block, {"place": Groups(np.array([0, wrong, 1], np.int32), 2)})
    with pytest.raises(ValueError, match="array"):
        engine.totals(block, {"place": Groups(np.zeros(2, np.int32), 2)})


def test_threads_share_an_engine() -> None:
    facts: list[dict[tuple[str, int | None], Any]] = [{("revenue", 2023): n} for n in range(1, 60)] + [{}]
    engine, block = made("revenue >= 0.3元", facts, ", amount: revenue")
    blocks = [block.only(np.arange(size, dtype=np.intp) % 60) for size in (1, 2, 511, 512, 513, 2_000)] * 4
    wanted = [engine.dues(one) for one in blocks]
    with ThreadPoolExecutor(4) as threads:
        for found, other in zip(threads.map(engine.dues, blocks), wanted, strict=True):
            check_same(found, other)


GROUPS = """
title: {en: Core, zh: 总则}
document: 测试
issuer: {en: Nobody, zh: 无}
first_day: 2020-01-01
source: {kind: illustrative, note: {en: made up, zh: 虚构}}
groups:
  group: {label: {en: Group, zh: 集团}, clause: 一, linked_above: 50%, partner_from: 25%}
"""


def test_what_the_kernel_does_not_carry_is_numpys(monkeypatch: pytest.MonkeyPatch) -> None:
    policy = (
        "measures:\n"
        "  plain: {title: {en: M, zh: 措施}, clause: 一, kind: grant, eligible: 'revenue >= 5元', amount: '1万元'}\n"
        "  group: {title: {en: M, zh: 措施}, clause: 一, kind: grant, eligible: 'group.sum(revenue) >= 5元', amount: '2万元'}"
    )
    rules = rules_from(policy, GROUPS)
    plan = make_plan(rules, apart=True)
    values: dict[tuple[str, int | None], Any] = {("place", None): "bj", ("established", None): 700_000, ("revenue", 2023): 600}
    block = many([Known(rules.schemas["enterprise"], rules.places, arbitrary.AS_OF, values)], plan, 1)
    engine = Engine(plan, setting_of(block))
    assert engine.rest == (1,)
    check_same(engine.dues(block), by_numpy(plan, block))
    monkeypatch.setenv("HUIQI_KERNEL", "numpy")
    assert kernel_name() == "numpy"
    assert Engine(plan, setting_of(block)).program is None
    check_same(Engine(plan, setting_of(block)).dues(block), by_numpy(plan, block))
