"""Answers that stay the same as long as the law does: they say so, and are not sent again to who has them."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.cache import get_conditional_response

import huiqi
from huiqi_portal.api.auth import token_of
from huiqi_portal.texts.shelf import law

MINUTES = 5  # how long somebody may keep it without asking


def kept(operation: Callable[..., Any]) -> Callable[..., Any]:
    """Of the public catalogue: an ETag by version, day and program, 304 where it is known; a token that is sent has to hold."""

    @wraps(operation)
    def answer(request: HttpRequest, response: HttpResponse, **named: Any) -> Any:
        token_of(request)
        on = law()
        tag = f'"{on.version}-{on.law_on}-{huiqi.__version__}"'
        same = get_conditional_response(request, etag=tag)
        found = same if same is not None else operation(request, response, **named)
        to = found if isinstance(found, HttpResponse) else response
        to["ETag"], to["Cache-Control"] = tag, f"public, max-age={MINUTES * 60}"
        return found

    answer.__signature__ = inspect.signature(operation, eval_str=True)  # type: ignore[attr-defined]  # ninja reads it, and knows no names of ours
    return answer
