"""Who asks: the token of a request, and what it may do."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from ninja.security import HttpBearer

from huiqi_portal.accounts import tokens
from huiqi_portal.accounts.api_token import ApiToken, Scope
from huiqi_portal.accounts.audit import note_reading
from huiqi_portal.api.faults import Refused

CHALLENGE = {"WWW-Authenticate": 'Bearer realm="huiqi"'}


class Bearer(HttpBearer):
    """A token with a scope, in the header Authorization; operations of one scope share the scheme of the description."""

    def __init__(self, scope: Scope) -> None:
        super().__init__()
        self.scope = scope

    def __call__(self, request: HttpRequest) -> Any:
        token = token_of(request)
        if token is None:
            raise Refused("token.missing", where="header.Authorization", headers=CHALLENGE)
        if not token.allows(self.scope):
            raise Refused("token.scope", self.scope.value, where="header.Authorization")
        return token

    def authenticate(self, request: HttpRequest, token: str) -> Any:
        raise NotImplementedError  # __call__ does all of it


def token_of(request: HttpRequest) -> ApiToken | None:
    """The token of a request, found once; raises Refused for one that does not hold."""
    if not hasattr(request, "_api_token"):
        request._api_token = _found(request)
    found: ApiToken | None = request._api_token
    return found


def _found(request: HttpRequest) -> ApiToken | None:
    said = request.headers.get("Authorization", "")
    if not said:
        return None
    kind, _, text = said.partition(" ")
    token = tokens.find(text.strip()) if kind.lower() == "bearer" else None
    if token is None:
        raise Refused("token.unknown", where="header.Authorization", headers=CHALLENGE)
    if not token.holds:
        raise Refused("token.ended", where="header.Authorization", headers=CHALLENGE)
    tokens.note_use(token)
    return token


def require_firm(request: HttpRequest, subject: str, operation: str) -> None:
    """Let a token read a firm that it may read, and put that down; the answer is the same whether the firm is there or not."""
    token = token_of(request)
    assert token is not None
    if len(subject) > 64 or not subject.isprintable():
        raise Refused("firm.unknown", "?", where="path.subject")
    if not tokens.may_read(token, subject):
        raise Refused("token.firm", where="path.subject")
    note_reading(token.user, subject, f"api:{operation}", page=request.path, token=token.name)
