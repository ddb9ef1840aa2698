"""The application, as Django knows it."""

from django.apps import AppConfig


class Site(AppConfig):
    name = "huiqi_portal.site"
    label = "site"
