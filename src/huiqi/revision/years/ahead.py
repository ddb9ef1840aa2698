"""Several years ahead: in each year the law as it is and the reform, on the facts of a scenario; what is committed, and when it is paid (逐年测算).

Each year is evaluated by the texts of its day, so that sunset and later editions count. Only measures that the reform touches in one of the years are
evaluated, with those that bear on them: what others pay is the same on both sides, and stands in no figure here. The first year, on the registry as
it is, is the plain simulation. An award is paid in the instalments that its text says; one that waits for a milestone may fall into
any year from the decision on, so that it is surely in none of them.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import partial

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from huiqi.allocation.commitments.payments import OPEN, UNBOUNDED, split
from huiqi.allocation.commitments.promises import Due, most_of
from huiqi.entitlements.awards import award_population
from huiqi.entitlements.due import Dues
from huiqi.entitlements.evaluate import STRETCH
from huiqi.entitlements.population import Population, rank_population
from huiqi.entitlements.related import relate_population
from huiqi.entitlements.run.stretches import Evaluator, Wanted, side_by_side
from huiqi.facts.registry import Registry, Stretch
from huiqi.facts.schema import Schema
from huiqi.revision.simulate import Weights
from huiqi.revision.touched import touched
from huiqi.revision.years.granted import Bools, Floats, Grants, payable, with_grants, with_what_is_read
from huiqi.revision.years.projected import project
from huiqi.revision.years.scenario import Scenario
from huiqi.rules.compile import Measure, Rules
from huiqi.rules.cumulation import NOT_PAID, stack
from huiqi.rules.funds import Fen, Fund, funds_of
from huiqi.rules.instalments import Instalment, instalments_of
from huiqi.vocabulary.speech import Both, both, listed, of_words

SIDES = ("before", "after")


@dataclass(frozen=True)
class MeasureYear:
    """What one measure commits in a year on one side, in fen, and to how many: surely, and perhaps more; `dues` are its payments."""

    measure: Measure
    currency: str
    fund: str  # <pack>/<key>; empty where the text names none
    fund_label: Both
    surely: float  # a whole number without weights
    perhaps: float
    committed: Fen
    dues: tuple[Due, ...]


@dataclass(frozen=True)
class LawYear:
    """One side of one year."""

    law_on: datetime.date
    measures: tuple[MeasureYear, ...]


@dataclass(frozen=True)
class CaseYear:
    """A year of a case: the day of its facts, and both sides."""

    year: int
    as_of: datetime.date
    sides: tuple[LawYear, LawYear]


@dataclass(frozen=True)
class Case:
    """A scenario's case, year by year."""

    id: str
    label: Both
    years: tuple[CaseYear, ...]


@dataclass(frozen=True)
class Row:
    """What is committed and paid in a year on one side, in fen: `by` all that is touched, by what changes, from a fund, for a topic or by a measure.

    `committed` is None after the last year that is simulated, when only earlier years are paid out.
    """

    case: str
    year: int
    side: str
    by: str
    of: str
    label: Both
    currency: str
    committed: Fen | None
    paid: Fen


@dataclass(frozen=True)
class Ahead:
    """Both laws over the years, in every case; `touched` are the names of the measures of which it speaks, `changed` those of them
    that differ themselves, or of which a stacking rule does."""

    scenario: Scenario
    cases: tuple[Case, ...]
    touched: tuple[str, ...]
    changed: tuple[str, ...]
    rows: tuple[Row, ...]
    assumptions: tuple[Both, ...]


def years_ahead(
    laws: Callable[[int], tuple[Rules, Rules]],
    registry: Registry,
    as_of: datetime.date,
    scenario: Scenario,
    *,
    weights: Weights | None = None,
    assume_recognised: bool = False,
    tick: Callable[[int], None] = lambda _: None,
) -> Ahead:
    """Both laws in every year of a scenario; `laws` are they so many years ahead.

    `weights` as of `simulate`: counts and sums are then estimates. `tick` is told of the subjects of every finished year and side.
    Raises FaultyInput where a registry's cells cannot be used.
    """
    both_laws = [laws(ahead) for ahead in range(scenario.years + 1)]
    subject = registry.schema.subject
    every = [side for pair in both_laws for side in touched(*pair, subject)]
    otherwise = {name for pair in both_laws for name in _paid_otherwise(*pair, subject)}
    names = otherwise | {one.name for side in every for one in side.measures}
    changed = otherwise | {side.measures[at].name for side in every for at in side.changed}
    evaluated, read = with_what_is_read([rules for pair in both_laws for rules in pair], names, subject) if names else (frozenset(), frozenset())
    ids = pa.concat_arrays([block.ids for block in registry.blocks([], STRETCH)]) if read and registry.subjects else pa.array([], pa.string())
    run = _Run(
        registry, as_of, scenario, weights, assume_recognised, evaluated, frozenset(names), read if scenario.granted else frozenset(), ids, tick
    )
    firsts = [run.year(registry, rules, 0, {}) for rules in both_laws[0]]
    cases = []
    for id, label in scenario.cases.items():
        ahead_of = project(registry, scenario, id, as_of.year - 1)
        sides = []
        for side, (first, grants) in enumerate(firsts):
            found, granted = [first], {name: [one] for name, one in grants.items()}
            for ahead in range(1, scenario.years + 1):
                year, grants = run.year(ahead_of, both_laws[ahead][side], ahead, granted)
                found.append(year)
                for name, one in grants.items():
                    granted.setdefault(name, []).append(one)
            sides.append(found)
        years = (CaseYear(as_of.year + n, scenario.as_of(as_of, n), pair) for n, pair in enumerate(zip(*sides, strict=True)))
        cases.append(Case(id, label, tuple(years)))
    rows = tuple(row for case in cases for row in _rows(case, changed))
    return Ahead(
        scenario, tuple(cases), tuple(sorted(names)), tuple(sorted(changed)), rows, tuple(assumptions_of(scenario, registry.schema, sorted(read)))
    )


def _paid_otherwise(before: Rules, after: Rules, subject: str) -> set[str]:
    """The measures that both laws have, and pay in other instalments or from another fund: what is due of them need not differ."""
    plans: list[dict[str, tuple[tuple[Instalment, ...], str]]] = []
    for rules in (before, after):
        own = (one for one in rules.measures if one.subject == subject)
        plans.append({one.id: (instalments_of(one.record.pays), str(one.record.fund)) for one in own})
    return {id.partition("@")[0] for id, plan in plans[0].items() if plans[1].get(id, plan) != plan}


@dataclass(frozen=True)
class _Run:
    registry: Registry
    as_of: datetime.date
    scenario: Scenario
    weights: Weights | None
    assume_recognised: bool
    evaluated: frozenset[str]
    told: frozenset[str]
    read: frozenset[str]
    ids: pa.StringArray
    tick: Callable[[int], None]

    def year(self, registry: Registry, rules: Rules, ahead: int, granted: dict[str, list[Grants]]) -> tuple[LawYear, dict[str, Grants]]:
        """One law in one year, and what it grants that later years read."""
        as_of, subject = self.scenario.as_of(self.as_of, ahead), registry.schema.subject
        measures = tuple(one for one in rules.measures if one.name in self.evaluated and one.subject == subject)
        if not measures:
            self.tick(registry.subjects)
            return LawYear(rules.law_on, ()), {}
        population = award_population(Population(registry, rules, as_of, self.assume_recognised), stack(rules, measures, subject).limits)
        population = rank_population(relate_population(with_grants(population, granted, self.ids), stack(rules, measures, subject).limits))
        evaluator = Evaluator(population, measures, (), Wanted(frozenset(range(len(measures))), False, {}, 0))
        funds = {rules.measures[number].id: fund for fund in funds_of(rules) for number in fund.measures}
        sums = [_Sums(one, rules.currencies[one.document.pack], funds.get(one.id), as_of.year) for one in measures]
        grants = {one.name: Grants.nothing(as_of.toordinal(), registry.subjects) for one in measures if one.name in self.read}
        stretches = registry.stretches(STRETCH)
        for stretch, dues in zip(stretches, side_by_side(partial(_dues, evaluator), stretches), strict=True):
            for one, due in zip(sums, dues, strict=True):
                one.add(*payable(due), None if self.weights is None else self.weights[stretch.start + due.rows])
                if one.measure.name in grants:
                    grants[one.measure.name].add(stretch.start, due)
            self.tick(stretch.stop - stretch.start)
        told = (one for one in sums if one.measure.name in self.told and one.measure.record.kind not in NOT_PAID)
        return LawYear(rules.law_on, tuple(one.year() for one in told)), grants


def _dues(evaluator: Evaluator, number: int, stretch: Stretch, workers: int) -> Dues:
    every = range(len(evaluator.measures))
    _, dues = evaluator.found(evaluator.block(stretch, every), every, workers, rows=True)
    assert dues is not None
    return dues


@dataclass
class _Sums:
    """What a measure commits and pays, added up over stretches; instalments are split award by award, to the fen."""

    measure: Measure
    currency: str
    fund: Fund | None
    decided: int
    surely: float = 0
    perhaps: float = 0
    low: float = 0
    high: float | None = 0
    parts: list[tuple[float, float | None]] = field(default_factory=list)

    @property
    def plan(self) -> tuple[Instalment, ...]:
        return instalments_of(self.measure.record.pays)

    def add(self, low: Floats, high: Floats, surely: Bools, perhaps: Bools, weights: Weights | None) -> None:
        """Some subjects that may have it."""
        for name, which in (("surely", surely), ("perhaps", perhaps & ~surely)):
            setattr(self, name, getattr(self, name) + (int(which.sum()) if weights is None else float(weights[which].sum())))
        lows, highs = _fen(low), _fen(high)
        self.low += _sum(lows, weights) or 0
        self.high = _more(self.high, _sum(highs, weights))
        former = self.parts or [(0, 0)] * len(self.plan)
        parts = zip(former, split(lows, self.plan), split(highs, self.plan), strict=True)
        self.parts = [(least + (_sum(one, weights) or 0), _more(most, _sum(other, weights))) for (least, most), one, other in parts]

    def year(self) -> MeasureYear:
        dues = []
        for part, (low, high) in zip(self.plan, self.parts or [(0, 0)] * len(self.plan), strict=True):
            first, last = (self.decided, OPEN) if part.years is None else (self.decided + part.years,) * 2
            dues.append(Due(first, last, *_whole(low, high)))
        fund, label = ("", Both("no fund named", "未列专项资金")) if self.fund is None else (self.fund.name, of_words(self.fund.title))
        return MeasureYear(self.measure, self.currency, fund, label, self.surely, self.perhaps, _whole(self.low, self.high), tuple(dues))


def _fen(amounts: Floats) -> NDArray[np.int64]:
    known = np.isfinite(amounts)
    return np.where(known, np.where(known, amounts, 0).astype(np.int64), UNBOUNDED)


def _sum(amounts: NDArray[np.int64], weights: Weights | None) -> float | None:
    """Without weights exactly; None where one has no upper end."""
    if (amounts == UNBOUNDED).any():
        return None
    if weights is not None:
        return float((amounts * weights).sum())
    return int((amounts & 0xFFFF_FFFF).sum()) + (int((amounts >> 32).sum()) << 32)


def _more(one: float | None, other: float | None) -> float | None:
    return None if one is None or other is None else one + other


def _whole(low: float, high: float | None) -> Fen:
    """In whole fen; sums with weights are none."""
    return round(low), None if high is None else round(high)


# ---------------------------------------------------------------- by year, fund and topic


def _rows(case: Case, changed: Collection[str]) -> Iterator[Row]:
    """Every side and year of a case, in all and by fund, topic and measure; what no fund or topic has stands under an empty name."""
    groups: dict[tuple[str, str, str], Both] = {}
    found: dict[tuple[int, tuple[str, str, str]], list[tuple[int, MeasureYear]]] = {}
    for year in case.years:
        for side, law in enumerate(year.sides):
            for one in law.measures:
                for by, of, label in _groups(one, changed):
                    groups.setdefault((by, of, one.currency), label)
                    found.setdefault((side, (by, of, one.currency)), []).append((year.year, one))
    decided = [year.year for year in case.years]
    paid = [due.last for some in found.values() for _, one in some for due in one.dues if due.last != OPEN and due.high != 0]
    for group, label in sorted(groups.items(), key=lambda one: (("all", "changed", "fund", "topic", "measure").index(one[0][0]), one[0])):
        by, of, currency = group
        for number in range(decided[0], max([*decided, *paid]) + 1):
            for side, name in enumerate(SIDES):
                some = found.get((side, group), [])
                committed = _added([one.committed for at, one in some if at == number]) if number in decided else None
                yield Row(case.id, number, name, by, of, label, currency, committed, _within([due for _, one in some for due in one.dues], number))


def _groups(one: MeasureYear, changed: Collection[str]) -> Iterator[tuple[str, str, Both]]:
    yield "all", "", Both("all that the reform touches, by stacking too", "方案涉及的全部措施（含叠加影响）")
    if one.measure.name in changed:
        yield "changed", "", Both("what the reform changes", "方案改动的措施")
    yield "fund", one.fund, one.fund_label
    for topic in dict.fromkeys(map(str, one.measure.record.topics)) or [""]:
        yield "topic", topic, Both(topic, topic) if topic else Both("no topic", "未列主题")
    yield "measure", one.measure.name, of_words(one.measure.record.title)


def _within(dues: Sequence[Due], year: int) -> Fen:
    """What surely falls due in a year, and what may."""
    sure = sum(due.low for due in dues if due.first == due.last == year)
    return sure, most_of([due for due in dues if due.first <= year <= due.last], dues)


def _added(some: Sequence[Fen]) -> Fen:
    highs = [high for _, high in some if high is not None]
    return sum(low for low, _ in some), sum(highs) if len(highs) == len(some) else None


# ---------------------------------------------------------------- texts and assumptions


def editions_said(ahead: Ahead) -> Iterator[Both]:
    """By which edition a changed measure is granted in which year, where that is not one edition all the time: sunset, and what follows a text."""
    years = ahead.cases[0].years
    for name in ahead.changed:
        sides = []
        for side in range(len(SIDES)):
            found = [[one.measure for one in year.sides[side].measures if one.measure.name == name] for year in years]
            sides.append([(year.year, ", ".join(one.edition for one in some)) for year, some in zip(years, found, strict=True)])
        title = next((one.measure.record.title for year in years for law in year.sides for one in law.measures if one.measure.name == name), None)
        for side, told in enumerate(sides):
            if title is None or len({edition for _, edition in told}) == 1 or (side and sides[0] == told):
                continue
            starts = [one for at, one in enumerate(told) if not at or told[at - 1][1] != one[1]]
            each = [
                both(("from {0} edition {1}", "{0}年起为{1}版"), str(year), edition)
                if edition
                else both(("from {0} not in force", "{0}年起未施行"), str(year))
                for year, edition in starts
            ]
            which = Both("", "") if sides[0] == sides[1] else (Both(" (now)", "（现行）"), Both(" (reform)", "（方案）"))[side]
            yield both(("{0}{1}: {2}", "{0}{1}：{2}"), of_words(title), which, listed(each, ", ", "，"))


def assumptions_of(scenario: Scenario, schema: Schema, read: Sequence[str]) -> Iterator[Both]:
    """What the figures rest on, a sentence each; `read` are the measures whose past awards are read."""
    for one in scenario.growth:
        apart = any(other.by is not None for other in scenario.growth if other.fact == one.fact)
        label = of_words(schema.facts[one.fact].label)
        about = both(("{0} ({1})", "{0}（{1}）"), label, one.said) if apart else label
        each = [both(("{0} {1}", "{0}{1}"), scenario.cases[case], _percent(rate)) for case, rate in one.rates.items()]
        said = listed(each, ", ", "，") if len(set(one.rates.values())) > 1 else _percent(next(iter(one.rates.values())))
        yield both(("{0}: {1} a year; source: {2}", "{0}：每年{1}；来源：{2}"), about, said, one.source)
    if scenario.held:
        yield Both("facts of a year that the scenario does not name stay as in the last year recorded", "情景未列出的年度数据项按最近记录年份不变")
    else:
        yield Both("facts of a year that the scenario does not name are unknown in the years to come", "情景未列出的年度数据项在以后年份视为未知")
    yield Both(
        "day facts, recognitions among them, stay as the registry has them; ages and dates go on with the day",
        "时点数据项（含资质认定）保持登记库现状；年限随日期推移",
    )
    yield Both("the population is held: nobody is founded, moves in or leaves", "对象范围不变：不考虑新设、迁入与退出")
    yield Both("whoever is entitled is granted it each year, on the day of that year", "凡符合条件者每年均在当年评价日获得")
    names = ", ".join(read)
    if read and scenario.granted:
        counted = (
            "what a year grants counts as a past award of the next, where texts read it: {0}",
            "政策引用往期奖补的，模拟年份的奖补计入下一年：{0}",
        )
        yield both(counted, names)
    elif read:
        left_out = (
            "what these years grant is NOT counted as past awards, though texts read them: {0}",
            "政策引用往期奖补，但模拟年份的奖补未计入：{0}",
        )
        yield both(left_out, names)
    yield Both(
        "what was committed before the first year, and what other measures pay, is the same on both sides and not counted",
        "首年之前的承诺及其他措施的支出两方案相同，未计入",
    )
    if len(scenario.cases) > 1:
        yield Both(
            "each case is a run of its own: growth between two cases can cost more or less than both",
            "各情形分别测算：介于两情形之间的增速，其支出未必介于两者之间",
        )


def _percent(rate: Fraction) -> str:
    return f"{float(rate * 100):+g}%"
