"""The facts of a firm for the eye: by topic, each with its source, and how it may be contested or stated."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from huiqi.entitlements.ask import Question
from huiqi.facts.provenance import Provenance
from huiqi.facts.schema import Fact
from huiqi.publication.names import TOPIC_WORDS
from huiqi.rules.render import recorded
from huiqi.vocabulary.speech import Both, both, of_words
from huiqi_portal.firms.models import Contest, ContestState, Statement
from huiqi_portal.firms.standing import Standing

GENERAL = Both("The firm", "企业基本情况")
MOST_TOPICS = 3  # a fact that more topics rest on is of the firm in general
MOST_QUESTIONS = 8


@dataclass(frozen=True)
class Value:
    """What is known of a fact, in one calendar year where it has one; `note` is its source; `stated`: by the firm, `own`: on this page."""

    year: int | None
    value: Both
    label: Both
    note: int
    verified: bool
    own: bool
    stated: bool
    contest: Contest | None


@dataclass(frozen=True)
class FactRow:
    """One known fact, its last year first."""

    fact: str
    label: Both
    values: tuple[Value, ...]


@dataclass(frozen=True)
class Topic:
    """Facts on which measures of one topic rest."""

    title: Both
    rows: tuple[FactRow, ...]


def topics(standing: Standing) -> tuple[list[Topic], list[Provenance]]:
    """All that is known of a firm, by the topic whose measures read it most, the firm in general first; and the sources, in their order."""
    of_fact = _topics_of_facts(standing)
    contested = Contest.objects.filter(subject=standing.subject).exclude(state=ContestState.WITHDRAWN).order_by("at", "id")
    contests = {(one.fact, one.year): one for one in contested}  # the last one of a fact
    own = set(Statement.objects.filter(subject=standing.subject).values_list("fact", "year"))
    sources: list[Provenance] = []
    groups: dict[str, list[FactRow]] = {}
    for fact in standing.known.schema.facts.values():
        years = sorted((year for id, year in standing.known.values if id == fact.id), key=lambda year: -(year or 0))
        values = []
        for year in years:
            key = fact.id, year
            source = standing.sources[key]
            if source not in sources:
                sources.append(source)
            said = recorded(fact, standing.known.values[key], standing.known.places)
            note = sources.index(source) + 1
            values.append(Value(year, said, label_of(fact, year), note, source.verified, key in own, key in standing.stated, contests.get(key)))
        if values:
            groups.setdefault(of_fact.get(fact.id, ""), []).append(FactRow(fact.id, of_words(fact.label), tuple(values)))
    titles = {"": GENERAL} | {topic: TOPIC_WORDS.get(topic, Both(topic, topic)) for topic in groups if topic}
    ordered = sorted(groups, key=lambda topic: (topic != "", -len(groups[topic]), topic))
    return [Topic(titles[topic], tuple(groups[topic])) for topic in ordered], sources


def _topics_of_facts(standing: Standing) -> dict[str, str]:
    """The topic of each fact that few topics rest on."""
    found: dict[str, Counter[str]] = {}
    for measure in standing.explainer.measures or ():
        for fact, _ in standing.explainer.reads(measure.truth):
            found.setdefault(fact.id, Counter()).update(map(str, measure.record.topics))
    return {id: counts.most_common(1)[0][0] for id, counts in found.items() if counts and len(counts) <= MOST_TOPICS}


def label_of(fact: Fact, year: int | None) -> Both:
    """The label with its calendar year."""
    label = of_words(fact.label)
    return label if year is None else both(("{0} {1}", "{1}年{0}"), label, str(year))


def matters(standing: Standing) -> Sequence[Question]:
    """What is unknown, may be stated and would settle the most."""
    schema = standing.known.schema.facts
    return [question for question in standing.questions if question.fact.id in schema][:MOST_QUESTIONS]
