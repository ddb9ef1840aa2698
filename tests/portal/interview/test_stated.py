"""What a firm stated in an interview counts for it where nobody knows better."""

from __future__ import annotations

import pytest
from django.test import Client

from huiqi_portal.accounts.roles import Role
from huiqi_portal.firms.standing import standing
from huiqi_portal.interview.keeping import NewAnswer, keep
from huiqi_portal.interview.models import Interview, Said

pytestmark = pytest.mark.django_db


def answer(client: Client, link: str, fact: str, value: str) -> None:
    assert client.post(f"/en/interview/{link}/", {"ask": fact, f"fact.{fact}": value}).status_code == 302


def test_what_a_stranger_answers_does_not_count(client_of, registry):
    client_of(Role.ENTERPRISE).post("/en/interview/", {"firm": "firm-1", "fact.place": "bj"})
    keep(Interview.objects.get(), {("rank", None): NewAnswer(Said.VALUE, "chips")}, None)
    answer(Client(), Interview.objects.get().link, "staff.2023", "41")
    assert ("rank", None) not in standing("firm-1").known.values


def test_what_a_member_answers_counts_where_the_registry_knows_nothing(client_of, registry):
    member = client_of(Role.ENTERPRISE)
    member.post("/en/interview/", {"firm": "firm-1", "fact.place": "bj"})
    link = Interview.objects.get().link
    assert ("rank", None) not in standing("firm-1").known.values
    keep(Interview.objects.get(), {("rank", None): NewAnswer(Said.VALUE, "chips")}, Interview.objects.get().owner)
    answer(member, link, "staff.2023", "41")
    now = standing("firm-1")
    assert now.known.values["rank", None] == "chips"
    assert now.known.values["staff", 2023] == 40
    assert not now.sources["rank", None].verified
    assert "interview" in str(now.sources["rank", None].source.en)
