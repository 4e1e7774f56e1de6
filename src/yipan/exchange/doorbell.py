"""
Calling an address somebody else gave us, without letting it lead us inside.

The name is looked up once, every address it stands for is looked at, and the call goes to the
address that was looked at: a name that means something else a moment later leads nowhere.
Redirects are not followed.
"""

from __future__ import annotations

import http.client
import ipaddress
import socket
import ssl
import time
from dataclasses import dataclass
from typing import Final
from urllib.parse import SplitResult, urlsplit

from yipan.foundation.refusals import Refusal

TIMEOUT_SECONDS: Final = 10.0
ANSWER_BYTES_MAX: Final = 64 * 1024
URL_LENGTH_MAX: Final = 500
PORTS: Final = {"http": 80, "https": 443}


class AddressRefused(Refusal):
    """The address is none we call: it must be https, of a public machine, without a password."""

    code = "webhook.address_refused"
    status = 422


@dataclass(frozen=True, kw_only=True, slots=True)
class Call:
    """One POST. `allow_private` lets it go to addresses of the own network, and without TLS."""

    url: str
    headers: dict[str, str]
    body: bytes
    allow_private: bool = False
    timeout_seconds: float = TIMEOUT_SECONDS


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """
    What came back: an HTTP status, or 0 and why nothing did.

    `retry_after_seconds` is how long we are asked to wait, 0 when we are not.
    """

    status: int
    milliseconds: int
    error: str = ""
    retry_after_seconds: int = 0


def check_address(url: str, *, allow_private: bool) -> SplitResult:
    """
    Return the parts of an address we may call, as far as its text says.

    :raises AddressRefused: if we may not.
    """
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise AddressRefused(url=url[:100]) from error
    fits = (
        parts.scheme in PORTS
        and bool(parts.hostname)
        and not (parts.username or parts.password or parts.fragment)
        and len(url) <= URL_LENGTH_MAX
        and url.isascii()
        and url.isprintable()
        and " " not in url
        and (port is None or port > 0)
    )
    if not fits or (not allow_private and (parts.scheme != "https" or _is_inside(parts.hostname))):
        raise AddressRefused(url=url[:100])
    return parts


def post(call: Call) -> Answer:
    """Make the call; whatever goes wrong is an answer too."""
    began = time.monotonic()
    try:
        parts = check_address(call.url, allow_private=call.allow_private)
        connection = _connect(parts, call)
    except (AddressRefused, OSError) as error:
        return _answer(began, error=_tell(error))
    try:
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        connection.request("POST", path, body=call.body, headers=call.headers)
        response = connection.getresponse()
        response.read(ANSWER_BYTES_MAX)
        wait = response.headers.get("Retry-After", "")
        return _answer(
            began,
            status=response.status,
            retry_after=int(wait) if wait.isascii() and wait.isdecimal() else 0,
        )
    except (OSError, http.client.HTTPException) as error:
        return _answer(began, error=_tell(error))
    finally:
        connection.close()


def _connect(parts: SplitResult, call: Call) -> http.client.HTTPConnection:
    """Return a connection to an address of the name that was looked at."""
    host = parts.hostname or ""
    port = parts.port or PORTS[parts.scheme]
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    addresses = [str(entry[4][0]) for entry in found]
    if not addresses or (not call.allow_private and any(_is_private(it) for it in addresses)):
        raise AddressRefused(url=call.url[:100])
    plain = socket.create_connection((addresses[0], port), timeout=call.timeout_seconds)
    if parts.scheme == "http":
        connection = http.client.HTTPConnection(host, port, timeout=call.timeout_seconds)
        connection.sock = plain
        return connection
    try:
        secure = ssl.create_default_context().wrap_socket(plain, server_hostname=host)
    except OSError:
        plain.close()
        raise
    safe = http.client.HTTPSConnection(host, port, timeout=call.timeout_seconds)
    safe.sock = secure
    return safe


def _is_inside(host: str | None) -> bool:
    """Tell whether a host is written as an address of our own network, or is this machine."""
    name = (host or "").rstrip(".").lower()
    if name == "localhost" or name.endswith((".localhost", ".local", ".internal")):
        return True
    try:
        return _is_private(name)
    except ValueError:
        return False


def _is_private(address: str) -> bool:
    found = ipaddress.ip_address(address.partition("%")[0])
    mapped = getattr(found, "ipv4_mapped", None)
    return not (mapped or found).is_global or found.is_multicast


def _tell(error: Exception) -> str:
    if isinstance(error, AddressRefused):
        return AddressRefused.code
    return f"{type(error).__name__}: {error}"


def _answer(began: float, *, status: int = 0, error: str = "", retry_after: int = 0) -> Answer:
    return Answer(
        status=status,
        error=error,
        retry_after_seconds=retry_after,
        milliseconds=round((time.monotonic() - began) * 1000),
    )
