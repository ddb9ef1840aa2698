"""Turn what was read from a file into frozen records; every fault becomes a problem at its place."""

from __future__ import annotations

import datetime
import re
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, PlainSerializer, PlainValidator, ValidationError, WithJsonSchema, model_validator
from pydantic.json_schema import SkipJsonSchema

from huiqi.vocabulary.problem import NOWHERE, Problem, Where, did_you_mean
from huiqi.vocabulary.source import Mapping, Node, Text, parse_yaml, read_text, where_of

R = TypeVar("R", bound="Record")
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}\Z", re.ASCII)  # datetime reads 20240630 and 2024-W26-7 too


def _text(value: Any) -> Text:
    if isinstance(value, Text):
        return value
    if isinstance(value, str):
        return Text(value, NOWHERE)
    raise ValueError("a single text is expected here, not a list or a mapping")


def _date(value: Any) -> datetime.date:
    if isinstance(value, datetime.date):
        return value
    try:
        if _DATE.match(value):
            return datetime.date.fromisoformat(value)
    except (ValueError, TypeError):
        pass
    raise ValueError(f"{value if isinstance(value, str) else 'this'} is not a date; write 2024-06-30")


def _anything(value: Any) -> Any:
    return value


def _ends(value: Any) -> tuple[Text, Text]:
    if isinstance(value, tuple):
        return value
    if isinstance(value, str):
        return _text(value), _text(value)
    if isinstance(value, list) and len(value) == 2 and all(isinstance(end, str) for end in value):
        return _text(value[0]), _text(value[1])
    raise ValueError('write a figure, or [least, most] where no more is known; "" is an open end')


#: A text with its place.
Line = Annotated[Text, PlainValidator(_text), PlainSerializer(str), WithJsonSchema({"type": ["string", "number", "boolean"]})]
#: An expression of the rule language, kept as text until it is parsed.
Expression = Annotated[
    Text,
    PlainValidator(_text),
    PlainSerializer(str),
    WithJsonSchema({"type": ["string", "number", "boolean"], "description": "an expression of the rule language"}),
]
#: A figure, or the two ends between which it lies, as expressions; an empty text is an open end.
Ends = Annotated[
    tuple[Text, Text],
    PlainValidator(_ends),
    PlainSerializer(lambda ends: str(ends[0]) if ends[0] is ends[1] else [str(end) for end in ends]),
    WithJsonSchema(
        {
            "anyOf": [{"type": ["string", "number"]}, {"type": "array", "items": {"type": ["string", "number"]}, "minItems": 2, "maxItems": 2}],
            "description": 'an expression of the rule language, or [least, most]; "" is an open end',
        }
    ),
]
#: `true` or `false`; an editor sees a boolean.
TrueOrFalse = Annotated[Literal["true", "false"], WithJsonSchema({"type": "boolean"})]
Date = Annotated[datetime.date, PlainValidator(_date), WithJsonSchema({"type": "string", "format": "date"})]
#: A part whose form is decided later, by the reader that knows it.
Anything = Annotated[Any, BeforeValidator(_anything)]


class Record(BaseModel):
    """A frozen part of a file; `where` is its place."""

    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True, defer_build=True)

    where: SkipJsonSchema[Annotated[Where, PlainValidator(lambda v: v)]] = NOWHERE

    @model_validator(mode="before")
    @classmethod
    def _take_place(cls, value: Any) -> Any:
        if not isinstance(value, Mapping):
            return value
        if "where" in value:  # the record's own place, which no file gives
            raise ValueError("where is not a key here")
        return {**value, "where": value.where}

    def __getstate__(self) -> dict[Any, Any]:
        """What the file says, and which keys it has; nothing else has to be kept of a record."""
        return self.__dict__ | {"__pydantic_fields_set__": self.__pydantic_fields_set__}

    def __setstate__(self, state: dict[Any, Any]) -> None:
        given = state.pop("__pydantic_fields_set__")
        for name, value in (("__dict__", state), ("__pydantic_fields_set__", given), ("__pydantic_extra__", None), ("__pydantic_private__", None)):
            object.__setattr__(self, name, value)


class Words(Record):
    """The same words in English and Chinese."""

    en: Line
    zh: Line

    do_not_call_in_templates: ClassVar[bool] = True  # as of `Both`

    def __call__(self, lang: str) -> str:
        return str(self.zh if lang == "zh" else self.en)


def words(en: str, zh: str) -> Words:
    """Words that the program itself supplies."""
    return Words(en=Text(en, NOWHERE), zh=Text(zh, NOWHERE))


def read_record(kind: type[R], path: Path, name: str, called: str = "") -> tuple[R | None, str, list[Problem]]:
    """The record of a file of its own, with the file's text, or every problem that prevents it; `name` is how problems call the file."""
    text, problems = read_text(path, name)
    if text is None:
        return None, "", problems
    node, faults = parse_yaml(text, name)
    problems += faults
    if node is None:
        return None, text, problems
    record, faults = build(kind, node, Where(name, 1, 1), called)
    return record, text, problems + faults


def build(kind: type[R], node: Node | None, where: Where, called: str = "") -> tuple[R | None, list[Problem]]:
    """A record of `kind` from a node, or every problem that prevents it; `called` is its name where it stands in no record."""
    called = called or _noun(kind)
    if not isinstance(node, Mapping):
        hint = _WORDS if kind is Words else f"write the {called} as lines like `key: value`"
        return None, [Problem("record.form", "a mapping of keys and values is expected here", where_of(node, where), hint)]
    try:
        return kind.model_validate(node), []
    except ValidationError as error:
        found = [_problem(kind, node, details, called) for details in error.errors(include_url=False)]
        return None, [problem for problem in found if problem is not None]


_WORDS = "write {en: ..., zh: ...}"


def _problem(kind: type[Record], node: Node, details: Any, called: str) -> Problem | None:
    """What pydantic found, in the words of the file; None for a form that the value was not meant to have."""
    path = list(details["loc"])
    place, reached, named = _follow(node, path)
    key = named[-1] if named else called
    match details["type"]:
        case "extra_forbidden":
            return Problem(
                "record.unknown-key", f"{path[-1]} is not a key here", _key_place(node, path) or place, _keys_hint(kind, path, str(path[-1]))
            )
        case "missing":
            above = ".".join(named) or called
            if path[-1] in ("en", "zh"):
                language = "an English" if path[-1] == "en" else "a Chinese"
                return Problem("record.missing-language", f"{above} lacks {language} text", place, f"add {path[-1]}: ...")
            return Problem("record.missing-key", f"{above} lacks {path[-1]}", place, f"add {path[-1]}: ...")
        case "literal_error":
            options = details["ctx"]["expected"].replace("'", "").replace(" or ", ", ").split(", ")
            or_list = "a list, or " if path[-1] != key else ""  # the last step names the form among several
            if or_list and not isinstance(reached, Text):
                return None
            return Problem(
                "record.value",
                f"{key}: {_said(reached)} is not allowed here",
                place,
                did_you_mean(_said(reached), options) or f"{or_list}one of: {', '.join(options)}",
            )
        case "value_error":
            return Problem("record.value", f"{key}: {details['ctx']['error']}", place)
        case "list_type":
            if path[-1] != key and isinstance(reached, Text):  # told as a wrong word
                return None
            return Problem("record.form", f"{key}: a list is expected here", place, "write [a, b], or a line with a dash for each")
        case "model_type" | "dict_type":
            hint = _WORDS if details.get("ctx", {}).get("class_name") == "Words" else "write `name: ...`, indented under it"
            return Problem("record.form", f"{key}: a mapping of keys and values is expected here", place, hint)
        case _:
            return Problem("record.value", f"{key}: {details['msg']}", place)


def _noun(kind: type[Record]) -> str:
    """What a record is called: PolicyRecord is a policy, RateAmount a rate amount."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", kind.__name__.removesuffix("Record")).lower()


def _said(value: Any) -> str:
    return str(value) if isinstance(value, Text) else "a list" if isinstance(value, list) else "a mapping"


def _follow(node: Any, path: list[Any]) -> tuple[Where, Any, list[str]]:
    """The place that a pydantic location names, what stands there, and the keys that lead to it."""
    place = where_of(node, NOWHERE)
    named = []
    for step in path:
        if isinstance(node, dict) and step in node:
            key = next(k for k in node if k == step)
            node = node[step]
            place = where_of(node if isinstance(node, Text) else key, place)
            named.append(str(step))
        elif isinstance(node, list) and isinstance(step, int) and step < len(node):
            node = node[step]
            place = where_of(node, place)
        elif isinstance(step, str) and isinstance(node, dict):
            break
    return place, node, named


def _key_place(node: Any, path: list[Any]) -> Where | None:
    """Where the last key of a location stands."""
    for step in path[:-1]:
        node = node[step] if isinstance(node, list | dict) else None
    return next((key.where for key in node if key == path[-1]), None) if isinstance(node, Mapping) else None


def _keys_hint(kind: type[Record], path: list[Any], key: str) -> str:
    fields: set[str] = set()
    model: Any = kind
    for step in path[:-1]:
        field = getattr(model, "model_fields", {}).get(step)
        model = _inner(field.annotation) if field else model
    fields = {f.alias or name for name, f in getattr(model, "model_fields", {}).items()} - {"where"}
    return did_you_mean(key, fields) or (f"keys here: {', '.join(sorted(fields))}" if fields else "")


def _inner(annotation: Any) -> Any:
    """The record inside an annotation like `dict[Line, Fact] | None`."""
    if isinstance(annotation, type) and issubclass(annotation, Record):
        return annotation
    for part in getattr(annotation, "__args__", ()):
        found = _inner(part)
        if found is not None:
            return found
    return None
