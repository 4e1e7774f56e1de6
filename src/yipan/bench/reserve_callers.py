"""Clients of a shop: keep-alive connections that ask as soon as they are answered."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

HEAD_END = b"\r\n\r\n"


@dataclass(kw_only=True, slots=True)
class Outcome:
    """How often each status came, how long each answer took, in seconds, and all of it."""

    statuses: Counter[int] = field(default_factory=Counter)
    times: list[float] = field(default_factory=list)
    seconds: float = 0.0

    @property
    def rate(self) -> float:
        """Return answers a second."""
        return len(self.times) / self.seconds

    def find_quantile(self, share: float) -> float:
        """Return the time in milliseconds that `share` of the answers stayed below."""
        return sorted(self.times)[min(len(self.times) - 1, int(len(self.times) * share))] * 1e3


class _Client(asyncio.Protocol):
    """One connection. Reads no more of an answer than its status and length."""

    def __init__(self, requests: Iterator[bytes], outcome: Outcome) -> None:
        self._requests, self._outcome = requests, outcome
        self._buffer = b""
        self._asked = 0.0
        self.done: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._ask()

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        end = self._buffer.find(HEAD_END)
        if end < 0:
            return
        head = self._buffer[:end].lower()
        start = head.index(b"content-length:") + 15
        length = int(head[start : (head + b"\r").index(b"\r", start)])
        if len(self._buffer) < end + 4 + length:
            return
        self._buffer = b""
        self._outcome.times.append(time.perf_counter() - self._asked)
        self._outcome.statuses[int(head[9:12])] += 1
        self._ask()

    def connection_lost(self, exc: Exception | None) -> None:
        if not self.done.done():
            self.done.set_exception(exc or ConnectionError("the server hung up"))

    def _ask(self) -> None:
        request = next(self._requests, None)
        if request is None:
            self.done.set_result(None)
            self._transport.close()
            return
        self._asked = time.perf_counter()
        self._transport.write(request)


def ask_all(port: int, *, clients: int, requests: Iterator[bytes]) -> Outcome:
    """Let so many clients ask what there is to ask, each as soon as it is answered."""
    outcome = Outcome()

    async def run() -> None:
        loop = asyncio.get_running_loop()
        made = await asyncio.gather(
            *(
                loop.create_connection(lambda: _Client(requests, outcome), "127.0.0.1", port)
                for _ in range(clients)
            )
        )
        await asyncio.gather(*(client.done for _, client in made))

    began = time.perf_counter()
    asyncio.run(run())
    outcome.seconds = time.perf_counter() - began
    return outcome


def make_post(path: str, key: str) -> Callable[[bytes, int], bytes]:
    """Return what writes a POST with a body, under an idempotency key that is used once."""
    head = (
        f"POST {path} HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer {key}\r\n"
        "content-type: application/json\r\nidempotency-key: "
    ).encode()

    def write(body: bytes, number: int) -> bytes:
        return b"%sbench-%d\r\ncontent-length: %d\r\n\r\n%s" % (head, number, len(body), body)

    return write


def make_get(path: str, key: str) -> bytes:
    """Return a GET."""
    head = f"GET {path} HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer {key}\r\n\r\n"
    return head.encode()
