"""What the page of a measure shows beside its card: conditions, stacking, editions, links, examples and the pack's own lines."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from threading import Lock
from typing import Literal
from weakref import WeakKeyDictionary

from huiqi.publication.shown import Example, MeasureShown, Shower, as_written
from huiqi.publication.wording import Line, Wording, own_parts, payments, same
from huiqi.rules.compile import Measure
from huiqi.rules.cumulation import Act, StackingRule, stacking_of
from huiqi.rules.links import reaching
from huiqi.rules.records import CoreRecord, FundRecord, Source
from huiqi.rules.tree import Group
from huiqi.vocabulary.speech import Both, of_words
from huiqi_portal.catalogue.card import Card
from huiqi_portal.catalogue.collection import Collection
from huiqi_portal.catalogue.editions import EditionShown, editions_of
from huiqi_portal.catalogue.linked import LinkShown, link_shown
from huiqi_portal.texts.shelf import Law

Bearing = Literal["excludes", "once", "reduces", "limits", "shares"]
BEARINGS: dict[Bearing, Both] = {
    "excludes": Both("Not together with", "不可同时享受"), "once": Both("Only once", "只享受一次"), "reduces": Both("Reduced by", "抵减"),
    "limits": Both("Limited together with", "合计限额"), "shares": Both("Who bears it", "分担"),
}  # fmt: skip
_BEARING: dict[Act, Bearing] = {
    Act.HIGHEST: "excludes", Act.FIRST: "excludes", Act.UNLESS: "excludes", Act.CHOICE: "excludes", Act.ONCE: "once", Act.LESS: "reduces",
    Act.LAST: "limits", Act.PROPORTIONAL: "limits", Act.SHARE: "shares",
}  # fmt: skip
UNKNOWN, AS_OF = Both("unknown", "未知"), Both("as of", "截至")
MOST_DIFFERING = 3  # facts by which an example is told beside another
MOST_NAMED = 6  # other measures that a stacking rule names at once; the rest is unfolded


@dataclass(frozen=True)
class StackingShown:
    """A stacking rule that is about a measure, and the other measures that it is about."""

    bearing: Bearing
    label: Both
    said: Both
    clause: str
    source: Source
    certain: bool
    others: tuple[tuple[str, Both], ...]

    @property
    def bearing_said(self) -> Both:
        return BEARINGS[self.bearing]

    @property
    def few(self) -> bool:
        return len(self.others) <= MOST_NAMED


@dataclass(frozen=True)
class ExampleGroup:
    """Worked examples that share most of what is given: one in full, the others by what is different in them."""

    first: Example
    others: tuple[tuple[Example, tuple[tuple[Both, Both], ...]], ...]


@dataclass(frozen=True)
class MeasurePage:
    """The page of one measure."""

    shown: MeasureShown
    written: str
    shared: tuple[Line, ...]
    stacking: tuple[StackingShown, ...]
    examples: tuple[ExampleGroup, ...]
    editions: tuple[EditionShown, ...]
    links: tuple[LinkShown, ...]
    fund: FundRecord | None
    payments: Both | None
    beside: tuple[Measure, ...]  # other editions of the measure that hold today


_pages: WeakKeyDictionary[Law, dict[str, MeasurePage]] = WeakKeyDictionary()
_making = Lock()


def measure_page_of(law: Law, collection: Collection, card: Card) -> MeasurePage:
    """The page of a measure, made when it is first asked for and kept as long as the law."""
    with _making:
        kept = _pages.setdefault(law, {})
        if card.name not in kept:
            kept[card.name] = _made(law, collection, card)
        return kept[card.name]


def _made(law: Law, collection: Collection, card: Card) -> MeasurePage:
    measure, wording = card.measure, Wording.of(card.rules, card.document)
    pack = next(pack for pack in law.library.packs if pack.id == card.document.pack)
    shown = Shower(law.library, pack, law.law_on).measure(measure, wording)
    links = reaching(law.library.common.links, card.place, card.name, law.law_on)
    return MeasurePage(
        shown,
        as_written(measure, law.library),
        _shared(measure, wording),
        tuple(_stacking(law, card)),
        tuple(_grouped(shown.examples)),
        editions_of(law, card.document, measure.key),
        tuple(replace(link_shown(link, law, collection), cards=()) for link in links),
        _fund(law, measure),
        payments(measure.record.pays) if measure.record.pays else None,
        tuple(one for one in law.rules.measures if one.name == card.name and one.document is not card.document),
    )


def _shared(measure: Measure, wording: Wording) -> tuple[Line, ...]:
    """What is asked for beside the measure's own conditions: the place, the edition's cohort, the core policy."""
    own = {id(part) for part in own_parts(measure.eligible)}
    parts = measure.eligible.parts if isinstance(measure.eligible, Group) else ()
    return tuple(wording.line(part) for part in parts if id(part) not in own)


def _stacking(law: Law, card: Card) -> list[StackingShown]:
    """The stacking rules about a measure, each written rule once."""
    numbers = {measure.id: number for number, measure in enumerate(law.rules.measures)}
    number = numbers.get(card.measure.id)
    if number is None:  # not in force
        return []
    found: dict[int, list[StackingRule]] = {}
    for rule in stacking_of(law.rules):
        if number in (rule.measures if rule.act in (Act.UNLESS, Act.LESS) else rule.covered):
            for written in {id(one.written): one.written for one in rule.exclusions if number in one.measures}.values() or (rule.written,):
                found.setdefault(id(written), []).append(replace(rule, written=written))
    return [_rule_shown(rules, law, number) for rules in found.values()]


def _rule_shown(rules: list[StackingRule], law: Law, number: int) -> StackingShown:
    first = rules[0]
    covered = dict.fromkeys(other for rule in rules for other in _covered(rule) if other != number)
    others = dict.fromkeys((law.rules.measures[other].name, of_words(law.rules.measures[other].record.title)) for other in covered)
    bearing = _BEARING[first.act]
    said = Wording.of(law.rules, first.document).stacking(first.written)
    named = () if bearing in ("once", "shares") else tuple(others)
    return StackingShown(bearing, of_words(first.label), said, first.clause, first.source, all(rule.certain for rule in rules), named)


def _covered(rule: StackingRule) -> tuple[int, ...]:
    """The measures that a rule is about; of several exclusions those of the one that is meant."""
    return next((one.measures for one in rule.exclusions if one.written is rule.written), rule.covered)


def _grouped(examples: Sequence[Example]) -> Iterator[ExampleGroup]:
    """Each example with the first one from which it differs in little, those that are met before the others."""
    groups: list[tuple[Example, list[tuple[Example, tuple[tuple[Both, Both], ...]]]]] = []
    for one in sorted(examples, key=lambda one: one.status_key != "yes"):
        near = next((group for group in groups if len(_differing(group[0], one)) <= MOST_DIFFERING), None)
        if near is None:
            groups.append((one, []))
        else:
            near[1].append((one, tuple(_differing(near[0], one))))
    return (ExampleGroup(first, tuple(others)) for first, others in groups)


def _differing(first: Example, other: Example) -> list[tuple[Both, Both]]:
    """What is given otherwise in the second of two examples; what only the first knows is unknown in it."""
    before, after = dict(first.given), dict(other.given)
    found = [(label, value) for label, value in after.items() if before.get(label) != value]
    found += [(label, UNKNOWN) for label in before if label not in after]
    if first.record.as_of != other.record.as_of:
        found.append((AS_OF, same(other.record.as_of.isoformat())))
    return found


def _fund(law: Law, measure: Measure) -> FundRecord | None:
    """The fund that pays, as the nearest core policy describes it."""
    name = measure.record.fund
    if name is None:
        return None
    packs = law.rules.world.ancestors[measure.document.pack]
    cores = [one for pack in packs for one in law.library.documents if one.pack == pack and isinstance(one.record, CoreRecord)]
    return next((fund for one in cores if isinstance(one.record, CoreRecord) for key, fund in one.record.funds.items() if key == name), None)
