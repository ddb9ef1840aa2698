import pytest
from django.test import Client

from huiqi_portal.accounts import memberships, users
from huiqi_portal.accounts.models import Membership, User
from huiqi_portal.accounts.refused import Refused
from huiqi_portal.accounts.roles import Role

pytestmark = pytest.mark.django_db
CODE = "91330108MA2AX0001R"
FORM = {
    "username": "li.lei",
    "name": "李雷",
    "email": "",
    "subject": CODE,
    "note": "办公室主任，可致电总机核实",
    "password1": "a fish needs no bicycle",
    "password2": "a fish needs no bicycle",
}


def register(**said):
    client = Client()
    return client, client.post("/en/register/", FORM | said)


@pytest.mark.parametrize(
    ("field", "said", "words"),
    [
        ("subject", "91330108MA2AX0002R", "no credit code"),
        ("subject", "", "required"),
        ("note", "", "required"),
        ("username", "a b", "valid username"),
        ("password2", "another one altogether", "match"),
    ],
)
def test_a_faulty_registration_says_which_field_and_makes_nobody(field, said, words):
    _, answer = register(**{field: said})
    assert answer.status_code == 200
    assert words in " ".join(answer.context["form"].errors[field])
    assert not User.objects.exists()


def test_who_registers_speaks_for_no_firm_until_an_officer_confirms(client_of):
    client, answer = register(subject=" 9133 0108ma2ax0001r ")
    assert answer["Location"] == "/en/me/"
    user = User.objects.get(username="li.lei")
    assert (user.role, user.firms()) == (Role.ENTERPRISE, [])
    assert CODE in client.get("/en/me/").content.decode()
    assert client.get(f"/en/readers/{CODE}/").status_code == 403
    officer = client_of(Role.OFFICER)
    queue = officer.get("/zh-hans/memberships/").content.decode()
    assert "李雷" in queue
    assert CODE in queue
    membership = user.memberships.get()
    officer.post(f"/zh-hans/memberships/{membership.pk}/confirm/")
    assert user.firms() == [CODE]
    assert client.get(f"/en/readers/{CODE}/").status_code == 200
    membership.refresh_from_db()
    assert membership.confirmed_by.username == "officer"
    assert user.changes.filter(what="confirmed").get().detail == CODE


def test_nobody_can_say_at_registration_what_they_are():
    register(role="administrator", is_superuser="on", confirmed_at="2024-01-01")
    user = User.objects.get(username="li.lei")
    assert (user.role, user.is_superuser, user.firms()) == (Role.ENTERPRISE, False, [])


def test_a_refusal_needs_a_reason_which_the_user_reads(client_of):
    client, _ = register()
    officer, number = client_of(Role.OFFICER), Membership.objects.get().pk
    assert "Say why" in officer.post(f"/en/memberships/{number}/refuse/", follow=True).content.decode()
    officer.post(f"/en/memberships/{number}/refuse/", {"reason": "公章不符"})
    assert "公章不符" in client.get("/en/me/").content.decode()
    assert User.objects.get(username="li.lei").firms() == []
    assert "already answered" in officer.post(f"/en/memberships/{number}/confirm/", follow=True).content.decode()


def test_what_was_refused_can_be_asked_for_again_and_both_stay_on_record(user_of):
    user, officer = user_of(Role.ENTERPRISE), user_of(Role.OFFICER)
    first = memberships.ask(user, CODE, "")
    with pytest.raises(Refused, match="already asked"):
        memberships.ask(user, CODE, "")
    memberships.refuse(first.pk, officer, "no")
    memberships.confirm(memberships.ask(user, CODE, "").pk, officer)
    assert user.memberships.filter(subject=CODE).count() == 2
    assert CODE in user.firms()


def test_a_user_can_ask_for_a_few_firms_only_before_somebody_answers(user_of):
    user = user_of(Role.ENTERPRISE)
    for n in range(memberships.WAITING_AT_MOST):
        memberships.ask(user, f"firm-{n + 10}", "")
    with pytest.raises(Refused, match="answer your other requests"):
        memberships.ask(user, "firm-99", "")


def test_what_was_confirmed_can_be_ended_by_an_officer_and_by_the_user(user_of, client_of):
    user, officer, client = user_of(Role.ENTERPRISE), client_of(Role.OFFICER), client_of(Role.ENTERPRISE)
    assert user.firms() == ["firm-1"]
    officer.post(f"/en/memberships/{user.memberships.get().pk}/end/", {"reason": "left the firm"})
    assert user.firms() == []
    again = memberships.ask(user, "firm-1", "")
    memberships.confirm(again.pk, user_of(Role.OFFICER))
    client.post(f"/en/me/firms/{again.pk}/give-up/")
    assert user.firms() == []


def test_nobody_gives_up_what_is_somebody_elses(user_of):
    register()
    theirs = Membership.objects.get()
    with pytest.raises(Refused):
        memberships.give_up(theirs.pk, user_of(Role.ENTERPRISE))


def test_only_enterprise_users_speak_for_firms(user_of):
    with pytest.raises(Refused, match="enterprise user"):
        memberships.ask(user_of(Role.OFFICER), CODE, "")
    user = user_of(Role.ENTERPRISE)
    waiting = memberships.ask(user, CODE, "")
    users.change_role(user, Role.OFFICER, user_of(Role.ADMINISTRATOR))
    assert user.firms() == []
    with pytest.raises(Refused):
        memberships.confirm(waiting.pk, user_of(Role.OFFICER))


def test_from_one_address_only_so_many_accounts_are_made_in_an_hour():
    from django.core.cache import cache

    cache.clear()
    answers = [Client().post("/en/register/", FORM | {"subject": ""}).status_code for _ in range(21)]
    cache.clear()
    assert answers == [200] * 20 + [429]
