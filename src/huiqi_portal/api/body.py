"""The body of a request: JSON, read strictly and within bounds."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, RawPostDataException
from ninja.parser import Parser

from huiqi_portal.api.faults import Refused

LARGEST = 1_000_000  # bytes: a long reform in Chinese
DEEPEST = 8  # levels: nothing here has more than four


class StrictJson(Parser):
    """Objects without a key twice, figures as they are written, no NaN, no endless nesting."""

    def parse_body(self, request: HttpRequest) -> dict[str, Any]:
        if request.content_type != "application/json":
            raise Refused("request.media-type", request.content_type[:100] or "?", where="header.Content-Type")
        try:
            text = request.body
        except (RequestDataTooBig, RawPostDataException) as error:
            raise Refused("request.too-large", f"{LARGEST:,}", where="body") from error
        if len(text) > LARGEST:
            raise Refused("request.too-large", f"{LARGEST:,}", where="body")
        return read(text)


def read(text: bytes) -> dict[str, Any]:
    """An object of a body; raises Refused."""
    try:
        found = json.loads(text.decode("utf-8"), parse_float=Decimal, parse_constant=_constant, object_pairs_hook=_object)
    except RecursionError as error:
        raise Refused("request.too-deep", remedy=[str(DEEPEST)], where="body") from error
    except ValueError as error:  # no JSON, no UTF-8, figures of thousands of digits
        raise Refused("request.not-json", str(error)[:200], where="body") from error
    if not isinstance(found, dict):
        raise Refused("request.not-json", "not an object", where="body")
    _check(found, DEEPEST)
    return found


def _constant(name: str) -> Any:
    raise ValueError(f"{name} is not JSON")


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in pairs:
        if key in found:
            raise Refused("request.key-twice", key[:100], where="body")
        found[key] = value
    return found


def _check(value: Any, levels: int) -> None:
    """Refuse what is nested too deeply, and halves of characters, which nothing can store."""
    if levels == 0:
        raise Refused("request.too-deep", remedy=[str(DEEPEST)], where="body")
    if isinstance(value, str):
        if any("\ud800" <= sign <= "\udfff" or sign == "\0" for sign in value):
            raise Refused("request.not-json", "a text with half a character, or with nought", where="body")
    elif isinstance(value, dict):
        for key, inner in value.items():
            _check(key, levels)
            _check(inner, levels - 1)
    elif isinstance(value, list):
        for inner in value:
            _check(inner, levels - 1)
