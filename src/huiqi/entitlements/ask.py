"""What to ask a subject next: the unknown facts in the order of what an answer would settle."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from huiqi.entitlements.columns import Block, Run, encode
from huiqi.entitlements.deciding import Reading
from huiqi.entitlements.due import Entitlement
from huiqi.entitlements.explain import Explainer
from huiqi.facts.known import NONE, Raw
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
    assessor, plan = explainer.assessor, explainer.plan
    base = assessor.due(run.block)
    cancelled = explainer.cancelled(run, base)
    open_status, open_amount = base.may[0] & ~base.must[0], base.may[0]
    waiting: dict[Reading, list[Measure]] = {}
    rests_on = explainer.rests.of(run)
    for number, planned in enumerate(plan.measures):
        moves = planned.amount is not None and planned.measure.id not in cancelled and open_amount[number]
        if not moves and not open_status[number]:
            continue
        for reading in rests_on(number, bool(open_status[number]), moves):
            waiting.setdefault(reading, []).append(planned.measure)
    for reading in waiting.keys() - explainer.samples.keys():
        explainer.samples[reading] = _answers(plan, reading, explainer.as_of)
    answers = {reading: explainer.samples[reading] for reading in waiting}
    counts = np.array([planned.measure.id not in cancelled for planned in plan.measures], bool)
    settles = _settled(explainer, run.block, base, answers, counts)
    questions = []
    for (reading, measures), (settled, narrowed) in zip(waiting.items(), settles, strict=True):
        fact = plan.facts[reading]
        year = explainer.as_of.year - 1 + reading[1] if fact.period == "year" else None
        text = Both(*(str(words).replace("{year}", str(year or "")) for words in (fact.question.en, fact.question.zh)))
        questions.append(Question(fact, year, text, settled, narrowed, tuple(measures)))
    return sorted(questions, key=lambda q: (-q.money, -q.measures, -len(q.opens), q.fact.id, q.year or 0))


def _settled(
    explainer: Explainer, block: Block, base: Entitlement, answers: dict[Reading, list[Raw]], counts: NDArray[np.bool_]
) -> list[tuple[float, int]]:
    """For each question how many undecided measures its sample answers decide, and by how many fen they narrow the amounts that count and have an
    upper end, both on average. One pass of the engine over all answers, one row each."""
    rows = np.cumsum([0, *(len(given) for given in answers.values())])
    if not rows[-1]:
        return [(0.0, 0)] * len(answers)
    answered = _answered(explainer, block, answers)
    then = explainer.assessor.engine(answered, stacks=False).dues(answered)
    own, size = np.arange(len(explainer.assessor.measures)) < len(counts), answered.size
    undecided, width = (base.may & ~base.must)[0] & own, (base.high - base.low)[0]
    wide = own & np.isfinite(width)
    wide[: len(counts)] &= counts
    still = undecided[then.numbers] & ~then.must
    decided = undecided.sum() - np.bincount(then.rows[still], minlength=size)
    still = wide[then.numbers]
    narrower = width[wide].sum() - np.bincount(then.rows[still], (then.high - then.low)[still], minlength=size)
    found = []
    for first, last in pairwise(rows.tolist()):
        each = max(last - first, 1)
        found.append((int(decided[first:last].sum()) / each, max(0, round(float(narrower[first:last].sum()) / each))))
    return found


def _answered(explainer: Explainer, block: Block, answers: dict[Reading, list[Raw]]) -> Block:
    """The one subject of a block once for each sample answer."""
    facts, size = explainer.plan.facts, sum(map(len, answers.values()))
    every, row = block.repeated(size), 0
    for reading, given in answers.items():
        fact = facts[reading]
        key = fact.id, explainer.as_of.year - 1 + reading[1] if fact.period == "year" else None
        every.columns[key][row : row + len(given)] = encode(fact, given, block.places)
        row += len(given)
    return every


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
