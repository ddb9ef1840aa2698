"""The subjects of a small registry one by one: what is known of each on a day, and where it stands."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from huiqi.facts.cells import NO_DATE, NONE, is_known
from huiqi.facts.known import NONE as ABSENT
from huiqi.facts.known import Known, Raw
from huiqi.facts.registry import Column, Registry
from huiqi.facts.schema import Fact
from huiqi.vocabulary.place import Places
from huiqi.vocabulary.problem import FaultyInput, Problem, Where


@dataclass(frozen=True)
class Subject:
    """A row of the main table; its day facts only."""

    known: Known
    where: Where

    @property
    def id(self) -> str:
        return self.known.id

    def given(self, fact: str) -> Raw | None:
        """The value as recorded, or None where it is unknown."""
        return self.known.given(self.known.schema.facts[fact])

    def text(self, fact: str) -> str:
        """A text, nothing where it is unknown."""
        return str(self.given(fact) or "").strip()


def read_subjects(registry: Registry, as_of: datetime.date) -> tuple[list[Subject], frozenset[str], list[Problem]]:
    """Every subject in order of id, the facts of which cells cannot be read, and the problems with them; such facts are left out of all subjects."""
    facts = [id for id, fact in registry.schema.facts.items() if fact.period == "day" and registry.has(id)]
    try:
        return list(_subjects(registry, as_of, facts)), frozenset(), []
    except FaultyInput:
        faulty: dict[str, tuple[Problem, ...]] = {}
        for fact in facts:
            try:
                list(_subjects(registry, as_of, [fact]))
            except FaultyInput as found:
                faulty[fact] = found.problems
    try:
        rows = list(_subjects(registry, as_of, [fact for fact in facts if fact not in faulty]))
    except FaultyInput as found:  # the table itself cannot be read on
        return [], frozenset(facts), list(found.problems)
    return rows, frozenset(faulty), [problem for problems in faulty.values() for problem in problems]


def _subjects(registry: Registry, as_of: datetime.date, facts: Iterable[str]) -> Iterator[Subject]:
    schema, places = registry.schema, registry.places
    columns: list[Column] = [(fact, None) for fact in facts]
    places_of_rows = iter(registry.tables[0].places(registry.subjects))
    for block in registry.blocks(columns):
        decoded = {column: _decoded(schema.facts[column[0]], block.columns[column], places) for column in columns}
        for row, id in enumerate(block.ids.to_pylist()):
            values = {column: raw for column, cells in decoded.items() if (raw := cells[row]) is not None}
            yield Subject(Known(schema, places, as_of, values, id), next(places_of_rows))


def _decoded(fact: Fact, values: Any, places: Places) -> list[Raw | None]:
    """The cells as recorded, None where they are unknown."""
    known = is_known(values).tolist()
    match fact.kind:
        case "text":
            return list(values)
        case "flag":
            return [bool(value) if here else None for value, here in zip(values.tolist(), known, strict=True)]
        case "category" | "place":
            ids = list(places.by_id if fact.codes is None else fact.codes.codes)
            return [(ABSENT if value == NONE else ids[value]) if here else None for value, here in zip(values.tolist(), known, strict=True)]
        case _:
            return [(ABSENT if value == NO_DATE else int(value)) if here else None for value, here in zip(values.tolist(), known, strict=True)]
