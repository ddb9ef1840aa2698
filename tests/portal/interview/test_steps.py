"""Questions answered one after the other, the list beside them."""

from __future__ import annotations

import datetime
from pathlib import Path

import pytest
from django.test import Client
from django.utils import timezone

from arbitrary import packs_folder
from huiqi_portal.accounts.models import Reading
from huiqi_portal.accounts.roles import Role
from huiqi_portal.interview.conduct import standing
from huiqi_portal.interview.facts import facts_for
from huiqi_portal.interview.keeping import NewAnswer, begin, keep, stated
from huiqi_portal.interview.models import Interview, Said
from huiqi_portal.interview.stated import stated_of
from huiqi_portal.interview.surroundings import measures_at
from huiqi_portal.texts.models import Publication
from portal.conftest import CORE, POLICY

pytestmark = pytest.mark.django_db
PLACE = {("place", None): NewAnswer(Said.VALUE, "bj")}


@pytest.fixture
def interview(law) -> Interview:
    one = begin(None)
    keep(one, PLACE, None)
    return one


def address(interview: Interview, rest: str = "") -> str:
    return f"/en/interview/{interview.link}/{rest}"


def post(interview: Interview, said: dict[str, object], client: Client | None = None, rest: str = ""):
    return (client or Client()).post(address(interview, rest), said)


def page(answer) -> str:
    return answer.content.decode()


def values(interview: Interview) -> dict[str, object]:
    return {key[0]: one.value for key, one in stated(interview).items() if one.said == Said.VALUE}


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"ask": "revenue.2023", "fact.revenue.2023": "a lot"}, "this is not a figure"),
        ({"ask": "revenue.2023", "fact.revenue.2023": "1.005"}, "at most 2 decimals"),
        ({"ask": "revenue.2023", "fact.revenue.2023": "-3"}, "it is ¥0 or more"),
        ({"ask": "revenue.2023", "fact.revenue.2023": ""}, "I don&#x27;t know"),
        ({"ask": "staff.2023", "fact.staff.2023": "1.5"}, "write a whole figure"),
        ({"ask": "honest", "fact.honest": "perhaps"}, "choose yes, no"),
    ],
)
def test_a_wrong_value_is_told_and_nothing_is_lost(interview, said, words):
    answer = post(interview, said)
    assert answer.status_code == 422
    assert words in page(answer)
    typed = next(value for name, value in said.items() if name != "ask")
    assert not typed or said["ask"] == "honest" or f'value="{typed}"' in page(answer)
    assert values(interview) == {"place": "bj"}


def test_of_several_answers_with_one_wrong_none_is_kept_and_all_stay_in_the_form(interview):
    said = {"ask": ["revenue.2023", "staff.2023"], "fact.revenue.2023": "12", "fact.revenue.2023.scale": "万", "fact.staff.2023": "many"}
    answer = post(interview, said)
    assert answer.status_code == 422
    assert 'value="12"' in page(answer)
    assert 'value="万" selected' in page(answer)
    assert 'value="many"' in page(answer)
    assert values(interview) == {"place": "bj"}


@pytest.mark.parametrize("ask", ["nonsense", "revenue.twenty", "revenue", "name", "listed.2023", ""])
def test_what_no_measure_of_the_place_reads_is_not_asked(interview, ask):
    assert post(interview, {"ask": ask, f"fact.{ask}": "1"}).status_code == 404
    assert Client().get(address(interview), {"ask": ask}).status_code == 404


def test_a_link_that_there_is_not_is_told_on_every_page(law):
    for rest in ("", "list/", "summary/", "delete/", "why/p/a/grant@1/"):
        answer = Client().get(f"/en/interview/no-such-link/{rest}")
        assert answer.status_code == 404
        assert "There is no such interview" in page(answer)


def test_the_reasons_for_a_measure_that_does_not_apply_are_no_page(interview):
    assert Client().get(address(interview, "why/p/a/nothing@1/")).status_code == 404


def test_the_first_question_is_the_one_that_settles_most(interview, law):
    stands = standing(law, facts_for(_nobody(), interview, law, "test"))
    shown = page(Client().get(address(interview)))
    assert f'name="ask" value="{stands.questions[0].address}"' in shown
    assert "measures wait for this" in shown or "measure waits for this" in shown


def _nobody():
    from django.contrib.auth.models import AnonymousUser

    return AnonymousUser()


def test_an_answer_sorts_the_list_and_says_what_changed(interview):
    answer = post(interview, {"ask": "staff.2023", "fact.staff.2023": "40"})
    assert answer.status_code == 302
    shown = page(Client().get(answer.url))
    assert "By this answer: 1 measure is now yes" in shown
    assert "was depends, now yes" in shown
    assert "interview-changed" in shown


def test_the_same_page_without_that_answer_marks_nothing(interview):
    post(interview, {"ask": "staff.2023", "fact.staff.2023": "40"})
    assert "interview-changed" not in page(Client().get(address(interview)))


def test_what_nobody_knows_is_not_asked_again(interview):
    for _ in range(12):
        shown = page(Client().get(address(interview)))
        if 'name="ask"' not in shown:
            break
        ask = shown.split('name="ask" value="')[1].split('"')[0]
        assert post(interview, {"ask": ask, "say": "unknown"}).status_code == 302
    assert "What is still open hangs on what you do not know" in shown


def test_what_is_skipped_is_offered_at_the_end(interview):
    for _ in range(12):
        shown = page(Client().get(address(interview)))
        if 'name="ask"' not in shown:
            break
        ask = shown.split('name="ask" value="')[1].split('"')[0]
        post(interview, {"ask": ask, "say": "later"})
    assert "What you skipped can be answered now" in shown
    assert "?ask=" in shown


def test_an_answer_can_be_changed_and_taken_back(interview):
    post(interview, {"ask": "honest", "fact.honest": "true"})
    assert "(the answer so far)" in page(Client().get(address(interview), {"ask": "honest"}))
    post(interview, {"ask": "honest", "fact.honest": "false"})
    assert values(interview)["honest"] is False
    post(interview, {"ask": "honest", "say": "forget"})
    assert "honest" not in values(interview)


def test_another_place_brings_other_measures(interview, law):
    assert measures_at(law, "bj")
    assert not measures_at(law, "eu")
    post(interview, {"ask": "place", "fact.place": "eu"})
    assert "0 of 0" in page(Client().get(address(interview))) or "Everything is settled" in page(Client().get(address(interview)))


def test_the_place_is_never_left_open(interview):
    for say in ("unknown", "later"):
        assert post(interview, {"ask": "place", "say": say}).status_code == 422
    assert values(interview) == {"place": "bj"}


def test_two_pages_that_answer_different_questions_lose_nothing(interview):
    one, other = Client(), Client()
    one.get(address(interview))
    other.get(address(interview))
    post(interview, {"ask": "honest", "fact.honest": "true", "seen.fact.honest": "0"}, one)
    post(interview, {"ask": "staff.2023", "fact.staff.2023": "40", "seen.fact.staff.2023": "0"}, other)
    assert values(interview) == {"place": "bj", "honest": True, "staff": 40}


def test_two_pages_that_answer_one_question_differently_are_told(interview):
    post(interview, {"ask": "staff.2023", "fact.staff.2023": "40", "seen.fact.staff.2023": "0"})
    second = post(interview, {"ask": "staff.2023", "fact.staff.2023": "400", "seen.fact.staff.2023": "0"})
    assert second.status_code == 422
    assert "answered on another page in the meantime: 40 people" in page(second)
    assert 'value="400"' in page(second)
    assert 'name="seen.fact.staff.2023" value="1"' in page(second)
    assert values(interview)["staff"] == 40
    assert post(interview, {"ask": "staff.2023", "fact.staff.2023": "400", "seen.fact.staff.2023": "1"}).status_code == 302
    assert values(interview)["staff"] == 400


def test_htmx_gets_the_step_alone_with_what_changed_for_who_listens(interview):
    answer = Client().post(address(interview), {"ask": "staff.2023", "fact.staff.2023": "40"}, headers={"HX-Request": "true"}, follow=False)
    shown = page(Client().get(answer.url, headers={"HX-Request": "true"}))
    assert "<html" not in shown
    assert 'aria-live="polite"' in shown
    assert "hx-swap-oob" in shown
    assert "autofocus" in shown


def test_who_only_has_the_link_never_sees_the_registrys_facts(client_of, registry, user_of):
    member = client_of(Role.ENTERPRISE)
    member.post("/en/interview/", {"firm": "firm-1"})
    one = Interview.objects.get()
    assert "¥8,000,000" in page(member.get(address(one)))
    keep(one, PLACE, None)
    post(one, {"ask": "staff.2023", "fact.staff.2023": "41"}, member)
    for rest in ("", "list/", "summary/", "why/p/a/grant@1/"):
        shown = page(Client().get(address(one, rest)))
        assert "8,000,000" not in shown, rest
        assert "firm-1" not in shown, rest
    assert "41 people" in page(Client().get(address(one)))
    assert not Reading.objects.exists()
    client_of(Role.AUDITOR).get(address(one, "summary/"))
    assert [(one.subject, one.what) for one in Reading.objects.all()] == [("firm-1", "interview:summary")]


def test_a_prefilled_fact_that_is_changed_counts_as_stated(client_of, registry):
    member = client_of(Role.ENTERPRISE)
    member.post("/en/interview/", {"firm": "firm-1"})
    one = Interview.objects.get()
    post(one, {"ask": "revenue.2023", "fact.revenue.2023": "600", "fact.revenue.2023.scale": "万"}, member)
    shown = page(member.get(address(one, "why/p/a/grant@1/")))
    assert "¥6,000,000" in shown
    assert "stated in this interview" in shown
    assert "¥8,000,000" not in shown
    assert stated_of("firm-1")["revenue", 2023].value == 600_000_000


def test_what_a_stranger_answers_is_not_stated_by_the_firm(client_of, registry):
    client_of(Role.ENTERPRISE).post("/en/interview/", {"firm": "firm-1"})
    one = Interview.objects.get()
    keep(one, PLACE, None)
    post(one, {"ask": "staff.2023", "fact.staff.2023": "99"})
    assert stated_of("firm-1") == {}


def test_the_list_of_ones_own(client_of, law):
    member = client_of(Role.ENTERPRISE)
    member.post("/en/interview/", {"firm": "-", "fact.place": "bj"})
    Client().post("/en/interview/", {"fact.place": "bj"})
    assert Interview.objects.exclude(owner=None).get().link in page(member.get("/en/interview/mine/"))
    assert Interview.objects.get(owner=None).link not in page(member.get("/en/interview/mine/"))
    assert Client().get("/en/interview/mine/").status_code == 302


def test_only_its_owner_deletes_an_interview(client_of, interview):
    own = begin(client_of(Role.ENTERPRISE).get("/en/interview/").wsgi_request.user)
    assert Client().post(address(own, "delete/")).status_code == 403
    assert client_of(Role.OFFICER).post(address(own, "delete/")).status_code == 403
    assert client_of(Role.ENTERPRISE).post(address(own, "delete/")).status_code == 200
    assert Client().get(address(interview, "delete/")).status_code == 200
    assert Client().post(address(interview, "delete/")).status_code == 200
    assert not Interview.objects.exists()


def test_an_old_interview_is_gone_and_forgotten(interview, settings):
    from django.core.management import call_command

    settings.HUIQI_TODAY += datetime.timedelta(179)
    assert Client().get(address(interview)).status_code == 200
    settings.HUIQI_TODAY += datetime.timedelta(1)
    assert Client().get(address(interview)).status_code == 404
    call_command("forget_interviews")
    assert not Interview.objects.exists()


@pytest.mark.parametrize(("lang", "words"), [("en", "¥12,500,000 · 1,250万元"), ("zh-hans", "1,250万元")])
def test_a_figure_that_is_being_typed_is_read_out(law, lang, words):
    asked = {"fact.revenue.2023": "1250", "fact.revenue.2023.scale": "万"}
    assert words in page(Client().get(f"/{lang}/interview/reads/", asked))
    assert "not a figure" in page(Client().get("/en/interview/reads/", {"fact.revenue.2023": "x"}))
    assert Client().get("/en/interview/reads/", {"fact.nothing": "x"}).status_code == 200
    assert Client().get("/en/interview/choices/", {"of": "revenue.2023"}).status_code == 404


@pytest.mark.parametrize("lang", ["en", "zh-hans"])
def test_every_page_stands_in_both_languages(client_of, registry, lang):
    member = client_of(Role.ENTERPRISE)
    member.post("/en/interview/", {"firm": "firm-1"})
    link = Interview.objects.get().link
    for rest in ("", "list/", "summary/", "delete/", "why/p/a/grant@1/"):
        answer = member.get(f"/{lang}/interview/{link}/{rest}")
        assert answer.status_code == 200
        assert ("研发补助" if lang == "zh-hans" else "Research grant") in page(answer) or rest == "delete/"
        assert answer["Cache-Control"].startswith("max-age=0")


def test_words_of_a_text_are_never_markup(law, settings, client):
    texts = Path(settings.HUIQI_DATA, "texts", "2")
    packs_folder(texts, POLICY.replace("Rent aid", "Rent <i>aid</i>").replace("租金补贴", "租金<i>补贴</i>"), core=CORE)
    Publication.objects.create(folder="2/packs", packs=["p"], published_at=timezone.now())
    client.post("/en/interview/", {"fact.place": "bj"})
    link = Interview.objects.get().link
    for language, said in (("en", "Rent &lt;i&gt;aid&lt;/i&gt;"), ("zh-hans", "租金&lt;i&gt;补贴&lt;/i&gt;")):
        for page in ("", "list/"):
            answer = client.get(f"/{language}/interview/{link}/{page}")
            assert said in answer.content.decode()
            assert "<i>" not in answer.content.decode()
