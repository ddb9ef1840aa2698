"""All addresses of the portal's pages, each with what its view declares."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.urls.resolvers import RegexPattern

from huiqi_portal.accounts.access import Access, access_of

#: What stands for a part of an address where a number or a word would not do; by the page and the part, or by the part.
SAMPLES: dict[str, Any] = {
    "accounts:change_user what": "unlock",
    "accounts:answer_membership what": "confirm",
    "measure": "p/p/grant",
    "fact": "revenue",
}


@dataclass(frozen=True)
class Address:
    """A page's name, the parts of its address, and who may open it."""

    name: str
    parts: tuple[tuple[str, str], ...]  # a part's name and its kind
    access: Access | None
    view: str

    @property
    def of_a_firm(self) -> bool:
        return "subject" in dict(self.parts)

    def path(self, subject: str = "firm-1", language: str = "en") -> str:
        """An address of the page, about a firm if it is about one."""
        from django.utils.translation import override

        named: dict[str, Any] = {}
        for part, kind in self.parts:
            sample = SAMPLES.get(f"{self.name} {part}", SAMPLES.get(part, 1 if kind in ("IntConverter", "number") else "x"))
            named[part] = subject if part == "subject" else sample
        with override(language):
            return reverse(self.name, kwargs=named)

    def __str__(self) -> str:
        return f"{self.name}({', '.join(part for part, _ in self.parts)})"


def addresses() -> list[Address]:
    """All pages; the operations of the API declare themselves otherwise."""
    return list(_walk(get_resolver().url_patterns, "", ()))


def _walk(patterns: list[URLPattern | URLResolver], namespace: str, above: tuple[tuple[str, str], ...]) -> Iterator[Address]:
    for pattern in patterns:
        parts = above + _parts(pattern.pattern)
        if isinstance(pattern, URLResolver):
            inner = ":".join(filter(None, (namespace, pattern.namespace)))
            if not inner.startswith("api"):
                yield from _walk(pattern.url_patterns, inner, parts)
        else:
            name = ":".join(filter(None, (namespace, pattern.name)))
            yield Address(name, parts, access_of(pattern.callback), getattr(pattern.callback, "__qualname__", repr(pattern.callback)))


def _parts(pattern: Any) -> tuple[tuple[str, str], ...]:
    if isinstance(pattern, RegexPattern):
        return tuple((part, "number" if part == "number" else "word") for part in pattern.regex.groupindex)
    return tuple((part, type(converter).__name__) for part, converter in pattern.converters.items())
