"""Cells of decision tables and keys of bands: `>= 300`, `10 .. 50`, `10 ..< 50`, `a|b`, `else`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from huiqi.vocabulary.source import Text

_COMPARISON = re.compile(r"(>=|<=|!=|>|<|=|≥|≤|≠|＞＝|＜＝|＞|＜|＝)\s*(.+)\Z")
_OPS = {"≥": ">=", "≤": "<=", "≠": "!=", "＞＝": ">=", "＜＝": "<=", "＞": ">", "＜": "<", "＝": "="}


@dataclass(frozen=True)
class Cell:
    """What a cell asks of its input: `parts` are (op, figure) pairs or codes."""

    how: Literal["any", "else", "compare", "codes"]
    parts: tuple[tuple[str, Text], ...] = ()


def read_cell(text: Text) -> Cell:
    """The meaning of a cell's text; figures in it keep their places."""
    stripped = text.strip()
    if stripped in ("", "-"):
        return Cell("any")
    if stripped == "else":
        return Cell("else")
    if found := _COMPARISON.match(stripped):
        return Cell("compare", ((_OPS.get(found[1], found[1]), _part(text, found[2])),))
    lowest, dots, highest = stripped.partition("..")
    if dots:
        upper = "<" if highest.startswith("<") else "<="
        return Cell("compare", ((">=", _part(text, lowest.strip())), (upper, _part(text, highest.removeprefix("<").strip()))))
    return Cell("codes", tuple(("=", _part(text, part.strip())) for part in stripped.split("|")))


def _part(text: Text, part: str) -> Text:
    return Text(part, text.where.shift(max(text.find(part), 0)))
