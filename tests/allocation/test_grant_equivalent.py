"""Instruments as grants: worked examples that can be checked by hand, and what holds of every rate."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from huiqi.allocation.equivalent import grant_equivalent as formulas
from huiqi.allocation.equivalent.assumptions import Assumptions, read_assumptions
from huiqi.allocation.equivalent.grant_equivalent import NOTHING, WHOLE, WITHOUT_TERMS, Range, discount, present_value, rounded
from huiqi.allocation.equivalent.of_rounds import equivalents, of_kinds
from huiqi.rules.records import MeasureKind
from huiqi.vocabulary.problem import FaultyInput
from promised import Row, rules, table

SOURCE = "source: {kind: illustrative, note: {en: made up, zh: 虚构}}"
TITLE = "title: {en: Made up, zh: 虚构}\n"


def per_cent(low: float, high: float | None = None) -> Range:
    return Fraction(str(low)) / 100, Fraction(str(low if high is None else high)) / 100


shares = st.fractions(0, 1, max_denominator=1_000)
ranges = st.tuples(shares, shares).map(lambda pair: (min(pair), max(pair)))


# ---------------------------------------------------------------- formulas


def test_instalments_at_a_rate_of_a_quarter() -> None:
    """4 + 3 / 1.25 + 3 / 1.5625 = 8.32 million."""
    paid = [(year, year, (Fraction(sum_), Fraction(sum_))) for year, sum_ in enumerate((4_000_000, 3_000_000, 3_000_000))]
    assert present_value(paid, per_cent(25)) == (8_320_000, 8_320_000)


def test_without_a_rate_later_money_is_worth_between_nothing_and_itself() -> None:
    assert present_value([(0, 0, (Fraction(4), Fraction(4))), (1, 1, (Fraction(6), Fraction(6)))], None) == (4, 10)


def test_a_loan_repaid_evenly() -> None:
    """1,000,000 over two years, 5 % instead of 2 %: 30,000 in the first year, 15,000 in the second, not discounted."""
    low, high = formulas.loan(per_cent(5), per_cent(2), 2, "evenly", per_cent(0))
    assert (low * 1_000_000, high * 1_000_000) == (45_000, 45_000)


def test_a_loan_repaid_at_the_end_discounted() -> None:
    """3 % a year on the whole, at 25 %: 0.03 / 1.25 + 0.03 / 1.5625 = 0.0432."""
    assert formulas.loan(per_cent(5), per_cent(2), 2, "at_end", per_cent(25)) == per_cent(4.32, 4.32)


def test_a_loan_at_the_market_rate_or_above_holds_no_aid() -> None:
    assert formulas.loan(per_cent(4), per_cent(5), 3, "at_end", per_cent(4)) == NOTHING


def test_a_guarantee_by_its_premium() -> None:
    """3.8 % on the market, 0.8 % charged: 3 % in each of three years."""
    assert formulas.guarantee(per_cent(3.8), per_cent(0.8), 3, "at_end", per_cent(0)) == per_cent(9)


def test_a_guarantee_is_never_worth_more_than_what_it_covers() -> None:
    assert formulas.guarantee(per_cent(60), per_cent(0), 3, "at_end", per_cent(0)) == WHOLE


def test_the_safe_harbour_counts_in_proportion() -> None:
    """EUR 900,000 over three of five years: 300,000 x 900,000 / 2,250,000 x 3 / 5 = 72,000; both boxes say the same."""
    five = formulas.in_proportion(Fraction(300_000), Fraction(2_250_000), 5, 3)
    ten = formulas.in_proportion(Fraction(300_000), Fraction(1_125_000), 10, 3)
    assert five == ten
    assert five[0] * 900_000 == 72_000


def test_capital_counts_above_its_worth() -> None:
    assert formulas.capital(per_cent(60, 100)) == (0, Fraction(2, 5))
    assert formulas.capital(WHOLE) == NOTHING  # as a private investor


def test_land_below_its_value() -> None:
    assert formulas.land((Fraction(900), Fraction(1_000)), (Fraction(700), Fraction(950))) == (0, 300)


def test_halves_of_a_fen_are_rounded_up() -> None:
    assert [rounded(Fraction(n, 2)) for n in (0, 1, 2, 3)] == [0, 1, 1, 2]


def test_every_kind_has_its_place_on_the_scale() -> None:
    assert set(WITHOUT_TERMS) == set(get_args(MeasureKind))


@given(st.integers(0, 10**12), ranges)
def test_a_grant_paid_at_once_is_worth_itself(fen: int, rate: Range) -> None:
    assert present_value([(0, 0, (Fraction(fen), Fraction(fen)))], rate) == (fen, fen)


@given(st.lists(st.tuples(st.integers(0, 10), st.integers(0, 10**9)), max_size=5), ranges, ranges)
def test_a_higher_rate_never_means_more_and_a_wider_one_contains_it(paid: list[tuple[int, int]], one: Range, other: Range) -> None:
    rows = [(year, year, (Fraction(fen), Fraction(fen))) for year, fen in paid]
    low, high = present_value(rows, one)
    wide = present_value(rows, (min(one[0], other[0]), max(one[1], other[1])))
    assert wide[0] <= low <= high <= wide[1] <= sum(fen for _, fen in paid)
    if one[1] <= other[0]:
        assert present_value(rows, other)[1] <= low


@given(ranges, ranges, st.integers(1, 10), st.sampled_from(["at_end", "evenly"]), st.one_of(st.none(), ranges))
def test_an_unknown_in_a_loan_widens_what_it_is_worth(
    market: Range, rate: Range, years: int, repaid: formulas.Repaid, reference: Range | None
) -> None:
    low, high = formulas.loan(market, rate, years, repaid, reference)
    inner = formulas.loan((market[0],) * 2, (rate[1],) * 2, years, repaid, None if reference is None else (reference[1],) * 2)
    assert 0 <= low <= inner[0] <= inner[1] <= max(high, inner[1])
    assert inner[0] <= high
    assert discount(years, reference)[0] <= discount(0, reference)[0]


# ---------------------------------------------------------------- rounds


def assumed(folder: Path, text: str) -> Assumptions:
    (folder / "assumed.yaml").write_text(TITLE + text, encoding="utf-8")
    return read_assumptions(folder / "assumed.yaml")


def costs(rows: list[Row], assumptions: Assumptions) -> dict[str, tuple[int, int | None]]:
    """By measure, in yuan."""
    found = equivalents(table(rows, 2024, rules()), 2024, rules(), assumptions)
    ends = {one.measure.key: (one.cost.equivalent_low, one.cost.equivalent_high) for one in found}
    return {key: (low // 100, None if high is None else high // 100) for key, (low, high) in ends.items()}


RATE = f"reference_rates:\n  2024: {{rate: 25%, {SOURCE}}}\n"


def test_a_round_on_one_scale(tmp_path: Path) -> None:
    """By hand: 8.32 of 10 million; of halves 2 + [2 / 1.5625, 2]; half of a stake is worth its price; 3 % a year for a year, at 25 %."""
    terms = (
        f"{RATE}milestones_within: 2\nmeasures:\n  p/a/stake: {{worth: 50%, {SOURCE}}}\n"
        f"  p/a/cover: {{guarantee: {{market_premium: 4%, premium: 1%, years: 1}}, {SOURCE}}}\n"
    )
    rows: list[Row] = [
        ("v", "staged", 10_000_000, 10_000_000), ("w", "halves", 4_000_000, 4_000_000), ("x", "once", 100, 100),
        ("y", "stake", 1_000_000, 1_000_000), ("z", "cover", 1_000_000, 1_000_000),
    ]  # fmt: skip
    assert costs(rows, assumed(tmp_path, terms)) == {
        "staged": (8_320_000, 8_320_000), "halves": (3_280_000, 4_000_000), "once": (100, 100), "stake": (500_000, 500_000), "cover": (24_000, 24_000),
    }  # fmt: skip


def test_terms_that_nobody_states_are_any_part() -> None:
    rows: list[Row] = [("x", "cover", 100, 100), ("y", "stake", 200, 200), ("z", "once", 5, 7), ("v", "halves", 10, 10)]
    assert costs(rows, Assumptions()) == {"cover": (0, 100), "stake": (0, 200), "once": (5, 7), "halves": (5, 10)}


def test_a_guarantee_within_the_safe_harbour(tmp_path: Path) -> None:
    terms = f"measures:\n  p/a/cover: {{in_proportion: {{ceiling: 300000元, sum: 2250000元, sum_years: 5, years: 3, covers: 80%}}, {SOURCE}}}\n"
    assert costs([("x", "cover", 900_000, 900_000)], assumed(tmp_path, terms)) == {"cover": (72_000, 72_000)}
    with pytest.raises(FaultyInput, match="above the sum of the safe harbour"):
        costs([("x", "cover", 2_250_001, 2_250_001)], assumed(tmp_path, terms))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("reference_rates:\n  '24': {rate: 25%, SOURCE}\n", "24 is no year"),
        ("reference_rates:\n  2024: {rate: 100元, SOURCE}\n", "100元 is no share"),
        ("reference_rates:\n  2024: {rate: [5%, 4%], SOURCE}\n", "5% is more than 4%"),
        ("reference_rates:\n  2024: {rate: 25%}\n", "lacks source"),
        ("milestones_within: soon\n", "soon is no number of years"),
        ("measures:\n  p/a/cover: {SOURCE}\n", "have one form; here is none"),
        ("measures:\n  p/a/stake: {worth: 50%, redeemed: 5%, SOURCE}\n", "have one form; here is worth and redeemed"),
        ("measures:\n  p/a/stake: {worth: 150%, SOURCE}\n", "150% is more than the whole"),
        ("measures:\n  p/a/cover: {guarantee: {market_premium: 4%, premium: 1%, years: 0}, SOURCE}\n", "0 is no number of years"),
        (
            "measures:\n  p/a/cover: {in_proportion: {ceiling: 30万元, sum: 225万元, sum_years: 5, years: 3, covers: 90%}, SOURCE}\n",
            "covers 90% of the loan",
        ),
        ("measures:\n  p/a/cover: {in_proportion: {ceiling: 30万元, sum: 225万元, sum_years: 5, years: 6}, SOURCE}\n", "6 years are more than the 5"),
        ("measures:\n  p/a/cover: {in_proportion: {ceiling: 30%, sum: 225万元, sum_years: 5, years: 3}, SOURCE}\n", "30% is no money"),
        ("wages: 5\n", "wages is not a key here"),
    ],
)
def test_assumptions_that_cannot_be_read(text: str, said: str, tmp_path: Path) -> None:
    with pytest.raises(FaultyInput, match=said):
        assumed(tmp_path, text.replace("SOURCE", SOURCE))


@pytest.mark.parametrize(
    ("measure", "terms", "said"),
    [("p/a/stak", "worth: 50%", "did you mean p/a/stake"), ("p/a/once", "worth: 50%", "of the kind rent_aid, which has no worth")],
)
def test_terms_of_what_is_no_such_measure(measure: str, terms: str, said: str, tmp_path: Path) -> None:
    with pytest.raises(FaultyInput, match=said):
        costs([("x", "once", 1, 1)], assumed(tmp_path, f"measures:\n  {measure}: {{{terms}, {SOURCE}}}\n"))


def test_a_payment_before_the_decision_is_told() -> None:
    with pytest.raises(FaultyInput, match="before the decision of 2025"):
        equivalents(table([("x", "once", 1, 1)], 2024, rules()), 2025, rules(), Assumptions())


def test_a_round_costs_no_more_than_it_has() -> None:
    """Of 6 perhaps under one measure and 9 perhaps under another, both grants, 4 are sure; the round has 10 in all."""
    rows: list[Row] = [("x", "staged", 1_000_000, 6_000_000), ("y", "halves", 3_000_000, 9_000_000)]
    most = 10_000_000 * 100
    found = equivalents(table(rows, 2024, rules()), 2024, rules(), Assumptions(), most)
    assert {one.measure.key: (one.cost.low, one.cost.high) for one in found} == {
        "staged": (1_000_000_00, 6_000_000_00), "halves": (3_000_000_00, 9_000_000_00),
    }  # fmt: skip
    (kind,) = of_kinds(found, most)
    assert (kind.low, kind.high, kind.equivalent_high) == (4_000_000_00, most, most)
    (kind,) = of_kinds(equivalents(table(rows, 2024, rules()), 2024, rules(), Assumptions(), most - 300_000_000), most - 300_000_000)
    assert kind.high == 7_000_000_00


def test_what_a_round_has_binds_each_measure() -> None:
    rows: list[Row] = [("x", "staged", 1_000_000, 6_000_000), ("y", "halves", 3_000_000, 9_000_000)]
    found = equivalents(table(rows, 2024, rules()), 2024, rules(), Assumptions(), 5_000_000_00)
    assert {one.measure.key: one.cost.high for one in found} == {"staged": 2_000_000_00, "halves": 4_000_000_00}
