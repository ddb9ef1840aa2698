"""What a pack's documents hold as records to show: measures with their rules in words, worked cases, editions with their standing.

page.py makes one page of a whole pack of them; whoever shows a single measure or document makes only that.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

from huiqi.facts.schema import Fact, Schema
from huiqi.publication.editions import holding_day
from huiqi.publication.names import STATUS_WORDS
from huiqi.publication.wording import Card, Line, Said, Wording, is_parameter, own_parts, quantity, same
from huiqi.rules.compile import Measure, Rules
from huiqi.rules.context import Document
from huiqi.rules.eligibility import conditions
from huiqi.rules.library import Library
from huiqi.rules.pack import PackText
from huiqi.rules.parse import parse
from huiqi.rules.records import CaseRecord, CoreRecord, DefinitionRecord, Indicator, MeasureRecord, PolicyRecord
from huiqi.rules.register import policy_name
from huiqi.rules.render import code_label
from huiqi.rules.syntax import Quantity
from huiqi.vocabulary import speech
from huiqi.vocabulary.place import Places
from huiqi.vocabulary.problem import Where
from huiqi.vocabulary.record import Words
from huiqi.vocabulary.source import Mapping, Text, read_text
from huiqi.vocabulary.speech import Both, both, listed, of_words
from huiqi.vocabulary.unit import UNITS

Standing = Literal["in force", "continued", "to come", "ended"]
STANDINGS: dict[Standing, Both] = {
    "in force": Both("In force", "现行有效"), "continued": Both("Ended, still applies to earlier cohorts", "已到期，对原适用对象继续有效"),
    "to come": Both("Not yet in force", "尚未施行"), "ended": Both("No longer in force", "已失效"),
}  # fmt: skip
SUBJECTS = {
    "enterprise": Both("enterprises", "企业"), "person": Both("persons", "个人"), "project": Both("projects", "项目"),
    "parcel": Both("parcels", "宗地"),
    "fund": Both("funds", "基金"), "village": Both("villages", "村"), "district": Both("districts", "区县"),
}  # fmt: skip


@dataclass(frozen=True)
class Example:
    """A worked case: what is given, and what comes of one measure."""

    record: CaseRecord
    given: tuple[tuple[Both, Both], ...]
    status: Both | None
    amount: Both | None
    status_key: str = ""

    @property
    def because(self) -> Words:
        """Where the expected result comes from."""
        return self.record.from_


@dataclass(frozen=True)
class MeasureShown:
    """A measure as the page shows it."""

    anchor: str
    record: MeasureRecord
    subject: Both
    gives: Both | None
    who: tuple[Line, ...]
    amount: Said | None
    written: str
    examples: tuple[Example, ...]


@dataclass(frozen=True)
class DefinitionShown:
    """A definition or parameter as the page shows it."""

    key: str
    record: DefinitionRecord
    said: Said


@dataclass(frozen=True)
class DocumentShown:
    """One edition of a document, or the core policy, as the page shows it."""

    anchor: str
    document: Document
    standing: Standing
    cohort: tuple[Line, ...]
    continues: tuple[Line, ...]
    parameters: tuple[DefinitionShown, ...]
    definitions: tuple[DefinitionShown, ...]
    cards: tuple[Card, ...]
    measures: tuple[MeasureShown, ...]


@dataclass(frozen=True)
class CoreShown:
    """The core policy's own parts in words."""

    record: CoreRecord
    conditions: tuple[tuple[str, Both, Any], ...]
    stacking: tuple[tuple[Both, Any], ...]
    funds: tuple[tuple[str, tuple[Both, ...], Any], ...]
    groups: tuple[tuple[str, tuple[Both, ...], Any], ...]


@dataclass(frozen=True)
class IndicatorShown:
    """An indicator with what each source gives."""

    record: Indicator
    place: Both
    figures: tuple[tuple[Both, Any], ...]

    @property
    def differ(self) -> bool:
        return len({figure for figure, _ in self.figures}) > 1


def standing_on(document: Document, day: datetime.date) -> Standing:
    """Whether a text is in force on a day."""
    match document.in_force(day):
        case "yes":
            return "in force"
        case "continued":
            return "continued"
    return "to come" if day < document.record.first_day else "ended"


class Shower:
    """Says what a pack's documents hold, each by the law of a day on which it is in force."""

    def __init__(self, library: Library, pack: PackText, law_on: datetime.date):
        self.library, self.pack, self.law_on = library, pack, law_on

    def rules(self, document: Document) -> Rules:
        """The rules of a day on which the document holds."""
        return self.library.rules(holding_day(document, self.law_on))

    def document(self, document: Document) -> DocumentShown:
        rules = self.rules(document)
        wording = Wording.of(rules, document)
        policy = document.record if isinstance(document.record, PolicyRecord) else None
        definitions = [DefinitionShown(str(key), record, wording.definition(record)) for key, record in document.definitions.items()]
        return DocumentShown(
            policy_name(document),
            document,
            standing_on(document, self.law_on),
            self._cohort(wording, policy.applies_when if policy is not None else []),
            self._cohort(wording, policy.continues_for if policy is not None else []),
            tuple(one for one in definitions if is_parameter(one.record)),
            tuple(one for one in definitions if not is_parameter(one.record)),
            tuple(wording.card(key, record) for key, record in document.scorecards.items()),
            tuple(self._measures(wording, rules)),
        )

    def _cohort(self, wording: Wording, tests: list[Any]) -> tuple[Line, ...]:
        return tuple(wording.line(part) for part in conditions(tests, wording.context(), "", "edition"))

    def _measures(self, wording: Wording, rules: Rules) -> Iterator[MeasureShown]:
        return (self.measure(measure, wording) for measure in rules.measures if measure.document is wording.document)

    def measure(self, measure: Measure, wording: Wording) -> MeasureShown:
        """One measure by the wording of its document."""
        document = wording.document
        return MeasureShown(
            f"{policy_name(document)}--{measure.key}",
            measure.record,
            SUBJECTS.get(measure.subject, same(measure.subject)),
            _status(measure.record, wording.rules.schemas[measure.subject]),
            tuple(wording.line(part) for part in own_parts(measure.eligible)),
            wording.amount(measure),
            "\n".join(_as_written(_source_lines(document, self.library), measure.where)),
            tuple(self._examples(wording, measure.key, measure.subject)),
        )

    # ------------------------------------------------------------ worked cases

    def _examples(self, wording: Wording, key: str, subject: str) -> Iterator[Example]:
        document = wording.document
        names = {key, f"{document.policy}/{key}", f"{document.pack}/{document.policy}/{key}"}
        names |= {f"{document.pack}/{document.policy}/{key}@{document.edition}"}
        for case in self.pack.cases:
            if str(case.subject or "enterprise") == subject and document in self._holding(case, key):
                for name, expected in case.expect.items():
                    if str(name) in names:
                        yield self._example(case, expected, wording)

    def _holding(self, case: CaseRecord, key: str) -> list[Document]:
        """The documents whose measure a case is about: those in force on its day; where none is, those that continue."""
        having = [document for document in self.pack.documents if key in document.measures]
        day = case.law_on or case.as_of
        in_force = [document for document in having if document.in_force(day) == "yes"]
        return in_force or [document for document in having if document.in_force(day) == "continued"]

    def _example(self, case: CaseRecord, expected: Any, wording: Wording) -> Example:
        schema, places = self.library.schema(str(case.subject or "enterprise")), self.library.common.places
        given = [said for said in _facts(case.facts, schema, places) if said[1] != of_words(places.by_id[str(self.pack.record.place)].label)]
        for id, facts in case.others.items():
            given += [(both(("{0}: {1}", "{0}：{1}"), same(str(id)), label), value) for label, value in _facts(facts, schema, places)]
        given += [
            (both(("{0} owns of {1}", "{0}持有{1}"), _who(held.owner), _who(held.owned)), same(str(held.share or held.kind)))
            for held in case.ownership
        ]
        titles = {str(key): one.title for document in self.library.documents for key, one in document.measures.items()}
        for award in case.awards:
            title = titles.get(str(award.measure).rpartition("/")[2])
            named = same(str(award.measure)) if title is None else of_words(title)
            to = _who(award.subject) if award.subject is not None else None
            label = both(("granted on {0}: {1}", "{0}获得：{1}"), award.granted_on.isoformat(), named)
            given.append((label if to is None else both(("{0}: {1}", "{0}：{1}"), to, label), _figure(award.amount, wording.currency)))
        if "awards" in case.model_fields_set and not case.awards:
            given.append((Both("granted before", "此前已获"), Both("nothing", "无")))
        status, amount = (expected.part("status"), expected.part("amount")) if isinstance(expected, Mapping) else (expected, None)
        return Example(
            case,
            tuple(given),
            STATUS_WORDS.get(str(status)),
            None if amount is None else _range([_figure(end, wording.currency) for end in (amount if isinstance(amount, list) else [amount])]),
            str(status or ""),
        )

    # ------------------------------------------------------------ the core policy

    def core(self, document: Document) -> CoreShown:
        wording, record = Wording.of(self.rules(document), document), document.record
        assert isinstance(record, CoreRecord)
        return CoreShown(
            record,
            tuple((str(key), wording.test(one.test), one) for key, one in record.conditions.items()),
            tuple((wording.stacking(rule), rule) for rule in record.cumulation),
            tuple((str(key), tuple(wording.fund(fund)), fund) for key, fund in record.funds.items()),
            tuple((str(key), tuple(wording.group(group)), group) for key, group in record.groups.items()),
        )


# ---------------------------------------------------------------- the rule as written


def _source_lines(document: Document, library: Library) -> list[str]:
    text, _ = read_text(library.common.folder.parent / document.file, document.file)
    return (text or "").splitlines()


def as_written(measure: Measure, library: Library) -> str:
    """The whole of a measure as its file has it, without its indentation."""
    lines = _source_lines(measure.document, library)
    block = _block(lines, measure.where.line - 1)
    return "\n".join(line[_indent(block[0]) :] for line in block)


def _as_written(lines: list[str], where: Where) -> list[str]:
    """The eligibility and the amount of a measure as its file has them, without their indentation."""
    block = _block(lines, where.line - 1)
    inner = min((_indent(line) for line in block[1:] if line.strip()), default=0)
    parts: list[str] = []
    for number, line in enumerate(block[1:], start=1):
        if _indent(line) == inner and line.strip().startswith(("eligible:", "amount:")):
            parts += [one[inner:] for one in _block(block, number)]
    return parts or [line[_indent(block[0]) :] for line in block]


def _block(lines: list[str], start: int) -> list[str]:
    """A line and what is indented under it."""
    end = start + 1
    while end < len(lines) and (not lines[end].strip() or _indent(lines[end]) > _indent(lines[start])):
        end += 1
    return [line for line in lines[start:end] if line.strip()]


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip())


# ---------------------------------------------------------------- given facts and published figures


def _facts(facts: dict[Text, Any], schema: Schema, places: Places) -> Iterator[tuple[Both, Both]]:
    """Facts of a case: what each is called, and what is given."""
    for name, node in facts.items():
        fact = schema.facts.get(schema.names.get(str(name), ""))
        if fact is None:
            continue
        if isinstance(node, Mapping):
            years = (both(("{0}: {1}", "{0}年：{1}"), str(year), _given(fact, text, places)) for year, text in node.items())
            yield of_words(fact.label), listed(years, "; ", "；")
        else:
            yield of_words(fact.label), _given(fact, node, places)


def _given(fact: Fact, text: Text, places: Places) -> Both:
    """One given value, as people say it."""
    if text == "none":
        return Both("none", "无")
    match fact.kind:
        case "flag":
            return Both("yes", "是") if text == "true" else Both("no", "否")
        case "category" if fact.codes is not None and (code := fact.codes.find(text)) is not None:
            return code_label(code, fact.codes)
        case "place" if (place := places.find(text)) is not None:
            return of_words(places.by_id[place].label)
    syntax, _ = parse(text, text.where)
    if isinstance(syntax, Quantity) and fact.unit.factor == 1:
        return speech.figure(syntax.value, fact.unit, share=fact.kind == "share")
    return same(str(text))


def _status(record: MeasureRecord, schema: Schema) -> Both | None:
    """What a recognition makes true."""
    fact = schema.facts.get(str(record.gives))
    return None if fact is None else of_words(fact.label)


def _who(id: Text) -> Both:
    return Both("the enterprise", "本企业") if id == "self" else same(str(id))


def _figure(text: Text, currency: str) -> Both:
    """An end of an expected amount."""
    if text == "unbounded":
        return Both("no upper end", "无上限")
    syntax, _ = parse(text, text.where)
    return speech.figure(syntax.value, UNITS[currency]) if isinstance(syntax, Quantity) else same(str(text))


def _range(ends: list[Both]) -> Both:
    return ends[0] if ends[0] == ends[-1] else both(("{0} to {1}", "{0}至{1}"), ends[0], ends[-1])


def indicator_shown(record: Indicator, places: Places) -> IndicatorShown:
    place = places.by_id.get(str(record.place))
    label = same(str(record.place)) if place is None else of_words(place.label)
    return IndicatorShown(record, label, tuple((published_words(value.value, record), value.source) for value in record.values))


def published_words(text: Text, record: Indicator) -> Both:
    """A published figure, with `over` or `about` where its sources say so."""
    syntax, _ = parse(text, text.where)
    if not isinstance(syntax, Quantity):
        return same(str(text))
    said = quantity(syntax)
    if record.at_least == "true":
        return both(("over {0}", "超过{0}"), said)
    return both(("about {0}", "约{0}"), said) if record.about == "true" else said
