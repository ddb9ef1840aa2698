"""The public pages over the small made-up law, and over the packs that come with huiqi."""

import pytest

from huiqi_portal.catalogue.collection import collection_of
from huiqi_portal.texts import shelf

pytestmark = pytest.mark.django_db
LANGUAGES = ("en", "zh-hans")


def read(client, address, status=200, **headers):
    answer = client.get(address, headers=headers)
    assert answer.status_code == status, answer.content.decode()[:500]
    return answer.content.decode()


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ("topic=nonsense", "there is no topic “nonsense”"),
        ("place=atlantis", "there is no place “atlantis”"),
        ("kind=gift", "there is no kind of measure “gift”"),
        ("state=asleep", "there is no state “asleep”"),
        ("sort=luck", "there is no order “luck”"),
        ("page=0", "is not a whole number from 1"),
        ("page=one", "is not a whole number from 1"),
        ("q=" + "x" * 201, "longer than 200 characters"),
    ],
)
def test_an_address_that_cannot_be_read_says_which_part_of_it(client, law, asked, told):
    assert told in read(client, f"/en/measures/?{asked}", 400)


def test_a_page_beyond_the_last_is_not_found(client, law):
    assert "fewer pages" in read(client, "/en/measures/?page=2", 404)


@pytest.mark.parametrize("address", ["measures/p/q/nothing/", "places/atlantis/", "documents/p/nothing/", "measures/../", "measures/%00/"])
def test_what_is_not_there_is_not_found(client, law, address):
    assert client.get(f"/en/{address}").status_code == 404


def test_a_script_in_the_search_stays_text(client, law):
    page = read(client, "/en/measures/?q=%3Cscript%3Ealert(1)%3C/script%3E")
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert" in page


@pytest.mark.parametrize("lang", LANGUAGES)
def test_all_measures_are_listed_with_what_they_give(client, law, lang):
    page = read(client, f"/{lang}/measures/")
    for words in {"en": ("Research grant", "10% of", "at most ¥1,000,000", "not public"), "zh-hans": ("研发补助", "封顶100万元", "未公布")}[lang]:
        assert words in page


def test_a_word_of_two_characters_is_found(client, law):
    page = read(client, "/zh-hans/measures/?q=租金")
    assert "租金补贴" in page
    assert "研发补助" not in page


def test_nothing_found_says_what_to_loosen(client, law):
    page = read(client, "/en/measures/?q=rent&kind=service")
    assert "Nothing fits all of this" in page
    assert 'href="?q=rent"' in page


def test_htmx_gets_what_changes_and_the_address_of_it(client, law):
    answer = client.get("/en/measures/?q=rent&place=&topic=", headers={"HX-Request": "true"})
    page = answer.content.decode()
    assert "<html" not in page
    assert "Rent aid" in page
    assert answer["HX-Push-Url"] == "/en/measures/?q=rent"
    assert "HX-Request" in answer["Vary"]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_page_of_a_measure_has_rule_stacking_and_source(client, law, lang):
    name = law.rules.measures[0].name
    page = read(client, f"/{lang}/measures/{name}/")
    for words in {
        "en": ("Research grant", "Not together with", "Rent aid", "illustrative", "rate: 10%", "第一条"),
        "zh-hans": ("研发补助", "不可同时享受", "租金补贴", "示意", "rate: 10%", "第一条"),
    }[lang]:
        assert words in page


@pytest.mark.parametrize("lang", LANGUAGES)
def test_home_places_and_documents_open(client, law, lang):
    card = collection_of(law).cards[0]
    assert card.title.zh in read(client, f"/{lang}/documents/{card.document.name}/") or lang == "en"
    read(client, f"/{lang}/")
    read(client, f"/{lang}/places/")
    read(client, f"/{lang}/places/{card.place}/")
    read(client, f"/{lang}/documents/p/core/")


def test_pages_of_the_shipped_packs_can_be_read_in_both_languages(client):
    law = shelf.law()
    collection = collection_of(law)
    addresses = [f"measures/{card.name}/" for card in collection.cards[::9]]
    addresses += [f"documents/{document.name}/" for document in law.library.documents[::9]]
    addresses += [f"places/{entry.id}/" for entry in collection.place_entries[::9]]
    for number, address in enumerate(addresses):
        page = read(client, f"/{LANGUAGES[number % 2]}/{address}")
        assert "None" not in page.partition("<main")[2].replace("None of its own", ""), address
