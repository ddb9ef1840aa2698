"""The packs that come with huiqi: their texts are faultless and every worked case holds."""

from __future__ import annotations

import pytest

from huiqi.rules.cases import run_cases
from huiqi.rules.check import check_library
from huiqi.rules.library import packs_folder, read_library
from huiqi.vocabulary.problem import errors

PACKS = sorted(path.parent.name for path in packs_folder().glob("*/pack.yaml"))
LIBRARY, READING = read_library(PACKS)
assert LIBRARY is not None
PROBLEMS = check_library(LIBRARY)

#: What the fair-competition review bears on: rewards by the tax that stays with the district, and support for moving in.
FLAGGED = {
    ("cn-sh", "establishment-aid"),
    ("cn-sh", "operating-reward"),
    ("cn-sh", "rent-aid"),
    ("cn-sh-hongqiao", "comprehensive-headquarters"),
    ("cn-sh-hongqiao", "functional-headquarters"),
    ("cn-sh-hongqiao", "project-support"),
    ("cn-sh-yangpu", "riverside-subsidy"),
    ("cn-zj-shaoxing-yuecheng", "headquarters-stay"),
}


def test_texts_have_no_problems_but_what_the_review_flags() -> None:
    assert errors(PROBLEMS) == []
    assert [str(problem) for problem in PROBLEMS if problem.code != "check.review"] == []
    assert {(problem.where.file.split("/")[1], problem.message.partition(":")[0]) for problem in PROBLEMS} == FLAGGED


@pytest.mark.parametrize("pack", LIBRARY.packs, ids=lambda pack: pack.id)
def test_every_case_holds(pack) -> None:  # type: ignore[no-untyped-def]
    verdicts, problems = run_cases(LIBRARY, (pack,))
    assert problems == []
    assert [(str(v.where), v.name, v.found) for v in verdicts] == [(str(v.where), v.name, v.expected) for v in verdicts]


def test_every_pack_has_cases_and_a_register() -> None:
    assert {pack.id for pack in LIBRARY.packs if len(pack.cases) >= 5} == set(PACKS)
    assert {pack.id for pack in LIBRARY.packs if pack.register} == set(PACKS)


def test_every_document_says_where_it_is_from() -> None:
    for document in LIBRARY.documents:
        assert document.source.note.en.strip()
        assert document.source.note.zh.strip()
