"""What each code of a problem means and what to do about it, in Chinese; docs/problems.md has the same in English.

A problem's own message names the place and the word that is wrong, and is English: tools read it. A Chinese page puts these words before it.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from functools import lru_cache
from importlib.resources import files
from typing import NamedTuple


class Meaning(NamedTuple):
    """A code in words of Chinese; what stands in backticks is written so in files."""

    means: str
    remedy: str


@lru_cache(maxsize=1)
def in_chinese() -> Mapping[str, Meaning]:
    """The meaning of each code that the library can tell."""
    text = files(__package__).joinpath("problems.zh.csv").read_text(encoding="utf-8")
    return {row["code"]: Meaning(row["means"], row["remedy"]) for row in csv.DictReader(text.splitlines())}
