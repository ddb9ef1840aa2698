"""Addresses of the pages about the API; its own are in rest.py."""

from __future__ import annotations

from django.urls import path

from huiqi_portal.api.pages import docs

app_name = "api"
urlpatterns = [path("api/", docs, name="docs")]
