"""Addresses."""

from __future__ import annotations

from django.urls import path

from huiqi_portal.texts.pages import recheck, step, upload, version, versions

app_name = "texts"
urlpatterns = [
    path("texts/", versions, name="list"),
    path("texts/upload/", upload, name="upload"),
    path("texts/<int:number>/", version, name="version"),
    path("texts/<int:number>/check/", recheck, name="check"),
    path("texts/<int:number>/propose/", step, {"act": "propose"}, name="propose"),
    path("texts/<int:number>/publish/", step, {"act": "publish"}, name="publish"),
    path("texts/<int:number>/turn-down/", step, {"act": "turn_down"}, name="turn_down"),
]
