"""How a firm stands: what is known of it and from whom, every measure, and what may be had together.

A fact comes from the registry, unless an officer has accepted that it is otherwise, and from the firm itself where the registry knows nothing; then
it is stated and not verified. A correction holds against the value that was contested: once the registry says something else, that stands.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property

from django.utils import timezone

import huiqi
from huiqi.entitlements.ask import Question
from huiqi.entitlements.assess import Assessed
from huiqi.entitlements.columns import Run
from huiqi.entitlements.combine import Combination
from huiqi.entitlements.explain import Explanation
from huiqi.facts.known import Known, Raw
from huiqi.facts.provenance import Provenance
from huiqi.facts.schema import Fact
from huiqi.rules.compile import Measure
from huiqi.vocabulary.record import words
from huiqi_portal.firms.models import Contest, ContestState, Statement
from huiqi_portal.interview.facts import PLACE
from huiqi_portal.interview.stated import stated_of
from huiqi_portal.interview.surroundings import explainer_at
from huiqi_portal.registries.fact_input import as_json, of_json
from huiqi_portal.registries.lookup import firm
from huiqi_portal.registries.recorded import still_said
from huiqi_portal.texts.shelf import Law, law

Key = tuple[str, int | None]  # a fact, and a calendar year unless it is a fact of a day


@dataclass(frozen=True, eq=False)
class Standing:
    """One firm on one day under one law; `registered`: the registry has it; `overtaken`: corrections of what the registry no longer says."""

    subject: str
    name: str
    registered: bool
    law: Law
    known: Known
    sources: Mapping[Key, Provenance]
    overtaken: tuple[Contest, ...] = ()
    stated: frozenset[Key] = frozenset()  # facts of which only the firm itself says something
    wherever: bool = False  # measures of places that the firm is not in are told of too

    @property
    def explainer(self) -> huiqi.Explainer:
        """Of the measures that apply where the firm is; of all where nobody knows where that is."""
        place = self.known.values.get(PLACE)
        return explainer_at(self.law, place) if isinstance(place, str) and not self.wherever else self.law.explainer

    @cached_property
    def run(self) -> Run:
        return self.explainer.known(self.known)

    @cached_property
    def assessed(self) -> tuple[Assessed, ...]:
        """Every measure: its status, what is due, what is payable."""
        return huiqi.assess(self.explainer, self.known)

    @cached_property
    def combination(self) -> Combination:
        """What may be had together, and the best choice of what to apply for."""
        return huiqi.combine(self.explainer, self.run)

    @cached_property
    def questions(self) -> list[Question]:
        """What is unknown and would settle something, best first."""
        return huiqi.ask(self.explainer, self.run)

    def measure(self, name: str) -> Measure | None:
        """A measure by its full name, perhaps with its edition; of several editions that hold at one time the one that fits best."""
        found = [one for one in self.assessed if name in (one.measure.id, one.measure.name)]
        order = {"yes": 0, "depends": 1, "no": 2}
        return min(found, key=lambda one: order[one.status]).measure if found else None

    def of_measure(self, name: str) -> Standing:
        """The same firm, told of a measure wherever that applies."""
        return self if self.measure(name) is not None else replace(self, wherever=True)

    def of(self, measure: Measure) -> Assessed:
        """How one measure stands."""
        return next(one for one in self.assessed if one.measure.id == measure.id)

    def explain(self, measures: Iterable[Measure]) -> list[Explanation]:
        """Why, for some measures, with the sources of this firm's facts."""
        return self.explainer.explain(self.run, list(measures), lambda fact, year: self.sources.get((fact, year)))

    def fact(self, id: str) -> Fact | None:
        """A fact that can be known of a firm."""
        return self.known.schema.facts.get(id)

    def supposing(self, values: Mapping[Key, Raw]) -> Standing:
        """The same firm if some facts were otherwise."""
        return replace(self, known=replace(self.known, values={**self.known.values, **values}))


def standing(subject: str) -> Standing:
    """How a firm stands today; of one that the registry does not have nothing is known but what it says itself."""
    by, found = law(), firm(subject)
    schema = by.rules.schemas["enterprise"]
    values: dict[Key, Raw] = dict(found.known.values) if found is not None else {}
    sources: dict[Key, Provenance] = dict(found.sources) if found is not None else {}
    overtaken = []
    for contest in Contest.objects.filter(subject=subject, state=ContestState.ACCEPTED).select_related("decided_by").order_by("decided_at", "id"):
        key = contest.fact, contest.year
        if not still_said(by.rules, contest.fact, of_json(contest.firm_says)):
            continue
        recorded = found.known.values.get(key) if found is not None else None
        if (None if recorded is None else as_json(recorded)) != contest.registry_says:
            overtaken.append(contest)
            continue
        values[key], sources[key] = of_json(contest.firm_says), _corrected(contest)
    stated = {key: one for key, one in _stated(subject).items() if key not in values and still_said(by.rules, key[0], one[0])}
    for key, (raw, source) in stated.items():
        values[key], sources[key] = raw, source
    known = found.known if found is not None else Known(schema, by.rules.places, by.law_on, {}, subject)
    first = min((year for _, year in values if year is not None), default=None)
    known = replace(known, values=values, first_year=min(filter(None, (known.first_year, first)), default=None))
    return Standing(subject, found.name if found is not None else subject, found is not None, by, known, sources, tuple(overtaken), frozenset(stated))


def _corrected(contest: Contest) -> Provenance:
    """Where a correction comes from: the firm said it, an officer accepted it."""
    assert contest.decided_at is not None
    observed, recorded = timezone.localdate(contest.at), timezone.localdate(contest.decided_at)
    source = words("Correction of the registry: stated by the firm, accepted by an officer", "对登记信息的更正：企业提出，经办人员采纳")
    return Provenance(source, observed, max(observed, recorded), True)


def _stated(subject: str) -> dict[Key, tuple[Raw, Provenance]]:
    """What the firm states itself, here or in an interview: of a fact that it stated twice, what it said last."""
    found: dict[Key, tuple[Raw, Provenance]] = {}
    for key, answer in stated_of(subject).items():
        found[key] = (
            answer.value,
            Provenance(words("Stated by the firm itself, in an interview", "企业在问答中自行填报"), answer.on, answer.on, False),
        )
    for one in Statement.objects.filter(subject=subject):
        key, on = (one.fact, one.year), timezone.localdate(one.at)
        if key not in found or found[key][1].observed_on <= on:
            found[key] = of_json(one.value), Provenance(words("Stated by the firm itself", "企业自行填报"), on, on, False)
    return found


@dataclass(frozen=True)
class Change:
    """One measure that stands otherwise."""

    before: Assessed
    after: Assessed


def changes(before: Standing, after: Standing) -> tuple[Change, ...]:
    """Which measures stand otherwise: by status, by what is due, or by what is payable."""
    then = {one.measure.id: one for one in after.assessed}
    pairs = ((one, then[one.measure.id]) for one in before.assessed if one.measure.id in then)
    return tuple(Change(a, b) for a, b in pairs if (a.status, a.due, a.payable) != (b.status, b.due, b.payable))
