"""What to ask a subject next: the unknown facts in the order of what an answer would settle."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from dataclasses import dataclass, replace
from fractions import Fraction

import numpy as np

from huiqi.entitlements.columns import Block, Others, Run, block_of
from huiqi.entitlements.deciding import deciding_facts, facts_behind
from huiqi.entitlements.due import Entitlement, entitlement
from huiqi.entitlements.explain import Explainer
from huiqi.facts.known import NONE, Known, Raw
from huiqi.facts.schema import Fact
from huiqi.rules.compile import Measure
from huiqi.rules.plan import Plan
from huiqi.vocabulary.period import years_before
from huiqi.vocabulary.speech import Both

MOST_ANSWERS = 8  # sample answers to a question


@dataclass(frozen=True)
class Question:
    """An unknown fact, what to ask, and what an answer settles on average over sample answers.

    `measures` is the number of measures whose status it settles, `money` by how many fen it narrows what is due, where that has an end.
    `opens` are the measures that are undecided because of it.
    """

    fact: Fact
    year: int | None
    text: Both
    measures: float
    money: int
    opens: tuple[Measure, ...]


def ask(explainer: Explainer, run: Run) -> list[Question]:
    """Questions for the one subject of a run, best first: by money, then by measures, then by how many measures wait for it.

    Sample answers stand at and just below the figures that rules compare the fact with; each counts the same, since nobody knows which is
    likely. A fact that only settles a measure together with others still waits for measures, and follows by that. It is not asked what only moves
    amounts of which stacking rules leave nothing, whatever the answer; their status is still asked for.
    """
    waiting: dict[tuple[str, int], list[Measure]] = {}
    cancelled = explainer.cancelled(run)
    for planned in explainer.plan.measures:
        moves = planned.amount is not None and planned.measure.id not in cancelled and run.truths(planned.status).may.any()
        open_ = {} if planned.amount is None or not moves else {planned.amount: np.ones(run.block.size, bool)}
        with np.errstate(all="ignore"):
            readings = {**deciding_facts(run, planned), **facts_behind(run, open_)}
        for reading in readings:
            waiting.setdefault(reading, []).append(planned.measure)
    known = run.block.known(0)
    answers = [(reading, answer) for reading in waiting for answer in _answers(explainer.plan, reading, explainer.as_of)]
    base, after = [entitlement(run, p) for p in explainer.plan.measures], _answered(explainer, run, known, answers)
    counts = [planned.measure.id not in cancelled for planned in explainer.plan.measures]
    questions = []
    for reading, measures in waiting.items():
        rows = [row for row, (of, _) in enumerate(answers) if of == reading]
        fact = explainer.plan.facts[reading]
        year = explainer.as_of.year - 1 + reading[1] if fact.period == "year" else None
        text = Both(*(str(words).replace("{year}", str(year or "")) for words in (fact.question.en, fact.question.zh)))
        questions.append(Question(fact, year, text, _settled(base, after, rows), _narrowed(base, after, rows, counts), tuple(measures)))
    return sorted(questions, key=lambda q: (-q.money, -q.measures, -len(q.opens), q.fact.id, q.year or 0))


def _answered(explainer: Explainer, run: Run, known: Known, answers: list[tuple[tuple[str, int], Raw]]) -> list[Entitlement]:
    """What would come of each sample answer: one row an answer, in one run of the plan."""
    if not answers:
        return []
    plan = explainer.plan
    subjects = [replace(known, values={**known.values, known.key(plan.facts[reading], reading[1]): answer}) for reading, answer in answers]
    block: Block = block_of(subjects, [(fact, year) for (_, year), fact in plan.facts.items()])
    block.assume_recognised, block.rank_codes = run.block.assume_recognised, run.block.rank_codes
    block.ranks = {card: np.repeat(bits, len(subjects)) for card, bits in run.block.ranks.items()}
    block.related = {key: Others({}, others.at(0)) for key, others in run.block.related.items()}
    done = Run(plan, block).run()
    return [entitlement(done, planned) for planned in plan.measures]


def _settled(base: list[Entitlement], after: list[Entitlement], rows: list[int]) -> float:
    """Undecided measures that an answer decides, on average."""
    settled = 0
    for before, then in zip(base, after, strict=False):
        if before.may[0] and not before.must[0]:
            settled += int((then.must[rows] == then.may[rows]).sum())
    return settled / len(rows) if rows else 0.0


def _narrowed(base: list[Entitlement], after: list[Entitlement], rows: list[int], counts: list[bool]) -> int:
    """By how many fen an answer narrows the amounts that count and have an upper end, on average."""
    narrowed = 0.0
    for before, then, one in zip(base, after, counts, strict=False):
        width = before.high[0] - before.low[0]
        if one and np.isfinite(width):
            narrowed += float((width - (then.high[rows] - then.low[rows])).sum())
    return max(0, round(narrowed / len(rows))) if rows else 0


def _answers(plan: Plan, reading: tuple[str, int], as_of: datetime.date) -> list[Raw]:
    """Sample answers for a fact: those at which the rules turn."""
    fact = plan.facts[reading]
    match fact.kind:
        case "flag":
            return [True, False]
        case "category":
            assert fact.codes is not None
            codes: list[Raw] = list(fact.codes.codes)
            return _spread(codes) + ([NONE] if fact.optional else [])
        case "place" | "text":
            return []
        case "date":
            days: list[Raw] = [years_before(as_of, years).toordinal() + shift for years in (1, 3, 5, 10) for shift in (0, 1)]
            return days + ([NONE] if fact.optional else [])
    edges = sorted({edge for edge in _edges(plan, reading) if edge >= 0})
    steps: list[Raw] = [int(edge / fact.step) for edge in edges]
    below: list[Raw] = [step - 1 for step in steps if isinstance(step, int) and step > 0]
    top = max((int(step) for step in steps if isinstance(step, int)), default=10 ** (fact.decimals + 6))
    inside = [
        value
        for value in dict.fromkeys([*steps, *below, 2 * top, 0])
        if isinstance(value, int) and fact.low <= Fraction(value, 10**fact.decimals) <= fact.high
    ]
    return _spread(sorted(inside))


def _edges(plan: Plan, reading: tuple[str, int]) -> Iterator[Fraction]:
    """Figures that the fact is compared with, in base units."""
    own = {slot for slot, step in enumerate(plan.steps) if step.op == "fact_figure" and step.data == reading}
    for step in plan.steps:
        if step.op == "compare" and len(step.args) == 2 and set(step.args) & own:
            other = plan.steps[next((arg for arg in step.args if arg not in own), step.args[0])]
            if other.op == "figure":
                yield other.data


def _spread(values: list[Raw] | list[int]) -> list[Raw]:
    """At most so many of them, evenly."""
    if len(values) <= MOST_ANSWERS:
        return list(values)
    return [values[round(n * (len(values) - 1) / (MOST_ANSWERS - 1))] for n in range(MOST_ANSWERS)]
