"""Tables of a mother fund that contradict themselves: every problem is told at once, with its place and remedy."""

from __future__ import annotations

import datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from huiqi.allocation.mother_fund.tables import read_books
from huiqi.vocabulary.problem import FaultyInput
from mother_funds import COMMITMENTS, FLOWS, FUNDS, books_of, library, problems_of, write_books

VALUES = "holder,of,date,value"

#: A code, the table, the rows that are added to it (or replace it, where the first is a header), and a word of the message.
FAULTS = [
    (
        "mother.above-commitment",
        "flows",
        ["2021-01-01,firm,S,paid_in,0.01,,"],
        "¥40.01 is paid in from firm to S by 2021-01-01, and ¥40 was committed",
    ),
    ("mother.above-commitment", "flows", ["2021-01-01,firm,S,called,41,,"], "¥41 is called from firm to S"),
    ("mother.above-cost", "flows", ["2023-05-01,X,S,written_off,30.01,,"], "¥50.01 came back from X to S or was written off"),
    ("mother.above-cost", "flows", ["2023-05-01,S,M,returned,60.01,,"], "came back from S to M"),
    ("mother.above-paid-in", "flows", ["2020-05-01,S,Y,invested,50.01,,no"], "S has put out ¥100.01 by 2020-05-01, and ¥100 had come in"),
    ("mother.above-size", "funds", ["T,sub,,2020-01-01,,5"], "¥6 is committed to T, whose size is ¥5"),
    ("mother.before-fund", "flows", ["2019-12-31,gov,M,paid_in,1,,"], "before M was registered on 2020-01-01"),
    ("mother.before-fund", "commitments", ["M,S,1,district,2019-12-31"], "M commits on 2019-12-31"),
    ("mother.cell", "flows", ["2021-02-30,S,X,invested,1,,"], "2021-02-30 is no day"),
    ("mother.cell", "flows", ["2021-02-03,S,X,invested,1.001,,"], "no amount in yuan with two decimals"),
    ("mother.cell", "flows", ["2021-02-03,S,X,invested,ten,,"], "ten is no amount"),
    ("mother.cell", "flows", ["2021-02-03,S,X,invested,1,Atlantis,"], "Atlantis is no place"),
    ("mother.cell", "flows", ["2021-02-03,S,X,invested,1,,perhaps"], "perhaps is no yes or no"),
    ("mother.cell", "flows", ["2021-02-03,S,,invested,1,,"], "to is empty"),
    ("mother.cell", "commitments", ["other,S,1,socail,2020-01-03"], "socail is no word here"),
    ("mother.circle", "commitments", ["S,S,1,,2020-01-05"], "S holds itself"),
    ("mother.circle", "commitments", ["S,M,1,,2020-01-05"], "M > S > M"),
    ("mother.class", "commitments", ["firm,M,1,public,2020-01-05"], "firm is public here and social at"),
    ("mother.kind", "flows", ["2021-02-03,M,S,invested,1,,"], "M invests in the fund S"),
    ("mother.kind", "flows", ["2021-02-03,S,S,expense,1,,"], "from S to itself"),
    ("mother.kind", "flows", ["2021-02-03,S,M,written_off,1,,"], "S is written off by M"),
    ("mother.kind", "flows", ["2021-02-03,gov,M,paid_in,1,,yes"], "a row of paid_in says where an investment is"),
    ("mother.negative", "flows", ["2021-02-03,S,X,invested,-1,,"], "-1 is below nothing"),
    ("mother.never-invested", "flows", ["2021-02-03,Y,S,gain,1,,"], "S had never put anything into Y"),
    ("mother.never-invested", "flows", ["2021-02-03,S,gov,dividend,1,,"], "gov had never put anything into S"),
    ("mother.no-commitment", "flows", ["2021-02-03,else,S,paid_in,1,,"], "else has committed nothing to S"),
    ("mother.term", "funds", ["T,sub,,2020-01-01,2019-01-01,"], "term_end of T is 2019-01-01"),
    ("mother.twice", "funds", ["S,sub,,2020-01-01,,"], "the fund S stands twice"),
    ("mother.twice", "commitments", ["firm,S,1,social,2020-01-03"], "stands twice"),
    ("mother.unknown-fund", "commitments", ["firm,SS,1,social,2020-01-03"], "SS is not a fund"),
    ("mother.unknown-fund", "flows", ["2021-02-03,X,Y,gain,1,,"], "Y is not a fund"),
    ("mother.value", "values", [VALUES, "S,Y,2024-01-01,5"], "S held nothing of Y on 2024-01-01"),
    ("mother.value", "values", [VALUES, "S,X,2020-03-31,5"], "S held nothing of X on 2020-03-31"),
    ("mother.value", "values", [VALUES, "M,S,2024-01-01,5"], "the share of M in the fund S is valued"),
    ("mother.value", "values", [VALUES, ",X,2024-01-01,5"], "X is no fund, and nobody is said to hold it"),
    ("mother.twice", "values", [VALUES, "S,X,2024-01-01,5", "S,X,2024-01-01,6"], "the value of X on 2024-01-01 stands twice"),
]
GIVEN = {"funds": FUNDS, "commitments": COMMITMENTS, "flows": FLOWS}


@pytest.mark.parametrize(("code", "table", "rows", "said"), FAULTS, ids=[f"{code}-{n}" for n, (code, *_) in enumerate(FAULTS)])
def test_every_fault_is_told_at_its_row(code: str, table: str, rows: list[str], said: str, tmp_path: Path) -> None:
    tables = {table: [*GIVEN.get(table, []), *rows]}
    if code == "mother.above-size":
        tables["commitments"] = [*COMMITMENTS, "firm,T,6,social,2020-01-04"]
    problems = problems_of(tmp_path / "books", **tables)
    assert [problem.code for problem in problems] == [code]
    assert said in problems[0].message
    assert problems[0].where.file == f"books/{table}.csv"
    assert problems[0].where.line > 1
    assert problems[0].hint


def test_no_mother_fund(tmp_path: Path) -> None:
    assert [p.code for p in problems_of(tmp_path, funds=[row.replace("mother", "sub") for row in FUNDS])] == ["mother.none"]


def test_a_circle_through_several_funds_is_told_by_name(tmp_path: Path) -> None:
    funds = [*FUNDS, "A,sub,,2020-01-01,,", "B,sub,,2020-01-01,,"]
    commitments = [*COMMITMENTS, "S,A,1,,2020-02-01", "A,B,1,,2020-02-01", "B,S,1,,2020-02-01"]
    problems = problems_of(tmp_path / "books", funds=funds, commitments=commitments)
    assert [p.message for p in problems] == ["funds hold each other in a circle: S > A > B > S (rows 5, 6, 7)"]
    assert str(problems[0].where) == "books/commitments.csv:5"


def test_another_currency_is_told(tmp_path: Path) -> None:
    flows = ["date,from,to,kind,amount,currency", "2020-02-01,gov,M,paid_in,80,CNY", "2020-02-02,gov,M,paid_in,1,USD"]
    problems = problems_of(tmp_path, flows=flows)
    assert [p.code for p in problems] == ["mother.currency"]
    assert "USD" in problems[0].message


def test_everything_is_told_at_once(tmp_path: Path) -> None:
    flows = [*FLOWS, "2021-02-30,S,X,invested,-1,,", "2021-01-01,nowhere,T,paid_in,1,,"]
    commitments = [*COMMITMENTS, "S,M,1,,2020-01-05"]
    found = {p.code for p in problems_of(tmp_path, flows=flows, commitments=commitments)}
    assert found == {"mother.cell", "mother.negative", "mother.unknown-fund", "mother.circle"}


def test_what_contradicts_is_told_beside_what_is_wrong_by_itself(tmp_path: Path) -> None:
    commitments = [*COMMITMENTS, "S,M,1,,2020-01-05", "firm,M,1,public,2020-01-05"]
    flows = [*FLOWS, "2021-01-01,firm,S,paid_in,1,,", "2021-02-01,S,Y,invested,900,,", "2021-03-01,Z,S,gain,1,,"]
    found = {p.code for p in problems_of(tmp_path, flows=flows, commitments=commitments)}
    assert found == {"mother.circle", "mother.class", "mother.above-commitment", "mother.above-paid-in", "mother.never-invested"}


def test_a_row_that_cannot_be_read_is_no_cause_for_further_problems(tmp_path: Path) -> None:
    """Without the payment of 60, which has no day, S would seem to run out of money."""
    flows = [row.replace("2020-03-01,M,S", "soon,M,S") for row in FLOWS] + ["2021-01-01,S,Y,invested,50,,"]
    assert [p.code for p in problems_of(tmp_path, flows=flows)] == ["mother.cell"]


def test_an_empty_table_of_funds_is_told_once(tmp_path: Path) -> None:
    assert [p.code for p in problems_of(tmp_path, funds=FUNDS[:1])] == ["mother.none"]


def test_a_missing_table_a_missing_column_and_one_too_many(tmp_path: Path) -> None:
    folder = write_books(tmp_path / "books", flows=["date,from,to,kind,sum"])
    (folder / "commitments.csv").unlink()
    with pytest.raises(FaultyInput) as told:
        read_books(folder, library().common.places)
    assert [p.code for p in told.value.problems] == ["registry.no-table", "registry.unknown-column", "table.missing-column"]


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(FaultyInput) as told:
        read_books(tmp_path / "none", library().common.places)
    assert [p.code for p in told.value.problems] == ["registry.no-folder"]


def test_amounts_that_nobody_knows_contradict_nothing(tmp_path: Path) -> None:
    flows = [*FLOWS, "2021-01-01,firm,S,paid_in,,,", "2023-05-01,X,S,written_off,,,", "2020-05-01,S,Y,invested,,,"]
    assert problems_of(tmp_path, flows=flows) == []


def test_money_that_came_back_may_be_invested_again(tmp_path: Path) -> None:
    assert problems_of(tmp_path, flows=[*FLOWS, "2023-04-01,S,Y,invested,70,,no"]) == []


def test_parquet_holds_the_same_as_csv(tmp_path: Path) -> None:
    books = books_of(tmp_path / "a")
    folder = write_books(tmp_path / "b")
    (folder / "flows.csv").unlink()
    cells = [row.split(",") for row in FLOWS[1:]]
    columns = {
        "date": pa.array([datetime.date.fromisoformat(row[0]) for row in cells]),
        "from": [row[1] for row in cells],
        "to": [row[2] for row in cells],
        "kind": [row[3] for row in cells],
        "amount": pa.array([float(row[4]) for row in cells]),
        "local": pa.array([True if row[6] == "yes" else None for row in cells], pa.bool_()),
    }
    pq.write_table(pa.table(columns), folder / "flows.parquet")
    found = read_books(folder, library().common.places)
    assert [(f.on, f.source, f.target, f.kind, f.amount, f.local) for f in found.flows] == [
        (f.on, f.source, f.target, f.kind, f.amount, f.local) for f in books.flows
    ]
