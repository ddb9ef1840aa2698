"""The figures of an evaluation as its dashboard shows them: by measure, place and industry, before and after stacking, and what is undecided."""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any

from huiqi.entitlements.run.summary import Outcome, Tally
from huiqi.entitlements.totals import DEPENDS, YES, Sum, cost
from huiqi.facts.registry import Registry
from huiqi.publication.names import KIND_WORDS
from huiqi.publication.report.rules import rule_behind
from huiqi.revision.review.material import material_of
from huiqi.revision.review.unknown_facts import Widths, unknown_facts
from huiqi.rules.compile import Measure, Rules
from huiqi.vocabulary.speech import Both, of_words

Figures = dict[str, Any]


def figures_of(rules: Rules, outcome: Outcome) -> Figures:
    """All that the dashboard shows, in whole fen."""
    measures = [_measure(tally, rules) for tally in outcome.tallies]
    return {
        "subjects": outcome.subjects,
        "asked": outcome.asked,
        "totals": [_total(currency, measures, outcome) for currency in _currencies(measures)],
        "measures": measures,
        "by": {dimension.name: _groups(dimension.name, outcome, rules) for dimension in outcome.dimensions},
    }


def hanging_facts(rules: Rules, registry: Registry, as_of: datetime.date, outcome: Outcome, tick: Callable[[int], None]) -> list[Figures]:
    """The unknown facts that keep most money open, the most first, as a review tells them. Only measures that somebody may have are looked at."""
    reached = tuple(tally.measure for tally in outcome.tallies if tally.yes or tally.depends)
    if not any(tally.depends for tally in outcome.tallies):
        return []
    whole = material_of(rules, registry, as_of, counts=(Widths,), tick=tick)
    material = replace(whole, measures=reached, reviewed=frozenset(range(len(reached))))
    return [one.detail | {"currency": one.currency} for one in unknown_facts(material)]


def rules_of(measures: Iterable[Measure], rules: Rules) -> list[Figures]:
    """The rule behind each measure's figures, in words."""
    found = [rule_behind(rules, measure, str(number)) for number, measure in enumerate(measures)]
    return [{"title": _said(one.title), "source": _said(one.source), "lines": [_said(line) for line in one.lines]} for one in found]


def added(ends: Iterable[Sum], left: Iterable[Sum] | None = None) -> Figures:
    """Ranges added up; `open` is how many have no upper end. Those count in the upper end with their lower one, or with the upper end that is `left`
    of them after stacking."""
    ends = list(ends)
    least = [low if high is None else high for low, high in (ends if left is None else left)]
    return {
        "low": sum(low for low, _ in ends),
        "high": sum(max(low, at_least) if high is None else high for (low, high), at_least in zip(ends, least, strict=True)),
        "open": sum(high is None for _, high in ends),
    }


def _measure(tally: Tally, rules: Rules) -> Figures:
    measure, record = tally.measure, tally.measure.record
    before, after = (tally.cost_low, tally.cost_high), (tally.payable_low, tally.payable_high)
    facts = {fact.id: of_words(fact.label) for fact in rules.schemas[measure.subject].facts.values() if fact.id in tally.undecided_by}
    return {
        "id": measure.id,
        "name": measure.name,
        "title": of_words(record.title).as_json(),
        "kind": KIND_WORDS.get(str(record.kind), Both(str(record.kind), str(record.kind))).as_json(),
        "clause": str(record.clause),
        "source": str((record.source or measure.document.source).kind),
        "currency": rules.currencies[measure.document.pack],
        "pays": measure.amount is not None,
        "unpublished": measure.amount is not None and measure.amount.unpublished,
        "yes": tally.yes,
        "depends": tally.depends,
        "no": tally.no,
        "before": list(before),
        "after": list(after),
        "undecided": [
            {"fact": fact, "label": facts.get(fact, Both(fact, fact)).as_json(), "count": count} for fact, count in tally.undecided_by.most_common(5)
        ],
    }


def _currencies(measures: list[Figures]) -> list[str]:
    """The currencies in which anything can be due, the one in which most is assured first."""
    found = Counter({one["currency"]: 0 for one in measures if one["pays"] and (one["yes"] or one["depends"])})
    for one in measures:
        if one["currency"] in found and one["pays"]:
            found[one["currency"]] += one["after"][0]
    return [currency for currency, _ in found.most_common()] or ["CNY"]


def _total(currency: str, measures: list[Figures], outcome: Outcome) -> Figures:
    """What all measures of a currency come to together. After stacking, the sum over enterprises is narrower than that over measures."""
    mine = [one for one in measures if one["pays"] and one["currency"] == currency]
    left = [tuple(one["after"]) for one in mine]
    before, after = added((tuple(one["before"]) for one in mine), left), added(left)
    if len(_currencies(measures)) == 1:
        low, high = outcome.payable
        after |= {"low": low} | ({} if high is None else {"high": high, "open": 0})
    return {"currency": currency, "before": before, "after": after}


def _groups(name: str, outcome: Outcome, rules: Rules) -> list[Figures]:
    """Each group in which there are enterprises: how many, what they have, and what it costs by currency."""
    dimension = next(one for one in outcome.dimensions if one.name == name)
    cells, subjects = outcome.totals[name], outcome.groups[name]
    found = []
    for at, (id, label) in enumerate(dimension.groups.items()):
        if not subjects[at]:
            continue
        costs: dict[str, list[tuple[Sum, Sum]]] = {}
        for tally, of_measure in zip(outcome.tallies, cells, strict=True):
            if tally.measure.amount is not None and (of_measure[at][YES] or of_measure[at][DEPENDS]):
                currency = rules.currencies[tally.measure.document.pack]
                costs.setdefault(currency, []).append((cost(of_measure[at]), cost(of_measure[at], payable=True)))
        found.append(
            {"id": id, "label": label.as_json(), "subjects": int(subjects[at])}
            | {"yes": int(cells[:, at, YES].sum()), "depends": int(cells[:, at, DEPENDS].sum())}
            | {
                "costs": {
                    currency: {
                        "before": added((before for before, _ in ends), [after for _, after in ends]),
                        "after": added(after for _, after in ends),
                    }
                    for currency, ends in costs.items()
                }
            }
        )
    return found


def _said(words: Both | str) -> dict[str, str]:
    return words.as_json() if isinstance(words, Both) else {"en": words, "zh": words}
