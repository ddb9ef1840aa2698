"""The description of the API as a page shows it: in one language, each operation with its fields, answers and an example to try."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from huiqi.vocabulary.speech import Both
from huiqi_portal.api.rest import TAGS, description

Node = dict[str, Any]
ANSWERS = {
    "200": Both("the answer", "正常回答"), "201": Both("made", "已创建"), "202": Both("taken up", "已受理"),
    "304": Both("as you have it", "内容未变"),
    "400": Both("cannot be read", "无法读取"), "401": Both("no token, or one that does not hold", "缺少令牌或令牌无效"),
    "403": Both("the token may not", "令牌无权限"), "404": Both("there is none such", "不存在"), "409": Both("not possible now", "当前无法执行"),
    "412": Both("not the one that you have", "与您所持版本不符"),
    "413": Both("too large", "过大"), "415": Both("no JSON", "不是JSON"), "422": Both("parts are wrong; all are told", "内容有误，逐项说明"),
    "429": Both("too often", "过于频繁"), "500": Both("failed here", "系统故障"),
}  # fmt: skip


@dataclass(frozen=True)
class FieldShown:
    """A field of what is sent or answered; `depth` says how far it stands in."""

    name: str
    kind: str
    said: Both | None
    required: bool
    depth: int = 0

    @property
    def indent(self) -> str:
        return "\u2003" * self.depth


@dataclass(frozen=True)
class OperationShown:
    """One operation."""

    id: str
    method: str
    path: str
    summary: Both
    about: Both
    scope: str
    parameters: tuple[FieldShown, ...]
    body: tuple[FieldShown, ...]
    answer: tuple[FieldShown, ...]
    answers: tuple[tuple[str, Both], ...]
    codes: tuple[tuple[str, Both], ...]
    curl: str


@dataclass(frozen=True)
class GroupShown:
    """The operations about one subject."""

    said: Both
    operations: tuple[OperationShown, ...]


@lru_cache(maxsize=8)  # one for each host under which the portal is known
def groups(base: str) -> tuple[GroupShown, ...]:
    """All operations, by subject; `base` is the address of the API."""
    told = description()
    schemas = told["components"]["schemas"]
    shown: dict[str, list[OperationShown]] = {tag: [] for tag in TAGS}
    for path, methods in told["paths"].items():
        for method, operation in methods.items():
            shown[operation["tags"][0]].append(_operation(method, path, operation, schemas, base))
    return tuple(GroupShown(said, tuple(shown[tag])) for tag, said in TAGS.items() if shown[tag])


def _operation(method: str, path: str, operation: Node, schemas: Node, base: str) -> OperationShown:
    sent = operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema")
    good = next(answer for status, answer in operation["responses"].items() if str(status) < "400")
    forms = [one["schema"] for one in good.get("content", {}).values()]
    told = forms[0] if forms else None
    return OperationShown(
        operation["operationId"],
        method.upper(),
        path,
        _both(operation["x-summary"]),
        _both(operation["x-description"]),
        operation.get("x-scope", ""),
        tuple(_field(one["name"], one["schema"], one["required"], 0) for one in operation["parameters"]),
        tuple(_fields(sent, schemas)) if sent else (),
        tuple(_fields(told, schemas)) if told else (),
        tuple((str(status), ANSWERS[str(status)]) for status in sorted(operation["responses"], key=str)),
        tuple((code, _both(words)) for code, words in operation["x-codes"].items()),
        operation["x-curl"].replace("{base}", base),
    )


def _fields(schema: Node, schemas: Node, depth: int = 0, inside: tuple[str, ...] = ()) -> Iterator[FieldShown]:
    """The fields of a form and of those in it; texts in both languages are one field, and a form inside itself is not opened again."""
    name = _named(schema)
    if name is None or name in inside or name == "Words":
        return
    form = schemas[name]
    for key, inner in form.get("properties", {}).items():
        yield _field(key, inner, key in form.get("required", ()), depth)
        yield from _fields(inner, schemas, depth + 1, (*inside, name))


def _field(name: str, schema: Node, required: bool, depth: int) -> FieldShown:
    return FieldShown(name, _kind(schema), _both(schema["x-said"]) if "x-said" in schema else None, required, depth)


def _named(schema: Node) -> str | None:
    """The form that a field holds, alone, in a list or by name."""
    if "$ref" in schema:
        return str(schema["$ref"]).rpartition("/")[2]
    parts = [
        *schema.get("anyOf", ()),
        *schema.get("allOf", ()),
        *(inner for key in ("items", "additionalProperties") if isinstance(inner := schema.get(key), dict)),
    ]
    return next((found for part in parts if (found := _named(part)) is not None), None)


def _kind(schema: Node) -> str:
    """The type of a field, as programs say it."""
    if "$ref" in schema:
        return str(schema["$ref"]).rpartition("/")[2]
    if "enum" in schema:
        return " | ".join(json.dumps(value, ensure_ascii=False) for value in schema["enum"])
    if "anyOf" in schema:
        return " | ".join(dict.fromkeys(_kind(part) for part in schema["anyOf"]))
    if schema.get("type") == "array":
        return f"[{_kind(schema['items'])}]" if "items" in schema else "[...]"
    if schema.get("type") == "object" and isinstance(schema.get("additionalProperties"), dict):
        return f"{{...: {_kind(schema['additionalProperties'])}}}"
    kind = schema.get("format") or schema.get("type", "any")
    return " | ".join(kind) if isinstance(kind, list) else str(kind)


def _both(words: dict[str, str]) -> Both:
    return Both(words["en"], words["zh"])
