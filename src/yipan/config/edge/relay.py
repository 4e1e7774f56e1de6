"""
Passes on to the hub what only the hub can promise, when a register asks at its store's own node.

A site node keeps no pool, no receipts of other stores and no orders. Its people and its registers
speak to it alone; it asks the hub under its own key, out of the site, as it does for messages.
"""

from __future__ import annotations

import http.client
import ssl
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from typing import Final
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from yipan.config import node
from yipan.config.edge.idempotency import HEADER
from yipan.foundation.refusals import Refusal

#: A customer waits; a register goes on without an answer after as long.
TIMEOUT_SECONDS: Final = 6.0
ANSWER_BYTES_MAX: Final = 8 * 1024 * 1024


class HubUnheard(Refusal):
    """The hub does not answer this site now. Ask again, or go on without it."""

    code = "hub.unheard"
    status = 503


def is_needed() -> bool:
    """Tell whether this node has to ask a hub elsewhere."""
    return bool(settings.YIPAN_HUB_URL) and node.HUB_RECEIVER not in node.list_node_receivers()


def pass_on(request: HttpRequest) -> HttpResponse:
    """
    Ask the hub the same, under the key of this node, and answer what it answers.

    :raises HubUnheard: if it does not answer in time, at all, or more than can be passed on.
    """
    headers = {
        "Authorization": f"Bearer {settings.YIPAN_HUB_KEY}",
        "Accept": "application/json",
        "Accept-Language": request.headers.get("Accept-Language", "en"),
    }
    if request.body:
        headers["Content-Type"] = "application/json"
    if key := request.headers.get(HEADER):
        headers[HEADER] = key
    parts = urlsplit(settings.YIPAN_HUB_URL)
    address = parts.path.rstrip("/") + request.get_full_path()
    connection = _open(parts.scheme, parts.hostname or "", parts.port)
    try:
        connection.request(request.method or "GET", address, body=request.body, headers=headers)
        reply = connection.getresponse()
        content = reply.read(ANSWER_BYTES_MAX + 1)
    except (OSError, HTTPException) as error:
        raise HubUnheard(reason=type(error).__name__) from error
    finally:
        connection.close()
    if len(content) > ANSWER_BYTES_MAX:
        # Half an answer would be taken for a whole one.
        raise HubUnheard(reason=f"an answer of more than {ANSWER_BYTES_MAX} bytes")
    if reply.status in (http.client.UNAUTHORIZED, http.client.FORBIDDEN):
        # The key of this node, not the person who asks, is unknown or may not.
        raise HubUnheard(reason=f"HTTP {reply.status}")
    content_type = reply.headers.get("Content-Type", "application/json")
    return HttpResponse(content, status=reply.status, content_type=content_type)


def _open(scheme: str, host: str, port: int | None) -> HTTPConnection:
    if scheme == "https":
        context = ssl.create_default_context()
        return HTTPSConnection(host, port, timeout=TIMEOUT_SECONDS, context=context)
    return HTTPConnection(host, port, timeout=TIMEOUT_SECONDS)
