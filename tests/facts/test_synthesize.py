import datetime
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pyarrow.parquet as parquet
import pytest

from huiqi.facts import credit_code
from huiqi.facts.cells import NONE, is_known
from huiqi.facts.registry import Block, Registry, open_registry
from huiqi.facts.schema import Schema, read_codes, read_schema
from huiqi.facts.synthesize import COUNTED, Synthesized, Wanted, synthesize
from huiqi.facts.synthetic.quotas import Quota
from huiqi.vocabulary.place import Places, read_places
from huiqi.vocabulary.problem import FaultyInput

BINJIANG = "cn-zj-hangzhou-binjiang"
AS_OF = datetime.date(2024, 6, 30)
TODAY = AS_OF.toordinal()
WAN = 1e6  # fen
Columns = dict[tuple[str, int | None], np.ndarray]


@pytest.fixture(scope="module")
def schema(shared: SimpleNamespace) -> Schema:
    codes, _ = read_codes(shared.packs / "facts" / "codes", "codes")
    found, problems = read_schema(shared.packs / "facts" / "enterprise.yaml", "enterprise.yaml", codes)
    assert problems == []
    assert found is not None
    return found


@pytest.fixture(scope="module")
def places(shared: SimpleNamespace) -> Places:
    found, problems = read_places(shared.packs)
    assert problems == []
    return found


Make = Callable[..., Synthesized]


@pytest.fixture
def make_up(schema: Schema, places: Places, tmp_path: Path) -> Make:
    def make_up(place: str = BINJIANG, enterprises: int = 300, seed: int = 1, out: str = "made", **how: Any) -> Synthesized:
        return synthesize(place, enterprises, seed, tmp_path / out, **{"schema": schema, "places": places, **how})

    return make_up


@pytest.fixture
def wrong(make_up: Make) -> Callable[..., list[tuple[str, str]]]:
    """Codes and remedies of what is wrong with what was asked for."""

    def wrong(**how: Any) -> list[tuple[str, str]]:
        with pytest.raises(FaultyInput) as told:
            make_up(**how)
        return [(problem.code, problem.hint) for problem in told.value.problems]

    return wrong


def opened(folder: Path, schema: Schema, places: Places) -> Registry:
    registry, problems = open_registry(folder, schema, places)
    assert problems == []
    assert registry is not None
    return registry


def whole(registry: Registry) -> Columns:
    """Every column of every year; FaultyInput if a cell cannot be read."""
    facts = [fact for fact in registry.schema.facts.values() if registry.has(fact.id)]
    wanted = [(fact.id, year) for fact in facts for year in (registry.years() if fact.period == "year" else (None,))]
    blocks = list(registry.blocks(wanted, 1 << 20))
    assert len(blocks) == 1
    return blocks[0].columns


@pytest.fixture(scope="module")
def district(schema: Schema, places: Places, tmp_path_factory: pytest.TempPathFactory) -> SimpleNamespace:
    """20,000 enterprises in the manner of Binjiang, opened, with all columns."""
    made = synthesize(BINJIANG, 20_000, 2024, tmp_path_factory.mktemp("made") / "binjiang", schema, places, years=4)
    registry = opened(made.folder, schema, places)
    columns = whole(registry)

    def day(fact: str) -> np.ndarray:
        return columns[fact, None]

    def year(fact: str, year: int = 2023) -> np.ndarray:
        return columns[fact, year]

    def rows(fact: str) -> np.ndarray:
        """All years, one after the other."""
        return np.concatenate([columns[fact, y] for y in made.years])

    def code(fact: str, id: str) -> int:
        codes = schema.facts[fact].codes
        assert codes is not None
        return list(codes.codes).index(id)

    def place(id: str) -> int:
        return list(places.by_id).index(id)

    return SimpleNamespace(made=made, registry=registry, columns=columns, day=day, year=year, rows=rows, code=code, place=place)


# What it says of itself


def test_it_says_that_it_is_made_up(district: SimpleNamespace) -> None:
    about = district.registry.about
    assert about.made_up
    assert "Made-up" in about.title.en
    assert "虚构" in about.title.zh
    assert "Made up" in about.general.source.en
    assert "虚构" in about.general.source.zh
    assert not about.general.verified
    assert about.general.observed_on == about.general.recorded_on == AS_OF


def test_ids_are_no_credit_codes_and_stand_in_order(district: SimpleNamespace) -> None:
    block = next(district.registry.blocks([("name", None)], 20_000))
    ids = block.ids.to_pylist()
    assert (ids[0], ids[-1]) == ("MADEUP-000001", "MADEUP-020000")
    assert ids == sorted(ids)
    assert not credit_code.valid(block.ids).any()
    assert block.columns["name", None][41] == "虚构企业000042"


def test_ids_of_ten_million_have_more_digits_so_that_they_stay_in_order(make_up: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    firsts = []

    def write(*tables: Any, **how: Any) -> None:
        firsts.append(next(tables[-2]).ids[0].as_py())

    monkeypatch.setattr("huiqi.facts.synthesize.write_registry", write)
    make_up(enterprises=10_000_000)
    assert firsts == ["MADEUP-00000001"]


# Same seed, same registry


def test_the_same_seed_gives_the_same_bytes(make_up: Make, schema: Schema, places: Places) -> None:
    hashes = [opened(make_up(enterprises=17_000, out=out).folder, schema, places).content_hash for out in ("one", "two")]
    assert hashes[0] == hashes[1]


def test_another_seed_gives_other_firms(make_up: Make, schema: Schema, places: Places) -> None:
    one, two = (whole(opened(make_up(seed=seed, out=str(seed)).folder, schema, places)) for seed in (1, 2))
    assert not np.array_equal(one["established", None], two["established", None])
    assert not np.array_equal(one["revenue", 2023], two["revenue", 2023], equal_nan=True)


def test_blocks_of_one_district_differ(district: SimpleNamespace) -> None:
    established = district.day("established")
    assert not np.array_equal(established[:3000], established[1 << 14 : (1 << 14) + 3000], equal_nan=True)


# Columns and counts


def test_only_facts_of_a_single_application_are_absent(district: SimpleNamespace) -> None:
    assert set(district.made.absent) == {"natural_person_conversion", "renovation_investment", "provincial_subsidy_received", "funded_elsewhere"}
    assert district.registry.years() == district.made.years == (2020, 2021, 2022, 2023)


def test_counts_are_those_of_the_registry(district: SimpleNamespace) -> None:
    made = district.made
    assert made.enterprises == district.registry.subjects == 20_000
    assert made.year_rows == parquet.read_metadata(made.folder / "enterprise_year.parquet").num_rows
    assert set(made.recognised) == set(COUNTED)
    for fact in ("gazelle", "listed", "hnte"):
        assert made.recognised[fact] == np.count_nonzero(district.day(fact) == 1)
    assert made.recognised["plan5050_selected_on"] == np.count_nonzero(np.isfinite(district.day("plan5050_selected_on")))
    assert made.unknown["class1_ip"] == np.mean(~is_known(district.day("class1_ip")))


def test_recognitions_are_as_many_as_a_high_tech_zone_might_have(district: SimpleNamespace) -> None:
    found = district.made.recognised
    assert 45 <= found["listed"] <= 100
    assert 200 <= found["gazelle"] <= 450
    assert 1200 <= found["hnte"] <= 2500
    assert 1800 <= found["above_scale"] <= 3000
    assert 200 <= found["specialised_sme"] <= 500
    assert 25 <= found["little_giant"] <= 100
    assert found["innovative_sme"] > found["specialised_sme"] > found["little_giant"] > found["single_champion"] > 0


# What adds up


def less(smaller: np.ndarray, greater: np.ndarray) -> bool:
    """Nowhere above, where both are known; and both are known somewhere."""
    known = ~np.isnan(smaller) & ~np.isnan(greater)
    return bool(known.any() and (smaller[known] <= greater[known]).all())


def test_net_assets_are_assets_less_liabilities(district: SimpleNamespace) -> None:
    gap = district.rows("total_assets") - district.rows("liabilities") - district.rows("net_assets")
    assert np.isfinite(gap).sum() > 50_000
    assert (gap[np.isfinite(gap)] == 0).all()
    assert (district.rows("net_assets") < 0).any()


def test_income_is_cost_and_profit_and_a_loss_pays_no_income_tax(district: SimpleNamespace) -> None:
    income_tax = district.rows("total_income") - district.rows("total_cost") - district.rows("net_profit")
    known = np.isfinite(income_tax)
    assert (income_tax[known] >= 0).all()
    assert 0 < np.count_nonzero(income_tax[known]) < known.sum()
    assert less(income_tax + district.rows("land_use_tax"), district.rows("tax_paid"))
    taxable = district.rows("taxable_income")
    assert (income_tax[known & (taxable <= 0)] == 0).all()
    profit = district.rows("net_profit")
    assert 0.15 < np.mean(profit[np.isfinite(profit)] < 0) < 0.45


@pytest.mark.parametrize(
    ("part", "of"),
    [
        ("main_revenue", "revenue"),
        ("revenue", "total_income"),
        ("high_tech_product_revenue", "total_income"),
        ("exports", "main_revenue"),
        ("value_added", "revenue"),
        ("regional_contribution", "tax_paid"),
        ("rd_expense_domestic", "rd_expense"),
        ("rd_expense_deductible", "rd_expense_domestic"),
        ("rd_expense", "total_cost"),
        ("science_staff", "employees"),
        ("rd_staff", "science_staff"),
        ("insured_staff", "employees"),
    ],
)
def test_a_part_is_not_above_its_whole(district: SimpleNamespace, part: str, of: str) -> None:
    assert less(district.rows(part), district.rows(of))


@pytest.mark.parametrize("part", ["class1_ip_self_developed", "class1_ip_high_value", "class1_ip_in_use"])
def test_no_more_items_than_there_are(district: SimpleNamespace, part: str) -> None:
    assert less(district.day(part), district.day("class1_ip"))
    assert less(district.day("high_value_invention_patents"), district.day("class1_ip_high_value"))


def test_work_abroad_is_not_at_home(district: SimpleNamespace) -> None:
    assert less(district.rows("rd_expense_commissioned_abroad") + district.rows("rd_expense_domestic"), district.rows("rd_expense"))


@pytest.mark.parametrize(("fact", "mean"), [("total_assets", "total_assets_average"), ("employees", "employees_average")])
def test_an_average_lies_between_the_ends_of_the_year(district: SimpleNamespace, fact: str, mean: str) -> None:
    for year in (2021, 2022, 2023):
        opening, closing = district.year(fact, year - 1), district.year(fact, year)
        assert less(np.minimum(opening, closing), district.year(mean, year))
        assert less(district.year(mean, year), np.maximum(opening, closing) + (fact == "employees"))


def test_losses_carry_forward(district: SimpleNamespace) -> None:
    left = np.maximum(district.year("losses_brought_forward", 2022) - district.year("taxable_income", 2022), 0)
    next_year = district.year("losses_brought_forward", 2023)
    known = np.isfinite(left) & np.isfinite(next_year)
    assert known.sum() > 8000
    assert (left[known] == next_year[known]).all()


def test_what_was_lent_is_owed_and_costs_a_few_per_cent(district: SimpleNamespace) -> None:
    loan, interest = district.day("loan_amount"), district.year("interest_paid")
    assert less(loan, district.year("liabilities"))
    assert less(interest, 0.09 * loan + 1)


def test_capital_is_paid_in_up_to_what_is_registered(district: SimpleNamespace) -> None:
    assert less(district.day("paid_in_capital"), district.day("registered_capital"))
    assert {10 * WAN, 1000 * WAN} <= set(district.day("registered_capital")[:500].tolist())


# Who they are


def test_firms_have_no_figures_before_they_were_founded(district: SimpleNamespace) -> None:
    established = district.day("established")
    for year in district.made.years:
        later = established >= datetime.date(year + 1, 1, 1).toordinal()
        assert later.any()
        assert np.isnan(district.year("revenue", year)[later]).all()
        assert np.isnan(district.year("employees", year)[later]).all()
    assert np.nanmax(established) <= TODAY


def test_dates_come_after_the_founding_and_not_after_the_day(district: SimpleNamespace, schema: Schema) -> None:
    established = district.day("established")
    for fact in schema.facts.values():
        if fact.kind == "date" and fact.optional:
            days = district.day(fact.id)
            came = np.isfinite(days)
            assert less(established[came], days[came]), fact.id
            assert days[came].max() <= TODAY, fact.id
            assert np.isneginf(days).sum() > 10_000 or fact.id == "niche_since", fact.id  # who has none is known to have none


def test_most_are_in_the_place_a_few_known_by_the_city_a_few_elsewhere(district: SimpleNamespace) -> None:
    place = district.day("place")
    place = place[place >= 0]
    assert 0.92 < np.mean(place == district.place(BINJIANG)) < 0.96
    assert 0.02 < np.mean(place == district.place("cn-zj-hangzhou")) < 0.04
    assert np.mean(place == district.place("cn-zj-hangzhou-xihu")) > 0
    assert np.mean(place == district.place("cn-sh")) < 0.002


def test_industries_are_those_of_a_high_tech_zone(district: SimpleNamespace, make_up: Make, schema: Schema, places: Places) -> None:
    def share(values: np.ndarray, *sections: str) -> float:
        codes = list(schema.facts["industry"].codes.codes)  # type: ignore[union-attr]  # a category has codes
        return float(np.mean([codes[value].startswith(sections) for value in values[values >= 0]]))

    elsewhere = whole(opened(make_up(place="cn-sh-jinshan", enterprises=3000).folder, schema, places))["industry", None]
    assert share(district.day("industry"), "I") > 0.3 > share(elsewhere, "I")
    assert share(district.day("industry"), "C") < 0.2 < share(elsewhere, "C")


def test_size_is_skewed_and_growth_has_fat_tails(district: SimpleNamespace) -> None:
    now, before = district.year("revenue", 2023), district.year("revenue", 2022)
    known = now[np.isfinite(now)]
    assert np.sort(known)[-len(known) // 100 :].sum() > 0.3 * known.sum()  # one in a hundred makes a third of it all
    both = (now > 0) & (before > 0) & (district.day("established") < TODAY - 5 * 366)
    grown = np.log(now[both] / before[both])
    spread = (grown - grown.mean()) / grown.std()
    assert np.mean(spread**4) > 6  # 3 with normal tails
    assert 0.05 < np.mean(grown > np.log(1.25)) < 0.3
    assert np.corrcoef(np.log(before[both]), np.log(now[both]))[0, 1] > 0.9  # size lasts


def test_facts_go_together(district: SimpleNamespace) -> None:
    def correlation(one: np.ndarray, two: np.ndarray) -> float:
        known = (one > 0) & (two > 0)
        return float(np.corrcoef(np.log(one[known]), np.log(two[known]))[0, 1])

    revenue = district.year("revenue")
    assert correlation(revenue, district.year("employees")) > 0.75
    assert correlation(revenue, district.year("total_assets")) > 0.7
    assert correlation(district.year("rd_expense"), district.day("class1_ip")) > 0.2
    high_tech, held = district.day("high_tech_field"), district.day("hnte")
    assert (held[high_tech == 0] == 1).sum() == 0
    assert held[(high_tech == 1) & (held >= 0)].mean() > 0.1


# Recognitions


def test_a_little_giant_is_a_specialised_sme_and_that_an_innovative_one(district: SimpleNamespace) -> None:
    for stronger, weaker in (("little_giant", "specialised_sme"), ("specialised_sme", "innovative_sme")):
        held = district.day(weaker)[district.day(stronger) == 1]
        assert len(held) > 10
        assert (held != 0).all()
    assert less(
        *[np.where(np.isfinite(days), days, np.nan) for days in map(district.day, ("recognised_specialised_sme_on", "recognised_little_giant_on"))]
    )


@pytest.mark.parametrize("what", ["hnte", "specialised_sme", "little_giant", "gazelle"])
def test_a_day_of_recognition_goes_with_the_recognition(district: SimpleNamespace, what: str) -> None:
    held, days = district.day(what), district.day(f"recognised_{what}_on")
    assert not np.isneginf(days[held == 1]).any()
    assert not np.isfinite(days[held == 0]).any()
    assert np.isnan(days[held == -1]).all()  # the day would give it away


def test_certificates_of_high_tech_enterprises_are_valid(district: SimpleNamespace) -> None:
    on, first = district.day("recognised_hnte_on"), district.day("first_recognised_hnte_on")
    came = np.isfinite(on)
    assert on[came].min() > TODAY - 3 * 366
    assert less(district.day("established")[came] + 365, on[came])
    assert less(first[came & np.isfinite(first)], on[came & np.isfinite(first)])
    assert (np.isfinite(first) & np.isneginf(on)).any()  # some certificates ran out


def test_above_scale_follows_revenue(district: SimpleNamespace) -> None:
    above, revenue = district.day("above_scale"), district.year("revenue")
    known = (above >= 0) & np.isfinite(revenue)
    assert np.mean((above == 1)[known] == (revenue >= 2000 * WAN)[known]) > 0.97


def test_a_listed_firm_is_not_small_nor_new_and_has_its_day_and_board(district: SimpleNamespace) -> None:
    listed = district.day("listed") == 1
    on, market = district.day("listed_on")[listed], district.day("listing_market")[listed]
    assert (district.year("revenue")[listed] >= 10_000 * WAN).all()
    assert less(district.day("established")[listed] + 4 * 365, on)
    assert not np.isneginf(on).any()
    assert not (market == NONE).any()
    star = market == district.code("listing_market", "sse_star")
    assert star.any()
    assert (on[star] >= datetime.date(2019, 7, 22).toordinal()).all()
    assert np.isfinite(district.year("net_profit")[listed]).all()  # published
    others = district.day("listed") == 0
    assert not np.isfinite(district.day("listed_on")[others]).any()
    assert not (district.day("listing_market")[others] >= 0).any()
    assert not (district.day("red_chip")[others] == 1).any()


def test_tutoring_comes_before_acceptance_and_acceptance_before_listing(district: SimpleNamespace) -> None:
    filed, accepted, listed = (
        np.where(np.isfinite(days), days, np.nan) for days in map(district.day, ("ipo_tutoring_on", "ipo_accepted_on", "listed_on"))
    )
    assert less(filed, accepted)
    assert less(accepted, listed)


def test_the_5050_plan_has_cohorts_of_every_year_and_of_the_turns_of_its_editions(district: SimpleNamespace) -> None:
    days = district.day("plan5050_selected_on")
    days = days[np.isfinite(days)]
    assert {datetime.date.fromordinal(int(day)).year for day in days} == set(range(2012, 2025))
    turns = {datetime.date(2022, 12, 31), datetime.date(2023, 1, 1), datetime.date(2023, 12, 31), datetime.date(2024, 1, 1)}
    assert turns <= {datetime.date.fromordinal(int(day)) for day in days}


def test_elsewhere_there_is_no_5050_plan(make_up: Make) -> None:
    assert "plan5050_selected_on" in make_up(place="cn-sh-minhang").absent


# What is unknown


def test_basic_figures_are_unknown_of_about_one_in_ten(district: SimpleNamespace) -> None:
    for fact in ("revenue", "total_income", "employees", "total_assets", "liabilities", "net_profit", "tax_paid"):
        assert 0.08 <= district.made.unknown[fact] <= 0.12, fact
    for fact in ("established", "place", "industry", "listed"):
        assert 0 < district.made.unknown[fact] <= 0.03, fact
    assert district.made.unknown["name"] == 0


def test_research_and_intellectual_property_are_unknown_more_often(district: SimpleNamespace) -> None:
    for fact in ("rd_expense", "science_staff", "class1_ip", "class1_ip_in_use", "core_ip"):
        assert 0.15 <= district.made.unknown[fact] <= 0.4, fact


def test_points_of_experts_are_unknown_for_nearly_all(district: SimpleNamespace, schema: Schema) -> None:
    for fact in schema.facts:
        if fact.startswith("hnte_") or fact in ("specialised_digital", "specialised_quality", "specialised_feature"):
            assert 0.99 < district.made.unknown[fact] < 1, fact


def test_points_lie_in_the_bands_of_the_guideline(district: SimpleNamespace) -> None:
    points, first, second = map(district.day, ("hnte_ip_quantity", "class1_ip", "class2_ip"))
    known = np.isfinite(points + first + second)
    assert known.any()
    assert (points[known] >= 70).tolist() == (first[known] >= 1).tolist()  # 7 or 8 points, kept as tenths


def test_small_firms_leave_out_more(district: SimpleNamespace) -> None:
    staff, unknown = district.year("employees", 2022), ~is_known(district.year("rd_expense", 2023))
    assert unknown[staff <= 3].mean() > 1.5 * unknown[staff >= 50].mean()


def test_whole_years_are_unknown_together(district: SimpleNamespace) -> None:
    revenue, staff = (~is_known(district.rows(fact)) & is_known(district.rows("total_assets")) for fact in ("revenue", "employees"))
    there = np.concatenate([district.day("established") < datetime.date(year, 1, 1).toordinal() for year in district.made.years])
    assert (~is_known(district.rows("revenue")) & ~is_known(district.rows("employees")))[there].mean() > 5 * (revenue & staff)[there].mean()


# Other ways to ask


@pytest.mark.parametrize("seed", range(6))
def test_one_enterprise_is_enough(make_up: Make, schema: Schema, places: Places, seed: int) -> None:
    made = make_up(enterprises=1, seed=seed)
    registry = opened(made.folder, schema, places)
    assert registry.subjects == made.enterprises == 1
    assert len(whole(registry)["name", None]) == 1


def test_firms_of_this_year_have_no_year_rows_and_are_still_a_registry(make_up: Make, schema: Schema, places: Places) -> None:
    made = next(made for seed in range(200) if (made := make_up(enterprises=1, seed=seed, overwrite=True)).year_rows == 0)
    assert opened(made.folder, schema, places).years() == ()


@pytest.mark.parametrize(
    ("years", "as_of"), [(1, AS_OF), (8, datetime.date(2025, 12, 31)), (20, datetime.date(2000, 2, 29)), (2, datetime.date(2024, 1, 1))]
)
def test_other_years_and_days(make_up: Make, schema: Schema, places: Places, years: int, as_of: datetime.date) -> None:
    made = make_up(enterprises=2000, years=years, as_of=as_of)
    assert made.years == tuple(range(as_of.year - years, as_of.year))
    columns = whole(opened(made.folder, schema, places))
    assert np.nanmax(columns["established", None]) <= as_of.toordinal()
    for (fact, _), values in columns.items():
        if schema.facts[fact].kind == "date":
            assert values[np.isfinite(values)].max(initial=0) <= as_of.toordinal(), fact


def test_a_place_can_be_named_by_its_code_and_be_a_city_a_province_or_the_nation(make_up: Make, schema: Schema, places: Places) -> None:
    assert make_up(place="330108").place == BINJIANG
    for place in ("cn-zj-hangzhou", "cn-zj", "cn"):
        opened(make_up(place=place, out=place).folder, schema, places)


def test_a_registry_is_replaced_only_if_that_is_said(make_up: Make, wrong: Callable[..., list[tuple[str, str]]]) -> None:
    make_up(enterprises=5)
    assert [code for code, _ in wrong(enterprises=5)] == ["synthesize.out-exists"]
    assert make_up(enterprises=6, overwrite=True).enterprises == 6


def test_an_unknown_place_is_told_with_a_remedy(wrong: Callable[..., list[tuple[str, str]]]) -> None:
    assert wrong(place="cn-zj-hangzhou-binjang")[0][0] == "synthesize.unknown-place"
    assert "did you mean cn-zj-hangzhou-binjiang" in wrong(place="cn-zj-hangzhou-binjang")[0][1]


@pytest.mark.parametrize(
    ("how", "code"),
    [
        ({"enterprises": 0}, "enterprises"),
        ({"enterprises": -3}, "enterprises"),
        ({"enterprises": 50_000_001}, "enterprises"),
        ({"seed": -1}, "seed"),
        ({"years": 0}, "years"),
        ({"years": 21}, "years"),
        ({"as_of": datetime.date(1999, 12, 31)}, "as-of"),
        ({"place": "gb"}, "foreign-place"),
    ],
)
def test_what_cannot_be_made_up_is_told(wrong: Callable[..., list[tuple[str, str]]], how: dict[str, Any], code: str) -> None:
    assert [told for told, _ in wrong(**how)] == [f"synthesize.{code}"]


def test_all_that_is_wrong_is_told_at_once(wrong: Callable[..., list[tuple[str, str]]], schema: Schema) -> None:
    without = replace(schema, subject="parcel", codes={id: codes for id, codes in schema.codes.items() if id != "market"})
    found = wrong(place="nowhere", enterprises=0, seed=-1, years=0, schema=without)
    assert [code.removeprefix("synthesize.") for code, _ in found] == ["unknown-place", "enterprises", "seed", "years", "schema", "codes"]
    assert all(hint for _, hint in found)


def test_facts_that_the_schema_has_not_are_left_out(make_up: Make, schema: Schema, places: Places) -> None:
    fewer = replace(schema, facts={id: fact for id, fact in schema.facts.items() if not id.startswith(("hnte_", "rd_"))})
    made = make_up(enterprises=50, schema=fewer)
    assert "rd_expense" not in made.unknown
    opened(made.folder, fewer, places)


# ---------------------------------------------------------------- totals


def asked(**quotas: int) -> Wanted:
    """So many firms of each flag; an unknown cell may count."""
    facts = [*quotas]

    def counts(block: Block) -> tuple[np.ndarray, np.ndarray]:
        columns = np.stack([block.columns[fact, None] for fact in facts], axis=1)
        return columns > 0, columns != 0

    return Wanted(tuple(Quota(fact, number) for fact, number in quotas.items()), tuple((fact, None) for fact in facts), counts)


def test_totals_are_met_to_the_firm_and_by_known_cells(make_up: Make, schema: Schema, places: Places) -> None:
    """Twice as many high-tech firms as an ordinary district has, few of them listed: met, and of none of them is the flag unknown."""
    made = make_up(place="cn-sh-minhang", enterprises=2_000, wanted=asked(hnte=120, listed=7, specialised_sme=31))
    assert (made.recognised["hnte"], made.recognised["listed"], made.recognised["specialised_sme"]) == (120, 7, 31)
    assert made.unknown["hnte"] == made.unknown["listed"] == 0
    assert made.drawn > made.enterprises == opened(made.folder, schema, places).subjects == 2_000


def test_who_meets_a_total_is_like_one(make_up: Make, schema: Schema, places: Places) -> None:
    """High-tech firms spend on R&D and have the staff for it; listed ones are older and larger than most."""
    made = make_up(place="cn-sh-minhang", enterprises=3_000, wanted=asked(hnte=300, listed=30))
    columns = [("hnte", None), ("listed", None), ("established", None), ("revenue", 2023), ("rd_expense", 2023), ("science_staff", 2023)]
    block = next(opened(made.folder, schema, places).blocks(columns, 3_000))
    certified, listed = block.columns["hnte", None] > 0, block.columns["listed", None] > 0
    assert np.nanmin(block.columns["rd_expense", 2023][certified]) > 0
    assert np.nanmin(block.columns["science_staff", 2023][certified]) > 0
    assert TODAY - np.nanmax(block.columns["established", None][listed]) >= 4 * 365
    assert np.nanmedian(block.columns["revenue", 2023][listed]) > 10 * np.nanmedian(block.columns["revenue", 2023])


def test_with_totals_too_the_same_seed_gives_the_same_registry(make_up: Make) -> None:
    first, second, other = (make_up(enterprises=500, seed=seed, out=out, wanted=asked(hnte=50)) for seed, out in ((3, "a"), (3, "b"), (4, "c")))
    tables = [(made.folder / "enterprise.parquet").read_bytes() for made in (first, second, other)]
    assert tables[0] == tables[1] != tables[2]


def test_totals_that_cannot_be_met_are_named_and_nothing_is_written(make_up: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A little giant is a specialised SME: 40 of one cannot stand among 20 of the other."""
    monkeypatch.setattr("huiqi.facts.synthesize.LEAST_DRAWN", 0)
    with pytest.raises(FaultyInput) as told:
        make_up(enterprises=2_000, wanted=asked(hnte=100, little_giant=40, specialised_sme=20))
    (problem,) = told.value.problems
    assert problem.code == "totals.together"
    assert problem.message.startswith("little_giant (40 wanted")
    assert "specialised_sme (20 wanted" in problem.message
    assert "hnte" not in problem.message
    assert list(tmp_path.iterdir()) == []
