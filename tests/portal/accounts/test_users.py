import pytest

from huiqi_portal.accounts import users
from huiqi_portal.accounts.models import User
from huiqi_portal.accounts.refused import Refused
from huiqi_portal.accounts.roles import Role

pytestmark = pytest.mark.django_db


def test_a_user_without_a_name_to_sign_in_with_is_refused(client_of):
    answer = client_of(Role.ADMINISTRATOR).post("/en/users/new/", {"username": "", "role": "officer"})
    assert answer.status_code == 200
    assert "required" in answer.content.decode()


def test_a_role_that_there_is_not_is_refused(client_of, user_of):
    answer = client_of(Role.ADMINISTRATOR).post(f"/en/users/{user_of(Role.OFFICER).pk}/role/", {"role": "emperor"})
    assert answer.status_code == 422
    assert user_of(Role.OFFICER).role == Role.OFFICER


def test_the_last_administrator_cannot_be_removed(user_of, client_of):
    administrator, client = user_of(Role.ADMINISTRATOR), client_of(Role.ADMINISTRATOR)
    for what, said in (("close", {}), ("role", {"role": "officer"})):
        answer = client.post(f"/en/users/{administrator.pk}/{what}/", said, follow=True)
        assert "last administrator" in answer.content.decode()
    administrator.refresh_from_db()
    assert (administrator.is_active, administrator.role) == (True, Role.ADMINISTRATOR)
    with pytest.raises(Refused):
        users.close(administrator, administrator)


def test_of_two_administrators_one_can_go(user_of):
    first = user_of(Role.ADMINISTRATOR)
    second = users.make_user("second", Role.ADMINISTRATOR, first)
    users.close(first, second)
    with pytest.raises(Refused):
        users.change_role(second, Role.AUDITOR, second)
    users.reopen(first, second)
    users.change_role(second, Role.AUDITOR, first)


def test_another_role_ends_the_sessions_that_had_the_old_one(user_of, client_of):
    officer, client = user_of(Role.OFFICER), client_of(Role.OFFICER)
    assert client.get("/en/memberships/").status_code == 200
    users.change_role(officer, Role.EDITOR, user_of(Role.ADMINISTRATOR))
    assert client.get("/en/memberships/").status_code == 302


def test_who_is_closed_is_out_at_once_and_cannot_get_in(user_of, client_of):
    officer, client = user_of(Role.OFFICER), client_of(Role.OFFICER)
    users.close(officer, user_of(Role.ADMINISTRATOR))
    assert client.get("/en/me/").status_code == 302
    with pytest.raises(Refused):
        users.link_for_password(officer, user_of(Role.ADMINISTRATOR))


def test_a_made_user_has_no_password_until_the_link_is_used(client_of):
    answer = client_of(Role.ADMINISTRATOR).post("/zh-hans/users/new/", {"username": "hanmeimei", "name": "韩梅梅", "role": "editor"})
    assert "/zh-hans/password/choose/" in answer.content.decode()
    assert not User.objects.get(username="hanmeimei").has_usable_password()


def test_every_change_is_put_down_with_who_did_it(user_of):
    administrator, officer = user_of(Role.ADMINISTRATOR), user_of(Role.OFFICER)
    users.change_role(officer, Role.EDITOR, administrator)
    users.close(officer, administrator)
    users.reopen(officer, administrator)
    users.link_for_password(officer, administrator)
    users.give_password(officer, None)
    rows = [(change.what, change.detail, change.by) for change in officer.changes.order_by("pk")]
    assert rows == [
        ("role", "officer → editor", administrator),
        ("closed", "", administrator),
        ("opened", "", administrator),
        ("link", "", administrator),
        ("given", "", None),
    ]


def test_users_are_found_by_name_and_role(client_of, user_of):
    for role in Role:
        user_of(role)
    client = client_of(Role.ADMINISTRATOR)
    assert ">auditor<" in client.get("/en/users/?q=AUDI").content.decode()
    page = client.get("/en/users/?role=editor&q=&page=x").content.decode()
    assert ">editor<" in page
    assert ">auditor<" not in page
    assert "Nobody is called so" in client.get("/en/users/?q=nobody").content.decode()


def test_my_data_shows_what_is_kept_of_me(client_of):
    client = client_of(Role.ENTERPRISE)
    page = client.get("/zh-hans/me/").content.decode()
    assert "firm-1" in page
    assert "企业用户" in page
    client.post("/zh-hans/me/", {"name": "李雷", "email": "li@example.org", "role": "administrator"})
    user = User.objects.get(username="enterprise")
    assert (user.name, user.email, user.role) == ("李雷", "li@example.org", Role.ENTERPRISE)
    assert client.post("/zh-hans/me/", {"name": "李雷", "email": "no address"}).status_code == 422
