"""A small schema, a few places, and registries made from text."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest

from huiqi.facts.registry import Registry, open_registry
from huiqi.facts.schema import Schema, read_codes, read_schema
from huiqi.vocabulary.place import Place, Places
from huiqi.vocabulary.problem import Problem, errors
from huiqi.vocabulary.record import words
from huiqi.vocabulary.source import Text

FACTS = """
subject: enterprise
born: established
facts:
  name: {type: text, label: {en: Name, zh: 名称}, question: {en: Name, zh: 名称}}
  place: {type: place, label: {en: Place, zh: 所在地}, question: {en: Where, zh: 在哪里}}
  established: {type: date, label: {en: Established, zh: 成立日期}, question: {en: When, zh: 何时}}
  listed_on: {type: date, optional: "true", label: {en: Listed on, zh: 上市日期}, question: {en: When, zh: 何时}}
  listed: {type: flag, label: {en: Listed, zh: 已上市}, question: {en: Listed, zh: 是否上市}}
  industry: {type: category, codes: industry, label: {en: Industry, zh: 行业}, question: {en: Which, zh: 哪个}}
  grade: {type: category, codes: grade, optional: "true", label: {en: Grade, zh: 等级}, question: {en: Which, zh: 哪个}}
  capital: {type: money, label: {en: Registered capital, zh: 注册资本}, question: {en: How much, zh: 多少}}
  land: {type: number, unit: 亩, range: [0, ], label: {en: Land, zh: 用地}, question: {en: How much, zh: 多少}}
  revenue: {type: money, period: year, label: {en: Operating revenue, zh: 营业收入}, question: {en: "How much in {year}", zh: "{year}年多少"}}
  net_profit: {type: money, period: year, range: ["", ""], label: {en: Net profit, zh: 净利润}, question: {en: "How much in {year}", zh: "{year}年多少"}}
  employees: {type: count, period: year, unit: 人, label: {en: Employees, zh: 从业人员}, question: {en: "How many in {year}", zh: "{year}年多少"}}
  rd_share: {type: share, period: year, label: {en: Research share, zh: 研发占比}, question: {en: "What in {year}", zh: "{year}年多少"}}
  audited: {type: flag, period: year, label: {en: Audited, zh: 已审计}, question: {en: "Was it in {year}", zh: "{year}年是否"}}
"""
ABOUT = """
title: {en: Three firms, zh: 三家企业}
made_up: true
source: {en: Tax office, zh: 税务局}
observed_on: 2024-01-31
recorded_on: 2024-02-15
verified: true
"""


@pytest.fixture(scope="session")
def schema(tmp_path_factory: pytest.TempPathFactory) -> Schema:
    folder = tmp_path_factory.mktemp("facts")
    (folder / "codes").mkdir()
    (folder / "codes" / "industry.prefix.csv").write_text(
        "code,parent,en,zh\nC,,Manufacturing,制造业\nC39,C,Electronics,电子\nI65,,Software,软件\n", "utf-8"
    )
    (folder / "codes" / "grade.csv").write_text("code,parent,en,zh\nA,,A,甲\nB,,B,乙\n", "utf-8")
    (folder / "enterprise.yaml").write_text(FACTS, "utf-8")
    codes, problems = read_codes(folder / "codes", "codes")
    found, faults = read_schema(folder / "enterprise.yaml", "enterprise.yaml", codes)
    assert not problems
    assert not faults
    assert found is not None
    return found


@pytest.fixture(scope="session")
def places() -> Places:
    def place(level: str, name: str, parent: str | None, code: str) -> Place:
        return Place.model_validate({"level": level, "label": words(name, name), "parent": parent and Text(parent, None), "code": Text(code, None)})

    return Places(
        {
            "cn-zj": place("province", "Zhejiang", None, "33"),
            "cn-zj-hangzhou-binjiang": place("district", "Binjiang", "cn-zj", "330108"),
            "cn-sh": place("province", "Shanghai", None, "31"),
        }
    )


Make = Callable[..., Path]


@pytest.fixture
def make(tmp_path: Path) -> Make:
    """Write a registry folder: `make(main=..., yearly=..., about=...)`, each text or bytes; None leaves the file out."""

    def write(main: str | bytes | None, yearly: str | bytes | None = None, about: str | None = ABOUT, folder: str = "three-firms") -> Path:
        (tmp_path / folder).mkdir(exist_ok=True)
        for name, text in (("enterprise.csv", main), ("enterprise_year.csv", yearly), ("registry.yaml", about)):
            if text is not None:
                (tmp_path / folder / name).write_bytes(text if isinstance(text, bytes) else text.encode())
        return tmp_path / folder

    return write


@pytest.fixture
def opened(make: Make, schema: Schema, places: Places) -> Callable[..., Registry]:
    """An opened registry that has no problems."""

    def open_(main: str | bytes, yearly: str | bytes | None = None, about: str = ABOUT) -> Registry:
        registry, problems = open_registry(make(main, yearly, about), schema, places)
        assert problems == []
        assert registry is not None
        return registry

    return open_


@pytest.fixture
def faults(make: Make, schema: Schema, places: Places) -> Callable[..., list[str]]:
    """What is wrong with a registry that cannot be opened, as `place: code`."""

    def told(main: str | bytes | None, yearly: str | bytes | None = None, about: str | None = ABOUT) -> list[str]:
        registry, problems = open_registry(make(main, yearly, about), schema, places)
        assert registry is None
        assert errors(problems)
        return [short(problem) for problem in problems]

    return told


def short(problem: Problem) -> str:
    return f"{str(problem.where).removeprefix('three-firms/')}: {problem.code}"


@pytest.fixture(scope="session")
def shared() -> SimpleNamespace:
    """The shared packs and, where it is at hand, the data that is not part of the repository."""
    root = Path(__file__).parents[2]
    data = Path(os.environ.get("HUIQI_SHARED", root.parent / "shared")) / "data"
    return SimpleNamespace(packs=root / "packs", examples=root / "examples", data=data)
