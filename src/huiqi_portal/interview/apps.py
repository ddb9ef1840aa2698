"""The application, as Django knows it."""

from django.apps import AppConfig


class Interview(AppConfig):
    name = "huiqi_portal.interview"
    label = "interview"
