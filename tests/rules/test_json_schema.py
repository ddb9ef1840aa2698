"""The JSON Schema for editors accepts every shipped pack, and shows the faults that it can show."""

from __future__ import annotations

import re
from typing import Any

import jsonschema
import pytest
import yaml

from huiqi.rules.json_schema import schemas
from huiqi.rules.library import packs_folder

SCHEMAS = schemas()
PACKS = packs_folder()


class AsEditorsRead(yaml.SafeLoader):
    """YAML 1.2: a day is text, and only true and false are booleans."""


AsEditorsRead.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if not tag.endswith(("timestamp", "bool"))]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
AsEditorsRead.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile(r"(true|false)\Z"), list("tf"))


def kind_of(path: Any) -> str:
    if path.parent == PACKS / "facts" or path.name == "facts.yaml":
        return "facts"
    return {"special": "policy", "cases": "cases"}.get(path.parent.name, path.stem)


FILES = sorted([*PACKS.glob("facts/*.yaml"), *PACKS.glob("*/*.yaml"), *PACKS.glob("*/special/*.yaml"), *PACKS.glob("*/cases/*.yaml")])


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(PACKS)))
def test_shipped_files_fit(path: Any) -> None:
    jsonschema.validate(yaml.load(path.read_text(encoding="utf-8"), AsEditorsRead), SCHEMAS[kind_of(path)], jsonschema.Draft202012Validator)


@pytest.mark.parametrize("name", SCHEMAS)
def test_each_is_a_schema(name: str) -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMAS[name])


@pytest.mark.parametrize(
    "fault",
    [
        {"kind": "gift"},
        {"eligible": {"both": ["a", "b"]}},
        {"amount": {"rate": "10%"}},
        {"title": {"en": "only English"}},
        {"clauses": "第一条"},
    ],
    ids=str,
)
def test_faults_show_while_one_types(fault: dict[str, Any]) -> None:
    measure: dict[str, Any] = {
        "kind": "grant",
        "title": {"en": "A", "zh": "甲"},
        "clause": "第一条",
        "eligible": {"all": ["listed"]},
        "amount": "5万元",
    }
    policy = {
        "policy": "p", "edition": 2024, "title": {"en": "P", "zh": "政策"}, "document": "甲〔2024〕1号", "issuer": {"en": "I", "zh": "某区"},
        "first_day": "2024-01-01", "source": {"kind": "copy", "note": {"en": "n", "zh": "注"}}, "measures": {"m": measure},
    }  # fmt: skip
    validator = jsonschema.Draft202012Validator(SCHEMAS["policy"])
    assert validator.is_valid(policy)
    measure.update(fault)
    assert not validator.is_valid(policy)
