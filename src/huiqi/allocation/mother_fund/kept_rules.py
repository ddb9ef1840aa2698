"""Which of the packs' rules about funds hold for each fund, from a registry of the subject `fund`."""

from __future__ import annotations

import datetime
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from huiqi.allocation.mother_fund.attained import Required
from huiqi.allocation.mother_fund.fund_registry import FundFacts, write_fund_registry
from huiqi.entitlements.explain import ORIGINS, Explainer, Explanation, Reason, Status
from huiqi.entitlements.population import Population
from huiqi.facts.known import Known
from huiqi.facts.provenance import About
from huiqi.facts.registry import open_registry
from huiqi.rules.compile import Measure, Rules
from huiqi.rules.exact import Exactly
from huiqi.vocabulary.problem import FaultyInput
from huiqi.vocabulary.ranges import Number
from huiqi.vocabulary.record import Words
from huiqi.vocabulary.speech import Both

SUBJECT = "fund"
#: The name under which a pack's definition gives the least multiple of local reinvestment.
LEAST_MULTIPLE = "reinvestment_least"


@dataclass(frozen=True)
class Kept:
    """One rule and one fund: yes, no or depends, with the first reason that is not met."""

    fund: str
    explanation: Explanation

    @property
    def measure(self) -> Measure:
        return self.explanation.measure

    @property
    def status(self) -> Status:
        return self.explanation.status

    @property
    def is_requirement(self) -> bool:
        """Something that a fund has to keep, and nothing that it can apply for."""
        return self.measure.record.kind == "requirement"

    @property
    def why(self) -> Both:
        """What is missing, or what would decide it; nothing where the rule holds."""
        if self.status == "yes":
            return Both("", "")
        if self.status == "depends":
            labels = [fact.label for fact in self.explanation.deciding]
            return Both(f"unknown: {', '.join(label.en for label in labels)}", f"未知：{'、'.join(label.zh for label in labels)}")
        return next(
            (reason.gap or reason.undefined or reason.text for reason in _leaves(self.explanation.reasons) if reason.status == "no"), Both("", "")
        )


def _leaves(reasons: Iterable[Reason]) -> Iterator[Reason]:
    for reason in reasons:
        if reason.parts:
            yield from _leaves(reason.parts)
        else:
            yield reason


def _of_others(explanation: Explanation) -> bool:
    """The rule is that of another place, or one for other funds."""
    return any(reason.status == "no" and reason.origin in (ORIGINS["place"], ORIGINS["edition"]) for reason in _leaves(explanation.reasons))


def kept_rules(facts: Iterable[FundFacts], about: About, rules: Rules, as_of: datetime.date, further: Words | None = None) -> list[Kept]:
    """Every measure about funds that applies to each fund; the same as `huiqi explain --of fund` says of the registry."""
    facts = list(facts)
    if not facts or not any(measure.subject == SUBJECT for measure in rules.measures):
        return []
    with tempfile.TemporaryDirectory() as folder:
        write_fund_registry(Path(folder), facts, about, as_of, further)
        registry, problems = open_registry(Path(folder), rules.schemas[SUBJECT], rules.places)
        if registry is None:
            raise FaultyInput(problems)
        explainer = Explainer.of_registry(Population(registry, rules, as_of))
        found = []
        for one in facts:
            run = explainer.subject(one.id)
            assert run is not None
            found += [Kept(one.id, explanation) for explanation in explainer.explain(run) if not _of_others(explanation)]
    return found


def required_by_law(facts: Iterable[FundFacts], rules: Rules, as_of: datetime.date) -> dict[str, Required]:
    """The least multiple of local reinvestment that a pack sets where a fund stands; the highest where several do."""
    found: dict[str, Required] = {}
    for one in facts:
        for pack in rules.packs:
            if one.place is None or str(pack.record.place) not in (one.place, *rules.places.above(one.place)):
                continue
            document = next(
                (d for d in rules.world.documents if d.pack == pack.id and LEAST_MULTIPLE in d.definitions and d.in_force(rules.law_on) != "no"), None
            )
            typed = rules.value(LEAST_MULTIPLE, pack.id, SUBJECT) if document is not None else None
            if typed is None or document is None:
                continue
            value = Exactly(Known(rules.schemas[SUBJECT], rules.places, as_of)).value(typed.node)
            if (
                isinstance(value, Number)
                and value.known
                and isinstance(value.low, Fraction)
                and (one.id not in found or value.low > found[one.id].multiple)
            ):
                clause = next(str(d.clause) for name, d in document.definitions.items() if name == LEAST_MULTIPLE)
                title = document.record.title
                found[one.id] = Required(value.low, Both(f"{title.en}, {clause}", f"{title.zh}，{clause}"))
    return found
