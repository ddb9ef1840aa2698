from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from huiqi.facts.text_table import TextTable, find_encoding, open_text_table
from huiqi.vocabulary.problem import FaultyInput

HEADER = "企业,营业收入\n"


def read(path: Path, raw: bytes, **how: str) -> list[list[str]]:
    (path / "t.csv").write_bytes(raw)
    table, problems = open_text_table(path / "t.csv", "t.csv", **how)
    assert problems == []
    assert table is not None
    return [list(table.header), *(cells for _, cells in table.rows())]


def refuse(path: Path, raw: bytes) -> tuple[str, int]:
    (path / "t.csv").write_bytes(raw)
    table, problems = open_text_table(path / "t.csv", "t.csv")
    assert table is None
    assert len(problems) == 1
    return problems[0].code, problems[0].where.line


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "gbk", "utf-16"])
def test_encodings_are_found(tmp_path: Path, encoding: str) -> None:
    text = HEADER + "滨江软件,12\n上海电子,7\n"
    assert read(tmp_path, text.encode(encoding)) == [["企业", "营业收入"], ["滨江软件", "12"], ["上海电子", "7"]]


def test_a_file_half_one_and_half_the_other_is_refused_where_it_changes(tmp_path: Path) -> None:
    assert refuse(tmp_path, HEADER.encode() + "滨江软件,1\n".encode() + "上海电子,2\n".encode("gb18030")) == ("table.mixed-encoding", 3)
    assert refuse(tmp_path, HEADER.encode("gb18030") + "滨江软件,1\n".encode()) == ("table.mixed-encoding", 1)


def test_what_is_neither_is_refused_with_its_line(tmp_path: Path) -> None:
    assert refuse(tmp_path, b"id,revenue\nA,1\nB\xff\xff,2\n") == ("table.encoding", 3)


def test_short_chinese_in_gb18030_is_not_taken_for_a_mixture(tmp_path: Path) -> None:
    """In GB18030 these two bytes are a character; in UTF-8 they would be a Greek letter."""
    assert read(tmp_path, b"id,name\n1,\xc4\xa3\n2,\xb9\xab\xcb\xbe\n") == [["id", "name"], ["1", "模"], ["2", "公司"]]


def test_an_empty_file_and_an_empty_header(tmp_path: Path) -> None:
    assert refuse(tmp_path, b"") == ("table.empty", 0)
    assert refuse(tmp_path, b"\n\nA,1\n") == ("table.empty", 1)
    assert refuse(tmp_path, b",,\nA,1,2\n") == ("table.empty", 1)


def test_a_parquet_file_by_another_name(tmp_path: Path) -> None:
    assert refuse(tmp_path, b"PAR1\0\0\0") == ("table.not-text", 0)


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
def test_separators_are_found(tmp_path: Path, separator: str) -> None:
    assert read(tmp_path, f"a{separator}b c{separator}d\n1{separator}2{separator}3\n".encode())[1] == ["1", "2", "3"]


def test_rows_have_the_line_on_which_they_begin(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_bytes(b'id,name\n\n1,"two\nlines"\r\n2,b\n,\n3,c')
    table, _ = open_text_table(tmp_path / "t.csv", "t.csv")
    assert table is not None
    assert list(table.rows()) == [(3, ["1", "two\nlines"]), (5, ["2", "b"]), (7, ["3", "c"])]


def test_titles_above_the_header(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_bytes("2015年规上企业情况表\n单位：万元\n企业,营业收入\n甲,1\n".encode())
    table, _ = open_text_table(tmp_path / "t.csv", "t.csv", separator=",", header_row=3)
    assert table is not None
    assert table.header == ("企业", "营业收入")
    assert list(table.rows()) == [(4, ["甲", "1"])]


@given(st.binary(max_size=200), st.integers(1, 3))
def test_arbitrary_bytes_give_a_table_or_problems(tmp_path_factory: pytest.TempPathFactory, raw: bytes, header_row: int) -> None:
    path = tmp_path_factory.mktemp("fuzz") / "t.csv"
    path.write_bytes(raw)
    encoding, problems = find_encoding(path, "t.csv")
    assert (encoding is None) == bool(problems)
    table, problems = open_text_table(path, "t.csv", header_row=header_row)
    assert isinstance(table, TextTable) != bool(problems)
    if table is not None:
        with suppress(FaultyInput):
            list(table.rows())
