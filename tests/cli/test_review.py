"""huiqi review as a user meets it: what it prints in both languages, what it writes, what it refuses, how it ends."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import arbitrary
from commands import OnPack, Printed
from portfolios import firms, grant, stacked
from registries import write_registry

MEASURES = [grant("a", "staff >= 10", "3万元"), grant("b", "staff >= 5", "8万元"), grant("c", "staff >= 500", "9万元")]


@pytest.fixture
def place(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> OnPack:
    arbitrary.packs_folder(tmp_path, "measures:\n" + "\n".join(MEASURES) + "\n", core=stacked("highest: [a, b]"))
    write_registry(tmp_path / "registry", *firms(40, staff=lambda n: n))
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "150")
    return OnPack(tmp_path, capsys, monkeypatch)


def review(place: OnPack, *more: str, pack: str = "packs/p", registry: str = "registry") -> Printed:
    return place.huiqi("review", pack, "--registry", registry, "--as-of", "2024-06-30", *more)


def test_it_says_what_is_wrong_and_ends_with_three(place: OnPack) -> None:
    printed = review(place, "--out", "out")
    assert printed.status == 3, printed.err
    assert "3 measures over 40 firms (facts of 2024-06-30, law of 2024-06-30)" in printed.out
    assert "another one makes it superfluous 1" in printed.out
    said = " ".join(printed.out.split())
    assert "Grant a adds nothing beside Grant b" in said
    assert "packs/p/special/a.yaml" in printed.out
    assert {path.name for path in (place.folder / "out").iterdir()} >= {"review.json", "findings.csv", "visits.csv", "report.html"}
    told = json.loads((place.folder / "out" / "review.json").read_text(encoding="utf-8"))
    assert told["kinds"]["unreachable"] == 1


def test_it_says_so_in_chinese(place: OnPack) -> None:
    printed = review(place, "--lang", "zh")
    assert "3项措施，40家企业" in printed.out
    assert "被另一措施取代" in printed.out
    assert "条c" in printed.out
    assert " firms" not in printed.out


def test_where_nothing_is_wrong_it_ends_with_nought(place: OnPack) -> None:
    arbitrary.packs_folder(place.folder, "measures:\n" + grant("a", "listed") + "\n")
    write_registry(place.folder / "plain", *firms(40, listed=lambda n: n % 2 == 0))
    printed = review(place, registry="plain")
    assert printed.status == 0, printed.out
    assert "nothing was found" in printed.out


def test_what_is_about_firms_only_does_not_fail_a_build(place: OnPack) -> None:
    arbitrary.packs_folder(place.folder, "measures:\n" + grant("a", "listed") + "\n")
    write_registry(place.folder / "open", *firms(40, listed=lambda n: None if n < 4 else n % 2 == 0))
    printed = review(place, registry="open")
    assert printed.status == 0, printed.out
    assert "an unknown fact keeps the cost open 1" in printed.out


def test_an_empty_registry(place: OnPack) -> None:
    write_registry(place.folder / "empty", ["id,place"])
    printed = review(place, registry="empty")
    assert printed.status == 0, printed.err
    assert "only the text could be looked at" in printed.out


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["packs/p", "--registry", "registry", "--as-of", "soon"], "soon is not a day"),
        (["packs/none", "--registry", "registry", "--as-of", "2024-06-30"], "none"),
        (["packs/p", "--registry", "nowhere", "--as-of", "2024-06-30"], "nowhere"),
        (["packs/p", "--registry", "registry", "--as-of", "2024-06-30", "--of", "planet"], "there is no subject planet"),
        (["packs/p", "--registry", "registry", "--as-of", "2024-06-30", "--out", "packs"], "is not a review of huiqi"),
        (["--registry", "registry", "--as-of", "2024-06-30"], "Missing argument"),
    ],
)
def test_wrong_input_is_told(place: OnPack, arguments: list[str], said: str) -> None:
    printed = place.huiqi("review", *arguments)
    assert printed.status in (1, 2)
    assert said in printed.err


def test_a_text_with_faults_is_not_reviewed(place: OnPack) -> None:
    arbitrary.packs_folder(place.folder, "measures:\n" + grant("a", "listet") + "\n")
    printed = review(place)
    assert printed.status == 1
    assert "rules.unknown-name" in printed.err


def test_a_former_review_is_replaced(place: OnPack) -> None:
    review(place, "--out", "out")
    assert review(place, "--out", "out").status == 3


def test_a_day_without_a_measure_is_no_clean_bill(place: OnPack) -> None:
    printed = review(place, "--law-on", "1999-01-01")
    assert printed.status == 1
    assert "no measure about the subject enterprise is in force on 1999-01-01" in printed.err
