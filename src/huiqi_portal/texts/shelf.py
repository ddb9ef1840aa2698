"""The law that the portal goes by: the published packs, read once a process and day."""

from __future__ import annotations

import datetime
from collections import OrderedDict
from dataclasses import dataclass
from pathlib import Path
from threading import Lock

from django.conf import settings

import huiqi
from huiqi.rules.compile import Rules
from huiqi.rules.library import Library
from huiqi.vocabulary.problem import errors
from huiqi_portal.site.clock import today
from huiqi_portal.texts.models import Publication

SHIPPED = 0  # the version of the packs that come with huiqi, while nothing is published
KEPT_DAYS = 4  # how many days' laws a process keeps


@dataclass(frozen=True, eq=False)
class Law:
    """The rules of a published version on a day, with what explains them; the same object as long as neither changes."""

    version: int
    library: Library
    rules: Rules
    law_on: datetime.date
    explainer: huiqi.Explainer


_libraries: dict[int, Library] = {}
_laws: OrderedDict[tuple[int, datetime.date], Law] = OrderedDict()
_reading = Lock()


def law(day: datetime.date | None = None) -> Law:
    """The published law on a day; default today. One question to the database, unless a new version has to be read."""
    current = current_publication()
    return law_of(current, day or today())


def current_publication() -> Publication | None:
    """The published version that holds now; nothing while the packs that come with huiqi do."""
    return Publication.objects.defer("report").filter(published_at__isnull=False).order_by("-published_at", "-id").first()


def law_of(publication: Publication | None, day: datetime.date) -> Law:
    """A version's law on a day."""
    version = SHIPPED if publication is None else publication.pk
    with _reading:
        if (version, day) in _laws:
            _laws.move_to_end((version, day))
            return _laws[version, day]
        if version not in _libraries:
            _libraries.clear()
            _libraries[version] = library_of(publication)
        library = _libraries[version]
        rules = library.rules(day)
        _laws[version, day] = Law(version, library, rules, day, huiqi.Explainer(rules, day))
        while len(_laws) > KEPT_DAYS:
            _laws.popitem(last=False)
        return _laws[version, day]


def library_of(publication: Publication | None) -> Library:
    """The packs of a version; those that do not stand were never published, so a fault here is a fault of the data folder."""
    folder = huiqi.packs_folder() if publication is None or not publication.folder else Path(settings.HUIQI_DATA, "texts", publication.folder)
    names = publication.packs if publication is not None and publication.packs else sorted(p.parent.name for p in folder.glob("*/pack.yaml"))
    library, problems = huiqi.read_library(names, folder)
    if library is None or errors(problems):
        raise huiqi.FaultyInput(problems)
    return library
