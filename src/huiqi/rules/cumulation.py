"""Stacking (叠加): the rules of core policies, compiled to what is done to which measures, in the order in which it is done.

Packs apply from the nation down, since a lower level's rule starts from what the levels above really pay (priority, shares contained, funded
elsewhere); within a pack, rules apply as written. `payable.py` says exactly what each form does.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from enum import IntEnum
from fractions import Fraction
from functools import cached_property
from itertools import islice
from typing import Literal

from huiqi.rules.amounts import NOUGHT
from huiqi.rules.awards import Declared, declared, meant, paid, times
from huiqi.rules.compile import Measure, Rules
from huiqi.rules.context import Context, Document, Unresolved
from huiqi.rules.records import CoreRecord, Cumulation, Source
from huiqi.rules.resolve import constant, figure
from huiqi.rules.tree import Arithmetic, Choose, Compare, FactFigure, Figure, Node, OneOf, Rounded
from huiqi.vocabulary.problem import FaultyInput, Problem
from huiqi.vocabulary.record import Words
from huiqi.vocabulary.source import Text
from huiqi.vocabulary.unit import PLAIN, UNITS

FORMS = ("highest", "first", "exclusive", "once", "not_if_funded", "includes", "share", "cap", "intensity")
NOT_PAID = frozenset({"charge"})  # what a firm pays does not stack with what it gets
NOT_FUNDED = frozenset({"charge", "tax_relief"})
CENT = Fraction(1, 100)
STILL = Figure(Fraction(1))  # how often a measure can be had that is granted once
MOST_COMBINATIONS = 256  #: that one choice may have: each is compared with each other, for every subject


class Act(IntEnum):
    """What a rule does; the numbers are those of the compiled loop."""

    HIGHEST = 0  # the highest of its measures stays
    FIRST = 1  # the first that is had stays
    UNLESS = 2  # nothing if one of `beside` is had
    LESS = 3  # reduced by what `beside` pays
    LAST = 4  # up to a limit in all; the last is cut
    PROPORTIONAL = 5  # up to a limit in all; all are cut in proportion
    SHARE = 6  # who bears it; no cut
    CHOICE = 7  # the best of the combinations that several exclusions allow stays; not in the compiled loop
    ONCE = 8  # nothing where its limit is nought: it was granted before


class Had(IntEnum):
    """How it shows that a measure is had: by an amount above nothing, or by its status alone."""

    BY_AMOUNT = 0
    BY_STATUS = 1  # the text gives no figure, or a ceiling
    WITHOUT_AMOUNT = 2  # a recognition, a service: worth something, but no money


@dataclass(frozen=True)
class Exclusion:
    """Measures of which one at most may be had, by one written rule."""

    measures: tuple[int, ...]
    written: Cumulation


@dataclass(frozen=True)
class StackingRule:
    """One rule, and the numbers of the measures that it covers, in the order in which they were declared.

    `limit` is money in whole fen, in the unit of amounts: a cap, or an intensity of its base, less what was granted in the past; of `once` it is
    how often the measure can still be had. Where a rule is not `certain`, the text does not say whether `beside` is for the same thing: both are
    possible. Only a choice has `exclusions`.
    """

    act: Act
    measures: tuple[int, ...]
    written: Cumulation
    document: Document
    beside: tuple[int, ...] = ()
    certain: bool = True
    limit: Node | None = None
    shares: tuple[tuple[str, Fraction], ...] = ()
    exclusions: tuple[Exclusion, ...] = ()

    @property
    def form(self) -> str:
        return next(form for form in FORMS if getattr(self.written, form) is not None)

    @property
    def label(self) -> Words:
        return self.written.label

    @property
    def clause(self) -> str:
        return str(self.written.clause)

    @property
    def source(self) -> Source:
        return self.written.source or self.document.source

    @property
    def covered(self) -> tuple[int, ...]:
        return self.beside + self.measures

    @cached_property
    def combinations(self) -> tuple[frozenset[int], ...]:
        """What a choice allows: the sets of its measures of which no two exclude each other. Of two that are worth the same the earlier is taken: it
        has the first declared of the measures in which they differ."""
        excluded: dict[int, set[int]] = {number: set() for number in self.measures}
        for exclusion in self.exclusions:
            for number in exclusion.measures:
                excluded[number] |= set(exclusion.measures) - {number}

        def found(numbers: tuple[int, ...]) -> Iterator[frozenset[int]]:
            if not numbers:
                yield frozenset()
                return
            first, rest = numbers[0], numbers[1:]
            yield from (others | {first} for others in found(tuple(n for n in rest if n not in excluded[first])))
            yield from found(rest)

        return tuple(islice(found(self.measures), MOST_COMBINATIONS + 1))


@dataclass(frozen=True)
class Merge:
    """How a rule binds the totals of measures together.

    A *bundle* is a set of measures whose amounts depend on each other; it has a range for its total, which is narrower than the sum of its
    ranges. `fresh` measures of the rule stand in no bundle yet; `inner` bundles lie wholly in the rule; of `outer` ones the rule covers the `astray`
    and leaves the `rest`. All of them make the bundle `out`.
    """

    out: int
    fresh: tuple[int, ...]
    astray: tuple[int, ...]
    inner: tuple[int, ...]
    outer: tuple[int, ...]
    rest: tuple[int, ...]


@dataclass(frozen=True)
class Stacking:
    """The rules that bear on some measures of one subject; numbers are places in `measures`."""

    measures: tuple[Measure, ...]
    rules: tuple[StackingRule, ...]
    had: tuple[Had, ...]
    counted: tuple[bool, ...]  # the total adds up what a firm gets in the currency of the nearest pack

    @cached_property
    def limits(self) -> tuple[Node, ...]:
        """The limits of the rules that have one, in order."""
        return tuple(rule.limit for rule in self.rules if rule.limit is not None)

    @cached_property
    def cutting(self) -> tuple[StackingRule, ...]:
        return tuple(rule for rule in self.rules if rule.act is not Act.SHARE)

    @cached_property
    def bundles(self) -> tuple[tuple[Merge, ...], tuple[int, ...], tuple[int, ...]]:
        """For each cutting rule how it binds totals; at the end the bundles there are, and the measures in none that count in the total."""
        merges, bundles = bundled([rule.covered for rule in self.cutting])
        bound = {number for members in bundles.values() for number in members}
        return tuple(merges), tuple(bundles), tuple(n for n, counts in enumerate(self.counted) if counts and n not in bound)

    def shares(self, number: int) -> tuple[tuple[str, Fraction], ...]:
        """Who bears a measure, by the last rule that says so; nobody named: the level that gives it."""
        found = [rule for rule in self.rules if rule.act is Act.SHARE and number in rule.measures]
        return found[-1].shares if found else ()


def had(measure: Measure) -> Had:
    if measure.amount is None:
        return Had.WITHOUT_AMOUNT
    return Had.BY_STATUS if measure.amount.form in ("unpublished", "up_to") else Had.BY_AMOUNT


def bundled(rules: Iterable[Sequence[int]]) -> tuple[list[Merge], dict[int, list[int]]]:
    """How rules over these measures bind totals one after another, and the bundles that are left."""
    bundles: dict[int, list[int]] = {}
    merges = []
    for covered in rules:
        touched = [slot for slot, members in bundles.items() if not set(members).isdisjoint(covered)]
        inner = [slot for slot in touched if set(bundles[slot]) <= set(covered)]
        outer = [slot for slot in touched if slot not in inner]
        bound = {number: slot for slot in touched for number in bundles[slot]}
        astray = [number for number in covered if bound.get(number) in outer]
        rest = [number for slot in outer for number in bundles[slot] if number not in covered]
        out = touched[0] if touched else next(slot for slot in range(len(bundles) + 1) if slot not in bundles)
        merges.append(Merge(out, tuple(n for n in covered if n not in bound), tuple(astray), tuple(inner), tuple(outer), tuple(rest)))
        for slot in touched:
            del bundles[slot]
        bundles[out] = [*covered, *rest]
    return merges, bundles


def stack(rules: Rules, measures: Sequence[Measure] | None = None, subject: str = "enterprise") -> Stacking:
    """The stacking of some measures (all of a subject's, if none are named); rules that lose the measures they are about fall away."""
    chosen = [measure for measure in rules.measures if measure.subject == subject] if measures is None else list(measures)
    places = {measure.id: place for place, measure in enumerate(chosen)}
    moved = {number: places[measure.id] for number, measure in enumerate(rules.measures) if measure.id in places}
    currency = next((rules.currencies[pack.id] for pack in rules.packs if any(m.document.pack == pack.id for m in chosen)), "")
    counted = (measure.record.kind not in NOT_PAID and rules.currencies[measure.document.pack] == currency for measure in chosen)
    return Stacking(tuple(chosen), renumbered(stacking_of(rules), moved), tuple(map(had, chosen)), tuple(counted))


def renumbered(stacking: Iterable[StackingRule], moved: dict[int, int]) -> tuple[StackingRule, ...]:
    """The rules with other numbers for their measures; a measure without one is left out, and a rule that does nothing any more as well."""

    def there(numbers: tuple[int, ...]) -> tuple[int, ...]:
        return tuple(moved[number] for number in numbers if number in moved)

    def left(rule: StackingRule) -> StackingRule:
        exclusions = tuple(replace(one, measures=there(one.measures)) for one in rule.exclusions)
        return replace(rule, measures=there(rule.measures), beside=there(rule.beside), exclusions=exclusions)

    found = map(left, stacking)
    return tuple(rule for rule in found if _does_something(rule))


def only(stacking: Stacking, numbers: Sequence[int]) -> Stacking:
    """The stacking of some of its measures."""
    moved = {number: place for place, number in enumerate(numbers)}
    return Stacking(
        tuple(stacking.measures[number] for number in numbers),
        renumbered(stacking.rules, moved),
        tuple(stacking.had[number] for number in numbers),
        tuple(stacking.counted[number] for number in numbers),
    )


def together(stacking: Iterable[StackingRule], numbers: Iterable[int]) -> frozenset[int]:
    """Some measures with all on which it rests what is payable of them."""
    found = set(numbers)
    cutting = [set(rule.covered) for rule in stacking if rule.act is not Act.SHARE]
    while more := set().union(*(covered for covered in cutting if not covered.isdisjoint(found))) - found:
        found |= more
    return frozenset(found)


def _does_something(rule: StackingRule) -> bool:
    match rule.act:
        case Act.HIGHEST | Act.FIRST:
            return len(rule.measures) > 1
        case Act.CHOICE:
            return any(len(exclusion.measures) > 1 for exclusion in rule.exclusions)
        case Act.UNLESS | Act.LESS:
            return bool(rule.measures and rule.beside)
    return bool(rule.measures)


def stacking_of(rules: Rules) -> tuple[StackingRule, ...]:
    """The stacking rules of all core policies in force, in the order in which they apply; numbers are places in `rules.measures`."""
    kept, at = rules.world.resolved, ("stacking", rules.law_on.isoformat())
    if at not in kept or kept[at][0] is not rules.measures:
        kept[at] = rules.measures, tuple(_compiled(rules))
    found: tuple[StackingRule, ...] = kept[at][1]
    return found


def _compiled(rules: Rules) -> Iterator[StackingRule]:
    for document, core in core_policies(rules):
        own: list[StackingRule] = []
        for written in core.cumulation:
            with contextlib.suppress(Unresolved):  # told by the checks
                own += _Compiler(rules, document, written).rules()
        yield from (rule for rule in choices_joined(own) if _does_something(rule))


def choices_joined(rules: Sequence[StackingRule]) -> list[StackingRule]:
    """The rules of one core policy, with those that leave a choice among the same measures as one, where the first of them stood: to take the best
    of each in turn would not find the best combination. Raises FaultyInput where there are too many combinations."""
    found = list(rules)
    free = [rule for rule in found if rule.form == "exclusive" and rule.act is Act.HIGHEST]
    while free:
        joined, more = free[:0], free[:1]
        while more:
            joined += more
            covered = {number for rule in joined for number in rule.measures}
            more = [rule for rule in free if rule not in joined and not covered.isdisjoint(rule.measures)]
        free = [rule for rule in free if rule not in joined]
        if len(joined) > 1:
            choice = _choice(joined)
            found = [choice if rule is joined[0] else rule for rule in found if rule is joined[0] or rule not in joined]
    return found


def _choice(rules: Sequence[StackingRule]) -> StackingRule:
    """One rule for several exclusions."""
    numbers = tuple(dict.fromkeys(number for rule in rules for number in rule.measures))
    exclusions = tuple(Exclusion(rule.measures, rule.written) for rule in rules)
    choice = replace(rules[0], act=Act.CHOICE, measures=numbers, exclusions=exclusions)
    if len(choice.combinations) > MOST_COMBINATIONS:
        message = f"these rules leave a firm more than {MOST_COMBINATIONS} combinations of {len(numbers)} measures to choose from"
        hint = "say which goes first (keep: first), or write fewer rules over the same measures"
        raise FaultyInput([Problem("check.stacking-choices", message, choice.written.where, hint)])
    return choice


def core_policies(rules: Rules) -> Iterator[tuple[Document, CoreRecord]]:
    """The core policies in force, from the nation down."""
    for pack in from_the_top(rules):
        for document in rules.world.documents:
            if document.pack == pack and isinstance(document.record, CoreRecord) and document.in_force(rules.law_on) != "no":
                yield document, document.record


def from_the_top(rules: Rules) -> list[str]:
    """The packs, each after all that it inherits."""
    order: list[str] = []

    def visit(id: str, above: tuple[str, ...]) -> None:
        for parent in rules.world.ancestors.get(id, ())[1:]:
            if parent not in above:
                visit(parent, (*above, id))
        if id not in order:
            order.append(id)

    for pack in rules.packs:
        visit(pack.id, ())
    return order


def named(name: Text, rules: Rules, pack: str) -> list[int]:
    """The measures that a name in a pack's core policy means: of equal short names those of the nearest pack; every edition in force."""
    near = rules.world.ancestors[pack]
    packs = [(rules.measures[number].document.pack, number) for number in rules.named.get(str(name), ())]
    found = [(near.index(of) if of in near else len(near), number) for of, number in packs]
    nearest = min((distance for distance, _ in found), default=0)
    return [number for distance, number in found if distance == nearest]


def _meet(one: Measure, other: Measure) -> bool:
    """A subject can lie where both apply."""
    a, b = reach(one), reach(other)
    return a is None or b is None or not a.isdisjoint(b)


def reach(measure: Measure) -> frozenset[str] | None:
    """The places in which a measure applies, with those to which links extend it; None where it does not say."""
    wanted = [test.truth.wanted for test in measure.tests if test.origin == "place" and isinstance(test.truth, OneOf)]
    return frozenset().union(*wanted) if wanted else None


@dataclass
class _Compiler:
    """One written rule being compiled."""

    all: Rules
    document: Document
    written: Cumulation

    @property
    def pack(self) -> str:
        return self.document.pack

    @cached_property
    def currency(self) -> str:
        return self.all.currencies[self.pack]

    def rules(self) -> Iterator[StackingRule]:
        written = self.written
        if isinstance(written.highest, list):
            yield from self._over(self._paid(self._named(written.highest)), Act.HIGHEST)
        elif written.highest is not None:
            for group in self._groups("kind" if written.highest == "same_kind" else "topic").values():
                yield from self._over(group, Act.HIGHEST)
        elif written.first is not None:
            yield from self._over(self._named(written.first), Act.FIRST)
        elif written.exclusive is not None:
            yield from self._over(self._named(written.exclusive), Act.HIGHEST if written.keep == "best" else Act.FIRST)
        elif written.once is not None:
            for number in self._named(written.once, any_currency=True):
                yield self._one(Act.ONCE, (number,), limit=self._unless_granted(self.all.measures[number]))
        elif written.not_if_funded is not None:
            yield from self._beside(Act.UNLESS, lambda one, other: True)
        elif written.includes is not None:
            above = {str(id) for id in written.includes}
            yield from self._beside(
                Act.LESS, lambda one, other: other.document.pack in above and not set(one.record.topics).isdisjoint(other.record.topics)
            )
        elif written.share is not None:
            yield from self._shares()
        elif written.cap is not None or written.intensity is not None:
            yield from self._limited()

    def _one(self, act: Act, measures: Iterable[int], **more: object) -> StackingRule:
        return StackingRule(act, tuple(dict.fromkeys(measures)), self.written, self.document, **more)  # type: ignore[arg-type]

    def _named(self, names: Iterable[Text], *, any_currency: bool = False) -> list[int]:
        """Measures by name, in the currency of the pack."""
        numbers = [number for name in names for number in named(name, self.all, self.pack)]
        return [n for n in dict.fromkeys(numbers) if self._stacks(self.all.measures[n], any_currency)]

    def _stacks(self, measure: Measure, any_currency: bool = False) -> bool:
        return measure.record.kind not in NOT_PAID and (any_currency or self.all.currencies[measure.document.pack] == self.currency)

    def _paid(self, numbers: Iterable[int]) -> list[int]:
        """Those with an amount."""
        return [number for number in numbers if self.all.measures[number].amount is not None]

    @cached_property
    def _own(self) -> list[int]:
        """The pack's own measures with an amount."""
        measures = enumerate(self.all.measures)
        return self._paid(number for number, m in measures if m.document.pack == self.pack and m.record.kind not in NOT_PAID)

    def _groups(self, by: Literal["kind", "topic"]) -> dict[str, list[int]]:
        """The pack's own measures by kind or topic, in the order in which those first come up."""
        groups: dict[str, list[int]] = {}
        for number in self._own:
            record = self.all.measures[number].record
            for word in (record.kind,) if by == "kind" else dict.fromkeys(map(str, record.topics)):
                groups.setdefault(word, []).append(number)
        return groups

    def _by_subject(self, numbers: Iterable[int]) -> dict[str, list[int]]:
        """What is due to different subjects does not meet."""
        found: dict[str, list[int]] = {}
        for number in numbers:
            found.setdefault(self.all.measures[number].subject, []).append(number)
        return found

    def _over(self, numbers: Iterable[int], act: Act) -> Iterator[StackingRule]:
        for group in self._by_subject(numbers).values():
            yield self._one(act, group)

    def _beside(self, act: Act, fits: Callable[[Measure, Measure], bool]) -> Iterator[StackingRule]:
        """One rule a measure: what other packs give beside it. Where `measures` names those as well it is certain that they are for the same."""
        measures = self.all.measures
        listed = self._named(self.written.measures) if self.written.measures is not None else self._own
        own = [number for number in listed if measures[number].document.pack == self.pack]
        others = [number for number in listed if number not in own]
        funded = [n for n in self._paid(range(len(measures))) if self._stacks(measures[n]) and measures[n].record.kind not in NOT_FUNDED]
        elsewhere = others or [number for number in funded if measures[number].document.pack != self.pack]
        for number in own:
            one = measures[number]
            beside = [n for n in elsewhere if measures[n].subject == one.subject and _meet(one, measures[n]) and (others or fits(one, measures[n]))]
            yield self._one(act, (number,), beside=tuple(beside), certain=bool(others))

    def _shares(self) -> Iterator[StackingRule]:
        assert self.written.share is not None
        numbers = self._paid(self._named(self.written.measures)) if self.written.measures is not None else self._own
        context = Context(self.all.world, self.document, "enterprise")
        shares = tuple((str(bearer), constant(text, context, PLAIN)) for bearer, text in self.written.share.items())
        for group in self._by_subject(numbers).values():
            yield self._one(Act.SHARE, group, shares=shares)

    def _limited(self) -> Iterator[StackingRule]:
        written = self.written
        over = written.over if written.over is not None else written.measures
        if isinstance(over, list):
            groups = [("", self._paid(self._named(over)))]
        else:
            groups = list(self._groups("topic").items()) if over == "topic" else [("", self._own)]
        if written.per == "measure":
            groups = [(topic, [number]) for topic, group in groups for number in group]
        act = Act.PROPORTIONAL if written.reduce == "proportional" else Act.LAST
        for topic, group in groups:
            for subject, numbers in self._by_subject(group).items():
                yield self._one(act, numbers, limit=self._limit(subject, topic))

    def _limit(self, subject: str, topic: str) -> Node:
        """What some measures may come to in all, less what was granted in the past."""
        written = self.written
        context = Context(self.all.world, self.document, subject)
        money = UNITS[self.currency]
        if written.cap is not None:
            node = figure(written.cap, context, money).node
        else:
            assert written.intensity is not None
            if written.of is None:
                raise Unresolved("of")
            node = Arithmetic("*", figure(written.of, context, money).node, figure(written.intensity, context, PLAIN).node)
        if written.past is not None:
            node = Arithmetic("-", node, figure(written.past, context, money).node)
        elif written.per == "three_years":  # what nobody tells of is not known
            node = Arithmetic("-", node, FactFigure(paid(self._granted(subject, topic), 3, context)))
        elif written.per == "year":  # one evaluation is a year, but for what is known to have been granted in it
            node = Arithmetic("-", node, FactFigure(paid(self._granted(subject, topic), "this year", context, at_least=True)))
        return Rounded(Arithmetic("max", node, NOUGHT), CENT, "down")

    def _granted(self, subject: str, topic: str) -> list[Declared]:
        """The measures whose past awards count under a cap: those that it is over, and those that it would be over if they were still in force."""
        over = self.written.over if self.written.over is not None else self.written.measures
        if isinstance(over, list):
            found = [one for name in over for one in meant(str(name), self.all.world, self.pack)]
        else:
            own = (one for named_ in declared(self.all.world).values() for one in named_ if one[0].pack == self.pack)
            found = [one for one in own if not topic or topic in map(str, one[2].topics)]
        return [
            (document, key, record)
            for document, key, record in found
            if document.subject_of(record) == subject
            and record.amount is not None
            and record.kind not in NOT_PAID
            and self.all.currencies[document.pack] == self.currency
        ]

    def _unless_granted(self, measure: Measure) -> Node:
        """How often a measure can still be had: not at all where it was granted before."""
        context = Context(self.all.world, self.document, measure.subject)
        granted = FactFigure(times([(measure.document, measure.key, measure.record)], "ever", context))
        return Choose(Compare(">=", granted, Figure(Fraction(1))), NOUGHT, STILL)
