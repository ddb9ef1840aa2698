import datetime
import math
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from huiqi.facts.cells import NO_DATE, NONE, UNKNOWN, Reading
from huiqi.facts.schema import Fact, Kind, Schema
from huiqi.vocabulary.place import Places
from huiqi.vocabulary.record import words


@pytest.fixture
def read(schema: Schema, places: Places) -> Any:
    def read(fact: str, cells: list[Any], type: pa.DataType | None = None, **how: Any) -> tuple[list[Any], list[tuple[str, list[int]]]]:
        encoded = Reading(schema.facts[fact], places, **how).encode(pa.array(cells, type or pa.string()))
        values = [None if isinstance(v, float) and math.isnan(v) else v for v in encoded.values.tolist()]
        return values, [(faults.code, faults.rows.tolist()) for faults in encoded.faults]

    return read


def ordinal(text: str) -> int:
    return datetime.date.fromisoformat(text).toordinal()


def test_money_is_whole_fen(read: Any) -> None:
    assert read("capital", ["1234.5", "", None, "0"]) == ([123450, None, None, 0], [])


def test_money_as_people_write_it(read: Any) -> None:
    assert read("capital", ["1,234.50", "１２３４．５", " 1234.5 ", "+1234.5", "1.2345e3"]) == ([123450] * 5, [])
    assert read("capital", ["1234.", ".5", "-0"]) == ([123400, 50, 0], [])


def test_what_is_not_a_figure_is_told_with_its_row(read: Any) -> None:
    cells = ["1,23", "1.234,5", "12万", "--", "1 234", "nan", "inf", "1e400", "0x10", ".", "1%", "（5）"]
    assert read("capital", ["7", *cells]) == ([700] + [None] * 12, [("cell.figure", list(range(1, 13)))])


def test_money_of_any_arrow_type(read: Any) -> None:
    for type, cell in ((pa.int32(), 7), (pa.uint8(), 7), (pa.float32(), 7.0), (pa.decimal128(10, 3), Decimal("7.000")), (pa.large_string(), "7")):
        assert read("capital", [cell, None], type) == ([700, None], [])
    assert read("capital", ["7", None, "7"], pa.dictionary(pa.int8(), pa.string())) == ([700, None, 700], [])


def test_a_half_fen_is_rounded_up_exactly(read: Any) -> None:
    """1.005 as float64 is a little less than 1.005: the text counts, not the float."""
    assert read("capital", ["1.005", "1.0049999999999999999", "0.015", "2.675"]) == ([101, 100, 2, 268], [])
    assert read("capital", [1.005, 0.015, 2.675], pa.float64()) == ([101, 2, 268], [])


def test_half_up_of_a_loss_goes_up(schema: Schema, places: Places) -> None:
    encoded = Reading(schema.facts["net_profit"], places).encode(pa.array(["-1.005", "-1.006", "-1.00"]))
    assert encoded.values.tolist() == [-100, -101, -100]
    assert encoded.rounded == 2


def test_figures_beyond_whole_float64_are_refused(read: Any) -> None:
    """The largest balance sheets, about 50 trillion yuan, still fit; a hundred times that is a wrong unit."""
    assert read("capital", ["48821746000000.37", "90071992547409.92"]) == ([4882174600000037, None], [("cell.too-large", [1])])


def test_a_large_figure_that_a_registry_could_not_give_back_is_refused(read: Any) -> None:
    assert read("capital", ["80000000000000.01", "80000000000000"]) == ([None, 8000000000000000], [("cell.too-large", [0])])


def test_nan_in_a_figure_column_is_not_unknown(read: Any) -> None:
    assert read("capital", [1.0, math.nan, math.inf, None], pa.float64()) == ([100, None, None, None], [("cell.not-finite", [1, 2])])


def test_a_negative_revenue_is_outside_its_range(read: Any) -> None:
    assert read("revenue", ["-0.01", "0"]) == ([None, 0], [("cell.range", [0])])


def test_shares_as_fractions_and_per_cent(read: Any) -> None:
    assert read("rd_share", ["0.065", "6.5%", "6.5％", "101%"]) == ([65000, 65000, 65000, None], [("cell.range", [3])])


def test_units_are_exact_factors(read: Any) -> None:
    assert read("revenue", ["981.875", "0.0000000001"], factor=Fraction(1_000_000)) == ([98187500000, 0], [])
    assert read("land", ["1"], factor=Fraction(3, 2000)) == ([15], [])  # square metres in mu, four decimals


def test_dates(read: Any) -> None:
    day = ordinal("2014-02-28")
    assert read("established", ["2014-02-28", "2014-02-28 00:00:00", "2014-02-28T08:30", "", None]) == ([day, day, day, None, None], [])
    assert read("established", ["2014-02-30", "20140228", "28.2.2014", "0000-01-01", "2014-2-28"]) == ([None] * 5, [("cell.date", [0, 1, 2, 3, 4])])


def test_dates_of_arrow_types(read: Any) -> None:
    day = datetime.date(2014, 2, 28)
    midnight = datetime.datetime(2014, 2, 28, tzinfo=datetime.timezone(datetime.timedelta(hours=8)))
    assert read("established", [day, None], pa.date32()) == ([day.toordinal(), None], [])
    assert read("established", [day], pa.date64()) == ([day.toordinal()], [])
    assert read("established", [datetime.datetime(2014, 2, 28, 23, 59), datetime.datetime(1969, 12, 31, 1)], pa.timestamp("us")) == (
        [day.toordinal(), ordinal("1969-12-31")],
        [],
    )
    assert read("established", [midnight], pa.timestamp("ms", "Asia/Shanghai")) == ([day.toordinal()], [])
    assert read("established", [4_000_000], pa.int32())[1] == [("cell.date", [0])]


def test_date_formats_are_tried_in_turn(read: Any) -> None:
    cells = ["20160905", "2016年9月5日", "2016-09-05", "42618", "2016905"]
    values, faults = read("established", cells, dates=("%Y%m%d", "%Y年%m月%d日"))
    assert values == [ordinal("2016-09-05")] * 3 + [None, None]
    assert faults == [("cell.date", [3, 4])]
    assert read("established", ["42618", "42618.5"], dates=("excel",)) == ([ordinal("2016-09-05")] * 2, [])


def test_none_stands_only_where_a_fact_can_be_absent(read: Any) -> None:
    assert read("listed_on", ["none", "", "2016-09-05"]) == ([NO_DATE, None, ordinal("2016-09-05")], [])
    assert read("grade", ["none", "", "B"]) == ([NONE, UNKNOWN, 1], [])
    assert read("established", ["none"]) == ([None], [("cell.none", [0])])
    assert read("industry", ["none"]) == ([UNKNOWN], [("cell.none", [0])])
    assert read("place", ["none"]) == ([UNKNOWN], [("cell.none", [0])])
    assert read("listed", ["none"]) == ([UNKNOWN], [("cell.none", [0])])
    assert read("capital", ["none"]) == ([None], [("cell.none", [0])])


def test_words_for_unknown_and_none(read: Any) -> None:
    assert read("listed_on", ["0", "--"], none=frozenset({"0"}), unknown=frozenset({"--"})) == ([NO_DATE, None], [])
    assert read("capital", ["--", "5"], unknown=frozenset({"--"})) == ([None, 500], [])
    assert read("capital", [-999.0, 5.0], pa.float64(), unknown=frozenset({"-999"})) == ([None, 500], [])


def test_flags(read: Any) -> None:
    assert read("listed", ["true", "YES", "1", "是", "false", "no", "0", "否", ""]) == ([1, 1, 1, 1, 0, 0, 0, 0, UNKNOWN], [])
    assert read("listed", [True, False, None], pa.bool_()) == ([1, 0, UNKNOWN], [])
    assert read("listed", [1, 0, 2], pa.int64()) == ([1, 0, UNKNOWN], [("cell.flag", [2])])


def test_a_finer_industry_counts_as_its_nearest_listed_prefix(read: Any) -> None:
    assert read("industry", ["C3911", "C40", "I651", "Z"]) == ([1, 0, 2, UNKNOWN], [("cell.category", [3])])


def test_places_by_id_and_administrative_code(read: Any) -> None:
    assert read("place", ["cn-zj-hangzhou-binjiang", "330108", "330199"]) == ([1, 1, UNKNOWN], [("cell.place", [2])])
    assert read("place", [330108, 31], pa.int32()) == ([1, 2], [])


def test_an_unknown_code_has_a_remedy(schema: Schema, places: Places) -> None:
    reading = Reading(schema.facts["place"], places)
    assert reading.remedy("cell.place", "cn-zj-hangzhou-binjang") == "did you mean cn-zj-hangzhou-binjiang?"
    assert reading.fault("cell.place", "cn-xx").zh == "cn-xx不是已知的地点"


def fact(kind: Kind) -> Fact:
    return Fact("x", "enterprise", kind, "day", words("x", "x"), words("x", "x"), decimals=2)


@given(st.lists(st.decimals(min_value=0, max_value=Decimal("1e13"), places=4)))
def test_rounding_is_that_of_exact_fractions(cells: list[Decimal]) -> None:
    exact = [math.floor(Fraction(cell) * 100 + Fraction(1, 2)) for cell in cells]
    for column in (pa.array([str(cell) for cell in cells], pa.string()), pa.array(cells, pa.decimal128(20, 4))):
        assert Reading(fact("money"), Places()).encode(column).values.tolist() == exact


@given(st.lists(st.text()), st.sampled_from(["money", "date", "flag", "place", "text"]))
def test_no_text_gives_a_traceback(cells: list[str], kind: Kind) -> None:
    encoded = Reading(fact(kind), Places(), dates=("%Y%m%d", "excel")).encode(pa.array(cells, pa.string()))
    assert len(encoded.values) == len(cells)
    assert all(np.all(faults.rows < len(cells)) for faults in encoded.faults)


@given(
    st.lists(
        st.integers(-(2**52), 2**52).map(lambda n: n / 100)
        | st.floats()
        | st.sampled_from([0.0, -0.0, math.nan, 1e-9, -1e-9, 0.005, 2.0**50])
        | st.none()
    ),
    st.sampled_from(["capital", "net_profit", "employees", "rd_share", "land"]),
)
def test_figures_that_are_plain_are_what_they_are_in_any_case(schema: Schema, places: Places, cells: list[float | None], fact: str) -> None:
    reading, column, out = Reading(schema.facts[fact], places), pa.array(cells, pa.float64()), np.empty(len(cells))
    encoded = reading.encode(column)
    if reading.plainly(column, out):
        assert not encoded.faults
        assert encoded.rounded == 0
        np.testing.assert_array_equal(out, encoded.values)
        assert not np.signbit(out[out == 0]).any()
    steps = encoded.values / 10 ** schema.facts[fact].decimals
    if (np.abs(encoded.values[~np.isnan(steps)]) < 2**49).all():
        assert reading.plainly(pa.array(steps), out, nan_is_unknown=True)
        np.testing.assert_array_equal(out, encoded.values)
