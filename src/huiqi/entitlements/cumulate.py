"""What is payable of what is due, over columns: the rules of `rules.payable`, with numpy, and as numbers for a compiled loop (_cumulate.h).

Rows are subjects, one line a measure: whole fen in float64, exact below 2**53, infinite where an amount has no upper end. Results are those of
the exact evaluator to the bit.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import reduce

import numpy as np
from numpy.typing import NDArray

from huiqi.entitlements.columns import Run
from huiqi.entitlements.due import in_fen
from huiqi.rules.cumulation import Act, Had, Merge, Stacking, StackingRule, bundled

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Ends = tuple[Floats, Floats]


@dataclass(frozen=True)
class Payable:
    """What is left of each measure (in fen; held or not, where its status counts), and what it comes to in all."""

    low: Floats
    high: Floats
    must: Bools
    may: Bools
    total_low: Floats
    total_high: Floats


@dataclass(frozen=True)
class Flat:
    """A stacking as numbers: one record a cutting rule, HEAD and then its lists; which measures are had by status; what the total adds up."""

    code: NDArray[np.int32]
    rules: int
    had: NDArray[np.int32]
    loose: NDArray[np.int32]
    bundles: NDArray[np.int32]
    slots: int  # bundles at one time at most


STRIP = 4_096  # rows at a time: a line of them stays in the processor's cache

#: act, certain, limit (-1: none), whether all are had by amount, the bundle that it makes, and the lengths of seven lists:
#: beside, measures, fresh, astray, inner, outer, rest.
HEAD = 12


def flatten(stacking: Stacking) -> Flat:
    """The numbers that _cumulate.h reads."""
    merges, bundles, loose = stacking.bundles
    code = _code(stacking, stacking.cutting, merges, range(len(stacking.had)))
    slots = 1 + max((merge.out for merge in merges), default=-1)
    had, loose_, left, numbers = (np.array(list(map(int, listed)), np.int32) for listed in (stacking.had, loose, bundles, code))
    return Flat(numbers, len(merges), had, loose_, left, slots)


@dataclass(frozen=True)
class Part:
    """Measures that rules bind together, in one bundle after the last of them: what comes of them depends on no others. Without rules: loose ones.

    In the code a measure is its place among the members.
    """

    members: tuple[int, ...]
    rules: int
    code: Sequence[int]
    slots: int
    out: int


def parts_of(stacking: Stacking) -> list[Part]:
    """The numbers of a stacking, apart for what does not depend on each other."""
    found = []
    for members in bundled([rule.covered for rule in stacking.cutting])[1].values():
        rules = [rule for rule in stacking.cutting if set(rule.covered) <= set(members)]
        merges, (out,) = bundled([rule.covered for rule in rules])
        lines = tuple(sorted(members))
        found.append(Part(lines, len(rules), _code(stacking, rules, merges, lines), 1 + max(merge.out for merge in merges), out))
    loose = stacking.bundles[2]
    return [*found, Part(loose, 0, (), 0, -1)] if loose else found


def _code(stacking: Stacking, rules: Sequence[StackingRule], merges: Sequence[Merge], lines: Sequence[int]) -> list[int]:
    place = {number: line for line, number in enumerate(lines)}
    limits = {id(rule): number for number, rule in enumerate(rule for rule in stacking.cutting if rule.limit is not None)}
    code: list[int] = []
    for rule, merge in zip(rules, merges, strict=True):
        plain = all(stacking.had[number] is Had.BY_AMOUNT for number in rule.covered)
        beside, measures, fresh, astray, rest = (
            [place[number] for number in listed] for listed in (rule.beside, rule.measures, merge.fresh, merge.astray, merge.rest)
        )
        lists = (beside, measures, fresh, astray, merge.inner, merge.outer, rest)
        code += [rule.act, rule.certain, limits.get(id(rule), -1), plain, merge.out, *map(len, lists)]
        code += [number for listed in lists for number in listed]
    return code


def limits_of(run: Run, slots: Sequence[int | None]) -> Ends:
    """The limits of a stacking for every subject of a block, in fen, by the slots that a plan has given them as values.

    A limit that binds nobody of the block need not be reckoned: None, and it is 0.
    """
    low, high = np.zeros((len(slots), run.block.size)), np.zeros((len(slots), run.block.size))
    for line, slot in enumerate(slots):
        if slot is None:
            continue
        figures = run.figures(slot)
        low[line] = np.fmax(in_fen(figures, figures.low), 0.0)  # a limit that does not exist is NaN: it leaves nothing
        high[line] = np.fmax(in_fen(figures, figures.high), 0.0)
        if figures.maybe is not None:
            low[line] *= ~figures.maybe
    return low, high


def cumulate(stacking: Stacking, low: Floats, high: Floats, must: Bools, may: Bools, limits: Ends) -> Payable:
    """What is payable of what is due; lines are the measures of the stacking, in `limits` its limits (in fen)."""
    left = Payable(low.copy(), high.copy(), must.copy(), may.copy(), np.empty(low.shape[1]), np.empty(low.shape[1]))
    for start in range(0, low.shape[1], STRIP):
        part = slice(start, start + STRIP)
        rows = _Rows(stacking, left.low[:, part], left.high[:, part], left.must[:, part], left.may[:, part])
        left.total_low[part], left.total_high[part] = rows.after((limits[0][:, part], limits[1][:, part]))
    return left


@dataclass
class _Rows:
    """The claims of subjects while rules apply to them, in place, and the range of the total of each bundle."""

    stacking: Stacking
    low: Floats
    high: Floats
    must: Bools
    may: Bools

    def after(self, limits: Ends) -> Ends:
        self.bundles: dict[int, Ends] = {}
        merges, _, loose = self.stacking.bundles
        at = 0
        for rule, merge in zip(self.stacking.cutting, merges, strict=True):
            if rule.limit is None:
                self.apply(rule, merge, None)
            else:
                self.apply(rule, merge, (limits[0][at], limits[1][at]))
                at += 1
        return self.sum(loose, list(self.bundles))

    def apply(self, rule: StackingRule, merge: Merge, limit: Ends | None) -> None:
        slots = (*merge.inner, *merge.outer)
        narrow = bool(slots) or rule.act is Act.UNLESS  # elsewhere the form's own total is the narrowest there is
        if narrow:
            before, rest = self.sum(merge.fresh, slots), self.sum(merge.rest)
        match rule.act:
            case Act.HIGHEST:
                plain = all(map(self.by_amount, rule.measures))
                low, high = self.highest_paid(rule.measures) if plain else self.highest(rule.measures)
            case Act.CHOICE:
                low, high = self.choice(rule)
            case Act.FIRST:
                low, high = self.first(rule.measures)
            case Act.UNLESS:
                low, high = self.unless(rule)
            case Act.LESS:
                low, high = self.less(rule)
            case _:
                assert limit is not None
                if rule.act is Act.ONCE:  # all of it, or nothing
                    limit = np.where(limit[0] > 0, np.inf, 0.0), np.where(limit[1] > 0, np.inf, 0.0)
                within = self.sum(merge.fresh + merge.astray, merge.inner)
                low, high = np.minimum(limit[0], within[0]), np.minimum(limit[1], within[1])
                if rule.act is Act.LAST:
                    self.last(rule.measures, limit)
                elif rule.act is Act.ONCE:
                    self.keep(rule.measures[0], limit[0] > 0, limit[1] > 0)
                else:
                    self.in_proportion(rule.measures, limit)
        if narrow:
            after = self.sum(rule.covered + merge.rest)
            low, high = np.maximum(low + rest[0], after[0]), np.minimum(np.minimum(high + rest[1], after[1]), before[1])
            if limit is not None:  # where something is cut, the limit is paid
                low = np.maximum(low, np.minimum(limit[0], before[0]))
        for slot in slots:
            del self.bundles[slot]
        self.bundles[merge.out] = low, high

    def sum(self, numbers: Iterable[int], slots: Iterable[int] = ()) -> Ends:
        """The sum of some measures and bundles."""
        low, high = np.zeros(self.low.shape[1]), np.zeros(self.low.shape[1])
        for one in [(self.low[number], self.high[number]) for number in numbers] + [self.bundles[slot] for slot in slots]:
            low += one[0]
            high += one[1]
        return low, high

    def by_amount(self, number: int) -> bool:
        return self.stacking.had[number] is Had.BY_AMOUNT

    def had(self, number: int) -> tuple[Bools, Bools]:
        """Surely had, perhaps had."""
        return (self.low[number] > 0, self.high[number] > 0) if self.by_amount(number) else (self.must[number].copy(), self.may[number].copy())

    def keep(self, number: int, surely: Bools, perhaps: Bools) -> None:
        """A claim stays or goes as a whole."""
        self.low[number] *= surely
        np.copyto(self.high[number], 0.0, where=~perhaps)
        if not self.by_amount(number):
            self.must[number] &= surely
            self.may[number] &= perhaps

    def pay(self, number: int, low: Floats, high: Floats) -> None:
        """So much of a claim is left."""
        self.low[number] = np.minimum(self.low[number], np.maximum(low, 0.0))
        self.high[number] = np.minimum(self.high[number], np.maximum(high, 0.0))

    def worth(self, number: int) -> Ends:
        """What a measure counts for where the best is kept; below nothing where it is not had."""
        sure, may = self.had(number)
        high = np.inf if self.stacking.had[number] is Had.WITHOUT_AMOUNT else self.high[number]
        return np.where(sure, self.low[number], -1.0), np.where(may, high, -1.0)

    def highest_paid(self, numbers: Sequence[int]) -> Ends:
        """The same where all are had by an amount above nothing."""
        least, top, second = self.low[numbers[0]].copy(), self.high[numbers[0]].copy(), np.zeros(self.low.shape[1])
        for number in numbers[1:]:
            np.maximum(least, self.low[number], out=least)
            np.maximum(second, np.minimum(top, self.high[number]), out=second)
            np.maximum(top, self.high[number], out=top)
        lowest_before, highest_before = np.full(len(least), -1.0), np.full(len(least), -1.0)
        for number in numbers:
            low, high = self.low[number].copy(), self.high[number].copy()
            others = np.where(high == top, second, top)
            self.low[number] *= (low > highest_before) & (low >= others)
            np.copyto(self.high[number], 0.0, where=(high <= lowest_before) | (high < least))
            np.maximum(lowest_before, low, out=lowest_before)
            np.maximum(highest_before, high, out=highest_before)
        return least, top

    def highest(self, numbers: Sequence[int]) -> Ends:
        worth = [self.worth(number) for number in numbers]
        least = reduce(np.maximum, (low for low, _ in worth))
        top, second = np.full(len(least), -1.0), np.full(len(least), -1.0)
        for _, high in worth:
            top, second = np.maximum(top, high), np.maximum(second, np.minimum(top, high))
        chosen = np.zeros(len(least), bool)
        for number in numbers:
            if self.stacking.had[number] is Had.WITHOUT_AMOUNT:
                chosen |= self.may[number]
        lowest_before, highest_before = np.full(len(least), -1.0), np.full(len(least), -1.0)
        most = np.zeros(len(least))
        for number, (low, high) in zip(numbers, worth, strict=True):
            others = np.where(high == top, second, top)
            self.keep(number, (low > highest_before) & (low >= others), (high > lowest_before) & (high >= least))
            lowest_before, highest_before = np.maximum(lowest_before, low), np.maximum(highest_before, high)
            most = np.maximum(most, self.high[number])
        return np.where(chosen, 0.0, np.maximum(least, 0.0)), most

    def choice(self, rule: StackingRule) -> Ends:
        size, sets = self.low.shape[1], rule.combinations
        had, worth = {n: self.had(n) for n in rule.measures}, {n: self.worth(n) for n in rule.measures}
        low, high, lowest = np.zeros(size), np.zeros(size), np.full(size, np.inf)
        surely, perhaps = ({n: np.full(size, first) for n in rule.measures} for first in (True, False))
        for place, mine in enumerate(sets):
            possible = np.ones(size, bool)
            for number in mine:
                possible &= had[number][1]
            for other, its in enumerate(sets):
                more, less = sum((worth[n][1] for n in mine - its), np.zeros(size)), sum((worth[n][0] for n in its - mine), np.zeros(size))
                beaten = less > more if place <= other else less >= more
                for number in its - mine:
                    beaten &= had[number][0]
                possible &= ~beaten
            for number in rule.measures:
                if number in mine:
                    perhaps[number] |= possible
                else:
                    surely[number] &= ~possible
            ends = self.sum(mine)
            low, high = np.maximum(low, ends[0]), np.maximum(high, np.where(possible, ends[1], 0.0))
            lowest = np.minimum(lowest, np.where(possible, ends[0], np.inf))
        unknown = np.zeros(size, bool)
        for number in rule.measures:
            if self.stacking.had[number] is Had.WITHOUT_AMOUNT:
                unknown |= had[number][1]
        for number in rule.measures:
            self.keep(number, surely[number], perhaps[number])
        return np.where(unknown, lowest, low), high

    def first(self, numbers: Sequence[int]) -> Ends:
        size = self.low.shape[1]
        before, surely_before = np.zeros(size, bool), np.zeros(size, bool)
        least, most = np.full(size, np.inf), np.zeros(size)
        for number in numbers:
            sure, may = self.had(number)
            can = np.maximum(self.low[number], 1.0 if self.by_amount(number) else 0.0)
            least = np.where(may & ~surely_before, np.minimum(least, can), least)
            self.keep(number, ~before, ~surely_before)
            before, surely_before = before | may, surely_before | sure
            most = np.maximum(most, self.high[number])
        return np.where(surely_before, least, 0.0), most

    def unless(self, rule: StackingRule) -> Ends:
        (number,) = rule.measures
        pairs = [self.had(other) for other in rule.beside]
        sure, may = reduce(np.logical_or, (one for one, _ in pairs)), reduce(np.logical_or, (one for _, one in pairs))
        others, low, high = self.sum(rule.beside), self.low[number].copy(), self.high[number].copy()
        self.keep(number, ~may, ~sure if rule.certain else np.ones(len(sure), bool))
        most = np.where(sure, others[1], np.maximum(others[1], high)) if rule.certain else others[1] + high
        return np.where(may, others[0], low), most

    def less(self, rule: StackingRule) -> Ends:
        (number,) = rule.measures
        others, low, high = self.sum(rule.beside), self.low[number].copy(), self.high[number].copy()
        self.pay(number, low - others[1], high - others[0] if rule.certain else high)
        return np.maximum(low, others[0]), np.maximum(high, others[1]) if rule.certain else high + others[1]

    def last(self, numbers: Sequence[int], limit: Ends) -> None:
        low, high = np.zeros(self.low.shape[1]), np.zeros(self.low.shape[1])
        for number in numbers:
            left = limit[0] - high, limit[1] - low
            low, high = low + self.low[number], high + self.high[number]
            self.pay(number, *left)

    def in_proportion(self, numbers: Sequence[int], limit: Ends) -> None:
        if not (self.sum(numbers)[1] > limit[0]).any():
            return
        low, high = self.sum(numbers)
        known = (limit[0] == limit[1]) & reduce(np.logical_and, (self.low[number] == self.high[number] for number in numbers))
        below = np.where(known & np.isfinite(high), limit[0], 0.0)  # what is left over after rounding down, where all is known
        parts = []
        for number in numbers:
            least, most = self.low[number], self.high[number]
            others_low = low - least
            others_high = reduce(np.add, (self.high[other] for other in numbers if other != number), np.zeros(len(low)))
            parts.append((_part(least, least + others_high, limit[0]), _part(most, most + others_low, limit[1])))
        left = below - reduce(np.add, (least for least, _ in parts))
        for number, (least, most) in zip(numbers, parts, strict=True):
            more = (self.low[number] > 0) & (left > 0) & known & (low > limit[0])
            left -= more
            cut = self.high[number] + (low - self.low[number]) > limit[1]
            upper = np.where(known, least + more, np.where(cut, np.minimum(most + 1, limit[1]), most))
            self.pay(number, least + more, upper)


def _part(amount: Floats, total: Floats, limit: Floats) -> Floats:
    """What a limit leaves of an amount that is part of a total, down to the fen."""
    cut = total > limit
    plain = cut & np.isfinite(total) & (limit > 0)
    a, t, c = (np.where(plain, one, 1.0) for one in (amount, total, limit))
    part = np.floor(a * (c / t))
    over = (a.astype(np.uint64) * c.astype(np.uint64) - part.astype(np.uint64) * t.astype(np.uint64)).view(np.int64)  # modulo 2**64: it is small
    part += np.floor_divide(over, t.astype(np.int64))
    return np.where(plain, part, np.where(~cut, amount, np.where(np.isinf(amount), limit, 0.0)))
