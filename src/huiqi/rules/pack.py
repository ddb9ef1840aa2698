"""Read a pack folder: every file of it as records, with all problems at once."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from huiqi.facts.schema import CodeList, Fact, Schema, read_codes, read_schema, subjects_hint
from huiqi.rules import functions
from huiqi.rules.context import Document
from huiqi.rules.links import faults as link_faults
from huiqi.rules.records import CaseRecord, CoreRecord, Indicator, LinkRecord, PackRecord, PolicyRecord, RegisterEntry
from huiqi.rules.resolve import place_hint
from huiqi.rules.tables import TableText, read_table
from huiqi.vocabulary.place import Places, read_places
from huiqi.vocabulary.problem import Problem, Where, did_you_mean, errors
from huiqi.vocabulary.record import Record, build
from huiqi.vocabulary.source import Mapping, Sequence, read_text, read_yaml, where_of

R = TypeVar("R", bound=Record)
_FUNCTIONS = frozenset({*functions.ALL, "each"})


@dataclass(frozen=True)
class Common:
    """What all packs of a folder share: the schemas of subjects, code lists, places and links between them."""

    folder: Path
    schemas: dict[str, Schema]
    codes: dict[str, CodeList]
    places: Places
    links: tuple[LinkRecord, ...] = ()


@dataclass(frozen=True)
class PackText:
    """One pack as written."""

    id: str
    folder: Path
    record: PackRecord
    documents: tuple[Document, ...]
    facts: dict[str, tuple[Fact, ...]]  # subject -> facts that only this pack has
    codes: dict[str, CodeList]
    tables: dict[str, TableText | None]  # None for a file that could not be read as one
    cases: tuple[CaseRecord, ...]
    content_hash: str
    register: tuple[RegisterEntry, ...] = ()
    indicators: tuple[Indicator, ...] = ()
    files: tuple[str, ...] = field(default=())
    lost: frozenset[str] = frozenset()  # names that stand in files which could not be read as what they are


def read_common(folder: Path) -> tuple[Common | None, list[Problem]]:
    """The shared facts, code lists and places of a packs folder."""
    called = folder.name
    if not (folder / "facts").is_dir():
        return None, [Problem("pack.no-facts", f"{folder} has no facts/ folder", Where(called), "a packs folder holds facts/, places.yaml and packs")]
    codes, problems = read_codes(folder / "facts" / "codes", f"{called}/facts/codes")
    places, faults = read_places(folder, called)
    problems += faults
    schemas: dict[str, Schema] = {}
    for path in sorted((folder / "facts").glob("*.yaml")):
        schema, faults = read_schema(path, f"{called}/facts/{path.name}", codes, _FUNCTIONS)
        problems += faults
        if schema is not None and schema.subject in schemas:
            problems.append(
                Problem(
                    "facts.subject",
                    f"the subject {schema.subject} stands in two files",
                    where_of(schema.subject, Where(called)),
                    "put its facts into one file",
                )
            )
        elif schema is not None:
            schemas[schema.subject] = schema
    if errors(problems) and all(place.where.file != f"{called}/places.yaml" for place in places.by_id.values()):
        return None, problems
    if "enterprise" not in schemas:  # every name of every rule would be unknown
        if not (folder / "facts" / "enterprise.yaml").is_file():
            problems.append(
                Problem(
                    "pack.no-facts", f"{called}/facts/enterprise.yaml is missing", Where(f"{called}/facts"), "the facts of enterprises stand there"
                )
            )
        elif not errors(problems):
            problems.append(
                Problem(
                    "facts.subject", "these are not the facts of enterprises", Where(f"{called}/facts/enterprise.yaml", 1, 1), "subject: enterprise"
                )
            )
        return None, problems
    links, faults = _lists(LinkRecord, _if_there(folder / "links.yaml"), called, "begin each link with `- from: ...`")
    problems += faults
    faults = link_faults(links, places)
    problems += faults
    return Common(folder, schemas, codes, places, () if faults else tuple(links)), problems


def read_pack(folder: Path, common: Common, *, rules_only: bool = False) -> tuple[PackText | None, list[Problem]]:
    """One pack of that folder; None where not even pack.yaml can be used. With `rules_only` what no rule reads is left out: cases and registers."""
    called = f"{folder.parent.name}/{folder.name}"
    if not (folder / "pack.yaml").is_file():
        known = [path.parent.name for path in common.folder.glob("*/pack.yaml")]
        hint = did_you_mean(folder.name, known) or (f"packs here: {', '.join(sorted(known))}" if known else "")
        return None, [Problem("pack.not-found", f"there is no pack {folder.name}", Where(called), hint)]
    record, problems = _one(PackRecord, folder / "pack.yaml", f"{called}/pack.yaml")
    if record is None:
        return None, problems
    if record.id != folder.name:
        problems.append(Problem("pack.id", f"the pack calls itself {record.id}, its folder {folder.name}", record.id.where, "the two are the same"))
    if record.place not in common.places.by_id:
        problems.append(Problem("rules.unknown-place", f"{record.place} is not a place", record.place.where, place_hint(record.place, common.places)))
    codes, faults = read_codes(folder / "codes", f"{called}/codes")
    problems += faults
    problems += [
        Problem(
            "codes.two-files",
            f"the code list {id} stands in {common.codes[id].where.file} already",
            listed.where,
            "use the shared list, or another name",
        )
        for id, listed in codes.items()
        if id in common.codes
    ]
    all_codes = common.codes | codes
    facts: dict[str, tuple[Fact, ...]] = {}
    lost: set[str] = set()
    if (folder / "facts.yaml").is_file():
        schema, faults = read_schema(folder / "facts.yaml", f"{called}/facts.yaml", all_codes, _FUNCTIONS)
        problems += faults
        lost |= _names_in(folder / "facts.yaml") if errors(faults) else set()
        if schema is not None:
            facts[schema.subject] = tuple(schema.facts.values())
            problems += _clashes(schema, common)
    documents: list[Document] = []
    if (folder / "core.yaml").is_file():
        core, faults = _one(CoreRecord, folder / "core.yaml", f"{called}/core.yaml")
        problems += faults
        if core is not None:
            documents.append(Document(record.id, core, f"{called}/core.yaml"))
        else:
            lost |= _names_in(folder / "core.yaml")
    for path in sorted((folder / "special").glob("*.yaml")):
        name = f"{called}/special/{path.name}"
        policy, faults = _one(PolicyRecord, path, name)
        problems += faults
        if policy is not None:
            documents.append(Document(record.id, policy, name))
        else:
            lost |= _names_in(path)
    tables: dict[str, TableText | None] = {}
    for path in sorted((folder / "tables").glob("*.csv")):
        name = f"{called}/tables/{path.name}"
        text, faults = read_text(path, name)
        problems += faults
        tables[path.name] = None
        if text is not None:
            tables[path.name], faults = read_table(text, name)
            problems += faults
    cases: list[CaseRecord] = []
    register: list[RegisterEntry] = []
    indicators: list[Indicator] = []
    if not rules_only:
        cases, faults = _lists(CaseRecord, sorted((folder / "cases").glob("*.yaml")), f"{called}/cases", "begin each case with `- case: ...`")
        problems += faults
        register, faults = _lists(RegisterEntry, _if_there(folder / "register.yaml"), called, "begin each document with `- document: ...`")
        problems += faults
        indicators, faults = _lists(Indicator, _if_there(folder / "indicators.yaml"), called, "begin each one with `- indicator: ...`")
        problems += faults
        problems += _strays(folder, called)
    paths = texts_of(folder)
    return PackText(
        str(record.id), folder, record, tuple(documents), facts, codes, tables, tuple(cases), content_hash(paths, folder),
        tuple(register), tuple(indicators),
        tuple(str(path.relative_to(folder)) for path in paths), frozenset(lost),
    ), problems  # fmt: skip


def texts_of(folder: Path) -> list[Path]:
    """The files of a folder that hold texts, in order."""
    return sorted(path for path in folder.rglob("*") if path.suffix in (".yaml", ".csv") and path.is_file())


def content_hash(paths: list[Path], folder: Path) -> str:
    """A hash of files and their names: what a result was made from."""
    digest = hashlib.sha256()
    for path in paths:
        digest.update(str(path.relative_to(folder)).encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()


def _one(kind: type[R], path: Path, name: str) -> tuple[R | None, list[Problem]]:
    node, problems = read_yaml(path, name)
    if node is None or any(problem.code in ("text.alias", "text.tag") for problem in problems):
        return None, problems
    record, faults = build(kind, node, Where(name, 1, 1))
    return record, problems + faults


def _names_in(path: Path) -> set[str]:
    """What a faulty file would have declared: other texts that name it are not at fault."""
    node, _ = read_yaml(path)
    names: set[str] = set()
    if isinstance(node, Mapping):
        names.add(f"{node.part('policy')}-{node.part('edition')}")
        for section in ("facts", "definitions", "scorecards", "measures", "funds"):
            entries = node.part(section)
            names |= {str(key) for key in entries} if isinstance(entries, Mapping) else set()
    return names


def _if_there(path: Path) -> list[Path]:
    return [path] if path.is_file() else []


def _lists(kind: type[R], paths: list[Path], called: str, hint: str) -> tuple[list[R], list[Problem]]:
    """The records of files that are lists of them."""
    records: list[R] = []
    problems: list[Problem] = []
    for path in paths:
        name = f"{called}/{path.name}"
        node, faults = read_yaml(path, name)
        problems += faults
        if node is None:
            continue
        if not isinstance(node, Sequence):
            problems.append(Problem("record.form", "this file is a list", Where(name, 1, 1), hint))
            continue
        for item in node:
            record, faults = build(kind, item, node.where)
            problems += faults
            if record is not None:
                records.append(record)
    return records, problems


def _clashes(schema: Schema, common: Common) -> list[Problem]:
    """Facts of a pack that the shared schema has already, under any name."""
    shared = common.schemas.get(schema.subject)
    if shared is None:
        hint = subjects_hint(schema.subject, common.schemas)
        return [Problem("facts.subject", f"there is no subject {schema.subject}", where_of(schema.subject, Where("")), hint)]
    shared_name = {
        fact.id: next((name for name, owner in schema.names.items() if owner == fact.id and name in shared.names), "")
        for fact in schema.facts.values()
    }
    return [
        Problem(
            "facts.same-name",
            f"{id} shares the name {name} with the shared fact {shared.names[name]}",
            schema.facts[id].where,
            "use that one, or another name",
        )
        for id, name in shared_name.items()
        if name
    ]


_KNOWN = {"pack.yaml", "core.yaml", "facts.yaml", "register.yaml", "indicators.yaml"}
_FOLDERS = {"special": ".yaml", "tables": ".csv", "codes": ".csv", "cases": ".yaml"}


def _strays(folder: Path, called: str) -> list[Problem]:
    """Files that no reader looks at: a policy in the wrong folder would be silently ignored."""
    problems = []
    for path in sorted(folder.rglob("*")):
        place = path.relative_to(folder)
        if path.is_dir() or path.suffix in (".md", ".txt") or path.name.startswith("."):
            continue
        expected = len(place.parts) == 2 and _FOLDERS.get(place.parts[0]) == path.suffix
        if str(place) not in _KNOWN and not expected:
            hint = f"files: {', '.join(sorted(_KNOWN))}; folders: {', '.join(f'{f}/*{s}' for f, s in _FOLDERS.items())}"
            problems.append(Problem("pack.stray-file", f"{place} is in no place where huiqi looks", Where(f"{called}/{place}"), hint, "warning"))
    return problems
