"""The fastlane: a bare ASGI application for the few endpoints that machines call in thousands."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs
from zlib import crc32

import msgspec
from django.conf import settings

from yipan.access.actors import Actor
from yipan.access.limits import TokenBuckets
from yipan.exchange import door
from yipan.fastlane import events, live, promises
from yipan.fastlane.answers import (
    Reply,
    refuse_unreadable,
    tell,
    tell_fault,
    tell_refusal,
)
from yipan.fastlane.changes import Feeds, Waiting
from yipan.fastlane.events import Post
from yipan.fastlane.gatherer import Gatherer, Unavailable
from yipan.fastlane.keyring import Keyring
from yipan.fastlane.promises import AvailabilityAsk, Desk
from yipan.fastlane.shelf import Shelf
from yipan.fastlane.watch import Watch
from yipan.foundation.refusals import NotFound, Refusal
from yipan.foundation.requests import (
    IdempotencyKeyMissing,
    Invalid,
    MethodNotAllowed,
    RateLimited,
    TooLarge,
)
from yipan.pool.promises import ASKS_PER_BATCH_MAX, Answer, Ask, Step
from yipan.pool.queries import SKUS_PER_QUESTION_MAX

Scope = Mapping[str, Any]
Receive = Callable[[], Awaitable[Mapping[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]

PREFIX = "/api/v1/"
BODY_BYTES_MAX = 5 * 1024 * 1024
KEY_LENGTH_MAX = 255
WAITING_MAX = 5_000
#: Calls with messages: each may bring a hundred, so fewer of them wait.
CALLS_WAITING_MAX = 500
#: One commit for so many messages. A full call goes alone: it is worth a commit of its own,
#: and what it locks it gives back soon.
MESSAGES_AT_ONCE_MAX = 100
#: While one lane waits for the database, another one works. All of a site goes one lane, so
#: that no two wait for each other over its book.
EVENT_LANES = 2
READS_AT_ONCE_MAX = 64

_NEW: Mapping[str, Step] = {"holds": "hold", "reservations": "reserve"}
_ADDRESSES = frozenset({*_NEW, "events", "availability"})
_STEPS: Mapping[tuple[str, str], Step] = {
    ("holds", "commit"): "commit",
    ("holds", "extend"): "extend",
    ("holds", "release"): "release",
    ("reservations", "move"): "move",
    ("reservations", "release"): "release",
}


class Fastlane:
    """
    An ASGI application. The clock is passed in, so that tests can stop it.

    `buckets` say how often one key may ask, `reads_age_max` how many seconds old an answer about
    availability may be; by default as the settings say. `feeds` are what readers may wait for.
    """

    def __init__(
        self,
        *,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        buckets: TokenBuckets | None = None,
        reads_age_max: float | None = None,
        feeds: Feeds | None = None,
    ) -> None:
        self._clock, self._feeds = clock, feeds
        self._buckets = buckets or TokenBuckets(
            per_second=settings.YIPAN_FASTLANE_PER_SECOND, burst=settings.YIPAN_FASTLANE_BURST
        )
        age = (
            settings.YIPAN_FASTLANE_READ_AGE_MS / 1_000 if reads_age_max is None else reads_age_max
        )
        self._desk = Desk(clock=clock, shelf=Shelf(age_max=age))
        self._tasks: list[asyncio.Task[None]] = []

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, or follow the server through its life."""
        if scope["type"] == "lifespan":
            await self._live(receive, send)
        elif scope["type"] == "http" and scope["path"] == live.PATH:
            await self._stream(scope, receive, send)
        elif scope["type"] == "http":
            await _send(send, await self._answer(scope, receive))

    def start(self) -> None:
        """Start what works in the background. Needs the running loop."""
        self._keyring = Keyring(clock=self._clock)
        self._watch = Watch()
        self._promises: Gatherer[Ask, Answer] = Gatherer(
            name="promises",
            work=self._desk.decide,
            at_once_max=ASKS_PER_BATCH_MAX,
            waiting_max=WAITING_MAX,
        )
        self._events: list[Gatherer[Post, Any]] = [
            Gatherer(
                name=f"events-{number}",
                work=events.receive,
                at_once_max=MESSAGES_AT_ONCE_MAX,
                waiting_max=CALLS_WAITING_MAX,
                weigh=events.weigh,
            )
            for number in range(EVENT_LANES)
        ]
        self._reads: Gatherer[AvailabilityAsk, Reply] = Gatherer(
            name="reads",
            work=self._desk.look_up,
            at_once_max=READS_AT_ONCE_MAX,
            waiting_max=WAITING_MAX,
        )
        loop = asyncio.get_running_loop()
        self._waiting = Waiting(self._feeds) if self._feeds else None
        waiting = (self._waiting,) if self._waiting else ()
        self._gatherers: tuple[Gatherer[Any, Any], ...] = (
            self._promises,
            self._reads,
            *self._events,
            *(it.gatherer for it in waiting),
        )
        serving: tuple[Keyring | Watch | Waiting | Gatherer[Any, Any], ...] = (
            self._keyring,
            self._watch,
            *self._gatherers,
            *waiting,
        )
        self._tasks = [loop.create_task(each.serve()) for each in serving]

    async def stop(self) -> None:
        """Stop the background; what is in flight ends first."""
        for task in self._tasks:
            task.cancel()
        for task in self._tasks:
            with suppress(asyncio.CancelledError):
                await task
        for gatherer in self._gatherers:
            await asyncio.to_thread(gatherer.close)
        await asyncio.to_thread(self._watch.close)
        self._tasks = []

    async def read_keys(self) -> None:
        """Look at the API keys again, at once."""
        await self._keyring.read()

    async def _live(self, receive: Receive, send: Send) -> None:
        while True:
            event = await receive()
            if event["type"] == "lifespan.startup":
                self.start()
                await send({"type": "lifespan.startup.complete"})
            else:
                await self.stop()
                await send({"type": "lifespan.shutdown.complete"})
                return

    async def _stream(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a page listen, or tell it why not."""
        try:
            actor, headers = await live.admit(scope)
            listener = await self._watch.join(actor)
        except Refusal as refusal:
            await _send(send, tell_refusal(refusal))
        except Exception as error:  # noqa: BLE001 - the last door: a fault leaves as a number
            await _send(send, tell_fault(error))
        else:
            try:
                await live.stream(listener, headers, receive, send)
            finally:
                self._watch.leave(listener)

    async def _answer(self, scope: Scope, receive: Receive) -> Reply:
        try:
            return await self._route(scope, receive)
        except Refusal as refusal:
            return tell_refusal(refusal)
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
            return tell_refusal(refuse_unreadable(error))
        except Exception as error:  # noqa: BLE001 - the last door: a fault leaves as a number
            return tell_fault(error)

    async def _route(self, scope: Scope, receive: Receive) -> Reply:
        method, path = scope["method"], scope["path"]
        if path in {"/ready", "/health"}:
            return self._tell_health()
        parts = path.removeprefix(PREFIX).split("/")
        is_feed = parts == ["inventory", "changes"] and self._waiting is not None
        if not path.startswith(PREFIX) or not (is_feed or parts[0] in _ADDRESSES):
            raise NotFound
        headers = dict(scope["headers"])
        actor = await self._keyring.authenticate(headers.get(b"authorization", b""))
        self._require_tokens(actor)
        if is_feed and self._waiting is not None:
            _require_method(method, "GET")
            return await self._waiting.answer(scope["query_string"], actor)
        if parts == ["availability"]:
            _require_method(method, "GET")
            return await self._look_up(scope, actor)
        _require_method(method, "POST")
        body = await _read_body(headers, receive)
        if parts == ["events"]:
            actor.require("exchange.push")
            # Beside the lane, which meanwhile waits for the database.
            post = Post(await asyncio.to_thread(door.read_call, body), actor)
            lane = self._events[crc32(events.find_site(post).encode()) % EVENT_LANES]
            return events.write_answer(await lane.submit(post))
        actor.require("pool.promise")
        ask = self._read_ask(parts, headers, body, actor)
        return promises.write_answer(ask, await self._promises.submit(ask))

    def _require_tokens(self, actor: Actor) -> None:
        wait_ms = self._buckets.take(actor.name, now=self._clock().timestamp())
        if wait_ms:
            raise RateLimited(retry_after_ms=wait_ms)

    def _read_ask(
        self, parts: list[str], headers: Mapping[bytes, bytes], body: bytes, actor: Actor
    ) -> Ask:
        if len(parts) == 1:
            key = _read_key(headers)
            return promises.read_new(_NEW[parts[0]], body, actor=actor, key=key, at=self._clock())
        step = _STEPS.get((parts[0], parts[2])) if len(parts) == 3 else None
        if step is not None:
            return promises.read_step(step, parts[1], body, actor=actor, at=self._clock())
        raise NotFound

    async def _look_up(self, scope: Scope, actor: Actor) -> Reply:
        actor.require("pool.read")
        asked = parse_qs(scope["query_string"].decode("ascii", errors="replace"))
        skus = tuple(asked.get("sku", ()))
        if not 1 <= len(skus) <= SKUS_PER_QUESTION_MAX or any("\0" in sku for sku in skus):
            raise Invalid(errors=[{"pointer": "/sku", "code": "value.invalid"}])
        site = asked.get("site", [""])[0]
        if site:
            actor.require_site(site)
        sites = frozenset({site}) if site else actor.sites
        question = AvailabilityAsk(skus, sites)
        return self._desk.find(question) or await self._reads.submit(question)

    def _tell_health(self) -> Reply:
        is_ready = bool(self._tasks) and all(it.is_ready for it in self._gatherers)
        if not is_ready:
            raise Unavailable
        return tell({"status": "ready"})


def _require_method(method: str, wanted: str) -> None:
    if method != wanted:
        raise MethodNotAllowed(allow=wanted)


def _read_key(headers: Mapping[bytes, bytes]) -> str:
    key = headers.get(b"idempotency-key", b"").decode("latin-1").strip()
    if len(key) >= 2 and key[0] == key[-1] == '"':
        key = key[1:-1]
    if not 1 <= len(key) <= KEY_LENGTH_MAX or "\0" in key:
        raise IdempotencyKeyMissing(header="Idempotency-Key")
    return key


async def _read_body(headers: Mapping[bytes, bytes], receive: Receive) -> bytes:
    length = headers.get(b"content-length", b"0")
    if length.isdigit() and int(length) > BODY_BYTES_MAX:
        raise TooLarge(bytes_max=BODY_BYTES_MAX)
    pieces: list[bytes] = []
    size, more = 0, True
    while more:
        event = await receive()
        pieces.append(event.get("body", b""))
        size += len(pieces[-1])
        if size > BODY_BYTES_MAX:
            raise TooLarge(bytes_max=BODY_BYTES_MAX)
        more = event.get("more_body", False)
    return b"".join(pieces)


async def _send(send: Send, reply: Reply) -> None:
    headers = [
        (b"content-type", reply.content_type),
        (b"content-length", str(len(reply.body)).encode()),
        *reply.headers,
    ]
    await send({"type": "http.response.start", "status": reply.status, "headers": headers})
    await send({"type": "http.response.body", "body": reply.body})
