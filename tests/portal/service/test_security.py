"""What protects everybody: settings, headers, error pages, sizes, the log."""

import logging
import os
import subprocess
import sys

import pytest
from django.core.exceptions import ImproperlyConfigured, RequestDataTooBig
from django.test import Client

from huiqi_portal.accounts.roles import Role
from huiqi_portal.service import settings as service

pytestmark = pytest.mark.django_db
GOOD = "of the tests only, and of no use to anybody: 0123456789 abcdefghij"


def begun(*command, **env):
    """A process of its own with only these settings."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("HUIQI_", "DJANGO_"))}
    kept |= {"DJANGO_SETTINGS_MODULE": "huiqi_portal.service.settings"} | env
    return subprocess.run([sys.executable, *command], env=kept, capture_output=True, text=True, check=False)


def test_django_finds_nothing_to_warn_of_before_deployment(tmp_path):
    done = begun("-m", "django", "check", "--deploy", "--fail-level", "WARNING", HUIQI_SECRET_KEY=GOOD, HUIQI_DATA=str(tmp_path))
    assert (done.returncode, done.stdout.strip()) == (0, "System check identified no issues (0 silenced)."), done.stderr


@pytest.mark.parametrize("said", ["", "short", "a" * 80, "django-insecure"])
def test_without_a_good_secret_there_is_no_portal(said):
    with pytest.raises(ImproperlyConfigured, match="HUIQI_SECRET_KEY"):
        service._secret(said)


@pytest.mark.parametrize(("name", "said"), [("HUIQI_PROXIES", "yes"), ("HUIQI_IDLE_MINUTES", "0"), ("HUIQI_UPLOAD_MB", "-1")])
def test_settings_that_cannot_be_read_are_told(monkeypatch, name, said):
    monkeypatch.setenv(name, said)
    with pytest.raises(ImproperlyConfigured, match=name):
        service._whole(name, 1, least=1)


def test_a_mail_server_is_read_from_one_address_and_nothing_is_mailed_without():
    assert service._mail(None)["EMAIL_BACKEND"].endswith("dummy.EmailBackend")
    read = service._mail("smtps://office%40example.org:p%2Fw@mail.example.org")
    assert (read["EMAIL_HOST"], read["EMAIL_PORT"], read["EMAIL_HOST_USER"], read["EMAIL_HOST_PASSWORD"]) == (
        "mail.example.org",
        465,
        "office@example.org",
        "p/w",
    )
    assert (read["EMAIL_USE_SSL"], read["EMAIL_USE_TLS"]) == (True, False)
    with pytest.raises(ImproperlyConfigured):
        service._mail("mail.example.org")


def test_every_answer_says_what_a_browser_may_do_with_it(client, law):
    answer = client.get("/en/sign-in/")
    policy = dict(part.split(" ", 1) for part in answer["Content-Security-Policy"].split("; "))
    assert policy == {
        "default-src": "'self'",
        "img-src": "'self' data:",
        "object-src": "'none'",
        "base-uri": "'none'",
        "frame-ancestors": "'none'",
        "form-action": "'self'",
    }
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["X-Frame-Options"] == "DENY"
    assert answer["Referrer-Policy"] == "same-origin"
    assert answer["Cross-Origin-Opener-Policy"] == "same-origin"
    assert answer["Cross-Origin-Resource-Policy"] == "same-origin"
    assert "camera=()" in answer["Permissions-Policy"]


def test_over_https_cookies_are_kept_from_scripts_and_other_sites_and_the_browser_remembers_https(settings, user_of, law):
    for name in ("SECURE_SSL_REDIRECT", "SECURE_HSTS_SECONDS", "SECURE_HSTS_INCLUDE_SUBDOMAINS", "SESSION_COOKIE_SECURE", "CSRF_COOKIE_SECURE"):
        assert getattr(service, name), name
    settings.SECURE_SSL_REDIRECT, settings.SECURE_HSTS_SECONDS = True, service.SECURE_HSTS_SECONDS
    user_of(Role.OFFICER)
    assert Client().get("/en/sign-in/").status_code == 301
    answer = Client().post("/en/sign-in/", {"username": "officer", "password": "correct horse battery staple"}, secure=True)
    assert answer["Strict-Transport-Security"].startswith("max-age=31536000")
    for cookie in ("sessionid", "csrftoken"):
        assert answer.cookies[cookie]["httponly"], cookie
        assert answer.cookies[cookie]["samesite"] == "Lax"
        assert answer.cookies[cookie]["secure"]


def test_what_a_proxy_says_of_https_is_believed_only_where_there_is_one(settings):
    settings.SECURE_SSL_REDIRECT = True
    said = {"X-Forwarded-Proto": "https"}
    assert Client().get("/en/sign-in/", headers=said).status_code == 301
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    assert Client().get("/en/sign-in/", headers=said).status_code == 200


def test_a_form_without_its_secret_is_refused_in_words(user_of):
    strict = Client(enforce_csrf_checks=True)
    answer = strict.post("/zh-hans/sign-in/", {"username": "officer", "password": "x"})
    assert answer.status_code == 403
    assert "表单已过期" in answer.content.decode()


# ------------------------------------------------------------ what went wrong, without details


@pytest.mark.parametrize(("language", "words"), [("en", "no such page"), ("zh-hans", "页面不存在")])
def test_a_page_that_there_is_not(client, language, words):
    answer = client.get(f"/{language}/no/such/page/")
    assert answer.status_code == 404
    assert words in answer.content.decode()


def test_a_refusal_says_what_to_do(client_of):
    answer = client_of(Role.EDITOR).get("/zh-hans/users/")
    assert answer.status_code == 403
    assert "您无权访问此页面" in answer.content.decode()


def test_a_fault_of_ours_is_told_in_both_languages_without_its_cause_and_the_log_names_the_page_only(monkeypatch, caplog, law):
    from huiqi_portal.accounts.pages import mine
    from huiqi_portal.site.log import name_the_page

    def fails(*_):
        raise RuntimeError("the password of the database is 123")

    monkeypatch.setattr(mine.Reading.objects, "filter", fails)
    user_client = Client(raise_request_exception=False)
    from huiqi_portal.accounts.models import User

    officer = User.objects.create_user("o", role=Role.OFFICER)
    user_client.force_login(officer, backend="django.contrib.auth.backends.ModelBackend")
    with caplog.at_level(logging.ERROR, "django.request"):
        answer = user_client.get("/en/readers/91330108MA2AX0001R/?name=李雷")
    page = answer.content.decode()
    assert answer.status_code == 500
    assert "系统出现问题" in page
    assert "Something went wrong here" in page
    assert "password" not in page
    assert "Traceback" not in page
    record = next(record for record in caplog.records if record.name == "django.request")
    assert name_the_page(record)
    assert record.getMessage() == "500 at the page accounts:readers"


def test_an_address_of_another_host_is_refused_without_naming_it(client):
    answer = client.get("/en/sign-in/", headers={"Host": "evil.example"})
    assert answer.status_code == 400
    assert "evil" not in answer.content.decode()
    assert "This request cannot be understood" in answer.content.decode()


def test_what_is_too_large_is_refused_before_it_is_read(client, settings):
    settings.HUIQI_UPLOAD_BYTES = 1_000
    answer = client.generic("POST", "/en/sign-in/", b"x", CONTENT_LENGTH=str(10**12))
    assert answer.status_code == 413
    assert "This is too large" in answer.content.decode()


def test_a_form_larger_than_forms_are_is_refused_as_too_large(client, settings, rf):
    from huiqi_portal.site.errors import bad_request

    assert bad_request(rf.get("/"), RequestDataTooBig()).status_code == 413
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 100
    assert client.post("/en/sign-in/", {"username": "x" * 200}).status_code == 413


def test_too_often_says_to_wait(rf, law):
    from django.contrib.auth.models import AnonymousUser

    from huiqi_portal.site.errors import too_many_requests

    request = rf.get("/en/")
    request.user = AnonymousUser()
    assert too_many_requests(request).status_code == 429
