"""Packs as read and rules as compiled, kept on disk, so that the next process need not read the same texts again.

An entry says from which texts it was made: a hash over every byte that was read, over the code that read it, and the versions that decide how it
is kept. Only an entry with the hash of the texts as they are now is used. What is broken, stale or not one's own is made again; nothing here is
ever fatal. Entries are pickles, which can run code when they are read: so the folder has to be the user's own and closed to others, a file the
user's own and writable by nobody else, and of what an entry may name only the classes of records and trees are let in.
"""

from __future__ import annotations

import contextlib
import copyreg
import datetime
import hashlib
import io
import json
import os
import pickle
import stat
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import pydantic

from huiqi.facts.schema import CodeList, Fact
from huiqi.rules.compile import Measure, Rules, kept_rules
from huiqi.rules.context import Document
from huiqi.rules.pack import Common, PackText, texts_of
from huiqi.rules.records import MeasureRecord
from huiqi.rules.scorecards import Scorecard
from huiqi.vocabulary.problem import Problem
from huiqi.vocabulary.version import VERSION

MOST = 24  #: entries kept; the one not used for the longest time goes first
SETTLED = 0.1  #: seconds before reading in which no text may have changed; the clocks of file systems tick slowly
_UNFINISHED = 3_600.0  # seconds after which a file that was never finished is taken away
_FORM = 1  # of an entry: one more when what is kept, or how, changes otherwise than by code below
_CODE = ("vocabulary", "facts", "rules")  # the folders of huiqi whose code makes what is kept


def cache_folder() -> Path | None:
    """Where entries are: HUIQI_CACHE, which may be `off`, or huiqi/ in the user's folder for such things; None for nowhere."""
    said = os.environ.get("HUIQI_CACHE", "")
    if said == "off" or not hasattr(os, "geteuid"):  # without owners nobody can say whose a file is
        return None
    if said:
        return Path(said)
    above = Path(os.environ.get("XDG_CACHE_HOME", ""))
    if above.is_absolute():
        return above / "huiqi"
    with contextlib.suppress(RuntimeError):
        return Path.home() / ".cache" / "huiqi"
    return None


@dataclass(frozen=True)
class Kept:
    """What a library holds: what all packs share, the packs, and problems that are no faults."""

    common: Common
    packs: tuple[PackText, ...]
    problems: tuple[Problem, ...]


class Compiled(NamedTuple):
    """What of rules is kept: all else follows from the library."""

    measures: tuple[Measure, ...]
    scorecards: tuple[Scorecard, ...]
    problems: tuple[Problem, ...]


@dataclass(frozen=True)
class Entry:
    """The place of one library: a cache folder, and the packs that are asked for; `content` is the hash of their texts, once that is known."""

    folder: Path
    root: Path
    names: tuple[str, ...]
    content: str = ""

    @property
    def name(self) -> str:
        return _hash(os.fsencode(self.root), *map(os.fsencode, self.names))[:32]

    def load(self) -> tuple[Entry, Kept] | None:
        """The library, if it was kept and its texts are what they were."""
        found = _read(self.folder / f"{self.name}.texts")
        if found is None or found.content != _content(self.root, self.names, found.packs):
            return None
        kept = _unpickled(found.kept, ())
        return (replace(self, content=found.content), kept) if isinstance(kept, Kept) else None

    def save(self, kept: Kept, began: float) -> Entry | None:
        """Keep a library that was read from that time on; None where a text has changed since, or the library cannot be kept."""
        packs = [pack.folder.name for pack in kept.packs]
        content = _content(self.root, self.names, packs)
        changed = _changed(self.root, packs)
        if content is None or changed is None or changed > began - SETTLED or (pickled := _pickled(kept, ())) is None:
            return None
        return replace(self, content=content) if _write(self.folder, f"{self.name}.texts", _File(content, packs, pickled)) else None

    def load_rules(self, day: datetime.date, kept: Kept) -> Rules | None:
        """The rules of a day, on the records and facts of the library."""
        found = _read(self.folder / f"{self.name}.{day}.rules")
        if found is None or found.content != self.content:
            return None
        parts = _unpickled(found.kept, _shared(kept))
        return kept_rules(kept.packs, kept.common, day, *parts) if isinstance(parts, Compiled) else None

    def save_rules(self, day: datetime.date, rules: Rules, kept: Kept) -> None:
        """Keep the rules of a day."""
        pickled = _pickled(Compiled(rules.measures, rules.scorecards, rules.problems), _shared(kept))
        if pickled is not None:
            _write(self.folder, f"{self.name}.{day}.rules", _File(self.content, [], pickled))


# ---------------------------------------------------------------- what an entry was made from


def _content(root: Path, names: Iterable[str], packs: Iterable[str]) -> str | None:
    """A hash over all that packs are read from, and over the code that reads them; None where something cannot be read."""
    try:
        there = sorted(path.parent.name for path in root.glob("*/pack.yaml"))
        digest = hashlib.sha256(json.dumps([_code(), str(root), list(names), list(packs), there]).encode())
        common = [path for name in ("places.yaml", "divisions.csv", "links.yaml") if (path := root / name).exists()]
        for path in [*common, *texts_of(root / "facts"), *(path for pack in packs for path in texts_of(root / pack))]:
            text = path.read_bytes()
            digest.update(os.fsencode(path.relative_to(root)) + f"\0{len(text)}\0".encode() + text)
    except OSError:
        return None
    return digest.hexdigest()


def _changed(root: Path, packs: Iterable[str]) -> float | None:
    """When the last of the texts and their folders was changed, by the clock of the file system; None where that cannot be said."""
    folders = [root / "facts", *(root / pack for pack in packs)]
    try:
        paths = [root, *root.glob("*.*"), *folders, *(path for folder in folders for path in folder.rglob("*"))]
        return max(path.stat().st_ctime for path in paths)
    except OSError:
        return None


@cache
def _code() -> str:
    """The code that makes what is kept, and the versions that decide how."""
    here = Path(__file__).resolve().parents[1]
    texts = [path.read_bytes() for folder in _CODE for path in sorted((here / folder).rglob("*.py"))]
    texts.append((here / "rules" / "grammar.lark").read_bytes())
    return _hash(f"{_FORM} {VERSION} {sys.version_info[:2]} {pydantic.VERSION}".encode(), *texts)


def _hash(*parts: bytes) -> str:
    digest = hashlib.sha256()
    for part in parts:
        digest.update(f"{len(part)}\0".encode() + part)
    return digest.hexdigest()


# ---------------------------------------------------------------- files

_MARK = b"huiqi cache\n"


class _File(NamedTuple):
    """An entry as it lies on disk."""

    content: str
    packs: list[str]
    kept: bytes


def _read(path: Path) -> _File | None:
    """An entry; None unless its file is whole and the user's own."""
    try:
        if not _private(path.parent):
            return None
        file = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
        with open(file, "rb") as opened:
            found = os.fstat(file)
            if not stat.S_ISREG(found.st_mode) or found.st_uid != os.geteuid() or found.st_mode & 0o022:
                return None
            if opened.read(len(_MARK)) != _MARK:
                return None
            whole, rest = opened.readline().decode().strip(), opened.read()
        if hashlib.sha256(rest).hexdigest() != whole:
            return None
        with contextlib.suppress(OSError):
            os.utime(path)  # it was used
        head, _, kept = rest.partition(b"\n")
        content, packs = json.loads(head)
        return _File(content, packs, kept)
    except (OSError, ValueError, TypeError):
        return None


def _write(folder: Path, name: str, entry: _File) -> bool:
    """A file that is there whole or not at all, whoever writes at the same time."""
    rest = json.dumps([entry.content, entry.packs]).encode() + b"\n" + entry.kept
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not _private(folder):
            return False
        unfinished = folder / f"{os.getpid()}-{time.monotonic_ns()}.unfinished"
        file = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            with open(file, "wb") as opened:
                opened.write(_MARK + hashlib.sha256(rest).hexdigest().encode() + b"\n" + rest)
            os.replace(unfinished, folder / name)
        except BaseException:
            os.unlink(unfinished)
            raise
        _prune(folder)
    except OSError:
        return False
    return True


def _private(folder: Path) -> bool:
    """The folder is the user's own, and nobody else can write there."""
    found = os.stat(folder)
    return stat.S_ISDIR(found.st_mode) and found.st_uid == os.geteuid() and not found.st_mode & 0o022


def _prune(folder: Path) -> None:
    """Take away what was not used for the longest time, and what somebody left unfinished."""
    found: list[tuple[float, str]] = []
    for file in os.scandir(folder):
        with contextlib.suppress(OSError):
            if file.name.endswith((".texts", ".rules", ".unfinished")):
                found.append((file.stat(follow_symlinks=False).st_mtime, file.path))
    entries = sorted((entry for entry in found if not entry[1].endswith(".unfinished")), reverse=True)
    left = [entry for entry in found if entry[1].endswith(".unfinished") and entry[0] < time.time() - _UNFINISHED]
    for _, path in entries[MOST:] + left:
        with contextlib.suppress(OSError):
            os.unlink(path)


# ---------------------------------------------------------------- pickles


def _shared(kept: Kept) -> tuple[Any, ...]:
    """What rules have in common with the texts that they were made from, always in one order: it is kept once."""
    documents = [document for pack in kept.packs for document in pack.documents]
    facts = [fact for schema in kept.common.schemas.values() for fact in schema.facts.values()]
    facts += [fact for pack in kept.packs for some in pack.facts.values() for fact in some]
    lists = [*kept.common.codes.values(), *(codes for pack in kept.packs for codes in pack.codes.values())]
    return *documents, *(record for document in documents for record in document.measures.values()), *facts, *lists


def _part(number: int) -> Any:
    """Stands in an entry for a part that both have; the reader of the entry puts its own in its place."""
    raise TypeError(number)


def _pickled(what: Any, shared: Sequence[Any]) -> bytes | None:
    """The bytes; None for what cannot be kept, as trees too deep for the stack."""
    numbers = {id(part): number for number, part in enumerate(shared)}

    def reduced(part: Any) -> Any:
        number = numbers.get(id(part))
        return part.__reduce_ex__(pickle.HIGHEST_PROTOCOL) if number is None else (_part, (number,))

    into = io.BytesIO()
    pickler = pickle.Pickler(into, pickle.HIGHEST_PROTOCOL)
    pickler.dispatch_table = copyreg.dispatch_table | dict.fromkeys((Document, MeasureRecord, Fact, CodeList), reduced)
    try:
        pickler.dump(what)
    except (pickle.PicklingError, RecursionError, TypeError):
        return None
    return into.getvalue()


def _unpickled(kept: bytes, shared: Sequence[Any]) -> Any:
    """What was kept, or None for what this version cannot read."""
    try:
        return _Reader(kept, shared).load()
    except Exception:  # whatever a wrong pickle does
        return None


_ALLOWED = {("fractions", "Fraction"), ("datetime", "date"), ("builtins", "set"), ("builtins", "frozenset"), ("pathlib", type(Path()).__name__)}


class _Reader(pickle.Unpickler):
    """Lets in classes of huiqi and the few others that records and trees are made of."""

    def __init__(self, kept: bytes, shared: Sequence[Any]):
        super().__init__(io.BytesIO(kept))
        self.part: Callable[[int], Any] = shared.__getitem__

    def find_class(self, module: str, name: str) -> Any:
        if (module, name) == (__name__, _part.__name__):
            return self.part
        if (module, name) in _ALLOWED:
            return super().find_class(module, name)
        found = super().find_class(module, name) if module.startswith("huiqi.") and "." not in name else None
        if not isinstance(found, type):
            raise pickle.UnpicklingError(f"{module}.{name} is nothing that is kept")
        return found
