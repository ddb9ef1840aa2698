"""Options that several commands share."""

from __future__ import annotations

import datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from huiqi.entitlements.population import Population
from huiqi.facts.registry import Registry, open_registry
from huiqi.rules.compile import Measure, Rules, key_of
from huiqi.rules.library import Library, packs_folder, read_library, without_collecting
from huiqi.vocabulary.problem import NOWHERE, FaultyInput, Problem, did_you_mean, errors


class Lang(StrEnum):
    """A language to read."""

    en = "en"
    zh = "zh"


Packs = Annotated[list[str], typer.Option("--pack", "-p", help="A pack by its id, or the path of a pack folder; may be repeated.")]
PackArguments = Annotated[list[str], typer.Argument(help="Packs by id, or paths of pack folders; none: all that come with huiqi.")]
RegistryFolder = Annotated[Path, typer.Option("--registry", "-r", help="The registry's folder.")]
AsOf = Annotated[str, typer.Option("--as-of", help="The day whose facts count, like 2024-06-30.")]
LawOn = Annotated[str | None, typer.Option("--law-on", help="The day whose texts are in force; default: the day of --as-of.")]
Language = Annotated[Lang, typer.Option("--lang", help="The language to read.")]
AsJson = Annotated[bool, typer.Option("--json", help="JSON instead of text.")]
Of = Annotated[str, typer.Option("--of", help="Whom the measures are about: enterprise, person, village, ...")]
AssumeRecognised = Annotated[
    bool, typer.Option("--assume-recognised", help="Count a recognition that the registry does not know as granted where its tests are met.")
]


def day(text: str, option: str) -> datetime.date:
    """A day from the command line."""
    try:
        return datetime.date.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter(f"{text} is not a day; write 2024-06-30", param_hint=option) from None


def library_of(names: list[str], *, rules_only: bool = False) -> Library:
    """The packs, or FaultyInput with all their problems; with `rules_only` from the cache where they were read before."""
    library, problems = read_library(names or shipped(), rules_only=rules_only, cached=rules_only)
    if library is None or errors(problems):
        raise FaultyInput(problems)
    return library


def shipped() -> list[str]:
    """The packs that come with huiqi."""
    return sorted(path.parent.name for path in packs_folder().glob("*/pack.yaml"))


def rules_of(names: list[str], as_of: str, law_on: str | None) -> tuple[Rules, datetime.date]:
    """The rules in force, and the day whose facts count."""
    facts_day = day(as_of, "--as-of")
    law_day = day(law_on, "--law-on") if law_on else facts_day
    with without_collecting(for_good=True):
        return library_of(names, rules_only=True).rules(law_day), facts_day


def registry_of(folder: Path, rules: Rules, subject: str = "enterprise", *, keys: bool = True, other: Rules | None = None) -> Registry:
    """The registry, or FaultyInput with all its problems; without `keys` only its columns are looked at. It has the facts of another law as well."""
    if subject not in rules.schemas:
        raise typer.BadParameter(f"there is no subject {subject}; subjects: {', '.join(rules.schemas)}", param_hint="--of")
    schema = rules.schemas[subject]
    if other is not None and subject in other.schemas:
        schema = schema.extended(fact for id, fact in other.schemas[subject].facts.items() if id not in schema.facts)
    registry, problems = open_registry(folder, schema, rules.places, keys=keys)
    if registry is None:
        raise FaultyInput(problems)
    return registry


def population_of(folder: Path, rules: Rules, as_of: datetime.date, assume_recognised: bool, subject: str = "enterprise") -> Population:
    """The registry read on a day."""
    return Population(registry_of(folder, rules, subject), rules, as_of, assume_recognised)


def _measure_hint(name: str, rules: Rules) -> str:
    """When the measure was or will be in force, or the nearest name."""
    key = key_of(name)
    spans = [
        f"{d.policy}-{d.edition} is in force from {d.record.first_day}" + (f" to {d.record.last_day}" if d.record.last_day else " on")
        for d in rules.world.documents
        if key in d.measures
    ]
    if spans:
        return "; ".join(spans)
    known = sorted({m.key for m in rules.measures})
    return did_you_mean(name, known) or (f"measures in force on that day: {', '.join(known)}" if known else "no text is in force on that day")


def measures_of(rules: Rules, names: list[str]) -> list[Measure]:
    """The measures that full or short names mean; an unknown or doubtful name is a problem."""
    chosen: list[Measure] = []
    problems = []
    for name in names:
        found = rules.find(name)
        if not found:
            problems.append(Problem("measure.unknown", f"{name} is no measure in force on {rules.law_on}", NOWHERE, _measure_hint(name, rules)))
        elif len({m.name for m in found}) > 1:
            problems.append(
                Problem("measure.ambiguous", f"{name} is the name of several measures", NOWHERE, f"write one of {', '.join(m.name for m in found)}")
            )
        chosen += found
    if problems:
        raise FaultyInput(problems)
    return chosen


WeightsFolder = Annotated[
    Path | None, typer.Option("--weights", help="The folder that `huiqi reweight` wrote: how many subjects each row stands for.")
]
