"""The tree of atomic tests that decides who may have a measure."""

from __future__ import annotations

from typing import Any, Literal, TypeVar

from huiqi.rules.context import Context, Unresolved
from huiqi.rules.records import Source
from huiqi.rules.resolve import truth
from huiqi.rules.tree import Condition, Group, Test
from huiqi.vocabulary.problem import Where
from huiqi.vocabulary.record import Record, Words, build
from huiqi.vocabulary.source import Mapping, Text, where_of

R = TypeVar("R", bound=Record)
Kind = Literal["all", "any", "none", "at_least"]
_GROUPS: tuple[Kind, ...] = ("all", "any", "none", "at_least")


def condition(node: Any, context: Context, clause: str, origin: Any = "measure", where: Where = Where("")) -> Condition:
    """A test or group as the pack writes it; every faulty line is reported before the whole is given up."""
    where = where_of(node, where)
    if isinstance(node, Text):
        return Test(truth(node, context, atomic=True), str(node).strip(), clause, origin)
    if not isinstance(node, Mapping):
        raise context.fault("rules.eligible", "a test, or all / any / none / at_least is expected here", where, "a list of tests stands under all:")
    keys = {str(key) for key in node}
    if "test" in keys:
        return _test(node, keys, context, clause, origin)
    named = [key for key in _GROUPS if key in keys]
    if len(named) != 1:
        if named:
            raise context.fault("rules.eligible", f"{' and '.join(named)} stand side by side", where, "one of all, any, none, at_least")
        expression = len(keys) == 1 and isinstance(next(iter(node.values())), Text)
        hint = "an expression that holds `: ` stands in quotes" if expression else "one of all, any, none, at_least"
        raise context.fault("rules.eligible", f"{', '.join(sorted(keys))} is no form of a condition", where, hint)
    kind = named[0]
    allowed = {kind, "clause", "label"} | ({"of"} if kind == "at_least" else set())
    if extra := keys - allowed:
        raise context.fault(
            "rules.eligible", f"{', '.join(sorted(extra))} is not a key beside {kind}", where, f"keys here: {', '.join(sorted(allowed))}"
        )
    items = node.part("of" if kind == "at_least" else kind)
    if not isinstance(items, list) or not items:
        raise context.fault("rules.eligible", f"{kind} holds a list of tests", where, "write the tests as lines with a dash")
    count = _count(node, len(items), context) if kind == "at_least" else 0
    parts = conditions(items, context, _clause(node, clause, context), origin)
    return Group(kind, tuple(parts), count, _label(node, context))


def conditions(items: list[Any], context: Context, clause: str, origin: Any = "measure") -> list[Condition]:
    """Every condition of a list."""
    parts, lost = [], None
    for item in items:
        try:
            parts.append(condition(item, context, clause, origin))
        except Unresolved as error:
            lost = error
    if lost is not None:
        raise lost
    return parts


def _test(node: Mapping, keys: set[str], context: Context, clause: str, origin: Any) -> Test:
    if extra := keys - {"test", "clause", "say", "source"}:
        raise context.fault(
            "rules.eligible", f"{', '.join(sorted(extra))} is not a key of a test", node.where, "a test has test, clause, say and source"
        )
    text = node.part("test")
    if not isinstance(text, Text):
        raise context.fault("rules.eligible", "test holds one expression", node.where, "a group stands under all:, any: or none:, without test:")
    return Test(
        truth(text, context, atomic=True), str(text).strip(), _clause(node, clause, context), origin,
        _words(node.part("say"), "say", context), _part(Source, node.part("source"), "source", context),
    )  # fmt: skip


def _count(node: Mapping, most: int, context: Context) -> int:
    text = node.part("at_least")
    if isinstance(text, Text) and text.isascii() and text.isdigit() and len(text) < 5 and 1 <= int(text) <= most:
        return int(text)
    hint = f"of: has {most} tests" if most > 1 else "of: has one test"
    raise context.fault("rules.eligible", f"at_least takes a whole number from 1 to {most}", where_of(text, node.where), hint)


def _clause(node: Mapping, clause: str, context: Context) -> str:
    own = node.part("clause", clause)
    if not isinstance(own, str):
        raise context.fault("rules.eligible", "clause holds one text", node.where, "name the article, like 第二条")
    return own


def _label(node: Mapping, context: Context) -> Words | None:
    return _words(node.part("label"), "label", context)


def _words(node: Any, called: str, context: Context) -> Words | None:
    return _part(Words, node, called, context)


def _part(kind: type[R], node: Any, called: str, context: Context) -> R | None:
    if node is None:
        return None
    record, problems = build(kind, node, where_of(node, Where("")), called)
    context.world.problems.extend(problems)
    if record is None:
        raise Unresolved(called)
    return record
