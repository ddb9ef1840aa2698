"""The editions of a document, and what each changes against the one before."""

from __future__ import annotations

from dataclasses import dataclass
from threading import Lock
from weakref import WeakKeyDictionary

import huiqi
from huiqi.publication.differences import Difference
from huiqi.publication.say_differences import EFFECT_WORDS, sentence
from huiqi.publication.shown import STANDINGS, standing_on
from huiqi.rules.context import Document
from huiqi.vocabulary.speech import Both, of_words
from huiqi_portal.texts.shelf import Law


@dataclass(frozen=True)
class Change:
    """One difference in words; `owner` is the measure or definition in which it stands."""

    said: Both
    owner: Both
    effect: str
    effect_said: Both | None
    clause: str


@dataclass(frozen=True)
class EditionShown:
    """One edition with what it changes against the one before; `further` counts changes that are not shown."""

    document: Document
    standing: Both
    here: bool  # the one that the page is about
    before: Document | None
    changes: tuple[Change, ...]
    further: int = 0
    new: bool = False  # the document had earlier editions, in which the measure did not stand


_compared: WeakKeyDictionary[Law, dict[tuple[str, str], tuple[Difference, ...]]] = WeakKeyDictionary()
_comparing = Lock()


def editions_of(law: Law, document: Document, key: str | None = None) -> tuple[EditionShown, ...]:
    """The editions of a document, the newest first; with the key of a measure only what they change in it, and only editions that have it."""
    chain = sorted(
        (one for one in law.library.documents if (one.pack, one.policy) == (document.pack, document.policy)), key=lambda one: one.record.first_day
    )
    earliest = chain[0]
    if key is not None:
        titles = {title for one in chain for name, record in one.measures.items() if name == key for title in of_words(record.title)}
        chain = [one for one in chain if any(titles & set(of_words(record.title)) or name == key for name, record in one.measures.items())]
    shown = []
    for number, one in enumerate(chain):
        before = chain[number - 1] if number else None
        found = () if before is None else _differences(law, before, one)
        own = found if key is None else tuple(difference for difference in found if _about(difference, titles))
        standing = STANDINGS[standing_on(one, law.law_on)]
        shown.append(
            EditionShown(
                one, standing, one is document, before, tuple(map(_change, own)), len(found) - len(own), before is None and one is not earliest
            )
        )
    return tuple(reversed(shown))


def _differences(law: Law, before: Document, after: Document) -> tuple[Difference, ...]:
    """What changes between two editions, found once per law."""
    with _comparing:
        kept = _compared.setdefault(law, {})
        if (before.name, after.name) not in kept:
            kept[before.name, after.name] = huiqi.compare(huiqi.edition(before, law.library), huiqi.edition(after, law.library)).differences
        return kept[before.name, after.name]


def _about(difference: Difference, titles: set[str]) -> bool:
    """It is about a measure of one of these titles."""
    whole = difference.part == "measure" and not difference.owner.en
    return bool(titles & set(difference.owner)) or (whole and bool(titles & set(difference.what)))


def _change(difference: Difference) -> Change:
    effect = EFFECT_WORDS.get(difference.effect)
    return Change(sentence(difference), difference.owner, difference.effect, effect, difference.clause)
