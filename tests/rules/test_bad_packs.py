"""Texts with one fault each: what is told of it, word by word.

A folder of tests/bad/ holds the files that differ from tests/bad/faultless/, and in expected.txt what huiqi says of them.
"""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from huiqi.rules.cases import Verdict, run_cases
from huiqi.rules.check import check_library
from huiqi.rules.library import read_library
from huiqi.rules.parse import LONGEST
from huiqi.rules.tables import LONGEST as MOST_ROWS
from huiqi.vocabulary.problem import FaultyInput, Problem, errors
from huiqi.vocabulary.source import LONGEST_FILE

BAD = Path(__file__).parents[1] / "bad"
FAULTLESS = BAD / "faultless"
FOLDERS = sorted(path.parent for path in BAD.rglob("expected.txt"))


@pytest.fixture
def packs(tmp_path: Path) -> Path:
    """The faultless packs, in a folder of their own."""
    return shutil.copytree(FAULTLESS, tmp_path / "packs")


def told(packs: Path, pack: str = "zone") -> tuple[list[Problem], list[Verdict]]:
    """What is wrong with the texts; where nothing is, what comes of the worked cases."""
    library, problems = read_library([pack], packs)
    if library is None:
        return problems, []
    problems = check_library(library)
    if errors(problems):
        return problems, []
    verdicts, more = run_cases(library, library.packs)
    return problems + more, verdicts


def codes(problems: list[Problem]) -> list[str]:
    return [problem.code for problem in problems]


def write(packs: Path, name: str, text: str) -> None:
    (packs / name).parent.mkdir(parents=True, exist_ok=True)
    (packs / name).write_text(text, encoding="utf-8")


def policy(rest: str) -> str:
    head = (FAULTLESS / "zone" / "special" / "growth-2024.yaml").read_text(encoding="utf-8").partition("definitions:")[0]
    return head.replace("policy: growth", "policy: trial") + rest


def test_the_faultless_packs_are_faultless(packs: Path) -> None:
    problems, verdicts = told(packs)
    assert problems == []
    assert verdicts
    assert [(v.name, v.found) for v in verdicts] == [(v.name, v.expected) for v in verdicts]


@pytest.mark.parametrize("folder", FOLDERS, ids=[folder.relative_to(BAD).as_posix() for folder in FOLDERS])
def test_a_fault_is_told_with_its_place_and_remedy(folder: Path, packs: Path) -> None:
    shutil.copytree(folder, packs, dirs_exist_ok=True, ignore=shutil.ignore_patterns("expected.txt"))
    problems, _ = told(packs)
    expected = (folder / "expected.txt").read_text(encoding="utf-8")
    assert "".join(f"{problem}\n" for problem in problems) == expected
    for problem in problems:
        stands_in_its_file(problem, packs.parent)
    assert all(fault in expected for fault in refused(packs))


def stands_in_its_file(problem: Problem, root: Path) -> None:
    where = problem.where
    path = root / where.file
    assert path.exists()
    if where.line and problem.code != "text.encoding":
        lines = [*path.read_text(encoding="utf-8").splitlines(), ""]
        assert 1 <= where.line <= len(lines)
        assert 0 <= where.column <= len(lines[where.line - 1]) + 1


def refused(packs: Path) -> set[str]:
    """What is told where the rules are not only checked but asked for, on the first day of each text."""
    library, _ = read_library(["zone"], packs)
    found = set()
    for document in library.documents if library is not None else ():
        try:
            library.rules(document.record.first_day)
        except FaultyInput as error:
            found |= {f"{problem.where}: {problem.code}" for problem in error.problems}
    return found


# ---------------------------------------------------------------- packs and files as a whole


def test_a_pack_that_is_not_there(packs: Path) -> None:
    library, problems = read_library(["zon"], packs)
    assert library is not None
    assert [str(problem) for problem in problems] == ["packs/zon: pack.not-found: there is no pack zon\n    did you mean zone?"]


def test_a_folder_without_facts(packs: Path) -> None:
    shutil.rmtree(packs / "facts")
    assert codes(told(packs)[0]) == ["pack.no-facts"]


def test_facts_without_enterprises(packs: Path) -> None:
    (packs / "facts" / "enterprise.yaml").unlink()
    assert codes(told(packs)[0]) == ["pack.no-facts"]


def test_no_places(packs: Path) -> None:
    (packs / "places.yaml").unlink()
    assert codes(told(packs)[0]) == ["text.unreadable"]


def test_a_byte_order_mark_is_no_fault(packs: Path) -> None:
    for path in [*packs.rglob("*.yaml"), *packs.rglob("*.csv")]:
        path.write_text(path.read_text(encoding="utf-8"), encoding="utf-8-sig")
    assert told(packs)[0] == []


def test_lines_may_end_as_they_do_elsewhere(packs: Path) -> None:
    for path in [*packs.rglob("*.yaml"), *packs.rglob("*.csv")]:
        path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    assert told(packs)[0] == []


def test_a_folder_in_place_of_a_file(packs: Path) -> None:
    (packs / "zone" / "special" / "trial.yaml").mkdir()
    (packs / "zone" / "tables" / "trial.csv").mkdir()
    assert codes(told(packs)[0]) == ["text.unreadable", "text.unreadable"]


def test_a_link_that_leads_nowhere(packs: Path) -> None:
    (packs / "zone" / "special" / "trial.yaml").symlink_to(packs / "nothing.yaml")
    assert codes(told(packs)[0]) == ["text.unreadable"]


def test_a_name_that_leads_out_of_the_packs(packs: Path) -> None:
    write(
        packs,
        "zone/pack.yaml",
        (packs / "zone" / "pack.yaml").read_text(encoding="utf-8").replace("[above]", "[above, ../../etc, " + "x" * 5_000 + "]"),
    )
    assert codes(told(packs)[0]) == ["pack.not-found", "pack.not-found"]


def test_a_file_beyond_all_measure(packs: Path) -> None:
    write(packs, "zone/special/trial.yaml", "# " + "x" * LONGEST_FILE)
    assert codes(told(packs)[0]) == ["text.too-long"]


# ---------------------------------------------------------------- texts that would grow without end


def grant(amount: str, eligible: str = "listed", before: str = "") -> str:
    return policy(
        f"{before}measures:\n  trial-grant:\n    kind: grant\n    title: {{en: Grant, zh: 补助}}\n    clause: 第二条\n"
        f"    eligible:\n      all:\n        - {eligible}\n    amount: {amount}\n"
    )


def test_a_table_has_a_length(packs: Path) -> None:
    write(packs, "zone/tables/long.csv", "employees,-> pays\n" + "".join(f">= {MOST_ROWS - n},{n}元\n" for n in range(MOST_ROWS)))
    write(packs, "zone/special/trial.yaml", grant("{table: long.csv}"))
    assert codes(told(packs)[0]) == ["table.too-long"]


def test_a_row_has_a_length(packs: Path) -> None:
    write(packs, "zone/tables/wide.csv", "employees,-> pays\n" + '"' + "x" * 200_000 + "\n")
    write(packs, "zone/special/trial.yaml", grant("{table: wide.csv}"))
    assert codes(told(packs)[0]) == ["table.too-long"]


def test_sums_of_sums_end(packs: Path) -> None:
    """Each sum reads ten years of the one inside it: ten to the eighth readings, were a year not read once."""
    write(packs, "zone/special/trial.yaml", grant("5万元", "sum(" * 8 + "revenue" + ", 10)" * 8 + " >= 1亿元"))
    assert told(packs)[0] == []


def test_growth_of_growth_ends(packs: Path) -> None:
    write(packs, "zone/special/trial.yaml", grant("5万元", "growth(" * 30 + "revenue" + ")" * 30 + " >= 1"))
    assert told(packs)[0] == []


def test_definitions_that_square_each_other_end(packs: Path) -> None:
    label = "label: {en: D, zh: 丁}"
    squares = "".join(f"  d{n}: {{value: d{n + 1} * d{n + 1}, {label}}}\n" for n in range(25))
    write(packs, "zone/special/trial.yaml", grant("5万元", "d0 >= 1", f"definitions:\n{squares}  d25: {{value: 9999, {label}}}\n"))
    assert codes(told(packs)[0]) == ["rules.too-large"]


def test_definitions_nested_beyond_the_stack(packs: Path) -> None:
    label = "label: {en: D, zh: 丁}"
    deep = "".join(f"  d{n}: {{value: '{'max(1, ' * 35}d{n + 1}{')' * 35}', {label}}}\n" for n in range(25))
    write(packs, "zone/special/trial.yaml", grant("5万元", "d0 >= 1", f"definitions:\n{deep}  d25: {{value: 9999, {label}}}\n"))
    assert set(codes(told(packs)[0])) == {"rules.too-deep"}


def test_a_text_nested_beyond_the_stack(packs: Path) -> None:
    write(packs, "zone/special/trial.yaml", "[" * 100_000)
    assert codes(told(packs)[0]) == ["text.too-deep"]


def test_a_line_has_a_length(packs: Path) -> None:
    write(packs, "zone/special/trial.yaml", grant("5万元", "employees >= " + "1 + " * LONGEST * 250 + "1"))
    assert codes(told(packs)[0]) == ["rules.syntax"]
