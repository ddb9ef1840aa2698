"""What is known of a firm, from whom, and what follows."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from django.utils import timezone

from contested import accepted, assessed
from huiqi_portal.accounts.models import Membership
from huiqi_portal.accounts.roles import Role
from huiqi_portal.firms.models import Contest
from huiqi_portal.firms.standing import changes, standing
from huiqi_portal.firms.stating import state
from huiqi_portal.texts.models import Publication

pytestmark = pytest.mark.django_db


def test_a_firm_of_which_the_registry_knows_nothing_stands_open(registry):
    found = standing("somebody-else")
    assert not found.registered
    assert found.known.values == {}
    assert {one.status for one in found.assessed} == {"depends"}


def test_the_registry_says_where_its_facts_come_from(registry):
    found = standing("firm-1")
    assert found.registered
    assert found.sources["revenue", 2023].source.en == "made up for a test"
    assert assessed(found) == {"grant": "yes", "rent": "yes", "prize": "no"}


def test_what_a_firm_states_counts_where_nobody_knows_and_is_not_verified(registry, user_of):
    user = user_of(Role.ENTERPRISE)
    before = standing("firm-2")
    assert assessed(before)["prize"] == "yes"
    state("firm-2", before.fact("staff"), 2023, 40, user)
    after = standing("firm-2")
    assert assessed(before)["rent"] == "depends"
    assert assessed(after)["rent"] == "yes"
    assert not after.sources["staff", 2023].verified
    assert after.sources["staff", 2023].source.zh == "企业自行填报"


def test_a_statement_does_not_touch_what_the_registry_knows(registry, user_of):
    user = user_of(Role.ENTERPRISE)
    found = standing("firm-1")
    state("firm-1", found.fact("revenue"), 2023, 1, user)
    assert standing("firm-1").known.values["revenue", 2023] == found.known.values["revenue", 2023]


def test_an_accepted_correction_counts_with_its_provenance(registry, user_of):
    accepted(user_of, "firm-1", "listed", None, False, True)
    found = standing("firm-1")
    assert found.known.values["listed", None] is True
    assert assessed(found)["prize"] == "yes"
    source = found.sources["listed", None]
    assert source.verified
    assert "accepted by an officer" in source.source.en


def test_a_correction_ends_once_the_registry_says_something_else(registry, user_of):
    accepted(user_of, "firm-1", "staff", 2023, 999, 90)  # contested when the registry said 999; today it says 40
    found = standing("firm-1")
    assert found.known.values["staff", 2023] == 40
    assert list(found.overtaken) == list(Contest.objects.all())


def test_open_and_refused_contests_change_nothing(registry, user_of):
    one = accepted(user_of, "firm-1", "listed", None, False, True)
    for state_ in ("open", "refused", "withdrawn"):
        Contest.objects.filter(pk=one.pk).update(state=state_)
        assert assessed(standing("firm-1"))["prize"] == "no"


def test_a_correction_of_one_firm_is_nothing_to_another(registry, user_of):
    accepted(user_of, "firm-2", "listed", None, None, True)
    assert assessed(standing("firm-1"))["prize"] == "no"


def test_what_would_change_is_what_stands_otherwise(registry):
    found = standing("firm-1")
    assert [one.after.measure.key for one in changes(found, found.supposing({("listed", None): True}))] == ["prize"]
    assert changes(found, found.supposing({("trade", None): "sell"})) == ()


def test_a_fact_that_the_law_does_not_know_any_more_is_left_out(registry, user_of):
    accepted(user_of, "firm-1", "gone", None, None, True)
    assert "gone" not in {fact for fact, _ in standing("firm-1").known.values}


def test_what_was_answered_in_an_interview_counts_unless_it_was_stated_later(registry, user_of):
    from huiqi_portal.interview.keeping import NewAnswer, begin, keep

    user = user_of(Role.ENTERPRISE)
    Membership.objects.update(subject="firm-2")
    keep(begin(user, "firm-2"), {("staff", 2023): NewAnswer("value", 90)}, user)
    found = standing("firm-2")
    assert found.known.values["staff", 2023] == 90
    assert found.sources["staff", 2023].source.zh == "企业在问答中自行填报"
    assert ("staff", 2023) in found.stated
    state("firm-2", found.fact("staff"), 2023, 40, user)
    assert standing("firm-2").known.values["staff", 2023] == 40


def test_what_strangers_answered_of_a_firm_is_nothing_to_it(registry, user_of):
    from huiqi_portal.interview.keeping import NewAnswer, begin, keep

    keep(begin(None, "firm-2"), {("staff", 2023): NewAnswer("value", 90)}, None)
    keep(begin(user_of(Role.ENTERPRISE), "firm-2"), {("staff", 2023): NewAnswer("value", 90)}, user_of(Role.ENTERPRISE))  # who speaks for firm-1
    assert ("staff", 2023) not in standing("firm-2").known.values


def test_a_firm_is_told_of_what_applies_where_it_is_and_of_another_place_when_asked(registry, law, settings, client_of):
    packs = Path(settings.HUIQI_DATA, "texts", "2", "packs")
    shutil.copytree(Path(settings.HUIQI_DATA, "texts", "1", "packs"), packs)
    shutil.copytree(packs / "p", packs / "q")
    pack = packs / "q" / "pack.yaml"
    pack.write_text(pack.read_text(encoding="utf-8").replace("id: p", "id: q").replace("place: zj", "place: sx"), encoding="utf-8")
    Publication.objects.create(folder="2/packs", packs=["p", "q"], published_at=timezone.now())
    found = standing("firm-1")
    assert {one.measure.document.pack for one in found.assessed} == {"p"}
    elsewhere = found.of_measure("q/a/rent")
    assert elsewhere.of(elsewhere.measure("q/a/rent")).status == "no"
    client = client_of(Role.ENTERPRISE)
    assert "Shaoxing" in client.get("/en/firms/firm-1/measures/q/a/rent/").content.decode()
    assert client.get("/en/firms/firm-1/measures/q/a/nothing/").status_code == 404
