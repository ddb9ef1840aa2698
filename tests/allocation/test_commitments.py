"""What rounds promise for each year, against what the budget gives: figures that can be added up by hand."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyarrow import csv, parquet

from huiqi.allocation.commitments.against_budget import Commitments, Floor, commitments
from huiqi.allocation.commitments.payments import OPEN
from huiqi.allocation.commitments.promises import Due, Promises, Within, added, promised, read_expected, read_payments, read_promises, with_expected
from huiqi.allocation.round_result import most_given
from huiqi.rules.funds import funds_of
from huiqi.vocabulary.problem import FaultyInput
from promised import FUNDS, Row, round_in, rules, table

MILLION = 100_000_000  # fen
ROUND: list[Row] = [("x", "staged", 10_000_000, 10_000_000), ("y", "halves", 4_000_000, 4_000_000)]


def of(new: Promises, before: Promises | None = None, funds: str = FUNDS, **spent: int) -> Commitments:
    (one,) = commitments(funds_of(rules(funds)), new, before, {int(year[1:]): fen for year, fen in spent.items()})
    return one


def test_a_round_against_the_appropriation_of_each_year() -> None:
    """10 million in 40/30/30 and 4 million in halves, of 10, 3 and (15 - 13 =) 2 million."""
    one = of(promised(table(ROUND, 2024, rules())))
    found = [(p.first, p.appropriation[0] // MILLION, p.new[0] // MILLION, (p.new[1] or 0) // MILLION) for p in one.years]
    assert found == [(2024, 10, 6, 8), (2025, 3, 3, 5), (2026, 2, 3, 5)]
    assert one.undated == (2 * MILLION, 2 * MILLION)
    assert [(p.first, p.last, p.over) for p in one.over] == [(2025, 2025, (0, 2 * MILLION)), (2026, 2026, (MILLION, 3 * MILLION))]
    assert not one.sound


def test_what_was_promised_before_counts_first() -> None:
    one = of({"industry": [Due(2024, 2024, 3, 4)]}, {"p/industry": [Due(2024, 2024, 10, 10), Due(2024, OPEN, 5, 5)]})
    assert one.years[0].before == (10, 15)
    assert one.years[0].new == (3, 4)
    assert one.years[0].free == (10 * MILLION - 19, 10 * MILLION - 13)
    assert one.sound


def test_a_total_over_years_binds_what_surely_falls_in_them() -> None:
    one = of({"industry": [Due(2024, 2026, 16 * MILLION, 16 * MILLION)]})
    assert [(p.first, p.last, p.over) for p in one.over if p.first != p.last] == [(2024, 2026, (MILLION, MILLION))]


def test_where_nothing_is_public_nothing_is_over() -> None:
    one = of({"industry": [Due(2024, 2024, 1, 1)]}, funds="funds:\n  industry: {title: {en: Fund, zh: 资金}, clause: 一}\n")
    assert one.years[0].appropriation == (0, None)
    assert one.years[0].free == (-1, None)
    assert one.sound


def test_promises_without_an_upper_end() -> None:
    one = of({"industry": [Due(2024, 2024, 1, None)]})
    assert one.years[0].free == (None, 10 * MILLION - 1)
    assert one.years[0].over == (0, None)


@pytest.mark.parametrize(("spent", "kept", "least"), [(60 * MILLION, "yes", 9 * MILLION), (70 * MILLION, "no", 1_050_000_000), (7, "yes", 2)])
def test_the_floor_is_fifteen_per_cent_of_expenditure(spent: int, kept: str, least: int) -> None:
    (floor,) = of({}, y2024=spent).floors
    assert (floor.kept, floor.least) == (kept, least)


def test_whether_an_unknown_appropriation_keeps_a_floor_is_not_known() -> None:
    (floor,) = of({}, y2026=MILLION).floors
    assert floor.kept == "yes"
    assert Floor(2030, floor.share, 100, (0, None)).kept == "depends"


def test_what_no_fund_pays_is_told_apart() -> None:
    first, second = commitments(funds_of(rules()), promised(table([*ROUND, ("z", "once", 1, 1)], 2024, rules())))
    assert first.fund is None
    assert first.years[0].new == (100, 100)
    assert second.fund is not None


def test_an_unknown_fund_is_told() -> None:
    with pytest.raises(FaultyInput, match="did you mean p/industry"):
        commitments(funds_of(rules()), {"p/industri": [Due(2024, 2024, 1, 1)]})


dues = st.builds(
    lambda first, span, low, more: Due(first, OPEN if span == 4 else first + span, low, low + more),
    st.integers(2024, 2027), st.integers(0, 4), st.integers(0, 1_000), st.integers(0, 100),
)  # fmt: skip


@given(st.lists(dues, max_size=6), st.data())
def test_however_milestones_fall_a_year_has_what_the_range_says(listed: list[Due], data: st.DataObject) -> None:
    """Every way of paying (an amount and a year for each promise) lies within the range of each year."""
    paid: dict[int, int] = {}
    for due in listed:
        year = data.draw(st.integers(due.first, min(due.last, 2031)))
        paid[year] = paid.get(year, 0) + data.draw(st.integers(due.low, due.high or due.low))
    for period in of({"industry": listed}).years if listed else ():
        low, high = period.promised
        assert high is not None
        assert low <= paid.get(period.first, 0) <= high


# ---------------------------------------------------------------- folders and lists


def test_amounts_beyond_64_bits_are_added_up_exactly() -> None:
    most = 9 * 10**18
    columns = {"fund": ["f"] * 3, "year": [2024] * 3, "last_year": [2024] * 3, "amount_low": [most] * 3, "amount_high": [most] * 3}
    assert promised(pa.table(columns)) == {"f": [Due(2024, 2024, 3 * most, 3 * most)]}


def test_a_round_is_read_as_it_was_written(tmp_path: Path) -> None:
    folder = round_in(tmp_path, ROUND)
    whole = read_payments(folder)
    csv.write_csv(parquet.read_table(folder / "payments.parquet"), folder / "payments.csv")
    (folder / "payments.parquet").unlink()
    assert promised(read_payments(folder)) == promised(whole)


def test_a_folder_without_a_round(tmp_path: Path) -> None:
    with pytest.raises(FaultyInput, match=r"round\.missing"):
        read_payments(tmp_path)


def test_a_table_that_is_none_of_payments(tmp_path: Path) -> None:
    parquet.write_table(pa.table({"award": ["a"]}), tmp_path / "payments.parquet")
    with pytest.raises(FaultyInput, match=r"round\.column: the payments lack measure, fund, year"):
        read_payments(tmp_path)
    (tmp_path / "payments.parquet").write_bytes(b"PAR1")
    with pytest.raises(FaultyInput, match=r"round\.unreadable"):
        read_payments(tmp_path)


def test_payments_that_cannot_be(tmp_path: Path) -> None:
    whole = table(ROUND, 2024, rules())
    broken = whole.set_column(whole.column_names.index("amount_low"), "amount_low", pa.array([-1, 0, 0, 0, 0]))
    parquet.write_table(broken, tmp_path / "payments.parquet")
    with pytest.raises(FaultyInput, match=r"round\.value: amount_low: payment 1 has an amount below nothing"):
        read_payments(tmp_path)


def written(folder: Path, text: str) -> Path:
    (folder / "list.csv").write_text(text, encoding="utf-8")
    return folder / "list.csv"


def test_a_list_of_earlier_promises(tmp_path: Path) -> None:
    path = written(tmp_path, "fund,year,amount,last_year\nindustry,2024,1234.56,\nindustry,2024,1,2026\nother,2025,1,open\n")
    found = read_promises(path)
    assert found == {"industry": [Due(2024, 2024, 123_456, 123_456), Due(2024, 2026, 100, 100)], "other": [Due(2025, OPEN, 100, 100)]}
    assert added([found, found])["other"] == [Due(2025, OPEN, 100, 100)] * 2


def test_every_row_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    path = written(tmp_path, "fund,year,amount,last_year\nf,24,1,\nf,2024,-1,\nf,2024,1.234,\nf,2024,1,2023\nf,2024,1,soon\n")
    with pytest.raises(FaultyInput) as error:
        read_promises(path)
    assert [(problem.code, problem.where.line) for problem in error.value.problems] == [("promise.value", line) for line in range(2, 7)]
    with pytest.raises(FaultyInput, match=r"promise\.column: there is no column fund"):
        read_promises(written(tmp_path, "found,year,amount\nf,2024,1\n"))


def test_milestones_that_are_expected(tmp_path: Path) -> None:
    expected = read_expected(written(tmp_path, "award,milestone,year\nround/halves/y,acceptance,2026\n"))
    (found,) = with_expected([read_payments(round_in(tmp_path, ROUND))], expected)
    assert found.filter(pa.compute.equal(found["milestone"], "acceptance")).to_pylist()[0]["year"] == 2026
    assert of(promised(found)).undated == (0, 0)


def test_milestones_that_nothing_waits_for(tmp_path: Path) -> None:
    text = "award,milestone,year\nround/halves/y,completion,2026\nround/halfs/y,acceptance,2026\n"
    with pytest.raises(FaultyInput) as error:
        with_expected([read_payments(round_in(tmp_path, ROUND))], read_expected(written(tmp_path, text)))
    assert [(problem.code, problem.hint) for problem in error.value.problems] == [
        ("award.unknown", "it waits for acceptance"),
        ("award.unknown", "did you mean round/halves/y?"),
    ]
    early = read_expected(written(tmp_path, "award,milestone,year\nround/halves/y,acceptance,2020\n"))
    with pytest.raises(FaultyInput, match=r"award\.expected"):
        with_expected([read_payments(tmp_path / "round")], early)


# ---------------------------------------------------------------- what a round can give


def test_a_round_promises_no_more_than_it_has() -> None:
    """4 is awarded, and of six that are undecided with 2 each at most three fit into the 10 that there are: 10, not 16."""
    within = Within("r", 10 * MILLION)
    one = of({"industry": [Due(2024, 2024, 4 * MILLION, 4 * MILLION, within), *[Due(2024, 2024, 0, 2 * MILLION, within)] * 6]})
    assert one.years[0].new == (4 * MILLION, 10 * MILLION)
    assert one.years[0].over is None


def test_what_surely_falls_in_another_year_does_not_fall_in_this_one() -> None:
    within = Within("r", 30)
    one = of({"industry": [Due(2024, 2024, 10, 28, within), Due(2025, 2025, 5, 40, within), Due(2024, OPEN, 1, 9, within)]})
    assert [period.new for period in one.years] == [(10, 25), (5, 20), (0, 9)]
    assert one.undated == (1, 9)


def test_rounds_have_each_their_own_bound() -> None:
    one = of(
        {
            "industry": [
                Due(2024, 2024, 0, 9, Within("a", 5)),
                Due(2024, 2024, 0, 9, Within("b", 7)),
                Due(2024, 2024, 0, 9),
                Due(2024, 2024, 0, None, Within("c", 1)),
            ]
        }
    )
    assert one.years[0].new == (0, 22)


@given(st.lists(dues, min_size=1, max_size=5), st.integers(0, 1_000), st.data())
def test_however_a_round_is_paid_within_its_money_a_year_has_what_the_range_says(listed: list[Due], more: int, data: st.DataObject) -> None:
    most = sum(due.low for due in listed) + more
    paid: dict[int, int] = {}
    left = more
    for due in listed:
        year, extra = data.draw(st.integers(due.first, min(due.last, 2031))), data.draw(st.integers(0, min(left, (due.high or 0) - due.low)))
        paid[year], left = paid.get(year, 0) + due.low + extra, left - extra
    for period in of({"industry": [replace(due, within=Within("r", most)) for due in listed]}).years:
        low, high = period.promised
        assert high is not None
        assert low <= paid.get(period.first, 0) <= high <= most


def test_the_bound_of_a_round_stands_in_its_folder(tmp_path: Path) -> None:
    folder = round_in(tmp_path, ROUND)
    assert most_given(folder) is None
    (folder / "round.json").write_text('{"totals": {"given_low": 12, "held": 18}}', encoding="utf-8")
    assert most_given(folder) == 30
    (folder / "round.json").write_text('{"totals": {"given_low": 12}}', encoding="utf-8")
    with pytest.raises(FaultyInput, match="do not say what is given and held"):
        most_given(folder)
