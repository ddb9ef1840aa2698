"""The facts whose absence widens the cost range most, with the money that knowing them would settle.

The range of a firm's measures that stack together is open for want of some facts. Where it is for want of one fact only, knowing that fact settles
the whole width, whatever the fact turns out to be: that is the low figure. The high figure is the width of all ranges that the fact keeps open, alone
or together with others: knowing it cannot settle more. Both are after stacking, and of finite ranges; results without an upper end are counted beside
them.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Self

import numpy as np
from numpy.typing import NDArray

from huiqi.entitlements.deciding import Reading, grounds, undecided_tests
from huiqi.revision.review.finding import Finding
from huiqi.revision.review.material import Material, Seen
from huiqi.revision.review.said import firms, money, titles
from huiqi.rules.cumulation import together
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


class Widths:
    """By currency and fact what it keeps open; `whole` is the width of all ranges in a currency."""

    def __init__(self, material: Material):
        self.material = material
        cutting = material.stacking.cutting
        bundles = {tuple(sorted(together(cutting, (number,)))) for number in range(len(material.measures))}
        self.bundles = [bundle for bundle in sorted(bundles) if material.reviewed & set(bundle)]
        self.rules = [[(place, rule) for place, rule in enumerate(cutting) if not set(rule.covered).isdisjoint(bundle)] for bundle in self.bundles]
        self.facts: dict[tuple[str, str], Width] = {}
        self.whole: Counter[str] = Counter()

    def look(self, seen: Seen) -> None:
        firms: dict[tuple[str, str], tuple[Bools, Bools]] = {}
        for number, bundle in enumerate(self.bundles):
            self._bundle(seen, bundle, number, firms)
        for key, (any_, alone) in firms.items():
            width = self.facts[key]
            width.firms += int(any_.sum())
            width.firms_alone += int(alone.sum())

    def _bundle(self, seen: Seen, bundle: tuple[int, ...], number: int, firms: dict[tuple[str, str], tuple[Bools, Bools]]) -> None:
        own = [n for n in bundle if n in self.material.reviewed and self.material.measures[n].amount is not None]
        widths, endless = {}, np.zeros(seen.size, np.int64)
        for n in own:
            due = seen.dues[n]
            low, high = (due.low, due.high) if due.paid is None else (due.paid.low, due.paid.high)
            open_end, line = np.isinf(high), np.zeros(seen.size, np.int64)
            line[due.rows] = np.where(open_end, 0.0, high - low).astype(np.int64)
            endless[due.rows[open_end]] += 1
            if line.any():
                widths[n] = line
        width = sum(widths.values(), np.zeros(seen.size, np.int64))
        wide = (width > 0) | (endless > 0)
        if not wide.any():
            return
        currency = self.material.currency(own[0])
        self.whole[currency] += int(width.sum())
        settling, every, beyond = self._facts(seen, bundle, number, wide)
        count = sum((mask.astype(np.int16) for mask in settling.values()), np.zeros(seen.size, np.int16))
        single = (count == 1) & ~beyond & (endless == 0)
        for fact, mask in every.items():
            one = self.facts.setdefault((currency, fact), Width())
            alone = single & settling[fact] if fact in settling else np.zeros(seen.size, bool)
            one.alone += int(width[alone].sum())
            one.together += int(width[mask].sum())
            one.endless += int(endless[mask].sum())
            for n, line in widths.items():
                one.measures[n] += int(line[mask].sum())
            if not widths:
                one.measures.update(dict.fromkeys(own, 0))
            before = firms.get((currency, fact))
            firms[currency, fact] = (mask, alone) if before is None else (before[0] | mask, before[1] | alone)

    def _facts(self, seen: Seen, bundle: tuple[int, ...], number: int, wide: Bools) -> tuple[dict[str, Bools], dict[str, Bools], Bools]:
        """For which firms each fact has to be known for all of a bundle to be known, for which it can matter at all, and for which something stays
        open even so."""
        run, open_ = seen.run, dict[int, Bools]()

        def ask(slot: int, who: Bools) -> None:
            open_[slot] = open_[slot] | who if slot in open_ else who

        for n in bundle:
            planned = seen.plan.measures[n]
            for place, who in undecided_tests(run, planned):
                ask(planned.tests[place], who & wide)
            if planned.amount is not None:
                ask(planned.amount, seen.may[n] & wide)
        unsure = np.zeros(seen.size, bool)
        for place, rule in self.rules[number]:
            if rule.limit is not None:
                ask(seen.plan.values[str(place)], wide)
            if not rule.certain:  # the text leaves open whether it is for the same thing
                unsure |= seen.may[list(rule.measures)].any(0) & seen.may[list(rule.beside)].any(0)
        with np.errstate(all="ignore"):
            settling, beyond = grounds(run, open_)
            every, _ = grounds(run, open_, into_recognitions=True)
        self._births(seen, every)
        return _by_fact(settling), _by_fact(every), beyond | unsure

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
    what = both(
        ("{0} is not known of {1} where it matters: it alone keeps {2} of the cost range open, and with other facts {3} of {4}",
         "有{1}的“{0}”未知且影响结果：仅因该项而未定的成本区间宽{2}，与其他数据共同造成的宽{3}，全部区间宽{4}"),
        of_words(fact.label), firms(width.firms, subject),
        brief_money(width.alone, currency), brief_money(width.together, currency), brief_money(whole, currency),
    )  # fmt: skip
    if width.endless:
        results = Both(f"{width.endless:,} {'result' if width.endless == 1 else 'results'}", f"{width.endless:,}项结果")
        what = both(("{0}; besides it keeps {1} open whose amount has no upper end", "{0}；另使{1}未定，其金额没有上限"), what, results)
    most = titles(measures[:3])
    what = both(("{0}; mostly of {1}", "{0}；主要涉及“{1}”"), what, most)
    remedy = both(
        (
            "collect it, from these firms or from who keeps it, before the cost is promised: that settles {0}",
            "在承诺支出之前，向这些对象或数据主管单位采集该项，可确定{0}",
        ),
        money(width.alone, width.together, currency),
    )  # fmt: skip
    detail = {
        "fact": id, "label": of_words(fact.label).as_json(), "settles_alone": width.alone, "settles_at_most": width.together, "width_of_all": whole,
        "results_without_end": width.endless, "firms": width.firms, "firms_for_want_of_it_alone": width.firms_alone,
        "measures": {material.measures[number].id: width.measures[number] for number in places},
    }  # fmt: skip
    first, names = measures[0], tuple(dict.fromkeys(measure.name for measure in measures))
    spread = width.alone, width.together
    return Finding("unknown-fact", names, str(first.record.clause), what, remedy, first.where, spread, width.firms, 0, currency, detail)
