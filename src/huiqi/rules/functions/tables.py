"""lookup("table.csv"): the single output of a decision table."""

from __future__ import annotations

from huiqi.rules.context import Typed
from huiqi.rules.functions.function import Arguments, Function
from huiqi.rules.syntax import TextLiteral
from huiqi.vocabulary.source import Text


def _lookup(arguments: Arguments) -> Typed:
    name = arguments.call.arguments[0]
    if not isinstance(name, TextLiteral):
        raise arguments.context.fault("rules.function", "lookup takes a table's file name in quotes", arguments.at(0), 'write lookup("rates.csv")')
    return arguments.context.world.lookup(Text(name.value, arguments.at(0)), arguments.context)


LOOKUP = Function("lookup", 'lookup("table.csv")', 1, 1, "from the table {0}", "查表{0}", _lookup)
