"""Texts that judge other texts: what a review flags, from which day, and how `check` tells it."""

import datetime

import pytest

import arbitrary
from huiqi.rules.check import check_library
from huiqi.rules.library import read_library
from huiqi.rules.review import flagged
from worked import PACK, SHARED, write

FACTS = (
    arbitrary.FACTS
    + """
  tax: {type: money, period: year, concerns: [local_tax], label: {en: District tax, zh: 地方贡献}, question: {en: "In {year}", zh: "{year}年"}}
  moved: {type: flag, concerns: [relocation], label: {en: Moved in, zh: 迁入}, question: {en: Has it, zh: 是否}}
"""
)
REVIEW = """
reviews:
  fair:
    title: {en: Fair competition, zh: 公平竞争审查}
    clause: 十
    flags:
      - {concerns: local_tax, in: amount, clause: 十, say: {en: no reward by tax, zh: 不得按税收奖补}}
      - {concerns: relocation, in: eligible, clause: 九, say: {en: no moving in, zh: 不得要求迁入}}
"""
MEASURES = """
definitions:
  half: {value: tax / 2, label: {en: Half, zh: 一半}}
measures:
  plain: {title: {en: M1, zh: 措施一}, clause: 一, kind: grant, eligible: tax >= 5元, amount: 5元}
  linked: {title: {en: M2, zh: 措施二}, clause: 二, kind: grant, amount: {rate: 10%, of: half}}
  movers: {title: {en: M3, zh: 措施三}, clause: 三, kind: grant, eligible: moved, amount: 5元}
"""


@pytest.fixture
def library(tmp_path):
    review = arbitrary.POLICY.format(policy="review").replace("2020-01-01", "2024-08-01") + REVIEW
    files = SHARED | PACK | {
        "facts/enterprise.yaml": FACTS,
        "p/special/a.yaml": arbitrary.POLICY.format(policy="a") + MEASURES,
        "p/special/review.yaml": review,
    }  # fmt: skip
    found, problems = read_library([write(tmp_path / "packs", files) / "p"])
    assert problems == []
    return found


def test_a_review_flags_by_date_what_amounts_and_eligibility_rest_on(library):
    before, after = (library.rules(datetime.date(2024, month, 1)) for month in (7, 8))
    assert flagged(before) == []
    assert {(f.measure.key, f.fact.id, f.part) for f in flagged(after)} == {("linked", "tax", "amount"), ("movers", "moved", "eligible")}


def test_what_names_its_legal_basis_is_not_flagged(library, tmp_path):
    path = tmp_path / "packs" / "p" / "special" / "a.yaml"
    path.write_text(
        path.read_text(encoding="utf-8").replace("kind: grant, eligible: moved", "kind: grant, legal_basis: 法, eligible: moved"), encoding="utf-8"
    )
    found, _ = read_library([tmp_path / "packs" / "p"])
    assert {flag.measure.key for flag in flagged(found.rules(datetime.date(2024, 8, 1)))} == {"linked"}


def test_check_tells_each_flag_once_at_the_measure(library):
    found = [problem for problem in check_library(library) if problem.code == "check.review"]
    assert [(problem.severity, problem.where.line) for problem in found] == [("warning", 14), ("warning", 15)]
    assert "linked: the amount follows District tax (地方贡献), which concerns local tax; from 2024-08-01 on no reward by tax" in found[0].message
    assert all(problem.hint for problem in found)
