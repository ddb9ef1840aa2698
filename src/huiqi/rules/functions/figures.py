"""Of figures: min, max, round, share_of; of tests: count; of anything: exists."""

from __future__ import annotations

from huiqi.rules.context import Typed
from huiqi.rules.functions.function import Arguments, Function, same_unit
from huiqi.rules.syntax import Quantity
from huiqi.rules.tree import Arithmetic, Called, Exists, Figure, Rounded, Tally, Type


def _extreme(name: str) -> Function:
    def resolve(arguments: Arguments) -> Typed:
        parts = [arguments.figure(index) for index in range(arguments.count)]
        unit = same_unit(parts, arguments)
        node = parts[0].node
        for part in parts[1:]:
            node = Arithmetic(name, node, part.node)
        return Typed(Called(name, tuple(part.node for part in parts), node), Type("figure", unit))

    en, zh = ("the smaller of {*}", "{*}中的较小值") if name == "min" else ("the larger of {*}", "{*}中的较大值")
    return Function(name, f"{name}(a, b, ...)", 2, 12, en, zh, resolve)


def _round(arguments: Arguments) -> Typed:
    of, step = arguments.figure(0), arguments.call.arguments[1]
    unit = same_unit([of, arguments.figure(1)], arguments)
    if not isinstance(step, Quantity) or step.value <= 0:
        raise arguments.context.fault("rules.function", "round(x, step) takes a step above nought, like 0.01 or 1元", arguments.at(1))
    return Typed(Called("round", (of.node, Figure(step.value)), Rounded(of.node, step.value, "half_up")), Type("figure", unit))


def _share_of(arguments: Arguments) -> Typed:
    part, whole = arguments.figure(0), arguments.figure(1)
    unit = part.type.unit / whole.type.unit
    if not unit.is_plain:
        raise arguments.context.fault("rules.unit", f"share_of: {part.type} is no part of {whole.type}", arguments.at(0))
    if isinstance(whole.node, Figure) and whole.node.value == 0:
        raise arguments.context.fault("rules.zero", "this divides by nought", arguments.at(1))
    return Typed(Called("share_of", (part.node, whole.node), Arithmetic("/", part.node, whole.node)), Type("figure"))


def _count(arguments: Arguments) -> Typed:
    parts = [arguments.value(index) for index in range(arguments.count)]
    for index, part in enumerate(parts):
        if part.type.kind != "truth":
            raise arguments.context.fault("rules.type", f"count takes tests, not {part.type}", arguments.at(index))
    nodes = tuple(part.node for part in parts)
    return Typed(Called("count", nodes, Tally(nodes)), Type("figure"))


def _exists(arguments: Arguments) -> Typed:
    of = arguments.value(0)
    if of.type.kind == "truth":
        raise arguments.context.fault("rules.type", "exists takes a figure, a date or a code, not a test", arguments.at(0))
    return Typed(Called("exists", (of.node,), Exists(of.node)), Type("truth"))


MIN, MAX = _extreme("min"), _extreme("max")
ROUND = Function("round", "round(x, step)", 2, 2, "{0}, rounded to {1}", "{0}（取整到{1}）", _round)
SHARE_OF = Function("share_of", "share_of(part, whole)", 2, 2, "share of {0} in {1}", "{0}占{1}的比例", _share_of)
COUNT = Function("count", "count(test, test, ...)", 1, 20, "how many of: {*}", "下列各项中符合的项数：{*}", _count)
EXISTS = Function("exists", "exists(x)", 1, 1, "{0} exists", "有{0}", _exists)
