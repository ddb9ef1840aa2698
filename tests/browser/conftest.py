"""One portal and one browser for all journeys, and visitors at both widths and in both languages."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest

pytest.importorskip("django", reason="the portal's extra is not installed")
pytest.importorskip("playwright", reason="playwright is not installed")

from playwright.sync_api import Browser

from browsing import CHROMIUM, LANGUAGES, NARROW, WIDE, Portal, Visitor, chromium, serve, visit


@pytest.fixture(scope="package")
def portal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Portal]:
    """The demonstration, served as an office would."""
    if CHROMIUM is None:
        pytest.skip("there is no Chromium (apt-get install chromium)")
    with serve(tmp_path_factory.mktemp("portal")) as portal:
        yield portal


@pytest.fixture(scope="package")
def browser(portal: Portal) -> Iterator[Browser]:
    """Chromium; closed with this folder's tests, since Django's database may not be asked beside its event loop."""
    with chromium() as browser:
        yield browser


@pytest.fixture(scope="package")
def sessions(portal: Portal, browser: Browser) -> Callable[[str], Any]:
    """The cookies of somebody of a role, who signed in by the form once."""
    kept: dict[str, Any] = {}

    def of(role: str) -> Any:
        if role not in kept:
            with visit(portal, browser, "en", WIDE) as visitor:
                visitor.sign_in(role)
                kept[role] = visitor.context.storage_state()
        return kept[role]

    return of


@pytest.fixture
def visitor_of(portal: Portal, browser: Browser, sessions: Callable[[str], Any]) -> Iterator[Callable[..., Visitor]]:
    """Somebody's browser: visitor_of(role, language, size, scripts); without a role nobody is signed in."""
    with ExitStack() as opened:

        def of(role: str | None, language: str, size: dict[str, int], scripts: bool = True) -> Visitor:
            signed_in = sessions(role) if role else None
            return opened.enter_context(visit(portal, browser, language, size, scripts, signed_in))

        yield of


@pytest.fixture(params=LANGUAGES)
def language(request: pytest.FixtureRequest) -> str:
    """Chinese, English."""
    return request.param


@pytest.fixture(params=[WIDE, NARROW], ids=["wide", "narrow"])
def size(request: pytest.FixtureRequest) -> dict[str, int]:
    """A desk's window, a phone's."""
    return request.param
