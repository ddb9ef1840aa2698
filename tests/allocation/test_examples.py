"""The rounds under examples/ can be read as they stand."""

from __future__ import annotations

import datetime
from pathlib import Path

import pytest

from huiqi.allocation.budget.applications import read_applications
from huiqi.allocation.budget.round import read_round
from huiqi.rules.compile import Rules
from huiqi.rules.library import read_library

FOLDER = Path(__file__).parents[2] / "examples" / "rounds"
DAY = datetime.date(2024, 6, 30)


@pytest.fixture(scope="module")
def rules() -> Rules:
    library, _ = read_library(["cn-zj-hangzhou-binjiang"], rules_only=True)
    assert library is not None
    return library.rules(DAY)


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.yaml")), ids=lambda path: path.stem)
def test_an_example_is_faultless_and_says_that_it_is_made_up(path: Path, rules: Rules) -> None:
    round_, problems = read_round(path, rules, DAY)
    assert round_ is not None, problems
    assert round_.made_up
    assert round_.id == path.stem
    applications = read_applications(round_)
    assert applications is None or len(applications.subjects) == 61
