"""What can be known of a subject: facts with kinds, units, ranges, labels and questions."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

from pydantic import Field

from huiqi.vocabulary.problem import Problem, Where, did_you_mean
from huiqi.vocabulary.ranges import INFINITY, UNSURE, Absent, Codes, Exact, Number, Value
from huiqi.vocabulary.record import Anything, Line, Record, TrueOrFalse, Words, build
from huiqi.vocabulary.source import Text, read_rows, read_text, read_yaml, where_of
from huiqi.vocabulary.unit import CURRENCIES, PLAIN, SCALES, UNITS, Unit

NAME = re.compile(r"[A-Za-z_\u4e00-\u9fff][A-Za-z0-9_\u4e00-\u9fff]*\Z")
ID = re.compile(r"[a-z][a-z0-9_]*\Z")
#: Words of the rule language, which a line would not read as a name.
WORDS = frozenset({"and", "or", "not", "in", "within", "true", "false", "none", "else", *UNITS, *SCALES})
#: What a fact can be.
Kind = Literal["money", "number", "count", "share", "date", "flag", "category", "place", "text"]
#: What a review of texts asks of a fact: a benefit that rests on it may restrain competition.
Concern = Literal["local_tax", "relocation", "operator"]
FIRST_DAY, LAST_DAY = 1, 3_652_059  # 0001-01-01 and 9999-12-31 as ordinals

#: Kinds whose values are figures.
FIGURES = frozenset({"money", "number", "count", "share"})
_DECIMALS = {"money": 2, "number": 4, "count": 0, "share": 6}
_LOWEST: dict[str, int | None] = {"money": 0, "count": 0, "share": 0, "number": None}
_HIGHEST: dict[str, int | None] = {"money": None, "count": None, "share": 1, "number": None}


class FactRecord(Record):
    """A fact as `packs/facts/*.yaml` writes it."""

    type: Kind
    label: Words
    question: Words
    period: Literal["year", "day"] = "day"
    unit: Line | None = None
    range: Anything = Field(default=None, description="[lowest, highest], ends included; either may be left empty")
    decimals: Line | None = None
    codes: Line | None = None
    optional: TrueOrFalse = "false"
    concerns: list[Concern] = []
    note: Words | None = None


class SchemaRecord(Record):
    """`packs/facts/<subject>.yaml`, or a pack's facts.yaml."""

    subject: Line
    born: Line | None = None
    facts: dict[Line, FactRecord]


@dataclass(frozen=True)
class Code:
    """One code of a list."""

    id: str
    label: Words
    parent: str | None = None


@dataclass(frozen=True)
class CodeList:
    """Codes, perhaps in a tree; `prefix` says that finer codes count as their nearest listed prefix."""

    id: str
    codes: dict[str, Code]
    prefix: bool = False
    where: Where = Where("")

    @cached_property
    def _below(self) -> dict[str, frozenset[str]]:
        below: dict[str, set[str]] = {id: set() for id in self.codes}
        for id in self.codes:
            outer: str | None = id
            while outer is not None and outer in below:
                below[outer].add(id)
                outer = self.codes[outer].parent
        return {id: frozenset(inner) for id, inner in below.items()}

    def below(self, id: str) -> frozenset[str]:
        """The code and all codes under it."""
        return self._below[id]

    def possible(self, id: str) -> Codes:
        """What a subject can be of which only this code is known: the code or one under it."""
        return Codes(self.below(id))

    @property
    def whole(self) -> frozenset[str]:
        return frozenset(self.codes)

    def find(self, text: str) -> str | None:
        """The code that a table's text means, or nothing."""
        if text in self.codes:
            return text
        if self.prefix:
            return next((text[:n] for n in range(len(text) - 1, 0, -1) if text[:n] in self.codes), None)
        return None


@dataclass(frozen=True, eq=False)
class Fact:
    """What can be known: figures are held as whole multiples of `step`, in base units of `unit`."""

    id: str
    subject: str
    kind: Kind
    period: Literal["year", "day"]
    label: Words
    question: Words
    unit: Unit = PLAIN
    unit_text: str = "1"
    decimals: int = 0
    low: Exact = -INFINITY  # in the fact's own unit
    high: Exact = INFINITY
    codes: CodeList | None = None
    optional: bool = False
    note: Words | None = None
    where: Where = Where("")
    concerns: tuple[str, ...] = ()

    @property
    def is_figure(self) -> bool:
        return self.kind in FIGURES

    @cached_property
    def step(self) -> Fraction:
        """The smallest difference that is kept, in base units."""
        return self.unit.factor / 10**self.decimals

    @cached_property
    def whole(self) -> Value:
        """All that the fact can be: what an unknown one is. Figures in base units, dates as ordinals."""
        absent = Absent.MAYBE if self.optional else Absent.NEVER
        match self.kind:
            case "flag":
                return UNSURE
            case "category":
                assert self.codes is not None
                return Codes(self.codes.whole | ({None} if self.optional else frozenset()))
            case "date":
                return Number(Fraction(FIRST_DAY), Fraction(LAST_DAY), absent)
            case "place" | "text":
                return Codes(frozenset())
            case _:
                low = self.low if isinstance(self.low, float) else self.low * self.unit.factor
                high = self.high if isinstance(self.high, float) else self.high * self.unit.factor
                return Number(low, high, absent)


@dataclass(frozen=True)
class Schema:
    """All facts of one subject, under every name that a text may use for them."""

    subject: str
    facts: dict[str, Fact]
    born: str | None = None
    codes: dict[str, CodeList] = field(default_factory=dict)

    @cached_property
    def names(self) -> dict[str, str]:
        """Ids, Chinese labels and English labels (with `_` for spaces) to ids."""
        names: dict[str, str] = {}
        for fact in self.facts.values():
            names.setdefault(str(fact.label.zh), fact.id)
            names.setdefault(slug(fact.label.en), fact.id)
        return names | {id: id for id in self.facts}

    def extended(self, more: Iterable[Fact]) -> Schema:
        """The schema with further facts, those of a pack."""
        return Schema(self.subject, self.facts | {fact.id: fact for fact in more}, self.born, self.codes)


def subjects_hint(subject: str, known: Iterable[str]) -> str:
    """A remedy for a subject that is none."""
    subjects = list(known)
    return did_you_mean(subject, subjects) or f"subjects: {', '.join(subjects)}"


def slug(label: str) -> str:
    """An English label as a name: `Operating revenue` is `operating_revenue`."""
    return re.sub(r"[^a-z0-9]+", "_", label.lower()).strip("_")


def read_codes(folder: Path, called: str) -> tuple[dict[str, CodeList], list[Problem]]:
    """Every code list of a folder, by its file's name."""
    lists: dict[str, CodeList] = {}
    problems: list[Problem] = []
    for path in sorted(folder.glob("*.csv")):
        name = f"{called}/{path.name}"
        text, faults = read_text(path, name)
        problems += faults
        if text is None:
            continue
        id, prefix = path.name.removesuffix(".csv").removesuffix(".prefix"), path.name.endswith(".prefix.csv")
        if id in lists:
            problems.append(
                Problem("codes.two-files", f"the code list {id} stands in {lists[id].where.file} already", Where(name), "keep one of the two files")
            )
            continue
        codes, faults = _read_codes(text, name)
        problems += faults
        lists[id] = CodeList(id, codes, prefix, Where(name))
    return lists, problems


def _read_codes(text: str, name: str) -> tuple[dict[str, Code], list[Problem]]:
    (header, *rows), problems = read_rows(text, name)
    if header[1] != ["code", "parent", "en", "zh"]:
        return {}, [*problems, Problem("codes.header", "a code list begins with code,parent,en,zh", Where(name, 1, 1))]
    codes: dict[str, Code] = {}
    places: dict[str, Where] = {}
    for where, cells in rows:
        row = [cell.strip() for cell in cells]
        if len(row) != 4:
            problems.append(
                Problem("codes.row", f"the row has {len(row)} cells where code,parent,en,zh are four", where, "a text with a comma stands in quotes")
            )
        elif not all((row[0], row[2], row[3])):
            problems.append(Problem("codes.row", "a code, an English or a Chinese text is missing", where, "only parent may be empty"))
        elif row[0] in codes:
            problems.append(Problem("codes.duplicate", f"the code {row[0]} stands twice", where, f"the first one is in line {places[row[0]].line}"))
        else:
            label = Words(en=Text(row[2], where), zh=Text(row[3], where))
            codes[row[0]], places[row[0]] = Code(row[0], label, row[1] or None), where
    for code in codes.values():
        if code.parent is not None and code.parent not in codes:
            problems.append(
                Problem(
                    "codes.parent",
                    f"{code.id}: the code {code.parent} above it is not in the list",
                    places[code.id],
                    did_you_mean(code.parent, codes.keys() - {code.id}) or "leave parent empty for an outermost code",
                )
            )
    for circle in _circles(codes):
        said = " > ".join([*circle, circle[0]])
        problems.append(Problem("codes.circle", f"codes lie under each other: {said}", places[circle[0]], "remove one parent"))
        codes |= {id: replace(codes[id], parent=None) for id in circle}
    return codes, problems


def _circles(codes: dict[str, Code]) -> list[list[str]]:
    """Codes that lead back to themselves, each circle once."""
    circles: list[list[str]] = []
    settled: set[str] = set()
    for start in codes:
        chain: dict[str, None] = {}
        at: str | None = start
        while at is not None and at in codes and at not in settled and at not in chain:
            chain[at] = None
            at = codes[at].parent
        if at is not None and at in chain:
            circles.append(list(chain)[list(chain).index(at) :])
        settled |= chain.keys()
    return circles


def read_schema(path: Path, called: str, codes: dict[str, CodeList], taken: Collection[str] = ()) -> tuple[Schema | None, list[Problem]]:
    """The facts of one file; `codes` are the lists that its categories may name, `taken` further words that cannot name a fact."""
    node, problems = read_yaml(path, called)
    if node is None:
        return None, problems
    record, faults = build(SchemaRecord, node, Where(called))
    problems += faults
    if record is None:
        return None, problems
    facts: dict[str, Fact] = {}
    for id, item in record.facts.items():
        fact, faults = _fact(id, str(record.subject), item, codes, taken)
        problems += faults
        if fact is not None:
            facts[fact.id] = fact
    problems += _shared_names(facts)
    if record.born is not None and (record.born not in facts or facts[str(record.born)].kind != "date"):
        dates = [id for id, fact in facts.items() if fact.kind == "date"]
        hint = did_you_mean(record.born, dates) or f"dates: {', '.join(dates) or 'none'}"
        problems.append(Problem("facts.born", f"born: {record.born} is not a date among the facts", record.born.where, hint))
        return Schema(record.subject, facts, None, codes), problems
    return Schema(record.subject, facts, str(record.born) if record.born else None, codes), problems


def _fact(id: Text, subject: str, record: FactRecord, codes: dict[str, CodeList], taken: Collection[str]) -> tuple[Fact | None, list[Problem]]:
    problems: list[Problem] = []

    def wrong(code: str, message: str, node: Any, hint: str = "") -> None:
        problems.append(Problem(code, f"{id}: {message}", where_of(node, id.where), hint))

    if not ID.match(id):
        wrong("facts.id", "an id is lower-case letters, digits and _", id)
    if not NAME.match(record.label.zh):
        wrong(
            "facts.label",
            f"the Chinese label {record.label.zh} cannot stand in a rule",
            record.label.zh,
            "letters, digits and _ only; put the unit into unit:",
        )
    for name in (id, record.label.zh):
        if name in WORDS or name in taken:
            wrong(
                "facts.word", f"{name if name != id else 'this'} is a word of the rule language and cannot name a fact", name, "choose a longer name"
            )
    _question(record, wrong)
    unit = PLAIN
    if record.type == "money" or record.unit is not None:
        unit_text = str(record.unit or "CNY")
        unit = UNITS.get(unit_text, PLAIN)
        if unit_text not in UNITS:
            wrong("facts.unit", f"{unit_text} is not a unit", record.unit, did_you_mean(unit_text, UNITS) or f"units: {', '.join(UNITS)}")
        elif fault := _misfit(record.type, unit):
            wrong("facts.unit", fault[0].format(unit_text), record.unit, fault[1])
    code_list = None
    if record.type == "category":
        if record.codes is None:
            wrong("facts.codes", "a category names its code list", id, "add codes: ...")
        elif record.codes not in codes:
            wrong("facts.codes", f"there is no code list {record.codes}", record.codes, did_you_mean(record.codes, codes))
        else:
            code_list = codes[str(record.codes)]
    elif record.codes is not None:
        wrong("facts.codes", f"only a category has codes, not a {record.type}", record.codes, "take codes: out, or write type: category")
    if record.optional == "true" and record.type in ("flag", "place", "text"):
        wrong(
            "facts.optional",
            f"a {record.type} cannot be `none`",
            id,
            "a flag is true, false or unknown" if record.type == "flag" else "take optional: out",
        )
    if record.type in ("place", "text") and record.period == "year":
        wrong("facts.period", f"a {record.type} holds at a day, not for a year", id, "period: day")
    decimals = _DECIMALS.get(record.type, 0)
    if record.decimals is not None:
        if re.fullmatch("[0-9]", record.decimals):
            decimals = int(record.decimals)
        else:
            wrong("facts.decimals", f"{record.decimals} is not a number of decimals from 0 to 9", record.decimals, "write decimals: 2")
    low, high = _range(record, wrong)
    if problems:
        return None, problems
    return Fact(
        str(id), subject, record.type, record.period, record.label, record.question, unit,
        str(record.unit or ("CNY" if record.type == "money" else "1")), decimals, low, high, code_list,
        record.optional == "true", record.note, id.where, tuple(record.concerns),
    ), []  # fmt: skip


def _question(record: FactRecord, wrong: Any) -> None:
    """A question about a year has a place for it in both languages; one about a day has none."""
    for text in (record.question.en, record.question.zh):
        if record.period == "year" and "{year}" not in text:
            wrong(
                "facts.question",
                "the question does not say about which year it asks",
                text,
                "write {year} where the year stands; a text with {year} is in quotes",
            )
        elif record.period == "day" and "{year}" in text:
            wrong("facts.question", "the question has a {year}, but the fact holds at a day", text, "take {year} out, or write period: year")


def _misfit(kind: str, unit: Unit) -> tuple[str, str] | None:
    """Why a kind of fact cannot be in a unit, and the remedy."""
    match kind:
        case "money" if unit.currency is None:
            return "money is in a currency, not in {}", f"one of {', '.join(CURRENCIES)}"
        case "number" if unit.currency is not None:
            return "a figure in {} is money", "type: money"
        case "count" if not unit.is_counted:
            return "a count is of persons or items, not of {}", "unit: person or item, or type: number"
        case "share" if not unit.is_plain:
            return "a share has no unit; here is {}", "take unit: out"
        case "date" | "flag" | "category" | "place" | "text":
            return f"a {kind} has no unit; here is {{}}", "take unit: out"
    return None


def _range(record: FactRecord, wrong: Any) -> tuple[Exact, Exact]:
    lowest, highest = _LOWEST.get(record.type), _HIGHEST.get(record.type)
    low: Exact = -INFINITY if lowest is None else Fraction(lowest)
    high: Exact = INFINITY if highest is None else Fraction(highest)
    if record.range is None:
        return low, high
    if record.type not in FIGURES:
        wrong("facts.range", f"a {record.type} has no range", record.range, "take range: out")
        return low, high
    if not isinstance(record.range, list) or len(record.range) not in (1, 2):
        wrong("facts.range", "a range is [lowest, highest]", record.range, 'an open end is written "": [0, ""]')
        return low, high
    ends: list[Exact] = []
    for text, open_end in zip([*record.range, ""][:2], (-INFINITY, INFINITY), strict=True):
        try:
            ends.append(figure(text) if not isinstance(text, str) or text.strip() else open_end)
        except ValueError:
            wrong(
                "facts.range",
                f"{text if isinstance(text, Text) else 'this'} is not a figure",
                text,
                "plain figures without unit, like [0, 100] or [0, 100%]",
            )
            ends.append(open_end)
    if ends[0] > ends[1]:
        wrong("facts.range", "the lowest value is above the highest", record.range, "turn the two round")
    return ends[0], ends[1]


def figure(text: str) -> Fraction:
    """A plain figure of a file: `1_000`, `-0.5`, `12%`."""
    found = re.fullmatch(r"\s*([-+]?(?:[0-9][0-9_]*(?:\.[0-9]*)?|\.[0-9]+))\s*(%?)\s*", text) if len(text) <= 40 else None
    if found is None:
        raise ValueError(text)
    return Fraction(found[1].replace("_", "")) / (100 if found[2] else 1)


def _shared_names(facts: dict[str, Fact]) -> list[Problem]:
    """Two facts that a text could not tell apart."""
    problems: list[Problem] = []
    owners: dict[str, Fact] = {}
    for fact in facts.values():
        for name in dict.fromkeys((fact.id, str(fact.label.zh), slug(fact.label.en))):
            if name in owners and owners[name].id != fact.id:
                problems.append(
                    Problem("facts.same-name", f"{fact.id} and {owners[name].id} share the name {name}", fact.where, "give one another label")
                )
            owners.setdefault(name, fact)
    return problems
