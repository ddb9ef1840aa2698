"""Decision tables in CSV: the first row that matches is taken (命中首行)."""

import pytest

from huiqi.rules.tables import read_table
from worked import firm, found, problems_of, rules

OLD = {"established": "2010-01-01"}


def looked(table, known):
    """The value of a table's single output."""
    return found('lookup("t.csv")', known, rules(t=table))


def faults(table):
    """The problems of a table that a measure reads."""
    _, problems = read_table(table, "t.csv")
    if problems:
        return problems
    return problems_of("definitions:\n  d: {table: t.csv, label: {en: D, zh: 派生}}\n", t=table)


# ---------------------------------------------------------------- cells


@pytest.mark.parametrize(
    ("cell", "hits", "misses"),
    [
        (">= 300", ["300", "301"], ["299"]),
        ("> 300", ["301"], ["300"]),
        ("<= 300", ["300"], ["301"]),
        ("< 300", ["299"], ["300"]),
        ("= 300", ["300"], ["299", "301"]),
        ("!= 300", ["299"], ["300"]),
        ("≥ 300", ["300"], ["299"]),
        ("＞＝ 300", ["300"], ["299"]),
        ("10 .. 50", ["10", "50"], ["9", "51"]),
        ("10 ..< 50", ["10", "49"], ["9", "50"]),
        ("", ["0", "1000000"], []),
        ("-", ["0"], []),
    ],
)
def test_a_cell_takes_in_figures(cell, hits, misses):
    table = f"staff,-> x\n{cell},1\n,0\n"
    assert [looked(table, firm(**OLD, staff=staff)) for staff in hits] == ["1"] * len(hits)
    assert [looked(table, firm(**OLD, staff=staff)) for staff in misses] == ["0"] * len(misses)


def test_a_cell_with_money_and_areas():
    table = "loan,area,-> x\n>= 2000万元,10亩 .. 20亩,1\n,,0\n"
    assert looked(table, firm(loan="2000万元", area="10亩")) == "1"
    assert looked(table, firm(loan="2000万元", area="20.01亩")) == "0"


def test_a_cell_with_codes():
    table = "trade,-> x\nmake|sell,1\nrest,0\n"
    assert [looked(table, firm(trade=trade)) for trade in ("make", "chips", "sell", "rest")] == ["1", "1", "1", "0"]


def test_a_cell_with_a_truth_and_with_a_place():
    table = "listed,place,-> x\ntrue,hz,1\nfalse,,2\n,,3\n"
    assert looked(table, firm(listed="true", place="bj")) == "1"
    assert looked(table, firm(listed="true", place="sx")) == "3"
    assert looked(table, firm(listed="false", place="bj")) == "2"


def test_a_cell_with_a_date():
    table = "established,-> x\n< 2020-01-01,1\n,0\n"
    assert looked(table, firm(established="2019-12-31")) == "1"
    assert looked(table, firm(established="2020-01-01")) == "0"


def test_an_input_may_be_an_expression():
    table = '"years_since(established)",-> x\n>= 3,1\n,0\n'
    assert looked(table, firm(established="2021-06-30")) == "1"
    assert looked(table, firm(established="2021-07-01")) == "0"


# ---------------------------------------------------------------- rows


RATES = "trade,staff,-> rate\nmake,>= 1000,30%\nmake,>= 300,20%\n,>= 300,10%\n,,0%\n"


def test_the_first_row_that_fits_is_taken():
    assert looked(RATES, firm(**OLD, trade="make", staff="1000")) == "0.3"
    assert looked(RATES, firm(**OLD, trade="make", staff="999")) == "0.2"
    assert looked(RATES, firm(**OLD, trade="sell", staff="1000")) == "0.1"
    assert looked(RATES, firm(**OLD, trade="sell", staff="1")) == "0"


def test_unknown_inputs_give_every_row_that_may_fit_up_to_the_first_that_must():
    assert looked(RATES, firm(**OLD, trade="make")) == "0 .. 0.3"
    assert looked(RATES, firm(**OLD, staff="300")) == "0.1 .. 0.2"
    assert looked(RATES, firm(**OLD, staff="1000", trade="sell")) == "0.1"
    assert looked(RATES, firm(**OLD)) == "0 .. 0.3"


def test_where_no_row_fits_there_is_no_value():
    assert looked("trade,-> x\nmake,5\n", firm(trade="sell")) == "none"
    assert looked("trade,-> x\nmake,5\n", firm()) == "5 or none"


def test_an_input_without_value_fits_only_an_empty_cell():
    table = "growth(revenue),-> x\n>= 0%,1\n< 0%,2\n,3\n"
    assert looked(table, firm(**OLD, revenue={2023: "1元", 2022: "0元"})) == "3"


def test_a_table_can_give_codes():
    of = rules("definitions:\n  size: {table: t.csv, label: {en: Size, zh: 规模}}\n", t="staff,-> size: trade\n>= 300,make\n,rest\n")
    assert found("size", firm(**OLD, staff="300"), of) == "make"
    assert found("size", firm(**OLD), of) == "make | rest"


def test_comments_and_empty_lines_are_skipped_and_places_kept():
    table = "# from Article 4\nstaff,-> x\n\n# large\n>= 300,5\n  ,1\n"
    assert looked(table, firm(**OLD, staff="300")) == "5"
    text, problems = read_table(table, "t.csv")
    assert problems == []
    assert [where.line for _, where in text.rows] == [5, 6]
    assert text.rows[0][0][1].where.column == 8


def test_a_cell_with_a_comma_stands_in_quotes():
    assert looked('"min(loan, expense)",-> x\n>= 5元,1\n,0\n', firm(loan="5元", expense="9元")) == "1"


# ---------------------------------------------------------------- faults


@pytest.mark.parametrize(
    ("table", "code", "line"),
    [
        ("", "table.empty", 0),
        ("# nothing\n", "table.empty", 0),
        ("staff,-> x\n", "table.empty", 1),
        ("staff,x\n1,2\n", "table.header", 1),
        ("-> x,staff\n1,2\n", "table.header", 1),
        ("staff,-> 2x\n1,2\n", "table.header", 1),
        ("staff,-> x,-> x\n,1,2\n", "table.duplicate-output", 1),
        ("staff,-> x\n1,2,3\n", "table.row", 2),
        ("staf,-> x\n,1\n", "rules.unknown-name", 1),
        ("staff,-> x\n>= 5元,1\n", "rules.unit", 2),
        ("staff,-> x\nmany,1\n", "table.cell", 2),
        ("trade,-> x\nmaker,1\n", "rules.unknown-code", 2),
        ("trade,-> x\n>= 5,1\n", "table.cell", 2),
        ("listed,-> x\nyes,1\n", "table.cell", 2),
        ("staff,-> x\n>= 5,loan\n", "table.output", 2),
        ("staff,-> x\n>= 5,1元\n,2人\n", "rules.type", 3),
        ("staff,-> x: trad\n,make\n", "rules.unknown-codes", 1),
        ("staff,-> x: trade\n,maker\n", "rules.unknown-code", 2),
    ],
)
def test_a_faulty_table(table, code, line):
    found_ = faults(table)
    assert [(p.code, p.where.line) for p in found_] == [(code, line)]


def test_all_faulty_cells_of_a_table_are_told():
    assert [p.where.line for p in faults("staff,-> x\n>= 5元,1\n>= 6元,2\n,loan\n")] == [2, 3, 4]


def test_a_table_has_an_end():
    assert [p.code for p in faults("staff,-> x\n" + "1,1\n" * 2_000)] == ["table.too-long"]
