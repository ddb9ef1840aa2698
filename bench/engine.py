"""What the measurements ask of huiqi, each call in one place."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pack_text
import workload
from enterprises import Columns

from huiqi.entitlements.columns import Block, Run
from huiqi.entitlements.due import Due, due
from huiqi.entitlements.evaluate import STRETCH, evaluate
from huiqi.entitlements.granted import nothing_known, past_read
from huiqi.entitlements.kernel.engine import Engine, cores, kernel_name, setting_of
from huiqi.entitlements.run.dimensions import dimensions_of
from huiqi.entitlements.stacked import Stacked
from huiqi.entitlements.totals import Groups, Totals, added
from huiqi.facts.registry import Registry, open_registry
from huiqi.facts.schema import Schema
from huiqi.rules.compile import Rules
from huiqi.rules.library import Library, read_library
from huiqi.rules.payable import Claim, in_fen, payable
from huiqi.rules.plan import Plan, make_plan
from huiqi.vocabulary.place import Places

__all__ = ["STRETCH", "Block", "Due", "Library", "Places", "Plan", "Rules", "cores", "kernel_name"]

AS_OF = workload.AS_OF


def library_of(packs: Path) -> Library:
    """The made-up pack, read from its text."""
    library, problems = read_library([packs / pack_text.PACK])
    assert library is not None, problems
    assert not problems, problems
    return library


def read_like_a_command(packs: Path) -> Library:
    """The same as a command that evaluates reads it: what no rule reads is left out, and what was read before comes from the cache."""
    library, problems = read_library([packs / pack_text.PACK], rules_only=True, cached=True)
    assert library is not None, problems
    return library


def rules_of(packs: Path, day: datetime.date = AS_OF) -> Rules:
    return library_of(packs).rules(day)


def blocks(columns: Columns, rules: Rules, size: int | None = None) -> list[Block]:
    """The enterprises in blocks of one size, or in one block; of what they were granted in the past no table tells."""
    count = len(next(iter(columns.values())))
    size = size or count
    granted = nothing_known(past_read(rules, "enterprise"))
    schema = rules.schemas["enterprise"].extended(granted.facts.values())
    columns = {**columns, **{(fact, None): granted.between(fact, 0, count) for fact in granted.facts}}
    return [
        Block(min(size, count - at), AS_OF, {key: values[at : at + size] for key, values in columns.items()}, schema, rules.places)
        for at in range(0, count, size)
    ]  # fmt: skip


@dataclass(frozen=True)
class _Everything:
    """What is known of a registry in memory: all facts."""

    schema: Schema
    places: Places

    def has(self, _: str) -> bool:
        return True


class Evaluation:
    """A plan prepared for blocks in memory."""

    def __init__(self, rules: Rules, block: Block):
        self.plan = make_plan(rules, apart=True)
        self.stacked = Stacked(rules, [planned.measure for planned in self.plan.measures], "enterprise")
        self.engine = Engine(self.plan, setting_of(block))
        self.stacking = Engine(self.plan, setting_of(block), stacked=self.stacked, places=self.stacked.numbers)
        self.dimensions = dimensions_of(_Everything(block.schema, block.places))  # type: ignore[arg-type]

    def groups(self, block: Block) -> dict[str, Groups]:
        return {dimension.name: dimension.of(block) for dimension in self.dimensions}

    def full(self, blocks: Sequence[Block], workers: int = 1) -> Totals:
        """Eligibility, amounts of both ends, stacking, totals by measure and group: what a run does with each of its stretches."""
        return self._each(lambda block: self.stacking.totals(block, self.groups(block)), blocks, workers)

    def without_stacking(self, blocks: Sequence[Block], workers: int = 1) -> Totals:
        """The same without stacking."""
        return self._each(lambda block: self.engine.totals(block, self.groups(block)), blocks, workers)

    def amounts(self, blocks: Sequence[Block], workers: int = 1) -> Totals:
        """What the peers do: eligibility, amounts and their sums."""
        return self._each(self.engine.totals, blocks, workers)

    def rows(self, blocks: Sequence[Block], workers: int = 1) -> None:
        """Eligibility and amounts, a row for everybody who may have a measure."""
        if workers == 1:
            for block in blocks:
                self.engine.dues(block)
            return
        with ThreadPoolExecutor(workers) as threads:
            for _ in threads.map(lambda block: self.engine.dues(block) and None, blocks):
                pass

    @staticmethod
    def _each(evaluate: Callable[[Block], Totals], blocks: Sequence[Block], workers: int) -> Totals:
        if workers == 1:
            return added(map(evaluate, blocks))
        with ThreadPoolExecutor(workers) as threads:
            return added(threads.map(evaluate, blocks))

    def with_numpy(self, block: Block) -> list[Due]:
        """Eligibility and amounts of every measure, with numpy alone."""
        run = Run(self.plan, block).run()
        return [due(run, planned) for planned in self.plan.measures]

    def check_kernel(self, block: Block, wanted: list[Due]) -> None:
        """The compiled kernel and numpy say the same of every enterprise and measure, and so do the totals, with one thread or several."""
        for one, other in zip(self.engine.dues(block), wanted, strict=True):
            assert all(np.array_equal(getattr(one, name), getattr(other, name)) for name in ("rows", "must", "low", "high"))
        groups = self.groups(block)
        totals = Totals.of(wanted, groups)
        for workers in (1, 2):
            found = self.engine.totals(block, groups, workers)
            assert all(np.array_equal(cells, found.by[name]) for name, cells in totals.by.items())
        plain = Engine(self.plan, setting_of(block), stacked=self.stacked, places=self.stacked.numbers, numpy_only=True).found(block, groups)
        stacked = self.stacking.found(block, groups)
        assert all(np.array_equal(cells, stacked.totals.by[name]) for name, cells in plain.totals.by.items())
        assert plain.dues is not None
        assert stacked.dues is not None
        for line, other_line in zip(stacked.dues, plain.dues, strict=True):
            assert line.paid is not None
            assert other_line.paid is not None
            assert all(np.array_equal(getattr(line.paid, name), getattr(other_line.paid, name)) for name in ("low", "high", "stands"))

    def check_stacking(self, block: Block, count: int) -> int:
        """What is payable to the first enterprises is what the exact rules leave; gives the number of measures that lost something."""
        dues = self.stacking.dues(block)
        lines = [dues[number] for number in self.stacked.numbers]
        cut = 0
        for row in range(min(count, block.size)):
            exact = block.exactly(row)
            places = [np.flatnonzero(line.rows == row) for line in lines]
            claims = [_claim(line, place) for line, place in zip(lines, places, strict=True)]
            left = payable(self.stacked.stacking, claims, [in_fen(exact.figure(limit)) for limit in self.stacked.stacking.limits])
            for line, place, before, after in zip(lines, places, claims, left.claims, strict=True):
                if len(place):
                    assert line.paid is not None
                    assert (line.paid.low[place[0]], line.paid.high[place[0]]) == after.ends
                cut += before.ends != after.ends
        return cut


def _claim(line: Due, place: Any) -> Claim:
    """What is due to one enterprise of one measure: nothing, if it is not among the rows."""
    if not len(place):
        return Claim(False, False, 0, 0)
    low, high = (float(ends[place[0]]) for ends in (line.low, line.high))
    return Claim(bool(line.must[place[0]]), True, int(low), high if np.isinf(high) else int(high))


def registry_of(folder: Path, rules: Rules) -> Registry:
    registry, problems = open_registry(folder, rules.schemas["enterprise"], rules.places)
    assert registry is not None, problems
    return registry


def evaluate_registry(rules: Rules, registry: Registry, out: Path | None) -> int:
    """A registry on disk, results to disk or only totals; gives the number of enterprises."""
    return evaluate(rules, registry, AS_OF, out=out, undecided="none").subjects
