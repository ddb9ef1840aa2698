"""Parse one line of the rule language; a line that cannot be parsed is a problem with a column and a remedy."""

from __future__ import annotations

from functools import lru_cache

from huiqi.rules.syntax import Syntax
from huiqi.vocabulary.problem import Problem, Where

LONGEST = 1_000


@lru_cache(maxsize=65_536)
def _parse(text: str) -> Syntax | tuple[int, str, str]:
    """The same for lines that stand anywhere, each once, since measures share lines."""
    from huiqi.rules.grammar import read_line  # rules that come from the cache need no grammar

    return read_line(text)


def parse(text: str, where: Where) -> tuple[Syntax | None, list[Problem]]:
    """The syntax tree of a line that stands at `where`."""
    long = len(text) > LONGEST
    found = (LONGEST, f"a line has at most {LONGEST} characters", "move a part into definitions") if long else _parse(str(text))
    if isinstance(found, Syntax):
        return found, []
    column, message, hint = found
    return None, [Problem("rules.syntax", message, where.shift(column), hint)]
