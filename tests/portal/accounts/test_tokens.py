import datetime

import pytest
from django.utils import timezone
from typer.testing import CliRunner

from huiqi_portal.accounts import tokens
from huiqi_portal.accounts.api_token import ApiToken, Scope
from huiqi_portal.accounts.models import Change
from huiqi_portal.accounts.refused import Refused
from huiqi_portal.accounts.roles import Role
from huiqi_portal.service.commands import portal

pytestmark = pytest.mark.django_db
OURS, THEIRS = "firm-1", "firm-2"


@pytest.mark.parametrize(
    ("role", "scopes", "subjects", "days"),
    [
        (Role.ENTERPRISE, [Scope.RUNS_READ], [], 30),
        (Role.ENTERPRISE, [Scope.FIRM_READ], [], 30),
        (Role.ENTERPRISE, [Scope.FIRM_READ], [THEIRS], 30),
        (Role.ENTERPRISE, [Scope.EVALUATE], [OURS], 30),
        (Role.EDITOR, [Scope.FIRM_READ], [], 30),
        (Role.AUDITOR, [Scope.RUNS_WRITE], [], 30),
        (Role.OFFICER, [Scope.EVALUATE], [], 31),
        (Role.OFFICER, [Scope.FIRM_READ], ["x" * 65], 30),
    ],
)
def test_a_token_that_its_user_may_not_have_is_refused(user_of, role, scopes, subjects, days):
    user = user_of(role)
    with pytest.raises(Refused):
        tokens.make_token(user, "a program", scopes, subjects, days, user)
    assert not ApiToken.objects.exists()


def test_what_is_kept_is_not_the_token(user_of):
    user = user_of(Role.ENTERPRISE)
    made, text = tokens.make_token(user, "a program", [Scope.EVALUATE], [], 30, user)
    assert text not in str(ApiToken.objects.values_list())
    assert tokens.find(text) == made
    assert tokens.find(text[:-1]) is None
    assert Change.objects.filter(what="token", user=user, by=user).exists()


def test_a_token_ends_when_it_expires_is_revoked_or_its_user_is_closed(user_of):
    user = user_of(Role.OFFICER)
    expired, revoked, closed = (tokens.make_token(user, name, [], [], 30, user)[0] for name in ("expired", "revoked", "closed"))
    expired.expires_at = timezone.now() - datetime.timedelta(seconds=1)
    tokens.revoke(revoked, user)
    assert closed.holds
    closed.user.is_active = False
    assert (expired.state, revoked.state, closed.state) == ("expired", "revoked", "closed")
    assert not any(token.holds for token in (expired, revoked, closed))


def test_a_token_loses_the_firm_that_its_user_speaks_for_no_longer(user_of):
    user = user_of(Role.ENTERPRISE)
    made, _ = tokens.make_token(user, "a program", [Scope.FIRM_READ], [OURS], 30, user)
    assert tokens.may_read(made, OURS)
    assert not tokens.may_read(made, THEIRS)
    user.memberships.update(ended_at=timezone.now())
    assert not tokens.may_read(made, OURS)


def test_a_token_loses_what_a_new_role_may_not(user_of):
    user = user_of(Role.OFFICER)
    made, _ = tokens.make_token(user, "a program", [Scope.RUNS_WRITE, Scope.EVALUATE], [], 30, user)
    made.user.role = Role.EDITOR
    assert not made.allows(Scope.RUNS_WRITE)
    assert made.allows(Scope.EVALUATE)


def test_there_are_only_so_many_tokens(user_of, monkeypatch):
    monkeypatch.setattr(tokens, "MOST_TOKENS", 1)
    user = user_of(Role.OFFICER)
    tokens.make_token(user, "one", [], [], 30, user)
    with pytest.raises(Refused):
        tokens.make_token(user, "two", [], [], 30, user)


# ---------------------------------------------------------------- pages


def test_a_token_is_shown_once_on_the_page_that_made_it(client_of):
    client = client_of(Role.ENTERPRISE)
    page = client.post("/en/tokens/", {"name": "our ERP", "scopes": ["firm:read"], "subjects": [OURS], "days": "90"})
    text = page.content.decode()
    made = ApiToken.objects.get()
    assert (made.scopes, made.subjects) == (["catalogue:read", "firm:read"], [OURS])
    shown = next(word for word in text.replace("<", " ").replace(">", " ").split() if word.startswith(made.begins) and "…" not in word)
    assert tokens.find(shown) == made
    assert shown not in client.get("/en/tokens/").content.decode()


@pytest.mark.parametrize("role", list(Role))
@pytest.mark.parametrize("lang", ["en", "zh-hans"])
def test_everybody_who_is_signed_in_sees_their_tokens(client_of, role, lang):
    assert client_of(role).get(f"/{lang}/tokens/").status_code == 200


def test_a_firm_of_somebody_else_cannot_be_chosen(client_of):
    answer = client_of(Role.ENTERPRISE).post("/en/tokens/", {"name": "x", "scopes": ["firm:read"], "subjects": [THEIRS], "days": "90"})
    assert answer.status_code == 422
    assert not ApiToken.objects.exists()


def test_only_its_user_and_an_administrator_revoke_a_token(client_of, user_of):
    user = user_of(Role.OFFICER)
    made, _ = tokens.make_token(user, "a program", [], [], 30, user)
    assert client_of(Role.ENTERPRISE).post(f"/en/tokens/{made.pk}/revoke/").status_code == 404
    made.refresh_from_db()
    assert made.revoked_at is None
    assert client_of(Role.ADMINISTRATOR).post(f"/en/tokens/{made.pk}/revoke/").status_code == 302
    made.refresh_from_db()
    assert made.revoked_by == user_of(Role.ADMINISTRATOR)


def test_an_administrator_sees_all_tokens(client_of, user_of):
    user = user_of(Role.OFFICER)
    tokens.make_token(user, "the office's program", [], [], 30, user)
    assert "the office&#x27;s program" in client_of(Role.ADMINISTRATOR).get("/en/tokens/all/").content.decode()
    assert client_of(Role.OFFICER).get("/en/tokens/all/").status_code == 403


# ---------------------------------------------------------------- the command


def test_the_command_makes_a_token_and_tells_what_is_wrong(user_of):
    user_of(Role.OFFICER)
    run = CliRunner().invoke
    made = run(portal, ["token", "a program", "--user", "officer", "--scope", "evaluate", "--days", "30"])
    assert made.exit_code == 0, made.output
    assert tokens.find(made.stdout.split()[-1]).scopes == ["catalogue:read", "evaluate"]
    for wrong in (["--user", "nobody"], ["--user", "officer", "--scope", "all"], ["--user", "officer", "--days", "7"]):
        assert run(portal, ["token", "a program", *wrong]).exit_code == 2
