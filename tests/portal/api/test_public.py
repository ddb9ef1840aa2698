import json
import re
from pathlib import Path

import pytest
from django.test import Client

from huiqi_portal.accounts.api_token import Scope
from huiqi_portal.api import rates
from huiqi_portal.api.faults import CODES, PROBLEMS
from huiqi_portal.api.rest import description

pytestmark = pytest.mark.django_db
DOCS = Path(__file__).parents[3] / "docs" / "api.md"


def fault(answer):
    told = answer.json()
    assert set(told) == {"code", "message", "where", "remedy", "problems"}
    assert CODES[told["code"]].status == answer.status_code
    return told["code"]


@pytest.mark.parametrize("path", ["nope", "facts/", "measures/a/b/c/d", "../secret", "evaluate/x"])
def test_an_address_without_anything_is_told_in_the_form_of_the_api(client, law, path):
    answer = client.get(f"/api/v1/{path}")
    assert answer.status_code == 404
    assert answer["Content-Type"].startswith("application/json")
    assert fault(answer) in ("request.nowhere", "measure.unknown")


def test_a_method_that_is_not_there_is_told_with_those_that_are(client, law):
    answer = client.get("/api/v1/evaluate")
    assert (fault(answer), answer["Allow"]) == ("request.method", "POST")


def test_what_middleware_refuses_has_the_same_form(client, law):
    answer = client.post("/api/v1/evaluate", data=b"{}", content_type="application/json", headers={"Content-Length": "9" * 12})
    assert fault(answer) == "request.too-large"


def test_a_failure_of_the_portal_says_nothing_of_the_inside(law, program, send, monkeypatch):
    def fail(*given):
        raise RuntimeError("secret")

    monkeypatch.setattr("huiqi_portal.api.operations.enterprise.asked_for", fail)
    answer = send(program(Scope.EVALUATE), "evaluate", {})
    assert fault(answer) == "portal.failed"
    assert b"secret" not in answer.content


def test_facts_say_all_that_can_be_asked(client, law):
    told = client.get("/api/v1/facts").json()
    revenue = next(one for one in told["facts"] if one["fact"] == "revenue")
    assert (revenue["kind"], revenue["period"], revenue["unit"], revenue["low"], revenue["high"]) == ("money", "year", "CNY", 0, None)
    assert [one["fact"] for one in told["facts"]] == list(law.rules.schemas["enterprise"].facts)
    assert [code["code"] for code in told["codes"]["trade"]] == list(law.rules.schemas["enterprise"].codes["trade"].codes)


def test_places_stand_after_what_they_lie_in(client, law):
    seen = set()
    for place in client.get("/api/v1/places").json()["places"]:
        assert place["parent"] is None or place["parent"] in seen
        seen.add(place["place"])


def test_what_stays_the_same_is_not_sent_again(client, law, settings):
    first = client.get("/api/v1/facts")
    assert first["Cache-Control"] == "public, max-age=300"
    assert first["Vary"] == "Accept-Encoding"
    again = client.get("/api/v1/facts", headers={"If-None-Match": first["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert client.get("/api/v1/facts", headers={"If-None-Match": '"another"'}).status_code == 200


def test_no_other_site_may_read_and_no_cookie_is_looked_at(law, client_of):
    from huiqi_portal.accounts.roles import Role

    signed_in = client_of(Role.OFFICER)
    answer = signed_in.post("/api/v1/evaluate", data="{}", content_type="application/json", headers={"Origin": "https://elsewhere.example"})
    assert fault(answer) == "token.missing"
    assert not [name for name in answer.headers if name.startswith("Access-Control")]


# ---------------------------------------------------------------- how often


def test_an_address_may_ask_so_often_a_minute(law, settings):
    settings.HUIQI_API_ADDRESS_RATE = 2
    client = Client()
    left = [client.get("/api/v1/facts")["RateLimit-Remaining"] for _ in range(2)]
    assert left == ["1", "0"]
    answer = client.get("/api/v1/facts")
    assert fault(answer) == "rate.exceeded"
    assert 0 < int(answer["Retry-After"]) <= 60
    assert Client(REMOTE_ADDR="192.0.2.7").get("/api/v1/facts").status_code == 200


def test_a_token_has_a_rate_of_its_own_and_a_false_one_has_that_of_its_address(law, settings, program):
    settings.HUIQI_API_ADDRESS_RATE = 1
    client = program(Scope.EVALUATE)
    assert [client.get("/api/v1/facts").status_code for _ in range(3)] == [200, 200, 200]
    false = Client(headers={"Authorization": "Bearer hq_false"})
    assert [fault(false.get("/api/v1/facts")) for _ in range(2)] == ["token.unknown", "rate.exceeded"]


def test_a_new_window_begins_anew(settings, monkeypatch):
    now = [1_000_000 * rates.WINDOW]
    monkeypatch.setattr("huiqi_portal.api.rates.time.time", lambda: now[0])
    assert [rates.count("somebody", 1).exceeded for _ in range(2)] == [False, True]
    now[0] += rates.WINDOW
    assert not rates.count("somebody", 1).exceeded


def test_pages_are_not_counted(client, law, settings):
    settings.HUIQI_API_ADDRESS_RATE = 1
    assert [client.get("/en/").status_code for _ in range(3)] == [200, 200, 200]


# ---------------------------------------------------------------- how it is described


def operations():
    return [(path, method, one) for path, methods in description()["paths"].items() for method, one in methods.items()]


def test_every_operation_is_described_in_both_languages_with_an_example_and_its_faults():
    told = description()
    assert told["components"]["securitySchemes"]["Bearer"] == {"type": "http", "scheme": "bearer"}
    for path, _, one in operations():
        assert re.search(r"[\u4e00-\u9fff]", one["summary"]), path
        assert re.search(r"[\u4e00-\u9fff]", one["description"]), path
        assert one["x-curl"], path
        assert {"429", "500"} <= set(map(str, one["responses"])), path
        for status, answer in one["responses"].items():
            if int(status) >= 400:
                assert answer["content"]["application/json"]["schema"]["$ref"].endswith("/Fault"), (path, status)
        if "requestBody" in one:
            assert one["requestBody"]["content"]["application/json"]["example"], path
        assert bool(one.get("security")) == bool(one["x-scope"]), path


@pytest.mark.parametrize("lang", ["en", "zh-hans"])
def test_the_page_of_the_documentation_names_every_operation_and_code_in_its_language(client, law, lang):
    page = client.get(f"/{lang}/api/").content.decode()
    for path, _, one in operations():
        assert path in page
        assert one["x-summary"]["en" if lang == "en" else "zh"] in page
    assert all(code in page for code in CODES)
    assert "<script>" not in page
    assert " style=" not in page


def test_the_documentation_lists_every_code_scope_operation_and_setting():
    text = DOCS.read_text(encoding="utf-8")
    for word in (*CODES, *PROBLEMS, *Scope, "HUIQI_API_ADDRESS_RATE", "HUIQI_API_TOKEN_RATE"):
        assert f"`{word}`" in text, word
    for path, method, _ in operations():
        assert f"{method.upper()} {path.removeprefix('/api/v1')}" in text, path


def test_the_description_is_served_and_is_json(client, law):
    assert json.loads(client.get("/api/v1/openapi.json").content)["info"]["version"] == "1"
