"""All measures of a law, ready to be searched and counted: made once per law and kept as long as that is."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from threading import Lock
from weakref import WeakKeyDictionary

from django.utils.safestring import SafeString

from huiqi.vocabulary.place import OUTSIDE, Place, Places
from huiqi.vocabulary.speech import Both, of_words
from huiqi_portal.catalogue.card import Card, cards_of
from huiqi_portal.catalogue.search import Index, index_of
from huiqi_portal.texts.shelf import Law

#: Measures as bits of a number: which of them are meant. To count those that two sets share is one step.
Set = int


@dataclass(frozen=True)
class PlaceEntry:
    """A place that measures are given in or reach, with how deep in the tree of places it stands."""

    id: str
    label: Both
    depth: int
    linked: bool  # other zones' measures reach it
    own: int  # how many measures the place itself gives


@dataclass(frozen=True, eq=False)
class Collection:
    """The cards of a law with everything to find them by."""

    cards: tuple[Card, ...]
    places: Places
    index: Index
    by_name: Mapping[str, Card]
    all: Set
    by_topic: Mapping[str, Set]
    by_kind: Mapping[str, Set]
    by_standing: Mapping[str, Set]
    enterprises: Set
    reaching: dict[str, Set] = field(default_factory=dict)
    rendered: dict[tuple[str, str, str], SafeString] = field(default_factory=dict)  # parts of pages: what, about what, language
    listed: dict[Hashable, SafeString] = field(default_factory=dict)  # whole lists by what is asked and language

    def at(self, place: str) -> Set:
        """What applies in a place or in part of it."""
        if place not in self.reaching:
            inside = self.places.below(place)
            self.reaching[place] = set_of(card.number for card in self.cards if card.reaches(inside))
        return self.reaching[place]

    @cached_property
    def live(self) -> Set:
        """What has not ended."""
        return self.all & ~self.by_standing.get("over", 0)

    def chosen(self, numbers: Set) -> list[Card]:
        return [card for card in self.cards if numbers >> card.number & 1]

    @cached_property
    def held(self) -> dict[str, list[Card]]:
        """The cards by the full name of the document in which they stand, each in the order of its text."""
        found: dict[str, list[Card]] = {}
        for card in self.cards:
            found.setdefault(card.document.name, []).append(card)
        return found

    @cached_property
    def place_entries(self) -> tuple[PlaceEntry, ...]:
        """The places with measures of their own or linked to others', each after what it lies in."""
        own: dict[str, int] = {}
        for card in self.cards:
            own[card.place] = own.get(card.place, 0) + (card.standing != "over")
        linked = {place for card in self.cards if card.standing != "over" for place in (card.where or ()) if self._is_linked(card, place)}
        named = [id for id in self.places.by_id if id in own or id in linked]
        above = {id for place in named for id in self.places.above(place)}
        return tuple(
            PlaceEntry(id, of_words(self.places.by_id[id].label), len(self.places.above(id)) - 1, id in linked, own.get(id, 0))
            for id in self._in_tree(above)
        )

    def _is_linked(self, card: Card, place: str) -> bool:
        return not place.endswith(OUTSIDE) and card.place not in self.places.above(place) and place not in self.places.below(card.place)

    def _in_tree(self, ids: set[str]) -> Iterable[str]:
        """Places in the order of the tree, those that stand first in places.yaml first."""
        children: dict[str | None, list[str]] = {}
        for id, place in self.places.by_id.items():
            if id in ids:
                children.setdefault(_parent(place), []).append(id)

        def walk(id: str) -> Iterable[str]:
            yield id
            for child in children.get(id, ()):
                yield from walk(child)

        for root in children.get(None, ()):
            yield from walk(root)


def _parent(place: Place) -> str | None:
    return None if place.parent is None else str(place.parent)


def set_of(numbers: Iterable[int]) -> Set:
    """Numbers as bits."""
    found = 0
    for number in numbers:
        found |= 1 << number
    return found


_kept: WeakKeyDictionary[Law, Collection] = WeakKeyDictionary()
_making = Lock()


def collection_of(law: Law) -> Collection:
    """The collection of a law, made when it is first asked for."""
    with _making:
        if law not in _kept:
            _kept[law] = _collected(law)
        return _kept[law]


def _collected(law: Law) -> Collection:
    cards = cards_of(law)

    def by(value: Callable[[Card], Iterable[str]]) -> dict[str, Set]:
        found: dict[str, Set] = {}
        for card in cards:
            for one in value(card):
                found[one] = found.get(one, 0) | 1 << card.number
        return found

    return Collection(
        cards,
        law.rules.places,
        index_of(card.texts() for card in cards),
        {card.name: card for card in cards},
        set_of(range(len(cards))),
        by(lambda card: card.topics),
        by(lambda card: (card.kind,)),
        by(lambda card: (card.standing, *(["soon"] if card.soon else []))),
        set_of(card.number for card in cards if card.measure.subject == "enterprise"),
    )
