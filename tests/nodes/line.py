"""A bad HTTP line: a proxy that drops, doubles, reorders, delays, cuts and loses. Seeded."""

from __future__ import annotations

import http.client
import json
import random
import threading
from collections import Counter
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar, Self

from tests.exchange.faulty import Trouble, draw

DELAY_SECONDS_MAX = 0.3


class Line:
    """Everything sent to `port` reaches the server behind it, or not. Close it to be sure."""

    def __init__(self, *, to_port: int, seed: int) -> None:
        # What happens to the n-th call depends on the seed alone; the rest may not touch it.
        self._troubles = random.Random(seed)
        self.chance = random.Random(seed)
        self.seen: Counter[Trouble] = Counter()
        self.is_bad = True
        self.old: list[bytes] = []
        handler = type("Bound", (_Handler,), {"line": self, "to_port": to_port})
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self._server.daemon_threads = True
        self.port: int = self._server.server_address[1]
        self._lock = threading.Lock()
        self._thread = threading.Thread(target=self._server.serve_forever)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def draw(self) -> Trouble:
        with self._lock:
            trouble = draw(self._troubles) if self.is_bad else Trouble.NONE
            self.seen[trouble] += 1
            return trouble


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    line: ClassVar[Line]
    to_port: ClassVar[int]

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self._carry(body)

    def do_GET(self) -> None:
        self._carry(b"")

    def _carry(self, body: bytes) -> None:
        trouble = self.line.draw()
        if trouble == Trouble.DROPPED:
            self.close_connection = True
            return
        status, headers, answer = self._call(self._spoil(body, trouble))
        if body:
            self.line.old.append(body)
        if trouble == Trouble.ANSWER_LOST:
            self.close_connection = True
            return
        self.send_response(status)
        self.send_header("Content-Type", headers.get("Content-Type", ""))
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        is_cut = trouble == Trouble.CUT and not body
        self.wfile.write(answer[: len(answer) // 2] if is_cut else answer)
        self.close_connection = is_cut

    def _spoil(self, body: bytes, trouble: Trouble) -> bytes:
        """Do to a call what the trouble is, and return the body that goes through."""
        if trouble == Trouble.DELAYED:
            threading.Event().wait(self.line.chance.random() * DELAY_SECONDS_MAX)
        elif trouble == Trouble.DOUBLED:
            self._call(body)
        elif trouble == Trouble.REPLAYED and body and self.line.old:
            self._call(self.line.chance.choice(self.line.old))
        elif trouble == Trouble.CUT:
            return body[: len(body) // 2]
        elif trouble == Trouble.REORDERED and body:
            return self._shuffle(body)
        return body

    def _shuffle(self, body: bytes) -> bytes:
        events = json.loads(body)
        self.line.chance.shuffle(events)
        return json.dumps(events).encode()

    def _call(self, body: bytes) -> tuple[int, http.client.HTTPMessage, bytes]:
        connection = http.client.HTTPConnection("127.0.0.1", self.to_port, timeout=30)
        try:
            kept = ("Authorization", "Content-Type", "Accept")
            headers = {name: self.headers[name] for name in kept if name in self.headers}
            connection.request(self.command, self.path, body=body or None, headers=headers)
            response = connection.getresponse()
            return response.status, response.headers, response.read()
        finally:
            connection.close()

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  the base class says so
        """Say nothing."""
