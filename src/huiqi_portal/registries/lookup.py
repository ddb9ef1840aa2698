"""One firm of the current registry: what is known of it, and from where.

Its facts are kept as a row of the database when a registry is made current, so that no page waits for columns. With them is kept what
all firms together decide about it, under the law of that day: its classes by rank, who counts with it, what was granted before.
"""

from __future__ import annotations

import json
import math
import zlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.conf import settings

import huiqi
from huiqi.entitlements.columns import decode
from huiqi.facts.awards import STEM as AWARDS
from huiqi.facts.cells import UNKNOWN
from huiqi.facts.known import NONE, Known, Raw
from huiqi.facts.provenance import About, Provenance, read_about
from huiqi.facts.registry import Column
from huiqi.facts.registry import Registry as Columns
from huiqi_portal.registries import kept_among
from huiqi_portal.registries.models import KeptFirm, Registry, current_registry
from huiqi_portal.registries.recorded import still_said
from huiqi_portal.texts.shelf import Law, law

ROWS = 2_000  # firms written at one time
Key = tuple[str, int | None]


@dataclass(frozen=True)
class Firm:
    """A firm of the registry; `sources` says of every known fact where it comes from, by fact and calendar year."""

    subject: str
    name: str
    known: Known
    sources: Mapping[Key, Provenance]


def firm(subject: str, by: Law | None = None) -> Firm | None:
    """The firm of that id, by the facts that a law (default: today's) knows; nothing if the current registry does not have it."""
    current, by = current_registry(), by or law()
    if current is None:
        return None
    row = KeptFirm.objects.filter(registry=current, subject=subject).first()
    if row is None:
        return None
    schema = by.rules.schemas["enterprise"]
    values = {key: raw for key, raw in _unpacked(row.facts) if still_said(by.rules, key[0], raw)}
    about = _about(folder_of(current))
    sources = {key: about.provenance("enterprise" if key[1] is None else "enterprise_year", key[0]) for key in values}
    among = kept_among.read(bytes(row.among), by, about.provenance(AWARDS, ""))
    known = Known(schema, by.rules.places, by.law_on, values, subject, row.first_year, among)
    return Firm(subject, row.name or subject, known, sources)


def folder_of(registry: Registry) -> Path:
    """The folder of a version."""
    return Path(settings.HUIQI_DATA, "registries", registry.folder)


def keep_firms(row: Registry, registry: Columns, tick: Callable[[int], None] = lambda _: None) -> None:
    """Keep what a registry knows of each firm; call it before the registry is made current. `tick` is told how many firms more are kept.

    Done anew, as after new texts, it replaces what was kept of this registry row by row: no firm is ever missing. Raises FaultyInput for a table
    of owners or awards that cannot be used.
    """
    by = law()
    explainer = huiqi.Explainer.of_registry(huiqi.Population(registry, by.rules, by.law_on))
    assert explainer.population is not None
    facts = [fact for fact in registry.schema.facts.values() if registry.has(fact.id)]
    columns: list[Column] = [(fact.id, year) for fact in facts for year in (registry.years() if fact.period == "year" else (None,))]
    for block in explainer.population.blocks_of(columns, ROWS):
        size = block.size
        values: list[dict[str, Any]] = [{} for _ in range(size)]
        for (id, year), cells in block.columns.items():
            _write(values, registry, id, year, cells.tolist())
        first_years = block.first_years.tolist() if block.first_years is not None else [0] * size
        KeptFirm.objects.bulk_create(
            [
                KeptFirm(
                    registry=row,
                    subject=str(block.ids[at]),
                    name=str(of.get("name") or ""),
                    facts=_packed(of),
                    among=kept_among.written(explainer.among(block, at), by),
                    first_year=first or None,
                )
                for at, (of, first) in enumerate(zip(values, first_years, strict=True))
            ],
            update_conflicts=True,
            unique_fields=["registry", "subject"],
            update_fields=["name", "facts", "among", "first_year"],
        )
        tick(size)


def _write(values: list[dict[str, Any]], registry: Columns, id: str, year: int | None, cells: list[Any]) -> None:
    """Put a column's known cells into the rows."""
    fact = registry.schema.facts[id]
    figure, said = fact.is_figure or fact.kind == "date", dict[Any, Any]()  # what a code or a flag stands for is found once
    for of, cell in zip(values, cells, strict=True):
        if cell is None or cell != cell:  # unknown
            continue
        if figure:
            kept = None if cell == -math.inf else int(cell)
        elif cell == UNKNOWN:
            continue
        else:
            if cell not in said:
                raw = decode(fact, cell, registry.places)
                said[cell] = None if raw is NONE else raw
            kept = said[cell]
        if year is None:
            of[id] = kept
        else:
            of.setdefault(id, {})[str(year)] = kept


def _packed(values: Mapping[str, Any]) -> bytes:
    return zlib.compress(json.dumps(values, ensure_ascii=False, separators=(",", ":")).encode(), 3)


def _unpacked(facts: bytes) -> Iterator[tuple[Key, Raw]]:
    for id, kept in json.loads(zlib.decompress(facts)).items():
        for year, value in kept.items() if isinstance(kept, dict) else ((None, kept),):
            yield (id, None if year is None else int(year)), NONE if value is None else value


@lru_cache(maxsize=4)  # no version of a registry is ever edited
def _about(folder: Path) -> About:
    """What a registry says of itself: where its columns and its awards come from. No row is read."""
    about, problems = read_about(folder)
    if about is None:
        raise huiqi.FaultyInput(problems)
    return about
