"""What a line says before anyone knows what its names mean: the untyped syntax tree, with columns."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from huiqi.vocabulary.unit import Unit


@dataclass(frozen=True)
class Syntax:
    """A part of a line; `column` counts from 0 in the line."""

    column: int


@dataclass(frozen=True)
class Quantity(Syntax):
    """A figure in base units; `unit` is None for a bare one; a share may be written in per cent."""

    value: Fraction
    unit: Unit | None
    percent: bool = False


@dataclass(frozen=True)
class DateLiteral(Syntax):
    value: datetime.date


@dataclass(frozen=True)
class TextLiteral(Syntax):
    value: str


@dataclass(frozen=True)
class Truth(Syntax):
    value: bool


@dataclass(frozen=True)
class NoneLiteral(Syntax):
    """Known not to exist."""


@dataclass(frozen=True)
class Name(Syntax):
    """A fact, definition, scorecard or recognition; `year` is 0, -1, -2, ..."""

    name: str
    year: int = 0


@dataclass(frozen=True)
class Call(Syntax):
    name: str
    arguments: tuple[Syntax, ...]


@dataclass(frozen=True)
class Operation(Syntax):
    """`left op right`, op one of + - * /."""

    op: str
    left: Syntax
    right: Syntax


@dataclass(frozen=True)
class Chain(Syntax):
    """`first op second op third`: every neighbouring pair must hold."""

    terms: tuple[Syntax, ...]
    ops: tuple[str, ...]


@dataclass(frozen=True)
class Membership(Syntax):
    """`of in [..]`, `not in` or `within`."""

    of: Syntax
    how: str
    items: tuple[Syntax, ...]


@dataclass(frozen=True)
class Logic(Syntax):
    """`and`, `or`, `not`."""

    op: str
    parts: tuple[Syntax, ...]


def children(node: Syntax) -> tuple[Syntax, ...]:
    """The parts directly below."""
    match node:
        case Call(arguments=parts) | Logic(parts=parts) | Chain(terms=parts):
            return parts
        case Operation(left=left, right=right):
            return (left, right)
        case Membership(of=of, items=items):
            return (of, *items)
    return ()


def walk(node: Syntax) -> Iterator[Syntax]:
    """The node and everything below it."""
    yield node
    for part in children(node):
        yield from walk(part)
