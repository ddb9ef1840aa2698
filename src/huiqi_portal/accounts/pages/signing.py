"""Signing in and out, and choosing a password."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.contrib.auth.views import LoginView, LogoutView, PasswordResetConfirmView
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse_lazy
from django.views.decorators.http import require_http_methods, require_POST

from huiqi_portal.accounts import mail
from huiqi_portal.accounts.access import for_everyone, for_roles
from huiqi_portal.accounts.forms import ChangePassword, ChoosePassword, Forgotten, SignIn
from huiqi_portal.accounts.models import User
from huiqi_portal.accounts.throttle import too_often
from huiqi_portal.accounts.users import path_for_password
from huiqi_portal.accounts.users import sign_out_everywhere as end_all_sessions
from huiqi_portal.site.errors import too_many_requests
from huiqi_portal.site.forms import spoken

HOUR = 3600


class _Choose(PasswordResetConfirmView):
    form_class = ChoosePassword
    template_name = "accounts/choose.html"
    success_url = reverse_lazy("accounts:sign_in")

    def form_valid(self, form: ChoosePassword) -> HttpResponse:
        form.user.password_given = False
        answer = super().form_valid(form)
        messages.success(self.request, spoken("The new password holds. Sign in with it.", "新密码已生效，请登录。"))
        return answer


#: Name and password, and back to what was asked for.
sign_in = for_everyone(LoginView.as_view(form_class=SignIn, template_name="accounts/sign_in.html"))
#: Only as a form that is sent, so that no link of somebody else's signs anybody out.
sign_out = for_everyone(LogoutView.as_view())
#: The page behind a one-time link.
choose = for_everyone(_Choose.as_view())


@require_http_methods(["GET", "POST"])
@for_roles()
def password(request: HttpRequest) -> HttpResponse:
    """Change one's own password; all other sessions end."""
    form = ChangePassword(request.user, request.POST or None)
    if request.method == "POST" and form.is_valid():
        request.user.password_given = False
        form.save()
        update_session_auth_hash(request, form.user)
        messages.success(request, spoken("The new password holds; everywhere else you are signed out.", "新密码已生效，其他设备上的会话均已结束。"))
        return redirect("accounts:me")
    return render(request, "accounts/password.html", {"form": form})


@require_http_methods(["GET", "POST"])
@for_everyone
def forgotten(request: HttpRequest) -> HttpResponse:
    """A link for a new password by mail, where there is a mail server; the answer tells nobody whether there is such a user."""
    form = Forgotten(request.POST or None)
    sent = False
    if request.method == "POST" and mail.can_mail() and form.is_valid():
        if too_often(request, "forgotten", limit=5, seconds=HOUR):
            return too_many_requests(request)
        user = User.objects.filter(username=form.cleaned_data["username"], is_active=True).exclude(email="").first()
        if user is not None:
            mail.mail_link(user, request.build_absolute_uri(path_for_password(user)))
        sent = True
    return render(request, "accounts/forgotten.html", {"form": form, "can_mail": mail.can_mail(), "sent": sent})


@require_POST
@for_roles()
def sign_out_everywhere(request: HttpRequest) -> HttpResponse:
    """End one's own sessions, this one too."""
    end_all_sessions(request.user, request.user)
    messages.success(request, spoken("You are signed out everywhere.", "您已在所有设备上退出。"))
    return redirect("accounts:sign_in")
