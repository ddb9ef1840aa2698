"""Other texts come into force: firms, interviews and corrections stand on what can still be said, and what firms decide together is taken anew."""

from pathlib import Path

import pytest
from django.utils import timezone

import arbitrary
from huiqi_portal.accounts.roles import Role
from huiqi_portal.interview.keeping import NewAnswer, begin, keep
from huiqi_portal.interview.models import Said
from huiqi_portal.jobs.models import Job, State
from huiqi_portal.registries.lookup import firm
from huiqi_portal.texts.models import Publication
from huiqi_portal.texts.publishing import publish
from portal.conftest import CORE, POLICY
from portal.working import work_off

pytestmark = pytest.mark.django_db
FEWER = POLICY.replace("eligible: listed", "eligible: trade = 'make'").replace("        - honest\n", "")


def folder_of_fewer(folder: Path) -> None:
    """The small law without the facts `listed` and `honest` and without the code `chips`."""
    packs = arbitrary.packs_folder(folder, FEWER, core=CORE)
    facts = packs / "facts" / "enterprise.yaml"
    gone = ("  listed:", "  honest:", "  rank:")
    facts.write_text("\n".join(line for line in facts.read_text(encoding="utf-8").splitlines() if not line.startswith(gone)), encoding="utf-8")
    codes = packs / "facts" / "codes" / "trade.csv"
    codes.write_text(codes.read_text(encoding="utf-8").replace("chips,make,Chips,芯片\n", ""), encoding="utf-8")


@pytest.fixture
def under_fewer(registry, settings, user_of):
    """Publish the texts that know less, as an editor and an administrator do."""

    def change() -> Publication:
        folder_of_fewer(Path(settings.HUIQI_DATA, "texts", "2"))
        report = {"errors": 0, "failed": [], "against": 1}
        version = Publication.objects.create(
            folder="2/packs", packs=["p"], report=report, proposed_at=timezone.now(), proposed_by=user_of(Role.EDITOR)
        )
        publish(version, user_of(Role.ADMINISTRATOR), "")
        return version

    return change


def test_a_firm_is_shown_by_what_can_still_be_said(under_fewer, client_of):
    assert {("listed", None), ("trade", None), ("revenue", 2023)} <= firm("firm-1").known.values.keys()
    under_fewer()
    found = firm("firm-1")
    assert {id for id, _ in found.known.values} == {"place", "established", "revenue", "expense", "staff"}
    assert found.sources.keys() == found.known.values.keys()
    client = client_of(Role.ENTERPRISE)
    for page in ("", "facts/", "combination/", "no-application/", "measures/p/a/grant/", "measures/p/a/prize/"):
        assert client.get(f"/en/firms/firm-1/{page}").status_code == 200, page


def test_an_interview_goes_on_with_what_can_still_be_said(under_fewer, user_of, client):
    interview = begin(None, "")
    said = {("place", None): "bj", ("listed", None): True, ("trade", None): "chips", ("staff", 2023): 40, ("honest", None): None}
    keep(interview, {key: NewAnswer(Said.UNKNOWN if raw is None else Said.VALUE, raw) for key, raw in said.items()}, None)
    under_fewer()
    for page in ("", "summary/"):
        answer = client.get(f"/en/interview/{interview.link}/{page}")
        assert answer.status_code == 200, page
        assert "Listed" not in answer.content.decode()
        assert "Chips" not in answer.content.decode()
    assert client.post(f"/en/interview/{interview.link}/", {"ask": "trade", "fact.trade": "sell", "seen.trade": "1"}).status_code == 302


def test_the_registry_in_force_is_taken_up_under_the_new_texts(registry, settings, user_of):
    arbitrary.packs_folder(Path(settings.HUIQI_DATA, "texts", "2"), POLICY, core=CORE)
    version = Publication.objects.create(
        folder="2/packs", packs=["p"], report={"errors": 0, "failed": []}, proposed_at=timezone.now(), proposed_by=user_of(Role.EDITOR)
    )
    since = registry.current_since
    publish(version, user_of(Role.ADMINISTRATOR), "")
    assert work_off().state == State.DONE
    registry.refresh_from_db()
    assert registry.current_since == since
    assert registry.kept_firms.count() == 2


def test_a_registry_that_the_new_texts_cannot_read_stays_and_the_job_says_why(under_fewer):
    under_fewer()
    job: Job = work_off()
    assert job.state == State.FAILED
    assert {problem["code"] for problem in job.problems} == {"registry.unknown-column"}
    assert firm("firm-1") is not None
