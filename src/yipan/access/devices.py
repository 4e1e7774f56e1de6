"""From where somebody acts: the address of a request, and the device it came from."""

from __future__ import annotations

import secrets

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase

from yipan.access.actors import find_actor

DEVICE_COOKIE = "yipan_device"
DEVICE_HEADER = "X-Yipan-Device"
DEVICE_LENGTH_MAX = 80
ADDRESS_LENGTH_MAX = 45
COOKIE_SECONDS = 400 * 24 * 3600


def get_address(request: HttpRequest) -> str:
    """
    Return the network address a request came from.

    What `X-Forwarded-For` says is believed only as far as our own proxies wrote it:
    `YIPAN_PROXIES` is how many of them stand in front of us.
    """
    direct: str = request.META.get("REMOTE_ADDR", "")
    if not settings.YIPAN_PROXIES:
        return direct
    hops = [hop.strip() for hop in request.headers.get("X-Forwarded-For", "").split(",")]
    hops = [hop for hop in hops if hop]
    if len(hops) < settings.YIPAN_PROXIES:
        return direct
    return hops[-settings.YIPAN_PROXIES][:ADDRESS_LENGTH_MAX]


def get_device(request: HttpRequest) -> str:
    """
    Return the device a request came from, as postings and the audit remember it.

    A machine names itself in a header. A browser carries a signed name it was given at
    the first log-in, so that nobody can act in the name of another device.
    """
    actor = find_actor(request)
    if actor is not None and actor.kind == "api_key":
        return request.headers.get(DEVICE_HEADER, "")[:DEVICE_LENGTH_MAX]
    name: str | None = request.get_signed_cookie(DEVICE_COOKIE, default="")
    return name or ""


def name_device(request: HttpRequest, response: HttpResponseBase) -> None:
    """Give a browser that has no name yet one, such as `web-3f9a2c`, for good."""
    if request.get_signed_cookie(DEVICE_COOKIE, default=""):
        return
    response.set_signed_cookie(
        DEVICE_COOKIE,
        f"web-{secrets.token_hex(3)}",
        max_age=COOKIE_SECONDS,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )
