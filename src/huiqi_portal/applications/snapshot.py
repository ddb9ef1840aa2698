"""The facts on which a measure rests for a firm, held with their provenance, and what has changed since they were.

held = taken(standing, measure)                     for a column of JSON
changed_since(held, application, standing)          in words
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from huiqi.entitlements.assess import Assessed
from huiqi.facts.schema import Fact
from huiqi.publication.names import STATUS_WORDS
from huiqi.rules.compile import Measure
from huiqi.rules.render import recorded
from huiqi.vocabulary.speech import Both, both, money_range
from huiqi_portal.applications.models import Application
from huiqi_portal.firms.facts import label_of
from huiqi_portal.firms.standing import Key, Standing
from huiqi_portal.registries.fact_input import as_json, of_json


def facts_read(standing: Standing, measure: Measure) -> list[tuple[Fact, int | None]]:
    """The facts that a measure's conditions and its amount read, by calendar year; those that can be known of a firm (no past awards)."""
    nodes = [measure.truth, *([measure.amount.node] if measure.amount is not None else [])]
    found: dict[Key, Fact] = {}
    for node in nodes:
        for fact, year in standing.explainer.reads(node):
            if fact.id in standing.known.schema.facts:
                found[standing.known.key(fact, year)] = fact
    return [(fact, year) for (_, year), fact in found.items()]


def owed(standing: Standing, measure: Measure) -> list[tuple[Fact, int | None]]:
    """The unknown facts that an application asks for: those that would decide the status, and those on which the amount rests."""
    if standing.of(measure).status == "no":
        return []
    (explanation,) = standing.explain([measure])
    deciding = {(fact.fact, fact.year) for fact in explanation.deciding}
    amount = measure.amount.node if measure.amount is not None else None
    for_money = {standing.known.key(fact, year) for fact, year in standing.explainer.reads(amount)} if amount is not None else set()
    return [
        (fact, year)
        for fact, year in facts_read(standing, measure)
        if (fact.id, year) not in standing.known.values and (fact.id, year) in deciding | for_money
    ]


def taken(standing: Standing, measure: Measure) -> dict[str, Any]:
    """The known facts with their provenance, and how the measure stands on them."""
    one = standing.of(measure)
    facts = [_fact(standing, fact.id, year) for fact, year in facts_read(standing, measure) if (fact.id, year) in standing.known.values]
    return {"facts": facts, "status": one.status, "due": one.due, "payable": one.payable}


def _fact(standing: Standing, fact: str, year: int | None) -> dict[str, Any]:
    source = standing.sources[fact, year]
    return {
        "fact": fact,
        "year": year,
        "value": as_json(standing.known.values[fact, year]),
        "source": {"en": str(source.source.en), "zh": str(source.source.zh)},
        "observed_on": source.observed_on.isoformat(),
        "recorded_on": source.recorded_on.isoformat(),
        "verified": source.verified,
    }


def changed_since(application: Application, standing: Standing) -> list[Both]:
    """What has changed since the snapshot was taken: the law, the facts, and how the measure stands."""
    measure = standing.measure(application.measure_id)
    if measure is None:
        return [_gone(application, standing)]
    found = []
    if application.law_version != standing.law.version:
        said = Both("the policy texts were published anew (version {0} then, {1} now)", "政策文本已更新发布（当时为第{0}版，现为第{1}版）")
        found.append(both(said, str(application.law_version), str(standing.law.version)))
    found += _facts_changed(application, standing, measure)
    return found + list(_standing_changed(application.snapshot, standing.of(measure), standing.law.rules.currencies[measure.document.pack]))


def _gone(application: Application, standing: Standing) -> Both:
    """The edition is not in force any more; perhaps another is."""
    other = standing.measure(application.measure)
    if other is None:
        return Both("the measure is not in force any more", "该措施已不再有效")
    said = Both("the edition {0} is not in force any more; {1} is: start anew for it", "{0}版已不再有效，现行为{1}版，请重新申报")
    return both(said, application.edition, other.edition)


def _facts_changed(application: Application, standing: Standing, measure: Measure) -> Iterator[Both]:
    held = {(one["fact"], one["year"]): one for one in application.facts}
    for fact, year in facts_read(standing, measure):
        before, raw = held.get((fact.id, year)), standing.known.values.get((fact.id, year))
        now = None if raw is None else _fact(standing, fact.id, year)
        if (before is None) is (now is None) and (before is None or now is None or before["value"] == now["value"]):
            if before is not None and now is not None and before["verified"] != now["verified"]:
                said = Both("{0} is verified now", "{0}现已核实") if now["verified"] else Both("{0} is not verified any more", "{0}现未核实")
                yield both(said, label_of(fact, year))
            continue
        words = [Both("unknown", "未知") if one is None else recorded(fact, of_json(one["value"]), standing.known.places) for one in (before, now)]
        yield both(("{0}: {1} then, {2} now", "{0}：当时为{1}，现为{2}"), label_of(fact, year), *words)


def _standing_changed(before: dict[str, Any], now: Assessed, currency: str) -> Iterator[Both]:
    if before["status"] != now.status:
        yield both(("the status: {0} then, {1} now", "结果：当时为{0}，现为{1}"), STATUS_WORDS[before["status"]], STATUS_WORDS[now.status])
    for key, label, ends in (("due", Both("what is due", "应享金额"), now.due), ("payable", Both("what is payable", "应付金额"), now.payable)):
        then = None if before[key] is None else (before[key][0], before[key][1])
        if then != ends and then is not None and ends is not None:
            yield both(("{0}: {1} then, {2} now", "{0}：当时为{1}，现为{2}"), label, money_range(*then, currency), money_range(*ends, currency))
