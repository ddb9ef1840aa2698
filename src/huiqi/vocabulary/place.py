"""The tree of jurisdictions: nation, province, city, district, zone.

`packs/places.yaml` names the places that packs speak of; `packs/divisions.csv` adds the state's administrative codes, so that a table
may say 330108 for Binjiang. Where only the city of a firm is known, whether it lies in one of the city's districts is unknown.

A zone can cross districts: its parts lie in their districts and are `also_in` the zone. Whoever lies in a place that has zones, but in none of
them, is in `<place>-outside`, which such a place has of itself.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Literal

from huiqi.vocabulary.problem import Problem, Where, did_you_mean
from huiqi.vocabulary.ranges import Codes
from huiqi.vocabulary.record import Line, Record, Words, build, words
from huiqi.vocabulary.source import Mapping, Text, read_rows, read_text, read_yaml, where_of

#: What the rest of a place with zones is called.
OUTSIDE = "-outside"
Level = Literal["union", "nation", "province", "city", "district", "zone"]


class Place(Record):
    """One jurisdiction or zone; `code` is its administrative code, where it has one."""

    level: Level
    label: Words
    parent: Line | None = None
    also_in: list[Line] = []
    code: Line | None = None
    note: Words | None = None


@dataclass(frozen=True, eq=False)
class Places:
    """All places by id, and their ids by administrative code."""

    by_id: dict[str, Place] = field(default_factory=dict)

    @cached_property
    def by_code(self) -> dict[str, str]:
        return {str(place.code): id for id, place in self.by_id.items() if place.code}

    def find(self, text: str) -> str | None:
        """The id that a table's text means: an id or an administrative code, that of a province or city also with its noughts (310000)."""
        if text in self.by_id or text in self.by_code:
            return text if text in self.by_id else self.by_code[text]
        short = next((text[:n] for n in (2, 4) if len(text) == 6 and not text[n:].strip("0")), text)
        return self.by_code.get(short)

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
            waiting, seen = [id], {id}
            while waiting:
                at = waiting.pop()
                below[at].add(id)
                outer = [str(place) for place in (self.by_id[at].parent, *self.by_id[at].also_in) if place is not None]
                waiting += [place for place in outer if place not in seen]
                seen |= set(outer)
        return {id: frozenset(inner) for id, inner in below.items()}

    def below(self, id: str) -> frozenset[str]:
        """The place and all that lies in it."""
        return self._below[id]

    def possible(self, id: str) -> Codes:
        """Where a subject can be of which only this place is known."""
        return Codes(self.below(id))


def read_places(folder: Path, called: str = "packs") -> tuple[Places, list[Problem]]:
    """The places of a packs folder."""
    name = f"{called}/places.yaml"
    node, problems = read_yaml(folder / "places.yaml", name)
    found: dict[str, Place] = {}
    if isinstance(node, Mapping):
        for key, item in node.items():
            place, faults = build(Place, item, key.where)
            problems += faults
            if place is not None:
                found[str(key)] = place
    elif node is not None:
        problems.append(
            Problem(
                "record.form",
                "a mapping of keys and values is expected here",
                Where(name, 1, 1),
                "write `id: {level: ..., label: {...}, parent: ...}`",
            )
        )
    problems += _same_codes(found)
    problems += _add_divisions(found, folder / "divisions.csv", f"{called}/divisions.csv")
    for id, place in found.items():
        if place.parent is not None and place.parent not in found and not (isinstance(node, Mapping) and place.parent in node):
            problems.append(
                Problem(
                    "place.unknown-parent",
                    f"{id}: the place {place.parent} does not exist",
                    where_of(place.parent, place.where),
                    did_you_mean(place.parent, found.keys() - {id}) or "add it to places.yaml",
                )
            )
    problems += _circles(found)
    _drop_orphans(found)
    problems += _further(found)
    _add_outsides(found)
    return Places(found), problems


def _further(found: dict[str, Place]) -> list[Problem]:
    """The zones that a place also lies in exist and do not lie in it; a faulty one is left out."""
    problems = []
    for id, place in found.items():
        faulty = []
        for other in place.also_in:
            if other not in found:
                hint = did_you_mean(other, found.keys() - {id}) or "add it to places.yaml"
                problems.append(Problem("place.unknown-parent", f"{id}: the place {other} does not exist", other.where, hint))
                faulty.append(other)
            elif id in _outwards(str(other), found):
                problems.append(Problem("place.circle", f"places lie in each other: {id} > {other}", other.where, "remove one of the two"))
                faulty.append(other)
        if faulty:
            found[id] = place.model_copy(update={"also_in": [other for other in place.also_in if other not in faulty]})
    return problems


def _outwards(id: str, found: dict[str, Place]) -> set[str]:
    """The place and all that it lies in, whichever way."""
    seen, waiting = {id}, [id]
    while waiting:
        place = found[waiting.pop()]
        outer = {str(other) for other in (place.parent, *place.also_in) if other is not None and other in found} - seen
        seen |= outer
        waiting += outer
    return seen


def _add_outsides(found: dict[str, Place]) -> None:
    """What lies in a place whose parts are all zones, and in none of them."""
    parts: dict[str, list[Place]] = {}
    for place in found.values():
        if place.parent is not None:
            parts.setdefault(str(place.parent), []).append(place)
    for id, inner in parts.items():
        outside = f"{id}{OUTSIDE}"
        if outside not in found and all(place.level == "zone" for place in inner):
            label = words(f"{found[id].label.en} outside its zones", f"{found[id].label.zh}（各片区以外）")
            found[outside] = Place(level="zone", label=label, parent=Text(id, found[id].where), where=found[id].where)


def _same_codes(found: dict[str, Place]) -> list[Problem]:
    """Two places with one administrative code."""
    problems = []
    owners: dict[str, str] = {}
    for id, place in found.items():
        if place.code is not None and owners.setdefault(str(place.code), id) != id:
            problems.append(
                Problem(
                    "place.duplicate-code",
                    f"{id} has the code {place.code} of {owners[str(place.code)]}",
                    place.code.where,
                    "look the code up in divisions.csv",
                )
            )
    return problems


_LEVELS: dict[int, Level] = {2: "province", 4: "city", 6: "district"}


def _add_divisions(found: dict[str, Place], path: Path, called: str) -> list[Problem]:
    """Divisions that places.yaml does not name get their code as id."""
    if not path.exists():
        return []
    text, problems = read_text(path, called)
    if text is None:
        return problems
    (header, *rows), faults = read_rows(text, called)
    problems += faults
    if header[1] not in (["code", "name"], ["code", "name", "en"]):
        return [*problems, Problem("place.header", "a list of divisions begins with code,name or code,name,en", Where(called, 1, 1))]
    own = {str(place.code): id for id, place in found.items() if place.code}
    divisions: dict[str, tuple[str, str, Where]] = {}
    for where, row in rows:
        code, name, en = (*row, "")[:3] if len(row) == len(header[1]) else ("", "", "")
        if not (code.isascii() and code.isdigit() and len(code) in _LEVELS and name):
            problems.append(Problem("place.row", "a division is a code of 2, 4 or 6 digits and a name", where))
        elif code in divisions:
            problems.append(
                Problem("place.duplicate-code", f"the code {code} stands twice", where, f"the first one is in line {divisions[code][2].line}")
            )
        else:
            divisions[code] = name, en, where
    for code, (name, en, where) in divisions.items():
        if code not in own and code not in found:
            above = next(
                (own.get(code[:n], code[:n]) for n in (4, 2) if n < len(code) and (code[:n] in own or code[:n] in divisions)),
                "cn" if "cn" in found else None,
            )
            parent = None if above is None else Text(above, where)
            label = Words.model_construct(en=Text(en or name, where), zh=Text(name, where), where=where)  # three thousand, each checked above
            found[code] = Place.model_construct(
                level=_LEVELS[len(code)], label=label, parent=parent, also_in=[], code=Text(code, where), note=None, where=where
            )
    return problems


def _circles(found: dict[str, Place]) -> list[Problem]:
    """Places that lie in each other: each circle is told once, and none of its places is kept."""
    problems = []
    for start in list(found):
        chain = [start]
        while chain[-1] in found and (parent := found[chain[-1]].parent) is not None and parent not in chain:
            chain.append(str(parent))
        if chain[-1] in found and (parent := found[chain[-1]].parent) is not None:
            circle = chain[chain.index(str(parent)) :]
            said = " > ".join([*circle, circle[0]])
            problems.append(Problem("place.circle", f"places lie in each other: {said}", found[circle[0]].where, "remove one parent"))
            for id in circle:
                del found[id]
    return problems


def _drop_orphans(found: dict[str, Place]) -> None:
    """Take out what lies in a place that is not there, and again what lies in that."""
    while orphans := [id for id, place in found.items() if place.parent is not None and place.parent not in found]:
        for id in orphans:
            del found[id]
