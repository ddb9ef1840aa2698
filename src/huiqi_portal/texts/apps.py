"""The application, as Django knows it."""

from django.apps import AppConfig


class Texts(AppConfig):
    name = "huiqi_portal.texts"
    label = "texts"

    def ready(self) -> None:
        """Name the work that is done in the background."""
        import huiqi_portal.texts.checking  # noqa: F401 - declares it
