"""What the page of a policy document shows: its facts, what it defines, and its editions."""

from __future__ import annotations

from dataclasses import dataclass
from threading import Lock
from weakref import WeakKeyDictionary

from huiqi.publication.names import ROLE_WORDS
from huiqi.publication.shown import STANDINGS, CoreShown, DocumentShown, MeasureShown, Shower
from huiqi.rules.context import Document
from huiqi.rules.records import CoreRecord, PolicyRecord
from huiqi.vocabulary.speech import Both, of_words
from huiqi_portal.catalogue.editions import EditionShown, editions_of
from huiqi_portal.texts.shelf import Law


@dataclass(frozen=True)
class DocumentPage:
    """The page of one edition of a document, or of a core policy."""

    document: Document
    shown: DocumentShown
    core: CoreShown | None
    place: tuple[str, Both]
    role: Both
    editions: tuple[EditionShown, ...]
    replaces: Document | None

    @property
    def over(self) -> bool:
        return self.shown.standing == "ended"

    @property
    def measures(self) -> tuple[tuple[str, MeasureShown], ...]:
        """The measures as this edition has them, by their full names."""
        names = [f"{self.document.pack}/{self.document.policy}/{key}" for key in self.document.measures]
        return tuple(zip(names, self.shown.measures, strict=True))

    @property
    def title(self) -> Both:
        return of_words(self.document.record.title)

    @property
    def standing_said(self) -> Both:
        return STANDINGS[self.shown.standing]


_pages: WeakKeyDictionary[Law, dict[str, DocumentPage]] = WeakKeyDictionary()
_making = Lock()


def document_page_of(law: Law, document: Document) -> DocumentPage:
    """The page of a document, made when it is first asked for and kept as long as the law."""
    with _making:
        kept = _pages.setdefault(law, {})
        if document.name not in kept:
            kept[document.name] = _made(law, document)
        return kept[document.name]


def _made(law: Law, document: Document) -> DocumentPage:
    pack = next(pack for pack in law.library.packs if pack.id == document.pack)
    shower, record = Shower(law.library, pack, law.law_on), document.record
    place = str(pack.record.place)
    replaced = f"{document.pack}/{record.replaces}" if isinstance(record, PolicyRecord) and record.replaces else None
    return DocumentPage(
        document,
        shower.document(document),
        shower.core(document) if isinstance(record, CoreRecord) else None,
        (place, of_words(law.rules.places.by_id[place].label)),
        ROLE_WORDS["core" if isinstance(record, CoreRecord) else "special"],
        editions_of(law, document),
        next((one for one in law.library.documents if one.name == replaced), None),
    )
