"""Links between places: where the measures of one zone also apply to whoever is in another."""

from __future__ import annotations

import datetime
from collections.abc import Iterable

from huiqi.rules.records import LinkRecord
from huiqi.vocabulary.place import Places
from huiqi.vocabulary.problem import Problem, did_you_mean
from huiqi.vocabulary.record import Words, words

MOST_NAMED = 3


def reaching(links: Iterable[LinkRecord], place: str, measure: str, law_on: datetime.date) -> list[LinkRecord]:
    """The links in force on a day that extend a measure (`pack/policy/measure`) of a place."""
    return [
        link
        for link in links
        if link.from_ == place
        and link.first_day <= law_on <= (link.last_day or datetime.date.max)
        and (not link.measures or any(measure == name or measure.startswith(f"{name}/") for name in link.measures))
    ]


def said(link: LinkRecord, places: Places) -> Words:
    """How an explanation names the link; the line as written lists all places where there are many."""
    if len(link.to) > MOST_NAMED:
        count = len(link.to)
        return words(f"located in one of the {count} places that {link.label.en} joins to it", f"位于{link.label.zh}的{count}个片区之一")
    targets = [places.by_id[str(id)].label for id in link.to]
    en, zh = " or ".join(str(label.en) for label in targets), "、".join(str(label.zh) for label in targets)
    return words(f"located in {en}, which {link.label.en} joins to it", f"位于{zh}（{link.label.zh}）")


def faults(links: Iterable[LinkRecord], places: Places) -> list[Problem]:
    """Places of links that do not exist, and days that are turned round."""
    problems = []
    for link in links:
        for id in (link.from_, *link.to):
            if id not in places.by_id:
                hint = did_you_mean(id, places.by_id) or "add it to places.yaml"
                problems.append(Problem("rules.unknown-place", f"{id} is not a place", id.where, hint))
        if not link.to:
            problems.append(Problem("check.link", "the link leads nowhere", link.where, "name the places that it reaches under to:"))
        if link.last_day is not None and link.last_day < link.first_day:
            said = f"the last day {link.last_day} lies before the first day {link.first_day}"
            problems.append(Problem("check.days", said, link.where, "turn the two round"))
    return problems


def unknown_measures(links: Iterable[LinkRecord], packs: Iterable[str], measures: set[str]) -> list[Problem]:
    """Names of measures that the packs at hand do not have; a pack that was not read is not asked for."""
    at_hand = set(packs)
    known = measures | {name.rpartition("/")[0] for name in measures}
    return [
        Problem("rules.unknown-measure", f"{name} is no measure", name.where, did_you_mean(name, known) or "write pack/policy or pack/policy/measure")
        for link in links
        for name in link.measures
        if name.partition("/")[0] in at_hand and name not in known
    ]
