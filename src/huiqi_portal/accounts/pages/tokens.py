"""The tokens of the API: one's own, to make and revoke; an administrator sees all."""

from __future__ import annotations

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from huiqi_portal.accounts import tokens as rules
from huiqi_portal.accounts.access import for_roles
from huiqi_portal.accounts.api_token import ApiToken, Scope
from huiqi_portal.accounts.forms import MakeToken
from huiqi_portal.accounts.refused import Refused
from huiqi_portal.accounts.roles import Role
from huiqi_portal.site.forms import spoken

A_PAGE = 50


@require_http_methods(["GET", "POST"])
@for_roles()
def tokens(request: HttpRequest) -> HttpResponse:
    """My tokens; one that is made is shown this once."""
    form = MakeToken(request.user, request.POST if request.method == "POST" else None)
    made = text = None
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        try:
            scopes = [Scope(scope) for scope in said["scopes"]]
            made, text = rules.make_token(request.user, said["name"], scopes, said["subjects"], int(said["days"]), request.user)
        except Refused as refused:
            form.add_error(None, spoken(*refused.words))
        else:
            form = MakeToken(request.user)
    context = {"form": form, "made": made, "text": text, "tokens": ApiToken.objects.filter(user=request.user).select_related("user")}
    answer = render(request, "accounts/tokens.html", context, status=422 if form.is_bound else 200)
    answer["Cache-Control"] = "no-store, private"
    return answer


@require_POST
@for_roles()
def revoke_token(request: HttpRequest, number: int) -> HttpResponse:
    """Revoke one's own token; an administrator any."""
    own = {} if request.user.role == Role.ADMINISTRATOR else {"user": request.user}
    token = get_object_or_404(ApiToken.objects.select_related("user"), pk=number, **own)
    rules.revoke(token, request.user)
    messages.success(request, spoken("The token is revoked.", "令牌已撤销。"))
    return redirect("accounts:tokens" if token.user_id == request.user.pk else "accounts:all_tokens")


@require_safe
@for_roles(Role.ADMINISTRATOR)
def all_tokens(request: HttpRequest) -> HttpResponse:
    """Everybody's tokens."""
    page = Paginator(ApiToken.objects.select_related("user"), A_PAGE).get_page(request.GET.get("page"))
    return render(request, "accounts/all_tokens.html", {"page": page, "asked": "", "tokens": page})
