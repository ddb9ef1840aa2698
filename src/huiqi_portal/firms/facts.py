"""The facts of a firm for the eye: by topic, each with its source, and how it may be contested or stated."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from huiqi.entitlements.ask import Question
from huiqi.facts.schema import Fact
from huiqi.publication.names import TOPIC_WORDS
from huiqi.rules.render import recorded
from huiqi.vocabulary.speech import Both, both, of_words
from huiqi_portal.firms.models import Contest, ContestState, Statement
from huiqi_portal.firms.standing import Key, Standing

GENERAL = Both("The firm", "企业基本情况")
MOST_TOPICS = 3  # a fact that more topics rest on is of the firm in general
MOST_QUESTIONS = 8


@dataclass(frozen=True)
class FactLine:
    """One known fact: `own` says that the firm states it itself, `contest` what it contests of it."""

    fact: str
    year: int | None
    label: Both
    value: Both
    source: Both
    observed_on: str
    recorded_on: str
    verified: bool
    own: bool
    contest: Contest | None


@dataclass(frozen=True)
class Topic:
    """Facts on which measures of one topic rest."""

    title: Both
    lines: tuple[FactLine, ...]


def topics(standing: Standing) -> list[Topic]:
    """All that is known of a firm, by the topic whose measures read it most; what is of the firm in general first."""
    of_fact = _topics_of_facts(standing)
    contested = Contest.objects.filter(subject=standing.subject).exclude(state=ContestState.WITHDRAWN).order_by("at", "id")
    contests = {(one.fact, one.year): one for one in contested}  # the last one of a fact
    own = set(Statement.objects.filter(subject=standing.subject).values_list("fact", "year"))
    order = {id: number for number, id in enumerate(standing.known.schema.facts)}
    groups: dict[str, list[FactLine]] = {}
    for key in sorted(standing.known.values, key=lambda key: (order.get(key[0], 0), -(key[1] or 0))):
        fact = standing.fact(key[0])
        if fact is not None:
            groups.setdefault(of_fact.get(fact.id, ""), []).append(_line(standing, fact, key, contests.get(key), key in own))
    titles = {"": GENERAL} | {topic: TOPIC_WORDS.get(topic, Both(topic, topic)) for topic in groups if topic}
    return [Topic(titles[topic], tuple(groups[topic])) for topic in sorted(groups, key=lambda topic: (topic != "", -len(groups[topic]), topic))]


def _topics_of_facts(standing: Standing) -> dict[str, str]:
    """The topic of each fact that few topics rest on."""
    found: dict[str, Counter[str]] = {}
    for measure in standing.explainer.measures or ():
        for fact, _ in standing.explainer.reads(measure.truth):
            found.setdefault(fact.id, Counter()).update(map(str, measure.record.topics))
    return {id: counts.most_common(1)[0][0] for id, counts in found.items() if counts and len(counts) <= MOST_TOPICS}


def _line(standing: Standing, fact: Fact, key: Key, contest: Contest | None, own: bool) -> FactLine:
    raw, source = standing.known.values[key], standing.sources[key]
    value = recorded(fact, raw, standing.known.places)
    observed, recorded_on = source.observed_on.isoformat(), source.recorded_on.isoformat()
    return FactLine(fact.id, key[1], label_of(fact, key[1]), value, of_words(source.source), observed, recorded_on, source.verified, own, contest)


def label_of(fact: Fact, year: int | None) -> Both:
    """The label with its calendar year."""
    label = of_words(fact.label)
    return label if year is None else both(("{0} {1}", "{1}年{0}"), label, str(year))


def matters(standing: Standing) -> Sequence[Question]:
    """What is unknown, may be stated and would settle the most."""
    schema = standing.known.schema.facts
    return [question for question in standing.questions if question.fact.id in schema][:MOST_QUESTIONS]
