"""Addresses."""

from __future__ import annotations

from django.urls import path

from huiqi_portal.interview import pages

app_name = "interview"
urlpatterns = [
    path("interview/", pages.start, name="start"),
    path("interview/mine/", pages.mine, name="mine"),
    path("interview/reads/", pages.reads, name="reads"),
    path("interview/choices/", pages.choices, name="choices"),
    path("interview/<str:link>/", pages.step, name="step"),
    path("interview/<str:link>/list/", pages.whole_list, name="list"),
    path("interview/<str:link>/summary/", pages.summary, name="summary"),
    path("interview/<str:link>/delete/", pages.delete, name="delete"),
    path("interview/<str:link>/why/<path:measure>/", pages.why, name="why"),
]
