"""The one place that reads the day; the library never does."""

from __future__ import annotations

import datetime

from django.conf import settings
from django.utils import timezone


def today() -> datetime.date:
    """Today where the portal stands, or the day that HUIQI_TODAY pins."""
    pinned: datetime.date | None = settings.HUIQI_TODAY
    return pinned or timezone.localdate()
