"""The facts, code lists and places that all packs share."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pytest

import huiqi
from huiqi.facts.schema import CodeList, Schema, read_codes, read_schema
from huiqi.vocabulary.place import Places, read_places


def packs() -> Path:
    """The packs of this checkout, or those that are installed."""
    folder = getattr(huiqi, "packs_folder", None)
    return Path(folder()) if folder is not None else Path(__file__).parents[2] / "packs"


@pytest.fixture(scope="module")
def codes() -> dict[str, CodeList]:
    lists, problems = read_codes(packs() / "facts" / "codes", "packs/facts/codes")
    assert problems == []
    return lists


@pytest.fixture(scope="module")
def schema(codes: dict[str, CodeList]) -> Schema:
    found, problems = read_schema(packs() / "facts" / "enterprise.yaml", "packs/facts/enterprise.yaml", codes)
    assert problems == []
    assert found is not None
    return found


@pytest.fixture(scope="module")
def places() -> Places:
    found, problems = read_places(packs())
    assert problems == []
    return found


def test_enterprise_has_facts_for_the_published_rules(schema: Schema) -> None:
    assert schema.subject == "enterprise"
    assert schema.born == "established"
    assert len(schema.facts) >= 60
    assert not schema.facts["established"].optional


def test_every_label_and_question_stands_in_both_languages(schema: Schema) -> None:
    for fact in schema.facts.values():
        for words in filter(None, (fact.label, fact.question, fact.note)):
            assert words.en.strip(), fact.id
            assert re.search(r"[\u4e00-\u9fff]", words.zh), fact.id
        assert not re.search(r"[\u4e00-\u9fff]", fact.label.en + fact.question.en), fact.id
        assert fact.question.en.endswith("?"), fact.id
        assert fact.question.zh.endswith("？"), fact.id


def test_a_question_names_the_year_where_the_fact_has_one(schema: Schema) -> None:
    for fact in schema.facts.values():
        asks_for_year = ("{year}" in fact.question.en, "{year}" in fact.question.zh)
        assert asks_for_year == (fact.period == "year",) * 2, fact.id


def test_labels_are_names_of_one_fact_each(schema: Schema) -> None:
    assert schema.names["营业收入"] == "revenue"
    assert schema.names["operating_revenue"] == "revenue"
    for what in ("en", "zh"):
        assert not [label for label, n in Counter(fact.label(what).lower() for fact in schema.facts.values()).items() if n > 1]


def test_results_that_can_be_losses_may_be_negative(schema: Schema) -> None:
    negative = {fact.id for fact in schema.facts.values() if fact.kind == "money" and fact.low < 0}
    assert negative == {"net_profit", "taxable_income", "net_assets"}


def test_dates_may_never_come_but_for_the_establishment(schema: Schema) -> None:
    assert {fact.id for fact in schema.facts.values() if fact.kind == "date" and not fact.optional} == {"established"}


def test_industry_lists_all_sections_and_divisions(codes: dict[str, CodeList]) -> None:
    industry = codes["industry"]
    assert sum(bool(re.fullmatch("[A-T]", code)) for code in industry.codes) == 20
    divisions = [code for code in industry.codes if re.fullmatch("[A-T][0-9]{2}", code)]
    assert len(divisions) == 97
    assert sorted(code[1:] for code in divisions) == [f"{n:02}" for n in range(1, 98)]
    for code in industry.codes.values():
        assert code.parent is None or code.id.startswith(code.parent)


def test_finer_industry_code_counts_as_its_nearest_listed_prefix(codes: dict[str, CodeList]) -> None:
    assert codes["industry"].find("C3911") == "C39"
    assert codes["industry"].find("K7010") == "K701"
    assert "I651" in codes["industry"].below("I")


def test_size_standard_has_four_classes_and_sixteen_industries(codes: dict[str, CodeList]) -> None:
    assert list(codes["size_class"].codes) == ["large", "medium", "small", "micro"]
    assert len(codes["industry_class"].codes) == 16


def test_binjiang_lies_in_hangzhou_in_zhejiang_in_china(places: Places) -> None:
    assert places.find("330108") == "cn-zj-hangzhou-binjiang"
    assert places.above("cn-zj-hangzhou-binjiang") == ("cn-zj-hangzhou-binjiang", "cn-zj-hangzhou", "cn-zj", "cn")


def test_every_division_of_the_mainland_has_its_place(places: Places) -> None:
    by_length = Counter(len(code) for code in places.by_code)
    assert by_length == {2: 31, 4: 342 - 9, 6: 2978}
    assert all(places.above(id)[-1] == "cn" for id in places.by_code.values())


def test_a_district_lies_in_its_city_and_else_directly_in_its_province(places: Places) -> None:
    assert places.above("330203") == ("330203", "3302", "cn-zj", "cn")
    assert places.above("331002") == ("331002", "cn-zj-taizhou", "cn-zj", "cn")
    assert places.above("429004") == ("429004", "cn-hb", "cn")
    districts = [id for id in places.below("cn-sh") if places.by_id[id].level == "district"]
    assert len(districts) == 16
    assert {str(places.by_id[id].parent) for id in districts} == {"cn-sh"}


def test_france_lies_in_the_union_and_britain_does_not(places: Places) -> None:
    assert "fr" in places.below("eu")
    assert "gb" not in places.below("eu")
