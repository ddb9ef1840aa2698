"""One firm looked up: the same facts as its registry holds, and where each comes from."""

from pathlib import Path

import pytest
from django.utils import timezone

import huiqi
from arbitrary import packs_folder
from huiqi.facts.among import ALONE
from huiqi_portal.registries.lookup import firm, folder_of, keep_firms
from huiqi_portal.registries.models import Registry
from huiqi_portal.texts import shelf
from huiqi_portal.texts.models import Publication
from neighbours import CORE, IDS, POLICY, write_neighbours

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


@pytest.fixture
def neighbours(db, settings) -> Registry:
    """A law and a registry in which firms bear on each other."""
    packs_folder(Path(settings.HUIQI_DATA, "texts", "1"), POLICY, core=CORE)
    Publication.objects.create(folder="1/packs", packs=["p"], published_at=timezone.now())
    by = shelf.law()
    folder = write_neighbours(Path(settings.HUIQI_DATA, "registries", "1"))
    row = Registry.objects.create(title_en="Test", title_zh="测试", folder="1", made_up=True, subjects=len(IDS), current_since=timezone.now())
    columns, problems = huiqi.open_registry(folder, by.rules.schemas["enterprise"], by.rules.places)
    assert columns is not None, problems
    keep_firms(row, columns)
    return row


def test_ranks_relations_and_past_awards_are_told_as_in_the_registry(neighbours):
    by = shelf.law()
    columns, _ = huiqi.open_registry(folder_of(neighbours), by.rules.schemas["enterprise"], by.rules.places)
    explainer = huiqi.Explainer.of_registry(huiqi.Population(columns, by.rules, by.law_on))
    for id in IDS:
        found, told = firm(id), explainer.explain(explainer.subject(id))
        assert by.explainer.explain(by.explainer.known(found.known), None, lambda fact, year, found=found: found.sources.get((fact, year))) == told
        assert [one.status for one in huiqi.assess(by.explainer, found.known)] == [e.status for e in told]
    statuses = {status for id in IDS for status in (one.status for one in huiqi.assess(by.explainer, firm(id).known))}
    assert statuses == {"yes", "no", "depends"}


def test_what_firms_decide_together_is_open_under_another_law(neighbours):
    before = firm("a")
    assert before.known.among.classes
    assert before.known.among.awards
    Publication.objects.create(folder="1/packs", packs=["p"], published_at=timezone.now())
    assert firm("a").known.among == ALONE
    columns, _ = huiqi.open_registry(folder_of(neighbours), before.known.schema, before.known.places)
    keep_firms(neighbours, columns)
    assert firm("a").known.among == before.known.among
