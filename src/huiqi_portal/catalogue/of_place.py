"""What the page of a place shows: its core policy, its special policies, what it inherits, and the zones that it is linked with."""

from __future__ import annotations

from dataclasses import dataclass

from huiqi.publication.shown import STANDINGS, standing_on
from huiqi.rules.context import Document
from huiqi.rules.records import CoreRecord
from huiqi.vocabulary.speech import Both, of_words
from huiqi_portal.catalogue.card import Card
from huiqi_portal.catalogue.collection import Collection, PlaceEntry
from huiqi_portal.catalogue.linked import LinkShown, link_shown, links_in_force
from huiqi_portal.texts.shelf import Law


@dataclass(frozen=True)
class DocumentRow:
    """A document with the measures that stand in it and count today."""

    document: Document
    standing: Both
    cards: tuple[Card, ...]

    @property
    def title(self) -> Both:
        return of_words(self.document.record.title)


@dataclass(frozen=True)
class Level:
    """A place that this one lies in, and what it gives."""

    id: str
    label: Both
    cores: tuple[DocumentRow, ...]
    measures: int


@dataclass(frozen=True)
class PlacePage:
    """The page of one place."""

    id: str
    label: Both
    above: tuple[tuple[str, Both], ...]  # from the nation down
    applying: int  # measures that apply here or in part of it
    cores: tuple[DocumentRow, ...]
    special: tuple[DocumentRow, ...]
    earlier: tuple[DocumentRow, ...]
    inherited: tuple[Level, ...]
    into: tuple[LinkShown, ...]
    out_of: tuple[LinkShown, ...]
    inside: tuple[PlaceEntry, ...]


def place_page_of(law: Law, collection: Collection, place: str) -> PlacePage:
    """What there is in a place, and where each of it comes from."""
    places = law.rules.places
    above, below = places.above(place), places.below(place)
    rows = _rows(law, collection, place)
    links = links_in_force(law)
    around = frozenset(above) | below
    return PlacePage(
        place,
        of_words(places.by_id[place].label),
        tuple((id, of_words(places.by_id[id].label)) for id in reversed(above[1:])),
        (collection.at(place) & collection.live).bit_count(),
        _cores(rows),
        tuple(row for row in rows if not isinstance(row.document.record, CoreRecord) and row.document.in_force(law.law_on) != "no"),
        tuple(row for row in rows if row.document.in_force(law.law_on) == "no"),
        tuple(level for id in above[1:] if (level := _level(law, collection, id)).measures or level.cores),
        tuple(link_shown(one, law, collection).into(around) for one in links if one.from_ not in above and around & set(map(str, one.to))),
        tuple(link_shown(one, law, collection) for one in links if one.from_ == place),
        tuple(entry for entry in collection.place_entries if entry.id in below and entry.id != place),
    )


def _rows(law: Law, collection: Collection, place: str) -> list[DocumentRow]:
    """The documents of a place's packs, by title, the newest of each first."""
    packs = {pack.id for pack in law.library.packs if pack.record.place == place}
    found = [document for document in law.library.documents if document.pack in packs]
    held = collection.held
    return [
        DocumentRow(one, STANDINGS[standing_on(one, law.law_on)], tuple(held.get(one.name, ())))
        for one in sorted(found, key=lambda one: (one.policy, -one.record.first_day.toordinal()))
    ]


def _cores(rows: list[DocumentRow]) -> tuple[DocumentRow, ...]:
    return tuple(row for row in rows if isinstance(row.document.record, CoreRecord))


def _level(law: Law, collection: Collection, place: str) -> Level:
    entry = next((one for one in collection.place_entries if one.id == place), None)
    label = of_words(law.rules.places.by_id[place].label)
    return Level(place, label, _cores(_rows(law, collection, place)), 0 if entry is None else entry.own)
