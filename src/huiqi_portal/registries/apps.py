"""The application, as Django knows it."""

from django.apps import AppConfig


class Registries(AppConfig):
    name = "huiqi_portal.registries"
    label = "registries"
