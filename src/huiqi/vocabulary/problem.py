"""What is wrong with a text, told as a value with a place and a remedy."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, NamedTuple

Severity = Literal["error", "warning"]


class Where(NamedTuple):
    """A place in a file; lines and columns count from 1, 0 where there is none."""

    file: str
    line: int = 0
    column: int = 0

    def __str__(self) -> str:
        return ":".join([self.file, *(str(n) for n in (self.line, self.column) if n)])

    def shift(self, columns: int) -> Where:
        """The same line, so many columns further right."""
        return Where(self.file, self.line, self.column + columns)


NOWHERE = Where("")


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong, where it is, and what to do about it.

    `code` is stable and listed in docs/problems.md; `hint` is the remedy.
    """

    code: str
    message: str
    where: Where = NOWHERE
    hint: str = ""
    severity: Severity = "error"

    def __str__(self) -> str:
        place = f"{self.where}: " if self.where.file else ""
        kind = "" if self.severity == "error" else f"{self.severity}: "
        hint = f"\n    {self.hint}" if self.hint else ""
        return f"{place}{kind}{self.code}: {self.message}{hint}"

    def as_json(self) -> dict[str, str | int]:
        """A flat mapping, for `--json` and the API."""
        return {
            "code": self.code,
            "severity": self.severity,
            "file": self.where.file,
            "line": self.where.line,
            "column": self.where.column,
            "message": self.message,
            "hint": self.hint,
        }


class FaultyInput(Exception):
    """A caller asked for work on texts or tables that have errors; `problems` holds all of them."""

    def __init__(self, problems: Iterable[Problem]):
        self.problems = tuple(problems)
        super().__init__("\n".join(str(p) for p in self.problems))


def errors(problems: Iterable[Problem]) -> list[Problem]:
    """Those problems that make a text unusable."""
    return [p for p in problems if p.severity == "error"]


def in_order(problems: Iterable[Problem]) -> list[Problem]:
    """Problems by file, line and column, each told once."""
    return sorted(dict.fromkeys(problems), key=lambda p: (p.where, p.code, p.message))


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """A remedy that names the nearest known words, or nothing.

    >>> did_you_mean("registerd_capital", ["revenue", "registered_capital"])
    'did you mean registered_capital?'
    """
    lowered = {name.lower(): name for name in known}
    near = difflib.get_close_matches(word.lower(), lowered, n=2, cutoff=0.6)
    return f"did you mean {' or '.join(lowered[name] for name in near)}?" if near else ""
