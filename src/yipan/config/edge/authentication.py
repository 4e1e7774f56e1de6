"""Who calls the API: a machine with a key, or a person with a session."""

from __future__ import annotations

import time
from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from ninja.security.base import AuthBase
from ninja.utils import check_csrf

from yipan.access.actors import Actor, Unauthenticated, attach_actor, find_actor
from yipan.access.devices import get_address
from yipan.access.guesses import Doorkeeper
from yipan.config.edge.problems import CsrfFailed

SCHEME = "bearer"
#: Where a request keeps whom this module let in. Another mark than that of the actor, which pages
#: set for a session whose form nobody has checked.
LET_IN = "yipan_let_in"

doorkeeper = Doorkeeper()


def authenticate(request: HttpRequest) -> Actor:
    """
    Return who calls, and remember it on the request.

    A key, once sent, decides alone: a wrong one is refused even if a session would do.

    :raises RateLimited: if too many wrong keys came from the same address.
    :raises Unauthenticated: if there is neither a valid key nor a session.
    :raises CsrfFailed: if a session is used from a page that is not ours.
    """
    header = request.headers.get("Authorization", "")
    if header:
        scheme, _, secret = header.partition(" ")
        if scheme.lower() != SCHEME or not secret.strip():
            raise Unauthenticated
        actor = doorkeeper.admit(
            secret=secret.strip(),
            address=get_address(request),
            at=timezone.now(),
            now=time.monotonic(),
        )
        attach_actor(request, actor)
        setattr(request, LET_IN, actor)
        return actor
    found = find_actor(request)
    if found is None:
        raise Unauthenticated
    if check_csrf(request) is not None:
        raise CsrfFailed
    setattr(request, LET_IN, found)
    return found


class KeyOrSession(AuthBase):
    """The way into every operation, as the API's description tells it."""

    openapi_type = "http"
    openapi_scheme = SCHEME
    openapi_description = (
        "An API key (`Authorization: Bearer yk_...`), or the session of a logged-in browser "
        "together with its `X-CSRFToken`."
    )

    def __call__(self, request: HttpRequest) -> Any:
        # The edge asked before it let the operation begin: a key is looked up once a call.
        return getattr(request, LET_IN, None) or authenticate(request)
