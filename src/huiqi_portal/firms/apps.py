"""The application, as Django knows it."""

from django.apps import AppConfig


class Firms(AppConfig):
    name = "huiqi_portal.firms"
    label = "firms"
