"""One line of the rule language by its grammar (grammar.lark): to syntax, or to a column, what is wrong there, and a remedy."""

from __future__ import annotations

import datetime
import re
from fractions import Fraction
from functools import cache
from importlib.resources import files
from typing import Any

from lark import Lark, Token, Transformer, v_args
from lark.exceptions import UnexpectedCharacters, UnexpectedEOF, UnexpectedInput

from huiqi.rules.syntax import (
    Call,
    Chain,
    DateLiteral,
    Logic,
    Membership,
    Name,
    NoneLiteral,
    Operation,
    Quantity,
    Syntax,
    TextLiteral,
    Truth,
    children,
)
from huiqi.vocabulary.unit import SCALES, UNITS, Unit

DEEPEST = 40
MOST_DIGITS = 40
FURTHEST = 30  # years that a line can look back

_ALIKE = str.maketrans(
    {chr(code): chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F)}
    | {"\u3000": " ", "“": '"', "”": '"', "‘": "'", "’": "'", "【": "[", "】": "]", "、": ","}
)


def _either(words: list[str]) -> str:
    """A pattern for any of the words, longest first; a Latin word must not run on into a name."""
    ordered = sorted(words, key=len, reverse=True)
    return "|".join(re.escape(w) + (r"(?![A-Za-z0-9_])" if w[-1].isascii() else "") for w in ordered)


_UNIT = _either([name for name in UNITS if name != "1"])
_SCALE = _either(list(SCALES))
_QUANTITY = rf"(?:\d[\d_]*(?:\.\d+)?|\.\d+)(?:[ ]*%|[ ]*(?:{_SCALE}))?(?:[ ]*(?:{_UNIT})(?:/(?:{_SCALE})?(?:{_UNIT}))*)?"
_FIGURE = re.compile(rf"\s*({_QUANTITY})\s*")
_DIVISOR = re.compile(rf"(?P<scale>{_SCALE})?(?P<unit>{_UNIT})\s*\Z")
_PARTS = re.compile(rf"(?P<figure>[\d_.]+)[ ]*(?P<percent>%)?(?P<scale>{_SCALE})?[ ]*(?P<unit>.*)\Z")


@v_args(inline=True)
class _Build(Transformer[Any, Syntax]):
    """Lark's callbacks: one method a rule of the grammar."""

    def quantity(self, token: Any) -> Syntax:
        parts = _PARTS.match(token)
        assert parts is not None
        if len(parts["figure"]) > MOST_DIGITS:
            raise _Refused(token.start_pos, f"a figure has at most {MOST_DIGITS} digits", "is a unit like 万 or 亿 missing?")
        value = Fraction(parts["figure"].replace("_", ""))
        if parts["percent"]:
            value /= 100
        if parts["scale"]:
            value *= SCALES[parts["scale"]]
        unit: Unit | None = None
        if parts["unit"]:
            first, *below = parts["unit"].split("/")
            unit = UNITS[first.strip()]
            for text in below:
                divisor = _DIVISOR.match(text)
                assert divisor is not None
                unit = unit / UNITS[divisor["unit"]]
                value /= SCALES[divisor["scale"]] if divisor["scale"] else 1
            value *= unit.factor
        return Quantity(token.start_pos, value, unit, bool(parts["percent"]))

    def date(self, token: Any) -> Syntax:
        try:
            return DateLiteral(token.start_pos, datetime.date.fromisoformat(token))
        except ValueError:
            raise _Refused(token.start_pos, f"there is no day {token}", "dates are written 2024-06-30") from None

    def text(self, token: Any) -> Syntax:
        return TextLiteral(token.start_pos, token[1:-1])

    def truth(self, token: Any) -> Syntax:
        return Truth(token.start_pos, token == "true")

    def nothing(self, token: Any) -> Syntax:
        return NoneLiteral(token.start_pos)

    def name(self, token: Any, sign: Any = None, years: Any = None) -> Syntax:
        if years is None:
            return Name(token.start_pos, str(token))
        if not years.isdigit() or (sign == "+" and int(years)) or (sign is None and int(years)):
            raise _Refused(token.start_pos, f"{token}[{sign or ''}{years}]: years go back", "write [-1] for the year before")
        if len(years) > 2 or int(years) > FURTHEST:
            raise _Refused(token.start_pos, f"{token}[{sign}{years}]: a line looks back at most {FURTHEST} years", "write [-1] for the year before")
        return Name(token.start_pos, str(token), -int(years))

    def call(self, token: Any, *arguments: Any) -> Syntax:
        return Call(token.start_pos, str(token), tuple(a for a in arguments if a is not None))

    def arithmetic(self, first: Any, *rest: Any) -> Syntax:
        node = first
        for op, right in zip(rest[::2], rest[1::2], strict=True):
            node = Operation(op.start_pos, {"−": "-", "×": "*", "÷": "/"}.get(op, str(op)), node, right)
        return node

    def signed(self, sign: Any, of: Any) -> Syntax:
        if sign == "+":
            return of
        if isinstance(of, Quantity):
            return Quantity(sign.start_pos, -of.value, of.unit)
        return Operation(sign.start_pos, "-", Quantity(sign.start_pos, Fraction(0), None), of)

    def chain(self, first: Any, *rest: Any) -> Syntax:
        ops = tuple({"≥": ">=", "≤": "<=", "≠": "!="}.get(op, str(op)) for op in rest[::2])
        return Chain(first.column, (first, *rest[1::2]), ops)

    def list(self, *items: Any) -> tuple[Syntax, ...]:
        return tuple(item for item in items if item is not None)

    def one_of(self, of: Any, _in: Any, items: Any) -> Syntax:
        return Membership(of.column, of, "in", items)

    def none_of(self, of: Any, _not: Any, _in: Any, items: Any) -> Syntax:
        return Membership(of.column, of, "not in", items)

    def within(self, of: Any, _within: Any, items: Any) -> Syntax:
        return Membership(of.column, of, "within", items if isinstance(items, tuple) else (items,))

    def negated(self, token: Any, part: Any) -> Syntax:
        return Logic(token.start_pos, "not", (part,))

    def conjunction(self, *parts: Any) -> Syntax:
        return Logic(parts[0].column, "and", tuple(parts[::2]))

    def disjunction(self, *parts: Any) -> Syntax:
        return Logic(parts[0].column, "or", tuple(parts[::2]))


_BUILD = _Build()


class _Refused(Exception):
    """Well formed, but not allowed."""

    def __init__(self, column: int, message: str, hint: str):
        super().__init__(message)
        self.column, self.message, self.hint = column, message, hint


@cache
def _parser() -> Lark:
    grammar = files("huiqi.rules").joinpath("grammar.lark").read_text(encoding="utf-8")
    grammar = grammar.replace("QUANTITY_PATTERN", _QUANTITY.replace("/", r"\/"))
    return Lark(grammar, parser="lalr", lexer="contextual", transformer=_Build(), propagate_positions=False, maybe_placeholders=True)


def read_line(text: str) -> Syntax | tuple[int, str, str]:
    """The syntax of a line, or (column, message, hint)."""
    line = text.translate(_ALIKE)
    if not line.strip():
        return 0, "an expression is missing", ""
    if _nesting(line) > DEEPEST:
        return 0, f"nested more than {DEEPEST} deep", "move a part into definitions"
    try:
        figure = _FIGURE.fullmatch(line)  # most cells of a table: no need for the whole grammar
        node = _parser().parse(line) if figure is None else _BUILD.quantity(Token("QUANTITY", figure[1], figure.start(1)))
    except _Refused as refused:
        return refused.column, refused.message, refused.hint
    except UnexpectedInput as error:
        return _unexpected(error, line)
    if not isinstance(node, Syntax):
        return 0, "a list cannot stand alone", "write `name in [..]`"
    if _depth(node) > DEEPEST:
        return 0, f"nested more than {DEEPEST} deep", "move a part into definitions"
    return node


_ONE_FIGURE = re.compile(_QUANTITY)


def figures_in(text: str) -> list[tuple[int, int, Quantity]]:
    """Every figure of a line: where it begins and ends, and what it is, in the order of the line; none where the line cannot be read."""
    node = read_line(text)
    found, level = [], [node] if isinstance(node, Syntax) else []
    while level:
        found += [one for one in level if isinstance(one, Quantity)]
        level = [part for inner in level for part in children(inner)]
    line = text.translate(_ALIKE)
    ends = {one.column: match.end() for one in found if (match := _ONE_FIGURE.match(line, one.column)) is not None}
    return [(one.column, ends[one.column], one) for one in sorted(found, key=lambda one: one.column) if one.column in ends]


def _nesting(line: str) -> int:
    depth = deepest = 0
    for character in line:
        depth += (character in "([") - (character in ")]")
        deepest = max(deepest, depth)
    return deepest


def _depth(node: Syntax) -> int:
    deepest, level = 0, [node]
    while level:
        deepest += 1
        level = [part for inner in level for part in children(inner)]
    return deepest


_HINTS = {
    "==": "one = compares",
    "=>": "write >=",
    "=<": "write <=",
    "<>": "write !=",
    "&&": "write `and` (in definitions), or split the line under all:",
    "且": "write `and` (in definitions), or split the line under all:",
    "||": "write `or` (in definitions), or split the line under any:",
    "或": "write `or` (in definitions), or split the line under any:",
    "以上": "write >= before the figure",
    "以下": "write < or <= before the figure",
    "!": "write `not`, or != to compare",
    "{": "braces are for YAML, not for expressions",
}
_THOUSANDS = re.compile(r"\d,\d{3}(?!\d)")


def _unexpected(error: UnexpectedInput, line: str) -> tuple[int, str, str]:
    if isinstance(error, UnexpectedEOF) or getattr(getattr(error, "token", None), "type", "") == "$END":
        if line.count("(") > line.count(")"):
            return len(line.rstrip()), "the line ends too early", "close the bracket; in a [list] a line with a comma stands in quotes"
        return len(line.rstrip()), "the line ends too early", "a value, a name or a closing bracket is missing"
    column = max(getattr(error, "pos_in_stream", None) or 0, 0)
    found = line[column : column + 12].split()[0] if line[column:].strip() else "the end"
    near = line[max(column - 1, 0) : column + 2]
    hint = next((hint for mark, hint in _HINTS.items() if mark in (near if mark.isascii() else found)), "")
    if _THOUSANDS.match(line, max(column - 1, 0)):
        hint = "write figures without commas: 1000 or 1_000"
    if isinstance(error, UnexpectedCharacters) and not hint:
        hint = f"the character {line[column]!r} has no meaning here"
    return column, f"{found} is not expected here", hint
