"""The application, as Django knows it."""

from django.apps import AppConfig


class Applications(AppConfig):
    name = "huiqi_portal.applications"
    label = "applications"

    def ready(self) -> None:
        """Drafts stand on the home of a firm."""
        from huiqi_portal.applications import home  # noqa: F401
