"""The application, as Django knows it."""

from django.apps import AppConfig


class Registries(AppConfig):
    name = "huiqi_portal.registries"
    label = "registries"

    def ready(self) -> None:
        """Name the work that is done in the background."""
        import huiqi_portal.registries.importing  # noqa: F401 - declares it
