"""Programs with tokens."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from huiqi_portal.accounts.api_token import Scope
from huiqi_portal.accounts.roles import Role
from huiqi_portal.accounts.tokens import make_token
from huiqi_portal.api import days


@pytest.fixture(autouse=True)
def a_count_of_its_own(settings):
    """Nothing counted and nothing prepared by another test."""
    days._kept.clear()
    place = {"BACKEND": "django.core.cache.backends.filebased.FileBasedCache", "LOCATION": settings.HUIQI_DATA / "cache" / "rates"}
    settings.CACHES = settings.CACHES | {"rates": place}


@pytest.fixture
def program(user_of) -> Callable[..., Client]:
    """A client with a token of somebody of a role."""

    def make(*scopes: Scope, role: Role = Role.OFFICER, subjects: tuple[str, ...] = ()) -> Client:
        user = user_of(role)
        _, text = make_token(user, "a program", scopes, subjects, 30, user)
        return Client(headers={"Authorization": f"Bearer {text}"})

    return make


@pytest.fixture
def send() -> Callable[..., Any]:
    """Post JSON to the API."""

    def post(client: Client, operation: str, body: Any, **more: Any) -> Any:
        text = body if isinstance(body, str | bytes) else json.dumps(body)
        return client.post(f"/api/v1/{operation}", data=text, content_type=more.pop("content_type", "application/json"), **more)

    return post
