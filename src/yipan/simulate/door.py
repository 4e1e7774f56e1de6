"""The public door, as a foreign system sees it: HTTP with a key, and patience."""

from __future__ import annotations

import http.client
import json
import time
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlsplit

ATTEMPTS_MAX = 8
PAUSE_SECONDS_FIRST = 0.2
PAUSE_SECONDS_MAX = 10.0
TIMEOUT_SECONDS = 120.0


class DoorClosed(Exception):
    """Nobody answers, or what is answered says that going on makes no sense."""


class Door:
    """
    One connection that is kept, for one thread.

    What is worth asking again (nobody answers, 429, 5xx) is asked again with pauses that
    double; every call made here may be repeated without harm.
    """

    def __init__(self, url: str, *, key: str, pause: Callable[[float], None] = time.sleep) -> None:
        parts = urlsplit(url)
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            raise DoorClosed(f"{url} is no address: write it as http://host:port")
        kind = (
            http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
        )
        self._connection = kind(parts.hostname, parts.port, timeout=TIMEOUT_SECONDS)
        self._prefix = parts.path.rstrip("/")
        self._url = url
        self._headers = {"Authorization": f"Bearer {key}"}
        self._pause = pause

    def post(
        self, path: str, body: bytes, *, content_type: str = "application/json"
    ) -> Mapping[str, Any]:
        """
        Send a body and return the JSON that is answered.

        :raises DoorClosed: if nobody answers for long, or the call is refused as a whole.
        """
        headers = {"Content-Type": content_type}
        status, text = self._exchange("POST", path, body, headers)
        if status >= 400:
            raise DoorClosed(f"{self._url}{path} refused: {_describe(status, text)}")
        answer: Mapping[str, Any] = json.loads(text)
        return answer

    def ask(self, method: str, path: str, body: object = None, *, key: str = "") -> tuple[int, Any]:
        """
        Call the API and return status and JSON; a refusal is an answer, too.

        `key` is the Idempotency-Key, without which a step must not be asked for again.

        :raises DoorClosed: if nobody answers for long.
        """
        headers = {"Content-Type": "application/json"} if method != "GET" else {}
        if key:
            headers["Idempotency-Key"] = key
        content = None if method == "GET" else json.dumps(body).encode()
        status, text = self._exchange(method, path, content, headers)
        return status, json.loads(text)

    def _exchange(
        self, method: str, path: str, body: bytes | None, headers: Mapping[str, str]
    ) -> tuple[int, bytes]:
        """Ask until somebody answers with more than "later"; return status and body."""
        wait = PAUSE_SECONDS_FIRST
        said = ""
        for _ in range(ATTEMPTS_MAX):
            try:
                sent = {**self._headers, **headers}
                self._connection.request(method, self._prefix + path, body, sent)
                response = self._connection.getresponse()
                text = response.read()
            except (OSError, http.client.HTTPException) as error:
                self._connection.close()
                said = str(error) or type(error).__name__
            else:
                if response.status != 429 and response.status < 500:
                    return response.status, text
                said = _describe(response.status, text)
            self._pause(wait)
            wait = min(PAUSE_SECONDS_MAX, wait * 2)
        raise DoorClosed(f"{self._url}{path} does not answer: {said}")

    def close(self) -> None:
        """Hang up."""
        self._connection.close()


def _describe(status: int, text: bytes) -> str:
    try:
        problem = json.loads(text)
    except ValueError:
        return str(status)
    return f"{status} {problem.get('code', '')} {problem.get('detail', '')}".strip()
