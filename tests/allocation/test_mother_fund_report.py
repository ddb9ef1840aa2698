"""The made-up mother fund of the examples, with figures that can be checked by hand against its tables."""

from __future__ import annotations

import csv
import datetime
import json
from fractions import Fraction
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from huiqi.allocation.mother_fund.books import NONE
from huiqi.allocation.mother_fund.report import Report, mother_fund_report, write_report
from huiqi.allocation.mother_fund.tables import read_books
from huiqi.entitlements.explain import Explainer
from huiqi.entitlements.population import Population
from huiqi.facts.registry import open_registry
from huiqi.vocabulary.problem import FaultyInput
from huiqi.vocabulary.ranges import INFINITY, NOTHING, Number, exactly
from mother_funds import library

EXAMPLE = Path(__file__).parents[2] / "examples" / "mother-fund"
DAY = datetime.date(2025, 3, 31)
M = 100_000_000  # fen in a million yuan


@pytest.fixture(scope="module")
def report() -> Report:
    rules = library().rules(DAY)
    return mother_fund_report(read_books(EXAMPLE, rules.places), rules, DAY)


def millions(value: float | str) -> Number:
    return exactly(Fraction(str(value)) * M)


def test_the_chips_fund_by_hand(report: Report) -> None:
    """300 paid in; 50 + 60 + 80 invested; wafer-works back with 75 of gain, 3 of dividends, lidar-lab lost; 6 of expenses; 120 distributed."""
    f = report.accounts.figures["chips"]
    assert (f.paid_in, f.invested, f.returned, f.gains, f.written_off) == tuple(map(millions, (300, 190, 50, 78, 60)))
    assert f.cash == millions(300 - 190 - 6 + 50 + 78 - 120)
    assert f.cost_held == millions(80)
    assert f.net == millions(112 + 128)
    assert f.largest == ("eda-tools", millions(80))
    assert f.called == millions(300) or f.called.high == 300 * M


def test_multiples_by_hand(report: Report) -> None:
    m = report.fund_multiples["chips"]
    assert (m.dpi, m.rvpi, m.tvpi) == (exactly(Fraction(2, 5)), exactly(Fraction(4, 5)), exactly(Fraction(6, 5)))
    assert report.stakes["mother", "chips"].paid_in == millions(100)
    assert report.stakes["mother", "chips"].worth == millions(80)


def test_an_enterprise_without_a_value_leaves_its_fund_without_an_upper_end(report: Report) -> None:
    """125 paid in less 85 invested is 40 in hand; gene-test is worth 52, new-drug anything."""
    assert report.accounts.figures["health"].net == Number(Fraction(92 * M), INFINITY)
    rate = report.fund_multiples["health"].rate
    assert rate.low is not None
    assert rate.low < 0
    assert rate.high == INFINITY


def test_leverage_of_each_fund_and_of_all_as_one(report: Report) -> None:
    """All as one: 800 + 50 + 10 of public and 200 + 150 + 160 + 55 of social capital; what the mother fund commits is not counted again."""
    together = report.leverage[""]
    assert (together.public, together.social) == (millions(860), millions(565))
    assert together.social_over_public == exactly(Fraction(565, 860))
    assert report.leverage["chips"].total_over_public == exactly(2)


def test_reinvestment_by_hand(report: Report) -> None:
    """chips: 1.5 times 100 less 110; health: its agreement says twice 45, and 45 of 85 is of unknown place; seed: 1.5 times 14 + 4 less 15."""
    chips, health, seed = report.reinvestment
    assert (chips.due, chips.missing, chips.by) == (millions(150), millions(40), datetime.date(2026, 12, 31))
    assert (health.due, health.missing) == (millions(90), Number(Fraction(5 * M), Fraction(50 * M)))
    assert (seed.due, seed.missing, seed.by) == (millions(27), millions(12), datetime.date(2031, 3, 31))
    assert health.required is not None
    assert health.required.said_by.en == "the fund's agreement"
    assert seed.required is not None
    assert seed.required.said_by.zh == "萧山区天使引导基金，返投"
    assert chips.attained == exactly(Fraction(11, 10))


def test_which_rules_hold(report: Report) -> None:
    found = {(kept.fund, kept.measure.key): kept.status for kept in report.rules}
    assert found["chips", "single-investee"] == "no"  # 80 is above 20 % of 300
    assert found["health", "single-investee"] == "yes"  # 45 is below 50
    assert found["seed", "district-share"] == "no"  # 35 + 10 of 100
    assert found["chips", "district-share"] == "yes"  # 100 of 300; the city's 50 are not the district's
    assert found["health", "reinvestment"] == "depends"
    assert found["chips", "term"] == "yes"
    assert ("mother", "district-share") not in found  # a rule about sub-funds
    chips = next(kept for kept in report.rules if (kept.fund, kept.measure.key) == ("chips", "single-investee"))
    assert "¥20,000,000 less" in chips.why.en
    assert "超出2,000万元" in chips.why.zh


def test_exits_and_what_is_held(report: Report) -> None:
    positions = {(p.fund, p.investee): p for p in report.positions}
    wafer = positions["chips", "wafer-works"]
    assert wafer.exited
    assert (wafer.proceeds, wafer.multiple) == (millions(125), exactly(Fraction(5, 2)))
    assert (wafer.first_on, wafer.last_on) == (datetime.date(2020, 11, 2), datetime.date(2023, 3, 20))
    assert positions["chips", "lidar-lab"].multiple == NONE
    assert positions["chips", "eda-tools"].multiple == NOTHING  # a dividend is no exit
    assert not positions["chips", "eda-tools"].exited
    assert positions["chips", "eda-tools"].worth.amount == millions(128)


def test_vintages(report: Report) -> None:
    assert [(v.year, v.funds) for v in report.vintages] == [(2020, ("chips",)), (2021, ("health",)), (2023, ("seed",))]
    mothers = report.mothers_vintages["mother"]
    assert [v.committed for v in mothers] == [millions(100), millions(90), millions(35)]
    assert [v.invested for v in mothers] == [exactly(6_333_333_333), millions("30.6"), millions("5.25")]  # 190 / 3; 36 % of 85; 35 % of 15


def test_a_fund_that_is_not_there_yet_is_not_told_of(report: Report) -> None:
    day = datetime.date(2021, 1, 1)
    rules = library().rules(day)
    early = mother_fund_report(read_books(EXAMPLE, rules.places), rules, day)
    assert list(early.accounts.figures) == ["mother", "chips"]
    with pytest.raises(FaultyInput, match="no mother fund was there on 2019-12-31"):
        mother_fund_report(read_books(EXAMPLE, rules.places), rules, datetime.date(2019, 12, 31))


def test_the_term_is_broken_on_the_day_after_it(report: Report) -> None:
    day = datetime.date(2027, 6, 1)
    rules = library().rules(day)
    late = mother_fund_report(read_books(EXAMPLE, rules.places), rules, day)
    found = {(kept.fund, kept.measure.key): kept.status for kept in late.rules}
    assert found["chips", "term"] == "no"


def test_the_folder_holds_the_same_and_its_registry_says_the_same(report: Report, tmp_path: Path) -> None:
    out = tmp_path / "out"
    write_report(report, out)
    write_report(report, out)  # a former report is replaced
    written = json.loads((out / "mother_fund.json").read_text(encoding="utf-8"))
    assert written["made_up"] is True
    assert written["tables_hash"] == report.books.content_hash
    for name in ("funds", "look_through", "rules", "leverage", "reinvestment", "vintages", "positions"):
        table = pq.read_table(out / f"{name}.parquet").to_pylist()
        with (out / f"{name}.csv").open(encoding="utf-8", newline="") as file:
            assert len(list(csv.DictReader(file))) == len(table) == len(written[name])
        assert table == written[name]
    rules = library().rules(DAY)
    registry, problems = open_registry(out / "registry", rules.schemas["fund"], rules.places)
    assert registry is not None, problems
    explainer = Explainer.of_registry(Population(registry, rules, DAY))
    for kept in report.rules:
        run = explainer.subject(kept.fund)
        assert run is not None
        again = next(e for e in explainer.explain(run) if e.measure.id == kept.measure.id)
        assert again.status == kept.status
    known = registry.provenance("largest_investee")
    assert "reckoned from flows" in known.source.en
    assert (known.observed_on, known.recorded_on) == (datetime.date(2025, 3, 31), datetime.date(2025, 4, 10))


def test_nothing_else_is_replaced(report: Report, tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(FileExistsError):
        write_report(report, tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["letter.txt"]
