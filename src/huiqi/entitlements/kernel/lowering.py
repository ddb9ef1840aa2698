"""From a plan to a flat program for the compiled kernel: instructions of whole numbers over registers, with every figure at a fixed scale.

The kernel (`_kernel.c`) knows nothing of packs, facts or places; all that it needs of them is put into tables here. What it does not carry is
told by `Uncarried`, and the measures that need it stay with numpy. Scales follow the same rules as in `columns.py`.
"""

from __future__ import annotations

import datetime
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from huiqi.entitlements.columns import ABSENT_CODE, COMPARISONS, EXACT, MOST_CODES, completed_years, ends_in_steps, options_of, runs_of, whole_edge
from huiqi.entitlements.cumulate import parts_of
from huiqi.entitlements.stacked import Stacked
from huiqi.facts.schema import Fact
from huiqi.rules.plan import Plan, Step
from huiqi.vocabulary import ranges
from huiqi.vocabulary.place import Places

#: The operations in the order of the kernel.
OPERATIONS = """
    LIFE FACT_FIGURE FACT_CELL FACT_FLAG FACT_CODE FACT_SET RANKS
    CONSTANT ABSENCE SCALE ADD ADD_FIGURE SUBTRACT SUBTRACT_FROM PRODUCT TIMES QUOTIENT DIVIDES
    LEAST LEAST_FIGURE MOST MOST_FIGURE PRESENT TALLY WHOLE_YEARS YEAR_OF BETWEEN ROUND
    CHOOSE CHOOSE_FIGURE CHOOSE_OR_FIGURE CHOOSE_FIGURES CHOOSE_TRUTH CHOOSE_SET SET_OF ANY_CLASS
    TRUTH COMPARE COMPARE_FIGURE COMPARE_CELL COMPARE_QUOTIENT ONE_OF ONE_OF_SET SAME_SET EXISTS EXISTS_CODE EXISTS_SET
    ALL ANY NOT AT_LEAST RECOGNISED
"""
_CODE = {name: number for number, name in enumerate(OPERATIONS.split())}
_COMPARISON = {"<": 0, "<=": 1, ">": 2, ">=": 3, "=": 4, "!=": 5}
_TURNED = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "=": "=", "!=": "!="}
_DIRECTION = {"down": 0, "up": 1, "half_up": 2}
_FIGURE, _TRUTH, _CODES, _SET = range(4)  # the kinds of registers
_MOST_RUNS = 8  # more are looked up in a table
_WIDEST = 60  # bits of a scale

#: A column that a program reads: ("fact", id, calendar year or None), ("first_years",) or ("ranks", scorecard); and the letter of its cells.
Column = tuple[tuple[Any, ...], str]


class Uncarried(Exception):
    """The kernel does not carry a part of a plan."""


@dataclass(frozen=True, eq=False)
class Register:
    """A place for a result; which one of its kind is said when all are known."""

    kind: int


@dataclass
class Instruction:
    """One step of a program. `lists` are registers or whole numbers for the kernel's table of lists; `also` is a second result."""

    op: str
    to: Register
    a: Register | int = 0
    b: Register | int = 0
    c: Register | int = 0
    lists: Sequence[Register | int] | None = None
    at: int = 0  # the place in a table, without `lists`
    count: int = 0
    k: int = 0
    also: Register | None = None

    def reads(self) -> list[Register]:
        return [part for part in (self.a, self.b, self.c, *(self.lists or ())) if isinstance(part, Register) and part is not self.also]


@dataclass(frozen=True)
class Figure:
    """A figure over a scale, in a register."""

    at: Register
    scale: int


@dataclass(frozen=True, eq=False)
class Recorded:
    """A figure or date as recorded; its range is made where it is reckoned with. `reads`: its column, who lived then, its traits."""

    fact: Fact
    reads: tuple[int, Register | int, int]


@dataclass(frozen=True)
class Given:
    """A figure that the text gives."""

    value: Fraction


@dataclass(frozen=True)
class Nothing:
    """A figure or code that does not exist."""


@dataclass(frozen=True, eq=False)
class Quotient:
    """A division that is put off, as a comparison needs no more than its rounded ends."""

    dividend: Figure
    divisor: Figure


@dataclass(frozen=True)
class Truth:
    at: Register


@dataclass(frozen=True)
class FactCode:
    """A category or place as recorded."""

    at: Register
    fact: Fact


@dataclass(frozen=True)
class CodeSet:
    at: Register
    codes: tuple[str, ...]


Lowered = Figure | Recorded | Given | Nothing | Quotient | Truth | FactCode | CodeSet | Uncarried


@dataclass(frozen=True)
class Setting:
    """What a program is made for: a day, places, and what the whole population decides."""

    as_of: datetime.date
    subject: str
    places: Places
    ranked: frozenset[str] = frozenset()  # scorecards whose classes by rank are columns
    assume_recognised: bool = False


@dataclass(frozen=True)
class StackedProgram:
    """Stacking rules as the kernel reads them (cumulate.Part), and their limits; lines are measures, by their place among the carried ones."""

    lines: NDArray[np.int32]
    code: NDArray[np.int32]
    had: NDArray[np.int32]
    parts: NDArray[np.int32]  # where the code begins, rules, the bundle at the end (or -1), where the lines begin, and how many
    limits: NDArray[np.int32]  # nothing, a span, its register, and how often it goes into fen
    sizes: NDArray[np.int32]  # bundles at one time


@dataclass(frozen=True)
class Program:
    """What the kernel runs. `carried` are the measures of the plan that it has a result for, by their place in the plan."""

    code: NDArray[np.int32]
    spans: NDArray[np.int32]  # the first instruction and how many: of what decides who may have what, then of amounts
    registers: NDArray[np.int32]  # how many of each kind, and how many years of life are looked at
    figures: NDArray[np.float64]
    wholes: NDArray[np.int64]
    lists: NDArray[np.int32]
    flags: NDArray[np.uint8]
    masks: NDArray[np.uint64]
    measures: NDArray[np.int32]  # status, the amount's span or -1, its register, and how often it goes into the amount in fen
    columns: tuple[Column, ...]
    tests: NDArray[np.int32]  # the truths of the tests asked for
    carried: tuple[int, ...]
    uncarried: Mapping[int, str]  # the others, and why
    stacked: StackedProgram | None = None

    @property
    def letters(self) -> str:
        """How the cells of each column are encoded."""
        return "".join(letter for _, letter in self.columns)


@dataclass
class _Tables:
    """What all spans of a program share."""

    figures: list[float] = field(default_factory=list)
    wholes: list[int] = field(default_factory=list)
    lists: list[int] = field(default_factory=list)
    flags: list[int] = field(default_factory=list)
    masks: list[int] = field(default_factory=list)
    columns: dict[tuple[Any, ...], tuple[int, str]] = field(default_factory=dict)
    lives: dict[int, int] = field(default_factory=dict)  # by calendar year
    found: dict[Any, int] = field(default_factory=dict)

    def put(self, table: str, values: Sequence[Any]) -> int:
        """Where some values stand in a table; equal ones stand there once."""
        key = (table, tuple(values))
        if key not in self.found:
            place: list[Any] = getattr(self, table)
            self.found[key] = len(place)
            place.extend(values)
        return self.found[key]

    def once(self, name: str, make: Callable[[], Sequence[float]]) -> int:
        """Where a long table of figures stands, made when it is first asked for."""
        if name not in self.found:
            self.found[name] = len(self.figures)
            self.figures.extend(make())
        return self.found[name]

    def column(self, what: tuple[Any, ...], letter: str) -> int:
        return self.columns.setdefault(what, (len(self.columns), letter))[0]


def lower(plan: Plan, setting: Setting, tests: Sequence[int] = (), stacked: Stacked | None = None, places: Sequence[int] = ()) -> Program:
    """A program for all measures of a plan that the kernel carries; their amounts are planned apart. `tests` are slots of truths wanted as well.

    `places` are the measures that stand in the rules of `stacked`, which the program has where all of
    them and all limits are carried, and no rule is a choice.

    Raises Uncarried where one of the tests is not carried.
    """
    tables = _Tables()
    main = _Span(plan, setting, tables).all()
    tested = [main.truth(slot) for slot in tests]
    spans: list[tuple[_Span, list[Register]]] = [(main, [*tested])]
    carried, uncarried, ends = [], dict[int, str](), list[tuple[Register, int, Register | None, int]]()
    for number, planned in enumerate(plan.measures):
        try:
            status = main.truth(planned.status)
            if planned.amount is not None:
                raise Uncarried("an amount that is not planned apart")
            if planned.apart is None:
                ends.append((status, -1, None, 0))
            else:
                apart, at = _money(planned.apart, "amount", setting, tables)
                ends.append((status, len(spans), at.at, 100 // at.scale))
                spans.append((apart, [at.at]))
            spans[0][1].append(status)
            carried.append(number)
        except Uncarried as why:
            uncarried[number] = str(why)
    limits: list[tuple[int, Figure]] = []
    rules = stacked if stacked is not None and places and set(places) <= set(carried) and stacked.looped else None
    try:
        for plan_of_limits, name in [] if rules is None else [(rules.limits, name) for name in rules.limits.values]:
            span, limit = _money(plan_of_limits, name, setting, tables)
            limits.append((len(spans), limit))
            spans.append((span, [limit.at]))
    except Uncarried:
        rules = None
    code: list[list[int]] = []
    begun: list[tuple[int, int]] = []
    numbers: dict[Register, int] = {}
    most = [0, 0, 0, 0]
    for span, results in spans:
        given, used = span.assigned(results)
        numbers |= given
        most = [max(pair) for pair in zip(most, used, strict=True)]
        written = [span.written(one, numbers) for one in span.needed]
        begun.append((len(code), len(written)))
        code += written
    measures = [[numbers[status], span, 0 if at is None else numbers[at], times] for status, span, at, times in ends]
    return Program(
        np.array(code, np.int32).reshape(-1, 8),
        np.array(begun, np.int32),
        np.array([*most, len(tables.lives)], np.int32),
        np.array([*tables.figures, 0.0, 0.0]),  # an instruction without figures still points at some
        np.array([*tables.wholes, 0], np.int64),
        np.array([*tables.lists, 0], np.int32),
        np.array([*tables.flags, 0], np.uint8),
        np.array([*tables.masks, 0], np.uint64),
        np.array(measures, np.int32).reshape(-1, 4),
        tuple((what, letter) for what, (_, letter) in tables.columns.items()),
        np.array([numbers[one] for one in tested], np.int32),
        tuple(carried),
        uncarried,
        None if rules is None else _stacked(rules, [carried.index(place) for place in places], limits, numbers),
    )


def _money(plan: Plan, name: str, setting: Setting, tables: _Tables) -> tuple[_Span, Figure]:
    """The instructions for an amount that is a value of a plan of its own."""
    span = _Span(plan, setting, tables).all()
    found = span.registered(span.figure(plan.values[name]))
    if 100 % found.scale:
        raise Uncarried("an amount in parts of a fen")
    return span, found


def _stacked(stacked: Stacked, lines: Sequence[int], limits: Sequence[tuple[int, Figure]], numbers: Mapping[Register, int]) -> StackedProgram:
    parts, code, members = parts_of(stacked.stacking), list[int](), list[int]()
    had = stacked.stacking.had
    heads = []
    for part in parts:
        heads.append([len(code), part.rules, part.out, len(members), len(part.members)])
        code += part.code
        members += part.members
    ends = [[0, span, numbers[limit.at], 100 // limit.scale] for span, limit in limits]
    by_part = [lines[line] for line in members], code, [int(had[line]) for line in members]
    numbered = [*by_part, heads, ends, [max((part.slots for part in parts), default=0)]]
    return StackedProgram(*(np.array(listed, np.int32) for listed in numbered))


class _Span:
    """The instructions for one plan."""

    def __init__(self, plan: Plan, setting: Setting, tables: _Tables):
        self.plan, self.setting, self.tables = plan, setting, tables
        self.made: list[Instruction] = []
        self.needed: list[Instruction] = []
        self.done: dict[Any, Instruction] = {}
        self.slots: list[Lowered] = []

    def all(self) -> _Span:
        """Lower every step; what is not carried stands as its reason, and only fails those who read it."""
        for step in self.plan.steps:
            try:
                self.slots.append(_LOWERED[step.op](self, step))
            except Uncarried as why:
                self.slots.append(why)
        return self

    # ------------------------------------------------------------ instructions and registers

    def emit(
        self, op: str, kind: int, a: Register | int = 0, b: Register | int = 0, c: Register | int = 0, *,
        lists: Sequence[Register | int] | None = None, at: int = 0, count: int = 0, k: Sequence[float] = (), place: int = 0,
    ) -> Register:  # fmt: skip
        """The result of an instruction; the same one is not given twice. Its figures are `k`, or stand in `place`."""
        key = (op, a, b, c, None if lists is None else tuple(lists), at, count, tuple(k), place)
        if key not in self.done:
            place = self.tables.put("figures", k) if k else place
            self.done[key] = Instruction(op, Register(kind), a, b, c, lists, at, count, place)
            self.made.append(self.done[key])
        return self.done[key].to

    def assigned(self, results: Sequence[Register]) -> tuple[dict[Register, int], list[int]]:
        """The number of each register that the results need, given out anew after its last use; and how many of each kind there are."""
        needed = set(results)
        for one in reversed(self.made):
            if one.to in needed or one.also in needed:
                self.needed.append(one)
                needed.update(one.reads())
        self.needed.reverse()
        last = {register: number for number, one in enumerate(self.needed) for register in one.reads()}
        last |= dict.fromkeys(results, len(self.needed))
        numbers: dict[Register, int] = {}
        free: list[list[int]] = [[], [], [], []]
        used = [0, 0, 0, 0]
        for number, one in enumerate(self.needed):
            made = [register for register in (one.to, one.also) if register is not None]
            for register in made:
                if not free[register.kind]:
                    free[register.kind].append(used[register.kind])
                    used[register.kind] += 1
                numbers[register] = free[register.kind].pop()
            for register in {*one.reads(), *made}:
                if last.get(register, number) == number:
                    free[register.kind].append(numbers[register])
        return numbers, used

    def written(self, one: Instruction, numbers: Mapping[Register, int]) -> list[int]:
        """An instruction as the kernel reads it."""

        def number(part: Register | int) -> int:
            return numbers[part] if isinstance(part, Register) else part

        at = one.at if one.lists is None else self.tables.put("lists", [number(part) for part in one.lists])
        return [_CODE[one.op], numbers[one.to], number(one.a), number(one.b), number(one.c), at, one.count, one.k]

    # ------------------------------------------------------------ what a step gave

    def value(self, slot: int) -> Figure | Recorded | Given | Nothing | Quotient | Truth | FactCode | CodeSet:
        found = self.slots[slot]
        if isinstance(found, Uncarried):
            raise found
        return found

    def truth(self, slot: int) -> Register:
        found = self.value(slot)
        assert isinstance(found, Truth)
        return found.at

    def figure(self, slot: int) -> Figure | Given:
        """A figure; what was put off is made now."""
        found = self.value(slot)
        if isinstance(found, Nothing):
            return Figure(self.emit("ABSENCE", _FIGURE), 1)
        if isinstance(found, Recorded):
            return self._range(found)
        if isinstance(found, Quotient):
            a, b = found.dividend, found.divisor
            return Figure(self.emit("QUOTIENT", _FIGURE, a.at, b.at, k=[float(Fraction(b.scale, a.scale))]), 1)
        assert isinstance(found, Figure | Given)
        return found

    def registered(self, figure: Figure | Given) -> Figure:
        """A figure in a register."""
        return figure if isinstance(figure, Figure) else Figure(self.constant(figure.value, figure.value.denominator), figure.value.denominator)

    def constant(self, value: Fraction, scale: int) -> Register:
        return self.emit("CONSTANT", _FIGURE, k=[_whole(value * scale)])

    def common(self, a: Figure | Given, b: Figure | Given) -> int:
        """A scale over which both are whole numbers."""
        scales = [one.scale if isinstance(one, Figure) else one.value.denominator for one in (a, b)]
        scale = math.lcm(*scales)
        if scale.bit_length() > _WIDEST:
            raise Uncarried("figures without a common scale")
        return scale

    def scaled(self, figure: Figure | Given, scale: int) -> Register:
        if isinstance(figure, Given):
            return self.constant(figure.value, scale)
        return figure.at if figure.scale == scale else self.emit("SCALE", _FIGURE, figure.at, k=[_whole(Fraction(scale // figure.scale))])

    def codes(self, slot: int, like: int) -> CodeSet:
        """Codes as a set; no value is the absent code."""
        found = self.value(slot)
        if isinstance(found, CodeSet):
            return found
        if isinstance(found, FactCode):
            if found.fact.codes is None:
                raise Uncarried("a place as a set")
            codes = _few(tuple(found.fact.codes.codes))
            bit = {code: 1 << n for n, code in enumerate(codes)} | {None: int(ABSENT_CODE)}
            table = [sum(bit[code] for code in option.possible) for option in options_of(found.fact, self.setting.places)]
            return CodeSet(self.emit("FACT_SET", _SET, found.at, at=self.tables.put("masks", table), count=len(table)), codes)
        other = self.value(like)
        if isinstance(other, FactCode):
            other = self.codes(like, like)
        return CodeSet(self.emit("SET_OF", _SET, at=self.tables.put("masks", [int(ABSENT_CODE)])), other.codes if isinstance(other, CodeSet) else ())

    # ------------------------------------------------------------ facts

    def column(self, fact: Fact, year: int, letter: str) -> int:
        return self.tables.column(("fact", fact.id, self.setting.as_of.year - 1 + year if fact.period == "year" else None), letter)

    def fact_figure(self, step: Step) -> Recorded:
        id, year = step.data
        fact = self.plan.facts[(id, year)]
        born = self.plan.born.get(self.setting.subject) if fact.period == "year" else None
        lived = -1 if born is None else self.lived(born, year)
        return Recorded(fact, (self.column(fact, year, "d"), lived, (fact.kind == "date") + 2 * fact.optional))

    def _range(self, of: Recorded) -> Figure:
        """A recorded figure as a range."""
        times = float(of.fact.step.numerator)
        k = [times, *(end * times for end in ends_in_steps(of.fact))]
        return Figure(self.emit("FACT_FIGURE", _FIGURE, *of.reads, k=k), of.fact.step.denominator)

    def lived(self, born: str, year: int) -> Register:
        calendar_year = self.setting.as_of.year - 1 + year
        birth, first_years = self.tables.column(("fact", born, None), "d"), self.tables.column(("first_years",), "h")
        at = self.tables.lives.setdefault(calendar_year, len(self.tables.lives))
        return self.emit("LIFE", _TRUTH, birth, first_years, at=at, k=[float(datetime.date(calendar_year, 12, 31).toordinal()), float(calendar_year)])

    def fact_flag(self, step: Step) -> Truth:
        id, year = step.data
        return Truth(self.emit("FACT_FLAG", _TRUTH, self.column(self.plan.facts[(id, year)], year, "b")))

    def fact_code(self, step: Step) -> FactCode:
        id, year = step.data
        fact = self.plan.facts[(id, year)]
        if len(options_of(fact, self.setting.places)) > 65_536:
            raise Uncarried("more codes than sixteen bits hold")
        return FactCode(self.emit("FACT_CODE", _CODES, self.column(fact, year, "i")), fact)

    # ------------------------------------------------------------ figures

    def given(self, step: Step) -> Given:
        return Given(step.data)

    def absence(self, step: Step) -> Nothing:
        return Nothing()

    def add(self, step: Step) -> Figure:
        a, b = (self.figure(slot) for slot in step.args)
        scale = self.common(a, b)
        if isinstance(a, Given):
            a, b = b, a
        if isinstance(b, Given):
            return Figure(self.emit("ADD_FIGURE", _FIGURE, self.scaled(a, scale), k=[_whole(b.value * scale)]), scale)
        return Figure(self.emit("ADD", _FIGURE, self.scaled(a, scale), self.scaled(b, scale)), scale)

    def subtract(self, step: Step) -> Figure:
        return self._difference(*(self.figure(slot) for slot in step.args))

    def _difference(self, a: Figure | Given, b: Figure | Given) -> Figure:
        scale = self.common(a, b)
        if isinstance(b, Given):
            return Figure(self.emit("ADD_FIGURE", _FIGURE, self.scaled(a, scale), k=[_whole(-b.value * scale)]), scale)
        if isinstance(a, Given):
            return Figure(self.emit("SUBTRACT_FROM", _FIGURE, self.scaled(b, scale), k=[_whole(a.value * scale)]), scale)
        return Figure(self.emit("SUBTRACT", _FIGURE, self.scaled(a, scale), self.scaled(b, scale)), scale)

    def multiply(self, step: Step) -> Figure:
        a, b = (self.figure(slot) for slot in step.args)
        if isinstance(b, Given):
            return self._times(self.registered(a), b.value)
        if isinstance(a, Given):
            return self._times(b, a.value)
        if (scale := a.scale * b.scale).bit_length() > _WIDEST:
            raise Uncarried("a product of two fine scales")
        return Figure(self.emit("PRODUCT", _FIGURE, a.at, b.at), scale)

    def _times(self, a: Figure, by: Fraction) -> Figure:
        common = math.gcd(by.numerator, a.scale)
        up, scale = by.numerator // common, a.scale // common * by.denominator
        if abs(up) >= EXACT or scale.bit_length() > _WIDEST:
            return Figure(self.emit("TIMES", _FIGURE, a.at, c=1, k=[float(by) / a.scale]), 1)
        return Figure(self.emit("TIMES", _FIGURE, a.at, k=[float(up)]), scale)

    def divide(self, step: Step) -> Figure | Quotient:
        a, b = (self.figure(slot) for slot in step.args)
        if isinstance(b, Given) and b.value:
            return self._times(self.registered(a), 1 / b.value)
        return Quotient(self.registered(a), self.registered(b))

    def extreme(self, step: Step) -> Figure:
        a, b = (self.figure(slot) for slot in step.args)
        scale, op = self.common(a, b), "LEAST" if step.op == "min" else "MOST"
        if isinstance(a, Given):
            a, b = b, a
        if isinstance(b, Given):
            return Figure(self.emit(op + "_FIGURE", _FIGURE, self.scaled(a, scale), k=[_whole(b.value * scale)]), scale)
        return Figure(self.emit(op, _FIGURE, self.scaled(a, scale), self.scaled(b, scale)), scale)

    def present(self, step: Step) -> Figure:
        a = self.registered(self.figure(step.args[0]))
        return Figure(self.emit("PRESENT", _FIGURE, a.at), a.scale)

    def tally(self, step: Step) -> Figure:
        return Figure(self.emit("TALLY", _FIGURE, lists=[self.truth(slot) for slot in step.args], count=len(step.args)), 1)

    def since(self, step: Step) -> Figure:
        date = self.figure(step.args[0])
        if step.data == "days":
            return self._difference(Given(Fraction(self.setting.as_of.toordinal())), date)
        return Figure(self.emit("WHOLE_YEARS", _FIGURE, self._day(date), place=self.tables.once("completed years", self._completed_years)), 1)

    def _completed_years(self) -> list[float]:
        years = completed_years(self.setting.as_of).tolist()
        return [float(self.setting.as_of.toordinal()), float(len(years)), *years]

    def year_of(self, step: Step) -> Figure:
        return Figure(self.emit("YEAR_OF", _FIGURE, self._day(self.figure(step.args[0]))), 1)

    def _day(self, date: Figure | Given) -> Register:
        day = self.registered(date)
        if day.scale != 1:
            raise Uncarried("a part of a day")
        return day.at

    def between(self, step: Step) -> Figure:
        low = self.figure(step.args[0])
        if len(step.args) == 1:
            low = self.registered(low)
            return Figure(self.emit("BETWEEN", _FIGURE, low.at, -1), low.scale)
        high = self.figure(step.args[1])
        scale = self.common(low, high)
        return Figure(self.emit("BETWEEN", _FIGURE, self.scaled(low, scale), self.scaled(high, scale)), scale)

    def round(self, step: Step) -> Figure:
        a = self.registered(self.figure(step.args[0]))
        size, direction = step.data
        ratio = 1 / (a.scale * size)
        if max(ratio.numerator, ratio.denominator, size.numerator) >= EXACT:
            raise Uncarried("a step beyond the mantissa")
        k = [float(ratio.numerator), float(ratio.denominator), float(ratio), float(size.numerator)]
        return Figure(self.emit("ROUND", _FIGURE, a.at, c=_DIRECTION[direction], k=k), size.denominator)

    # ------------------------------------------------------------ either

    def choose(self, step: Step) -> Lowered:
        condition, first, second = self.truth(step.args[0]), self.value(step.args[1]), self.value(step.args[2])
        if isinstance(first, Truth) and isinstance(second, Truth):
            return Truth(self.emit("CHOOSE_TRUTH", _TRUTH, first.at, second.at, condition))
        if isinstance(first, FactCode | CodeSet) or isinstance(second, FactCode | CodeSet):
            one, other = self.codes(step.args[1], step.args[2]), self.codes(step.args[2], step.args[1])
            return CodeSet(self.emit("CHOOSE_SET", _SET, one.at, other.at, condition), one.codes)
        a, b = self.figure(step.args[1]), self.figure(step.args[2])
        scale = self.common(a, b)
        op = {(0, 0): "CHOOSE", (1, 0): "CHOOSE_FIGURE", (0, 1): "CHOOSE_OR_FIGURE", (1, 1): "CHOOSE_FIGURES"}[
            isinstance(a, Given), isinstance(b, Given)
        ]
        k = [_whole(one.value * scale) if isinstance(one, Given) else 0.0 for one in (a, b)]
        left, right = (0 if isinstance(one, Given) else self.scaled(one, scale) for one in (a, b))
        return Figure(self.emit(op, _FIGURE, left, right, condition, k=k), scale)

    def code(self, step: Step) -> CodeSet:
        _, codes, value = step.data
        return CodeSet(self.emit("SET_OF", _SET, at=self.tables.put("masks", [1 << _few(codes).index(value)])), codes)

    def rank_class(self, step: Step) -> CodeSet:
        scorecard, codes = step.data
        if scorecard in self.setting.ranked:
            return CodeSet(self.emit("RANKS", _SET, self.tables.column(("ranks", scorecard), "Q")), codes)
        total = self.registered(self.figure(step.args[0]))
        return CodeSet(self.emit("ANY_CLASS", _SET, total.at, at=self.tables.put("masks", [(1 << len(_few(codes))) - 1])), codes)

    # ------------------------------------------------------------ truths

    def constant_truth(self, step: Step) -> Truth:
        return Truth(self.emit("TRUTH", _TRUTH, c=int(step.data)))

    def compare(self, step: Step) -> Truth:
        (left, right), op = step.args, step.data
        if isinstance(self.value(left), Given):
            left, right, op = right, left, _TURNED[op]
        edge, of = self.value(right), self.value(left)
        if isinstance(edge, Given):
            if isinstance(of, Recorded) and op not in ("=", "!="):
                return self._compare_recorded(op, of, edge.value)
            if isinstance(of, Quotient) and op not in ("=", "!=") and (found := self._compare_quotient(op, of, edge.value)) is not None:
                return found
            a = self.registered(self.figure(left))
            at = edge.value * a.scale
            between = op in ("=", "!=") and at.denominator != 1
            k = [float(at) if op in ("=", "!=") else whole_edge(op, at), float(at)]
            return Truth(self.emit("COMPARE_FIGURE", _TRUTH, a.at, int(between), _COMPARISON[op], k=k))
        x, y = self.figure(left), self.figure(right)
        scale = self.common(x, y)
        return Truth(self.emit("COMPARE", _TRUTH, self.scaled(x, scale), self.scaled(y, scale), _COMPARISON[op]))

    def _compare_recorded(self, op: str, of: Recorded, edge: Fraction) -> Truth:
        """The known cells are compared, and what the others can be once for all of them."""
        fact, (column, lived, traits) = of.fact, of.reads
        key = ("FACT_CELL", column, lived)
        if key not in self.done:
            unknown = Register(_TRUTH)
            self.done[key] = Instruction("FACT_CELL", Register(_FIGURE), column, lived, unknown, count=traits, also=unknown)
            self.made.append(self.done[key])
        cells = self.done[key]
        assert cells.also is not None
        at = whole_edge(op, edge / fact.step)
        met = sorted(int(COMPARISONS[op](end, at)) for end in ends_in_steps(fact))  # of the two ends the better one is what may be
        return Truth(self.emit("COMPARE_CELL", _TRUTH, cells.to, cells.also, _COMPARISON[op], count=met[0] + 2 * met[1], k=[at]))

    def _compare_quotient(self, op: str, of: Quotient, edge: Fraction) -> Truth | None:
        a, b = of.dividend, of.divisor
        ratio = edge * a.scale / b.scale
        if max(abs(ratio.numerator), ratio.denominator) >= 2**62:
            return None
        there = self.emit("DIVIDES", _TRUTH, b.at)
        whole = [ratio.numerator, ratio.denominator]
        wholes, k = self.tables.put("wholes", whole), [float(end) for end in whole]
        return Truth(self.emit("COMPARE_QUOTIENT", _TRUTH, a.at, b.at, _COMPARISON[op], lists=[there], count=wholes, k=k))

    def one_of(self, step: Step) -> Truth:
        of, (wanted, negated) = self.value(step.args[0]), step.data
        if isinstance(of, FactCode):
            must, open_ = runs_of(of.fact, wanted, negated, self.setting.places)
            if len(must) + len(open_) <= _MOST_RUNS:
                runs = [end for run in (*must, *open_) for end in run]
                return Truth(self.emit("ONE_OF", _TRUTH, of.at, len(must), lists=runs, count=len(must) + len(open_)))
            test = ranges.is_none_of if negated else ranges.is_one_of
            pairs = [test(option, wanted) for option in options_of(of.fact, self.setting.places)]
            table = [pair.must + 2 * pair.may for pair in pairs]
            return Truth(self.emit("ONE_OF", _TRUTH, of.at, -1, at=self.tables.put("flags", table), count=len(table)))
        if not isinstance(of, CodeSet):
            return Truth(self.emit("TRUTH", _TRUTH, c=0))
        inside = sum(1 << n for n, code in enumerate(of.codes) if code in wanted)
        outside = (1 << len(of.codes)) - 1 & ~inside
        return Truth(self.emit("ONE_OF_SET", _TRUTH, of.at, c=int(negated), at=self.tables.put("masks", [inside, outside])))

    def same_code(self, step: Step) -> Truth:
        left, right = step.args
        a, b = self.codes(left, right), self.codes(right, left)
        if a.codes != b.codes:
            raise Uncarried("codes of two lists")
        return Truth(self.emit("SAME_SET", _TRUTH, a.at, b.at))

    def exists(self, step: Step) -> Truth:
        of = self.value(step.args[0])
        if isinstance(of, FactCode):
            return Truth(self.emit("EXISTS_CODE", _TRUTH, of.at, c=int(of.fact.optional and of.fact.kind == "category")))
        if isinstance(of, CodeSet):
            return Truth(self.emit("EXISTS_SET", _TRUTH, of.at))
        return Truth(self.emit("EXISTS", _TRUTH, self.registered(self.figure(step.args[0])).at))

    def join(self, step: Step) -> Truth:
        if not step.args:
            return Truth(self.emit("TRUTH", _TRUTH, c=int(step.op == "all")))
        return Truth(self.emit(step.op.upper(), _TRUTH, lists=[self.truth(slot) for slot in step.args], count=len(step.args)))

    def opposite(self, step: Step) -> Truth:
        return Truth(self.emit("NOT", _TRUTH, self.truth(step.args[0])))

    def at_least(self, step: Step) -> Truth:
        if max(len(step.args), step.data) > 255:
            raise Uncarried("at least so many of more than 255")
        return Truth(self.emit("AT_LEAST", _TRUTH, c=step.data, lists=[self.truth(slot) for slot in step.args], count=len(step.args)))

    def recognised(self, step: Step) -> Truth:
        known, outcome = (self.truth(slot) for slot in step.args)
        return Truth(self.emit("RECOGNISED", _TRUTH, known, outcome, int(self.setting.assume_recognised)))

    def uncarried(self, step: Step) -> Lowered:
        raise Uncarried(step.op)


_LOWERED: dict[str, Any] = {
    "fact_figure": _Span.fact_figure, "fact_flag": _Span.fact_flag, "fact_code": _Span.fact_code,
    "figure": _Span.given, "absence": _Span.absence, "related": _Span.uncarried, "+": _Span.add, "-": _Span.subtract, "*": _Span.multiply,
    "/": _Span.divide, "min": _Span.extreme, "max": _Span.extreme, "present": _Span.present, "tally": _Span.tally, "since": _Span.since,
    "year_of": _Span.year_of, "between": _Span.between, "round": _Span.round, "choose": _Span.choose, "code": _Span.code,
    "rank_class": _Span.rank_class, "constant": _Span.constant_truth, "compare": _Span.compare, "one_of": _Span.one_of,
    "same_code": _Span.same_code, "exists": _Span.exists, "all": _Span.join, "any": _Span.join, "not": _Span.opposite,
    "at_least": _Span.at_least, "recognised": _Span.recognised,
}  # fmt: skip


def _whole(value: Fraction) -> float:
    """A whole number that a double holds."""
    if value.denominator != 1 or abs(value) >= EXACT:
        raise Uncarried("a figure beyond the mantissa")
    return float(value)


def _few(codes: tuple[str, ...]) -> tuple[str, ...]:
    """As many codes as a set has bits for."""
    if len(codes) > MOST_CODES:
        raise Uncarried("a set of more codes than there are bits")
    return codes
