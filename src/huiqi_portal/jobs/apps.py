"""The application, as Django knows it."""

from django.apps import AppConfig


class Jobs(AppConfig):
    name = "huiqi_portal.jobs"
    label = "jobs"
