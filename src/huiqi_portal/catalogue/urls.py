"""Addresses of the public pages."""

from __future__ import annotations

from django.urls import path

from huiqi_portal.catalogue.pages import document, home, measure, measures, place, places

app_name = "catalogue"
urlpatterns = [
    path("", home, name="home"),
    path("measures/", measures, name="measures"),
    path("measures/<path:name>/", measure, name="measure"),
    path("places/", places, name="places"),
    path("places/<str:place>/", place, name="place"),
    path("documents/<path:name>/", document, name="document"),
]
