"""The application, as Django knows it."""

from django.apps import AppConfig


class Office(AppConfig):
    name = "huiqi_portal.office"
    label = "office"

    def ready(self) -> None:
        """Name the work that is done in the background."""
        from huiqi_portal.office import evaluating, reviewing, simulating  # noqa: F401 - they declare it
