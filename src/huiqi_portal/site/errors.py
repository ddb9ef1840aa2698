"""What a reader sees when something is not as it should be: what it is and what to do, and nothing of the inside."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string

from huiqi.vocabulary.speech import Both

WORDS: dict[int, tuple[Both, Both]] = {
    400: (
        Both("This request cannot be understood", "无法理解该请求"),
        Both("Go back, and fill the form in anew.", "请返回上一页重新填写。"),
    ),
    403: (
        Both("This page is not yours to open", "您无权访问此页面"),
        Both("Sign in as somebody who may, or ask the office.", "请使用有权限的账户登录，或与主管部门联系。"),
    ),
    404: (
        Both("There is no such page", "页面不存在"),
        Both("The address may be mistyped, or the page may have gone.", "地址可能有误，或该页面已移除。"),
    ),
    413: (
        Both("This is too large", "提交的内容过大"),
        Both("Send a smaller file, or several.", "请缩小文件，或分次提交。"),
    ),
    429: (
        Both("This was asked for too often", "操作过于频繁"),
        Both("Wait a while, then try again.", "请稍后再试。"),
    ),
    500: (
        Both("Something went wrong here", "系统出现问题"),
        Both(
            "It is put down. Try again later; if it stays so, tell the office when it happened.",
            "问题已记录。请稍后重试；如仍未恢复，请告知主管部门发生时间。",
        ),
    ),
}
CSRF = (
    Both("The form has expired", "表单已过期"),
    Both("Open the page anew and send the form again; the browser has to take cookies.", "请重新打开页面后再提交；浏览器须允许使用 Cookie。"),
)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """400, or 413 where a form was too large."""
    return _plain(413 if isinstance(exception, RequestDataTooBig) else 400)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    """403: the same words whether there is such a thing or not."""
    return _framed(request, 403)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """404."""
    return _framed(request, 404)


def failed(request: HttpRequest) -> HttpResponse:
    """500, drawn without anything that could itself be what failed."""
    return _plain(500)


def too_many_requests(request: HttpRequest) -> HttpResponse:
    """429."""
    return _framed(request, 429)


def form_expired(request: HttpRequest, reason: str = "") -> HttpResponse:
    """403 for a form without the secret of its page."""
    return _framed(request, 403, CSRF)


def too_large(request: HttpRequest) -> HttpResponse:
    """413, before anything of the request was read."""
    return _plain(413)


def _framed(request: HttpRequest, status: int, words: tuple[Both, Both] | None = None) -> HttpResponse:
    what, remedy = words or WORDS[status]
    return render(request, "site/error.html", {"status": status, "what": what, "remedy": remedy}, status=status)


def _plain(status: int) -> HttpResponse:
    """Both languages on a page of its own: no frame, no session, no database."""
    what, remedy = WORDS[status]
    context: dict[str, Any] = {"status": status, "what": what, "remedy": remedy}
    return HttpResponse(render_to_string("site/error_plain.html", context), status=status)
