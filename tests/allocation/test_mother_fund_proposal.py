from __future__ import annotations

import datetime
from fractions import Fraction
from pathlib import Path

import pytest

from huiqi.allocation.mother_fund.proposal import Trial, read_proposal, try_out
from huiqi.allocation.mother_fund.tables import read_books
from huiqi.allocation.mother_fund.trial_folder import write_trial
from huiqi.vocabulary.problem import FaultyInput
from huiqi.vocabulary.ranges import exactly
from mother_funds import library

EXAMPLE = Path(__file__).parents[2] / "examples" / "mother-fund"
DAY = datetime.date(2025, 3, 31)
M = 100_000_000  # fen in a million yuan
TEXT = (EXAMPLE / "new-sub-fund.yaml").read_text(encoding="utf-8")


def tried(tmp_path: Path, text: str = TEXT) -> Trial:
    path = tmp_path / "proposal.yaml"
    path.write_text(text, encoding="utf-8")
    rules = library().rules(DAY)
    books = read_books(EXAMPLE, rules.places)
    return try_out(books, read_proposal(path, books, rules.places, DAY), rules, DAY)


def test_free_money_by_hand(tmp_path: Path) -> None:
    """181 in hand, 700 still to come from its investors, 45 + 21 still owed to sub-funds; the new one would take 120."""
    trial = tried(tmp_path)
    free = trial.free_before
    assert (free.cash, free.callable, free.owed) == (exactly(181 * M), exactly(700 * M), exactly(66 * M))
    assert free.free == exactly(815 * M)
    assert trial.free_after == exactly(695 * M)


def test_what_it_would_break(tmp_path: Path) -> None:
    trial = tried(tmp_path)
    assert [kept.measure.key for kept in trial.broken if kept.is_requirement] == ["district-share", "single-sub-fund", "reinvestment"]
    assert trial.mothers_share == exactly(Fraction(2, 5))


def test_within_the_limits_it_breaks_nothing(tmp_path: Path) -> None:
    """100 of 300 from the mother fund and 20 from the town are exactly 40 %; 180 is 1.5 times 120; 50 is below a fifth."""
    text = (
        TEXT.replace("committed: 1.2亿元", "committed: 1亿元")
        .replace("committed: 1.6亿元", "committed: 1.8亿元")
        .replace("2027: 8000万元}", "2027: 7000万元}")
    )
    trial = tried(tmp_path, text)
    assert trial.broken == []
    assert trial.obligation[-1].missing == 0
    assert trial.fund_leverage.total_over_public == exactly(Fraction(5, 2))


def test_leverage_before_and_after(tmp_path: Path) -> None:
    """20 of the town's and 160 of social capital join 860 and 565; what the mother fund puts in is there already."""
    trial = tried(tmp_path)
    assert trial.leverage_before.social_over_public == exactly(Fraction(565, 860))
    assert trial.leverage_after.social_over_public == exactly(Fraction(725, 880))


def test_cash_by_year(tmp_path: Path) -> None:
    found = [(one.year, one.called, one.new, one.closing) for one in tried(tmp_path).cash]
    assert found == [(2025, 30 * M, 48 * M, exactly(203 * M)), (2026, 36 * M, 36 * M, exactly(231 * M)), (2027, 0, 36 * M, exactly(245 * M))]


def test_a_year_that_runs_short_says_how_much(tmp_path: Path) -> None:
    text = TEXT.replace("mother_paid_in: {2025: 1亿元, 2026: 1亿元}", "mother_paid_in: {2027: 1亿元}").replace(
        "calls: {2025: 40%, 2026: 30%, 2027: 30%}", "calls: {2025: 100%}"
    )
    trial = tried(tmp_path, text.replace("committed: 1.2亿元", "committed: 2亿元"))
    assert trial.cash[0].short == exactly((200 + 30 - 181) * M)


def test_what_the_district_owes_follows_the_calls(tmp_path: Path) -> None:
    """140 of district capital, 40 % called in 2025: 56 paid in, 84 due, 30 expected."""
    first = tried(tmp_path).obligation[0]
    assert (first.paid_in, first.due, first.expected, first.missing) == (56 * M, 84 * M, 30 * M, 54 * M)


def test_calls_are_cut_so_that_they_add_up_to_the_fen(tmp_path: Path) -> None:
    text = TEXT.replace("calls: {2025: 40%, 2026: 30%, 2027: 30%}", "calls: {2025: 33.3333333%, 2026: 33.3333333%, 2027: 33.3333334%}")
    assert sum(one.new for one in tried(tmp_path, text).cash) == 120 * M


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ("id: robots", "id: chips", "there is a fund chips already"),
        ("mother: mother", "mother: chips", "chips is not a mother fund"),
        ("registered_on: 2025-04-01", "registered_on: 2025-03-01", "registered on 2025-03-01, before 2025-03-31"),
        ("term_end: 2033-03-31", "term_end: 2024-03-31", "the term ends on 2024-03-31"),
        ("investor: mother,", "investor: nobody,", "mother commits nothing to the new fund"),
        ("investor: robot-maker, capital: social", "investor: angels, capital: public", "angels is public here and social in the books"),
        ("investor: robot-maker, capital: social", "investor: town-platform, capital: district", "town-platform commits twice"),
        ("2027: 30%}", "2027: 31%}", "1.01 of what is committed is called"),
        (
            "mother_paid_in: {2025: 1亿元",
            "mother_paid_in: {2025: 7亿元",
            "¥800,000,000 is assumed to be paid in by its investors, and ¥700,000,000 is all",
        ),
        ("mother_called: {2025: 3000万元", "mother_called: {2025: 3001万元", "¥66,010,000 is assumed to be called"),
        ("reinvestment: {2025: 3000万元", "reinvestment: {2025: 3亿元", "invested in the district by the new fund"),
        ("mother_gets: {2027:", "mother_gets: {2024:", "2024 is over on 2025-03-31"),
        ("mother_gets: {2027:", "mother_gets: {soon:", "soon is not a year"),
        ("committed: 1.6亿元", "committed: 1.6亿", "is no amount of yuan"),
        ("committed: 1.6亿元", "committed: 100万美元", "is no amount of yuan"),
        ("committed: 1.6亿元", "committed: -5元", "is no amount of yuan"),
        ("success_cases: 3", "success_cases: 2.5", "is not a whole number"),
        ("place: cn-zj-hangzhou-xiaoshan", "place: Atlantis", "Atlantis is not a place"),
    ],
)
def test_a_proposal_that_cannot_be_is_told(before: str, after: str, said: str, tmp_path: Path) -> None:
    assert before in TEXT
    with pytest.raises(FaultyInput) as told:
        tried(tmp_path, TEXT.replace(before, after, 1))
    assert [p.code for p in told.value.problems] == ["mother.proposal"]
    assert said in told.value.problems[0].message
    assert told.value.problems[0].where.line > 0


def test_several_faults_of_a_proposal_are_told_at_once(tmp_path: Path) -> None:
    with pytest.raises(FaultyInput) as told:
        tried(tmp_path, TEXT.replace("id: robots", "id: chips").replace("2027: 30%}", "2027: 31%}"))
    assert len(told.value.problems) == 2


def test_a_key_that_nothing_reads_is_told(tmp_path: Path) -> None:
    with pytest.raises(FaultyInput) as told:
        tried(tmp_path, TEXT.replace("largest_investee:", "largest_investe:"))
    assert [p.code for p in told.value.problems] == ["record.unknown-key"]


def test_a_trial_is_written_whole_and_replaces_nothing_else(tmp_path: Path) -> None:
    trial = tried(tmp_path)
    write_trial(trial, tmp_path / "out")
    write_trial(trial, tmp_path / "out")
    assert {path.name for path in (tmp_path / "out").iterdir()} == {
        "trial.json", "rules.csv", "rules.parquet", "cash.csv", "cash.parquet", "obligation.csv", "obligation.parquet",
    }  # fmt: skip
    with pytest.raises(FileExistsError):
        write_trial(trial, tmp_path)
