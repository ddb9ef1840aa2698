"""Where an interview stands: every measure of the place, what the last answers changed, and what to ask next."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from urllib.parse import quote

import huiqi
from huiqi.entitlements.ask import Question
from huiqi.entitlements.assess import Assessed, Range
from huiqi.entitlements.in_all import counted_measures, currency_in_all, in_all
from huiqi.facts.past import PastFact
from huiqi.facts.schema import Fact
from huiqi.publication.names import KIND_WORDS, STATUS_WORDS
from huiqi.publication.wording import NOT_PUBLIC
from huiqi.rules.compile import Measure
from huiqi.rules.cumulation import NOT_PAID
from huiqi.vocabulary.speech import Both, both, brief_money, listed, money_range, of_words
from huiqi_portal.interview.facts import PLACE, Facts
from huiqi_portal.interview.keeping import Key
from huiqi_portal.interview.surroundings import explainer_at
from huiqi_portal.texts.shelf import Law

BASE = ("industry", "established", "revenue", "employees")  # what everybody knows of a firm: asked together where that settles more
MOST_WAITING = 3  # questions named beside an undecided measure
SHORT = 8  # undecided measures in the list beside the question
STATUSES = ("yes", "depends", "no")


@dataclass(frozen=True)
class Open:
    """A fact that is still to be told, by its place in an address and in words."""

    address: str
    label: Both


@dataclass(frozen=True)
class Line:
    """One measure in the list: `amount` after stacking (nothing where it gives none), `due` before it where that differs, `change` by the last
    answers, `open` the questions for which it waits, best first; `worth` orders the list."""

    measure: Measure
    status: str
    amount: Both | None
    due: Both | None
    change: Both | None
    open: Sequence[Question]
    worth: tuple[float, ...]  # by which the list is ordered, the highest first

    @property
    def title(self) -> Both:
        return of_words(self.measure.record.title)

    @property
    def path(self) -> str:
        """Its full name with its edition, as it stands in an address."""
        return quote(self.measure.id, safe="/@")

    @property
    def kind(self) -> Both:
        return KIND_WORDS[self.measure.record.kind]

    @property
    def is_charge(self) -> bool:
        """It is what the firm pays."""
        return self.measure.record.kind in NOT_PAID

    @property
    def status_words(self) -> Both:
        return STATUS_WORDS[self.status]

    @property
    def document(self) -> Both:
        return of_words(self.measure.document.record.title)

    @property
    def waits(self) -> tuple[Open, ...]:
        """The first facts that are still open."""
        return tuple(Open(address_of((one.fact.id, one.year)), label_of(one.fact, one.year)) for one in self.open[:MOST_WAITING])

    @property
    def further(self) -> int:
        """How many more there are."""
        return max(0, len(self.open) - MOST_WAITING)

    @property
    def open_count(self) -> int:
        return len(self.open)


@dataclass(frozen=True)
class Total:
    """What all comes to after stacking, where the last of it has no upper end (`high` None) with what those come to at most that have one.

    `open_ended` is how many measures have no upper end yet, or a figure that is not public.
    """

    low: int
    high: int | None
    at_most: int
    currency: str
    open_ended: int

    @property
    def words(self) -> Both:
        """The range; of the measures that have an upper end, where some have none."""
        return money_range(self.low, self.at_most if self.high is None else self.high, self.currency)

    @property
    def besides(self) -> Both | None:
        """What is not in the range."""
        if self.high is not None:
            return None
        if self.open_ended == 1:
            return Both("and 1 measure besides that has no upper end yet, or whose figure is not public", "另有1项措施上限未定或金额未公布")
        return both(
            ("and {0} measures besides that have no upper end yet, or whose figures are not public", "另有{0}项措施上限未定或金额未公布"),
            str(self.open_ended),
        )


@dataclass(frozen=True)
class Asking:
    """A question to be put, with the measures that wait for it and what an answer settles."""

    key: Key
    fact: Fact
    opens: tuple[Measure, ...]
    settles: float  # measures, on average
    narrows: int  # fen of what is open, on average
    currency: str = "CNY"

    @property
    def address(self) -> str:
        return address_of(self.key)

    @property
    def label(self) -> Both:
        return label_of(self.fact, self.key[1])

    @property
    def why(self) -> Both | None:
        """What waits for it, and what an answer settles; nothing where nothing does."""
        if not self.opens:
            return None
        waiting = len({measure.id for measure in self.opens})
        why = both(
            ("1 measure waits for this", "1项措施待此信息判定") if waiting == 1 else ("{0} measures wait for this", "{0}项措施待此信息判定"),
            str(waiting),
        )
        if not self.narrows:
            return why
        settles = ("{0}; an answer narrows what is open by {1} on average", "{0}；回答后待定金额平均可缩小{1}")
        return both(settles, why, brief_money(self.narrows, self.currency))

    @property
    def titles(self) -> tuple[Both, ...]:
        return tuple(dict.fromkeys(of_words(measure.record.title) for measure in self.opens))


@dataclass(frozen=True)
class Standing:
    """Where an interview stands. The place is not among the questions, since it was told at the beginning."""

    lines: tuple[Line, ...]
    total: Total
    questions: tuple[Asking, ...]  # not yet answered, best first
    put_off: tuple[Asking, ...]
    refused: tuple[Asking, ...]
    more_exactly: Asking | None  # where in its place the firm works, where that still matters
    changed: Both | None  # what the last answers changed, in a sentence

    def _of(self, status: str) -> tuple[Line, ...]:
        return tuple(line for line in self.lines if line.status == status)

    @cached_property
    def yes(self) -> tuple[Line, ...]:
        return self._of("yes")

    @cached_property
    def depends(self) -> tuple[Line, ...]:
        return self._of("depends")

    @cached_property
    def no(self) -> tuple[Line, ...]:
        return self._of("no")

    @property
    def newly_no(self) -> tuple[Line, ...]:
        return tuple(line for line in self.no if line.change is not None)

    @property
    def still_no(self) -> tuple[Line, ...]:
        return tuple(line for line in self.no if line.change is None)

    @property
    def depends_first(self) -> tuple[Line, ...]:
        """The undecided measures of the short list."""
        return self.depends[:SHORT]

    @property
    def depends_further(self) -> tuple[Line, ...]:
        """The undecided measures that do not stand in it."""
        return self.depends[SHORT:]

    @property
    def all_open(self) -> tuple[Asking, ...]:
        """Whatever an answer could still settle."""
        return (*self.questions, *self.put_off, *self.refused, *((self.more_exactly,) if self.more_exactly is not None else ()))

    @property
    def progress(self) -> Both:
        """How far it is, in a sentence."""
        settled, count, left = self.decided, len(self.lines), len(self.questions)
        several = ("{0} questions are still open, the most telling first", "尚有{0}个问题，最关键的先问")
        questions = ("1 question is still open", "尚有1个问题") if left == 1 else several
        return both(
            ("{0} of {1} measures are settled; {2}. You can stop at any time.", "{1}项措施中已判定{0}项；{2}。可随时停下。"),
            str(settled),
            str(count),
            both(questions, str(left)),
        )

    @property
    def decided(self) -> int:
        return len(self.lines) - len(self.depends)


def standing(law: Law, facts: Facts, after: frozenset[Key] = frozenset()) -> Standing:
    """Where an interview stands; `after` are the facts that were answered last, so that what changed by them is marked."""
    assert facts.place is not None
    explainer = explainer_at(law, facts.place)
    known = facts.known
    now = huiqi.assess(explainer, known)
    then = huiqi.assess(explainer, facts.before(after)) if after & facts.stated.keys() and PLACE not in after else None
    questions = [one for one in huiqi.ask(explainer, explainer.known(known)) if not isinstance(one.fact, PastFact)]
    ((low, high),) = in_all(explainer, [known])
    currency = currency_in_all(explainer)
    opens: dict[str, list[Question]] = {}
    for question in questions:
        for measure in question.opens:
            opens.setdefault(measure.id, []).append(question)
    changes = [None if then is None else _change(explainer, *pair) for pair in zip(then or now, now, strict=True)]
    lines = [
        _line(explainer, one, change, opens.get(one.measure.id, ()) if one.status != "no" else ()) for one, change in zip(now, changes, strict=True)
    ]
    every = [_asking(one, currency) for one in questions]
    asked = [one for one in every if one.key != PLACE]
    return Standing(
        tuple(sorted(lines, key=lambda line: (STATUSES.index(line.status), line.change is None, [-part for part in line.worth]))),
        _total(explainer, now, low, high),
        tuple(one for one in asked if one.key not in facts.refused | facts.put_off),
        tuple(one for one in asked if one.key in facts.put_off),
        tuple(one for one in asked if one.key in facts.refused),
        next((one for one in every if one.key == PLACE), None),
        None if then is None else _changed(then, now),
    )


def _total(explainer: huiqi.Explainer, now: Sequence[Assessed], low: int, high: int | None) -> Total:
    """All together; `at_most` adds up upper ends, which is no less than what stacking leaves of them."""
    counted = set(counted_measures(explainer))
    ends = [one.payable[1] for one in now if one.payable is not None and one.measure.id in counted]
    at_most = max(low, sum(end for end in ends if end is not None))
    return Total(low, high, at_most, currency_in_all(explainer), sum(end is None for end in ends))


def next_questions(standing: Standing, facts: Facts) -> tuple[Asking, ...]:
    """The one question that settles most; at the beginning the base questions together, where they settle more than it."""
    first = standing.questions[:1]
    if facts.stated.keys() - {PLACE}:
        return first
    base = tuple(
        sorted((one for one in standing.questions if one.key[0] in BASE and _is_last(one.key, facts)), key=lambda one: BASE.index(one.key[0]))
    )
    return base if len(base) > 1 and sum(one.settles for one in base) > sum(one.settles for one in first) else first


def _is_last(key: Key, facts: Facts) -> bool:
    """Of the last completed year, or of a day."""
    return key[1] in (None, facts.known.as_of.year - 1)


def _asking(question: Question, currency: str) -> Asking:
    return Asking((question.fact.id, question.year), question.fact, question.opens, question.measures, question.money, currency)


def address_of(key: Key) -> str:
    """A fact and year as they stand in an address: revenue.2023."""
    return key[0] if key[1] is None else f"{key[0]}.{key[1]}"


def key_of(address: str) -> Key | None:
    """The fact and year of an address, or nothing."""
    fact, dot, year = address.partition(".")
    if not dot:
        return fact, None
    return (fact, int(year)) if year.isascii() and year.isdigit() and len(year) == 4 else None


def label_of(fact: Fact, year: int | None) -> Both:
    """A fact in words, with its year."""
    return of_words(fact.label) if year is None else both(("{0} {1}", "{1}年{0}"), of_words(fact.label), str(year))


def _line(explainer: huiqi.Explainer, one: Assessed, change: Both | None, open_: Sequence[Question]) -> Line:
    low, high = one.payable or (0, 0)
    amount = _amount(explainer, one.measure, one.payable)
    due = amount if one.due == one.payable else _amount(explainer, one.measure, one.due)
    return Line(
        one.measure,
        one.status,
        amount,
        due if due != amount else None,
        change,
        open_,
        (one.measure.record.kind not in NOT_PAID, one.payable is not None, low, high is not None, high or 0),
    )


def _amount(explainer: huiqi.Explainer, measure: Measure, amount: Range | None) -> Both | None:
    """An amount in words; nothing where the measure gives none or is not had."""
    if amount is None:
        return None
    if measure.amount is not None and measure.amount.unpublished and amount[1] is None:
        return NOT_PUBLIC
    if amount == (0, None):
        return Both("amount not settled yet", "金额待定")
    return money_range(*amount, explainer.currency_of(measure.name))


def _change(explainer: huiqi.Explainer, before: Assessed, now: Assessed) -> Both | None:
    """What the last answers changed of a measure, in words."""
    if before.status != now.status:
        return both(("was {0}, now {1}", "原为{0}，现为{1}"), STATUS_WORDS[before.status], STATUS_WORDS[now.status])
    if before.payable != now.payable:
        was = _amount(explainer, before.measure, before.payable)
        return None if was is None else both(("amount was {0}", "金额原为{0}"), was)
    return None


def _changed(then: Sequence[Assessed], now: Sequence[Assessed]) -> Both:
    """What the last answers changed, in a sentence."""
    moved: Counter[str] = Counter(new.status for old, new in zip(then, now, strict=True) if old.status != new.status)
    amounts = sum(old.status == new.status and old.payable != new.payable for old, new in zip(then, now, strict=True))
    parts = [both(_MOVED[status, moved[status] == 1], str(moved[status])) for status in STATUSES if moved[status]]
    if amounts:
        parts.append(both(("1 amount changed", "1项金额变化") if amounts == 1 else ("{0} amounts changed", "{0}项金额变化"), str(amounts)))
    if not parts:
        return Both("This answer changed nothing in the list.", "该回答未改变清单。")
    return both(("By this answer: {0}.", "本次回答后：{0}。"), listed(parts, ", ", "，"))


_MOVED = {
    ("yes", True): ("1 measure is now yes", "1项转为符合"), ("yes", False): ("{0} measures are now yes", "{0}项转为符合"),
    ("no", True): ("1 measure is now no", "1项转为不符合"), ("no", False): ("{0} measures are now no", "{0}项转为不符合"),
    ("depends", True): ("1 measure is open again", "1项重新待定"), ("depends", False): ("{0} measures are open again", "{0}项重新待定"),
}  # fmt: skip


def facts_read(explainer: huiqi.Explainer) -> Iterable[tuple[Key, Fact]]:
    """The facts that the measures of a place read, by calendar year."""
    for (_, year), fact in explainer.plan.facts.items():
        if not isinstance(fact, PastFact):
            yield (fact.id, explainer.as_of.year - 1 + year if fact.period == "year" else None), fact
