"""The column engine: runs a plan over one block of subjects at a time, with numpy, every value a range.

A figure is held as whole numbers N over a fixed scale S, in float64: exact as long as |N| stays below 2**53. What cannot be held so (a
quotient, a product that outgrows the mantissa) is held rounded, with a bound on its error; a comparison or a rounding that falls within
the error is settled by the exact evaluator for those subjects alone. So the engine equals `rules.exact` to the bit, and never drifts.

An absent figure is NaN at both ends, on which every test is false. `maybe` marks figures that exist in some completions only.
"""

from __future__ import annotations

import datetime
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from huiqi.facts.known import NONE, Known, Raw
from huiqi.facts.schema import Fact, Schema
from huiqi.rules.exact import Exactly
from huiqi.rules.plan import Plan, Step
from huiqi.vocabulary import ranges
from huiqi.vocabulary.period import years_before
from huiqi.vocabulary.place import Places
from huiqi.vocabulary.ranges import Absent, Codes, Number

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

EXACT = 2.0**52  # whole numbers up to here are exact in float64, with a bit to spare for the half in rounding
ULP = 2.0**-52  # at least twice the relative error of one rounding
ABSENT_CODE = np.uint64(1 << 63)
MOST_CODES = 63


@dataclass(slots=True)
class Figures:
    """Ranges of figures: (low, high) / scale; `big` bounds every finite |N|; error <= rel * |x| + abs, in N's units."""

    low: Floats
    high: Floats  # the same array where nothing is unknown
    scale: int = 1
    big: float = 0.0
    rel: float = 0.0
    abs: float = 0.0
    maybe: Bools | None = None
    unknown: Bools | None = None  # only of plain facts: where the cell is empty
    quotient: tuple[Floats, Floats, Fraction] | None = None  # exact dividend, divisor and factor of known figures

    @property
    def exact(self) -> bool:
        return self.rel == 0.0 and self.abs == 0.0

    @property
    def known(self) -> bool:
        return self.low is self.high


@dataclass(slots=True)
class Truths:
    """Pairs: must hold, may hold; one array for both where nothing is unknown."""

    must: Bools
    may: Bools

    @property
    def known(self) -> bool:
        return self.must is self.may


@dataclass(slots=True)
class FactCodes:
    """A category or place as recorded: an index into its codes, -1 unknown, -2 none."""

    index: NDArray[np.int32]
    fact: Fact


@dataclass(slots=True)
class CodeSets:
    """A derived category: one bit a code it can be, the highest bit for 'absent'."""

    bits: NDArray[np.uint64]
    codes: tuple[str, ...]


Column = Figures | Truths | FactCodes | CodeSets


@dataclass
class Block:
    """Some subjects' recorded facts, encoded as `facts.registry` gives them, on one day."""

    size: int
    as_of: datetime.date
    columns: Mapping[tuple[str, int | None], NDArray[Any]]
    schema: Schema
    places: Places
    ids: Any = None
    first_years: NDArray[np.int16] | None = None  # the first calendar year with a record, 0 for none
    ranks: Mapping[str, NDArray[np.uint64]] = field(default_factory=dict)  # class by rank of each subject, one bit a class
    rank_codes: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    assume_recognised: bool = False

    def cell(self, fact: Fact, year: int) -> NDArray[Any]:
        """The encoded column of a fact, year counted back from the last completed one."""
        return self.columns[(fact.id, self.as_of.year - 1 + year if fact.period == "year" else None)]

    def known(self, row: int) -> Known:
        """One subject's facts, for the exact evaluator."""
        values: dict[tuple[str, int | None], Raw] = {}
        for (id, year), column in self.columns.items():
            raw = decode(self.schema.facts[id], column[row], self.places)
            if raw is not None:
                values[(id, year)] = raw
        first_year = int(self.first_years[row]) or None if self.first_years is not None else None
        return Known(self.schema, self.places, self.as_of, values, str(self.ids[row]) if self.ids is not None else "", first_year)

    def exactly(self, row: int) -> Exactly:
        """The exact evaluator for one subject of the block."""
        ranks = {card: codes_of(bits[row], self.rank_codes[card]) for card, bits in self.ranks.items()}
        return Exactly(self.known(row), ranks, assume_recognised=self.assume_recognised)


def decode(fact: Fact, cell: Any, places: Places) -> Raw | None:
    """A recorded value from its encoding; None where it is unknown."""
    match fact.kind:
        case "flag":
            return None if cell < 0 else bool(cell)
        case "category":
            assert fact.codes is not None
            return None if cell == -1 else NONE if cell == -2 else list(fact.codes.codes)[cell]
        case "place":
            return None if cell < 0 else list(places.by_id)[cell]
        case "date":
            return NONE if cell == -math.inf else None if cell != cell else int(cell)
        case _:
            return None if cell != cell else int(cell)


def block_of(subjects: Sequence[Known], facts: Iterable[tuple[Fact, int]]) -> Block:
    """Subjects at hand as a block with the columns of some facts, each so many years back; all of one schema and day."""
    first = subjects[0]
    columns: dict[tuple[str, int | None], NDArray[Any]] = {}
    for fact, year in facts:
        columns[first.key(fact, year)] = encode(fact, [known.given(fact, year) for known in subjects], first.places)
    first_years = np.array([known.first_year or 0 for known in subjects], np.int16)
    return Block(len(subjects), first.as_of, columns, first.schema, first.places, [known.id for known in subjects], first_years)


def encode(fact: Fact, cells: Sequence[Raw | None], places: Places) -> NDArray[Any]:
    """Recorded values in the encoding of a registry's columns (`facts.cells`)."""
    match fact.kind:
        case "flag":
            return np.array([-1 if cell is None else int(bool(cell)) for cell in cells], np.int8)
        case "category":
            assert fact.codes is not None
            index = {code: n for n, code in enumerate(fact.codes.codes)}
            return np.array([-1 if cell is None else -2 if cell is NONE else index[str(cell)] for cell in cells], np.int32)
        case "place":
            index = {id: n for n, id in enumerate(places.by_id)}
            return np.array([-1 if cell is None else index[str(cell)] for cell in cells], np.int32)
        case _:
            return np.array([math.nan if cell is None else -math.inf if cell is NONE else float(cell) for cell in cells], np.float64)  # type: ignore[arg-type]


def codes_of(bits: Any, codes: tuple[str, ...]) -> Codes:
    """The set that a bit mask stands for."""
    found: set[str | None] = {code for n, code in enumerate(codes) if int(bits) >> n & 1}
    if int(bits) >> 63:
        found.add(None)
    return Codes(frozenset(found))


class Run:
    """One plan over one block."""

    def __init__(self, plan: Plan, block: Block):
        self.plan, self.block = plan, block
        self.slots: list[Column | None] = [None] * len(plan.steps)
        self._exact: dict[int, Exactly] = {}
        self._lived: dict[int, tuple[Bools | None, Bools | None]] = {}
        self.settled = 0  # how many cells the exact evaluator had to settle

    def run(self) -> Run:
        """Reckon every step; results that nothing reads any more are dropped."""
        drops: dict[int, list[int]] = {}
        for slot, last in enumerate(self.plan.last_use):
            drops.setdefault(last, []).append(slot)
        with np.errstate(all="ignore"):
            for index, step in enumerate(self.plan.steps):
                self.slots[index] = _OPERATIONS[step.op](self, step)
                for slot in drops.get(index, ()):
                    if slot != index:
                        self.slots[slot] = None
        return self

    def figures(self, slot: int) -> Figures:
        found = self.slots[slot]
        assert isinstance(found, Figures)
        return found

    def truths(self, slot: int) -> Truths:
        found = self.slots[slot]
        assert isinstance(found, Truths)
        return found

    # ------------------------------------------------------------ settling what rounding cannot decide

    def settle(self, rows: NDArray[np.intp], step: Step, write: Callable[[int, Any], None]) -> None:
        """Ask the exact evaluator about a step's node, for some rows."""
        self.settled += len(rows)
        for row in rows.tolist():
            if row not in self._exact:
                self._exact[row] = self.block.exactly(row)
            write(row, self._exact[row].value(step.node))

    # ------------------------------------------------------------ facts

    def fact_figure(self, step: Step) -> Figures:
        id, year = step.data
        fact = self.plan.facts[(id, year)]
        cell: Floats = self.block.cell(fact, year)
        if fact.kind == "date":
            return self._date(fact, cell)
        unknown = np.isnan(cell)
        whole = fact.whole
        assert isinstance(whole, Number)
        scale, times = fact.step.denominator, fact.step.numerator
        known = cell * float(times) if times != 1 else cell
        if not unknown.any():
            return _recorded(known, known, scale)
        lowest, highest = (float(end) if isinstance(end, float) else float(end * scale) for end in (whole.low, whole.high))
        low, high = np.where(unknown, lowest, known), np.where(unknown, highest, known)
        maybe: Bools | None = unknown if fact.optional else None
        if fact.period == "year":
            never, perhaps = self._absent_years(year)
            if never is not None:
                gone = unknown & never
                low[gone] = high[gone] = np.nan
            if perhaps is not None:
                doubtful = unknown & perhaps
                maybe = doubtful if maybe is None else maybe | doubtful
        return replace(_recorded(low, high, scale), maybe=_if_any(maybe), unknown=unknown)

    def _date(self, fact: Fact, cell: Floats) -> Figures:
        never, unknown = np.isneginf(cell), np.isnan(cell)
        whole = fact.whole
        assert isinstance(whole, Number)
        known = np.where(never, np.nan, cell) if never.any() else cell
        if not unknown.any():
            return Figures(known, known, 1, 4e6)
        low, high = np.where(unknown, float(whole.low), known), np.where(unknown, float(whole.high), known)
        return Figures(low, high, 1, 4e6, maybe=unknown if fact.optional else None, unknown=unknown)

    def _absent_years(self, year: int) -> tuple[Bools | None, Bools | None]:
        """Where a subject did not exist in a year, and where that is unknown."""
        if year not in self._lived:
            born = self.plan.born.get(self.block.schema.subject)
            if born is None:
                self._lived[year] = (None, None)
            else:
                cell: Floats = self.block.columns[(born, None)]
                calendar_year = self.block.as_of.year - 1 + year
                perhaps = np.isnan(cell)
                if (first := self.block.first_years) is not None:
                    perhaps &= (first == 0) | (first > calendar_year)
                self._lived[year] = (_if_any(cell > datetime.date(calendar_year, 12, 31).toordinal()), _if_any(perhaps))
        return self._lived[year]

    def fact_flag(self, step: Step) -> Truths:
        id, year = step.data
        cell = self.block.cell(self.plan.facts[(id, year)], year)
        must = cell == 1
        unknown = cell < 0
        return Truths(must, must | unknown) if unknown.any() else Truths(must, must)

    def fact_code(self, step: Step) -> FactCodes:
        id, year = step.data
        fact = self.plan.facts[(id, year)]
        return FactCodes(self.block.cell(fact, year), fact)

    # ------------------------------------------------------------ figures

    def figure(self, step: Step) -> Figures:
        value: Fraction = step.data
        if abs(value.numerator) >= EXACT:
            ends = np.float64(value)
            return Figures(ends, ends, 1, abs(float(value)), rel=ULP)  # type: ignore[arg-type]
        ends = np.float64(value.numerator)
        return Figures(ends, ends, value.denominator, abs(float(value.numerator)))  # type: ignore[arg-type]

    def absence(self, step: Step) -> Figures:
        nan = np.float64(np.nan)
        return Figures(nan, nan)  # type: ignore[arg-type]

    def add(self, step: Step) -> Figures:
        a, b = aligned(self.figures(step.args[0]), self.figures(step.args[1]))
        low = a.low + b.low
        high = low if a.known and b.known else a.high + b.high
        return summed(low, high, a, b)

    def subtract(self, step: Step) -> Figures:
        a, b = aligned(self.figures(step.args[0]), self.figures(step.args[1]))
        low = a.low - b.high
        high = low if a.known and b.known else a.high - b.low
        return summed(low, high, a, b)

    def multiply(self, step: Step) -> Figures:
        a, b = self.figures(step.args[0]), self.figures(step.args[1])
        for factor, other in ((step.args[1], a), (step.args[0], b)):
            if self.plan.steps[factor].op == "figure":
                return _times_figure(other, self.plan.steps[factor].data)
        if a.known and b.known:
            low = high = a.low * b.low
        else:
            low, high = _products(a, b)
        scale, big = a.scale * b.scale, a.big * b.big
        rel, abs_ = _product_error(a, b)
        if a.exact and b.exact and big < EXACT:
            if scale.bit_length() > 60:
                return _plain(Figures(low, high, scale, big, ULP, maybe=_or(a.maybe, b.maybe)))
            return Figures(low, high, scale, big, maybe=_or(a.maybe, b.maybe))
        return Figures(low, high, scale, big, rel=rel + ULP, abs=abs_, maybe=_or(a.maybe, b.maybe))

    def divide(self, step: Step) -> Figures:
        a, b = self.figures(step.args[0]), self.figures(step.args[1])
        divisor = self.plan.steps[step.args[1]]
        if divisor.op == "figure":
            return self._divide_by_figure(a, divisor.data)
        factor = Fraction(b.scale, a.scale)
        rel = a.rel + b.rel + 2 * ULP + (0.0 if factor == 1 else 2 * ULP)
        shaky = _or(a.maybe, b.maybe)
        if a.known and b.known:
            low = a.low / b.low
            low = np.where(b.low == 0, np.nan, low)
            quotient = (a.low, b.low, factor) if a.exact and b.exact and a.abs == b.abs == 0 else None
            low = low if factor == 1 else low * float(factor)
            return Figures(low, low, 1, _biggest(low), rel=rel, abs=_quotient_abs(a, b, low), maybe=shaky, quotient=quotient)
        low, high, touches = _quotients(a, b)
        if factor != 1:
            low, high = low * float(factor), high * float(factor)
        return Figures(low, high, 1, _biggest(low, high), rel=rel, abs=_quotient_abs(a, b, low, high), maybe=_if_any(_or(shaky, touches)))

    def _divide_by_figure(self, a: Figures, by: Fraction) -> Figures:
        turned = Fraction(by.denominator, by.numerator)
        return _times_figure(a, turned)

    def extreme(self, step: Step) -> Figures:
        a, b = aligned(self.figures(step.args[0]), self.figures(step.args[1]))
        pick = np.minimum if step.op == "min" else np.maximum
        low = pick(a.low, b.low)
        high = low if a.known and b.known else pick(a.high, b.high)
        return Figures(low, high, a.scale, max(a.big, b.big), max(a.rel, b.rel), max(a.abs, b.abs), _or(a.maybe, b.maybe))

    def present(self, step: Step) -> Figures:
        a = self.figures(step.args[0])
        low = np.where(np.isnan(a.low), 0.0, a.low)
        high = low if a.known else np.where(np.isnan(a.high), 0.0, a.high)
        if a.maybe is not None:
            low, high = np.where(a.maybe, np.minimum(low, 0.0), low), np.where(a.maybe, np.maximum(high, 0.0), high)
        return replace(a, low=low, high=high, maybe=None, unknown=None, quotient=None)

    def tally(self, step: Step) -> Figures:
        pairs = [self.truths(slot) for slot in step.args]
        low = sum((np.asarray(p.must, np.float64) for p in pairs), np.float64(0))
        high = low if all(p.known for p in pairs) else sum((np.asarray(p.may, np.float64) for p in pairs), np.float64(0))
        return Figures(low, high, 1, float(len(pairs)))  # type: ignore[arg-type]

    def since(self, step: Step) -> Figures:
        date = self.figures(step.args[0])
        turn = self._days if step.data == "days" else self._whole_years
        low = turn(date.high)
        high = low if date.known else turn(date.low)
        return Figures(low, high, 1, 4e6, maybe=date.maybe)

    def _days(self, ordinals: Floats) -> Floats:
        return self.block.as_of.toordinal() - ordinals

    def _whole_years(self, ordinals: Floats) -> Floats:
        """Completed years: how many anniversaries lie behind; 0 for a day to come."""
        past = -_anniversaries(self.block.as_of)
        years = np.searchsorted(past, -np.asarray(ordinals), side="right").astype(np.float64)
        return np.where(np.isnan(ordinals), np.nan, years)

    def year_of(self, step: Step) -> Figures:
        date = self.figures(step.args[0])
        low = _year(date.low)
        return Figures(low, low if date.known else _year(date.high), 1, 1e4, maybe=date.maybe)

    def between(self, step: Step) -> Figures:
        low = self.figures(step.args[0])
        if len(step.args) == 1:
            return Figures(low.low, np.where(np.isnan(low.low), np.nan, np.inf), low.scale, low.big, low.rel, low.abs, low.maybe)
        a, b = aligned(low, self.figures(step.args[1]))
        gone = np.isnan(b.high)
        return Figures(np.where(gone, np.nan, a.low), b.high, a.scale, max(a.big, b.big), max(a.rel, b.rel), max(a.abs, b.abs), _or(a.maybe, b.maybe))

    def round(self, step: Step) -> Figures:
        a = self.figures(step.args[0])
        size, direction = step.data
        low, unsure = self._rounded(a, a.low, size, direction)
        high, also = (low, unsure) if a.known else self._rounded(a, a.high, size, direction)
        result = Figures(low * size.numerator, low * size.numerator if high is low else high * size.numerator, size.denominator, 0.0, maybe=a.maybe)
        if high is low:
            result.high = result.low
        near = unsure if also is unsure else _or(unsure, also)
        if near is not None and near.any():
            result.low = np.array(np.broadcast_to(result.low, (self.block.size,)))
            result.high = result.low if a.known else np.array(np.broadcast_to(result.high, (self.block.size,)))

            def write(row: int, value: Number) -> None:
                if value.absent is not Absent.SURELY:
                    result.low[row] = float(value.low * result.scale) if not isinstance(value.low, float) else value.low
                    result.high[row] = float(value.high * result.scale) if not isinstance(value.high, float) else value.high

            self.settle(np.nonzero(np.broadcast_to(near, (self.block.size,)))[0], step, write)
        result.big = _biggest(result.low, result.high)
        return result

    def _rounded(self, a: Figures, ends: Floats, size: Fraction, direction: str) -> tuple[Floats, Bools | None]:
        """Steps of `size`, and where the error leaves the step open."""
        ratio = 1 / (a.scale * size)  # steps = N * ratio
        up, down = float(ratio.numerator), float(ratio.denominator)
        if a.exact and 2 * (a.big + 1) * ratio.numerator + ratio.denominator < EXACT and 2 * ratio.denominator < EXACT:
            match direction:
                case "down":
                    return np.floor(ends * up / down), None
                case "up":
                    return np.ceil(ends * up / down), None
                case _:
                    return np.floor((ends * (2 * up) + down) / (2 * down)), None
        steps = ends * float(ratio)
        shifted = steps + 0.5 if direction == "half_up" else steps
        found = np.ceil(shifted) if direction == "up" else np.floor(shifted)
        error = (a.rel + 4 * ULP) * (np.abs(shifted) + 1) + a.abs * float(ratio)
        return found, (np.abs(shifted - np.rint(shifted)) <= error) & np.isfinite(shifted)

    # ------------------------------------------------------------ either

    def choose(self, step: Step) -> Column:
        condition = self.truths(step.args[0])
        a, b = self.slots[step.args[1]], self.slots[step.args[2]]
        if isinstance(a, Figures) and isinstance(b, Figures):
            return _choose_figures(condition, a, b)
        if isinstance(a, Truths) and isinstance(b, Truths):
            must = (condition.must & a.must) | (~condition.may & b.must)
            return Truths(must, (condition.may & a.may) | (~condition.must & b.may))
        first, second = _as_sets(a, b), _as_sets(b, a)
        one = np.where(condition.must, first.bits, second.bits)
        if not condition.known:
            open_ = condition.may & ~condition.must
            one = np.where(open_, first.bits | second.bits, one)
        return CodeSets(one, first.codes)

    def code(self, step: Step) -> CodeSets:
        _, codes, value = step.data
        return CodeSets(np.uint64(1 << codes.index(value)), codes)  # type: ignore[arg-type]

    def rank_class(self, step: Step) -> CodeSets:
        scorecard, codes = step.data
        bits = self.block.ranks.get(scorecard)
        return CodeSets(np.uint64((1 << len(codes)) - 1) if bits is None else bits, codes)  # type: ignore[arg-type]

    # ------------------------------------------------------------ truths

    def constant(self, step: Step) -> Truths:
        value = np.bool_(step.data)
        return Truths(value, value)  # type: ignore[arg-type]

    def compare(self, step: Step) -> Truths:
        a, b = self.figures(step.args[0]), self.figures(step.args[1])
        op: str = step.data
        right = self.plan.steps[step.args[1]]
        left = self.plan.steps[step.args[0]]
        if left.op == "figure" and right.op != "figure":
            a, b, op, right = b, a, _TURNED[op], left
        if right.op == "figure" and a.exact:
            return _compare_whole(op, a, right.data * a.scale)
        if a.exact and b.exact:
            a, b = aligned(a, b)
            if a.exact and b.exact:
                return _compared(op, a, b)
        return self._compare_rounded(step, op, a, b, right.data if right.op == "figure" else None)

    def _compare_rounded(self, step: Step, op: str, a: Figures, b: Figures, edge: Fraction | None) -> Truths:
        """A comparison with rounded figures: what lies within the error is settled exactly."""
        a, b = _plain(a), _plain(b)
        found = _compared(op, a, b)
        rel, abs_ = a.rel + b.rel + 2 * ULP, a.abs + b.abs
        ends = [(a.low, b.high), (a.high, b.low)] if not (a.known and b.known) else [(a.low, b.low)]
        if op in ("=", "!=") and len(ends) > 1:
            ends += [(a.low, b.low), (a.high, b.high)]
        near: Bools | None = None
        for x, y in ends:
            gap = x - y
            close = (np.abs(gap) <= rel * np.maximum(np.abs(x), np.abs(y)) + abs_) & np.isfinite(gap)
            near = close if near is None else near | close
        assert near is not None
        near = np.broadcast_to(near, (self.block.size,))
        if not near.any():
            return found
        must = np.array(np.broadcast_to(found.must, (self.block.size,)))
        may = must if found.known else np.array(np.broadcast_to(found.may, (self.block.size,)))
        rows = np.nonzero(near)[0]
        if a.quotient is not None and edge is not None and found.known:
            rows = _settle_quotients(op, a.quotient, edge, rows, must)

        def write(row: int, pair: Any) -> None:
            must[row], may[row] = pair.must, pair.may

        self.settle(rows, step, write)
        return Truths(must, may)

    def one_of(self, step: Step) -> Truths:
        of = self.slots[step.args[0]]
        wanted, negated = step.data
        if isinstance(of, FactCodes):
            must, may = _lookup(of.fact, wanted, negated, self.block.places)
            at = of.index + 2
            if (of.index >= 0).all() and (must[2:] == may[2:]).all():
                known = must[at]
                return Truths(known, known)
            return Truths(must[at], may[at])
        if isinstance(of, Figures):
            no = np.bool_(False)
            return Truths(no, no)  # type: ignore[arg-type]
        assert isinstance(of, CodeSets)
        inside = np.uint64(sum(1 << n for n, code in enumerate(of.codes) if code in wanted))
        outside = np.uint64((1 << len(of.codes)) - 1) & ~inside
        if negated:
            return Truths((of.bits & (inside | ABSENT_CODE)) == 0, (of.bits & outside) != 0)
        return Truths((of.bits & ~inside) == 0, (of.bits & inside) != 0)

    def same_code(self, step: Step) -> Truths:
        a, b = self.slots[step.args[0]], self.slots[step.args[1]]
        if isinstance(a, FactCodes) and isinstance(b, FactCodes):
            return _same_facts(a, b, self.block.places)
        first, second = _as_sets(a, b), _as_sets(b, a)
        shared = first.bits & second.bits & ~ABSENT_CODE
        single = (first.bits & (first.bits - np.uint64(1))) == 0
        return Truths((first.bits == second.bits) & single & (shared != 0), shared != 0)

    def exists(self, step: Step) -> Truths:
        of = self.slots[step.args[0]]
        if isinstance(of, Figures):
            there = ~np.isnan(of.low)
            return Truths(there, there) if of.maybe is None else Truths(there & ~of.maybe, there)
        if isinstance(of, FactCodes):
            may = of.index != -2
            return Truths(may & (of.index != -1), may) if of.fact.optional and of.fact.kind == "category" else Truths(may, may)
        assert isinstance(of, CodeSets)
        return Truths((of.bits & ABSENT_CODE) == 0, (of.bits & ~ABSENT_CODE) != 0)

    def all(self, step: Step) -> Truths:
        return self._join(step, np.logical_and)

    def any(self, step: Step) -> Truths:
        return self._join(step, np.logical_or)

    def _join(self, step: Step, join: Any) -> Truths:
        parts = [self.truths(slot) for slot in step.args]
        must = join(parts[0].must, parts[1].must)
        for part in parts[2:]:
            must = join(must, part.must)
        if all(part.known for part in parts):
            return Truths(must, must)
        may = join(parts[0].may, parts[1].may)
        for part in parts[2:]:
            may = join(may, part.may)
        return Truths(must, may)

    def opposite(self, step: Step) -> Truths:
        part = self.truths(step.args[0])
        must = ~part.may
        return Truths(must, must if part.known else ~part.must)

    def at_least(self, step: Step) -> Truths:
        parts = [self.truths(slot) for slot in step.args]
        must = sum((np.asarray(p.must, np.int16) for p in parts), np.int16(0)) >= step.data
        if all(p.known for p in parts):
            return Truths(must, must)
        return Truths(must, sum((np.asarray(p.may, np.int16) for p in parts), np.int16(0)) >= step.data)

    def recognised(self, step: Step) -> Truths:
        """The registry's word where it has one, else the outcome of the recognition's own measure, as a may."""
        known, outcome = self.truths(step.args[0]), self.truths(step.args[1])
        if known.known:
            return known
        must = known.must | (known.may & outcome.must) if self.block.assume_recognised else known.must
        return Truths(must, known.must | (known.may & outcome.may))


_TURNED = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "=": "=", "!=": "!="}

_OPERATIONS: dict[str, Callable[[Run, Step], Column]] = {
    "fact_figure": Run.fact_figure, "fact_flag": Run.fact_flag, "fact_code": Run.fact_code,
    "figure": Run.figure, "absence": Run.absence, "+": Run.add, "-": Run.subtract, "*": Run.multiply, "/": Run.divide,
    "min": Run.extreme, "max": Run.extreme, "present": Run.present, "tally": Run.tally, "since": Run.since, "year_of": Run.year_of,
    "between": Run.between, "round": Run.round, "choose": Run.choose, "code": Run.code, "rank_class": Run.rank_class,
    "constant": Run.constant, "compare": Run.compare, "one_of": Run.one_of, "same_code": Run.same_code, "exists": Run.exists,
    "all": Run.all, "any": Run.any, "not": Run.opposite, "at_least": Run.at_least, "recognised": Run.recognised,
}  # fmt: skip


# ---------------------------------------------------------------- on figures


def _biggest(*ends: Floats) -> float:
    """A bound on every finite magnitude."""
    most = 0.0
    for end in ends:
        size = np.abs(end)
        top = float(np.fmax.reduce(size, axis=None, initial=0.0))
        if math.isinf(top):
            top = float(np.fmax.reduce(np.where(np.isinf(size), 0.0, size), axis=None, initial=0.0))
        most = max(most, top)
    return most


def _recorded(low: Floats, high: Floats, scale: int) -> Figures:
    """Figures as recorded; beyond the mantissa they count as rounded."""
    big = _biggest(low) if low is high else _biggest(low, high)
    return Figures(low, high, scale, big, rel=0.0 if big < EXACT else ULP)


def _if_any(mask: Bools | None) -> Bools | None:
    return mask if mask is not None and mask.any() else None


def _or(a: Bools | None, b: Bools | None) -> Bools | None:
    return b if a is None else a if b is None else a | b


def _times_whole(a: Figures, times: int) -> Figures:
    """The same value over a finer scale."""
    if times == 1:
        return a
    factor = float(times)
    low = a.low * factor
    high = low if a.known else a.high * factor
    big = a.big * factor
    rel = a.rel if big < EXACT else a.rel + ULP
    return Figures(low, high, a.scale * times, big, rel, a.abs * factor, a.maybe)


def aligned(a: Figures, b: Figures) -> tuple[Figures, Figures]:
    """Both over one scale."""
    if a.scale == b.scale:
        return a, b
    scale = math.lcm(a.scale, b.scale)
    return _times_whole(a, scale // a.scale), _times_whole(b, scale // b.scale)


def _plain(a: Figures) -> Figures:
    """Over the scale 1, rounded."""
    if a.scale == 1:
        return a
    low = a.low / float(a.scale)
    high = low if a.known else a.high / float(a.scale)
    return Figures(low, high, 1, a.big / a.scale, a.rel + ULP, a.abs / a.scale * (1 + ULP), a.maybe, quotient=a.quotient)


def summed(low: Floats, high: Floats, a: Figures, b: Figures) -> Figures:
    """A sum or difference, with the error it may carry."""
    big = a.big + b.big
    if a.exact and b.exact and big < EXACT:
        return Figures(low, high, a.scale, big, maybe=_or(a.maybe, b.maybe))
    error = a.rel * a.big + b.rel * b.big + a.abs + b.abs + ULP * big
    return Figures(low, high, a.scale, big, 0.0, error, _or(a.maybe, b.maybe))


def _times_figure(a: Figures, by: Fraction) -> Figures:
    """Times a known figure, exactly where the mantissa allows."""
    common = math.gcd(by.numerator, a.scale)
    up, scale = by.numerator // common, a.scale // common * by.denominator
    if abs(up) >= EXACT or scale.bit_length() > 60:
        up, scale, rel = float(by) / a.scale, 1, a.rel + 2 * ULP  # type: ignore[assignment]
    else:
        rel = a.rel
    factor = float(up)
    low, high = (a.low, a.high) if factor > 0 else (a.high, a.low)
    if factor == 0:
        zero = np.where(np.isnan(a.low), np.nan, 0.0)
        return Figures(zero, zero, 1, 0.0, maybe=a.maybe)
    if factor != 1.0:
        low = low * factor
        high = low if a.known else high * factor
    big = a.big * abs(factor)
    return Figures(low, high, scale, big, rel if big < EXACT and rel == a.rel else rel + ULP, a.abs * abs(factor), a.maybe)


def _products(a: Figures, b: Figures) -> tuple[Floats, Floats]:
    """The ends of a product; nought times anything is nought."""
    a_sign, b_sign = _sign(a), _sign(b)
    if a_sign > 0 and b_sign > 0:
        return _times(a.low, b.low), _times(a.high, b.high)
    ends = [_times(x, y) for x in (a.low, a.high) for y in (b.low, b.high)]
    low = np.minimum(np.minimum(ends[0], ends[1]), np.minimum(ends[2], ends[3]))
    high = np.maximum(np.maximum(ends[0], ends[1]), np.maximum(ends[2], ends[3]))
    return low, high


def _sign(a: Figures) -> int:
    """1 where no figure of the column is negative."""
    return 1 if float(np.fmin.reduce(a.low, axis=None, initial=np.inf)) >= 0 else 0


def _times(x: Floats, y: Floats) -> Floats:
    """x * y with 0 * infinity = 0; an absent factor stays absent."""
    product = x * y
    wrong = np.isnan(product)
    if wrong.any():
        product = np.where(wrong & ~np.isnan(x) & ~np.isnan(y), 0.0, product)
    return product


def _product_error(a: Figures, b: Figures) -> tuple[float, float]:
    if a.abs == 0 and b.abs == 0:
        return a.rel + b.rel + a.rel * b.rel, 0.0
    return a.rel + b.rel + a.rel * b.rel, (a.abs * (b.big * (1 + b.rel) + b.abs) + b.abs * a.big * (1 + a.rel)) * (1 + ULP)


def _quotient_abs(a: Figures, b: Figures, *ends: Floats) -> float:
    """The absolute part of a quotient's error: infinite where the divisor may be off by its own size."""
    if a.abs == 0 and b.abs == 0:
        return 0.0
    smallest = min(_smallest(b.low), _smallest(b.high))
    if smallest <= 2 * b.abs:
        return math.inf
    return (a.abs + _biggest(*ends) * b.abs) / (smallest - b.abs) * b.scale / a.scale


def _smallest(x: Floats) -> float:
    size = np.abs(x)
    return float(np.fmin.reduce(np.where(size == 0, np.inf, size), axis=None, initial=np.inf))


def _over(x: Floats, y: Floats) -> Floats:
    """x / y at the ends of a range whose divisor is not 0; anything over infinity is 0."""
    found = x / y
    return np.where(np.isinf(y) & ~np.isnan(x), 0.0, found)


def _quotients(a: Figures, b: Figures) -> tuple[Floats, Floats, Bools | None]:
    """The ends of a quotient, and where the divisor touches 0 without being known to be 0."""
    above, below = b.low > 0, b.high < 0
    safe = above | below
    nought = (b.low == 0) & (b.high == 0)
    absent = nought | np.isnan(a.low) | np.isnan(b.low)
    touches = ~safe & ~absent
    if _sign(a) > 0 and _sign(b) > 0:
        low = _over(a.low, b.high)
        high = np.where(above, _over(a.high, b.low), np.where(a.high > 0, np.inf, 0.0))
    else:
        ends = [_over(x, y) for x in (a.low, a.high) for y in (b.low, b.high)]
        low = np.minimum(np.minimum(ends[0], ends[1]), np.minimum(ends[2], ends[3]))
        high = np.maximum(np.maximum(ends[0], ends[1]), np.maximum(ends[2], ends[3]))
        across = touches & (b.low < 0) & (b.high > 0)
        from_below = touches & (b.low < 0) & (b.high == 0)
        x_low, x_high = np.where(from_below, -a.high, a.low), np.where(from_below, -a.low, a.high)
        far = np.where(from_below, -b.low, b.high)
        low = np.where(touches, np.where(across | (x_low < 0), -np.inf, _over(x_low, far)), low)
        high = np.where(touches, np.where(across | (x_high > 0), np.inf, _over(x_high, far)), high)
    if absent.any():
        low, high = np.where(absent, np.nan, low), np.where(absent, np.nan, high)
    return low, high, _if_any(touches)


def _choose_figures(condition: Truths, a: Figures, b: Figures) -> Figures:
    a, b = aligned(a, b)
    low = np.where(condition.must, a.low, b.low)
    if condition.known and a.known and b.known:
        high = low
    else:
        high = np.where(condition.must, a.high, b.high)
    maybe = None
    if a.maybe is not None or b.maybe is not None:
        no = np.bool_(False)
        maybe = np.where(condition.must, no if a.maybe is None else a.maybe, no if b.maybe is None else b.maybe)
    if not condition.known:
        open_ = condition.may & ~condition.must
        low = np.where(open_, np.fmin(a.low, b.low), low)
        high = np.where(open_, np.fmax(a.high, b.high), high)
        one_gone = np.isnan(a.low) != np.isnan(b.low)
        either = _or(_or(a.maybe, b.maybe), _if_any(np.asarray(one_gone)))
        if either is not None:
            gone = np.isnan(a.low) & np.isnan(b.low)
            maybe = (np.bool_(False) if maybe is None else maybe) & ~open_ | (open_ & either & ~gone)
    if maybe is not None:
        maybe = _if_any(np.asarray(maybe))
    return Figures(low, high, a.scale, max(a.big, b.big), max(a.rel, b.rel), max(a.abs, b.abs), maybe)


def _compare_whole(op: str, a: Figures, edge: Fraction) -> Truths:
    """Whole numbers against a figure: the figure is moved to the whole number that asks the same."""
    down, up = math.floor(edge), math.ceil(edge)
    if down != up and op in ("=", "!="):
        there = ~np.isnan(a.low)
        no = np.zeros_like(there)
        if op == "=":
            spans = no if a.known else (a.low < up) & (a.high > down)
            return Truths(no, spans)
        must = there if a.known else (a.high < up) | (a.low > down)
        return Truths(must if a.maybe is None else must & ~a.maybe, there)
    at = np.float64(up if op in (">=", "<") else down)
    return _compared(op, a, Figures(at, at))  # type: ignore[arg-type]


def _compared(op: str, a: Figures, b: Figures) -> Truths:
    """Pairs of a comparison; absent figures meet none."""
    known = a.known and b.known
    match op:
        case ">=":
            must = a.low >= b.high
            may = must if known else a.high >= b.low
        case ">":
            must = a.low > b.high
            may = must if known else a.high > b.low
        case "<=":
            must = a.high <= b.low
            may = must if known else a.low <= b.high
        case "<":
            must = a.high < b.low
            may = must if known else a.low < b.high
        case "=":
            may = (a.low <= b.high) & (b.low <= a.high)
            must = may if known else (a.low == a.high) & (b.low == b.high) & (a.low == b.low)
        case _:
            must = (a.high < b.low) | (b.high < a.low)
            there = ~(np.isnan(a.low) | np.isnan(b.low))
            may = must if known else there & ~((a.low == a.high) & (b.low == b.high) & (a.low == b.low))
    shaky = _or(a.maybe, b.maybe)
    if shaky is not None:
        return Truths(must & ~shaky, may)
    return Truths(must, may)


def _settle_quotients(op: str, quotient: tuple[Floats, Floats, Fraction], edge: Fraction, rows: NDArray[np.intp], must: Bools) -> NDArray[np.intp]:
    """Compare known quotients with a figure by multiplying out, in whole numbers."""
    dividend, divisor = (np.broadcast_to(part, must.shape)[rows] for part in quotient[:2])
    target = edge / quotient[2]
    for row, x, y in zip(rows.tolist(), dividend.tolist(), divisor.tolist(), strict=True):
        if y == 0 or x != x or y != y:
            must[row] = False
            continue
        left, right = int(x) * target.denominator, int(y) * target.numerator
        if y < 0:
            left, right = -left, -right
        must[row] = _INTEGERS[op](left, right)
    return rows[:0]


_INTEGERS: dict[str, Callable[[int, int], bool]] = {
    ">=": lambda a, b: a >= b, ">": lambda a, b: a > b, "<=": lambda a, b: a <= b, "<": lambda a, b: a < b, "=": lambda a, b: a == b, "!=": lambda a, b: a != b,
}  # fmt: skip


# ---------------------------------------------------------------- on dates


@lru_cache(maxsize=64)
def _anniversaries(as_of: datetime.date) -> Floats:
    """The latest day of birth for 1, 2, 3, ... completed years, as ordinals, falling."""
    days = []
    for years in range(1, as_of.year):
        day = years_before(as_of, years)
        if as_of.month == 2 and as_of.day == 28 and not _leap(as_of.year) and _leap(day.year):
            day = datetime.date(day.year, 2, 29)  # born on 29 February: a year is complete on 28 February
        days.append(day.toordinal())
    return np.array(days, np.float64)


def _leap(year: int) -> bool:
    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)


def _year(ordinals: Floats) -> Floats:
    gone = np.isnan(ordinals)
    days = np.where(gone, 1.0, ordinals).astype(np.int64) - datetime.date(1970, 1, 1).toordinal()
    years = days.astype("datetime64[D]").astype("datetime64[Y]").astype(np.int64) + 1970
    return np.where(gone, np.nan, years.astype(np.float64))


# ---------------------------------------------------------------- on codes


def _lookup(fact: Fact, wanted: frozenset[str], negated: bool, places: Places) -> tuple[Bools, Bools]:
    """(must, may) for every index of a fact's codes, shifted by two: none, unknown, then the codes."""
    key = (id(fact), wanted, negated)
    if key not in _LOOKUPS:
        if len(_LOOKUPS) > 4_096:
            _LOOKUPS.clear()
        _LOOKUPS[key] = (fact, *_make_lookup(fact, wanted, negated, places))
    return _LOOKUPS[key][1], _LOOKUPS[key][2]


_LOOKUPS: dict[Any, tuple[Fact, Bools, Bools]] = {}


@lru_cache(maxsize=1_024)
def open_options(fact: Fact, places: Places) -> Bools:
    """Which indices of a fact's codes, shifted by two, leave several codes possible."""
    return np.array([len(option.possible) > 1 for option in options_of(fact, places)])


@lru_cache(maxsize=1_024)
def options_of(fact: Fact, places: Places) -> list[Codes]:
    """What each index of a fact's codes can mean, shifted by two: none, unknown, then the codes with all below them."""
    none = Codes(frozenset({None}))
    if fact.kind == "place":
        return [none, Codes(frozenset(places.by_id)), *(places.possible(id) for id in places.by_id)]
    assert fact.codes is not None
    whole = fact.whole
    assert isinstance(whole, Codes)
    return [none, whole, *(fact.codes.possible(code) for code in fact.codes.codes)]


def _make_lookup(fact: Fact, wanted: frozenset[str], negated: bool, places: Places) -> tuple[Bools, Bools]:
    test = ranges.is_none_of if negated else ranges.is_one_of
    pairs = [test(option, wanted) for option in options_of(fact, places)]
    return np.array([p.must for p in pairs]), np.array([p.may for p in pairs])


_NO_PLACES = Places()


def _as_sets(a: Column | None, like: Column | None) -> CodeSets:
    """Codes as bit masks; a recorded category is turned, no value is the absent code."""
    if isinstance(a, CodeSets):
        return a
    if isinstance(a, FactCodes):
        assert a.fact.codes is not None
        codes = tuple(a.fact.codes.codes)
        bit = {code: 1 << n for n, code in enumerate(codes)} | {None: 1 << 63}
        table = np.array([sum(bit[code] for code in option.possible) for option in options_of(a.fact, _NO_PLACES)], np.uint64)
        return CodeSets(table[a.index + 2], codes)
    other = like if isinstance(like, CodeSets) else None
    codes = other.codes if other is not None else tuple(like.fact.codes.codes) if isinstance(like, FactCodes) and like.fact.codes else ()
    return CodeSets(ABSENT_CODE, codes)  # type: ignore[arg-type]


def _same_facts(a: FactCodes, b: FactCodes, places: Places) -> Truths:
    """Two recorded categories or places are the same; each pair of codes that occurs is looked at once."""
    first, second = options_of(a.fact, places), options_of(b.fact, places)
    codes = a.index.astype(np.int64) * len(second) + b.index
    pairs, at = np.unique(codes, return_inverse=True)
    found = [ranges.same_code(first[int(i) + 2], second[int(j) + 2]) for i, j in (_unpaired(pair, len(second)) for pair in pairs.tolist())]
    return Truths(np.array([p.must for p in found])[at], np.array([p.may for p in found])[at])


def _unpaired(pair: int, width: int) -> tuple[int, int]:
    """The two indices, each from -2 on, of a pair a * width + b."""
    a, b = divmod(pair + 2, width)
    return a, b - 2
