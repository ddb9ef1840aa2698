import pytest
from django.utils import timezone

import huiqi
from huiqi_portal.accounts.api_token import Scope
from huiqi_portal.accounts.models import Reading
from huiqi_portal.accounts.roles import Role
from huiqi_portal.firms.standing import standing

pytestmark = pytest.mark.django_db
OURS, THEIRS = "firm-1", "firm-2"
PARTS = ("", "/evaluation", "/questions", "/explanations/p/a/grant")


@pytest.mark.parametrize("part", PARTS)
def test_nobody_sees_another_firms_facts(registry, program, part):
    client = program(Scope.FIRM_READ, role=Role.ENTERPRISE, subjects=(OURS,))
    assert client.get(f"/api/v1/firms/{OURS}{part}").status_code == 200
    answer = client.get(f"/api/v1/firms/{THEIRS}{part}")
    assert (answer.status_code, answer.json()["code"]) == (403, "token.firm")
    assert answer.json() == client.get(f"/api/v1/firms/nobody{part}").json()


@pytest.mark.parametrize("part", PARTS)
def test_a_token_without_the_scope_sees_no_firm(registry, program, part):
    answer = program(Scope.EVALUATE, role=Role.ENTERPRISE).get(f"/api/v1/firms/{OURS}{part}")
    assert (answer.status_code, answer.json()["code"]) == (403, "token.scope")


def test_who_speaks_for_the_firm_no_longer_sees_nothing(registry, program, user_of):
    client = program(Scope.FIRM_READ, role=Role.ENTERPRISE, subjects=(OURS,))
    user_of(Role.ENTERPRISE).memberships.update(ended_at=timezone.now())
    assert client.get(f"/api/v1/firms/{OURS}").json()["code"] == "token.firm"


def test_a_token_of_an_officer_for_one_firm_reads_no_other(registry, program):
    client = program(Scope.FIRM_READ, role=Role.OFFICER, subjects=(OURS,))
    assert client.get(f"/api/v1/firms/{OURS}").status_code == 200
    assert client.get(f"/api/v1/firms/{THEIRS}").status_code == 403


@pytest.mark.parametrize("subject", ["nobody", "x" * 65, "a%00b", "a%0ab"])
def test_a_firm_that_the_registry_does_not_have_is_told(registry, program, subject):
    answer = program(Scope.FIRM_READ, role=Role.OFFICER).get(f"/api/v1/firms/{subject}")
    assert (answer.status_code, answer.json()["code"]) == (404, "firm.unknown")


def test_every_reading_is_put_down_with_the_token(registry, program, user_of):
    client = program(Scope.FIRM_READ, role=Role.AUDITOR)
    client.get(f"/api/v1/firms/{THEIRS}/evaluation")
    reading = Reading.objects.get()
    assert (reading.user, reading.subject, reading.what, reading.token) == (user_of(Role.AUDITOR), THEIRS, "api:firm_evaluation", "a program")


def test_a_firm_stands_at_the_api_as_on_its_pages(registry, program, client_of):
    client = program(Scope.FIRM_READ, role=Role.OFFICER)
    for subject in (OURS, THEIRS):
        told = client.get(f"/api/v1/firms/{subject}/evaluation").json()
        found = standing(subject)
        assessed = huiqi.assess(found.explainer, found.known)
        assert [(one["measure"], one["status"], one["stands"]) for one in told["measures"]] == [
            (a.measure.name, a.status, a.stands) for a in assessed
        ]
        assert [one["payable"] and (one["payable"]["low"], one["payable"]["high"]) for one in told["measures"]] == [a.payable for a in assessed]
        page = client_of(Role.OFFICER).get(f"/en/firms/{subject}/").content.decode()
        assert all(one["title"]["en"] in page for one in told["measures"])


def test_the_facts_of_a_firm_say_where_they_are_from(registry, program):
    told = program(Scope.FIRM_READ, role=Role.OFFICER).get(f"/api/v1/firms/{OURS}").json()
    revenue = next(one for one in told["facts"] if one["fact"] == "revenue")
    assert (revenue["year"], revenue["value"]["en"]) == (2023, "¥8,000,000")
    assert revenue["provenance"]["source"]["en"]
