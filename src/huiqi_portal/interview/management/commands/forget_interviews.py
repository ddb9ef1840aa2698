"""Delete the interviews that nobody has answered for a long time: to be run every day."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from huiqi_portal.interview.keeping import KEPT_DAYS, forget_old


class Command(BaseCommand):
    help = f"Delete the interviews in which nothing was answered for {KEPT_DAYS} days."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"{forget_old()} interviews deleted")
