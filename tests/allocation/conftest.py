"""A pack with a fund, a registry of a few firms, and rounds written as an office would write them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

import arbitrary
from huiqi.allocation.budget.round import Round, read_round
from huiqi.rules.compile import Rules
from huiqi.vocabulary.problem import Problem

CORE = """
title: {en: Core, zh: 总政策}
document: 测试
issuer: {en: Nobody, zh: 无}
first_day: 2020-01-01
source: {kind: illustrative, note: {en: made up, zh: 虚构}}
funds:
  industry: {title: {en: Industry fund, zh: 产业资金}, clause: 第一条}
  talent: {title: {en: Talent fund, zh: 人才资金}, clause: 第一条, yearly: 100万元}
"""
POLICY = """
measures:
  grant:
    title: {en: Grant, zh: 补助}
    clause: 第二条
    kind: grant
    fund: industry
    eligible: honest
    amount: {rate: 10%, of: expense, cap: 100万元}
    pays: [60% on publicity, 40% on acceptance]
  secret:
    title: {en: Secret, zh: 未公开}
    clause: 第三条
    kind: grant
    fund: industry
    eligible: listed
    amount: unpublished
  other:
    title: {en: Other, zh: 其他}
    clause: 第四条
    kind: grant
    fund: talent
    eligible: honest
    amount: 5万元
"""
ROUND = """
round: r1
title: {en: Round, zh: 轮次}
fund: industry
year: 2024
measures: [grant]
money: 100万元
places: 3
by: rank
rank: [staff, lowest established]
ties: none
edge: stop
"""


@pytest.fixture
def rules(tmp_path: Path) -> Rules:
    return arbitrary.rules_of(arbitrary.packs_folder(tmp_path, POLICY, core=CORE))


Reading = Callable[..., tuple[Round | None, list[Problem]]]


@pytest.fixture
def reading(tmp_path: Path, rules: Rules) -> Reading:
    """Reads a round; `changes` are lines in the place of those that begin with the same key, None takes one out, `more` is added."""

    def read(changes: dict[str, str | None] | None = None, more: str = "") -> tuple[Round | None, list[Problem]]:
        lines = []
        for line in ROUND.strip().splitlines():
            key = line.partition(":")[0]
            if key not in (changes or {}):
                lines.append(line)
            elif (new := (changes or {})[key]) is not None:
                lines.append(f"{key}: {new}")
        path = tmp_path / "round.yaml"
        path.write_text("\n".join(lines) + "\n" + more, encoding="utf-8")
        return read_round(path, rules, arbitrary.AS_OF)

    return read
