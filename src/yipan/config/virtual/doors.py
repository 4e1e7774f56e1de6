"""Django's handler called in this process: the same doors as over a network, without one."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote

from django.core.handlers.wsgi import WSGIHandler

from yipan.simulate.systems import Answer

HOST = "localhost"


class Doors:
    """The public API of the systems. A call takes what a request of a network takes, but for it."""

    def __init__(self) -> None:
        self._handle = WSGIHandler()

    def call(
        self, method: str, path: str, body: object = None, *, headers: Mapping[str, str]
    ) -> Answer:
        """Send a request and return what is answered. `body` becomes JSON, but bytes stay."""
        content = b"" if body is None else _encode(body)
        address, _, query = path.partition("?")
        environ: dict[str, Any] = {
            "REQUEST_METHOD": method,
            "SCRIPT_NAME": "",
            "PATH_INFO": unquote(address).encode().decode("latin-1"),
            "QUERY_STRING": query,
            "CONTENT_LENGTH": str(len(content)),
            "CONTENT_TYPE": headers.get("Content-Type", "application/json"),
            "SERVER_NAME": HOST,
            "SERVER_PORT": "80",
            "SERVER_PROTOCOL": "HTTP/1.1",
            "REMOTE_ADDR": "127.0.0.1",
            "HTTP_HOST": HOST,
            "wsgi.version": (1, 0),
            "wsgi.url_scheme": "http",
            "wsgi.input": io.BytesIO(content),
            "wsgi.errors": io.StringIO(),
            "wsgi.multithread": False,
            "wsgi.multiprocess": False,
            "wsgi.run_once": False,
        }
        for name, value in headers.items():
            if name != "Content-Type":
                environ[f"HTTP_{name.upper().replace('-', '_')}"] = value
        response = self._handle(environ, _start_response)
        try:
            text = b"".join(response)
        finally:
            response.close()
        return Answer(status=response.status_code, body=_decode(text, response))


def _start_response(*_: object) -> Any:
    """Take what WSGI says of status and headers: the response itself tells them too."""


def _encode(body: object) -> bytes:
    return body if isinstance(body, bytes) else json.dumps(body, ensure_ascii=False).encode()


def _decode(text: bytes, response: Any) -> Any:
    if text and "json" in response.get("Content-Type", ""):
        return json.loads(text)
    return text.decode(errors="replace") if text else None
