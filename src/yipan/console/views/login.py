"""The log-in and the log-out."""

from __future__ import annotations

from urllib.parse import urlencode

from django.conf import settings
from django.contrib.auth import authenticate, login, logout
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone, translation
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from yipan.access import lockout, people
from yipan.access.devices import get_address, name_device
from yipan.access.roles import ROLE_LABELS

LANGUAGE_SECONDS = 365 * 24 * 3600


@never_cache
@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
def log_in(request: HttpRequest) -> HttpResponse:
    """Show the log-in, or let a person in."""
    if request.method == "POST":
        return _try_to_log_in(request)
    if request.user.is_authenticated:
        return HttpResponseRedirect(_get_target(request))
    return _show(request)


@require_POST
def log_out(request: HttpRequest) -> HttpResponse:
    """End the session, and show the log-in again."""
    logout(request)
    return HttpResponseRedirect(settings.LOGIN_URL)


def _try_to_log_in(request: HttpRequest) -> HttpResponse:
    name = request.POST.get("username", "").replace("\0", "").strip()
    password = request.POST.get("password", "")
    now = timezone.now()
    try:
        lockout.begin_attempt(name=name, address=get_address(request), at=now)
    except lockout.LoginLocked as refusal:
        return _show_locked(request, refusal)
    user = authenticate(request, username=name, password=password)
    if user is None:
        return _show(request, status=401, failed=True)
    lockout.end_attempt(name=name, at=now)
    login(request, user)
    response = HttpResponseRedirect(_get_target(request))
    name_device(request, response)
    return response


def _show_locked(request: HttpRequest, refusal: lockout.LoginLocked) -> HttpResponse:
    wait_ms = refusal.facts["retry_after_ms"]
    assert isinstance(wait_ms, int)
    response = _show(request, status=429, wait_minutes=-(-wait_ms // 60_000))
    response["Retry-After"] = str(-(-wait_ms // 1000))
    return response


def _show(request: HttpRequest, status: int = 200, **context: object) -> HttpResponse:
    language = request.GET.get("language")
    if language in dict(settings.LANGUAGES):
        translation.activate(language)
    target = _get_target(request)
    page = {
        "next": target,
        "username": request.POST.get("username", "")[:150],
        "language_query": urlencode({"next": target}) + "&" if target != "/" else "",
        "demo_people": _list_demo_people(),
        "demo_password": settings.YIPAN_DEMO_PASSWORD,
        **context,
    }
    response = render(request, "console/login.html", page, status=status)
    if language in dict(settings.LANGUAGES):
        response.set_cookie(
            settings.LANGUAGE_COOKIE_NAME,
            str(language),
            max_age=LANGUAGE_SECONDS,
            samesite="Lax",
            secure=settings.SESSION_COOKIE_SECURE,
        )
    return response


def _list_demo_people() -> list[dict[str, object]]:
    """Return whom a demo retailer lets in from this machine, each with what they are for."""
    names = settings.YIPAN_DEMO_PEOPLE
    found = {row.username: row for row in people.list_people() if row.is_active} if names else {}
    return [
        {
            "username": name,
            "display_name": found[name].display_name,
            "roles": [ROLE_LABELS[role] for role in sorted(found[name].roles)],
        }
        for name in names
        if name in found
    ]


def _get_target(request: HttpRequest) -> str:
    """Return where to go after the log-in: a place of ours, or the start."""
    target = request.POST.get("next") or request.GET.get("next") or "/"
    here = {request.get_host()}
    is_ours = url_has_allowed_host_and_scheme(
        target, allowed_hosts=here, require_https=request.is_secure()
    )
    return target if is_ours else "/"
