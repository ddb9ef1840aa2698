"""What the documentation says is there, is there, and the other way round; its examples work."""

from __future__ import annotations

import datetime
import re
import shutil
from pathlib import Path

import huiqi
from huiqi.cli.app import ABOUT, COMMANDS, GROUPS
from huiqi.rules import functions
from huiqi.rules.cases import run_cases
from huiqi.rules.check import check_library
from huiqi.rules.library import packs_folder, read_library
from huiqi.rules.records import AMOUNT_FORMS

ROOT = Path(__file__).parents[1]


def read(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def test_every_command_is_in_the_readme() -> None:
    for command in COMMANDS:
        assert f"huiqi {command}" in read("README.md") or command == "demo", command
    for group, commands in GROUPS.items():
        assert all(f"huiqi {group} {command}" in read("README.md") for command in commands), group


def test_every_command_is_listed() -> None:
    files = {path.stem.rstrip("_") for path in (ROOT / "src" / "huiqi" / "cli").glob("*.py")}
    assert files - {"__init", "app", "backtested", "drawn", "options", "show", "simulated", "simulated_beside", "totals", "writing"} == set(COMMANDS)


def test_every_command_of_a_group_is_listed() -> None:
    assert set(ABOUT) == set(GROUPS)
    for group, commands in GROUPS.items():
        files = {path.stem.rstrip("_") for path in (ROOT / "src" / "huiqi" / "cli" / group).glob("[a-z]*.py")}
        assert files == set(commands), group


def test_every_export_is_explained() -> None:
    for name in huiqi.__all__:
        assert getattr(huiqi, name).__doc__, name


def test_every_function_of_the_language_is_in_the_format() -> None:
    text = read("docs/pack-format.md")
    for name in functions.ALL:
        assert re.search(rf"\b{name}\b", text), name


def test_every_form_of_an_amount_is_in_the_format() -> None:
    text = read("docs/pack-format.md")
    for key in AMOUNT_FORMS:
        assert f"{key}:" in text, key


def test_links_lead_somewhere() -> None:
    for page in [ROOT / "README.md", *(ROOT / "docs").rglob("*.md"), ROOT / "bench" / "README.md"]:
        for target in re.findall(r"\]\(([^)#]+)\)", page.read_text(encoding="utf-8")):
            assert "://" in target or (page.parent / target).exists(), f"{page.name}: {target}"


def test_the_tour_works(tmp_path: Path) -> None:
    """The files that the tour writes are read, checked and evaluated as it says."""
    packs = tmp_path / "my-packs"
    for shared in ("facts", "places.yaml", "divisions.csv"):
        source = packs_folder() / shared
        shutil.copytree(source, packs / shared) if source.is_dir() else shutil.copy(source, packs / shared)
    for name, text in re.findall(r"`my-packs/(tour/[^`]+)`[^\n]*:\n\n((?:    [^\n]*\n|\n)+)", read("docs/tour.md")):
        path = packs / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(re.sub(r"(?m)^    ", "", text), encoding="utf-8")
    library, problems = read_library([packs / "tour"])
    assert library is not None, problems
    assert check_library(library) == []
    verdicts, problems = run_cases(library, library.packs)
    assert not problems
    assert len(verdicts) == 4
    assert all(verdict.holds for verdict in verdicts)
    assert [m.name for m in library.rules(datetime.date(2024, 6, 30)).measures] == ["tour/research/research-aid"]
