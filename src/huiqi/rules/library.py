"""A folder of packs: read one or several with all that they inherit, and compile them for a day."""

from __future__ import annotations

import bisect
import contextlib
import datetime
import gc
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path

from huiqi.facts.schema import Schema, slug
from huiqi.rules.cache import Entry, Kept, cache_folder
from huiqi.rules.compile import Rules, compile_rules
from huiqi.rules.context import Document
from huiqi.rules.pack import Common, PackText, read_common, read_pack
from huiqi.vocabulary.problem import FaultyInput, Problem, did_you_mean, errors, in_order

_for_good = False  # what the process held has been laid aside for good


@contextlib.contextmanager
def without_collecting(*, for_good: bool = False) -> Iterator[None]:
    """Reading texts makes a great many objects and no garbage; the collector would go through all of them again and again.

    What was made counts as old then, so that the next look at what is young is not a look at all of it. With `for_good` it will never be looked
    at, nor anything else that is there by then: for a process that does one thing.
    """
    global _for_good  # to ask the collector would take as long as it has objects
    collecting = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collecting:
            if not _for_good:
                gc.freeze()
                if not for_good:
                    gc.unfreeze()  # into the oldest generation
                _for_good = for_good
            gc.enable()


@dataclass(frozen=True)
class Library:
    """Packs as read, nearest first, with every problem of reading them."""

    common: Common
    packs: tuple[PackText, ...]
    problems: tuple[Problem, ...]
    _compiled: dict[datetime.date, Rules] = field(default_factory=dict, repr=False)
    _schemas: dict[str, Schema] = field(default_factory=dict, repr=False)
    _entry: Entry | None = field(default=None, repr=False, compare=False)  # where it is kept

    def rules(self, law_on: datetime.date) -> Rules:
        """The rules in force on a day, compiled once; raises FaultyInput with all problems where a text is faulty."""
        if faults := errors(self.problems):
            raise FaultyInput(in_order(faults))
        day = self.unchanged_since(law_on)
        if day not in self._compiled:
            self._compiled[day] = self._kept_rules(day, self._entry) if self._entry is not None else self._compile(day)
        return self._compiled[day] if day == law_on else replace(self._compiled[day], law_on=law_on)

    def rules_of(self, documents: Iterable[Document], law_on: datetime.date) -> Rules:
        """The rules of some documents in force on a day, with all that they rest on; raises FaultyInput like `rules`."""
        return self._compile(law_on, list(documents))

    def _kept_rules(self, day: datetime.date, entry: Entry) -> Rules:
        kept = Kept(self.common, self.packs, self.problems)
        with without_collecting():
            found = entry.load_rules(day, kept)
            if found is None:
                found = self._compile(day)
                entry.save_rules(day, found, kept)
        return found

    def _compile(self, day: datetime.date, only: list[Document] | None = None) -> Rules:
        try:
            with without_collecting():
                rules = compile_rules(self.packs, self.common, day, only)
        except RecursionError:
            raise FaultyInput(
                [Problem("rules.too-deep", "the measures rest on each other too deeply", hint="let fewer recognitions rest on others")]
            ) from None
        if faults := errors(rules.problems):
            raise FaultyInput(in_order(faults))
        return rules

    def unchanged_since(self, day: datetime.date) -> datetime.date:
        """The first day from which the law has been what it is on a day."""
        at = bisect.bisect_right(self.turns, day)
        return self.turns[at - 1] if at else day

    @cached_property
    def turns(self) -> list[datetime.date]:
        """The days on which the law changes: a text, a link or a figure of a parameter begins, or a text or link ended on the day before."""
        begin = {day for document in self.documents for day in document.turns} | {link.first_day for link in self.common.links}
        last = [document.record.last_day for document in self.documents] + [link.last_day for link in self.common.links]
        return sorted(begin | {day + datetime.timedelta(days=1) for day in last if day is not None and day < datetime.date.max})

    def schema(self, subject: str = "enterprise") -> Schema:
        """The facts of a subject: the shared ones and those of the packs; KeyError where there is no such subject."""
        if subject not in self._schemas:
            further = (fact for pack in self.packs for fact in pack.facts.get(subject, ()))
            self._schemas[subject] = self.common.schemas[subject].extended(further)
        return self._schemas[subject]

    @property
    def documents(self) -> tuple[Document, ...]:
        return tuple(document for pack in self.packs for document in pack.documents)


def packs_folder() -> Path:
    """The packs that come with huiqi: beside the library where it is installed, in the project's own tree otherwise."""
    here = Path(__file__).resolve().parents[1]
    shipped = here / "packs"
    return shipped if shipped.is_dir() else here.parents[1] / "packs"


@without_collecting()
def read_library(
    names: Sequence[str | Path], folder: Path | None = None, *, rules_only: bool = False, cached: bool = False
) -> tuple[Library | None, list[Problem]]:
    """The named packs and all that they inherit.

    A name is a pack of `folder` (default: those that come with huiqi), or the path of a pack in a packs folder of one's own. With `rules_only`
    what no rule reads is left out: worked cases, registers of documents and indicators. With `cached` that and the rules of a day are taken from
    the user's cache folder where these very texts were read before, and kept there where not; what is faulty is never kept.
    """
    paths = [_path(name, folder or packs_folder()) for name in names]
    root = paths[0].parent if paths else folder or packs_folder()
    if not cached or (cache := cache_folder()) is None:
        return _read(paths, root, rules_only)
    entry, began = Entry(cache, root, tuple(path.name for path in paths)), time.time()
    if (found := entry.load()) is not None:
        entry, kept = found
        return Library(kept.common, kept.packs, kept.problems, _entry=entry), list(kept.problems)
    library, problems = _read(paths, root, True)
    if library is None or errors(problems):
        return library, problems
    return replace(library, _entry=entry.save(Kept(library.common, library.packs, library.problems), began)), problems


def _read(paths: Sequence[Path], root: Path, rules_only: bool) -> tuple[Library | None, list[Problem]]:
    """The packs of these folders and all that they inherit, from their texts."""
    common, problems = read_common(root)
    if common is None:
        return None, problems
    packs: list[PackText] = []
    known = {path.parent.name for path in root.glob("*/pack.yaml")}
    waiting, seen = [path.name for path in paths], set[str]()
    while waiting:
        name = waiting.pop(0)
        if name in seen:
            continue
        seen.add(name)
        pack, faults = read_pack(root / name, common, rules_only=rules_only)
        problems += faults
        if pack is not None:
            packs.append(pack)
            waiting += [str(parent) for parent in pack.record.inherits if parent in known]
            problems += [
                Problem(
                    "pack.not-found",
                    f"there is no pack {parent}",
                    parent.where,
                    did_you_mean(parent, known) or f"packs here: {', '.join(sorted(known))}",
                )
                for parent in pack.record.inherits
                if parent not in known
            ]
    problems += _circles(packs)
    problems += _same_facts(packs)
    return Library(common, tuple(packs), tuple(in_order(problems))), in_order(problems)


def _path(name: str | Path, folder: Path) -> Path:
    path = Path(name)
    return path.resolve() if path.exists() and (path / "pack.yaml").exists() else folder / path.name


def _circles(packs: Iterable[PackText]) -> list[Problem]:
    """Packs that inherit from each other: each circle once."""
    parents = {pack.id: {str(parent): parent for parent in pack.record.inherits} for pack in packs}
    problems = []
    told: set[str] = set()
    for start in parents:
        waiting = [[start]]
        seen: set[str] = set()
        while waiting and start not in told:
            chain = waiting.pop()
            for parent, text in parents.get(chain[-1], {}).items():
                if parent == start:
                    said = " > ".join([*chain, start])
                    problems.append(
                        Problem("pack.circle", f"packs inherit from each other: {said}", text.where, "a pack inherits from what is above it")
                    )
                    told |= set(chain)
                elif parent not in seen:
                    seen.add(parent)
                    waiting.append([*chain, parent])
    return problems


def _same_facts(packs: Iterable[PackText]) -> list[Problem]:
    """Facts of different packs that share a name: read together, one would hide the other."""
    problems = []
    owners: dict[tuple[str, str], tuple[str, str]] = {}
    for pack in reversed(list(packs)):  # what is inherited comes last
        for subject, facts in pack.facts.items():
            for fact in facts:
                names = dict.fromkeys((fact.id, str(fact.label.zh), slug(fact.label.en)))
                if shared := next((name for name in names if owners.get((subject, name), (pack.id, ""))[0] != pack.id), None):
                    owner, id = owners[subject, shared]
                    hint = f"use that of {owner}, or another name"
                    problems.append(Problem("facts.same-name", f"{fact.id} shares the name {shared} with {id} of the pack {owner}", fact.where, hint))
                for name in names:
                    owners.setdefault((subject, name), (pack.id, fact.id))
    return problems
