"""All addresses: pages begin with their language, the API and files do not."""

from __future__ import annotations

from django.conf.urls.i18n import i18n_patterns
from django.urls import include, path

from huiqi_portal.api.rest import api

PAGES = ("catalogue", "interview", "firms", "applications", "office", "registries", "texts", "jobs", "accounts", "api")

urlpatterns = [
    path("api/v1/", api.urls),
    *i18n_patterns(*(path("", include(f"huiqi_portal.{app}.urls")) for app in PAGES)),
]

handler400 = "huiqi_portal.site.errors.bad_request"
handler403 = "huiqi_portal.site.errors.forbidden"
handler404 = "huiqi_portal.site.errors.not_found"
handler500 = "huiqi_portal.site.errors.failed"
