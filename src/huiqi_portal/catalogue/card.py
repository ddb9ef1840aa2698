"""One measure as the catalogue lists it: said once per law, so that a page only has to choose."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from huiqi.publication.brief import amount_ends, amount_in_brief
from huiqi.publication.editions import holding_day
from huiqi.publication.names import KIND_WORDS, MODE_WORDS, TOPIC_WORDS
from huiqi.publication.shown import SUBJECTS
from huiqi.publication.wording import Line, Wording, own_parts, same, time_limit
from huiqi.rules.compile import Measure, Rules
from huiqi.rules.context import Document
from huiqi.rules.cumulation import reach, stack
from huiqi.rules.pack import PackText
from huiqi.rules.records import CoreRecord
from huiqi.vocabulary.place import Places
from huiqi.vocabulary.speech import Both, both, figure, listed, of_words
from huiqi.vocabulary.unit import PLAIN
from huiqi_portal.texts.shelf import Law

Standing = Literal["open", "call", "later", "cohort", "over"]
STANDINGS: dict[Standing, Both] = {
    "open": Both("Open now", "现可享受"), "call": Both("Open on a call for applications", "按通知集中申报"),
    "later": Both("Opens later", "尚未施行"), "cohort": Both("Only for earlier cohorts", "仅原适用对象"),
    "over": Both("No longer in force", "已失效"),
}  # fmt: skip
SOON = 90  # days before its last day from which a measure is said to close soon
MONEYLESS = {
    "recognition": Both("A status, no money by itself", "认定资质，本身不发放资金"), "service": Both("A service, no money", "服务事项，不涉及资金"),
    "requirement": Both("An obligation, no money", "约束要求，不涉及资金"),
}  # fmt: skip
NO_MONEY = Both("No amount", "不涉及金额")
UNSEEN = Both("Dates of calls are not in the texts", "申报通知的起止时间未载入文本")


@dataclass(frozen=True, eq=False)
class Card:
    """A measure in the edition that counts today, with what a list shows and sorts by; `where` are the places where it applies (None: all)."""

    number: int
    measure: Measure
    rules: Rules  # of a day on which it holds
    standing: Standing
    place: str
    where: frozenset[str] | None
    amount: Both
    ends: tuple[int, int | None] | None
    bearers: Both | None
    topics: tuple[str, ...]
    soon: bool  # its text ends within the next weeks

    @property
    def name(self) -> str:
        return self.measure.name

    @property
    def document(self) -> Document:
        return self.measure.document

    @property
    def title(self) -> Both:
        return of_words(self.measure.record.title)

    @property
    def kind(self) -> str:
        return self.measure.record.kind

    @property
    def kind_said(self) -> Both:
        return KIND_WORDS[self.measure.record.kind]

    @property
    def topics_said(self) -> tuple[tuple[str, Both], ...]:
        return tuple((topic, topic_words(topic)) for topic in self.topics)

    @property
    def place_said(self) -> Both:
        return of_words(self.rules.places.by_id[self.place].label)

    @property
    def subject_said(self) -> Both | None:
        """Whom it is about, where that is not an enterprise."""
        subject = self.measure.subject
        return None if subject == "enterprise" else SUBJECTS.get(subject, same(subject))

    @property
    def standing_said(self) -> Both:
        return STANDINGS[self.standing]

    @property
    def first_day(self) -> datetime.date:
        return self.document.record.first_day

    @property
    def last_day(self) -> datetime.date | None:
        return self.document.record.last_day

    @property
    def mode_said(self) -> Both | None:
        apply = self.measure.record.apply
        return None if apply is None else MODE_WORDS[apply.mode]

    @property
    def limits_said(self) -> tuple[Both, ...]:
        """In what time the office decides."""
        apply = self.measure.record.apply
        if apply is None:
            return ()
        promised, statutory = apply.decide_within, apply.statutory
        return tuple(
            both(template, time_limit(text))
            for template, text in ((("decided within {0}", "承诺{0}内办结"), promised), (("legal limit {0}", "法定时限{0}"), statutory))
            if text is not None
        )

    def reaches(self, inside: frozenset[str]) -> bool:
        """It applies in some of these places."""
        return self.where is None or not self.where.isdisjoint(inside)

    def texts(self) -> Iterator[tuple[int, str]]:
        """What a search looks through, with the weight of each text."""
        record, document = self.measure.record, self.document.record
        yield from ((8, text) for text in self.title)
        yield from ((4, text) for both_said in (self.kind_said, *(words for _, words in self.topics_said)) for text in both_said)
        yield 5, str(document.document)
        yield from ((4, text) for text in of_words(document.title))
        yield from ((2, text) for said in (of_words(document.issuer), self.place_said) for text in said)
        yield 1, str(record.clause)
        yield 2, self.name.replace("/", " ")
        wording = Wording.of(self.rules, self.document)
        said_parts = [*_said(wording.line(part) for part in own_parts(self.measure.eligible)), self.amount]
        notes = [of_words(words) for words in (record.note, record.apply.office if record.apply is not None else None) if words is not None]
        if record.gives is not None and (fact := self.rules.schemas[self.measure.subject].facts.get(str(record.gives))) is not None:
            said_parts.append(of_words(fact.label))
        yield from ((1, text) for said in (*said_parts, *notes) for text in said)


def topic_words(topic: str) -> Both:
    """A topic in words."""
    return TOPIC_WORDS.get(topic, same(topic))


def _said(lines: Iterator[Line]) -> Iterator[Both]:
    for line in lines:
        yield line.said
        yield from _said(iter(line.parts))


def cards_of(law: Law) -> tuple[Card, ...]:
    """A card for each measure of the library, in the edition in force; else the one that continues, that comes next, or that ended last."""
    packs = {pack.id: pack for pack in law.library.packs}
    shares = _bearers(law.rules)
    cards = []
    for number, (measure, rules, standing) in enumerate(_chosen(law)):
        place, last = str(packs[measure.document.pack].record.place), measure.document.record.last_day
        cards.append(
            Card(
                number,
                measure,
                rules,
                standing,
                place,
                reach(measure),
                _amount(measure, rules),
                amount_ends(measure, rules),
                shares.get(measure.id) or _bearer(measure, packs[measure.document.pack], rules.places),
                tuple(map(str, measure.record.topics)) or ("none",),
                standing in ("open", "call") and last is not None and (last - law.law_on).days <= SOON,
            )
        )
    return tuple(cards)


def _chosen(law: Law) -> list[tuple[Measure, Rules, Standing]]:
    """Each measure in the edition that counts today, with rules of a day on which that holds."""
    found: dict[str, tuple[Measure, Rules, Standing]] = {}
    for measure in sorted(law.rules.measures, key=lambda one: one.document.in_force(law.law_on) != "yes"):
        found.setdefault(measure.name, (measure, law.rules, _standing(measure, law.law_on)))
    others = [document for document in law.library.documents if document.in_force(law.law_on) == "no" and not isinstance(document.record, CoreRecord)]
    for document in sorted(others, key=lambda one: _nearness(one, law.law_on)):
        names = [f"{document.pack}/{document.policy}/{key}" for key in document.measures]
        if all(name in found for name in names):
            continue
        rules = law.library.rules_of([document], holding_day(document, law.law_on))
        for measure in rules.measures:
            found.setdefault(measure.name, (measure, rules, _standing(measure, law.law_on)))
    return list(found.values())


def _nearness(document: Document, today: datetime.date) -> tuple[bool, int]:
    """What is to come first, the earliest first; then what has ended, the latest first."""
    first = document.record.first_day.toordinal()
    return (False, first) if document.record.first_day > today else (True, -first)


def _standing(measure: Measure, today: datetime.date) -> Standing:
    match measure.document.in_force(today):
        case "yes":
            return "call" if measure.record.apply is not None and measure.record.apply.mode == "call" else "open"
        case "continued":
            return "cohort"
    return "later" if measure.document.record.first_day > today else "over"


def _amount(measure: Measure, rules: Rules) -> Both:
    brief = amount_in_brief(measure, Wording.of(rules, measure.document))
    return MONEYLESS.get(measure.record.kind, NO_MONEY) if brief is None else brief


def _bearers(rules: Rules) -> dict[str, Both]:
    """Who bears what, where the core policies divide it."""
    found: dict[str, Both] = {}
    for subject in {measure.subject for measure in rules.measures}:
        stacking = stack(rules, subject=subject)
        for number, measure in enumerate(stacking.measures):
            if shares := stacking.shares(number):
                said = (both(("{0} {1}", "{0}{1}"), _bearing(id, rules.places), figure(share, PLAIN, share=True)) for id, share in shares)
                found[measure.id] = listed(said, ", ", "，")
    return found


def _bearing(id: str, places: Places) -> Both:
    return Both("the district", "区级") if id == "district" else of_words(places.by_id[id].label)


def _bearer(measure: Measure, pack: PackText, places: Places) -> Both | None:
    """Who bears it, where nobody is named: the level that gives it."""
    if measure.record.kind == "charge":
        return Both("the enterprise pays", "由企业缴纳")
    return None if measure.amount is None else of_words(places.by_id[str(pack.record.place)].label)
