"""What the portal knows of who is signed in."""

from __future__ import annotations

from axes.models import AccessLog
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from huiqi_portal.accounts import memberships
from huiqi_portal.accounts.access import for_firm, for_roles
from huiqi_portal.accounts.forms import AboutMe, AskForFirm
from huiqi_portal.accounts.models import Reading
from huiqi_portal.accounts.refused import Refused
from huiqi_portal.accounts.roles import Role
from huiqi_portal.site.forms import spoken

SIGN_INS = 10
READINGS = 200  # of a firm, on one page


@require_http_methods(["GET", "POST"])
@for_roles()
def me(request: HttpRequest) -> HttpResponse:
    """My data: name, firms, sign-ins, what was changed about me."""
    form = AboutMe(request.POST or None, instance=request.user)
    if request.method == "POST" and form.is_valid():
        form.save()
        messages.success(request, spoken("Saved.", "已保存。"))
        return redirect("accounts:me")
    return _page(request, form, AskForFirm(), 422 if form.is_bound else 200)


@require_POST
@for_roles(Role.ENTERPRISE)
def ask_for_firm(request: HttpRequest) -> HttpResponse:
    """Ask to speak for one more firm."""
    form = AskForFirm(request.POST)
    if form.is_valid():
        try:
            memberships.ask(request.user, form.cleaned_data["subject"], form.cleaned_data["note"])
        except Refused as refused:
            form.add_error("subject", spoken(*refused.words))
        else:
            messages.success(request, spoken("An officer will check that you speak for the firm.", "经办人员将核实您是否代表该企业。"))
            return redirect("accounts:me")
    return _page(request, AboutMe(instance=request.user), form, 422)


@require_POST
@for_roles(Role.ENTERPRISE)
def give_up_firm(request: HttpRequest, number: int) -> HttpResponse:
    """Speak for a firm no longer, or take a request back."""
    try:
        memberships.give_up(number, request.user)
    except Refused as refused:
        messages.error(request, spoken(*refused.words))
    return redirect("accounts:me")


@for_firm
def readers(request: HttpRequest, subject: str) -> HttpResponse:
    """Who of the offices read a firm's data: for the firm itself."""
    found = Reading.objects.filter(subject=subject).select_related("user")
    return render(request, "accounts/readers.html", {"subject": subject, "readings": found[:READINGS], "shown": READINGS, "count": found.count()})


def _page(request: HttpRequest, about: AboutMe, asked: AskForFirm, status: int) -> HttpResponse:
    user = request.user
    user.refresh_from_db()  # a form that is not valid has put its words into it
    context = {
        "form": about,
        "asked": asked,
        "role": Role(user.role).label,
        "memberships": user.memberships.order_by("-asked_at"),
        "sign_ins": AccessLog.objects.filter(username=user.username).order_by("-attempt_time")[:SIGN_INS],
        "changes": user.changes.select_related("by"),
    }
    return render(request, "accounts/me.html", context, status=status)
