"""Every page that a role reaches by links, in both languages and at both widths: layout, words, links and axe."""

from __future__ import annotations

from collections import Counter
from urllib.parse import parse_qs, urldefrag, urljoin, urlsplit

import pytest
from django.urls import Resolver404, resolve

from browsing import NARROW, WIDE, Visitor

ROLES = (None, "enterprise", "editor", "officer", "auditor", "administrator")
ASKED = 4  # of each kind of page besides the one opened: asked whether it is there
looked_at: set[tuple[str, str]] = set()  # kinds of pages with their language: one role's look is enough

LINKS = "() => [...document.querySelectorAll('a[href]')].map(a => a.href)"


@pytest.mark.parametrize("role", ROLES, ids=lambda role: role or "visitor")
def test_every_page_holds_what_must_hold(visitor_of, role, language):
    visitor = visitor_of(role, language, WIDE)
    visitor.open()
    walk(visitor)


def walk(visitor: Visitor) -> None:
    """Follow the links from the page that is open; each kind of page is opened once."""
    opened, asked = set[str](), Counter[str]()
    seen, waiting = {visitor.page.url}, [visitor.page.url]
    while waiting:
        address = waiting.pop(0)
        kind = kind_of(address)
        if kind is None or kind in opened or f"/{visitor.language}/" not in address:
            if asked[str(kind)] < ASKED:
                asked[str(kind)] += 1
                answer = visitor.context.request.get(address)
                if not answer.ok:
                    visitor.faults.append(f"a link leads to status {answer.status}: {address}")
            continue
        opened.add(kind)
        answer = visitor.context.request.get(address)
        if answer.ok and "text/html" not in answer.headers.get("content-type", ""):
            continue  # a file, which a browser would take down
        answer = visitor.page.goto(address)
        if answer is None or not answer.ok:
            visitor.faults.append(f"a link leads to status {answer and answer.status}: {address}")
            continue
        if (kind, visitor.language) not in looked_at:
            looked_at.add((kind, visitor.language))
            for size in (NARROW, WIDE):
                visitor.page.set_viewport_size(size)
                visitor.check(alone=kind == "office:report")
        found = (urldefrag(urljoin(address, link)).url for link in visitor.page.evaluate(LINKS))
        new = [link for link in dict.fromkeys(found) if link not in seen and link.startswith(visitor.portal.address)]
        seen.update(new)
        waiting += new


def kind_of(address: str) -> str | None:
    """The name of the page at an address with the question it is asked; nothing for a file, for several questions at once, or the API's description."""
    path, asked = urlsplit(address).path, parse_qs(urlsplit(address).query)
    if path.startswith(("/static/", "/api/")) or len(asked) > 1:
        return None
    try:
        return " ".join([resolve(path).view_name, *sorted(asked)])
    except Resolver404:
        return None
