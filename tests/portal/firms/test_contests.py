"""Contesting a fact, and deciding on it."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from huiqi_portal.accounts.models import Membership, Reading
from huiqi_portal.accounts.roles import Role
from huiqi_portal.firms.files import forget, path_of
from huiqi_portal.firms.models import Contest, KeptFile
from huiqi_portal.firms.standing import standing
from huiqi_portal.firms.stating import state

pytestmark = pytest.mark.django_db

STAFF = "/en/firms/firm-1/facts/staff/2023/contest/"
PDF = b"%PDF-1.7 made up"


def sent(client, **more):
    return client.post(STAFF, {"fact.staff.2023": "90", "reason": "Two branches are missing", "send": "1"} | more)


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"fact.staff.2023": ""}, "say how it is"),
        ({"fact.staff.2023": "-1"}, "between"),
        ({"fact.staff.2023": "40"}, "what is known already"),
        ({"reason": "  "}, "say why"),
        ({"reason": "x" * 2001}, "shorten it"),
        ({"evidence": SimpleUploadedFile("a.pdf", b"MZ\x90 a program")}, "no PDF, PNG or JPEG"),
        ({"evidence": SimpleUploadedFile("a.pdf", b"")}, "empty"),
    ],
)
def test_what_is_wrong_with_a_contest_is_said(registry, client_of, more, words):
    answer = sent(client_of(Role.ENTERPRISE), **more)
    assert answer.status_code == 400
    assert words in answer.content.decode()
    assert not Contest.objects.exists()


def test_a_file_that_is_too_large_is_not_taken(registry, client_of, settings):
    settings.HUIQI_UPLOAD_BYTES = 10
    answer = sent(client_of(Role.ENTERPRISE), evidence=SimpleUploadedFile("a.pdf", PDF))
    assert answer.status_code == 400
    assert not KeptFile.objects.exists()


@pytest.mark.parametrize(
    "address", ["/en/firms/firm-1/facts/nothing/contest/", "/en/firms/firm-1/facts/staff/contest/", "/en/firms/firm-1/facts/listed/2023/contest/"]
)
def test_only_facts_are_contested(registry, client_of, address):
    assert client_of(Role.ENTERPRISE).get(address).status_code == 404


def test_what_would_change_is_shown_before_it_is_sent(registry, client_of):
    client = client_of(Role.ENTERPRISE)
    assert client.get(STAFF).status_code == 200
    text = client.post(STAFF, {"fact.staff.2023": "150", "try": "1"}).content.decode()
    assert "Rent aid" in text
    assert "No measure would stand otherwise" in client.post(STAFF, {"fact.staff.2023": "90", "try": "1"}).content.decode()
    assert not Contest.objects.exists()


def test_an_officer_accepts_and_the_firm_stands_otherwise(registry, client_of):
    firm, officer = client_of(Role.ENTERPRISE), client_of(Role.OFFICER)
    assert sent(firm, evidence=SimpleUploadedFile("../../etc/book.pdf", PDF)).status_code == 302
    one = Contest.objects.get()
    assert (one.registry_says, one.firm_says, one.evidence.name) == (40, 90, "book.pdf")
    assert sent(firm).status_code == 400  # one at a time
    assert "Two branches are missing" in officer.get(f"/en/contests/{one.pk}/").content.decode()
    assert Reading.objects.filter(what="firms:decide", subject="firm-1").exists()
    assert officer.post(f"/en/contests/{one.pk}/", {"verdict": "accept", "words": ""}).status_code == 400
    assert officer.post(f"/en/contests/{one.pk}/", {"verdict": "perhaps", "words": "x"}).status_code == 400
    assert officer.post(f"/en/contests/{one.pk}/", {"verdict": "accept", "words": "The branch lists were seen"}).status_code == 302
    assert standing("firm-1").known.values["staff", 2023] == 90
    assert "The branch lists were seen" in firm.get(f"/en/firms/firm-1/contests/{one.pk}/").content.decode()
    assert officer.post(f"/en/contests/{one.pk}/", {"verdict": "refuse", "words": "second thoughts"}).status_code == 400
    assert standing("firm-1").known.values["staff", 2023] == 90


def test_a_refused_or_withdrawn_one_changes_nothing(registry, client_of):
    firm, officer = client_of(Role.ENTERPRISE), client_of(Role.OFFICER)
    sent(firm)
    officer.post(f"/en/contests/{Contest.objects.get().pk}/", {"verdict": "refuse", "words": "No proof"})
    sent(firm)
    last = Contest.objects.get(state="open")
    assert firm.post(f"/en/firms/firm-1/contests/{last.pk}/withdraw/").status_code == 302
    assert standing("firm-1").known.values["staff", 2023] == 40
    assert sorted(Contest.objects.values_list("state", flat=True)) == ["refused", "withdrawn"]
    assert officer.post(f"/en/contests/{last.pk}/", {"verdict": "accept", "words": "late"}).status_code == 400


@pytest.mark.parametrize("role", [None, Role.ENTERPRISE, Role.EDITOR, Role.AUDITOR, Role.ADMINISTRATOR])
def test_only_officers_decide(registry, client_of, role):
    sent(client_of(Role.ENTERPRISE))
    one = Contest.objects.get()
    assert client_of(role).post(f"/en/contests/{one.pk}/", {"verdict": "accept", "words": "yes"}).status_code in (302, 403)
    assert Contest.objects.get().state == "open"


def test_nobody_sees_a_contest_or_a_file_of_another_firm(registry, client_of, user_of):
    firm = client_of(Role.ENTERPRISE)
    sent(firm, evidence=SimpleUploadedFile("book.pdf", PDF))
    one = Contest.objects.get()
    answer = firm.get(f"/en/firms/firm-1/files/{one.evidence.pk}/")
    assert b"".join(answer.streaming_content) == PDF
    assert answer["Content-Disposition"].startswith("attachment")
    Membership.objects.update(subject="firm-2")
    for address in (f"contests/{one.pk}/", f"files/{one.evidence.pk}/"):
        assert firm.get(f"/en/firms/firm-1/{address}").status_code == 403
        assert firm.get(f"/en/firms/firm-2/{address}").status_code == 404
    assert firm.post(f"/en/firms/firm-2/contests/{one.pk}/withdraw/").status_code == 404
    assert firm.get("/en/contests/").status_code == 403


def test_the_same_bytes_are_kept_once_and_go_with_the_last_who_names_them(registry, client_of, user_of, django_capture_on_commit_callbacks):
    from huiqi_portal.firms.files import keep

    user = user_of(Role.ENTERPRISE)
    first, second = (keep(SimpleUploadedFile("a.pdf", PDF), subject, user) for subject in ("firm-1", "firm-2"))
    assert first.sha256 == second.sha256
    assert len(list(path_of(first.sha256).parent.iterdir())) == 1
    with django_capture_on_commit_callbacks(execute=True):
        forget(first)
    assert path_of(second.sha256).exists()
    with django_capture_on_commit_callbacks(execute=True):
        forget(second)
    assert not path_of(second.sha256).exists()


@pytest.mark.parametrize("role", [Role.OFFICER, Role.AUDITOR])
def test_the_list_of_contests_puts_down_whose_were_read(registry, client_of, role):
    sent(client_of(Role.ENTERPRISE))
    text = client_of(role).get("/zh-hans/contests/").content.decode()
    assert "firm-1" in text
    assert Reading.objects.filter(what="firms:contests", subject="firm-1").exists()


def test_an_officer_verifies_what_a_firm_states(registry, client_of, user_of):
    user = user_of(Role.ENTERPRISE)
    Membership.objects.update(subject="firm-2")
    state("firm-2", standing("firm-2").fact("staff"), 2023, 40, user)
    firm, officer = client_of(Role.ENTERPRISE), client_of(Role.OFFICER)
    text = firm.get("/en/firms/firm-2/facts/staff/2023/contest/").content.decode()
    assert "Have a fact verified" in text
    assert 'value="40"' in text
    sent_for = {"fact.staff.2023": "40", "reason": "See the payroll", "send": "1"}
    assert firm.post("/en/firms/firm-2/facts/staff/2023/contest/", sent_for).status_code == 302
    officer.post(f"/en/contests/{Contest.objects.get().pk}/", {"verdict": "accept", "words": "Seen"})
    assert standing("firm-2").sources["staff", 2023].verified
