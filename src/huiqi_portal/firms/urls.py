"""Addresses."""

from __future__ import annotations

from django.urls import path

from huiqi_portal.firms import contest_pages, pages

app_name = "firms"
urlpatterns = [
    path("firms/<str:subject>/", pages.overview, name="overview"),
    path("firms/<str:subject>/measures/<path:measure>/", pages.measure, name="measure"),
    path("firms/<str:subject>/facts/", pages.known, name="facts"),
    path("firms/<str:subject>/facts/take-back/", pages.unstate, name="unstate"),
    path("firms/<str:subject>/facts/<str:fact>/contest/", contest_pages.contest, name="contest"),
    path("firms/<str:subject>/facts/<str:fact>/<int:year>/contest/", contest_pages.contest, name="contest"),
    path("firms/<str:subject>/contests/<int:number>/", contest_pages.contested, name="contested"),
    path("firms/<str:subject>/contests/<int:number>/withdraw/", contest_pages.withdraw, name="withdraw"),
    path("firms/<str:subject>/combination/", pages.combination, name="combination"),
    path("firms/<str:subject>/files/<int:number>/", pages.file, name="file"),
    path("contests/", contest_pages.contests, name="contests"),
    path("contests/<int:number>/", contest_pages.decide, name="decide"),
]
