"""Weights with which a registry that one has adds up to published totals (facts/calibration.py does the arithmetic)."""

from __future__ import annotations

import datetime
import json
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from huiqi.entitlements.reconcile import FILE, SIZE, Counting, Floats, Standing, reconcile, write_totals
from huiqi.facts.calibration import Margin, calibrate
from huiqi.facts.registry import Registry
from huiqi.rules.compile import Rules
from huiqi.rules.published import Total, Unspoken, contradictions
from huiqi.vocabulary.problem import FaultyInput, Problem, Where
from huiqi.vocabulary.version import VERSION
from huiqi.vocabulary.whole import whole_folder

WEIGHTS, ABOUT = "weights.parquet", "weights.json"
ALL = "all subjects"


@dataclass(frozen=True)
class Reweighted:
    """Weights in the registry's order, and each total before and after."""

    weights: Floats
    converged: bool
    steps: int
    off: float  # the largest relative miss of a total
    before: tuple[Standing, ...]
    after: tuple[Standing, ...]


def reweight(
    registry: Registry,
    rules: Rules,
    totals: Sequence[Total],
    as_of: datetime.date,
    *,
    scale: Fraction = Fraction(1),
    lowest: float = 0.1,
    highest: float = 10.0,
    subjects: int | None = None,
) -> Reweighted:
    """Weights between two bounds with which the registry meets totals, as near to 1 as can be; with `subjects` they sum up to so many.

    A subject that may count and may not makes a range of the total, which is met where it holds a published figure. FaultyInput where no weights
    within the bounds meet all, naming totals that contradict each other. Memory: sixteen bytes a subject and total.
    """
    if problems := [*contradictions(totals, scale), *_bounds(lowest, highest, subjects)]:
        raise FaultyInput(problems)
    if not registry.subjects:
        raise FaultyInput([Problem("totals.empty", "the registry has no subject", hint="a registry without rows cannot be weighed")])
    counting = Counting(rules, totals, as_of, registry.schema.subject)
    start = 1.0 if subjects is None else subjects / registry.subjects
    margins = _margins(registry, counting, scale)
    if subjects is not None:
        ones = np.ones(registry.subjects)
        margins.append(Margin(ALL, ones, ones, float(subjects), float(subjects)))
    found = calibrate(np.full(registry.subjects, start), margins, lowest, highest)
    if found.contradicting:
        raise FaultyInput([_impossible(found.contradicting, margins, lowest * start, highest * start)])
    before, after = reconcile(registry, counting, scale), reconcile(registry, counting, scale, found.weights)
    return Reweighted(found.weights, found.converged, found.steps, found.off, tuple(before), tuple(after))


def _bounds(lowest: float, highest: float, subjects: int | None) -> list[Problem]:
    problems = []
    if not 0 <= lowest < 1 < highest < 1e6:
        said = f"weights from {lowest:g} to {highest:g} times what they were leave no room"
        problems.append(Problem("totals.bounds", said, hint="the lower bound lies from 0 to below 1, the upper one above 1 and below a million"))
    if subjects is not None and subjects < 1:
        problems.append(Problem("totals.bounds", f"weights cannot sum up to {subjects:,}", hint="ask for one enterprise at least"))
    return problems


def _margins(registry: Registry, counting: Counting, scale: Fraction) -> list[Margin]:
    count = len(counting.totals)
    least, most = np.empty((count, registry.subjects)), np.empty((count, registry.subjects))
    at = 0
    for block in registry.blocks(counting.columns, SIZE):
        stop = at + len(block.ids)
        for number, (surely, possibly, parts) in enumerate(counting.adds(block)):
            least[number, at:stop], most[number, at:stop] = surely / parts, possibly / parts
        at = stop
    margins = []
    for number, total in enumerate(counting.totals):
        low, high = total.bounds(scale)
        margins.append(Margin(total.id, least[number], most[number], float(low), None if high is None else float(high)))
    return margins


def _impossible(names: Sequence[str], margins: Sequence[Margin], lowest: float, highest: float) -> Problem:
    """Which totals no weights meet together, with what each can be at most and at least."""
    told = []
    for margin in margins:
        if margin.name in names:
            ends = f"{lowest * float(margin.least.sum()):,.0f} to {highest * float(margin.most.sum()):,.0f}"
            wanted = f"{margin.low:,.0f}" + ("" if margin.high == margin.low else " or more" if margin.high is None else f" to {margin.high:,.0f}")
            told.append(f"{margin.name} ({wanted} wanted, {ends} within the bounds)")
    said = f"{told[0]} cannot be met" if len(told) == 1 else f"{', '.join(told)} cannot be met together"
    hint = "widen the bounds with --at-least and --at-most, leave one out with --without, or say how many enterprises there are with --enterprises"
    return Problem("totals.together", said, hint=hint)


def read_weights(folder: Path, registry: Registry) -> Floats:
    """The weights of a folder, or of its weights.parquet, in the registry's order; FaultyInput where they are not of this registry."""
    path = folder / WEIGHTS if folder.is_dir() else folder
    where = Where(str(path))
    hint = "weigh this registry with huiqi reweight"
    about = path.with_name(ABOUT)
    try:
        made_for = json.loads(about.read_text(encoding="utf-8"))["registry"]["hash"] if about.is_file() else registry.content_hash
        table = pq.read_table(path)
        ids, weights = table["id"].combine_chunks(), table["weight"].to_numpy().astype(np.float64)
    except (OSError, KeyError, ValueError, TypeError, pa.ArrowException) as fault:
        raise FaultyInput([Problem("totals.weights", f"no weights can be read: {fault}", where, hint)]) from fault
    if made_for != registry.content_hash:
        raise FaultyInput(
            [Problem("totals.weights", "the weights were made for another registry, or for this one before it was changed", where, hint)]
        )
    at = 0
    for block in registry.blocks([], SIZE):
        if not ids[at : at + len(block.ids)].equals(pa.array(block.ids, ids.type)):
            raise FaultyInput([Problem("totals.weights", "the weights are of other subjects than the registry, or in another order", where, hint)])
        at += len(block.ids)
    if at != len(ids):
        raise FaultyInput([Problem("totals.weights", f"there are {len(ids):,} weights and {at:,} subjects", where, hint)])
    if not (np.isfinite(weights) & (weights >= 0)).all():
        raise FaultyInput([Problem("totals.weights", "a weight is no number from 0 on", where, hint)])
    return weights


def write_weights(
    folder: Path,
    registry: Registry,
    rules: Rules,
    as_of: datetime.date,
    found: Reweighted,
    unspoken: Sequence[Unspoken],
    bounds: tuple[float, float],
) -> None:
    """A folder with weights.parquet (`id`, `weight`, in the registry's order), totals.csv (after) and weights.json (of what, and how it went).

    Written whole or not at all; the caller has seen to it that the folder may be replaced.
    """
    ids = [block.ids for block in registry.blocks([], SIZE)]
    with whole_folder(folder) as unfinished:
        table = pa.table({"id": pa.chunked_array(ids, pa.string()), "weight": pa.array(found.weights, pa.float64())})
        pq.write_table(table, unfinished / WEIGHTS, row_group_size=SIZE)
        write_totals(unfinished / FILE, found.after, unspoken)
        record = {
            "as_of": as_of.isoformat(),
            "packs": {pack.id: pack.content_hash for pack in rules.packs},
            "registry": {"made_up": registry.made_up, "hash": registry.content_hash},
            "subjects": registry.subjects,
            "sum_of_weights": float(found.weights.sum()),
            "least_weight": float(found.weights.min()),
            "greatest_weight": float(found.weights.max()),
            "bounds": bounds,
            "effective_subjects": float(found.weights.sum() ** 2 / (found.weights**2).sum()),
            "converged": found.converged,
            "steps": found.steps,
            "largest_relative_miss": found.off,
            "huiqi": VERSION,
        }
        (unfinished / ABOUT).write_text(json.dumps(record, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
