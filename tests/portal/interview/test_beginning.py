"""How an interview begins: where the firm works, and which it is."""

from __future__ import annotations

import re

import pytest

from huiqi.facts.credit_code import check_character
from huiqi_portal.accounts.models import Reading
from huiqi_portal.accounts.roles import Role
from huiqi_portal.interview.models import Interview

pytestmark = pytest.mark.django_db
START = "/en/interview/"
CODE = "91330108MA2AX0001R"


def page(answer) -> str:
    return re.sub('name="csrfmiddlewaretoken" value="[^"]*"', "", answer.content.decode())


def test_without_a_place_nothing_begins(client, law):
    answer = client.post(START, {})
    assert answer.status_code == 422
    assert "choose where the firm mainly works" in page(answer)
    assert not Interview.objects.exists()


def test_a_place_that_there_is_not_is_told(client, law):
    answer = client.post(START, {"fact.place": "atlantis"})
    assert answer.status_code == 422
    assert "choose" in page(answer)


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("9133", "this one 4: 14 are missing"),
        (CODE + "7", "1 are too many"),
        ("9133O108MA2AX0001R", "character 5 is O, which no credit code has; is it 0?"),
        ("91330108MA2AX0010R", "characters 16 and 17 the wrong way round (91330108MA2AX0001R)?"),
        ("91330108MA2AX0000R", "the check character (the last one) does not fit"),
        ("<b>", "this one 3"),
    ],
)
def test_a_wrong_code_is_told_with_the_place_of_the_error_and_loses_nothing(client, law, code, words):
    answer = client.post(START, {"fact.place": "bj", "code": code})
    assert answer.status_code == 422
    assert words in page(answer)
    assert '<option value="bj" selected>' in page(answer) or 'value="bj" checked' in page(answer)
    assert not Interview.objects.exists()


def test_a_code_is_taken_as_people_type_it(client, law):
    client.post(START, {"fact.place": "bj", "code": " 9133 0108-ma2ax0001r "})
    assert Interview.objects.get().subject == CODE


def test_a_code_without_a_place_never_decides_the_place(client, law):
    answer = client.post(START, {"code": CODE})
    assert answer.status_code == 422
    assert not Interview.objects.exists()


def test_what_the_registry_knows_does_not_show_to_anybody_who_types_a_code(client, registry, law):
    known = client.post(START, {"fact.place": "bj", "code": "firm-1"})
    unknown = client.post(START, {"fact.place": "bj", "code": "firm-9"})
    assert known.status_code == unknown.status_code == 422
    assert page(known).replace("FIRM1", "") == page(unknown).replace("FIRM9", "")


def test_a_member_begins_with_what_the_registry_knows_also_of_the_place(client_of, registry):
    answer = client_of(Role.ENTERPRISE).post(START, {"firm": "firm-1"}, follow=True)
    assert answer.status_code == 200
    assert "What the registry knows" in page(answer)
    assert "made up for a test, 2024-03-31, not verified" in page(answer)
    assert not Reading.objects.exists()


def test_a_member_of_one_firm_gets_nothing_of_another(client_of, registry):
    answer = client_of(Role.ENTERPRISE).post(START, {"firm": "firm-2"})
    assert answer.status_code == 422
    assert "choose where the firm mainly works" in page(answer)


def test_an_officers_prefill_is_in_the_audit_trail(client_of, registry):
    answer = client_of(Role.OFFICER).post(START, {"code": "firm-2"}, follow=True)
    assert "What the registry knows" in page(answer)
    assert {(one.subject, one.user.role) for one in Reading.objects.all()} == {("firm-2", "officer")}


def test_an_editor_may_not_see_what_the_registry_knows(client_of, registry):
    assert client_of(Role.EDITOR).post(START, {"code": "firm-2", "fact.place": "bj"}).status_code == 422


def test_the_code_suggests_the_place_of_its_office(client):
    first = "91330108MA2AX0002"
    answer = client.post(START, {"code": first + check_character(first)})
    assert answer.status_code == 422
    assert "The code was given in Binjiang District" in page(answer)
    assert '<option value="cn-zj-hangzhou-binjiang" selected>' in page(answer)
    assert not Interview.objects.exists()


def test_a_long_list_can_be_searched_without_scripts(client):
    answer = client.post(START, {"find.fact.place": "滨江"})
    assert answer.status_code == 200
    assert '<option value="cn-zj-hangzhou-binjiang" selected>' in page(answer)
    assert "cn-sh-minhang" not in page(answer)
    nothing = client.post(START, {"find.fact.place": "nowhere at all"})
    assert "nothing in the list has" in page(nothing)
