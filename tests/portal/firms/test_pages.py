"""The pages of one firm: who may see them, and what they say."""

from __future__ import annotations

import pytest

from huiqi_portal.accounts.models import Reading
from huiqi_portal.accounts.roles import Role
from huiqi_portal.firms.models import Statement

pytestmark = pytest.mark.django_db

PAGES = ["", "combination/", "facts/", "measures/p/a/grant/", "measures/p/a/grant@1/"]


@pytest.mark.parametrize("page", PAGES)
def test_nobody_sees_another_firm(registry, client_of, page):
    assert client_of(Role.ENTERPRISE).get(f"/en/firms/firm-2/{page}").status_code == 403
    assert client_of(None).get(f"/en/firms/firm-1/{page}").status_code == 302
    for role in (Role.EDITOR, Role.ADMINISTRATOR):
        assert client_of(role).get(f"/en/firms/firm-1/{page}").status_code == 403
    assert not Reading.objects.exists()


@pytest.mark.parametrize("page", PAGES)
def test_an_officers_reading_is_put_down(registry, client_of, page):
    assert client_of(Role.OFFICER).get(f"/en/firms/firm-1/{page}").status_code == 200
    (reading,) = Reading.objects.all()
    assert (reading.subject, reading.what.split(":")[0]) == ("firm-1", "firms")


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("lang", ["en", "zh-hans"])
def test_each_page_speaks_both_languages(registry, client_of, page, lang):
    answer = client_of(Role.ENTERPRISE).get(f"/{lang}/firms/firm-1/{page}")
    assert answer.status_code == 200
    text = answer.content.decode()
    assert ("研发补助" in text) == (lang == "zh-hans") or page == "facts/"
    assert "{0}" not in text
    assert "Both(" not in text


def test_there_is_no_page_of_what_is_not_there(registry, client_of):
    firm, officer = client_of(Role.ENTERPRISE), client_of(Role.OFFICER)
    assert firm.get("/en/firms/firm-1/measures/p/a/nothing/").status_code == 404
    assert officer.get("/en/firms/nobody/").status_code == 404


def test_home_says_what_is_sure_and_what_it_adds_up_to(registry, client_of):
    text = client_of(Role.ENTERPRISE).get("/en/firms/firm-1/").content.decode()
    assert "At least ¥300,000 payable together" in text  # 10 % of 3,000,000; the rent aid of 200,000 is not paid beside it
    assert "¥200,000 before stacking rules" in text


def test_a_measures_page_says_why_with_the_clause_the_source_and_the_cut(registry, client_of):
    text = client_of(Role.ENTERPRISE).get("/en/firms/firm-1/measures/p/a/rent/").content.decode()
    assert "第二条" in text
    assert "made up for a test" in text
    assert "2024-03-31" in text
    assert "Research grant is as high or higher" in text
    assert "第四条" in text


def test_what_it_would_take_is_said(registry, client_of):
    text = client_of(Role.OFFICER).get("/en/firms/firm-2/measures/p/a/prize/").content.decode()
    assert "Listed" in text


def test_a_firm_states_what_nobody_knows(registry, client_of, user_of):
    from huiqi_portal.accounts.models import Membership

    user = user_of(Role.ENTERPRISE)
    Membership.objects.filter(user=user).update(subject="firm-2")
    client = client_of(Role.ENTERPRISE)
    text = client.get("/en/firms/firm-2/facts/").content.decode()
    assert 'name="fact.staff.2023"' in text
    wrong = client.post("/en/firms/firm-2/facts/", {"fact.staff.2023": "many"})
    assert wrong.status_code == 400
    assert "this is not a figure" in wrong.content.decode()
    assert 'value="many"' in wrong.content.decode()
    assert not Statement.objects.exists()
    assert client.post("/en/firms/firm-2/facts/", {"fact.staff.2023": "40"}).status_code == 302
    assert "Stated by the firm itself" in client.get("/en/firms/firm-2/facts/").content.decode()
    assert client.post("/en/firms/firm-2/facts/take-back/", {"fact": "staff", "year": "2023"}).status_code == 302
    assert not Statement.objects.exists()
    assert client.post("/en/firms/firm-2/facts/take-back/", {"fact": "staff", "year": "x"}).status_code == 404


def test_only_who_speaks_for_a_firm_states_facts(registry, client_of):
    assert client_of(Role.OFFICER).post("/en/firms/firm-2/facts/", {"fact.staff.2023": "40"}).status_code == 403
    assert not Statement.objects.exists()
