"""How often somebody may ask: so many requests a minute, counted in files of the data folder that all workers of a machine share."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.core.cache import caches
from django.core.files import locks

WINDOW = 60  # seconds
LOCKS = 16  # files that keep two workers from counting the same request


@dataclass(frozen=True)
class Count:
    """How often somebody has asked in this window, and in how many seconds the next one begins."""

    limit: int
    asked: int
    reset: int

    @property
    def exceeded(self) -> bool:
        return self.asked > self.limit

    @property
    def headers(self) -> dict[str, str]:
        """What an answer says of it."""
        said = {"RateLimit-Limit": str(self.limit), "RateLimit-Remaining": str(max(0, self.limit - self.asked)), "RateLimit-Reset": str(self.reset)}
        return said | ({"Retry-After": str(self.reset)} if self.exceeded else {})


def count(who: str, limit: int, seconds: int = WINDOW) -> Count:
    """Count one more request of somebody in the window of this moment."""
    now = int(time.time())
    window, cache = now // seconds, caches["rates"]
    with _alone(who):
        then, asked = cache.get(who) or (window, 0)
        asked = asked + 1 if then == window else 1
        cache.set(who, (window, asked), 2 * seconds)
    return Count(limit, asked, seconds - now % seconds)


@contextmanager
def _alone(who: str) -> Iterator[None]:
    """Count while no other worker counts for the same."""
    folder = Path(settings.HUIQI_DATA, "cache")
    folder.mkdir(parents=True, exist_ok=True)
    number = hashlib.sha256(who.encode()).digest()[0] % LOCKS
    with (folder / f"rates-{number}.lock").open("wb") as file:
        locks.lock(file, locks.LOCK_EX)
        try:
            yield
        finally:
            locks.unlock(file)
