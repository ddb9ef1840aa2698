"""How an enterprise stands, as an answer tells it: every measure, what stacking cut, all together, and the unknown facts that matter."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import huiqi
from huiqi.entitlements import as_json
from huiqi.entitlements.ask import Question
from huiqi.entitlements.assess import Assessed, Range
from huiqi.entitlements.columns import Run
from huiqi.entitlements.combine import Combination
from huiqi.entitlements.explain import Sources
from huiqi.rules.compile import Measure
from huiqi.vocabulary.speech import of_words
from huiqi_portal.api.faults import Refused


def evaluation(
    explainer: huiqi.Explainer, run: Run, assessed: Sequence[Assessed], combination: Combination, questions: Sequence[Question]
) -> dict[str, Any]:
    """Every measure in the explainer's order, with the cuts of those that stacking rules reduce."""
    cut = [one.measure for one in assessed if (one.due, one.status) != (one.payable, one.stands)]
    cuts = {one.measure.id: one.cuts for one in explainer.explain(run, cut)}
    return {
        "measures": [measure_json(explainer, one) | {"cuts": [as_json.cut(cut) for cut in cuts.get(one.measure.id, ())]} for one in assessed],
        "together": {
            "payable": range_json(combination.payable, combination.currency),
            "best": range_json(combination.best, combination.currency),
            "left_out": [measure.name for group in combination.groups for measure in group.left_out],
        },
        "unknown": [unknown_json(question) for question in questions],
    }


def measure_json(explainer: huiqi.Explainer, one: Assessed) -> dict[str, Any]:
    """One measure: what it is, and how the enterprise stands to it."""
    measure = one.measure
    currency = explainer.currency_of(measure.name)
    return {
        "measure": measure.name,
        "edition": measure.edition,
        "title": of_words(measure.record.title).as_json(),
        "kind": str(measure.record.kind),
        "status": one.status,
        "due": range_json(one.due, currency),
        "payable": range_json(one.payable, currency),
        "stands": one.stands,
        "unpublished": measure.amount is not None and measure.amount.unpublished,
    }


def range_json(ends: Range | None, currency: str) -> dict[str, Any] | None:
    """An amount in whole fen."""
    return None if ends is None else {"low": ends[0], "high": ends[1], "currency": currency}


def unknown_json(question: Question) -> dict[str, Any]:
    """An unknown fact that keeps something open."""
    return {
        "fact": question.fact.id,
        "year": question.year,
        "label": of_words(question.fact.label).as_json(),
        "measures": [measure.id for measure in question.opens],
    }


def explanations(explainer: huiqi.Explainer, run: Run, name: str, where: str, sources: Sources | None = None) -> list[dict[str, Any]]:
    """Why, of each edition of a measure that holds; raises Refused where there is none."""
    return [as_json.explanation(one) for one in explainer.explain(run, measures_called(explainer, name, where), sources)]


def measures_called(explainer: huiqi.Explainer, name: str, where: str) -> list[Measure]:
    """The editions of a measure by its full name, or one of them by its name with the edition; raises Refused where there is none."""
    found = [measure for measure in explainer.measures or () if name in (measure.name, measure.id)]
    if not found:
        raise Refused("measure.unknown", name[:200], where=where)
    return found
