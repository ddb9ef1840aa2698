"""The application, as Django knows it."""

from django.apps import AppConfig


class Catalogue(AppConfig):
    name = "huiqi_portal.catalogue"
    label = "catalogue"
