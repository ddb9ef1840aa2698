"""The application, as Django knows it."""

from django.apps import AppConfig


class Accounts(AppConfig):
    name = "huiqi_portal.accounts"
    label = "accounts"
