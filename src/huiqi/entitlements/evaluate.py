"""Evaluate every measure for every subject of a registry, and write what comes of it: who may have what, and what it costs."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any, Literal

from huiqi.entitlements.awards import award_population
from huiqi.entitlements.population import Population, measures_for, rank_population
from huiqi.entitlements.related import relate_population
from huiqi.entitlements.run.dimensions import dimensions_of
from huiqi.entitlements.run.parts import FormerPart, Part, former_parts
from huiqi.entitlements.run.stretches import Evaluator, Wanted, Writer, in_memory, side_by_side
from huiqi.entitlements.run.summary import Outcome, outcome_of, write_groups, write_run, write_summary
from huiqi.entitlements.run.values import nodes_of
from huiqi.facts.registry import Registry
from huiqi.rules.compile import Measure, Rules
from huiqi.rules.cumulation import stack, stacking_of
from huiqi.rules.cumulation import together as rests_on
from huiqi.vocabulary.whole import BROKEN_OFF, whole_folder

STRETCH = 65_536  # subjects that are read and evaluated at a time
ASKED = 50_000  # subjects that are asked what keeps them undecided, at most about so many


def evaluate(
    rules: Rules,
    registry: Registry,
    as_of: datetime.date,
    *,
    out: Path | None = None,
    measures: Sequence[Measure] | None = None,
    values: Sequence[str] = (),
    reasons: bool = False,
    undecided: Literal["all", "some", "none"] = "some",
    assume_recognised: bool = False,
    anew: bool = False,
    tick: Callable[[int], None] = lambda _: None,
    about: dict[str, Any] | None = None,
) -> Outcome:
    """Every measure for every subject, on the facts of `as_of`.

    With `out` the results are written there: entitlements.parquet, totals, summary.csv, by_industry.csv, by_place.csv, run.json, and with
    `reasons` reasons.parquet and reasons.json. What a former run in `out`, or one that was broken off, has already is taken over where it
    rests on the same content, unless `anew` says otherwise. `values` names definitions or results of scorecards (size_class) that are
    wanted of every subject: values.parquet, with the codes that are possible with `|`, or the range in base units. `undecided`: of how many
    subjects it is counted which facts keep them undecided; `some` are all up to ASKED, and beyond that about so many, evenly spread. `tick`
    is told of every finished stretch. Raises FaultyInput where a registry's cells cannot be used; nothing is written then.
    """
    measures, shown = with_what_they_stack_with(rules, measures_for(rules, registry.schema.subject, measures))
    nodes = nodes_of(rules, values, registry.schema.subject)
    every = asked_every(registry.subjects, undecided)
    limits = stack(rules, measures, registry.schema.subject).limits
    read = [*nodes.values(), *limits]
    population = award_population(Population(registry, rules, as_of, assume_recognised), read)
    population = rank_population(relate_population(population, read))
    evaluator = Evaluator(population, measures, dimensions_of(registry), Wanted(frozenset(shown), reasons, nodes, every))
    together = partial(outcome_of, measures, shown, evaluator.stacked.loose, evaluator.dimensions)
    stretches = registry.stretches(STRETCH, evaluator.possible())

    def told(parts: Iterator[Part]) -> Iterator[Part]:
        for stretch, part in zip(stretches, parts, strict=True):
            tick(stretch.stop - stretch.start)
            yield part

    if out is None:
        return together(told(in_memory(evaluator, stretches)))
    with whole_folder(out, adopt=True) as folder:
        writer = Writer(evaluator, folder, [] if anew else list(_former(folder / BROKEN_OFF, out)))
        outcome = together(told(side_by_side(writer.part, stretches)))
        write_summary(folder, outcome)
        write_groups(folder, outcome)
        write_run(folder, rules, registry, as_of, assume_recognised, outcome, about or {})
    return replace(outcome, folder=out)


def asked_every(subjects: int, undecided: Literal["all", "some", "none"]) -> int:
    """Each so manieth subject is asked what keeps it undecided; 0 for none."""
    return {"all": 1, "some": -(-subjects // ASKED), "none": 0}[undecided]


def with_what_they_stack_with(rules: Rules, chosen: Sequence[Measure]) -> tuple[list[Measure], list[int]]:
    """Some measures with all on which it rests what is payable of them; and the places of those that were chosen."""
    if not chosen:
        return [], []
    numbers = {measure.id: number for number, measure in enumerate(rules.measures)}
    wanted = {numbers[measure.id] for measure in chosen}
    found = [rules.measures[number] for number in sorted(rests_on(stacking_of(rules), wanted))]
    measures = [measure for measure in found if measure.subject == chosen[0].subject]
    return measures, [at for at, measure in enumerate(measures) if numbers[measure.id] in wanted]


def _former(broken_off: Path, out: Path) -> Iterator[FormerPart]:
    """The parts of runs that were broken off, one within the other, and of the former result."""
    while broken_off.is_dir():
        yield from former_parts(broken_off)
        broken_off = broken_off / BROKEN_OFF
    yield from former_parts(out)
