import re

import pytest
from axes.models import AccessAttempt
from django.conf import settings as django_settings
from django.contrib.auth.password_validation import validate_password
from django.core import mail
from django.core.exceptions import ValidationError
from django.test import Client

from huiqi_portal.accounts import users
from huiqi_portal.accounts.models import User
from huiqi_portal.accounts.roles import Role

pytestmark = pytest.mark.django_db
PASSWORD = "correct horse battery staple"
SIGN_IN, ME = "/en/sign-in/", "/en/me/"


def sign_in(client, username, password, **extra):
    return client.post(SIGN_IN, {"username": username, "password": password}, **extra)


def test_a_wrong_password_and_a_name_that_nobody_has_are_answered_alike(user_of):
    user_of(Role.OFFICER)
    wrong, nobody = sign_in(Client(), "officer", "x"), sign_in(Client(), "nobody", "x")
    closed = user_of(Role.AUDITOR)
    User.objects.filter(pk=closed.pk).update(is_active=False)
    shut = sign_in(Client(), "auditor", PASSWORD)
    bodies = {re.sub(r'value="[^"]*"|"X-CSRFToken": "[^"]*"', "", answer.content.decode()) for answer in (wrong, nobody, shut)}
    assert [answer.status_code for answer in (wrong, nobody, shut)] == [200, 200, 200]
    assert len(bodies) == 1
    assert "do not fit together" in bodies.pop()


def test_who_signs_in_comes_back_to_the_page_that_was_asked_for_and_to_no_other_site(client, user_of):
    user_of(Role.OFFICER)
    asked = client.get(ME)
    assert (asked.status_code, asked["Location"]) == (302, f"{SIGN_IN}?next={ME}")
    assert client.post(asked["Location"], {"username": "officer", "password": PASSWORD, "next": ME})["Location"] == ME
    away = Client().post(SIGN_IN, {"username": "officer", "password": PASSWORD, "next": "https://elsewhere.example/"})
    assert away["Location"] == "/en/"


def test_a_form_that_was_sent_without_being_signed_in_is_not_sent_again(client):
    answer = client.post("/en/sign-out/everywhere/")
    assert (answer.status_code, answer["Location"]) == (302, f"{SIGN_IN}?next=/")


def test_a_fragment_that_needs_signing_in_moves_the_whole_page(client):
    answer = client.get(ME, headers={"HX-Request": "true"})
    assert (answer.status_code, answer["HX-Redirect"]) == (200, f"{SIGN_IN}?next={ME}")


def test_signing_out_is_a_form_and_not_a_link(client_of):
    client = client_of(Role.OFFICER)
    assert client.get("/en/sign-out/").status_code == 405
    assert client.get(ME).status_code == 200
    client.post("/en/sign-out/")
    assert client.get(ME).status_code == 302


# ------------------------------------------------------------ locked out


def test_after_five_failures_even_the_right_password_is_refused_with_the_same_words_for_a_name_that_nobody_has(user_of):
    user_of(Role.OFFICER)
    answers = {}
    for name in ("officer", "nobody"):
        client = Client()
        for _ in range(5):
            answer = sign_in(client, name, "wrong")
        assert answer.status_code == 429
        answers[name] = sign_in(client, name, PASSWORD)
    assert {answer.status_code for answer in answers.values()} == {429}
    assert answers["officer"].content == answers["nobody"].content
    assert "Try again in 60 minutes" in answers["officer"].content.decode()
    assert "60分钟" in Client().post("/zh-hans/sign-in/", {"username": "officer", "password": PASSWORD}).content.decode()


def test_another_address_is_not_locked_out_by_a_strangers_guesses(user_of):
    user_of(Role.OFFICER)
    for _ in range(6):
        sign_in(Client(), "officer", "wrong", REMOTE_ADDR="203.0.113.9")
    assert sign_in(Client(), "officer", PASSWORD, REMOTE_ADDR="198.51.100.7").status_code == 302


@pytest.mark.parametrize("fixed", ["name", "address"])
def test_guesses_spread_over_addresses_or_over_names_are_stopped_too(user_of, fixed):
    user_of(Role.OFFICER)
    for n in range(50):
        name, address = ("officer", f"203.0.113.{n}") if fixed == "name" else (f"somebody{n}", "203.0.113.9")
        AccessAttempt.objects.create(username=name, ip_address=address, user_agent="", failures_since_start=1)
    address = "198.51.100.7" if fixed == "name" else "203.0.113.9"
    assert sign_in(Client(), "officer", PASSWORD, REMOTE_ADDR=address).status_code == 429


def test_an_administrator_unlocks(user_of, client_of):
    officer, administrator = user_of(Role.OFFICER), client_of(Role.ADMINISTRATOR)
    for _ in range(5):
        sign_in(Client(), "officer", "wrong")
    assert "locked" in administrator.get(f"/en/users/{officer.pk}/").content.decode()
    administrator.post(f"/en/users/{officer.pk}/unlock/")
    assert sign_in(Client(), "officer", PASSWORD).status_code == 302
    assert officer.changes.get().what == "unlocked"


def test_a_made_up_header_does_not_change_the_address(user_of, settings):
    user_of(Role.OFFICER)
    for n in range(5):
        answer = sign_in(Client(), "officer", "wrong", headers={"X-Forwarded-For": f"203.0.113.{n}"})
    assert answer.status_code == 429
    settings.HUIQI_PROXIES = 1
    for n in range(5):
        answer = sign_in(Client(), "officer", "wrong", headers={"X-Forwarded-For": f"203.0.113.{n}, 198.51.100.7"})
    assert answer.status_code == 429, "the last of the header is what our own proxy saw"
    assert sign_in(Client(), "officer", PASSWORD, headers={"X-Forwarded-For": "198.51.100.8"}).status_code == 302


# ------------------------------------------------------------ passwords


@pytest.mark.parametrize("password", ["short", "passwordpassword1"[:11], "administrator1", "123456789012", "qwertyuiop123"[:12]])
def test_passwords_that_are_short_common_figures_or_like_the_name_are_refused(password):
    with pytest.raises(ValidationError):
        validate_password(password, User(username="administrator", name="", email=""))


def test_passwords_are_hashed_with_argon2():
    from huiqi_portal.service import settings as service

    assert service.PASSWORD_HASHERS == ["django.contrib.auth.hashers.Argon2PasswordHasher"]


def test_a_new_password_ends_all_other_sessions(user_of, client_of):
    here, there = client_of(Role.OFFICER), client_of(Role.OFFICER)
    new = "a fish needs no bicycle"
    answer = here.post("/en/password/", {"old_password": PASSWORD, "new_password1": new, "new_password2": new})
    assert answer["Location"] == ME
    assert (here.get(ME).status_code, there.get(ME).status_code) == (200, 302)


def test_the_old_password_has_to_be_known(client_of):
    new = "a fish needs no bicycle"
    answer = client_of(Role.OFFICER).post("/zh-hans/password/", {"old_password": "x", "new_password1": new, "new_password2": new})
    assert answer.status_code == 200
    assert "旧密码" in answer.content.decode()


def test_a_given_password_has_to_be_changed_before_anything_else(user_of):
    officer = user_of(Role.OFFICER)
    given = users.give_password(officer, None)
    client = Client()
    sign_in(client, "officer", given)
    assert client.get(ME)["Location"] == "/en/password/"
    assert client.get("/en/")["Location"] == "/en/password/"
    assert "was given to you" in client.get("/en/password/").content.decode()
    new = "a fish needs no bicycle"
    client.post("/en/password/", {"old_password": given, "new_password1": new, "new_password2": new})
    assert client.get(ME).status_code == 200


def test_a_link_for_a_new_password_works_once(user_of, client_of):
    officer, administrator = user_of(Role.OFFICER), client_of(Role.ADMINISTRATOR)
    page = administrator.post(f"/en/users/{officer.pk}/link/").content.decode()
    address = re.search(r"<code>http://testserver([^<]+)</code>", page)[1]
    assert address not in administrator.get(f"/en/users/{officer.pk}/").content.decode()
    client, new = Client(), "a fish needs no bicycle"
    form = client.get(address)["Location"]
    assert client.post(form, {"new_password1": "short", "new_password2": "short"}).status_code == 200
    assert client.post(form, {"new_password1": new, "new_password2": new})["Location"] == SIGN_IN
    assert sign_in(Client(), "officer", new).status_code == 302
    assert "has been used" in Client().get(address).content.decode()


def test_without_a_mail_server_the_page_says_whom_to_ask(client):
    assert "administrator of the office" in client.get("/en/password/forgotten/").content.decode()
    client.post("/en/password/forgotten/", {"username": "officer"})
    assert mail.outbox == []


def test_with_a_mail_server_the_link_is_sent_and_nobody_learns_who_has_an_account(user_of, settings):
    settings.HUIQI_MAIL = "smtp://localhost"
    User.objects.filter(pk=user_of(Role.OFFICER).pk).update(email="officer@example.org")
    known, unknown = (Client().post("/en/password/forgotten/", {"username": name}).content.decode() for name in ("officer", "nobody"))
    assert known == unknown
    assert "/password/choose/" in mail.outbox[0].body
    assert [letter.to for letter in mail.outbox] == [["officer@example.org"]]


# ------------------------------------------------------------ sessions


def test_a_session_ends_when_it_is_left_alone_and_after_twelve_hours_however_busy(client_of, monkeypatch):
    now = [1_900_000_000]
    monkeypatch.setattr("huiqi_portal.accounts.gate.time.time", lambda: now[0])
    idle = client_of(Role.OFFICER)
    idle.get(ME)
    now[0] += django_settings.HUIQI_IDLE_SECONDS + 1
    assert idle.get(ME).status_code == 302
    busy, alive = client_of(Role.OFFICER), []
    for _ in range(26):
        alive.append(busy.get(ME).status_code)
        now[0] += 30 * 60
    assert alive[:25] == [200] * 25
    assert alive[25] == 302


def test_signing_out_everywhere_ends_every_session(client_of):
    here, there = client_of(Role.OFFICER), client_of(Role.OFFICER)
    here.post("/en/sign-out/everywhere/")
    assert (here.get(ME).status_code, there.get(ME).status_code) == (302, 302)


def test_pages_of_who_is_signed_in_stay_in_no_cache(client_of):
    assert client_of(Role.OFFICER).get(ME)["Cache-Control"] == "no-store, private"
