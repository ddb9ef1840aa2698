"""The packs that come with huiqi: their texts are faultless and every worked case holds."""

from __future__ import annotations

import pytest

from huiqi.rules.cases import read_case, run_case
from huiqi.rules.check import check_library
from huiqi.rules.library import packs_folder, read_library

PACKS = sorted(path.parent.name for path in packs_folder().glob("*/pack.yaml"))
LIBRARY, READING = read_library(PACKS)
assert LIBRARY is not None
CASES = [pytest.param(pack, record, id=f"{pack.id}: {record.case}") for pack in LIBRARY.packs for record in pack.cases]


def test_texts_have_no_problems() -> None:
    assert [str(problem) for problem in check_library(LIBRARY)] == []


@pytest.mark.parametrize(("pack", "record"), CASES)
def test_case(pack, record) -> None:  # type: ignore[no-untyped-def]
    case, problems = read_case(record, pack, LIBRARY)
    assert case is not None, problems
    verdicts, problems = run_case(case, LIBRARY.rules(case.law_on))
    assert not problems
    assert [(v.name, v.found) for v in verdicts] == [(v.name, v.expected) for v in verdicts]


def test_every_document_says_where_it_is_from() -> None:
    for document in LIBRARY.documents:
        assert document.source.note.en.strip()
        assert document.source.note.zh.strip()
