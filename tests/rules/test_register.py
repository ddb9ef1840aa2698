"""Registers and indicators: what is told of a faultless one is in tests/bad/; here what is no fault."""

from __future__ import annotations

from pathlib import Path

import pytest

import arbitrary
from huiqi.rules.check import check_library
from huiqi.rules.library import read_library
from huiqi.vocabulary.problem import Problem

SOURCE = "source: {kind: copy, note: {en: read, zh: 阅}}"


def problems(folder: Path, **files: str) -> list[Problem]:
    """What is wrong with a pack of one text and these lists."""
    packs = arbitrary.packs_folder(folder, "measures: {}")
    for name, text in files.items():
        (packs / "p" / f"{name}.yaml").write_text(text, encoding="utf-8")
    library, faults = read_library([packs / "p"])
    assert library is not None, faults
    return check_library(library)


def entry(more: str, state: str = "encoded") -> str:
    return f"- {{document: 测试, title: {{en: A, zh: 甲}}, role: special, state: {state}, {SOURCE}{more}}}\n"


def indicator(id: str, *values: str, more: str = "", period: str = "2023") -> str:
    given = ", ".join(f"{{value: {value}, {SOURCE}}}" for value in values)
    return f'- {{indicator: {id}, place: bj, period: "{period}", label: {{en: Output, zh: 产值}}, values: [{given}]{more}}}\n'


def codes(found: list[Problem]) -> list[str]:
    return [problem.code for problem in found]


def test_a_pack_need_not_have_a_register(tmp_path: Path) -> None:
    assert problems(tmp_path) == []


def test_a_register_names_every_text(tmp_path: Path) -> None:
    assert problems(tmp_path, register=entry(", policies: [a-1]") + entry("", "listed")) == []
    found = problems(tmp_path, register=entry("", "listed"))
    assert [(problem.code, problem.severity) for problem in found] == [("register.missing", "warning")]
    assert found[0].where.file == "packs/p/special/a.yaml"


def test_the_core_policy_is_called_core(tmp_path: Path) -> None:
    core = f"title: {{en: One, zh: 一}}\ndocument: 甲\nissuer: {{en: Nobody, zh: 无}}\nfirst_day: 2018-01-01\n{SOURCE}\n"
    assert problems(tmp_path, core=core, register=entry(", policies: [a-1, core]")) == []
    assert codes(problems(tmp_path, core=core, register=entry(", policies: [a-1]"))) == ["register.missing"]


def test_a_text_that_could_not_be_read_is_told_once(tmp_path: Path) -> None:
    packs = arbitrary.packs_folder(tmp_path, "measures: {}")
    text = packs / "p" / "special" / "a.yaml"
    text.write_text(text.read_text(encoding="utf-8").replace("document: 测试\n", ""), encoding="utf-8")
    (packs / "p" / "register.yaml").write_text(entry(", policies: [a-1]"), encoding="utf-8")
    library, _ = read_library([packs / "p"])
    assert library is not None
    assert codes(check_library(library)) == ["record.missing-key"]


def test_sources_may_differ(tmp_path: Path) -> None:
    assert problems(tmp_path, indicators=indicator("output", "1050亿元", "1088.9亿元") + indicator("output", "-3.5%", period="2024")) == []


@pytest.mark.parametrize("whole", ["10亿元", "10.5亿元", "11亿元"])
def test_one_choice_of_values_that_adds_up_is_enough(tmp_path: Path, whole: str) -> None:
    """4 or 4.5, and 6 or 6.5: their sums are 10, 10.5 and 11."""
    parts = indicator("industry", "4亿元", "4.5亿元") + indicator("services", "6亿元", "6.5亿元")
    assert problems(tmp_path, indicators=indicator("output", whole, more=", sum_of: [industry, services]") + parts) == []


def test_a_sum_to_the_fen(tmp_path: Path) -> None:
    parts = indicator("industry", "4亿元") + indicator("services", "6亿元")
    found = problems(tmp_path, indicators=indicator("output", "1000000000.01元", more=", sum_of: [industry, services]") + parts)
    assert codes(found) == ["indicator.sum"]
    assert found[0].message == "4亿元 + 6亿元 does not come to 1000000000.01元"


@pytest.mark.parametrize("more", [", about: true", ", at_least: true"])
def test_what_is_rounded_cannot_be_added(tmp_path: Path, more: str) -> None:
    whole = indicator("output", "10亿元", more=", sum_of: [industry, services]")
    parts = indicator("industry", "4.1亿元", more=more) + indicator("services", "6亿元")
    assert problems(tmp_path, indicators=whole + parts) == []


def test_a_part_is_of_the_same_period(tmp_path: Path) -> None:
    whole = indicator("output", "10亿元", more=", sum_of: [industry]")
    assert codes(problems(tmp_path, indicators=whole + indicator("industry", "10亿元", period="2022"))) == ["indicator.unknown-part"]
