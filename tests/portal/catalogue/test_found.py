"""Filters, counts and order of the list."""

import datetime
from dataclasses import replace
from itertools import product
from urllib.parse import parse_qsl

import pytest

import huiqi
from huiqi_portal.catalogue.asked import Asked, read_asked
from huiqi_portal.catalogue.collection import collection_of
from huiqi_portal.catalogue.found import find
from huiqi_portal.catalogue.roughly import known_of
from huiqi_portal.texts import shelf

pytestmark = pytest.mark.django_db
DAY = datetime.date(2026, 11, 23)


@pytest.fixture(scope="module")
def shipped():
    """The packs that come with huiqi, on a day."""
    library = shelf.library_of(None)
    rules = library.rules(DAY)
    on = shelf.Law(shelf.SHIPPED, library, rules, DAY, huiqi.Explainer(rules, DAY))
    return on, collection_of(on)


def names(shipped, **asked):
    """Every measure that is found, over all pages."""
    on, collection = shipped
    first = find(on, collection, Asked(**asked))
    pages = [find(on, collection, Asked(**asked, page=page + 1)) for page in range(first.pages)]
    return [card.name for page in pages for card in page.cards]


def test_a_page_beyond_the_last_is_empty_and_a_listing_has_everything_once(shipped):
    on, collection = shipped
    found = names(shipped)
    assert len(found) == len(set(found)) == find(on, collection, Asked()).total == collection.live.bit_count()
    assert not find(on, collection, Asked(page=99)).cards


def test_what_has_ended_is_shown_only_where_it_is_asked_for(shipped):
    ended = "cn-zj-hangzhou-binjiang/gazelle/gazelle"
    assert ended not in names(shipped)
    assert ended in names(shipped, state="over")


def test_the_count_beside_a_value_is_what_choosing_it_finds(shipped):
    on, collection = shipped
    asked = Asked(place="cn-sh", q="研发")
    found = find(on, collection, asked)
    for name, options in (
        ("topic", found.topics),
        ("kind", found.kinds),
        ("state", found.states),
        ("place", found.places[:6]),
        ("industry", found.industries[:4]),
    ):
        for option in options:
            assert len(names(shipped, **{"place": "cn-sh", "q": "研发", name: option.value})) == option.count, option


def test_a_place_has_its_own_what_lies_above_and_what_linked_zones_bring(shipped):
    found = names(shipped, place="cn-sh-minhang-iz")
    for name in (
        "cn-sh-minhang/new-industrialisation/factory-purchase",
        "cn-sh/headquarters-fund/early-support",
        "cn-sh-ftz/services/ftz-shared-equipment",
    ):
        assert name in found
    assert not any(name.startswith("cn-zj") for name in found)
    assert "cn-sh-ftz/services/ftz-shared-equipment" not in names(shipped, place="cn-sh-jinshan")


def test_a_firm_is_only_kept_from_what_it_surely_may_not_have(shipped):
    on, collection = shipped
    all_of_them = {name for name in names(shipped) if collection.by_name[name].measure.subject == "enterprise"}
    described = find(on, collection, Asked(industry="A", staff=5, revenue=1))
    left = set(names(shipped, industry="A", staff=5, revenue=1))
    assert left < all_of_them
    never = all_of_them - left
    status = {one.measure.name: one.status for one in huiqi.assess(on.explainer, known_of(on, ("A", 5, 1)))}
    assert all(status[name] == "no" for name in never)
    assert all(status[name] != "no" for name in left)
    assert f"{len(never)} measures left out" in described.left_out[0].en


def test_amounts_stand_from_the_highest_down_and_what_is_not_public_after_them(shipped):
    _, collection = shipped
    cards = [collection.by_name[name] for name in names(shipped, sort="amount", kind="grant", place="cn-sh")]
    ends = [card.ends[1] for card in cards]
    known = [end for end in ends if end is not None]
    assert known == sorted(known, reverse=True)
    assert ends[len(known) :] == [None] * (len(ends) - len(known))


def test_the_first_deadline_stands_first_and_no_deadline_last(shipped):
    _, collection = shipped
    days = [collection.by_name[name].last_day for name in names(shipped, sort="deadline", state="open")]
    known = [day for day in days if day is not None]
    assert known == sorted(known)
    assert set(days[len(known) :]) <= {None}


def test_what_closes_within_ninety_days_is_open_and_closes(shipped):
    _, collection = shipped
    for name in names(shipped, state="soon"):
        assert DAY <= collection.by_name[name].last_day <= DAY + datetime.timedelta(90)


def test_nothing_found_names_what_would_find_something(shipped):
    on, collection = shipped
    found = find(on, collection, Asked(q="租金", kind="recognition", place="cn-zj"))
    assert not found.total
    assert {chip.said.zh for chip in found.loosen} <= {"“租金”", "资质认定", "适用于浙江省"}
    for chip in found.loosen:
        asked, faults = read_asked(dict(parse_qsl(chip.address[1:])), collection, on.rules.schemas["enterprise"])
        assert not faults
        assert find(on, collection, asked).total == chip.count > 0


@pytest.mark.parametrize(
    "asked",
    [Asked(), Asked(q="研发 rent", place="cn-sh", topic="rd", kind="grant", state="open", industry="C", staff=3, revenue=5, sort="amount", page=2)],
)
def test_an_address_is_read_as_it_was_written(shipped, asked):
    on, collection = shipped
    assert read_asked(dict(parse_qsl(asked.address[1:])), collection, on.rules.schemas["enterprise"]) == (asked, [])


def test_every_value_of_every_filter_can_be_asked_for(shipped):
    on, collection = shipped
    found = find(on, collection, Asked())
    for topic, sort in product([option.value for option in found.topics], ("fit", "amount", "deadline")):
        assert find(on, collection, replace(Asked(), topic=topic, sort=sort)).total
