"""Read YAML and keep where every scalar stands.

Every scalar is text: `no`, `on` and `2024-06-30` mean what the reader of the record says, not what YAML guesses. Keys that stand twice
are a problem. Aliases, tags and several documents in one file are refused: a policy text is read from top to bottom.
"""

from __future__ import annotations

from typing import Any

import yaml

from huiqi.vocabulary.problem import Problem, Where
from huiqi.vocabulary.source import Mapping, Node, Sequence, Text

DEEPEST = 60

_Loader: Any = getattr(yaml, "CBaseLoader", yaml.BaseLoader)


def parse(text: str, name: str) -> tuple[Node | None, list[Problem]]:
    """What a text holds, with places; `name` is how problems call it."""
    try:
        return _Reader(text, name).document()
    except yaml.MarkedYAMLError as error:
        open_quote = error.context is not None and "quoted scalar" in error.context
        mark = error.context_mark if open_quote else error.problem_mark or error.context_mark
        where = Where(name, mark.line + 1, mark.column + 1) if mark else Where(name)
        said = " ".join(filter(None, (error.context, error.problem)))
        opened = error.context_mark.line + 1 if error.context_mark is not None else 0
        return None, [Problem("text.yaml", f"not YAML: {said}", where, _yaml_remedy(said, _found(text, mark), opened))]
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        return None, [
            Problem("text.yaml", f"not YAML: the control character {error.character:#06x}", Where(name, line), "take the invisible character out")
        ]
    except UnicodeEncodeError as error:
        line = text.count("\n", 0, error.start) + 1
        return None, [Problem("text.yaml", "not YAML: half of a character", Where(name, line), "take the invisible character out")]


def _found(text: str, mark: Any) -> str:
    """What stands at a place, to the end of its line."""
    lines = text.splitlines()
    return lines[mark.line][mark.column :] if mark is not None and mark.line < len(lines) else ""


def _yaml_remedy(said: str, found: str, opened: int) -> str:
    if "tab" in said or "\\t" in said or found.startswith("\t"):
        return "indent with spaces, not tabs"
    if "mapping values" in said:
        return "put a text that contains ': ' in quotes"
    if "quoted scalar" in said:
        return "close the quote"
    if "flow" in said and found[:1] in ("?", ",", "[", "]", "{", "}"):
        return "within brackets, put a text that contains ? , [ ] { or } in quotes"
    if "flow sequence" in said or "flow mapping" in said:
        return f"close the bracket of line {opened}"
    if found[:1] in ("@", "`", "%", ">", "|") or "block scalar" in said or "alias" in said or "anchor" in said:
        return "put a text that begins with one of > | @ % * & ! ` in quotes"
    return "look at the indentation and the brackets near this place"


class _TooDeep(Exception):
    """The text is nested deeper than any policy is."""


class _Reader:
    """Builds the nodes from libyaml's events, so that no text can be nested beyond the stack."""

    def __init__(self, text: str, name: str):
        self.events = yaml.parse(text, Loader=_Loader)
        self.name = name
        self.problems: list[Problem] = []
        self.anchors: set[str] = set()

    def at(self, event: Any) -> Where:
        return Where(self.name, event.start_mark.line + 1, event.start_mark.column + 1)

    def wrong(self, code: str, message: str, where: Where, hint: str = "") -> None:
        self.problems.append(Problem(code, message, where, hint))

    def document(self) -> tuple[Node | None, list[Problem]]:
        """The one document of the text."""
        root = None
        try:
            for event in self.events:
                if isinstance(event, yaml.DocumentStartEvent):
                    if root is not None:
                        self.wrong("text.yaml", "a second document begins here", self.at(event), "one file holds one text: take out the line ---")
                        return None, self.problems
                    root = self.node(next(self.events), 0)
        except _TooDeep:
            return None, self.problems
        if root is None:
            self.wrong("text.empty", "the file is empty", Where(self.name))
        return root, self.problems

    def node(self, event: Any, depth: int) -> Node:
        where = self.at(event)
        self.refuse(event, where)
        match event:
            case yaml.ScalarEvent():
                return Text(event.value, where.shift(1) if event.style in ("'", '"') else where)
            case yaml.AliasEvent():
                return Text("", where)
        if depth > DEEPEST:
            self.wrong("text.too-deep", f"nested more than {DEEPEST} deep", where, "split it into definitions")
            raise _TooDeep
        return self.sequence(where, depth) if isinstance(event, yaml.SequenceStartEvent) else self.mapping(where, depth)

    def refuse(self, event: Any, where: Where) -> None:
        """Anchors, aliases and tags; an alias to an anchor is told with its anchor."""
        if isinstance(event, yaml.AliasEvent):
            if event.anchor not in self.anchors:
                self.wrong("text.alias", f"*{event.anchor} stands for nothing", where, "put a text that begins with * in quotes")
            return
        if event.anchor is not None:
            self.anchors.add(event.anchor)
            self.wrong("text.alias", "anchors and aliases (& and *) are not used in policy texts", where, "write the text out")
        if event.tag is not None:
            self.wrong(
                "text.tag",
                f"{event.tag} is a YAML tag, which policy texts do not use",
                where,
                "write `not` for a test; put a text that begins with ! in quotes",
            )

    def sequence(self, where: Where, depth: int) -> Sequence:
        items = Sequence()
        items.where = where
        while not isinstance(event := next(self.events), yaml.SequenceEndEvent):
            items.append(self.node(event, depth + 1))
        return items

    def mapping(self, where: Where, depth: int) -> Mapping:
        mapping = Mapping()
        mapping.where = where
        first: dict[str, Where] = {}
        while not isinstance(event := next(self.events), yaml.MappingEndEvent):
            key, value = self.node(event, depth + 1), self.node(next(self.events), depth + 1)
            if not isinstance(key, Text):
                self.wrong("text.key", "a key must be a single text", key.where)
            elif key in first:
                self.wrong("text.duplicate-key", f"{key} stands twice", key.where, f"the first one is in line {first[key].line}")
            else:
                first[key] = key.where
                mapping[key] = value
        return mapping
