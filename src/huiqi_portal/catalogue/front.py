"""What the first page shows: ways in, the figures of the catalogue, and what closes soon."""

from __future__ import annotations

from dataclasses import dataclass

from huiqi.vocabulary.speech import Both
from huiqi_portal.catalogue.card import Card, topic_words
from huiqi_portal.catalogue.collection import Collection, PlaceEntry
from huiqi_portal.texts.shelf import Law

MOST_CLOSING = 6


@dataclass(frozen=True)
class Front:
    """The first page's content."""

    measures: int
    documents: int
    places: int
    cases: int
    topics: tuple[tuple[str, Both, int], ...]
    entries: tuple[PlaceEntry, ...]
    closing: tuple[Card, ...]


def front_of(law: Law, collection: Collection) -> Front:
    """The first page's content on the law's day."""
    counts = {topic: (numbers & collection.live).bit_count() for topic, numbers in collection.by_topic.items() if topic != "none"}
    topics = sorted((topic for topic in counts if counts[topic]), key=lambda topic: (-counts[topic], topic))
    closing = sorted(collection.chosen(collection.by_standing.get("soon", 0)), key=lambda card: (str(card.last_day), card.number))
    entries = tuple(entry for entry in collection.place_entries if entry.own)
    return Front(
        collection.live.bit_count(),
        sum(document.in_force(law.law_on) != "no" for document in law.library.documents),
        len(entries),
        sum(len(pack.cases) for pack in law.library.packs),
        tuple((topic, topic_words(topic), counts[topic]) for topic in topics),
        entries,
        tuple(closing[:MOST_CLOSING]),
    )
