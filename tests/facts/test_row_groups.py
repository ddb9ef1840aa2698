"""Reading by row groups gives what walking both tables gives, and says what it need not read."""

import datetime
import math
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from huiqi.facts import registry as registry_module
from huiqi.facts.registry import Column, Registry, open_registry
from huiqi.facts.schema import Schema
from huiqi.vocabulary.place import Places
from huiqi.vocabulary.problem import FaultyInput

from .conftest import ABOUT, Make, short

DAY: list[Column] = [(fact, None) for fact in ("name", "place", "established", "listed_on", "listed", "industry", "grade", "capital", "land")]
YEAR: list[Column] = [(fact, year) for fact in ("revenue", "net_profit", "employees", "rd_share", "audited") for year in (2021, 2022, 2023)]


def emptied(rng: np.random.Generator, values: list[Any], share: float = 0.2) -> list[Any]:
    return [None if empty else value for value, empty in zip(values, rng.random(len(values)) < share, strict=True)]


def draw(count: int, seed: int = 0, gaps: float = 0.3) -> tuple[pa.Table, pa.Table]:
    """So many subjects and their rows for three years, in order of id and year; a share of the year rows is not there."""
    rng = np.random.default_rng(seed)
    ids = [f"firm{n:06}" for n in range(0, 2 * count, 2)]
    days = [datetime.date(2000, 1, 1) + datetime.timedelta(int(n)) for n in rng.integers(0, 8000, count)]
    choose = lambda words: emptied(rng, [str(word) for word in rng.choice(words, count)])  # noqa: E731
    main = pa.table(
        {
            "id": ids,
            "name": choose(["甲公司", "乙 company", ""]),
            "place": choose(["cn-zj", "330108", "cn-sh"]),
            "established": pa.array(emptied(rng, days), pa.date32()),
            "listed_on": choose(["none", "2016-09-05", "2020-02-29"]),
            "listed": emptied(rng, (rng.random(count) < 0.5).tolist()),
            "industry": choose(["C", "C39", "I65", "C3911"]),
            "grade": choose(["A", "B", "none"]),
            "capital": emptied(rng, (np.rint(rng.lognormal(10, 2, count) * 100) / 100).tolist()),
            "land": emptied(rng, (np.rint(rng.lognormal(1, 1, count) * 10_000) / 10_000).tolist()),
        }
    )
    there = np.flatnonzero(rng.random(3 * count) >= gaps)
    rows = len(there)
    yearly = pa.table(
        {
            "id": [ids[n // 3] for n in there],
            "year": pa.array([2021 + n % 3 for n in there], pa.int16()),
            "revenue": pa.array(emptied(rng, (np.rint(rng.lognormal(12, 2, rows) * 100) / 100).tolist(), 0.1), pa.float64()),
            "net_profit": pa.array(emptied(rng, (np.rint(rng.normal(0, 1e6, rows) * 100) / 100).tolist(), 0.1), pa.float64()),
            "employees": pa.array(emptied(rng, rng.integers(0, 900, rows).tolist(), 0.1), pa.int32()),
            "rd_share": pa.array(emptied(rng, (rng.integers(0, 1000, rows) / 1000).tolist(), 0.1), pa.float64()),
            "audited": pa.array(emptied(rng, (rng.random(rows) < 0.5).tolist(), 0.1), pa.bool_()),
        }
    )
    return main, yearly


def by_year(yearly: pa.Table, ids: list[str], group: int) -> list[pa.Table]:
    """The years apart beside every so many subjects."""
    number = np.searchsorted(ids, yearly["id"].to_pylist()) // group
    years = yearly["year"].to_numpy()
    parts = [yearly.filter(pa.array((number == n) & (years == year))) for n in range(-(-len(ids) // group)) for year in (2021, 2022, 2023)]
    return [part for part in parts if part.num_rows]


def write(folder: Path, main: pa.Table, yearly: pa.Table | list[pa.Table] | None, group: int, **how: Any) -> Path:
    folder.mkdir(exist_ok=True)
    (folder / "registry.yaml").write_text(ABOUT, "utf-8")
    pq.write_table(main, folder / "enterprise.parquet", row_group_size=group, **how)
    if yearly is not None:
        parts = yearly if isinstance(yearly, list) else [yearly]
        with pq.ParquetWriter(folder / "enterprise_year.parquet", parts[0].schema, **how) as writer:
            for part in parts:
                writer.write_table(part, row_group_size=group)
    return folder


def opened(folder: Path, schema: Schema, places: Places) -> Registry:
    registry, problems = open_registry(folder, schema, places)
    assert problems == []
    assert registry is not None
    return registry


def walked(folder: Path, schema: Schema, places: Places) -> Registry:
    """The same registry, opened without a layout."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(registry_module, "lay_out", lambda *_: None)
        return opened(folder, schema, places)


def everything(registry: Registry, columns: list[Column], size: int, start: int = 0, stop: int | None = None) -> dict[Any, Any]:
    blocks = list(registry.blocks(columns, size, start=start, stop=stop))
    found: dict[Any, Any] = {column: np.concatenate([block.columns[column] for block in blocks]) for column in columns}
    found["first"] = np.concatenate([block.first_years for block in blocks])
    found["ids"] = np.array([id for block in blocks for id in block.ids.to_pylist()])
    return found


def assert_same(one: dict[Any, Any], other: dict[Any, Any]) -> None:
    assert one.keys() == other.keys()
    for key, values in one.items():
        assert values.dtype == other[key].dtype, key
        np.testing.assert_array_equal(values, other[key], err_msg=str(key))


@pytest.mark.parametrize(
    "how",
    [
        {"compression": "none", "use_dictionary": ["place", "listed_on", "industry", "grade"]},
        {"compression": "zstd"},
        {"compression": "lz4", "use_dictionary": False},
        {"compression": "snappy", "data_page_size": 200, "write_batch_size": 16},
        {"data_page_version": "2.0"},
        {"compression": "none", "dictionary_pagesize_limit": 40, "data_page_size": 300, "write_batch_size": 8},
    ],
)
@pytest.mark.parametrize("apart", [True, False])
def test_the_same_as_walking_both_tables(tmp_path: Path, schema: Schema, places: Places, how: dict[str, Any], apart: bool) -> None:
    main, yearly = draw(300)
    folder = write(tmp_path / "r", main, by_year(yearly, main["id"].to_pylist(), 90) if apart else yearly, 90, **how)
    registry, other = opened(folder, schema, places), walked(folder, schema, places)
    assert registry._layout is not None
    assert registry.subjects == other.subjects == 300
    expected = everything(other, DAY + YEAR, 100)
    for size in (77, 90, 300):
        assert_same(everything(registry, DAY + YEAR, size), expected)
    assert_same(everything(registry, YEAR[:2], 25, 85, 205), everything(other, YEAR[:2], 25, 85, 205))
    assert registry.years() == other.years() == (2021, 2022, 2023)
    assert registry.years("revenue") == (2021, 2022, 2023)
    np.testing.assert_array_equal(registry.first_years, other.first_years)
    for id in ("firm000000", "firm000178", "firm000180", "firm000598", "firm000181", "a", "z", ""):
        assert registry.position(id) == other.position(id)
    one, another = (found.subject("firm000202", DAY + YEAR) for found in (registry, other))
    assert one is not None
    assert another is not None
    assert all(np.array_equal(one.columns[c], another.columns[c], equal_nan=one.columns[c].dtype.kind == "f") for c in DAY + YEAR)


def test_every_year_of_every_subject(tmp_path: Path, schema: Schema, places: Places) -> None:
    main, yearly = draw(900, gaps=0)
    folder = write(tmp_path / "r", main, by_year(yearly, main["id"].to_pylist(), 300), 300, compression="none")
    registry = opened(folder, schema, places)
    assert registry._layout is not None
    assert registry._layout.same.all()
    for size in (100, 450):
        assert_same(everything(registry, DAY + YEAR, size), everything(walked(folder, schema, places), DAY + YEAR, size))


def test_two_threads_read_the_same_registry(tmp_path: Path, schema: Schema, places: Places) -> None:
    main, yearly = draw(2_000)
    registry = opened(write(tmp_path / "r", main, by_year(yearly, main["id"].to_pylist(), 250), 250), schema, places)
    stretches = registry.stretches(250)
    with ThreadPoolExecutor(2) as pool:
        parts = list(pool.map(lambda part: everything(registry, DAY + YEAR, 60, part.start, part.stop), stretches * 3))
    expected = everything(registry, DAY + YEAR, 500)
    for key, values in expected.items():
        np.testing.assert_array_equal(np.concatenate([part[key] for part in parts[:8]]), values)


def test_blocks_that_are_held_are_not_written_over(tmp_path: Path, schema: Schema, places: Places) -> None:
    main, _ = draw(600)
    registry = opened(write(tmp_path / "r", main, None, 100), schema, places)
    first = next(registry.blocks([("capital", None)], 100))
    part, copy = first.columns["capital", None][10:20], first.columns["capital", None][10:20].copy()
    del first
    for _ in range(3):
        list(registry.blocks([("capital", None)], 100))
    np.testing.assert_array_equal(part, copy)


# What is wrong


@pytest.mark.parametrize(
    ("table", "row", "name", "value", "code"),
    [
        ("main", 450, "capital", -1.0, "cell.range"),
        ("main", 450, "capital", math.inf, "cell.not-finite"),
        ("main", 450, "place", "cn-nowhere", "cell.place"),
        ("main", 450, "listed_on", "soon", "cell.date"),
        ("yearly", 450, "revenue", -0.5, "cell.range"),
        ("yearly", 450, "rd_share", 1.5, "cell.range"),
    ],
)
def test_faulty_cells_are_told_as_by_walking(
    tmp_path: Path, schema: Schema, places: Places, table: str, row: int, name: str, value: Any, code: str
) -> None:
    tables = dict(zip(("main", "yearly"), draw(1_000, gaps=0), strict=True))
    cells = tables[table][name].to_pylist()
    cells[row] = value
    tables[table] = tables[table].set_column(tables[table].schema.names.index(name), name, pa.array(cells))
    folder = write(tmp_path / "three-firms", tables["main"], tables["yearly"], 300)
    registry = opened(folder, schema, places)
    assert registry._layout is not None
    told = []
    for one in (registry, walked(folder, schema, places)):
        with pytest.raises(FaultyInput) as caught:
            list(one.blocks(DAY + YEAR, 200))
        told.append([str(problem) for problem in caught.value.problems])
    assert told[0] == told[1]
    assert code in told[0][0]
    at = row if table == "main" else row // 3
    for size in (50, 1):  # a fault in another part of the row group is nobody's business
        assert len(list(registry.blocks(DAY + YEAR, size, start=at + 1, stop=at + 51))) == 50 // size
    with pytest.raises(FaultyInput):
        list(registry.blocks(DAY + YEAR, 1, start=at, stop=at + 1))


def test_a_day_beyond_all_calendars_is_told(tmp_path: Path, schema: Schema, places: Places) -> None:
    main = pa.table({"id": ["A", "B"], "established": pa.array([1 << 30, 0], pa.int32()).cast(pa.date32())})
    registry = opened(write(tmp_path / "three-firms", main, None, 4), schema, places)
    with pytest.raises(FaultyInput, match=r"enterprise\.parquet:1: cell\.date: established of A: 1073741824 is not a date"):
        list(registry.blocks([("established", None)]))


@pytest.mark.parametrize("marked", [True, False])
def test_nan_is_an_empty_cell_only_where_the_table_says_so(tmp_path: Path, schema: Schema, places: Places, marked: bool) -> None:
    fields = [pa.field("id", pa.string()), pa.field("capital", pa.float64(), nullable=False), pa.field("land", pa.float64(), nullable=False)]
    how = pa.schema(fields, {"huiqi.unknown": "NaN"} if marked else None)
    main = pa.table([["A", "B", "C"], [1.0, math.nan, 2.0], [math.nan, 0.00001, math.nan]], schema=how)
    folder = write(tmp_path / "r", main, None, 4)
    for registry in (opened(folder, schema, places), walked(folder, schema, places)):
        if marked:
            (block,) = registry.blocks([("capital", None), ("land", None)])
            np.testing.assert_array_equal(block.columns["capital", None], [100, math.nan, 200])
            np.testing.assert_array_equal(block.columns["land", None], [math.nan, 0, math.nan])
        else:
            with pytest.raises(FaultyInput, match=r"enterprise\.parquet:2: cell\.not-finite: capital of B"):
                list(registry.blocks([("capital", None)]))


@pytest.mark.parametrize("marked", [True, False])
def test_an_infinite_figure_is_never_an_empty_cell(tmp_path: Path, schema: Schema, places: Places, marked: bool) -> None:
    how = pa.schema([("id", pa.string()), ("capital", pa.float64())], {"huiqi.unknown": "NaN"} if marked else None)
    registry = opened(write(tmp_path / "r", pa.table([["A", "B"], [1.0, math.inf]], schema=how), None, 4), schema, places)
    with pytest.raises(FaultyInput, match=r"enterprise\.parquet:2: cell\.not-finite: capital of B"):
        list(registry.blocks([("capital", None)]))


def test_figures_with_more_decimals_are_rounded_as_ever(tmp_path: Path, schema: Schema, places: Places) -> None:
    main = pa.table({"id": ["A", "B", "C", "D"], "capital": [1.005, 2.675, 0.1 + 0.2, 9e13 + 0.37]})
    registry = opened(write(tmp_path / "r", main, None, 4), schema, places)
    (block,) = registry.blocks([("capital", None)])
    assert block.columns["capital", None].tolist() == [101, 268, 30, 9_000_000_000_000_038]


@pytest.mark.parametrize(
    ("ids", "rows", "codes"),
    [
        ([["A", "B"], ["B", "C"]], [("A", 2021)], ["enterprise.parquet:3: registry.repeated-subject"]),
        ([["A", "A"], ["B", "C"]], [("A", 2021)], ["enterprise.parquet:2: registry.repeated-subject"]),
        ([["A", None], ["B", "C"]], [("A", 2021)], ["enterprise.parquet:2: registry.no-id"]),
        ([["", "A"], ["B", "C"]], [("A", 2021)], ["enterprise.parquet:1: registry.no-id"]),
        ([["A", "B"], ["C", "E"]], [("D", 2021)], ["enterprise_year.parquet:1: registry.no-subject"]),
        ([["A", "B"], ["C", "E"]], [("A", 2021), ("F", 2021)], ["enterprise_year.parquet:2: registry.no-subject"]),
        ([["A", "B"], ["C", "E"]], [("A", 2021), ("A", 2021)], ["enterprise_year.parquet:2: registry.repeated-year"]),
        ([["A", "B"], ["C", "E"]], [("A", 2021), ("B", 2021), ("A", 2021)], ["enterprise_year.parquet:3: registry.repeated-year"]),
        ([["A", "B"], ["C", "E"]], [("A", 2021), ("A", 0)], ["enterprise_year.parquet:2: registry.no-year"]),
        ([["A", "B"], ["C", "E"]], [("A", 0)], ["enterprise_year.parquet:1: registry.no-year"]),
    ],
)
@pytest.mark.parametrize("group", [1, 2, 10])
def test_faulty_keys_are_all_told_when_it_is_opened(
    tmp_path: Path, schema: Schema, places: Places, ids: list[list[str]], rows: list[tuple[str, int]], codes: list[str], group: int
) -> None:
    folder = tmp_path / "three-firms"
    folder.mkdir()
    (folder / "registry.yaml").write_text(ABOUT, "utf-8")
    with pq.ParquetWriter(folder / "enterprise.parquet", pa.schema([("id", pa.string())])) as writer:
        for part in ids:
            writer.write_table(pa.table({"id": pa.array(part, pa.string())}))
    yearly = pa.table({"id": [id for id, _ in rows], "year": [year for _, year in rows], "revenue": [1.0] * len(rows)})
    pq.write_table(yearly, folder / "enterprise_year.parquet", row_group_size=group)
    registry, problems = open_registry(folder, schema, places)
    assert registry is None
    assert [short(problem) for problem in problems] == codes


@pytest.mark.parametrize("order", [[1, 0, 2, 3], [2, 3, 0, 1], [3, 2, 1, 0]])
def test_tables_in_no_order_are_still_read(tmp_path: Path, schema: Schema, places: Places, order: list[int]) -> None:
    main = pa.table({"id": ["A", "B", "C", "D"], "capital": [1.0, 2.0, 3.0, 4.0]}).take(order)
    yearly = pa.table({"id": ["A", "B", "C", "D"], "year": [2021] * 4, "revenue": [1.0, 2.0, 3.0, 4.0]}).take(order)
    registry = opened(write(tmp_path / "r", main, yearly, 2), schema, places)
    assert registry._layout is None
    (block,) = registry.blocks([("capital", None), ("revenue", 2021)])
    assert block.ids.to_pylist() == ["A", "B", "C", "D"]
    assert block.columns["revenue", 2021].tolist() == [100, 200, 300, 400]
    assert block.first_years.tolist() == [2021] * 4
    assert [(part.start, part.stop) for part in registry.stretches(3)] == [(0, 3), (3, 4)]


def test_a_table_that_was_replaced_is_not_read_on(tmp_path: Path, schema: Schema, places: Places) -> None:
    main, _ = draw(100)
    registry = opened(write(tmp_path / "r", main, None, 50), schema, places)
    write(tmp_path / "r", main.slice(0, 70), None, 50)
    with pytest.raises(FaultyInput, match=r"registry\.changed"):
        list(registry.blocks([("capital", None)]))


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_damaged_bytes_never_give_a_traceback(tmp_path_factory: pytest.TempPathFactory, schema: Schema, places: Places, data: st.DataObject) -> None:
    main, yearly = draw(60)
    how = data.draw(st.sampled_from([{"compression": "none"}, {"compression": "lz4"}, {"compression": "none", "use_dictionary": False}]))
    folder = write(tmp_path_factory.mktemp("damaged") / "r", main, by_year(yearly, main["id"].to_pylist(), 30), 30, **how)
    path = folder / data.draw(st.sampled_from(["enterprise.parquet", "enterprise_year.parquet"]))
    raw = bytearray(path.read_bytes())
    end = len(raw) - 8 - int.from_bytes(raw[-8:-4], "little")  # the footer is pyarrow's business
    for _ in range(data.draw(st.integers(1, 4))):
        raw[data.draw(st.integers(4, end - 1))] = data.draw(st.integers(0, 255))
    path.write_bytes(raw)
    registry, problems = open_registry(folder, schema, places)
    assert (registry is None) == bool(problems)
    if registry is not None:
        with suppress(FaultyInput):
            list(registry.blocks(DAY + YEAR, 40))


# Stretches


def test_stretches_are_whole_row_groups(tmp_path: Path, schema: Schema, places: Places) -> None:
    main, _ = draw(1_000)
    registry = opened(write(tmp_path / "r", main, None, 150), schema, places)
    ends = lambda size: [(part.number, part.start, part.stop) for part in registry.stretches(size)]  # noqa: E731
    assert ends(150) == [(n, 150 * n, min(150 * n + 150, 1_000)) for n in range(7)]
    assert ends(1) == ends(249) == ends(150)
    assert ends(300) == [(0, 0, 300), (1, 300, 600), (2, 600, 900), (3, 900, 1_000)]
    assert ends(1 << 16) == [(0, 0, 1_000)]
    assert opened(write(tmp_path / "nobody", main.slice(0, 0), None, 10), schema, places).stretches() == []


def test_the_hash_of_a_stretch_follows_its_cells(tmp_path: Path, schema: Schema, places: Places) -> None:
    main, yearly = draw(900, gaps=0)
    columns: list[Column] = [("capital", None), ("revenue", 2022)]

    def hashes(main: pa.Table, yearly: pa.Table, name: str, columns: list[Column] = columns) -> list[str]:
        parts = by_year(yearly, main["id"].to_pylist(), 300)
        registry = opened(write(tmp_path / name, main, parts, 300, compression="none"), schema, places)
        assert registry._layout is not None
        return [part.content_hash(columns) for part in registry.stretches(300)]

    def changed(table: pa.Table, name: str, row: int, value: Any) -> pa.Table:
        cells = table[name].to_pylist()
        cells[row] = value
        return table.set_column(table.schema.names.index(name), name, pa.array(cells, table[name].type))

    before = hashes(main, yearly, "a")
    assert len(set(before)) == 3
    assert hashes(main, yearly, "b") == before
    assert [x == y for x, y in zip(hashes(changed(main, "capital", 400, 12.5), yearly, "c"), before, strict=True)] == [True, False, True]
    assert hashes(changed(main, "land", 400, 12.5), yearly, "d") == before
    assert [x == y for x, y in zip(hashes(main, changed(yearly, "revenue", 3 * 700 + 1, 1.0), "e"), before, strict=True)] == [True, True, False]
    assert hashes(main, changed(yearly, "revenue", 3 * 700 + 2, 1.0), "f") == before  # another year
    assert hashes(main, yearly, "g", columns[:1]) != before
    whole = {opened(tmp_path / name, schema, places).content_hash for name in "abcdef"}
    assert len(whole) == 5
    assert {walked(tmp_path / name, schema, places).content_hash for name in "abcdef"} == whole  # however it is read


def test_stretches_without_anybody_who_can_matter_are_ruled_out(tmp_path: Path, schema: Schema, places: Places) -> None:
    day = datetime.date
    parts = [
        {"place": ["cn-sh", "31"], "established": [day(2001, 1, 1), day(2002, 1, 1)], "listed_on": ["2010-01-01"] * 2, "capital": [1.0, 2.0]},
        {"place": ["cn-sh", None], "established": [day(2001, 1, 1), None], "listed_on": ["none", "2010-01-01"], "capital": [1.0, None]},
        {"place": ["cn-sh", "330108"], "established": [day(2001, 1, 1), day(2020, 1, 1)], "listed_on": ["2010-01-01"] * 2, "capital": [1.0, 9.0]},
    ]
    rows = [{"id": f"{n}{row}", **{name: cells[row] for name, cells in part.items()}} for n, part in enumerate(parts) for row in range(2)]
    registry = opened(write(tmp_path / "r", pa.Table.from_pylist(rows), None, 2), schema, places)
    late = float(day(2015, 1, 1).toordinal())

    def ruled_out(size: int = 2, **only: Any) -> list[bool]:
        return [part.ruled_out for part in registry.stretches(size, only=only)]

    assert ruled_out() == [False, False, False]
    assert ruled_out(place=frozenset(["cn-zj-hangzhou-binjiang"])) == [True, False, False]
    assert ruled_out(place=frozenset(["cn-sh"])) == [False, False, False]
    assert ruled_out(established=(late, math.inf)) == [True, False, False]
    assert ruled_out(established=(-math.inf, late)) == [False, False, False]
    assert ruled_out(listed_on=(late, math.inf)) == [True, False, True]  # none is left to the rules
    assert ruled_out(capital=(300.0, math.inf)) == [True, False, False]
    assert ruled_out(capital=(-math.inf, 900.0)) == [False, False, False]
    assert ruled_out(place=frozenset(["cn-sh"]), capital=(300.0, math.inf)) == [True, False, False]
    assert ruled_out(6, capital=(300.0, math.inf)) == [False]
    how = pa.schema([("id", pa.string()), ("capital", pa.float64())], {"huiqi.unknown": "NaN"})
    main = pa.table([["00", "01", "10", "11"], [1.0, 2.0, 1.0, math.nan]], schema=how)
    marked = opened(write(tmp_path / "marked", main, None, 2), schema, places)
    assert [part.ruled_out for part in marked.stretches(2, only={"capital": (300.0, math.inf)})] == [True, False]  # NaN can be anything
    assert ruled_out(land=(1.0, 2.0)) == [False, False, False]  # nobody's is known
    with pytest.raises(ValueError, match="year fact"):
        registry.stretches(2, only={"revenue": (0, 1)})


def test_row_groups_for_which_nobody_asks_are_not_read(tmp_path: Path, make: Make, schema: Schema, places: Places) -> None:
    main, yearly = draw(900, gaps=0)
    parts = by_year(yearly, main["id"].to_pylist(), 300)
    folder = write(tmp_path / "r", main, parts, 300, compression="none")
    registry = opened(folder, schema, places)
    expected = everything(registry, [("revenue", 2022)], 100, 300, 600)
    assert registry._layout is not None
    wanted = registry._layout.yearly
    assert wanted is not None
    raw = bytearray((folder / "enterprise_year.parquet").read_bytes())
    chunk = wanted.chunk(4, "revenue")
    raw[4 : chunk.at] = bytes(chunk.at - 4)
    raw[chunk.at + chunk.length : wanted.chunk(8, "audited").at] = bytes(wanted.chunk(8, "audited").at - chunk.at - chunk.length)
    (folder / "enterprise_year.parquet").write_bytes(raw)
    assert_same(everything(registry, [("revenue", 2022)], 100, 300, 600), expected)
