from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from huiqi.facts.import_map import Map, read_map, source_unit
from huiqi.facts.schema import Schema
from huiqi.vocabulary.place import Places

HEAD = """
title: {en: Firms, zh: 企业}
made_up: false
source: {en: Statistics office, zh: 统计局}
observed_on: 2015-12-31
recorded_on: 2016-03-01
verified: true
tables:
"""
Told = Callable[[str], list[str]]


@pytest.fixture
def told(tmp_path: Path, schema: Schema, places: Places) -> Told:
    """What is wrong with a map of one table, as `code: message`."""

    def told(table: str, head: str = HEAD) -> list[str]:
        (tmp_path / "map.yaml").write_text(head + table, "utf-8")
        found, problems = read_map(tmp_path / "map.yaml", schema, places)
        assert (found is None) == bool(problems)
        return [f"{problem.code}: {problem.message}" for problem in problems]

    return told


def test_all_faults_of_a_map_are_told_at_once(told: Told) -> None:
    table = """
  - year: 2015
    id: {column: code, pad: six}
    encoding: utf-9
    separator: ", "
    columns:
      income: {fact: revenu, unit: 万元}
      capital: {fact: capital, unit: 万元}
      profit: {fact: net_profit, unit: 万人}
      share: {fact: rd_share, unit: 万元}
      cost: {fact: revenue}
    defaults: {audited: maybe, employees: "-1"}
"""
    assert told(table) == [
        "import.unknown-fact: revenu is not a fact of the enterprise",
        "import.period: capital is a day fact",
        "import.unit: 万人 is not a unit of net_profit, which is in CNY",
        "import.unit: 万元 is not a unit of rd_share, which is in plain numbers",
        "import.no-unit: the unit of the column for revenue is not said",
        "import.default: audited: maybe is neither true nor false",
        "import.default: employees: -1 is below 0 人",
        "import.encoding: utf-9 is not an encoding",
        "import.separator: ', ' is not a separator",
        "import.number: pad: six is not a whole number from 1 to 64",
    ]


def test_money_and_shares_never_go_without_unit(told: Told) -> None:
    assert told("  - {year: 2015, id: {column: c}, columns: {x: {fact: rd_share}}}") == [
        "import.no-unit: the unit of the column for rd_share is not said",
    ]
    assert told("  - {id: {column: c}, columns: {x: {fact: land}}}") == ["import.no-unit: the unit of the column for land is not said"]
    assert told("  - {year: 2015, id: {column: c}, columns: {x: {fact: employees}}}") == []


def test_another_currency_is_not_converted(told: Told) -> None:
    assert told("  - {id: {column: c}, columns: {x: {fact: capital, unit: 万美元}}}") == [
        "import.unit: 万美元 is not a unit of capital, which is in CNY",
    ]


def test_codes_that_are_in_no_list(told: Told) -> None:
    table = "  - {id: {column: c}, columns: {x: {fact: grade, codes: {优: A, 良: C, 差: none}}, y: {fact: place, codes: {上海: cn-shh}}}}"
    assert told(table) == ["import.codes: 良: C is not a code of the list grade", "import.codes: 上海: cn-shh is not a place"]
    assert told("  - {id: {column: c}, columns: {x: {fact: industry, codes: {无: none}}}}") == [
        "import.codes: 无: none says that it does not exist, and this fact always exists"
    ]
    assert told("  - {id: {column: c}, columns: {x: {fact: capital, unit: 元, codes: {a: b}}}}") == ["import.codes: a money has no codes"]


def test_date_formats_that_do_not_tell_the_day(told: Told) -> None:
    for form in ("%Y", "%Y%M%d", "%", "%Q", "2014", "%m/%d", "excell"):
        assert told(f'  - {{id: {{column: c}}, columns: {{x: {{fact: established, date: "{form}"}}}}}}') == [
            f"import.date-format: {form} does not tell year, month and day"
        ]
    assert told('  - {id: {column: c}, columns: {x: {fact: established, date: ["%Y-%m-%d", "%Y年%m月%d日", excel]}}}') == []


def test_only_optional_facts_can_be_none(told: Told) -> None:
    assert told('  - {id: {column: c}, columns: {x: {fact: established, none: ["0"]}}}') == [
        "import.none: established always exists: no text can mean that it does not"
    ]


def test_a_fact_given_twice(told: Told) -> None:
    table = "  - {id: {column: c}, columns: {x: {fact: listed}, y: {fact: listed}}, defaults: {listed: true}, ignore: [x]}"
    assert told(table) == [
        "import.ignored: x is both mapped and ignored",
        "import.fact-twice: listed is given by x and by y",
        "import.fact-twice: listed is given by y and by defaults",
    ]


def test_two_provenances_of_one_column(told: Told) -> None:
    table = """
  - {files: a.csv, year: 2014, id: {column: c}, columns: {x: {fact: revenue, unit: 元}}}
  - {files: b.csv, year: 2015, id: {column: c}, verified: false, columns: {x: {fact: revenue, unit: 元}}}
"""
    assert told(table) == ["import.provenance: revenue comes from two tables with different provenance, and a registry holds one a column"]


def test_a_map_without_tables_or_facts(told: Told) -> None:
    assert told("", HEAD.replace("tables:", "tables: []")) == ["import.no-tables: the map names no tables"]
    assert told("  - {id: {column: c}}") == ["import.no-columns: the table gives no facts"]


def test_years_that_are_none(told: Told) -> None:
    assert told("  - {year: 14, id: {column: c}, columns: {x: {fact: revenue, unit: 元}}}") == [
        "import.number: year: 14 is not a whole number from 1900 to 2200"
    ]
    assert told('  - {year: {column: y, format: "%m"}, id: {column: c}, columns: {x: {fact: revenue, unit: 元}}}') == [
        "import.date-format: %m does not tell the year"
    ]
    assert told("  - {year: {colum: y}, id: {column: c}, columns: {x: {fact: revenue, unit: 元}}}") == [
        "record.missing-key: year lacks column",
        "record.unknown-key: colum is not a key here",
    ]


def test_units_as_tables_write_them() -> None:
    def factor(text: str) -> Fraction | None:
        unit = source_unit(text)
        return None if unit is None else unit.factor

    assert [factor(text) for text in ("元", "万元", "百万元", "千万元", "亿元", "million CNY", "％")] == [
        1,
        10**4,
        10**6,
        10**7,
        10**8,
        10**6,
        Fraction(1, 100),
    ]
    assert [factor(text) for text in ("万", "千人", "thousand persons", "万亩", "万平方米")] == [10**4, 1000, 1000, Fraction(20_000_000, 3), 10**4]
    assert [factor(text) for text in ("", "万万万圆", "dollars", "元/亩", "万" * 60)] == [None] * 5


@settings(max_examples=300)
@given(st.binary(max_size=300) | st.text(max_size=200).map(lambda text: (HEAD + text).encode()))
def test_arbitrary_maps_never_give_a_traceback(tmp_path_factory: pytest.TempPathFactory, schema: Schema, places: Places, text: bytes) -> None:
    path = tmp_path_factory.mktemp("fuzz") / "map.yaml"
    path.write_bytes(text)
    found, problems = read_map(path, schema, places)
    assert (found is None) == bool(problems)


VALUES = st.recursive(
    st.sampled_from(["", "0", "1", "2015", "no", "none", "元", "%", "万元", "%Y%m%d", "auto", "A", "cn-sh", "excel", '"', "x" * 70]),
    lambda inner: (
        st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from(["column", "fact", "unit", "format", "en", "zh", "x"]), inner, max_size=3)
    ),
    max_leaves=4,
)
KEYS = ["files", "encoding", "separator", "sheet", "header_row", "year", "id", "columns", "ignore", "unknown", "defaults", "duplicates", "source"]


@given(
    st.dictionaries(st.sampled_from(KEYS), VALUES),
    st.dictionaries(st.sampled_from(["fact", "unit", "codes", "date", "unknown", "none"]), VALUES),
    st.sampled_from(["revenue", "established", "grade", "listed", "name"]),
)
def test_arbitrary_values_of_known_keys_never_give_a_traceback(
    tmp_path_factory: pytest.TempPathFactory, schema: Schema, places: Places, table: dict[str, object], column: dict[str, object], fact: str
) -> None:
    path = tmp_path_factory.mktemp("fuzz") / "map.yaml"
    whole = {"id": {"column": "c"}, **table, "columns": {"x": {"fact": fact, **column}}}
    path.write_text(HEAD + "  - " + yaml.safe_dump(whole, default_flow_style=True, width=10**6), "utf-8")
    found, problems = read_map(path, schema, places)
    assert isinstance(found, Map) != bool(problems)
