"""The application, as Django knows it."""

from django.apps import AppConfig


class Texts(AppConfig):
    name = "huiqi_portal.texts"
    label = "texts"
