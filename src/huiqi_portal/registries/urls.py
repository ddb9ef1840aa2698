"""Addresses."""

from __future__ import annotations

from django.urls import path

from huiqi_portal.registries.pages import adopt, import_, rejected, version, versions

app_name = "registries"
urlpatterns = [
    path("registries/", versions, name="list"),
    path("registries/import/", import_, name="import"),
    path("registries/<int:number>/", version, name="version"),
    path("registries/<int:number>/adopt/", adopt, name="adopt"),
    path("registries/<int:number>/rejected.csv", rejected, name="rejected"),
]
