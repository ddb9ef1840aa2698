"""Stacking in an evaluation: what is payable beside what is due, the same from numpy and from the kernel, row by row as the exact rules say."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import arbitrary
from huiqi.entitlements.columns import Block, Run
from huiqi.entitlements.due import Dues
from huiqi.entitlements.evaluate import evaluate
from huiqi.entitlements.kernel.engine import Engine, kernel_name, setting_of
from huiqi.entitlements.stacked import Stacked
from huiqi.entitlements.totals import ALL, Groups
from huiqi.facts.registry import open_registry
from huiqi.rules.compile import Rules
from huiqi.rules.payable import Claim, in_fen, payable
from huiqi.rules.plan import make_plan
from registries import write_registry

MEASURE = """
  {name}:
    title: {{en: {name}, zh: 措施}}
    clause: 第一条
    kind: {kind}
    eligible: {eligible}
    amount: {amount}
"""
MEASURES = [
    ("a", "grant", "revenue >= 1000万元", "{rate: 10%, of: expense, cap: 50万元}"),
    ("b", "grant", "listed", "30万元"),
    ("c", "grant", "'staff >= 100'", "{rate: 3%, of: revenue}"),
    ("d", "grant", "listed", "{rate: 5%, of: revenue}"),
    ("e", "premises", "'staff >= 50'", "unpublished"),
    ("f", "grant", "'staff >= 10'", "10万元"),
]
CORE = """
title: {en: Core, zh: 总则}
document: 测试
issuer: {en: Nobody, zh: 无}
first_day: 2020-01-01
source: {kind: illustrative, note: {en: made up, zh: 虚构}}
cumulation:
  - {highest: [a, b], per: year, clause: 第九条, label: {en: The highest, zh: 从高}}
  - {cap: 60万元, over: [b, c, d], reduce: last, clause: 第十条, label: {en: At most, zh: 封顶}}
  - {intensity: 40%, of: expense, over: [c, f], reduce: proportional, clause: 第十一条, label: {en: Intensity, zh: 强度}}
  - {exclusive: [d, e], keep: first, clause: 第十二条, label: {en: One of them, zh: 择一}}
"""
MAIN = ["id,place,established,listed"] + [f"f{n:02},bj,2010-01-01,{('true', 'false', '')[n % 3]}" for n in range(60)]
YEARS = ["id,year,revenue,expense,staff"] + [
    f"f{n:02},2023,{'' if n % 7 == 0 else 1_300_000 * n},{'' if n % 5 == 0 else 90_000 * n},{'' if n % 4 == 0 else 5 * n}" for n in range(60)
]


@pytest.fixture(scope="module")
def rules(tmp_path_factory: pytest.TempPathFactory) -> Rules:
    text = "measures:" + "".join(MEASURE.format(name=n, kind=k, eligible=e, amount=a) for n, k, e, a in MEASURES)
    return arbitrary.rules_of(arbitrary.packs_folder(tmp_path_factory.mktemp("packs"), text, core=CORE))


@pytest.fixture(scope="module")
def choosing(tmp_path_factory: pytest.TempPathFactory) -> Rules:
    """The same measures with exclusions that leave a choice."""
    text = "measures:" + "".join(MEASURE.format(name=n, kind=k, eligible=e, amount=a) for n, k, e, a in MEASURES)
    core = CORE.replace("{highest: [a, b], per: year,", "{exclusive: [a, b], keep: best,").replace("[d, e], keep: first", "[b, d], keep: best")
    return arbitrary.rules_of(arbitrary.packs_folder(tmp_path_factory.mktemp("packs"), text, core=core))


@pytest.fixture(scope="module")
def block(rules: Rules, tmp_path_factory: pytest.TempPathFactory) -> Block:
    return _block(rules, tmp_path_factory.mktemp("registry"))


def _block(rules: Rules, folder: Path, main: list[str] = MAIN, years: list[str] = YEARS) -> Block:
    from huiqi.entitlements.population import Population

    registry, problems = open_registry(write_registry(folder / "r", main, years), rules.schemas["enterprise"], rules.places)
    assert registry is not None, problems
    population = Population(registry, rules, arbitrary.AS_OF)
    stacked = Stacked(rules, rules.measures, "enterprise")
    columns = sorted({*population.columns(make_plan(rules, apart=True)), *population.columns(stacked.limits)}, key=str)
    return population.block(columns, 0, registry.subjects)


def engine_of(rules: Rules, block: Block, *, numpy_only: bool) -> Engine:
    stacked = Stacked(rules, rules.measures, "enterprise")
    return Engine(make_plan(rules, apart=True), setting_of(block), stacked=stacked, places=stacked.numbers, numpy_only=numpy_only)


@pytest.mark.parametrize("fixture", ["rules", "choosing"])
def test_every_subject_gets_what_the_exact_rules_leave(fixture: str, request: pytest.FixtureRequest, tmp_path: Path) -> None:
    rules: Rules = request.getfixturevalue(fixture)
    block = _block(rules, tmp_path)
    stacked = Stacked(rules, rules.measures, "enterprise")
    dues = engine_of(rules, block, numpy_only=True).dues(block)
    limits = Run(stacked.limits, block).run()
    assert dues.paid is not None
    for row in range(block.size):
        found = {number: [one for one in [_at(dues, number, row)] if one is not None] for number in stacked.numbers}
        claims = [
            Claim(bool(due[0][0]), True, due[0][1], due[0][2]) if due else Claim(False, False, 0, 0) for due in (found[n] for n in stacked.numbers)
        ]
        exact = block.exactly(row)
        wanted = payable(stacked.stacking, claims, [in_fen(exact.figure(node)) for node in stacked.stacking.limits])
        for number, claim in zip(stacked.numbers, wanted.claims, strict=True):
            for due in found[number]:
                assert (due[3], due[4]) == (claim.low, claim.high), (row, number)
    assert limits.settled == 0


def _at(dues: Dues, number: int, row: int) -> tuple[bool, float, float, float, float] | None:
    one = dues[number]
    at = np.flatnonzero(one.rows == row)
    if not len(at) or one.paid is None:
        return None
    n = int(at[0])
    return bool(one.must[n]), one.low[n], one.high[n], one.paid.low[n], one.paid.high[n]


@pytest.mark.skipif(kernel_name() != "C", reason="the kernel was not compiled")
def test_a_choice_is_made_by_numpy_beside_the_kernel(choosing: Rules, tmp_path: Path) -> None:
    block = _block(choosing, tmp_path)
    compiled, plain = (engine_of(choosing, block, numpy_only=numpy_only) for numpy_only in (False, True))
    assert compiled.program is not None
    assert compiled.program.stacked is None
    one, other = compiled.found(block), plain.found(block)
    assert all((cells == other.totals.by[name]).all() for name, cells in one.totals.by.items())
    assert_same(one.dues, other.dues)


@pytest.mark.skipif(kernel_name() != "C", reason="the kernel was not compiled")
def test_the_kernel_stacks_as_numpy_does(rules: Rules, block: Block) -> None:
    compiled, plain = engine_of(rules, block, numpy_only=False), engine_of(rules, block, numpy_only=True)
    assert compiled.program is not None
    assert compiled.program.stacked is not None
    groups = {"place": Groups((np.arange(block.size) % 3).astype(np.int32), 3)}
    one, other = compiled.found(block, groups), plain.found(block, groups)
    assert_same(one.dues, other.dues)
    for name in (ALL, "place"):
        assert np.array_equal(one.totals.by[name], other.totals.by[name])
    only = compiled.found(block, groups, rows=False).totals
    assert all(np.array_equal(only.by[name], one.totals.by[name]) for name in (ALL, "place"))


def assert_same(one: Dues | None, other: Dues | None) -> None:
    assert one is not None
    assert other is not None
    assert one.paid is not None
    assert other.paid is not None
    for name in ("starts", "rows", "must", "low", "high"):
        assert np.array_equal(getattr(one, name), getattr(other, name)), name
    for name in ("low", "high", "stands"):
        assert np.array_equal(getattr(one.paid, name), getattr(other.paid, name)), name


@pytest.mark.skipif(kernel_name() != "C", reason="the kernel was not compiled")
@given(st.integers(1, 6_000), st.randoms(use_true_random=False))
@settings(max_examples=20)
def test_the_kernel_stacks_as_numpy_does_for_any_rows(rules: Rules, block: Block, size: int, random: object) -> None:
    rows = np.random.default_rng(random.randrange(2**32)).integers(0, block.size, size)  # type: ignore[attr-defined]
    some = block.only(rows.astype(np.intp))
    groups = {"place": Groups((np.arange(size) // 3 % 7).astype(np.int32), 7)}
    one, other = (engine_of(rules, block, numpy_only=plain).found(some, groups) for plain in (False, True))
    assert_same(one.dues, other.dues)
    for name in (ALL, "place"):
        assert np.array_equal(one.totals.by[name], other.totals.by[name])


FORMS = [
    "highest: [{of}]", "first: [{of}]", "exclusive: [{of}], keep: best", "exclusive: [{of}], keep: first",
    "cap: {cap}万元, over: [{of}], reduce: last", "cap: {cap}万元, over: [{of}], reduce: proportional",
    "intensity: {cap}%, of: expense, over: [{of}], reduce: last", "intensity: {cap}%, of: expense, over: [{of}], reduce: proportional",
]  # fmt: skip


@st.composite
def cores(draw: st.DrawFn) -> str:
    """A few stacking rules of any form, which may share measures."""
    text = CORE.split("  - ")[0]
    for number in range(draw(st.integers(1, 5))):
        of = draw(st.lists(st.sampled_from("abcdefg"), min_size=2, max_size=5, unique=True))
        form = draw(st.sampled_from(FORMS)).format(of=", ".join(of), cap=draw(st.sampled_from([0, 1, 15, 40, 70])))
        text += f"  - {{{form}, clause: 第九条, label: {{en: Rule {number}, zh: 规则{number}}}}}\n"
    return text


@pytest.mark.skipif(kernel_name() != "C", reason="the kernel was not compiled")
@given(cores(), st.integers(1, 3_000), st.integers(0, 2**32 - 1))
@settings(max_examples=25, deadline=None)
def test_the_kernel_stacks_as_numpy_does_by_any_rules(tmp_path_factory: pytest.TempPathFactory, core: str, size: int, seed: int) -> None:
    """Among the measures are one without a published amount and one that often gives nothing; what is cut by group stands in the totals."""
    measures = [*MEASURES, ("g", "grant", "'staff >= 0'", "{rate: 50%, of: expense}")]
    text = "measures:" + "".join(MEASURE.format(name=n, kind=k, eligible=e, amount=a) for n, k, e, a in measures)
    rules = arbitrary.rules_of(arbitrary.packs_folder(tmp_path_factory.mktemp("packs"), text, core=core))
    whole = _block(rules, tmp_path_factory.mktemp("registry"), MAIN, [*YEARS[:40], *(f"f{n:02},2023,{900_000 * n},0,{n}" for n in range(39, 60))])
    block = whole.only(np.random.default_rng(seed).integers(0, whole.size, size).astype(np.intp))
    groups = {"place": Groups((np.arange(size) % 7).astype(np.int32), 7)}
    compiled, plain = (engine_of(rules, block, numpy_only=alone) for alone in (False, True))
    assert compiled.program is not None
    assert (compiled.program.stacked is not None) == Stacked(rules, rules.measures, "enterprise").looped
    one, other, only = compiled.found(block, groups), plain.found(block, groups), compiled.totals(block, groups)
    assert_same(one.dues, other.dues)
    for name in (ALL, "place"):
        assert np.array_equal(one.totals.by[name], other.totals.by[name])
        assert np.array_equal(only.by[name], other.totals.by[name])


def test_files_say_what_is_payable(rules: Rules, tmp_path: Path) -> None:
    """f30: a is 10 % of 270万, at most 27万 and at least nothing; b is open."""
    registry, problems = open_registry(write_registry(tmp_path / "r", MAIN, YEARS), rules.schemas["enterprise"], rules.places)
    assert registry is not None, problems
    outcome = evaluate(rules, registry, arbitrary.AS_OF, out=tmp_path / "out")
    rows = pq.read_table(tmp_path / "out" / "entitlements.parquet").to_pylist()
    cut = [row for row in rows if row["payable_high"] is not None and row["payable_high"] < (row["amount_high"] or 0)]
    assert cut
    assert all(row["payable"] == "no" for row in cut if row["payable_high"] == 0)
    assert all(row["payable_low"] <= row["amount_low"] for row in rows)
    low = sum(tally.payable_low for tally in outcome.tallies)
    assert outcome.payable[0] >= low  # the sum is narrower than the sum of ranges


def test_a_measure_alone_is_stacked_with_those_that_it_stacks_with(rules: Rules, tmp_path: Path) -> None:
    registry, problems = open_registry(write_registry(tmp_path / "r", MAIN, YEARS), rules.schemas["enterprise"], rules.places)
    assert registry is not None, problems
    everything = {tally.measure.key: tally for tally in evaluate(rules, registry, arbitrary.AS_OF).tallies}
    alone = evaluate(rules, registry, arbitrary.AS_OF, measures=rules.find("b"), out=tmp_path / "out")
    assert [tally.measure.key for tally in alone.tallies] == ["b"]
    assert (alone.tallies[0].payable_low, alone.tallies[0].payable_high) == (everything["b"].payable_low, everything["b"].payable_high)
    assert {row["measure"] for row in pq.read_table(tmp_path / "out" / "entitlements.parquet").to_pylist()} == {"p/a/b"}


@pytest.mark.skipif(kernel_name() != "C", reason="the kernel was not compiled")
def test_totals_beyond_what_doubles_hold_are_those_of_numpy(tmp_path: Path) -> None:
    """Five times 4e15 fen is more than 2^53: the order of adding would matter, and the kernel leaves such rows to numpy."""
    text = "measures:" + "".join(MEASURE.format(name=name, kind="grant", eligible="revenue >= 1元", amount="revenue") for name in "abcde")
    core = CORE.split("  - ")[0] + "".join(
        f"  - {{cap: 30000000000000元, over: [{over}], reduce: last, clause: 第十条, label: {{en: At most, zh: 封顶}}}}\n"
        for over in ("a, b, c", "d, e")
    )
    rules = arbitrary.rules_of(arbitrary.packs_folder(tmp_path / "packs", text, core=core))
    main = MAIN[:1] + [f"f{n:02},bj,2010-01-01,true" for n in range(40)]
    years = YEARS[:1] + [f"f{n:02},2023,{40_000_000_000_001 + 3 * n if n % 3 else 7 * n},1,1" for n in range(40)]
    block = _block(rules, tmp_path, main, years)
    groups = {"place": Groups((np.arange(block.size) % 3).astype(np.int32), 3)}
    one, other = (engine_of(rules, block, numpy_only=plain).found(block, groups) for plain in (False, True))
    assert_same(one.dues, other.dues)
    for name in (ALL, "place"):
        assert np.array_equal(one.totals.by[name], other.totals.by[name])
