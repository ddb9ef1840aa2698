"""The application, as Django knows it."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class Accounts(AppConfig):
    name = "huiqi_portal.accounts"
    label = "accounts"

    def ready(self) -> None:
        from huiqi_portal.accounts.append_only import refuse_changes

        post_migrate.connect(refuse_changes, sender=self)
