"""How often an address may do what anybody can do."""

from __future__ import annotations

from django.core.cache import cache
from django.http import HttpRequest

from huiqi_portal.accounts.address import client_address


def too_often(request: HttpRequest, what: str, *, limit: int, seconds: int) -> bool:
    """Count one more time; whether the address has done it more than `limit` times since the first in `seconds`. Counted by each worker."""
    key = f"throttle:{what}:{client_address(request)}"
    cache.add(key, 0, seconds)
    try:
        return cache.incr(key) > limit
    except ValueError:  # it ran out between the two lines
        return False
