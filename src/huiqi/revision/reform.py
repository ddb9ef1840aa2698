"""A reform: what a draft changes in the texts of a pack, as a small file of its own; the pack with it is read like any other.

    reform: more-for-gazelles
    title: {en: More for gazelles, zh: 提高瞪羚企业资助}
    pack: cn-zj-hangzhou-binjiang
    changes:
      - {in: gazelle-2023, set: measures/gazelle-support/amount/cap, to: 800万元}
      - {in: core, drop: cumulation/2}

A path names keys from the outside in; an item of a list by its number, from 1 on, or by its text. Every part of the changed text keeps its own
place, in the pack or in the reform, so that whatever is wrong with it is told where it was written.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from pydantic import Field

from huiqi.rules.context import Document
from huiqi.rules.library import Library
from huiqi.rules.links import faults as link_faults
from huiqi.rules.pack import PackText
from huiqi.rules.records import CoreRecord, LinkRecord, PolicyRecord
from huiqi.rules.register import policy_name
from huiqi.vocabulary.problem import Problem, Where, did_you_mean, errors, in_order
from huiqi.vocabulary.record import Anything, Line, Record, Words, build, read_record
from huiqi.vocabulary.source import Mapping, Node, Sequence, Text, parse_yaml, read_text, where_of


class ChangeRecord(Record):
    """One change: exactly one of set, add, drop, document and link."""

    in_: Line | None = Field(default=None, alias="in")
    set: Anything = None
    add: Anything = None
    drop: Anything = None
    to: Anything = None
    document: Anything = None
    link: Anything = None
    why: Words | None = None


class ReformRecord(Record):
    """The file of a reform."""

    reform: Line
    title: Words
    pack: Line
    changes: list[ChangeRecord]
    note: Words | None = None


@dataclass(frozen=True)
class Reform:
    """A reform as read; `content_hash` is of its file."""

    record: ReformRecord
    content_hash: str

    @property
    def id(self) -> str:
        return str(self.record.reform)


ACTS = ("set", "add", "drop", "document", "link")


def read_reform(path: Path, name: str | None = None) -> tuple[Reform | None, list[Problem]]:
    """The reform of a file, or every problem that it has by itself."""
    name = name or str(path)
    record, text, problems = read_record(ReformRecord, path, name)
    if record is None:
        return None, problems
    if not record.changes:
        problems.append(Problem("reform.form", "the reform changes nothing", record.where, "write a change for each line that is to differ"))
    for change in record.changes:
        problems += _form(change)
    if errors(problems):
        return None, problems
    return Reform(record, hashlib.sha256(text.encode()).hexdigest()), problems


def _form(change: ChangeRecord) -> list[Problem]:
    """What a change lacks, and what says nothing in it."""
    acts = [act for act in ACTS if getattr(change, act) is not None]
    if len(acts) != 1:
        said = " and ".join(acts) or "none"
        return [Problem("reform.form", f"a change does one thing; here is {said}", change.where, f"one of {', '.join(ACTS)}")]
    (act,) = acts
    problems = []
    if act in ("set", "add", "drop") and change.in_ is None:
        problems.append(Problem("reform.form", "the change does not say in which text", change.where, "in: core, or in: <policy>-<edition>"))
    if act in ("document", "link") and change.in_ is not None:
        problems.append(Problem("reform.form", f"a new {act} stands in no other text", change.in_.where, "take `in` out"))
    if act in ("set", "add") and change.to is None:
        problems.append(Problem("reform.form", f"{act} does not say to what", change.where, "to: ..."))
    if act not in ("set", "add") and change.to is not None:
        problems.append(Problem("reform.form", f"`to` says nothing beside {act}", where_of(change.to, change.where), "take it out"))
    if act in ("set", "add", "drop") and not _steps(getattr(change, act)):
        problems.append(Problem("reform.form", f"{act} is a path of keys", change.where, "measures/<key>/amount, or a list of keys"))
    return problems


def _steps(path: Any) -> list[Text]:
    """The keys of a path: a text with slashes, or a list where keys have slashes themselves."""
    if isinstance(path, Text):
        return [Text(step, path.where) for step in path.split("/") if step]
    return list(path) if isinstance(path, list) and all(isinstance(step, Text) for step in path) else []


def reformed(library: Library, reform: Reform) -> tuple[Library | None, list[Problem]]:
    """The library with the changes of a reform; None where one cannot be made. What the changed texts mean is for `check_library` to say."""
    record = reform.record
    packs = {pack.id: pack for pack in library.packs}
    if record.pack not in packs:
        hint = did_you_mean(record.pack, packs) or f"packs that were read: {', '.join(packs)}"
        return None, [Problem("pack.not-found", f"the reform is of {record.pack}, which was not read", record.pack.where, hint)]
    work = _Work(library, packs)
    for change in record.changes:
        if change.document is not None:
            work.add_document(str(record.pack), change.document, change.where)
        elif change.link is not None:
            work.add_link(change.link, change.where)
        else:
            work.change(str(record.pack), change)
    made = work.done(reform)
    return (None if errors(work.problems) else made), in_order(work.problems)


def what_stands(library: Library, pack: str, text: Text, path: list[Text]) -> tuple[Any, list[Problem]]:
    """What stands at a path of a text of a pack, with its place; None where the path leads nowhere."""
    work = _Work(library, {one.id: one for one in library.packs})
    document = work.find(pack, text)
    node = None if document is None else work.node(document)
    for step in path:
        if node is None or (at := work.place(node, step)) is None:
            return None, work.problems
        node = node[at]
    return node, work.problems


class _Work:
    """Texts being changed: each is read again once, as what stands in its file."""

    def __init__(self, library: Library, packs: dict[str, PackText]):
        self.library, self.packs = library, packs
        self.nodes: dict[tuple[str, str], tuple[Document, Node]] = {}  # by pack and file
        self.documents: list[Document] = []
        self.links = list(library.common.links)
        self.problems: list[Problem] = []

    def wrong(self, code: str, message: str, where: Where, hint: str = "") -> None:
        self.problems.append(Problem(code, message, where, hint))

    # ------------------------------------------------------------ changes

    def change(self, pack: str, change: ChangeRecord) -> None:
        """Set, add or drop what stands at a path of a text."""
        assert change.in_ is not None
        document = self.find(pack, change.in_)
        node = None if document is None else self.node(document)
        if node is None:
            return
        act = next(act for act in ACTS if getattr(change, act) is not None)
        *way, last = _steps(getattr(change, act))
        for step in way:
            at = self.place(node, step)
            if at is None:
                return
            node = node[at]
        if act == "add":
            self.add(node, last, change)
        elif (at := self.place(node, last)) is None:
            return
        elif act == "drop":
            del node[at]
        elif node[at] == change.to:
            self.problems.append(Problem("reform.idle", f"{last} says so already", last.where, "take the change out", "warning"))
        else:
            node[at] = change.to

    def add(self, node: Any, last: Text, change: ChangeRecord) -> None:
        """A new key of a mapping, or a new item at the end of a list."""
        if isinstance(node, Mapping) and last not in node:
            node[last] = change.to
        elif isinstance(node, Mapping) and isinstance(node[last], Sequence):
            node[last].append(change.to)
        else:
            self.wrong("reform.path", f"{last} is there already", last.where, "set: ... changes what is there")

    def place(self, node: Any, step: Text) -> Any:
        """Where a step leads: a key, or the number of an item."""
        if isinstance(node, Mapping):
            if step in node:
                return next(key for key in node if key == step)
            self.wrong("reform.path", f"there is no {step} here", step.where, did_you_mean(step, node) or f"keys: {', '.join(map(str, node))}")
            return None
        if isinstance(node, Sequence):
            said = [item.part("test") if isinstance(item, Mapping) else item for item in node]
            if step in said:
                return said.index(step)
            if step.isdecimal() and 1 <= int(step) <= len(node):
                return int(step) - 1
            hint = did_you_mean(step, [item for item in said if isinstance(item, Text)]) or f"a number from 1 to {len(node)}, or the text of an item"
            self.wrong("reform.path", f"the list has no item {step}", step.where, hint)
            return None
        self.wrong("reform.path", f"nothing stands below this: {step} leads nowhere", step.where, "end the path before it")
        return None

    def add_document(self, pack: str, node: Any, where: Where) -> None:
        record, faults = build(PolicyRecord, node, where)
        self.problems += faults
        if record is None:
            return
        document = Document(pack, record, where.file)
        if any(policy_name(other) == policy_name(document) for other in self.packs[pack].documents):
            hint = "give it another edition, or change the one that is there"
            self.wrong("reform.document", f"{policy_name(document)} is there already", record.policy.where, hint)
        self.documents.append(document)

    def add_link(self, node: Any, where: Where) -> None:
        record, faults = build(LinkRecord, node, where)
        self.problems += faults or link_faults([record] if record is not None else [], self.library.common.places)
        self.links += [record] if record is not None else []

    # ------------------------------------------------------------ texts

    def find(self, pack: str, name: Text) -> Document | None:
        """The text of that name: in the reform's pack, or in another one that was read, by `<pack>/<policy>-<edition>`."""
        other, _, text = name.rpartition("/")
        if other and other not in self.packs:
            hint = did_you_mean(other, self.packs) or f"packs that were read: {', '.join(self.packs)}"
            self.wrong("pack.not-found", f"there is no pack {other} here", name.where, hint)
            return None
        documents = {policy_name(document): document for document in self.packs[other or pack].documents}
        if text not in documents:
            hint = did_you_mean(text, documents) or f"texts: {', '.join(documents)}"
            self.wrong("reform.document", f"{other or pack} has no text {text}", name.where, hint)
        return documents.get(text)

    def node(self, document: Document) -> Any:
        """What stands in a text's file, with what was changed in it so far."""
        at = document.pack, document.file
        if at not in self.nodes:
            path = self.packs[document.pack].folder.joinpath(*document.file.split("/")[2:])
            text, problems = read_text(path, document.file)
            node, faults = (None, []) if text is None else parse_yaml(text, document.file)
            self.problems += problems + faults
            if node is None:
                return None
            self.nodes[at] = document, node
        return self.nodes[at][1]

    def done(self, reform: Reform) -> Library:
        """The library with all changes."""
        changed: dict[tuple[str, str], Document] = {}
        for at, (document, node) in self.nodes.items():
            kind: type[CoreRecord | PolicyRecord] = CoreRecord if isinstance(document.record, CoreRecord) else PolicyRecord
            record, faults = build(kind, node, Where(document.file, 1, 1))
            self.problems += faults
            if record is not None:
                changed[at] = replace(document, record=record)
        packs = []
        for pack in self.library.packs:
            new = tuple(document for document in self.documents if document.pack == pack.id)
            documents = (*(changed.get((d.pack, d.file), d) for d in pack.documents), *new)
            if documents != pack.documents:
                content = hashlib.sha256(f"{pack.content_hash} {reform.content_hash}".encode()).hexdigest()
                pack = replace(pack, documents=documents, content_hash=content)
            packs.append(pack)
        return Library(replace(self.library.common, links=tuple(self.links)), tuple(packs), self.library.problems)
