"""Evaluate a registry stretch by stretch, on all processors, with so many stretches in memory as there are processors."""

from __future__ import annotations

import copy
import os
import shutil
import threading
from collections import Counter, deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from huiqi.entitlements.columns import Block, Run
from huiqi.entitlements.due import Dues
from huiqi.entitlements.kernel.engine import Engine, cores
from huiqi.entitlements.kernel.lowering import Setting
from huiqi.entitlements.population import Column, Population
from huiqi.entitlements.run.content import Contents, columns_read, steps_of
from huiqi.entitlements.run.dimensions import Dimension
from huiqi.entitlements.run.parts import ENTITLEMENTS, FORMAT, TOTALS, UNREADABLE, FormerPart, Part, file_of, long_rows, no_part, write_part
from huiqi.entitlements.run.reasons import REASONS, Reasons
from huiqi.entitlements.run.undecided import Undecided
from huiqi.entitlements.run.values import VALUES, Values
from huiqi.entitlements.stacked import Stacked
from huiqi.entitlements.totals import ALL, Groups
from huiqi.facts.cells import unknown_values
from huiqi.facts.registry import Possible, Stretch
from huiqi.facts.schema import FIRST_DAY, LAST_DAY, Fact
from huiqi.rules.compile import Measure
from huiqi.rules.plan import make_plan
from huiqi.rules.tree import Node

P = TypeVar("P")


@dataclass(frozen=True)
class Wanted:
    """What is wanted of a run beside totals: rows of the measures that are `shown`; `every`: each so manieth subject is asked what keeps it
    undecided, 0 for none."""

    shown: frozenset[int]
    reasons: bool
    values: dict[str, Node]
    every: int

    @property
    def further(self) -> bool:
        """Whether more is wanted than a former part keeps."""
        return self.reasons or bool(self.values)


class Evaluator:
    """Evaluates the measures of a plan over stretches of a population; for several threads at once."""

    def __init__(self, population: Population, measures: Sequence[Measure], dimensions: Sequence[Dimension], wanted: Wanted):
        self.population, self.measures, self.dimensions, self.wanted = population, tuple(measures), tuple(dimensions), wanted
        self.plan = make_plan(population.rules, measures, apart=True)
        self.columns = [columns_read(population, self.plan, planned) for planned in self.plan.measures]
        self.shared: list[Column] = [(d.fact.id, None) for d in dimensions]
        self.setting = Setting(
            population.as_of,
            population.registry.schema.subject,
            population.registry.places,
            frozenset(population.ranks),
            population.assume_recognised,
        )
        kept = make_plan(population.rules, measures, keep=True, apart=True) if wanted.reasons else None
        self.reasons = None if kept is None else Reasons(Engine(kept, self.setting, tests=True))
        self.values = Values(make_plan(population.rules, (), values=wanted.values)) if wanted.values else None
        self.stacked = Stacked(population.rules, measures, population.registry.schema.subject)
        self._engines: dict[tuple[int, ...], Engine] = {}
        self._undecided: dict[tuple[int, ...], Undecided] = {}
        self._lock = threading.Lock()

    def block(self, stretch: Stretch, numbers: Sequence[int]) -> Block:
        """A stretch with the columns that some measures need."""
        columns = {*self.shared, *(column for number in numbers for column in self.columns[number])}
        columns |= set(self.population.columns(self.stacked.limits))
        for further in (self.reasons, self.values):
            columns |= set() if further is None else set(self.population.columns(further.plan))
        return self.population.block(sorted(columns, key=str), stretch.start, stretch.stop)

    def found(self, block: Block, numbers: Sequence[int], workers: int, *, rows: bool) -> tuple[Part, Dues | None]:
        """What some measures give to a block: the part with their totals, and with `rows` what is due of each; of the others nothing."""
        part = no_part(0, len(self.measures), self.dimensions)
        groups = {dimension.name: dimension.of(block) for dimension in self.dimensions}
        engine = self._engine(tuple(numbers))
        found = engine.found(block, groups, workers, rows=rows)
        lines = [*numbers, len(self.measures)]
        for name, cells in found.totals.by.items():
            part.totals.by[name][lines] = cells
        self._count(part, block, groups)
        part.settled = engine.settled
        if self.wanted.every:
            counters, part.asked = self._asking(tuple(numbers)).count(block)
            for number, counter in zip(numbers, counters, strict=True):
                part.undecided[number] = counter
        return part, found.dues

    def possible(self) -> dict[str, Possible]:
        """What of a fact leaves it possible that somebody has one of the measures, if nothing else were known of anybody: places, and the first
        and the last day, as far as every measure asks for them. Nothing where that cannot be told."""
        schema, places = self.population.registry.schema, self.population.registry.places
        found: dict[str, Possible] = {}
        if self.population.related or not self.plan.measures:
            return found
        asked = set.intersection(
            *({step.data[0] for step in steps_of(self.plan, planned) if step.op.startswith("fact_")} for planned in self.plan.measures)
        )
        for fact in (schema.facts[id] for id in sorted(asked)):
            if fact.kind == "place" and fact.period == "day":
                names = list(places.by_id)
                found[fact.id] = frozenset(names[at] for at in self._may(fact, np.arange(len(names), dtype=np.int32)).tolist())
            elif fact.kind == "date":
                days = np.arange(FIRST_DAY, LAST_DAY + 1, dtype=np.float64)
                may = days[self._may(fact, days)]
                found[fact.id] = (float(may[0]), float(may[-1])) if len(may) else (1.0, 0.0)
        return found

    def _may(self, fact: Fact, cells: NDArray[Any]) -> NDArray[np.intp]:
        """With which of the cells of a fact, all others being unknown, somebody may have a measure."""
        schema = self.population.registry.schema
        read = [*self.population.columns(self.plan), *self.population.columns(self.stacked.limits)]
        columns = {column: unknown_values(schema.facts[column[0]].kind, len(cells)) for column in read} | {(fact.id, None): cells}
        block = Block(
            len(cells), self.population.as_of, columns, schema, self.population.registry.places, assume_recognised=self.setting.assume_recognised
        )
        unranked = replace(self.setting, ranked=frozenset())
        engine = Engine(self.plan, unranked) if self.setting.ranked else self._engine(tuple(range(len(self.measures))))
        return np.unique(engine.dues(block, cores()).rows)

    def nobody(self, stretch: Stretch) -> Part:
        """The part of a stretch in which nobody has anything: it is only counted who is there."""
        part = no_part(0, len(self.measures), self.dimensions)
        part.ruled_out = True
        block = self.population.block(self.shared, stretch.start, stretch.stop)
        self._count(part, block, {dimension.name: dimension.of(block) for dimension in self.dimensions})
        part.asked = len(range(0, block.size, self.wanted.every)) if self.wanted.every else 0
        return part

    def _count(self, part: Part, block: Block, groups: Mapping[str, Groups]) -> None:
        part.subjects[ALL][0] = block.size
        for name, group in groups.items():
            part.subjects[name] += np.bincount(group.of, minlength=group.size)

    def further(self, block: Block, part: Part) -> dict[str, list[pa.RecordBatch]]:
        """Reasons and values of a block, as far as they are wanted. The part is told of the values."""
        found: dict[str, list[pa.RecordBatch]] = {}
        if self.reasons is not None:
            found[REASONS] = [self.reasons.of(block)]
        if self.values is not None:
            run = Run(self.values.plan, block).run()
            found[VALUES] = [self.values.of(block.ids, run, part.values)]
        return found

    def _engine(self, numbers: tuple[int, ...]) -> Engine:
        with self._lock:
            if numbers not in self._engines:
                plan = self.plan if len(numbers) == len(self.measures) else self.plan.part(numbers)
                there = set(self.stacked.numbers) <= set(numbers)
                places = [numbers.index(number) for number in self.stacked.numbers] if there else ()
                self._engines[numbers] = Engine(plan, self.setting, stacked=self.stacked, places=places)
            engine = copy.copy(self._engines[numbers])
        engine.settled = 0
        return engine

    def _asking(self, numbers: tuple[int, ...]) -> Undecided:
        with self._lock:
            if numbers not in self._undecided:
                self._undecided[numbers] = Undecided(self.population.rules, [self.measures[number] for number in numbers], self.wanted.every)
            return self._undecided[numbers]


class Writer:
    """Writes the parts of a run into its folder, and takes over what former parts have already."""

    def __init__(self, evaluator: Evaluator, folder: Path, former: Sequence[FormerPart]):
        self.evaluator, self.folder = evaluator, folder
        hidden = [measure.id for number, measure in enumerate(evaluator.measures) if number not in evaluator.wanted.shown]
        self.contents = Contents(
            evaluator.population, evaluator.plan, evaluator.stacked, evaluator.dimensions, [FORMAT, str(evaluator.wanted.every), *hidden]
        )
        self.former = {key: part for part in reversed(former) for key in part.keys}
        (folder / ENTITLEMENTS).mkdir()
        (folder / TOTALS).mkdir()
        for kind, wanted in ((REASONS, evaluator.reasons), (VALUES, evaluator.values)):
            if wanted is not None:
                (folder / kind).mkdir()
        if evaluator.reasons is not None:
            evaluator.reasons.write_names(folder)

    def part(self, number: int, stretch: Stretch, workers: int) -> Part:
        """A stretch evaluated and written, or taken over."""
        evaluator, measures = self.evaluator, range(len(self.evaluator.measures))
        if stretch.ruled_out and not evaluator.wanted.further:
            part = evaluator.nobody(stretch)
            part.number = number
            write_part(self.folder, part, (), [""] * len(measures), [0] * len(measures), evaluator.dimensions)
            return part
        keys = self.contents.keys(stretch)
        former, taken = self._former(keys)
        if (
            former is not None
            and len(taken) == len(keys) == len(former.keys)
            and list(taken) == list(taken.values())
            and not evaluator.wanted.further
        ):
            return self._take_over(number, former)
        try:
            rows = None if former is None else former.rows()
        except UNREADABLE:
            former, rows, taken = None, None, {}
        new = [n for n in measures if n not in taken]
        block = evaluator.block(stretch, new)
        part, found = evaluator.found(block, new, workers, rows=True)
        assert found is not None
        dues = found.but(at for at, n in enumerate(new) if n not in evaluator.wanted.shown)
        part.number, part.taken = number, frozenset(taken)
        counts = [0] * len(keys)
        for n, count in zip(new, np.diff(dues.starts).tolist(), strict=True):
            counts[n] = count
        if former is not None:
            together = {len(former.keys): len(keys)} if set(evaluator.stacked.numbers) <= set(taken) else {}
            former.take_totals(part.totals, {old: n for n, old in taken.items()} | together, evaluator.dimensions)
            for n, old in taken.items():
                part.undecided[n], counts[n] = Counter(former.about["undecided"][old]), former.about["rows"][old]
            part.asked = former.about["asked"]
        for kind, batches in evaluator.further(block, part).items():
            table = pa.Table.from_batches(batches).unify_dictionaries()
            pq.write_table(table, self.folder / kind / file_of(number), compression="zstd")
        write_part(self.folder, part, self._rows(block.ids, new, dues, former, rows, taken), keys, counts, evaluator.dimensions)
        return part

    def _former(self, keys: list[str]) -> tuple[FormerPart | None, dict[int, int]]:
        """The former part that has most of what is wanted, and for each measure its number there."""
        parts = Counter(id(self.former[key]) for key in keys if key in self.former)
        if not parts:
            return None, {}
        most = parts.most_common(1)[0][0]
        part = next(part for key in keys if (part := self.former.get(key)) is not None and id(part) == most)
        there = {key: at for at, key in enumerate(part.keys)}
        return part, {n: there[key] for n, key in enumerate(keys) if key in there}

    def _take_over(self, number: int, former: FormerPart) -> Part:
        part = no_part(number, len(self.evaluator.measures), self.evaluator.dimensions)
        former.take_totals(part.totals, {n: n for n in range(len(former.keys) + 1)}, self.evaluator.dimensions)
        former.take_subjects(part.subjects, self.evaluator.dimensions)
        part.undecided = [Counter(counts) for counts in former.about["undecided"]]
        part.asked, part.settled, part.taken = former.about["asked"], former.about["settled"], frozenset(range(len(former.keys)))
        for kind in (ENTITLEMENTS, TOTALS):
            _link(former.folder / kind / former.file, self.folder / kind / file_of(number))
        return part

    def _rows(
        self, ids: pa.Array, new: list[int], dues: Dues, former: FormerPart | None, rows: pa.Table | None, taken: dict[int, int]
    ) -> Iterator[pa.RecordBatch]:  # fmt: skip
        """The long rows of all measures in their order, those evaluated now between those taken over."""
        measures, at = self.evaluator.measures, 0
        if former is None or rows is None:
            yield long_rows(ids, measures, dues)
            return
        while at < len(measures):
            end = at
            while end < len(measures) and (end in taken) == (at in taken):
                end += 1
            if at in taken:
                yield from former.some_of(rows, [taken[n] for n in range(at, end)])
            else:
                yield long_rows(ids, measures[at:end], dues.between(new.index(at), new.index(end - 1) + 1))
            at = end


def in_memory(evaluator: Evaluator, stretches: Sequence[Stretch]) -> Iterator[Part]:
    """All parts, nothing written."""
    numbers = range(len(evaluator.measures))

    def part(number: int, stretch: Stretch, workers: int) -> Part:
        if stretch.ruled_out and not evaluator.wanted.further:
            return evaluator.nobody(stretch)
        block = evaluator.block(stretch, numbers)
        found, _ = evaluator.found(block, numbers, workers, rows=False)
        evaluator.further(block, found)
        return found

    return side_by_side(part, stretches)


def side_by_side(part: Callable[[int, Stretch, int], P], stretches: Sequence[Stretch]) -> Iterator[P]:
    """What comes of each stretch, in order, with a thread a processor; no more are begun than one ahead of that."""
    threads = min(cores(), len(stretches))
    if threads <= 1:
        for number, stretch in enumerate(stretches):
            yield part(number, stretch, cores())
        return
    waiting: deque[Future[P]] = deque()
    pool = ThreadPoolExecutor(threads)
    try:
        for number, stretch in enumerate(stretches):
            waiting.append(pool.submit(part, number, stretch, 1))
            if len(waiting) > threads:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
    finally:
        pool.shutdown(cancel_futures=True)


def _link(path: Path, to: Path) -> None:
    """The same file in another folder; a copy where the disk cannot do that."""
    try:
        os.link(path, to)
    except OSError:
        shutil.copyfile(path, to)
