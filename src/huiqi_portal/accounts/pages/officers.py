"""Who asks to speak for a firm: the officers' queue."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from huiqi.facts.credit_code import is_valid
from huiqi_portal.accounts import memberships as rules
from huiqi_portal.accounts.access import for_roles
from huiqi_portal.accounts.models import Membership
from huiqi_portal.accounts.refused import Refused
from huiqi_portal.accounts.roles import Role
from huiqi_portal.site.forms import spoken

STANDING = 500  # members on one page


@require_safe
@for_roles(Role.OFFICER)
def memberships(request: HttpRequest) -> HttpResponse:
    """The requests, oldest first, and who speaks for a firm now."""
    words = request.GET.get("q", "").strip()
    standing = rules.standing().filter(subject__icontains=words) if words else rules.standing()
    context = {
        "waiting": [(membership, is_valid(membership.subject), _others(membership)) for membership in rules.waiting()],
        "standing": standing[:STANDING],
        "words": words,
    }
    return render(request, "accounts/memberships.html", context)


@require_POST
@for_roles(Role.OFFICER)
def answer_membership(request: HttpRequest, number: int, what: str) -> HttpResponse:
    """Confirm or refuse a request, or end what was confirmed."""
    reason = request.POST.get("reason", "").strip()[:300]
    try:
        if what == "confirm":
            rules.confirm(number, request.user)
        elif not reason:
            raise Refused("Say why: the user reads it.", "请填写理由，申请人可见。")
        elif what == "refuse":
            rules.refuse(number, request.user, reason)
        else:
            rules.end(number, request.user, reason)
    except Refused as refused:
        messages.error(request, spoken(*refused.words))
    else:
        messages.success(request, spoken("Done.", "已完成。"))
    return redirect("accounts:memberships")


def _others(membership: Membership) -> list[str]:
    """The names of who speaks for the same firm already."""
    return list(rules.standing().filter(subject=membership.subject).values_list("user__username", flat=True))
