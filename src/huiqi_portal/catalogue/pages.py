"""The public pages."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from huiqi_portal.accounts.access import for_everyone
from huiqi_portal.texts.shelf import law


@for_everyone
def home(request: HttpRequest) -> HttpResponse:
    """The first page."""
    return render(request, "catalogue/home.html", {"measures": law().rules.measures})
