"""Addresses."""

from __future__ import annotations

from django.urls import path

from huiqi_portal.jobs.pages import job, jobs, start_again, stop_job

app_name = "jobs"
urlpatterns = [
    path("jobs/", jobs, name="list"),
    path("jobs/<int:number>/", job, name="job"),
    path("jobs/<int:number>/stop/", stop_job, name="stop"),
    path("jobs/<int:number>/again/", start_again, name="again"),
]
