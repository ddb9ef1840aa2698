"""The application, as Django knows it."""

from django.apps import AppConfig


class Registries(AppConfig):
    name = "huiqi_portal.registries"
    label = "registries"

    def ready(self) -> None:
        """Name the work that is done in the background, and begin some of it when other texts come into force."""
        from huiqi_portal.registries.importing import take_up_under_new_texts
        from huiqi_portal.texts.publishing import published

        published.connect(take_up_under_new_texts)
