"""Addresses."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver

app_name = "interview"
urlpatterns: list[URLPattern | URLResolver] = []
