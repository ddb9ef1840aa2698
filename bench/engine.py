"""What the measurements ask of huiqi, each call in one place."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from pathlib import Path

import pack_text
import workload
from enterprises import Columns

from huiqi.entitlements.columns import Block, Run
from huiqi.entitlements.due import Due, due, total_of
from huiqi.entitlements.evaluate import BLOCK, evaluate
from huiqi.entitlements.kernel import Engine, cores, kernel_name, setting_of
from huiqi.facts.registry import Registry, open_registry
from huiqi.facts.schema import Schema
from huiqi.rules.compile import Rules
from huiqi.rules.library import Library, read_library
from huiqi.rules.plan import Plan, make_plan
from huiqi.vocabulary.place import Places

__all__ = ["BLOCK", "Block", "Engine", "Library", "Places", "Plan", "Rules", "Schema", "cores", "kernel_name"]

AS_OF = workload.AS_OF
NOT_IN_FULL = ("stacking", "totals by group")  # what the full evaluation does not do yet; empty when it does all


def library_of(packs: Path) -> Library:
    """The made-up pack, read from its text."""
    library, problems = read_library([packs / pack_text.PACK])
    assert library is not None, problems
    assert not problems, problems
    return library


def read_like_a_command(packs: Path) -> Library:
    """The same as a command that evaluates reads it: what no rule reads is left out, and what was read before comes from the cache."""
    library, problems = read_library([packs / pack_text.PACK], rules_only=True)
    assert library is not None, problems
    return library


def rules_of(packs: Path, day: datetime.date = AS_OF) -> Rules:
    return library_of(packs).rules(day)


def plan_of(rules: Rules) -> Plan:
    return make_plan(rules, apart=True)


def blocks(columns: Columns, rules: Rules, size: int | None = None) -> list[Block]:
    """The enterprises in blocks of one size, or in one block."""
    count = len(next(iter(columns.values())))
    size = size or count
    schema = rules.schemas["enterprise"]
    return [
        Block(min(size, count - at), AS_OF, {key: values[at : at + size] for key, values in columns.items()}, schema, rules.places)
        for at in range(0, count, size)
    ]  # fmt: skip


def engine_for(plan: Plan, block: Block) -> Engine:
    return Engine(plan, setting_of(block))


def full(engine: Engine, block: Block, workers: int = 1) -> object:
    """Eligibility, amounts of both ends, stacking, totals; but for NOT_IN_FULL."""
    return engine.totals(block, workers)


def amounts(engine: Engine, block: Block, workers: int = 1) -> object:
    """What the peers do: eligibility, amounts and their sums."""
    return engine.totals(block, workers)


def dues(engine: Engine, block: Block, workers: int = 1) -> list[Due]:
    """A row for everybody who may have a measure."""
    return engine.dues(block, workers)


def with_numpy(plan: Plan, block: Block) -> list[Due]:
    """Eligibility and amounts of every measure, with numpy alone."""
    run = Run(plan, block).run()
    return [due(run, planned) for planned in plan.measures]


def check_kernel(engine: Engine, block: Block, wanted: list[Due]) -> None:
    """The compiled kernel and numpy say the same of every enterprise and measure, and so do the totals, with one thread or several."""
    for one, other in zip(engine.dues(block), wanted, strict=True):
        assert all((getattr(one, name) == getattr(other, name)).all() for name in ("rows", "must", "low", "high"))
    totals = [total_of(other) for other in wanted]
    assert engine.totals(block, 1) == totals
    assert engine.totals(block, cores()) == totals


def registry_of(folder: Path, rules: Rules) -> Registry:
    registry, problems = open_registry(folder, rules.schemas["enterprise"], rules.places)
    assert registry is not None, problems
    return registry


def evaluate_registry(rules: Rules, registry: Registry, out: Path, tick: Callable[[int], None]) -> int:
    """A registry on disk, results to disk; gives the number of enterprises."""
    return evaluate(rules, registry, AS_OF, out=out, undecided=False, tick=tick).subjects
