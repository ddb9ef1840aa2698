"""The whole review: its order, its files, and what it makes of registries that say little."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

import arbitrary
import huiqi
from huiqi.revision.review import material as module
from huiqi.revision.review.finding import Finding, ranked
from huiqi.revision.review.review import CHECKS, KINDS, Review, review
from huiqi.revision.review.write import write_review
from huiqi.vocabulary.problem import Where
from huiqi.vocabulary.speech import Both
from portfolios import firms, grant, portfolio, stacked

MEASURES = [
    grant("a", "staff >= 10", "3万元"),
    grant("b", "staff >= 5", "8万元"),
    grant("c", "staff >= 500", "9万元"),
    grant("d", "listed", "unpublished"),
]


def reviewed(folder: Path, count: int = 40) -> Review:
    main, years = firms(count, staff=lambda n: n, listed=lambda n: None if n < 3 else True)
    made = portfolio(folder, MEASURES, main, years, core=stacked("highest: [a, b]"))
    return review(made.rules, made.registry, arbitrary.AS_OF)


def one(money: tuple[int, int | None], firms: int = 0, line: int = 1) -> Finding:
    return Finding("overlap", ("p/a/a",), "", Both("", ""), Both("", ""), Where("f", line), money, firms)


def test_by_money_then_by_firms_then_as_they_stand() -> None:
    order = [one((5, 5)), one((3, 9)), one((3, None), 7), one((0, 8)), one((0, None), 4), one((0, 0), 2), one((0, 0), 0, 3), one((0, 0), 0, 4)]
    assert ranked(reversed(order)) == order


def test_every_kind_has_a_name(tmp_path: Path) -> None:
    found = reviewed(tmp_path)
    kinds = {finding.kind for finding in found.findings}
    assert {"unreachable", "dominated", "cancelled", "unknown-fact"} <= kinds <= set(KINDS)
    assert list(found.findings) == ranked(found.findings)
    assert huiqi.review is review


def test_the_files_hold_every_finding(tmp_path: Path) -> None:
    found = reviewed(tmp_path)
    write_review(tmp_path / "out", found, {"note": "made up"})
    told = json.loads((tmp_path / "out" / "review.json").read_text(encoding="utf-8"))
    rows = list(csv.DictReader((tmp_path / "out" / "findings.csv").read_text(encoding="utf-8").splitlines()))
    assert len(told["findings"]) == len(rows) == len(found.findings)
    assert (told["subjects"], told["note"], len(told["measures"])) == (40, "made up", 4)
    assert [row["kind"] for row in rows] == [finding.kind for finding in found.findings]
    assert rows[0]["what_zh"] == found.findings[0].what.zh
    assert (tmp_path / "out" / "visits.csv").read_text(encoding="utf-8").startswith("subject,measure,")


def test_in_blocks_of_any_size_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = reviewed(tmp_path).findings
    monkeypatch.setattr(module, "ROWS", 7)
    monkeypatch.setattr(module, "STRETCH", 16)
    assert reviewed(tmp_path / "again").findings == whole


def test_checks_on_their_own_say_the_same(tmp_path: Path) -> None:
    found = reviewed(tmp_path)
    alone = module.material_of(found.material.rules, found.material.registry, arbitrary.AS_OF)
    assert ranked(finding for check in CHECKS for finding in check(alone)) == list(found.findings)


def test_an_empty_registry(tmp_path: Path) -> None:
    made = portfolio(tmp_path, [*MEASURES, grant("e", "{all: [staff >= 5, staff < 3]}")], ["id,place,listed"], core=stacked("highest: [a, b]"))
    found = review(made.rules, made.registry, arbitrary.AS_OF)
    assert [(finding.kind, finding.measures) for finding in found.findings] == [("unreachable", ("p/a/e",))]


def test_a_registry_of_which_nothing_is_known(tmp_path: Path) -> None:
    made = portfolio(tmp_path, MEASURES, ["id", *(f"f{n}" for n in range(30))], core=stacked("highest: [a, b]"))
    kinds = {finding.kind for finding in review(made.rules, made.registry, arbitrary.AS_OF).findings}
    assert kinds <= {"unknown-fact", "dominated"}


def test_a_pack_without_amounts(tmp_path: Path) -> None:
    recognition = "  r: {title: {en: R, zh: 认定}, clause: 一, kind: recognition, eligible: staff >= 5}"
    made = portfolio(tmp_path, [recognition], *firms(20, staff=lambda n: n))
    assert all(finding.money == (0, 0) for finding in review(made.rules, made.registry, arbitrary.AS_OF).findings)


def test_only_the_packs_that_are_asked_for(tmp_path: Path) -> None:
    found = reviewed(tmp_path)
    assert not review(found.material.rules, found.material.registry, arbitrary.AS_OF, packs=["another"]).findings
