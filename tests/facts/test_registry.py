import datetime
import math
from collections.abc import Callable
from contextlib import suppress
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from huiqi.facts.keys import STRETCH
from huiqi.facts.registry import Block, Registry, open_registry
from huiqi.facts.schema import Schema, read_codes, read_schema
from huiqi.vocabulary.place import Places, read_places
from huiqi.vocabulary.problem import FaultyInput

from .conftest import ABOUT, Make, short

Open = Callable[..., Registry]
Faults = Callable[..., list[str]]

MAIN = "id,established,listed_on,industry,capital\nA,2014-02-28,none,C39,100\nB,,2016-09-05,,\nC,2020-01-01,,I65,2.5\n"
YEARLY = "id,year,revenue,employees\nA,2014,10,5\nA,2015,12.5,\nC,2015,7,3\n"


def whole(registry: Registry, columns: list[tuple[str, int | None]], size: int = 16_384) -> dict[Any, list[Any]]:
    """All blocks as one, ids among them, NaN as None."""
    blocks = list(registry.blocks(columns, size))
    values = {column: [clean(v) for block in blocks for v in block.columns[column].tolist()] for column in columns}
    return {"ids": [id for block in blocks for id in block.ids.to_pylist()], **values}


def clean(value: Any) -> Any:
    return None if isinstance(value, float) and math.isnan(value) else value


# What is wrong with a folder


def test_a_folder_that_is_not_there(schema: Schema, places: Places, tmp_path: Path) -> None:
    registry, problems = open_registry(tmp_path / "nowhere", schema, places)
    assert registry is None
    assert [short(p) for p in problems] == ["nowhere: registry.no-folder"]


def test_everything_missing_is_told_at_once(faults: Faults) -> None:
    assert faults(None, None, None) == ["registry.yaml: registry.no-about", "three-firms: registry.no-table"]


def test_registry_yaml_lacks_where_it_comes_from(faults: Faults) -> None:
    about = "title: {en: x}\nmade_up: maybe\nobserved_on: 2024-01-31\nrecorded_on: soon\nverified: true\n"
    assert faults("id\nA\n", None, about) == [
        "registry.yaml:1:1: record.missing-language",
        "registry.yaml:2:10: record.value",
        "registry.yaml:1:1: record.missing-key",
        "registry.yaml:4:14: record.value",
    ]


def test_recorded_before_observed(faults: Faults) -> None:
    about = ABOUT.replace("2024-02-15", "2024-01-30") + "columns: {capital: {recorded_on: 2023-01-01}}"
    assert [fault.split()[-1] for fault in faults("id,capital\nA,1\n", None, about)] == ["registry.recorded-early"] * 2


def test_registry_yaml_names_what_is_not_there(faults: Faults) -> None:
    about = ABOUT + "tables: {enterprise_years: {verified: false}}\ncolumns: {captial: {verified: false}}\n"
    assert faults("id,capital\nA,1\n", None, about) == ["registry.yaml:8:10: registry.about-unknown", "registry.yaml:9:11: registry.about-unknown"]


def test_columns_that_no_fact_has(make: Make, schema: Schema, places: Places) -> None:
    _, problems = open_registry(make("id,captial,营业收入,revenue,注册资本\nA,1,1,1,1\n", "id,capital\nA,1\n"), schema, places)
    assert [(p.code, p.hint) for p in problems] == [
        ("registry.unknown-column", "did you mean capital?"),
        ("registry.unknown-column", "write revenue"),
        ("registry.period", "it belongs into the table enterprise_year"),
        ("registry.unknown-column", "write capital"),
        ("table.missing-column", "its columns are id, capital"),
        ("registry.period", "it belongs into the table enterprise"),
    ]


def test_a_column_that_stands_twice(faults: Faults) -> None:
    assert faults("id,capital,capital\nA,1,2\n") == ["enterprise.csv:1: table.repeated-column"]


def test_both_a_parquet_and_a_csv(faults: Faults, tmp_path: Path, make: Make, schema: Schema, places: Places) -> None:
    folder = make("id\nA\n")
    pq.write_table(pa.table({"id": ["A"]}), folder / "enterprise.parquet")
    _, problems = open_registry(folder, schema, places)
    assert [p.code for p in problems] == ["registry.two-tables"]


def test_subjects_and_years_that_stand_twice(faults: Faults) -> None:
    assert faults("id,capital\nB,1\nA,2\nB,3\n") == ["enterprise.csv:4: registry.repeated-subject"]
    assert faults("id\nA\nB\n", "id,year,revenue\nA,2015,1\nB,2015,2\nA,2014,3\nA,2015,4\n") == ["enterprise_year.csv:5: registry.repeated-year"]


def test_a_year_row_without_its_subject(make: Make, schema: Schema, places: Places) -> None:
    folder = make("id\nA\nB\n", "id,year,revenue\nA,2014,1\nAB,2014,2\nB ,2014,2\nC,2014,3\n")
    _, problems = open_registry(folder, schema, places)
    assert [(short(p), p.hint) for p in problems] == [
        ("enterprise_year.csv:3: registry.no-subject", "add AB to three-firms/enterprise.csv, or remove the row"),
        ("enterprise_year.csv:4: registry.no-subject", "did you mean B?"),
        ("enterprise_year.csv:5: registry.no-subject", "add C to three-firms/enterprise.csv, or remove the row"),
    ]


def test_rows_without_id_or_year(faults: Faults) -> None:
    assert faults("id,capital\nA,1\n,2\n", "id,year,revenue\nA,14,1\nA,,2\n,2014,3\n") == [
        "enterprise.csv:3: registry.no-id",
        "enterprise_year.csv:4: registry.no-id",
        "enterprise_year.csv:2: registry.no-year",
        "enterprise_year.csv:3: registry.no-year",
    ]


def test_a_row_that_is_too_short_or_has_an_open_quote(faults: Faults) -> None:
    assert faults("id,capital\nA,1\nB\n") == ["enterprise.csv:3: table.row-length"]
    assert faults('id,capital\nA,1\nB,"2\nC,3\n') == ["enterprise.csv:3: table.row"]


def test_many_faults_of_a_kind_are_counted(make: Make, schema: Schema, places: Places) -> None:
    rows = "".join(f"X{n:03},2014,1\n" for n in range(100))
    _, problems = open_registry(make("id\nA\n", "id,year,revenue\n" + rows), schema, places)
    assert len(problems) == 21
    assert problems[-1].message == "and 80 more rows of this kind"


def test_a_truncated_parquet(make: Make, schema: Schema, places: Places) -> None:
    folder = make(None)
    pq.write_table(pa.table({"id": [f"{n:06}" for n in range(1000)]}), folder / "enterprise.parquet")
    raw = (folder / "enterprise.parquet").read_bytes()
    for end in (0, 4, 100, len(raw) - 1):
        (folder / "enterprise.parquet").write_bytes(raw[:end])
        registry, problems = open_registry(folder, schema, places)
        assert registry is None
        assert [short(p) for p in problems] == ["enterprise.parquet: table.parquet"]


def test_a_parquet_that_is_damaged_inside(make: Make, schema: Schema, places: Places) -> None:
    folder = make(None)
    path = folder / "enterprise.parquet"
    pq.write_table(pa.table({"id": [f"{n:06}" for n in range(1000)], "capital": np.random.default_rng(0).random(1000)}), path, compression="zstd")
    raw = bytearray(path.read_bytes())
    place = pq.read_metadata(path).row_group(0).column(1).data_page_offset
    raw[place : place + 400] = bytes(400)
    path.write_bytes(raw)
    registry, problems = open_registry(folder, schema, places)
    assert problems == []
    assert registry is not None
    with pytest.raises(FaultyInput, match=r"table\.parquet"):
        list(registry.blocks([("capital", None)]))


def test_a_parquet_with_text_that_is_not_utf8(make: Make, schema: Schema, places: Places) -> None:
    folder = make(None)
    gbk = pa.array(["杭州".encode("gbk")], pa.binary()).view(pa.string())
    pq.write_table(pa.table({"id": gbk}), folder / "enterprise.parquet")
    _, problems = open_registry(folder, schema, places)
    assert [short(p) for p in problems] == ["enterprise.parquet: table.parquet"]


def test_columns_of_types_that_cannot_hold_the_fact(make: Make, schema: Schema, places: Places) -> None:
    folder = make(None)
    odd = {"id": [["A"]], "capital": [True], "established": [1.5], "industry": [2.0], "listed": [datetime.date(2020, 1, 1)]}
    pq.write_table(pa.table(odd), folder / "enterprise.parquet")
    _, problems = open_registry(folder, schema, places)
    assert [p.code for p in problems] == ["registry.column-type"] * 5


# What is wrong with cells: told while they are read


def test_impossible_cells_are_told_with_row_subject_and_remedy(opened: Open) -> None:
    registry = opened("id,capital,industry,place\nA,-5,C39,cn-sh\nB,x,C93,cn-zj\nC,1,Q,cn-hz\n", "id,year,revenue\nA,2014,-1\nB,2014,nan\n")
    columns = [("capital", None), ("industry", None), ("place", None), ("revenue", 2014)]
    with pytest.raises(FaultyInput) as caught:
        list(registry.blocks(columns))
    assert [str(problem) for problem in caught.value.problems] == [
        "three-firms/enterprise.csv:2: cell.range: capital of A: -5 is below 0 CNY\n"
        "    figures are in CNY; leave the cell empty where the value is unknown",
        "three-firms/enterprise.csv:3: cell.figure: capital of B: x is not a figure\n    leave the cell empty where the value is unknown",
        "three-firms/enterprise.csv:4: cell.category: industry of C: Q is not a code of the list industry\n"
        "    use a code of the list, or leave the cell empty",
        "three-firms/enterprise.csv:4: cell.place: place of C: cn-hz is not a place\n    did you mean cn-zj or cn-sh?",
        "three-firms/enterprise_year.csv:2: cell.range: revenue of A: -1 is below 0 CNY\n"
        "    figures are in CNY; leave the cell empty where the value is unknown",
        "three-firms/enterprise_year.csv:3: cell.figure: revenue of B: nan is not a figure\n    leave the cell empty where the value is unknown",
    ]


def test_at_most_twenty_cells_are_told_from_all_blocks(opened: Open) -> None:
    registry = opened("id,capital\n" + "".join(f"{n:03},x\n" for n in range(50)))
    with pytest.raises(FaultyInput) as caught:
        list(registry.blocks([("capital", None)], size=7))
    assert [problem.where.line for problem in caught.value.problems] == list(range(2, 22))


def test_columns_that_nobody_asks_for_are_not_read(opened: Open) -> None:
    registry = opened("id,capital,land\nA,x,2\n")
    assert whole(registry, [("land", None)]) == {"ids": ["A"], ("land", None): [20_000]}


def test_asking_for_a_year_of_a_day_fact_is_the_callers_mistake(opened: Open) -> None:
    registry = opened("id,capital\nA,1\n")
    for column in (("capital", 2014), ("revenue", None)):
        with pytest.raises(ValueError, match="fact"):
            list(registry.blocks([column]))


# What is right


def test_blocks_give_encoded_columns_in_order_of_id(opened: Open) -> None:
    registry = opened(MAIN, YEARLY)
    columns = [
        ("established", None),
        ("listed_on", None),
        ("industry", None),
        ("capital", None),
        ("revenue", 2014),
        ("revenue", 2015),
        ("employees", 2015),
    ]
    expected = {
        "ids": ["A", "B", "C"],
        ("established", None): [datetime.date(2014, 2, 28).toordinal(), None, datetime.date(2020, 1, 1).toordinal()],
        ("listed_on", None): [-math.inf, datetime.date(2016, 9, 5).toordinal(), None],
        ("industry", None): [1, -1, 2],
        ("capital", None): [10000, None, 250],
        ("revenue", 2014): [1000, None, None],
        ("revenue", 2015): [1250, None, 700],
        ("employees", 2015): [None, None, 3],
    }
    for size in (1, 2, 3, 100):
        assert whole(registry, columns, size) == expected


def test_tables_in_any_order_give_the_same(opened: Open, make: Make, schema: Schema, places: Places) -> None:
    columns = [("capital", None), ("industry", None), ("revenue", 2014), ("revenue", 2015)]
    sorted_ = whole(opened(MAIN, YEARLY), columns)
    head, *rows = MAIN.splitlines(keepends=True)
    head_year, *rows_year = YEARLY.splitlines(keepends=True)
    folder = make(head + "".join(rows[::-1]), head_year + "".join([rows_year[2], rows_year[1], rows_year[0]]), folder="turned")
    registry, problems = open_registry(folder, schema, places)
    assert problems == []
    assert registry is not None
    assert whole(registry, columns, 2) == sorted_
    one = registry.subject("C", columns)
    assert one is not None
    assert one.columns["revenue", 2015].tolist() == [700]


def test_faults_of_a_table_in_no_order_are_told_where_they_stand(opened: Open) -> None:
    registry = opened("id,capital\nC,1\nB,x\nA,3\n")
    with pytest.raises(FaultyInput) as caught:
        list(registry.blocks([("capital", None)]))
    assert [short(p) for p in caught.value.problems] == ["enterprise.csv:3: cell.figure"]


def test_one_subject(opened: Open) -> None:
    registry = opened(MAIN, YEARLY)
    block = registry.subject("B", [("capital", None), ("listed_on", None), ("revenue", 2015)])
    assert isinstance(block, Block)
    assert block.ids.to_pylist() == ["B"]
    assert clean(block.columns["capital", None][0]) is None
    assert block.columns["listed_on", None].tolist() == [datetime.date(2016, 9, 5).toordinal()]
    for stranger in ("", "0", "AA", "B ", "Z"):
        assert registry.subject(stranger, [("capital", None)]) is None


def test_a_registry_without_year_table_or_columns(opened: Open) -> None:
    registry = opened("id\nA\nB\n")
    assert whole(registry, [("revenue", 2015), ("grade", None), ("audited", 2015)]) == {
        "ids": ["A", "B"],
        ("revenue", 2015): [None, None],
        ("grade", None): [-1, -1],
        ("audited", 2015): [-1, -1],
    }
    assert registry.years() == ()
    assert not registry.has("revenue")


def test_a_registry_of_nobody(opened: Open) -> None:
    registry = opened("id,capital\n", "id,year,revenue\n")
    assert registry.subjects == 0
    assert list(registry.blocks([("capital", None), ("revenue", 2015)])) == []
    assert registry.subject("A", [("capital", None)]) is None


def test_years_that_are_known(opened: Open) -> None:
    registry = opened(MAIN, YEARLY + "C,2016,,\n")
    assert registry.years() == (2014, 2015, 2016)
    assert registry.years("revenue") == (2014, 2015)
    assert registry.years("audited") == ()
    assert registry.years("capital") == ()


def test_ids_of_other_writing_are_kept(opened: Open) -> None:
    registry = opened("id,capital\n000001,1\n91330108MA2AX0001R,2\n杭州,3\n")
    assert whole(registry, [("capital", None)])["ids"] == ["000001", "91330108MA2AX0001R", "杭州"]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "gb18030"])
def test_a_csv_in_the_encodings_of_excel(opened: Open, encoding: str) -> None:
    registry = opened("id,name\nA,滨江软件\n".encode(encoding))
    assert whole(registry, [("name", None)]) == {"ids": ["A"], ("name", None): ["滨江软件"]}


def test_provenance_of_a_column_before_that_of_its_table(opened: Open) -> None:
    about = ABOUT + "tables: {enterprise_year: {observed_on: 2023-12-31, verified: false}}\ncolumns: {revenue: {verified: true}}\n"
    registry = opened(MAIN, YEARLY, about)
    day = datetime.date
    assert (registry.title.zh, registry.made_up) == ("三家企业", True)
    assert registry.provenance("capital").observed_on == day(2024, 1, 31)
    assert registry.provenance("capital").verified
    assert registry.provenance("revenue").verified
    assert registry.provenance("revenue").observed_on == day(2023, 12, 31)
    assert not registry.provenance("employees").verified
    assert registry.provenance("employees").recorded_on == day(2024, 2, 15)
    with pytest.raises(KeyError):
        registry.provenance("audited")


def test_the_hash_follows_the_content(make: Make, schema: Schema, places: Places) -> None:
    hashes = set()
    for n, capital in enumerate((1, 1, 2)):
        registry, _ = open_registry(make(f"id,capital\nA,{capital}\n", folder=f"r{n}"), schema, places)
        assert registry is not None
        hashes.add(registry.content_hash)
    assert len(hashes) == 2


def test_parquet_with_types_of_other_programs(make: Make, schema: Schema, places: Places) -> None:
    folder = make(None)
    table = pa.table(
        {
            "id": pa.array([2, 1], pa.int64()),
            "capital": pa.array([Decimal("1.50"), None], pa.decimal128(12, 2)),
            "established": pa.array([datetime.datetime(2014, 2, 28), None], pa.timestamp("ns")),
            "industry": pa.array(["C3911", None]).dictionary_encode(),
            "place": pa.array([330108, 31], pa.int32()),
            "listed": pa.array(["是", "否"], pa.large_string()),
            "grade": pa.nulls(2),
        }
    )
    pq.write_table(table, folder / "enterprise.parquet")
    years = pa.table({"id": pa.array(["2", "1"]).dictionary_encode(), "year": [2015.0, 2014.0], "employees": pa.array([7, None], pa.uint16())})
    pq.write_table(years, folder / "enterprise_year.parquet")
    registry, problems = open_registry(folder, schema, places)
    assert problems == []
    assert registry is not None
    columns = [("capital", None), ("established", None), ("industry", None), ("place", None), ("listed", None), ("grade", None), ("employees", 2015)]
    assert whole(registry, columns) == {
        "ids": ["1", "2"],
        ("capital", None): [None, 150],
        ("established", None): [None, datetime.date(2014, 2, 28).toordinal()],
        ("industry", None): [-1, 1],
        ("place", None): [2, 1],
        ("listed", None): [0, 1],
        ("grade", None): [-1, -1],
        ("employees", 2015): [None, 7],
    }


def test_ids_that_are_dictionaries_of_their_row_groups(make: Make, schema: Schema, places: Places) -> None:
    folder = make(None)
    ids = [f"{n:03}" for n in range(100)]
    years = pa.table({"id": pa.array(ids).dictionary_encode(), "year": pa.array(["2015"] * 100).dictionary_encode(), "employees": range(100)})
    pq.write_table(pa.table({"id": pa.array(ids).dictionary_encode()}), folder / "enterprise.parquet", row_group_size=7)
    pq.write_table(years, folder / "enterprise_year.parquet", row_group_size=9)
    registry, problems = open_registry(folder, schema, places)
    assert problems == []
    assert registry is not None
    assert whole(registry, [("employees", 2015)], size=10) == {"ids": ids, ("employees", 2015): list(range(100))}


def test_row_groups_blocks_and_stretches_that_do_not_fit_each_other(make: Make, schema: Schema, places: Places) -> None:
    """Some 70,000 subjects, some without year rows, in row groups of 10,007 and blocks of 9,999."""
    count = STRETCH + 4_000
    ids = np.array([f"{n:07}" for n in range(count)])
    folder = make(None)
    pq.write_table(pa.table({"id": ids, "capital": np.arange(count, dtype=float)}), folder / "enterprise.parquet", row_group_size=10_007)
    with_years = np.flatnonzero(np.arange(count) % 3 > 0)
    years = pa.table({"id": np.repeat(ids[with_years], 2), "year": np.tile([2015, 2014], len(with_years)), "revenue": np.repeat(with_years, 2) + 0.5})
    pq.write_table(years, folder / "enterprise_year.parquet", row_group_size=10_009)
    registry, problems = open_registry(folder, schema, places)
    assert problems == []
    assert registry is not None
    blocks = list(registry.blocks([("capital", None), ("revenue", 2014), ("revenue", 2015)], 9_999))
    capital = np.concatenate([block.columns["capital", None] for block in blocks])
    revenue = np.concatenate([block.columns["revenue", 2014] for block in blocks])
    assert (capital == np.arange(count) * 100).all()
    assert (np.isnan(revenue) == (np.arange(count) % 3 == 0)).all()
    assert (revenue[with_years] == with_years * 100 + 50).all()
    for n in (0, 1, STRETCH - 1, STRETCH, STRETCH + 1, count - 1):
        one = registry.subject(f"{n:07}", [("capital", None), ("revenue", 2015)])
        assert one is not None
        assert one.columns["capital", None][0] == n * 100
        assert clean(one.columns["revenue", 2015][0]) == (None if n % 3 == 0 else n * 100 + 50)
    part = list(registry.blocks([("revenue", 2014)], start=STRETCH - 5, stop=STRETCH + 5))
    assert part[0].ids.to_pylist() == ids[STRETCH - 5 : STRETCH + 5].tolist()
    assert np.array_equal(part[0].columns["revenue", 2014], revenue[STRETCH - 5 : STRETCH + 5], equal_nan=True)


def test_the_shared_schema(shared: SimpleNamespace, make: Make) -> None:
    codes, _ = read_codes(shared.packs / "facts" / "codes", "codes")
    schema, problems = read_schema(shared.packs / "facts" / "enterprise.yaml", "enterprise.yaml", codes)
    places, faults = read_places(shared.packs)
    assert problems == faults == []
    assert schema is not None
    main = "id,place,established,industry,listed_on\n91330108MA2AX0001R,330108,2015-03-01,I6513,none\n"
    registry, problems = open_registry(make(main, "id,year,revenue\n91330108MA2AX0001R,2023,1e7\n"), schema, places)
    assert problems == []
    assert registry is not None
    block = registry.subject("91330108MA2AX0001R", [("place", None), ("industry", None), ("listed_on", None), ("revenue", 2023)])
    assert block is not None
    assert list(places.by_id)[block.columns["place", None][0]] == "cn-zj-hangzhou-binjiang"
    assert list(codes["industry"].codes)[block.columns["industry", None][0]] == "I651"
    assert block.columns["listed_on", None][0] == -math.inf
    assert block.columns["revenue", 2023][0] == 10**9


@settings(max_examples=200)
@given(st.binary(max_size=120), st.binary(max_size=120), st.booleans())
def test_arbitrary_bytes_never_give_a_traceback(
    tmp_path_factory: pytest.TempPathFactory, schema: Schema, places: Places, main: bytes, yearly: bytes, headed: bool
) -> None:
    folder = tmp_path_factory.mktemp("fuzz")
    (folder / "registry.yaml").write_text(ABOUT, "utf-8")
    (folder / "enterprise.csv").write_bytes(b"id,capital,established\n" * headed + main)
    (folder / "enterprise_year.csv").write_bytes(b"id,year,revenue\n" * headed + yearly)
    registry, problems = open_registry(folder, schema, places)
    assert (registry is None) == bool(problems)
    if registry is not None:
        with suppress(FaultyInput):
            list(registry.blocks([("capital", None), ("established", None), ("revenue", 2014)]))


@given(st.binary(max_size=200))
def test_an_arbitrary_registry_yaml_never_gives_a_traceback(
    tmp_path_factory: pytest.TempPathFactory, schema: Schema, places: Places, about: bytes
) -> None:
    folder = tmp_path_factory.mktemp("fuzz")
    (folder / "registry.yaml").write_bytes(about)
    (folder / "enterprise.csv").write_bytes(b"id\nA\n")
    registry, problems = open_registry(folder, schema, places)
    assert registry is None
    assert problems
