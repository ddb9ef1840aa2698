"""Links between places, in words: where the measures of one zone also apply."""

from __future__ import annotations

import datetime
from dataclasses import dataclass, replace

from huiqi.rules.records import LinkRecord, Source
from huiqi.vocabulary.record import Words
from huiqi.vocabulary.speech import Both, of_words
from huiqi_portal.catalogue.card import Card
from huiqi_portal.catalogue.collection import Collection
from huiqi_portal.texts.shelf import Law


@dataclass(frozen=True)
class LinkShown:
    """A link with the places that it joins and the measures that it extends."""

    label: Both
    document: str
    clause: str
    giver: tuple[str, Both]
    targets: tuple[tuple[str, Both], ...]
    cards: tuple[Card, ...]
    first_day: datetime.date
    last_day: datetime.date | None
    source: Source
    note: Words | None
    further: int = 0  # places that it reaches besides

    def into(self, around: frozenset[str]) -> LinkShown:
        """The same, naming only the places among these that it reaches."""
        here = tuple(target for target in self.targets if target[0] in around)
        return replace(self, targets=here, further=len(self.targets) - len(here))


def links_in_force(law: Law) -> list[LinkRecord]:
    """The links that hold on the law's day."""
    day = law.law_on
    return [link for link in law.library.common.links if link.first_day <= day <= (link.last_day or datetime.date.max)]


def link_shown(link: LinkRecord, law: Law, collection: Collection) -> LinkShown:
    """A link in words."""
    by_id = law.rules.places.by_id
    names = tuple(map(str, link.measures))
    extended = [
        card
        for card in collection.chosen(collection.live)
        if card.place == link.from_ and (not names or any(card.name == name or card.name.startswith(f"{name}/") for name in names))
    ]
    targets = tuple((str(id), of_words(by_id[str(id)].label)) for id in link.to)
    giver = str(link.from_), of_words(by_id[str(link.from_)].label)
    label, note = of_words(link.label), link.note
    return LinkShown(label, str(link.document), str(link.clause), giver, targets, tuple(extended), link.first_day, link.last_day, link.source, note)
