"""Read YAML and keep where every scalar stands.

Every scalar is text: `no`, `on` and `2024-06-30` mean what the reader of the record says, not what YAML guesses. Keys that stand twice
are a problem. Aliases, tags and several documents in one file are refused: a policy text is read from top to bottom.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from huiqi.vocabulary.problem import Problem, Where

LONGEST_FILE = 5_000_000
DEEPEST = 60

_Loader: Any = getattr(yaml, "CBaseLoader", yaml.BaseLoader)


class Text(str):
    """A scalar of a file: its text and where it stands."""

    where: Where
    __slots__ = ("where",)

    def __new__(cls, text: str, where: Where) -> Text:
        self = super().__new__(cls, text)
        self.where = where
        return self


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
    try:
        root = yaml.compose(text, Loader=_Loader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        where = Where(name, mark.line + 1, mark.column + 1) if mark else Where(name)
        said = " ".join(filter(None, (error.context, error.problem)))
        return None, [Problem("text.yaml", f"not YAML: {said}", where, _yaml_remedy(said))]
    except yaml.YAMLError as error:
        return None, [Problem("text.yaml", f"not YAML: {str(error).splitlines()[0]}", Where(name), "control characters are not allowed")]
    except RecursionError:
        return None, [Problem("text.too-deep", "the text is nested too deeply", Where(name))]
    if root is None:
        return None, [Problem("text.empty", "the file is empty", Where(name))]
    problems: list[Problem] = []
    return _convert(root, name, problems, set(), 0), problems


def _yaml_remedy(said: str) -> str:
    if "tab" in said or "\\t" in said:
        return "indent with spaces, not tabs"
    if "mapping values" in said:
        return "put a text that contains ': ' in quotes"
    return "look at the indentation and the brackets near this place"


def _convert(node: Any, name: str, problems: list[Problem], seen: set[int], depth: int) -> Any:
    where = Where(name, node.start_mark.line + 1, node.start_mark.column + 1)
    if id(node) in seen:
        problems.append(Problem("text.alias", "anchors and aliases (& and *) are not used in policy texts", where, "write the text out"))
        return Text("", where)
    seen.add(id(node))
    if isinstance(node, yaml.ScalarNode):
        return Text(node.value, where)
    if depth > DEEPEST:
        problems.append(Problem("text.too-deep", f"nested more than {DEEPEST} deep", where, "split it into definitions"))
        return Text("", where)
    if isinstance(node, yaml.SequenceNode):
        items = Sequence(_convert(item, name, problems, seen, depth + 1) for item in node.value)
        items.where = where
        return items
    mapping = Mapping()
    mapping.where = where
    for key_node, value_node in node.value:
        key_where = Where(name, key_node.start_mark.line + 1, key_node.start_mark.column + 1)
        if not isinstance(key_node, yaml.ScalarNode):
            problems.append(Problem("text.key", "a key must be a single text", key_where))
            continue
        key = Text(key_node.value, key_where)
        if key in mapping:
            first = next(k.where for k in mapping if k == key)
            problems.append(Problem("text.duplicate-key", f"{key} stands twice", key_where, f"the first one is in line {first.line}"))
            continue
        mapping[key] = _convert(value_node, name, problems, seen, depth + 1)
    return mapping


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
