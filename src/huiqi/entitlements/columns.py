"""The column engine: runs a plan over one block of subjects at a time, with numpy, every value a range.

A figure is held as whole numbers N over a fixed scale S, in float64: exact as long as |N| stays below 2**53. What cannot be held so (a
quotient, a product that outgrows the mantissa) is held rounded, with a bound on its error; a comparison or a rounding that falls within
the error is settled by the exact evaluator for those subjects alone. So the engine equals `rules.exact` to the bit, and never drifts.

An absent figure is NaN at both ends, on which every test is false. `maybe` marks figures that exist in some completions only.
"""

from __future__ import annotations

import bisect
import datetime
import functools
import math
import operator
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from huiqi.facts.among import ALONE, Among
from huiqi.facts.known import NONE, Known, Raw
from huiqi.facts.past import PastFact
from huiqi.facts.schema import Fact, Schema
from huiqi.rules.exact import Exactly
from huiqi.rules.groups import unrelated
from huiqi.rules.plan import Plan, Step
from huiqi.rules.tree import Related, RelatedKey
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

    @property
    def exact(self) -> bool:
        return self.rel == 0.0 and self.abs == 0.0

    @property
    def known(self) -> bool:
        return self.low is self.high


@dataclass
class Lived:
    """Where a subject did not exist in a year, and where that is unknown."""

    never: Bools | None
    perhaps_not: Bools | None
    ends: dict[float, Floats] = field(default_factory=dict)

    def end(self, end: float) -> Floats | float:
        """One end of what an unknown cell can be; none where the subject did not exist."""
        if self.never is None:
            return end
        if end not in self.ends:
            self.ends[end] = np.where(self.never, np.nan, end)
        return self.ends[end]


ALWAYS = Lived(None, None)


@dataclass(slots=True)
class Recorded:
    """A fact as recorded, in whole steps, NaN where there is none: because nobody knows it (`open`), or because it does not exist.

    Compared with a figure it stays as it is; its range is made where it is reckoned with.
    """

    cell: Floats
    fact: Fact
    ends: tuple[float, float]  # what an unknown cell can be
    lived: Lived
    open: Bools | None
    maybe: Bools | None
    made: Figures | None = None

    def figures(self) -> Figures:
        if self.made is None:
            self.made = self._range()
        return self.made

    def _range(self) -> Figures:
        cell, lowest, highest = self.cell, *self.ends
        smallest, largest = float(np.fmin.reduce(cell, initial=np.inf)), float(np.fmax.reduce(cell, initial=-np.inf))
        low = high = cell
        bounds = [smallest, largest]
        if self.open is not None:
            bounds += [lowest, highest]
            if lowest <= smallest and largest <= highest:  # of a figure and NaN, fmax and fmin take the figure
                low, high = np.fmax(cell, self.lived.end(lowest)), np.fmin(cell, self.lived.end(highest))
            else:
                low, high = np.where(self.open, lowest, cell), np.where(self.open, highest, cell)
        scale, times = self.fact.step.denominator, self.fact.step.numerator
        big = max([abs(end) * times for end in bounds if math.isfinite(end)], default=0.0)
        return Figures(*_both_times(low, high, float(times)), scale, big, 0.0 if big < EXACT else ULP, maybe=self.maybe)


@dataclass(slots=True)
class Quotient:
    """A division that is put off: what is compared with a figure needs no more than its rounded ends."""

    dividend: Figures
    divisor: Figures
    made: Figures | None = None
    rounded: RoundedEnds | None = None

    def figures(self) -> Figures:
        if self.made is None:
            with np.errstate(all="ignore"):
                self.made = _quotient(self.dividend, self.divisor)
        return self.made

    def ends(self) -> RoundedEnds | None:
        """The ends as far as figures from 0 on are concerned; None where the divisor can be negative or something is rounded already.

        Which end of the divisor a negative quotient has is no matter then.
        """
        a, b = self.dividend, self.divisor
        if self.rounded is None and a.exact and b.exact and _from_nought(b):
            low = high = np.maximum(a.low, -1e300) / b.high  # minus infinity over infinity is not above 0 either
            sure = there = b.high > 0
            if not (a.known and b.known):
                high, sure = a.high / b.low, b.low > 0
            shaky = _or(a.maybe, b.maybe)
            self.rounded = RoundedEnds(low, high, sure if shaky is None else sure & ~shaky, there)
        return self.rounded


@dataclass(slots=True)
class RoundedEnds:
    """Both ends of a quotient, where it surely exists, and where it may."""

    low: Floats
    high: Floats
    sure: Bools
    there: Bools


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
    """A category or place as recorded: an index into its codes, -1 unknown, -2 none; `at` is the same from 0 on, as short as it can be."""

    index: NDArray[np.int32]
    fact: Fact
    at: NDArray[Any]


@dataclass(slots=True)
class CodeSets:
    """A derived category: one bit a code it can be, the highest bit for 'absent'."""

    bits: NDArray[np.uint64]
    codes: tuple[str, ...]


Column = Figures | Recorded | Quotient | Truths | FactCodes | CodeSets


@dataclass(frozen=True)
class Others:
    """What related enterprises add, by row; whoever is not among them has what `otherwise` says."""

    numbers: Mapping[int, Number]
    otherwise: Number

    def at(self, row: int) -> Number:
        return self.numbers.get(row, self.otherwise)

    def only(self, rows: NDArray[np.intp]) -> Others:
        """Those of some rows."""
        if not self.numbers:
            return self
        return Others({n: self.numbers[row] for n, row in enumerate(rows.tolist()) if row in self.numbers}, self.otherwise)

    def between(self, first: int, last: int) -> Others:
        """Those of a stretch of rows; the numbers are in order of their rows."""
        rows = list(self.numbers)
        inside = rows[bisect.bisect_left(rows, first) : bisect.bisect_left(rows, last)]
        return Others({row - first: self.numbers[row] for row in inside}, self.otherwise)

    def figures(self, size: int) -> Figures:
        """As columns: whole multiples of a common part where that is exact, rounded otherwise."""
        numbers = [self.otherwise, *self.numbers.values()]
        ends = [end for number in numbers for end in (number.low, number.high) if isinstance(end, Fraction)]
        scale = math.lcm(*{end.denominator for end in ends}) if ends else 1
        big = max((abs(end) * scale for end in ends), default=Fraction(0))
        exact = big < EXACT and scale.bit_length() <= 60
        times = scale if exact else 1
        low, high = np.full(size, float(self.otherwise.low * times)), np.full(size, float(self.otherwise.high * times))
        for row, number in self.numbers.items():
            low[row], high[row] = float(number.low * times), float(number.high * times)
        return Figures(low, low if (low == high).all() else high, times, float(big if exact else big / scale), 0.0 if exact else ULP)


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
    related: Mapping[RelatedKey, Others] = field(default_factory=dict)  # what related enterprises add
    assume_recognised: bool = False
    among: Sequence[Among] = ()  # of subjects at hand: what the others of their registry decide, as `ranks` and `related` have it and more
    years: dict[int, Lived] = field(default_factory=dict)  # found by `lived`
    part_of: tuple[Block, NDArray[np.intp]] | None = None  # the block and the rows of it that this one is

    def cell(self, fact: Fact, year: int) -> NDArray[Any]:
        """The encoded column of a fact, year counted back from the last completed one."""
        return self.columns[(fact.id, self.as_of.year - 1 + year if fact.period == "year" else None)]

    def only(self, rows: NDArray[np.intp]) -> Block:
        """Some of the subjects."""
        first_years = None if self.first_years is None else self.first_years[rows]
        ranks = {card: bits[rows] for card, bits in self.ranks.items()}
        related = {key: others.only(rows) for key, others in self.related.items()}
        return replace(
            self, size=len(rows), columns=_Rows(self.columns, rows), ids=None, first_years=first_years, ranks=ranks, related=related,
            among=[self.among[row] for row in rows.tolist()] if self.among else (), years={}, part_of=(self, rows),
        )  # fmt: skip

    def repeated(self, times: int) -> Block:
        """The one subject of a block so many times, in columns of its own."""
        return replace(
            self, size=times, columns={key: np.repeat(column, times) for key, column in self.columns.items()}, ids=None,
            first_years=None if self.first_years is None else np.repeat(self.first_years, times),
            ranks={card: np.repeat(bits, times) for card, bits in self.ranks.items()},
            related={key: Others({}, others.at(0)) for key, others in self.related.items()}, among=[*self.among] * times, years={}, part_of=None,
        )  # fmt: skip

    def lived(self, born: str | None, year: int) -> Lived:
        """Which subjects existed in a year, counted back from the last completed one; `born` is the date from which one exists."""
        if year not in self.years:
            self.years[year] = ALWAYS if born is None else self._lived(born, year)
        return self.years[year]

    def _lived(self, born: str, year: int) -> Lived:
        if self.part_of is not None:
            whole, rows = self.part_of
            found = whole.lived(born, year)
            never, perhaps_not = (None if mask is None else _if_any(mask[rows]) for mask in (found.never, found.perhaps_not))
            return Lived(never, perhaps_not)
        cell: Floats = self.columns[(born, None)]
        calendar_year = self.as_of.year - 1 + year
        perhaps_not = np.isnan(cell)
        if self.first_years is not None:
            perhaps_not &= (self.first_years == 0) | (self.first_years > calendar_year)
        return Lived(_if_any(cell > datetime.date(calendar_year, 12, 31).toordinal()), _if_any(perhaps_not))

    def known(self, row: int) -> Known:
        """One subject's facts, for the exact evaluator."""
        if self.part_of is not None:  # whose columns are taken row by row
            whole, rows = self.part_of
            return whole.known(int(rows[row]))
        values: dict[tuple[str, int | None], Raw] = {}
        for (id, year), column in self.columns.items():
            raw = decode(self.schema.facts[id], column[row], self.places)
            if raw is not None:
                values[(id, year)] = raw
        first_year = int(self.first_years[row]) or None if self.first_years is not None else None
        among = self.among[row] if self.among else ALONE
        return Known(self.schema, self.places, self.as_of, values, str(self.ids[row]) if self.ids is not None else "", first_year, among)

    def exactly(self, row: int) -> Exactly:
        """The exact evaluator for one subject of the block."""
        ranks = {card: codes_of(bits[row], self.rank_codes[card]) for card, bits in self.ranks.items()}
        related = {key: others.at(row) for key, others in self.related.items()}
        return Exactly(self.known(row), ranks, related, assume_recognised=self.assume_recognised)


class _Rows(Mapping[tuple[str, int | None], NDArray[Any]]):
    """Some rows of columns, taken when a column is asked for."""

    def __init__(self, columns: Mapping[tuple[str, int | None], NDArray[Any]], rows: NDArray[np.intp]):
        self.columns, self.rows = columns, rows

    def __getitem__(self, column: tuple[str, int | None]) -> NDArray[Any]:
        return self.columns[column][self.rows]

    def __iter__(self) -> Iterator[tuple[str, int | None]]:
        return iter(self.columns)

    def __len__(self) -> int:
        return len(self.columns)


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
        case "text":
            return None if cell is None else str(cell)
        case _:
            return None if cell != cell else int(cell)


def block_of(
    subjects: Sequence[Known], facts: Iterable[tuple[Fact, int]], unknown: Mapping[tuple[str, int | None], NDArray[Any]] | None = None
) -> Block:
    """Subjects at hand as a block with the columns of some facts, each so many years back; all of one schema and day.

    `unknown` are these columns of a subject of which nothing is known: what nobody knows need not be encoded again.
    """
    first, facts = subjects[0], list(facts)
    further = {fact.id: fact for fact, _ in facts if fact.id not in first.schema.facts}  # past awards stand in no schema
    schema = first.schema.extended(further.values()) if further else first.schema
    columns: dict[tuple[str, int | None], NDArray[Any]] = {}
    said = {key for known in subjects for key in known.values}
    if any(known.among.awards is not None for known in subjects):
        said |= {first.key(fact, year) for fact, year in facts if isinstance(fact, PastFact)}
    for fact, year in facts:
        key = first.key(fact, year)
        if unknown is not None and key in unknown and key not in said:
            columns[key] = unknown[key] if len(subjects) == 1 else np.repeat(unknown[key], len(subjects))
        else:
            columns[key] = encode(fact, [known.given(fact, year) for known in subjects], first.places)
    first_years = np.array([known.first_year or 0 for known in subjects], np.int16)
    block = Block(len(subjects), first.as_of, columns, schema, first.places, [known.id for known in subjects], first_years)
    block.among = [known.among for known in subjects]
    return block


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
        case "text":
            return np.array(cells, object)
        case _:
            return np.array([math.nan if cell is None else -math.inf if cell is NONE else float(cell) for cell in cells], np.float64)  # type: ignore[arg-type]


def codes_of(bits: Any, codes: tuple[str, ...]) -> Codes:
    """The set that a bit mask stands for."""
    found: set[str | None] = {code for n, code in enumerate(codes) if int(bits) >> n & 1}
    if int(bits) >> 63:
        found.add(None)
    return Codes(frozenset(found))


def bits_of(codes: Codes, order: Iterable[str]) -> int:
    """The bit mask that stands for a set."""
    return sum(1 << n for n, code in enumerate(order) if code in codes.possible) | (None in codes.possible) << 63


class Run:
    """One plan over one block."""

    def __init__(self, plan: Plan, block: Block):
        self.plan, self.block = plan, block
        self.slots: list[Column | None] = [None] * len(plan.steps)
        self._exact: dict[int, Exactly] = {}
        self.undecided: dict[int, NDArray[np.bool_]] = {}  # kept by deciding.py
        self.settled = 0  # how many cells the exact evaluator had to settle

    def run(self) -> Run:
        """Reckon every step; results that nothing reads any more are dropped."""
        drops = self.plan.drops
        with np.errstate(all="ignore"):
            for index, step in enumerate(self.plan.steps):
                self.slots[index] = self.reckon(step)
                for slot in drops.get(index, ()):
                    if slot != index:
                        self.slots[slot] = None
        return self

    def reckon(self, step: Step) -> Column:
        """What a step gives."""
        return _OPERATIONS[step.op](self, step)

    def column(self, slot: int) -> Figures | Truths | FactCodes | CodeSets:
        """What a step gave; what was put off is made now."""
        found = self.slots[slot]
        assert found is not None
        return found.figures() if isinstance(found, Recorded | Quotient) else found

    def figures(self, slot: int) -> Figures:
        found = self.column(slot)
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

    def fact_figure(self, step: Step) -> Recorded:
        id, year = step.data
        fact = self.plan.facts[(id, year)]
        if "ends" not in step.memo:
            step.memo["ends"] = ends_in_steps(fact)
        cell, ends = self.block.cell(fact, year), step.memo["ends"]
        none = np.isnan(cell)
        lived = ALWAYS
        if fact.kind == "date" and (never := np.isneginf(cell)).any():
            cell, lived = np.where(never, np.nan, cell), Lived(never, None)
        if not none.any():
            return Recorded(cell, fact, ends, lived, None, None)
        if fact.period == "year":
            lived = self.block.lived(self.plan.born.get(self.block.schema.subject), year)
        open_ = _if_any(none if lived.never is None else none & ~lived.never)
        maybe = open_ if fact.optional else None if lived.perhaps_not is None or open_ is None else _if_any(open_ & lived.perhaps_not)
        return Recorded(cell, fact, ends, lived, open_, maybe)

    def fact_flag(self, step: Step) -> Truths:
        id, year = step.data
        cell = self.block.cell(self.plan.facts[(id, year)], year)
        must = cell == 1
        unknown = cell < 0
        return Truths(must, must | unknown) if unknown.any() else Truths(must, must)

    def fact_code(self, step: Step) -> FactCodes:
        id, year = step.data
        fact = self.plan.facts[(id, year)]
        index = self.block.cell(fact, year)
        count = len(self.block.places.by_id) if fact.codes is None else len(fact.codes.codes)
        return FactCodes(index, fact, (index + 2).astype(np.min_scalar_type(count + 1)))

    # ------------------------------------------------------------ figures

    def figure(self, step: Step) -> Figures:
        found: Figures | None = step.memo.get("figure")
        if found is None:
            value: Fraction = step.data
            large = abs(value.numerator) >= EXACT
            ends = np.float64(value if large else value.numerator)
            big = abs(float(ends))
            found = step.memo["figure"] = Figures(ends, ends, 1 if large else value.denominator, big, rel=ULP if large else 0.0)  # type: ignore[arg-type]
        return found

    def absence(self, step: Step) -> Figures:
        nan = np.float64(np.nan)
        return Figures(nan, nan)  # type: ignore[arg-type]

    def related(self, step: Step) -> Figures:
        others = self.block.related.get(step.data)
        if others is None:
            assert isinstance(step.node, Related)
            others = Others({}, unrelated(step.node, None))
        return others.figures(self.block.size)

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

    def divide(self, step: Step) -> Column:
        a, b = self.figures(step.args[0]), self.figures(step.args[1])
        divisor = self.plan.steps[step.args[1]]
        if divisor.op == "figure" and divisor.data:
            return _times_figure(a, 1 / divisor.data)
        return Quotient(a, b)

    def extreme(self, step: Step) -> Figures:
        a, b = aligned(self.figures(step.args[0]), self.figures(step.args[1]))
        pick = np.minimum if step.op == "min" else np.maximum
        low = pick(a.low, b.low)
        high = low if a.known and b.known else pick(a.high, b.high)
        return Figures(low, high, a.scale, max(a.big, b.big), max(a.rel, b.rel), max(a.abs, b.abs), _or(a.maybe, b.maybe))

    def present(self, step: Step) -> Figures:
        of, a = self.slots[step.args[0]], self.figures(step.args[0])
        if isinstance(of, Recorded) and of.ends[0] == 0 and _from_nought(a):
            low = np.fmax(a.low, 0.0)  # what may not exist begins at 0 as it is
            return replace(a, low=low, high=low if a.known else np.fmax(a.high, 0.0), maybe=None)
        low, high, gone = a.low, a.high, _if_any(np.isnan(a.low))
        if gone is not None:
            low = np.where(gone, 0.0, low)
            high = low if a.known else np.where(gone, 0.0, high)
        if a.maybe is not None:
            low, high = np.where(a.maybe, np.minimum(low, 0.0), low), np.where(a.maybe, np.maximum(high, 0.0), high)
        return replace(a, low=low, high=high, maybe=None)

    def tally(self, step: Step) -> Figures:
        pairs = [self.truths(slot) for slot in step.args]
        low = sum((np.asarray(p.must, np.float64) for p in pairs), np.float64(0))
        high = low if all(p.known for p in pairs) else sum((np.asarray(p.may, np.float64) for p in pairs), np.float64(0))
        return Figures(low, high, 1, float(len(pairs)))  # type: ignore[arg-type]

    def since(self, step: Step) -> Figures:
        date = self.figures(step.args[0])
        if step.data == "days":
            today = Figures(*(np.float64(self.block.as_of.toordinal()),) * 2, 1, 4e6)  # type: ignore[arg-type]
            today, date = aligned(today, date)
            high = today.high - date.low
            return summed(high if date.known else today.low - date.high, high, today, date)
        date = self._day(step, date)
        low = self._whole_years(date.high)
        high = low if date.known else self._whole_years(date.low)
        return Figures(low, high, 1, 1e4, maybe=date.maybe)

    def _day(self, step: Step, date: Figures) -> Figures:
        """The days that ordinals lie in: a computed date can be within one."""
        if date.scale == 1 and date.exact:
            return date
        low, high = np.floor(date.low / date.scale), np.floor(date.high / date.scale)
        found = Figures(low, low if date.known else high, 1, date.big / date.scale, maybe=date.maybe)
        near = (date.rel + 4 * ULP) * (np.abs(date.low) + np.abs(date.high)) / date.scale + date.abs / date.scale
        doubtful = functools.reduce(np.logical_or, [np.abs(end / date.scale - np.rint(end / date.scale)) <= near for end in (date.low, date.high)])
        rows = np.nonzero(np.broadcast_to(doubtful, (self.block.size,)))[0]
        if len(rows):
            found.low = np.array(np.broadcast_to(found.low, (self.block.size,)))
            found.high = found.low if date.known else np.array(np.broadcast_to(found.high, (self.block.size,)))

            def write(row: int, value: Number) -> None:
                if value.absent is not Absent.SURELY:
                    found.low[row], found.high[row] = (end if isinstance(end, float) else math.floor(end) for end in (value.low, value.high))

            self.settle(rows, self.plan.steps[step.args[0]], write)
        return found

    def _days(self, ordinals: Floats) -> Floats:
        return self.block.as_of.toordinal() - ordinals

    def _whole_years(self, ordinals: Floats) -> Floats:
        """Completed years: how many anniversaries lie behind; 0 for a day to come."""
        years = completed_years(self.block.as_of)
        gone = np.isnan(ordinals)
        days = np.clip(self._days(np.where(gone, 0, ordinals) if gone.any() else ordinals), 0, len(years) - 1)
        found = years[days.astype(np.intp)]
        return np.where(gone, np.nan, found) if gone.any() else found

    def year_of(self, step: Step) -> Figures:
        date = self._day(step, self.figures(step.args[0]))
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
        ratio = 1 / (a.scale * size)  # steps = N * ratio
        big = float((math.floor(a.big * ratio) + 1) * size.numerator)
        if a.exact and ratio.denominator == 1 and big < EXACT:
            return Figures(*_both_times(a.low, a.high, float(ratio * size.numerator)), size.denominator, big, maybe=a.maybe)
        low, unsure = self._rounded(a, a.low, ratio, direction)
        high, also = (low, unsure) if a.known else self._rounded(a, a.high, ratio, direction)
        result = Figures(*_both_times(low, high, float(size.numerator)), size.denominator, big, maybe=a.maybe)
        near = unsure if also is unsure else _or(unsure, also)
        if near is not None and near.any():
            result.low = np.array(np.broadcast_to(result.low, (self.block.size,)))
            result.high = result.low if a.known else np.array(np.broadcast_to(result.high, (self.block.size,)))

            def write(row: int, value: Number) -> None:
                if value.absent is not Absent.SURELY:
                    result.low[row] = float(value.low * result.scale) if not isinstance(value.low, float) else value.low
                    result.high[row] = float(value.high * result.scale) if not isinstance(value.high, float) else value.high

            self.settle(np.nonzero(np.broadcast_to(near, (self.block.size,)))[0], step, write)
        return result

    def _rounded(self, a: Figures, ends: Floats, ratio: Fraction, direction: str) -> tuple[Floats, Bools | None]:
        """Steps, each 1 / ratio of N, and where the error leaves the step open."""
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
        a, b = self.column(step.args[1]), self.column(step.args[2])
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
        if bits is None:
            total = self.figures(step.args[0])
            gone = np.isnan(total.low)
            bits = np.where(gone, ABSENT_CODE, np.uint64((1 << len(codes)) - 1) | (ABSENT_CODE if total.maybe is not None else np.uint64(0)))
            if total.maybe is not None:
                bits = np.where(gone | total.maybe, bits, bits & ~ABSENT_CODE)
        return CodeSets(bits, codes)

    # ------------------------------------------------------------ truths

    def constant(self, step: Step) -> Truths:
        value = np.bool_(step.data)
        return Truths(value, value)  # type: ignore[arg-type]

    def compare(self, step: Step) -> Truths:
        (left, right), op = step.args, step.data
        if self.plan.steps[left].op == "figure":
            left, right, op = right, left, _TURNED[op]
        if self.plan.steps[right].op == "figure":
            of, edge = self.slots[left], self.plan.steps[right].data
            if isinstance(of, Recorded) and op in COMPARISONS:
                return _compare_recorded(op, of, edge, step.memo)
            if isinstance(of, Quotient) and op in COMPARISONS and (found := _compare_quotient(op, of, edge, step.memo)) is not None:
                return found
            if (a := self.figures(left)).exact:
                return _compare_whole(op, a, edge * a.scale)
        a, b = self.figures(left), self.figures(right)
        if a.exact and b.exact:
            a, b = aligned(a, b)
            if a.exact and b.exact:
                return _compared(op, a, b)
        return self._compare_rounded(step, op, a, b)

    def _compare_rounded(self, step: Step, op: str, a: Figures, b: Figures) -> Truths:
        """A comparison with rounded figures: what lies within the error is settled exactly."""
        a, b = _plain(a), _plain(b)
        found = _compared(op, a, b)
        rel, abs_ = a.rel + b.rel + 2 * ULP, a.abs + b.abs
        ends = [(a.low, b.high), (a.high, b.low)] if not (a.known and b.known) else [(a.low, b.low)]
        if op in ("=", "!=") and len(ends) > 1:
            ends += [(a.low, b.low), (a.high, b.high)]
        return self._settled(step, found.must, found.may, [_close(x, y, rel, abs_) for x, y in ends])

    def _settled(self, step: Step, must: Bools, may: Bools, near: list[Bools]) -> Truths:
        """The same truths, but exact where `near` says that they may be wrong."""
        doubtful = np.broadcast_to(functools.reduce(np.logical_or, near), (self.block.size,))
        if not doubtful.any():
            return Truths(must, may)
        same = must is may
        must = np.array(np.broadcast_to(must, (self.block.size,)))
        may = must if same else np.array(np.broadcast_to(may, (self.block.size,)))

        def write(row: int, pair: Any) -> None:
            must[row], may[row] = pair.must, pair.may

        self.settle(np.nonzero(doubtful)[0], step, write)
        return Truths(must, may)

    def one_of(self, step: Step) -> Truths:
        of = self.column(step.args[0])
        wanted, negated = step.data
        if isinstance(of, FactCodes):
            if "runs" not in step.memo:
                step.memo["runs"] = runs_of(of.fact, wanted, negated, self.block.places)
            must_runs, open_runs = step.memo["runs"]
            must, open_ = _within(of.at, must_runs), _within(of.at, open_runs)
            return Truths(must, must | open_) if open_.any() else Truths(must, must)
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
        a, b = self.column(step.args[0]), self.column(step.args[1])
        if isinstance(a, FactCodes) and isinstance(b, FactCodes):
            return _same_facts(a, b, self.block.places)
        first, second = _as_sets(a, b), _as_sets(b, a)
        shared = first.bits & second.bits & ~ABSENT_CODE
        single = (first.bits & (first.bits - np.uint64(1))) == 0
        return Truths((first.bits == second.bits) & single & (shared != 0), shared != 0)

    def exists(self, step: Step) -> Truths:
        of = self.column(step.args[0])
        if isinstance(of, Figures):
            there = ~np.isnan(of.low)
            return Truths(there, there) if of.maybe is None else Truths(there & ~of.maybe, there)
        if isinstance(of, FactCodes):
            may = of.index != -2
            return Truths(may & (of.index != -1), may) if of.fact.optional and of.fact.kind == "category" else Truths(may, may)
        assert isinstance(of, CodeSets)
        return Truths((of.bits & ABSENT_CODE) == 0, (of.bits & ~ABSENT_CODE) != 0)

    def all(self, step: Step) -> Truths:
        return self._join(step, operator.and_)

    def any(self, step: Step) -> Truths:
        return self._join(step, operator.or_)

    def _join(self, step: Step, join: Any) -> Truths:
        parts = [self.truths(slot) for slot in step.args]
        must = functools.reduce(join, (part.must for part in parts))
        if all(part.known for part in parts):
            return Truths(must, must)
        return Truths(must, functools.reduce(join, (part.may for part in parts)))

    def opposite(self, step: Step) -> Truths:
        part = self.truths(step.args[0])
        must = ~part.may
        return Truths(must, must if part.known else ~part.must)

    def at_least(self, step: Step) -> Truths:
        parts = [self.truths(slot) for slot in step.args]
        must = _count_true([p.must for p in parts]) >= step.data
        if all(p.known for p in parts):
            return Truths(must, must)
        return Truths(must, _count_true([p.may for p in parts]) >= step.data)

    def recognised(self, step: Step) -> Truths:
        """The registry's word where it has one, else the outcome of the recognition's own measure, as a may."""
        known, outcome = self.truths(step.args[0]), self.truths(step.args[1])
        if known.known:
            return known
        must = known.must | (known.may & outcome.must) if self.block.assume_recognised else known.must
        return Truths(must, known.must | (known.may & outcome.may))


class OnDemand(Run):
    """One plan over one block, a step only once something asks for what it gives: for who looks at a few measures of many."""

    def column(self, slot: int) -> Figures | Truths | FactCodes | CodeSets:
        self._reckon_for(slot)
        return super().column(slot)

    def truths(self, slot: int) -> Truths:
        self._reckon_for(slot)
        return super().truths(slot)

    def _reckon_for(self, slot: int) -> None:
        if self.slots[slot] is not None:
            return
        steps, needed, waiting = self.plan.steps, set[int](), [slot]
        while waiting:
            one = waiting.pop()
            if self.slots[one] is None and one not in needed:
                needed.add(one)
                waiting.extend(steps[one].args)
        with np.errstate(all="ignore"):
            for one in sorted(needed):
                self.slots[one] = self.reckon(steps[one])


def _count_true(parts: list[Bools]) -> NDArray[Any]:
    """How many of some truths hold, row by row."""
    kind = np.uint8 if len(parts) < 256 else np.uint32
    return functools.reduce(operator.add, (part.astype(kind) for part in parts))


COMPARISONS: dict[str, Callable[[Any, Any], Any]] = {"<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge}
_TURNED = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "=": "=", "!=": "!="}

_OPERATIONS: dict[str, Callable[[Run, Step], Column]] = {
    "fact_figure": Run.fact_figure, "fact_flag": Run.fact_flag, "fact_code": Run.fact_code,
    "figure": Run.figure, "absence": Run.absence, "related": Run.related, "+": Run.add, "-": Run.subtract, "*": Run.multiply, "/": Run.divide,
    "min": Run.extreme, "max": Run.extreme, "present": Run.present, "tally": Run.tally, "since": Run.since, "year_of": Run.year_of,
    "between": Run.between, "round": Run.round, "choose": Run.choose, "code": Run.code, "rank_class": Run.rank_class,
    "constant": Run.constant, "compare": Run.compare, "one_of": Run.one_of, "same_code": Run.same_code, "exists": Run.exists,
    "all": Run.all, "any": Run.any, "not": Run.opposite, "at_least": Run.at_least, "recognised": Run.recognised,
}  # fmt: skip


# ---------------------------------------------------------------- on figures


def _biggest(low: Floats, high: Floats) -> float:
    """A bound on every finite magnitude."""
    ends = (low,) if low is high else (low, high)
    most = 0.0
    for end in ends:
        size = np.abs(end)
        top = float(np.fmax.reduce(size, axis=None, initial=0.0))
        if math.isinf(top):
            top = float(np.fmax.reduce(np.where(np.isinf(size), 0.0, size), axis=None, initial=0.0))
        most = max(most, top)
    return most


def _both_times(low: Floats, high: Floats, factor: float) -> tuple[Floats, Floats]:
    """Both ends times a figure; still one array where nothing is unknown."""
    times = low * factor if factor != 1 else low
    return times, times if low is high else high * factor if factor != 1 else high


@lru_cache(maxsize=4_096)  # every amount is planned apart and asks again
def ends_in_steps(fact: Fact) -> tuple[float, float]:
    """What a figure or date can be."""
    whole = fact.whole
    assert isinstance(whole, Number)
    low, high = (end if isinstance(end, float) else float(end / fact.step) for end in (whole.low, whole.high))
    return low, high


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
    return Figures(low, high, 1, a.big / a.scale, a.rel + ULP, a.abs / a.scale * (1 + ULP), a.maybe)


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
    if _from_nought(a) and _from_nought(b):
        return _times(a.low, b.low), _times(a.high, b.high)
    ends = [_times(x, y) for x in (a.low, a.high) for y in (b.low, b.high)]
    low = np.minimum(np.minimum(ends[0], ends[1]), np.minimum(ends[2], ends[3]))
    high = np.maximum(np.maximum(ends[0], ends[1]), np.maximum(ends[2], ends[3]))
    return low, high


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


def _quotient_abs(a: Figures, b: Figures, low: Floats, high: Floats) -> float:
    """The absolute part of a quotient's error: infinite where the divisor may be off by its own size."""
    if a.abs == 0 and b.abs == 0:
        return 0.0
    smallest = min(_smallest(b.low), _smallest(b.high))
    if smallest <= 2 * b.abs:
        return math.inf
    return (a.abs + _biggest(low, high) * b.abs) / (smallest - b.abs) * b.scale / a.scale


def _smallest(x: Floats) -> float:
    size = np.abs(x)
    return float(np.fmin.reduce(np.where(size == 0, np.inf, size), axis=None, initial=np.inf))


def _over(x: Floats, y: Floats) -> Floats:
    """x / y at the ends of a range whose divisor is not 0; anything over infinity is 0."""
    found = x / y
    return np.where(np.isinf(y) & ~np.isnan(x), 0.0, found)


def _quotient(a: Figures, b: Figures) -> Figures:
    """A quotient, rounded; over a range that touches 0 it can be absent, and over a known 0 it is."""
    factor = Fraction(b.scale, a.scale)
    rel = a.rel + b.rel + 2 * ULP + (0.0 if factor == 1 else 2 * ULP)
    shaky = _or(a.maybe, b.maybe)
    if a.known and b.known:
        low = high = np.where(b.low == 0, np.nan, a.low / b.low)
    else:
        low, high, touches = _quotients(a, b)
        shaky = _if_any(_or(shaky, touches))
    if factor != 1:
        low, high = _both_times(low, high, float(factor))
    return Figures(low, high, 1, _biggest(low, high), rel=rel, abs=_quotient_abs(a, b, low, high), maybe=shaky)


def _quotients(a: Figures, b: Figures) -> tuple[Floats, Floats, Bools | None]:
    """The ends of a quotient, and where the divisor touches 0 without being known to be 0."""
    above, below = b.low > 0, b.high < 0
    safe = above | below
    nought = (b.low == 0) & (b.high == 0)
    absent = nought | np.isnan(a.low) | np.isnan(b.low)
    touches = ~safe & ~absent
    if _from_nought(a) and _from_nought(b):
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
    if (
        np.ndim(a.low) == 0
        and a.known
        and a.exact
        and b.exact
        and b.maybe is None
        and np.min(b.low, initial=0) >= 0
        and np.max(b.high, initial=0) <= a.low
    ):
        low = np.maximum(condition.must * a.low, b.low)  # bands that fall: what is met pays most, so no choice is needed
        high = low if condition.known and b.known else np.maximum(condition.may * a.low, b.high)
        return Figures(low, high, a.scale, float(a.low))
    low = np.where(condition.must, a.low, b.low)
    high = low if condition.known and a.known and b.known else np.where(condition.must, a.high, b.high)
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


def whole_edge(op: str, edge: Fraction) -> float:
    """The whole number that asks the same of whole numbers as the figure does, for < <= > >=."""
    return float(math.ceil(edge) if op in (">=", "<") else math.floor(edge))


def _compare_recorded(op: str, of: Recorded, edge: Fraction, memo: dict[Any, Any]) -> Truths:
    """A recorded fact against a figure: the known cells are compared, and what the others can be once for all of them."""
    meets = COMPARISONS[op]
    if "at" not in memo:
        at = memo["at"] = whole_edge(op, edge / of.fact.step)
        low, high = (meets(end, at) for end in of.ends)
        memo["open"] = (low, high) if op in (">", ">=") else (high, low)
    must_open, may_open = memo["open"]
    must = may = meets(of.cell, memo["at"])
    if of.open is not None and may_open:
        may = may | of.open
        if must_open:
            must = may if of.maybe is None else must | (of.open & ~of.maybe)
    return Truths(must, may)


def _compare_quotient(op: str, of: Quotient, edge: Fraction, memo: dict[Any, Any]) -> Truths | None:
    """A quotient of whole numbers against a figure from 0 on; None where it cannot be compared so.

    Rounding keeps the order, so the rounded ends can be wrong only where they equal the rounded figure. There x / y and p / q are the same,
    as different ones lie at least 1 / (y * p) of each other apart, which shows in the mantissa if y * p (or x * q) is small enough; if it is
    not, dividend and divisor are multiplied out.
    """
    a, b = of.dividend, of.divisor
    ends = of.ends() if edge > 0 or (edge == 0 and op in (">", "<=")) else None
    if ends is None:
        return None
    if (a.scale, b.scale) not in memo:
        ratio = edge * a.scale / b.scale
        memo[a.scale, b.scale] = ratio, float(ratio), float(ratio.numerator), float(ratio.denominator)
    ratio, at, up, down = memo[a.scale, b.scale]
    meets = COMPARISONS[op]
    met = [meets(ends.low, at)] if ends.low is ends.high else [meets(ends.low, at), meets(ends.high, at)]
    if min(b.big * up, a.big * down) >= EXACT / 2:
        for found, end, x, y in zip(met, (ends.low, ends.high), (a.low, a.high), (b.high, b.low), strict=False):
            rows = np.flatnonzero(end == at)
            found[rows] = _multiplied(meets, np.broadcast_to(x, found.shape)[rows], np.broadcast_to(y, found.shape)[rows], ratio)
    must, may = (met[0], met[-1]) if op in (">", ">=") else (met[-1], met[0])
    if must is may and ends.sure is ends.there:
        must &= ends.sure
        return Truths(must, must)
    return Truths(must & ends.sure, may & ends.there)


def _multiplied(meets: Any, x: Floats, y: Floats, ratio: Fraction) -> list[bool]:
    """x / y against a figure, in whole numbers."""
    return [meets(int(p) * ratio.denominator, int(q) * ratio.numerator) for p, q in zip(x.tolist(), y.tolist(), strict=True)]


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
    at = np.float64(whole_edge(op, edge))
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


def _close(x: Floats, y: Floats, rel: float, abs_: float) -> Bools:
    """Where two figures lie within their errors of each other; where both are without error, which is which is plain."""
    gap, error = x - y, rel * np.maximum(np.abs(x), np.abs(y)) + abs_
    return (np.abs(gap) <= error) & (error > 0) & np.isfinite(gap)


def _from_nought(a: Figures) -> bool:
    """No figure of the column is negative."""
    return float(np.fmin.reduce(a.low, axis=None, initial=np.inf)) >= 0


# ---------------------------------------------------------------- on dates


@lru_cache(maxsize=64)
@lru_cache(maxsize=16)
def completed_years(as_of: datetime.date) -> Floats:
    """Completed years by the number of days since, as far back as the calendar goes."""
    complete = []  # after how many days each year is
    for years in range(1, as_of.year):
        day = years_before(as_of, years)
        if as_of.month == 2 and as_of.day == 28 and not _leap(as_of.year) and _leap(day.year):
            day = datetime.date(day.year, 2, 29)  # born on 29 February: a year is complete on 28 February
        complete.append(as_of.toordinal() - day.toordinal())
    return np.searchsorted(np.array(complete), np.arange(as_of.toordinal() + 1), side="right").astype(np.float64)


def _leap(year: int) -> bool:
    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)


def _year(ordinals: Floats) -> Floats:
    gone = np.isnan(ordinals)
    days = np.where(gone, 1.0, ordinals).astype(np.int64) - datetime.date(1970, 1, 1).toordinal()
    years = days.astype("datetime64[D]").astype("datetime64[Y]").astype(np.int64) + 1970
    return np.where(gone, np.nan, years.astype(np.float64))


# ---------------------------------------------------------------- on codes


Runs = list[tuple[int, int]]


def runs_of(fact: Fact, wanted: frozenset[str], negated: bool, places: Places) -> tuple[Runs, Runs]:
    """The indices of a fact's codes, shifted by two, for which the test must hold, and those for which it only may."""
    test = ranges.is_none_of if negated else ranges.is_one_of
    pairs = [test(option, wanted) for option in options_of(fact, places)]
    return _runs([pair.must for pair in pairs]), _runs([pair.may and not pair.must for pair in pairs])


def _runs(held: list[bool]) -> Runs:
    """The first and last place of each run of places that hold."""
    first = [n for n, one in enumerate(held) if one and not (n and held[n - 1])]
    last = [n for n, one in enumerate(held) if one and not (n + 1 < len(held) and held[n + 1])]
    return list(zip(first, last, strict=True))


def _within(at: NDArray[Any], runs: Runs) -> Bools:
    """Whether an index lies in one of the runs; without a sign, what lies below the first is far above the last."""
    found = [at - first <= last - first if last > first else at == first for first, last in runs]
    return functools.reduce(operator.or_, found) if found else np.zeros(len(at), bool)


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
