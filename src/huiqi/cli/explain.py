"""huiqi explain: why a subject may or may not have a measure."""

from __future__ import annotations

import json
from typing import Annotated

import typer

from huiqi.cli.options import AsJson, AsOf, AssumeRecognised, Lang, Language, LawOn, Of, Packs, RegistryFolder, measures_of, population_of, rules_of
from huiqi.cli.show import console, show_explanation
from huiqi.entitlements import as_json
from huiqi.entitlements.columns import Run
from huiqi.entitlements.explain import Explainer
from huiqi.vocabulary.problem import NOWHERE, FaultyInput, Problem

Subject = Annotated[str, typer.Argument(help="The subject's id in the registry.")]


def explain(
    subject: Subject,
    pack: Packs,
    registry: RegistryFolder,
    as_of: AsOf,
    measure: Annotated[str | None, typer.Argument(help="A measure; none: all of them.")] = None,
    law_on: LawOn = None,
    lang: Language = Lang.en,
    json_: AsJson = False,
    of: Of = "enterprise",
    assume_recognised: AssumeRecognised = False,
) -> None:
    """Tell the reasons behind a status: tests, facts with their sources, clauses, and what it would take."""
    rules, facts_day = rules_of(pack, as_of, law_on)
    chosen = measures_of(rules, [measure]) if measure else None
    explainer = Explainer.of_registry(population_of(registry, rules, facts_day, assume_recognised, of), chosen)
    explanations = explainer.explain(run_of(explainer, subject))
    if json_:
        typer.echo(json.dumps([as_json.explanation(e) for e in explanations], ensure_ascii=False, indent=2))
        return
    for number, explanation in enumerate(explanations):
        if number:
            console.print()
        show_explanation(explanation, lang.value)


def run_of(explainer: Explainer, subject: str) -> Run:
    """The subject, evaluated; one that the registry does not have is a problem."""
    run = explainer.subject(subject)
    if run is None:
        assert explainer.population is not None
        registry = explainer.population.registry
        raise FaultyInput(
            [
                Problem(
                    "registry.unknown-subject",
                    f"{subject} is not in {registry.folder}",
                    NOWHERE,
                    f"it has {registry.subjects:,} subjects; look at their ids",
                )
            ]
        )
    return run
