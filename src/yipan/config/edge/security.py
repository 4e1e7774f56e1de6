"""Security of pages: the content policy, headers, and refusals as pages."""

from __future__ import annotations

import sys
from collections.abc import Callable
from http import HTTPStatus

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as translate

from yipan.access import people
from yipan.access.action_words import ACTION_WORDS
from yipan.access.actors import find_actor
from yipan.access.doors import get_connecting
from yipan.access.roles import ACTIONS, ROLE_LABELS, Role
from yipan.config.edge import problems
from yipan.foundation.refusals import NotFound, Refusal
from yipan.foundation.requests import Malformed

#: Nothing inline, nothing from elsewhere. `data:` pictures are drawn by our own style.
CONTENT_POLICY = "; ".join(
    (
        "default-src 'self'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "connect-src 'self'",
        "object-src 'none'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    )
)
PERMISSIONS_POLICY = "camera=(self), geolocation=(), microphone=(), payment=(), usb=()"
#: So many people who can give roles are named to somebody who lacks one.
ADMINS_MAX = 3
GetResponse = Callable[[HttpRequest], HttpResponseBase]


class SecurityHeaders:
    """Add the headers that keep a page from loading or lending anything foreign."""

    def __init__(self, get_response: GetResponse) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer with the headers added; static files may be cached, answers may not."""
        response = self._get_response(request)
        response.headers.setdefault("Content-Security-Policy", make_policy(get_connecting(request)))
        response.headers.setdefault("Permissions-Policy", PERMISSIONS_POLICY)
        response.headers.setdefault("Cache-Control", "no-store")
        return response


def make_policy(origin: str) -> str:
    """Return the content policy of a page, with one more origin it may speak to, if any."""
    connect = "connect-src 'self'"
    return CONTENT_POLICY.replace(connect, f"{connect} {origin}") if origin else CONTENT_POLICY


class NulGuard:
    """Refuse addresses and forms with a NUL in them: no text of ours can hold one."""

    def __init__(self, get_response: GetResponse) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer 400 to a NUL in path or query, before anything looks it up."""
        query = request.META.get("QUERY_STRING", "")
        if "\0" in request.path_info or "%00" in query or "\0" in query:
            return problems.answer(problems.describe_refusal(Malformed()))
        return self._get_response(request)

    def process_view(
        self,
        request: HttpRequest,
        view: Callable[..., HttpResponseBase],  # noqa: ARG002 - Django passes it
        args: tuple[object, ...],  # noqa: ARG002 - likewise
        values: dict[str, object],  # noqa: ARG002 - likewise
    ) -> HttpResponse | None:
        """Answer 400 to a NUL in a form, before its page stores it."""
        # An operation has no form, and reads its body itself, whole or in pieces.
        if request.method != "POST" or request.path.startswith("/api/"):
            return None
        for name, texts in request.POST.lists():
            if "\0" in name or any("\0" in str(text) for text in texts):
                return show_problem(request, problems.describe_refusal(Malformed()))
        return None


class RefusalPages:
    """Turn a refusal nobody caught into a page that says what happened and what to do."""

    def __init__(self, get_response: GetResponse) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer as the view does."""
        return self._get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """Answer a refusal with its status; leave faults to Django."""
        if not isinstance(error, Refusal):
            return None
        problem = problems.describe_refusal(error)
        return show_problem(request, problem)


def show_problem(request: HttpRequest, problem: problems.Problem) -> HttpResponse:
    """Return the page that tells a problem to a person."""
    action = str(problem.facts.get("action", ""))
    lack = _describe_lack(request, action) if action in ACTIONS else None
    context = {
        "problem": problem,
        "title": translate(problem.meaning or problem.title),
        "facts": [] if lack else sorted(problem.facts.items()),
        "lack": lack,
        "is_forbidden": problem.status == HTTPStatus.FORBIDDEN,
        "is_missing": problem.status == HTTPStatus.NOT_FOUND,
        "is_fault": problem.status >= HTTPStatus.INTERNAL_SERVER_ERROR,
    }
    return render(request, "console/refusal.html", context, status=problem.status)


def _describe_lack(request: HttpRequest, action: str) -> dict[str, object]:
    """Return what the reader may not do, which roles may, and who can give them."""
    actor = find_actor(request)
    roles = [role for role in Role if role in ACTIONS[action]]
    people_roles = [role for role in roles if role is not Role.INTEGRATION]
    return {
        "what": ACTION_WORDS[action],
        "roles": [ROLE_LABELS[role] for role in people_roles or roles],
        "own": [ROLE_LABELS[role] for role in Role if actor and role in actor.roles],
        "admins": people.list_admins(limit=ADMINS_MAX),
    }


def answer_csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Answer a form that did not come from a page of ours, or came too late."""
    return show_problem(request, problems.describe_refusal(problems.CsrfFailed()))


def answer_missing(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer an address that leads nowhere."""
    return show_problem(request, problems.describe_refusal(NotFound()))


def answer_unreadable(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer a request that Django could not read."""
    return show_problem(request, problems.describe_refusal(Malformed()))


def answer_fault(request: HttpRequest) -> HttpResponse:
    """Answer a fault of ours with its number alone; it was logged under the same."""
    error = sys.exc_info()[1]
    problem = problems.describe_fault(error if isinstance(error, Exception) else RuntimeError())
    try:
        return show_problem(request, problem)
    except Exception:  # noqa: BLE001 - the frame may need what is broken, such as the database
        text = f"{problem.status} {problem.instance}\n"
        return HttpResponse(text, status=problem.status, content_type="text/plain; charset=utf-8")
