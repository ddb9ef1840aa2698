"""One firm looked up: the same facts as its registry holds, and where each comes from."""

from pathlib import Path

import pytest

import huiqi
from huiqi_portal.registries.lookup import firm, folder_of, keep_firms

pytestmark = pytest.mark.django_db


def test_a_firm_that_the_registry_does_not_have_is_none(registry):
    assert firm("nobody") is None


def test_without_a_current_registry_there_is_no_firm(law):
    assert firm("firm-1") is None


def test_what_is_kept_is_what_the_registry_holds(registry, law):
    folder: Path = folder_of(registry)
    columns, _ = huiqi.open_registry(folder, law.rules.schemas["enterprise"], law.rules.places)
    every = [
        (f.id, year) for f in columns.schema.facts.values() if columns.has(f.id) for year in (columns.years() if f.period == "year" else (None,))
    ]
    population = huiqi.Population(columns, law.rules, law.law_on)
    for place, subject in enumerate(("firm-1", "firm-2")):
        held = population.block(every, place, place + 1).known(0)
        found = firm(subject)
        assert dict(found.known.values) == dict(held.values)
        assert found.known.first_year == held.first_year
        assert {key: source.verified for key, source in found.sources.items()} == dict.fromkeys(held.values, False)


def test_keeping_again_replaces_what_was_kept(registry, law):
    columns, _ = huiqi.open_registry(folder_of(registry), law.rules.schemas["enterprise"], law.rules.places)
    told = []
    keep_firms(registry, columns, told.append)
    assert registry.kept_firms.count() == sum(told) == 2
