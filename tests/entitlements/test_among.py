"""A firm at hand with what is known of it among others is told the same as in its registry."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

import arbitrary
import huiqi
from huiqi.entitlements.assess import assess, assess_all
from huiqi.entitlements.explain import Explainer
from huiqi.facts.known import Known
from huiqi.facts.past import PastFact
from huiqi.rules.compile import Rules
from neighbours import CORE, IDS, POLICY, write_neighbours


@pytest.fixture(scope="module")
def rules(tmp_path_factory: pytest.TempPathFactory) -> Rules:
    return arbitrary.rules_of(arbitrary.packs_folder(tmp_path_factory.mktemp("packs"), POLICY, core=CORE))


def explainers(rules: Rules, folder: Path, **tables: bool) -> tuple[Explainer, Explainer]:
    """Of a registry, and of facts at hand alone."""
    registry, problems = huiqi.open_registry(write_neighbours(folder, **tables), rules.schemas["enterprise"], rules.places)
    assert registry is not None, problems
    of_registry = Explainer.of_registry(huiqi.Population(registry, rules, arbitrary.AS_OF))
    return of_registry, Explainer(rules, arbitrary.AS_OF, provenance=of_registry.provenance)


def at_hand(of_registry: Explainer, id: str) -> Known:
    """What a registry has of a firm, without what it tells of past awards as facts."""
    block = of_registry.subject(id).block
    known = block.known(0)
    own = {key: raw for key, raw in known.values.items() if not isinstance(known.schema.facts[key[0]], PastFact)}
    return replace(known, schema=of_registry.rules.schemas["enterprise"], values=own, among=of_registry.among(block))


@pytest.mark.parametrize("tables", [{}, {"awards": False}, {"owners": False}, {"awards": False, "owners": False}])
def test_it_is_explained_and_asked_as_in_the_registry(rules, tmp_path, tables):
    of_registry, alone = explainers(rules, tmp_path / "r", **tables)
    for id in IDS:
        known = at_hand(of_registry, id)
        explained = alone.explain(alone.known(known))
        assert explained == of_registry.explain(of_registry.subject(id))
        assert [(one.status, one.due) for one in assess(alone, known)] == [
            (e.status, None if e.status == "no" or e.amount is None else (e.amount.low, e.amount.high)) for e in explained
        ]
        assert huiqi.ask(alone, alone.known(known)) == huiqi.ask(of_registry, of_registry.subject(id))


def test_several_firms_at_once_are_told_what_each_is_told(rules, tmp_path):
    of_registry, alone = explainers(rules, tmp_path / "r")
    known = [at_hand(of_registry, id) for id in IDS]
    assert assess_all(alone, known) == [assess(alone, one) for one in known]


def test_what_others_decide_is_open_while_nobody_has_said_it(rules, tmp_path):
    of_registry, alone = explainers(rules, tmp_path / "r")
    known = at_hand(of_registry, "a")
    told = {one.measure.key: one.status for one in assess(alone, known)}
    untold = {one.measure.key: one.status for one in assess(alone, Known(known.schema, known.places, known.as_of, known.values, known.id))}
    assert (told["best"], told["small"], told["start"]) == ("no", "no", "yes")
    assert (untold["best"], untold["small"], untold["start"]) == ("depends", "depends", "depends")
