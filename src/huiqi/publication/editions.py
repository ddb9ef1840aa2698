"""Find texts by their names: a pack with all its documents, or one edition of one document, each with the rules of a day on which it holds."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from huiqi.rules.compile import Rules
from huiqi.rules.context import Document
from huiqi.rules.library import Library, packs_folder, read_library
from huiqi.rules.register import policy_name
from huiqi.vocabulary.problem import NOWHERE, FaultyInput, Problem, did_you_mean, errors


@dataclass(frozen=True)
class Edition:
    """One text with the rules of a day on which it holds."""

    document: Document
    rules: Rules

    @property
    def name(self) -> str:
        return policy_name(self.document)


def holding_day(document: Document, law_on: datetime.date | None = None) -> datetime.date:
    """A day on which a text holds: the one asked for, else its first where that is still to come, else its last."""
    record = document.record
    if law_on is None or law_on < record.first_day:
        return record.first_day
    return law_on if document.in_force(law_on) != "no" or record.last_day is None else record.last_day


def edition(document: Document, library: Library, law_on: datetime.date | None = None) -> Edition:
    """A text as it holds on a day; raises FaultyInput where the library is faulty."""
    return Edition(document, library.rules_of([document], holding_day(document, law_on)))


@dataclass
class Shelf:
    """Finds texts by their names, in the packs that come with huiqi or in a folder of one's own; each pack is read once."""

    _libraries: dict[str, Library] = field(default_factory=dict, repr=False)

    def find(self, name: str, like: str = "") -> list[Edition]:
        """The texts that a name means: `<pack>` or its path, `<pack>/<policy>-<edition>`, `<policy>-<edition>` where it is unique, or the edition
        alone of the policy of `like`.

        Raises FaultyInput for a name that means nothing or too much.
        """
        if _is_pack(name):
            library = self._library(name)
            return [edition(document, library) for document in library.packs[0].documents]
        pack, slash, text = name.rpartition("/")
        if slash and _is_pack(pack):
            library = self._library(pack)
            return [edition(_one(text, name, library.packs[0].documents, like), library)]
        packs = [] if slash else _packs_with(text, like)
        documents = [document for pack in packs for document in self._library(pack).packs[0].documents]
        found = _one(text, name, documents, like)
        return [edition(found, self._library(found.pack))]

    def _library(self, name: str) -> Library:
        if name not in self._libraries:
            library, problems = read_library([name])
            if library is None or errors(problems):
                raise FaultyInput(problems)
            self._libraries[name] = library
        return self._libraries[name]


def _is_pack(name: str) -> bool:
    return bool(name) and any((folder / "pack.yaml").is_file() for folder in (Path(name), packs_folder() / name))


def _packs_with(text: str, like: str) -> list[str]:
    """The packs that come with huiqi, those first whose files are called like the text: only they are read where there are any."""
    wanted = {f"{text}.yaml", f"{_policy(like)}-{text}.yaml"}
    packs = sorted(path.parent for path in packs_folder().glob("*/pack.yaml"))
    named = [pack.name for pack in packs if any((pack / "special" / file).is_file() for file in wanted)]
    return named or [pack.name for pack in packs]


def _policy(name: str) -> str:
    return name.rpartition("/")[2].rpartition("-")[0]


def _one(text: str, name: str, documents: Sequence[Document], like: str) -> Document:
    """The one document that is called so."""
    found = [document for document in documents if policy_name(document) == text]
    found = found or [document for document in documents if like and policy_name(document) == f"{_policy(like)}-{text}"]
    if len(found) == 1:
        return found[0]
    if found:
        hint = f"write one of {', '.join(f'{document.pack}/{policy_name(document)}' for document in found)}"
        raise FaultyInput([Problem("edition.ambiguous", f"{name} is the name of several texts", NOWHERE, hint)])
    known = sorted({policy_name(document) for document in documents} | {document.pack for document in documents})
    hint = did_you_mean(text, known) or "write <policy>-<edition>, <pack>/<policy>-<edition>, or a pack"
    raise FaultyInput([Problem("edition.unknown", f"{name} is no text and no pack", NOWHERE, hint)])
