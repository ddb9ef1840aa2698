"""Users, as administrators look after them."""

from __future__ import annotations

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from huiqi_portal.accounts import lockout, mail
from huiqi_portal.accounts import users as rules
from huiqi_portal.accounts.access import for_roles
from huiqi_portal.accounts.forms import ChangeRole, NewUser
from huiqi_portal.accounts.models import User
from huiqi_portal.accounts.refused import Refused
from huiqi_portal.accounts.roles import Role
from huiqi_portal.site.forms import spoken

A_PAGE = 50


@require_safe
@for_roles(Role.ADMINISTRATOR)
def users(request: HttpRequest) -> HttpResponse:
    """All users, found by name and role."""
    words, role = request.GET.get("q", "").strip(), request.GET.get("role", "")
    found = User.objects.order_by("username")
    if words:
        found = found.filter(Q(username__icontains=words) | Q(name__icontains=words) | Q(email__icontains=words))
    if role in set(Role):
        found = found.filter(role=role)
    page = Paginator(found, A_PAGE).get_page(request.GET.get("page"))
    asked = request.GET.copy()
    asked.pop("page", None)
    context = {"page": page, "asked": asked.urlencode(), "words": words, "role": role, "roles": [(r.value, r.label) for r in Role]}
    return render(request, "accounts/users.html", context)


@require_http_methods(["GET", "POST"])
@for_roles(Role.ADMINISTRATOR)
def new_user(request: HttpRequest) -> HttpResponse:
    """Make a user; the next page has the link by which they choose a password."""
    form = NewUser(request.POST or None)
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        user = rules.make_user(said["username"], Role(said["role"]), request.user, name=said["name"], email=said["email"])
        return _with_link(request, user)
    return render(request, "accounts/new_user.html", {"form": form})


@require_safe
@for_roles(Role.ADMINISTRATOR)
def user(request: HttpRequest, number: int) -> HttpResponse:
    """One user, and what can be done."""
    return _page(request, get_object_or_404(User, pk=number))


@require_POST
@for_roles(Role.ADMINISTRATOR)
def change_user(request: HttpRequest, number: int, what: str) -> HttpResponse:
    """Do one thing with a user."""
    found = get_object_or_404(User, pk=number)
    by = request.user
    try:
        match what:
            case "role":
                form = ChangeRole(request.POST)
                if not form.is_valid():
                    return _page(request, found, form, status=422)
                rules.change_role(found, Role(form.cleaned_data["role"]), by)
            case "close":
                rules.close(found, by)
            case "open":
                rules.reopen(found, by)
            case "unlock":
                rules.unlock(found, by)
            case "sign-out":
                rules.sign_out_everywhere(found, by)
            case "link":
                return _with_link(request, found)
    except Refused as refused:
        messages.error(request, spoken(*refused.words))
    else:
        messages.success(request, spoken("Done.", "已完成。"))
    return redirect("accounts:user", number=number)


def _with_link(request: HttpRequest, found: User) -> HttpResponse:
    """The link for a new password, shown this once and mailed where that is possible."""
    link = request.build_absolute_uri(rules.link_for_password(found, request.user))
    mailed = mail.can_mail() and bool(found.email)
    if mailed:
        mail.mail_link(found, link)
    return _page(request, found, link=link, mailed=mailed)


def _page(
    request: HttpRequest, found: User, form: ChangeRole | None = None, *, link: str = "", mailed: bool = False, status: int = 200
) -> HttpResponse:
    context = {
        "found": found,
        "form": form or ChangeRole(initial={"role": found.role}),
        "locked": lockout.is_locked(found.username),
        "memberships": found.memberships.order_by("-asked_at"),
        "changes": found.changes.select_related("by"),
        "link": link,
        "mailed": mailed,
    }
    return render(request, "accounts/user.html", context, status=status)
