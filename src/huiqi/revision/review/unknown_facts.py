"""The facts whose absence widens the cost range most, with the money that knowing them would settle.

The range of a firm's measures that stack together is open for want of some facts. Where it is for want of one fact only, knowing that fact settles
the whole width, whatever the fact turns out to be: that is the low figure. The high figure is the width of all ranges that the fact keeps open, alone
or together with others: knowing it cannot settle more. Both are after stacking, and of finite ranges; results without an upper end are counted beside
them.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from functools import cached_property
from typing import Self

import numpy as np
from numpy.typing import NDArray

from huiqi.entitlements.deciding import Reading, grounds, undecided_tests
from huiqi.facts.past import PastFact
from huiqi.revision.review.finding import Finding
from huiqi.revision.review.material import Material, Seen
from huiqi.revision.review.said import firms, titles
from huiqi.vocabulary.speech import Both, both, brief_money, of_words

Bools = NDArray[np.bool_]
MOST = 10  #: facts that are told, in a currency


@dataclass
class Width:
    """What a fact keeps open: the width of ranges in fen that it alone does, and that it does with others; results without an upper end, firms."""

    alone: int = 0
    together: int = 0
    endless: int = 0
    firms: int = 0
    firms_alone: int = 0
    measures: Counter[int] = field(default_factory=Counter)  # the width in the measures themselves, by place

    def add(self, other: Width) -> None:
        self.alone += other.alone
        self.together += other.together
        self.endless += other.endless
        self.firms += other.firms
        self.firms_alone += other.firms_alone
        self.measures.update(other.measures)


@dataclass
class _Behind:
    """Facts behind measures that bear on each other, with the firms: those that settle them if all are known, and those that can matter at all; and
    for whom something stays open even so."""

    settling: dict[str, Bools]
    every: dict[str, Bools]
    beyond: Bools

    @staticmethod
    def nothing(size: int) -> _Behind:
        return _Behind({}, {}, np.zeros(size, bool))

    def add(self, settling: dict[str, Bools], every: dict[str, Bools], beyond: Bools, who: Bools) -> None:
        for mine, more in ((self.settling, settling), (self.every, every)):
            for fact, mask in more.items():
                if (here := mask & who).any():
                    mine[fact] = mine[fact] | here if fact in mine else here
        self.beyond |= beyond & who


class Widths:
    """By currency and fact what it keeps open; `whole` is the width of all ranges in a currency."""

    def __init__(self, material: Material):
        self.material = material
        self.rules = list(enumerate(material.stacking.cutting))
        self.facts: dict[tuple[str, str], Width] = {}
        self.whole: Counter[str] = Counter()

    def look(self, seen: Seen) -> None:
        """Count some firms. What is payable of a measure rests on the measures that the firm may have besides, as far as rules bind them together."""
        open_ = [self._open(number, seen) for number in range(len(seen.dues))]
        wide = np.array([(width > 0) | endless for width, endless in open_])
        bound = self._bound(seen)
        asked = {int(n) for n in np.unique(bound[wide])}
        behind = {n: _Behind.nothing(seen.size) for n in asked}
        for number in range(len(seen.dues)):
            self._add_measure(number, seen, bound, behind)
        self._add_rules(seen, bound, behind)
        firms: dict[tuple[str, str], tuple[Bools, Bools]] = {}
        for number in sorted(self.material.reviewed):
            if wide[number].any():
                self._count(number, open_, bound, behind, firms)
        for key, (any_, alone) in firms.items():
            width = self.facts[key]
            width.firms += int(any_.sum())
            width.firms_alone += int(alone.sum())

    def _open(self, number: int, seen: Seen) -> tuple[NDArray[np.int64], Bools]:
        """How wide a measure's range is for each firm, and for whom it has no upper end."""
        width, endless, due = np.zeros(seen.size, np.int64), np.zeros(seen.size, bool), seen.dues[number]
        low, high = (due.low, due.high) if due.paid is None else (due.paid.low, due.paid.high)
        endless[due.rows] = np.isinf(high)
        width[due.rows] = np.where(np.isinf(high), 0.0, high - low).astype(np.int64)
        return width, endless

    def _bound(self, seen: Seen) -> NDArray[np.intp]:
        """For each measure and firm the first of the measures that bear on it, through rules and other measures that the firm may have."""
        names = np.broadcast_to(np.arange(len(seen.dues))[:, None], seen.may.shape).copy()
        changed = True
        while changed:
            before = names.copy()
            for _, rule in self.rules:
                covered = list(rule.covered)
                there = seen.may[covered]
                first = np.where(there, names[covered], len(names)).min(0)
                names[covered] = np.where(there, np.minimum(names[covered], first), names[covered])
            changed = bool((names != before).any())
        return names

    def _add_measure(self, number: int, seen: Seen, bound: NDArray[np.intp], behind: dict[int, _Behind]) -> None:
        """The facts behind the status and the amount of a measure, told to the measures that it bears on."""
        mine = bound[number]
        wanted = seen.may[number] & np.isin(mine, list(behind))
        if not wanted.any():
            return
        planned, open_ = seen.plan.measures[number], dict[int, Bools]()
        for place, who in undecided_tests(seen.run, planned):
            slot = planned.tests[place]
            open_[slot] = open_.get(slot, False) | (who & wanted)
        if planned.amount is not None:
            open_[planned.amount] = open_.get(planned.amount, False) | wanted
        self._tell(seen, open_, mine, behind)

    def _add_rules(self, seen: Seen, bound: NDArray[np.intp], behind: dict[int, _Behind]) -> None:
        """The facts behind the limits of rules; and where the text leaves open whether two measures are for the same thing, no fact settles that."""
        for place, rule in self.rules:
            for number in rule.covered if rule.limit is not None else ():
                self._tell(seen, {seen.plan.values[str(place)]: seen.may[number]}, bound[number], behind)
            if not rule.certain:
                both = seen.may[list(rule.measures)].any(0) & seen.may[list(rule.beside)].any(0)
                for number in rule.covered:
                    for name, one in behind.items():
                        one.beyond |= both & seen.may[number] & (bound[number] == name)

    def _tell(self, seen: Seen, open_: dict[int, Bools], names: NDArray[np.intp], behind: dict[int, _Behind]) -> None:
        with np.errstate(all="ignore"):
            settling, beyond = grounds(seen.run, open_)
            every, _ = grounds(seen.run, open_, into_recognitions=True) if self._recognises else (dict(settling), beyond)
        self._births(seen, every)
        for name in np.unique(names[np.logical_or.reduce(list(open_.values()))]).tolist():
            if name in behind:
                behind[name].add(_by_fact(settling), _by_fact(every), beyond, names == name)

    @cached_property
    def _recognises(self) -> bool:
        return any(step.op == "recognised" for step in self.material.plan.steps)

    def _count(
        self, number: int, open_: list[tuple[NDArray[np.int64], Bools]], bound: NDArray[np.intp], behind: dict[int, _Behind],
        firms: dict[tuple[str, str], tuple[Bools, Bools]],
    ) -> None:  # fmt: skip
        """Add the width of a measure to the facts that keep it open."""
        (width, endless), currency = open_[number], self.material.currency(number)
        self.whole[currency] += int(width.sum())
        wide = (width > 0) | endless
        for name in np.unique(bound[number][wide]).tolist():
            one, here = behind[name], wide & (bound[number] == name)
            single = here & ~one.beyond & (sum((mask.astype(np.int16) for mask in one.settling.values()), np.zeros(len(here), np.int16)) == 1)
            for fact, mask in one.every.items():
                who = mask & here
                if not who.any():
                    continue
                alone = single & one.settling[fact] if fact in one.settling else np.zeros(len(here), bool)
                found = self.facts.setdefault((currency, fact), Width())
                found.alone += int(width[alone].sum())
                found.together += int(width[who].sum())
                found.endless += int(endless[who].sum())
                found.measures[number] += int(width[who].sum())
                before = firms.get((currency, fact))
                firms[currency, fact] = (who, alone) if before is None else (before[0] | who, before[1] | alone)

    def _births(self, seen: Seen, found: dict[Reading, Bools]) -> None:
        """A date of birth can settle what a year's figure keeps open: the firm was not there yet."""
        born = self.material.registry.schema.born
        if born is None or not any(seen.plan.facts[reading].period == "year" for reading in found):
            return
        unknown = np.isnan(seen.run.block.columns[(born, None)])
        for reading, mask in list(found.items()):
            if seen.plan.facts[reading].period == "year" and (mask & unknown).any():
                found[born, 0] = found.get((born, 0), np.zeros(seen.size, bool)) | (mask & unknown)

    def add(self, other: Self) -> None:
        for key, width in other.facts.items():
            self.facts.setdefault(key, Width()).add(width)
        self.whole.update(other.whole)


def _by_fact(found: dict[Reading, Bools]) -> dict[str, Bools]:
    """Whatever the year."""
    facts: dict[str, Bools] = {}
    for (fact, _), mask in found.items():
        facts[fact] = facts[fact] | mask if fact in facts else mask
    return {fact: mask for fact, mask in facts.items() if mask.any()}


def unknown_facts(material: Material) -> list[Finding]:
    """A finding for each of the MOST facts of a currency whose absence keeps the widest ranges open."""
    widths, found = material.counted(Widths), []
    for currency in dict.fromkeys(currency for currency, _ in widths.facts):
        mine = [(width, fact) for (of, fact), width in widths.facts.items() if of == currency and (width.together or width.endless)]
        mine.sort(key=lambda one: (-one[0].together, -one[0].alone, -one[0].endless, one[1]))
        found += [_finding(material, fact, width, currency, widths.whole[currency]) for width, fact in mine[:MOST]]
    return found


def _finding(material: Material, id: str, width: Width, currency: str, whole: int) -> Finding:
    fact, subject = material.population.schema.facts[id], material.registry.schema.subject
    places = [number for number, _ in sorted(width.measures.items(), key=lambda one: (-one[1], one[0]))]
    measures = [material.measures[number] for number in places]
    what = both(("{0} is not known of {1} for whom it matters", "{1}的“{0}”未知，且影响结果"), of_words(fact.label), firms(width.firms, subject))
    if width.together:
        what = both(
            (
                "{0}: {1} of the cost range is open for want of it alone, {2} with other facts",
                "{0}：成本区间中，仅因该项未定{1}，连同其他数据未定{2}",
            ),
            what, brief_money(width.alone, currency), brief_money(width.together, currency),
        )  # fmt: skip
    if width.endless:
        results = Both(f"{width.endless:,} {'result' if width.endless == 1 else 'results'}", f"{width.endless:,}项结果")
        what = both(("{0}; it keeps {1} open whose amount has no upper end", "{0}；使{1}未定，其金额没有上限"), what, results)
    if len(measures) > 1:
        what = both(("{0}; most of all {1}", "{0}；影响最大的是“{1}”"), what, titles(measures[:1]))
    else:
        what = both(("{0}; of {1}", "{0}；涉及“{1}”"), what, titles(measures))
    remedy = (
        Both("bring the awards of past years into the registry, as its table of awards", "将往年兑现记录作为奖补记录表并入登记库")
        if isinstance(fact, PastFact)
        else Both(
            "collect it from these firms, or from the office that keeps it, before the cost is promised",
            "在承诺支出之前，向这些对象或数据主管单位采集该项",
        )
    )
    detail = {
        "fact": id, "label": of_words(fact.label).as_json(), "settles_alone": width.alone, "settles_at_most": width.together, "width_of_all": whole,
        "results_without_end": width.endless, "firms": width.firms, "firms_for_want_of_it_alone": width.firms_alone,
        "measures": {material.measures[number].id: width.measures[number] for number in places},
    }  # fmt: skip
    first, names = measures[0], tuple(dict.fromkeys(measure.name for measure in measures))
    spread = width.alone, width.together
    return Finding("unknown-fact", names, str(first.record.clause), what, remedy, first.where, spread, width.firms, 0, currency, detail)
