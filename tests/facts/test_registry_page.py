"""The examples of docs/registry.md are read as they stand there."""

import re
import textwrap
from pathlib import Path
from types import SimpleNamespace

import pytest

from huiqi.facts.awards import read_awards
from huiqi.facts.import_map import ColumnRecord, TableRecord, read_map
from huiqi.facts.registry import Registry, open_registry
from huiqi.facts.schema import Schema, read_codes, read_schema
from huiqi.vocabulary.place import Places, read_places


@pytest.fixture(scope="module")
def page() -> str:
    return (Path(__file__).parents[2] / "docs" / "registry.md").read_text("utf-8")


@pytest.fixture(scope="module")
def real(shared: SimpleNamespace) -> tuple[Schema, Places]:
    codes, _ = read_codes(shared.packs / "facts" / "codes", "codes")
    schema, _ = read_schema(shared.packs / "facts" / "enterprise.yaml", "enterprise.yaml", codes)
    places, _ = read_places(shared.packs)
    assert schema is not None
    return schema, places


def example(page: str, start: str, after: str = "") -> str:
    """What is indented below a heading, from a line that begins so."""
    found = re.search(rf"^    {start}[\s\S]*?(?=^\S)", page[page.index(after) :], re.MULTILINE)
    assert found is not None
    return textwrap.dedent(found[0]).rstrip() + "\n"


def test_the_registry(page: str, real: tuple[Schema, Places], tmp_path: Path) -> None:
    (tmp_path / "registry.yaml").write_text(example(page, "title:", "## registry.yaml"), "utf-8")
    tables = example(page, "id,place").split("\n\n")
    (tmp_path / "enterprise.csv").write_text(tables[0] + "\n", "utf-8")
    (tmp_path / "enterprise_year.csv").write_text(tables[1], "utf-8")
    (tmp_path / "awards.csv").write_text(example(page, "id,measure"), "utf-8")
    registry, problems = open_registry(tmp_path, *real)
    assert problems == []
    assert isinstance(registry, Registry)
    awards, problems = read_awards(tmp_path, real[1], {})
    assert awards is not None, problems
    assert [award.amount for award in awards.of("91330108MA2AX0001R")] == [12_000_000, 30_000_000]
    assert str(registry.of_awards.source.en) == "Ledger of the fund"
    columns = [(fact, None) for fact in ("place", "established", "industry", "listed_on")] + [("revenue", 2023), ("employees", 2022)]
    (block,) = registry.blocks(columns)
    assert block.columns["revenue", 2023].tolist() == [4_125_000_050]
    assert block.columns["employees", 2022].tolist() == [61]


def test_the_map(page: str, real: tuple[Schema, Places], tmp_path: Path) -> None:
    (tmp_path / "map.yaml").write_text(example(page, "title:", "## Import"), "utf-8")
    map, problems = read_map(tmp_path / "map.yaml", *real)
    assert problems == []
    assert map is not None
    assert len(map.tables) == 2


def test_every_key_of_a_map_is_on_the_page(page: str) -> None:
    for key in (set(TableRecord.model_fields) | set(ColumnRecord.model_fields)) - {"where"}:
        assert f"`{key}`" in page, key
