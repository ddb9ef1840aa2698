"""Hold a registry against published totals: how many it counts, or what it adds up to, beside what is published.

A subject of which nobody knows whether it counts makes a range: the total is met where a published figure lies within it.
"""

from __future__ import annotations

import csv
import datetime
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from huiqi.entitlements.columns import Block, Run
from huiqi.entitlements.population import Column
from huiqi.facts import registry as registries
from huiqi.facts.registry import Registry
from huiqi.facts.synthesize import Wanted
from huiqi.facts.synthetic.quotas import Quota
from huiqi.rules.compile import Rules
from huiqi.rules.plan import Plan, make_plan
from huiqi.rules.published import Total, Totals, Unspoken, contradictions, zones_in
from huiqi.rules.records import Indicator
from huiqi.rules.tree import facts_in
from huiqi.vocabulary.problem import FaultyInput, Problem, did_you_mean
from huiqi.vocabulary.speech import Both, both, figure, listed

Floats = NDArray[np.float64]
Met = Literal["yes", "within", "no"]
SIZE = 65_536
FILE = "totals.csv"
_HEADS = (
    "indicator", "place", "period", "label_en", "label_zh", "pack", "published", "kind", "scale", "aimed_at", "wanted_low", "wanted_high",
    "found_low", "found_high", "difference_low", "difference_high", "met", "source", "source_note_en", "source_note_zh", "why_en", "why_zh",
)  # fmt: skip

MET_WORDS = {
    "yes": Both("met", "相符"),
    "within": Both("met within what is unknown", "在未知范围内相符"),
    "no": Both("not met", "不符"),
    "unspoken": Both("not spoken of", "无法比较"),
}


@dataclass(frozen=True)
class Standing:
    """A total and what the registry has of it: surely `low`, possibly `high` (None: no upper end), in base units."""

    total: Total
    scale: Fraction
    low: Fraction
    high: Fraction | None

    @property
    def bounds(self) -> tuple[Fraction, Fraction | None]:
        return self.total.bounds(self.scale)

    @property
    def met(self) -> Met:
        least, most = self.bounds
        if self.low >= least and (most is None or (self.high is not None and self.high <= most)):
            return "yes"
        return "within" if (self.high is None or self.high >= least) and (most is None or self.low <= most) else "no"

    @property
    def difference(self) -> tuple[Fraction, Fraction | None]:
        """How far both ends lie from the figure that is aimed at."""
        aim = self.total.scaled(self.total.taken, self.scale)
        return self.low - aim, None if self.high is None else self.high - aim


class Counting:
    """The conditions of some totals as one plan over the registry's columns."""

    def __init__(self, rules: Rules, totals: Sequence[Total], as_of: datetime.date, subject: str = "enterprise"):
        self.rules, self.totals, self.as_of, self.subject = rules, tuple(totals), as_of, subject
        nodes = {f"{number} members": total.members for number, total in enumerate(totals)}
        nodes |= {f"{number} adds": total.adds for number, total in enumerate(totals) if total.adds is not None}
        self.plan: Plan = make_plan(rules, (), values=nodes)

    @property
    def columns(self) -> tuple[Column, ...]:
        """The columns that are read, by calendar year."""
        last = self.as_of.year - 1
        return tuple((fact.id, last + year if fact.period == "year" else None) for (_, year), fact in self.plan.facts.items())

    def _run(self, block: registries.Block) -> Run:
        schema, places = self.rules.schemas[self.subject], self.rules.places
        return Run(self.plan, Block(len(block.ids), self.as_of, block.columns, schema, places, block.ids, block.first_years)).run()

    def members(self, block: registries.Block) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
        """Who surely counts and who may: a row a subject, a column a total."""
        run, size = self._run(block), len(block.ids)
        truths = [run.truths(self.plan.values[f"{number} members"]) for number in range(len(self.totals))]
        must, may = ([np.broadcast_to(end, size) for end in ends] for ends in ([t.must for t in truths], [t.may for t in truths]))
        return np.stack(must, axis=1), np.stack(may, axis=1)

    def adds(self, block: registries.Block) -> Iterator[tuple[Floats, Floats, int]]:
        """For each total what every subject surely adds and possibly does, in whole parts of a unit, and how many make one."""
        run, size = self._run(block), len(block.ids)
        for number, total in enumerate(self.totals):
            truths = run.truths(self.plan.values[f"{number} members"])
            must, may = np.broadcast_to(truths.must, size), np.broadcast_to(truths.may, size)
            if total.adds is None:
                yield must.astype(float), may.astype(float), 1
                continue
            figures = run.figures(self.plan.values[f"{number} adds"])
            low, high = (np.nan_to_num(np.broadcast_to(end, size), nan=0.0, posinf=np.inf, neginf=-np.inf) for end in (figures.low, figures.high))
            least = np.where(must, low, np.where(may, np.minimum(low, 0), 0.0))
            most = np.where(must, high, np.where(may, np.maximum(high, 0), 0.0))
            yield least, most, figures.scale


def reconcile(registry: Registry, counting: Counting, scale: Fraction = Fraction(1), weights: Floats | None = None) -> list[Standing]:
    """What the registry has of each total, in their order; each subject counts with its weight."""
    low, high = [Fraction(0)] * len(counting.totals), [Fraction(0)] * len(counting.totals)
    open_end, at = [False] * len(counting.totals), 0
    for block in registry.blocks(counting.columns, SIZE):
        of = None if weights is None else weights[at : at + len(block.ids)]
        for number, (least, most, parts) in enumerate(counting.adds(block)):
            low[number] += _sum(least, of, parts)
            open_end[number] |= not np.isfinite(most).all()
            high[number] += _sum(np.where(np.isfinite(most), most, 0.0), of, parts)
        at += len(block.ids)
    if weights is not None:
        for number, total in enumerate(counting.totals):
            low[number], high[number] = (_near(end, total.bounds(scale)) for end in (low[number], high[number]))
    ends = zip(counting.totals, low, high, open_end, strict=True)
    return [Standing(total, scale, one, None if is_open else other) for total, one, other, is_open in ends]


def _near(sum: Fraction, bounds: tuple[Fraction, Fraction | None]) -> Fraction:
    """A weighted sum that lies within a millionth of what is wanted is that: weights are rounded figures."""
    return next((end for end in bounds if end is not None and abs(sum - end) * 1_000_000 <= abs(end)), sum)


def _sum(adds: Floats, weights: Floats | None, parts: int) -> Fraction:
    """Exact without weights; a weighted sum to a millionth of a unit."""
    if weights is None:
        return Fraction(int(adds.sum()), parts)
    return Fraction(round(float(adds @ weights) / parts, 6)).limit_denominator(1_000_000)


def spoken_of(totals: Totals, registry: Registry) -> tuple[tuple[Total, ...], tuple[Unspoken, ...]]:
    """The totals whose facts the registry has, and those that it cannot speak of beside those known before."""
    counted, unspoken = [], []
    for total in totals.totals:
        nodes = [node for node in (total.members, total.adds) if node is not None]
        absent = sorted({fact for node in nodes for fact, _ in facts_in(node) if not registry.has(fact)})
        if absent:
            why = Both(f"the registry has no column {', '.join(absent)}", f"名册中没有{'、'.join(absent)}列")
            unspoken.append(Unspoken(total.indicator, total.pack, why))
        else:
            counted.append(total)
    return tuple(counted), (*unspoken, *totals.unspoken)


# ---------------------------------------------------------------- before a registry is made


def without(totals: Totals, names: Iterable[str]) -> Totals:
    """The totals but those that are named, as `indicator` or `place/indicator`; FaultyInput for a name that none has."""
    named = set(names)
    known = {name for total in totals.totals for name in _names(total)}
    if wrong := sorted(named - known):
        among = f"totals: {', '.join(total.id for total in totals.totals)}" if totals.totals else "there are no totals"
        raise FaultyInput([Problem("totals.unknown", f"{name} is no total here", hint=did_you_mean(name, known) or among) for name in wrong])
    out = [total for total in totals.totals if named & _names(total)]
    why = Both("left out on request", "按要求不计入")
    unspoken = [Unspoken(total.indicator, total.pack, why) for total in out]
    return Totals(tuple(total for total in totals.totals if total not in out), (*unspoken, *totals.unspoken), totals.problems)


def _names(total: Total) -> set[str]:
    return {str(total.indicator.indicator), total.id}


def wanted_of(rules: Rules, totals: Totals, place: str, as_of: datetime.date, enterprises: int, scale: Fraction) -> Wanted:
    """What a made-up registry shall meet: every total that counts; sums are only stated. FaultyInput where the totals contradict each other."""
    problems = [*totals.problems, *contradictions(totals.totals, scale)]
    counted = [total for total in totals.totals if total.adds is None]
    quotas = tuple(Quota(total.id, int(total.scaled(total.taken, scale)), total.at_least) for total in counted)
    largest = max(quotas, key=lambda quota: quota.wanted, default=Quota("", 0))
    if largest.wanted > enterprises:
        said = f"{largest.name} counts {largest.wanted:,} enterprises, of {enterprises:,} asked for"
        hint = f"ask for --enterprises {largest.wanted} at least, or for a smaller --scale"
        problems.append(Problem("totals.enterprises", said, hint=hint))
    if problems:
        raise FaultyInput(problems)
    counting = Counting(rules, counted, as_of)
    return Wanted(quotas, counting.columns, counting.members, zones_in(counted, place, rules.places))


# ---------------------------------------------------------------- what is said of it


def said_figure(value: Fraction, total: Total) -> Both:
    """A number of subjects, or a sum with its unit."""
    if total.adds is None:
        whole = f"{value.numerator:,}" if value.denominator == 1 else f"{float(value):,.1f}"
        return Both(whole, whole)
    return figure(value, total.unit)


def said_range(low: Fraction, high: Fraction | None, total: Total) -> Both:
    """A range, or one figure where its ends are the same."""
    least = said_figure(low, total)
    if high is None:
        return both(("{0} or more", "{0}以上"), least)
    return least if high == low else both(("{0} to {1}", "{0}至{1}"), least, said_figure(high, total))


def said_published(total: Total, scale: Fraction) -> Both:
    """The figures of all sources, with what they say of them, and what the scale makes of the one aimed at."""
    said = listed([said_figure(value, total) for value in total.values], " or ", "或")
    if total.at_least:
        said = both(("over {0}", "超过{0}"), said)
    elif total.about:
        said = both(("about {0}", "约{0}"), said)
    if scale == 1:
        return said
    return both(("{0}, scaled {1}", "{0}，按比例{1}"), said, said_figure(total.scaled(total.taken, scale), total))


def said_difference(standing: Standing) -> Both:
    """By how much, with its sign."""
    low, high = standing.difference
    ends = [_signed(end, standing.total) for end in (low, high) if end is not None]
    if high is None:
        return both(("{0} or more", "{0}以上"), ends[0])
    return ends[0] if low == high else both(("{0} to {1}", "{0}至{1}"), *ends)


def _signed(value: Fraction, total: Total) -> Both:
    said = said_figure(value, total)
    return both(("+{0}", "+{0}"), said) if value > 0 else said


def write_totals(path: Path, standings: Sequence[Standing], unspoken: Sequence[Unspoken]) -> None:
    """totals.csv: a row a total, those that the registry cannot speak of at the end; figures in the base unit, an empty end is open."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(_HEADS)
        for standing in standings:
            total = standing.total
            kind = "at_least" if total.at_least else "about" if total.about else "exact"
            figures = [total.scaled(total.taken, standing.scale), *standing.bounds, standing.low, standing.high, *standing.difference]
            row = [*_named(total.indicator, total.pack), kind, _plain(standing.scale), *map(_plain, figures), standing.met]
            writer.writerow([*row, *_sourced(total.indicator), "", ""])
        for one in unspoken:
            row = [*_named(one.indicator, one.pack), "", "", *[""] * 7, "unspoken"]
            writer.writerow([*row, *_sourced(one.indicator), one.why.en, one.why.zh])


def _named(one: Indicator, pack: str) -> list[str]:
    published = " | ".join(str(value.value) for value in one.values)
    return [str(one.indicator), str(one.place), str(one.period), str(one.label.en), str(one.label.zh), pack, published]


def _sourced(one: Indicator) -> list[str]:
    if not one.values:
        return ["", "", ""]
    sources = [value.source for value in one.values]
    columns = ([source.kind for source in sources], [str(source.note.en) for source in sources], [str(source.note.zh) for source in sources])
    return [" | ".join(column) for column in columns]


def _plain(value: Fraction | None) -> str:
    """A figure as a table holds it."""
    if value is None:
        return ""
    return str(value.numerator) if value.denominator == 1 else f"{float(value):.6f}".rstrip("0").rstrip(".")
