"""From whom the facts of a registry are, as of when, and whether they are verified: `registry.yaml`."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from huiqi.vocabulary.problem import Problem, Where, did_you_mean
from huiqi.vocabulary.record import Date, Line, Record, TrueOrFalse, Words, build
from huiqi.vocabulary.source import Text, read_yaml

FILE = "registry.yaml"


@dataclass(frozen=True)
class Provenance:
    """Where a fact comes from; observed when true, recorded when known."""

    source: Words
    observed_on: datetime.date
    recorded_on: datetime.date
    verified: bool


class Override(Record):
    """What a table or a column says differently."""

    source: Words | None = None
    observed_on: Date | None = None
    recorded_on: Date | None = None
    verified: TrueOrFalse | None = None

    def applied(self, to: Provenance) -> Provenance:
        return Provenance(
            self.source or to.source,
            self.observed_on or to.observed_on,
            self.recorded_on or to.recorded_on,
            to.verified if self.verified is None else self.verified == "true",
        )


class AboutRecord(Record):
    """`registry.yaml`."""

    title: Words
    made_up: TrueOrFalse
    source: Words
    observed_on: Date
    recorded_on: Date
    verified: TrueOrFalse
    tables: dict[Line, Override] = {}
    columns: dict[Line, Override] = {}


@dataclass(frozen=True)
class About:
    """What a registry says of itself."""

    title: Words
    made_up: bool
    general: Provenance
    tables: Mapping[Text, Override]
    columns: Mapping[Text, Override]

    def provenance(self, table: str, column: str) -> Provenance:
        """The column's own, else its table's, else the registry's."""
        found = self.general
        for overrides, name in ((self.tables, table), (self.columns, column)):
            for key, override in overrides.items():
                if key == name:
                    found = override.applied(found)
        return found


def read_about(folder: Path) -> tuple[About | None, list[Problem]]:
    """What a registry folder says of itself, or every problem that prevents it."""
    name = f"{folder.name}/{FILE}"
    if not (folder / FILE).is_file():
        hint = "it gives title, made_up, source, observed_on, recorded_on and verified"
        return None, [Problem("registry.no-about", f"{folder.name} has no {FILE}", Where(name), hint)]
    node, problems = read_yaml(folder / FILE, name)
    if node is None:
        return None, problems
    record, faults = build(AboutRecord, node, Where(name))
    problems += faults
    if record is None:
        return None, problems
    general = Provenance(record.source, record.observed_on, record.recorded_on, record.verified == "true")
    about = About(record.title, record.made_up == "true", general, record.tables, record.columns)
    problems += _too_early(about, record)
    return about, problems


def _too_early(about: About, record: AboutRecord) -> list[Problem]:
    """Nothing is recorded before it is observed."""
    places = [(about.general, record.where)]
    places += [(about.provenance(table, ""), override.where) for table, override in record.tables.items()]
    places += [(about.provenance("", column), override.where) for column, override in record.columns.items()]
    return [
        Problem("registry.recorded-early", f"recorded on {p.recorded_on}, before it was observed on {p.observed_on}", where, "turn the dates round")
        for p, where in places
        if p.recorded_on < p.observed_on
    ]


def check_names(about: About, tables: Iterable[str], columns: Iterable[str]) -> list[Problem]:
    """Tables and columns that registry.yaml names and the registry has not."""
    problems = []
    for what, named, known in (("table", about.tables, list(tables)), ("column", about.columns, list(columns))):
        for key in named:
            if key not in known:
                problems.append(Problem("registry.about-unknown", f"the registry has no {what} {key}", key.where, did_you_mean(key, known)))
    return problems


def write_about(path: Path, title: Words, made_up: bool, general: Provenance, columns: Mapping[str, Provenance]) -> None:
    """A registry.yaml; `columns` are those with a provenance of their own."""
    text: dict[str, Any] = {"title": _both(title), "made_up": made_up, **_as_text(general)}
    if columns:
        text["columns"] = {column: _as_text(own) for column, own in columns.items()}
    path.write_text(yaml.safe_dump(text, allow_unicode=True, sort_keys=False, width=150), encoding="utf-8")


def _as_text(provenance: Provenance) -> dict[str, Any]:
    return {
        "source": _both(provenance.source),
        "observed_on": provenance.observed_on.isoformat(),  # as text: the same date object twice would become an alias
        "recorded_on": provenance.recorded_on.isoformat(),
        "verified": provenance.verified,
    }


def _both(said: Words) -> dict[str, str]:
    return {"en": str(said.en), "zh": str(said.zh)}
