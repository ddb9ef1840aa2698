"""The application, as Django knows it."""

from django.apps import AppConfig


class Api(AppConfig):
    name = "huiqi_portal.api"
    label = "api"
