"""The awards table of a registry: what it says, windows to the day, and what is wrong with it, all at once."""

from __future__ import annotations

import datetime
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from huiqi.facts.awards import Awards, Paid, read_awards
from huiqi.facts.past import Award, PastFact, Window, past_fact
from huiqi.vocabulary.place import Place, Places
from huiqi.vocabulary.record import words

DAY = datetime.date(2024, 6, 30)
KNOWN = {"p/a/rent-aid": Paid("CNY", "enterprise"), "p/a/gazelle": Paid("CNY", "enterprise"), "e/a/grant": Paid("EUR", "enterprise")}
PLACES = Places({"bj": Place(level="district", label=words("Binjiang", "滨江"))})
HEADER = "id,measure,amount,granted_on,currency,place,award"


def read(folder: Path, *rows: str, header: str = HEADER) -> tuple[Awards | None, list[str]]:
    (folder / "awards.csv").write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
    awards, problems = read_awards(folder, PLACES, KNOWN)
    return awards, [f"{problem.where.line} {problem.code}: {problem.message}" for problem in problems]


def fact(window: Window, of: str = "sum", *names: str) -> PastFact:
    return past_fact("enterprise", [(name, words("x", "某")) for name in names or ("p/a/rent-aid",)], window, of, "CNY")  # type: ignore[arg-type]


def test_awards_are_added_up_by_subject(tmp_path: Path) -> None:
    awards, problems = read(
        tmp_path,
        "B,p/a/rent-aid,1000.50,2024-01-05,CNY,bj,w1",
        "A,p/a/rent-aid,300,2023-02-01,,,w2",
        "B,p/a/rent-aid,200,2022-02-01,,,w3",
        "B,somebody else's,99,2024-02-01,HKD,,",
        "A,p/a/gazelle,0,2020-02-01,,,",
    )
    assert awards is not None, problems
    assert awards.subjects.to_pylist() == ["A", "B"]
    assert awards.column(fact(3), DAY).tolist() == [30_000, 120_050]
    assert awards.column(fact("this year"), DAY).tolist() == [0, 100_050]
    assert awards.column(fact("ever", "count", "p/a/gazelle"), DAY).tolist() == [1, 0]
    assert awards.of("B")[-2:] == [
        Award("B", "p/a/rent-aid", 100_050, datetime.date(2024, 1, 5), "bj", "w1"),
        Award("B", "somebody else's", 9_900, datetime.date(2024, 2, 1)),
    ]
    assert awards.of("C") == []


@pytest.mark.parametrize(
    ("window", "day", "counts"),
    [
        (3, "2021-06-30", False),  # three years ago to the day: complete
        (3, "2021-07-01", True),
        (3, "2024-06-30", True),  # the day itself
        (3, "2024-07-01", False),  # later
        ("this year", "2023-12-31", False),
        ("this year", "2024-01-01", True),
        ("ever", "1990-01-01", True),
        ("ever", "2024-07-01", False),
    ],
)
def test_a_window_is_exact_to_the_day(tmp_path: Path, window: Window, day: str, counts: bool) -> None:
    awards, problems = read(tmp_path, f"A,p/a/rent-aid,1,{day},,,")
    assert awards is not None, problems
    assert awards.column(fact(window), DAY).tolist() == [100.0 * counts]


def test_three_years_before_the_end_of_february(tmp_path: Path) -> None:
    """The years up to 2024-02-29 begin after 2021-02-28."""
    awards, _ = read(tmp_path, "A,p/a/rent-aid,1,2021-02-28,,,", "A,p/a/rent-aid,10,2021-03-01,,,")
    assert awards is not None
    assert awards.column(fact(3), datetime.date(2024, 2, 29)).tolist() == [1_000]


def test_everything_that_is_wrong_is_told_at_once(tmp_path: Path) -> None:
    awards, problems = read(
        tmp_path,
        "A,p/a/rent-aid,12x,2024-01-05,CNY,bj,w1",
        "A,p/a/rent-aid,-5,2024-01-05,CNY,bj,w2",
        "A,p/a/rent-aid,,2024-01-05,CNY,bj,w3",
        "A,p/a/rent-aid,1,05.01.2024,CNY,bj,w4",
        "A,p/a/rent-aid,1,none,CNY,bj,w5",
        "A,p/a/rent-aid,1,,CNY,bj,w6",
        "A,p/a/rent-aid,1,2024-01-05,EUR,bj,w7",
        "A,e/a/grant,1,2024-01-05,CNY,bj,w8",
        "A,p/a/rent-aid,1,2024-01-05,CNY,nowhere,w1",
        ",p/a/rent-aid,1,2024-01-05,CNY,bj,",
        "A,,1,2024-01-05,CNY,bj,",
        "A,rent-aid,1,2024-01-05,CNY,bj,",
        "A,p/a/rent-aid@2024,1,2024-01-05,CNY,bj,",
        "A,p/a/rent-ade,1,2024-01-05,CNY,bj,",
    )
    assert awards is None
    assert sorted(problems, key=lambda said: int(said.split()[0])) == [
        "2 awards.amount: amount: 12x is not a figure",
        "3 awards.amount: amount: -5 is below 0",
        "4 awards.amount: amount is empty",
        "5 awards.day: granted_on: 05.01.2024 is not a date",
        "6 awards.day: granted_on: none says that it does not exist, and this fact always exists",
        "7 awards.day: granted_on is empty",
        "8 awards.currency: an award of p/a/rent-aid in EUR; it is paid in CNY",
        "9 awards.currency: an award of e/a/grant in CNY; it is paid in EUR",
        "10 awards.place: place: nowhere is not a place",
        "10 awards.repeated: the award w1 stands twice",
        "11 awards.row: the row names no subject",
        "12 awards.row: the row names no measure",
        "13 awards.measure: rent-aid is the short name of a measure",
        "14 awards.measure: p/a/rent-aid@2024 names an edition",
        "15 awards.measure: p/a/rent-ade is not a measure",
    ]


def test_columns_are_those_of_the_table(tmp_path: Path) -> None:
    assert read(tmp_path, header="id,measure,amout,granted_on")[1] == [
        "1 table.missing-column: there is no column amount",
        "1 registry.unknown-column: amout is not a column of the awards table",
    ]


def test_many_faults_of_one_kind_are_counted(tmp_path: Path) -> None:
    _, problems = read(tmp_path, *["A,p/a/rent-aid,x,2024-01-05,,,"] * 30)
    assert len(problems) == 21
    assert problems[-1].endswith("and 10 more rows of this kind")


def test_without_a_table_nothing_is_known_and_an_empty_one_says_that_nobody_had_any(tmp_path: Path) -> None:
    assert read_awards(tmp_path, PLACES, KNOWN) == (None, [])
    awards, problems = read(tmp_path)
    assert awards is not None, problems
    assert len(awards.subjects) == 0
    assert awards.column(fact(3), DAY).tolist() == []


def test_parquet_holds_days_and_figures(tmp_path: Path) -> None:
    rows = {
        "id": ["A", "A"],
        "measure": ["p/a/rent-aid"] * 2,
        "amount": pa.array([12.34, 100.0]),
        "granted_on": pa.array([datetime.date(2024, 1, 5), datetime.date(2023, 1, 5)]),
    }
    pq.write_table(pa.table(rows), tmp_path / "awards.parquet")
    awards, problems = read_awards(tmp_path, PLACES, KNOWN)
    assert awards is not None, problems
    assert awards.column(fact(3), DAY).tolist() == [11_234]
    pq.write_table(pa.table(rows | {"amount": pa.array([True, False])}), tmp_path / "awards.parquet")
    assert [problem.code for problem in read_awards(tmp_path, PLACES, KNOWN)[1]] == ["registry.column-type"]


AWARDS = st.lists(
    st.tuples(
        st.sampled_from("ABCD"),
        st.sampled_from(["p/a/rent-aid", "p/a/gazelle", "other"]),
        st.integers(0, 10**6),
        st.dates(datetime.date(2018, 1, 1), datetime.date(2025, 12, 31)),
    ),
    max_size=12,
)


@given(AWARDS, st.sampled_from([1, 3, "this year", "ever"]), st.sampled_from(["sum", "count"]), st.dates(datetime.date(2019, 1, 1), DAY))
def test_columns_are_what_each_subject_was_granted(tmp_path_factory: pytest.TempPathFactory, rows, window, of, day) -> None:
    """Against the words of the documentation: after the same day so many years before, up to the day."""
    folder = tmp_path_factory.mktemp("awards")
    awards, problems = read(folder, *(f"{id},{measure},{amount / 100:.2f},{on},,," for id, measure, amount, on in rows))
    assert awards is not None, problems

    def counts(on: datetime.date) -> bool:
        if window == "this year" and on.year != day.year:
            return False
        if isinstance(window, int):
            years = day.year - window
            same = day.replace(year=years) if (day.month, day.day) != (2, 29) or years % 4 == 0 else datetime.date(years, 2, 28)
            return same < on <= day
        return on <= day

    found = dict(zip(awards.subjects.to_pylist(), awards.column(fact(window, of), day).tolist(), strict=True))
    for id in found:
        mine = [amount for one, measure, amount, on in rows if one == id and measure == "p/a/rent-aid" and counts(on)]
        assert found[id] == (sum(mine) if of == "sum" else len(mine))
    assert np.diff(awards.starts).sum() == len(rows)
