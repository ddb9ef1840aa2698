"""The tree of jurisdictions: nation, province, city, district, zone.

`packs/places.yaml` names the places that packs speak of; `packs/divisions.csv` adds the state's administrative codes, so that a table
may say 330108 for Binjiang. Where only the city of a firm is known, whether it lies in one of the city's districts is unknown.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Literal

from huiqi.vocabulary.problem import Problem, Where, did_you_mean
from huiqi.vocabulary.ranges import Codes
from huiqi.vocabulary.record import Line, Record, Words, build, words
from huiqi.vocabulary.source import Mapping, read_yaml

Level = Literal["union", "nation", "province", "city", "district", "zone"]


class Place(Record):
    """One jurisdiction or zone; `code` is its administrative code, where it has one."""

    level: Level
    label: Words
    parent: Line | None = None
    code: Line | None = None
    note: Words | None = None


@dataclass(frozen=True)
class Places:
    """All places by id, and their ids by administrative code."""

    by_id: dict[str, Place] = field(default_factory=dict)

    @cached_property
    def by_code(self) -> dict[str, str]:
        return {str(place.code): id for id, place in self.by_id.items() if place.code}

    def find(self, text: str) -> str | None:
        """The id that a table's text means: an id or an administrative code."""
        return text if text in self.by_id else self.by_code.get(text)

    def above(self, id: str) -> tuple[str, ...]:
        """The place and all that it lies in, from inside out."""
        chain = [id]
        while (parent := self.by_id[chain[-1]].parent) is not None:
            chain.append(str(parent))
        return tuple(chain)

    @cached_property
    def _below(self) -> dict[str, frozenset[str]]:
        below: dict[str, set[str]] = {id: set() for id in self.by_id}
        for id in self.by_id:
            for outer in self.above(id):
                below[outer].add(id)
        return {id: frozenset(inner) for id, inner in below.items()}

    def below(self, id: str) -> frozenset[str]:
        """The place and all that lies in it."""
        return self._below[id]

    def possible(self, id: str) -> Codes:
        """Where a subject can be of which only this place is known."""
        return Codes(self.below(id))


def read_places(folder: Path, called: str = "packs") -> tuple[Places, list[Problem]]:
    """The places of a packs folder."""
    node, problems = read_yaml(folder / "places.yaml", f"{called}/places.yaml")
    where = Where(f"{called}/places.yaml")
    found: dict[str, Place] = {}
    if isinstance(node, Mapping):
        for key, item in node.items():
            place, faults = build(Place, item, key.where)
            problems += faults
            if place is not None:
                found[str(key)] = place
    problems += _add_divisions(found, folder / "divisions.csv", f"{called}/divisions.csv")
    for id, place in list(found.items()):
        if place.parent is not None and place.parent not in found:
            hint = did_you_mean(place.parent, found)
            problems.append(Problem("place.unknown-parent", f"{id}: the place {place.parent} does not exist", place.where, hint))
            del found[id]
    problems += _circles(found, where)
    return Places(found), problems


def _add_divisions(found: dict[str, Place], path: Path, called: str) -> list[Problem]:
    """Divisions that places.yaml does not name get their code as id."""
    if not path.exists():
        return []
    by_code = {str(p.code): id for id, p in found.items() if p.code}
    levels: dict[int, Level] = {2: "province", 4: "city", 6: "district"}
    with path.open(encoding="utf-8", newline="") as file:
        for number, row in enumerate(csv.DictReader(file), start=2):
            code = row["code"]
            if code in by_code:
                continue
            parent = next((by_code.get(code[:n], code[:n]) for n in (4, 2) if n < len(code) and (code[:n] in by_code or code[:n] in found)), "cn")
            label = words(row.get("en") or row["name"], row["name"])
            found[code] = Place(level=levels[len(code)], label=label, parent=parent, code=code, where=Where(called, number))
    return []


def _circles(found: dict[str, Place], where: Where) -> list[Problem]:
    problems = []
    for id in list(found):
        seen = [id]
        while id in found and (parent := found[seen[-1]].parent) is not None:
            if parent in seen:
                circle = " > ".join([*seen, str(parent)])
                problems.append(Problem("place.circle", f"places lie in each other: {circle}", where, "remove one parent"))
                del found[id]
                break
            seen.append(str(parent))
    return problems
