"""The pack format as JSON Schema, generated from the records."""

from __future__ import annotations

from typing import Any

from huiqi.facts.schema import SchemaRecord
from huiqi.rules.records import AMOUNT_FORMS, CaseRecord, CoreRecord, Indicator, LinkRecord, PackRecord, PolicyRecord, RegisterEntry
from huiqi.vocabulary.record import Record

_CONDITION = {
    "description": "one atomic test, or a group of them",
    "anyOf": [
        {"type": ["string", "boolean"]},
        {
            "type": "object",
            "required": ["test"],
            "additionalProperties": False,
            "properties": {
                "test": {"type": "string"},
                "clause": {"type": "string"},
                "say": {"$ref": "#/$defs/Words"},
                "source": {"$ref": "#/$defs/Source"},
            },
        },
        *(
            {
                "type": "object",
                "required": [kind, *(["of"] if kind == "at_least" else [])],
                "additionalProperties": False,
                "properties": {
                    kind: {"type": "integer"} if kind == "at_least" else {"type": "array", "minItems": 1, "items": {"$ref": "#/$defs/Condition"}},
                    **({"of": {"type": "array", "minItems": 1, "items": {"$ref": "#/$defs/Condition"}}} if kind == "at_least" else {}),
                    "clause": {"type": "string"},
                    "label": {"$ref": "#/$defs/Words"},
                },
            }
            for kind in ("all", "any", "none", "at_least")
        ),
    ],
}


def schemas() -> dict[str, dict[str, Any]]:
    """A schema for each kind of file: pack, policy, core, facts, cases, register, indicators, links."""
    kinds: dict[str, type[Record]] = {"pack": PackRecord, "policy": PolicyRecord, "core": CoreRecord, "facts": SchemaRecord}
    found = {name: _complete(kind.model_json_schema()) for name, kind in kinds.items()}
    lists: dict[str, type[Record]] = {"cases": CaseRecord, "register": RegisterEntry, "indicators": Indicator, "links": LinkRecord}
    for name, kind in lists.items():
        item = _complete(kind.model_json_schema())
        definitions = item.pop("$defs")
        found[name] = {"$schema": item.pop("$schema"), "type": "array", "items": item, "$defs": definitions}
    return found


def _complete(schema: dict[str, Any]) -> dict[str, Any]:
    """The parts whose form the readers decide are filled in where they are used."""
    definitions = schema.setdefault("$defs", {})
    used: set[str] = set()
    _refer(schema, used)
    if "Condition" in used:
        definitions["Condition"] = _CONDITION
    if "Amount" in used:
        forms = []
        for form in dict.fromkeys(AMOUNT_FORMS.values()):
            made = form.model_json_schema()
            definitions.update(made.pop("$defs", {}))
            forms.append(made)
        definitions["Amount"] = {"description": "what is given", "anyOf": [{"type": ["string", "number"]}, *forms]}
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}


def _refer(node: Any, used: set[str]) -> None:
    if isinstance(node, dict):
        form = node.pop("x-form", None)
        if form is not None:
            used.add(form)
            node.clear()
            node["$ref"] = f"#/$defs/{form}"
        for value in node.values():
            _refer(value, used)
    elif isinstance(node, list):
        for value in node:
            _refer(value, used)
