"""Published totals: which figures a registry is held against on a day, and which of them contradict each other."""

import datetime
from collections.abc import Callable
from fractions import Fraction

import pytest

from huiqi.rules.compile import Rules
from huiqi.rules.library import read_library
from huiqi.rules.published import Total, contradictions, months_away, published_totals, zones_in

AS_OF = datetime.date(2024, 6, 30)
MINHANG, BINJIANG = "cn-sh-minhang", "cn-zj-hangzhou-binjiang"


@pytest.fixture(scope="module")
def rules() -> Rules:
    library, problems = read_library([MINHANG, BINJIANG])
    assert problems == []
    assert library is not None
    return library.rules(AS_OF)


@pytest.fixture
def total(rules: Rules) -> Callable[..., Total]:
    """A total of Minhang, with another figure where one is given."""

    def total(indicator: str, figure: int | None = None) -> Total:
        found = next(one for one in published_totals(rules, MINHANG, AS_OF).totals if one.indicator.indicator == indicator)
        return found if figure is None else Total(found.indicator, found.pack, found.members, None, (Fraction(figure),), found.unit)

    return total


def test_the_figures_of_minhang_that_count_enterprises(rules: Rules) -> None:
    totals = published_totals(rules, MINHANG, AS_OF)
    assert {str(total.indicator.indicator): int(total.taken) for total in totals.totals} == {
        "high_tech_enterprises": 3386,
        "specialised_enterprises": 1213,
        "regional_headquarters": 65,
        "foreign_rd_centres": 87,
        "listed_companies": 51,
        "headquarters_enterprises": 240,
        "hard_technology_companies": 3000,
    }
    assert "parks" in {str(one.indicator.indicator) for one in totals.unspoken}
    assert totals.problems == ()


def test_a_figure_too_far_from_the_day_or_of_a_year_to_come_is_not_spoken_of(rules: Rules) -> None:
    totals = published_totals(rules, BINJIANG, AS_OF)
    why = {str(one.indicator.indicator): one.why.en for one in totals.unspoken if one.indicator.counts is not None}
    assert totals.totals == ()
    assert why == {
        "gazelles_recognised": "published for 2017, too far from 2024-06-30",
        "industrial_value_added": "it needs figures of 2024, which is not over on the registry's day",
    }


def test_a_year_later_the_value_added_of_the_year_counts(rules: Rules) -> None:
    (total,) = published_totals(rules, BINJIANG, datetime.date(2025, 6, 30)).totals
    assert total.adds is not None
    assert total.taken == Fraction("91320000000")
    assert published_totals(rules, BINJIANG, datetime.date(2018, 6, 30)).totals[0].taken == 233


@pytest.mark.parametrize(
    ("period", "months"),
    [("2023", -6), ("2023-09", -9), ("2024-H1", 0), ("2018 to 2022", -18), ("2021..2023", -6), ("2025", 18), ("over two years to 2020", -42)],
)
def test_a_period_ends_so_many_months_from_the_day(period: str, months: int) -> None:
    assert months_away(period, AS_OF) == months


def test_a_period_without_a_year_is_no_period() -> None:
    assert months_away("planned", AS_OF) is None


def test_what_is_met_between_which_figures(total: Callable[..., Total]) -> None:
    """3,386 is met by itself, "over 240" from there on; a tenth of 65 is 6.5, which is 7 firms."""
    assert total("high_tech_enterprises").bounds() == (3386, 3386)
    assert total("headquarters_enterprises").bounds() == (240, None)
    assert total("regional_headquarters").bounds(Fraction(1, 10)) == (7, 7)
    assert total("regional_headquarters").bounds(Fraction(1, 1000)) == (1, 1)


def test_a_part_above_its_whole_is_told(total: Callable[..., Total]) -> None:
    """Whoever is a high-tech enterprise in Minhang is in Minhang: 3,386 of them cannot stand among 3,000."""
    part = total("high_tech_enterprises")
    district = Total(part.indicator, part.pack, part.members.parts[0], None, (Fraction(3000),), part.unit)  # type: ignore[attr-defined]
    (told,) = contradictions([part, district])
    assert told.code == "totals.part"
    assert "3,386, which is more than" in told.message
    assert told.hint.endswith("--without high_tech_enterprises")
    assert contradictions([district, total("high_tech_enterprises", 2999)]) == []


def test_zones_that_totals_speak_of(rules: Rules) -> None:
    totals = published_totals(rules, MINHANG, AS_OF).totals
    zones = set(zones_in(totals, MINHANG, rules.places))
    assert zones == {"cn-sh-hongqiao-minhang", "cn-sh-minhang-iz-zero-bay"}


def test_of_disputed_figures_the_first_is_aimed_at_and_all_between_are_met(total: Callable[..., Total]) -> None:
    one = total("regional_headquarters")
    disputed = Total(one.indicator, one.pack, one.members, None, (Fraction(65), Fraction(60), Fraction(71)), one.unit)
    assert disputed.taken == 65
    assert disputed.bounds() == (60, 71)


def test_about_is_within_a_twentieth() -> None:
    library, _ = read_library(["cn-sh-yangpu"])
    assert library is not None
    (total,) = published_totals(library.rules(AS_OF), "cn-sh-yangpu", AS_OF).totals
    assert (total.taken, total.bounds()) == (7000, (6650, 7350))
