import csv
import datetime
import json
import math
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from huiqi.facts.import_map import read_map
from huiqi.facts.importing import ImportReport, import_tables
from huiqi.facts.registry import Registry, open_registry
from huiqi.facts.schema import Schema, read_codes, read_schema
from huiqi.vocabulary.place import Places, read_places
from huiqi.vocabulary.problem import errors

HEAD = """
title: {en: Firms, zh: 企业}
made_up: false
source: {en: Statistics office, zh: 统计局}
observed_on: 2015-12-31
recorded_on: 2016-03-01
verified: true
tables:
"""
YEAR_2015 = """
  - year: 2015
    id: {column: 代码}
    columns:
      营业收入: {fact: revenue, unit: 万元}
"""


class Office:
    """A folder with files, in which maps are tried."""

    def __init__(self, folder: Path, schema: Schema, places: Places):
        self.folder, self.schema, self.places = folder, schema, places
        self.files: list[Path] = []
        self.report = ImportReport()

    def file(self, name: str, content: str | bytes) -> None:
        (self.folder / name).write_bytes(content if isinstance(content, bytes) else content.encode())
        self.files.append(self.folder / name)

    def run(self, tables: str, **how: bool) -> ImportReport:
        (self.folder / "map.yaml").write_text(HEAD + tables, "utf-8")
        self.report = import_tables(self.folder / "map.yaml", self.files, self.folder / "out", self.schema, self.places, **how)
        assert self.report.read == self.report.accepted + self.report.rejected
        return self.report

    def codes(self) -> list[str]:
        return [problem.code for problem in self.report.problems]

    def registry(self) -> Registry:
        registry, problems = open_registry(self.folder / "out", self.schema, self.places)
        assert problems == []
        assert registry is not None
        return registry

    def known(self, fact: str, year: int | None = None) -> dict[str, Any]:
        """The known values of a fact by subject."""
        found = {}
        for block in self.registry().blocks([(fact, year)]):
            for id, value in zip(block.ids.to_pylist(), block.columns[fact, year].tolist(), strict=True):
                if not (isinstance(value, float) and math.isnan(value)) and value not in (-1, None):
                    found[id] = value
        return found

    def rejected(self) -> list[dict[str, str]]:
        with (self.folder / "out" / "rejected.csv").open(encoding="utf-8-sig", newline="") as file:
            return list(csv.DictReader(file))


@pytest.fixture
def office(tmp_path: Path, schema: Schema, places: Places) -> Office:
    return Office(tmp_path, schema, places)


# Nothing is written


def test_a_wrong_map_or_file_stops_before_anything_is_read(office: Office) -> None:
    office.file("a.csv", "代码,收入\n1,5\n")
    office.run(YEAR_2015)
    assert [(p.code, p.hint) for p in errors(office.report.problems)] == [("table.missing-column", "did you mean 收入?")]
    office.run("  - {files: b.csv, id: {column: 代码}, columns: {x: {fact: land, unit: 万元}}}")
    assert office.codes() == ["import.unit"]
    office.run("  - {files: b.csv, id: {column: 代码}, columns: {x: {fact: land, unit: 亩}}}")
    assert office.codes() == ["import.no-file", "import.unused-file"]
    assert not (office.folder / "out").exists()


def test_empty_files_and_files_of_a_header_only(office: Office) -> None:
    office.file("a.csv", "")
    office.run(YEAR_2015)
    assert office.codes() == ["table.empty"]
    office.file("a.csv", "代码,营业收入\n")
    office.run(YEAR_2015)
    assert office.codes() == ["import.nothing-accepted"]
    assert not (office.folder / "out").exists()


def test_when_no_row_can_be_accepted(office: Office) -> None:
    office.file("a.csv", "代码,营业收入\n1,五\n")
    report = office.run(YEAR_2015)
    assert (report.read, report.accepted, report.rejected, report.folder) == (1, 0, 1, None)
    assert office.codes() == ["import.rejected", "import.nothing-accepted"]
    assert not (office.folder / "out").exists()


@pytest.mark.parametrize("name", ["a.xlsx", "a.parquet", "a.xls", "a.csv"])
def test_files_that_are_not_what_they_are_called(office: Office, name: str) -> None:
    office.file(name, b"PK\x03\x04 not really\0")
    office.run(YEAR_2015)
    expected = {"a.xls": "import.old-excel", "a.csv": "table.not-text", "a.parquet": "table.parquet"}.get(name, "table.unreadable")
    assert office.codes() == [expected]


def test_a_quote_that_never_closes_stops_the_import(office: Office) -> None:
    office.file("a.csv", '代码,营业收入\n1,5\n2,"6\n3,7\n')
    office.run(YEAR_2015)
    assert [str(p.where) for p in office.report.problems] == ["a.csv:3"]
    assert not (office.folder / "out").exists()


def test_mixed_encodings_are_refused(office: Office) -> None:
    office.file("a.csv", "代码,营业收入\n".encode() + "杭州,5\n".encode("gb18030"))
    office.run(YEAR_2015)
    assert office.codes() == ["table.mixed-encoding"]


def test_what_is_there_is_not_overwritten_unless_asked(office: Office) -> None:
    office.file("a.csv", "代码,营业收入\n1,5\n")
    office.run(YEAR_2015)
    office.file("a.csv", "代码,营业收入\n2,5\n")
    office.run(YEAR_2015)
    assert office.codes() == ["import.out-exists"]
    assert set(office.known("revenue", 2015)) == {"1"}
    office.run(YEAR_2015, overwrite=True)
    assert set(office.known("revenue", 2015)) == {"2"}


# Rows that are rejected


def test_every_rejected_row_stands_whole_with_its_reasons(office: Office) -> None:
    office.file("a.csv", "代码,营业收入,备注\n1,５,\n2,五,新\n,6,\n4,-1,\n5,7\n6,90071992547410,\n")
    report = office.run(YEAR_2015 + "    ignore: [备注]\n")
    assert (report.read, report.accepted, report.rejected) == (6, 1, 5)
    rows = office.rejected()
    assert [(r["file"], r["row"], r["column"], r["value"], r["code"]) for r in rows] == [
        ("a.csv", "6", "", "2", "import.row-length"),
        ("a.csv", "3", "营业收入", "五", "cell.figure"),
        ("a.csv", "4", "代码", "", "import.no-id"),
        ("a.csv", "5", "营业收入", "-1", "cell.range"),
        ("a.csv", "7", "营业收入", "90071992547410", "cell.too-large"),
    ]
    assert (rows[1]["reason_en"], rows[1]["reason_zh"]) == ("五 is not a figure", "五不是数字")
    assert json.loads(rows[1]["original"]) == {"代码": "2", "营业收入": "五", "备注": "新"}
    assert office.known("revenue", 2015) == {"1": 5_000_000}


def test_all_faults_of_a_row_are_told(office: Office) -> None:
    office.file("a.csv", "代码,注册资本,成立\n1,x,y\n2,1,2014-02-28\n")
    report = office.run("  - {id: {column: 代码}, columns: {注册资本: {fact: capital, unit: 元}, 成立: {fact: established}}}")
    assert report.rejected == 1
    assert [row["code"] for row in office.rejected()] == ["cell.figure", "cell.date"]
    assert [(p.code, str(p.where)) for p in report.problems] == [("import.rejected", "a.csv:2")] * 2


@pytest.mark.parametrize(
    ("rule", "kept", "codes", "repeated"),
    [
        ("reject", {"C": 3}, ["import.repeated"] * 4, 0),
        ("first", {"A": 1, "B": 1, "C": 3}, ["import.superseded"] * 2, 0),
        ("last", {"A": 1, "B": 2, "C": 3}, ["import.superseded"] * 2, 0),
        ("same", {"A": 1, "C": 3}, ["import.differing"] * 2, 1),
    ],
)
def test_repeated_rows(office: Office, rule: str, kept: dict[str, int], codes: list[str], repeated: int) -> None:
    """A stands twice and says the same; B stands twice and does not."""
    office.file("a.csv", "代码,营业收入\nA,1\nB,1\nA,1.0\nB,2\nC,3\n")
    report = office.run(YEAR_2015 + f"    duplicates: {rule}\n")
    assert office.known("revenue", 2015) == {id: value * 1_000_000 for id, value in kept.items()}
    assert [row["code"] for row in office.rejected()] == codes
    assert report.repeated == repeated


def test_tables_that_contradict_each_other(office: Office) -> None:
    office.file("a.csv", "代码,资本\nA,1\nB,\n")
    office.file("b.csv", "代码,资本,成立\nA,2,2014-02-28\nB,3,2015-01-01\n")
    table = "  - {files: %s, id: {column: 代码}, columns: {资本: {fact: capital, unit: 元}%s}}\n"
    report = office.run(table % ("a.csv", "") + table % ("b.csv", ", 成立: {fact: established}"))
    assert office.known("capital") == {"A": 100, "B": 300}
    assert office.known("established") == {"B": datetime.date(2015, 1, 1).toordinal()}
    assert [(r["file"], r["row"], r["column"], r["value"], r["code"]) for r in office.rejected()] == [("b.csv", "2", "资本", "2", "import.conflict")]
    assert report.accepted == 3


def test_credit_codes_are_checked_if_the_map_says_so(office: Office) -> None:
    office.file("a.csv", "代码,资本\n914403001922038216,1\n914403001922083216,2\n91440300708461136t,3\n")
    table = "  - {id: {column: 代码, credit_code: %s}, columns: {资本: {fact: capital, unit: 元}}}\n"
    office.run(table % "true")
    assert [(r["value"], r["reason_zh"]) for r in office.rejected()] == [("914403001922083216", "914403001922083216不是有效的统一社会信用代码")]
    assert set(office.known("capital")) == {"914403001922038216", "91440300708461136T"}
    report = office.run(table % "false", overwrite=True)
    assert report.rejected == 0
    assert [p.message for p in report.problems] == ["2 ids of 18 characters are not valid credit codes"]


# Rows that are accepted


def test_units_scale_exactly(office: Office) -> None:
    office.file("profit2014_4.csv", ",code,net_profits,business_income,employees,rd\n0,000520,-4307.337,981.875,1.2,6.5\n")
    office.run(
        """
  - files: "profit*_4.csv"
    year: 2014
    id: {column: code, prefix: SZ}
    ignore: [""]
    columns:
      business_income: {fact: revenue, unit: 百万元}
      net_profits: {fact: net_profit, unit: million CNY}
      employees: {fact: employees, unit: 千人}
      rd: {fact: rd_share, unit: "%"}
"""
    )
    assert office.codes() == []
    assert office.known("revenue", 2014) == {"SZ000520": 98_187_500_000}
    assert office.known("net_profit", 2014) == {"SZ000520": -430_733_700_000}
    assert office.known("employees", 2014) == {"SZ000520": 1200}
    assert office.known("rd_share", 2014) == {"SZ000520": 65_000}


def test_more_decimals_than_are_kept_are_counted(office: Office) -> None:
    office.file("a.csv", "代码,营业收入\nA,1.0000005\nB,1.000001\nC,0.33333333\n")
    report = office.run(YEAR_2015)
    assert office.known("revenue", 2015) == {"A": 1_000_001, "B": 1_000_001, "C": 333_333}
    assert [p.message for p in report.problems] == ["revenue: 2 values have more decimals than are kept and were rounded half up"]


def test_columns_that_are_neither_mapped_nor_ignored_are_told(office: Office) -> None:
    office.file("a.csv", "代码,营业收入,税收\nA,1,2\n")
    report = office.run(YEAR_2015)
    assert [(p.code, p.severity, p.message) for p in report.problems] == [("import.unmapped-column", "warning", "税收 is left out")]


def test_codes_dates_and_words_for_unknown_and_none(office: Office) -> None:
    office.file("a.csv", "code;area;time;grade;flag\n1;上海;20160905;甲级;有\n2;滨江;0;--;无\n3;330108;;;\n4;广东;2016905;乙;可能\n")
    office.run(
        """
  - id: {column: code, pad: 6}
    unknown: ["--"]
    columns:
      area: {fact: place, codes: {上海: cn-sh, 滨江: cn-zj-hangzhou-binjiang}}
      time: {fact: listed_on, date: "%Y%m%d", none: ["0"]}
      grade: {fact: grade, codes: {甲级: A}}
      flag: {fact: listed, codes: {有: "true", 无: "false"}}
"""
    )
    assert office.known("place") == {"000001": 2, "000002": 1, "000003": 1}
    assert office.known("listed_on") == {"000001": datetime.date(2016, 9, 5).toordinal(), "000002": -math.inf}
    assert office.known("grade") == {"000001": 0}
    assert office.known("listed") == {"000001": 1, "000002": 0}
    assert [row["code"] for row in office.rejected()] == ["cell.place", "cell.date", "cell.category", "cell.flag"]


def test_years_from_a_column(office: Office) -> None:
    office.file("a.csv", "代码,年度,营业收入\nA,2014,1\nA,2015年,2\nA,十四,3\nA,,4\nB,2014,5\n")
    report = office.run(YEAR_2015.replace("year: 2015", "year: {column: 年度}"))
    assert office.known("revenue", 2014) == {"A": 1_000_000, "B": 5_000_000}
    assert office.known("revenue", 2015) == {"A": 2_000_000}
    assert [(r["value"], r["code"]) for r in office.rejected()] == [("十四", "import.year"), ("", "import.year")]
    assert report.subjects == 2


def test_tables_of_several_years_and_files_make_one_registry(office: Office) -> None:
    office.file("basics.csv", "code,name\n000001,平安\n000002,万科\n".encode("gb18030"))
    office.file("p2014.csv", "code,income\n000002,10\n000003,7\n")
    office.file("p2015.csv", "code,income\n000001,20\n")
    office.run(
        """
  - {files: basics.csv, id: {column: code}, columns: {name: {fact: name}}, defaults: {listed: true, capital: "100"}}
  - {files: p2014.csv, year: 2014, id: {column: code}, columns: {income: {fact: revenue, unit: 亿元}}}
  - {files: [p2015.csv], year: 2015, id: {column: code}, verified: true, columns: {income: {fact: revenue, unit: 亿元}}, defaults: {audited: false}}
"""
    )
    assert [(p.code, p.message) for p in office.report.problems] == [("import.only-years", "1 subjects have year rows only")]
    assert office.known("name") == {"000001": "平安", "000002": "万科"}
    assert office.known("listed") == {"000001": 1, "000002": 1}
    assert office.known("capital") == {"000001": 10_000, "000002": 10_000}
    assert office.known("revenue", 2014) == {"000002": 10**11, "000003": 7 * 10**10}
    assert office.known("revenue", 2015) == {"000001": 2 * 10**11}
    assert office.known("audited", 2015) == {"000001": 0}
    registry = office.registry()
    assert registry.subjects == office.report.subjects == 3
    assert (registry.title.zh, registry.made_up) == ("企业", False)
    assert registry.provenance("revenue").recorded_on == datetime.date(2016, 3, 1)


def test_a_table_with_its_own_provenance(office: Office) -> None:
    office.file("a.csv", "代码,营业收入,人数\nA,1,2\n")
    office.run(
        """
  - {year: 2015, id: {column: 代码}, ignore: [人数], columns: {营业收入: {fact: revenue, unit: 元}}}
  - {year: 2015, id: {column: 代码}, ignore: [营业收入], columns: {人数: {fact: employees}}, source: {en: Survey, zh: 调查}, verified: false}
"""
    )
    registry = office.registry()
    assert registry.provenance("revenue").verified
    assert not registry.provenance("employees").verified
    assert registry.provenance("employees").source.zh == "调查"


def excel(path: Path, rows: list[list[Any]], *more_sheets: str) -> None:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    for sheet in more_sheets:
        book.create_sheet(sheet)
    book.save(path)


def test_excel_with_titles_dates_and_numbers(office: Office) -> None:
    path = office.folder / "firms.xlsx"
    rows = [
        ["2015年企业名单"],
        ["代码", "成立", "资本", "上市", None],
        [1, datetime.datetime(2014, 2, 28), 1234.5, True],
        ["000002", "2015-01-01", "1,000", "否", None, None],
        [None],
        [3.0, datetime.date(2016, 9, 5), "=1/0", None],
        [4, 42618, "#N/A", False, None, "对齐错误"],
    ]
    excel(path, rows, "说明")
    office.files.append(path)
    columns = "{成立: {fact: established}, 资本: {fact: capital, unit: 万元}, 上市: {fact: listed}}"
    table = f"  - {{sheet: Sheet, header_row: 2, id: {{column: 代码, pad: 6}}, columns: {columns}}}"
    report = office.run(table)
    assert (report.read, report.accepted, report.rejected) == (4, 3, 1)
    assert office.known("established") == {
        "000001": datetime.date(2014, 2, 28).toordinal(),
        "000002": datetime.date(2015, 1, 1).toordinal(),
        "000003": datetime.date(2016, 9, 5).toordinal(),
    }
    assert office.known("capital") == {"000001": 1_234_500_000, "000002": 1_000_000_000}
    assert office.known("listed") == {"000001": 1, "000002": 0}
    assert [(r["row"], r["code"]) for r in office.rejected()] == [("7", "import.row-length")]


def test_which_sheet(office: Office) -> None:
    excel(office.folder / "a.xlsx", [["代码", "营业收入"], ["A", 1]], "2014年", "2015年")
    office.files.append(office.folder / "a.xlsx")
    office.run(YEAR_2015)
    assert [(p.code, p.hint) for p in office.report.problems] == [("import.sheet", "add sheet: one of Sheet, 2014年, 2015年")]
    office.run(YEAR_2015 + "    sheet: 2016年\n")
    assert office.codes() == ["import.sheet"]
    office.run(YEAR_2015 + "    sheet: 2015年\n")
    assert office.codes() == ["table.empty"]
    office.run(YEAR_2015 + "    sheet: Sheet\n")
    assert office.known("revenue", 2015) == {"A": 1_000_000}


def test_parquet_with_typed_columns(office: Office) -> None:
    table = pa.table({"代码": [1, 2, 3], "年": pa.array([2014, 2015, 2015], pa.int16()), "营业收入": [1.5, None, float("nan")]})
    pq.write_table(table, office.folder / "a.parquet")
    office.files.append(office.folder / "a.parquet")
    office.run(YEAR_2015.replace("year: 2015", "year: {column: 年}"))
    assert office.known("revenue", 2014) == {"1": 1_500_000}
    assert office.registry().years() == (2014, 2015)
    assert [(r["row"], r["value"], r["code"]) for r in office.rejected()] == [("3", "nan", "cell.not-finite")]


def test_parquet_columns_of_types_that_do_not_suit(office: Office) -> None:
    """Codes that became floats are read as codes; a date is no figure, and a list is nothing at all."""
    table = pa.table(
        {
            "code": [1.0, 2.0, 3.0],
            "area": [330108.0, None, 31.0],
            "capital": [None, datetime.date(2014, 2, 28), None],
            "listed": [None, None, [True]],
            "day": pa.array([2015.0, 2016.0, 2016.5]),
        }
    )
    pq.write_table(table, office.folder / "a.parquet")
    office.files.append(office.folder / "a.parquet")
    columns = "{area: {fact: place}, capital: {fact: capital, unit: 元}, listed: {fact: listed}}"
    office.run(f"  - {{id: {{column: code, pad: 3}}, columns: {columns}, ignore: [day]}}")
    assert office.known("place") == {"001": 1}
    assert [(r["row"], r["value"], r["code"]) for r in office.rejected()] == [("2", "2014-02-28", "cell.figure"), ("3", "[True]", "cell.flag")]
    office.run(
        "  - {year: {column: day}, id: {column: code}, columns: {}, defaults: {audited: true}, ignore: [area, capital, listed]}", overwrite=True
    )
    assert office.known("audited", 2016) == {"2": 1}
    assert [r["value"] for r in office.rejected()] == ["2016.5"]


def test_a_mapped_column_that_stands_twice(office: Office) -> None:
    office.file("a.csv", "代码,营业收入,x,x,营业收入\nA,1,2,3,4\n")
    office.run(YEAR_2015)
    assert [p.code for p in errors(office.report.problems)] == ["table.repeated-column"]


def test_more_rows_than_a_part_holds(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("huiqi.facts.source_table.PART", 7)
    office.file("a.csv", "代码,营业收入\n" + "".join(f"{n:03},{'x' if n % 10 == 9 else n}\n" for n in range(50)) + "000,0\n049,1\n")
    report = office.run(YEAR_2015 + "    duplicates: same\n")
    assert (report.read, report.accepted, report.rejected, report.repeated) == (52, 47, 5, 1)
    assert [r["row"] for r in office.rejected()] == ["11", "21", "31", "41", "51"]
    assert office.known("revenue", 2015)["049"] == 1_000_000


@settings(max_examples=100)
@given(
    st.binary(max_size=200),
    st.booleans(),
    st.sampled_from(["a.csv", "a.xlsx", "a.parquet", "a.txt"]),
    st.sampled_from(["reject", "first", "last", "same"]),
)
def test_arbitrary_bytes_never_give_a_traceback(
    tmp_path_factory: pytest.TempPathFactory, schema: Schema, places: Places, raw: bytes, headed: bool, name: str, rule: str
) -> None:
    office = Office(tmp_path_factory.mktemp("fuzz"), schema, places)
    office.file(name, "代码,营业收入\n".encode() * headed + raw)
    report = office.run(YEAR_2015 + f"    duplicates: {rule}\n")
    assert (report.folder is None) == bool(errors(report.problems))


RULES = st.sampled_from(["reject", "first", "last", "same"])
ROWS = st.lists(st.tuples(st.sampled_from("ABC"), st.integers(2014, 2016), st.sampled_from(["", "1", "2", "x"])), max_size=12)


@settings(max_examples=50)
@given(ROWS, RULES)
def test_accepted_and_rejected_rows_are_all_rows(
    tmp_path_factory: pytest.TempPathFactory, schema: Schema, places: Places, rows: list[tuple[str, int, str]], rule: str
) -> None:
    office = Office(tmp_path_factory.mktemp("rows"), schema, places)
    office.file("a.csv", "代码,年,营业收入\n" + "".join(f"{id},{year},{value}\n" for id, year, value in rows))
    report = office.run(YEAR_2015.replace("year: 2015", "year: {column: 年}") + f"    duplicates: {rule}\n")
    assert report.read == len(rows)
    if report.folder is not None:
        told = len({row["row"] for row in office.rejected()}) if report.rejected else 0
        assert told == report.rejected
        kept = sum(len(office.known("revenue", year)) for year in (2014, 2015, 2016))
        assert kept <= report.accepted - report.repeated


# The real thing


def test_the_a_share_map(shared: SimpleNamespace, tmp_path: Path) -> None:
    data = shared.data / "cn_ashare_2014_2016"
    if not data.is_dir():
        pytest.skip("the A-share files are not part of the repository; HUIQI_SHARED says where they are")
    codes, _ = read_codes(shared.packs / "facts" / "codes", "codes")
    schema, _ = read_schema(shared.packs / "facts" / "enterprise.yaml", "enterprise.yaml", codes)
    places, _ = read_places(shared.packs)
    assert schema is not None
    office = Office(tmp_path, schema, places)
    files = [data / name for name in ("stock_basics.csv", "profit2014_4.csv", "profit2015_4.csv")]
    map = shared.examples / "maps" / "a-share-2014-2016.yaml"
    report = import_tables(map, files, tmp_path / "out", schema, places)
    assert report.problems == ()
    assert (report.read, report.accepted, report.rejected, report.repeated, report.subjects) == (11_690, 11_690, 0, 21, 2_929)
    # 中国工商银行 2014: operating revenue of 658,892 million yuan, and 277,131 million of net profit in 2015, as its reports say
    assert office.known("revenue", 2014)["601398"] == 65_889_200_000_000
    assert office.known("net_profit", 2015)["601398"] == pytest.approx(27_713_100_000_000, rel=1e-5)
    registry = office.registry()
    assert registry.years() == (2014, 2015)
    assert not registry.provenance("total_assets").verified
    firm = registry.subject("300543", [("listed_on", None), ("place", None), ("industry", None)])
    assert firm is not None
    assert firm.columns["listed_on", None][0] == -math.inf  # admitted, not yet traded on the day of the list
    assert list(places.by_id)[firm.columns["place", None][0]] == "cn-gd-shenzhen"


def test_the_a_share_map_can_be_read(shared: SimpleNamespace) -> None:
    codes, _ = read_codes(shared.packs / "facts" / "codes", "codes")
    schema, _ = read_schema(shared.packs / "facts" / "enterprise.yaml", "enterprise.yaml", codes)
    places, _ = read_places(shared.packs)
    assert schema is not None
    map, problems = read_map(shared.examples / "maps" / "a-share-2014-2016.yaml", schema, places)
    assert problems == []
    assert map is not None
    assert [table.year for table in map.tables] == [None, 2015, 2014, 2015]
