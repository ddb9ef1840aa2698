"""docs/coverage.md is what the packs say today, and every pack that comes with huiqi says it."""

from __future__ import annotations

from pathlib import Path

import pytest

from huiqi.publication.coverage import coverage_page
from huiqi.rules.library import packs_folder, read_library

PAGE = Path(__file__).parents[1] / "docs" / "coverage.md"
PACKS = sorted(path.parent.name for path in packs_folder().glob("*/pack.yaml"))
LIBRARY, _ = read_library(PACKS)
assert LIBRARY is not None


def test_the_page_is_up_to_date() -> None:
    assert PAGE.exists(), "make it with `huiqi coverage --out docs/coverage.md`"
    same = PAGE.read_text(encoding="utf-8") == coverage_page(LIBRARY.packs, LIBRARY.common.places, "en")
    assert same, "the packs have changed: make the page again with `huiqi coverage --out docs/coverage.md`"


@pytest.mark.parametrize("pack", LIBRARY.packs, ids=[pack.id for pack in LIBRARY.packs])
def test_every_pack_has_a_register(pack) -> None:  # type: ignore[no-untyped-def]
    assert pack.register


def test_the_order_of_packs_is_of_no_account() -> None:
    packs = LIBRARY.packs
    assert coverage_page(reversed(packs), LIBRARY.common.places, "zh") == coverage_page(packs, LIBRARY.common.places, "zh")


def test_every_row_has_the_cells_of_its_head() -> None:
    rows = 0
    head = 0
    for line in coverage_page(LIBRARY.packs, LIBRARY.common.places, "en").splitlines():
        cells = line.replace("\\|", "").count("|") - 1
        if not line.startswith("|"):
            head = 0
        elif not head:
            head = cells
        else:
            assert cells == head, line
            rows += 1
    assert rows > 100
