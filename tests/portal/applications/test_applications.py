"""Applications: begun with what is known, kept at every step, told what has changed since."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from arbitrary import packs_folder
from contested import accepted
from huiqi_portal.accounts.models import Membership
from huiqi_portal.accounts.roles import Role
from huiqi_portal.applications.lifecycle import STEPS, NotPossible, State, advance
from huiqi_portal.applications.models import Application
from huiqi_portal.firms.files import path_of
from huiqi_portal.firms.models import KeptFile, Statement
from huiqi_portal.registries import lookup
from huiqi_portal.texts.models import Publication

pytestmark = pytest.mark.django_db

POLICY = """
measures:
  grant:
    title: {en: Research grant, zh: 研发补助}
    clause: 第一条
    kind: grant
    eligible:
      all:
        - honest
        - revenue >= 500万元
    amount: {rate: 10%, of: expense, cap: 100万元}
    apply:
      mode: application
      documents:
        - {en: Audit report, zh: 审计报告}
        - {en: Commitment letter, zh: 承诺书}
      office: {en: Science bureau, zh: 科技局}
      decide_within: 20 working days
  relief:
    title: {en: Relief, zh: 减免}
    clause: 第二条
    kind: tax_relief
    amount: 1万元
    apply: {mode: automatic}
  prize:
    title: {en: Prize for listing, zh: 上市奖励}
    clause: 第三条
    kind: grant
    eligible: listed
    amount: 5万元
  small:
    title: {en: Small grant, zh: 小额补助}
    clause: 第四条
    kind: grant
    eligible: honest
    amount: 2万元
"""
PDF = b"%PDF-1.7 made up"
MINE = "/en/firms/firm-1/applications/"


def publish(settings, version: str, policy: str = POLICY) -> None:
    packs_folder(Path(settings.HUIQI_DATA, "texts", version), policy)
    Publication.objects.create(folder=f"{version}/packs", packs=["p"], published_at=timezone.now())


@pytest.fixture
def office(registry, settings):
    """A law with documents, an automatic measure, and one that is settled."""
    publish(settings, "2")
    return registry


def begun(client, measure: str = "p/a/grant", firm: str = "firm-1") -> Application:
    answer = client.post(f"/en/firms/{firm}/applications/start/", {"measure": measure})
    assert answer.status_code == 302, answer.content.decode()
    return Application.objects.get(pk=int(answer["Location"].rstrip("/").rpartition("/")[2]))


def address(application: Application, rest: str = "") -> str:
    return f"/en/firms/{application.subject}/applications/{application.pk}/{rest}"


@pytest.mark.parametrize(("measure", "words"), [("p/a/relief", "without an application"), ("p/a/prize", "conditions are not met")])
def test_what_cannot_be_applied_for_says_why(office, client_of, measure, words):
    answer = client_of(Role.ENTERPRISE).post(f"{MINE}start/", {"measure": measure})
    assert answer.status_code == 400
    assert words in answer.content.decode()
    assert not Application.objects.exists()


def test_an_unknown_measure_is_not_there(office, client_of):
    assert client_of(Role.ENTERPRISE).post(f"{MINE}start/", {"measure": "p/a/nothing"}).status_code == 404


def test_it_begins_with_the_known_facts_and_the_documents_owed(office, client_of):
    client = client_of(Role.ENTERPRISE)
    one = begun(client)
    facts = {(fact["fact"], fact["year"]): fact for fact in one.facts}
    assert facts["revenue", 2023]["value"] == 800_000_000
    assert facts["revenue", 2023]["source"]["en"] == "made up for a test"
    assert (one.edition, one.state, one.snapshot["due"]) == ("1", "draft", [30_000_000, 30_000_000])
    text = client.get(address(one)).content.decode()
    for words in ("Audit report", "2 of 2 still owed", "Science bureau", "20 working days", "¥8,000,000", "¥300,000"):
        assert words in text
    assert "Since you began" not in text
    assert begun(client).pk == one.pk  # the same draft again


def test_files_are_added_replaced_and_removed(office, client_of, django_capture_on_commit_callbacks):
    client = client_of(Role.ENTERPRISE)
    one = begun(client)
    with django_capture_on_commit_callbacks(execute=True):
        assert client.post(address(one), {"save": "1", "document.0": SimpleUploadedFile("a.exe", b"MZ")}).status_code == 400
        assert client.post(address(one), {"save": "1", "document.0": SimpleUploadedFile("a.pdf", PDF)}).status_code == 302
        first = KeptFile.objects.get()
        assert client.post(address(one), {"save": "1", "document.0": SimpleUploadedFile("b.pdf", PDF + b"2")}).status_code == 302
        second = KeptFile.objects.get()
    assert not path_of(first.sha256).exists()
    assert path_of(second.sha256).read_bytes() == PDF + b"2"
    assert "1 of 2 still owed" in client.get(address(one)).content.decode()
    assert client.post(address(one), {"remove": "7"}).status_code == 404
    assert client.post(address(one), {"remove": "x"}).status_code == 404
    with django_capture_on_commit_callbacks(execute=True):
        assert client.post(address(one), {"remove": "0"}).status_code == 302
    assert not KeptFile.objects.exists()
    assert not path_of(second.sha256).exists()


def test_what_is_asked_is_stated_by_the_firm_and_is_no_change_to_be_told(office, client_of, user_of):
    user_of(Role.ENTERPRISE)
    Membership.objects.update(subject="firm-2")
    client = client_of(Role.ENTERPRISE)
    one = begun(client, firm="firm-2")
    text = client.get(address(one)).content.decode()
    assert 'name="fact.honest"' in text
    assert 'name="fact.expense.2023"' in text
    wrong = client.post(address(one), {"fact.honest": "true", "fact.expense.2023": "lots"})
    assert wrong.status_code == 400
    assert 'value="lots"' in wrong.content.decode()
    assert not Statement.objects.exists()
    assert client.post(address(one), {"fact.honest": "true", "fact.expense.2023": "100", "fact.expense.2023.scale": "万"}).status_code == 302
    one.refresh_from_db()
    assert one.answers == {"fact.honest": True, "fact.expense.2023": 100_000_000}
    assert one.snapshot["status"] == "yes"
    stated = next(fact for fact in one.facts if fact["fact"] == "expense")
    assert not stated["verified"]
    text = client.get(address(one)).content.decode()
    assert "Since you began" not in text
    assert "¥100,000" in text


def test_it_is_told_when_a_fact_changes_and_until_it_was_seen(office, client_of, user_of):
    client = client_of(Role.ENTERPRISE)
    one = begun(client)
    accepted(user_of, "firm-1", "expense", 2023, 300_000_000, 200_000_000)
    text = client.get(address(one)).content.decode()
    assert "Since you began" in text
    assert "Expense 2023: ¥3,000,000 then, ¥2,000,000 now" in text
    assert "what is due: ¥300,000 then, ¥200,000 now" in text
    client.post(address(one), {"save": "1"})
    assert "Since you began" in client.get(address(one)).content.decode()
    assert client.post(address(one), {"confirm": "1"}).status_code == 302
    assert "Since you began" not in client.get(address(one)).content.decode()


def test_it_is_told_when_the_law_changes(office, client_of, settings):
    client = client_of(Role.ENTERPRISE)
    one = begun(client)
    publish(settings, "3", POLICY.replace("500万元", "900万元"))
    text = client.get(address(one)).content.decode()
    assert "published anew" in text
    assert "the status: yes then, no now" in text
    assert "the conditions are not met" in text
    publish(settings, "4", POLICY.replace("  grant:", "  other:"))
    text = client.get(address(one)).content.decode()
    assert "not in force any more" in text
    assert client.post(address(one), {"confirm": "1"}).status_code == 400


def test_a_withdrawn_one_is_not_altered_and_may_be_begun_anew(office, client_of, user_of):
    client = client_of(Role.ENTERPRISE)
    one = begun(client)
    assert client.post(address(one, "withdraw/")).status_code == 302
    one.refresh_from_db()
    assert one.state == State.WITHDRAWN
    assert [(step.before, step.after) for step in one.steps.all()] == [("draft", "withdrawn")]
    assert client.post(address(one), {"save": "1"}).status_code == 400
    with pytest.raises(NotPossible):
        advance(one, "withdraw", user_of(Role.ENTERPRISE))
    assert begun(client).pk != one.pk
    assert "Withdrawn" in client.get(MINE).content.decode()


def test_every_step_leads_from_a_state_to_a_state():
    assert STEPS == {"withdraw": (State.DRAFT, State.WITHDRAWN)}


def test_deleting_takes_the_files_with_it(office, client_of, django_capture_on_commit_callbacks):
    client = client_of(Role.ENTERPRISE)
    one = begun(client)
    client.post(address(one), {"document.0": SimpleUploadedFile("a.pdf", PDF)})
    path = path_of(KeptFile.objects.get().sha256)
    with django_capture_on_commit_callbacks(execute=True):
        assert client.post(address(one, "delete/")).status_code == 302
    assert not Application.objects.exists()
    assert not path.exists()
    assert client.get(address(one)).status_code == 404


def test_nobody_sees_or_alters_another_firms_application(office, client_of, user_of):
    one = begun(client_of(Role.ENTERPRISE))
    Membership.objects.update(subject="firm-2")
    client = client_of(Role.ENTERPRISE)
    for rest in ("", "withdraw/", "delete/"):
        assert client.post(address(one, rest)).status_code == 403
        assert client.post(f"/en/firms/firm-2/applications/{one.pk}/{rest}").status_code == 404
    officer = client_of(Role.OFFICER)
    assert officer.get(MINE).status_code == 200
    assert officer.get(address(one)).status_code == 403  # nobody has sent it in
    for rest in ("", "withdraw/", "delete/"):
        assert officer.post(address(one, rest)).status_code == 403
    assert Application.objects.get().state == "draft"


@pytest.mark.parametrize("lang", ["en", "zh-hans"])
def test_each_page_speaks_both_languages(office, client_of, lang):
    client = client_of(Role.ENTERPRISE)
    one = begun(client)
    for page in ("applications/", "applications/start/", f"applications/{one.pk}/", "no-application/", ""):
        text = client.get(f"/{lang}/firms/firm-1/{page}").content.decode()
        assert ("Research grant" in text) == (lang == "en"), page
        assert ("研发补助" in text) == (lang != "en"), page


def test_drafts_stand_on_the_home_of_the_firm(office, client_of):
    client = client_of(Role.ENTERPRISE)
    one = begun(client)
    assert address(one) in client.get("/en/firms/firm-1/").content.decode()


def test_what_comes_without_an_application_is_listed_with_the_reason(office, client_of, settings):
    client = client_of(Role.ENTERPRISE)
    text = client.get("/en/firms/firm-1/no-application/").content.decode()
    by_text, decided, nearly = text.index("by-text"), text.index('id="decided"'), text.index('id="nearly"')
    assert by_text < text.index("Relief") < decided
    assert text.index("Small grant") > nearly  # the registry's facts are not verified
    about = Path(settings.HUIQI_DATA, "registries", "1", "registry.yaml")
    about.write_text(about.read_text().replace("verified: false", "verified: true"))
    lookup._about.cache_clear()
    text = client.get("/en/firms/firm-1/no-application/").content.decode()
    assert text.index('id="decided"') < text.index("Small grant")
    assert 'id="nearly"' not in text
