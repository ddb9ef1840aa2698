"""Over the years: sum, mean, growth, cagr, first_reached. Years before a firm existed have no value (年度数据)."""

from __future__ import annotations

from huiqi.rules.context import Context, Typed
from huiqi.rules.functions.function import Arguments, Function, Growth, number, same_unit
from huiqi.rules.tree import (
    Absence,
    All,
    Arithmetic,
    Called,
    Choose,
    Compare,
    Exists,
    Figure,
    GrowthCompare,
    Node,
    Not,
    Present,
    Tally,
    Type,
    above_nought,
    body,
    may_be_negative,
)
from huiqi.vocabulary.problem import Where

_TURNED = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "=": "=", "!=": "!="}


def _years(arguments: Arguments, count: int) -> list[Typed]:
    return [arguments.figure(0, -back) for back in range(count)]


def _added(parts: list[Node]) -> Node:
    total = parts[0]
    for part in parts[1:]:
        total = Arithmetic("+", total, part)
    return total


def _sum(arguments: Arguments) -> Typed:
    years = _years(arguments, arguments.years(1))
    node = _added([Present(year.node) for year in years])
    return Typed(Called("sum", (years[0].node, number(len(years))), node), Type("figure", years[0].type.unit))


def _mean(arguments: Arguments) -> Typed:
    """Over the years in which the firm existed; of none of them there is no mean."""
    years = _years(arguments, arguments.years(1))
    total = _added([Present(year.node) for year in years])
    lived = Tally(tuple(Exists(year.node) for year in years))
    node = Arithmetic("/", total, lived)
    return Typed(Called("mean", (years[0].node, number(len(years))), node), Type("figure", years[0].type.unit))


def _growth(arguments: Arguments) -> Typed:
    """(x - x[-1]) / x[-1], which is the same as x / x[-1] - 1 and exact for one division; undefined over a base that is not above 0."""
    now, before = arguments.figure(0), arguments.figure(0, -1)
    node: Node = Arithmetic("/", Arithmetic("-", now.node, before.node), before.node)
    if may_be_negative(before.node):
        node = Choose(above_nought(before.node), node, Absence())
    return Typed(Called("growth", (now.node,), node), Type("figure"))


def _cagr(arguments: Arguments) -> Typed:
    intervals = arguments.years(1)
    last, first = arguments.figure(0), arguments.figure(0, -intervals)
    return Typed(Growth(last.node, first.node, intervals), Type("figure"))


def compare_growth(op: str, left: Typed, right: Typed, context: Context, where: Where) -> Node:
    """`cagr(x, n) op rate` as powers."""
    if isinstance(right.node, Growth):
        left, right, op = right, left, _TURNED[op]
    growth, rate = left.node, body(right.node)
    assert isinstance(growth, Growth)
    if not isinstance(rate, Figure) or not right.type.unit.is_plain:
        raise context.fault("rules.growth", "cagr can only be compared with a figure", where, "write `cagr(revenue, 3) >= 25%`")
    if rate.value <= -1:
        raise context.fault("rules.growth", "growth of -100 % or less has no meaning", where)
    return GrowthCompare(op, growth.last, growth.first, growth.intervals, rate.value)


def _first_reached(arguments: Arguments) -> Typed:
    """At least the level in the last year, and in none of the years before."""
    before = arguments.years(2)
    level = arguments.figure(1)
    years = _years(arguments, before + 1)
    same_unit([years[0], level], arguments)
    reached = [Compare(">=", year.node, level.node) for year in years]
    node = All((reached[0], *(Not(earlier) for earlier in reached[1:])))
    return Typed(Called("first_reached", (years[0].node, level.node, number(before)), node), Type("truth"))


def first_reached(of: list[Node], level: Node) -> Node:
    """The same for nodes at hand: `of` are the last year and the years before."""
    return All((Compare(">=", of[0], level), *(Not(Compare(">=", year, level)) for year in of[1:])))


SUM = Function("sum", "sum(x, years)", 2, 2, "{0}, total of {1} years", "{0}近{1}年合计", _sum)
MEAN = Function("mean", "mean(x, years)", 2, 2, "{0}, mean of {1} years", "{0}近{1}年平均", _mean)
GROWTH = Function("growth", "growth(x)", 1, 1, "growth of {0}", "{0}增长率", _growth)
CAGR = Function("cagr", "cagr(x, intervals)", 2, 2, "compound growth of {0} over {1} years", "{0}{1}年复合增长率", _cagr)
FIRST_REACHED = Function(
    "first_reached",
    "first_reached(x, level, years)",
    3,
    3,
    "{0} reaches {1} for the first time in {2} years",
    "{0}{2}年内首次达到{1}",
    _first_reached,
)
