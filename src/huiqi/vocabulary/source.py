"""Texts, mappings and lists of a file, each with its place, and the files that they stand in."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from huiqi.vocabulary.problem import Problem, Where

LONGEST_FILE = 5_000_000


class Text(str):
    """A scalar of a file: its text and where it stands."""

    where: Where
    __slots__ = ("where",)

    def __new__(cls, text: str, where: Where) -> Text:
        self = super().__new__(cls, text)
        self.where = where
        return self

    def __getnewargs__(self) -> tuple[str, Where]:  # type: ignore[override]  # for copies and other processes
        return str(self), self.where

    def __getstate__(self) -> None:
        """Nothing further: what is above is all."""


class Mapping(dict[Text, Any]):
    """A mapping of a file: keys are `Text`, `where` is the place of its first key."""

    where: Where

    def part(self, key: str, otherwise: Any = None) -> Any:
        """What stands under a key, or `otherwise`."""
        return self.get(Text(key, self.where), otherwise)


class Sequence(list[Any]):
    """A list of a file and where it begins."""

    where: Where


Node = Text | Mapping | Sequence


def read_text(path: Path, name: str) -> tuple[str | None, list[Problem]]:
    """The UTF-8 text of a file, with or without a byte-order mark; any other encoding is a problem."""
    where = Where(name)
    try:
        if path.stat().st_size > LONGEST_FILE:
            return None, [Problem("text.too-long", f"the file is longer than {LONGEST_FILE:,} bytes", where, "split it")]
        raw = path.read_bytes()
    except OSError as error:
        return None, [Problem("text.unreadable", f"the file cannot be read: {error.strerror}", where)]
    try:
        return raw.decode("utf-8-sig"), []
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        hint = "save it as UTF-8" + (" (it looks like GB18030)" if _is_gb18030(raw) else "")
        return None, [Problem("text.encoding", "the file is not UTF-8", Where(name, line, 1), hint)]


def _is_gb18030(raw: bytes) -> bool:
    try:
        raw.decode("gb18030")
    except UnicodeDecodeError:
        return False
    return True


def read_yaml(path: Path, name: str | None = None) -> tuple[Node | None, list[Problem]]:
    """What a YAML file holds, with places; `name` is how problems call the file."""
    name = name or str(path)
    text, problems = read_text(path, name)
    return (None, problems) if text is None else parse_yaml(text, name)


def parse_yaml(text: str, name: str = "<text>") -> tuple[Node | None, list[Problem]]:
    """The same for a text that is at hand."""
    from huiqi.vocabulary.yaml_text import parse  # what comes from the cache needs no reader

    return parse(text, name)


def read_rows(text: str, name: str) -> tuple[list[tuple[Where, list[str]]], list[Problem]]:
    """The rows of a CSV text with their places, blank ones left out; the header is there even where the text is empty."""
    reader = csv.reader(io.StringIO(text, newline=""))
    rows: list[tuple[Where, list[str]]] = []
    line = 1
    try:
        for row in reader:
            if any(cell.strip() for cell in row) or not rows:
                rows.append((Where(name, line, 1), row))
            line = reader.line_num + 1
    except csv.Error as error:
        return rows or [(Where(name, 1, 1), [])], [Problem("text.csv", f"not CSV: {error}", Where(name, line), "look at the quotes")]
    return rows or [(Where(name, 1, 1), [])], []


def scalars(node: Any) -> Iterator[Text]:
    """Every scalar below a node, keys left out."""
    if isinstance(node, Text):
        yield node
    elif isinstance(node, dict):
        for value in node.values():
            yield from scalars(value)
    elif isinstance(node, list):
        for value in node:
            yield from scalars(value)


def where_of(node: Any, otherwise: Where) -> Where:
    """The place of a node, or of what holds it."""
    return getattr(node, "where", otherwise)
