"""Evaluate every measure for every subject of a registry, and write what comes of it: who may have what, and what it costs."""

from __future__ import annotations

import csv
import datetime
import json
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from huiqi.entitlements.columns import CodeSets, FactCodes, Figures, Run, Truths
from huiqi.entitlements.deciding import count_deciding
from huiqi.entitlements.due import Dues, Total, due
from huiqi.entitlements.kernel import Engine, cores, setting_of
from huiqi.entitlements.population import Population, measures_for, rank_population
from huiqi.entitlements.related import relate_population
from huiqi.entitlements.totals import Totals
from huiqi.facts.registry import Registry
from huiqi.rules.compile import Measure, Rules
from huiqi.rules.plan import Plan, PlannedMeasure, make_plan
from huiqi.rules.tree import Node
from huiqi.vocabulary.problem import FaultyInput, Problem, did_you_mean
from huiqi.vocabulary.whole import whole_folder

BLOCK = 65_536  # numpy is called some thousand times a block
BLOCK_WITH_REASONS = 4_096  # all results of a block are kept, so a block is smaller

ENTITLEMENTS = pa.schema(
    [
        ("subject", pa.string()),
        ("measure", pa.dictionary(pa.int32(), pa.string())),
        ("edition", pa.dictionary(pa.int32(), pa.string())),
        ("status", pa.dictionary(pa.int8(), pa.string())),
        ("amount_low", pa.int64()),
        ("amount_high", pa.int64()),
    ]
)


@dataclass
class Tally:
    """What came of one measure: counts, the cost range in fen (None: no upper end), and the facts that keep subjects undecided."""

    measure: Measure
    yes: int = 0
    depends: int = 0
    no: int = 0
    cost_low: int = 0
    cost_high: int | None = 0
    undecided_by: Counter[str] = field(default_factory=Counter)


@dataclass(frozen=True)
class Outcome:
    """The result of one evaluation."""

    tallies: tuple[Tally, ...]
    subjects: int
    settled: int  # results that rounding left open and the exact evaluator settled
    folder: Path | None
    values: dict[str, Counter[str]] = field(default_factory=dict)  # for each value asked for: how many subjects have which codes


@dataclass(frozen=True)
class Entitlement:
    """The same for all subjects of a block: must, may, and an amount of 0 where nothing is due."""

    must: NDArray[np.bool_]
    may: NDArray[np.bool_]
    low: NDArray[np.float64]
    high: NDArray[np.float64]


def entitlement(run: Run, planned: PlannedMeasure) -> Entitlement:
    """What a run says of a measure, for every subject of the block."""
    one, size = due(run, planned), run.block.size
    must, may, low, high = np.zeros(size, bool), np.zeros(size, bool), np.zeros(size), np.zeros(size)
    must[one.rows], may[one.rows], low[one.rows], high[one.rows] = one.must, True, one.low, one.high
    return Entitlement(must, may, low, high)


def evaluate(
    rules: Rules,
    registry: Registry,
    as_of: datetime.date,
    *,
    out: Path | None = None,
    measures: Sequence[Measure] | None = None,
    values: Sequence[str] = (),
    reasons: bool = False,
    undecided: bool = True,
    assume_recognised: bool = False,
    tick: Callable[[int], None] = lambda _: None,
    about: dict[str, Any] | None = None,
) -> Outcome:
    """Every measure for every subject, on the facts of `as_of`.

    With `out` the results are written there: entitlements.parquet, summary.csv, run.json, and with `reasons` reasons.parquet and
    reasons.json. `values` names definitions or results of scorecards (size_class) that are wanted of every subject: values.parquet, with the
    codes that are possible with `|`, or the range in base units. `undecided` counts which facts keep subjects undecided. `tick` is told of
    every finished block. Raises FaultyInput where a registry's cells cannot be used; nothing is written then.
    """
    keep = reasons or undecided
    measures = measures_for(rules, registry.schema.subject, measures)
    nodes = _nodes(rules, values, registry.schema.subject)
    plan = make_plan(rules, measures, values=nodes, keep=keep, apart=True)
    population = rank_population(relate_population(Population(registry, rules, as_of, assume_recognised), nodes.values()))
    size = BLOCK_WITH_REASONS if keep else BLOCK
    if out is None:
        return _pass(population, plan, size, undecided, None, [], tick)
    with whole_folder(out) as folder:
        with pq.ParquetWriter(folder / "entitlements.parquet", ENTITLEMENTS, compression="zstd") as writer:
            reasoned = _Reasons(folder, plan) if reasons else None
            valued = _Values(folder, plan) if values else None
            outcome = _pass(population, plan, size, undecided, writer, [part for part in (reasoned, valued) if part is not None], tick)
            for part in (reasoned, valued):
                if part is not None:
                    part.close()
        _write_summary(folder / "summary.csv", outcome)
        run = _run_record(rules, registry, as_of, assume_recognised, outcome) | (about or {})
        (folder / "run.json").write_text(json.dumps(run, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    return replace(outcome, folder=out)


def _pass(
    population: Population,
    plan: Plan,
    size: int,
    undecided: bool,
    writer: pq.ParquetWriter | None,
    further: list[_Reasons | _Values],
    tick: Callable[[int], None],
) -> Outcome:
    tallies = [Tally(planned.measure) for planned in plan.measures]
    counts: dict[str, Counter[str]] = {name: Counter() for name in plan.values}
    subjects = settled = 0
    engine = None
    found: Dues | None
    for block in population.blocks(plan, size):
        if undecided or further or plan.values:  # whoever asks for more than the outcome gets every result of a run, from numpy
            run = Run(plan, block).run()
            found = Dues.of([due(run, planned)] for planned in plan.measures)
            totals = Totals.of(found, {})
            settled += run.settled
            for tally, planned, one in zip(tallies, plan.measures, found, strict=True):
                if undecided and not one.must.all():
                    tally.undecided_by += count_deciding(run, planned)
            for part in further:
                part.write(block.ids, run)
            for name, slot in plan.values.items():
                counts[name] += Counter(value_texts(run, slot))
        else:
            engine = engine or Engine(plan, setting_of(block))
            came = engine.found(block, {}, cores(), rows=writer is not None)
            totals, found = came.totals, came.dues
        for tally, total in zip(tallies, totals.overall(), strict=True):
            _count(tally, total, block.size)
        if writer is not None and found is not None:
            writer.write_batch(_rows(block.ids, plan, found))
        subjects += block.size
        tick(block.size)
    return Outcome(tuple(tallies), subjects, settled + (engine.settled if engine else 0), None, counts)


def _count(tally: Tally, total: Total, size: int) -> None:
    tally.yes += total.yes
    tally.depends += total.depends
    tally.no += size - total.yes - total.depends
    tally.cost_low += total.low
    tally.cost_high = None if tally.cost_high is None or total.high is None else tally.cost_high + total.high


def _rows(ids: pa.StringArray, plan: Plan, found: Dues) -> pa.RecordBatch:
    """The yes and depends of a block as long rows, by measure."""
    high, numbers = found.high, pa.array(found.numbers)
    open_ = np.isinf(high)
    columns = [
        pa.array(ids).take(pa.array(found.rows)),
        pa.DictionaryArray.from_arrays(numbers, pa.array([p.measure.name for p in plan.measures], pa.string())),
        pa.DictionaryArray.from_arrays(numbers, pa.array([p.measure.edition for p in plan.measures], pa.string())),
        pa.DictionaryArray.from_arrays(pa.array((~found.must).astype(np.int8)), pa.array(["yes", "depends"])),
        pa.array(found.low.astype(np.int64)),
        pa.array(np.where(open_, 0, high).astype(np.int64), mask=open_),
    ]
    return pa.RecordBatch.from_arrays(columns, schema=ENTITLEMENTS)


class _Reasons:
    """reasons.parquet: for every subject the pair of every atomic test, two bits each (must, may), lowest bit first."""

    def __init__(self, folder: Path, plan: Plan):
        self.plan = plan
        self.slots = list(dict.fromkeys(slot for planned in plan.measures for slot in planned.tests))
        self.width = (2 * len(self.slots) + 7) // 8
        self.writer = pq.ParquetWriter(
            folder / "reasons.parquet", pa.schema([("subject", pa.string()), ("tests", pa.binary(self.width))]), compression="zstd"
        )
        position = {slot: number for number, slot in enumerate(self.slots)}
        names = [
            {"measure": p.measure.id, "test": test.text, "clause": test.clause, "origin": test.origin, "at": position[slot]}
            for p in plan.measures
            for test, slot in zip(p.measure.tests, p.tests, strict=True)
        ]
        note = "test number n of a subject stands in bits 2n (must hold) and 2n+1 (may hold) of `tests`, lowest bit first"
        (folder / "reasons.json").write_text(json.dumps({"note": note, "tests": names}, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")

    def write(self, ids: pa.StringArray, run: Run) -> None:
        bits = np.zeros((run.block.size, 8 * self.width), bool)
        for number, slot in enumerate(self.slots):
            found = run.truths(slot)
            bits[:, 2 * number], bits[:, 2 * number + 1] = found.must, found.may
        packed = np.packbits(bits, axis=1, bitorder="little")
        tests = pa.FixedSizeBinaryArray.from_buffers(pa.binary(self.width), len(ids), [None, pa.py_buffer(packed.tobytes())])
        self.writer.write_batch(pa.record_batch({"subject": pa.array(ids), "tests": tests}))

    def close(self) -> None:
        self.writer.close()


def _nodes(rules: Rules, names: Sequence[str], subject: str) -> dict[str, Node]:
    """The nodes that names mean; an unknown name is the caller's mistake."""
    found = {}
    for name in names:
        typed = rules.value(name, subject=subject)
        if typed is None:
            known = [str(key) for document in rules.world.documents for key in (*document.definitions, *document.scorecards)]
            raise FaultyInput(
                [Problem("value.unknown", f"{name} is neither a definition nor a result of a scorecard", hint=did_you_mean(name, known))]
            )
        found[name] = typed.node
    return found


def value_texts(run: Run, slot: int) -> list[str]:
    """A result of every subject as text: the possible codes with `|`, `low..high`, or yes, no, depends."""
    column, size = run.column(slot), run.block.size
    match column:
        case CodeSets(bits=bits, codes=codes):
            masks = np.broadcast_to(bits, (size,))
            words = {
                mask: "|".join([*(c for n, c in enumerate(codes) if mask >> n & 1), *(["none"] if mask >> 63 else [])])
                for mask in map(int, np.unique(masks))
            }
            return [words[mask] for mask in masks.tolist()]
        case Truths(must=must, may=may):
            return np.where(np.broadcast_to(must, (size,)), "yes", np.where(np.broadcast_to(may, (size,)), "depends", "no")).tolist()
        case Figures(low=low, high=high, scale=scale):
            ends = zip(np.broadcast_to(low / scale, (size,)).tolist(), np.broadcast_to(high / scale, (size,)).tolist(), strict=True)
            return ["none" if a != a else f"{a:.15g}" if a == b else f"{a:.15g}..{b:.15g}" for a, b in ends]
    assert isinstance(column, FactCodes)
    options = ["none", "unknown", *(column.fact.codes.codes if column.fact.codes is not None else run.block.places.by_id)]
    return [options[index + 2] for index in column.index.tolist()]


class _Values:
    """values.parquet: what was asked for of every subject, one row each, as text."""

    def __init__(self, folder: Path, plan: Plan):
        self.plan = plan
        schema = pa.schema([("subject", pa.string()), *((name, pa.dictionary(pa.int32(), pa.string())) for name in plan.values)])
        self.writer = pq.ParquetWriter(folder / "values.parquet", schema, compression="zstd")

    def write(self, ids: pa.StringArray, run: Run) -> None:
        columns = {name: pa.array(value_texts(run, slot)).dictionary_encode() for name, slot in self.plan.values.items()}
        self.writer.write_batch(pa.record_batch({"subject": pa.array(ids), **columns}))

    def close(self) -> None:
        self.writer.close()


def _write_summary(path: Path, outcome: Outcome) -> None:
    """One row a measure; money in fen, an empty cost_high has no upper end."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(
            ["measure", "edition", "kind", "title_en", "title_zh", "source", "yes", "depends", "no", "cost_low", "cost_high", "undecided_by"]
        )
        for tally in outcome.tallies:
            m = tally.measure
            source = (m.record.source or m.document.source).kind
            facts = " ".join(f"{fact}:{count}" for fact, count in tally.undecided_by.most_common(5))
            high = "" if tally.cost_high is None else tally.cost_high
            row = [
                m.name,
                m.edition,
                m.record.kind,
                m.record.title.en,
                m.record.title.zh,
                source,
                tally.yes,
                tally.depends,
                tally.no,
                tally.cost_low,
                high,
                facts,
            ]
            writer.writerow(row)


def _run_record(rules: Rules, registry: Registry, as_of: datetime.date, assume_recognised: bool, outcome: Outcome) -> dict[str, Any]:
    return {
        "as_of": as_of.isoformat(),
        "law_on": rules.law_on.isoformat(),
        "packs": {pack.id: pack.content_hash for pack in rules.packs},
        "rules_hash": rules.content_hash,
        "registry": {
            "title": {"en": str(registry.title.en), "zh": str(registry.title.zh)},
            "made_up": registry.made_up,
            "hash": registry.content_hash,
        },
        "assume_recognised": assume_recognised,
        "subjects": outcome.subjects,
        "measures": len(outcome.tallies),
        "settled_exactly": outcome.settled,
        "money": "whole fen; amounts are entitlements before stacking rules are applied",
    }
