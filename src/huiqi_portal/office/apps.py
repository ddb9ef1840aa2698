"""The application, as Django knows it."""

from django.apps import AppConfig


class Office(AppConfig):
    name = "huiqi_portal.office"
    label = "office"
