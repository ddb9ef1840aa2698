import datetime
import math
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from huiqi.facts.provenance import Provenance
from huiqi.facts.registry import open_registry
from huiqi.facts.schema import Fact, Schema
from huiqi.facts.write import ROW_GROUP, Rows, write_registry
from huiqi.vocabulary.place import Places
from huiqi.vocabulary.record import words

TITLE = words("Firms", "企业")
OFFICE = Provenance(words("Tax office", "税务局"), datetime.date(2024, 1, 31), datetime.date(2024, 2, 15), True)


def value(fact: Fact, places: Places) -> st.SearchStrategy[Any]:
    """Any value that a fact can have, as it is encoded."""
    match fact.kind:
        case "flag":
            return st.sampled_from([-1, 0, 1])
        case "category":
            assert fact.codes is not None
            return st.integers(-2 if fact.optional else -1, len(fact.codes.codes) - 1)
        case "place":
            return st.integers(-1, len(places.by_id) - 1)
        case "date":
            days = st.integers(1, 3_652_059).map(float) | st.just(math.nan)
            return days | st.just(-math.inf) if fact.optional else days
        case "text":
            return st.none() | st.text(st.characters(codec="utf-8"), min_size=1).map(str.strip).filter(bool)
        case _:
            highest = 10**6 if fact.kind == "share" else 2**52
            lowest = -(2**52) if fact.low == -math.inf else 0
            return st.integers(lowest, highest).map(float) | st.just(math.nan)


TYPES = {"flag": np.int8, "category": np.int32, "place": np.int32, "text": object}


@settings(max_examples=40)
@given(st.data())
def test_what_is_written_is_read_again(tmp_path_factory: pytest.TempPathFactory, schema: Schema, places: Places, data: st.DataObject) -> None:
    ids = sorted(
        data.draw(st.sets(st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1), min_size=1, max_size=6)), key=str.encode
    )
    keys = sorted(data.draw(st.sets(st.tuples(st.integers(0, len(ids) - 1), st.integers(2010, 2013)), max_size=8)))
    columns: dict[str, dict[str, np.ndarray]] = {"day": {}, "year": {}}
    for fact in schema.facts.values():
        length = len(ids) if fact.period == "day" else len(keys)
        drawn = data.draw(st.lists(value(fact, places), min_size=length, max_size=length))
        columns[fact.period][fact.id] = np.array(drawn, TYPES.get(fact.kind, np.float64))
    folder = tmp_path_factory.mktemp("registry") / "firms"
    years = Rows(pa.array([ids[n] for n, _ in keys], pa.string()), columns["year"], np.array([year for _, year in keys], np.int16))
    write_registry(folder, TITLE, False, OFFICE, schema, places, [Rows(pa.array(ids), columns["day"])], [years] if keys else [])
    registry, problems = open_registry(folder, schema, places)
    assert problems == []
    assert registry is not None
    assert registry.years() == tuple(sorted({year for _, year in keys}))
    wanted = [(fact.id, year) for fact in schema.facts.values() for year in ((None,) if fact.period == "day" else range(2010, 2014))]
    blocks = list(registry.blocks(wanted, size=4))
    assert [id for block in blocks for id in block.ids.to_pylist()] == ids
    for fact, year in wanted:
        read = np.concatenate([block.columns[fact, year] for block in blocks])
        if year is None:
            assert_same(read, columns["day"][fact])
        else:
            rows = [row for row, key in enumerate(keys) if key[1] == year]
            assert_same(read[[keys[row][0] for row in rows]], columns["year"][fact][rows])


def assert_same(read: np.ndarray, written: np.ndarray) -> None:
    assert read.dtype == written.dtype
    if read.dtype == object:
        assert read.tolist() == written.tolist()
    else:
        np.testing.assert_array_equal(read, written)


def test_types_follow_from_the_facts(tmp_path: Path, schema: Schema, places: Places) -> None:
    day = float(datetime.date(2016, 9, 5).toordinal())
    columns = {
        "capital": np.array([123450.0, np.nan]),
        "established": np.array([day, np.nan]),
        "listed_on": np.array([day, -np.inf]),
        "listed": np.array([1, -1], np.int8),
        "industry": np.array([2, -1], np.int32),
        "grade": np.array([-2, 0], np.int32),
        "place": np.array([1, -1], np.int32),
    }
    write_registry(tmp_path / "r", TITLE, False, OFFICE, schema, places, [Rows(pa.array(["A", "B"]), columns)])
    table = pq.read_table(tmp_path / "r" / "enterprise.parquet")
    assert math.isnan(table["capital"][1].as_py())  # which stands for the empty cell
    assert table.schema.metadata[b"huiqi.unknown"] == b"NaN"
    table = table.drop_columns("capital")
    assert table.to_pylist() == [
        {
            "id": "A", "established": datetime.date(2016, 9, 5), "listed_on": "2016-09-05", "listed": True,
            "industry": "I65", "grade": "none", "place": "cn-zj-hangzhou-binjiang",
        },
        {"id": "B", "established": None, "listed_on": "none", "listed": None, "industry": None, "grade": "A", "place": None},
    ]  # fmt: skip
    assert all(pa.types.is_dictionary(table.schema.field(name).type) for name in ("listed_on", "industry", "grade", "place"))


def test_parts_are_joined_to_row_groups(tmp_path: Path, schema: Schema, places: Places) -> None:
    size = 30_000
    parts = (
        Rows(pa.array([f"{n:07}" for n in range(start, start + size)]), {"industry": np.full(size, start // size, np.int32)})
        for start in range(0, 90_000, size)
    )
    write_registry(tmp_path / "r", TITLE, False, OFFICE, schema, places, parts)
    file = pq.ParquetFile(tmp_path / "r" / "enterprise.parquet")
    assert [file.metadata.row_group(n).num_rows for n in range(file.num_row_groups)] == [ROW_GROUP, 90_000 - ROW_GROUP]
    registry, problems = open_registry(tmp_path / "r", schema, places)
    assert problems == []
    assert registry is not None
    assert (
        np.concatenate([block.columns["industry", None] for block in registry.blocks([("industry", None)])]).tolist()
        == [0] * size + [1] * size + [2] * size
    )


@pytest.mark.parametrize(("rows", "groups"), [(0, [0]), (1, [1]), (ROW_GROUP, [ROW_GROUP]), (2 * ROW_GROUP, [ROW_GROUP, ROW_GROUP])])
def test_whole_row_groups_leave_no_empty_one(tmp_path: Path, schema: Schema, places: Places, rows: int, groups: list[int]) -> None:
    """An empty row group has no first and last id, and the registry would be read the slow way."""
    ids = pa.array([f"{n:07}" for n in range(rows)], pa.string())
    write_registry(tmp_path / "r", TITLE, False, OFFICE, schema, places, [Rows(ids, {"industry": np.zeros(rows, np.int32)})])
    file = pq.ParquetFile(tmp_path / "r" / "enterprise.parquet")
    assert [file.metadata.row_group(n).num_rows for n in range(file.num_row_groups)] == groups
    registry, problems = open_registry(tmp_path / "r", schema, places)
    assert problems == []
    assert registry is not None
    assert registry.subjects == rows
    assert len(registry.content_hash) == 64


def test_an_empty_row_group_of_somebody_elses_is_read(tmp_path: Path, schema: Schema, places: Places) -> None:
    write_registry(tmp_path / "r", TITLE, False, OFFICE, schema, places, [Rows(pa.array(["A", "B"]), {"industry": np.zeros(2, np.int32)})])
    path = tmp_path / "r" / "enterprise.parquet"
    table = pq.read_table(path)
    with pq.ParquetWriter(path, table.schema) as writer:
        writer.write_table(table)
        writer.write_table(table.slice(0, 0))
    registry, problems = open_registry(tmp_path / "r", schema, places)
    assert problems == []
    assert registry is not None
    assert registry.subjects == 2
    assert len(registry.content_hash) == 64


def test_an_existing_registry_is_replaced_only_on_demand(tmp_path: Path, schema: Schema, places: Places) -> None:
    def write(id: str, **how: bool) -> None:
        write_registry(tmp_path / "r", TITLE, False, OFFICE, schema, places, [Rows(pa.array([id]), {})], **how)

    write("A")
    with pytest.raises(FileExistsError):
        write("B")
    write("C", overwrite=True)
    assert pq.read_table(tmp_path / "r" / "enterprise.parquet").to_pylist() == [{"id": "C"}]
    assert [path.name for path in tmp_path.iterdir()] == ["r"]


def test_a_folder_that_is_no_registry_is_never_replaced(tmp_path: Path, schema: Schema, places: Places) -> None:
    (tmp_path / "r").mkdir()
    (tmp_path / "r" / "thesis.docx").write_text("years of work")
    with pytest.raises(FileExistsError):
        write_registry(tmp_path / "r", TITLE, False, OFFICE, schema, places, [Rows(pa.array(["A"]), {})], overwrite=True)


def test_a_failure_leaves_what_was_there(tmp_path: Path, schema: Schema, places: Places) -> None:
    write_registry(tmp_path / "r", TITLE, False, OFFICE, schema, places, [Rows(pa.array(["A"]), {})])

    def parts() -> Any:
        yield Rows(pa.array(["B"]), {})
        raise RuntimeError("killed")

    with pytest.raises(RuntimeError):
        write_registry(tmp_path / "r", TITLE, False, OFFICE, schema, places, parts(), overwrite=True)
    assert pq.read_table(tmp_path / "r" / "enterprise.parquet").to_pylist() == [{"id": "A"}]
    assert [path.name for path in tmp_path.iterdir()] == ["r"]
