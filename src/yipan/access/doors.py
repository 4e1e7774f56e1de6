"""The doors: a page and an API operation each name the action they are."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec, TypeVar

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import resolve_url

from yipan.access.actors import find_actor, get_actor
from yipan.access.roles import ACTIONS

P = ParamSpec("P")
R = TypeVar("R")
Response = TypeVar("Response", bound=HttpResponseBase)

ACTION_ATTRIBUTE = "yipan_action"
REPEATABLE_ATTRIBUTE = "yipan_repeatable"
AT_HUB_ATTRIBUTE = "yipan_at_hub"
CONNECT_ATTRIBUTE = "yipan_connect_to"


def page(
    *, action: str
) -> Callable[
    [Callable[Concatenate[HttpRequest, P], Response]],
    Callable[Concatenate[HttpRequest, P], HttpResponseBase],
]:
    """
    Make a view a page that only people allowed to take `action` may open.

    Whoever is not logged in is sent to the log-in page and back again. Everybody else
    without the action gets the 403 page (the refusal `auth.forbidden`).
    """
    assert action in ACTIONS, f"no such action: {action}"

    def decorate(
        view: Callable[Concatenate[HttpRequest, P], Response],
    ) -> Callable[Concatenate[HttpRequest, P], HttpResponseBase]:
        @wraps(view)
        def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
            actor = find_actor(request)
            if actor is None:
                return _send_to_login(request)
            actor.require(action)
            return view(request, *args, **kwargs)

        setattr(guarded, ACTION_ATTRIBUTE, action)
        return guarded

    return decorate


def endpoint(
    *, action: str, repeatable: bool = False, at_hub: bool = False
) -> Callable[[Callable[Concatenate[HttpRequest, P], R]], Callable[Concatenate[HttpRequest, P], R]]:
    """
    Make a function an API operation that only actors allowed to take `action` may call.

    It stands below the router's own decorator, next to the function. A POST needs an
    Idempotency-Key unless it is `repeatable`: it changes nothing, or what it brings
    carries keys of its own, as messages do. With `at_hub` a node of a site passes it on to
    its hub, which alone can answer.
    """
    assert action in ACTIONS, f"no such action: {action}"

    def decorate(
        function: Callable[Concatenate[HttpRequest, P], R],
    ) -> Callable[Concatenate[HttpRequest, P], R]:
        @wraps(function)
        def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> R:
            get_actor(request).require(action)
            return function(request, *args, **kwargs)

        # The router reads types from the signature, and would look the names of a
        # postponed annotation up in this module instead of the function's.
        signature = inspect.signature(function, eval_str=True)
        setattr(guarded, "__signature__", signature)  # noqa: B010 - mypy knows no such field
        setattr(guarded, ACTION_ATTRIBUTE, action)
        setattr(guarded, REPEATABLE_ATTRIBUTE, repeatable)
        setattr(guarded, AT_HUB_ATTRIBUTE, at_hub)
        return guarded

    return decorate


def allow_connecting(request: HttpRequest, origin: str) -> None:
    """Let the page that answers this request speak to one more origin than our own."""
    setattr(request, CONNECT_ATTRIBUTE, origin)


def get_connecting(request: HttpRequest) -> str:
    """Return the one more origin the page may speak to, "" for none."""
    origin: str = getattr(request, CONNECT_ATTRIBUTE, "")
    return origin


def is_repeatable(view: Callable[..., Any]) -> bool:
    """Tell whether an operation was declared to need no Idempotency-Key."""
    return bool(getattr(view, REPEATABLE_ATTRIBUTE, False))


def is_at_hub(view: Callable[..., Any]) -> bool:
    """Tell whether an operation was declared to be answered by the hub alone."""
    return bool(getattr(view, AT_HUB_ATTRIBUTE, False))


def get_action(view: Callable[..., Any]) -> str | None:
    """Return the action a page or an operation was declared with, or None."""
    action: str | None = getattr(view, ACTION_ATTRIBUTE, None)
    return action


def _send_to_login(request: HttpRequest) -> HttpResponseBase:
    target = request.get_full_path() if request.method == "GET" else "/"
    answer = redirect_to_login(target)
    if request.headers.get("HX-Request") != "true":
        return answer
    # A fragment swapped for a log-in form would be nonsense: let the whole page go there.
    here = request.headers.get("HX-Current-URL", "/")
    response = HttpResponse(status=204)
    response["HX-Redirect"] = redirect_to_login(here, resolve_url(settings.LOGIN_URL)).url
    return response
