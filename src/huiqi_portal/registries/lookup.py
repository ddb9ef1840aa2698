"""One firm of the current registry: what is known of it, and from where."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings

import huiqi
from huiqi.facts.known import Known
from huiqi.facts.provenance import Provenance
from huiqi_portal.registries.models import current_registry
from huiqi_portal.texts.shelf import law


@dataclass(frozen=True)
class Firm:
    """A firm of the registry; `sources` says of every known fact where it comes from, by fact and calendar year."""

    subject: str
    name: str
    known: Known
    sources: Mapping[tuple[str, int | None], Provenance]


def firm(subject: str) -> Firm | None:
    """The firm of that id, or nothing if the registry does not have it."""
    current = current_registry()
    if current is None:
        return None
    rules = law().rules
    folder = Path(settings.HUIQI_DATA, "registries", current.folder)
    registry, problems = huiqi.open_registry(folder, rules.schemas["enterprise"], rules.places)
    if registry is None:
        raise huiqi.FaultyInput(problems)
    at = registry.position(subject)
    if at is None:
        return None
    facts = [fact for fact in registry.schema.facts.values() if registry.has(fact.id)]
    columns = [(fact.id, year) for fact in facts for year in (registry.years() if fact.period == "year" else (None,))]
    known = huiqi.Population(registry, rules, law().law_on).block(columns, at, at + 1).known(0)
    name = known.values.get(("name", None))
    sources = {key: registry.provenance(key[0]) for key in known.values}
    return Firm(subject, str(name) if isinstance(name, str) else subject, known, sources)
