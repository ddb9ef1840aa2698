"""A simulation as files: simulation.json, measures.csv, by_industry.csv and the like, largest.csv. Money in whole fen; an empty end is open."""

from __future__ import annotations

import csv
import json
import math
from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import Any

from huiqi.entitlements.run.dimensions import Dimension
from huiqi.entitlements.run.summary import Tally
from huiqi.facts.registry import Registry
from huiqi.revision.simulate import FATES, Fates, Simulation
from huiqi.vocabulary.version import VERSION
from huiqi.vocabulary.whole import whole_folder

_COUNTS = [f"{fate}{part}" for fate in FATES for part in ("", "_perhaps")]


def write_simulation(out: Path, found: Simulation, registry: Registry, about: dict[str, Any]) -> None:
    """All files at once, or none; `about` is what the caller adds."""
    with whole_folder(out) as folder:
        _table(folder / "measures.csv", _measures(found))
        for dimension in found.dimensions:
            _table(folder / f"by_{dimension.name}.csv", _groups(found, dimension))
        _table(folder / "largest.csv", _largest(found))
        (folder / "simulation.json").write_text(json.dumps(as_json(found, registry) | about, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")


def as_json(found: Simulation, registry: Registry) -> dict[str, Any]:
    """What was compared, and what becomes of all subjects."""
    before, after = (side.rules for side in found.sides)
    return {
        "huiqi": VERSION,
        "law_on": {"before": before.law_on.isoformat(), "after": after.law_on.isoformat()},
        "packs": {
            name: {pack.id: pack.content_hash for pack in rules.packs} for name, rules in (("before", before), ("after", after))
        },
        "registry": {"hash": registry.content_hash, "made_up": registry.made_up},
        "evaluated": {name: [measure.id for measure in side.measures] for name, side in zip(("before", "after"), found.sides, strict=True)},
        "all": fates_json(found.fates),
        "money": "whole fen, after stacking; null: an open end",
    }  # fmt: skip


def fates_json(fates: Fates) -> dict[str, Any]:
    """How many surely, and perhaps."""
    counted = {fate: {"surely": fates.of(fate)[0], "perhaps": fates.of(fate)[1]} for fate in FATES}
    return {"subjects": fates.subjects, "touched": fates.touched, **counted, "cost_low": fates.low, "cost_high": fates.high}


def paired(found: Simulation) -> list[tuple[Tally | None, Tally | None]]:
    """The touched measures on both sides, by name; of several editions of one name in order."""
    sides = [{(t.measure.name, sum(o.measure.name == t.measure.name for o in some[:at])): t for at, t in enumerate(some)} for some in
             (found.before.tallies, found.after.tallies)]  # fmt: skip
    return [(sides[0].get(key), sides[1].get(key)) for key in dict.fromkeys(chain(*sides))]


def _measures(found: Simulation) -> Iterator[list[Any]]:
    columns = ("edition", "yes", "depends", "payable_low", "payable_high")
    yield ["measure", "title_en", "title_zh", *(f"{column}_{side}" for side in ("before", "after") for column in columns)]
    for pair in paired(found):
        measure = next(tally.measure for tally in pair if tally is not None)
        cells = [cell for tally in pair for cell in _tally(tally)]
        yield [measure.name, measure.record.title.en, measure.record.title.zh, *cells]


def _tally(tally: Tally | None) -> list[Any]:
    return [""] * 5 if tally is None else [tally.measure.edition, tally.yes, tally.depends, tally.payable_low, _open(tally.payable_high)]


def _groups(found: Simulation, dimension: Dimension) -> Iterator[list[Any]]:
    yield [dimension.name, "label_en", "label_zh", "subjects", "touched", *_COUNTS, "cost_low", "cost_high"]
    for group, fates in found.by[dimension.name].items():
        label = dimension.groups[group]
        counts = [count for fate in FATES for count in fates.of(fate)]
        yield [group, label.en, label.zh, fates.subjects, fates.touched, *counts, _open(fates.low), _open(fates.high)]


def _largest(found: Simulation) -> Iterator[list[Any]]:
    yield ["subject", "before_low", "before_high", "after_low", "after_high", "difference_low", "difference_high"]
    for one in (*found.gains, *found.losses):
        yield [one.subject, *map(_fen, (*one.before, *one.after, one.low, one.high))]


def _fen(amount: float) -> int | str:
    return int(amount) if math.isfinite(amount) else ""


def _open(fen: int | None) -> int | str:
    return "" if fen is None else fen


def _table(path: Path, rows: Iterator[list[Any]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(rows)
