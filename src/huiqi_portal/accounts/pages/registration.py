"""Becoming an enterprise user: an account at once, a firm only when an officer has confirmed."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth import login
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from huiqi_portal.accounts.access import for_everyone
from huiqi_portal.accounts.changes import note_change
from huiqi_portal.accounts.forms import Register
from huiqi_portal.accounts.memberships import ask
from huiqi_portal.accounts.roles import Role
from huiqi_portal.accounts.throttle import too_often
from huiqi_portal.site.errors import too_many_requests
from huiqi_portal.site.forms import spoken

HOUR = 3600
MADE = spoken("The account is made. An officer will check that you speak for the firm.", "账户已创建，经办人员将核实您是否代表该企业。")
LIMIT = 20  # accounts an hour from one address: an office may sit behind one


@require_http_methods(["GET", "POST"])
@for_everyone
def register(request: HttpRequest) -> HttpResponse:
    """Ask for an account and for a firm."""
    if request.user.is_authenticated:
        return redirect("accounts:me")
    form = Register(request.POST or None)
    if request.method == "POST":
        if too_often(request, "register", limit=LIMIT, seconds=HOUR):
            return too_many_requests(request)
        if form.is_valid():
            with transaction.atomic():
                user = form.save()
                note_change("made", user, user, Role.ENTERPRISE.value)
                ask(user, form.cleaned_data["subject"], form.cleaned_data["note"])
            login(request, user, backend="django.contrib.auth.backends.ModelBackend")
            messages.success(
                request,
                spoken("The account is made. An officer will check that you speak for the firm.", "账户已创建，经办人员将核实您是否代表该企业。"),
            )
            return redirect("accounts:me")
    return render(request, "accounts/register.html", {"form": form})
