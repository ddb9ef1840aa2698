"""Addresses."""

from __future__ import annotations

from django.urls import path

from huiqi_portal.applications import pages

app_name = "applications"
urlpatterns = [
    path("firms/<str:subject>/applications/", pages.mine, name="mine"),
    path("firms/<str:subject>/applications/start/", pages.start, name="start"),
    path("firms/<str:subject>/applications/<int:number>/", pages.draft, name="draft"),
    path("firms/<str:subject>/applications/<int:number>/withdraw/", pages.withdraw, name="withdraw"),
    path("firms/<str:subject>/applications/<int:number>/delete/", pages.delete, name="delete"),
    path("firms/<str:subject>/no-application/", pages.without, name="no_application"),
]
