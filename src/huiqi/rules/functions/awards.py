"""From past awards: awards.sum, awards.count, awards.known_sum."""

from __future__ import annotations

from collections.abc import Callable

from huiqi.facts.past import PastFact, Window
from huiqi.rules import awards
from huiqi.rules.context import Typed
from huiqi.rules.functions.function import Arguments, Function
from huiqi.rules.syntax import Name, Quantity, Syntax, TextLiteral
from huiqi.rules.tree import FactFigure, Type
from huiqi.vocabulary.unit import UNITS

MOST_YEARS = 30
THIS_YEAR = ("this_year", "本年度")
_YEARS = UNITS["years"].dimension
MOST_MEASURES = 40


def _granted(arguments: Arguments, *, money: bool) -> tuple[list[awards.Declared], Window]:
    """The measures that a call names, and the window at its end."""
    *first, last = arguments.call.arguments
    named = [*first, last] if isinstance(last, TextLiteral) else first
    window: Window = "ever" if isinstance(last, TextLiteral) else _window(last, arguments)
    context, example = arguments.context, f'write {arguments.call.name}("rent-aid", 3 years)'
    if not named:
        raise context.fault("rules.awards", f"{arguments.call.name} names no measure", arguments.at(0), example)
    found: list[awards.Declared] = []
    for part in named:
        where = arguments.where.shift(part.column)
        if not isinstance(part, TextLiteral):
            raise context.fault("rules.awards", "measures stand in quotes, before the years", where, example)
        found += awards.checked(part.value, context, where, money=money)
    return found, window


def _window(last: Syntax, arguments: Arguments) -> Window:
    match last:
        case Quantity(value=value, unit=unit) if unit is not None and unit.dimension == _YEARS and value in range(1, MOST_YEARS + 1):
            return int(value)
        case Name(name=name, year=0) if name in THIS_YEAR:
            return "this year"
    hint = f"the last part is `3 years` (1 to {MOST_YEARS}, up to the day of evaluation), `this_year`, or left out for all time"
    raise arguments.context.fault("rules.awards", "this is no window of time", arguments.at(arguments.count - 1), hint)


def _money(*, at_least: bool) -> Callable[[Arguments], Typed]:
    def resolve(arguments: Arguments) -> Typed:
        found, window = _granted(arguments, money=True)
        return _typed(awards.paid(found, window, arguments.context, at_least=at_least))

    return resolve


def _times(arguments: Arguments) -> Typed:
    return _typed(awards.times(*_granted(arguments, money=False), arguments.context))


def _typed(fact: PastFact) -> Typed:
    return Typed(FactFigure(fact), Type("figure", fact.unit.dimension))


AWARDS_SUM = Function("awards.sum", 'awards.sum("measure", 3 years)', 1, MOST_MEASURES, "", "", _money(at_least=False))
AWARDS_KNOWN_SUM = Function("awards.known_sum", 'awards.known_sum("measure", 3 years)', 1, MOST_MEASURES, "", "", _money(at_least=True))
AWARDS_COUNT = Function("awards.count", 'awards.count("measure")', 1, MOST_MEASURES, "", "", _times)
