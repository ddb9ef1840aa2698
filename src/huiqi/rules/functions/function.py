"""What a function of the rule language is: a name, a form, and how a call becomes a node."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction

from huiqi.rules.context import Context, Typed
from huiqi.rules.syntax import Call, Quantity, Syntax
from huiqi.rules.tree import Figure, Node
from huiqi.vocabulary.problem import Where
from huiqi.vocabulary.unit import Unit


@dataclass(frozen=True)
class Arguments:
    """The parts of a call, resolved on demand so that a function can read them in other years."""

    call: Call
    where: Where
    context: Context
    typed: Callable[[Syntax, Context], Typed]

    @property
    def count(self) -> int:
        return len(self.call.arguments)

    def at(self, index: int) -> Where:
        return self.where.shift(self.call.arguments[index].column)

    def value(self, index: int, year: int = 0) -> Typed:
        """An argument, so many years away."""
        return self.typed(self.call.arguments[index], self.context.shifted(year))

    def figure(self, index: int, year: int = 0) -> Typed:
        """An argument that must be a figure."""
        typed = self.value(index, year)
        if typed.type.kind != "figure" or isinstance(typed.node, Growth):
            raise self.context.fault("rules.type", f"{self.call.name} takes a figure here, not {typed.type}", self.at(index))
        return typed

    def date(self, index: int) -> Typed:
        """An argument that must be a date."""
        typed = self.value(index)
        if typed.type.kind != "date":
            raise self.context.fault("rules.type", f"{self.call.name} takes a date here, not {typed.type}", self.at(index))
        return typed

    def years(self, index: int, lowest: int = 1) -> int:
        """An argument that must be a whole number of years."""
        return whole_number(self.call.arguments[index], self.context, self.at(index), lowest=lowest, highest=10)


@dataclass(frozen=True)
class Function:
    """A function: `form` shows how it is written, `en` and `zh` say what it gives with {0}, {1} for its parts."""

    name: str
    form: str
    least: int
    most: int
    en: str
    zh: str
    resolve: Callable[[Arguments], Typed]


@dataclass(frozen=True, eq=False)
class Growth(Node):
    """What `cagr` gives until it is compared: (last / first) ** (1 / intervals) - 1."""

    last: Node
    first: Node
    intervals: int


def whole_number(syntax: Syntax, context: Context, where: Where, *, lowest: int, highest: int) -> int:
    """A literal whole number within bounds."""
    if (
        isinstance(syntax, Quantity)
        and syntax.value.denominator == 1
        and lowest <= syntax.value <= highest
        and (syntax.unit is None or syntax.unit.is_counted)
    ):
        return int(syntax.value)
    raise context.fault("rules.function", f"a whole number from {lowest} to {highest} is expected here", where)


def number(value: int | Fraction) -> Node:
    return Figure(Fraction(value))


def same_unit(typed: list[Typed], arguments: Arguments) -> Unit:
    """The unit that all figures of a call share; bare numbers and nought fit any counted one."""
    units = [t.type.unit.dimension for t in typed if not t.type.bare and not (isinstance(t.node, Figure) and t.node.value == 0)]
    unit = units[0] if units else typed[0].type.unit.dimension
    for index, one in enumerate(typed):
        bare_fits = one.type.bare and unit.is_counted
        nought = isinstance(one.node, Figure) and one.node.value == 0
        if one.type.unit.dimension != unit and not bare_fits and not nought:
            raise arguments.context.fault(
                "rules.unit", f"{arguments.call.name}: {one.type} beside a figure in {unit}", arguments.at(min(index, arguments.count - 1))
            )
    return unit
