"""Where a line stands: the names that its document sees, and the list that collects problems."""

from __future__ import annotations

import contextlib
import datetime
import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property
from typing import Any, Literal, NamedTuple, get_args

from huiqi.facts.schema import CodeList, Schema
from huiqi.rules.records import CoreRecord, DefinitionRecord, GroupRecord, MeasureRecord, PolicyRecord, ScorecardRecord, Source
from huiqi.rules.tree import GroupRule, Node, Type
from huiqi.vocabulary.place import Places
from huiqi.vocabulary.problem import Problem, Severity, Where, did_you_mean
from huiqi.vocabulary.source import Text

Named = Literal["definitions", "scorecards", "groups"]


class Typed(NamedTuple):
    """A node and what it gives."""

    node: Node
    type: Type


class Unresolved(Exception):
    """A part of a text has no meaning; its problem is recorded already."""


@dataclass(frozen=True)
class Document:
    """One edition of a policy document, or a pack's core policy, as read."""

    pack: str
    record: PolicyRecord | CoreRecord
    file: str

    @property
    def policy(self) -> str:
        return str(self.record.policy) if isinstance(self.record, PolicyRecord) else "core"

    @property
    def edition(self) -> str:
        return str(self.record.edition) if isinstance(self.record, PolicyRecord) else ""

    @property
    def name(self) -> str:
        return f"{self.pack}/{self.policy}" + (f"-{self.edition}" if self.edition else "")

    @property
    def subject(self) -> str:
        """Whom its rules are about, where they do not say."""
        return str(self.record.subject or "enterprise") if isinstance(self.record, PolicyRecord) else "enterprise"

    def subject_of(self, measure: MeasureRecord) -> str:
        return str(measure.subject or self.subject)

    @property
    def source(self) -> Source:
        return self.record.source

    @property
    def definitions(self) -> dict[Text, DefinitionRecord]:
        return self.record.definitions

    @property
    def scorecards(self) -> dict[Text, ScorecardRecord]:
        return self.record.scorecards if isinstance(self.record, PolicyRecord) else {}

    @property
    def groups(self) -> dict[Text, GroupRecord]:
        return self.record.groups if isinstance(self.record, CoreRecord) else {}

    @property
    def measures(self) -> dict[Text, MeasureRecord]:
        return self.record.measures if isinstance(self.record, PolicyRecord) else {}

    @property
    def turns(self) -> set[datetime.date]:
        """The days from which the text says something else: its first, and those of the figures of its parameters."""
        return {self.record.first_day, *(day for record in self.definitions.values() for day in record.values or ())}

    def in_force(self, day: datetime.date) -> Literal["yes", "continued", "no"]:
        """Whether the text applies on a day; an ended edition may continue for a cohort."""
        if day < self.record.first_day:
            return "no"
        if self.record.last_day is None or day <= self.record.last_day:
            return "yes"
        return "continued" if isinstance(self.record, PolicyRecord) and self.record.continues_for else "no"


@dataclass(frozen=True)
class Region:
    """The values of one input that a band or a table cell takes in: between figures, or codes; neither = any value."""

    low: Fraction | float = -math.inf
    high: Fraction | float = math.inf
    open_low: bool = False
    open_high: bool = False
    codes: frozenset[str] | None = None

    def covers(self, other: Region) -> bool:
        """Everything in the other lies in this one."""
        if self.codes is not None:
            return other.codes is not None and other.codes <= self.codes
        if other.codes is not None:
            return (self.low, self.high) == (-math.inf, math.inf)
        low = self.low < other.low or (self.low == other.low and (not self.open_low or other.open_low))
        high = self.high > other.high or (self.high == other.high and (not self.open_high or other.open_high))
        return low and high

    def meets(self, other: Region) -> bool:
        """Some value lies in both."""
        if self.codes is not None and other.codes is not None:
            return bool(self.codes & other.codes)
        low, high = max(self.low, other.low), min(self.high, other.high)
        if low != high:
            return low < high
        ends = [(r.low, r.open_low) for r in (self, other)] + [(r.high, r.open_high) for r in (self, other)]
        return not any(is_open for end, is_open in ends if end == low)


@dataclass(frozen=True)
class Regions:
    """The rows of bands or of a decision table, each a region an input, in the order in which they are tried."""

    kind: Literal["bands", "table"]
    inputs: tuple[Typed, ...]
    rows: tuple[tuple[tuple[Region, ...], Where], ...]
    has_else: bool
    where: Where


@dataclass
class World:
    """All documents in force on one day with what their names mean; made anew for each compilation."""

    law_on: datetime.date
    schemas: dict[str, Schema]
    places: Places
    documents: tuple[Document, ...]
    tables: dict[tuple[str, str], Any]  # (pack, file) -> TableText
    ancestors: dict[str, tuple[str, ...]]  # pack -> itself and what it inherits, nearest first
    codes: dict[str, dict[str, CodeList]]  # pack -> its code lists and the shared ones
    currencies: dict[str, str] = field(default_factory=dict)  # pack -> in which it pays
    problems: list[Problem] = field(default_factory=list)
    resolved: dict[tuple[str, ...], Any] = field(default_factory=dict)  # what has been resolved once, by document, subject, name and year
    open: list[str] = field(default_factory=list)  # names being resolved, outermost first
    used: set[tuple[str, str]] = field(default_factory=set)  # (document, name) that something reads
    regions: list[Regions] = field(default_factory=list)  # bands and table rows, for the checks of gaps and overlaps
    # What the compiler supplies, so that a line can reach definitions, tables and measures above it:
    derive: Callable[[str, Context, Where], Typed | None] = lambda name, context, where: None
    lookup: Callable[[Text, Context], Typed] = None  # type: ignore[assignment]
    group: Callable[[str, Context, Where], GroupRule | None] = lambda name, context, where: None
    summed: Callable[[GroupRule, Typed, Context, Where], Typed] = None  # type: ignore[assignment]
    recognition: Callable[[str, Context], tuple[Node, tuple[str, ...]] | None] = lambda flag, context: None

    @cached_property
    def declared(self) -> dict[Named, dict[str, list[tuple[Document, Text, Any]]]]:
        """Everything that documents declare, by name."""
        found: dict[Named, dict[str, list[tuple[Document, Text, Any]]]] = {}
        for kind in get_args(Named):
            by_name = found[kind] = {}
            for document in self.documents:
                for key, record in getattr(document, kind).items():
                    by_name.setdefault(str(key), []).append((document, key, record))
        return found

    def seen_by(self, document: Document) -> list[Document]:
        """The documents whose names a document sees."""
        return [other for other in self.documents if self.distance(document, other) is not None]

    def distance(self, document: Document, other: Document) -> int | None:
        """How near another document is whose names a document sees: its own first, then by pack the core policy and the other texts in force."""
        if other is document:
            return 0
        packs = self.ancestors.get(document.pack, (document.pack,))
        if other.pack not in packs or not (other.policy == "core" or other.in_force(self.law_on) == "yes"):
            return None
        return 1 + 2 * packs.index(other.pack) + (other.policy != "core")


@dataclass(frozen=True)
class Context:
    """The place of a text: its document and subject; `year` shifts what it reads to an earlier year."""

    world: World
    document: Document
    subject: str
    year: int = 0
    local: Mapping[str, Typed] = field(default_factory=dict)  # names that only this text sees

    @property
    def schema(self) -> Schema:
        return self.world.schemas[self.subject]

    def shifted(self, years: int) -> Context:
        return self if not years else Context(self.world, self.document, self.subject, self.year + years)

    def code_list(self, name: Text) -> CodeList:
        """The code list of that name in this pack, or the shared one."""
        lists = self.world.codes[self.document.pack]
        if name not in lists:
            raise self.fault("rules.unknown-codes", f"there is no code list {name}", name.where, did_you_mean(name, lists))
        return lists[str(name)]

    def report(self, code: str, message: str, where: Where, hint: str = "", severity: Severity = "error") -> None:
        self.world.problems.append(Problem(code, message, where, hint, severity))

    def fault(self, code: str, message: str, where: Where, hint: str = "") -> Unresolved:
        """Record a problem and return what to raise."""
        self.report(code, message, where, hint)
        return Unresolved(message)

    def find(self, name: str, kind: Named, where: Where) -> tuple[Document, Text, Any] | None:
        """The nearest definition, scorecard or group of that name that this document sees."""
        seen: dict[int, list[tuple[Document, Text, Any]]] = {}
        for entry in self.world.declared[kind].get(name, ()):
            if (distance := self.world.distance(self.document, entry[0])) is not None:
                seen.setdefault(distance, []).append(entry)
        if not seen:
            return None
        found = seen[min(seen)]
        if len(found) > 1:
            owners = " and ".join(d.name for d, _, _ in found)
            raise self.fault("rules.ambiguous-name", f"{name} is defined in {owners}", where, "give one another name")
        self.world.used.add((found[0][0].name, name))
        return found[0]

    @contextlib.contextmanager
    def resolving(self, name: str, where: Where) -> Iterator[None]:
        """Mark a name as being resolved; one that leads back to itself is a problem, told with the whole circle."""
        if name in self.world.open:
            circle = [*self.world.open[self.world.open.index(name) :], name]
            raise self.fault("rules.circle", f"this leads back to itself: {' > '.join(circle)}", where, "take one of the steps out")
        self.world.open.append(name)
        try:
            yield
        finally:
            self.world.open.pop()
