"""Addresses."""

from __future__ import annotations

from django.urls import path

from huiqi_portal.office import pages, reports

app_name = "office"
urlpatterns = [
    path("office/", pages.dashboard, name="dashboard"),
    path("office/runs/", pages.runs, name="runs"),
    path("office/runs/compare/", pages.compare, name="compare"),
    path("office/runs/<int:number>/", pages.run, name="run"),
    path("office/runs/<int:number>/rules/", pages.rules, name="rules"),
    path("office/runs/<int:number>/report/", reports.report, name="report"),
    path("office/runs/<int:number>/chart/<str:name>", reports.chart, name="chart"),
    path("office/runs/<int:number>/table/<str:name>", reports.table, name="table"),
    path("office/runs/<int:number>/firms/<str:name>", reports.firms, name="firms"),
    path("office/evaluate/", pages.evaluate, name="evaluate"),
    path("office/simulate/", pages.simulate, name="simulate"),
    path("office/review/", pages.review, name="review"),
    path("office/visits/", pages.visits, name="visits"),
]
