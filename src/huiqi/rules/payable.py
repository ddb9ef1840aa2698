"""What is payable of what is due, exactly: all measures of one subject go in, and every cut is a record.

This is the specification; `entitlements.cumulate` does the same for columns. What goes in is what each measure can be, apart from the others: held
or not within (must, may), and an amount in whole fen between `low` and `high` (from 0 on where it need not be held, 0 where it may not be). For
every such completion, what the rules leave lies in the ranges that come out, of each measure and of the total.

One rule on measures as they are due gives the narrowest ranges: of a measure, and of the total (but for the fen that a reduction in
proportion leaves over). After several rules on the same measures the ranges hold, and can be wider than they need be, since a measure that one
rule has cut no longer varies apart from the others: the total is bounded by what each rule leaves together.

- highest (从高不重复), exclusive with the best kept: a measure stays at its high end if no other surely beats it there, and at its low end if
  none may beat it. Of equal ones the earlier declared stays. A measure without an amount is worth an unknown sum to whoever chooses.
- choice (exclusions with the best kept, over the same measures): what stays is the combination that is worth most of those in which no two
  exclude each other. A combination is possible if it is the best when its own measures are at their high ends and all others at their low
  ends; a measure may stay if one that has it is possible, and surely stays if all that are possible have it.
- first, exclusive with the first kept: a measure stays if no earlier one is had. It is had by an amount above nothing, or by its status where
  the text gives no figure. A small grant so displaces a large one behind it; the total is that of whichever can be the first.
- not_if_funded: nothing, if one of the others is had; where it is not certain that they are for the same thing, nothing or all.
- includes: reduced by what the others pay; where it is not certain that they are for the same thing, reduced or not.
- cap, intensity: up to a limit in all. The last declared is cut first; or all in proportion, down to whole fen, what is left over one fen each
  to those declared first.
- once: nothing if it was granted before, as an amount and as a status; where that is not known, nothing or all.
- share: who bears it; nothing is cut.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction

from huiqi.rules.cumulation import Act, Had, Merge, Stacking, StackingRule
from huiqi.rules.exact import Exactly
from huiqi.vocabulary.ranges import Absent, Number, Pair

Fen = int | float  # a float only where it is an infinity
Ends = tuple[Fen, Fen]
NOUGHT: Ends = (0, 0)


@dataclass(frozen=True)
class Claim:
    """What one measure can be: surely held, perhaps held, and its amount in fen."""

    must: bool
    may: bool
    low: Fen
    high: Fen

    @property
    def ends(self) -> Ends:
        return self.low, self.high


@dataclass(frozen=True)
class Cut:
    """What one rule took from one measure, and the measures on account of which it did."""

    measure: int
    before: Claim
    after: Claim
    rule: StackingRule
    because_of: tuple[int, ...]
    limit: Ends | None = None


@dataclass(frozen=True)
class Payable:
    """What is left of each measure, what it comes to in all, and every cut in order."""

    claims: tuple[Claim, ...]
    total: Ends
    cuts: tuple[Cut, ...]


def in_fen(amount: Number) -> Ends:
    """Money in whole fen: nothing where there is none, and from nothing on where there may be none."""
    if amount.absent is Absent.SURELY:
        return NOUGHT
    low, high = (end if isinstance(end, float) else math.floor(end * 100) for end in (amount.low, amount.high))
    return (max(low, 0) if amount.absent is Absent.NEVER else 0), max(high, 0)


def amount_due(status: Pair, amount: Number) -> Number:
    """What is due: nothing where the status is no or the amount is absent, from 0 where either depends."""
    if not status.may or amount.absent is Absent.SURELY:
        return Number(Fraction(0), Fraction(0))
    sure = status.must and amount.absent is Absent.NEVER
    return Number(amount.low if sure else Fraction(0), amount.high)


def claims_of(stacking: Stacking, exact: Exactly) -> list[Claim]:
    """What is due of each measure to the subject of an evaluation."""
    claims = []
    for measure in stacking.measures:
        status = exact.truth(measure.truth)
        due = NOUGHT if measure.amount is None else in_fen(amount_due(status, exact.figure(measure.amount.node)))
        claims.append(Claim(status.must, status.may, *due))
    return claims


def limits_of(stacking: Stacking, exact: Exactly) -> list[Ends]:
    """The limits of a stacking's rules for that subject."""
    return [in_fen(exact.figure(limit)) for limit in stacking.limits]


def payable(stacking: Stacking, claims: Sequence[Claim], limits: Sequence[Ends]) -> Payable:
    """What is left of the claims of one subject; `limits` are those of `stacking.limits`, in fen."""
    return _Subject(stacking, list(claims)).after(iter(limits))


def borne(amount: int, shares: Sequence[tuple[str, Fraction]]) -> dict[str, int]:
    """Who bears an amount: down to whole fen, what is left over one fen each to those named first.

    >>> borne(101, [("cn-sh", Fraction(2, 5)), ("district", Fraction(3, 5))])
    {'cn-sh': 41, 'district': 60}
    """
    parts = {bearer: math.floor(amount * share) for bearer, share in shares}
    left = math.floor(amount * sum(share for _, share in shares)) - sum(parts.values())
    return {bearer: part + (place < left) for place, (bearer, part) in enumerate(parts.items())}


def proportional(amounts: Sequence[int], limit: int) -> list[int]:
    """Amounts cut in proportion to a limit in all.

    >>> proportional([1, 0, 1, 1], 2)
    [1, 0, 1, 0]
    """
    total = sum(amounts)
    if total <= limit:
        return list(amounts)
    parts = [amount * limit // total for amount in amounts]
    left = limit - sum(parts)
    for place, amount in enumerate(amounts):
        if amount and left:
            parts[place] += 1
            left -= 1
    return parts


@dataclass
class _Subject:
    """The claims of one subject while rules apply to them, and the range of the total of each bundle."""

    stacking: Stacking
    claims: list[Claim]
    bundles: dict[int, Ends] = field(default_factory=dict)
    cuts: list[Cut] = field(default_factory=list)

    def after(self, limits: Iterator[Ends]) -> Payable:
        merges, _, loose = self.stacking.bundles
        merge = iter(merges)
        for rule in self.stacking.rules:
            limit: Ends = next(limits) if rule.limit is not None else (math.inf, math.inf)
            if rule.act is not Act.SHARE:
                self.apply(rule, next(merge), limit)
        totals = [*self.bundles.values(), *(self.claims[number].ends for number in loose)]
        return Payable(tuple(self.claims), added(totals), tuple(self.cuts))

    def apply(self, rule: StackingRule, merge: Merge, limit: Ends) -> None:
        """One rule: what it leaves of each measure, and of the bundle that it makes."""
        if rule.act is Act.ONCE:  # all of it, or nothing
            limit = math.inf if limit[0] else 0, math.inf if limit[1] else 0
        before = self.of(merge.fresh, (*merge.inner, *merge.outer))
        within = self.of(merge.fresh + merge.astray, merge.inner)
        rest = self.of(merge.rest)
        left, total = _MEANINGS[rule.act](self, rule, limit, within)
        for number, claim in left.items():
            if claim != self.claims[number]:
                reasons, limited = self.because_of(rule, number), limit if rule.limit is not None else None
                self.cuts.append(Cut(number, self.claims[number], claim, _cited(rule, number, reasons), reasons, limited))
        for number, claim in left.items():
            self.claims[number] = claim
        after = self.of(rule.covered + merge.rest)
        low, high = max(total[0] + rest[0], after[0]), min(total[1] + rest[1], after[1], before[1])
        if rule.limit is not None:  # where something is cut, the limit is paid
            low = max(low, min(limit[0], before[0]))
        for slot in (*merge.inner, *merge.outer):
            del self.bundles[slot]
        self.bundles[merge.out] = low, high

    def of(self, numbers: Iterable[int], slots: Iterable[int] = ()) -> Ends:
        """The sum of some measures and bundles."""
        return added([*(self.claims[number].ends for number in numbers), *(self.bundles[slot] for slot in slots)])

    def had(self, number: int) -> tuple[bool, bool]:
        """Surely had, perhaps had."""
        claim = self.claims[number]
        return (claim.low > 0, claim.high > 0) if self.stacking.had[number] is Had.BY_AMOUNT else (claim.must, claim.may)

    def kept(self, number: int, surely: bool, perhaps: bool) -> Claim:
        """A claim that stays or goes as a whole."""
        claim = self.claims[number]
        if self.stacking.had[number] is Had.BY_AMOUNT:  # its status says who is entitled, whatever is paid of it
            return Claim(claim.must, claim.may, claim.low if surely else 0, claim.high if perhaps else 0)
        return Claim(claim.must and surely, claim.may and perhaps, claim.low if surely else 0, claim.high if perhaps else 0)

    def paid(self, number: int, low: Fen, high: Fen) -> Claim:
        """A claim of which so much is left."""
        claim = self.claims[number]
        return Claim(claim.must, claim.may, min(claim.low, max(low, 0)), min(claim.high, max(high, 0)))

    # ------------------------------------------------------------ forms

    def worth(self, number: int) -> Ends:
        """What a measure counts for where the best is kept; below nothing where it is not had."""
        sure, may = self.had(number)
        claim = self.claims[number]
        unknown = self.stacking.had[number] is Had.WITHOUT_AMOUNT
        return claim.low if sure else -1, (math.inf if unknown else claim.high) if may else -1

    def highest(self, rule: StackingRule, limit: Ends, within: Ends) -> tuple[dict[int, Claim], Ends]:
        worth = [self.worth(number) for number in rule.measures]
        left = {}
        for place, number in enumerate(rule.measures):
            low, high = worth[place]
            earlier, later = worth[:place], worth[place + 1 :]
            perhaps = all(high > other[0] for other in earlier) and all(high >= other[0] for other in later)
            surely = all(low > other[1] for other in earlier) and all(low >= other[1] for other in later)
            left[number] = self.kept(number, surely, perhaps)
        chosen = any(self.stacking.had[number] is Had.WITHOUT_AMOUNT and self.had(number)[1] for number in rule.measures)
        lowest = 0 if chosen else max(0, *(low for low, _ in worth))
        return left, (lowest, max(claim.high for claim in left.values()))

    def choice(self, rule: StackingRule, limit: Ends, within: Ends) -> tuple[dict[int, Claim], Ends]:
        possible = self.possible(rule)
        left = {n: self.kept(n, all(n in one for one in possible), any(n in one for one in possible)) for n in rule.measures}
        sums = {one: added(self.claims[number].ends for number in one) for one in rule.combinations}
        chosen = any(self.stacking.had[number] is Had.WITHOUT_AMOUNT and self.had(number)[1] for number in rule.measures)
        lowest = min(sums[one][0] for one in possible) if chosen else max(low for low, _ in sums.values())
        return left, (lowest, max(sums[one][1] for one in possible))

    def possible(self, rule: StackingRule) -> list[frozenset[int]]:
        """The combinations that may be the best."""
        had, worth = {n: self.had(n) for n in rule.measures}, {n: self.worth(n) for n in rule.measures}

        def beats(place: int, other: int) -> bool:
            mine, its = (rule.combinations[at] for at in (place, other))
            if not all(had[number][0] for number in its - mine):
                return True  # what of it is surely had stands among the combinations by itself
            high, low = sum(worth[number][1] for number in mine - its), sum(worth[number][0] for number in its - mine)
            return high > low or (high == low and place <= other)

        every = range(len(rule.combinations))
        return [one for at, one in enumerate(rule.combinations) if all(had[number][1] for number in one) and all(beats(at, other) for other in every)]

    def first(self, rule: StackingRule, limit: Ends, within: Ends) -> tuple[dict[int, Claim], Ends]:
        left: dict[int, Claim] = {}
        before, surely_before, lows = False, False, []
        for number in rule.measures:
            sure, may = self.had(number)
            if may and not surely_before:
                lows.append(max(self.claims[number].low, 1 if self.stacking.had[number] is Had.BY_AMOUNT else 0))
            left[number] = self.kept(number, not before, not surely_before)
            before, surely_before = before or may, surely_before or sure
        return left, (min(lows) if surely_before else 0, max(claim.high for claim in left.values()))

    def unless(self, rule: StackingRule, limit: Ends, within: Ends) -> tuple[dict[int, Claim], Ends]:
        (number,) = rule.measures
        sure, may = (any(one) for one in zip(*(self.had(other) for other in rule.beside), strict=True))
        others, claim = self.of(rule.beside), self.claims[number]
        left = self.kept(number, not may, not (sure and rule.certain))
        low = others[0] if may else claim.low
        if not rule.certain:
            return {number: left}, (low, others[1] + claim.high)
        return {number: left}, (low, others[1] if sure else max(others[1], claim.high))

    def less(self, rule: StackingRule, limit: Ends, within: Ends) -> tuple[dict[int, Claim], Ends]:
        (number,) = rule.measures
        others, claim = self.of(rule.beside), self.claims[number]
        left = self.paid(number, claim.low - others[1], claim.high - others[0] if rule.certain else claim.high)
        low = max(claim.low, others[0])
        return {number: left}, (low, max(claim.high, others[1]) if rule.certain else claim.high + others[1])

    def last(self, rule: StackingRule, limit: Ends, within: Ends) -> tuple[dict[int, Claim], Ends]:
        left = {}
        earlier: Ends = (0, 0)
        for number in rule.measures:
            left[number] = self.paid(number, limit[0] - earlier[1], limit[1] - earlier[0])
            earlier = added([earlier, self.claims[number].ends])
        return left, (min(limit[0], within[0]), min(limit[1], within[1]))

    def once(self, rule: StackingRule, limit: Ends, within: Ends) -> tuple[dict[int, Claim], Ends]:
        (number,) = rule.measures
        left = self.kept(number, limit[0] > 0, limit[1] > 0)
        return {number: left}, (min(limit[0], within[0]), min(limit[1], within[1]))

    def in_proportion(self, rule: StackingRule, limit: Ends, within: Ends) -> tuple[dict[int, Claim], Ends]:
        total = min(limit[0], within[0]), min(limit[1], within[1])
        claims = [self.claims[number] for number in rule.measures]
        if limit[0] == limit[1] and all(claim.low == claim.high for claim in claims):
            amounts = [int(claim.low) for claim in claims]
            parts = amounts if limit[0] == math.inf else proportional(amounts, int(limit[0]))
            return {number: self.paid(number, part, part) for number, part in zip(rule.measures, parts, strict=True)}, total
        left = {}
        for number, claim in zip(rule.measures, claims, strict=True):
            others = added([self.claims[other].ends for other in rule.measures if other != number])
            left[number] = self.paid(number, _part(claim.low, others[1], limit[0], up=False), _part(claim.high, others[0], limit[1], up=True))
        return left, total

    # ------------------------------------------------------------ reasons

    def because_of(self, rule: StackingRule, number: int) -> tuple[int, ...]:
        """The measures that can be the reason for a cut."""
        place = rule.measures.index(number)
        earlier, later = rule.measures[:place], rule.measures[place + 1 :]
        match rule.act:
            case Act.HIGHEST:
                low = self.worth(number)[0]
                beats = {n for n in earlier if self.worth(n)[1] >= max(low, 0)} | {n for n in later if self.worth(n)[1] > max(low, 0)}
                return tuple(n for n in rule.measures if n in beats)
            case Act.CHOICE:
                perhaps = frozenset[int]().union(*self.possible(rule))
                excluded = {n for one in rule.exclusions if number in one.measures for n in one.measures if n != number}
                return tuple(n for n in rule.measures if n in excluded & perhaps)
            case Act.FIRST | Act.LAST:
                return tuple(n for n in earlier if self.had(n)[1])
            case Act.UNLESS | Act.LESS:
                return tuple(n for n in rule.beside if self.had(n)[1])
            case Act.ONCE:
                return ()
        return tuple(n for n in rule.measures if n != number and self.claims[n].high > 0)


def _cited(rule: StackingRule, number: int, because_of: tuple[int, ...]) -> StackingRule:
    """The rule with the text that made a cut, where it stands for several."""
    texts = (one.written for one in rule.exclusions if number in one.measures and not set(because_of).isdisjoint(one.measures))
    return replace(rule, written=next(texts, rule.written))


def added(ranges: Iterable[Ends]) -> Ends:
    """The sum of ranges."""
    low: Fen = 0
    high: Fen = 0
    for one in ranges:
        low, high = low + one[0], high + one[1]
    return low, high


def _part(amount: Fen, others: Fen, limit: Fen, *, up: bool) -> Fen:
    """What a limit leaves of an amount beside others: down to the fen, or with the fen that may be left over."""
    total = amount + others
    if total <= limit:
        return amount
    if amount == math.inf or limit == 0:
        return limit
    if others == math.inf:
        return 0
    part = int(amount) * int(limit) // int(total)
    return min(part + 1, amount, limit) if up else part


_MEANINGS = {
    Act.HIGHEST: _Subject.highest, Act.FIRST: _Subject.first, Act.UNLESS: _Subject.unless, Act.LESS: _Subject.less,
    Act.LAST: _Subject.last, Act.PROPORTIONAL: _Subject.in_proportion, Act.CHOICE: _Subject.choice, Act.ONCE: _Subject.once,
}  # fmt: skip
