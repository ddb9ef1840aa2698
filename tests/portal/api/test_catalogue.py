import pytest

from huiqi_portal.catalogue.asked import Asked
from huiqi_portal.catalogue.collection import collection_of
from huiqi_portal.catalogue.found import find

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("asked", "where"),
    [
        ({"place": "atlantis"}, "query.place"),
        ({"topic": "nothing"}, "query.topic"),
        ({"kind": "gift"}, "query.kind"),
        ({"state": "ajar"}, "query.state"),
        ({"page": "0"}, "query.page"),
        ({"page": "first"}, "query.page"),
        ({"staff": "-1"}, "query.staff"),
        ({"q": "x" * 201}, "query.q"),
        ({"sorting": "fit"}, "query.sorting"),
    ],
)
def test_a_search_that_means_nothing_is_told_with_its_place(client, law, asked, where):
    answer = client.get("/api/v1/measures", asked)
    assert answer.status_code == 422
    assert [one["where"] for one in answer.json()["problems"]] == [where]


def test_a_page_beyond_the_last_is_told(client, law):
    answer = client.get("/api/v1/measures", {"page": 7})
    assert (answer.status_code, answer.json()["code"]) == (404, "page.beyond")


@pytest.mark.parametrize("asked", [{}, {"q": "租金"}, {"q": "rent"}, {"kind": "grant", "sort": "amount"}, {"place": "bj"}, {"staff": "500"}])
def test_the_list_is_that_of_the_page(client, law, asked):
    told = client.get("/api/v1/measures", asked).json()
    of_page = find(law, collection_of(law), Asked(**{name: int(value) if name == "staff" else value for name, value in asked.items()}))
    assert [one["measure"] for one in told["measures"]] == [card.name for card in of_page.cards]
    assert told["total"] == of_page.total
    assert {one["value"]: one["count"] for one in told["filters"]["kind"]} == {option.value: option.count for option in of_page.kinds}
    page = client.get("/en/measures/", asked).content.decode()
    assert all(one["title"]["en"] in page for one in told["measures"])


def test_one_measure_has_its_rule_sources_stacking_and_editions(client, law):
    told = client.get("/api/v1/measures/p/a/grant").json()
    assert told["title"] == {"en": "Research grant", "zh": "研发补助"}
    assert (told["clause"], told["source"]["kind"]) == ("第一条", "illustrative")
    assert [line["written"] for line in told["conditions"]] == ["honest", "revenue >= 500万元"]
    assert "rate: 10%" in told["written"]
    assert [one["with_measures"] for one in told["stacking"]] == [["p/a/rent"]]
    assert [one["edition"] for one in told["editions"]] == ["1"]


def test_an_amount_that_is_not_public_has_no_upper_end(client, law):
    told = client.get("/api/v1/measures/p/a/prize").json()
    assert told["range"]["high"] is None
    assert told["amount"]["en"]


def test_a_measure_that_there_is_not_is_told(client, law):
    answer = client.get("/api/v1/measures/p/a/none")
    assert (answer.status_code, answer.json()["code"]) == (404, "measure.unknown")
