"""
Live pages: a stream of server-sent events that says that something moved.

A page keeps no secret of its own: the cookie of its session says who listens. It comes from the
web, one port below, so the browser asks whether it may read the answer (CORS); only the pages of
this very house may. The stream ends after a while and the browser opens it anew by itself, so
that whoever was logged out, or lost a role, hears nothing any more.

Format: WHATWG HTML, section 9.2, server-sent events.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping
from http.cookies import CookieError, SimpleCookie
from typing import Any, Final
from urllib.parse import urlsplit

import msgspec
from django.conf import settings
from django.db import connection
from django.http.request import validate_host

from yipan.access.actors import Actor, Unauthenticated
from yipan.access.sessions import find_actor_of_session
from yipan.fastlane.answers import Headers
from yipan.fastlane.watch import Change, Listener
from yipan.foundation.requests import Malformed, MethodNotAllowed

PATH: Final = "/live"
ACTION: Final = "console.home"
#: After so long a stream ends, and is opened again under the rights of that moment.
STREAM_SECONDS: Final = 120.0
#: Proxies end what is silent for longer.
PING_SECONDS: Final = 15.0
RETRY_MS: Final = 1_000
_PORTS: Final = {"http": 80, "https": 443}

Receive = Callable[[], Awaitable[Mapping[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]


async def admit(scope: Mapping[str, Any]) -> tuple[Actor, Headers]:
    """
    Return who wants to listen, and the headers that let their page read the answer.

    :raises MethodNotAllowed: for anything but GET.
    :raises Malformed: if the house is called by a name that is none of its own.
    :raises Unauthenticated: if nobody is logged in.
    :raises Forbidden: if the page that listens is none of theirs.
    """
    if scope["method"] != "GET":
        raise MethodNotAllowed(allow="GET")
    headers = {name: value.decode("latin-1") for name, value in scope["headers"]}
    host = headers.get(b"host", "")
    if not validate_host(urlsplit(f"//{host}").hostname or "", settings.ALLOWED_HOSTS):
        raise Malformed(header="Host")
    actor = await asyncio.to_thread(_find_actor, _find_session(headers.get(b"cookie", "")))
    if actor is None:
        raise Unauthenticated
    actor.require(ACTION)
    return actor, make_cors(headers.get(b"origin", ""), host=host)


def make_cors(origin: str, *, host: str) -> Headers:
    """Return what lets a page of `origin` read the answer of `host`: nothing, for most."""
    if not origin or not (_is_next_door(origin, host) or origin in settings.CSRF_TRUSTED_ORIGINS):
        return [(b"vary", b"origin")]
    return [
        (b"vary", b"origin"),
        (b"access-control-allow-origin", origin.encode()),
        (b"access-control-allow-credentials", b"true"),
    ]


async def stream(listener: Listener, headers: Headers, receive: Receive, send: Send) -> None:
    """Tell a listener what moves until they leave, or until the stream has lasted its time."""
    loop = asyncio.get_running_loop()
    gone = loop.create_task(_wait_until_gone(receive))
    ends_at = loop.time() + STREAM_SECONDS
    try:
        await send(_begin(headers))
        await send(_write(f"retry: {RETRY_MS}\nevent: hello\ndata: {{}}\n\n".encode()))
        while not gone.done() and (left := ends_at - loop.time()) > 0:
            news = loop.create_task(listener.arrived.wait())
            await asyncio.wait(
                {gone, news},
                timeout=min(PING_SECONDS, left),
                return_when=asyncio.FIRST_COMPLETED,
            )
            news.cancel()
            if not gone.done():
                await send(_write(write_changes(listener.take()) or b": still here\n\n"))
        if not gone.done():
            await send({"type": "http.response.body", "body": b"", "more_body": False})
    finally:
        gone.cancel()


def write_changes(changes: Iterable[Change]) -> bytes:
    """Return one event for all changes: which kinds moved, and at which sites; else nothing."""
    changes = list(changes)
    if not changes:
        return b""
    data = {
        "kinds": sorted({it.kind for it in changes}),
        "sites": sorted({it.site for it in changes if it.site}),
    }
    return b"event: changed\ndata: " + msgspec.json.encode(data) + b"\n\n"


async def _wait_until_gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


def _begin(headers: Headers) -> dict[str, Any]:
    return {
        "type": "http.response.start",
        "status": 200,
        "headers": [
            (b"content-type", b"text/event-stream; charset=utf-8"),
            (b"cache-control", b"no-store"),
            (b"x-accel-buffering", b"no"),
            *headers,
        ],
    }


def _write(body: bytes) -> dict[str, Any]:
    return {"type": "http.response.body", "body": body, "more_body": True}


def _find_session(text: str) -> str:
    try:
        found = SimpleCookie(text).get(settings.SESSION_COOKIE_NAME)
    except CookieError:
        return ""
    return found.value if found else ""


def _find_actor(session: str) -> Actor | None:
    if not session or "\0" in session:
        return None
    try:
        return find_actor_of_session(session)
    finally:
        connection.close()  # the thread is anybody's


def _is_next_door(origin: str, host: str) -> bool:
    """Tell whether an origin is the web beside this fastlane: the same name, one port below."""
    try:
        page = urlsplit(origin)
        here = urlsplit(f"{page.scheme}://{host}")
        ports = [it.port or _PORTS.get(page.scheme, 0) for it in (page, here)]
    except ValueError:
        return False
    is_same_name = page.scheme in _PORTS and page.hostname == here.hostname
    return is_same_name and ports[1] - ports[0] in {0, 1}
