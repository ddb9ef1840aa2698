"""Reforms: what a draft changes in a pack's texts, and what is told where it cannot."""

from __future__ import annotations

import datetime
from pathlib import Path

import pytest

import arbitrary
from huiqi.revision.reform import read_reform, reformed
from huiqi.rules.check import check_library
from huiqi.rules.fingerprint import fingerprint
from huiqi.rules.library import Library, read_library
from huiqi.vocabulary.problem import Problem, errors

POLICY = """
definitions:
  top: {values: {2020-01-01: 20%}, clause: 零, label: {en: Top share, zh: 最高比例}}
measures:
  award:
    kind: grant
    title: {en: Award, zh: 奖励}
    clause: 一
    eligible:
      all:
        - revenue >= 1000万元
        - {test: listed, clause: 一（一）}
    amount: {rate: top, of: expense, cap: 50万元}
  rent: {kind: rent_aid, title: {en: Rent aid, zh: 租金补贴}, clause: 二, amount: 10万元}
"""
CORE = """
title: {en: Core, zh: 总政策}
document: 测试
issuer: {en: Nobody, zh: 无}
first_day: 2020-01-01
source: {kind: illustrative, note: {en: made up, zh: 虚构}}
cumulation:
  - {highest: [award, rent], clause: 九, label: {en: The highest, zh: 从高}}
"""
HEAD = "reform: draft\ntitle: {en: Draft, zh: 草案}\npack: p\nchanges:\n"


@pytest.fixture
def library(tmp_path: Path) -> Library:
    found, problems = read_library(["p"], arbitrary.packs_folder(tmp_path, POLICY, core=CORE))
    assert found is not None
    assert not errors(problems)
    return found


def draft(library: Library, tmp_path: Path, *changes: str) -> tuple[Library | None, list[Problem]]:
    path = tmp_path / "draft.yaml"
    path.write_text(HEAD + "".join(f"  - {change}\n" for change in changes), encoding="utf-8")
    reform, problems = read_reform(path, "draft.yaml")
    return (None, problems) if reform is None else reformed(library, reform)


def after(library: Library, tmp_path: Path, *changes: str) -> Library:
    made, problems = draft(library, tmp_path, *changes)
    assert made is not None, problems
    assert not errors(check_library(made)), check_library(made)
    return made


def fingerprints(library: Library) -> dict[str, str]:
    rules = library.rules(datetime.date(2024, 6, 30))
    return {measure.key: fingerprint(measure, rules) for measure in rules.measures}


def changed(before: Library, now: Library) -> set[str]:
    """The measures whose outcome can differ, and those that are only in one."""
    one, other = fingerprints(before), fingerprints(now)
    return {key for key in {*one, *other} if one.get(key) != other.get(key)}


@pytest.mark.parametrize(
    ("change", "touched"),
    [
        ("{in: a-1, set: measures/award/amount/cap, to: 80万元}", {"award"}),
        ("{in: a-1, set: definitions/top/values/2020-01-01, to: 25%}", {"award"}),
        ("{in: a-1, add: definitions/top/values/2024-01-01, to: 25%}", {"award"}),
        ("{in: a-1, set: [measures, award, eligible, all, revenue >= 1000万元], to: revenue >= 500万元}", {"award"}),
        ("{in: a-1, drop: measures/award/eligible/all/listed}", {"award"}),
        ("{in: a-1, drop: measures/award/eligible/all/1}", {"award"}),
        ("{in: a-1, set: measures/rent/title/en, to: Rent support}", set()),
        ("{in: a-1, add: measures/prize, to: {kind: grant, title: {en: Prize, zh: 奖金}, clause: 三, amount: 1万元}}", {"prize"}),
        ("{in: p/a-1, set: measures/rent/amount, to: unpublished}", {"rent"}),
    ],
)
def test_a_change_touches_what_it_says(library: Library, tmp_path: Path, change: str, touched: set[str]) -> None:
    assert changed(library, after(library, tmp_path, change)) == touched


def test_a_stacking_rule_is_added_and_dropped(library: Library, tmp_path: Path) -> None:
    made = after(
        library,
        tmp_path,
        "{in: core, drop: cumulation/1}",
        "{in: core, add: cumulation, to: {cap: 20万元, over: all, clause: 九, label: {en: At most, zh: 封顶}}}",
    )
    (core,) = [document.record for document in made.documents if document.policy == "core"]
    assert [str(rule.cap) for rule in core.cumulation] == ["20万元"]  # type: ignore[union-attr]


def test_a_dropped_measure_is_missed_where_a_rule_names_it(library: Library, tmp_path: Path) -> None:
    made, problems = draft(library, tmp_path, "{in: a-1, drop: measures/rent}")
    assert made is not None
    assert not problems
    assert [(p.code, p.where.file) for p in errors(check_library(made))] == [("check.stacking", "packs/p/core.yaml")]


def test_a_new_document_and_a_new_link(library: Library, tmp_path: Path) -> None:
    document = (
        "document: {policy: b, edition: '1', title: {en: B, zh: 乙}, document: 草, issuer: {en: N, zh: 无}, first_day: 2024-01-01, "
        "source: {kind: illustrative, note: {en: made up, zh: 虚构}}, measures: {loan-aid: {kind: grant, title: {en: L, zh: 贷}, clause: 一, amount: 5万元}}}"
    )
    assert changed(library, after(library, tmp_path, document)) == {"loan-aid"}
    link = (
        "link: {from: zj, to: [bj], label: {en: L, zh: 联}, document: 草, clause: 一, first_day: 2024-01-01, "
        "source: {kind: illustrative, note: {en: made up, zh: 虚构}}}"
    )
    assert len(after(library, tmp_path, link).common.links) == len(library.common.links) + 1


def test_what_is_wrong_with_a_changed_line_is_told_in_the_reform(library: Library, tmp_path: Path) -> None:
    made, _ = draft(library, tmp_path, "{in: a-1, set: measures/award/amount/cap, to: 80}")
    assert made is not None
    (problem,) = errors(check_library(made))
    assert problem.where.file == "draft.yaml"
    assert problem.where.line == 5


def test_the_packs_content_is_another(library: Library, tmp_path: Path) -> None:
    made = after(library, tmp_path, "{in: a-1, set: measures/award/amount/cap, to: 80万元}")
    assert made.packs[0].content_hash != library.packs[0].content_hash


@pytest.mark.parametrize(
    ("change", "code", "said"),
    [
        ("{in: a-1, set: measures/award/amount/capp, to: 1元}", "reform.path", "there is no capp here"),
        ("{in: a-1, set: measures/award/amount/cap/x, to: 1元}", "reform.path", "leads nowhere"),
        ("{in: a-1, drop: measures/award/eligible/all/3}", "reform.path", "the list has no item 3"),
        ("{in: a-1, add: measures/award, to: {}}", "reform.path", "award is there already"),
        ("{in: a-2, drop: measures/award}", "reform.document", "p has no text a-2"),
        ("{in: q/a-1, drop: measures/award}", "pack.not-found", "there is no pack q here"),
        ("{in: a-1, set: measures/award/amount/cap}", "reform.form", "set does not say to what"),
        ("{in: a-1, drop: measures/award, to: 1}", "reform.form", "`to` says nothing beside drop"),
        ("{set: measures/award/amount/cap, to: 1元}", "reform.form", "does not say in which text"),
        ("{in: a-1}", "reform.form", "a change does one thing; here is none"),
        ("{in: a-1, drop: x, add: y, to: 1}", "reform.form", "here is add and drop"),
        ("{in: a-1, drop: {x: 1}}", "reform.form", "drop is a path of keys"),
        ("{in: a-1, document: {policy: b}}", "reform.form", "stands in no other text"),
        ("{in: a-1, set: measures/award/amount/rat, to: 1%}", "reform.path", "there is no rat here"),
        ("{in: a-1, set: measures/award/amounts, to: 1元}", "reform.path", "there is no amounts here"),
    ],
)
def test_a_change_that_cannot_be_made_is_told(library: Library, tmp_path: Path, change: str, code: str, said: str) -> None:
    made, problems = draft(library, tmp_path, change)
    assert made is None
    assert [problem.code for problem in errors(problems)] == [code]
    assert said in problems[0].message
    assert problems[0].where.file == "draft.yaml"
    assert problems[0].hint


def test_a_change_to_what_stands_there_is_idle(library: Library, tmp_path: Path) -> None:
    made, problems = draft(library, tmp_path, "{in: a-1, set: measures/award/amount/cap, to: 50万元}")
    assert made is not None
    assert [(problem.code, problem.severity) for problem in problems] == [("reform.idle", "warning")]


def test_an_unknown_key_that_is_set_is_told_at_its_record(library: Library, tmp_path: Path) -> None:
    made, problems = draft(library, tmp_path, "{in: a-1, add: measures/award/colour, to: red}")
    assert made is None
    assert [problem.code for problem in problems] == ["record.unknown-key"]


def test_a_reform_of_a_pack_that_was_not_read(library: Library, tmp_path: Path) -> None:
    path = tmp_path / "draft.yaml"
    path.write_text("reform: d\ntitle: {en: D, zh: 草}\npack: pp\nchanges: [{in: a-1, drop: x}]\n", encoding="utf-8")
    reform, problems = read_reform(path, "draft.yaml")
    assert reform is not None, problems
    made, problems = reformed(library, reform)
    assert made is None
    assert [(p.code, p.hint) for p in problems] == [("pack.not-found", "did you mean p?")]
