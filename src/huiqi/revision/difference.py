"""What a reform pays more to each subject: a range that holds whatever is unknown, and that what is unknown on both sides does not widen.

Measures that no stacking rule binds together differ each by itself; those that rules bind together make a component. A component in which a subject
can have no changed measure differs by nothing. Else: the amounts differ as `rules.difference` says, the statuses as far as one law's tests imply the
other's, and the total of the component as its rules pass differences on (`Passing`). Each is only looked at where something is unknown.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from huiqi.entitlements.columns import Block, Run
from huiqi.entitlements.due import Due, Dues, in_fen, uncut
from huiqi.facts.schema import Schema
from huiqi.revision.comparison import Between, Ends, Paid
from huiqi.revision.touched import Side
from huiqi.rules.compile import Measure
from huiqi.rules.cumulation import Act, Had, StackingRule, had, stack
from huiqi.rules.difference import Laws, difference
from huiqi.rules.fingerprint import fingerprint_of
from huiqi.rules.plan import Plan, make_plan
from huiqi.rules.tree import Figure, RankClass, walk

Bools = NDArray[np.bool_]
Key = tuple[str, int]  # a measure's name, and which of the editions of that name that hold on one day


@dataclass(frozen=True)
class Pair:
    """One measure under both laws, by its place in each. `follows`: whoever meets it now meets it in the reform; `precedes`: the reverse. `more` is
    what its amount is more in the reform, where that can be said better than by its ends; None: by nothing if it is `same`, else by its ends."""

    before: int | None
    after: int | None
    changed: bool
    follows: bool = False
    precedes: bool = False
    same: bool = False
    more: Plan | None = None


@dataclass(frozen=True)
class Pass:
    """How a rule passes on the differences of what it covers, the results at `inputs`, to that of their total."""

    act: Act
    inputs: tuple[int, ...]


@dataclass(frozen=True)
class Component:
    """Pairs, by their places, that rules bind together; `limited`: a rule may cut even one alone. `passing` is None where the rules differ or can pay
    less for more, so that nothing is known of the difference but the ends of what is paid."""

    pairs: tuple[int, ...]
    limited: bool
    passing: tuple[Pass, ...] | None


class Differences:
    """What differs between two laws; for several threads at once."""

    def __init__(self, sides: tuple[Side, Side], schema: Schema):
        laws = Laws(sides[0].rules, sides[1].rules)
        numbers = [{key: at for at, key in enumerate(_keys(side.measures))} for side in sides]
        self.keys = list(dict.fromkeys([*numbers[0], *numbers[1]]))
        self.pairs = [_pair(sides, laws, schema, numbers[0].get(key), numbers[1].get(key)) for key in self.keys]
        forms = [_forms(side, list(mine), schema.subject) for side, mine in zip(sides, numbers, strict=True)]
        self.components = tuple(_components(self.keys, [set(mine) for mine in numbers], forms, _without_amount(sides)))

    def of(self, block: Block, dues: Sequence[Dues], before: Paid, after: Paid) -> Between:
        """What the reform pays more to each subject of a block, of which these are the dues under both laws and what they come to."""
        low, high = _ends(before, after)
        enters, leaves = np.ones(block.size, bool), np.ones(block.size, bool)
        rows = np.flatnonzero((low < high) & (before.touched | after.touched))
        if len(rows):
            found = _Rows(self, block, rows, dues).all()
            low[rows], high[rows] = np.maximum(low[rows], found.low), np.minimum(high[rows], found.high)
            enters[rows], leaves[rows] = found.enters, found.leaves
        return Between(low, high, enters, leaves)


def _ends(before: Paid, after: Paid) -> tuple[Ends, Ends]:
    """What both sums leave possible; the low ends are always there."""
    return after.low - before.high, after.high - before.low


# ---------------------------------------------------------------- what is the same in both laws


def _keys(measures: Iterable[Measure]) -> list[Key]:
    seen: dict[str, int] = {}
    found = []
    for measure in measures:
        found.append((measure.name, seen.setdefault(measure.name, 0)))
        seen[measure.name] += 1
    return found


def _pair(sides: tuple[Side, Side], laws: Laws, schema: Schema, before: int | None, after: int | None) -> Pair:
    changed = before in sides[0].changed or after in sides[1].changed
    if not changed or before is None or after is None:
        return Pair(before, after, changed)
    one, other = sides[0].measures[before], sides[1].measures[after]
    same = laws.same_words(one.truth, other.truth)
    follows, precedes = same or laws.follows(one.truth, other.truth), same or laws.precedes(one.truth, other.truth)
    found = Pair(before, after, True, follows, precedes)
    if one.amount is None or other.amount is None:
        return found
    node = difference(laws, one.amount.node, other.amount.node)
    if isinstance(node, Figure):
        return replace(found, same=node.value == 0)
    plan = make_plan(laws.after, (), values={"more": node})
    readable = all(fact.id in schema.facts for fact in plan.facts.values())  # past awards and ranks are each law's own
    return replace(found, more=plan) if readable and not any(isinstance(part, RankClass) for part in walk(node)) else found


@dataclass(frozen=True)
class _Form:
    """All of a stacking rule that decides what is payable, by the keys of its measures."""

    act: Act
    certain: bool
    limit: str | None
    measures: tuple[Key, ...]
    beside: tuple[Key, ...]
    exclusions: tuple[tuple[Key, ...], ...]

    @property
    def covered(self) -> tuple[Key, ...]:
        return self.beside + self.measures

    def without(self, gone: set[Key]) -> _Form:
        """The same rule where some measures are not there, of which nothing is due."""
        if self.act is Act.CHOICE:  # its combinations would be others
            return self
        measures, beside = (tuple(key for key in some if key not in gone) for some in (self.measures, self.beside))
        return replace(self, measures=measures, beside=beside)

    @property
    def cuts(self) -> bool:
        return len(self.measures) > (self.act in (Act.HIGHEST, Act.FIRST))


def _forms(side: Side, keys: Sequence[Key], subject: str) -> list[_Form]:
    def form(rule: StackingRule) -> _Form:
        def named(numbers: Iterable[int]) -> tuple[Key, ...]:
            return tuple(keys[number] for number in numbers)

        limit = None if rule.limit is None else fingerprint_of(rule.limit, side.rules)
        exclusions = tuple(named(one.measures) for one in rule.exclusions)
        return _Form(rule.act, rule.certain, limit, named(rule.measures), named(rule.beside), exclusions)

    return [form(rule) for rule in stack(side.rules, side.measures, subject).cutting]


def _without_amount(sides: Sequence[Side]) -> set[Key]:
    """Measures that are worth something, but pay no money: where one is the best, more money of another changes nothing, or all."""
    return {key for side in sides for key, m in zip(_keys(side.measures), side.measures, strict=True) if had(m) is Had.WITHOUT_AMOUNT}


def _components(keys: list[Key], there: list[set[Key]], forms: list[list[_Form]], worthless: set[Key]) -> Iterable[Component]:
    at = {key: number for number, key in enumerate(keys)}
    bound = [{key} for key in keys]
    for form in (form for law in forms for form in law):
        joined = [some for some in bound if not some.isdisjoint(form.covered)]
        bound = [some for some in bound if some not in joined] + [set().union(*joined)]
    for some in bound:
        mine = [[form for form in law if not some.isdisjoint(form.covered)] for law in forms]
        limited = any(form.limit is not None for law in mine for form in law)
        order = sorted(some, key=at.__getitem__)
        rules = _shared(mine, [some & law for law in there])
        passing = None if rules is None else _passing(order, rules, worthless)
        yield Component(tuple(at[key] for key in order), limited, passing)


def _shared(forms: list[list[_Form]], there: list[set[Key]]) -> list[_Form] | None:
    """The rules of both laws as one list, which each law follows on the measures that it has; None where they differ."""
    if forms[0] == forms[1]:
        return forms[0]
    for more, less in ((0, 1), (1, 0)):
        larger, its, smaller, own = forms[more], there[more], forms[less], there[less]
        if own <= its and [form for form in (one.without(its - own) for one in larger) if form.cuts] == smaller:
            return larger
    return None


def _passing(order: list[Key], rules: list[_Form], worthless: set[Key]) -> tuple[Pass, ...] | None:
    """How the rules pass differences on, in order: the first results are those of the pairs, each rule adds one. A rule has to cover whole bundles,
    and the best of some measures single ones, so that what it pays in all is a function of what they pay in all."""
    of = {key: slot for slot, key in enumerate(order)}
    members = [{key} for key in order]
    found = []
    for rule in rules:
        slots = sorted({of[key] for key in rule.covered})
        whole = set().union(*(members[slot] for slot in slots))
        best = rule.act in (Act.HIGHEST, Act.CHOICE)
        if not best and rule.act not in (Act.LAST, Act.PROPORTIONAL, Act.ONCE):
            return None
        if whole != set(rule.covered) or (best and (len(whole) > len(slots) or not whole.isdisjoint(worthless))):
            return None
        found.append(Pass(rule.act, tuple(slots)))
        of |= dict.fromkeys(whole, len(members))
        members.append(whole)
    return tuple(found)


# ---------------------------------------------------------------- some subjects


@dataclass(frozen=True)
class _Line:
    """One measure under one law for some subjects: whether they have it, what is due, and what is payable of it."""

    must: Bools
    may: Bools
    low: Ends
    high: Ends
    paid_low: Ends
    paid_high: Ends

    @staticmethod
    def of(one: Due | None, at: NDArray[np.intp], size: int) -> _Line:
        """`at` are the places of the subjects of the block among those, -1 for the others."""
        must, may = np.zeros(size, bool), np.zeros(size, bool)
        ends = [np.zeros(size) for _ in range(4)]
        if one is not None:
            left, to = one.paid or uncut(one), at[one.rows]
            here = to >= 0
            to = to[here]
            must[to], may[to] = one.must[here], True
            for into, end in zip(ends, (one.low, one.high, left.low, left.high), strict=True):
                into[to] = end[here]
        return _Line(must, may, ends[0], ends[1], ends[2], ends[3])


class _Rows:
    """What differs for some subjects of a block."""

    def __init__(self, differences: Differences, block: Block, rows: NDArray[np.intp], dues: Sequence[Dues]):
        self.differences, self.block, self.rows, self.dues = differences, block, rows, dues
        self.size = len(rows)
        self.at = np.full(block.size, -1)
        self.at[rows] = np.arange(self.size)

    def all(self) -> Between:
        low, high = np.zeros(self.size), np.zeros(self.size)
        enters, leaves = np.zeros(self.size, bool), np.zeros(self.size, bool)
        for component in self.differences.components:
            if any(self.differences.pairs[number].changed for number in component.pairs):
                found = self.component(component)
                low, high, enters, leaves = low + found.low, high + found.high, enters | found.enters, leaves | found.leaves
        return Between(low, high, enters, leaves)

    def lines(self, pair: Pair) -> tuple[_Line, _Line]:
        first, second = (
            _Line.of(None if number is None else dues[number], self.at, self.size)
            for number, dues in zip((pair.before, pair.after), self.dues, strict=True)
        )
        return first, second

    def component(self, component: Component) -> Between:
        pairs = [self.differences.pairs[number] for number in component.pairs]
        lines = [self.lines(pair) for pair in pairs]
        found = [self.pair(pair, *line) for pair, line in zip(pairs, lines, strict=True)]
        if component.passing == ():
            return found[0]
        can = [one.may | other.may for one, other in lines]
        touched = np.logical_or.reduce([may for pair, may in zip(pairs, can, strict=True) if pair.changed])
        low = sum((other.paid_low - one.paid_high for one, other in lines), np.zeros(self.size))
        high = sum((other.paid_high - one.paid_low for one, other in lines), np.zeros(self.size))
        if component.passing is not None:
            passed = _passed(component.passing, found, can)
            low, high = np.maximum(low, passed[0]), np.minimum(high, passed[1])
        if not component.limited:  # what is had alone is not cut
            alone = sum((may.astype(int) for may in can), np.zeros(self.size, int)) == 1
            for may, one in zip(can, found, strict=True):
                which = alone & may
                low[which], high[which] = np.maximum(low, one.low)[which], np.minimum(high, one.high)[which]
        return Between(np.where(touched, low, 0.0), np.where(touched, high, 0.0), touched, touched)

    def pair(self, pair: Pair, one: _Line, other: _Line) -> Between:
        """What is due of a measure more in the reform, by all that may stand of it under both laws."""
        none = np.zeros(self.size, bool)
        if not pair.changed:
            return Between(np.zeros(self.size), np.zeros(self.size), none, none)
        both = one.may & other.may
        leaves = one.may & ~other.must if not pair.follows else none
        enters = other.may & ~one.must if not pair.precedes else none
        neither = ~one.must & ~other.must
        low, high = other.low - one.high, other.high - one.low
        if pair.same:
            low, high = np.zeros(self.size), np.zeros(self.size)
        elif pair.more is not None:
            self.narrow(pair.more, np.flatnonzero(both & (low < high)), low, high)
        far = np.inf
        lows = [np.where(both, low, far), np.where(leaves, -one.high, far), np.where(enters, other.low, far), np.where(neither, 0.0, far)]
        highs = [np.where(both, high, -far), np.where(leaves, -one.low, -far), np.where(enters, other.high, -far), np.where(neither, 0.0, -far)]
        return Between(np.minimum.reduce(lows), np.maximum.reduce(highs), enters, leaves)

    def narrow(self, plan: Plan, which: NDArray[np.intp], low: Ends, high: Ends) -> None:
        """Bring both ends nearer to each other for some of the subjects, in place."""
        if not len(which):
            return
        run = Run(plan, self.block.only(self.rows[which])).run()
        figures = run.figures(plan.values["more"])
        lowest, highest = (np.broadcast_to(in_fen(figures, end), which.shape) for end in (figures.low, figures.high))
        if not figures.exact:
            rel, off = figures.rel, abs(figures.abs) * 100 / figures.scale
            lowest, highest = (end + sign * (rel * np.abs(end) + off) for end, sign in ((lowest, -1), (highest, 1)))
        with np.errstate(invalid="ignore"):
            low[which] = np.fmax(low[which], np.floor(lowest))
            high[which] = np.fmin(high[which], np.ceil(highest))


def _passed(passing: Sequence[Pass], found: Sequence[Between], can: Sequence[Bools]) -> tuple[Ends, Ends]:
    """The difference of a component's total from those of its measures, by rules that never pay less in all for more of one, nor more than that more.

    The best of several differs by no more than one of those that can be had; a limit, and a choice of combinations, by no more than all together.
    """
    ends, able, used = [(one.low, one.high) for one in found], list(can), set[int]()
    for one in passing:
        used |= set(one.inputs)
        mine = [ends[slot] for slot in one.inputs]
        able.append(np.logical_or.reduce([able[slot] for slot in one.inputs]))
        if one.act is Act.HIGHEST:
            low = np.minimum.reduce([np.where(able[slot], ends[slot][0], np.inf) for slot in one.inputs])
            high = np.maximum.reduce([np.where(able[slot], ends[slot][1], -np.inf) for slot in one.inputs])
            low, high = np.where(able[-1], low, 0.0), np.where(able[-1], high, 0.0)
        elif one.act is Act.CHOICE:
            low, high = (sum(pick(pair[at], 0.0) for pair in mine) for at, pick in ((0, np.minimum), (1, np.maximum)))
        else:
            low, high = np.minimum(sum(pair[0] for pair in mine), 0.0), np.maximum(sum(pair[1] for pair in mine), 0.0)
        ends.append((low, high))
    left = [pair for slot, pair in enumerate(ends) if slot not in used]
    size = len(found[0].low)
    return sum((pair[0] for pair in left), np.zeros(size)), sum((pair[1] for pair in left), np.zeros(size))
