"""The stock: parcels and buildings that can be given out, and which parcels lie beside each other.

A stock is one or several registries with a table `parcel`, `building` or both, and beside them `adjacency.csv` (or .parquet) with the columns
`parcel` and `neighbour`: two parcels that may be given out as one.
"""

from __future__ import annotations

import datetime
import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, cast

import pyarrow as pa

from huiqi.allocation.land.area import parts
from huiqi.facts.registry import Registry, open_registry
from huiqi.facts.schema import Schema
from huiqi.facts.subjects import Subject, read_subjects
from huiqi.facts.table import ENDINGS, open_table
from huiqi.facts.text_table import missing_column
from huiqi.vocabulary.place import Places
from huiqi.vocabulary.problem import FaultyInput, Problem, Where, did_you_mean
from huiqi.vocabulary.ranges import Codes, Number

Form = Literal["building", "parcel"]
FORMS: tuple[Form, ...] = ("building", "parcel")
ADJACENCY = "adjacency"
#: What has to be known of a building or parcel before it can be given out for sure.
NEEDED: Mapping[Form, tuple[str, ...]] = {
    "building": ("place", "use", "floor_area", "available_from"),
    "parcel": ("place", "use", "land_area", "available_from"),
}


@dataclass(frozen=True)
class Site:
    """A building or a parcel. Areas are parts of a square metre, None where they are unknown; days are ordinals."""

    id: str
    form: Form
    name: str
    place: str | None  # as recorded: it may lie in any part of it
    possible_places: frozenset[str]
    use: str | None
    possible_uses: frozenset[str]
    land: int | None  # of a parcel
    floor: int | None  # of a building, or what may be built on a parcel
    free: int | None  # the first day on which it can be had
    price: int | None  # fen a mu of a parcel, a square metre of a building
    unknown: tuple[str, ...]  # facts that nobody knows and that decide who can be placed there


@dataclass(frozen=True)
class Stock:
    """All sites in order of id, pairs of neighbouring parcels, and the registries that they are from."""

    sites: tuple[Site, ...]
    adjacent: frozenset[tuple[str, str]]
    hashes: Mapping[str, str]
    made_up: bool

    @property
    def first_free(self) -> int | None:
        """The first day on which anything can be had for sure."""
        return min((site.free for site in self.sites if site.free is not None), default=None)


def read_stock(folders: Sequence[Path], schemas: Mapping[str, Schema], places: Places, as_of: datetime.date) -> tuple[Stock | None, list[Problem]]:
    """The stock of some registries, or every problem with it."""
    problems: list[Problem] = []
    found: dict[str, tuple[Site, Subject]] = {}
    pairs: set[tuple[str, str]] = set()
    adjacency: list[tuple[str, str, Where]] = []
    hashes, made_up = dict[str, str](), False
    for folder in folders:
        forms = [form for form in FORMS if _has(folder, form)]
        if not forms:
            hint = "it has a table parcel.csv, building.csv or both (or .parquet), and registry.yaml"
            problems.append(Problem("land.no-stock", f"{folder.name} holds no stock of land or buildings", Where(folder.name), hint))
        for form in forms:
            registry, faults = open_registry(folder, schemas[form], places)
            problems += faults
            if registry is not None:
                hashes[_unlike(hashes, f"{folder.name}/{form}")] = registry.content_hash
                made_up = made_up or registry.made_up
                problems += _take(registry, form, as_of, found)
        adjacency += _read_adjacency(folder, problems)
    parcels = {id for id, (site, _) in found.items() if site.form == "parcel"}
    readable = not problems
    for one, other, where in adjacency:
        fault = _adjacency_fault(one, other, parcels, readable)
        if fault is not None:
            problems.append(Problem(*fault[:2], where, fault[2]))
        else:
            pairs.add((min(one, other), max(one, other)))
    for folder in folders:
        for ending in ENDINGS:
            path = folder / (ADJACENCY + ending)
            if path.is_file():
                hashes[_unlike(hashes, f"{folder.name}/{ADJACENCY}")] = _file_hash(path)
    if problems:
        return None, problems
    return Stock(tuple(found[id][0] for id in sorted(found)), frozenset(pairs), hashes, made_up), []


def _unlike(names: Mapping[str, str], name: str) -> str:
    """The name, numbered where it is taken: two folders may be called the same."""
    numbered = (f"{name} ({number})" if number > 1 else name for number in range(1, len(names) + 2))
    return next(one for one in numbered if one not in names)


def _file_hash(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _has(folder: Path, stem: str) -> bool:
    return any((folder / (stem + ending)).is_file() for ending in ENDINGS)


def _take(registry: Registry, form: Form, as_of: datetime.date, found: dict[str, tuple[Site, Subject]]) -> list[Problem]:
    """Put a registry's sites among those found; one id is one site, whatever its form and its registry."""
    rows, _, problems = read_subjects(registry, as_of)
    for subject in rows:
        if subject.id in found:
            hint = f"the first one is in {found[subject.id][1].where}; give one another id"
            problems.append(Problem("land.same-id", f"the id {subject.id} stands twice in the stock", subject.where, hint))
        else:
            found[subject.id] = _site(subject, form), subject
    return problems


def _site(subject: Subject, form: Form) -> Site:
    known, facts = subject.known, subject.known.schema.facts
    place, use = known.value(facts["place"]), known.value(facts["use"])
    assert isinstance(place, Codes)
    assert isinstance(use, Codes)
    land = _area(subject, "land_area") if form == "parcel" else None
    floor = _area(subject, "floor_area") if form == "building" else None
    if land is not None and (ratio := subject.given("floor_area_ratio")) is not None:
        floor = land * int(cast(int, ratio)) // 10 ** facts["floor_area_ratio"].decimals
    free, price = subject.given("available_from"), subject.given("price_per_mu" if form == "parcel" else "price_per_m2")
    decides = (*NEEDED[form], *(["floor_area_ratio"] if form == "parcel" else []))
    return Site(
        subject.id,
        form,
        subject.text("name"),
        _id(subject.given("place")),
        frozenset(filter(None, place.possible)),
        _id(subject.given("use")),
        frozenset(filter(None, use.possible)),
        land,
        floor,
        None if free is None else int(cast(int, free)),
        None if price is None else int(cast(int, price)),
        tuple(fact for fact in decides if subject.given(fact) is None),
    )


def _id(given: object) -> str | None:
    return given if isinstance(given, str) else None


def _area(subject: Subject, fact: str) -> int | None:
    value = subject.known.value(subject.known.schema.facts[fact])
    assert isinstance(value, Number)
    return parts(value.low) if value.known and not isinstance(value.low, float) else None


def _read_adjacency(folder: Path, problems: list[Problem]) -> list[tuple[str, str, Where]]:
    table, faults = open_table(folder, ADJACENCY)
    problems += faults
    if table is None:
        return []
    where = Where(table.name, 0 if table.text is None else 1)
    missing = [missing_column(name, tuple(table.types), where) for name in ("parcel", "neighbour") if name not in table.types]
    problems += missing
    if missing:
        return []
    rows: list[tuple[str, str, Where]] = []
    try:
        for batch in table.batches(["parcel", "neighbour"], 65_536):
            cells = [column.cast(pa.string()).to_pylist() for column in batch.columns]
            rows += [((one or "").strip(), (other or "").strip(), Where("")) for one, other in zip(*cells, strict=True)]
    except FaultyInput as faulty:
        problems += faulty.problems
    lines = [line for line, _ in table.text.rows()] if table.text is not None else range(1, len(rows) + 1)
    return [(one, other, Where(table.name, line)) for (one, other, _), line in zip(rows, lines, strict=False)]


def _adjacency_fault(one: str, other: str, parcels: Iterable[str], readable: bool) -> tuple[str, str, str] | None:
    """What is wrong with a pair: code, message and remedy; where parcels could not be read none is called unknown."""
    if one and one == other:
        return "land.adjacent-itself", f"the parcel {one} is its own neighbour", "take the row out"
    for id in (one, other):
        if id not in parcels and (readable or not id):
            message = f"{id or 'an empty cell'} is not a parcel of the stock"
            return "land.adjacent-unknown", message, did_you_mean(id, parcels) or "only parcels have neighbours; take the row out or add the parcel"
    return None
