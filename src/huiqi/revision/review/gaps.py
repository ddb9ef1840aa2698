"""Bands and tables that do not fit together (档位缝隙): values that none takes in, bands that overlap, an amount that falls between two.

All of it is read off the text alone; how many firms stand in a gap is then counted. Of a table only what lies between its rows is a gap: that it
begins at some figure, or gives nothing to a code, is what tables are for.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np

from huiqi.entitlements.columns import Run
from huiqi.facts.known import Known
from huiqi.revision.review.finding import Finding
from huiqi.revision.review.material import Material, Seen
from huiqi.revision.review.said import firms_perhaps, title
from huiqi.revision.review.thresholds import Threshold, thresholds
from huiqi.revision.review.wording import full_names, is_reviewed, renderer_of
from huiqi.rules import functions, tree
from huiqi.rules.checks.anybody import Open
from huiqi.rules.compile import Measure, Rules
from huiqi.rules.context import Region, Regions
from huiqi.rules.exact import Exactly
from huiqi.rules.plan import Plan, make_plan
from huiqi.rules.render import Renderer, is_date, is_share, unit_of
from huiqi.rules.tables import SOME
from huiqi.rules.tree import Node
from huiqi.vocabulary import speech
from huiqi.vocabulary.problem import Where
from huiqi.vocabulary.ranges import Number
from huiqi.vocabulary.speech import Both, both, listed
from huiqi.vocabulary.unit import PLAIN

MOST_CELLS = 20_000  # combinations of a table's inputs that are gone through
NAMED = 3  # gaps of a table that are said; the others are counted


@dataclass(frozen=True, eq=False)
class Fault:
    """What a text leaves open, or says twice: `inputs` with the region of each of them; `rows` are the places of what overlaps."""

    kind: str  # gap, overlap
    regions: Regions
    cells: tuple[tuple[Region, ...], ...]
    rows: tuple[Where, ...] = ()


def faults(rules: Rules, subject: str) -> list[Fault]:
    """Gaps and overlaps of all bands and tables about a subject, those of each text once."""
    found, seen = [], set[Where]()
    facts = rules.schemas[subject].facts
    for regions in rules.world.regions:
        if regions.where in seen or any(SOME in row for row, _ in regions.rows):
            continue
        read = [fact for typed in regions.inputs for fact in _facts(typed.node)]
        if any(fact.subject != subject or fact.id not in facts for fact in read):
            continue
        seen.add(regions.where)
        if not regions.has_else:
            cells = tuple(_joined(_uncovered(regions, rules, subject)))
            if cells:
                found.append(Fault("gap", regions, cells))
        found += _overlaps(regions)
    return found


def _facts(node: Node) -> list[Any]:
    try:
        return list(tree.facts_in(node).values())
    except RecursionError:
        return []


# ---------------------------------------------------------------- read off the text


def _uncovered(regions: Regions, rules: Rules, subject: str) -> Iterator[tuple[Region, ...]]:
    """The combinations of pieces of the inputs that no row takes in."""
    exact = Open(Known(rules.schemas[subject], rules.places, rules.law_on))
    axes: list[list[Region]] = []
    for number, typed in enumerate(regions.inputs):
        column = [row[number] for row, _ in regions.rows]
        if all(region == Region() for region in column):
            axes.append([Region()])
            continue
        axis = _pieces(typed.node, column, exact, whole=regions.kind == "bands")
        if axis is None:
            return
        axes.append(axis)
    if math.prod(map(len, axes)) > MOST_CELLS:
        return
    for cell in itertools.product(*axes):
        if not any(all(region.covers(piece) for region, piece in zip(row, cell, strict=True)) for row, _ in regions.rows):
            yield cell


def _joined(cells: Iterator[tuple[Region, ...]]) -> list[tuple[Region, ...]]:
    """Cells that follow on each other in one of their figures, as one."""
    found = list(cells)
    for axis in range(len(found[0]) - 1, -1, -1) if found else ():
        joined: dict[tuple[tuple[Region, ...], tuple[Region, ...]], list[Region]] = {}
        for cell in found:
            run, piece = joined.setdefault((cell[:axis], cell[axis + 1 :]), []), cell[axis]
            if run and piece.codes is None and piece.low == run[-1].high and piece.open_low != run[-1].open_high:
                run[-1] = Region(run[-1].low, piece.high, run[-1].open_low, piece.open_high)
            else:
                run.append(piece)
        found = [(*before, piece, *behind) for (before, behind), run in joined.items() for piece in run]
    return found


def _pieces(of: Node, column: Sequence[Region], exact: Exactly, *, whole: bool) -> list[Region] | None:
    """An input cut at every edge of its column, as far as it can have values; of a table from its lowest edge on. None: cannot be told."""
    if isinstance(of, functions.Growth):
        return None
    if any(region.codes is not None for region in column):
        codes = sorted(set().union(*(region.codes or () for region in column)))
        return [Region(codes=frozenset({code})) for code in codes]
    value = exact.value(of)
    if not isinstance(value, Number):
        return None
    edges = sorted({end for region in column for end in (region.low, region.high) if not math.isinf(end)})
    ends = [value.low, *(edge for edge in edges if value.low < edge < value.high), value.high]
    points = [Region(end, end) for end in ends if not math.isinf(end)]
    between = [Region(low, high, True, True) for low, high in itertools.pairwise(ends) if _there(low, high, of)]
    pieces = sorted([*points, *between], key=lambda region: (region.low, region.high))
    if not whole:
        open_low = all(math.isinf(region.low) is False for region in column)
        pieces = [piece for piece in pieces if not (open_low and piece.high <= edges[0] and not any(region.covers(piece) for region in column))]
    return pieces


def _there(low: Fraction | float, high: Fraction | float, of: Node) -> bool:
    """Some value lies between: of what is counted in steps there may be none."""
    of = tree.body(of)
    step = of.fact.step if isinstance(of, tree.FactFigure) else Fraction(1) if isinstance(of, tree.Since | tree.YearOf | tree.Tally) else None
    if step is None or isinstance(low, float) or isinstance(high, float):
        return low < high
    return math.floor(low / step) + 1 <= math.ceil(high / step) - 1


def _overlaps(regions: Regions) -> Iterator[Fault]:
    """Bands of which each takes in what another one does, and something else besides; the first that is written is taken."""
    if regions.kind != "bands":
        return
    rows = [(row[0], where) for row, where in regions.rows if row[0].codes is None]
    for (one, place), (other, where) in itertools.combinations(rows, 2):
        if one.meets(other) and not one.covers(other) and not other.covers(one):
            low, high = max(one.low, other.low), min(one.high, other.high)
            shared = Region(
                low, high, any(r.open_low and r.low == low for r in (one, other)), any(r.open_high and r.high == high for r in (one, other))
            )
            yield Fault("overlap", regions, ((shared,),), (place, where))


@dataclass(frozen=True, eq=False)
class Drop:
    """At a threshold of a measure's amount, the amount or its rate falls, whatever else is the case."""

    measure: Measure
    threshold: Threshold
    of: str  # amount, rate
    before: Fraction
    after: Fraction


def drops(rules: Rules, measures: Sequence[Measure]) -> list[Drop]:
    """Where the text of an amount gives less above an edge of a fact than below it."""
    found = []
    for measure in measures:
        amount = measure.amount
        if amount is None or amount.unpublished:
            continue
        for threshold in thresholds(rules, [measure]):
            if threshold.fact is None or not any(use.role == "amount" for use in threshold.uses) or threshold.fact[1]:
                continue
            for of, node in (("amount", amount.node), ("rate", amount.rate)):
                ends = [] if node is None else [_at(node, threshold, figure, measure, rules) for figure in threshold.sides]
                if ends and all(isinstance(end, Number) for end in ends):
                    before, after = ends
                    if not isinstance(after.high, float) and not isinstance(before.low, float) and after.high < before.low:
                        found.append(Drop(measure, threshold, of, before.low, after.high))
                        break
    return found


def _at(node: Node, threshold: Threshold, figure: Fraction, measure: Measure, rules: Rules) -> Any:
    """A part of an amount for a firm of which only the one fact is known."""
    assert threshold.fact is not None
    fact, year = threshold.fact
    day = rules.law_on
    nobody = Known(rules.schemas[measure.subject], rules.places, day)
    raw = figure / fact.step
    if figure < (fact.low if isinstance(fact.low, float) else fact.low * fact.unit.factor):
        return None
    known = Known(nobody.schema, rules.places, day, {nobody.key(fact, year): int(raw)}, first_year=1)
    return Exactly(known).value(node)


# ---------------------------------------------------------------- who stands there


class Uncovered:
    """Counts the firms that stand in each gap: surely and perhaps."""

    def __init__(self, material: Material):
        self.faults, self.plan = _asked(material)
        self.surely = np.zeros(len(self.faults), np.int64)
        self.perhaps = np.zeros(len(self.faults), np.int64)

    def look(self, seen: Seen) -> None:
        run = Run(self.plan, seen.run.block).run()
        for number in range(len(self.faults)):
            if (slot := self.plan.values.get(str(number))) is not None:
                truth = run.truths(slot)
                must, may = (np.broadcast_to(one, (seen.size,)).sum() for one in (truth.must, truth.may))
                self.surely[number] += must
                self.perhaps[number] += may - must

    def add(self, other: Uncovered) -> None:
        self.surely += other.surely
        self.perhaps += other.perhaps


def _asked(material: Material) -> tuple[list[Fault], Plan]:
    """The faults of the texts, with a test for each of which all facts are read anyway."""
    kept, at = material.rules.world.resolved, ("faults of bands", material.registry.schema.subject)
    if at not in kept or kept[at][0] is not material.plan:
        found = faults(material.rules, material.registry.schema.subject)
        values = {}
        for number, fault in enumerate(found):
            test = tree.Any(tuple(_inside(fault.regions, cell) for cell in fault.cells))
            if set(make_plan(material.rules, (), values={"": test}).facts) <= set(material.plan.facts):
                values[str(number)] = test
        kept[at] = material.plan, found, make_plan(material.rules, (), values=values)
    _, found, plan = kept[at]
    return found, plan


def _inside(regions: Regions, cell: tuple[Region, ...]) -> Node:
    """A firm's figures and codes lie in a cell."""
    tests: list[Node] = []
    for typed, region in zip(regions.inputs, cell, strict=True):
        if region.codes is not None and typed.type.kind == "truth":
            tests.append(typed.node if region.codes == {"true"} else tree.Not(typed.node))
        elif region.codes is not None:
            tests.append(tree.OneOf(typed.node, region.codes))
        for end, op, is_open in ((region.low, ">", region.open_low), (region.high, "<", region.open_high)):
            if not isinstance(end, float):
                tests.append(tree.Compare(op if is_open else f"{op}=", typed.node, tree.Figure(end)))
    return tree.All(tuple(tests)) if tests else tree.Constant(True)


# ---------------------------------------------------------------- told


def gaps(material: Material) -> list[Finding]:
    """Every gap, overlap and fall of the texts that are reviewed."""
    counted, renderer = material.counted(Uncovered), renderer_of(material)
    reviewed = [material.measures[number] for number in sorted(material.reviewed)]
    found = []
    for number, fault in enumerate(counted.faults):
        users = _users(fault, reviewed)
        if users:
            surely, perhaps = int(counted.surely[number]), int(counted.perhaps[number])
            found.append(_finding(material, fault, renderer, users, surely, perhaps))
    for drop in drops(material.rules, reviewed):
        if is_reviewed(material, drop.threshold):
            found.append(_drop(material, drop, renderer))
    return found


def _users(fault: Fault, measures: Sequence[Measure]) -> tuple[str, ...]:
    """The measures that read a figure which the bands take apart."""
    nodes = {id(typed.node) for typed in fault.regions.inputs}

    def reads(measure: Measure) -> bool:
        roots = [measure.truth] if measure.amount is None else [measure.truth, measure.amount.node]
        return any(id(node) in nodes for root in roots for node in tree.walk(root))

    return tuple(measure.name for measure in measures if reads(measure))


def _finding(material: Material, fault: Fault, renderer: Renderer, users: tuple[str, ...], surely: int, perhaps: int) -> Finding:
    said = listed([_said(fault.regions, cell, renderer) for cell in fault.cells[:NAMED]], "; ", "；")
    if len(fault.cells) > NAMED:
        more = str(len(fault.cells) - NAMED)
        said = both(("{0}; and {1} further combinations", "{0}；另有{1}种组合"), said, more)
    there = firms_perhaps(surely, perhaps, material.registry.schema.subject)
    if fault.kind == "gap":
        what = both(("no row takes in {0}; {1} stand there", "没有档位覆盖{0}；涉及{1}"), said, there)
        remedy = Both("let one band begin where the other ends, or add one for the rest", "使相邻档位首尾相接，或增设兜底档")
        where = fault.regions.where
    else:
        where = fault.rows[1]
        what = both(
            ("{0} lies in two bands, of which that of line {2} is taken; {1} stand there", "{0}同时落入两档，按第{2}行执行；涉及{1}"),
            said, there, str(fault.rows[0].line),
        )  # fmt: skip
        remedy = Both("let one band end where the other begins: 10 ..< 50", "使前一档止于后一档的起点，如10 ..< 50")
    detail = {"fault": fault.kind, "cells": [_said(fault.regions, cell, renderer).as_json() for cell in fault.cells[:50]]}
    return Finding("gap", users, "", what, remedy, where, (0, 0), surely, perhaps, material.currency(*sorted(material.reviewed)), detail)


def _drop(material: Material, drop: Drop, renderer: Renderer) -> Finding:
    use = next(use for use in drop.threshold.uses if use.role == "amount")
    said = [
        speech.figure(end, PLAIN, share=True) if drop.of == "rate" and end < 1 else speech.figure(end, _unit(drop))
        for end in (drop.before, drop.after)
    ]
    part = Both("the rate", "比例") if drop.of == "rate" else Both("the amount", "金额")
    what = both(
        (
            "{0}: as {2} passes {1}, {3} falls from {4} to {5}, for the whole and not only for what lies beyond",
            "{0}：{2}越过{1}后，{3}由{4}降至{5}，且适用于全部而非超出部分",
        ),
        title(drop.measure), drop.threshold.say_figure(drop.threshold.edge), drop.threshold.say(renderer), part, *said,
    )  # fmt: skip
    remedy = Both("pay each slice at its own rate (tiers), so that more never brings less", "改为超额累进（tiers），避免越多所得越少")
    number = next(n for n, one in enumerate(material.measures) if one.id == drop.measure.id)
    detail = {"fault": "drop", "of": drop.of, "edge": float(drop.threshold.edge), "before": float(drop.before), "after": float(drop.after)}
    return Finding("gap", full_names(drop.threshold), use.clause, what, remedy, use.where, (0, 0), 0, 0, material.currency(number), detail)


def _unit(drop: Drop) -> Any:
    assert drop.measure.amount is not None
    node = drop.measure.amount.rate if drop.of == "rate" else drop.measure.amount.node
    return unit_of(node) or PLAIN if node is not None else PLAIN


def _said(regions: Regions, cell: tuple[Region, ...], renderer: Renderer) -> Both:
    """A cell in words: "staff from 50 to 100 people"."""
    parts = []
    for typed, region in zip(regions.inputs, cell, strict=True):
        name = renderer.say(typed.node)
        if region.codes is not None and typed.type.kind == "truth":
            parts.append(name if region.codes == {"true"} else both(("not: {0}", "不符合：{0}"), name))
        elif region.codes is not None:
            parts.append(both(("{0} {1}", "{0}为{1}"), name, listed(renderer.tops(typed.node, region.codes), " or ", "或")))
        elif region != Region():
            parts.append(both(("{0} {1}", "{0}{1}"), name, _between(typed.node, region)))
    return listed(parts, " with ", "且") if parts else Both("anything", "任何情形")


def _between(of: Node, region: Region) -> Both:
    def say(end: Fraction | float) -> Both:
        return speech.day(end) if is_date(of) else speech.figure(end, unit_of(of) or PLAIN, share=is_share(of))

    if region.low == region.high:
        return both(("of exactly {0}", "恰为{0}"), say(region.low))
    if math.isinf(region.low):
        return both(("below {0}", "低于{0}") if region.open_high else ("up to {0}", "不超过{0}"), say(region.high))
    if math.isinf(region.high):
        return both(("above {0}", "超过{0}") if region.open_low else ("from {0} on", "不低于{0}"), say(region.low))
    low = ("above {0}", "超过{0}") if region.open_low else ("from {0}", "自{0}起")
    high = (" and below {0}", "且低于{0}") if region.open_high else (" to {0}", "至{0}")
    return listed([both(low, say(region.low)), both(high, say(region.high))], "", "")
