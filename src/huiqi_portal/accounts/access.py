"""Who may open a page: every view carries one of these declarations, and a test walks all addresses for one without.

What a declaration says is done here, around the view; the gate (gate.py) refuses a view that has none.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBase

from huiqi_portal.accounts.audit import note_page
from huiqi_portal.accounts.roles import Role

View = Callable[..., HttpResponseBase]
READERS = (Role.OFFICER, Role.AUDITOR)  # who may read any firm's data, put in the audit trail


@dataclass(frozen=True)
class Access:
    """What a view declares: everybody, some roles (none: all who are signed in), or who speaks for the firm in its address."""

    everyone: bool = False
    roles: tuple[Role, ...] = ()
    firm: bool = False
    own: bool = False  # of a page about a firm: only for those who speak for it

    def allows(self, role: Role | None, *, own_firm: bool = False) -> bool:
        """Whether somebody of a role (None: not signed in) may open the page."""
        if self.everyone:
            return True
        if self.firm:
            return (role in READERS and not self.own) or (role is not None and own_firm)
        return role is not None and (not self.roles or role in self.roles)


def for_everyone(view: View) -> View:
    """A page that needs no sign-in."""
    return _declared(view, Access(everyone=True))


def for_roles(*roles: Role) -> Callable[[View], View]:
    """A page of these roles; without a role, of everybody who is signed in."""

    def declare(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *given: Any, **named: Any) -> HttpResponseBase:
            if not request.user.is_authenticated:
                return to_sign_in(request)
            if roles and request.user.role not in roles:
                raise PermissionDenied
            return view(request, *given, **named)

        return _declared(guarded, Access(roles=roles))

    return declare


def for_firm(view: View) -> View:
    """A page about the firm `subject` of its address: for those who speak for it, and for officers and auditors, whose reading is put down."""

    @wraps(view)
    def guarded(request: HttpRequest, *given: Any, **named: Any) -> HttpResponseBase:
        if not request.user.is_authenticated:
            return to_sign_in(request)
        subject = named["subject"]
        if request.user.role in READERS:
            note_page(request, subject)
        elif subject not in request.user.firms():
            raise PermissionDenied
        return view(request, *given, **named)

    return _declared(guarded, Access(firm=True))


def for_own_firm(view: View) -> View:
    """A page on which something is said or asked in the name of the firm `subject` of its address: only for those who speak for it."""

    @wraps(view)
    def guarded(request: HttpRequest, *given: Any, **named: Any) -> HttpResponseBase:
        if not request.user.is_authenticated:
            return to_sign_in(request)
        if named["subject"] not in request.user.firms():
            raise PermissionDenied
        return view(request, *given, **named)

    return _declared(guarded, Access(firm=True, own=True))


def access_of(view: View) -> Access | None:
    """What a view declares, or nothing."""
    return getattr(view, "access", None)


def to_sign_in(request: HttpRequest) -> HttpResponseBase:
    """Lead who is not signed in to the page for it, and back to what was asked for; a form that was sent is not sent again."""
    answer = redirect_to_login(request.get_full_path() if request.method in ("GET", "HEAD") else "/")
    if request.htmx:  # a fragment would put the page for signing in into the middle of another
        return HttpResponse(headers={"HX-Redirect": answer["Location"]})
    return answer


def _declared(view: View, access: Access) -> View:
    view.access = access  # type: ignore[attr-defined]
    return view
