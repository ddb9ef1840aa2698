"""What the list of measures answers to what is asked: the measures in order, the counts beside each filter, and what to loosen."""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from operator import and_

from huiqi.publication.names import KIND_WORDS
from huiqi.vocabulary.speech import Both, both, money_range, of_words
from huiqi_portal.catalogue.asked import Asked
from huiqi_portal.catalogue.card import SOON, STANDINGS, Card, topic_words
from huiqi_portal.catalogue.collection import Collection, Set, set_of
from huiqi_portal.catalogue.roughly import WAN, Rough, surely_not
from huiqi_portal.texts.shelf import Law

A_PAGE = 20
STATE_WORDS = {
    "open": STANDINGS["open"], "soon": both(("Closes within {0} days", "{0}天内截止"), str(SOON)), "call": STANDINGS["call"],
    "later": STANDINGS["later"], "cohort": STANDINGS["cohort"], "over": STANDINGS["over"],
}  # fmt: skip
SORT_WORDS = {"fit": Both("Relevance", "相关度"), "deadline": Both("Deadline", "截止日期"), "amount": Both("Amount", "金额")}
FILTERS = ("q", "place", "topic", "kind", "state", "firm")
FIRM = ("industry", "staff", "revenue")


@dataclass(frozen=True)
class Option:
    """A value of a filter and how many measures it would leave; a link has the address that chooses it, or takes it back where it is chosen."""

    value: str
    said: Both
    count: int
    chosen: bool
    address: str = ""
    depth: int = 0  # how far a line of a select stands in


@dataclass(frozen=True)
class Chip:
    """Something that is asked for, and the address without it."""

    said: Both
    address: str
    count: int


@dataclass(frozen=True)
class Found:
    """A page of the list with everything around it."""

    asked: Asked
    cards: tuple[Card, ...]
    total: int
    pages: int
    topics: tuple[Option, ...]
    kinds: tuple[Option, ...]
    states: tuple[Option, ...]
    places: tuple[Option, ...]
    industries: tuple[Option, ...]
    sorts: tuple[Option, ...]
    chips: tuple[Chip, ...]
    left_out: tuple[Both, ...]
    today: datetime.date

    @property
    def first(self) -> int:
        return (self.asked.page - 1) * A_PAGE + 1

    @property
    def last(self) -> int:
        return self.first + len(self.cards) - 1

    @property
    def hidden(self) -> tuple[tuple[str, str], ...]:
        """What the form carries along without a field of its own."""
        return tuple((name, value) for name in ("topic", "kind", "state", "sort") if (value := getattr(self.asked, name)) not in ("", "fit"))

    @property
    def loosen(self) -> tuple[Chip, ...]:
        """What to take back so that something is found."""
        return tuple(chip for chip in self.chips if chip.count)

    @property
    def before(self) -> str | None:
        return self.asked.on_page(self.asked.page - 1).address if self.asked.page > 1 else None

    @property
    def after(self) -> str | None:
        return self.asked.on_page(self.asked.page + 1).address if self.asked.page < self.pages else None


def find(law: Law, collection: Collection, asked: Asked) -> Found:
    """The measures that an address means, in its order; a page beyond the last has none."""
    scores = collection.index.find(asked.q)
    parts: dict[str, Set] = {
        "q": collection.all if scores is None else set_of(scores),
        "place": collection.at(asked.place) if asked.place else collection.all,
        "topic": collection.by_topic[asked.topic] if asked.topic else collection.all,
        "kind": collection.by_kind.get(asked.kind, 0) if asked.kind else collection.all,
        "state": _in_state(collection, asked.state),
        "firm": _possible(law, collection, [asked.firm])[0] if asked.about_a_firm else collection.all,
    }

    def but(*names: str) -> Set:
        return reduce(and_, (part for name, part in parts.items() if name not in names), collection.all)

    chosen = but()
    cards = sorted(collection.chosen(chosen), key=_order(asked, collection, scores or {}))
    return Found(
        asked,
        tuple(cards[(asked.page - 1) * A_PAGE : asked.page * A_PAGE]),
        len(cards),
        -(-len(cards) // A_PAGE),
        _options(asked, "topic", collection.by_topic, but("topic"), topic_words),
        _options(asked, "kind", collection.by_kind, but("kind"), lambda kind: KIND_WORDS[kind]),
        _states(asked, collection, but("state")),
        _places(asked, collection, but("place")),
        _industries(asked, law, collection, but("firm")),
        tuple(Option(sort, said, 0, sort == asked.sort, asked.with_(sort=sort).address) for sort, said in SORT_WORDS.items()),
        tuple(_chips(asked, law, but)),
        tuple(_left_out(asked, collection, parts, but)),
        law.law_on,
    )


def _in_state(collection: Collection, state: str) -> Set:
    """What is in a state; unasked, what has ended is not shown."""
    return collection.by_standing.get(state, 0) if state else collection.all & ~collection.by_standing.get("over", 0)


def _options(asked: Asked, name: str, sets: Mapping[str, Set], among: Set, said: Callable[[str], Both]) -> tuple[Option, ...]:
    """The values of a filter that would leave something, the most frequent first; what is chosen stays."""
    counts = {value: (numbers & among).bit_count() for value, numbers in sets.items()}
    kept = [value for value in sorted(sets, key=lambda one: (-counts[one], one)) if counts[value] or value == getattr(asked, name)]
    return tuple(_option(asked, name, value, said(value), counts[value]) for value in kept)


def _option(asked: Asked, name: str, value: str, said: Both, count: int) -> Option:
    chosen = getattr(asked, name) == value
    return Option(value, said, count, chosen, (asked.without(name) if chosen else asked.with_(**{name: value})).address)


def _states(asked: Asked, collection: Collection, among: Set) -> tuple[Option, ...]:
    counts = {state: (collection.by_standing.get(state, 0) & among).bit_count() for state in STATE_WORDS}
    return tuple(_option(asked, "state", state, said, counts[state]) for state, said in STATE_WORDS.items() if counts[state] or asked.state == state)


def _places(asked: Asked, collection: Collection, among: Set) -> tuple[Option, ...]:
    """Each place with what applies in it; the place asked for stands there even if the packs say nothing of it."""
    entries = [(entry.id, entry.label, entry.depth) for entry in collection.place_entries]
    if asked.place and all(id != asked.place for id, _, _ in entries):
        entries.insert(0, (asked.place, of_words(collection.places.by_id[asked.place].label), 0))
    counted = ((id, label, depth, (collection.at(id) & among).bit_count()) for id, label, depth in entries)
    return tuple(Option(id, label, count, asked.place == id, depth=depth) for id, label, depth, count in counted if count or asked.place == id)


def _possible(law: Law, collection: Collection, firms: Sequence[Rough]) -> list[Set]:
    """For each firm what it is not sure to be refused; only what is about enterprises."""
    refused = (set_of(collection.by_name[name].number for name in never) for never in surely_not(law, firms))
    return [collection.enterprises & ~numbers for numbers in refused]


def _industries(asked: Asked, law: Law, collection: Collection, among: Set) -> tuple[Option, ...]:
    """The sections of the classification of industries, and the finer code that is asked for, each with what it would leave."""
    fact = law.rules.schemas["enterprise"].facts.get("industry")
    if fact is None or fact.codes is None:
        return ()
    codes = fact.codes.codes
    shown = [code for code, one in codes.items() if one.parent is None or code == asked.industry]
    left = _possible(law, collection, [(code, asked.staff, asked.revenue) for code in shown])
    return tuple(
        _option(asked, "industry", code, of_words(codes[code].label), (among & numbers).bit_count())
        for code, numbers in zip(shown, left, strict=True)
    )


def _chips(asked: Asked, law: Law, but: Callable[..., Set]) -> Iterable[Chip]:
    """What is asked for, part by part."""
    if asked.q:
        yield _chip(asked, ("q",), both(("“{0}”", "“{0}”"), asked.q), but("q"))
    if asked.place:
        label = of_words(law.rules.places.by_id[asked.place].label)
        yield _chip(asked, ("place",), both(("applies in {0}", "适用于{0}"), label), but("place"))
    if asked.topic:
        yield _chip(asked, ("topic",), topic_words(asked.topic), but("topic"))
    if asked.kind:
        yield _chip(asked, ("kind",), KIND_WORDS[asked.kind], but("kind"))
    if asked.state:
        yield _chip(asked, ("state",), STATE_WORDS[asked.state], but("state"))
    if asked.about_a_firm:
        yield _chip(asked, FIRM, firm_said(asked, law), but("firm"))


def _chip(asked: Asked, names: tuple[str, ...], said: Both, left: Set) -> Chip:
    return Chip(said, asked.without(*names).address, left.bit_count())


def firm_said(asked: Asked, law: Law) -> Both:
    """The firm that is described, in words."""
    parts = []
    fact = law.rules.schemas["enterprise"].facts.get("industry")
    if asked.industry and fact is not None and fact.codes is not None:
        parts.append(of_words(fact.codes.codes[asked.industry].label))
    if asked.staff is not None:
        parts.append(both(("{0} employees", "从业人员{0}人"), f"{asked.staff:,}"))
    if asked.revenue is not None:
        fen = asked.revenue * WAN * 100
        parts.append(both(("revenue of {0}", "营业收入{0}"), money_range(fen, fen)))
    return Both("a firm: " + ", ".join(part.en for part in parts), "企业：" + "，".join(part.zh for part in parts))


def _left_out(asked: Asked, collection: Collection, parts: Mapping[str, Set], but: Callable[..., Set]) -> Iterable[Both]:
    """What is not shown though its words fit, and why."""
    if not asked.about_a_firm:
        return
    others = but("firm") & ~parts["firm"]
    never, elsewise = (others & collection.enterprises).bit_count(), (others & ~collection.enterprises).bit_count()
    if never:
        words = ("{0} left out, which such a firm surely may not have", "已排除此类企业确定不符合的措施{0}项")
        yield both(words, Both(f"{never:,} {'measure' if never == 1 else 'measures'}", f"{never:,}"))
    if elsewise:
        words = ("{0} not about enterprises left out", "已排除非企业类措施{0}项")
        yield both(words, Both(f"{elsewise:,} {'measure' if elsewise == 1 else 'measures'}", f"{elsewise:,}"))


# ---------------------------------------------------------------- order

_STANDING_ORDER = {standing: number for number, standing in enumerate(STANDINGS)}
_WITHOUT_GAIN = frozenset({"charge", "requirement"})


def _order(asked: Asked, collection: Collection, scores: Mapping[int, float]) -> Callable[[Card], tuple[object, ...]]:
    """How the list is sorted; what is equal stands by place, by document and in the order of its text."""
    currencies = [currency for currency, _ in Counter(map(_currency, collection.cards)).most_common()]

    def usual(card: Card) -> tuple[object, ...]:
        near = -len(collection.places.above(card.place)) if asked.place else 0
        dull = card.kind in _WITHOUT_GAIN
        return (_STANDING_ORDER[card.standing] > 1, card.subject_said is not None, dull, near, -_amount(card)[1], card.number)

    def by_amount(card: Card) -> tuple[object, ...]:
        degree, upper = _amount(card)
        return (card.kind in _WITHOUT_GAIN, degree == 2, currencies.index(_currency(card)), degree, -upper, usual(card))

    match asked.sort:
        case "deadline":
            return lambda card: (card.standing in ("cohort", "over"), card.last_day is None, card.last_day or datetime.date.max, usual(card))
        case "amount":
            return by_amount
    return lambda card: (-scores.get(card.number, 0.0), usual(card))


def _currency(card: Card) -> str:
    return card.rules.currencies[card.document.pack]


def _amount(card: Card) -> tuple[int, int]:
    """Amounts with an upper end before those without, those before none; and the upper end."""
    if card.ends is None:
        return 2, 0
    return (0, card.ends[1]) if card.ends[1] is not None else (1, 0)
