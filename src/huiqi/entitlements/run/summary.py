"""What came of a run, for people and programs: summary.csv, a table for each dimension, run.json."""

from __future__ import annotations

import csv
import datetime
import json
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from huiqi.entitlements.run.dimensions import Dimension
from huiqi.entitlements.run.parts import Part, no_part
from huiqi.entitlements.totals import ALL, DEPENDS, YES, Cells, cost
from huiqi.facts.registry import Registry
from huiqi.rules.compile import Measure, Rules

_MONEY = ("cost_low", "cost_high", "payable_low", "payable_high")


@dataclass
class Tally:
    """What came of one measure: counts, the cost range in fen (None: no upper end), the facts that keep subjects undecided, and what is payable
    after stacking."""

    measure: Measure
    yes: int = 0
    depends: int = 0
    no: int = 0
    cost_low: int = 0
    cost_high: int | None = 0
    undecided_by: Counter[str] = field(default_factory=Counter)
    payable_low: int = 0
    payable_high: int | None = 0


@dataclass(frozen=True)
class Outcome:
    """The result of one evaluation. `totals` has by dimension an array (measures, groups, FIELDS), `groups` how many subjects are in each group."""

    tallies: tuple[Tally, ...]
    subjects: int
    asked: int  # subjects that were asked what keeps them undecided: all, or some that are evenly spread
    settled: int  # results that rounding left open and the exact evaluator settled
    payable: tuple[int, int | None] = (0, 0)  # all measures together after stacking: a range of the sum, in fen, None for no upper end
    beside: int = 0  # measures that were not asked for, but stack with those that were: they are in `payable`
    parts: int = 0  # without those in which nobody can have anything
    evaluated: tuple[int, ...] = ()  # for each measure in how many of them; in the others it was taken over from a former run
    folder: Path | None = None
    dimensions: tuple[Dimension, ...] = ()
    totals: dict[str, Cells] = field(default_factory=dict)
    groups: dict[str, NDArray[np.int64]] = field(default_factory=dict)
    values: dict[str, Counter[str]] = field(default_factory=dict)  # for each value asked for: how many subjects have which codes

    @property
    def reused(self) -> int:
        """Results, one a measure and part, that were taken over."""
        return sum(self.parts - evaluated for evaluated in self.evaluated)


def outcome_of(
    measures: Sequence[Measure], shown: Sequence[int], loose: Sequence[int], dimensions: tuple[Dimension, ...], parts: Iterable[Part]
) -> Outcome:
    """All parts together, of the measures that are `shown`; `loose` are those that count in the sum and stand in no stacking rule."""
    whole, number = no_part(0, len(measures), dimensions), 0
    evaluated = np.zeros(len(measures), np.int64)
    for part in parts:
        whole.add(part)
        if not part.ruled_out:
            number += 1
            evaluated += np.array([at not in part.taken for at in range(len(measures))], bool)
    subjects, cells = int(whole.subjects[ALL][0]), whole.totals.by[ALL][:, 0]
    tallies = [_tally(measure, cells[at], subjects, whole.undecided[at]) for at, measure in enumerate(measures)]
    ends = [cost(cells[-1], payable=True), *((tallies[at].payable_low, tallies[at].payable_high) for at in loose)]
    highs = [high for _, high in ends if high is not None]
    payable = sum(low for low, _ in ends), sum(highs) if len(highs) == len(ends) else None
    return Outcome(
        tallies=tuple(tallies[at] for at in shown),
        subjects=subjects,
        asked=whole.asked,
        settled=whole.settled,
        payable=payable,
        beside=len(measures) - len(shown),
        parts=number,
        evaluated=tuple(evaluated[list(shown)].tolist()),
        dimensions=dimensions,
        totals={name: totals[list(shown)] for name, totals in whole.totals.by.items()},
        groups=whole.subjects,
        values=whole.values,
    )


def _tally(measure: Measure, cells: Cells, subjects: int, undecided: Counter[str]) -> Tally:
    yes, depends = int(cells[YES]), int(cells[DEPENDS])
    return Tally(measure, yes, depends, subjects - yes - depends, *cost(cells), undecided, *cost(cells, payable=True))


def write_summary(folder: Path, outcome: Outcome) -> None:
    """summary.csv: one row a measure; money in fen, an empty cost_high has no upper end."""
    with (folder / "summary.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["measure", "edition", "kind", "title_en", "title_zh", "source", "yes", "depends", "no", *_MONEY, "undecided_by"])
        for tally in outcome.tallies:
            m = tally.measure
            source = (m.record.source or m.document.source).kind
            facts = " ".join(f"{fact}:{count}" for fact, count in tally.undecided_by.most_common(5))
            texts = [m.name, m.edition, m.record.kind, m.record.title.en, m.record.title.zh, source]
            money = [tally.cost_low, _open(tally.cost_high), tally.payable_low, _open(tally.payable_high)]
            writer.writerow([*texts, tally.yes, tally.depends, tally.no, *money, facts])


def write_groups(folder: Path, outcome: Outcome) -> None:
    """by_industry.csv and the like: one row a measure and group in which there are subjects."""
    for dimension in outcome.dimensions:
        with (folder / f"by_{dimension.name}.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(["measure", "edition", dimension.name, "label_en", "label_zh", "subjects", "yes", "depends", "no", *_MONEY])
            there = np.flatnonzero(outcome.groups[dimension.name]).tolist()
            names = list(dimension.groups.items())
            for tally, cells in zip(outcome.tallies, outcome.totals[dimension.name], strict=True):
                for at in there:
                    (code, label), subjects = names[at], int(outcome.groups[dimension.name][at])
                    yes, depends = int(cells[at][YES]), int(cells[at][DEPENDS])
                    money = [*cost(cells[at]), *cost(cells[at], payable=True)]
                    measure = [tally.measure.name, tally.measure.edition]
                    writer.writerow([*measure, code, label.en, label.zh, subjects, yes, depends, subjects - yes - depends, *map(_open, money)])


def write_run(
    folder: Path, rules: Rules, registry: Registry, as_of: datetime.date, assume_recognised: bool, outcome: Outcome, about: dict[str, Any]
) -> None:
    """run.json: of what, by what and when; `about` is what the caller adds."""
    record = {
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
        "parts": outcome.parts,
        "evaluated_parts": {t.measure.id: count for t, count in zip(outcome.tallies, outcome.evaluated, strict=True)},
        "asked_what_keeps_them_undecided": outcome.asked,
        "settled_exactly": outcome.settled,
        "money": "whole fen; cost is of amounts before stacking rules are applied, payable after",
    }
    (folder / "run.json").write_text(json.dumps(record | about, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")


def _open(fen: int | None) -> int | str:
    return "" if fen is None else fen
