"""A folder of packs: read one or several with all that they inherit, and compile them for a day."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from huiqi.rules.compile import Rules, compile_rules
from huiqi.rules.context import Document
from huiqi.rules.pack import Common, PackText, read_common, read_pack
from huiqi.vocabulary.problem import FaultyInput, Problem, errors, in_order


@dataclass(frozen=True)
class Library:
    """Packs as read, nearest first, with every problem of reading them."""

    common: Common
    packs: tuple[PackText, ...]
    problems: tuple[Problem, ...]
    _compiled: dict[datetime.date, Rules] = field(default_factory=dict, repr=False)

    def rules(self, law_on: datetime.date) -> Rules:
        """The rules in force on a day, compiled once; raises FaultyInput with all problems where a text is faulty."""
        if faults := errors(self.problems):
            raise FaultyInput(in_order(faults))
        if law_on not in self._compiled:
            rules = compile_rules(self.packs, self.common, law_on)
            if faults := errors(rules.problems):
                raise FaultyInput(in_order(faults))
            self._compiled[law_on] = rules
        return self._compiled[law_on]

    def starting(self, law_on: datetime.date) -> Rules:
        """Only the documents that come into force on that day, faults and all: what the checks look at."""
        return compile_rules(self.packs, self.common, law_on, [d for d in self.documents if d.record.first_day == law_on])

    @property
    def documents(self) -> tuple[Document, ...]:
        return tuple(document for pack in self.packs for document in pack.documents)


def packs_folder() -> Path:
    """The packs that come with huiqi: beside the library where it is installed, in the project's own tree otherwise."""
    here = Path(__file__).resolve().parents[1]
    shipped = here / "packs"
    return shipped if shipped.is_dir() else here.parents[1] / "packs"


def read_library(names: Sequence[str | Path], folder: Path | None = None) -> tuple[Library | None, list[Problem]]:
    """The named packs and all that they inherit.

    A name is a pack of `folder` (default: those that come with huiqi), or the path of a pack in a packs folder of one's own.
    """
    paths = [_path(name, folder or packs_folder()) for name in names]
    root = paths[0].parent if paths else folder or packs_folder()
    common, problems = read_common(root)
    if common is None:
        return None, problems
    packs: list[PackText] = []
    waiting, seen = [path.name for path in paths], set[str]()
    while waiting:
        name = waiting.pop(0)
        if name in seen:
            continue
        seen.add(name)
        pack, faults = read_pack(root / name, common)
        problems += faults
        if pack is not None:
            packs.append(pack)
            waiting += [str(parent) for parent in pack.record.inherits]
    problems += _circles(packs)
    return Library(common, tuple(packs), tuple(in_order(problems))), in_order(problems)


def _path(name: str | Path, folder: Path) -> Path:
    path = Path(name)
    return path.resolve() if path.exists() and (path / "pack.yaml").exists() else folder / path.name


def _circles(packs: Iterable[PackText]) -> list[Problem]:
    """Packs that inherit from each other."""
    known = {pack.id: pack for pack in packs}
    problems = []
    for pack in known.values():
        for parent in pack.record.inherits:
            seen, waiting = set[str](), [str(parent)]
            while waiting:
                at = waiting.pop()
                if at == pack.id:
                    problems.append(Problem("pack.circle", f"{pack.id} inherits from itself by way of {parent}", parent.where, "a pack inherits from what is above it"))
                    break
                if at not in seen and at in known:
                    seen.add(at)
                    waiting += [str(p) for p in known[at].record.inherits]
    return problems
