"""Whether one test can hold only where another does, as far as their form shows it: sound, and not complete."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

from huiqi.rules.tree import All, Any, Compare, Figure, Node, OneOf, body

Alike = Callable[[Node, Node], bool]


def implies(part: Node, whole: Node, alike: Alike | None = None) -> bool:
    """Whoever meets `part` meets `whole`, on all facts; False where the form of the two does not show it.

    `alike` says whether a part of the first is the same as one of the second, where they stand in different laws.
    """
    part, whole, alike = body(part), body(whole), alike or same
    if isinstance(whole, All):
        return all(implies(part, one, alike) for one in whole.parts)
    if isinstance(part, Any):
        return all(implies(one, whole, alike) for one in part.parts)
    if isinstance(whole, Any) and any(implies(part, one, alike) for one in whole.parts):
        return True
    if isinstance(part, All):
        return any(implies(one, whole, alike) for one in part.parts)
    if isinstance(part, OneOf) and isinstance(whole, OneOf) and not part.negated and not whole.negated and alike(part.of, whole.of):
        return part.wanted <= whole.wanted
    if isinstance(part, Compare) and isinstance(whole, Compare) and part.op[0] == whole.op[0] in ("<", ">") and alike(part.left, whole.left):
        return _narrower(part, whole, alike)
    return alike(part, whole)


def _narrower(part: Compare, whole: Compare, alike: Alike) -> bool:
    """Of two comparisons in one direction the first has the farther edge."""
    one, other = body(part.right), body(whole.right)
    if not isinstance(one, Figure) or not isinstance(other, Figure):
        return alike(part, whole)
    inner, outer = one.value, other.value
    if inner == outer:
        return whole.op.endswith("=") or not part.op.endswith("=")
    return inner < outer if part.op[0] == "<" else inner > outer


def same(one: object, other: object) -> bool:
    """The same tree, whoever wrote it."""
    if isinstance(one, Node) and isinstance(other, Node):
        one, other = body(one), body(other)
        fields = [field.name for field in dataclasses.fields(one)]
        return type(one) is type(other) and all(same(getattr(one, name), getattr(other, name)) for name in fields)
    if isinstance(one, tuple) and isinstance(other, tuple):
        return len(one) == len(other) and all(same(a, b) for a, b in zip(one, other, strict=True))
    return one == other
