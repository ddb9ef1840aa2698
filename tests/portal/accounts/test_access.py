"""Who may open what: as declared at every view, for every role, and as this table says by hand for the main pages."""

import re

import pytest
from django.http import HttpResponse

from huiqi_portal.accounts.access import Access
from huiqi_portal.accounts.models import Reading
from huiqi_portal.accounts.roles import Role
from portal_addresses import addresses

pytestmark = pytest.mark.django_db
EVERYBODY = (None, *Role)
OURS, THEIRS = "firm-1", "firm-2"
SECRET = re.compile(r"999[,.]?999")  # the revenue of firm-2, whatever the unit
ADDRESSES = addresses()

#: Written by hand: who may open the page (E enterprise user of the firm, P policy editor, O officer, A auditor, M administrator, - not signed in).
TABLE = {
    "catalogue:home": "-EPOAM",
    "catalogue:measures": "-EPOAM",
    "catalogue:measure": "-EPOAM",
    "interview:start": "-EPOAM",
    "accounts:sign_in": "-EPOAM",
    "accounts:register": "-EPOAM",
    "accounts:me": "EPOAM",
    "accounts:password": "EPOAM",
    "accounts:users": "M",
    "accounts:user": "M",
    "accounts:new_user": "M",
    "accounts:change_user": "M",
    "accounts:memberships": "O",
    "accounts:answer_membership": "O",
    "accounts:readings": "A",
    "accounts:readings_table": "A",
    "accounts:readers": "EOA",
    "firms:overview": "EOA",
    "firms:measure": "EOA",
    "firms:facts": "EOA",
    "firms:combination": "EOA",
    "firms:contest": "E",
    "firms:withdraw": "E",
    "firms:contests": "OA",
}
LETTERS = {"-": None, "E": Role.ENTERPRISE, "P": Role.EDITOR, "O": Role.OFFICER, "A": Role.AUDITOR, "M": Role.ADMINISTRATOR}


def test_every_view_declares_who_may_open_it():
    assert [str(address) for address in ADDRESSES if address.access is None] == []
    assert len(ADDRESSES) > 20


def test_every_page_about_a_firm_is_declared_so():
    open_or_by_role = [str(address) for address in ADDRESSES if address.of_a_firm and not address.access.firm]
    assert open_or_by_role == []
    assert [str(address) for address in ADDRESSES if address.access.firm and not address.of_a_firm] == []


@pytest.mark.parametrize("name", TABLE)
def test_the_declarations_are_what_was_agreed(name):
    declared = [address.access for address in ADDRESSES if address.name == name]
    if not declared:
        pytest.skip("no such page yet")
    for access in declared:
        allowed = {role for role in EVERYBODY if access.allows(role, own_firm=role is Role.ENTERPRISE)}
        assert allowed == {LETTERS[letter] for letter in TABLE[name]}


@pytest.mark.parametrize("address", ADDRESSES, ids=str)
def test_each_role_gets_at_each_address_what_is_declared(address, registry, client_of):
    for role in EVERYBODY:
        for subject in (OURS, THEIRS) if address.of_a_firm else (OURS,):
            path = address.path(subject)
            own = role is Role.ENTERPRISE and subject == OURS
            allowed = address.access.allows(role, own_firm=own)
            before = Reading.objects.count()
            answer = client_of(role).get(path)
            got = _outcome(answer)
            if allowed:
                assert got in ("open", "no such method"), (role, path, answer.status_code)
            else:
                refusal = "sign in" if role is None else "refused"
                outcomes = {got, _outcome(client_of(role).post(path))}
                assert outcomes in ({refusal}, {refusal, "no such method"}), (role, path, outcomes)
            if not (allowed and role in (Role.OFFICER, Role.AUDITOR)):
                assert not SECRET.search(_body(answer)), (role, path)
                assert THEIRS not in _body(answer).replace(path.removeprefix("/en"), ""), (role, path)
                assert Reading.objects.count() == before
            elif address.access.firm and got == "open":
                assert Reading.objects.filter(subject=subject).count() > 0


def test_somebody_who_only_asked_for_a_firm_sees_nothing_of_it(registry, user_of, client_of):
    user_of(Role.ENTERPRISE).memberships.create(subject=THEIRS)
    for address in ADDRESSES:
        if address.access.firm:
            assert client_of(Role.ENTERPRISE).get(address.path(THEIRS)).status_code == 403


def test_a_firm_that_there_is_not_is_refused_like_one_of_somebody_else(registry, client_of):
    for address in ADDRESSES:
        if address.access.firm:
            theirs, nobodys = (client_of(Role.ENTERPRISE).get(address.path(subject)) for subject in (THEIRS, "firm-x"))
            assert (theirs.status_code, nobodys.status_code) == (403, 403)
            assert _body(theirs).replace(THEIRS, "") == _body(nobodys).replace("firm-x", "")


def test_a_view_that_declares_nothing_is_refused_to_everybody(rf, client_of, monkeypatch):
    from huiqi_portal.catalogue import urls

    monkeypatch.setattr(urls.urlpatterns[0], "callback", lambda request: HttpResponse("open"))
    assert {client_of(role).get("/en/").status_code for role in EVERYBODY} == {403}


def test_what_an_access_allows():
    assert Access().allows(None) is False
    assert Access(roles=(Role.AUDITOR,)).allows(Role.OFFICER) is False
    assert Access(firm=True).allows(Role.EDITOR) is False
    assert Access(firm=True).allows(Role.ENTERPRISE) is False
    assert Access(firm=True).allows(Role.ENTERPRISE, own_firm=True) is True


def _outcome(answer):
    if answer.status_code == 302 and "/sign-in/" in answer["Location"]:
        return "sign in"
    if answer.status_code == 403:
        return "refused"
    if answer.status_code == 405:
        return "no such method"
    assert answer.status_code < 500
    return "open"


def _body(answer):
    if answer.streaming:
        return b"".join(answer.streaming_content).decode(errors="replace")
    return re.sub(r'value="[^"]*"|"X-CSRFToken": "[^"]*"', "", answer.content.decode(errors="replace"))
