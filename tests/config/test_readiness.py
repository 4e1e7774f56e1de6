"""Goal: a web that answers with errors alone is told of in 15 s, a slow one is waited for."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from yipan.config.readiness import NeverReady, Readiness, ask


def judge(*answers: tuple[float, int | None]) -> bool:
    """Return the verdict on the last of some answers, each with its second."""
    readiness = Readiness(now=0.0)
    verdict = False
    for now, status in answers:
        verdict = readiness.is_served(status, now=now)
    return verdict


@pytest.mark.parametrize("status", [200, 302, 404])
def test_any_answer_that_is_no_error_of_ours_means_it_serves(status: int) -> None:
    assert judge((0.1, None), (100.0, status))


def test_errors_alone_are_told_within_fifteen_seconds() -> None:
    assert judge((1.0, 500), (10.9, 500)) is False

    with pytest.raises(NeverReady) as never:
        judge((1.0, 500), (10.9, 500), (11.1, 500))

    assert never.value.why == "answers every request with an error (500)"


def test_errors_while_it_starts_are_forgiven() -> None:
    assert judge((1.0, 503), (9.0, 503), (9.5, None), (10.0, 500), (15.0, 500), (15.1, 302))


def test_silence_is_waited_for_three_minutes() -> None:
    assert judge((1.0, None), (179.0, None)) is False

    with pytest.raises(NeverReady) as never:
        judge((1.0, None), (180.1, None))

    assert never.value.why == "does not come up"


@contextmanager
def serve(status: int) -> Iterator[int]:
    """Answer every request on a free port with one status."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(status)
            self.end_headers()

        def log_message(self, *_: object) -> None: ...

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield server.server_port
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def test_it_is_asked_over_http() -> None:
    with serve(500) as port:
        assert ask("127.0.0.1", port) == 500
    assert ask("127.0.0.1", port) is None
