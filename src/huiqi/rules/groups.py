"""Groups of related enterprises: what a core policy counts as one, and what rules read of it.

`group.sum(employees)` is the subject's own figure and those of the others with their weights; `group.count` the number of linked enterprises.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from fractions import Fraction
from typing import TYPE_CHECKING

from huiqi.facts.known import Known
from huiqi.facts.schema import Fact
from huiqi.rules.context import Context, Typed
from huiqi.rules.resolve import constant
from huiqi.rules.tree import Arithmetic, FactFigure, Figure, GroupRule, Named, Node, Related, Type, walk
from huiqi.vocabulary import ranges
from huiqi.vocabulary.problem import Where
from huiqi.vocabulary.ranges import INFINITY, Number
from huiqi.vocabulary.record import words
from huiqi.vocabulary.unit import PLAIN

if TYPE_CHECKING:  # whoever only reads packs need not wait for pyarrow
    from huiqi.facts.ownership import Ownership, Weight


def find(name: str, context: Context, where: Where) -> GroupRule | None:
    """The group of that name that a text sees, or None."""
    found = context.find(name, "groups", where)
    if found is None:
        return None
    document, key, record = found
    cache, at = context.world.resolved, ("group", document.name, str(key))
    if at not in cache:
        inner = Context(context.world, document, context.subject)
        linked = constant(record.linked_above, inner, PLAIN)
        partner = None if record.partner_from is None else constant(record.partner_from, inner, PLAIN)
        for limit, text in ((linked, record.linked_above), (partner, record.partner_from)):
            if limit is not None and text is not None and not 0 <= limit < 1:
                raise context.fault("rules.group", f"{text} is no share from 0 to 100%", text.where, "write 25% or 50%")
        cache[at] = GroupRule(str(key), record.label, linked, partner)
    rule: GroupRule = cache[at]
    return rule


def summed(rule: GroupRule, of: Typed, context: Context, where: Where) -> Typed:
    """`group.sum(x)`: the subject's own figure and the others'."""
    if not isinstance(of.node, FactFigure) or of.type.kind != "figure":
        hint = "name one fact: group.sum(employees); reckon with the sums"
        raise context.fault("rules.group", f"{rule.name}.sum takes a fact that is a figure, not {of.type}", where, hint)
    fact, year = of.node.fact, of.node.year
    label = words(f"{fact.label.en}, {rule.label.en} together", f"{rule.label.zh}合计{fact.label.zh}")
    whole = Arithmetic("+", of.node, Related(rule, fact, year))
    return Typed(Named(f"{rule.name}.sum({fact.id})", label, whole, year), of.type)


def counted(rule: GroupRule) -> Typed:
    """`group.count`: how many linked enterprises there are, the subject included."""
    label = words(f"number of linked enterprises, {rule.label.en}", f"{rule.label.zh}关联企业数")
    return Typed(Named(f"{rule.name}.count", label, Arithmetic("+", Figure(Fraction(1)), Related(rule, None))), Type("figure", PLAIN))


# ---------------------------------------------------------------- what the others add


def related_in(nodes: Iterable[Node]) -> list[Related]:
    """What rules read of related enterprises, each once."""
    found = {part.key: part for node in nodes for part in walk(node) if isinstance(part, Related)}
    return list(found.values())


def unrelated(node: Related, ownership: Ownership | None) -> Number:
    """What the others add for a subject that stands in no row: nothing, or anything where there is no table of owners."""
    if ownership is not None:
        return ranges.exactly(Fraction(0))
    return Number(-INFINITY if node.fact is not None and node.fact.low < 0 else Fraction(0), INFINITY)


def others(node: Related, weights: dict[str, Weight], known: Callable[[str], Known | None]) -> Number:
    """What a subject's related enterprises add; one of which nothing is known can add anything."""
    total = ranges.exactly(Fraction(0))
    for id, weight in weights.items():
        if node.fact is None:
            linked = Number(Fraction(int(weight.low == 1)), Fraction(int(weight.high == 1)))
            total = ranges.add(total, linked)
            continue
        subject = known(id)
        value = _anything(node.fact) if subject is None else subject.value(node.fact, node.year)
        assert isinstance(value, Number)
        total = ranges.add(total, ranges.multiply(Number(weight.low, weight.high), ranges.present(value)))
    return total


def _anything(fact: Fact) -> Number:
    whole = fact.whole
    assert isinstance(whole, Number)
    return Number(min(whole.low, Fraction(0)), max(whole.high, Fraction(0)))
