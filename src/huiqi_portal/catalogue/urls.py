"""Addresses."""

from __future__ import annotations

from django.urls import path

from huiqi_portal.catalogue.pages import home

app_name = "catalogue"
urlpatterns = [path("", home, name="home")]
