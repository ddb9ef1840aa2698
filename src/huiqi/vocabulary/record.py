"""Turn what was read from a file into frozen records; every fault becomes a problem at its place."""

from __future__ import annotations

import datetime
from typing import Annotated, Any, Literal, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, PlainSerializer, PlainValidator, ValidationError, WithJsonSchema, model_validator
from pydantic.json_schema import SkipJsonSchema

from huiqi.vocabulary.problem import NOWHERE, Problem, Where, did_you_mean
from huiqi.vocabulary.source import Mapping, Node, Text, where_of

R = TypeVar("R", bound="Record")


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
        return datetime.date.fromisoformat(value)
    except (ValueError, TypeError):
        raise ValueError(f"{value!s} is not a date; write 2024-06-30") from None


def _anything(value: Any) -> Any:
    return value


#: A text with its place.
Line = Annotated[Text, PlainValidator(_text), PlainSerializer(str), WithJsonSchema({"type": ["string", "number", "boolean"]})]
#: An expression of the rule language, kept as text until it is parsed.
Expression = Annotated[
    Text, PlainValidator(_text), PlainSerializer(str), WithJsonSchema({"type": ["string", "number", "boolean"], "description": "an expression of the rule language"})
]
#: `true` or `false`; an editor sees a boolean.
TrueOrFalse = Annotated[Literal["true", "false"], WithJsonSchema({"type": "boolean"})]
Date = Annotated[datetime.date, PlainValidator(_date), WithJsonSchema({"type": "string", "format": "date"})]
#: A part whose form is decided later, by the reader that knows it.
Anything = Annotated[Any, BeforeValidator(_anything)]


class Record(BaseModel):
    """A frozen part of a file; `where` is its place."""

    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True)

    where: SkipJsonSchema[Annotated[Where, PlainValidator(lambda v: v)]] = NOWHERE

    @model_validator(mode="before")
    @classmethod
    def _take_place(cls, value: Any) -> Any:
        return {**value, "where": value.where} if isinstance(value, Mapping) else value


class Words(Record):
    """The same words in English and Chinese."""

    en: Line
    zh: Line

    def __call__(self, lang: str) -> str:
        return str(self.zh if lang == "zh" else self.en)


def words(en: str, zh: str) -> Words:
    """Words that the program itself supplies."""
    return Words(en=Text(en, NOWHERE), zh=Text(zh, NOWHERE))


def build(kind: type[R], node: Node | None, where: Where) -> tuple[R | None, list[Problem]]:
    """A record of `kind` from a node, or every problem that prevents it."""
    if not isinstance(node, Mapping):
        return None, [Problem("record.form", "a mapping of keys and values is expected here", where_of(node, where))]
    try:
        return kind.model_validate(node), []
    except ValidationError as error:
        return None, [_problem(kind, node, details) for details in error.errors(include_url=False)]


def _problem(kind: type[Record], node: Node, details: Any) -> Problem:
    path = list(details["loc"])
    place, reached = _follow(node, path)
    key = str(path[-1]) if path else kind.__name__.lower()
    match details["type"]:
        case "extra_forbidden":
            return Problem("record.unknown-key", f"{key} is not a key here", place, _keys_hint(kind, path, key))
        case "missing":
            if key in ("en", "zh"):
                language = "an English" if key == "en" else "a Chinese"
                return Problem("record.missing-language", f"{_above(path, kind)} lacks {language} text", place, f"add {key}: ...")
            return Problem("record.missing-key", f"{_above(path, kind)} lacks {key}", place, f"add {key}: ...")
        case "literal_error":
            given = str(reached)
            options = details["ctx"]["expected"].replace("'", "").replace(" or ", ", ").split(", ")
            return Problem("record.value", f"{key}: {given} is not allowed here", place, did_you_mean(given, options) or f"one of: {', '.join(options)}")
        case "value_error":
            return Problem("record.value", f"{key}: {details['ctx']['error']}", place)
        case "model_type" | "dict_type" | "list_type":
            wanted = "a list" if details["type"] == "list_type" else "a mapping of keys and values"
            return Problem("record.form", f"{key}: {wanted} is expected here", place)
        case _:
            return Problem("record.value", f"{key}: {details['msg']}", place)


def _follow(node: Any, path: list[Any]) -> tuple[Where, Any]:
    """The place that a pydantic location names: of the key for a wrong key, of the value otherwise."""
    place = where_of(node, NOWHERE)
    for step in path:
        if isinstance(node, dict) and step in node:
            key = next(k for k in node if k == step)
            node = node[step]
            place = where_of(node if isinstance(node, Text) else key, place)
        elif isinstance(node, list) and isinstance(step, int) and step < len(node):
            node = node[step]
            place = where_of(node, place)
        elif isinstance(step, str) and isinstance(node, dict):
            break
    return place, node


def _above(path: list[Any], kind: type[Record]) -> str:
    named = [str(step) for step in path[:-1] if not isinstance(step, int)]
    return ".".join(named) or kind.__name__.lower()


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


Kind = Literal["money", "number", "count", "share", "date", "flag", "category", "place", "text"]
