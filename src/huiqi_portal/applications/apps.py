"""The application, as Django knows it."""

from django.apps import AppConfig


class Applications(AppConfig):
    name = "huiqi_portal.applications"
    label = "applications"
